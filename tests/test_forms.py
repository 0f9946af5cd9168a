"""Questionnaires: valid forms out, and answers collected by any of them read back without configuration."""

from __future__ import annotations

import csv
import importlib.util
import re
from pathlib import Path

import html5lib
import openpyxl
import pytest

from trygghet import forms
from trygghet.errors import InputError
from trygghet.sources import read_staff, read_survey
from trygghet.workspace import Workspace

GOOD = Path(__file__).parent / "sources" / "conftest.py"
XLSFORM_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def good_files():
    spec = importlib.util.spec_from_file_location("good_files", GOOD)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def ws(tmp_path) -> Workspace:
    """A municipality without delivered weights, so that a form's answers are complete."""
    base = good_files()
    for name, text in (("workspace.yml", base.WORKSPACE), ("codebook.yml", base.CODEBOOK), ("urval.csv", base.INVITED)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return Workspace.open(tmp_path)


@pytest.fixture(params=["citizens", "staff"])
def written(request, ws):
    return request.param, forms.write_forms(ws, request.param, ws.folder / "formular")


def table(book, sheet) -> list[dict]:
    rows = list(book[sheet].values)
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_the_xlsform_keeps_the_rules_of_xlsform(written):
    """Rules of xlsform.org: the three sheets, known types, every list defined, names of plain letters."""
    _, (form, *_) = written
    book = openpyxl.load_workbook(form)
    assert {"survey", "choices", "settings"} <= set(book.sheetnames)
    survey, choices, settings = (table(book, name) for name in ("survey", "choices", "settings"))
    lists = {row["list_name"] for row in choices}
    names = [row["name"] for row in survey]
    assert len(names) == len(set(names))
    for row in survey:
        assert XLSFORM_NAME.fullmatch(row["name"])
        kind, _, argument = row["type"].partition(" ")
        assert kind in {"select_one", "integer", "decimal", "text", "date", "today"}
        assert not argument or argument in lists
        assert row["label::Svenska (sv)"] and row["label::English (en)"]
    for name in lists:
        codes = [str(row["name"]) for row in choices if row["list_name"] == name]
        assert len(codes) == len(set(codes)) > 1
    assert settings[0]["default_language"] == "Svenska (sv)"
    assert re.fullmatch(r"[a-z0-9_-]+", settings[0]["form_id"])


def test_the_page_is_whole_html_with_a_label_for_every_field(written):
    _, paths = written
    for page in (path for path in paths if path.suffix == ".html"):
        parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
        tree = parser.parse(page.read_text(encoding="utf-8"))
        assert tree.get("lang") == page.stem.rsplit("_", 1)[1]
        assert not tree.findall(".//script")
        labels = {label.get("for") for label in tree.iter("label")}
        for field in tree.iter("input"):
            assert field.get("type") == "radio" or field.get("id") in labels


def test_answers_from_the_xlsform_read_back(ws):
    """What KoBo and ODK export: the form's names as columns, codes as cells, their own columns beside."""
    form, *_ = forms.write_forms(ws, "citizens", ws.folder / "formular")
    names = [row["name"] for row in table(openpyxl.load_workbook(form), "survey")]
    answers = [
        {
            "lopnr": "0001",
            "delomrade": "centrum",
            "kon": "1",
            "fodelsear": "1970",
            "f1": "3",
            "p07": "4",
            "fritext": "a, b",
        },
        {"lopnr": "0002", "delomrade": "oster", "kon": "2", "fodelsear": "1990", "f1": "8", "p07": "", "fritext": ""},
    ]
    with (ws.folder / "enkat.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, ["start", *names, "_uuid"], restval="x")
        writer.writeheader()
        writer.writerows(answers)
    survey = read_survey(ws)
    assert survey.answers["night_alone"].iat[0] == "rather_unsafe"
    assert survey.missing["night_alone"].tolist() == ["", "dont_know"]
    assert survey.answers["free_text"].iat[0] == "a, b"
    assert "weight" not in survey.answers
    assert "weight_missing" in set(survey.log["rule"])


def fill(path, rows, target):
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    headings = [cell.value for cell in sheet[4]]
    for at, row in enumerate(rows, start=5):
        for name, value in row.items():
            sheet.cell(at, headings.index(name) + 1, value)
    book.save(target)


def test_answers_from_the_sheet_read_back_with_the_words_of_its_lists(ws):
    *_, sheet = forms.write_forms(ws, "citizens", ws.folder / "formular")
    rows = [
        {"lopnr": "0001", "delomrade": "Österängen", "kon": 1, "fodelsear": 1970, "f1": "Ganska otrygg", "p07": 4},
        {"lopnr": "0002", "delomrade": "Centrum", "kon": 2, "fodelsear": 1990, "f1": "Vet ej", "p07": None},
    ]
    fill(sheet, rows, ws.folder / "enkat.xlsx")
    path = ws.folder / "workspace.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("enkat.csv", "enkat.xlsx"), encoding="utf-8")
    survey = read_survey(Workspace.open(ws.folder))
    assert survey.answers["respondent_id"].tolist() == ["0001", "0002"]
    assert survey.answers["area"].tolist() == ["oster", "centrum"]
    assert survey.answers["night_alone"].iat[0] == "rather_unsafe"
    assert survey.missing["night_alone"].iat[1] == "dont_know"
    assert survey.answers["p07"].iat[0] == "large"


def test_the_sheets_lists_hold_exactly_the_answers(ws):
    *_, sheet = forms.write_forms(ws, "citizens", ws.folder / "formular")
    book = openpyxl.load_workbook(sheet)
    assert book["Val"].sheet_state == "hidden"
    kinds = {rule.type for rule in book.worksheets[0].data_validations.dataValidation}
    assert kinds == {"list", "whole"}
    birth = next(rule for rule in book.worksheets[0].data_validations.dataValidation if rule.type == "whole")
    assert (birth.formula1, birth.formula2) == ("1931", "2000")


def test_staff_answers_read_back_from_form_and_sheet(ws):
    form, *_, sheet = forms.write_forms(ws, "staff", ws.folder / "formular")
    rows = [{"Förvaltning": "Skola", "Arbetsplats": "Ängskolan", "Närvarande": 12, "Problem 1": "Skadegörelse"}]
    fill(sheet, rows, ws.folder / "apt.xlsx")
    staff = read_staff(ws)
    assert staff.mentions["problem"].tolist() == ["p02"]
    names = [row["name"] for row in table(openpyxl.load_workbook(form), "survey")]
    with (ws.folder / "polis.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerow({"unit": "Utryckning", "n_present": "3", "received": "2016-02-03", "problem_1": "p02"})
    police = read_staff(ws, "police")
    assert police.mentions["problem"].tolist() == ["p02"]
    assert str(police.meetings["received"].iat[0].date()) == "2016-02-03"


def test_a_misspelled_weight_does_not_pass_for_none(ws):
    base = good_files()
    (ws.folder / "enkat.csv").write_text(base.SURVEY.replace("urvalsvikt", "urvalvikt"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_survey(ws)
    assert [(f.column, f.rule) for f in caught.value.faults] == [("urvalsvikt", "T12-MISSING-COLUMN-NEAR")]


def test_a_source_without_a_questionnaire(ws):
    with pytest.raises(InputError) as caught:
        forms.write_forms(ws, "incidents", ws.folder / "formular")
    assert caught.value.faults[0].rule == "S22-NO-QUESTIONNAIRE"
