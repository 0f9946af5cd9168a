"""Contrasts of a table's estimates, and change between waves."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from trygghet.design import SurveyDesign
from trygghet.errors import DesignError
from trygghet.survey.arrays import Codes, Floats, encode, label_text, sum_by
from trygghet.survey.domains import Domains, read_domains, read_items, require_column
from trygghet.survey.intervals import exact_limits, wald
from trygghet.survey.results import Query, Results
from trygghet.survey.statistics import compute, influence_matrix
from trygghet.survey.tables import label_columns
from trygghet.survey.variance import stratum_factors


def contrast(
    table: pd.DataFrame,
    coefficients: ArrayLike | Mapping[str, ArrayLike],
    *,
    level: float = 0.95,
    df: float | None = None,
) -> pd.DataFrame:
    """Linear combinations of a table's estimates, with their covariance.

    Parameters
    ----------
    table : a table from this module, rows in their original order.
    coefficients : one coefficient per row, or a mapping of names to such vectors.
    level : confidence level.
    df : degrees of freedom; None: the smallest of the rows that take part.

    Returns
    -------
    contrast, estimate, se, ci_low, ci_high, statistic (t), df, p; ``attrs["covariance"]``.

    Raises
    ------
    DesignError : a table without covariance, or coefficients of another length.
    """
    covariance = table.attrs.get("covariance")
    if covariance is None or len(covariance) != len(table):
        raise DesignError.said("contrast.no_covariance")
    named = coefficients if isinstance(coefficients, Mapping) else {"contrast": coefficients}
    matrix = np.array([np.asarray(c, dtype=float) for c in named.values()])
    if matrix.ndim != 2 or matrix.shape[1] != len(table):
        raise DesignError.said("contrast.coefficients", n=len(table))
    used = matrix != 0
    estimates = np.where(used, table["estimate"].to_numpy(dtype=float), 0.0)
    value = (matrix * estimates).sum(axis=1)
    spread = matrix @ np.asarray(covariance) @ matrix.T
    se = np.sqrt(np.maximum(np.diag(spread), 0.0))
    own = np.where(used, table["df"].to_numpy(dtype=float), np.inf).min(axis=1)
    free = own if df is None else np.full(len(value), float(df))
    low, high = wald(value, se, free, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = value / se
    out = pd.DataFrame({"contrast": list(named), "estimate": value, "se": se, "ci_low": low, "ci_high": high})
    out["statistic"], out["df"] = statistic, free
    out["p"] = 2 * stats.t.sf(np.abs(statistic), free)
    out.attrs = {"covariance": spread, "level": level}
    return out


def change(
    before: SurveyDesign,
    after: SurveyDesign,
    y: str | list[str],
    by: str | list[str] | None = None,
    *,
    level: float = 0.95,
    overlap: str | None = None,
) -> pd.DataFrame:
    """Change of means (or shares) from one wave to the next.

    Parameters
    ----------
    before, after : the two waves, each with its own design and weights.
    y : columns that both waves hold; shares for 0/1 and categorical ones.
    by : domains, with the same categories in both.
    level : confidence level.
    overlap : column that identifies a sampling unit (person, household, PSU) in both waves; the
        covariance of the units sampled twice is then accounted for. None: independent samples.

    Returns
    -------
    The `by` columns, indicator (category), n_before, n_after, before, after, change, se, ci_low, ci_high,
    statistic, df, p, se_before, se_after, covariance, flags. Where a share is 0 or 100 % in a wave its
    standard error is 0, and the limits are Newcombe's (1998, method 10) from exact ones.

    Raises
    ------
    DesignError : columns that a wave lacks, other categories, an overlap id that spans several units.

    References
    ----------
    Särndal, Swensson & Wretman (1992), section 9.9; Berger & Priam (2016), JRSS A 179.
    """
    first, second = _aligned_queries(before, after, y, by)
    one, two = compute(before, first), compute(after, second)
    shared = np.zeros(first.size) if overlap is None else _overlap(before, after, first, second, overlap)
    variance = one.variance + two.variance - 2 * shared
    se = np.sqrt(np.maximum(variance, 0.0))
    difference = two.estimate - one.estimate
    df = _change_df(one, two, overlap is not None)
    low, high = wald(difference, se, df, level)
    extreme = _extreme(first, one, two)
    low, high = _newcombe(extreme, (low, high), one, two, level)
    table = pd.DataFrame(label_columns(first))
    table["n_before"], table["n_after"] = one.n.astype(int), two.n.astype(int)
    table["before"], table["after"], table["change"] = one.estimate, two.estimate, difference
    table["se"], table["ci_low"], table["ci_high"] = se, low, high
    with np.errstate(divide="ignore", invalid="ignore"):
        table["statistic"] = difference / se
    table["df"] = df
    table["p"] = 2 * stats.t.sf(np.abs(table["statistic"]), df)
    table["se_before"], table["se_after"] = np.sqrt(one.variance), np.sqrt(two.variance)
    table["covariance"] = shared
    empty = (one.n == 0) | (two.n == 0)
    table["flags"] = np.select([empty, extreme], ["no_respondents", "extreme_share"], "")
    return table


def _aligned_queries(before: SurveyDesign, after: SurveyDesign, y: object, by: object) -> tuple[Query, Query]:
    """Both waves' queries over the same groups and categories."""
    groups = [read_domains(before, by), read_domains(after, by)]
    groups = _common_groups(before, after, by, groups)
    items = [read_items(before, y), read_items(after, y)]
    keys = [[(item.name, label_text(item.category)) for item in wave] for wave in items]
    if keys[0] != keys[1]:
        raise DesignError.said("contrast.categories", name=str(y))
    return Query("mean", tuple(items[0]), groups[0]), Query("mean", tuple(items[1]), groups[1])


