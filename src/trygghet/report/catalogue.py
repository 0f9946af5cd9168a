"""What a reports folder holds: every report with its files, what it says, and the versions before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trygghet.blocks import Block, Header, KeyFigure, KeyFigures
from trygghet.checksum import sha256
from trygghet.messages import Words
from trygghet.report.store import as_json
from trygghet.workspace import REPORTS, Workspace

MANIFEST, VERSION = "manifest.json", "version.json"
LATEST = "senaste"
"""The folder beside the years with the newest of each report: an address that never changes."""
SUFFIXES = (".xlsx", ".csv", ".pdf")
HASH = 8
ANSWERED = ("survey", "staff", "incidents", "contacts")


@dataclass(frozen=True)
class Version:
    """An earlier page of a report: its number from 1, and the folder that holds it."""

    number: int
    folder: str


@dataclass(frozen=True)
class Entry:
    """One published report, from its manifest.

    Attributes
    ----------
    files : names of what lies beside the page: tables and the print version.
    lead, figures : what the page says first.
    day : when it was published as ``workspace.yml`` says, else the last day its sources tell of (ISO 8601).
    base_url, contact, assessed : of the workspace's ``site``; empty when not given.
    public : texts of the municipality's own that may look like a person's.
    checks : what `checks.check_page` found of the page when it was made; empty for another page.
    own : the title of a page made by a notebook of the workspace's own; empty for the shipped ones.
    """

    name: str
    slug: str
    year: str
    report: str
    language: str
    simulated: bool
    files: tuple[str, ...]
    lead: str
    figures: tuple[KeyFigure, ...]
    day: str
    base_url: str
    contact: str
    assessed: str
    versions: tuple[Version, ...] = ()
    public: tuple[str, ...] = ()
    checks: Mapping[str, Any] = field(default_factory=dict)
    own: str = ""

    @property
    def folder(self) -> str:
        """Where the report lies."""
        return f"{self.slug}/{self.year}"

    @property
    def place(self) -> str:
        """Where its page lies."""
        return f"{self.folder}/{self.report}.html"

    def called(self, words: Words) -> str:
        """The report's name for readers."""
        return self.own or words(f"site.reports.{self.report}")


def title(shown: Sequence[Block]) -> str:
    """The title in a page's head."""
    return next((block.title for block in shown if isinstance(block, Header)), "")


def stem(report: str) -> str:
    """The name, without its ending, of a report's files of tables."""
    return "tabeller" if report == "lagesbild" else f"tabeller-{report}"


def entries(out: Path) -> list[Entry]:
    """Every published report below a folder: by name, the latest year first."""
    return sorted(_entries(out), key=lambda e: (e.name, e.slug, _descending(e.year), _order(e)))


def _order(entry: Entry) -> tuple[int, str]:
    """The shipped reports in their order, then the workspace's own by name."""
    return (len(REPORTS), entry.report) if entry.own else (REPORTS.index(entry.report), "")


def _descending(year: str) -> tuple[int, ...]:
    return tuple(-ord(letter) for letter in year)


def _entries(out: Path) -> Iterator[Entry]:
    for manifest in sorted(out.glob(f"*/*/{MANIFEST}")):
        for report, made in json.loads(manifest.read_bytes())["reports"].items():
            if (report in REPORTS or made.get("own")) and (manifest.parent / f"{report}.html").is_file():
                yield _entry(manifest.parent, report, made)


def _entry(folder: Path, report: str, made: Mapping[str, Any]) -> Entry:
    about, says, site = made["workspace"], made.get("says", {}), made.get("site", {})
    place = f"{about['slug']}/{folder.name}/{report}.html"
    names = [Path(place).name for place in made["outputs"]]
    files = tuple(name for suffix in SUFFIXES for name in names if name.endswith(suffix) and (folder / name).is_file())
    return Entry(
        name=about["name"],
        slug=about["slug"],
        year=folder.name,
        report=report,
        language=made["parameters"]["language"],
        simulated=about["simulated"],
        files=files,
        lead=says.get("lead", ""),
        figures=tuple(KeyFigure(**figure) for figure in says.get("figures", ())),
        day=site.get("day", ""),
        base_url=site.get("base_url", ""),
        contact=site.get("contact", ""),
        assessed=site.get("assessed", ""),
        versions=versions(folder, report),
        public=tuple(site.get("public", ())),
        own=made.get("own", ""),
        checks=made.get("checks", {}) if sha256(folder / f"{report}.html") == made["outputs"].get(place) else {},
    )


