"""The year wheel's file: read strictly, every fault by row; and its days laid out on the year."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from trygghet.charts.months import days_between, free_lane
from trygghet.errors import InputError
from trygghet.sources import check
from trygghet.sources.events import Event, month_day, read_events
from trygghet.workspace import Workspace

from .example_data import TOWN


def folder(tmp_path: Path, text: str, encoding: str = "utf-8") -> SimpleNamespace:
    (tmp_path / "arshjul.csv").write_bytes(text.encode(encoding))
    return SimpleNamespace(folder=tmp_path)


def test_a_workspace_without_the_file_has_no_events(tmp_path) -> None:
    assert read_events(SimpleNamespace(folder=tmp_path)) == ()


def test_the_example_is_read_with_its_title_row_left_out() -> None:
    events = read_events(SimpleNamespace(folder=TOWN))
    assert len(events) == 11 and events == tuple(sorted(events))
    assert Event((4, 30), (4, 30), "Valborg", "Stadsparken") in events


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_place_may_be_missing_and_the_columns_may_be_english(tmp_path, encoding) -> None:
    ws = folder(tmp_path, "event,from,to\nMarknad på torget,09-08,09-10\n", encoding)
    assert read_events(ws) == (Event((9, 8), (9, 10), "Marknad på torget", ""),)


def test_every_fault_is_named_with_its_row(tmp_path) -> None:
    ws = folder(tmp_path, "händelse;från;till\nA;4-30;05-01\n;05-01;05-01\nB;02-30;02-29\nC;13-01;2016-01-02\n")
    with pytest.raises(InputError) as caught:
        read_events(ws)
    found = sorted((fault.row, fault.column, fault.rule) for fault in caught.value.faults)
    assert found == [
        (2, "från", "Y01-MONTH-DAY"),
        (3, "händelse", "Y02-NO-EVENT"),
        (4, "från", "Y01-MONTH-DAY"),
        (5, "från", "Y01-MONTH-DAY"),
        (5, "till", "Y01-MONTH-DAY"),
    ]


def test_an_event_that_stands_twice_and_a_missing_column_are_faults(tmp_path) -> None:
    with pytest.raises(InputError) as caught:
        read_events(folder(tmp_path, "händelse;från;till\nA;04-30;04-30\nB;05-01;05-01\nA;04-30;04-30\n"))
    assert [(fault.row, fault.rule) for fault in caught.value.faults] == [(4, "Y03-EVENT-TWICE")]
    with pytest.raises(InputError) as caught:
        read_events(folder(tmp_path, "händelse;från\nA;04-30\n"))
    assert [fault.rule[:3] for fault in caught.value.faults] == ["T12"]


def test_check_names_the_faults_of_the_year_wheel_too(tmp_path) -> None:
    copy = Path(shutil.copytree(TOWN, tmp_path / "town"))
    (copy / "arshjul.csv").write_text("event;from;to\nA;1 maj;05-01\n", "utf-8")
    faults, _ = check(Workspace.open(copy, "2017"))
    assert [(fault.file, fault.row, fault.rule) for fault in faults] == [("arshjul.csv", 2, "Y01-MONTH-DAY")]
    assert copy / "arshjul.csv" in Workspace.open(copy, "2017").files()


def test_days_of_the_year() -> None:
    assert month_day("02-29") == (2, 29)
    for wrong in ("2-9", "02-30", "0430", "04-30 "):
        with pytest.raises(ValueError):
            month_day(wrong)
    assert days_between((1, 1), (12, 31)) == [(0.0, 12.0)]
    assert days_between((4, 30), (4, 30)) == [(pytest.approx(3 + 29 / 30), 4.0)]
    (a, b), (c, d) = days_between((12, 20), (1, 6))
    assert (b, c) == (12.0, 0.0) and a == pytest.approx(11 + 19 / 31) and d == pytest.approx(6 / 31)


def test_spans_that_touch_do_not_share_a_lane() -> None:
    assert free_lane([], (0, 1)) == 0
    assert free_lane([[(0, 2)]], (1, 3)) == 1
    assert free_lane([[(0, 2), (4, 5)]], (2, 4)) == 0
