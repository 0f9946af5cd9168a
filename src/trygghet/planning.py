"""Before a promise is signed: what the planned numbers could show, and what chance alone will do.

Shares are 0–1, counts are per period, changes are of the same unit. Nothing here looks at outcomes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, inf, log, sqrt
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import optimize, stats

from trygghet.errors import SpokenError
from trygghet.intervals import poisson_interval, wilson
from trygghet.promise_model import Baseline, Goal

MOST_ANSWERS = 1e9


class PlanningError(SpokenError):
    """A plan with numbers that make no sense."""


@dataclass(frozen=True)
class Plan:
    """How a share will be compared, and how sure the comparison is to be.

    Attributes
    ----------
    design : ``"before_after"``; ``"did"`` against a comparison sample; ``"level"``, one wave against a fixed
        number.
    deff : design effect of every sample.
    n_ref : answers a wave in the comparison sample of ``did``; as many as in the area when None.
    tau : standard deviation, in shares, of how much areas change from year to year by themselves.
    power, alpha, sides : chance to find a true change, risk to find one that is not there, one- or two-sided.
    variance : ``"own"``, each wave's own share; ``"pooled"``, under "no change" that of both waves together,
        as R's ``power.prop.test``; ``"baseline"``, the first wave's share for both, a common rule of thumb
        that asks a little too much of a fall and too little of a rise.
    """

    design: Literal["before_after", "did", "level"] = "before_after"
    deff: float = 1.5
    n_ref: float | None = None
    tau: float = 0.0
    power: float = 0.8
    alpha: float = 0.05
    sides: Literal[1, 2] = 2
    variance: Literal["own", "pooled", "baseline"] = "own"

    def __post_init__(self) -> None:
        if self.design not in ("before_after", "did", "level") or self.sides not in (1, 2):
            raise PlanningError.said("planning.design")
        if self.variance not in ("own", "pooled", "baseline"):
            raise PlanningError.said("planning.variance")
        if not (self.deff > 0 and self.tau >= 0 and 0 < self.power < 1 and 0 < self.alpha < 1):
            raise PlanningError.said("planning.numbers")
        if self.n_ref is not None and not self.n_ref > 0:
            raise PlanningError.said("planning.positive", name="n_ref")

    @property
    def _z(self) -> float:
        return float(stats.norm.isf(self.alpha / self.sides))

    def chance(self, p0: float, p1: float, n0: float, n1: float) -> float:
        """Power: the chance to find a true change from `p0` to `p1` with `n0` and `n1` answers."""
        v0, v1 = self.deff * p0 * (1 - p0), self.deff * p1 * (1 - p1)
        if self.variance == "baseline":
            v1 = v0
        if self.design == "level":
            own, null = v1 / n1, (v0 if self.variance == "pooled" else v1) / n1
        else:
            own = v0 / n0 + v1 / n1
            p = (n0 * p0 + n1 * p1) / (n0 + n1)
            null = self.deff * p * (1 - p) * (1 / n0 + 1 / n1) if self.variance == "pooled" else own
            # Without a true change in the comparison its share stays where it was.
            reference = v0 / (self.n_ref or n0) + v0 / (self.n_ref or n1) if self.design == "did" else 0.0
            own, null = own + reference + self.tau**2, null + reference + self.tau**2
        if own <= 0:
            return 1.0
        return float(stats.norm.cdf((abs(p1 - p0) - self._z * sqrt(null)) / sqrt(own)))


@dataclass(frozen=True)
class Detectable:
    """The smallest change that can be found.

    Attributes
    ----------
    change : its size (positive), in shares, or for counts as a part of the count; None when even going all
        the way could not be found.
    level : the share or count it leads to; None likewise.
    """

    change: float | None
    level: float | None

    @property
    def measurable(self) -> bool:
        """Whether any change can be found at all."""
        return self.change is not None


def mde_share(
    p0: float,
    n0: float,
    n1: float | None = None,
    *,
    direction: Literal["decrease", "increase"] = "decrease",
    **plan: Any,
) -> Detectable:
    """Smallest detectable change of a share.

    Parameters
    ----------
    p0 : share now, between 0 and 1.
    n0, n1 : answers in the wave before and after; equal when `n1` is omitted.
    direction : of the change that is looked for.
    **plan : fields of `Plan`: design, deff, n_ref, tau, power, alpha, sides, variance.

    Raises
    ------
    PlanningError : a share outside (0, 1) or no answers.
    """
    setting, after = Plan(**plan), n0 if n1 is None else n1
    if not (0 < p0 < 1 and n0 > 0 and after > 0):
        raise PlanningError.said("planning.share")
    end = 0.0 if direction == "decrease" else 1.0

    def lacking(p1: float) -> float:
        return setting.chance(p0, p1, n0, after) - setting.power

    if lacking(end) < 0:
        return Detectable(None, None)
    level = float(optimize.brentq(lacking, p0, end, xtol=1e-12))
    return Detectable(abs(level - p0), level)


def n_needed(p0: float, p1: float, **plan: Any) -> float:
    """Answers a wave needed to find a change from `p0` to `p1`; infinite when no number is enough.

    Fields of `Plan` as in `mde_share`; a comparison sample without `n_ref` is taken as equally large.
    """
    setting = Plan(**plan)
    if not (0 < p0 < 1 and 0 <= p1 <= 1 and p0 != p1):
        raise PlanningError.said("planning.two_shares")

    def lacking(size: float) -> float:
        return setting.chance(p0, p1, exp(size), exp(size)) - setting.power

    if lacking(log(MOST_ANSWERS)) < 0:
        return inf
    return exp(float(optimize.brentq(lacking, log(1e-3), log(MOST_ANSWERS), xtol=1e-13)))


def mde_count(
    c0: float,
    *,
    phi: float = 1.0,
    months: tuple[float, float] = (12, 12),
    ref_ratio: float | None = None,
    direction: Literal["decrease", "increase"] = "decrease",
    **plan: Any,
) -> Detectable:
    """Smallest detectable change of a count, as a part of it (0.36 is 36 percent).

    Parameters
    ----------
    c0 : crimes in the first period, more than 0.
    phi : variance over mean, at least 1.
    months : length of both periods.
    ref_ratio : crimes in the comparison area per crime here, when the change is measured against one.
    **plan : power, alpha and sides of `Plan`.
    """
    setting = Plan(**plan)
    if not (c0 > 0 and phi >= 1 and min(months) > 0 and (ref_ratio is None or ref_ratio > 0)):
        raise PlanningError.said("planning.counts")
    expected = c0 * months[1] / months[0]
    z = setting._z + float(stats.norm.ppf(setting.power))
    reference = 0.0 if ref_ratio is None else (1 / c0 + 1 / expected) / ref_ratio

    sign = -1 if direction == "decrease" else 1

    def lacking(size: ArrayLike) -> np.ndarray:
        at = np.asarray(size)
        return np.asarray(at - z * np.sqrt(phi * (1 / c0 + np.exp(-sign * at) / expected + reference)))

    # The error grows without bound as the count goes to 0: look for the first size at which it suffices.
    sizes = np.linspace(1e-6, 8, 4001)
    enough = np.flatnonzero(lacking(sizes) >= 0)
    if not len(enough):
        return Detectable(None, None)
    ratio = exp(sign * float(optimize.brentq(lacking, 1e-9, sizes[enough[0]])))
    return Detectable(abs(1 - ratio), ratio * expected)


WaysOut = tuple[Literal["bigger_target", "pool", "sharper_group", "activity_target"], ...]
WAYS_OUT: WaysOut = ("bigger_target", "pool", "sharper_group", "activity_target")


@dataclass(frozen=True)
class Feasibility:
    """Whether a goal can be told from chance with the answers or crimes there will be.

    Attributes
    ----------
    wanted : size of the change the goal asks for, in shares or as a part of a count.
    detectable : the smallest that can be found.
    needed : answers a wave, or crimes a year, that the goal would need; infinite when no number is enough.
    ways_out : what can be done instead; empty when the goal is measurable.
    """

    measurable: bool
    wanted: float
    detectable: Detectable
    needed: float
    ways_out: WaysOut


def feasible(
    goal: Goal, *, n1: float | None = None, phi: float = 1.0, ref_ratio: float | None = None, **plan: Any
) -> Feasibility:
    """Whether a goal's target can be told from no change, before it is signed.

    Parameters
    ----------
    goal : with a baseline and an absolute or relative target.
    n1 : answers expected in the follow-up; as many as in the baseline when None.
    phi : dispersion of a count goal.
    ref_ratio : crimes in the comparison areas per crime here, for a count goal measured against them.
    **plan : fields of `Plan`; deff is the baseline's when not given.

    Raises
    ------
    PlanningError : a goal without the numbers it needs.
    """
    start, aim = goal.baseline.value, goal.target_value
    if start is None or aim is None or aim == start:
        raise PlanningError.said("planning.nothing", goal=goal.id)
    if goal.is_count:
        plan = {k: v for k, v in plan.items() if k in ("power", "alpha", "sides")}
        plan |= {"phi": phi, "ref_ratio": ref_ratio, "direction": goal.direction}
        found, wanted = mde_count(start, **plan), abs(aim - start) / start
        needed = _count_needed(wanted, lambda c: mde_count(c, **plan))
    else:
        if goal.baseline.n is None:
            raise PlanningError.said("planning.no_answers", goal=goal.id)
        plan = {"deff": goal.baseline.deff} | plan
        found = mde_share(start, goal.baseline.n, n1, direction=goal.direction, **plan)
        wanted, needed = abs(aim - start), n_needed(start, aim, **plan)
    measurable = found.change is not None and found.change <= wanted + 1e-12
    return Feasibility(measurable, wanted, found, needed, () if measurable else WAYS_OUT)


def _count_needed(wanted: float, detectable: Callable[[float], Detectable]) -> float:
    """Crimes a year at which a change of that part could be found."""

    def lacking(size: float) -> float:
        change = detectable(exp(size)).change
        return (wanted - change) if change is not None else -1.0

    low, high = log(0.5), log(1e8)
    if lacking(high) < 0:
        return inf
    return exp(float(optimize.brentq(lacking, low, high, xtol=1e-6)))


def regression_to_mean(
    values: ArrayLike,
    *,
    se: ArrayLike | None = None,
    phi: float | None = None,
    chosen: Sequence[int] | None = None,
) -> pd.DataFrame:
    """What areas chosen for their value will do by themselves (empirical Bayes).

    Parameters
    ----------
    values : (n,) shares with `se`, or counts of areas of equal exposure with `phi`; at least three.
    se : (n,) standard errors, or one for all.
    phi : variance over mean of the counts; give this or `se`.
    chosen : positions of the areas picked; the one with the highest value when None.

    Returns
    -------
    DataFrame, a row an area: value, weight (0–1, how much of its own value it keeps), shrunk (the baseline to
    use), expected_change (shrunk − value), expected_percent, chosen.

    Raises
    ------
    PlanningError : fewer than three areas, or neither or both of `se` and `phi`.

    References
    ----------
    Morris (1983), Journal of the American Statistical Association 78, 47-55.
    """
    y = np.asarray(values, float)
    if y.ndim != 1 or len(y) < 3 or (se is None) == (phi is None):
        raise PlanningError.said("planning.values")
    if se is not None:
        noise = np.broadcast_to(np.asarray(se, float) ** 2, y.shape)
    else:
        noise = np.full(y.shape, float(phi or 1.0) * y.mean())
    between = _between_variance(y, noise)
    total = between + noise
    weight = np.divide(between, total, out=np.ones_like(total), where=total > 0)
    spread = np.where(total > 0, total, 1.0)
    centre = np.sum(y / spread) / np.sum(1 / spread)
    shrunk = centre + weight * (y - centre)
    picked = np.zeros(len(y), bool)
    picked[[int(np.argmax(y))] if chosen is None else list(chosen)] = True
    change = shrunk - y
    percent = np.divide(100 * change, y, out=np.full(y.shape, np.nan), where=y != 0)
    return pd.DataFrame(
        {"value": y, "weight": weight, "shrunk": shrunk, "expected_change": change,
         "expected_percent": percent, "chosen": picked}
    )  # fmt: skip


def _between_variance(y: np.ndarray, noise: np.ndarray) -> float:
    """Variance of the true values: what the noise does not explain (moments, weighted; at least 0)."""
    if not (noise > 0).all():
        return float(max(0.0, np.var(y, ddof=1) - noise.mean()))
    w = 1 / noise
    centre = np.sum(w * y) / w.sum()
    q = np.sum(w * (y - centre) ** 2)
    return float(max(0.0, (q - (len(y) - 1)) / (w.sum() - np.sum(w**2) / w.sum())))


def baseline_interval(baseline: Baseline, *, level: float = 0.95) -> tuple[float, float] | None:
    """Between which values the baseline may truly lie.

    Uses the stated limits when both are given; else Wilson's interval with ``n / deff`` answers for a share
    and the exact Poisson interval for a count. None when the baseline has no number.
    """
    if baseline.low is not None and baseline.high is not None:
        return baseline.low, baseline.high
    if baseline.count is not None:
        return poisson_interval(baseline.count, level=level)
    if baseline.estimate is None or baseline.n is None:
        return None
    n = baseline.n / baseline.deff
    return wilson(baseline.estimate * n, n, level=level)


def baseline_se(baseline: Baseline) -> float | None:
    """Standard error of a stated share, √(deff · p(1−p)/n); None for a count or without n."""
    if baseline.estimate is None or baseline.n is None:
        return None
    return sqrt(baseline.deff * baseline.estimate * (1 - baseline.estimate) / baseline.n)
