"""Workbooks with merged cells, ods, SPSS, json-stat2 and PX."""

from __future__ import annotations

import json

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from trygghet.errors import InputError
from trygghet.sources import read_survey
from trygghet.sources.tables import read_table
from trygghet.workspace import Workspace


def rules(call):
    with pytest.raises(InputError) as caught:
        call()
    return [(fault.row, fault.column, fault.rule) for fault in caught.value.faults]


def test_ods(tmp_path, ods):
    path = ods(tmp_path / "a.ods", [["Titel", "", ""], ["kod", "kön", "n"], ["0180", "å", "1,5"]])
    table = read_table(path)
    assert table.columns == ["kod", "kön", "n"]
    assert table.frame.to_numpy().tolist() == [["0180", "å", "1,5"]]
    assert table.first_data_row == 3


def test_an_ods_that_unfolds_is_refused(tmp_path, ods):
    cell = '<table:table-cell table:number-columns-repeated="16384" office:value-type="float" office:value="1"/>'
    extra = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    path = ods(tmp_path / "a.ods", [["a", "b"]], extra=extra)
    assert rules(lambda: read_table(path)) == [(0, "", "T17-UNFOLDS")]


def test_merged_headers_are_joined_and_merged_groups_filled_down(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["Otrygghet, procent"],
        ["Kön", "Region", "2017", None, "2018", None],
        [None, None, "Andel", "Antal1)", "Andel", "Antal1)"],
        ["Kvinnor", "Riket", 28.1, 100, 29, 101],
        [None, "Länet", 27, 50, 28, 51],
        ["Män", "Riket", 11, 99, 12, 98],
        [],
        ["1) Anmärkning"],
    ):
        sheet.append(row)
    for merged in ("A1:F1", "C2:D2", "E2:F2", "A2:A3", "B2:B3", "A4:A5"):
        sheet.merge_cells(merged)
    book.save(tmp_path / "a.xlsx")
    table = read_table(tmp_path / "a.xlsx")
    assert table.columns == ["Kön", "Region", "2017 Andel", "2017 Antal", "2018 Andel", "2018 Antal"]
    assert table.frame["Kön"].tolist() == ["Kvinnor", "Kvinnor", "Män"]
    assert table.frame["2017 Andel"].tolist() == ["28.1", "27", "11"]
    assert list(table.rows) == [4, 5, 6]
    assert {change.rule for change in table.log} >= {"merged_headers", "filled_down", "footnotes", "notes_below"}