def _common_groups(before: SurveyDesign, after: SurveyDesign, by: object, groups: list[Domains]) -> list[Domains]:
    texts = [wave.labels.map(label_text).agg("|".join, axis=1).tolist() if by else [""] for wave in groups]
    if texts[0] == texts[1]:
        return groups
    return _union_groups(groups, texts)


def _union_groups(groups: list[Domains], texts: list[list[str]]) -> list[Domains]:
    """Groups of either wave: those of the first, then those that only the second has."""
    extra = [i for i, text in enumerate(texts[1]) if text not in set(texts[0])]
    plain = [wave.labels.astype(object) for wave in groups]
    labels = pd.concat([plain[0], plain[1].iloc[extra]], ignore_index=True)
    place = {text: i for i, text in enumerate([*texts[0], *(texts[1][i] for i in extra)])}
    lookup = np.array([*(place[text] for text in texts[1]), -1])
    second = groups[1].codes
    assert second is not None
    return [Domains(groups[0].codes, extra=labels), Domains(lookup[second], extra=labels)]


def _change_df(one: Results, two: Results, overlapping: bool) -> Floats:
    """Welch–Satterthwaite for independent waves; the smaller when units are shared."""
    a, b = np.maximum(one.df, 0.0), np.maximum(two.df, 0.0)
    if overlapping:
        return np.minimum(a, b)
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = (one.variance + two.variance) ** 2 / (one.variance**2 / a + two.variance**2 / b)
    return np.where(np.isfinite(pooled) & (a >= 1) & (b >= 1), pooled, np.minimum(a, b))


def _overlap(before: SurveyDesign, after: SurveyDesign, first: Query, second: Query, name: str) -> Floats:
    """Covariance of the two waves' estimates by the units that both sampled.

    Σ over shared units of the products of the centred linearised totals, each scaled by the root of its
    stratum's (1 − f) n/(n − 1): the cross term of the stacked design with common unit ids.
    """
    if before.replicates is not None or after.replicates is not None:
        raise DesignError.said("contrast.overlap_replicates")
    sides = []
    for design, query in ((before, first), (after, second)):
        require_column(design.frame, name)
        values = design.linearised(np.nan_to_num(influence_matrix(design, query)))
        sides.append(_scaled_units(design, values, name))
    (ids_1, left), (ids_2, right) = sides
    _, at_1, at_2 = np.intersect1d(ids_1, ids_2, return_indices=True)
    shared: Floats = (left[at_1] * right[at_2]).sum(axis=0)
    return shared


def _scaled_units(design: SurveyDesign, values: Floats, name: str) -> tuple[np.ndarray, Floats]:
    """Ids and scaled, centred totals of each id's units."""
    stage = design.stages[0]
    totals = values if stage.unit is None else sum_by(stage.unit, values, stage.units)
    means = sum_by(stage.unit_stratum, totals, stage.strata) / stage.sampled[:, None]
    scaled = np.sqrt(stratum_factors(stage))[stage.unit_stratum, None] * (totals - means[stage.unit_stratum])
    codes, labels = encode(design.frame[name])
    if (codes < 0).any():
        raise DesignError.said("no_label", role="overlap", name=name, rows=int((codes < 0).sum()))
    return np.array([label_text(label) for label in labels]), _by_id(stage.unit, codes, len(labels), scaled, name)


def _by_id(unit: Codes | None, codes: Codes, size: int, scaled: Floats, name: str) -> Floats:
    rows = np.arange(len(codes)) if unit is None else unit
    pairs = np.unique(np.column_stack([codes, rows]), axis=0)
    if len(np.unique(pairs[:, 1])) < len(pairs):
        raise DesignError.said("contrast.splits", name=name)
    return sum_by(pairs[:, 0], scaled[pairs[:, 1]], size)


def _extreme(query: Query, one: Results, two: Results) -> np.ndarray:
    share = np.repeat([item.binary for item in query.items], query.domains.count)
    at_end = [(r.estimate <= 0) | (r.estimate >= 1) for r in (one, two)]
    return share & (at_end[0] | at_end[1])


def _newcombe(
    extreme: Floats, limits: tuple[Floats, Floats], one: Results, two: Results, level: float
) -> tuple[Floats, Floats]:
    """Limits of a difference from those of its two shares, where one of them is 0 or 1."""
    if not extreme.any():
        return limits
    sides = []
    for r in (one, two):
        with np.errstate(divide="ignore", invalid="ignore"):
            size = np.where(r.variance > 0, r.estimate * (1 - r.estimate) / r.variance, r.n_eff)
        sides.append(exact_limits(r.estimate, size, level))
    (low_1, high_1), (low_2, high_2) = sides
    difference = two.estimate - one.estimate
    low = difference - np.sqrt((two.estimate - low_2) ** 2 + (high_1 - one.estimate) ** 2)
    high = difference + np.sqrt((high_2 - two.estimate) ** 2 + (one.estimate - low_1) ** 2)
    return np.where(extreme, low, limits[0]), np.where(extreme, high, limits[1])
