"""Design-based estimates: means, shares, totals, ratios by domains, each one call for the whole table."""

from __future__ import annotations

import pandas as pd

from trygghet.design import SurveyDesign
from trygghet.errors import DesignError
from trygghet.survey.arrays import as_list
from trygghet.survey.contrasts import change, contrast
from trygghet.survey.domains import read_domains, read_items
from trygghet.survey.hypotheses import (
    TestResult,
    goodness_of_fit,
    independence_test,
    rank_test,
    t_test,
)
from trygghet.survey.quantiles import quantile_table
from trygghet.survey.regression import Regression, regression
from trygghet.survey.results import Query
from trygghet.survey.standardise import standardised
from trygghet.survey.statistics import compute
from trygghet.survey.tables import make_table

__all__ = [
    "Regression",
    "TestResult",
    "change",
    "contrast",
    "goodness_of_fit",
    "independence_test",
    "mean",
    "proportion",
    "quantile",
    "rank_test",
    "ratio",
    "regression",
    "standardised",
    "t_test",
    "total",
]


def mean(
    design: SurveyDesign,
    y: str | list[str],
    by: str | list[str] | None = None,
    *,
    level: float = 0.95,
    deff: bool | str = True,
    df: float | None = None,
) -> pd.DataFrame:
    """Means of one or several variables in one or several domains.

    Parameters
    ----------
    design : the sample with its weights.
    y : columns. A categorical column gives a row for each category (column ``category``): its share.
        A missing answer leaves that variable's domain.
    by : columns whose combinations are the domains, empty ones too.
    level : confidence level.
    deff : design effect against simple random sampling without replacement (True), with ("replace"), or none.
    df : degrees of freedom for the intervals instead of each domain's own (infinite: normal).

    Returns
    -------
    The `by` columns, then indicator, n (valid answers), n_eff (Kish), estimate, se, ci_low, ci_high
    (t interval), deff, df, flags. ``attrs["covariance"]`` is the covariance matrix in table order.

    Raises
    ------
    DesignError : a column that is not in the data.

    References
    ----------
    Särndal, Swensson & Wretman (1992), sections 5.5–5.8 and 6.5–6.6; Lumley (2010), chapter 2.
    """
    query = Query("mean", tuple(read_items(design, y)), read_domains(design, by))
    return make_table(design, query, compute(design, query), level=level, deff=deff, df=df)


def total(
    design: SurveyDesign,
    y: str | list[str],
    by: str | list[str] | None = None,
    *,
    level: float = 0.95,
    deff: bool | str = True,
    df: float | None = None,
) -> pd.DataFrame:
    """Totals, in the unit of the variable; otherwise as `mean`."""
    query = Query("total", tuple(read_items(design, y)), read_domains(design, by))
    return make_table(design, query, compute(design, query), level=level, deff=deff, df=df)


def ratio(
    design: SurveyDesign,
    numerator: str | list[str],
    denominator: str | list[str],
    by: str | list[str] | None = None,
    *,
    level: float = 0.95,
    deff: bool | str = True,
    df: float | None = None,
) -> pd.DataFrame:
    """Ratios of totals; rows that miss either variable leave the domain. Otherwise as `mean`.

    Raises
    ------
    DesignError : not as many denominators as numerators, or a column that is not numeric.
    """
    tops, bottoms = read_items(design, numerator), read_items(design, denominator)
    if len(tops) != len(bottoms) or any(item.category is not None for item in (*tops, *bottoms)):
        raise DesignError.said("estimate.ratio")
    query = Query("ratio", tuple(tops), read_domains(design, by), tuple(bottoms))
    table = make_table(design, query, compute(design, query), level=level, deff=deff, df=df)
    names = [f"{a.name}/{b.name}" for a, b in zip(tops, bottoms, strict=True)]
    return table.assign(indicator=[name for name in names for _ in range(query.domains.count)])


def proportion(
    design: SurveyDesign,
    y: str | list[str],
    by: str | list[str] | None = None,
    *,
    method: str = "auto",
    level: float = 0.95,
    deff: bool | str = True,
    df: float | None = None,
) -> pd.DataFrame:
    """Shares (0–1) of 0/1 variables, or of each category of categorical ones.

    Parameters
    ----------
    method : interval. "auto": logit where at least ten answers of each kind are expected in the sample
        (n·p and n·(1 − p)), else Korn–Graubard's with the effective size capped at Kish's, which the
        flags then name (``rare_method:beta``); both allow for the number of totals calibrated to,
        without which raked samples of 60 are covered 92 times in 100 instead of 95.
        "logit", "beta" (Korn & Graubard 1998), "wilson" (R survey 4.5's definition), "asin", "mean" and
        "xlogit" are R's svyciprop as they are.
    Others as in `mean`.

    Raises
    ------
    DesignError : a numeric column with other values than 0, 1 and missing; an unknown method.
    """
    query = Query("mean", tuple(read_items(design, y, shares=True)), read_domains(design, by))
    return make_table(design, query, compute(design, query), level=level, deff=deff, df=df, method=method)


def quantile(
    design: SurveyDesign,
    y: str | list[str],
    q: float | list[float] = 0.5,
    by: str | list[str] | None = None,
    *,
    rule: str = "math",
    interval: str = "mean",
    level: float = 0.95,
) -> pd.DataFrame:
    """Quantiles with Woodruff intervals.

    Parameters
    ----------
    q : one or several probabilities in (0, 1).
    rule : definition of a quantile: "math", "school" or Hyndman & Fan's "hf1" to "hf9".
    interval : how the share below is bounded: "mean", "beta", "xlogit" or "asin".
    Others as in `mean`.

    Returns
    -------
    The `by` columns, indicator, q, n, n_eff, estimate, se, ci_low, ci_high, df, flags.

    Raises
    ------
    DesignError : probabilities outside (0, 1), categorical variables, unknown rule or interval.

    References
    ----------
    Woodruff (1952), JASA 47; Hyndman & Fan (1996), American Statistician 50.
    """
    probabilities = [float(p) for p in as_list(q)]
    if not probabilities or not all(0 < p < 1 for p in probabilities):
        raise DesignError.said("estimate.between_0_and_1", name="q", given=q)
    items, groups = read_items(design, y), read_domains(design, by)
    if any(item.category is not None for item in items):
        raise DesignError.said("estimate.numeric", names="y")
    query = Query("mean", tuple(items), groups)
    how = {"rule": rule, "interval": interval, "level": level}
    return quantile_table(design, query, probabilities, how)
