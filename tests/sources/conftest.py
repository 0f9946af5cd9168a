"""A small invented municipality whose files each test may spoil."""

from __future__ import annotations

import json
import zipfile
from html import escape
from pathlib import Path

import openpyxl
import pytest

from trygghet.workspace import Workspace

WORKSPACE = """\
name: Provköping
code: "0180"
simulated: true
areas:
  - {id: centrum, name: Centrum}
  - {id: oster, name: Österängen}
boundaries: omraden.geojson
headline: unsafe_night
sources:
  citizens:
    kind: survey
    evidence_class: probability
    codebook: codebook.yml
    design: {strata: area}
    waves:
      "2016": {file: enkat.csv, invited: urval.csv, from: 2016-02-01, to: 2016-03-18}
  staff:
    kind: staff
    evidence_class: staff
    waves:
      "2016": {file: apt.xlsx, deadline: 2016-02-29, from: 2016-01-15, to: 2016-02-29}
  police:
    kind: staff
    evidence_class: staff
    waves:
      "2016": {file: polis.csv, asked: 5, from: 2016-02-01, to: 2016-02-29}
  incidents:
    kind: incidents
    evidence_class: register
    waves:
      "2016": {file: handelser.csv, from: 2015-04-01, to: 2016-03-31}
  contacts:
    kind: contacts
    evidence_class: open
    waves:
      "2016": {file: kontakter.csv, from: 2016-01-01, to: 2016-03-31}
  population:
    kind: population
    evidence_class: register
    waves:
      "2016": {file: befolkning.csv, from: 2015-12-31, to: 2015-12-31}
reports: {"2016": [lagesbild]}
"""
CODEBOOK = """\
id: lopnr
weight: urvalsvikt
variables:
  area: {column: delomrade, label: {sv: Delområde}}
  sex: {column: kon, values: {"1": man, "2": woman, "3": other}, missing: {"9": no_answer}}
  age: {column: fodelsear, from: birth_year, range: [16, 85]}
  age_group: {bands: [[16, 24], [25, 44], [45, 64], [65, 85]]}
  night_alone:
    column: f1
    question: {sv: Hur trygg känner du dig sent på kvällen?}
    values: {"1": very_safe, "2": rather_safe, "3": rather_unsafe, "4": very_unsafe,
             "5": avoids_unsafe, "6": avoids_other}
    missing: {"8": dont_know, "9": no_answer}
    labels: {very_safe: {sv: Mycket trygg}, rather_unsafe: {sv: Ganska otrygg}}
  p07:
    column: p07
    values: {"1": not_at_all, "2": small, "3": some, "4": large}
    missing: {"8": dont_know}
  free_text: {column: fritext, kind: text}
"""
STAFF = """\
Förvaltning|Arbetsplats|Datum|Närvarande|Inkom|Problem 1|Problem 2|Problem 3|Plats|Tid|Kommentar
Skola|Ängskolan|2016-02-01|12|2016-02-10|P07|skadegörelse, nedskräpning||skolgården|kväll|
Skola|Åskolan|2016-02-02|8|2016-03-02|Skadegörelse|skadegörelse|fågelholkar|||
Vård|Hemtjänst|2016-02-03|5|2016-02-05||||||inga problem
"""
SURVEY = """\
lopnr;delomrade;kon;fodelsear;f1;p07;fritext;urvalsvikt
0001;centrum;1;1970;1;1;Mörkt vid ån;10,5
0002;centrum;2;1990;3;4;;10,5
0003;oster;2;1940;5;8;Buller; 1 010,25
0004;oster;1;1999;;2;;9
0005;Österängen;3;1960;6;3;;9
0006;oster;9;1985;8;4;;9
"""
POLICE = """\
medarbetare;tjanst;problem1;problem2;problem3;plats;tid
A;utryckning;P07;narkotikahandel;;Centrum;kväll
B;utryckning;skadegorelse;Skadegörelse;;;
C;utredning;;;;;
"""
INCIDENTS = """\
diarienr;brottskod;brott;fran;till;anmald;antal;nord;ost;plats
D1;0365;Misshandel;2016-01-02 20:00;2016-01-02 20:30;2016-01-03;1;6578000;460500;torg
D2;0365;Misshandel;2016-01-02 00:00;2016-01-02 23:59;2016-01-04;2;460500;6578000;torg
D3;9999;Annat;;2016-02-29 24:00;2016-03-01;;0;0;
D4;0365;Misshandel;2015-10-25 02:30;2015-10-25 03:00;2015-10-26;1;;;
D5;0365;Misshandel;2016-03-27 02:30;2016-03-27 03:30;2016-03-28;1;6578000;469000;
"""
CONTACTS = """\
datum;typ;plats;antal;problem;anteckning
2016-01-05;dialog;torget;12;P07;
2016-02-01;samtal;;1;något annat;
"""
POPULATION = """\
delomrade;kon;alder;antal
centrum;män;16;1 200
centrum;kvinnor;100+;3
oster;män;40;10
oster;kvinnor;40;11
"""
INVITED = """\
lopnr;delomrade;kon;fodelsear
1;centrum;1;1970
2;centrum;2;1990
3;oster;2;1940
4;oster;1;1999
5;oster;1;1960
6;oster;2;1985
7;centrum;1;1950
"""


def _square(west: float, south: float) -> dict:
    corners = [(west, south), (west + 5000, south), (west + 5000, south + 5000), (west, south + 5000)]
    return {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}


def _boundaries() -> str:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3006"}}
    features = [
        {"type": "Feature", "properties": {"id": name}, "geometry": _square(west, 6575000)}
        for name, west in (("centrum", 458000), ("oster", 463000))
    ]
    return json.dumps({"type": "FeatureCollection", "crs": crs, "features": features})


def staff_workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Svar"
    for row in (
        ["Provköpings kommun"],
        ["Arbetsplatsträffar 2016"],
        [],
        *(line.split("|") for line in STAFF.splitlines()),
    ):
        sheet.append([int(cell) if cell.isdigit() else cell or None for cell in row])
    asked = book.create_sheet("Tillfrågade")
    for row in (["Förvaltning", "Antal arbetsplatser"], ["Skola", 4], ["Vård", 3]):
        asked.append(row)
    book.save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The municipality's folder, every file in good order."""
    files = {
        "workspace.yml": WORKSPACE,
        "codebook.yml": CODEBOOK,
        "enkat.csv": SURVEY,
        "urval.csv": INVITED,
        "polis.csv": POLICE,
        "handelser.csv": INCIDENTS,
        "kontakter.csv": CONTACTS,
        "befolkning.csv": POPULATION,
        "omraden.geojson": _boundaries(),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    staff_workbook(tmp_path / "apt.xlsx")
    return tmp_path


@pytest.fixture
def ws(folder: Path) -> Workspace:
    """The municipality as a workspace."""
    return Workspace.open(folder)


NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns"
CELL = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'


def write_ods(path: Path, rows: list[list[str]], *, extra: str = "") -> Path:
    """A minimal OpenDocument sheet."""
    cells = ["".join(CELL.format(escape(cell)) if cell else "<table:table-cell/>" for cell in row) for row in rows]
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in cells) + extra
    names = " ".join(f'xmlns:{name}="{NAMESPACE}:{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names}><office:body><office:spreadsheet>'
        f'<table:table table:name="Blad1">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{NAMESPACE}:manifest:1.0"/>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return path


@pytest.fixture(scope="session")
def ods():
    """Writer of OpenDocument sheets."""
    return write_ods
