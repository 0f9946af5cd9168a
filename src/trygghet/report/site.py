"""The pages over everything a reports folder holds: index, accessibility statement, feed, and the newest of each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from trygghet.blocks import MIME, Block, Header, KeyFigures, Link, Links, Note, OutsideLink, Paragraphs, Section
from trygghet.checksum import sha256
from trygghet.messages import Words
from trygghet.report import libraries, statement
from trygghet.report.catalogue import LATEST, MANIFEST, VERSION, Entry, entries, newest, stem
from trygghet.report.checks import Result, check_page, together
from trygghet.report.feed import FEED, feed
from trygghet.report.manifest import code
from trygghet.report.publish import render_page
from trygghet.report.store import publish
from trygghet.report.verify import site_manifest

if TYPE_CHECKING:
    from nbformat import NotebookNode

INDEX, TABLES = "index.html", "tabeller.csv"
FIRST = "lagesbild"
"""The report whose key figures stand on the index."""
FEWEST = 5
"""From so many municipalities they are listed by county and compared on a page of its own."""


def footer(words: Words, *, up: str = "", own: str | None = None) -> tuple[Link, ...]:
    """The links in the foot of a page; `up` leads to the reports folder, `own` to the municipality's own statement."""
    links = (Link(words("site.all"), f"{up}{INDEX}"), Link(words("site.statement.title"), f"{up}{statement.STATEMENT}"))
    return (*links, OutsideLink(words("site.own_statement"), own)) if own else links


def blocks(found: Sequence[Entry], words: Words, many: Sequence[Block] = ()) -> list[Block]:
    """The index: a section a workspace with what its newest pages say, a link a report, its files and versions.

    Parameters
    ----------
    many : in place of those sections, where there are too many to read one after the other.
    """
    language = words.language
    page: list[Block] = [
        Header(kicker=words("site.kicker"), title=words("site.title"), lead=words("site.lead"), language=language)
    ]
    if not found:
        page.append(Note(title=words("site.none"), text="", language=language))
    page += many
    for slug in dict.fromkeys(entry.slug for entry in found) if not many else ():
        page += _workspace([entry for entry in found if entry.slug == slug], words)
    page.append(Section(id="om", title=words("site.about"), language=language))
    page.append(Links(items=_about(found, words), language=language))
    return page


def _workspace(own: list[Entry], words: Words) -> list[Block]:
    language = words.language
    latest = {report: entry for (_, report), entry in newest(own).items()}
    lead = words("site.simulated") if own[0].simulated else ""
    shown: list[Block] = [Section(id=f"plats_{own[0].slug}", title=own[0].name, lead=lead, language=language)]
    for entry in latest.values():
        title = words("site.says", report=entry.called(words), year=entry.year)
        if entry.lead and entry.language == language:
            shown.append(Note(title=title, text=entry.lead, language=language))
        if entry.report == FIRST and entry.figures and entry.language == language:
            shown.append(KeyFigures(items=entry.figures, language=language))
        changed = since_before(entry, own, words)
        if changed:
            shown.append(Paragraphs((changed,), language=language))
    always = [_always(entry, words) for entry in latest.values()]
    shown.append(Links(items=(*always, *(_link(entry, words) for entry in own)), language=language))
    return shown


def since_before(entry: Entry, own: Sequence[Entry], words: Words) -> str:
    """The first key figure now and in the year before, in a sentence; empty when they cannot be set side by side."""
    same = [e for e in own if e.report == entry.report and e.year < entry.year and e.language == entry.language]
    before = max(same, key=lambda e: e.year, default=None)
    if before is None or not (entry.figures and before.figures) or entry.language != words.language:
        return ""
    now, then = entry.figures[0], before.figures[0]
    if now.label != then.label:
        return ""
    verdict = next((f.value for f in entry.figures[1:] if before.year in f.label), "")
    values = {"label": now.label, "now": now.value, "year": entry.year, "then": then.value, "before": before.year}
    said = words("site.changed", **values)
    return f"{said} {words('site.changed_verdict', verdict=verdict)}" if verdict else said


def _always(entry: Entry, words: Words) -> Link:
    report = entry.called(words)
    note = words("site.always_note", year=entry.year)
    return Link(words("site.always", report=report), f"{entry.slug}/{LATEST}/{entry.report}.html", note)


def _link(entry: Entry, words: Words) -> Link:
    """A report, with its files and its earlier versions on the same line."""
    title = words("site.link", report=entry.called(words), year=entry.year)
    more = [Link(words(f"site.files.{name.rpartition('.')[2]}"), f"{entry.folder}/{name}") for name in entry.files]
    for version in entry.versions:
        name = words("site.version", number=version.number)
        more.append(Link(name, f"{entry.slug}/{version.folder}/{entry.report}.html"))
    return Link(title, entry.place, more=tuple(more))


def _about(found: Sequence[Entry], words: Words) -> tuple[Link, ...]:
    links = [Link(words("site.statement.title"), statement.STATEMENT), Link(words("site.feed"), FEED)]
    if any(name.endswith(".csv") for entry in found for name in entry.files):
        links.append(Link(words("site.all_tables"), TABLES))
    return tuple(links)


