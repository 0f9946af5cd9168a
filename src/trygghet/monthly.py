"""Months as a series: counts without gaps, the level behind the seasons, the year's profile and unusual months."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from trygghet import glm
from trygghet.counts import CountError
from trygghet.evaluation import adjust

LEAST_MONTHS = 24
"""Months needed before the seasons can be told from the trend."""


def month_counts(when: pd.Series, *, first: pd.Period, last: pd.Period, crimes: ArrayLike | None = None) -> pd.Series:
    """Number of crimes in each month from `first` to `last`, a month without crime as 0.

    Parameters
    ----------
    when : datetimes; those outside the months and those that are missing are left out.
    crimes : crimes behind each row; 1 when omitted.

    Returns
    -------
    Series of whole numbers with a monthly PeriodIndex.
    """
    if last < first:
        raise CountError.said("months.backwards")
    times = pd.Series(when).reset_index(drop=True)
    number = pd.Series(1 if crimes is None else np.asarray(crimes), index=times.index)
    known = times.notna()
    sums = number[known].groupby(times[known].dt.to_period("M")).sum()
    return sums.reindex(pd.period_range(first, last, freq="M"), fill_value=0).astype(int)


@dataclass(frozen=True)
class Level:
    """A series' level without its seasons, and the year's profile.

    Attributes
    ----------
    line : month (Period), level, low, high: crimes in a month of ordinary length (30.4 days) and season.
    profile : month (1–12), mean, low, high: crimes in that calendar month, as an average over the series.
    percent, lo, hi : change a year in percent with its interval.
    phi : variance over mean, at least 1.
    """

    line: pd.DataFrame
    profile: pd.DataFrame
    percent: float
    lo: float
    hi: float
    phi: float


class _Model(NamedTuple):
    """A fitted series: what the months were, the model, its dispersion and the t quantile of the level."""

    months: pd.PeriodIndex
    fit: glm.Fit
    phi: float
    t: float

    def at(self, rows: np.ndarray, days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Expected counts for rows of the design, and the standard error of their logarithm."""
        eta = rows @ self.fit.coefficients + np.log(days)
        variance = np.einsum("ij,jk,ik->i", rows, self.fit.covariance, rows) * self.phi
        return np.exp(eta), np.sqrt(variance)


def _design(months: pd.PeriodIndex, start: pd.Period) -> np.ndarray:
    """Years since the start, and twelve columns of calendar months."""
    years = np.array([(m.year - start.year) * 12 + m.month - start.month for m in months]) / 12
    return np.hstack([years[:, None], np.eye(12)[months.month.to_numpy() - 1]])


def _fitted(series: pd.Series, level: float) -> _Model:
    months = pd.PeriodIndex(series.index)
    if len(months) < LEAST_MONTHS or len(set(months.month)) < 12:
        raise CountError.said("months.few", least=LEAST_MONTHS)
    if (series.groupby(months.month).sum() == 0).any():
        raise CountError.said("months.empty")
    days = np.log(months.days_in_month.to_numpy())
    fit = glm.poisson(_design(months, months[0]), series.to_numpy(float), days)
    return _Model(months, fit, max(1.0, fit.dispersion), float(stats.t.isf((1 - level) / 2, fit.df)))


def level_of(series: pd.Series, *, level: float = 0.95) -> Level:
    """Log-linear level and calendar-month profile of monthly counts (quasi-Poisson, days of the month as exposure).

    Parameters
    ----------
    series : counts with a monthly PeriodIndex without gaps, at least 24 months.
    level : of the intervals.

    Raises
    ------
    CountError : a series too short, or a calendar month without any crime.
    """
    model = _fitted(series, level)
    rows = _design(model.months, model.months[0])
    plain = rows.copy()
    plain[:, 1:] = 1 / 12
    mean, se = model.at(plain, np.full(len(plain), 365.25 / 12))
    line = pd.DataFrame({"month": model.months, "level": mean, **_limits(mean, se, model.t)})
    calendar = np.hstack([np.full((12, 1), rows[:, 0].mean()), np.eye(12)])
    days = pd.Series(model.months.days_in_month).groupby(model.months.month).mean().to_numpy()
    mean, se = model.at(calendar, days)
    profile = pd.DataFrame({"month": np.arange(1, 13), "mean": mean, **_limits(mean, se, model.t)})
    slope, error = float(model.fit.coefficients[0]), sqrt(model.fit.covariance[0, 0] * model.phi)
    lo, middle, hi = (100 * np.expm1(slope + k * model.t * error) for k in (-1, 0, 1))
    return Level(line, profile, float(middle), float(lo), float(hi), model.phi)


