"""Figures to compare with, in each of the layouts they come in; the figures are invented."""

from __future__ import annotations

import json
import math

import openpyxl
import pytest

from trygghet.errors import InputError
from trygghet.messages import Words
from trygghet.sources import check, read_reference
from trygghet.sources.figures import COLUMNS
from trygghet.workspace import Workspace

COMPARISON = """\
comparison:
  county: [Uppsala län]
  similar: [Kommun A, Kommun B]
  breaks:
    - {from: 2017, indicators: [unsafe_night], why: {sv: ny metod, en: new method}}
    - {from: 2013, indicators: ["crime:shoplifting"], why: {sv: nya koder, en: new codes}}
"""
SOURCE = """\
  jamforelse:
    kind: reference
    evidence_class: register
    label: {sv: Jämförelsetal, en: Figures}
    waves:
      "2016": {file: FILE, from: 2012-01-01, to: 2018-12-31}
"""


def workspace(folder, file, *, more=""):
    path = folder / "workspace.yml"
    text = path.read_text(encoding="utf-8").replace("sources:\n", COMPARISON + "sources:\n", 1)
    source = SOURCE.replace("file: FILE", f"file: {file}{more}")
    path.write_text(text.replace("reports:", source + "reports:", 1), encoding="utf-8")
    return Workspace.open(folder)


def put(folder, text, file="tal.csv", **options):
    (folder / file).write_text(text, encoding="utf-8")
    return workspace(folder, file, **options)


def faults(ws):
    with pytest.raises(InputError) as caught:
        read_reference(ws, "jamforelse")
    for language in ("sv", "en"):
        assert all("{" not in fault.text(Words(language)) for fault in caught.value.faults)
    return [(fault.row, fault.column, fault.rule) for fault in caught.value.faults]


LONG = "Område;Indikator;År;Andel;Nedre;Övre;Antal svar;Definition;Källa\r\n"
WIDE = "Region;Brottstyp;2012;2013;2014\r\n"


def test_a_row_a_figure(folder):
    ws = put(folder, LONG + "Riket;Otrygga ute sent på kvällen;2017/2018;27,5 %;26,9;28,1;12 100;NTU 2017;Brå\r\n")
    frame = read_reference(ws, "jamforelse").frame
    assert list(frame.columns) == list(COLUMNS)
    row = frame.iloc[0]
    assert (row["indicator"], row["area_kind"], row["period"]) == ("unsafe_night", "country", "2017/2018")
    assert (row["estimate"], row["ci_low"], row["ci_high"]) == pytest.approx((0.275, 0.269, 0.281))
    assert (row["n"], row["unit"], row["definition"], row["source"]) == (12100, "share", "NTU 2017", "Brå")


def test_a_column_a_year_with_areas_by_code_and_name(folder):
    text = WIDE + (
        "0180 Provköping;Cykelstöld;812,5;1 024;..\r\n"
        "03 Uppsala län;Cykelstöld;700;710;690\r\n"
        "Kommun A;Cykelstöld;500;510;-\r\n"
        "Kommun C;Cykelstöld;1;2;3\r\n"
        "Provköping;Jaktbrott;1;2;3\r\n"
        "Simulerade tal;;;;\r\n"
    )
    read = read_reference(put(folder, text.replace("03 Uppsala", "Uppsala")), "jamforelse")
    found = read.frame.set_index(["area_kind", "period"])["estimate"]
    assert found[("own", "2012")] == 812.5 and found[("own", "2013")] == 1024
    assert ("own", "2014") not in found.index, "a mark is no figure"
    assert found[("similar", "2014")] == 0, "a dash is none at all"
    assert set(read.frame["unit"]) == {"rate"}
    assert read.left_out == {"areas": ("Kommun C",), "indicators": ("Jaktbrott",)}


