"""Effects against a comparison: weighted displacement difference, difference in differences of counts.

Counts on the difference scale (`wdd`) and the percent scale (`did_count`); both carry overdispersion. With
one treated area a cluster-robust standard error is several times too small, so it is not offered: the rank
among comparison areas that were given a pretended treatment stands beside the model's own error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, nan, sqrt
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from trygghet import glm
from trygghet.counts import CountError, pooled_dispersion

Counts = tuple[float, float] | Sequence[float]


@dataclass(frozen=True)
class Wdd:
    """A weighted displacement difference: how many crimes fewer (negative) or more than the comparison.

    Attributes
    ----------
    local, displacement, total : estimates, crimes; `se`, `z`, `lo`, `hi` (95 %) and `p` of the total.
    phi : the dispersion used.
    """

    local: float
    se_local: float
    displacement: float
    se_displacement: float
    total: float
    se: float
    phi: float

    @property
    def z(self) -> float:
        """Total over its standard error; NaN when all counts are 0."""
        return self.total / self.se if self.se > 0 else nan

    @property
    def p(self) -> float:
        """Two-sided."""
        return float(2 * stats.norm.sf(abs(self.z))) if self.se > 0 else 1.0

    @property
    def lo(self) -> float:
        """Lower 95 % limit."""
        return self.interval()[0]

    @property
    def hi(self) -> float:
        """Upper 95 % limit."""
        return self.interval()[1]

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Limits of the total."""
        half = stats.norm.isf((1 - level) / 2) * self.se
        return self.total - half, self.total + half


def wdd(
    treated: Counts,
    control: Counts,
    disp_treated: Counts | None = None,
    disp_control: Counts | None = None,
    *,
    time: tuple[float, float] = (1, 1),
    area: tuple[float, float, float, float] = (1, 1, 1, 1),
    phi: float | Sequence[ArrayLike] = 1.0,
    allow_weighted: bool = False,
) -> Wdd:
    """Weighted displacement difference.

    Parameters
    ----------
    treated, control, disp_treated, disp_control : (before, after) counts of the area with measures, its
        comparison, and, where displacement is looked for, the buffer and its comparison.
    time : length of the periods before and after.
    area : weights of treated, control, disp_treated and disp_control, e.g. their size relative to the first.
    phi : variance over mean, at least 1, or monthly counts before the measure, a series an area, from which
        it is estimated (calendar-month effects taken out). Crime is as a rule overdispersed: with φ = 2 and
        `phi` = 1 the test rejects 17 % of true nulls.
    allow_weighted : accept counts that are not whole.

    Raises
    ------
    CountError : counts that are negative or not whole, weights that are not positive, a buffer without its
        comparison.

    References
    ----------
    Wheeler & Ratcliffe (2018), Crime Science 7:11.
    """
    if (disp_treated is None) != (disp_control is None):
        raise CountError.said("comparison.buffer")
    if not all(isfinite(w) and w > 0 for w in (*time, *area)):
        raise CountError.said("comparison.weights")
    scale = phi if isinstance(phi, (int, float)) else pooled_dispersion(phi)
    if not scale >= 1:
        raise CountError.said("counts.phi")
    pairs = [treated, control, disp_treated or (0, 0), disp_control or (0, 0)]
    changes, variances = [], []
    for pair, weight in zip(pairs, area, strict=True):
        before, after = _checked(pair, allow_weighted)
        changes.append((after / time[1] - before / time[0]) / weight)
        variances.append(scale * (after / time[1] ** 2 + before / time[0] ** 2) / weight**2)
    local, moved = changes[0] - changes[1], changes[2] - changes[3]
    var_local, var_moved = variances[0] + variances[1], variances[2] + variances[3]
    total_se = sqrt(var_local + var_moved)
    return Wdd(local, sqrt(var_local), moved, sqrt(var_moved), local + moved, total_se, float(scale))


@dataclass(frozen=True)
class Wdq:
    """A weighted displacement quotient; a ratio without a variance, to be read beside `wdd`.

    Attributes
    ----------
    value : buffer measure over success measure; above 0 a diffusion of benefits, below 0 displacement.
    reason : why `value` is NaN (``no_control``, ``no_success``); empty otherwise.
    total_net_effect : crimes prevented in area and buffer against the control's development.
    """

    value: float
    success: float
    buffer: float
    gross_effect: float
    net_effect: float
    total_net_effect: float
    reason: str = ""


