"""Covariance of estimated totals from linearised values, stage by stage."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from trygghet.errors import DesignError
from trygghet.survey.arrays import Floats, sum_by
from trygghet.survey.structure import Stage

LONELY = ("error", "certainty", "remove", "adjust", "average")


def total_covariance(
    stages: tuple[Stage, ...], values: Floats, lonely: str, active: NDArray[np.bool_], in_domain: bool
) -> Floats:
    """Covariance matrix (m, m) of the totals of (n, m) weighted, linearised values.

    Parameters
    ----------
    stages : the design's stages; a later one counts only where the one before has a sampling fraction.
    values : (n, m) weighted linearised values.
    lonely : what a stratum with one sampled unit contributes (R's ``survey.lonely.psu``).
    active : rows in the domain.
    in_domain : treat strata with a single unit in the domain as lonely too (R's
        ``survey.adjust.domain.lonely``).
    """
    factors = _stage_factors(stages)
    out = np.zeros((values.shape[1], values.shape[1]))
    for stage, factor in zip(stages, factors, strict=False):
        out += _stage_covariance(stage, factor, values, lonely, active, in_domain)
    return out


def total_variances(
    stages: tuple[Stage, ...], values: Floats, lonely: str, active: NDArray[np.bool_], in_domain: bool
) -> Floats:
    """Only the diagonal of `total_covariance`, (m,)."""
    out = np.zeros(values.shape[1])
    for stage, factor in zip(stages, _stage_factors(stages), strict=False):
        centred, scale, inflate = _centred(stage, factor, values, lonely, active, in_domain)
        out += inflate * np.einsum("ij,i,ij->j", centred, scale, centred)
    return out


def _stage_factors(stages: tuple[Stage, ...]) -> list[Floats]:
    """By stage, the product of the sampling fractions of the stages above, one for each stratum."""
    factors = [np.ones(stages[0].strata)]
    for above, below in itertools.pairwise(stages):
        if above.fraction is None:
            break
        per_unit = (above.fraction * factors[-1])[above.unit_stratum]
        per_stratum = np.zeros(below.strata)
        per_stratum[below.stratum] = per_unit[above.unit]
        factors.append(per_stratum)
    return factors


def _stage_covariance(
    stage: Stage, factor: Floats, values: Floats, lonely: str, active: NDArray[np.bool_], in_domain: bool
) -> Floats:
    centred, scale, inflate = _centred(stage, factor, values, lonely, active, in_domain)
    found: Floats = inflate * (centred.T @ (scale[:, None] * centred))
    return found


def _centred(
    stage: Stage, factor: Floats, values: Floats, lonely: str, active: NDArray[np.bool_], in_domain: bool
) -> tuple[Floats, Floats, float]:
    """Unit totals about their stratum mean, the factor of each unit, and that of the whole stage."""
    totals = values if stage.unit is None else sum_by(stage.unit, values, stage.units)
    means = sum_by(stage.unit_stratum, totals, stage.strata) / stage.sampled[:, None]
    scale = stratum_factors(stage)
    alone = stage.sampled == 1
    if lonely == "error":
        require_no_lonely(stage)
    present = _units_present(stage, active) if in_domain or lonely == "average" else stage.sampled
    single = alone | (present == 1) if in_domain else alone
    inflate = 1.0
    if lonely == "adjust":
        means[single] = totals.mean(axis=0)
    elif lonely == "average":
        inflate = _average_factor(single & (scale > 0), present)
        scale = np.where(single, 0.0, scale)
    return totals - means[stage.unit_stratum], (scale * factor)[stage.unit_stratum], inflate


def stratum_factors(stage: Stage) -> Floats:
    """(1 − f) n/(n − 1) of each stratum; (1 − f) where one unit was drawn."""
    open_share = np.ones(stage.strata) if stage.fraction is None else 1.0 - stage.fraction
    open_share = np.where(open_share < 1e-7, 0.0, open_share)
    return open_share * np.where(stage.sampled > 1, stage.sampled / np.maximum(stage.sampled - 1, 1), 1.0)


def require_no_lonely(stage: Stage) -> None:
    """Raise when a stratum that was not taken whole has one sampled unit."""
    lonely = np.flatnonzero((stage.sampled == 1) & (stratum_factors(stage) > 0))
    if len(lonely):
        names = tuple(str(stage.labels[h]) for h in lonely[:5])
        raise DesignError.said("lonely", n=len(lonely), strata=names)


def _average_factor(left_out: NDArray[np.bool_], present: Floats) -> float:
    """What the other strata's variance is multiplied by, so that the left-out ones get its mean."""
    strata, lost = int(np.sum(present > 0)), int(np.sum(left_out & (present > 0)))
    return strata / (strata - lost) if lost < strata else float("nan")


def _units_present(stage: Stage, active: NDArray[np.bool_]) -> Floats:
    """Units of each stratum that have a row in the domain."""
    if stage.unit is None:
        present = active.astype(float)
    else:
        present = (sum_by(stage.unit, active.astype(float), stage.units) > 0).astype(float)
    return np.bincount(stage.unit_stratum, weights=present, minlength=stage.strata)
