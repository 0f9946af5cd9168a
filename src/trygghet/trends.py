"""Monthly counts over years: trend, season, unusual series, and clusters in a moving window."""

from __future__ import annotations

import math
from dataclasses import dataclass
from math import exp, nan
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from trygghet import glm
from trygghet.counts import CountError, count_change
from trygghet.evaluation import adjust


@dataclass(frozen=True)
class Trend:
    """A log-linear trend of monthly counts.

    Attributes
    ----------
    percent : change a year in percent; `lo`, `hi` 95 %, `p` two-sided (t with the model's df).
    phi : dispersion after trend and season (of the Poisson model for ``quasi``).
    seasonal : twelve factors, January first, with geometric mean 1; empty when the season is not fitted.
    reason : ``short`` (under 24 months: no season), ``all_zero`` (no estimate); empty otherwise.
    """

    percent: float
    lo: float
    hi: float
    p: float
    phi: float
    seasonal: tuple[float, ...]
    reason: str = ""


def count_trend(
    monthly: ArrayLike,
    *,
    first_month: int = 1,
    offset: ArrayLike | None = None,
    model: Literal["quasi", "nb"] = "quasi",
    level: float = 0.95,
) -> Trend:
    """Trend of monthly counts with calendar-month effects.

    Parameters
    ----------
    monthly : (n,) whole counts in calendar order without gaps.
    first_month : calendar month of the first, 1–12.
    offset : (n,) exposure (population, days), positive.
    model : quasi-Poisson or negative binomial.

    Raises
    ------
    CountError : fewer than six months, or counts that are negative or not whole.
    """
    y = np.asarray(monthly, float)
    if y.ndim != 1 or len(y) < 6 or not (np.isfinite(y).all() and (y >= 0).all() and (y == np.floor(y)).all()):
        raise CountError.said("months.six_whole")
    if y.sum() == 0:
        return Trend(nan, nan, nan, nan, nan, (), "all_zero")
    season = (np.arange(len(y)) + first_month - 1) % 12
    with_season = len(y) >= 24
    shift = np.zeros(len(y)) if offset is None else np.log(np.asarray(offset, float))
    years = (np.arange(len(y)) / 12)[:, None]
    fit, factors = _fitted(y, years, season if with_season else np.zeros(len(y), int), shift, model)
    slope, se = float(fit.coefficients[0]), fit.se(0, quasi=model == "quasi")
    half = float(stats.t.isf((1 - level) / 2, fit.df)) * se
    return Trend(
        percent=100 * (exp(slope) - 1),
        lo=100 * (exp(slope - half) - 1),
        hi=100 * (exp(slope + half) - 1),
        p=float(2 * stats.t.sf(abs(slope) / se, fit.df)),
        phi=fit.dispersion,
        seasonal=factors if with_season else (),
        reason="" if with_season else "short",
    )


def _fitted(
    y: np.ndarray, years: np.ndarray, season: np.ndarray, shift: np.ndarray, model: str
) -> tuple[glm.Fit, tuple[float, ...]]:
    """The model without calendar months that never have a crime (their effect has no finite estimate)."""
    alive = np.bincount(season, y, 12)[season] > 0
    dummies = np.eye(12)[season[alive]]
    used = dummies.any(axis=0)
    design = np.hstack([years[alive], dummies[:, used]])
    fit = (glm.poisson if model == "quasi" else glm.negative_binomial)(design, y[alive], shift[alive])
    effects = np.full(12, -np.inf)
    effects[used] = fit.coefficients[1:]
    return fit, tuple(float(v) for v in np.exp(effects - effects[used].mean()))