def wdq(action: Counts, buffer: Counts, control: Counts) -> Wdq:
    """Weighted displacement quotient of (before, after) counts.

    References
    ----------
    Bowers & Johnson (2003), Journal of Quantitative Criminology 19, 275-301; POP Guide 10, appendix B.
    """
    (a0, a1), (b0, b1), (c0, c1) = (_checked(pair, False) for pair in (action, buffer, control))
    if c0 == 0 or c1 == 0:
        return Wdq(nan, nan, nan, a0 - a1, nan, nan, "no_control")
    success, moved = a1 / c1 - a0 / c0, b1 / c1 - b0 / c0
    total = a0 * c1 / c0 - a1 + b0 * c1 / c0 - b1
    reason = "" if success < 0 else "no_success"
    value = moved / success if success < 0 else nan
    return Wdq(value, success, moved, a0 - a1, -success, total, reason)


def wdd_harm(estimate: ArrayLike, se: ArrayLike, weight: ArrayLike) -> dict[str, float]:
    """Harm-weighted sum of displacement differences over crime types.

    Parameters
    ----------
    estimate, se : `wdd` total and standard error of each crime type.
    weight : harm of one crime of each type, in the user's unit; the same weights for every year compared.

    Returns
    -------
    estimate, se, z, lo, hi, p and largest_share, the part of Σ|weight · estimate| from one type: above a
    quarter the sum is ruled by that type.

    References
    ----------
    Wheeler (2018), weighted displacement difference with harm weights.
    """
    est, error, w = np.broadcast_arrays(*(np.asarray(v, float) for v in (estimate, se, weight)))
    if not (np.isfinite(w).all() and (w >= 0).all()):
        raise CountError.said("comparison.harm")
    total, spread = float(np.sum(w * est)), float(np.sqrt(np.sum((w * error) ** 2)))
    parts = np.abs(w * est)
    share = float(parts.max() / parts.sum()) if parts.sum() > 0 else nan
    half = float(stats.norm.isf(0.025)) * spread
    z = total / spread if spread > 0 else nan
    p = float(2 * stats.norm.sf(abs(z))) if spread > 0 else 1.0
    return {"estimate": total, "se": spread, "z": z, "lo": total - half, "hi": total + half, "p": p,
            "largest_share": share}  # fmt: skip


@dataclass(frozen=True)
class CountEffect:
    """A difference in differences of counts on the percent scale.

    Attributes
    ----------
    irr : incidence rate ratio, treated against the comparison areas' development; `lo`, `hi` 95 %.
    log_se : quasi-Poisson standard error of log(irr); `p` its two-sided p (t with the model's df).
    phi : dispersion.  nb_irr, nb_log_se : the negative binomial's, as a check (NaN when it has no estimate).
    placebo : DataFrame area, irr, each comparison area in turn taken as treated among the others.
    placebo_p : rank of |log irr| among the placebos, (1 + as large)/(1 + J); `smallest_p` is 1/(1 + J).
    pretrend : the same ratio between two earlier periods, with its limits; NaN without them.
    """

    irr: float
    lo: float
    hi: float
    log_se: float
    p: float
    phi: float
    nb_irr: float
    nb_log_se: float
    placebo: pd.DataFrame
    placebo_p: float
    smallest_p: float
    reason: str = ""
    pretrend: float = nan
    pretrend_lo: float = nan
    pretrend_hi: float = nan

    @property
    def percent(self) -> float:
        """Change in percent against the comparison."""
        return 100 * (self.irr - 1)


def did_count(
    panel: pd.DataFrame,
    treated: object,
    post: ArrayLike | object,
    *,
    offset: str | None = None,
    error: Literal["quasi", "cluster"] = "quasi",
) -> CountEffect:
    """Quasi-Poisson difference in differences over areas and months, with placebo areas.

    Parameters
    ----------
    panel : DataFrame with columns area, month, count and, where named by `offset`, the exposure (population).
    treated : the area with measures.
    post : the months (values of ``month``) after the measures began, or the first of them.
    offset : column of exposure; every area counts alike without it.
    error : ``"quasi"``, the quasi-Poisson one. ``"cluster"`` is refused: with one treated area the cluster-robust
        standard error is 2.3 times too small on the reference data.

    Returns
    -------
    CountEffect; when the treated area has no crime at all afterwards, ``reason`` is ``all_zero_after``, irr
        is 0 and ``hi`` the exact conditional bound.

    Raises
    ------
    CountError : no such area, no comparison area, nothing before or after, or a cluster-robust error.

    References
    ----------
    MacKinnon & Webb (2020), Journal of Econometrics 218, 435-450 (one treated cluster).
    Conley & Taber (2011), Review of Economics and Statistics 93, 113-125 (few treated groups).
    """
    if error != "quasi":
        raise CountError.said("comparison.cluster_robust")
    data = _panel(panel, treated, post, offset)
    comparisons = [area for area in pd.unique(data["area"]) if area != treated]
    inside = (data["area"] == treated) & data["post"]
    if data.loc[inside, "count"].sum() == 0:
        return _no_crime_after(data, treated, len(comparisons))
    fit, column = _two_way(data, treated, glm.poisson)
    effect, log_se = float(fit.coefficients[column]), fit.se(column, quasi=True)
    half = float(stats.t.isf(0.025, fit.df)) * log_se
    nb_irr, nb_error = _check(data, treated)
    placebo = _placebo(data, treated, comparisons)
    as_large = (np.abs(np.log(placebo["irr"])) >= abs(effect) - 1e-12).sum() if len(placebo) else 0
    return CountEffect(
        irr=float(np.exp(effect)),
        lo=float(np.exp(effect - half)),
        hi=float(np.exp(effect + half)),
        log_se=log_se,
        p=float(2 * stats.t.sf(abs(effect) / log_se, fit.df)),
        phi=fit.dispersion,
        nb_irr=nb_irr,
        nb_log_se=nb_error,
        placebo=placebo,
        placebo_p=float((1 + as_large) / (1 + len(placebo))) if len(placebo) else nan,
        smallest_p=1 / (1 + len(comparisons)),
    )


