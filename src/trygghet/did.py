"""Change of a survey share in one area against other areas: design-based, with area-year noise.

Both waves' estimates enter with their joint covariance. Areas also move by themselves from year to year; with
five comparison areas or more that movement is estimated from their changes and added to the error, with fewer
the error is that of sampling only, which is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from trygghet import estimate
from trygghet.design import SurveyDesign
from trygghet.errors import SpokenError

ENOUGH_AREAS = 5
SMALL = 30


class ComparisonError(SpokenError):
    """Areas or waves that cannot be compared."""


@dataclass(frozen=True)
class ShareEffect:
    """A difference in differences of shares.

    Attributes
    ----------
    did : change in the treated area minus that of the comparison areas, in shares (0.02 is two points).
    se_design : from sampling only.  tau : standard deviation of areas' own movement.  se : with both.
    df : of the t distribution used for `lo`, `hi` (95 %) and `p`: J − 1 where area noise was found, else infinite.
    uncertainty : ``"with_area_noise"`` or ``"design_only"`` (fewer than five comparison areas).
    placebo : DataFrame area, did, each comparison area in turn taken as treated among the others.
    placebo_p : (1 + placebos at least as large)/(1 + J); `smallest_p` is 1/(1 + J).
    pretrend : the same difference between two earlier waves, with `pretrend_se`; NaN without them.
    """

    did: float
    se_design: float
    tau: float
    se: float
    df: float
    lo: float
    hi: float
    p: float
    uncertainty: Literal["with_area_noise", "design_only"]
    placebo: pd.DataFrame
    placebo_p: float
    smallest_p: float
    pretrend: float = nan
    pretrend_se: float = nan


def change_share(
    before: SurveyDesign,
    after: SurveyDesign,
    y: str | list[str],
    by: str | list[str] | None = None,
    *,
    overlap: str | None = None,
    minimum: int = SMALL,
) -> pd.DataFrame:
    """Change of shares between two waves, with small bases held back.

    Parameters
    ----------
    before, after, y, by, overlap : as in `trygghet.estimate.change`.
    minimum : fewest answers in either wave; below it every figure of the row is NaN and ``suppressed`` True.
    """
    table = estimate.change(before, after, y, by, overlap=overlap)
    small = (table["n_before"] < minimum) | (table["n_after"] < minimum)
    shown = {"n_before", "n_after", "df", "flags"}
    figures = [name for name in table.select_dtypes("number") if name not in shown]
    table.loc[small, figures] = nan
    table["suppressed"] = small
    return table


def did_share(
    before: SurveyDesign,
    after: SurveyDesign,
    y: str,
    *,
    area: str,
    treated: object,
    comparison: list[object] | None = None,
    tau: Literal["estimate"] | float = "estimate",
    earlier: SurveyDesign | None = None,
) -> ShareEffect:
    """Difference in differences of a share, from independent samples of the same areas.

    Parameters
    ----------
    before, after : the two waves' designs; their samples are taken as independent.
    y : a 0/1 column (or numeric) of both.
    area : column of areas; `treated` one of them, `comparison` the others to use (all when None).
    tau : ``"estimate"`` from the comparison areas' changes (DerSimonian–Laird), or a number in shares.
    earlier : a wave before `before`, for the trend beforehand.

    Raises
    ------
    ComparisonError : an area that a wave lacks, or no comparison area.

    References
    ----------
    DerSimonian & Laird (1986), Controlled Clinical Trials 7, 177-188; Conley & Taber (2011).
    """
    names, changes, covariance = _area_changes(before, after, y, area, _wanted(before, area, treated, comparison))
    result = did(changes, covariance, treated=0, tau=tau, names=names)
    if earlier is None:
        return result
    _, past, past_covariance = _area_changes(earlier, before, y, area, names)
    trend = did(past, past_covariance, treated=0, tau=tau, names=names)
    return ShareEffect(**{**result.__dict__, "pretrend": trend.did, "pretrend_se": trend.se})


def did(
    changes: ArrayLike,
    covariance: ArrayLike,
    *,
    treated: int = 0,
    tau: Literal["estimate"] | float = "estimate",
    names: list[object] | None = None,
    level: float = 0.95,
) -> ShareEffect:
    """Difference in differences from areas' changes and their joint covariance.

    Parameters
    ----------
    changes : (J + 1,) changes, the treated area's at position `treated`.
    covariance : (J + 1, J + 1) of the changes.
    tau : as in `did_share`.
    names : of the areas, for the placebo table.
    """
    change, joint = np.asarray(changes, float), np.asarray(covariance, float)
    if change.ndim != 1 or len(change) < 2 or joint.shape != (len(change), len(change)):
        raise ComparisonError.said("comparison.covariance")
    others = np.delete(np.arange(len(change)), treated)
    estimate_noise = tau == "estimate"
    enough = len(others) >= ENOUGH_AREAS
    noise = _area_noise(change[others], np.diag(joint)[others]) if estimate_noise and enough else 0.0
    spread = noise if estimate_noise else float(tau)
    value, design_var, total_var = _against(change, joint, treated, others, spread)
    # With no noise found the error is sampling's alone, and t with few degrees would reject too seldom.
    free = len(others) - 1.0 if estimate_noise and noise > 0 else np.inf
    error = sqrt(total_var)
    half = float(stats.t.isf((1 - level) / 2, free)) * error
    labels: list[object] = [*range(len(change))] if names is None else names
    placebo = _placebo(change, joint, others, spread, labels)
    as_large = int((np.abs(placebo["did"]) >= abs(value) - 1e-12).sum())
    return ShareEffect(
        did=value, se_design=sqrt(design_var), tau=spread, se=error, df=free,
        lo=value - half, hi=value + half,
        p=float(2 * stats.t.sf(abs(value) / error, free)) if error > 0 else nan,
        uncertainty="with_area_noise" if (estimate_noise and enough) or spread > 0 else "design_only",
        placebo=placebo, placebo_p=(1 + as_large) / (1 + len(placebo)) if len(placebo) else nan,
        smallest_p=1 / (1 + len(others)),
    )  # fmt: skip


def _against(
    change: np.ndarray, joint: np.ndarray, treated: int, others: np.ndarray, tau: float
) -> tuple[float, float, float]:
    """Treated minus the precision-weighted mean of the others; variance of sampling, and with area noise."""
    precision = 1 / (np.diag(joint)[others] + tau**2)
    share = precision / precision.sum()
    contrast = np.zeros(len(change))
    contrast[treated], contrast[others] = 1.0, -share
    design = float(contrast @ joint @ contrast)
    return float(contrast @ change), design, design + tau**2 * float(contrast @ contrast)


def _area_noise(change: np.ndarray, variance: np.ndarray) -> float:
    """DerSimonian–Laird standard deviation of the true changes (0 when sampling explains them)."""
    w = 1 / variance
    centre = np.sum(w * change) / w.sum()
    q = float(np.sum(w * (change - centre) ** 2))
    return sqrt(max(0.0, (q - (len(change) - 1)) / float(w.sum() - np.sum(w**2) / w.sum())))


def _placebo(
    change: np.ndarray, joint: np.ndarray, others: np.ndarray, tau: float, names: list[object]
) -> pd.DataFrame:
    rows = []
    for one in others if len(others) > 1 else []:
        rest = others[others != one]
        rows.append({"area": names[one], "did": _against(change, joint, int(one), rest, tau)[0]})
    return pd.DataFrame(rows, columns=["area", "did"])


def _wanted(design: SurveyDesign, area: str, treated: object, comparison: list[object] | None) -> list[object]:
    present = list(pd.unique(design.frame[area].dropna()))
    others = [name for name in present if name != treated] if comparison is None else list(comparison)
    if not others:
        raise ComparisonError.said("comparison.no_area")
    return [treated, *others]


def _area_changes(
    before: SurveyDesign, after: SurveyDesign, y: str, area: str, names: list[object]
) -> tuple[list[object], np.ndarray, np.ndarray]:
    """Each named area's change and the joint covariance, from both waves' own joint covariances."""
    means, covariances = [], []
    for wave in (before, after):
        table = estimate.mean(wave, y, by=area)
        at = [_position(table, area, name) for name in names]
        means.append(table["estimate"].to_numpy(float)[at])
        covariances.append(np.asarray(table.attrs["covariance"])[np.ix_(at, at)])
    return names, means[1] - means[0], covariances[0] + covariances[1]


def _position(table: pd.DataFrame, area: str, name: object) -> int:
    found = np.flatnonzero((table[area].astype(object) == name).to_numpy())
    if len(found) != 1 or not np.isfinite(table["estimate"].iloc[found[0]]):
        raise ComparisonError.said("comparison.no_estimate", name=str(name))
    return int(found[0])
