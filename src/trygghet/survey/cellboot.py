"""The bootstrap of a table from its cells, at a cost that does not grow with the number of rows.

Rao–Wu draws n_h − 1 of a stratum's rows with replacement. How many fall in each cell (auxiliary vector ×
domain) is multinomial; given that, how many of those drawn answered yes is binomial, independently by cell.
A replicate's numerator is a weighted sum of such binomials, with weights that are known once the cell counts
are (they fix the recalibrated weights). Its mean and variance are therefore known exactly, and one normal
draw with those two moments stands for it: bootstrap variances are what they would be row by row, for every
item by itself. Covariances between items are not kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trygghet.design import SurveyDesign
from trygghet.errors import ConvergenceError
from trygghet.survey.adjustment import Adjustment
from trygghet.survey.arrays import Floats
from trygghet.survey.cells import Cells, build_cells, sum_by_cell
from trygghet.survey.results import Query
from trygghet.survey.solve import SWEEPS, TOLERANCE

Step = Adjustment | None


def cell_route(design: SurveyDesign, query: Query) -> bool:
    """Whether the design and the items allow the bootstrap by cells."""
    stage, steps = design.stages[0], design.adjustments
    if design.replicates is not None or len(design.stages) > 1 or stage.unit is not None or query.kind != "mean":
        return False
    if len(steps) > 1 or (steps and (steps[0].recipe is None or steps[0].auxiliaries.cell is None)):  # type: ignore[union-attr]
        return False
    return bool(design.weights.all()) and all(item.binary for item in query.items)


def bootstrap_estimates(
    design: SurveyDesign, query: Query, replicates: int, random: np.random.Generator
) -> Floats | None:
    """(replicates, rows of the table) bootstrap estimates; None where weights vary inside cells.

    Raises
    ------
    ConvergenceError : a replicate that cannot meet the margins.
    """
    step = design.adjustments[-1] if design.adjustments else None
    cells = build_cells(design, query, step)
    if cells.d is None:
        return None
    counts = _draws(design, cells, replicates, random)
    factor, slope = _rescaled(design, cells, counts)
    weight = cells.d[:, None] * factor
    g = _recalibrated(step, cells, weight)
    return _estimates(cells, query, _Drawn(counts, g * cells.d[:, None], slope), random)


@dataclass(frozen=True, eq=False)
class _Drawn:
    """Rows drawn by cell and replicate, the weight of a row there, and by how much one draw counts."""

    counts: Floats
    weight: Floats
    slope: Floats


def _draws(design: SurveyDesign, cells: Cells, replicates: int, random: np.random.Generator) -> Floats:
    """(cells, replicates) rows of each cell drawn, by stratum."""
    out = np.zeros((cells.size, replicates))
    for h in range(design.stages[0].strata):
        at = np.flatnonzero(cells.stratum == h)
        n = cells.n[at]
        out[at] = random.multinomial(int(n.sum()) - 1, n / n.sum(), size=replicates).T
    return out


def _rescaled(design: SurveyDesign, cells: Cells, counts: Floats) -> tuple[Floats, Floats]:
    """Σ of the rows' factors by cell and replicate, and what one draw adds to it."""
    stage = design.stages[0]
    shrink = np.ones(stage.strata) if stage.fraction is None else np.sqrt(1 - stage.fraction)
    slope = (shrink * stage.sampled / (stage.sampled - 1))[cells.stratum]
    rest = (1 - shrink)[cells.stratum] * cells.n
    return rest[:, None] + slope[:, None] * counts, slope


def _recalibrated(step: Step, cells: Cells, weight: Floats) -> Floats:
    """(cells, replicates) g of each cell in each replicate."""
    if step is None:
        return np.ones_like(weight)
    aux, recipe = step.auxiliaries, step.recipe
    assert aux is not None
    order = np.argsort(cells.auxiliary, kind="stable")
    starts = np.searchsorted(cells.auxiliary[order], np.arange(aux.cells))
    sums = np.add.reduceat(weight[order], starts, axis=0)
    if recipe.distance == "raking":  # type: ignore[attr-defined]
        g = fit_replicates(
            sums, [(codes, m.targets) for (codes, _), m in zip(aux.margins, recipe.margins, strict=True)]
        )  # type: ignore[attr-defined]
    else:
        g = np.column_stack([recipe.cell_factor(w) for w in sums.T])  # type: ignore[attr-defined]
    return g[cells.auxiliary]


