"""From a sheet's cells to a header and rows: titles, merged cells, two-row headers, footnote marks, notes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from trygghet.clean import Change, key
from trygghet.sources.spreadsheets import Sheet, as_text

TOP_ROWS = 30
Merge = tuple[tuple[int, int], tuple[int, int]]
# "Antal1)", "utgång §)1", "Antal¹": a mark that belongs to a note below the table
_FOOTNOTE = re.compile(r"(?:\s*§\)\s*\d?|(?<=[^\W\d_])\s*\d\)|[\u00b9\u00b2\u00b3\u2074-\u2079]+)$")


@dataclass(frozen=True)
class Layout:
    """Where the table lies in a sheet.

    Attributes
    ----------
    names : the header's cells, joined from two rows where the upper one is merged over columns.
    header : index of the header's last row.
    body : the rows below it, merged cells filled in.
    """

    names: list[str]
    header: int
    body: list[list[Any]]
    changes: tuple[Change, ...]


def lay_out(
    sheet: Sheet,
    file: str,
    find_header: Callable[[Sequence[Sequence[str]]], int],
    *,
    wanted: Sequence[str] = (),
) -> Layout:
    """Find a sheet's header and rows.

    Parameters
    ----------
    find_header : which of some rows is the header.
    wanted : names that are complete as they stand, also under a heading merged over them.
    """
    rows, filled = _fill_down(sheet)
    top = [as_text(row) for row in rows[: TOP_ROWS + 1]]
    header = find_header(top[:TOP_ROWS])
    known = {key(name) for name in wanted}
    names, last = _two_rows(top, header, sheet.merged, known)
    stripped = [_FOOTNOTE.sub("", name.strip()) for name in names]
    marks = sum(a != b.strip() for a, b in zip(stripped, names, strict=True))
    below = sum(n for row, n in filled.items() if row > last)
    joined = sum(a != b for a, b in zip(names, top[last], strict=True))
    found = [
        ("title_rows", min(header, last)),
        ("merged_headers", joined),
        ("footnotes", marks),
        ("filled_down", below),
    ]
    changes = tuple(Change(file, "", rule, n) for rule, n in found if n)
    return Layout(stripped, last, rows[last + 1 :], changes)


def _fill_down(sheet: Sheet) -> tuple[list[list[Any]], dict[int, int]]:
    """Rows with every cell merged downwards filled in, and how many cells were filled in each row."""
    rows = [list(row) for row in sheet.rows] if sheet.merged else sheet.rows
    filled: dict[int, int] = {}
    for (top, left), (bottom, right) in sheet.merged:
        if bottom == top or left != right or top < 0 or bottom >= len(rows):
            continue
        for at in range(top + 1, bottom + 1):
            if rows[at][left] == "" and rows[top][left] != "":
                rows[at][left] = rows[top][left]
                filled[at] = filled.get(at, 0) + 1
    return rows, filled


def _two_rows(rows: list[list[str]], header: int, merged: Sequence[Merge], known: set[str]) -> tuple[list[str], int]:
    """The header's names and its last row; an upper row merged over some columns is joined on."""
    for upper, lower in ((header, header + 1), (header - 1, header)):
        if upper < 0 or lower >= len(rows):
            continue
        groups = [m for m in merged if m[0][0] == m[1][0] == upper and m[0][1] < m[1][1] < m[0][1] + len(rows[0]) - 1]
        labelled = [m for m in groups if all(_is_label(c) for c in rows[lower][m[0][1] : m[1][1] + 1])]
        if not labelled:
            continue
        names = [a or b for a, b in zip(rows[lower], rows[upper], strict=True)]
        for (_, left), (_, right) in labelled:
            for at in range(left, right + 1):
                if key(rows[lower][at]) not in known:
                    names[at] = f"{rows[upper][left].strip()} {rows[lower][at].strip()}"
        return names, lower
    return rows[header], header


def _is_label(text: str) -> bool:
    """A name under a merged heading: filled, and a word or a year, not a measured number."""
    bare = text.strip()
    return bool(bare) and (not bare.replace(",", "").replace(".", "").isdigit() or (len(bare) == 4 and bare.isdigit()))
