"""Delimited text, strictly: a row is never lost, merged or shifted without a fault that names it."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from trygghet.errors import Fault, InputError

DELIMITERS = (b";", b",", b"\t", b"|")
DELIMITER_NAMES = {b";": ";", b",": ",", b"\t": "tab", b"|": "|"}
QUOTE, NEWLINE = 34, 10
_SNIFF_LINES = 50
_EXCEL_TEXT = re.compile(rb'(?<![^;,\t|\n])="([^"\n;]*)"(?=[;,\t|\n]|\Z)')


@dataclass(frozen=True)
class Records:
    """Where the records of a delimited file lie.

    Attributes
    ----------
    starts : byte offset of every record that is not blank.
    lines : its row in the file, from 1.
    marks : whether each byte is a delimiter between cells, for `field_counts`.
    quoted_breaks : whether a quoted cell holds a line break.
    """

    starts: np.ndarray
    lines: np.ndarray
    marks: np.ndarray
    quoted_breaks: bool


def without_excel_text(data: bytes) -> tuple[bytes, int]:
    """Excel's ``="0180"`` as the plain text it stands for, and how many there were."""
    if b'="' not in data:
        return data, 0
    pieces: list[bytes] = []
    done = quotes = 0
    found = 0
    for match in _EXCEL_TEXT.finditer(data):
        quotes += data.count(b'"', done, match.start())
        pieces.append(data[done : match.start()])
        # within a quoted cell these characters are the cell's own text
        outside = quotes % 2 == 0
        pieces.append(match[1] if outside else match[0])
        quotes += 0 if outside else 2
        found += outside
        done = match.end()
    return b"".join([*pieces, data[done:]]), found


def find_delimiter(data: bytes) -> bytes:
    """The delimiter whose number is largest and most alike over the first rows."""
    lines = [line for line in data[:200_000].split(b"\n") if line.strip()][:_SNIFF_LINES]

    def score(mark: bytes) -> tuple[float, int]:
        counts = [_outside_quotes(line).count(mark) for line in lines]
        most = max(counts, default=0)
        alike = sum(count == most for count in counts) / max(len(counts), 1)
        return (alike if most else -1.0, most)

    header_has = [mark for mark in DELIMITERS if lines and mark in _outside_quotes(lines[0])]
    return max(header_has or DELIMITERS, key=score)


def _outside_quotes(line: bytes) -> bytes:
    return re.sub(rb'"[^"]*"', b"", line)


def find_records(data: bytes, delimiter: bytes, file: str) -> Records:
    """Split a file into records without reading its cells.

    Raises
    ------
    InputError : T09 a quote that is never closed, T10 a stray quote, T11 a lone carriage return.
    """
    buffer = np.frombuffer(data, dtype=np.uint8)
    newline, mark = buffer == NEWLINE, buffer == delimiter[0]
    quoted_breaks = False
    if QUOTE in data:
        inside = np.bitwise_xor.accumulate((buffer == QUOTE).view(np.uint8)).view(bool)
        _check_quotes(data, buffer, inside, delimiter, file)
        quoted_breaks = bool((newline & inside).any())
        newline, mark = newline & ~inside, mark & ~inside
        _check_carriage_returns(data, inside, file)
    else:
        _check_carriage_returns(data, None, file)
    return _records(buffer, newline, mark, quoted_breaks)


def _records(buffer: np.ndarray, newline: np.ndarray, mark: np.ndarray, quoted_breaks: bool) -> Records:
    ends = np.flatnonzero(newline)
    if len(buffer) and (len(ends) == 0 or ends[-1] != len(buffer) - 1):
        ends = np.append(ends, len(buffer))
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else np.empty(0, dtype=int)
    if not len(starts):
        return Records(starts, starts, mark, quoted_breaks)
    if quoted_breaks:
        breaks = np.add.reduceat((buffer == NEWLINE).view(np.uint8), starts, dtype=np.int64)
        lines = np.concatenate([[1], 1 + np.cumsum(np.maximum(breaks, 1))[:-1]])
    else:
        lines = np.arange(1, len(starts) + 1)
    filled = ends > starts
    return Records(starts[filled], lines[filled], mark, quoted_breaks)


def field_counts(records: Records, first: int) -> np.ndarray:
    """How many fields every record from `first` on has."""
    starts = records.starts[first:]
    if not len(starts):
        return starts
    return np.add.reduceat(records.marks.view(np.uint8), starts, dtype=np.int64) + 1


def all_as_wide(records: Records, first: int, width: int) -> bool:
    """Whether the delimiters suffice exactly; a quick look before every record is counted."""
    if first >= len(records.starts):
        return True
    marks = int(np.count_nonzero(records.marks[records.starts[first] :]))
    return marks == (width - 1) * (len(records.starts) - first)


