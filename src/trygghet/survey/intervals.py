"""Confidence intervals for means and shares, from estimate, SE and degrees of freedom."""

from __future__ import annotations

import numpy as np
from scipy import stats

from trygghet.errors import DesignError
from trygghet.survey.arrays import Floats

PROPORTION_METHODS = ("logit", "beta", "wilson", "asin", "mean", "xlogit")


def t_quantile(level: float, df: Floats) -> Floats:
    """Upper (1 + level)/2 quantile of t; normal where df is infinite, NaN where df < 1."""
    if not 0 < level < 1:
        raise DesignError.said("estimate.between_0_and_1", name="level", given=level)
    df = np.asarray(df, dtype=float)
    distinct, back = np.unique(df, return_inverse=True)
    upper: Floats = stats.t.ppf((1 + level) / 2, np.where(distinct >= 1, distinct, np.nan))
    return upper[back].reshape(df.shape)


def wald(estimate: Floats, se: Floats, df: Floats, level: float) -> tuple[Floats, Floats]:
    """estimate ± t·se."""
    half = t_quantile(level, df) * se
    return estimate - half, estimate + half


def share_interval(
    method: str, share: Floats, se: Floats, df: Floats, rows: Floats, n_eff: Floats, level: float
) -> tuple[Floats, Floats]:
    """Limits of shares by a named method.

    Parameters
    ----------
    method : "logit", "beta" (Korn & Graubard 1998), "wilson" (R survey 4.5: Wilson's formula with a t
        quantile and the effective sample size p(1 − p)/var), "asin", "mean" or "xlogit".
    share, se, df : of each row.
    rows : number of sample rows behind each, for the degrees-of-freedom correction of "beta".
    n_eff : effective sample size by the weights, used where every answer is the same and the SE is 0.
    level : confidence level.

    Notes
    -----
    At 0 and 100 % no method has a variance to work with; the exact binomial limits with the effective
    sample size stand in (for "wilson", Wilson's). With less than one degree of freedom the interval is [0, 1].
    A share strictly inside (0, 1) whose SE is zero is known from the calibration: its interval is the share.
    """
    if method not in PROPORTION_METHODS:
        raise DesignError.said("one_of", name="method", known=tuple(PROPORTION_METHODS), given=method)
    extreme = (share <= 0) | (share >= 1)
    known = ~extreme & (se == 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = _LIMITS[method](share, se, df, rows, level)
    if extreme.any():
        low, high = _at_extremes(method, extreme, (low, high), share, n_eff, level)
    low, high = np.where(known, share, low), np.where(known, share, high)
    poor = ~(np.asarray(df) >= 1) & np.isfinite(share)
    return np.where(poor, 0.0, low), np.where(poor, 1.0, high)


def _logit(share: Floats, se: Floats, df: Floats, rows: Floats, level: float) -> tuple[Floats, Floats]:
    centre = np.log(share / (1 - share))
    half = t_quantile(level, df) * se / (share * (1 - share))
    return 1 / (1 + np.exp(-(centre - half))), 1 / (1 + np.exp(-(centre + half)))


def _beta(share: Floats, se: Floats, df: Floats, rows: Floats, level: float) -> tuple[Floats, Floats]:
    plain = share * (1 - share) / se**2
    size = plain * (t_quantile(level, rows - 1) / t_quantile(level, df)) ** 2
    return exact_limits(share, size, level)


def exact_limits(share: Floats, size: Floats, level: float) -> tuple[Floats, Floats]:
    """Clopper–Pearson limits for a (not necessarily whole) number of trials."""
    tail = (1 - level) / 2
    hits, others = size * share, size * (1 - share)
    low = np.where(hits > 0, stats.beta.ppf(tail, np.maximum(hits, 1e-300), others + 1), 0.0)
    high = np.where(others > 0, stats.beta.ppf(1 - tail, hits + 1, np.maximum(others, 1e-300)), 1.0)
    return low, high


def wilson_limits(share: Floats, size: Floats, quantile: Floats) -> tuple[Floats, Floats]:
    """Wilson's score limits (1927) with a given effective size and quantile."""
    square = quantile**2
    centre = (share + square / (2 * size)) / (1 + square / size)
    half = quantile * np.sqrt(share * (1 - share) / size + square / (4 * size**2)) / (1 + square / size)
    return centre - half, centre + half


def _wilson(share: Floats, se: Floats, df: Floats, rows: Floats, level: float) -> tuple[Floats, Floats]:
    return wilson_limits(share, share * (1 - share) / se**2, t_quantile(level, df))


def _asin(share: Floats, se: Floats, df: Floats, rows: Floats, level: float) -> tuple[Floats, Floats]:
    centre, half = np.arcsin(np.sqrt(share)), t_quantile(level, df) * se / (2 * np.sqrt(share * (1 - share)))
    low, high = np.maximum(centre - half, 0), np.minimum(centre + half, np.pi / 2)
    return np.sin(low) ** 2, np.sin(high) ** 2


def _mean(share: Floats, se: Floats, df: Floats, rows: Floats, level: float) -> tuple[Floats, Floats]:
    return wald(share, se, df, level)


_LIMITS = {"logit": _logit, "beta": _beta, "wilson": _wilson, "asin": _asin, "mean": _mean, "xlogit": _logit}


def _at_extremes(
    method: str, extreme: Floats, limits: tuple[Floats, Floats], share: Floats, n_eff: Floats, level: float
) -> tuple[Floats, Floats]:
    """Limits where every answer is the same."""
    whole = np.where(share >= 1, 1.0, 0.0)
    if method == "wilson":
        low, high = wilson_limits(whole, n_eff, t_quantile(level, np.maximum(n_eff - 1, 1)))
    else:
        low, high = exact_limits(whole, n_eff, level)
    low, high = np.where(share >= 1, low, 0.0), np.where(share >= 1, 1.0, high)
    return np.where(extreme, low, limits[0]), np.where(extreme, high, limits[1])
