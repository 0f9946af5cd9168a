"""The evidence matrix as a block: problems by criteria, each cell a level in words and signs, with a link.

It is a block of its own because its cells hold links and are stacked on a telephone, which a plain table cannot.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from trygghet.blocks import Block, BlockError, Part

ANCHOR = re.compile(r"#[A-Za-z][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class MatrixColumn(Part):
    """A criterion: its name, what it means, what stands where it cannot tell, and the anchor of the figures behind."""

    label: str
    meaning: str = ""
    none: str = ""
    href: str = ""

    def __post_init__(self) -> None:
        if self.href and not ANCHOR.fullmatch(self.href):
            raise BlockError.said("blocks.same_page", href=self.href)


@dataclass(frozen=True)
class MatrixCell(Part):
    """What one criterion says of one problem.

    Parameters
    ----------
    sign : dots or an arrow; never alone.
    word : the level in words; empty where the criterion cannot tell.
    certainty : a word on how sure the level is; empty where that is not a question.
    """

    sign: str = ""
    word: str = ""
    certainty: str = ""


@dataclass(frozen=True)
class MatrixRow(Part):
    """A problem: its name, a line on its place and agreement, and a cell a criterion."""

    label: str
    note: str
    cells: tuple[MatrixCell, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "cells", tuple(self.cells))


@dataclass(frozen=True)
class Matrix(Block):
    """Problems by criteria.

    Parameters
    ----------
    id : anchor.  title : what the matrix shows.  reading : how to read it.
    first : heading of the column of problems.
    signs : what the signs mean, a text each.
    meanings_title : heading of the explanation of the columns, which is shown on demand.
    """

    id: str
    title: str
    reading: str
    first: str
    columns: tuple[MatrixColumn, ...]
    rows: tuple[MatrixRow, ...]
    signs: tuple[str, ...] = ()
    meanings_title: str = ""

    def __post_init__(self) -> None:
        for name in ("columns", "rows", "signs"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if any(len(row.cells) != len(self.columns) for row in self.rows):
            raise BlockError.said("blocks.matrix", matrix=self.id, columns=len(self.columns))
