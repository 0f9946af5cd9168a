"""The one strict table reader: any accepted file becomes a table of text with its rows numbered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trygghet.clean import Change, key, tidy
from trygghet.errors import Fault, InputError
from trygghet.sources import cubes, delimited, spreadsheets, statistical
from trygghet.sources.encodings import decode
from trygghet.sources.table import Table, parsed
from trygghet.sources.workbook import lay_out
from trygghet.yamlfile import shown_name

__all__ = ["TEXT_FILES", "Table", "parsed", "read_table", "read_text"]
TITLE_ROWS = 30
TAIL_ROWS = 200
_NOTE = re.compile(r"\d\)|\*|[\u00b9\u00b2\u00b3]")
TEXT_FILES = (".csv", ".txt", ".tsv", ".skv")
WORKBOOKS = (".xlsx", ".xlsm", ".ods")
OTHERS = {".sav": statistical.read_sav, ".json": cubes.read_jsonstat, ".px": cubes.read_px}


def read_table(
    path: str | Path,
    *,
    root: str | Path | None = None,
    required: Sequence[str] = (),
    header_like: Sequence[str] = (),
    sheet: str | None = None,
) -> Table:
    """Read one table, whatever program wrote it.

    Parameters
    ----------
    path : csv (encoding, delimiter and title rows are found out), xlsx, ods, SPSS sav, json-stat2 or PX.
    root : folder the file is named from in messages.
    required : columns the table must have; they also tell where the header is when titles precede it.
    header_like : names that may stand in the header, when none of them alone must.
    sheet : a workbook's sheet; the first visible one with contents when omitted.

    Returns
    -------
    Table of text; codes keep their leading zeros.

    Raises
    ------
    InputError : every fault found, with file, row, column and rule.
    """
    path = Path(path)
    file = shown_name(path, root)
    if not path.is_file():
        raise InputError(Fault(file, 0, "", "T01-NO-FILE"))
    suffix, names = path.suffix.lower(), (*required, *header_like)
    if suffix in TEXT_FILES:
        table = read_text(path.read_bytes(), file, names)
    elif suffix in WORKBOOKS:
        table = _read_workbook(path, file, names, sheet)
    elif suffix in OTHERS:
        table = OTHERS[suffix](path, file)
    else:
        known = ", ".join((*TEXT_FILES, *WORKBOOKS, *OTHERS))
        raise InputError(Fault(file, 0, "", "T21-UNKNOWN-FORMAT", {"known": known}))
    absent = [table.missing_column(name) for name in required if table.find(name) is None]
    if absent and len(table.columns) == 1 < len(required):
        raise InputError(Fault(file, table.header_row, "", "T05-ONE-COLUMN"))
    if absent:
        guessed = all(fault.values["near"] for fault in absent)
        raise InputError(absent if guessed else [*absent, *_unused(table, required)])
    return table


def _unused(table: Table, required: Sequence[str]) -> list[Fault]:
    """The columns nobody asked for: one of them may be what is missed under another name.

    Told only where some column was asked for: else what was taken for a header may be somebody's answers.
    """
    wanted = {key(name) for name in required}
    if not wanted & {key(name) for name in table.columns}:
        return []
    columns = ", ".join(name for name in table.columns if key(name) not in wanted)
    return [Fault(table.file, table.header_row, "", "T29-UNUSED-COLUMNS", {"columns": columns})] if columns else []


def read_text(raw: bytes, file: str, required: Sequence[str]) -> Table:
    """A delimited text's bytes as a table; `required` are names that tell where the header is.

    Raises
    ------
    InputError : as `read_table`.
    """
    decoded = decode(raw, file)
    data, guarded = delimited.without_excel_text(decoded.data)
    if not data or data.isspace():
        raise InputError(Fault(file, 0, "", "T02-EMPTY"))
    delimiter = delimited.find_delimiter(data)
    records = delimited.find_records(data, delimiter, file)
    first = min(len(records.starts), TITLE_ROWS)
    rows = [delimited.record_fields(data, records, i, delimiter) for i in range(first)]
    header = find_header(rows, required)
    names = _names(rows[header], file, int(records.lines[header]))
    body = delimited.read_body(data, records, header + 1, len(rows[header]), delimiter)
    if body is None or body.num_rows != len(records.starts) - header - 1:
        raise InputError(_wrong_widths(records, header, len(rows[header]), file))
    log = [
        Change(file, "", "encoding", 0, {"encoding": decoded.encoding}),
        Change(file, "", "delimiter", 0, {"delimiter": delimited.DELIMITER_NAMES[delimiter]}),
    ]
    log += [Change(file, "", "title_rows", header)] if header else []
    log += [Change(file, "", "excel_text", guarded)] if guarded else []
    log += [] if data.endswith(b"\n") else [Change(file, "", "no_line_end")]
    table = Table(file, body, int(records.lines[header]), records.lines[header + 1 :], tuple(log))
    return _finish(table, names)


def _wrong_widths(records: delimited.Records, header: int, width: int, file: str) -> list[Fault]:
    fields, lines = delimited.field_counts(records, header + 1), records.lines[header + 1 :]
    if width == 1 or (fields == 1).all():
        return [Fault(file, int(records.lines[header]), "", "T05-ONE-COLUMN")]
    return [
        Fault(
            file,
            int(lines[i]),
            "",
            "T07-FEW-FIELDS" if fields[i] < width else "T08-MANY-FIELDS",
            {"found": int(fields[i]), "expected": width},
        )
        for i in np.flatnonzero(fields != width)
    ]


def find_header(rows: Sequence[Sequence[str]], required: Sequence[str]) -> int:
    """Which of the first rows is the header.

    The row that holds most of the required names; without any, the first row as wide as the rows
    after it whose cells are all filled and different.
    """
    wanted = {key(name) for name in required}
    if wanted:
        hits = [len(wanted & {key(cell) for cell in row}) for row in rows]
        if hits and max(hits) > 0:
            return hits.index(max(hits))
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    widest = max(filled, default=0)
    return next((i for i, n in enumerate(filled) if n >= max(2, 0.6 * widest)), 0)


def _names(cells: Sequence[str], file: str, row: int) -> list[str]:
    """Column names, empty where there is none; no two alike."""
    names = [tidy(cell).lstrip("\N{ZERO WIDTH NO-BREAK SPACE}") for cell in cells]
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        if not name:
            continue
        if key(name) in seen:
            values = {"first": seen[key(name)], "second": position}
            faults.append(Fault(file, row, name, "T06-DUPLICATE-COLUMN", values))
        seen.setdefault(key(name), position)
    if faults:
        raise InputError(faults)
    return names


def _finish(table: Table, names: list[str]) -> Table:
    """Name the columns, drop empty ones without a name, and drop empty rows at the end."""
    keep, faults, log = [], [], list(table.log)
    for position, name in enumerate(names):
        filled = pc.not_equal(pc.utf8_trim_whitespace(table.data[position]), "") if not name else None
        if name:
            keep.append(position)
        elif pc.any(filled).as_py():
            at = int(pc.index(filled, True).as_py())
            faults.append(Fault(table.file, table.row(at), "", "T24-UNNAMED-COLUMN", {"position": position + 1}))
    if faults:
        raise InputError(faults)
    if len(keep) < len(names):
        log.append(Change(table.file, "", "empty_columns", len(names) - len(keep)))
    data = table.data.select(keep).rename_columns([names[i] for i in keep])
    table = replace(table, data=data, log=tuple(log), _levels={})
    return _without_empty_rows(table)


def _without_empty_rows(table: Table) -> Table:
    if not len(table) or not table.columns or not _has_empty(table):
        return table
    empty = _empty_rows(table)
    if not empty.any():
        return table
    kept = table.only(~empty)
    return replace(kept, log=(*table.log, Change(table.file, "", "empty_rows", int(empty.sum()))))


def _has_empty(table: Table) -> bool:
    """Whether the first column has an empty cell, as it must where a row is empty: quick to see."""
    first = pc.utf8_trim_whitespace(table.data[0])
    return pc.any(pc.equal(first, "")).as_py() is True


def _empty_rows(table: Table) -> np.ndarray:
    empty = np.ones(len(table), dtype=bool)
    for column in table.data.columns:
        empty &= pc.equal(pc.utf8_trim_whitespace(column), "").to_numpy(zero_copy_only=False)
        if not empty.any():
            break
    return empty


def _read_workbook(path: Path, file: str, required: Sequence[str], sheet: str | None) -> Table:
    found = spreadsheets.read_sheet(path, file, sheet=sheet)
    if not found.rows:
        raise InputError(Fault(file, 0, "", "T02-EMPTY"))
    layout = lay_out(found, file, lambda rows: find_header(rows, required), wanted=required)
    header_row = found.first_row + layout.header
    names = _names(layout.names, file, header_row)
    body = layout.body
    data = pa.table({str(i): column for i, column in enumerate(spreadsheets.as_columns(body, len(names)))})
    log = [Change(file, "", "sheet", 0, {"sheet": found.name})]
    log += layout.changes
    log += [Change(file, "", "hidden_sheets", len(found.hidden))] if found.hidden else []
    rows = np.arange(header_row + 1, header_row + 1 + len(body))
    table = _finish(Table(file, data, header_row, rows, tuple(log)), names)
    return _without_notes(table)


def _without_notes(table: Table) -> Table:
    """Drop the notes under a table: rows of one cell after an empty row, or with a footnote's mark.

    A last row that holds an id and nothing else is data and stays.
    """
    if len(table.columns) < 3 or not len(table):
        return table
    tail = table.data.slice(max(0, len(table) - TAIL_ROWS))
    before = len(table) - tail.num_rows
    filled = np.zeros(tail.num_rows, dtype=int)
    for column in tail.columns:
        filled += pc.not_equal(pc.utf8_trim_whitespace(column), "").to_numpy(zero_copy_only=False)
    fuller = np.flatnonzero(filled > 1)
    first = before + int(fuller[-1]) + 1 if len(fuller) else len(table)
    texts = table.data[0].slice(first).to_pylist()
    gaps = np.diff(table.rows[max(first - 1, 0) :]) > 1
    start = next((first + i for i, text in enumerate(texts) if gaps[i] or _NOTE.match(text.strip())), len(table))
    if start == len(table):
        return table
    notes = np.arange(len(table)) >= start
    return replace(table.only(~notes), log=(*table.log, Change(table.file, "", "notes_below", int(notes.sum()))))
