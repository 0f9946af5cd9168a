"""Where fear and crime do not go together, with its uncertainty.

Both are put on one scale: how many standard deviations, of the true differences between areas, an area lies from the
middle. Chance is taken out first (empirical Bayes), so that a few answers or crimes cannot make an area stand out.
"""

from __future__ import annotations

from math import nan
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from trygghet.place.common import PlaceError
from trygghet.place.rates import checked

MIN_AREAS = 8
LABELS = ("fear_higher", "crime_higher", "both_high", "both_low", "undecided", "ranks_only")
METHOD = "Normal empirical Bayes of logit shares and log rates (DerSimonian & Laird 1986); difference of z-scores"


class _Scaled(NamedTuple):
    """Standardised posterior means and their standard errors."""

    z: np.ndarray
    se: np.ndarray


def fear_vs_crime(survey: pd.DataFrame, counts: pd.Series, pop: pd.Series, *, level: float = 0.8) -> pd.DataFrame:
    """Fear against crime by area.

    Parameters
    ----------
    survey : by area, ``estimate`` (share 0–1 who feel unsafe) and ``n_eff`` (effective number of answers); areas with
        either missing (suppressed) are left out and named.
    counts, pop : reported crimes and residents by area, for at least the areas of the survey.
    level : of the interval that a label rests on.

    Returns
    -------
    DataFrame by area: ``share, rate, fear_rank, crime_rank`` (1 the highest), ``z_fear, z_crime, diff``
        (z_fear − z_crime), ``se, lo, hi, label``: ``fear_higher`` or ``crime_higher`` when the interval of the
        difference leaves out 0; else ``both_high`` or ``both_low`` when both z-scores' own intervals do;
        else ``undecided``. With fewer than eight areas, or no difference between areas beyond chance in one of the
        two, only the ranks are given and the label is ``ranks_only``. ``attrs``: ``left_out, reason``
        (``few_areas``, ``no_spread`` or empty), ``level, method``.

    Raises
    ------
    PlaceError : shares outside 0–1, effective numbers that are not positive, areas without counts or population.

    Notes
    -----
    The two sources are taken as independent. Rates are per resident: where many people pass through, crime is higher
    than the residents' own risk.
    """
    known = survey["estimate"].notna() & survey["n_eff"].notna()
    used = survey[known]
    p, n_eff = used["estimate"].to_numpy(float), used["n_eff"].to_numpy(float)
    if not (((p >= 0) & (p <= 1)).all() and (n_eff > 0).all()):
        raise PlaceError.said("place.shares")
    if missing := [str(a) for a in used.index if a not in counts.index or a not in pop.index]:
        raise PlaceError.said("place.no_counts", names=tuple(missing))
    k, size = checked(counts.reindex(used.index), pop.reindex(used.index)) if len(used) > 1 else _alone(used)
    table = pd.DataFrame({"share": p, "rate": k / size}, index=used.index)
    table["fear_rank"] = table["share"].rank(ascending=False, method="min").astype(int)
    table["crime_rank"] = table["rate"].rank(ascending=False, method="min").astype(int)
    fear, crime = _fear(p, n_eff), _crime(k, size)
    reason = "few_areas" if len(table) < MIN_AREAS else ("no_spread" if fear is None or crime is None else "")
    if reason or fear is None or crime is None:
        columns = ["z_fear", "z_crime", "diff", "se", "lo", "hi"]
        table = table.assign(**dict.fromkeys(columns, nan), label="ranks_only")
    else:
        table = _compared(table, fear, crime, float(stats.norm.isf((1 - level) / 2)))
    left_out = tuple(str(name) for name in survey.index[~known])
    table.attrs = {"left_out": left_out, "reason": reason, "level": level, "method": METHOD}
    return table


def _alone(used: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    raise PlaceError.said("place.two_shares", n=len(used))


def _fear(p: np.ndarray, n_eff: np.ndarray) -> _Scaled | None:
    # Half an answer to each side, so that a share of 0 or 1 has a logit.
    share = (p * n_eff + 0.5) / (n_eff + 1)
    return _standardised(np.log(share / (1 - share)), 1 / (n_eff * share * (1 - share)))


def _crime(k: np.ndarray, size: np.ndarray) -> _Scaled | None:
    return _standardised(np.log((k + 0.5) / size), 1 / (k + 0.5))


def _standardised(values: np.ndarray, variance: np.ndarray) -> _Scaled | None:
    """Posterior means in standard deviations of the true values; None when they do not differ beyond chance."""
    w = 1 / variance
    middle = np.sum(w * values) / w.sum()
    heterogeneity = np.sum(w * (values - middle) ** 2) - (len(values) - 1)
    between = heterogeneity / (w.sum() - np.sum(w**2) / w.sum()) if len(values) > 1 else 0.0
    if between <= 0:
        return None
    w = 1 / (variance + between)
    middle = np.sum(w * values) / w.sum()
    kept = between / (between + variance)
    return _Scaled(z=kept * (values - middle) / np.sqrt(between), se=np.sqrt(1 - kept))


def _compared(table: pd.DataFrame, fear: _Scaled, crime: _Scaled, reach: float) -> pd.DataFrame:
    difference, se = fear.z - crime.z, np.hypot(fear.se, crime.se)
    low, high = difference - reach * se, difference + reach * se
    above = (fear.z > reach * fear.se) & (crime.z > reach * crime.se)
    below = (fear.z < -reach * fear.se) & (crime.z < -reach * crime.se)
    label = np.select([low > 0, high < 0, above, below], list(LABELS[:4]), default="undecided")
    return table.assign(z_fear=fear.z, z_crime=crime.z, diff=difference, se=se, lo=low, hi=high, label=label)