def test_breaks_part_the_series_and_a_period_across_one_stands_alone(folder):
    rows = "".join(
        f"Riket;unsafe_night;{period};25;;;;;\r\n" for period in ("2015", "2016", "2016/2017", "2017", "2018")
    )
    frame = read_reference(put(folder, LONG + rows), "jamforelse").frame.set_index("period")["series"]
    assert frame["2015"] == frame["2016"] != frame["2017"] == frame["2018"]
    assert frame["2016/2017"] not in (frame["2016"], frame["2017"])


def test_figures_after_the_wave_are_left_out(folder):
    ws = put(folder, LONG + "Riket;unsafe_night;2018;25;;;;;\r\nRiket;unsafe_night;2019;26;;;;;\r\n")
    assert list(read_reference(ws, "jamforelse").frame["period"]) == ["2018"]


def test_the_workbook_for_municipal_pictures(folder):
    book = openpyxl.Workbook()
    book.active.title = "Information"
    book.active.append(["Om indikatorerna"])
    for name, own in (("Otrygghet utomhus-NTU", 27.5), ("Skadegörelse", 12)):
        sheet = book.create_sheet(name)
        for row in (["Andel, procent"], ["Region", "2015/2016", "2017/2018"], ["Provköping", "..", own],
                    ["Uppsala län1)", 28, 26], ["Hela landet", 29, 27], [], ["1) Exklusive Knivsta"]):  # fmt: skip
            sheet.append(row)
    book.save(folder / "bra.xlsx")
    frame = read_reference(workspace(folder, "bra.xlsx"), "jamforelse").frame
    found = frame.set_index(["indicator", "area_kind", "period"])["estimate"]
    assert found[("unsafe_night", "own", "2017/2018")] == pytest.approx(0.275)
    assert ("unsafe_night", "own", "2015/2016") not in found.index
    assert found[("problem_p02", "country", "2015/2016")] == pytest.approx(0.29), "a survey share, no type of crime"
    assert set(frame["definition"]) == {"NTU 2017"}


def test_an_ntu_table_with_sexes_and_limits(folder):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "4A.1"
    for row in (["Andel otrygga"], ["Region", "Kön", "2016", "2017*", "Nedre", "Övre"],
                ["Uppsala län", "Samtliga", 26, 27, 25.5, 28.5], [None, "Kvinnor", 33, 34, 31, 37],
                ["Hela landet", "Samtliga", 28, 29, 28.6, 29.4], [None, "Kvinnor", 36, 37, 36, 38]):  # fmt: skip
        sheet.append(row)
    book.save(folder / "ntu.xlsx")
    ws = workspace(folder, "ntu.xlsx", more=', sheet: "4A.1", indicator: unsafe_night')
    frame = read_reference(ws, "jamforelse").frame
    assert len(frame) == 4, "both sexes together only"
    row = frame.set_index(["area_kind", "period"]).loc[("county", "2017")]
    assert (row["estimate"], row["ci_low"], row["ci_high"]) == pytest.approx((0.27, 0.255, 0.285))
    assert math.isnan(frame.set_index(["area_kind", "period"]).loc[("county", "2016"), "ci_low"])


REGIONS = {"0180": "Provköping", "03": "Uppsala län"}


def cube(ages):
    values = [100, 110, 60, 66, 50, 55, 30, 33, *([160, 176, 80, 88] if "tot" in ages else [])]
    n = len(ages)
    return {
        "version": "2.0", "class": "dataset", "id": ["Alder", "Region", "Tid"], "size": [n, 2, 2],
        "dimension": {
            "Alder": {"label": "ålder", "category": {"index": ages, "label": {a: a for a in ages}}},
            "Region": {"label": "region", "category": {"index": list(REGIONS), "label": REGIONS}},
            "Tid": {"label": "år", "category": {"index": ["2014", "2015"], "label": {"2014": "2014", "2015": "2015"}}},
        },
        "value": values[: 4 * n],
    }  # fmt: skip