def test_a_cell_that_shows_an_error_is_not_taken_for_empty(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.append([1, 2])
    book.active["B2"].value, book.active["B2"].data_type = "#REF!", "e"
    book.save(tmp_path / "a.xlsx")
    assert rules(lambda: read_table(tmp_path / "a.xlsx")) == [(2, "B", "T22-CELL-ERROR")]


def sav(path, frame, **options):
    pyreadstat.write_sav(frame, str(path), **options)
    return path


def test_spss_keeps_codes_labels_and_declared_missing(tmp_path):
    frame = pd.DataFrame({"f1": [1.0, 4.0, 9.0, None], "kod": ["0180", "0181", "", "x"], "vikt": [0.5, 1.25, 1, 2]})
    labels = {"f1": {1: "Mycket trygg", 4: "Mycket otrygg", 8: "Vet ej", 9: "Ej svar"}}
    path = sav(tmp_path / "a.sav", frame, variable_value_labels=labels, missing_ranges={"f1": [{"lo": 8, "hi": 9}]})
    table = read_table(path, required=["F1"])
    assert table.frame["f1"].tolist() == ["1", "4", "9", ""]
    assert table.frame["kod"].tolist() == ["0180", "0181", "", "x"]
    assert table.labels["f1"]["4"] == "Mycket otrygg"
    assert table.missing["f1"] == ("8", "9")


def spss_survey(folder, labels):
    frame = pd.DataFrame(
        {
            "lopnr": ["0001", "0002", "0003"],
            "delomrade": ["centrum", "oster", "oster"],
            "kon": [1.0, 2, 2],
            "fodelsear": [1970.0, 1980, 1990],
            "f1": [1.0, 3, 99],
            "p07": [1.0, 2, 3],
            "fritext": ["", "", ""],
            "urvalsvikt": [1.5, 2, 3],
        }
    )
    sav(folder / "enkat.sav", frame, variable_value_labels=labels, missing_ranges={"f1": [99]})
    path = folder / "workspace.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("enkat.csv", "enkat.sav"), encoding="utf-8")
    return Workspace.open(folder)


def test_a_survey_in_spss_reads_by_the_same_codebook(folder):
    survey = read_survey(spss_survey(folder, {"f1": {1: "Mycket trygg", 3: "Ganska otrygg"}}))
    assert survey.answers["night_alone"].tolist()[:2] == ["very_safe", "rather_unsafe"]
    # 99 is declared missing by the file, though the codebook does not know it
    assert survey.missing["night_alone"].tolist() == ["", "", "no_answer"]
    assert "declared_missing" in set(survey.log["rule"])


def test_a_reversed_scale_is_caught_by_its_labels(folder):
    ws = spss_survey(folder, {"f1": {1: "Ganska otrygg", 3: "Mycket trygg"}})
    assert rules(lambda: read_survey(ws)) == [(0, "f1", "S21-LABEL-DIFFERS")] * 2


JSONSTAT = {
    "version": "2.0",
    "class": "dataset",
    "id": ["Region", "Kon"],
    "size": [2, 2],
    "dimension": {
        "Region": {
            "label": "region",
            "category": {"index": {"1781": 1, "0180": 0}, "label": {"0180": "Stockholm", "1781": "Kristinehamn"}},
        },
        "Kon": {"label": "kön", "category": {"index": ["1", "2"], "label": {"1": "män", "2": "kvinnor"}}},
    },
    "value": [10, None, 3, 4.5],
    "status": {"1": ".."},
}  # fmt: skip


def test_jsonstat_unfolds_in_the_order_of_its_index(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("\ufeff" + json.dumps(JSONSTAT), encoding="utf-8")
    table = read_table(path)
    expected = [["0180", "1", "10"], ["0180", "2", ".."], ["1781", "1", "3"], ["1781", "2", "4.5"]]
    assert table.frame.to_numpy().tolist() == expected
    assert table.labels["Region"]["1781"] == "Kristinehamn"


@pytest.mark.parametrize(
    "change", [{"value": [1, 2, 3]}, {"size": [2, 3]}, {"id": ["Region", "Alder"]}, {"value": ["a"] * 4}]
)
def test_a_jsonstat_whose_parts_do_not_fit(tmp_path, change):
    path = tmp_path / "a.json"
    path.write_text(json.dumps({**JSONSTAT, **change}), encoding="utf-8")
    assert rules(lambda: read_table(path)) == [(0, "", "T26-NOT-A-CUBE")]


def test_a_jsonstat_that_unfolds_is_refused(tmp_path):
    codes = [str(i) for i in range(5000)]
    dimension = {name: {"category": {"index": codes}} for name in ("a", "b")}
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"id": ["a", "b"], "size": [5000, 5000], "dimension": dimension, "value": {"0": 1}}))
    assert rules(lambda: read_table(path)) == [(0, "", "T17-UNFOLDS")]


PX = """\
CHARSET="ANSI";
AXIS-VERSION="2000";
CODEPAGE="iso-8859-15";
LANGUAGE="sv";
TITLE="Folkmängd; efter region";
STUB="region";
HEADING="kön","år";
VALUES("region")="Stockholm","Kristinehamn";
VALUES[en]("region")="Stockholm","Kristinehamn";
VALUES("kön")="män","kvinnor";
VALUES("år")="2018",
"2019";
CODES("region")="0180","1781";
CODES("kön")="1","2";
DATA=
1 2 3 4
5 ".." 7 - ;
"""


def test_px(tmp_path):
    path = tmp_path / "a.px"
    path.write_bytes(PX.encode("iso-8859-15"))
    table = read_table(path)
    assert table.columns == ["region", "kön", "år", "value"]
    assert table.frame["value"].tolist() == ["1", "2", "3", "4", "5", "..", "7", "-"]
    assert table.frame.iloc[5].tolist() == ["1781", "1", "2019", ".."]
    assert table.labels["kön"] == {"1": "män", "2": "kvinnor"}


@pytest.mark.parametrize(
    ("old", "new"), [('5 ".." 7 - ;', "5 7;"), ("DATA=", "DAT="), ('STUB="region";', 'STUB="län";')]
)
def test_a_px_that_is_not_whole(tmp_path, old, new):
    path = tmp_path / "a.px"
    path.write_bytes(PX.replace(old, new).encode("iso-8859-15"))
    assert rules(lambda: read_table(path)) == [(0, "", "T26-NOT-A-CUBE")]
