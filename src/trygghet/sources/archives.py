"""A look into a workbook's archive before anything parses it: what could not be read safely is refused."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from trygghet.errors import Fault, InputError

MAX_UNPACKED = 2_000_000_000
MAX_RATIO, RATIO_FROM = 150, 30_000_000
MAX_CELLS = 5_000_000
MAX_REPEATED_TEXT = 200_000_000
LONG_TEXT = 5_000
_CHUNK = 1 << 22
_AT = rb'<c [^>]*?r="([A-Z]{1,3})(\d{1,7})"'
_FORMULA = rb"<f[^>]*(?:/>|>[^<]*</f>)"
_LONE_FORMULA = re.compile(_AT + rb"[^>]*>" + _FORMULA + rb"(?:<v></v>|<v ?/>)?</c>")
_ERROR = re.compile(_AT + rb'[^>]*t="e"[^>]*>(?:' + _FORMULA + rb")?<v>([^<]*)</v>")
_SHARED = re.compile(rb't="s"[^>]*><v>(\d+)</v>')
_STRING = re.compile(rb"<si>(.*?)</si>", re.DOTALL)
_FILLED_RUN = re.compile(rb'<table:table-cell[^>]*number-columns-repeated="(\d+)"[^>]*office:value-type')
_ROW_RUN = re.compile(rb'<table:table-row[^>]*number-rows-repeated="(\d+)"')


@dataclass
class _Scan:
    """What is added up over a workbook's parts."""

    file: str
    cells: int = 0
    widest: int = 0
    last_row: int = 0
    repeated_text: int = 0
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, packed: int, unpacked: int) -> InputError:
        return InputError(Fault(self.file, 0, "", "T17-UNFOLDS", {"packed": packed, "unpacked": unpacked}))


def inspect(path: Path, file: str) -> None:
    """Look through a workbook (xlsx, ods).

    Raises
    ------
    InputError : T17 it unfolds to something huge, T18 it holds entities, T19 it is broken, T20 formulas
        without a saved value, T22 cells that show an error.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive.infolist(), path, file)
            long_texts = _long_texts(archive, file)
            scan = _Scan(file)
            for member in archive.infolist():
                if member.filename.endswith((".xml", ".rels")):
                    _look(archive, member, scan, long_texts)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, RuntimeError, EOFError, OSError) as error:
        raise InputError(Fault(file, 0, "", "T19-BROKEN-WORKBOOK")) from error
    if scan.faults:
        raise InputError(scan.faults)


def _check_sizes(members: list[zipfile.ZipInfo], path: Path, file: str) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = max(path.stat().st_size, 1)
    if unpacked > MAX_UNPACKED or (unpacked > RATIO_FROM and unpacked / packed > MAX_RATIO):
        raise _Scan(file).refuse(packed, unpacked)


def _long_texts(archive: zipfile.ZipFile, file: str) -> dict[int, int]:
    """Shared texts so long that many references to one of them would fill the memory: index to length."""
    name = "xl/sharedStrings.xml"
    if name not in archive.namelist():
        return {}
    found = (len(match[1]) for match in _STRING.finditer(archive.read(name)))
    return {index: length for index, length in enumerate(found) if length >= LONG_TEXT}


def _look(archive: zipfile.ZipFile, member: zipfile.ZipInfo, scan: _Scan, long_texts: dict[int, int]) -> None:
    is_sheet, is_ods = "worksheets/" in member.filename, member.filename == "content.xml"
    scan.cells = scan.widest = scan.last_row = 0
    for chunk in _chunks(archive, member):
        if b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk:
            raise InputError(Fault(scan.file, 0, "", "T18-ENTITIES"))
        if is_ods:
            _look_at_runs(chunk, scan)
        if is_sheet:
            _look_at_cells(chunk, scan, long_texts)
    box = scan.widest * scan.last_row
    if (box > MAX_CELLS and box > 20 * scan.cells) or scan.repeated_text > MAX_REPEATED_TEXT:
        raise scan.refuse(member.compress_size, max(box, scan.repeated_text))


def _look_at_cells(chunk: bytes, scan: _Scan, long_texts: dict[int, int]) -> None:
    seen = _signs(chunk)
    scan.cells += seen.cells
    scan.widest, scan.last_row = max(scan.widest, seen.widest), max(scan.last_row, seen.last_row)
    if long_texts:
        scan.repeated_text += sum(long_texts.get(int(index), 0) for index in _SHARED.findall(chunk))
    if seen.errors:
        # a plain reader takes a cell that shows #REF! for an empty one
        for column, row, value in _ERROR.findall(chunk):
            told = {"value": value.decode("utf-8", "replace")}
            scan.faults.append(Fault(scan.file, int(row), column.decode(), "T22-CELL-ERROR", told))
    if seen.formulas:
        for column, row in _LONE_FORMULA.findall(chunk):
            scan.faults.append(Fault(scan.file, int(row), column.decode(), "T20-FORMULA-WITHOUT-VALUE"))


def _look_at_runs(chunk: bytes, scan: _Scan) -> None:
    # an empty run to the sheet's edge is ordinary in ods; a long run of filled cells is not
    longest = max(map(int, _FILLED_RUN.findall(chunk)), default=1)
    rows = max(map(int, _ROW_RUN.findall(chunk)), default=1)
    if longest > 1000 or (rows > 10_000 and b"office:value-type" in chunk and longest * rows > MAX_CELLS):
        raise scan.refuse(len(chunk), longest * rows)


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


@dataclass(frozen=True)
class _Signs:
    """What a piece of a sheet holds: cells, how far out they lie, and whether any is a formula or an error."""

    cells: int
    widest: int
    last_row: int
    errors: bool
    formulas: bool


def _signs(chunk: bytes) -> _Signs:
    """Look at all attributes and tags of a piece at once; searching for each costs more than reading."""
    data = np.frombuffer(b"  " + chunk + b"\0" * 16, dtype=np.uint8)
    quoted = np.flatnonzero((data[:-16] == ord("=")) & (data[1:-15] == ord('"')))
    before = data[quoted - 1]
    errors = bool(((before == ord("t")) & (data[quoted + 2] == ord("e"))).any())
    formulas = bool(((data[:-1] == ord("<")) & (data[1:] == ord("f"))).any())
    column, row = _references(data, quoted[before == ord("r")] + 2)
    return _Signs(int(np.count_nonzero(column)), int(column.max(initial=0)), int(row.max(initial=0)), errors, formulas)


def _references(data: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Column and row numbers of the references (``BC12``, or ``12`` of a row) that begin at some bytes."""
    column, row = np.zeros(len(at), dtype=np.int64), np.zeros(len(at), dtype=np.int64)
    for _ in range(3):
        letter = data[at]
        inside = (letter >= ord("A")) & (letter <= ord("Z"))
        if not inside.any():
            break
        column = np.where(inside, column * 26 + letter - 64, column)
        at = at + inside
    for _ in range(7):
        digit = data[at]
        inside = (digit >= ord("0")) & (digit <= ord("9"))
        if not inside.any():
            break
        row = np.where(inside, row * 10 + digit - 48, row)
        at = at + inside
    return column, row
