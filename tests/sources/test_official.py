"""Published tables. Each fixture reproduces a layout; what is imitated is said beside it."""

from __future__ import annotations

import json
import math

import openpyxl
import pandas as pd
import pytest

from trygghet.errors import InputError
from trygghet.sources import official, read_population
from trygghet.sources.population import agreeing_margins
from trygghet.workspace import Workspace


def rules(call):
    with pytest.raises(InputError) as caught:
        call()
    return [(fault.row, fault.column, fault.rule) for fault in caught.value.faults]


@pytest.fixture
def bra(tmp_path):
    """Imitates "Indikatorer för kommuners lägesbild": one sheet an indicator, row 1 the title, row 2 the
    header, column A the region (municipality, county, the whole country), two-year pairs as columns,
    marks in cells, an information sheet first, a footnote below. The figures are invented."""
    book = openpyxl.Workbook()
    book.active.title = "Information"
    book.active.append(["Om indikatorerna"])
    book.active.append(["Uppgifterna är hämtade ur NTU."])
    sheet = book.create_sheet("Otrygghet utomhus-NTU")
    for row in (
        ["Andel som är otrygga ute sent på kvällen, procent"],
        ["Region", "2017/2018", "2019/2020", "2021/2022"],
        ["Enköping", 27.5, "..", 24],
        ["Uppsala län1)", 28, 27.1, "26,3"],
        ["Hela landet", 29, 28, "-"],
        [],
        ["1) Exklusive Knivsta"],
    ):
        sheet.append(row)
    sheet = book.create_sheet("Cykelstöld")
    for row in (
        ["Anmälda cykelstölder"],
        ["Region", 2021, 2022],
        ["Enköping", 212, 198],
        ["Hela landet", 58000, 55000],
    ):
        sheet.append(row)
    path = tmp_path / "Enköping.xlsx"
    book.save(path)
    return path


def test_bra_workbook_keeps_two_year_periods_and_the_whole_country(bra):
    frame = official.read_bra_workbook(bra).frame
    assert list(frame.columns) == official.FIGURE_COLUMNS
    unsafe = frame[frame["indicator"] == "Otrygghet utomhus-NTU"].set_index(["region", "period"])
    assert unsafe.loc[("Enköping", "2017/2018"), "value"] == 27.5
    assert unsafe.loc[("Uppsala län", "2021/2022"), "value"] == 26.3
    assert set(unsafe.index.get_level_values("period")) == {"2017/2018", "2019/2020", "2021/2022"}
    assert "Hela landet" in unsafe.index.get_level_values("region")
    assert (
        frame[frame["indicator"] == "Cykelstöld"].set_index(["region", "period"]).loc[("Enköping", "2022"), "value"]
        == 198
    )


def test_marks_keep_their_reason(bra):
    unsafe = official.read_bra_workbook(bra, sheets=["Otrygghet utomhus-NTU"]).frame.set_index(["region", "period"])
    missing = unsafe.loc[("Enköping", "2019/2020")]
    assert missing["mark"] == "not_available" and math.isnan(missing["value"])
    none = unsafe.loc[("Hela landet", "2021/2022")]
    assert none["mark"] == "none" and none["value"] == 0


def test_a_workbook_without_periods_or_with_a_word_among_the_figures(bra, tmp_path):
    assert rules(lambda: official.read_bra_workbook(bra, sheets=["Information"])) == [(0, "", "T27-NO-PERIODS")]
    book = openpyxl.load_workbook(bra)
    book["Cykelstöld"]["B3"] = "ca 200"
    book.save(tmp_path / "b.xlsx")
    assert rules(lambda: official.read_bra_workbook(tmp_path / "b.xlsx")) == [(3, "2021", "T28-NOT-A-FIGURE")]


