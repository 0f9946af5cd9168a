"""The first page over everything a reports folder holds, made from the manifests and by the same template."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

from trygghet.blocks import MIME, Block, Header, Link, Links, Note, Section
from trygghet.messages import Words
from trygghet.report.publish import render_page
from trygghet.report.store import publish
from trygghet.workspace import REPORTS

INDEX = "index.html"


@dataclass(frozen=True)
class Entry:
    """One published report, from its manifest."""

    name: str
    slug: str
    year: str
    report: str
    simulated: bool
    tables: str


def entries(out: Path) -> list[Entry]:
    """Every published report below a folder: by name, the latest year first."""
    found = list(_entries(out))
    return sorted(found, key=lambda e: (e.name, e.slug, _descending(e.year), REPORTS.index(e.report)))


def _descending(year: str) -> tuple[int, ...]:
    return tuple(-ord(letter) for letter in year)


def _entries(out: Path) -> Iterator[Entry]:
    for manifest in sorted(out.glob("*/*/manifest.json")):
        reports = json.loads(manifest.read_bytes())["reports"]
        for report, made in reports.items():
            folder = manifest.parent
            if report not in REPORTS or not (folder / f"{report}.html").is_file():
                continue
            tables = next((Path(place).name for place in made["outputs"] if place.endswith(".xlsx")), "")
            about = made["workspace"]
            yield Entry(about["name"], about["slug"], folder.name, report, about["simulated"], tables)


def blocks(found: list[Entry], words: Words) -> list[Block]:
    """The page's blocks: a section a workspace, a link a report and its tables."""
    language = words.language
    head = Header(
        kicker=words("report.index.kicker"),
        title=words("report.index.title"),
        lead=words("report.index.lead"),
        language=language,
    )
    page: list[Block] = [head]
    if not found:
        page.append(Note(title=words("report.index.none"), text="", language=language))
    for slug in dict.fromkeys(entry.slug for entry in found):
        own = [entry for entry in found if entry.slug == slug]
        lead = words("report.index.simulated") if own[0].simulated else ""
        page.append(Section(id=f"plats_{slug}", title=own[0].name, lead=lead, language=language))
        page.append(Links(items=tuple(_link(entry, words) for entry in own), language=language))
    return page


def _link(entry: Entry, words: Words) -> Link:
    """A report, with its tables on the same line."""
    place = f"{entry.slug}/{entry.year}"
    title = words("report.index.link", report=words(f"report.index.reports.{entry.report}"), year=entry.year)
    tables = Link(title=words("report.index.tables"), href=f"{place}/{entry.tables}")
    return Link(title=title, href=f"{place}/{entry.report}.html", more=(tables,) if entry.tables else ())


def as_notebook(page: list[Block]) -> nbformat.NotebookNode:
    """Blocks as the outputs of one cell, so that the template of the reports can draw them."""
    outputs = [new_output("display_data", data={MIME: block.to_json()}) for block in page]
    return new_notebook(cells=[new_code_cell("", id="index", outputs=outputs)])


def write(out: Path, staging: Path, words: Words) -> Path:
    """Make ``index.html`` anew from what the folder holds."""
    page = render_page(as_notebook(blocks(entries(out), words)), language=words.language)
    publish(out, staging, {INDEX: page.encode("utf-8")})
    return out / INDEX