def seasonal(monthly: ArrayLike, *, log: bool = True, period: int = 12, robust: bool = False) -> pd.DataFrame:
    """Trend, season and rest by loess (STL), a picture without inference.

    Parameters
    ----------
    monthly : (n,) positive values (any when `log` is False), at least two periods.
    log : decompose the logarithm, so that the season multiplies.

    Returns
    -------
    DataFrame observed, trend, seasonal, remainder; on the log scale when `log`.

    References
    ----------
    Cleveland et al. (1990), Journal of Official Statistics 6, 3-73; R's ``stl(s.window = "periodic")``.
    """
    from statsmodels.tsa.seasonal import STL

    y = np.asarray(monthly, float)
    if len(y) < 2 * period or not np.isfinite(y).all() or (log and (y <= 0).any()):
        raise CountError.said("months.two_periods")
    values = np.log(y) if log else y
    # R's defaults for a periodic season, jumps and iterations among them; without them results differ by 3e-3.
    window = 10 * len(values) + 1
    trend = _odd(int(np.ceil(1.5 * period / (1 - 1.5 / window))))
    low_pass = _odd(period)
    fit = STL(
        values, period=period, seasonal=window, trend=trend, low_pass=low_pass, seasonal_deg=0, robust=robust,
        seasonal_jump=-(-window // 10), trend_jump=-(-trend // 10), low_pass_jump=-(-low_pass // 10),
    ).fit(inner_iter=1 if robust else 2, outer_iter=15 if robust else 0)  # fmt: skip
    cycle = np.arange(len(values)) % period
    season = (np.bincount(cycle, fit.seasonal) / np.bincount(cycle))[cycle]
    rest = values - fit.trend - season
    return pd.DataFrame({"observed": values, "trend": fit.trend, "seasonal": season, "remainder": rest})


def unusual(
    counts: pd.DataFrame,
    *,
    by: list[str],
    months: int = 12,
    before: int = 36,
    phi: float = 1.0,
    q: float = 0.05,
) -> pd.DataFrame:
    """Series whose last months differ from those before, with the number looked at allowed for.

    Parameters
    ----------
    counts : DataFrame with `by` columns, month (period or a whole number in order) and count; a month that is
        missing in a series is a month without crime.
    by : columns that name a series (type, area).
    months, before : lengths compared, the last `months` with the `before` months that precede them.
    phi : dispersion, at least 1.
    q : false discovery rate.

    Returns
    -------
    DataFrame, a row a series: `by`, k0, k1, ratio, lo, hi, p, p_adjusted (Benjamini–Hochberg), poisson_z,
    flagged; ``attrs["n_tested"]``.

    Raises
    ------
    CountError : fewer months in the data than are to be compared.
    """
    order = counts["month"]
    number = order.dt.year * 12 + order.dt.month if hasattr(order, "dt") else order.astype(int)
    last = int(number.max())
    if last - int(number.min()) + 1 < months + before:
        raise CountError.said("months.compared")
    late = number > last - months
    early = (number > last - months - before) & ~late
    sums = pd.DataFrame({"k1": counts["count"].where(late, 0), "k0": counts["count"].where(early, 0)})
    table = sums.groupby([counts[name] for name in by], observed=True).sum().reset_index()
    tests = count_change(table["k1"], table["k0"], t1=months, t0=before, phi=phi, method="exact")
    kept = tests[["k0", "k1", "ratio", "lo", "hi", "p", "poisson_z"]]
    result = pd.concat([table[by], kept], axis=1)
    result.insert(result.columns.get_loc("p") + 1, "p_adjusted", adjust(result["p"], "bh"))  # type: ignore
    result["flagged"] = result["p_adjusted"] <= q
    result.attrs["n_tested"] = len(result)
    return result


def window_cluster(most: int, *, length: float, window: float, mean: float) -> float:
    """Chance that some moving window holds at least as many events as the fullest one did.

    Parameters
    ----------
    most : events in the fullest window, at least 2.
    length, window : of the whole period and of the window, in the same unit; length at least two windows.
    mean : expected events in one unit of time.

    Returns
    -------
    Probability under a constant rate (Naus's approximation).

    References
    ----------
    Naus (1982), Journal of the American Statistical Association 77, 177-183.
    """
    if most < 2 or not (0 < 2 * window <= length and mean > 0):
        raise CountError.said("months.events")
    psi, n = mean * window, most

    def mass(k: int) -> float:
        return float(stats.poisson.pmf(k, psi))

    def below(k: int) -> float:
        return float(stats.poisson.cdf(k, psi)) if k >= 0 else 0.0

    two = below(n - 1) ** 2 - (n - 1) * mass(n) * mass(n - 2) - (n - 1 - psi) * mass(n) * below(n - 3)
    a1 = 2 * mass(n) * below(n - 1) * ((n - 1) * below(n - 2) - psi * below(n - 3))
    a2 = 0.5 * mass(n) ** 2 * (
        (n - 1) * (n - 2) * below(n - 3) - 2 * (n - 2) * psi * below(n - 4) + psi**2 * below(n - 5)
    )  # fmt: skip
    a3 = sum(mass(2 * n - r) * below(r - 1) ** 2 for r in range(1, n))
    a4 = sum(mass(2 * n - r) * mass(r) * ((r - 1) * below(r - 2) - psi * below(r - 3)) for r in range(2, n))
    three = below(n - 1) ** 3 - a1 + a2 + a3 - a4
    return 1 - two * math.pow(three / two, length / window - 2)


def _odd(value: int) -> int:
    return value if value % 2 else value + 1
