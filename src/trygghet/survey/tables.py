"""From results to the estimates table that travels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from trygghet.design import SurveyDesign
from trygghet.errors import DesignError
from trygghet.frames import Estimates
from trygghet.survey.arrays import Floats
from trygghet.survey.covariance import Covariance
from trygghet.survey.intervals import share_interval, wald
from trygghet.survey.results import Query, Results
from trygghet.survey.statistics import (
    full_estimates,
    influence_matrix,
    replicate_estimates,
)

ENOUGH = 10
RARE_METHOD = "beta"
DEFF = (True, False, "replace")


def make_table(
    design: SurveyDesign,
    query: Query,
    results: Results,
    *,
    level: float,
    deff: bool | str,
    df: float | None = None,
    method: str | None = None,
) -> pd.DataFrame:
    """The estimates table: group columns, then indicator, n, n_eff, estimate, se, limits, deff, df, flags.

    Parameters
    ----------
    method : interval method for shares; None for estimate ± t·se.
    df : degrees of freedom to use everywhere instead of each domain's own.
    """
    free = np.maximum(results.df, 0.0) if df is None else np.full(len(results.n), float(df))
    se = np.sqrt(np.maximum(results.variance, 0.0))
    low, high, chosen = _limits(design, results, se, free, level, method)
    columns = label_columns(query) | {
        "n": results.n.astype(np.int64),
        "n_eff": results.n_eff,
        "estimate": results.estimate,
        "se": se,
        "ci_low": low,
        "ci_high": high,
        "deff": design_effects(results, deff),
        "df": free,
        "flags": _flags(results, free, chosen if method == "auto" else None),
    }
    table = Estimates(columns)
    table.attrs = {
        "covariance": Covariance(query.size, lambda: table_covariance(design, query)),
        "method": method or "t",
        "level": level,
    }
    return table


def table_covariance(design: SurveyDesign, query: Query) -> Floats:
    """Covariance matrix of a table's estimates, rows in table order."""
    if design.replicates is None:
        return design.covariance(np.nan_to_num(influence_matrix(design, query)))
    replicates = replicate_estimates(design, query)
    with np.errstate(invalid="ignore"):
        return design.replicates.covariance(replicates, full_estimates(design, query))


def label_columns(query: Query) -> dict[str, Any]:
    """Group columns, indicator and (where there is one) category of every row of the table."""
    groups, items = query.domains, query.items
    columns = groups.columns(len(items))
    columns["indicator"] = np.repeat(np.array([item.name for item in items], dtype=object), groups.count)
    if any(item.category is not None for item in items):
        categories = np.empty(len(items), dtype=object)
        categories[:] = [item.category for item in items]
        columns["category"] = np.repeat(categories, groups.count)
    return columns


def design_effects(results: Results, deff: bool | str) -> Floats:
    """Variance over that of simple random sampling, without (True) or with ("replace") replacement, as R."""
    if deff not in DEFF:
        raise DesignError.said("one_of", name="deff", known=tuple(map(str, DEFF)), given=str(deff))
    if deff is False:
        return np.full(len(results.n), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        open_share = 1.0 if deff == "replace" else 1 - results.n / results.population
        ratio = results.variance / (results.spread * open_share)
    return np.where(np.isfinite(ratio) & (open_share > 0), ratio, np.nan)


def _limits(
    design: SurveyDesign, results: Results, se: Floats, df: Floats, level: float, method: str | None
) -> tuple[Floats, Floats, Floats | None]:
    if method is None:
        return *wald(results.estimate, se, df, level), None
    if method != "auto":
        arguments = (results.estimate, se, df, results.n, results.n_eff, level)
        return *share_interval(method, *arguments), None
    grown, left = small_sample(design, results, df)
    arguments = (results.estimate, se * grown, left, results.n, results.n_eff, level)
    low, high = share_interval("logit", *arguments)
    hits = results.n * np.minimum(results.estimate, 1 - results.estimate)
    rare = np.isfinite(hits) & (hits < ENOUGH)
    if rare.any():
        # With few answers of a kind the variance is badly estimated, mostly too low: the effective size is
        # capped at Kish's, as the NCHS standards (Parker et al. 2017) cap it at n.
        with np.errstate(divide="ignore", invalid="ignore"):
            least = np.sqrt(results.estimate * (1 - results.estimate) / results.n_eff)
        arguments = (results.estimate, np.maximum(se * grown, least), *arguments[2:])
        rare_low, rare_high = share_interval(RARE_METHOD, *arguments)
        low, high = np.where(rare, rare_low, low), np.where(rare, rare_high, high)
    return low, high, rare


def small_sample(design: SurveyDesign, results: Results, df: Floats) -> tuple[float, Floats]:
    """What the interval allows for the totals that were calibrated to: a factor of the SE, and df left.

    Residuals of a regression on q totals are too small by their mean leverage q/(n − strata), which
    linearisation leaves out; at n = 60 and q = 7 a plain logit interval covers 92 % (benchmarks). Replicates
    were recalibrated and need no such factor. In cluster designs only the factor is used: units are few,
    and the totals are met by rows.
    """
    q = 0 if design.replicates is not None else design.constraints
    rows = int(design.active.sum()) - design.stages[0].strata
    if q == 0 or rows <= 2 * q:
        return 1.0, df
    grown = float(np.sqrt(rows / (rows - q)))
    if design.stages[0].unit is not None:
        return grown, df
    return grown, np.where(df >= 1, np.maximum(df - q * results.n / design.active.sum(), 1.0), df)


def _flags(results: Results, df: Floats, rare: Floats | None) -> np.ndarray:
    flags = np.full(len(results.n), "", dtype=object)
    tests = [
        ("no_respondents", results.n == 0),
        ("no_df", (results.n > 0) & (df < 1)),
        ("no_variance", (results.n > 0) & np.isnan(results.variance)),
        ("all_equal", (results.n > 1) & (results.spread == 0)),
    ]
    if rare is not None:
        tests.append((f"rare_method:{RARE_METHOD}", rare))
    for name, hit in tests:
        if hit.any():
            flags[hit] = [f"{flag},{name}" if flag else name for flag in flags[hit]]
    return flags
