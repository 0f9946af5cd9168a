"""One thing a reader can conclude, and the file, table and cell that give it away."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from trygghet.messages import Words

COUNTS, STAFF = 5, 10
"""Smallest count of citizens or incidents, and smallest base of staff, that may be known."""


@dataclass(frozen=True, order=True)
class Finding:
    """A breach in a published folder.

    Attributes
    ----------
    file, table, cell : where the cell stands; a table's title and "row / column".
    rule : ``exact``, ``narrowed``, ``printed``, ``thin`` or ``mask``.
    values : what fills the sentence of the rule.
    """

    file: str
    table: str
    cell: str
    rule: str
    values: dict[str, Any] = field(default_factory=dict, compare=False)

    def text(self, words: Words) -> str:
        """One line: the file, the table, the cell, and what a reader concludes of it."""
        told = dict(self.values)
        if "side" in told:
            told["side"] = words(f"audit.sides.{told['side']}")
        return f"{self.file}: {self.table}: {self.cell}: {words(f'audit.findings.{self.rule}', **told)}"


def concluded(low: float, high: float, *, reach: float, limit: int = COUNTS) -> str:
    """What kind of breach an interval for a hidden count is, or empty.

    A count is found when it is known exactly and not 0; it is narrowed when it may be small (1 to ``limit`` - 1) and
    a reader cannot think it both 0 and as large as `reach`.
    """
    if low == high:
        return "exact" if low > 0 else ""
    small = low < limit and high >= 1
    return "narrowed" if small and (low > 0 or high < min(limit, reach)) else ""
