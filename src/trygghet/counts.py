"""Two counts compared: named tests and intervals for the ratio of two Poisson rates.

Crime counts vary more than Poisson when one event brings several reports; ``phi`` (variance over mean)
carries that, and the test is then quasi-Poisson on the log scale.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp, inf, isfinite, log, nan, sqrt
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import optimize, special, stats

from trygghet.errors import SpokenError

Method = Literal["cond-midp", "exact", "etest-wald", "etest-score"]
REFERENCES = {
    "cond-midp": "Conditional mid-p test (Lancaster 1961) given the sum of both counts",
    "exact": "Conditional exact test (Przyborowski & Wilenski 1940), as R's poisson.test",
    "etest-wald": "E-test, unpooled variance (Krishnamoorthy & Thomson 2004)",
    "etest-score": "E-test, pooled variance (Krishnamoorthy & Thomson 2004)",
    "quasi": "Quasi-Poisson, normal on the log ratio",
}


class CountError(SpokenError):
    """Counts or exposures that cannot be compared."""


class _Pair(NamedTuple):
    """A later and an earlier count with the exposure of each."""

    k1: int
    k0: int
    t1: float
    t0: float


def count_change(
    k1: ArrayLike,
    k0: ArrayLike,
    *,
    t1: ArrayLike = 1.0,
    t0: ArrayLike = 1.0,
    method: Method = "cond-midp",
    phi: float = 1.0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Whether a count changed by more than chance.

    Parameters
    ----------
    k1, k0 : whole numbers, the later and the earlier count; one pair or an array of pairs.
    t1, t0 : exposure of each (months, persons), any common unit.
    method : test when `phi` is 1; the interval is the mid-p one for ``cond-midp`` and the exact one else.
    phi : variance over mean; above 1 the quasi-Poisson test is used and `method` is not.

    Returns
    -------
    DataFrame, one row a pair: k0, k1, rate0, rate1, ratio, lo, hi, p, poisson_z, method, reason.
        ``ratio`` is rate1/rate0 (NaN when both counts are 0, infinite when only k0 is); ``poisson_z`` is
        2(√k1 − √(k0·t1/t0)), with 3 as its customary mark; ``reason`` says why a number is missing
        (``both_zero``, ``one_zero``) and is empty otherwise.

    Raises
    ------
    CountError : a count that is negative or not whole, an exposure that is not positive, phi below 1 or an
        unknown method.
    """
    if method not in _P_VALUES:
        raise CountError.said("one_of", name="method", known=tuple(_P_VALUES), given=method)
    if not (isfinite(phi) and phi >= 1):
        raise CountError.said("counts.phi")
    after, before, time1, time0 = np.broadcast_arrays(_whole(k1), _whole(k0), _positive(t1), _positive(t0))
    pairs = zip(after.ravel(), before.ravel(), time1.ravel(), time0.ravel(), strict=True)
    rows = [
        _one_change(_Pair(int(a), int(b), float(u), float(v)), method=method, phi=phi, level=level)
        for a, b, u, v in pairs
    ]
    result = pd.DataFrame(rows)
    result.attrs["reference"] = REFERENCES["quasi" if phi > 1 else method]
    return result


def ratio_support(k1: int, k0: int, ratio: float, *, t1: float = 1.0, t0: float = 1.0, phi: float = 1.0) -> float:
    """Support in the data, 0–1, that the rate ratio lies below a value.

    One minus the one-sided conditional mid-p against "the ratio is at least `ratio`"; with ``phi`` above 1
    the quasi-Poisson normal on the log, and where a count is zero Jeffreys' beta on counts divided by phi.
    """
    _whole(k1), _whole(k0)
    share = ratio * t1 / (ratio * t1 + t0)
    if phi <= 1:
        return _at_least(k1, k0, share)
    if k1 > 0 and k0 > 0:
        observed = log((k1 / t1) / (k0 / t0))
        return float(stats.norm.cdf((log(ratio) - observed) / sqrt(phi * (1 / k1 + 1 / k0))))
    return float(stats.beta.cdf(share, k1 / phi + 0.5, k0 / phi + 0.5))


