"""What a weighting step leaves behind for the variance: g, the auxiliaries and the weights before."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import linalg

from trygghet.survey.arrays import Codes, Floats, sum_by

RANK_TOLERANCE = 1e-11
RAKING_SWEEPS = 10


@dataclass(frozen=True, eq=False)
class Auxiliaries:
    """The auxiliary vector of each row, stored once per distinct vector where margins are categorical.

    Attributes
    ----------
    margins : per categorical margin its codes per cell and its number of categories.
    numeric : (cells, q) numeric auxiliaries, also the constant when it is asked for; None without.
    cell : (n,) row to cell; None when every row is its own cell.
    """

    margins: tuple[tuple[Codes, int], ...]
    numeric: Floats | None
    cell: Codes | None

    @cached_property
    def matrix(self) -> Floats:
        """(cells, p) indicator columns of every category of every margin, then the numeric columns."""
        blocks = [np.equal.outer(codes, np.arange(k)).astype(float) for codes, k in self.margins]
        if self.numeric is not None:
            blocks.append(self.numeric)
        return np.hstack(blocks)

    @cached_property
    def constant(self) -> Floats | None:
        """Coefficients (p,) that make the constant 1 from the columns, where that is plain to see."""
        ones = np.zeros(self.matrix.shape[1])
        if self.margins:
            ones[: self.margins[0][1]] = 1.0
            return ones
        flat = np.flatnonzero((self.matrix == 1.0).all(axis=0))
        if len(flat) == 0:
            return None
        ones[flat[0]] = 1.0
        return ones

    @property
    def cells(self) -> int:
        """Number of distinct auxiliary vectors kept."""
        return len(self.margins[0][0]) if self.margins else len(self.numeric)  # type: ignore[arg-type]

    def sums(self, values: Floats) -> Floats:
        """Row values summed by cell."""
        return values if self.cell is None else sum_by(self.cell, values, self.cells)

    def rows(self, values: Floats) -> Floats:
        """Cell values spread over the rows."""
        return values if self.cell is None else values[self.cell]


@dataclass(frozen=True, eq=False)
class Basis:
    """Linearly independent, scaled columns of an auxiliary matrix and the factor of their Gram matrix.

    Numeric columns are centred when the constant is in the space (as it is with any categorical
    margin), which changes the basis, never the space, and keeps the normal equations exact enough.
    """

    columns: Floats
    factor: tuple[Any, ...]
    kept: Codes
    centre: Floats
    scale: Floats
    constant: Floats | None

    def coefficients(self, moments: Floats) -> Floats:
        """Regression coefficients from the moments columns' D z."""
        found: Floats = linalg.cho_solve(self.factor, moments)
        return found

    def targets(self, totals: Floats) -> Floats:
        """Totals of the basis columns from those of the auxiliary columns."""
        count = 0.0 if self.constant is None else self.constant @ totals
        return (totals[self.kept] - self.centre * count) / self.scale


def independent_basis(auxiliaries: Auxiliaries, weight: Floats) -> Basis:
    """A well-scaled basis of the auxiliaries' column space under the weighted inner product."""
    matrix = auxiliaries.matrix
    centre = np.zeros(matrix.shape[1])
    if auxiliaries.numeric is not None and auxiliaries.constant is not None:
        centre[-auxiliaries.numeric.shape[1] :] = (weight @ auxiliaries.numeric) / weight.sum()
        centre[(matrix == 1.0).all(axis=0)] = 0.0
    scale = np.sqrt(np.maximum(weight @ (matrix - centre) ** 2, 0.0))
    scale[scale == 0] = 1.0
    scaled = (matrix - centre) / scale
    gram = scaled.T @ (weight[:, None] * scaled)
    _, upper, order = linalg.qr(gram, pivoting=True)
    size = np.abs(np.diag(upper))
    kept = np.sort(order[: int(np.sum(size > RANK_TOLERANCE * size[0]))])
    factor = linalg.cho_factor(gram[np.ix_(kept, kept)])
    columns = np.ascontiguousarray(scaled[:, kept])
    return Basis(columns, factor, kept, centre[kept], scale[kept], auxiliaries.constant)


@dataclass(frozen=True, eq=False)
class Adjustment:
    """One weighting step.

    Attributes
    ----------
    kind : "regression" (residuals of a regression weighted by the weights before, R's calibrate),
        "residual_means" (residuals from unweighted means, R's rake and postStratify), or
        "fixed" (factors taken as given: trimming, non-response).
    before : (n,) weights before the step.
    factor : (n,) g, the weights after divided by those before.
    auxiliaries : what was calibrated on; None for "fixed".
    heteroscedasticity : (n,) variance function q of the residuals, or None for a constant.
    recipe : what the step was asked for (`trygghet.survey.recipe.Recipe`), so that it can be done again.
    """

    kind: str
    before: Floats
    factor: Floats
    auxiliaries: Auxiliaries | None = None
    heteroscedasticity: Floats | None = None
    recipe: Any = None

    @property
    def regression_weight(self) -> Floats:
        """Weights of the residual regression: the weights before, over q."""
        q = self.heteroscedasticity
        return self.before if q is None else self.before / q

    @cached_property
    def basis(self) -> Basis:
        """The basis of the residual regression, over cells."""
        aux = self.auxiliaries
        assert aux is not None
        return independent_basis(aux, aux.sums(self.regression_weight))

    def residual(self, values: Floats) -> Floats:
        """g times what the auxiliaries leave of (n, m) values."""
        if self.kind == "regression":
            values = self._regression_residual(self._regression_residual(values))  # twice is enough
        elif self.kind == "residual_means":
            values = self._mean_residual(values)
        return self.factor[:, None] * values

    def _regression_residual(self, values: Floats) -> Floats:
        aux, weight = self.auxiliaries, self.regression_weight
        assert aux is not None
        moments = self.basis.columns.T @ aux.sums(weight[:, None] * values)
        return values - aux.rows(self.basis.columns @ self.basis.coefficients(moments))

    def _mean_residual(self, values: Floats) -> Floats:
        """R's residuals: unweighted means removed margin by margin, in ten sweeps when there are several."""
        aux = self.auxiliaries
        assert aux is not None
        rows = [(aux.rows(codes), k) for codes, k in aux.margins]
        present = (self.before * self.factor > 0).astype(float)
        counts = [np.maximum(sum_by(codes, present, k), 1.0) for codes, k in rows]
        out: Floats = values * present[:, None]
        for _ in range(RAKING_SWEEPS if len(rows) > 1 else 1):
            for (codes, k), n in zip(rows, counts, strict=True):
                out = out - (sum_by(codes, out, k) / n[:, None])[codes] * present[:, None]
        return out
