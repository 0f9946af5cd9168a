"""Rates by area that do not make small areas look worst: exact intervals, empirical Bayes, funnel limits."""

from __future__ import annotations

from collections.abc import Iterable
from math import nan, sqrt
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from trygghet.intervals import poisson_interval
from trygghet.place.common import PlaceError, whole_counts

LIMITS = (0.95, 0.998)
METHOD = "Exact Poisson intervals; Poisson-gamma empirical Bayes (Marshall 1991); funnel limits (Spiegelhalter 2005)"


def area_rates(
    counts: pd.Series, pop: pd.Series, *, phi: float | Literal["estimate"] = "estimate", level: float = 0.95
) -> pd.DataFrame:
    """Rate of every area, its uncertainty, and whether it stands out from the rest.

    Parameters
    ----------
    counts : whole numbers by area.
    pop : exposure by area (residents), the same index in any order.
    phi : variance over mean of areas around the common rate, which widens the funnel; ``"estimate"`` takes it
        from the areas' z-scores, the extreme tenth at each end drawn in, and never below 1.

    Returns
    -------
    DataFrame, indexed as `counts`: ``n, pop, rate, lo, hi`` (exact), ``eb, eb_lo, eb_hi`` (shrunk towards the
        common rate, the gamma posterior's interval; NaN limits when the areas do not differ beyond chance),
        ``kept`` (share of the area's own deviation that is kept, 0–1), ``expected, lo95, hi95, lo998, hi998``
        (funnel limits, counts), ``flag``: ``high``, ``very_high``, ``low``, ``very_low`` or empty.
        Rates are per unit of `pop`. ``attrs``: ``common, phi, between`` (variance of true rates), ``method``.

    Raises
    ------
    PlaceError : areas that differ between the two, a population of 0 or missing (a workplace area or a park: take
        another exposure), counts that are not whole, fewer than two areas.

    References
    ----------
    Marshall (1991), Applied Statistics 40, 283-294; Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202.
    """
    n, size = checked(counts, pop)
    common = n.sum() / size.sum()
    expected = common * size
    wide = _phi(n, expected) if phi == "estimate" else float(phi)
    if not wide >= 1:
        raise PlaceError.said("place.phi")
    exact = np.array([poisson_interval(k, level=level) for k in n]) / size[:, None]
    between = _between(n, size)
    table = pd.DataFrame({"n": n.astype(int), "pop": size, "rate": n / size}, index=counts.index)
    table["lo"], table["hi"] = exact.T
    for name, values in _shrunk(n, size, between, level).items():
        table[name] = values
    table["expected"] = expected
    for share in LIMITS:
        name = f"{1000 * share:.0f}".rstrip("0")
        table[f"lo{name}"], table[f"hi{name}"] = funnel_limits(expected, level=share, phi=wide)
    table["flag"] = _flags(table)
    table.attrs = {"common": float(common), "phi": wide, "between": between, "method": METHOD}
    return table


def funnel_limits(expected: Iterable[float], *, level: float = 0.95, phi: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Counts between which an area with this expected count falls by chance.

    Poisson quantiles, as R's ``qpois``; with `phi` above 1 their distance from the expected count is multiplied by
    √phi, and the lower one stops at 0.
    """
    mean = np.asarray(list(expected), float)
    tail = (1 - level) / 2
    low, high = stats.poisson.ppf(tail, mean), stats.poisson.ppf(1 - tail, mean)
    widen = sqrt(phi)
    return np.maximum(0.0, mean + widen * (low - mean)), mean + widen * (high - mean)


def checked(counts: pd.Series, pop: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Counts and exposures in the counts' order."""
    if not (counts.index.is_unique and pop.index.is_unique and set(counts.index) == set(pop.index)):
        raise PlaceError.said("place.same_areas")
    if len(counts) < 2:
        raise PlaceError.said("place.two_areas")
    size = pop.reindex(counts.index).to_numpy(float)
    bad = [str(name) for name, value in zip(counts.index, size, strict=True) if not (np.isfinite(value) and value > 0)]
    if bad:
        raise PlaceError.said("place.no_population", names=tuple(bad))
    return whole_counts(counts.to_numpy()), size


def _phi(n: np.ndarray, expected: np.ndarray) -> float:
    """Overdispersion from winsorised z-scores (Spiegelhalter 2005, section 2.5)."""
    if n.sum() == 0:
        return 1.0
    z = (n - expected) / np.sqrt(expected)
    low, high = np.quantile(z, [0.1, 0.9])
    return max(1.0, float(np.mean(np.clip(z, low, high) ** 2)))


def _between(n: np.ndarray, size: np.ndarray) -> float:
    """Variance of the areas' true rates by moments: the spread less what chance makes (Marshall 1991)."""
    common = n.sum() / size.sum()
    spread = np.sum(size * (n / size - common) ** 2) / size.sum()
    return max(0.0, float(spread - common / size.mean()))


def _shrunk(n: np.ndarray, size: np.ndarray, between: float, level: float) -> dict[str, np.ndarray]:
    """Posterior of a gamma with the common rate as mean and `between` as variance."""
    common = n.sum() / size.sum()
    if between == 0 or common == 0:
        same = np.full(len(n), common)
        return {"eb": same, "eb_lo": np.full(len(n), nan), "eb_hi": np.full(len(n), nan), "kept": np.zeros(len(n))}
    shape, scale = n + common**2 / between, size + common / between
    tail = (1 - level) / 2
    return {
        "eb": shape / scale,
        "eb_lo": stats.gamma.ppf(tail, shape) / scale,
        "eb_hi": stats.gamma.isf(tail, shape) / scale,
        "kept": size / scale,
    }


def _flags(table: pd.DataFrame) -> np.ndarray:
    n = table["n"]
    outside = [n > table["hi998"], n < table["lo998"], n > table["hi95"], n < table["lo95"]]
    return np.select(outside, ["very_high", "very_low", "high", "low"], default="")
