"""Thirty hostile strings in every text of a whole workspace: what is published shows them and does nothing more."""

import re
import shutil
from collections.abc import Iterator
from html import unescape
from itertools import cycle
from pathlib import Path
from xml.etree import ElementTree

import html5lib
import nbformat
import openpyxl
import pytest
from nbformat.v4 import new_notebook, new_output
from ruamel.yaml import YAML

from trygghet.blocks import MIME
from trygghet.messages import Words
from trygghet.report import making, plan, run
from trygghet.report.site import write
from trygghet.report.store import holding

from ..example_data import TOWN

pytestmark = pytest.mark.slow
HOSTILE = tuple((Path(__file__).parent / "hostile.txt").read_text(encoding="utf-8").splitlines())
NUMBERED = cycle(HOSTILE)
SPOKEN = {
    "name", "sv", "en", "police_area", "contact", "who", "what", "where", "unit", "resources", "cause", "evidence",
    "owner", "obstacle", "next", "when", "effect", "mechanism", "moderators", "implementation", "economy",
    "alt", "group",
}  # fmt: skip
ABLE = {
    "script",
    "iframe",
    "object",
    "embed",
    "base",
    "form",
    "input",
    "link",
    "audio",
    "video",
    "foreignObject",
    "animate",
}
FREE = {"fritext": "2017/trygghetsenkat.csv", "anteckning": "2017/dialoger.csv", "händelse": "arshjul.csv"}


def planted(node, key=""):
    """The same data with a hostile string before every text that a person has written for readers."""
    if isinstance(node, dict):
        return {name: planted(value, str(name)) for name, value in node.items()}
    if isinstance(node, list):
        return [planted(value, key) for value in node]
    return f"{next(NUMBERED)} {node}" if isinstance(node, str) and key in SPOKEN | {"signatories", "notes"} else node


def plant_yaml(path: Path, keep=()) -> None:
    yaml = YAML(typ="safe")
    data = yaml.load(path.read_text(encoding="utf-8"))
    kept = {name: data[name] for name in keep if name in data}
    with path.open("w", encoding="utf-8") as stream:
        yaml.dump(planted(data) | kept, stream)


def plant_column(path: Path, column: str) -> None:
    """Hostile strings in one column of a semicolon file."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    at = next(i for i, line in enumerate(lines) if column in line.split(";"))
    place = lines[at].split(";").index(column)
    for i in range(at + 1, len(lines)):
        cells = lines[i].split(";")
        hostile = HOSTILE[sum(map(ord, cells[0])) % len(HOSTILE)]  # the same for an answer that stands twice
        if len(cells) == len(lines[at].split(";")) and ";" not in hostile and '"' not in hostile:
            cells[place] = f"{hostile} {cells[place]}"
            lines[i] = ";".join(cells)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")


def name_areas_by_id(folder: Path, areas: list[dict[str, str]]) -> None:
    """The data call the areas by their ids, since their names are about to change."""
    ids = {area["name"]: area["id"] for area in areas}
    for path in folder.rglob("*.csv"):
        content = path.read_bytes()
        latin = b"\xe4" in content and b"\xc3\xa4" not in content  # one of the deliveries is not in UTF-8
        lines = content.decode("cp1252" if latin else "utf-8-sig").splitlines()
        changed = [";".join(ids.get(cell, cell) for cell in line.split(";")) for line in lines]
        path.write_text("\n".join(changed) + "\n", encoding="utf-8-sig")
    borders = folder / "omraden.geojson"
    text = borders.read_text(encoding="utf-8")
    for name, area in ids.items():
        text = text.replace(f'"{name}"', f'"{area}"')
    borders.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("planted") / "granstad"
    shutil.copytree(TOWN, folder)
    (folder / "loften.lock.json").unlink()
    given = YAML(typ="safe").load((folder / "workspace.yml").read_text(encoding="utf-8"))
    name_areas_by_id(folder, given["areas"])
    plant_yaml(folder / "workspace.yml", keep=("reports",))
    settings = YAML(typ="safe").load((folder / "workspace.yml").read_text(encoding="utf-8"))
    settings["comparison"] = given["comparison"] | {
        "group": {"sv": f"{HOSTILE[1]} liknande", "en": f"{HOSTILE[1]} alike"}
    }
    settings["look"] = {"logo": {"file": "logo.svg", "alt": HOSTILE[4]}, "accent": {"light": "#7a1f4d"}}
    logo = "".join(
        f"<text>{text}</text>" for text in ("<script>alert(1)</script>", '<a href="https://evil.example">x</a>')
    )
    (folder / "logo.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg">{logo}</svg>', encoding="utf-8")
    settings["words"] = {"report.safety.title": f"{HOSTILE[0]} trygg", "page.contents": f"{HOSTILE[23]} på sidan"}
    settings["reports"] = {"2016": ["atgardsplan", "lofte"], "2017": ["lagesbild", "utvardering"]}
    with (folder / "workspace.yml").open("w", encoding="utf-8") as stream:
        YAML(typ="safe").dump(settings, stream)
    for name in ("loften.yml", "prioriteringar.yml", "codebook.yml"):
        plant_yaml(folder / name)
    for column, name in FREE.items():
        plant_column(folder / name, column)
    return folder


KNOWN: dict[str, object] = {}
"""Each year's picture, which several reports of the year are made from: computed once to save time."""