def ratio_unchanged(k1: int, k0: int, margin: float, *, t1: float = 1.0, t0: float = 1.0, phi: float = 1.0) -> float:
    """Support in the data, 0–1, that the rate ratio lies within 1 ± `margin`: the weaker of two one-sided tests.

    References
    ----------
    Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15, 657-680.
    """
    below = ratio_support(k1, k0, 1 + margin, t1=t1, t0=t0, phi=phi)
    above = 1.0 if margin >= 1 else 1 - ratio_support(k1, k0, 1 - margin, t1=t1, t0=t0, phi=phi)
    return min(below, above)


def dispersion(monthly: ArrayLike, *, seasonal: bool = True) -> float:
    """Variance over mean of monthly counts, after calendar-month effects when `seasonal`; at least 1.

    Σ(y − ȳ)² / Σ(n − 1)ȳ over calendar months, each with n years and mean ȳ. Pearson's chi-square divides by
    each month's own mean first and comes out too small with few years: 3.6 for 5 with two years of 5 crimes a
    month, where this gives 4.95.

    Parameters
    ----------
    monthly : (n,) counts in calendar order or (years, 12); with fewer than 24 the season is not taken out.

    Raises
    ------
    CountError : fewer than six months.
    """
    return pooled_dispersion([monthly], seasonal=seasonal)


def pooled_dispersion(series: Sequence[ArrayLike], *, seasonal: bool = True) -> float:
    """`dispersion` of several areas' monthly counts together, their sums added."""
    parts = [_spread(monthly, seasonal) for monthly in series]
    expected = sum(part[1] for part in parts)
    return max(1.0, sum(part[0] for part in parts) / expected) if expected > 0 else 1.0


def _spread(monthly: ArrayLike, seasonal: bool) -> tuple[float, float]:
    """Sum of squares about the months' means, and what it would be with variance equal to the mean."""
    y = np.ravel(np.asarray(monthly, float))
    if len(y) < 6:
        raise CountError.said("counts.six_months")
    groups = np.arange(len(y)) % 12 if seasonal and len(y) >= 24 else np.zeros(len(y), int)
    n = np.bincount(groups)
    means = np.bincount(groups, y) / n
    return float(np.sum((y - means[groups]) ** 2)), float(np.sum((n - 1) * means))


def _one_change(pair: _Pair, *, method: Method, phi: float, level: float) -> dict[str, Any]:
    k1, k0, t1, t0 = pair
    rate1, rate0 = k1 / t1, k0 / t0
    ratio = rate1 / rate0 if k0 else (inf if k1 else nan)
    used: str
    if k1 + k0 == 0:
        low, high, p, used = 0.0, inf, 1.0, method
    elif phi > 1:
        low, high, p = _quasi(pair, phi, level)
        used = "quasi"
    else:
        low, high = _ratio_interval(pair, level, midp=method == "cond-midp")
        p, used = _P_VALUES[method](pair), method
    return {
        "k0": k0,
        "k1": k1,
        "rate0": rate0,
        "rate1": rate1,
        "ratio": ratio,
        "lo": low,
        "hi": high,
        "p": p,
        "poisson_z": 2 * (sqrt(k1) - sqrt(k0 * t1 / t0)),
        "method": used,
        "reason": "both_zero" if k1 + k0 == 0 else ("one_zero" if k1 == 0 or k0 == 0 else ""),
    }


def _quasi(pair: _Pair, phi: float, level: float) -> tuple[float, float, float]:
    """Interval and p with overdispersion; zeros through Jeffreys' beta on counts divided by phi."""
    k1, k0, t1, t0 = pair
    tail = (1 - level) / 2
    if k1 > 0 and k0 > 0:
        estimate, se = log((k1 / t1) / (k0 / t0)), sqrt(phi * (1 / k1 + 1 / k0))
        half = stats.norm.isf(tail) * se
        return exp(estimate - half), exp(estimate + half), float(2 * stats.norm.sf(abs(estimate) / se))
    share = stats.beta(k1 / phi + 0.5, k0 / phi + 0.5)
    low = 0.0 if k1 == 0 else _odds(share.ppf(tail)) * t0 / t1
    high = inf if k0 == 0 else _odds(share.isf(tail)) * t0 / t1
    null = share.cdf(t1 / (t1 + t0))
    return low, high, float(min(1.0, 2 * min(null, 1 - null)))


