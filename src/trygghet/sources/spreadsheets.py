"""Workbooks (xlsx, ods): cells as text, after a look inside that refuses what could not be read safely."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from trygghet.errors import Fault, InputError
from trygghet.sources.archives import inspect


@dataclass(frozen=True)
class Sheet:
    """One visible sheet: rows of typed cells, and the row number of the first of them."""

    name: str
    rows: list[list[Any]]
    first_row: int
    hidden: tuple[str, ...]
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()


def read_sheet(path: Path, file: str, *, sheet: str | None = None) -> Sheet:
    """Read one visible sheet of a workbook.

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
        found = _choose(book, shown, sheet, file)
        cells = found.to_python(skip_empty_area=True)
        start = found.start or (0, 0)
        merged = tuple(found.merged_cell_ranges or ())
    except (CalamineError, OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(Fault(file, 0, "", "T19-BROKEN-WORKBOOK")) from error
    return Sheet(found.name, cells, start[0] + 1, hidden, _shift(merged, start))


def _shift(merged: tuple[Any, ...], start: tuple[int, int]) -> tuple[Any, ...]:
    row, column = start
    return tuple(((a - row, b - column), (c - row, d - column)) for (a, b), (c, d) in merged)


def _choose(book: CalamineWorkbook, shown: list[str], sheet: str | None, file: str) -> CalamineSheet:
    if sheet is None:
        opened = (book.get_sheet_by_name(name) for name in shown)
        filled = next((found for found in opened if found.height), None)
        if filled is not None:
            return filled
        raise InputError(Fault(file, 0, "", "T02-EMPTY"))
    same = [name for name in book.sheet_names if name.casefold() == sheet.casefold()]
    if not same:
        raise InputError(Fault(file, 0, "", "T16-NO-SHEET", {"sheet": sheet, "known": ", ".join(shown)}))
    return book.get_sheet_by_name(same[0])


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


class _Positions(dict[Any, int]):
    """Each distinct cell's place among the distinct ones. ``1``, ``1.0`` and True are one key and one text."""

    def __missing__(self, cell: Any) -> int:
        self[cell] = len(self)
        return self[cell]


def as_columns(rows: Sequence[Sequence[Any]], width: int) -> list[pa.Array]:
    """Typed cells as the texts a csv of the same table would hold: ``1.0`` is 1, a day is ISO.

    Parameters
    ----------
    rows : all of `width` cells. They are gone through in the order they lie in memory, each distinct cell
        worked out once, which is what makes a large sheet quick to read.
    """
    seen = _Positions()
    cells = chain.from_iterable(rows)
    codes = np.fromiter(map(seen.__getitem__, cells), dtype=np.int32, count=len(rows) * width)
    texts = pa.array([cell if type(cell) is str else cell_text(cell) for cell in seen], pa.string())
    grid = codes.reshape(len(rows), width)
    return [pa.DictionaryArray.from_arrays(grid[:, i].copy(), texts).dictionary_decode() for i in range(width)]


def as_text(cells: Iterable[Any]) -> list[str]:
    """A few typed cells as texts; see `as_columns`."""
    return [cell if type(cell) is str else cell_text(cell) for cell in cells]


def cell_text(cell: Any) -> str:
    """One typed cell as text; empty when there is nothing in it."""
    if cell is None or str(cell) in ("NaT", "nan"):
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return _time_text(cell) if isinstance(cell, date | time | timedelta) else str(cell)


def _time_text(cell: date | time | timedelta) -> str:
    if isinstance(cell, datetime):
        return str(cell.date()) if cell.time() == time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")
    return cell.isoformat("minutes") if isinstance(cell, time) else cell.isoformat()