def as_notebook(page: Sequence[Block]) -> NotebookNode:
    """Blocks as the outputs of one cell, so that the template of the reports can draw them."""
    libraries.import_nbformat()
    from nbformat.v4 import new_code_cell, new_notebook, new_output

    outputs = [new_output("display_data", data={MIME: block.to_json()}) for block in page]
    notebook: NotebookNode = new_notebook(cells=[new_code_cell("", id="index", outputs=outputs)])
    return notebook


def write(out: Path, staging: Path, words: Words) -> Result:
    """Make everything over the reports anew from what the folder holds.

    Parameters
    ----------
    out, staging : the reports folder and the work folder from `store.holding`.

    Returns
    -------
    What the checks of all pages found.
    """
    found, origin = entries(out), _origin(out, words)
    if (result := _standing(out, origin, found)) is not None:
        return result
    from trygghet.scan import refuse

    base = next((entry.base_url for entry in found if entry.base_url), "")
    compared, many = _many(out, found, words)
    index = render_page(
        as_notebook(blocks(found, words, many)), language=words.language, links=footer(words), feed=FEED
    )
    checked = [(e.place, e.checks or check_page((out / e.place).read_text(encoding="utf-8"))) for e in found]
    own = {INDEX: index} | compared
    result = together([*checked, *((name, check_page(page)) for name, page in sorted(own.items()))])
    said = as_notebook(statement.blocks(found, result, words))
    copies = _newest_files(out, found) | {TABLES: all_tables(out, found, words)}  # searched for persons when made
    files = {
        FEED: feed(found, words, base_url=base),
        statement.STATEMENT: render_page(said, language=words.language, links=footer(words)).encode("utf-8"),
        **{name: page.encode("utf-8") for name, page in compared.items()},
        INDEX: index.encode("utf-8"),
    }
    refuse(files, words, allowed={text for e in found for text in (e.contact, e.base_url, *e.public)})
    files = copies | files
    about = {"origin": origin, "checks": asdict(result)}
    publish(out, staging, files | site_manifest(found, out, files, about), gone=_outdated(out, found))
    return result


def _many(out: Path, found: Sequence[Entry], words: Words) -> tuple[dict[str, str], list[Block]]:
    """Where there are many municipalities: the page that sets them side by side, and their part of the index."""
    first = [e for (_, report), e in newest(found).items() if report == FIRST and e.language == words.language]
    if len(first) < FEWEST:
        return {}, []
    from trygghet.pages import nation

    read = [(out / e.folder / MANIFEST, out / e.folder / f"{stem(FIRST)}.csv", e.folder) for e in first]
    published = [
        (json.loads(made.read_bytes())["reports"][FIRST], table.read_bytes(), folder)
        for made, table, folder in read
        if table.is_file()
    ]
    page, index = nation.over(published, words)
    if not page:
        return {}, []
    html = render_page(as_notebook(page), language=words.language, links=footer(words))
    return {nation.PLACE: html}, index


def _origin(out: Path, words: Words) -> str:
    """Checksum of everything the pages over the reports are made from."""
    digest = hashlib.sha256(f"{code()} {words.language}".encode())
    for path in sorted([*out.glob(f"*/*/{MANIFEST}"), *out.glob(f"*/*/{VERSION}")]):
        digest.update(path.relative_to(out).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _standing(out: Path, origin: str, found: Sequence[Entry]) -> Result | None:
    """What the checks came to, if the pages in place are those that would be made now."""
    try:
        site = json.loads((out / MANIFEST).read_bytes())["site"]
        noted = site["outputs"] | site["of"]
        if site["origin"] != origin or set(_outdated(out, found)) - set(noted):
            return None
        stand = all(sha256(out / place) == digest for place, digest in noted.items())
        return Result(**site["checks"]) if stand else None
    except (OSError, KeyError, TypeError, ValueError):
        return None


def all_tables(out: Path, found: Sequence[Entry], words: Words) -> bytes:
    """The long tables of every report in one, for those in the language of the site."""
    from trygghet.longtable import joined

    names = [(e, name) for e in found if e.language == words.language for name in e.files if name.endswith(".csv")]
    return joined([(out / entry.folder / name).read_bytes() for entry, name in names])


def _newest_files(out: Path, found: Sequence[Entry]) -> dict[str, bytes]:
    """The newest of each report under an address that never changes: copies, which every server and share can hold."""
    return {
        f"{entry.slug}/{LATEST}/{name}": (out / entry.folder / name).read_bytes()
        for entry in newest(found).values()
        for name in (*entry.files, f"{entry.report}.html")
    }


def _outdated(out: Path, found: Sequence[Entry]) -> list[str]:
    """What lies among the newest: gone, if the newest reports have it no longer."""
    slugs = sorted({entry.slug for entry in found})
    return [f"{slug}/{LATEST}/{path.name}" for slug in slugs for path in sorted((out / slug / LATEST).glob("*"))]