@pytest.mark.parametrize(("ages", "people"), [(["0-17", "18+"], 150), (["0-17", "18+", "tot"], 160)])
def test_population_of_years_as_json_stat(folder, ages, people):
    data = cube(ages)
    data["dimension"]["Region"]["label"] = "Region"
    ws = put(folder, json.dumps(data).replace('"Alder"', '"Ålder"'), "folk.json")
    frame = read_reference(ws, "jamforelse").frame.set_index(["area_kind", "period"])
    assert frame.loc[("own", "2014"), "estimate"] == people, "ages are added up, or the total is taken: never both"
    assert set(frame["indicator"]) == {"population"} and set(frame["unit"]) == {"count"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (LONG + "Rikett;unsafe_night;2016;25;;;;;\r\n", [(2, "area", "R02-AREA-NEAR")]),
        (LONG + "Riket;Otrygga ute sent på kvälen;2016;25;;;;;\r\n", [(2, "indicator", "R04-INDICATOR-NEAR")]),
        (LONG + "Norge;unsafe_night;2016;25;;;;;\r\n", [(0, "", "R01-NO-AREA")]),
        (LONG + "Riket;Antal fiskar;2016;25;;;;;\r\n", [(0, "", "R03-NO-INDICATOR")]),
        (LONG + "Riket;unsafe_night;våren;25;;;;;\r\n", [(2, "Andel", "R05-PERIOD")]),
        (LONG + "Riket;unsafe_night;2016;25;26;28;;;\r\n", [(2, "Andel", "R06-LIMITS")]),
        (LONG + "Riket;unsafe_night;2016;125;;;;;\r\nRiket;unsafe_night;2015;-2;;;;;\r\n",
         [(2, "Andel", "R07-OUT-OF-RANGE"), (3, "Andel", "R07-OUT-OF-RANGE")]),
        (LONG + "Riket;unsafe_night;2016;25;;;;;\r\nHela landet;unsafe_night;2016;26;;;;;\r\n", [(3, "", "R08-TWICE")]),
        (LONG + "Riket;unsafe_night;2016;många;;;;;\r\n", [(2, "Andel", "T28-NOT-A-FIGURE")]),
        (WIDE + "Riket;Cykelstöld;många;1;2\r\n", [(2, "2012", "T28-NOT-A-FIGURE")]),
        ("Region;Brottstyp;Tolv\r\nRiket;Cykelstöld;1\r\n", [(1, "", "T27-NO-PERIODS")]),
    ],
)  # fmt: skip
def test_each_fault_by_row_and_column(folder, text, expected):
    assert faults(put(folder, text)) == expected


def test_several_contents_of_a_cube_are_refused(folder):
    data = cube(["0-17", "18+"])
    data["dimension"] = {("ContentsCode" if k == "Alder" else k): v for k, v in data["dimension"].items()}
    data["id"][0] = "ContentsCode"
    assert faults(put(folder, json.dumps(data), "folk.json")) == [(0, "ContentsCode", "R10-SEVERAL-CONTENTS")]


def test_check_tells_what_is_not_used(folder):
    ws = put(
        folder, WIDE + "Provköping;Cykelstöld;1;2;3\r\nKommun C;Cykelstöld;1;2;3\r\nProvköping;Jaktbrott;1;2;3\r\n"
    )
    found, notes = check(ws)
    assert not found
    about = " ".join(note for note in notes if note.startswith("Jämförelsetal"))
    assert "3 tal" in about and "Kommun C" in about and "Jaktbrott" in about


def test_a_break_of_a_measure_that_does_not_exist_is_a_fault(folder):
    ws = put(folder, LONG + "Riket;unsafe_night;2016;25;;;;;\r\n")
    path = ws.folder / "workspace.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("[unsafe_night], why", "[unsafe_nigth], why"), encoding="utf-8"
    )
    assert faults(Workspace.open(folder)) == [(0, "comparison.breaks.unsafe_nigth", "R09-BREAK")]
