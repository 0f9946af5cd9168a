"""Replicate designs: weights supplied by others, and jackknife, balanced and bootstrap replicates made here."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.linalg import hadamard

from trygghet.design import SurveyDesign
from trygghet.errors import ConvergenceError, DesignError
from trygghet.survey.arrays import Floats
from trygghet.survey.cellboot import bootstrap_estimates, cell_route
from trygghet.survey.domains import read_domains, read_items
from trygghet.survey.replicates import Replicates
from trygghet.survey.results import Query
from trygghet.survey.statistics import compute
from trygghet.survey.structure import Stage
from trygghet.survey.tables import make_table
from trygghet.survey.variance import require_no_lonely

__all__ = ["balanced", "bootstrap", "bootstrap_table", "frame_of", "jackknife", "supplied"]


def supplied(
    design: SurveyDesign,
    weights: ArrayLike | list[str],
    *,
    scale: float,
    rscales: ArrayLike | None = None,
    mse: bool = False,
    combined: bool = True,
) -> SurveyDesign:
    """A design whose variance comes from replicate weights that were delivered with the data.

    Parameters
    ----------
    weights : names of columns of the frame, or an (n, replicates) array.
    scale, rscales : the variance is scale · Σ rscales · (replicate − centre)².
    mse : centre at the full-sample estimate rather than at the replicates' mean.
    combined : the replicate weights contain the sampling weight; False: they are factors of it.

    Raises
    ------
    DesignError : missing columns, another number of rows, missing values.
    """
    if isinstance(weights, list) and all(isinstance(w, str) for w in weights):
        missing = [w for w in weights if w not in design.frame.columns]
        if missing:
            raise DesignError.said("replicates.no_columns", names=tuple(missing))
        values = design.frame[weights].to_numpy(dtype=float)
    else:
        values = np.array(weights, dtype=float)
    if values.ndim != 2 or len(values) != design.n:
        raise DesignError.said("replicates.shape", shape=" × ".join(map(str, values.shape)), rows=design.n)
    if not combined:
        values = values * design.weights[:, None]
    each = np.ones(values.shape[1]) if rscales is None else np.array(rscales, dtype=float)
    values = np.where(design.active[:, None], values, 0.0)
    return design.evolve(replicates=Replicates(values, float(scale), each, mse, "supplied"))


def jackknife(design: SurveyDesign, *, mse: bool = False) -> SurveyDesign:
    """Delete-one-unit jackknife: JK1 without strata, JKn with; each replicate is recalibrated.

    Parameters
    ----------
    design : one with at least two first-stage units in every stratum (or strata taken whole).
    mse : see `supplied`.

    Raises
    ------
    DesignError : a stratum with one unit.

    References
    ----------
    Wolter (2007), Introduction to Variance Estimation, chapter 4.
    """
    stage = design.stages[0]
    require_no_lonely(stage)
    unit = _unit_rows(stage, design.n)
    n = stage.sampled[stage.unit_stratum]
    many = n > 1
    factors = np.ones((stage.units, stage.units))
    grown = np.where(many, n / np.maximum(n - 1, 1), 1.0)
    same = stage.unit_stratum[:, None] == stage.unit_stratum[None, :]
    factors = np.where(same, grown[None, :], factors)
    np.fill_diagonal(factors, np.where(many, 0.0, 1.0))
    open_share = 1.0 if stage.fraction is None else 1 - stage.fraction[stage.unit_stratum]
    rscales = np.where(many, (n - 1) / n * open_share, 0.0)
    if stage.strata == 1:
        return _made(design, factors[unit], float(rscales[0]), np.ones(stage.units), mse, "JK1")
    return _made(design, factors[unit], 1.0, rscales, mse, "JKn")


def balanced(design: SurveyDesign, *, fay: float = 0.0, mse: bool = False) -> SurveyDesign:
    """Balanced repeated replication for two units in each stratum; with `fay` > 0 in Fay's form.

    Raises
    ------
    DesignError : a stratum with another number of units than two, or fay outside [0, 1).

    References
    ----------
    McCarthy (1969); Judkins (1990), J. Official Statistics 6, 223–239.
    """
    stage = design.stages[0]
    if not 0 <= fay < 1:
        raise DesignError.said("replicates.fay", given=fay)
    if (stage.sampled != 2).any():
        at = int(np.flatnonzero(stage.sampled != 2)[0])
        raise DesignError.said("replicates.two_units", stratum=str(stage.labels[at]), n=int(stage.sampled[at]))
    size = 1 << int(np.ceil(np.log2(stage.strata + 1)))
    signs = hadamard(size)[1 : stage.strata + 1].astype(float)
    order = np.argsort(stage.unit_stratum, kind="stable")
    side = np.empty(stage.units)
    side[order] = np.tile([1.0, -1.0], stage.strata)
    factors = 1 + (1 - fay) * side[:, None] * signs[stage.unit_stratum]
    rows = factors[_unit_rows(stage, design.n)]
    return _made(design, rows, 1 / (size * (1 - fay) ** 2), np.ones(size), mse, "BRR")


def bootstrap(
    design: SurveyDesign, *, replicates: int = 200, seed: int | np.random.Generator, mse: bool = False
) -> SurveyDesign:
    """Rao–Wu rescaling bootstrap: n − 1 units drawn with replacement in each stratum, recalibrated.

    Parameters
    ----------
    replicates : how many.
    seed : seed, or a generator.

    Raises
    ------
    DesignError : a stratum with one unit.

    References
    ----------
    Rao & Wu (1988), JASA 83, 231–241; Rao, Wu & Yue (1992), Survey Methodology 18, 209–217.
    """
    stage = design.stages[0]
    require_no_lonely(stage)
    if replicates < 2:
        raise DesignError.said("replicates.two_drawn", given=replicates)
    random = np.random.default_rng(seed)
    factors = np.ones((stage.units, replicates))
    for h in range(stage.strata):
        units = np.flatnonzero(stage.unit_stratum == h)
        n = len(units)
        if n < 2:
            continue
        drawn = random.multinomial(n - 1, np.full(n, 1 / n), size=replicates).T
        shrink = 1.0 if stage.fraction is None else np.sqrt(1 - stage.fraction[h])
        factors[units] = 1 + shrink * (drawn * (n / (n - 1)) - 1)
    rows = factors[_unit_rows(stage, design.n)]
    return _made(design, rows, 1 / (replicates - 1), np.ones(replicates), mse, "bootstrap")


def bootstrap_table(
    design: SurveyDesign,
    y: str | list[str],
    by: str | list[str] | None = None,
    *,
    replicates: int = 200,
    seed: int | np.random.Generator,
    level: float = 0.95,
) -> pd.DataFrame:
    """Means with bootstrap standard errors, from the table's cells wherever that is exact.

    For 0/1 variables of an element sample whose weights are constant by cell and raked or calibrated to
    categorical margins, the cost does not depend on the number of rows; otherwise the replicates of
    `bootstrap` are made row by row.

    Parameters
    ----------
    y, by, level : see `trygghet.estimate.mean`.
    replicates, seed : see `bootstrap`.

    Returns
    -------
    As `trygghet.estimate.mean`, se and limits from the replicates.
    """
    query = Query("mean", tuple(read_items(design, y)), read_domains(design, by))
    random = np.random.default_rng(seed)
    require_no_lonely(design.stages[0])
    found = bootstrap_estimates(design, query, replicates, random) if cell_route(design, query) else None
    if found is None:
        made = bootstrap(design, replicates=replicates, seed=random)
        return make_table(made, query, compute(made, query), level=level, deff=True)
    results = compute(design, query)
    results = replace(results, variance=found.var(axis=0, ddof=1))
    table = make_table(design, query, results, level=level, deff=True)
    del table.attrs["covariance"]
    return table


def _unit_rows(stage: Stage, n: int) -> np.ndarray:
    return np.arange(n) if stage.unit is None else stage.unit


def _made(design: SurveyDesign, factors: Floats, scale: float, rscales: Floats, mse: bool, kind: str) -> SurveyDesign:
    """The design with replicate weights that went through the same weighting steps as the sample."""
    weights = design.base[:, None] * factors
    for step in design.adjustments:
        if step.recipe is None:
            weights = weights * step.factor[:, None]
            continue
        for r in range(weights.shape[1]):
            try:
                weights[:, r] *= step.recipe.factor(weights[:, r])
            except ConvergenceError as error:
                raise ConvergenceError.said("replicates.numbered", number=r + 1, error=error) from error
    weights = np.where(design.active[:, None], weights, 0.0)
    return design.evolve(replicates=Replicates(weights, scale, rscales, mse, kind))


def frame_of(design: SurveyDesign) -> pd.DataFrame:
    """Replicate weights as a frame, to be written to a file beside the data."""
    if design.replicates is None:
        raise DesignError.said("replicates.none")
    columns = [f"replicate_{r + 1}" for r in range(design.replicates.count)]
    return pd.DataFrame(design.replicates.weights, columns=columns, index=design.frame.index)