def _odds(share: float) -> float:
    return inf if share >= 1 else float(share / (1 - share))


def _ratio_interval(pair: _Pair, level: float, *, midp: bool) -> tuple[float, float]:
    """Limits of the rate ratio by inverting the conditional binomial tail (Clopper–Pearson, or mid-p)."""
    k1, k0, t1, t0 = pair
    tail = (1 - level) / 2
    if not midp:
        low = 0.0 if k1 == 0 else float(stats.beta.ppf(tail, k1, k0 + 1))
        high = 1.0 if k0 == 0 else float(stats.beta.isf(tail, k1 + 1, k0))
    else:
        low = 0.0 if k1 == 0 else _root(lambda share: _at_least(k1, k0, share) - tail)
        high = 1.0 if k0 == 0 else _root(lambda share: 1 - _at_least(k1, k0, share) - tail)
    return _odds(low) * t0 / t1, _odds(high) * t0 / t1


def _at_least(k1: int, k0: int, share: float) -> float:
    """P(X > k1) + ½P(X = k1) of a binomial with k1 + k0 trials, by the incomplete beta function."""
    as_many = special.betainc(k1, k0 + 1, share) if k1 else 1.0
    more = special.betainc(k1 + 1, k0, share) if k0 else 0.0
    return float(0.5 * (as_many + more))


def _root(function: Callable[[float], float]) -> float:
    return float(optimize.brentq(function, 1e-15, 1 - 1e-15, xtol=1e-14))


def _conditional(pair: _Pair) -> float:
    k1, k0, t1, t0 = pair
    return float(stats.binomtest(k1, k1 + k0, t1 / (t1 + t0)).pvalue)


def _conditional_midp(pair: _Pair) -> float:
    k1, k0, t1, t0 = pair
    return _conditional(pair) - 0.5 * float(stats.binom.pmf(k1, k1 + k0, t1 / (t1 + t0)))


def _etest(pair: _Pair, *, pooled: bool) -> float:
    """P(|T| at least as large) over both Poisson counts at the pooled rate."""
    k1, k0, t1, t0 = pair
    rate = (k1 + k0) / (t1 + t0)
    x1, x0 = _support(rate * t1), _support(rate * t0)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.abs(_statistic(x1[:, None], x0[None, :], (t1, t0), pooled))
        observed = abs(_statistic(np.array(k1), np.array(k0), (t1, t0), pooled))
    extreme = values >= observed * (1 - 1e-12)
    weight = stats.poisson.pmf(x1, rate * t1)[:, None] * stats.poisson.pmf(x0, rate * t0)[None, :]
    return float(min(1.0, weight[extreme].sum()))


def _statistic(x1: np.ndarray, x0: np.ndarray, times: tuple[float, float], pooled: bool) -> np.ndarray:
    t1, t0 = times
    difference = x1 / t1 - x0 / t0
    variance = (x1 + x0) / (t1 * t0) if pooled else x1 / t1**2 + x0 / t0**2
    return np.where(difference == 0, 0.0, difference / np.sqrt(variance))


def _support(mean: float) -> np.ndarray:
    low, high = stats.poisson.ppf([1e-16, 1 - 1e-16], mean)
    return np.arange(max(0, low - 2), high + 12)


def _whole(values: ArrayLike) -> np.ndarray:
    k = np.asarray(values, float)
    if not (np.isfinite(k).all() and (k >= 0).all() and (k == np.floor(k)).all()):
        raise CountError.said("counts.whole")
    return k


def _positive(values: ArrayLike) -> np.ndarray:
    t = np.asarray(values, float)
    if not (np.isfinite(t).all() and (t > 0).all()):
        raise CountError.said("counts.exposures")
    return t


_P_VALUES: dict[str, Callable[[_Pair], float]] = {
    "cond-midp": _conditional_midp,
    "exact": _conditional,
    "etest-wald": lambda pair: _etest(pair, pooled=False),
    "etest-score": lambda pair: _etest(pair, pooled=True),
}
