"""Many splits of one sample into a group and all others at once: shares of both sides and their difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trygghet.design import SurveyDesign
from trygghet.survey.arrays import Codes, Floats
from trygghet.survey.domains import Domains, Item, read_items
from trygghet.survey.results import Query, Results
from trygghet.survey.statistics import compute, influence_matrix, replicate_estimates
from trygghet.survey.tables import make_table

SIDES = (1, 0)
"""Code of those in the group, and of those among all others; −1 belongs to neither."""


@dataclass(frozen=True, eq=False)
class Both:
    """Arrays (2, variables, splits), the group's side first, and (variables, splits) of the difference.

    Attributes
    ----------
    n, n_eff, estimate, se, low, high, df : of the shares; limits as `estimate.proportion` gives them.
    ones : unweighted answers that are 1.
    gap_se : standard error of group less others, with the covariance of the two.
    """

    n: Floats
    n_eff: Floats
    estimate: Floats
    se: Floats
    low: Floats
    high: Floats
    df: Floats
    ones: Floats
    gap_se: Floats


@dataclass(frozen=True, eq=False)
class Alike:
    """Directly standardised shares, (2, variables, splits), and (variables, splits) standard errors.

    Attributes
    ----------
    estimate : of both sides, the group's first.
    se : of the group's.  gap_se : of group less others.
    """

    estimate: Floats
    se: Floats
    gap_se: Floats


def answers(design: SurveyDesign, names: Sequence[str]) -> list[Item]:
    """The 0/1 variables as items, one each.

    Raises
    ------
    DesignError : a column that is missing or not 0/1.
    """
    return read_items(design, list(names), shares=True)


def both_sides(design: SurveyDesign, items: Sequence[Item], members: Codes) -> Both:
    """Shares on both sides of every split, as `estimate.proportion` by side gives them split by split.

    Parameters
    ----------
    items : of `answers`.
    members : (n, splits) 1 in the group, 0 among all others, −1 in neither.
    """
    shape = (len(SIDES), len(items), members.shape[1])
    query = Query("mean", tuple(_restricted(items, members)), Domains(None))
    results = compute(design, query)
    table = make_table(design, query, results, level=0.95, deff=False, method="auto")
    columns = ("n", "n_eff", "estimate", "se", "ci_low", "ci_high", "df")
    n, n_eff, estimate, se, low, high, df = (table[name].to_numpy(float).reshape(shape) for name in columns)
    active = design.active.astype(float)
    ones = np.array([active @ item.values for item in query.items]).reshape(shape)
    return Both(n, n_eff, estimate, se, low, high, df, ones, _gap_se(design, query, results, shape))


def _restricted(items: Sequence[Item], members: Codes) -> list[Item]:
    """The items within every side of every split, side by side, then variable by variable."""
    found = []
    for side in SIDES:
        rows = members == side
        for item in items:
            valid = rows if item.valid is None else rows & item.valid[:, None]
            values = np.where(valid, item.values[:, None], 0)
            found += [
                Item(item.name, values[:, at], valid[:, at], item.category, item.binary) for at in range(rows.shape[1])
            ]
    return found


def _gap_se(design: SurveyDesign, query: Query, results: Results, shape: tuple[int, int, int]) -> Floats:
    if design.replicates is None:
        values = np.nan_to_num(influence_matrix(design, query)).reshape(design.n, shape[0], -1)
        return np.sqrt(np.maximum(design.variances(values[:, 0] - values[:, 1]), 0.0)).reshape(shape[1:])
    drawn = replicate_estimates(design, query).reshape(design.replicates.count, shape[0], -1)
    whole = results.estimate.reshape(shape[0], -1)
    with np.errstate(invalid="ignore"):
        variance = design.replicates.variances(drawn[:, 0] - drawn[:, 1], whole[0] - whole[1])
    return np.sqrt(np.maximum(variance, 0.0)).reshape(shape[1:])


def cell_counts(design: SurveyDesign, items: Sequence[Item], members: Codes, cells: Codes, size: int) -> Floats:
    """(splits,) the smallest unweighted number of answers of any variable on any side in any of `size` cells."""
    at = _indicators(cells, size)
    counts = [at @ rows for _, _, rows in _rows(design, items, members)]
    smallest: Floats = np.min(counts, axis=(0, 1))
    return smallest


def standardised_sides(
    design: SurveyDesign, items: Sequence[Item], members: Codes, cells: Codes, shares: Floats
) -> Alike:
    """Both sides at one composition, as `survey.standardise.standardised` gives them split by split.

    Parameters
    ----------
    cells : (n,) each row's cell, −1 outside all; every cell has answers of every variable on every side.
    shares : (cells,) the composition, in any scale.
    """
    share, at = np.asarray(shares, float) / np.sum(shares), np.maximum(cells, 0)
    indicators, inside = _indicators(cells, len(share)), (cells >= 0)[:, None]
    estimates, influences = [], []
    for item, _, rows in _rows(design, items, members):
        weighted, y = design.weights[:, None] * rows, item.values.astype(float)[:, None]
        bottom = indicators @ weighted
        mean = (indicators @ (weighted * y)) / bottom
        estimates.append(share @ mean)
        influences.append(rows * inside * (y - mean[at]) * (share[:, None] / bottom)[at])
    half = len(items)
    own = np.hstack(influences[:half])
    variance = design.variances(np.hstack([own, own - np.hstack(influences[half:])]))
    se = np.sqrt(np.maximum(variance, 0.0)).reshape(2, half, -1)
    return Alike(np.array(estimates).reshape(2, half, -1), se[0], se[1])


def _indicators(cells: Codes, size: int) -> Floats:
    """(cells, n) 1 where a row lies in a cell."""
    return np.equal.outer(np.arange(size), cells).astype(float)


def _rows(design: SurveyDesign, items: Sequence[Item], members: Codes) -> list[tuple[Item, int, Floats]]:
    """For each side and variable the (n, splits) rows with an answer, as 1 and 0."""
    found = []
    for side in SIDES:
        rows = (members == side) & design.active[:, None]
        for item in items:
            valid = rows if item.valid is None else rows & item.valid[:, None]
            found.append((item, side, valid.astype(float)))
    return found
