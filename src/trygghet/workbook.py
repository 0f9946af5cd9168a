"""The published tables as an Excel workbook: texts and mask of the page, numbers as numbers."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from trygghet.blocks import Block, Column, Figure, Table, Verdict
from trygghet.messages import MINUS, NBSP, Words

SHEET_NAME = 31
"""Longest name of a sheet that Excel takes."""
EPOCH = datetime(2000, 1, 1)
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_SV = re.compile(rf"{MINUS}?(?:\d{{1,3}}(?:{NBSP}\d{{3}})+|\d+)(?:,(\d+))?({NBSP}%)?")
_EN = re.compile(rf"{MINUS}?(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.(\d+))?(%)?")
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


def write_workbook(blocks: Iterable[Block], path: Path | str) -> None:
    """Write `workbook_bytes` to a file."""
    Path(path).write_bytes(workbook_bytes(blocks))


def workbook_bytes(blocks: Iterable[Block]) -> bytes:
    """A workbook with a sheet for each table among some blocks, and a first sheet that lists them.

    Parameters
    ----------
    blocks : a page's blocks; tables, and the tables of figures and of verdicts' figures, are taken.

    Returns
    -------
    The file's bytes, the same for the same tables. A cell aligned right that reads as a number or a
    percentage is one; all other text is text, also when it begins like a formula.
    """
    tables = [table for block in blocks for table in tables_of(block)]
    words = Words(tables[0].language if tables else "sv")
    book = Workbook()
    contents = book.active
    assert isinstance(contents, Worksheet)
    contents.title = words("tables.contents_sheet")
    _head(contents, 1, words.raw("tables.contents_columns"))
    contents.column_dimensions["A"].width, contents.column_dimensions["B"].width = 34, 90
    names = _names(tables, taken=contents.title)
    for row, (name, table) in enumerate(zip(names, tables, strict=True), start=2):
        _put(contents.cell(row, 1), name).hyperlink = f"#'{name}'!A1"
        _put(contents.cell(row, 2), table.caption)
        _fill(book.create_sheet(name), table)
    return book_bytes(book)


def tables_of(block: Block | None) -> Iterator[Table]:
    """The tables of a block: itself, a figure's, or that of a verdict's figure."""
    if isinstance(block, Table):
        yield block
    elif isinstance(block, Figure):
        if block.table is not None:
            yield block.table
    elif isinstance(block, Verdict):
        yield from tables_of(block.figure)


def _names(tables: Iterable[Table], taken: str) -> list[str]:
    """A sheet name for each table: its id, shortened, with a number where two would be alike (case aside)."""
    used, names = {taken.lower()}, []
    for table in tables:
        stem = _FORBIDDEN.sub("_", table.id.removesuffix("-table"))[:SHEET_NAME]
        name, number = stem, 2
        while name.lower() in used:
            tail = f"_{number}"
            name, number = stem[: SHEET_NAME - len(tail)] + tail, number + 1
        used.add(name.lower())
        names.append(name)
    return names


def _fill(sheet: Worksheet, table: Table) -> None:
    _put(sheet.cell(1, 1), table.caption).font = Font(bold=True, size=13)
    _head(sheet, 3, [column.label for column in table.columns])
    sheet.freeze_panes = "A4"
    for row, texts in enumerate(table.rows, start=4):
        for number, (column, text) in enumerate(zip(table.columns, texts, strict=True), start=1):
            _value(sheet.cell(row, number), column, text, table.language)
    if table.note:
        _put(sheet.cell(len(table.rows) + 5, 1), table.note).font = Font(italic=True)
    for number, column in enumerate(table.columns):
        longest = max([len(column.label), *(len(row[number]) for row in table.rows)])
        sheet.column_dimensions[sheet.cell(3, number + 1).column_letter].width = min(max(longest + 3, 9), 60)


def _head(sheet: Worksheet, row: int, labels: Iterable[str]) -> None:
    for number, label in enumerate(labels, start=1):
        cell = _put(sheet.cell(row, number), label)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="bottom")


def _value(cell: Cell, column: Column, text: str, language: str) -> None:
    found = read_number(text, language) if column.align == "right" else None
    if found is None:
        _put(cell, text)
        cell.alignment = Alignment(horizontal=column.align, vertical="top")
        return
    cell.value = found.value / 100 if found.percent else (found.value if found.digits else int(found.value))
    zeros = f"0.{'0' * found.digits}" if found.digits else "0"
    cell.number_format = zeros + "%" if found.percent else f"#,##{zeros}"


@dataclass(frozen=True)
class Number:
    """A number as it is written: its value (29 for 29 %), its decimals, and whether it is a percentage."""

    value: float
    digits: int
    percent: bool


def read_number(text: str, language: str) -> Number | None:
    """The number that a text of a table is, in the language's own form; None for any other text."""
    found = (_SV if language == "sv" else _EN).fullmatch(text)
    if found is None:
        return None
    plain = re.sub(rf"[{NBSP}%]", "", text).replace(MINUS, "-")
    plain = plain.replace(",", ".") if language == "sv" else plain.replace(",", "")
    return Number(float(plain), len(found[1] or ""), bool(found[2]))


def _put(cell: Cell, text: str) -> Cell:
    """Text as text: what begins with = stays a string and is never a formula."""
    cell.value = _CONTROL.sub("", text)
    cell.data_type = "s"
    return cell


def book_bytes(book: Workbook) -> bytes:
    """A workbook's bytes without the times that openpyxl and zip put into it: the same for the same cells."""
    book.properties.creator = "trygghet"
    book.properties.created = EPOCH
    raw, out = io.BytesIO(), io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, date_time=EPOCH.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z\g<2>", content)
            target.writestr(entry, content)
    return out.getvalue()
