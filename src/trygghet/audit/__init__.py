"""A reader with bad intentions: what can be worked out from a published folder and nothing else.

Nothing here knows how the package protects its figures; what is hidden is attacked as anyone could from the pages,
the text files and the workbooks. What is written why a figure is hidden is not held against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from trygghet.audit import counts, masks, shares
from trygghet.audit import values as v
from trygghet.audit.findings import Finding
from trygghet.audit.published import HTML, NotPublishedError, Table, read

__all__ = ["Finding", "NotPublishedError", "audit"]


def audit(out: Path | str, *, parts: Mapping[str, Sequence[str]] | None = None) -> list[Finding]:
    """Attack a published folder.

    Each folder (a place and a year) is attacked by itself, all its reports together: what they print are equations
    over unknown counts, solved for every hidden cell. Contradicting equations (heavily weighted shares, groups that
    do not add up) give no conclusion.

    Parameters
    ----------
    out : the folder as published.
    parts : what a map tells: areas that are made up of others, and those others.

    Returns
    -------
    What was found, in order of file, table and cell; empty when nothing is.

    Raises
    ------
    NotPublishedError : the folder holds no page and no table.
    """
    folders: dict[str, list[Table]] = {}
    for table in read(Path(out)):
        folders.setdefault(table.folder, []).append(table)
    pages = {table.caption for tables in folders.values() for table in tables if table.form == HTML}
    found = [finding for tables in folders.values() for finding in _attack(tables, pages, parts or {})]
    once = {(one, str(one.values)): one for one in found}
    return sorted(once.values(), key=lambda one: (one, str(one.values)))


def _attack(tables: list[Table], on_pages: set[str], parts: Mapping[str, Sequence[str]]) -> list[Finding]:
    """Attack one folder; a table that stands on a page is attacked there, and the other forms against it."""
    once = [table for table in tables if table.form == HTML or table.caption not in on_pages]
    once = [_with_extra(table, tables) for table in once]
    areas = _areas(tables)
    return [*masks.attack(tables), *shares.attack(once, areas, parts), *counts.attack(once, areas)]


def _with_extra(table: Table, tables: list[Table]) -> Table:
    """A page's table with the numbers that its text file holds besides."""
    extra = next((other.extra for other in tables if other.extra and other.caption == table.caption), ())
    return replace(table, extra=extra)


def _areas(tables: list[Table]) -> set[str]:
    """Names of rows in tables whose first heading says they are areas."""
    return {row[0] for table in tables if v.named(table.columns[0], "areas") for row in table.rows}
