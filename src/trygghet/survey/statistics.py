"""Means, totals and ratios of items by domains: estimate, variance, base, design effect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from trygghet.design import SurveyDesign
from trygghet.survey.arrays import Codes, Floats, sum_by
from trygghet.survey.cells import compute_by_cells, fast_route
from trygghet.survey.results import Query, Results

BLOCK = 4_000_000


@dataclass(frozen=True, eq=False)
class DomainSums:
    """Sums of one item by domain, and the rows' codes they came from."""

    codes: Codes
    used: Codes
    top: Floats
    bottom: Floats
    n: Floats
    weight: Floats
    square: Floats


def item_sums(design: SurveyDesign, query: Query, j: int) -> DomainSums:
    """The sums that item j's estimates are made of."""
    count = query.domains.count
    codes = query.domains.rows(design.n)
    used = np.flatnonzero(query.valid(j, design.active) & (codes >= 0))
    at, weight = codes[used], design.weights[used]
    top = np.bincount(at, weights=weight * query.numerator(j)[used], minlength=count)
    bottom = np.bincount(at, weights=weight * query.denominator(j, design.n)[used], minlength=count)
    n = np.bincount(at, minlength=count).astype(float)
    total = np.bincount(at, weights=weight, minlength=count)
    return DomainSums(at, used, top, bottom, n, total, np.bincount(at, weights=weight**2, minlength=count))


def estimates_of(query: Query, sums: DomainSums) -> Floats:
    """Point estimates by domain, NaN where nobody answered."""
    if query.kind == "total":
        return np.where(sums.n > 0, sums.top, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(sums.n > 0, sums.top / sums.bottom, np.nan)


def influence(design: SurveyDesign, query: Query, j: int, sums: DomainSums) -> tuple[Floats, Floats]:
    """Influence value of each used row on its own domain's estimate, and the deviation it rests on."""
    y = query.numerator(j)[sums.used]
    if query.kind == "total":
        return y, y
    estimate = estimates_of(query, sums)
    x = query.denominator(j, design.n)[sums.used]
    deviation = y - estimate[sums.codes] * x
    return deviation / sums.bottom[sums.codes], deviation


def influence_blocks(design: SurveyDesign, query: Query) -> Iterator[tuple[slice, Floats]]:
    """Blocks of the (n, rows of the table) influence matrix, with the table rows they stand for."""
    count = query.domains.count
    width = max(1, BLOCK // max(design.n, 1))
    for j in range(len(query.items)):
        sums = item_sums(design, query, j)
        values, _ = influence(design, query, j, sums)
        for start in range(0, count, width):
            stop = min(start + width, count)
            here = (sums.codes >= start) & (sums.codes < stop)
            block = np.zeros((design.n, stop - start))
            block[sums.used[here], sums.codes[here] - start] = values[here]
            yield slice(j * count + start, j * count + stop), block


def influence_matrix(design: SurveyDesign, query: Query) -> Floats:
    """The whole (n, rows of the table) influence matrix."""
    return np.hstack([block for _, block in influence_blocks(design, query)])


def compute(design: SurveyDesign, query: Query) -> Results:
    """Every row of the table, from cells where that is possible, else row by row."""
    return compute_by_cells(design, query) if fast_route(design, query) else compute_by_rows(design, query)


def compute_by_rows(design: SurveyDesign, query: Query) -> Results:
    """Every row of the table, by the general row-level route."""
    parts = [_item_results(design, query, j) for j in range(len(query.items))]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    n, n_eff, estimate, df, spread, population = columns
    if design.replicates is not None:
        variance = replicate_variances(design, query, estimate)
        df = np.full(len(n), float(design.df))
    else:
        variance = np.empty(query.size)
        for rows, block in influence_blocks(design, query):
            variance[rows] = design.variances(block)
    variance = np.where(n > 0, variance, np.nan)
    return Results(n, n_eff, estimate, without_noise(variance, spread), df, spread, population)


def without_noise(variance: Floats, scale: Floats) -> Floats:
    """Variances that are zero but for rounding, as zero."""
    return np.where(variance < 1e-20 * scale, 0.0, variance)


def _item_results(design: SurveyDesign, query: Query, j: int) -> tuple[Floats, ...]:
    sums = item_sums(design, query, j)
    with np.errstate(divide="ignore", invalid="ignore"):
        n_eff = np.where(sums.n > 0, sums.weight**2 / sums.square, 0.0)
    spread = _spread(design, query, j, sums)
    return sums.n, n_eff, estimates_of(query, sums), _df(design, sums, query), spread, sums.weight


def _spread(design: SurveyDesign, query: Query, j: int, sums: DomainSums) -> Floats:
    """Variance under simple random sampling of the same number: s²/n, scaled to the statistic."""
    _, deviation = influence(design, query, j, sums)
    weight, count = design.weights[sums.used], query.domains.count
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.bincount(sums.codes, weights=weight * deviation, minlength=count) / sums.weight
        square = np.bincount(sums.codes, weights=weight * (deviation - mean[sums.codes]) ** 2, minlength=count)
        s2 = square / sums.weight * sums.n / (sums.n - 1)
        sizes = {"mean": np.ones(count), "total": sums.weight, "ratio": sums.weight / sums.bottom}
        spread: Floats = s2 / sums.n * sizes[query.kind] ** 2
        return spread


def _df(design: SurveyDesign, sums: DomainSums, query: Query) -> Floats:
    """Sampling units less strata among each domain's valid answers."""
    count, stage = query.domains.count, design.stages[0]
    units = sums.n
    if stage.unit is not None:
        units = _distinct(sums.codes, stage.unit[sums.used], stage.units, count)
    strata = _distinct(sums.codes, stage.stratum[sums.used], stage.strata, count)
    return (units - strata).astype(float)


def _distinct(groups: Codes, codes: Codes, size: int, count: int) -> Floats:
    """How many different codes occur in each group."""
    pairs = np.unique(groups.astype(np.int64) * size + codes)
    return np.bincount(pairs // size, minlength=count).astype(float)


def replicate_estimates(design: SurveyDesign, query: Query) -> Floats:
    """(replicates, rows of the table) estimates from the replicate weights."""
    assert design.replicates is not None
    weights, count = design.replicates.weights, query.domains.count
    columns = []
    for j in range(len(query.items)):
        sums = item_sums(design, query, j)
        w = weights[sums.used]
        top = sum_by(sums.codes, w * query.numerator(j)[sums.used, None], count)
        if query.kind == "total":
            columns.append(top)
            continue
        bottom = sum_by(sums.codes, w * query.denominator(j, design.n)[sums.used, None], count)
        with np.errstate(divide="ignore", invalid="ignore"):
            columns.append(top / bottom)
    return np.vstack(columns).T


def replicate_variances(design: SurveyDesign, query: Query, estimate: Floats) -> Floats:
    """Variances from the replicates; NaN where a replicate has nobody in the domain."""
    assert design.replicates is not None
    return design.replicates.variances(replicate_estimates(design, query), estimate)


def full_estimates(design: SurveyDesign, query: Query) -> Floats:
    """Point estimates of every row of the table."""
    return np.concatenate([estimates_of(query, item_sums(design, query, j)) for j in range(len(query.items))])
