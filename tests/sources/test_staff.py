"""Staff's answers: meetings, mentions, who was asked, and who answered late."""

from __future__ import annotations

import openpyxl
import pytest

from trygghet.errors import InputError
from trygghet.problems import load
from trygghet.sources import read_staff
from trygghet.sources.staff import matches
from trygghet.workspace import Workspace


def test_meetings_from_the_workbook(ws):
    staff = read_staff(ws)
    assert staff.meetings["unit"].tolist() == ["Skola", "Skola", "Vård"]
    assert staff.meetings["n_present"].tolist() == [12, 8, 5]
    assert staff.meetings["late"].tolist() == [False, True, False]
    assert staff.meetings["answered"].tolist() == [True, True, False]
    assert staff.asked.to_dict("records") == [{"unit": "Skola", "n_asked": 4}, {"unit": "Vård", "n_asked": 3}]
    assert (staff.n_asked, staff.n_answered) == (7, 2)


def test_mentions_are_matched_split_and_counted_once_for_a_meeting(ws):
    mentions = read_staff(ws).mentions
    assert mentions.groupby("meeting_id")["problem"].apply(list).tolist() == [
        ["p07", "p02", "p01"],
        ["p02", "other"],
    ]
    assert mentions["place"].iat[0] == "skolgården"


def test_what_was_done_stands_in_the_log(ws):
    log = read_staff(ws).log.set_index("rule")["n"]
    assert log["problem_repeated"] == 1
    assert log["problem_unknown"] == 1
    assert log["late"] == 1


def test_police_from_csv_with_one_total_asked(ws):
    police = read_staff(ws, "police")
    assert police.n_asked == 5
    assert police.n_answered == 2
    assert police.mentions["problem"].tolist() == ["p07", "other", "p02"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("P07", [("p07", "exact")]),
        ("p7", [("p07", "exact")]),
        (" SKADEGÖRELSE! ", [("p02", "exact")]),
        ("skadegörelsse", [("p02", "near")]),
        ("skadegörelse/klotter", [("p02", "exact"), ("p03", "exact")]),
        ("skadegörelse och klotter", [("p02", "exact"), ("p03", "exact")]),
        ("Klottrigt och skräpigt", [("p01", "exact")]),
        ("något helt annat", [("other", "unknown")]),
        ("", []),
    ],
)
def test_wordings(text, found):
    assert list(matches(text, load())) == found


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("utredning;;;;;", ";;;;;", (4, "tjanst", "S20-NO-UNIT")),
        (
            "medarbetare;tjanst;problem1",
            "medarbetare;tjanst;svar1",
            (1, "Problem 1", "T12-MISSING-FIELD-NEAR"),
        ),
    ],
)
def test_faults(folder, old, new, expected):
    path = folder / "polis.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_staff(Workspace.open(folder), "police")
    assert [(f.row, f.column, f.rule) for f in caught.value.faults] == [expected]


def test_a_workplace_that_answered_twice_counts_once_with_its_last_answer(folder):
    path = folder / "polis.csv"
    path.write_text(path.read_text(encoding="utf-8") + "a ;Utryckning;klotter;;;;\n", encoding="utf-8")
    police = read_staff(Workspace.open(folder), "police")
    assert police.meetings["workplace"].tolist() == ["B", "C", "a"]
    assert police.mentions["problem"].tolist() == ["p02", "p03"]
    assert police.log.set_index("rule").loc["staff_twice", "n"] == 1


def test_a_heading_merged_over_the_problems_does_not_rename_them(folder):
    book = openpyxl.load_workbook(folder / "apt.xlsx")
    sheet = book.worksheets[0]
    sheet["F3"] = "Arbetsplatsens tre största problem"
    sheet.merge_cells("F3:H3")
    book.save(folder / "apt.xlsx")
    staff = read_staff(Workspace.open(folder))
    assert (staff.n_answered, len(staff.meetings)) == (2, 3)
