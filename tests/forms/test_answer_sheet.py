"""The answer sheet: what it lets a person type, and that all of it is read back without configuration."""

from datetime import date

import openpyxl
import pytest

from trygghet import forms
from trygghet.errors import InputError
from trygghet.sources import read_staff, read_survey
from trygghet.sources.codebook import read_codebook
from trygghet.workspace import Workspace


@pytest.fixture
def citizens(new):
    """The answer sheet of a new municipality, and the workspace told that answers come as a workbook."""
    sheet = forms.write_forms(new, "citizens", new.folder / "forms")[-1]
    settings = new.folder / "workspace.yml"
    text = settings.read_text(encoding="utf-8").replace("trygghetsenkat.csv", "trygghetsenkat.xlsx")
    settings.write_text(text, encoding="utf-8")
    return Workspace.open(new.folder), sheet


def listed(path) -> dict[str, list]:
    """What each column's drop-down list offers, by the column's name."""
    book = openpyxl.load_workbook(path)
    sheet, found = book.worksheets[0], {}
    for rule in sheet.data_validations.dataValidation:
        if rule.type == "list":
            assert rule.showErrorMessage
            name, _, place = rule.formula1.partition("!")
            cells = book[name.strip("'")][place.replace("$", "")]
            column = next(iter(rule.sqref.ranges)).min_col
            found[sheet.cell(4, column).value] = [cell.value for (cell,) in cells]
    return found


def test_its_columns_are_the_codebooks(ws):
    sheet = openpyxl.load_workbook(forms.write_forms(ws, "citizens", ws.folder / "forms")[-1]).worksheets[0]
    codebook = read_codebook(ws.folder / "codebook.yml")
    assert [cell.value for cell in sheet[4]] == codebook.required_columns


def test_lists_hold_the_words_and_then_the_codes(citizens):
    lists = listed(citizens[1])
    assert lists["kon"] == ["Man", "Kvinna", "Annat", 1, 2, 3]
    assert lists["p01"][-5:] == [1, 2, 3, 4, 8]
    assert lists["delomrade"][:2] == ["Centrum", "Östra skogen"]


def test_the_lists_are_hidden_and_the_answers_come_first(citizens):
    book = openpyxl.load_workbook(citizens[1])
    assert [sheet.sheet_state for sheet in book.worksheets] == ["visible", "hidden"]
    assert book.active.title == "Svar"


def test_whatever_its_lists_offer_is_read_back_and_means_the_same(citizens, fill):
    """Each list's words in one row a piece, then each list's codes: two halves that must be equal."""
    ws, sheet = citizens
    lists = listed(sheet)
    del lists["delomrade"]  # its codes are the areas' ids, some of them equal to a name
    most = max(len(entries) // 2 for entries in lists.values())
    rows = []
    for half in (0, 1):
        for i in range(most):
            row = {"lopnr": f"{half}{i:03d}", "fodelsear": 1980, "delomrade": "Centrum"}
            for column, entries in lists.items():
                n = len(entries) // 2
                row[column] = entries[half * n + i % n]
            rows.append(row)
    fill(sheet, rows, ws.wave("citizens").path)
    survey = read_survey(ws)
    variables = [name for name, v in survey.codebook.variables.items() if v.kind == "category"]
    assert len(variables) > 40
    for frame in (survey.answers[variables], survey.missing[variables]):
        words, codes = frame.iloc[:most], frame.iloc[most:]
        assert words.reset_index(drop=True).equals(codes.reset_index(drop=True))
    assert survey.answers["trust_police"].dropna().nunique() == 5


def test_english_lists_are_read_back_too(new, fill):
    sheet = forms.write_forms(new, "citizens", new.folder / "forms", language="en")[-1]
    assert listed(sheet)["kon"][:2] == ["Man", "Woman"]
    settings = new.folder / "workspace.yml"
    text = settings.read_text(encoding="utf-8").replace("trygghetsenkat.csv", "trygghetsenkat.xlsx")
    settings.write_text(text, encoding="utf-8")
    ws = Workspace.open(new.folder)
    row = {"lopnr": "0017", "kon": "Woman", "fodelsear": 1987, "delomrade": "Östra skogen", "f1": "Rather unsafe"}
    fill(sheet, [row | {"f3": "Do not know", "fritext": "a; b"}], ws.wave("citizens").path)
    survey = read_survey(ws)
    assert survey.answers["respondent_id"].tolist() == ["0017"]  # the zeros of a letter's number stay
    assert survey.answers["night_alone"].tolist() == ["rather_unsafe"]
    assert survey.missing["unsafe_time"].tolist() == ["dont_know"]


def test_staff_answers_are_read_back_with_those_asked(new, fill):
    sheet = forms.write_forms(new, "staff", new.folder / "forms")[-1]
    target = new.wave("staff").path
    rows = [
        {
            "Förvaltning": "Skola",
            "Arbetsplats": "Ängskolan",
            "Datum": date(2027, 2, 3),
            "Närvarande": 12,
            "Problem 1": "Inbrott i garage, båtar och fritidshus",
            "Problem 2": "p02",
        },
        {"Förvaltning": "Omsorg", "Närvarande": 5, "Problem 1": "Rasism och hat mot grupper"},
    ]
    fill(sheet, rows, target)
    book = openpyxl.load_workbook(target)
    for at, cells in enumerate([("Skola", 4), ("Omsorg", 3)], start=2):
        book["Tillfrågade"].cell(at, 1, cells[0])
        book["Tillfrågade"].cell(at, 2, cells[1])
    book.save(target)
    staff = read_staff(new)
    assert staff.mentions["problem"].tolist() == ["p21", "p02", "p34"]
    assert staff.meetings["n_present"].tolist() == [12, 5]
    assert str(staff.meetings["date"].iat[0].date()) == "2027-02-03"
    assert staff.n_asked == 7


def test_a_staff_sheet_where_nobody_wrote_how_many_were_asked(new, fill):
    sheet = forms.write_forms(new, "staff", new.folder / "forms")[-1]
    fill(sheet, [{"Förvaltning": "Skola", "Problem 1": "Klotter"}], new.wave("staff").path)
    staff = read_staff(new)
    assert staff.mentions["problem"].tolist() == ["p03"]
    assert staff.n_asked is None


def test_a_form_needs_no_weight_but_a_misspelled_one_does_not_pass_for_none(citizens, fill):
    ws, sheet = citizens
    target = ws.wave("citizens").path
    row = {"lopnr": "1", "kon": "Man", "fodelsear": 1980, "delomrade": "Centrum"}
    fill(sheet, [row], target)
    assert "weight_missing" in set(read_survey(ws).log["rule"])
    book = openpyxl.load_workbook(target)
    column = book.worksheets[0].max_column + 1
    book.worksheets[0].cell(4, column, "urvalvikt")
    book.worksheets[0].cell(5, column, 1.5)
    book.save(target)
    with pytest.raises(InputError) as caught:
        read_survey(ws)
    assert [(f.column, f.rule) for f in caught.value.faults] == [("urvalsvikt", "T12-MISSING-COLUMN-NEAR")]