def share(space: dict) -> None:
    for name in ("picture", "followup"):
        if name in space:
            year = space[name].ws.year
            picture = KNOWN.setdefault(year, space[name] if name == "picture" else space[name].picture)
            if "2016" in KNOWN and year == "2017":
                picture.__dict__["earlier"] = (KNOWN["2016"],)
            if name == "picture":
                space[name] = picture
            else:
                space[name].__dict__.update(picture=picture, _others={k: v for k, v in KNOWN.items() if k != year})


def shown_by(job) -> nbformat.NotebookNode:
    """A report's notebook run here instead of in a kernel of its own: the same cells, the same blocks."""
    space: dict = {}
    outputs = []
    for cell in nbformat.read(job.notebook, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        if "parameters" in cell.metadata.get("tags", ()):
            exec(cell.source, space)
            space |= job.parameters
        elif cell.source.startswith("tg.pages."):
            shown = eval(cell.source, space)
            for block in shown if isinstance(shown, tuple) else (shown,):
                outputs.append(new_output("display_data", data={MIME: block.to_json()}))
        else:
            exec(cell.source, space)
            share(space)
    return new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=outputs)])


@pytest.fixture(scope="module")
def reports(workspace, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("reports")
    with pytest.MonkeyPatch.context() as patch, holding(out) as staging:
        patch.setattr(making, "execute", lambda job, *_, **__: shown_by(job))
        outcomes = run.build(plan.jobs([workspace]), out, staging, means=run.Means(warm=False))
        assert [outcome.error for outcome in outcomes if not outcome.good] == []
        write(out, staging, Words("sv"))
    return out


def pages(reports: Path) -> Iterator[tuple[str, str]]:
    found = sorted(path for path in reports.rglob("*.html") if "senaste" not in path.parts)
    assert len(found) >= 6
    for path in found:
        yield path.name, path.read_text(encoding="utf-8")


def test_every_page_is_strict_html_without_anything_that_acts(reports):
    for name, text in pages(reports):
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        tree = parser.parse(text)
        assert parser.errors == [], name
        for node in tree.iter():
            tag = str(node.tag).rpartition("}")[2]
            rel = node.attrib.get("rel", "")
            assert tag not in ABLE or (tag == "link" and rel == "alternate"), (name, tag)
            for attribute, value in node.attrib.items():
                assert not str(attribute).lower().startswith("on"), (name, tag, attribute)
                assert attribute != "http-equiv" or value == "Content-Security-Policy", (name, value)
                if attribute in ("href", "src", "action", "style") or str(attribute).endswith("href"):
                    assert not re.search(r"javascript|evil\.example|data:(?!image/)|^//|@import", value), (name, value)


def test_the_style_of_a_page_is_ours_alone(reports):
    for name, text in pages(reports):
        styles = "".join(re.findall(r"<style>(.*?)</style>", text, re.S))
        assert "evil" not in styles and "alert" not in styles and "</" not in styles, name


def test_the_hostile_strings_are_there_to_be_read(reports):
    """Nothing planted means nothing tested: nearly every string stands as text on some page."""
    seen = " ".join(unescape(re.sub(r"<[^>]+>", " ", text)) for _, text in pages(reports))
    squeezed = re.sub(r"\s+", " ", seen)
    missing = [text for text in HOSTILE if re.sub(r"\s+", " ", text) not in squeezed]
    assert len(missing) <= 2, missing


def test_what_residents_wrote_is_nowhere(reports):
    everything = "".join(path.read_text(encoding="utf-8") for path in reports.rglob("*.html"))
    assert "min dotter blev antastad" not in everything


def test_no_cell_of_a_table_is_a_formula(reports):
    books = sorted(reports.rglob("*.xlsx"))
    assert books
    for path in books:
        for sheet in openpyxl.load_workbook(path):
            for row in sheet.iter_rows():
                for cell in row:
                    place = (path.name, sheet.title, cell.coordinate)
                    leads = cell.hyperlink.target if cell.hyperlink else None
                    assert cell.data_type != "f", place
                    assert leads is None or leads.startswith("#"), place  # to another sheet of the same book
    lines = [line for path in reports.rglob("*.csv") for line in path.read_text(encoding="utf-8-sig").splitlines()]
    cells = [cell.strip('"') for line in lines for cell in line.split(";")]
    assert len(cells) > 1000
    hostile = [cell for cell in cells if re.match(r"[=+@\t\r]", cell) or re.match(r"-(?![\d.,]+$)", cell)]
    assert hostile == []


def test_the_feed_is_xml_without_anything_to_follow_elsewhere(reports):
    tree = ElementTree.parse(reports / "feed.xml")
    addresses = [node.attrib.get("href", "") for node in tree.iter()]
    assert addresses and not any("evil" in address or "javascript" in address for address in addresses)
    assert [node for node in tree.iter() if str(node.tag).rpartition("}")[2] in ABLE - {"link"}] == []


def test_thirty_strings_are_planted():
    assert len(HOSTILE) == len(set(HOSTILE)) == 30
