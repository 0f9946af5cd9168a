"""The registry as a workbook: the same content, checks and hash as in YAML."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from trygghet import promises
from trygghet.errors import InputError
from trygghet.messages import Words
from trygghet.promise_sheet import write_registry_workbook

from .example_data import DATA

HERE = Path(__file__).parent
FILES = [HERE / "registries" / "good.yml", *sorted(DATA.glob("*/loften.yml"))]
SV, EN = Words("sv"), Words("en")


@pytest.mark.parametrize("words", [SV, EN], ids=["sv", "en"])
@pytest.mark.parametrize("file", FILES, ids=lambda path: path.parent.name)
def test_a_workbook_says_the_same_as_the_yaml(tmp_path, file, words) -> None:
    registry = promises.read(file)
    write_registry_workbook(registry, tmp_path / "x.xlsx", words)
    again = promises.read(tmp_path / "x.xlsx")
    assert again.sha256 == registry.sha256
    assert again.activities == registry.activities and again.goals == registry.goals
    assert [fault.rule for fault in again.warnings] == [fault.rule for fault in registry.warnings]


PROMISES = [
    ["Löften för 2016"],
    [],
    ["Id", "Rubrik", "Problem", "Lydelse", "Undertecknare", "Gäller från", "Gäller till"],
    ["L1", "Tryggare centrum", "p12", "Vi gör det", "Polisen; Kommunen", "2016-05-12", "2017-05-31"],
]
GOALS = [
    ["Id", "Löfte", "Rubrik", "Indikator", "Var eller vilka", "Källa", "Utgångsläge år", "Utgångsläge andel",
     "Utgångsläge svar", "Måltyp", "Målvärde", "Riktning", "Uppföljning", "Sikt"],
    ["M1", "L1", "Färre otrygga", "unsafe_night", "area=centrum|olme; sex=woman", "citizens", 2016, 0.44, 200,
     "Nivå", 0.33, "minska", 2017, "kort"],
]  # fmt: skip
ACTIVITIES = [["id", "Effektmål", "Ansvarig", "Vad", "Planerat", "Enhet", "Gjort", "Läge", "Orsak"]]
ACTIVITIES += [["A1", "M1", "Kommunen", "Vandringar", 2, "vandringar", 3, "gjord", "Mörker"]]


def workbook(path: Path, **sheets: list[list]) -> Path:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_workbook_written_by_hand_is_read(tmp_path) -> None:
    path = workbook(tmp_path / "x.xlsx", Löften=PROMISES, Effektmål=GOALS, Insatser=ACTIVITIES)
    registry = promises.read(path)
    goal = registry.goal("M1")
    assert goal.where == {"area": ["centrum", "olme"], "sex": "woman"}
    assert (goal.follow_up, goal.baseline.year, goal.baseline.n) == ("2017", "2016", 200)
    assert (goal.target.kind, goal.direction, goal.term) == ("absolute", "decrease", "short")
    assert registry.promise("L1").signatories == ["Polisen", "Kommunen"]
    assert registry.activities[0].status == "done" and registry.activities[0].done == 3


def refused(path: Path) -> list[tuple[str, int]]:
    with pytest.raises(InputError) as caught:
        promises.read(path)
    for words in (SV, EN):
        assert "{" not in caught.value.text(words)
    return [(fault.rule, fault.row) for fault in caught.value.faults]


def changed(row: int, column: str, value: object, rows: list[list] = GOALS) -> list[list]:
    copy = [list(cells) for cells in rows]
    copy[row][copy[0].index(column)] = value
    return copy


@pytest.mark.parametrize(
    ("goals", "rule", "row"),
    [(changed(1, "Målvärde", 0.55), "L29-WRONG-WAY", 2),
     (changed(1, "Målvärde", 33), "L28-IMPOSSIBLE-TARGET", 2),
     (changed(1, "Löfte", "L9"), "L14-UNKNOWN-PROMISE", 2),
     (changed(1, "Riktning", "ner"), "W13-WRONG-VALUE", 2),
     (changed(1, "Indikator", None), "L06-NO-INDICATOR", 2),
     (changed(0, "Källa", "Kjälla"), "L44-UNKNOWN-HEADING", 1),
     (changed(0, "Sikt", "Källa"), "L45-HEADING-TWICE", 1)],
)  # fmt: skip
def test_a_wrong_workbook_is_refused_by_the_same_rules_at_its_row(tmp_path, goals, rule, row) -> None:
    path = workbook(tmp_path / "x.xlsx", Löften=PROMISES, Effektmål=goals, Insatser=ACTIVITIES)
    assert (rule, row) in refused(path)


def test_rows_are_counted_past_titles_and_empty_rows(tmp_path) -> None:
    rows = [*PROMISES, [], [*PROMISES[3][:4], None, *PROMISES[3][5:]]]
    path = workbook(tmp_path / "x.xlsx", Löften=rows, Effektmål=GOALS)
    assert ("W12-MISSING-KEY", 6) in refused(path)


def test_a_missing_sheet_is_named(tmp_path) -> None:
    path = workbook(tmp_path / "x.xlsx", Löften=PROMISES)
    assert refused(path) == [("L43-NO-SHEET", 0)]


def test_text_never_becomes_a_formula(tmp_path) -> None:
    registry = promises.read(FILES[0])
    first = registry.activities[0].model_copy(update={"who": "=1+1"})
    altered = promises.Registry(registry.promises, registry.goals, (first,), registry.sha256, registry.content)
    write_registry_workbook(altered, tmp_path / "x.xlsx", SV)
    cells = [cell for row in load_workbook(tmp_path / "x.xlsx")["Insatser"].iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if cell.value == "=1+1"] == ["s"]
