"""What points to a person is not published: recall by class, no false alarm, no echo, and nothing raw comes through."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import sys
import zlib
from collections import Counter
from pathlib import Path

import pytest
from openpyxl import Workbook

from trygghet import cli, scan
from trygghet.messages import Words
from trygghet.scan import PersonalDataError, refuse

from .example_data import TOWN

ROOT = Path(__file__).parents[1]
DATA = Path(__file__).parent / "data"
NUMBERED = ("personal_number", "coordination_number", "wrong_check_digit", "phone", "email", "plate", "case_number")
SECRET = "19811218-9876"
SHORT = {"email": "anna.prov@example.com", "phone": "070-174 06 05", "street": "Provgatan 12 B", "plate": "ABC 12D"}


def corpus() -> list[dict[str, str]]:
    with (DATA / "pii_corpus.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def found(text: str) -> bool:
    cell = io.StringIO()
    csv.writer(cell).writerow(["x", text])
    return bool(scan.scan({"t.csv": f"a,b\n{cell.getvalue()}".encode("utf-8-sig")}))


def recall() -> dict[str, tuple[int, int]]:
    """Class to how many of how many strings a finding comes of."""
    of, hits = Counter(), Counter()
    for row in corpus():
        of[row["class"]] += 1
        hits[row["class"]] += found(row["text"])
    return {kind: (hits[kind], n) for kind, n in of.items()}


def test_recall_by_class_and_the_figures_in_the_document():
    measured = recall()
    assert sum(n for _, n in measured.values()) >= 500
    for kind in NUMBERED:
        assert measured[kind][0] >= 0.99 * measured[kind][1], kind
    assert measured["street"][0] >= 0.90 * measured["street"][1]
    assert measured["none"][0] == 0
    document = (ROOT / "SECURITY.md").read_text("utf-8")
    for kind, (n, of) in measured.items():
        assert re.search(rf"`{kind}`[^\n]*\| {n} of {of} \|", document), (kind, n, of)


def test_the_corpus_is_what_its_script_makes():
    made = subprocess.run(
        [sys.executable, "-X", "utf8", DATA / "make_pii_corpus.py"], capture_output=True, check=True
    ).stdout
    assert made == (DATA / "pii_corpus.csv").read_bytes()


@pytest.mark.parametrize(
    "text",
    [
        "/tmp/run_0421 2016", "/tmp/run_0421/2017/lagesbild.html", "/tmp/run_0421/2016-02-01",
        "/tmp/run_0421 – 2017/18", "C:\\jobb\\run_0421 2016", "kommun_0180/2017/lagesbild.html",
        "kommun_0180/2017.lagesbild.ab12cd34/lagesbild.html",
    ],
)  # fmt: skip
def test_a_folder_that_ends_with_a_municipality_code_is_no_telephone(text):
    assert not found(text) and not scan.scan({"a.html": f'<a href="{text}">{text}</a>'.encode()})


@pytest.mark.parametrize(
    "text",
    [
        "tel_0701740605", "tel_0701/740605", "tel_0701 740605", "/tmp/anna_0701740605", "/tmp/anna_0701-740605",
        "/tmp/19811218-9876/run_0421", "/tmp/run_0421/0701740605.txt", "kommun_0180/2017/0701740605",
    ],
)  # fmt: skip
def test_a_telephone_in_a_path_is_one(text):
    assert found(text)


def book(value: object) -> bytes:
    made, target = Workbook(), io.BytesIO()
    made.active.append(["Grupp", "n"])
    made.active.append(["Alla", value])
    made.save(target)
    return target.getvalue()


def titled(value: str) -> bytes:
    made, target = Workbook(), io.BytesIO()
    made.active.title = value
    made.save(target)
    return target.getvalue()


def about(value: str) -> bytes:
    made, target = Workbook(), io.BytesIO()
    made.properties.creator = value
    made.save(target)
    return target.getvalue()


PLACES = {
    "text": ("p.html", "2", lambda v: f"<main>\n<p>Ring {v} nu</p></main>".encode()),
    "parted": ("p.html", "1", lambda v: f"<p>{v[:4]}<b>{v[4:]}</b></p>".encode()),
    "alternative": ("p.html", "1", lambda v: f'<img src="data:image/png;base64,AA" alt="{v}">'.encode()),
    "drawing": ("p.html", "1", lambda v: f"<svg><title>{v}</title></svg>".encode()),
    "address": ("p.html", "1", lambda v: f'<a href="mailto:{v}">x</a>'.encode()),
    "attribute": ("p.html", "1", lambda v: f'<td data-value="{v}">x</td>'.encode()),
    "comment": ("p.html", "1", lambda v: f"<!-- {v} -->".encode()),
    "entities": ("p.html", "1", lambda v: f"<p>{''.join(f'&#{ord(c)};' for c in v)}</p>".encode()),
    "csv": ("t.csv", "B2", lambda v: f"a;b\r\n1;{v}\r\n".encode("utf-8-sig")),
    "heading": ("t.csv", "B1", lambda v: f"a;{v}\r\n1;2\r\n".encode("utf-8-sig")),
    "cell": ("t.xlsx", "1!B2", book),
    "sheet": ("t.xlsx", "xl/workbook.xml", titled),
    "author": ("t.xlsx", "docProps/core.xml", about),
    "manifest": ("manifest.json", "2", lambda v: f'{{\n "a": "{v}"\n}}'.encode()),
    "feed": ("feed.xml", "1", lambda v: f"<summary>{v}</summary>".encode()),
}


@pytest.mark.parametrize("place", PLACES)
def test_wherever_it_stands_it_is_found_placed_and_not_told(place):
    name, where, make = PLACES[place]
    hits = scan.scan({name: make(SECRET)})
    assert {(hit.place, hit.where, hit.kind) for hit in hits} == {(name, where, "personal_number")}
    for language in ("sv", "en"):
        with pytest.raises(PersonalDataError) as caught:
            refuse({name: make(SECRET)}, Words(language))
        assert str(caught.value).startswith(f"{name}:{where}: ")
        assert not re.search(r"8112|9876", str(caught.value))


@pytest.mark.parametrize("kind", SHORT)
def test_other_kinds_are_found_and_the_municipalitys_own_may_stand(kind):
    page = {"p.html": f"<p>Kontakt: {SHORT[kind]}.</p>".encode()}
    assert [hit.kind for hit in scan.scan(page)] == [kind]
    assert scan.scan(page, allowed=[SHORT[kind]]) == []
    longer = {"p.html": f"<p>Kontakt: x{SHORT[kind]}9.</p>".encode()}
    assert scan.scan(longer) == scan.scan(longer, allowed=[SHORT[kind]])


def test_a_number_as_a_number_is_found_in_a_workbook():
    assert [hit.where for hit in scan.scan({"t.xlsx": book(8112189876)})] == ["1!B2"]


def test_a_link_and_a_checksum_are_no_finds():
    text = f"<a href='https://example.org/x'>x</a> <code>{'8112189876ab' * 5}</code> 2016-05-12–2017-05-31 plats 12"
    assert scan.scan({"p.html": text.encode()}) == []


def test_many_finds_are_told_up_to_fifty():
    with pytest.raises(PersonalDataError) as caught:
        refuse({"t.csv": ("a\n" + f"{SECRET}\n" * 60).encode()}, Words("sv"))
    assert len(str(caught.value).splitlines()) == 51


def test_a_row_in_a_page_stops_the_report_and_what_was_published_stays(tmp_path, monkeypatch):
    from nbformat.v4 import new_code_cell, new_notebook, new_output

    from trygghet import blocks as b
    from trygghet.report import making, run, store, verify
    from trygghet.report.plan import Job

    ws, out = tmp_path / "granstad", tmp_path / "reports"
    ws.mkdir()
    (ws / "workspace.yml").write_text(
        'name: G\ncode: "9999"\nareas: [{id: a, name: A}]\nheadline: unsafe_night\nsources: {}\n'
        'reports: {"2017": [lagesbild]}\nsite: {contact: kommun@example.com, public: [010-174 06 00]}\n',
        encoding="utf-8",
    )
    job = Job(ws, "granstad", "2017", "lagesbild", "sv")

    def build(text: str) -> list[str]:
        block = b.Header(kicker="G", title="Lägesbild", lead=text)
        outputs = [new_output("display_data", data={b.MIME: block.to_json()})]
        notebook = new_notebook(cells=[new_code_cell("", outputs=outputs)])
        monkeypatch.setattr(making, "execute", lambda *_, **__: notebook)
        with store.holding(out) as staging:
            outcomes = run.build([job], out, staging, means=run.Means(force=True, warm=False))
            return [outcome.error for outcome in outcomes]

    assert build("Ring 010-174 06 00 eller kommun@example.com") == [""]
    before = (out / "granstad/2017/lagesbild.html").read_bytes()
    (error,) = build(f"Svar: {SECRET}")
    assert "granstad/2017/lagesbild.html:" in error
    assert "9876" not in error
    assert (out / "granstad/2017/lagesbild.html").read_bytes() == before
    assert not verify.verify(out).faults


@pytest.mark.slow
def test_a_built_example_gives_no_false_alarm_and_nothing_raw_comes_through(tmp_path, capsys):
    """Every cell of answers that a person wrote or that names a row carries a mark of its own: none is published."""
    town = Path(shutil.copytree(TOWN, tmp_path / "kristinehamn"))
    planted = plant(town / "2017/trygghetsenkat.csv", "utf-8-sig", ("fritext",))
    planted += plant(town / "2017/dialoger.csv", "utf-8-sig", ("anteckning",))
    planted += plant(town / "anmalda_brott_2012_2017.csv", "utf-8-sig", ("diarienr",))
    assert len(planted) > 300
    ids = set(column(town / "2017/trygghetsenkat.csv", "lopnr"))
    assert len(ids) > 300
    with pytest.raises(SystemExit) as stopped:
        cli.main(["build", str(town), "--year", "2017", "--report", "lagesbild", "--out", str(tmp_path / "out")])
    said = "".join(capsys.readouterr())
    assert not stopped.value.code, said
    texts = [said.encode()] + [content for path in (tmp_path / "out").rglob("*") for content in unpacked(path)]
    published = b"\n".join(texts).lower()
    assert len(published) > 1_000_000
    marks = re.compile(r"zq\d+w\d+xk")
    assert set(marks.findall("".join(planted))) == set(planted)
    assert marks.findall(published.decode("utf-8", "replace")) == []
    assert ids & {run.decode() for run in re.findall(rb"(?<![\w.])\d{7}(?![\w.])", published)} == set()


def column(path: Path, name: str) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row[name] for row in csv.DictReader(file, delimiter=";")]


def plant(path: Path, encoding: str, columns: tuple[str, ...]) -> list[str]:
    """Add a mark to every filled cell of some columns; gives the marks."""
    text = path.read_bytes().decode(encoding)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    at = [rows[0].index(name) for name in columns]
    marks = []
    for row in rows[1:]:
        own = zlib.crc32(";".join(row).encode())  # copies of a row stay copies
        for column in at:
            if row[column]:
                marks.append(f"zq{own}w{column}xk")
                row[column] += marks[-1]
    made = io.StringIO(newline="")
    csv.writer(made, delimiter=";", lineterminator="\r\n").writerows(rows)
    path.write_bytes(made.getvalue().encode(encoding))
    return marks


def unpacked(path: Path) -> list[bytes]:
    """A file's bytes, and those of the parts of a workbook."""
    import zipfile

    if not path.is_file():
        return []
    if path.suffix != ".xlsx":
        return [path.read_bytes()]
    with zipfile.ZipFile(path) as parts:
        return [parts.read(name) for name in parts.namelist()]