def fit_replicates(weight: Floats, margins: list[tuple[np.ndarray, Floats]]) -> Floats:
    """Proportional fitting of (cells, replicates) weights, all replicates at once.

    Raises
    ------
    ConvergenceError : a replicate without respondents in a category, or that does not settle.
    """
    total, now = margins[0][1].sum(), weight.copy()
    indicators = [np.equal.outer(np.arange(len(t)), codes).astype(float) for codes, t in margins]
    for _ in range(20 * SWEEPS):
        error = 0.0
        for (codes, target), indicator in zip(margins, indicators, strict=True):
            have = indicator @ now
            if ((have <= 0) & (target[:, None] > 0)).any():
                raise ConvergenceError.said("replicates.empty_category")
            error = max(error, float(np.abs(have - target[:, None]).max()) / total)
            now *= (target[:, None] / np.where(have > 0, have, 1.0))[codes]
        if error <= 1e3 * TOLERANCE:
            return np.divide(now, weight, out=np.zeros_like(now), where=weight > 0)
    raise ConvergenceError.said("replicates.missed", error=f"{error:.1e}")


def _estimates(cells: Cells, query: Query, drawn: _Drawn, random: np.random.Generator) -> Floats:
    """Numerators over denominators, domain by domain."""
    yes = np.column_stack([sum_by_cell(cells, item.values) for item in query.items])
    valid = np.column_stack([cells.n if item.valid is None else sum_by_cell(cells, item.valid) for item in query.items])
    replicates, groups, items = drawn.counts.shape[1], query.domains.count, len(query.items)
    out = np.full((replicates, items, groups), np.nan)
    for group in range(groups):
        at = np.flatnonzero(cells.domain == group)
        if len(at):
            out[:, :, group] = _one_domain(cells, drawn, at, yes[at], valid[at], random)
    return out.reshape(replicates, items * groups)


def _one_domain(
    cells: Cells, drawn: _Drawn, at: np.ndarray, yes: Floats, valid: Floats, random: np.random.Generator
) -> Floats:
    """(replicates, items) ratios in one domain: moments given the cell counts, one draw each."""
    n = cells.n[at][:, None]
    p, r = yes / n, valid / n
    weight, counts, slope = drawn.weight[at].T, drawn.counts[at].T, drawn.slope[at]
    linear, square = weight * slope * counts, (weight * slope) ** 2 * counts
    # factor sum = n − slope·(n − 1)/n·n … + slope·draws: the part that is not drawn is fixed.
    fixed = weight * _fixed_share(cells, drawn, at)
    mean_yes, mean_valid = linear @ p + fixed @ yes, linear @ r + fixed @ valid
    var_yes, var_valid, cov = square @ (p * (1 - p)), square @ (r * (1 - r)), square @ (p * (1 - r))
    first, second = random.standard_normal(mean_yes.shape), random.standard_normal(mean_yes.shape)
    bottom = mean_valid + np.sqrt(var_valid) * second
    beta = np.divide(cov, var_valid, out=np.zeros_like(cov), where=var_valid > 0)
    left = np.sqrt(np.maximum(var_yes - beta * cov, 0.0))
    top = mean_yes + beta * (bottom - mean_valid) + left * first
    with np.errstate(divide="ignore", invalid="ignore"):
        shares: Floats = np.clip(top / bottom, 0.0, 1.0)
        return shares


def _fixed_share(cells: Cells, drawn: _Drawn, at: np.ndarray) -> Floats:
    """1 − shrink of each cell's stratum: what a row keeps whether drawn or not."""
    sampled = np.bincount(cells.stratum, weights=cells.n)[cells.stratum[at]]
    share: Floats = 1 - drawn.slope[at] * (sampled - 1) / sampled
    return share
