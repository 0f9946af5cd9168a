"""Read what stands in a published folder: the tables of its pages, text files and workbooks, and nothing else."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from trygghet.errors import TrygghetError

HTML, CSV, XLSX = "html", "csv", "xlsx"
HEADING, SHOWN = 1, 8
"""Columns of the long text file, by their place: see `_long`."""
_LONG = 14
_SHEET_HEAD = 3
"""Rows of a sheet before the figures: the caption, an empty one, the headings."""


class NotPublishedError(TrygghetError):
    """A folder that holds no published page and no published table."""


@dataclass(frozen=True)
class Table:
    """A table as a reader sees it.

    Attributes
    ----------
    file : path within the published folder.
    form : ``html``, ``csv`` or ``xlsx``.
    caption : its title, with spaces made single.
    columns : headings; the first is that of the rows' names, empty where the form has none.
    rows : texts, as long as `columns`; the first is the row's name.
    notes : what else stands with it: footnotes, alternative texts.
    extra : (row's name, heading) to the numbers of the text file's own columns, as written.
    wave : place and year of a text file's lines.
    """

    file: str
    form: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: str = ""
    extra: tuple[tuple[tuple[str, str], tuple[str, ...]], ...] = ()
    wave: str = ""

    @property
    def folder(self) -> str:
        """The folder of the file: a place and a year, so one wave; what the file says, where it holds several."""
        parent = Path(self.file).parent
        return self.wave if parent == Path(".") and self.wave else str(parent)


def read(out: Path) -> list[Table]:
    """Every table in a published folder, in the order of the files' names.

    Folders whose names begin with a dot are left out (they are never served), and so are links to folders and files
    that are the copies of others.

    Raises
    ------
    NotPublishedError : there is no page and no table.
    """
    readers = {f".{HTML}": _pages, f".{CSV}": _long, f".{XLSX}": _sheets}
    files = [path for path in sorted(out.rglob("*")) if path.suffix in readers and _served(path, out)]
    if not files:
        raise NotPublishedError(str(out))
    once = {path.read_bytes(): path for path in reversed(files)}
    files = sorted(once.values())
    return [table for path in files for table in readers[path.suffix](path, path.relative_to(out).as_posix())]


def _served(path: Path, out: Path) -> bool:
    inside = path.relative_to(out)
    links = any((out / parent).is_symlink() for parent in inside.parents if parent != Path("."))
    return path.is_file() and not links and not any(part.startswith(".") for part in inside.parts)


def spaced(text: object) -> str:
    """A text with every run of spaces, breaks and no-break spaces as one space."""
    return " ".join(str("" if text is None else text).replace("\N{NO-BREAK SPACE}", " ").split())


class _Reader(HTMLParser):
    """Collects the tables of a page, and the text of the figure, section or page each stands in."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[dict[str, Any]] = []
        self._open: list[dict[str, Any]] = []
        self._figures: list[list[str]] = []
        self._cell: list[str] | None = None
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "figure":
            self._figures.append([])
        elif tag == "table":
            notes = self._figures[-1] if self._figures else []
            self._open.append({"caption": [], "rows": [], "notes": notes})
        elif tag == "tr" and self._open:
            self._open[-1]["rows"].append([])
        elif tag in ("td", "th", "caption") and self._open:
            self._cell = []
            if tag == "caption":
                self._open[-1]["caption"] = self._cell
            else:
                self._row().append(self._cell)
        elif tag in ("script", "style"):
            self._silent += 1
        for name in ("aria-label", "alt", "title", "data-value"):
            if named.get(name) and self._figures:
                self._figures[-1].append(str(named[name]))

    def _row(self) -> list[list[str]]:
        rows: list[list[list[str]]] = self._open[-1]["rows"]
        if not rows:
            rows.append([])
        return rows[-1]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "caption"):
            self._cell = None
        elif tag == "table" and self._open:
            self.tables.append(self._open.pop())
        elif tag == "figure" and self._figures:
            self._figures.pop()
        elif tag in ("script", "style"):
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)
        elif self._figures and not self._silent:
            self._figures[-1].append(data)
        elif self.tables and not self._open and not self._silent:
            self.tables[-1].setdefault("after", []).append(data)


