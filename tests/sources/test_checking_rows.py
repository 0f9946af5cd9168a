"""Rows that would count twice or that are missing, promises, and files that are no YAML: told before a build."""

from __future__ import annotations

import shutil

import pytest

from trygghet.sources import check
from trygghet.workspace import Workspace

from ..example_data import TOWN

LOCK = "loften.lock.json"


@pytest.fixture
def town(tmp_path):
    return shutil.copytree(TOWN, tmp_path / "kristinehamn")


def lines_of(path, change):
    """Write a file anew with its lines changed."""
    data = path.read_bytes()
    end = b"\r\n" if b"\r\n" in data else b"\n"
    path.write_bytes(end.join(change(data.split(end))))


def told(town) -> list[tuple[str, int, str]]:
    return [(fault.file, fault.row, fault.rule) for fault in check(Workspace.open(town, "2016"))[0]]


@pytest.mark.parametrize(
    ("file", "at"), [("befolkning.csv", 1137), ("2016/urval.csv", 30), ("bra_anmalda_brott.csv", 5)]
)
def test_a_row_that_would_count_twice_is_told(town, file, at):
    lines_of(town / file, lambda lines: [*lines[: at + 1], lines[at], *lines[at + 1 :]])
    assert told(town) == [(file, at + 2, "T30-ROW-TWICE")]


def test_persons_of_one_kind_on_rows_that_another_column_tells_apart_are_added(town):
    def by_half(lines):
        return [lines[0] + b";halva", *(line + half for line in lines[1:] if line for half in (b";a", b";b"))]

    before = check(Workspace.open(town, "2016"))[1]
    lines_of(town / "befolkning.csv", by_half)
    after = check(Workspace.open(town, "2016"))
    assert after[0] == [] and [line for line in before if "24 255 personer" in line.replace("\u00a0", " ")]
    assert [line for line in after[1] if "48 510 personer" in line.replace("\u00a0", " ")]


def test_an_age_without_a_row_is_told_where_others_have_a_row_for_none(town):
    lines_of(town / "befolkning.csv", lambda lines: [line for n, line in enumerate(lines) if n != 1137])
    faults, notes = check(Workspace.open(town, "2016"))
    assert faults == [] and [line for line in notes if "en rad saknas för en ålder" in line]


def test_a_published_count_that_is_no_count_is_told(town):
    lines_of(town / "bra_anmalda_brott.csv", lambda lines: [line.replace(b"117;104", b"117,5;-104") for line in lines])
    assert told(town) == [("bra_anmalda_brott.csv", 2, "T31-NOT-A-COUNT")] * 2


@pytest.mark.parametrize(
    ("file", "change", "expected"),
    [
        ("loften.yml", lambda text: "", ("loften.yml", 0, "W28-EMPTY-FILE")),
        ("loften.yml", lambda text: text + "goals: [", ("loften.yml", 0, "W02-NOT-YAML")),
        ("loften.yml", lambda text: text + "\nxyz: 1\n", ("loften.yml", 0, "W11-UNKNOWN-KEY")),
        ("loften.yml", lambda text: text.replace("dålig belysning", "mörker", 1), (LOCK, 0, "L54-CHANGED-AFTER-LOCK")),
        ("prioriteringar.yml", lambda text: text.replace("\n", "\n\0", 1), ("prioriteringar.yml", 2, "W02-NOT-YAML")),
        ("prioriteringar.yml", lambda text: f"{text}\nx: {'[' * 5000}", ("prioriteringar.yml", 0, "W02-NOT-YAML")),
    ],
    ids=["empty", "cut off", "key", "changed after the lock", "a control character", "deep"],
)  # fmt: skip
def test_promises_and_decisions_are_read_by_check(town, file, change, expected):
    path = town / file
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    found = told(town)
    assert (expected[0], expected[2]) in [(name, rule) for name, _, rule in found]
    assert expected[1] == 0 or found == [expected]
