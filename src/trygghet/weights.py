"""Weights: post-stratification, raking, calibration, trimming, and what they did."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from trygghet.design import SurveyDesign, WeightEvent
from trygghet.errors import ConvergenceError, WeightError
from trygghet.survey.adjustment import Adjustment
from trygghet.survey.arrays import Floats
from trygghet.survey.diagnostics import Diagnostics, diagnostics, kish_deff
from trygghet.survey.margins import Margin, read_margins
from trygghet.survey.merging import merge_small_cells
from trygghet.survey.nonresponse import r_indicator, response_groups, response_propensity, response_rates
from trygghet.survey.recipe import Recipe, categorical_cells, numeric_columns, row_auxiliaries
from trygghet.survey.replicates import Replicates
from trygghet.survey.solve import distance_of

__all__ = [
    "Diagnostics",
    "calibrate",
    "diagnostics",
    "kish_deff",
    "merge_small_cells",
    "post_stratify",
    "r_indicator",
    "rake",
    "response_groups",
    "response_propensity",
    "response_rates",
    "trim",
]

Margins = tuple[Margin, ...]
Events = tuple[WeightEvent, ...]
VARIANCES = ("regression", "residual_means")
ROUNDS = 200


def rake(
    design: SurveyDesign, margins: Mapping[Any, Any], *, variance: str = "regression", unknown: str = "error"
) -> SurveyDesign:
    """Weights whose margins are the population's, by raking (multiplicative) adjustment.

    Parameters
    ----------
    design : the sample; its weights are the start.
    margins : column, or tuple of columns for a crossed margin, to a Series of population totals
        indexed by category (MultiIndex when crossed). Totals that differ from the first margin's by at
        most 0.5 % are scaled to it and told in ``events``.
    variance : "regression" (SEs as R's ``calibrate(calfun="raking")``) or "residual_means" (as R's ``rake``).
    unknown : rows whose category has no total: "error", "share" (they keep their share of the sample),
        or "zero" (weight zero).

    Returns
    -------
    A design whose margins are met to 1e-10 of the population.

    Raises
    ------
    WeightError : margins that cannot be used; the message names the categories.
    ConvergenceError : margins that no weights can meet.

    References
    ----------
    Deming & Stephan (1940); Deville, Särndal & Sautory (1993), JASA 88.
    """
    if variance not in VARIANCES:
        raise WeightError.said("one_of", name="variance", known=tuple(VARIANCES), given=variance)
    read, events = read_margins(design, margins, unknown)
    return _apply(design, Recipe(read, categorical_cells(read), variance=variance), events)


def post_stratify(
    design: SurveyDesign,
    columns: Hashable,
    totals: pd.Series,
    *,
    variance: str = "regression",
    unknown: str = "error",
) -> SurveyDesign:
    """Weights whose totals by post-stratum are the population's.

    Parameters
    ----------
    columns : column, or several columns to cross.
    totals : population totals indexed by category (MultiIndex when crossed).
    variance, unknown : see `rake`; "residual_means" is R's ``postStratify``.

    Raises
    ------
    WeightError : see `rake`.
    """
    key = tuple(columns) if isinstance(columns, list | tuple) else columns
    if isinstance(key, tuple) and len(key) == 1:
        key = key[0]
    return rake(design, {key: totals}, variance=variance, unknown=unknown)


def calibrate(
    design: SurveyDesign,
    *,
    categorical: Mapping[Any, Any] | None = None,
    numeric: Mapping[Any, Any] | None = None,
    total: float | None = None,
    distance: str = "linear",
    bounds: tuple[float, float] | None = None,
    heteroscedasticity: str | None = None,
    unknown: str = "error",
) -> SurveyDesign:
    """Weights that meet totals of categorical and numeric auxiliaries, as near the old ones as can be.

    Parameters
    ----------
    categorical : margins as in `rake`.
    numeric : column to population total.
    total : population size, to be met too (implied by any categorical margin).
    distance : "linear", "raking", "logit" or "truncated" (linear with bounds).
    bounds : (low, high) of g, the new weight over the old; for "logit" and "truncated".
    heteroscedasticity : column of positive numbers, the variance function of the residuals.
    unknown : see `rake`.

    Returns
    -------
    A design whose totals are met to 1e-10.

    Raises
    ------
    WeightError : totals or bounds that cannot be used.
    ConvergenceError : no weights within the bounds meet the totals; the message names which.

    References
    ----------
    Deville & Särndal (1992), JASA 87, 376–382.
    """
    distance_of(distance, bounds)
    if not categorical and not numeric and total is None:
        raise WeightError.said("calibration.no_totals")
    read, events = read_margins(design, categorical, unknown) if categorical else ((), ())
    variance = _variance_function(design, heteroscedasticity)
    if read and total is not None:
        read, events = _to_total(read, events, total)
        total = None if variance is None else total
    if numeric or total is not None or variance is not None:
        names, totals, values = numeric_columns(design.frame, numeric or {}, total)
        auxiliaries = row_auxiliaries(read, values)
    else:
        names, totals, auxiliaries = (), (), categorical_cells(read)
    recipe = Recipe(read, auxiliaries, names, totals, distance, bounds, "regression", variance)
    return _apply(design, recipe, events)


def _variance_function(design: SurveyDesign, column: str | None) -> Floats | None:
    if column is None:
        return None
    if column not in design.frame.columns:
        raise WeightError.said("no_column", role="heteroscedasticity", name=column)
    values = pd.to_numeric(design.frame[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    if not (np.isfinite(values).all() and (values > 0).all()):
        raise WeightError.said("calibration.positive", name=column)
    return values


def _to_total(read: Margins, events: Events, total: float) -> tuple[Margins, Events]:
    """Margins scaled to the given population size; more than 0.5 % apart is an error."""
    own = read[0].targets.sum()
    if abs(own - total) > 0.005 * total:
        raise WeightError.said("calibration.size", margin=read[0].name, own=float(own), total=float(total))
    if abs(own - total) <= 1e-12 * total:
        return read, events
    scaled = tuple(replace(m, targets=m.targets * (total / own)) for m in read)
    return scaled, (*events, WeightEvent("margin_scaled", "total", {"from": float(own), "to": float(total)}))


def _apply(design: SurveyDesign, recipe: Recipe, events: Events) -> SurveyDesign:
    """The design after a calibration, its replicates calibrated one by one too."""
    step = recipe.step(design.weights)
    replicates = design.replicates
    if replicates is not None:
        columns = [_replicate(recipe, replicates.weights[:, r], r) for r in range(replicates.count)]
        replicates = replicates.with_weights(np.column_stack(columns))
    weights = step.before * step.factor
    negative = int(np.sum(weights < 0))
    if negative:
        events = (*events, WeightEvent("negative_weights", "", {"rows": negative}))
    return design.evolve(
        weights=weights,
        adjustments=(*design.adjustments, step),
        replicates=replicates,
        events=(*design.events, *events),
    )


def _replicate(recipe: Recipe, weights: Floats, number: int) -> Floats:
    try:
        return weights * recipe.factor(weights)
    except ConvergenceError as error:
        raise ConvergenceError.said("replicates.numbered", number=number + 1, error=error) from error


def trim(
    design: SurveyDesign,
    *,
    upper: float | None = None,
    lower: float | None = None,
    strict: bool = False,
    recalibrate: bool = True,
) -> SurveyDesign:
    """Weights kept within bounds, what is cut off shared equally by the untrimmed.

    Parameters
    ----------
    upper, lower : bounds on the weights (not on g).
    strict : repeat until every weight is within the bounds (and the margins are met); otherwise one pass,
        after which the shared excess may lift a weight over a bound again, as in R's ``trimWeights``.
    recalibrate : meet the last calibration's totals again afterwards.

    Raises
    ------
    WeightError : bounds that leave no weight, or below/above the mean weight.
    ConvergenceError : strict, and bounds and margins cannot both be had.
    """
    low, high = _trim_bounds(design, lower, upper)
    recipe = next((a.recipe for a in reversed(design.adjustments) if a.recipe is not None), None)
    again = recipe if recalibrate else None
    before, cut, after, step = _trim_once(design.weights, low, high, again)
    for _ in range(ROUNDS if strict else 0):
        if _within(after, low, high):
            break
        _, cut, after, step = _trim_once(after, low, high, again)
    if strict and not _within(after, low, high):
        raise ConvergenceError.said("trim.not_within", low=low, high=high, rounds=ROUNDS)
    fixed = Adjustment("fixed", before, np.divide(cut, before, out=np.zeros_like(cut), where=before != 0))
    steps = (fixed,) if step is None else (fixed, step)
    outside = (before > high) | ((before < low) & (before != 0))
    detail = {"share": float(outside.sum() / design.active.sum()), "lower": low, "upper": high}
    return design.evolve(
        weights=after,
        adjustments=(*design.adjustments, *steps),
        replicates=_trim_replicates(design, low, high, again),
        events=(*design.events, WeightEvent("trimmed", "", detail)),
    )


def _trim_bounds(design: SurveyDesign, lower: float | None, upper: float | None) -> tuple[float, float]:
    low, high = 0.0 if lower is None else float(lower), np.inf if upper is None else float(upper)
    mean = design.weights[design.active].mean()
    if (lower is None and upper is None) or not 0 <= low < high:
        raise WeightError.said("trim.bounds", lower=lower, upper=upper)
    if not low <= mean <= high:
        raise WeightError.said("trim.mean", mean=float(mean), low=low, high=high)
    return low, high


def _within(weights: Floats, low: float, high: float) -> bool:
    used = weights[weights != 0]
    slack = 1e-9 * used.mean()
    return bool((used >= low - slack).all() and (used <= high + slack).all())


def _trim_once(
    weights: Floats, low: float, high: float, recipe: Recipe | None
) -> tuple[Floats, Floats, Floats, Adjustment | None]:
    """Weights before, after the cut and the sharing, after recalibration, and that step."""
    cut = _shared(weights, low, high)
    if recipe is None:
        return weights, cut, cut, None
    step = recipe.step(cut)
    return weights, cut, cut * step.factor, step


def _shared(weights: Floats, low: float, high: float) -> Floats:
    used = weights != 0
    cut = np.where(used, np.clip(weights, low, high), 0.0)
    free = used & (cut == weights)
    excess = weights.sum() - cut.sum()
    if free.any() and excess != 0:
        cut[free] += excess / free.sum()
    return cut


def _trim_replicates(design: SurveyDesign, low: float, high: float, recipe: Recipe | None) -> Replicates | None:
    if design.replicates is None:
        return None
    full = design.replicates.weights
    # A replicate's weights are combined ones: the factor of the full sample's trimming is what carries over.
    cut = _shared(design.weights, low, high)
    factor = np.divide(cut, design.weights, out=np.ones_like(cut), where=design.weights != 0)
    columns = [full[:, r] * factor for r in range(full.shape[1])]
    if recipe is not None:
        columns = [_replicate(recipe, w, r) for r, w in enumerate(columns)]
    return design.replicates.with_weights(np.column_stack(columns))
