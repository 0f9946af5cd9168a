"""Tests that know the design: t, rank, Rao–Scott and Wald."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import linalg, stats

from trygghet.design import SurveyDesign
from trygghet.errors import DesignError
from trygghet.survey.arrays import Codes, Floats, encode
from trygghet.survey.domains import read_items, require_column
from trygghet.survey.intervals import t_quantile

RANK_TESTS = ("wilcoxon", "vanderwaerden", "median", "kruskalwallis")
INDEPENDENCE = ("F", "Chisq", "Wald", "adjWald")


@dataclass(frozen=True)
class TestResult:
    """A test.

    Attributes
    ----------
    name : which test.  statistic : its value.  df : (df,) or (numerator, denominator).  p : p-value.
    estimate, ci_low, ci_high : of the difference tested, where there is one.
    """

    __test__ = False  # not a test for pytest

    name: str
    statistic: float
    df: tuple[float, ...]
    p: float
    estimate: float = float("nan")
    ci_low: float = float("nan")
    ci_high: float = float("nan")


def t_test(design: SurveyDesign, y: str, group: str | None = None, *, level: float = 0.95) -> TestResult:
    """Design-based t test: a mean against zero, or the difference of two groups' means.

    Parameters
    ----------
    y : numeric column.
    group : column with two categories; the difference is second less first.
    level : confidence level of the difference.

    Raises
    ------
    DesignError : a grouping with another number of categories than two.

    References
    ----------
    R survey's svyttest (degrees of freedom: the design's less one).
    """
    values, used = _numeric(design, y)
    if group is None:
        indicators = used.astype(float)[:, None]
        contrast = np.array([1.0])
    else:
        codes, labels = _groups(design, group)
        used &= codes >= 0
        _require_two(labels, codes[used & design.active], group)
        indicators = np.column_stack([(codes == k) & used for k in np.unique(codes[used & design.active])]).astype(
            float
        )
        contrast = np.array([-1.0, 1.0])
    estimate, se = _mean_contrast(design, values, indicators, contrast)
    df = design.subset(used).df - 1 if not used.all() else design.df - 1
    half = float(t_quantile(level, np.array(float(df)))) * se
    p = 2 * stats.t.sf(abs(estimate / se), df)
    return TestResult("t", estimate / se, (df,), float(p), estimate, estimate - half, estimate + half)


def _numeric(design: SurveyDesign, y: str) -> tuple[Floats, np.ndarray]:
    items = read_items(design, y)
    if len(items) != 1:
        raise DesignError.said("estimate.numeric", names=str(y))
    item = items[0]
    return item.values.astype(float), np.ones(design.n, bool) if item.valid is None else item.valid.copy()


def _groups(design: SurveyDesign, name: str) -> tuple[Codes, pd.Index]:
    require_column(design.frame, name)
    return encode(design.frame[name])


def _require_two(labels: pd.Index, codes: Codes, name: str) -> None:
    if len(np.unique(codes)) != 2:
        found = ", ".join(str(labels[k]) for k in np.unique(codes))
        raise DesignError.said("estimate.two_categories", name=name, found=found)


def _mean_contrast(design: SurveyDesign, values: Floats, indicators: Floats, contrast: Floats) -> tuple[float, float]:
    """A contrast of group means and its SE."""
    means, covariance = _group_means(design, values, indicators)
    return float(contrast @ means), float(np.sqrt(contrast @ covariance @ contrast))


def _group_means(design: SurveyDesign, values: Floats, indicators: Floats) -> tuple[Floats, Floats]:
    weight = design.weights
    size = weight @ indicators
    means = (weight * values) @ indicators / size
    if design.replicates is not None:
        w = design.replicates.weights
        each = (w.T @ (values[:, None] * indicators)) / (w.T @ indicators)
        return means, design.replicates.covariance(each, means)
    influence = indicators * (values[:, None] - means) / size
    return means, design.covariance(influence * design.active[:, None])


def rank_test(design: SurveyDesign, y: str, group: str, *, test: str = "wilcoxon") -> TestResult:
    """Design-based rank test of two groups ("kruskalwallis": of several).

    Parameters
    ----------
    test : "wilcoxon", "vanderwaerden", "median" or "kruskalwallis".

    Raises
    ------
    DesignError : an unknown test, or (but for "kruskalwallis") another number of groups than two.

    References
    ----------
    Lumley & Scott (2013), Biometrika 100, 831–842.
    """
    kind = test.lower()
    if kind not in RANK_TESTS:
        raise DesignError.said("one_of", name="test", known=tuple(RANK_TESTS), given=test)
    values, used = _numeric(design, y)
    codes, labels = _groups(design, group)
    used &= (codes >= 0) & design.active
    domain = design.subset(used)
    present = np.unique(codes[used])
    if kind != "kruskalwallis":
        _require_two(labels, codes[used], group)
    indicators = np.column_stack([(codes == k) & used for k in present]).astype(float)
    means, covariance = _rank_means(domain, values, indicators, used, kind)
    if len(present) == 2 and kind != "kruskalwallis":
        estimate = float(means[1] - means[0])
        se = float(np.sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]))
        df = domain.df - 1
        return TestResult(kind, estimate / se, (df,), float(2 * stats.t.sf(abs(estimate / se), df)), estimate)
    return _several_groups(kind, means, covariance, domain.df)


def _rank_means(
    design: SurveyDesign, values: Floats, indicators: Floats, used: np.ndarray, kind: str
) -> tuple[Floats, Floats]:
    scores = _scores(values, design.weights, used, kind)
    if design.replicates is None:
        return _group_means(design, scores, indicators)
    # The ranks stay those of the full sample: they estimate the population's, and change little.
    return _group_means(_linear(design), scores, indicators)


def _linear(design: SurveyDesign) -> SurveyDesign:
    return design.evolve(replicates=None)


def _scores(values: Floats, weight: Floats, used: np.ndarray, kind: str) -> Floats:
    """Estimated population ranks (0–1, mid-ranks for ties) turned to scores."""
    _, place = np.unique(values[used], return_inverse=True)
    w = weight[used]
    order = np.argsort(values[used], kind="stable")
    middle = np.empty(len(w))
    middle[order] = np.cumsum(w[order]) - w[order] / 2
    mean = np.bincount(place, weights=middle) / np.bincount(place)
    ranks = np.zeros(len(values))
    ranks[used] = mean[place] / w.sum()
    if kind == "vanderwaerden":
        return np.where(used, stats.norm.ppf(np.where(used, ranks, 0.5)), 0.0)
    return (ranks > 0.5).astype(float) if kind == "median" else ranks


def _several_groups(kind: str, means: Floats, covariance: Floats, df: int) -> TestResult:
    contrast = np.column_stack([-np.ones(len(means) - 1), np.eye(len(means) - 1)])
    difference = contrast @ means
    k = len(difference)
    chisq = float(difference @ np.linalg.solve(contrast @ covariance @ contrast.T, difference))
    below = df - k
    return TestResult(kind, chisq, (k, below), float(stats.f.sf(chisq / k, k, below)))


def independence_test(design: SurveyDesign, row: str, column: str, *, statistic: str = "F") -> TestResult:
    """Test that two categorical variables are independent.

    Parameters
    ----------
    statistic : "F" (Rao–Scott second order), "Chisq" (Pearson's statistic, first-order p), "Wald"
        (Koch, Freeman & Freeman 1975) or "adjWald".

    Raises
    ------
    DesignError : an unknown statistic, or a variable with one category.

    References
    ----------
    Rao & Scott (1984), Annals of Statistics 12, 46–60; Thomas & Rao (1987), JASA 82.
    """
    if statistic not in INDEPENDENCE:
        raise DesignError.said("one_of", name="statistic", known=tuple(INDEPENDENCE), given=statistic)
    cells, shape, used = _cross(design, row, column)
    domain = design.subset(used) if not used.all() else design
    totals, covariance = _cell_totals(domain, cells)
    if statistic in ("Wald", "adjWald"):
        return _wald_independence(totals, covariance, shape, domain.df, statistic)
    n = float((used & design.active).sum())
    share = totals / totals.sum()
    jacobian = (np.eye(len(share)) - share[:, None]) / totals.sum()
    shares, spread = (share, jacobian @ covariance @ jacobian.T)
    if domain.replicates is not None:
        shares, spread = _replicate_shares(domain, cells)
    delta = _design_effects(shares, spread, shape, n)
    table = shares.reshape(shape)
    expected = table.sum(1, keepdims=True) * table.sum(0, keepdims=True)
    pearson = float(n * ((table - expected) ** 2 / expected).sum())
    trace, square = float(np.trace(delta)), float(np.trace(delta @ delta))
    if statistic == "Chisq":
        k = len(delta)
        return TestResult("Chisq", pearson, (k,), float(stats.chi2.sf(pearson / (trace / k), k)))
    d0 = trace**2 / square
    return TestResult(
        "F", pearson / trace, (d0, d0 * domain.df), float(stats.f.sf(pearson / trace, d0, d0 * domain.df))
    )


def _cross(design: SurveyDesign, row: str, column: str) -> tuple[Floats, tuple[int, int], np.ndarray]:
    one, two = _groups(design, row)[0], _groups(design, column)[0]
    used = (one >= 0) & (two >= 0)
    rows, columns = np.unique(one[used & design.active]), np.unique(two[used & design.active])
    if len(rows) < 2 or len(columns) < 2:
        raise DesignError.said("estimate.two_each", row=row, column=column)
    cells = [((one == r) & (two == c) & used) for r in rows for c in columns]
    return np.column_stack(cells).astype(float), (len(rows), len(columns)), used


def _cell_totals(design: SurveyDesign, cells: Floats) -> tuple[Floats, Floats]:
    totals = design.weights @ cells
    if design.replicates is not None:
        return totals, design.replicates.covariance(design.replicates.weights.T @ cells, totals)
    return totals, design.covariance(cells * design.active[:, None])


def _replicate_shares(design: SurveyDesign, cells: Floats) -> tuple[Floats, Floats]:
    assert design.replicates is not None
    each = design.replicates.weights.T @ cells
    totals = design.weights @ cells
    share = totals / totals.sum()
    return share, design.replicates.covariance(each / each.sum(1, keepdims=True), share)


def _design_effects(share: Floats, covariance: Floats, shape: tuple[int, int], n: float) -> Floats:
    """The matrix of generalised design effects of the interaction (Rao & Scott 1984, section 2)."""
    contrasts = _interaction(shape)
    inverse = np.where(share > 0, 1 / np.where(share > 0, share, 1.0), 0.0)
    scaled = contrasts * inverse[:, None]
    return np.linalg.solve(contrasts.T @ scaled / n, scaled.T @ covariance @ scaled)


def _interaction(shape: tuple[int, int]) -> Floats:
    """Columns that span what main effects of rows and columns leave."""
    rows, columns = shape
    main = np.hstack([np.kron(np.eye(rows), np.ones((columns, 1))), np.kron(np.ones((rows, 1)), np.eye(columns))])
    columns_left: Floats = linalg.null_space(main.T)
    return columns_left


def _wald_independence(
    totals: Floats, covariance: Floats, shape: tuple[int, int], df: int, statistic: str
) -> TestResult:
    rows, columns = shape
    n = totals.sum()
    table = totals.reshape(shape)
    top, side = table.sum(0) / n, table.sum(1) / n
    k = (rows - 1) * (columns - 1)
    residual, jacobian = [], []
    for i in range(rows - 1):
        for j in range(columns - 1):
            gradient = np.full(shape, side[i] * top[j])
            gradient[i, j] += 1
            gradient[i, :] -= top[j]
            gradient[:, j] -= side[i]
            residual.append(table[i, j] - n * side[i] * top[j])
            jacobian.append(gradient.ravel())
    y, a = np.array(residual), np.array(jacobian)
    wald = float(y @ np.linalg.solve(a @ covariance @ a.T, y))
    if statistic == "Wald":
        return TestResult("Wald", wald / k, (k, df), float(stats.f.sf(wald / k, k, df)))
    below = df - k + 1
    value = wald * below / (k * df)
    return TestResult("adjWald", value, (k, below), float(stats.f.sf(value, k, below)))


def goodness_of_fit(design: SurveyDesign, column: str, shares: pd.Series) -> TestResult:
    """Second-order Rao–Scott test that a variable has given shares.

    Parameters
    ----------
    shares : the shares (or numbers) expected, indexed by category.

    Raises
    ------
    DesignError : shares for other categories than the sample's.
    """
    codes, labels = _groups(design, column)
    if set(labels) != set(shares.index):
        raise DesignError.said("estimate.expected", name=column, known=tuple(map(str, labels)))
    expected = shares.reindex(labels).to_numpy(dtype=float)
    expected = expected / expected.sum()
    cells = np.column_stack([codes == k for k in range(len(labels))]).astype(float)
    present = cells * design.active[:, None]
    n = design.weights.sum()
    observed = design.weights @ cells / n
    if design.replicates is not None:
        _, covariance = _replicate_shares(design, cells)
    else:
        covariance = design.covariance((present - observed * design.active[:, None]) / n)
    return _gof(observed, covariance, expected, n)


def _gof(observed: Floats, covariance: Floats, expected: Floats, n: float) -> TestResult:
    """Satterthwaite's approximation to a weighted sum of chi-squares (Rao & Scott 1981)."""
    pearson = float(n * ((observed - expected) ** 2 / expected).sum())
    spread = n * covariance / np.sqrt(np.outer(expected, expected))
    trace, square = float(np.trace(spread)), float(np.trace(spread @ spread))
    scale, df = square / trace, trace**2 / square
    return TestResult("gof", pearson, (scale, df), float(stats.chi2.sf(pearson / scale, df)))
