"""Where the page, the text file and the workbook do not hide the same figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from trygghet.audit import values as v
from trygghet.audit.findings import Finding
from trygghet.audit.published import CSV, HTML, Table

_AROUND = 24
"""Characters between a group's name and its percentage in an alternative text, at most."""


def attack(tables: Sequence[Table]) -> list[Finding]:
    """Every figure of one folder that one form shows and another hides, and the texts that tell a hidden share."""
    found = [finding for table in tables for finding in [*_own_numbers(table), *_told(table)]]
    by_caption: dict[str, list[Table]] = {}
    for table in tables:
        by_caption.setdefault(table.caption, []).append(table)
    for alike in by_caption.values():
        for page in (table for table in alike if table.form == HTML):
            for other in (table for table in alike if table.form != HTML and _same(page, table)):
                found += _differing(page, other)
    return found


def _same(page: Table, other: Table) -> bool:
    """Whether two tables of one title have the same rows and columns, so are the same table."""
    return page.columns[1:] == other.columns[1:] and [r[0] for r in page.rows] == [r[0] for r in other.rows]


def _differing(page: Table, other: Table) -> Iterator[Finding]:
    for row, texts in zip(page.rows, other.rows, strict=True):
        for column, one, two in zip(page.columns[1:], row[1:], texts[1:], strict=True):
            kinds = v.read_value(one).kind, v.read_value(two).kind
            figures = (v.COUNT, v.SHARE)
            veiled = (v.HIDDEN, v.DASH)
            if (kinds[0] in veiled and kinds[1] in figures) or (kinds[1] in veiled and kinds[0] in figures):
                shown, hidden = (other, page) if kinds[0] in veiled else (page, other)
                text = two if kinds[0] in veiled else one
                yield Finding(
                    shown.file, shown.caption, f"{row[0]} / {column}", "mask", {"shown": text, "file": hidden.file}
                )


def _own_numbers(table: Table) -> Iterator[Finding]:
    """Columns of the text file's own that are filled in where what is shown is that nothing is."""
    if table.form != CSV:
        return
    shown = {(row[0], column): text for row in table.rows for column, text in zip(table.columns, row, strict=True)}
    for (row, column), numbers in table.extra:
        text = shown.get((row, column), "")
        if v.read_value(text).kind != v.HIDDEN:
            continue
        bare = [number for number in numbers[:3] if number]
        if numbers[3] and v.told_base(text) is None and numbers[3] not in _row_texts(table, row):
            bare.append(numbers[3])
        if bare:
            yield Finding(table.file, table.caption, f"{row} / {column}", "own", {"shown": "; ".join(bare)})


def _row_texts(table: Table, name: str) -> set[str]:
    return {re.sub(r"\s", "", text) for row in table.rows if row[0] == name for text in row[1:]}


def _told(table: Table) -> Iterator[Finding]:
    """A hidden share that the same figure's texts tell after the group's name."""
    if table.form != HTML:
        return
    for row in table.rows:
        for column, text in zip(table.columns[1:], row[1:], strict=True):
            if v.read_value(text).kind != v.HIDDEN or not row[0]:
                continue
            pattern = rf"(?<![\w\u2013]){re.escape(row[0])}(?=\W)[^.;\d%]{{1,{_AROUND}}}(\d+(?:[.,]\d+)?) ?%"
            found = re.search(pattern, table.notes)
            if found and not v.holds(found[0], "hidden"):
                yield Finding(table.file, table.caption, f"{row[0]} / {column}", "told", {"shown": found[0]})