AFTER = 600
"""Characters after a table outside any figure that are taken for its footnote."""


def _pages(path: Path, name: str) -> Iterator[Table]:
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8", errors="replace"))
    for found in reader.tables:
        rows = [tuple(spaced("".join(cell)) for cell in row) for row in found["rows"] if row]
        if len(rows) < 2:
            continue
        notes = spaced(" ".join(found["notes"])) + " " + spaced("".join(found.get("after", [])))[:AFTER]
        yield _squared(name, HTML, spaced("".join(found["caption"])), rows, notes)


def _squared(name: str, form: str, caption: str, rows: list[tuple[str, ...]], notes: str = "") -> Table:
    """A table whose rows are all as long as its headings."""
    width = max(len(row) for row in rows)
    full = [row + ("",) * (width - len(row)) for row in rows]
    return Table(name, form, caption, full[0], tuple(full[1:]), notes)


def _long(path: Path, name: str) -> Iterator[Table]:
    """The tables of a text file with a figure a line.

    By place: 5 the table's id, 6 its title, 7 the row, 8 the column, 9 what is shown, 10 value, 12 and 13 the
    interval, 14 the base, 17 the definition.
    """
    lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    found: dict[tuple[str, ...], list[list[str]]] = {}
    for line in list(csv.reader(lines, delimiter=";"))[1:]:
        if len(line) >= _LONG:
            found.setdefault((line[0], *line[2:5]), []).append(line)
    for lines_of in found.values():
        yield _wide(name, lines_of)


def _wide(name: str, lines: list[list[str]]) -> Table:
    """One table out of its lines; a row begins anew when its name changes or a column comes again."""
    columns = list(dict.fromkeys(line[7] for line in lines))
    rows: list[dict[str, str]] = []
    names: list[str] = []
    for line in lines:
        if not rows or names[-1] != line[6] or line[7] in rows[-1]:
            rows.append({})
            names.append(line[6])
        rows[-1][line[7]] = unquoted(spaced(line[SHOWN]))
    extra = tuple(((spaced(x[6]), spaced(x[7])), (x[9], x[11], x[12], x[13])) for x in lines)
    full = tuple((spaced(n), *(row.get(c, "") for c in columns)) for n, row in zip(names, rows, strict=True))
    notes = spaced(lines[0][16]) if len(lines[0]) > _LONG + 2 else ""
    wave = f"{lines[0][0]} {lines[0][2]}"
    return Table(name, CSV, spaced(lines[0][5]), ("", *map(spaced, columns)), full, notes, extra, wave)


def unquoted(text: str) -> str:
    """A text without the apostrophe that keeps a spreadsheet from reading it as a formula."""
    return text[1:] if text[:1] == "'" and text[1:2] in "+-=@" else text


def _sheets(path: Path, name: str) -> Iterator[Table]:
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        for sheet in book.worksheets[1:]:
            lines = [tuple(cell.value for cell in row) for row in sheet.iter_rows()]
            formats = [tuple(str(getattr(cell, "number_format", "")) for cell in row) for row in sheet.iter_rows()]
            if len(lines) <= _SHEET_HEAD or lines[0][0] is None:
                continue
            pairs = list(zip(lines, formats, strict=True))[_SHEET_HEAD - 1 :]
            body = [tuple(_told(v, f) for v, f in zip(row, kinds, strict=True)) for row, kinds in pairs]
            end = next((i for i, row in enumerate(body) if not any(row)), len(body))
            if end < 2:
                continue
            notes = spaced(" ".join(text for row in body[end:] for text in row))
            yield _squared(name, XLSX, spaced(lines[0][0]), body[:end], notes)
    finally:
        book.close()


def _told(value: object, number_format: str) -> str:
    """A spreadsheet's value as text: shares as percentages with the decimals of their format."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return unquoted(spaced(value))
    if "%" in number_format:
        return f"{100 * value:.{_decimals(number_format)}f}%"
    return f"{value:.10g}"


def _decimals(number_format: str) -> int:
    return len(number_format.partition(".")[2].split("%")[0].strip()) if "." in number_format else 0
