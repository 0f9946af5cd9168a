"""Workbooks (xlsx, ods): cells as text, after a look inside that refuses what could not be read safely."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from trygghet.errors import Fault, InputError
from trygghet.sources.archives import inspect


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