@pytest.fixture
def ntu(tmp_path):
    """Imitates an NTU county table: title row, header row, the sex column merged downwards, starred
    (back-cast) years, confidence limits of the last year in the last two columns."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "4A.1"
    for row in (
        ["Tabell 4A.1. Otrygghet, 16–84 år. Procent."],
        ["Kön", "Region", "2016*", "2017", "2018", "Nedre gräns", "Övre gräns"],
        ["Samtliga", "Hela landet", 24, 28, 28.5, 28.1, 28.9],
        [None, "Värmlands län", 22, 27, 26, 23.9, 28.2],
        ["Kvinnor", "Hela landet", 33, "40*", 41, 40.2, 41.8],
        [None, "Värmlands län", "x", 38, 37, 33.8, 40.3],
    ):
        sheet.append(row)
    sheet.merge_cells("A3:A4")
    sheet.merge_cells("A5:A6")
    path = tmp_path / "ntu.xlsx"
    book.save(path)
    return path


def test_ntu_table_fills_the_sex_down_and_puts_the_limits_to_the_last_year(ntu):
    frame = official.read_ntu_table(ntu, sheet="4A.1", indicator="unsafe_night").frame
    rows = frame.set_index(["sex", "region", "period"])
    assert rows.loc[("Kvinnor", "Värmlands län", "2018"), ["value", "low", "high"]].tolist() == [37, 33.8, 40.3]
    assert math.isnan(rows.loc[("Kvinnor", "Värmlands län", "2017"), "low"])
    assert rows.loc[("Kvinnor", "Värmlands län", "2016"), "mark"] == "suppressed"
    assert rows.loc[("Kvinnor", "Hela landet", "2017"), "value"] == 40
    assert rows.loc[("Samtliga", "Hela landet", "2016"), "revised"]
    assert not rows.loc[("Samtliga", "Hela landet", "2017"), "revised"]


def test_sol_export(tmp_path):
    """Imitates an export of Brå's database as csv: crime types as rows, years as columns, old style
    numbers with a space, title rows above."""
    path = tmp_path / "sol.csv"
    text = "Anmälda brott, hela landet och per kommun;;\n;;\nBrottstyp;2016;2017\nCykelstöld;1 326;1 298\nRån;-;..\n"
    path.write_bytes(text.encode("cp1252"))
    frame = official.read_sol_export(path).set_index(["offence", "period"])
    assert frame.loc[("Cykelstöld", "2016"), "n"] == 1326
    assert frame.loc[("Rån", "2017"), "mark"] == "not_available"


def test_kolada_answer(tmp_path):
    """Imitates an answer of Kolada's interface: values by municipality and sex, a missing one null."""
    values = [{"gender": "T", "value": 61.2, "count": 1}, {"gender": "K", "value": None, "count": 0}]
    answer = {"values": [{"kpi": "N07403", "municipality": "180", "period": 2019, "values": values}]}
    path = tmp_path / "kolada.json"
    path.write_text("\ufeff" + json.dumps(answer), encoding="utf-8")
    frame = official.read_kolada(path)
    assert frame["municipality"].tolist() == ["0180", "0180"]
    assert frame["value"].iat[0] == 61.2
    assert frame["mark"].tolist() == ["", "not_available"]
    path.write_text("{}", encoding="utf-8")
    assert rules(lambda: official.read_kolada(path)) == [(0, "", "T26-NOT-A-CUBE")]


def population_from(folder, name, data, where=""):
    (folder / name).write_bytes(data)
    path = folder / "workspace.yml"
    new = f"{{file: {name}, {where}from: 2019-12-31"
    path.write_text(
        path.read_text(encoding="utf-8")
        .replace("{file: befolkning.csv, from: 2015-12-31", new)
        .replace("to: 2015-12-31", "to: 2019-12-31"),
        encoding="utf-8",
    )
    return read_population(Workspace.open(folder))


def test_scb_population_as_csv_with_the_year_for_a_heading(folder):
    text = "region,ålder,kön,2019\nKristinehamn,0,män,100\nKristinehamn,100+,kvinnor,7\nKarlstad,0,män,900\n"
    frame = population_from(folder, "scb.csv", text.encode(), "where: {region: Kristinehamn}, ")
    assert frame[["sex", "age", "n"]].to_numpy().tolist() == [["man", 0, 100], ["woman", 100, 7]]


def test_scb_population_as_px_and_jsonstat_are_the_same(folder):
    px = (
        'CODEPAGE="iso-8859-15";STUB="ålder";HEADING="kön";VALUES("ålder")="0 år","100+ år";'
        'VALUES("kön")="män","kvinnor";CODES("ålder")="0","100+";DATA=10 11 2 3;'
    )
    jsonstat = {
        "id": ["Alder", "Kon"],
        "size": [2, 2],
        "dimension": {
            "Alder": {"category": {"index": ["0", "100+"], "label": {"0": "0 år", "100+": "100+ år"}}},
            "Kon": {"category": {"index": ["1", "2"], "label": {"1": "män", "2": "kvinnor"}}},
        },
        "value": [10, 11, 2, 3],
    }
    one = population_from(folder, "scb.px", px.encode("iso-8859-15"))
    (folder / "workspace.yml").write_text(
        (folder / "workspace.yml").read_text(encoding="utf-8").replace("scb.px", "scb.json"), encoding="utf-8"
    )
    (folder / "scb.json").write_text(json.dumps(jsonstat), encoding="utf-8")
    two = read_population(Workspace.open(folder))
    pd.testing.assert_frame_equal(one, two)
    assert dict(zip(zip(one["sex"], one["age"], strict=True), one["n"], strict=True)) == {
        ("man", 0): 10, ("woman", 0): 11, ("man", 100): 2, ("woman", 100): 3,
    }  # fmt: skip


def test_margins_with_cell_key_noise_are_scaled_and_others_refused():
    areas = pd.Series({"a": 600.0, "b": 400.0})
    sexes = pd.Series({"man": 499.0, "woman": 499.0})
    scaled, changed = agreeing_margins({"area": areas, "sex": sexes})
    assert changed == ["sex"]
    assert scaled["sex"].sum() == pytest.approx(1000)
    assert scaled["area"].tolist() == [600, 400]
    with pytest.raises(InputError) as caught:
        agreeing_margins({"area": areas, "sex": sexes * 1.1})
    fault = caught.value.faults[0]
    assert fault.rule == "S40-TOTALS-DIFFER"
    assert (fault.values["first_total"], fault.values["second_total"]) == (1000, 1098)
