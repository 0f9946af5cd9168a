"""Workbooks (xlsx, ods): cells as text, after a look inside that refuses what could not be read safely."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from trygghet.errors import Fault, InputError

MAX_UNPACKED = 2_000_000_000
MAX_RATIO, RATIO_FROM = 150, 30_000_000
MAX_CELLS = 60_000_000
_COLUMN = re.compile(rb'<c [^>]*?r="([A-Z]{1,3})(\d{1,7})"')
_LONE_FORMULA = re.compile(rb'<c [^>]*?r="([A-Z]{1,3})(\d{1,7})"[^>]*><f[^>]*(?:/>|>[^<]*</f>)(?:<v></v>|<v ?/>)?</c>')
_REPEATED = re.compile(rb'number-(?:columns|rows)-repeated="(\d+)"')
_CHUNK = 1 << 22


@dataclass(frozen=True)
class Sheet:
    """One visible sheet: rows of texts, and the row number of the first of them."""

    name: str
    rows: list[list[str]]
    first_row: int
    hidden: tuple[str, ...]
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()


def read_sheet(path: Path, file: str, *, sheet: str | None = None) -> Sheet:
    """Read one visible sheet of a workbook as text.

    Parameters
    ----------
    path : an xlsx or ods file.
    file : its name in messages.
    sheet : the sheet's name; the first visible one with anything in it when omitted.

    Raises
    ------
    InputError : T16 no such sheet, T17 unfolds to something huge, T18 holds entities, T19 broken,
        T20 formulas without values, T22 error values such as ``#REF!``.
    """
    inspect(path, file)
    try:
        book = CalamineWorkbook.from_path(str(path))
        shown = [m.name for m in book.sheets_metadata if m.visible == SheetVisibleEnum.Visible]
        hidden = tuple(m.name for m in book.sheets_metadata if m.visible != SheetVisibleEnum.Visible)
        name = _choose(book, shown, sheet, file)
        found = book.get_sheet_by_name(name)
        cells = found.to_python(skip_empty_area=True)
        start = found.start or (0, 0)
        merged = tuple(found.merged_cell_ranges or ())
    except (CalamineError, OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(Fault(file, 0, "", "T19-BROKEN-WORKBOOK")) from error
    rows = as_text(cells)
    return Sheet(name, rows, start[0] + 1, hidden, _shift(merged, start))


def _shift(merged: tuple[Any, ...], start: tuple[int, int]) -> tuple[Any, ...]:
    row, column = start
    return tuple(((a - row, b - column), (c - row, d - column)) for (a, b), (c, d) in merged)


def _choose(book: CalamineWorkbook, shown: list[str], sheet: str | None, file: str) -> str:
    if sheet is None:
        filled = [name for name in shown if book.get_sheet_by_name(name).height]
        if filled:
            return filled[0]
        raise InputError(Fault(file, 0, "", "T02-EMPTY"))
    same = [name for name in book.sheet_names if name.casefold() == sheet.casefold()]
    if not same:
        raise InputError(Fault(file, 0, "", "T16-NO-SHEET", {"sheet": sheet, "known": ", ".join(shown)}))
    return same[0]


def sheet_names(path: Path, file: str) -> list[str]:
    """The visible sheets of a workbook, in order.

    Raises
    ------
    InputError : as `read_sheet`.
    """
    inspect(path, file)
    try:
        book = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError, ValueError) as error:
        raise InputError(Fault(file, 0, "", "T19-BROKEN-WORKBOOK")) from error
    return [m.name for m in book.sheets_metadata if m.visible == SheetVisibleEnum.Visible]


def as_text(cells: list[list[Any]]) -> list[list[str]]:
    """Typed cells as the texts a csv of the same table would hold: ``1.0`` is 1, a day is ISO."""
    memory: dict[tuple[type, Any], str] = {}
    rows = []
    for row in cells:
        texts = []
        for cell in row:
            if type(cell) is str:
                texts.append(cell)
                continue
            seen = memory.get((type(cell), cell))
            if seen is None:
                seen = memory[(type(cell), cell)] = _cell_text(cell)
            texts.append(seen)
        rows.append(texts)
    return rows


def _cell_text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return str(cell.date()) if cell.time() == time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")
    if isinstance(cell, time):
        return cell.isoformat("minutes")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def inspect(path: Path, file: str) -> None:
    """Look through the archive before anything is parsed.

    Raises
    ------
    InputError : T17, T18, T19 or T20; see `read_sheet`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_sizes(members, path, file)
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    _inspect_member(archive, member, file)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, RuntimeError, EOFError, OSError) as error:
        raise InputError(Fault(file, 0, "", "T19-BROKEN-WORKBOOK")) from error


def _check_sizes(members: list[zipfile.ZipInfo], path: Path, file: str) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = max(path.stat().st_size, 1)
    if unpacked > MAX_UNPACKED or (unpacked > RATIO_FROM and unpacked / packed > MAX_RATIO):
        values = {"packed": packed, "unpacked": unpacked}
        raise InputError(Fault(file, 0, "", "T17-UNFOLDS", values))


def _inspect_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, file: str) -> None:
    is_sheet = "worksheets/" in member.filename
    is_ods = member.filename == "content.xml"
    widest, last_row, cells = 0, 0, 0
    formulas: list[Fault] = []
    for chunk in _chunks(archive, member):
        if b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk:
            raise InputError(Fault(file, 0, "", "T18-ENTITIES"))
        if is_ods:
            _check_repeats(chunk, file)
        if is_sheet:
            found = _COLUMN.findall(chunk)
            cells += len(found)
            widest = max([widest, *(_column_number(c) for c in {c for c, _ in found})])
            last_row = max([last_row, *(int(r) for _, r in found[-1:])])
            last_row = max(last_row, max((int(r) for _, r in found), default=0) if cells < 10_000 else 0)
            if b"<f" in chunk:
                formulas += [
                    Fault(file, int(row), column.decode(), "T20-FORMULA-WITHOUT-VALUE")
                    for column, row in _LONE_FORMULA.findall(chunk)
                ]
    if widest * last_row > MAX_CELLS and widest * last_row > 20 * cells:
        raise InputError(
            Fault(file, 0, "", "T17-UNFOLDS", {"packed": member.compress_size, "unpacked": widest * last_row})
        )
    if formulas:
        raise InputError(formulas)


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member's bytes in pieces that begin at a cell, so that no cell is cut in two."""
    rest = b""
    with archive.open(member) as stream:
        while piece := stream.read(_CHUNK):
            piece = rest + piece
            cut = max(piece.rfind(b"<c "), piece.rfind(b"<table:table-row"), 0)
            yield piece[:cut] if cut else piece
            rest = piece[cut:] if cut else b""
    if rest:
        yield rest


def _check_repeats(chunk: bytes, file: str) -> None:
    # an empty run to the sheet's edge is ordinary in ods; a run of filled cells is not
    filled = re.findall(rb'<table:table-cell[^>]*number-columns-repeated="(\d{4,})"[^>]*office:value-type', chunk)
    if filled:
        raise InputError(Fault(file, 0, "", "T17-UNFOLDS", {"packed": 0, "unpacked": max(map(int, filled))}))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
