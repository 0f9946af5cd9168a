"""A calibration asked for once and solved for any weights: the sample's, a replicate's, trimmed ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np
import pandas as pd

from trygghet.errors import ConvergenceError, Phrase, WeightError, phrase
from trygghet.survey.adjustment import Adjustment, Auxiliaries, Basis, independent_basis
from trygghet.survey.arrays import Codes, Floats, combine, compress, first_rows
from trygghet.survey.margins import Margin, check_support
from trygghet.survey.solve import (
    TOLERANCE,
    Solution,
    conflicting,
    distance_of,
    newton,
    proportional_fit,
)

ACCEPTED = 1e-10
MOST_COMBINATIONS = 2**31


@dataclass(frozen=True, eq=False)
class Recipe:
    """Totals to be met and the distance to be minimised.

    Attributes
    ----------
    margins : categorical margins.
    numeric_names, numeric_totals : numeric auxiliaries, the constant among them.
    auxiliaries : the sample's auxiliary vectors.
    distance, bounds : see `trygghet.weights.calibrate`.
    variance : kind of residual the variance uses.
    heteroscedasticity : (n,) q, or None.
    """

    margins: tuple[Margin, ...]
    auxiliaries: Auxiliaries
    numeric_names: tuple[str, ...] = ()
    numeric_totals: tuple[float, ...] = ()
    distance: str = "raking"
    bounds: tuple[float, float] | None = None
    variance: str = "regression"
    heteroscedasticity: Floats | None = None

    @cached_property
    def targets(self) -> Floats:
        """(p,) totals of the auxiliaries' columns."""
        parts = [m.targets for m in self.margins]
        return np.concatenate([*parts, np.asarray(self.numeric_totals, dtype=float)])

    @property
    def names(self) -> list[str]:
        """What each column is called in messages."""
        labels = [f"{m.name} {label!r}" for m in self.margins for label in m.labels]
        return [*labels, *self.numeric_names]

    def step(self, weights: Floats) -> Adjustment:
        """The adjustment that makes `weights` meet the totals.

        Raises
        ------
        WeightError : a category of a margin has population but no respondent, or the reverse.
        ConvergenceError : no weights were found; the message names the worst margin and the conflict.
        """
        weight = self.auxiliaries.sums(weights)
        self._check_support(weight)
        factor = self.auxiliaries.rows(self.cell_factor(weight))
        if not weights.all():
            factor = np.where(weights != 0, factor, 0.0)  # outside a domain that was calibrated by itself
        return Adjustment(self.variance, weights, factor, self.auxiliaries, self.heteroscedasticity, self)

    def factor(self, weights: Floats) -> Floats:
        """g of each row."""
        return self.auxiliaries.rows(self.cell_factor(self.auxiliaries.sums(weights)))

    def _check_support(self, weight: Floats) -> None:
        for (codes, k), margin in zip(self.auxiliaries.margins, self.margins, strict=True):
            check_support(margin, np.bincount(codes, weights=weight, minlength=k))

    def cell_factor(self, weight: Floats) -> Floats:
        """g of each cell from the cells' weights."""
        fits = self.distance == "raking" and not self.numeric_names and self.heteroscedasticity is None
        solution = self._fit(weight) if fits else self._solve(weight)
        self._require_met(weight, solution.factor)
        return solution.factor

    def _fit(self, weight: Floats) -> Solution:
        pairs = [(codes, m.targets) for (codes, _), m in zip(self.auxiliaries.margins, self.margins, strict=True)]
        near = proportional_fit(weight, pairs)
        if near.error <= TOLERANCE or not np.isfinite(near.error):
            return near
        further = self._solve(weight * near.factor)  # margins so dependent that fitting crawls
        return Solution(near.factor * further.factor, further.error)

    def _solve(self, weight: Floats) -> Solution:
        basis: Basis = independent_basis(self.auxiliaries, weight)
        distance = distance_of(self.distance, self.bounds)
        return newton(weight, basis, basis.targets(self.targets), distance, variance=self.heteroscedasticity)

    def _require_met(self, weight: Floats, factor: Floats) -> None:
        """Raise, naming the worst total and what conflicts, unless every total is met to 1e-10."""
        now, misses, start = weight * factor, [], 0
        for (codes, k), margin in zip(self.auxiliaries.margins, self.margins, strict=True):
            have = np.bincount(codes, weights=now, minlength=k)
            misses.append((have - margin.targets) / margin.targets.sum())
            start += k
        if self.numeric_names:
            values, totals = np.asarray(self.auxiliaries.numeric), np.asarray(self.numeric_totals)
            size = np.maximum(np.abs(totals), now @ np.abs(values))
            misses.append((now @ values - totals) / np.where(size > 0, size, 1.0))
        miss = np.concatenate(misses)
        if np.isfinite(miss).all() and np.abs(miss).max() <= ACCEPTED:
            return
        at = int(np.argmax(np.where(np.isfinite(miss), np.abs(miss), np.inf)))
        raise ConvergenceError.said(
            "calibration.missed",
            distance=self.distance,
            name=self.names[at],
            percent=float(f"{100 * miss[at]:.3g}"),
            conflict=self._conflict(weight),
        )

    def _conflict(self, weight: Floats) -> Phrase:
        """What makes the totals impossible, as far as non-negative weights and the bounds go."""
        low, high = self.bounds if self.bounds is not None else (0.0, np.inf)
        guilty = conflicting(weight, self.auxiliaries.matrix, self.targets, (low, high))
        if len(guilty) == 0:
            return phrase("calibration.possible")
        shown = tuple(self.names[i] for i in guilty[:8])
        if self.bounds is None:
            return phrase("calibration.impossible", names=shown)
        return phrase("calibration.impossible_within", low=float(low), high=float(high), names=shown)


