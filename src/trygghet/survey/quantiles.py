"""Weighted quantiles and Woodruff's intervals for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trygghet.design import SurveyDesign
from trygghet.errors import DesignError
from trygghet.survey.arrays import Floats
from trygghet.survey.intervals import share_interval, t_quantile, wald
from trygghet.survey.results import Query
from trygghet.survey.statistics import compute
from trygghet.survey.tables import label_columns

RULES = ("math", "school", *(f"hf{i}" for i in range(1, 10)))
INTERVALS = ("mean", "beta", "xlogit", "asin")


@dataclass(frozen=True, eq=False)
class Distribution:
    """Values in order (ties by weight, so that row order does not matter), their weights and cumulated weights."""

    values: Floats
    weight: Floats
    cumulated: Floats

    @property
    def total(self) -> float:
        """Sum of the weights."""
        return float(self.cumulated[-1])


def distribution(values: Floats, weights: Floats) -> Distribution:
    """The weighted distribution of values with positive weight."""
    kept = weights > 0
    order = np.lexsort((weights[kept], values[kept]))
    weight = weights[kept][order]
    return Distribution(values[kept][order], weight, np.cumsum(weight))


def quantile_of(d: Distribution, p: float, rule: str) -> float:
    """The p quantile by a rule; NaN when p is outside (0, 1).

    Parameters
    ----------
    rule : "math" (smallest value with F ≥ p), "school" (the mean of two where F hits p), or "hf1" to
        "hf9", Hyndman & Fan's (1996) nine definitions with weights in the place of counts.
    """
    if not 0 <= p <= 1:
        return np.nan
    if rule in ("math", "hf1", "school", "hf2", "hf3"):
        return _step_quantile(d, p, rule)
    points = _POSITIONS[rule](d)
    return float(np.interp(p, points, d.values))


def _step_quantile(d: Distribution, p: float, rule: str) -> float:
    share = d.cumulated / d.total
    at = min(int(np.searchsorted(share, p * (1 - 1e-14))), len(d.values) - 1)
    hit = abs(share[at] - p) <= 1e-12 and at + 1 < len(d.values)
    if rule in ("school", "hf2") and hit:
        return float((d.values[at] + d.values[at + 1]) / 2)
    if rule == "hf3" and at > 0:
        return _nearest_even(d, share, p, at)
    return float(d.values[at])


def _nearest_even(d: Distribution, share: Floats, p: float, at: int) -> float:
    below, above = p - share[at - 1], share[at] - p  # at counts from 0: value number at + 1
    if np.isclose(below, above, atol=1e-12):
        return float(d.values[at - 1] if at % 2 == 0 else d.values[at])
    return float(d.values[at - 1] if below < above else d.values[at])


def _lagged(d: Distribution) -> Floats:
    before = np.concatenate([[0.0], d.cumulated[:-1]])
    last = d.cumulated[-2] if len(d.values) > 1 else d.total
    return before / last


_POSITIONS: dict[str, Callable[[Distribution], Floats]] = {
    "hf4": lambda d: d.cumulated / d.total,
    "hf5": lambda d: (d.cumulated - d.weight / 2) / d.total,
    "hf6": lambda d: d.cumulated / (d.total + d.weight[-1]),
    "hf7": _lagged,
    "hf8": lambda d: (d.cumulated - d.weight / 3) / (d.total + d.weight[-1] / 3),
    "hf9": lambda d: (d.cumulated - 3 * d.weight / 8) / (d.total + d.weight[-1] / 4),
}


@dataclass(frozen=True)
class QuantileResult:
    """A quantile with its interval; se is the interval's width over twice the t quantile."""

    estimate: float
    low: float
    high: float
    se: float


def quantile_with_interval(
    design: SurveyDesign, values: Floats, p: float, *, rule: str, interval: str, level: float, df: float
) -> QuantileResult:
    """A quantile of `values` (n,) over the design's active rows, with a Woodruff interval (1952).

    The interval of the share of values at most the quantile is turned back by the same rule.

    Raises
    ------
    DesignError : an unknown rule or interval.
    """
    if rule not in RULES:
        raise DesignError.said("one_of", name="rule", known=tuple(RULES), given=rule)
    if interval not in INTERVALS:
        raise DesignError.said("one_of", name="interval", known=tuple(INTERVALS), given=interval)
    if design.weights.min() < 0:
        raise DesignError.said("weights.negative")
    d = distribution(values, design.weights)
    estimate = quantile_of(d, p, rule)
    if design.replicates is not None:
        return _by_replicates(design, values, p, rule, estimate, level, df)
    quantile = float(t_quantile(level, np.array(df)))
    low_p, high_p = _share_limits(design, values <= estimate, interval, level, df)
    low, high = quantile_of(d, low_p, rule), quantile_of(d, high_p, rule)
    return QuantileResult(estimate, low, high, (high - low) / (2 * quantile))


def _share(design: SurveyDesign, below: Floats) -> tuple[float, float]:
    """Share of the active rows and its SE."""
    total = design.weights.sum()
    share = float(design.weights @ below / total)
    influence = np.where(design.active, (below - share) / total, 0.0)
    return share, float(np.sqrt(max(design.variances(influence[:, None])[0], 0.0)))


def _share_limits(design: SurveyDesign, below: Floats, interval: str, level: float, df: float) -> tuple[float, float]:
    share, se = _share(design, below)
    rows = np.array([float(design.active.sum())])
    arguments = (np.array([share]), np.array([se]), np.array([df]), rows, rows, level)
    low, high = share_interval(interval, *arguments)
    return float(low[0]), float(high[0])


def _by_replicates(
    design: SurveyDesign, values: Floats, p: float, rule: str, estimate: float, level: float, df: float
) -> QuantileResult:
    replicates = design.replicates
    assert replicates is not None
    each = [quantile_of(distribution(values, w), p, rule) for w in replicates.weights.T]
    variance = replicates.variances(np.array(each)[:, None], np.array([estimate]))
    se = np.sqrt(variance)
    low, high = wald(np.array([estimate]), se, np.array([df]), level)
    return QuantileResult(estimate, float(low[0]), float(high[0]), float(se[0]))


def quantile_table(
    design: SurveyDesign, query: Query, probabilities: list[float], how: dict[str, object]
) -> pd.DataFrame:
    """Quantiles of every item in every domain, the probabilities varying fastest.

    Parameters
    ----------
    how : rule, interval and level, as `quantile_with_interval` takes them.
    """
    base = compute(design, query)
    table = pd.DataFrame(label_columns(query)).loc[lambda t: t.index.repeat(len(probabilities))].reset_index(drop=True)
    codes = query.domains.rows(design.n)
    found: list[tuple[Any, ...]] = []
    for row in range(query.size):
        j, group = divmod(row, query.domains.count)
        rows = query.valid(j, design.active) & (codes == group)
        domain, df = design.subset(rows), max(base.df[row], 0.0)
        head = (int(base.n[row]), base.n_eff[row])
        for p in probabilities:
            if not rows.any():
                found.append((p, *head, np.nan, np.nan, np.nan, np.nan, df, "no_respondents"))
                continue
            r = quantile_with_interval(domain, query.numerator(j), p, df=df, **how)  # type: ignore[arg-type]
            found.append((p, *head, r.estimate, r.se, r.low, r.high, df, "" if df >= 1 else "no_df"))
    names = ["q", "n", "n_eff", "estimate", "se", "ci_low", "ci_high", "df", "flags"]
    return table.join(pd.DataFrame(found, columns=names))
