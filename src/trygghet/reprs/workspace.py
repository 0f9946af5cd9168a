"""A workspace: its sources and own sections with ticks and gaps, what is missing and when, and how to go on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from trygghet import own_notebooks
from trygghet.addresses import Address, place_of
from trygghet.blocks import Block, Column, Note, Paragraphs, Section, Table
from trygghet.messages import EN_DASH, Words
from trygghet.partitions import COPIES
from trygghet.workspace import CITIZENS, CONTACTS, FILE, INCIDENTS, LOCK_SUFFIX, POLICE, STAFF, SourceWave, Workspace

FOUND, GONE = "\N{CHECK MARK}", "\N{BALLOT X}"
MOST_YEARS = 6
COUNTED = 2_000_000
"""Bytes of a text file whose rows are counted; larger ones would keep the reader waiting."""
EXPECTED = (CITIZENS, STAFF, POLICE, INCIDENTS, CONTACTS)


def tell(ws: Workspace, words: Words) -> Iterator[Block]:
    """Heading, the sources by year, the own sections, what is missing, and the next line to write."""
    lead = words("shown.workspace.lead", folder=ws.folder, reports=_reports(ws, words), language=words.language)
    title = words("shown.workspace.title", name=ws.settings.name, year=ws.year)
    yield Section(id="arbetsmapp", title=title, lead=lead, language=words.language)
    yield _sources(ws, words)
    yield from _own(ws, words)
    yield from _missing(ws, words)
    yield Paragraphs((words("shown.workspace.next"),), language=words.language)


def _reports(ws: Workspace, words: Words) -> str:
    names = [words(f"site.reports.{name}") for name in ws.settings.reports[ws.year]]
    return words.sequence([name.lower() for name in names]) or EN_DASH


def _years(ws: Workspace) -> list[str]:
    """The years with a report or a delivery, the latest of them, this one always."""
    years = set(ws.years) | {year for source in ws.settings.sources.values() for year in source.waves}
    kept = sorted(years)[-MOST_YEARS:]
    return kept if ws.year in kept else [ws.year, *kept[1:]]


def _sources(ws: Workspace, words: Words) -> Table:
    years = _years(ws)
    rows = []
    for name, source in ws.settings.sources.items():
        waves = [ws.wave(name, year) for year in years]
        known = next(wave for wave in (ws.wave(name, year) for year in source.waves) if wave is not None)
        kind = words(f"evidence.{source.evidence_class}.name")
        rows.append((known.label(words), kind, *(_state(wave, words) for wave in waves)))
    columns = (
        Column("source", words("tables.columns.source")),
        Column("evidence", words("tables.columns.evidence")),
        *(Column(f"y{i}", year) for i, year in enumerate(years)),
    )
    return Table(
        "arbetsmappens_kallor", words("shown.workspace.caption"), columns, tuple(rows),
        note=words("shown.workspace.signs", found=FOUND, gone=GONE), language=words.language,
    )  # fmt: skip


def _state(wave: SourceWave | None, words: Words) -> str:
    if wave is None:
        return EN_DASH
    if wave.path.is_dir() or isinstance(place_of(wave.wave.file), Address):  # a register, looked into when it is read
        return FOUND
    if not wave.path.is_file():
        return words("shown.workspace.gone", sign=GONE)
    stat = wave.path.stat()
    rows = _rows(wave.path, stat.st_mtime_ns, stat.st_size)
    return FOUND if rows is None else words("shown.workspace.rows", sign=FOUND, n=rows)


@lru_cache(maxsize=256)
def _rows(path: Path, changed: int, size: int) -> int | None:
    """Rows of a delimited text file below its heading; None where that is not cheap to know."""
    if path.suffix.lower() not in (".csv", ".txt", ".tsv") or size > COUNTED:
        return None
    content = path.read_bytes()
    if b"\0" in content:
        return None
    text = content.decode("latin-1")  # rows and quotes are the same in every encoding that is read
    head = text.partition("\n")[0]
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=max(";,\t", key=head.count))
        filled = sum(1 for row in lines if row)
    except csv.Error:
        return None
    return max(0, filled - 1)


def _own(ws: Workspace, words: Words) -> Iterator[Note]:
    """The workspace's own sections with the years they are built for."""
    lines = [
        words("shown.workspace.own_section", sign=sign, name=name, years=words.sequence(years))
        for name, years in ws.settings.notebooks.items()
        for sign in [FOUND if own_notebooks.path(ws.folder, name).is_file() else GONE]
    ]
    if lines:
        yield Note(words("shown.workspace.own"), "", items=tuple(lines), language=words.language)


def _missing(ws: Workspace, words: Words) -> Iterator[Note]:
    """Files that are named and not there, a warning; and the sources a whole picture would have besides."""
    gone = [_gone(ws, path, year, words) for path, year in _absent_files(ws)]
    if gone:
        yield Note(words("shown.workspace.files_missing"), "", "warning", tuple(gone), language=words.language)
    named = [name for name in EXPECTED if ws.wave(name) is None]
    if named:
        labels = [words(f"sources.names.{name}") for name in named]
        text = words("shown.workspace.no_delivery", year=ws.year, sources=words.sequence(labels))
        yield Note(words("shown.workspace.absent"), text, language=words.language)


def _absent_files(ws: Workspace) -> list[tuple[Path, str]]:
    """Files that are not there, each with the first year that needs it; a lock comes when promises are locked."""
    found: dict[Path, str] = {}
    for year in _years(ws):
        for path in ws.files(year):
            far = path.is_relative_to(ws.folder.joinpath(*COPIES))  # of a register at an address, fetched by a build
            if not (path.is_file() or far or path.name.endswith(LOCK_SUFFIX)):
                found.setdefault(path, year)
        for path in (own_notebooks.path(ws.folder, name) for name in own_notebooks.of_year(ws, year)):
            if not path.is_file():
                found.setdefault(path, year)
    return list(found.items())


def _gone(ws: Workspace, path: Path, year: str, words: Words) -> str:
    name = path.relative_to(ws.folder) if path.is_relative_to(ws.folder) else path
    return words("shown.workspace.file_missing", file=name.as_posix(), year=year, workspace=FILE)