def _checked(pair: Counts, allow_weighted: bool) -> tuple[float, float]:
    values = np.asarray(pair, float)
    if values.shape != (2,) or not np.isfinite(values).all() or (values < 0).any():
        raise CountError.said("counts.pairs")
    if not allow_weighted and (values != np.floor(values)).any():
        raise CountError.said("counts.whole")
    return float(values[0]), float(values[1])


def _panel(panel: pd.DataFrame, treated: object, post: ArrayLike | object, offset: str | None) -> pd.DataFrame:
    data = panel[["area", "month", "count"]].reset_index(drop=True)
    data["count"] = np.asarray([_checked((0, value), False)[1] for value in data["count"]])
    many = isinstance(post, (list, tuple, set, frozenset, np.ndarray, pd.Series, pd.Index))
    data["post"] = data["month"].isin(list(post)) if many else data["month"] >= post  # type: ignore
    exposure = panel[offset].to_numpy(float) if offset else np.ones(len(data))
    if not (np.isfinite(exposure).all() and (exposure > 0).all()):
        raise CountError.said("counts.exposures")
    data["offset"] = np.log(exposure)
    if treated not in set(data["area"]) or data["area"].nunique() < 2:
        raise CountError.said("comparison.areas")
    if data["post"].all() or not data["post"].any():
        raise CountError.said("comparison.months")
    return data


def _two_way(data: pd.DataFrame, treated: object, fit) -> tuple[glm.Fit, int]:  # type: ignore[no-untyped-def]
    """Area and month effects and the treatment, the last column."""
    # An area or month without any crime tells nothing about the treatment and has no finite effect.
    alive = data.groupby("area")["count"].transform("sum").gt(0) & data.groupby("month")["count"].transform("sum").gt(0)
    data = data[alive]
    areas = pd.get_dummies(data["area"].astype(str), dtype=float).to_numpy()
    months = pd.get_dummies(data["month"].astype(str), dtype=float).to_numpy()[:, 1:]
    effect = ((data["area"] == treated) & data["post"]).to_numpy(float)[:, None]
    design = np.hstack([areas, months, effect])
    result = fit(design, data["count"].to_numpy(float), data["offset"].to_numpy(float))
    return result, design.shape[1] - 1


def _check(data: pd.DataFrame, treated: object) -> tuple[float, float]:
    try:
        fit, column = _two_way(data, treated, glm.negative_binomial)
    except (glm.ModelError, glm.ConvergenceError):
        return nan, nan
    return float(np.exp(fit.coefficients[column])), fit.se(column)


def _placebo(data: pd.DataFrame, treated: object, comparisons: list[object]) -> pd.DataFrame:
    rest = data[data["area"] != treated]
    rows = []
    for area in comparisons if len(comparisons) > 1 else []:
        try:
            fit, column = _two_way(rest, area, glm.poisson)
        except (glm.ModelError, glm.ConvergenceError):
            continue
        rows.append({"area": area, "irr": float(np.exp(fit.coefficients[column]))})
    return pd.DataFrame(rows, columns=["area", "irr"])


def _no_crime_after(data: pd.DataFrame, treated: object, n_comparisons: int) -> CountEffect:
    """No crime after: the exact upper bound of the ratio of ratios, given the comparison's counts."""
    inside = data["area"] == treated
    before = data.loc[inside & ~data["post"], "count"].sum()
    after = data.loc[~inside & data["post"], "count"].sum()
    control = data.loc[~inside & ~data["post"], "count"].sum()
    share = stats.beta.isf(0.025, 1, before) if before else 1.0
    high = inf if share >= 1 or after == 0 else share / (1 - share) * control / after
    p = float(stats.binom.pmf(0, before, after / (after + control))) if before and after + control else 1.0
    empty = pd.DataFrame(columns=["area", "irr"])
    return CountEffect(0.0, 0.0, float(high), nan, min(1.0, 2 * p), nan, nan, nan, empty, nan,
                       1 / (1 + n_comparisons), "all_zero_after")  # fmt: skip
