"""The equations of calibration: iterative proportional fitting on cells, and one Newton method for all distances."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from trygghet.errors import WeightError
from trygghet.survey.adjustment import Basis
from trygghet.survey.arrays import Codes, Floats

TOLERANCE = 1e-12
SWEEPS = 60
STEPS = 60
HALVINGS = 25
DISTANCES = ("linear", "raking", "logit", "truncated")


@dataclass(frozen=True)
class Distance:
    """F(u) = g and its derivative, for one distance (Deville & Särndal 1992, table 1)."""

    factor: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]


def distance_of(name: str, bounds: tuple[float, float] | None) -> Distance:
    """The distance by name; logit and truncated need bounds (low < 1 < high) on g.

    Raises
    ------
    WeightError : an unknown name, missing or impossible bounds.
    """
    if name not in DISTANCES:
        raise WeightError.said("one_of", name="distance", known=tuple(DISTANCES), given=name)
    if name == "linear" and bounds is not None:
        name = "truncated"
    if name in ("logit", "truncated"):
        low, high = _checked_bounds(name, bounds)
        return _logit(low, high) if name == "logit" else _truncated(low, high)
    if bounds is not None:
        raise WeightError.said("calibration.raking_bounds")
    if name == "linear":
        return Distance(lambda u: 1.0 + u, np.ones_like)
    return Distance(_exp, _exp)


def _exp(u: Floats) -> Floats:
    factor: Floats = np.exp(np.clip(u, -700, 700))
    return factor


def _checked_bounds(name: str, bounds: tuple[float, float] | None) -> tuple[float, float]:
    if bounds is None:
        raise WeightError.said("calibration.needs_bounds", distance=name)
    low, high = bounds
    if not (np.isfinite(low) and low < 1 < high) or (name == "logit" and not np.isfinite(high)):
        raise WeightError.said("calibration.bounds", given=str(bounds))
    return float(low), float(high)


def _logit(low: float, high: float) -> Distance:
    rate = (high - low) / ((1 - low) * (high - 1))

    def share(u: Floats) -> Floats:
        growth = np.exp(np.clip(rate * u, -700, 700))
        return (1 - low) * growth / ((high - 1) + (1 - low) * growth)

    def factor(u: Floats) -> Floats:
        return low + (high - low) * share(u)

    def slope(u: Floats) -> Floats:
        at = share(u)
        found: Floats = (high - low) * rate * at * (1 - at)
        return found

    return Distance(factor, slope)


def _truncated(low: float, high: float) -> Distance:
    def slope(u: Floats) -> Floats:
        inside = (u > low - 1) & (u < high - 1)
        return inside.astype(float)

    return Distance(lambda u: np.clip(1.0 + u, low, high), slope)


@dataclass(frozen=True)
class Solution:
    """Factors g per cell (or row) and how far the totals were missed, relative to N."""

    factor: Floats
    error: float


def proportional_fit(weight: Floats, margins: list[tuple[Codes, Floats]], tolerance: float = TOLERANCE) -> Solution:
    """Iterative proportional fitting of cell weights to categorical margins (Deming & Stephan 1940).

    Parameters
    ----------
    weight : (cells,) or (cells, replicates) weight of each cell before.
    margins : per margin the code of each cell and the population totals.
    tolerance : largest miss allowed, relative to the population.
    """
    total = margins[0][1].sum()
    now = weight.astype(float, copy=True)
    error = np.inf
    for _ in range(SWEEPS):
        last, error = error, 0.0
        for codes, target in margins:
            have = np.bincount(codes, weights=now, minlength=len(target))
            error = max(error, float(np.abs(have - target).max()) / total)
            ratio = np.divide(target, have, out=np.zeros_like(target), where=have > 0)
            now *= ratio[codes]
        if error <= tolerance or (len(margins) == 1 and last < np.inf) or error > 0.98 * last < 1e-3:
            break
    return Solution(np.divide(now, weight, out=np.ones_like(now), where=weight > 0), error)


def newton(
    weight: Floats,
    basis: Basis,
    target: Floats,
    distance: Distance,
    *,
    variance: Floats | None = None,
    start: Floats | None = None,
) -> Solution:
    """Dual Newton method: find λ with Σ d F(x'λ / q) x = target.

    Parameters
    ----------
    weight : (cells,) weight before.
    basis : independent, scaled columns (cells, p).
    target : (p,) totals of the basis columns.
    distance : F and its slope.
    variance : (cells,) q, or None for 1.
    start : first λ.

    Returns
    -------
    g per cell; the largest miss relative to the size of each column's total.
    """
    columns = basis.columns if variance is None else basis.columns / variance[:, None]
    size = np.maximum(np.abs(basis.columns).T @ weight, np.abs(target))
    point = np.zeros(len(target)) if start is None else start
    factor = distance.factor(columns @ point)
    miss = target - basis.columns.T @ (weight * factor)
    best = np.abs(miss / size).max()
    for _ in range(STEPS):
        if best <= TOLERANCE * 1e-2:
            break
        step = _step(basis.columns, columns, weight * distance.slope(columns @ point), miss)
        found = _shortened(point, step, best, lambda at: _misses(at, weight, basis, columns, target, distance, size))
        if found is None:
            break
        point, factor, miss, best = found
    return Solution(factor, float(best))


def _step(left: Floats, right: Floats, weight: Floats, miss: Floats) -> Floats:
    jacobian = left.T @ (weight[:, None] * right)
    step: Floats = np.full(len(miss), np.nan)
    if not np.isfinite(jacobian).all():
        return step
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", linalg.LinAlgWarning)
            step = linalg.solve(jacobian, miss, assume_a="pos")
    except (linalg.LinAlgError, linalg.LinAlgWarning):
        step = np.linalg.lstsq(jacobian, miss, rcond=1e-12)[0]
    return step


def _misses(
    point: Floats,
    weight: Floats,
    basis: Basis,
    columns: Floats,
    target: Floats,
    distance: Distance,
    size: Floats,
) -> tuple[Floats, Floats, float]:
    factor = distance.factor(columns @ point)
    miss = target - basis.columns.T @ (weight * factor)
    return factor, miss, float(np.abs(miss / size).max())


def _shortened(
    point: Floats, step: Floats, best: float, misses: Callable[[Floats], tuple[Floats, Floats, float]]
) -> tuple[Floats, Floats, Floats, float] | None:
    """The longest of the halved steps that comes nearer; None when none does."""
    if not np.isfinite(step).all():
        return None
    length = 1.0
    for _ in range(HALVINGS):
        factor, miss, worst = misses(point + length * step)
        if worst < best:
            return point + length * step, factor, miss, worst
        length /= 2
    return None


def conflicting(
    weight: Floats, matrix: Floats, targets: Floats, bounds: tuple[float, float] = (0.0, np.inf)
) -> NDArray[np.intp]:
    """Columns whose totals no factors g within bounds on these cells can meet together.

    A linear programme minimises the sum of the relative misses; totals with a non-zero dual price are
    those in conflict. Empty when such factors exist, or when the programme could not be solved.
    """
    from scipy.optimize import linprog

    cells, p = matrix.shape
    scale = np.maximum(np.abs(targets), 1.0)
    equations = np.hstack([(matrix * weight[:, None]).T / scale[:, None], np.eye(p), -np.eye(p)])
    cost = np.concatenate([np.zeros(cells), np.ones(2 * p)])
    limits = [bounds] * cells + [(0.0, np.inf)] * (2 * p)
    result = linprog(cost, A_eq=equations, b_eq=targets / scale, bounds=limits, method="highs")
    if result.status != 0 or result.fun <= 1e-9:
        return np.zeros(0, dtype=np.intp)
    return np.flatnonzero(np.abs(result.eqlin.marginals) > 1e-9)
