"""Residents by square, from the optional ``rutor.csv``: how many live where, as SCB tells it of its grid."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from trygghet.errors import InputError
from trygghet.sources.fields import read_fields
from trygghet.sources.parsing import parse_number
from trygghet.sources.table import parsed
from trygghet.sources.tables import read_table
from trygghet.workspace import Workspace

FILE = "rutor.csv"
CELL = 250
"""Side in metres of the parts that larger squares are told in."""
SIZES = (100, 250, 500, 1000)
_CORNER = re.compile(r"(\d{6})(\d{7})", re.ASCII)


def read_residents(ws: Workspace) -> pd.DataFrame | None:
    """Residents by square of 250 metres or less; None without the file.

    Columns square (SCB's id: easting and northing of the south-west corner in SWEREF 99 TM, 13 digits), size (100,
    250, 500 or 1000 metres) and n. The residents of a larger square are spread evenly over its parts.

    Returns
    -------
    DataFrame: ``x, y`` (centre, metres) and ``n``.

    Raises
    ------
    InputError : every fault of the file at once: T12 a missing column, S25 an id or S26 a size that is none, S16 a
        number of persons that is none, S17 an empty cell.
    """
    path = ws.folder / FILE
    if not path.is_file():
        return None
    fields, needed = read_fields(None), ("square", "size", "n")
    names = [name for field in needed for name in fields.all_names("squares", field)]
    table = read_table(path, root=ws.folder, header_like=names)
    columns = fields.columns(table, "squares", needed)
    corners, faults = parsed(table, columns["square"], _corner, "S25-SQUARE")
    sizes, more = parsed(table, columns["size"], _size, "S26-SQUARE-SIZE")
    people, last = parsed(table, columns["n"], _persons, "S16-PERSONS")
    levels = {name: table.levels(name) for name in columns.values()}
    blank = {name: level.where([text == "" for text in level.values]) for name, level in levels.items()}
    empty = [fault for name, rows in blank.items() for fault in table.faults(name, rows, "S17-EMPTY-CELL")]
    if faults or more or last or empty:
        raise InputError([*faults, *more, *last, *empty])
    found = pd.DataFrame(list(corners), columns=["x", "y"]).assign(size=list(sizes), n=np.array(people, dtype=float))
    return _in_parts(found)


def _in_parts(squares: pd.DataFrame) -> pd.DataFrame:
    """Centres of the squares, those larger than a cell as cells."""
    parts = []
    for size in SIZES:
        own, across = squares[squares["size"] == size], max(1, size // CELL)
        side = size / across
        for i, j in np.ndindex(across, across):
            centre = {"x": own["x"] + (i + 0.5) * side, "y": own["y"] + (j + 0.5) * side}
            parts.append(own.assign(**centre, n=own["n"] / across**2))
    return pd.concat(parts, ignore_index=True)[["x", "y", "n"]]


def _corner(text: str) -> tuple[int, int]:
    found = _CORNER.fullmatch(text.strip())
    if found is None:
        raise ValueError("not a square's id")
    return int(found[1]), int(found[2])


def _size(text: str) -> int:
    if text not in map(str, SIZES):
        raise ValueError("not a size")
    return int(text)


def _persons(text: str) -> float:
    value = parse_number(text).value
    if not value >= 0:
        raise ValueError("not a number of persons")
    return value