def categorical_cells(margins: tuple[Margin, ...]) -> Auxiliaries:
    """Auxiliaries collapsed to the distinct combinations of margins that occur."""
    if prod(m.size for m in margins) < MOST_COMBINATIONS:
        cell, used = compress(*combine([(m.codes, m.size) for m in margins]))
        at = np.unravel_index(used, [m.size for m in margins])
    else:
        cell = _folded(margins)
        rows = first_rows(cell, int(cell.max()) + 1)
        at = tuple(m.codes[rows] for m in margins)
    parts = tuple((place, m.size) for place, m in zip(at, margins, strict=True))
    return Auxiliaries(parts, None, cell)


def _folded(margins: tuple[Margin, ...]) -> Codes:
    """Cells of many margins, renumbered after each so that the mixed radix cannot overflow."""
    cell, size = margins[0].codes, margins[0].size
    for margin in margins[1:]:
        cell, used = compress(*combine([(cell, size), (margin.codes, margin.size)]))
        size = len(used)
    return cell


def row_auxiliaries(margins: tuple[Margin, ...], numeric: Floats) -> Auxiliaries:
    """Auxiliaries row by row, for numeric ones and for residuals of unequal variance."""
    return Auxiliaries(tuple((m.codes, m.size) for m in margins), numeric if numeric.shape[1] else None, None)


def numeric_columns(
    frame: pd.DataFrame, numeric: Mapping[str, float], total: float | None
) -> tuple[tuple[str, ...], tuple[float, ...], Floats]:
    """Names, totals and (n, q) values of numeric auxiliaries; the constant first when `total` is given."""
    names, totals, values = [], [], []
    if total is not None:
        if not np.isfinite(total) or total <= 0:
            raise WeightError.said("calibration.total", given=total)
        names, totals, values = ["total"], [float(total)], [np.ones(len(frame))]
    for name, target in numeric.items():
        if name not in frame.columns:
            raise WeightError.said("no_column", role="numeric", name=name)
        column = pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        missing = int(np.sum(~np.isfinite(column)))
        if missing:
            raise WeightError.said("calibration.numeric_missing", name=name, rows=missing)
        if not np.isfinite(target):
            raise WeightError.said("calibration.numeric_total", name=name, given=target)
        names.append(str(name))
        totals.append(float(target))
        values.append(column)
    return tuple(names), tuple(totals), np.column_stack(values) if values else np.empty((len(frame), 0))