def versions(folder: Path, report: str) -> tuple[Version, ...]:
    """The earlier pages of a year's report, the latest first, without the one that is in place now."""
    now = _mark((folder / f"{report}.html").read_bytes())
    found = []
    for path in sorted(folder.parent.glob(f"{folder.name}.{report}.*/{VERSION}")):
        if path.parent.name.rpartition(".")[2] != now:
            found.append(Version(int(json.loads(path.read_bytes())["number"]), path.parent.name))
    return tuple(sorted(found, key=lambda version: -version.number))


def kept(out: Path, folder: str, report: str, page: bytes) -> dict[str, bytes]:
    """The files that keep the page in place now as an earlier version, when another is about to take its place.

    A version lies in ``<workspace>/<year>.<report>.<checksum>/``: as deep as the year's own folder, so that its links
    hold, and under a name that no year can have. It holds the page, its tables and its entry of the manifest.

    Parameters
    ----------
    out : the reports folder.
    folder, report : the year's folder below it, and which report.
    page : the page that is about to be put in place.

    Returns
    -------
    Place to bytes; empty when there is no page yet, or when it is the same.
    """
    year = out / folder
    path = year / f"{report}.html"
    former = path.read_bytes() if path.is_file() else page
    if former == page:
        return {}
    made = json.loads((year / MANIFEST).read_bytes())["reports"].get(report, {}) if (year / MANIFEST).is_file() else {}
    target = f"{folder}.{report}.{_mark(former)}"
    names = [Path(place).name for place in made.get("outputs", {})] or [path.name]
    files = {f"{target}/{name}": (year / name).read_bytes() for name in names if (year / name).is_file()}
    number = 1 + max((version.number for version in versions(year, report)), default=0)
    return files | {f"{target}/{VERSION}": as_json({"number": number, "report": report, "manifest": made})}


def _mark(page: bytes) -> str:
    return hashlib.sha256(page).hexdigest()[:HASH]


def says(blocks: Sequence[Block]) -> dict[str, Any]:
    """What a page says first, for the manifest: the sentence under its title, and its key figures."""
    lead = next((block.lead for block in blocks if isinstance(block, Header)), "")
    figures = next((block.items for block in blocks if isinstance(block, KeyFigures)), ())
    shown = [{"label": f.label, "value": f.value, "note": f.note, "tone": f.tone} for f in figures]
    return {"lead": lead, "figures": shown}


def about_site(ws: Workspace) -> dict[str, Any]:
    """What a workspace says of the site, for the manifest; ``day`` as in `Entry`."""
    site = ws.settings.site
    given = site.published.get(ws.year)
    return {
        "base_url": site.base_url or "",
        "contact": site.contact or "",
        "assessed": site.assessed.isoformat() if site.assessed else "",
        "public": site.public,
        "day": given.isoformat() if given else last_day(ws),
    }


def own_texts(ws: Workspace) -> tuple[str, ...]:
    """What the municipality publishes of itself, which may look like a person's address or number."""
    site = ws.settings.site
    return tuple(text for text in (site.contact, site.base_url, *site.public) if text)


def last_day(ws: Workspace) -> str:
    """The last day that a year's answers, crimes and contacts tell of; New Year's Day of a year without any."""
    ends = [item.wave.end for item in ws.source_waves() if item.source.kind in ANSWERED]
    if ends:
        return max(ends).isoformat()
    return f"{ws.year}-01-01" if ws.year.isdigit() and len(ws.year) == 4 else "2000-01-01"


def newest(found: Sequence[Entry]) -> dict[tuple[str, str], Entry]:
    """The newest of each report of each workspace, by slug and report."""
    latest: dict[tuple[str, str], Entry] = {}
    for entry in sorted(found, key=lambda e: e.year):
        latest[entry.slug, entry.report] = entry
    return latest