def _check_carriage_returns(data: bytes, inside: np.ndarray | None, file: str) -> None:
    at = data.find(b"\r")
    while at >= 0:
        if inside is None or not inside[at]:
            raise InputError(Fault(file, data.count(b"\n", 0, at) + 1, "", "T11-CONTROL-CHARACTER"))
        at = data.find(b"\r", at + 1)


def _check_quotes(data: bytes, buffer: np.ndarray, inside: np.ndarray, delimiter: bytes, file: str) -> None:
    """A quote opens only at the start of a cell and closes only at its end; ``""`` is one quote."""
    at = np.flatnonzero(buffer == QUOTE)
    opens = inside[at]
    edges = np.array([NEWLINE, delimiter[0], QUOTE], dtype=np.uint8)
    before = np.where(at > 0, buffer[np.maximum(at - 1, 0)], NEWLINE)
    after = np.where(at + 1 < len(buffer), buffer[np.minimum(at + 1, len(buffer) - 1)], NEWLINE)
    bad = np.where(opens, ~np.isin(before, edges), ~np.isin(after, edges))
    if not bad.any() and len(at) % 2 == 0 and not _swallowed_row(data, inside, delimiter):
        return
    raise InputError(_first_bad_quote(data, delimiter, file))


def _swallowed_row(data: bytes, inside: np.ndarray, delimiter: bytes) -> bool:
    """Whether a quoted cell holds what looks like the rest of one record and the start of another."""
    header = _outside_quotes(data[: data.find(b"\n")] if b"\n" in data else data).count(delimiter)
    if header < 2:
        return False
    breaks = np.flatnonzero((np.frombuffer(data, dtype=np.uint8) == NEWLINE) & inside)
    for at in breaks:
        start, stop = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at + 1)
        line, following = data[start:at], data[at + 1 : stop if stop >= 0 else len(data)]
        if line.count(delimiter) == header and following.count(delimiter) == header:
            return True
    return False


def _first_bad_quote(data: bytes, delimiter: bytes, file: str) -> Fault:
    """Walk through the file once, cell by cell, to name the row where the first bad quote stands."""
    opened = 0
    state = "start"
    row = 1
    for byte in data:
        if byte == NEWLINE:
            row += 1
        if state == "inside":
            state = "closing" if byte == QUOTE else "inside"
        elif byte == QUOTE and state == "start":
            opened, state = row, "inside"
        elif byte == QUOTE and state == "closing":
            state = "inside"
        elif byte in (NEWLINE, delimiter[0]):
            state = "start"
        elif byte == QUOTE:
            return Fault(file, row, "", "T10-STRAY-QUOTE")
        elif state == "closing":
            return Fault(file, opened, "", "T09-OPEN-QUOTE" if row > opened else "T10-STRAY-QUOTE")
        else:
            state = "cell"
    return Fault(file, opened, "", "T09-OPEN-QUOTE")


def record_fields(data: bytes, records: Records, index: int, delimiter: bytes) -> list[str]:
    """The cells of one record."""
    stop = records.starts[index + 1] if index + 1 < len(records.starts) else len(data)
    text = data[records.starts[index] : stop].decode("utf-8").rstrip("\n")
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter.decode(), strict=True), [])


def read_body(data: bytes, records: Records, first: int, width: int, delimiter: bytes) -> pa.Table | None:
    """All cells from record `first` on, as text, in columns named by their position.

    Parameters
    ----------
    data : the file as UTF-8.
    records : as `find_records` gave them.

    Returns
    -------
    the cells, or None when some record does not have `width` fields.
    """
    names = [str(i) for i in range(width)]
    if first >= len(records.starts):
        return pa.table({name: pa.array([], pa.string()) for name in names})
    if not all_as_wide(records, first, width):
        return None
    body = pa.py_buffer(memoryview(data)[records.starts[first] :])
    try:
        return _arrow_read(body, names, delimiter, records.quoted_breaks)
    except pa.ArrowInvalid:
        return None


def _arrow_read(body: pa.Buffer, names: list[str], delimiter: bytes, quoted_breaks: bool) -> pa.Table:
    return arrow_csv.read_csv(
        pa.BufferReader(body),
        read_options=arrow_csv.ReadOptions(column_names=names, block_size=1 << 20),
        parse_options=arrow_csv.ParseOptions(
            delimiter=delimiter.decode(), newlines_in_values=quoted_breaks, ignore_empty_lines=True
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types={name: pa.string() for name in names},
            strings_can_be_null=False,
            quoted_strings_can_be_null=False,
            check_utf8=False,
        ),
    )
