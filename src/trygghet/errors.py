"""Errors that a user is meant to read: what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MAX_SHOWN = 50


class TrygghetError(ValueError):
    """Base of every error this package raises on purpose."""


class WeightError(TrygghetError):
    """Weights or population totals that cannot be used."""


class DesignError(TrygghetError):
    """A survey design that cannot carry a variance."""


class ConvergenceError(WeightError):
    """Weights that do not meet their margins; no weights are left behind."""


@dataclass(frozen=True, order=True)
class Fault:
    """One fault in one place of one input.

    Attributes
    ----------
    file : path as the user wrote it, relative to the workspace where possible.
    row : row as a spreadsheet or editor numbers it, from 1; 0 when the whole file is meant.
    column : column name or letter; empty when the whole row is meant.
    rule : short upper-case rule id, e.g. ``T07-FEW-FIELDS``; stable across versions.
    message : what is wrong and what to do, never with a personal value in it.
    """

    file: str
    row: int
    column: str
    rule: str
    message: str

    def __str__(self) -> str:
        place = ":".join([self.file, str(self.row) if self.row else "-", self.column or "-"])
        return f"{place}: {self.rule} {self.message}"


class InputError(TrygghetError):
    """All the faults of an input at once, at most 50 of them shown.

    Parameters
    ----------
    faults : one or more `Fault`; kept whole in ``.faults``.
    """

    def __init__(self, faults: Fault | Iterable[Fault]) -> None:
        self.faults = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__(self._text())

    def _text(self) -> str:
        lines = [str(f) for f in self.faults[:MAX_SHOWN]]
        if len(self.faults) > MAX_SHOWN:
            lines.append(f"(+{len(self.faults) - MAX_SHOWN})")
        return "\n".join(lines)