def _limits(mean: np.ndarray, se: np.ndarray, t: float) -> dict[str, np.ndarray]:
    return {"low": mean * np.exp(-t * se), "high": mean * np.exp(t * se)}


def busy_months(series: Mapping[str, pd.Series], *, q: float = 0.05) -> pd.DataFrame:
    """For each series the calendar months with more crime a day than its own average, with all looked at allowed for.

    Returns
    -------
    DataFrame series, month (1–12), ratio (to the geometric mean of the months), p, p_adjusted, flagged (more, at the
    false discovery rate `q`); ``attrs["n_tested"]``. Series that cannot be fitted are left out.
    """
    rows = []
    for name, counts in series.items():
        try:
            model = _fitted(counts, 0.95)
        except (CountError, glm.ModelError, glm.ConvergenceError):
            continue
        for month in range(12):
            contrast = np.zeros(13)
            contrast[1:] = -1 / 12
            contrast[1 + month] += 1
            effect = float(contrast @ model.fit.coefficients)
            se = sqrt(float(contrast @ model.fit.covariance @ contrast) * model.phi)
            rows.append((name, month + 1, float(np.exp(effect)), float(2 * stats.t.sf(abs(effect) / se, model.fit.df))))
    table = pd.DataFrame(rows, columns=["series", "month", "ratio", "p"])
    table["p_adjusted"] = adjust(table["p"], "bh") if len(table) else []
    table["flagged"] = (table["p_adjusted"] <= q) & (table["ratio"] > 1)
    table.attrs["n_tested"] = len(table)
    return table


def unusual_months(series: Mapping[str, pd.Series], *, last: int = 12, q: float = 0.05) -> pd.DataFrame:
    """Single months among the last ones that trend and season before them do not explain.

    Parameters
    ----------
    series : name to monthly counts without gaps.
    last : how many of the last months of each series are looked at; those before them make the expectation.
    q : false discovery rate over every month of every series (Benjamini–Hochberg).

    Returns
    -------
    DataFrame series, month (Period), count, expected, low, high (95 % limits for one month), p, p_adjusted, flagged;
    ``attrs["n_tested"]``. Series with fewer than 24 months before, or that cannot be fitted, are left out.

    Notes
    -----
    A month's count is taken as negative binomial with the model's mean and a variance of φ·mean plus that of the
    mean itself, so that both overdispersion and the uncertainty of the expectation are in it; p is two-sided mid-p,
    carried over to t with the model's degrees of freedom because φ is estimated too.
    """
    parts = []
    for name, counts in series.items():
        try:
            parts.append(_judged(counts, last).assign(series=name))
        except (CountError, glm.ModelError, glm.ConvergenceError):
            continue
    names = ["series", "month", "count", "expected", "low", "high", "p"]
    table = pd.concat(parts, ignore_index=True)[names] if parts else pd.DataFrame(columns=names)
    table["p_adjusted"] = adjust(table["p"], "bh") if len(table) else []
    table["flagged"] = table["p_adjusted"] <= q
    table.attrs["n_tested"] = len(table)
    return table


def _judged(counts: pd.Series, last: int) -> pd.DataFrame:
    model = _fitted(counts.iloc[:-last], 0.95)
    late = counts.iloc[-last:]
    months = pd.PeriodIndex(late.index)
    mean, se = model.at(_design(months, model.months[0]), months.days_in_month.to_numpy())
    variance = model.phi * mean + (mean * se) ** 2
    spread = stats.nbinom(
        mean**2 / np.maximum(variance - mean, 1e-9 * mean), mean / np.maximum(variance, mean * (1 + 1e-9))
    )
    k = late.to_numpy()
    half = 0.5 * spread.pmf(k)
    tail = np.clip(np.minimum(spread.cdf(k) - half, spread.sf(k) + half), 1e-300, 0.5)
    # φ is estimated: the tail's normal quantile is read as one of t, as it would be for a mean of normal values
    p = 2 * stats.t.sf(stats.norm.isf(tail), model.fit.df)
    low, high = (spread.ppf(stats.norm.cdf(sign * model.t)) for sign in (-1, 1))
    return pd.DataFrame({"month": months, "count": k, "expected": mean, "low": low, "high": high, "p": p})
