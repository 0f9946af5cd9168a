"""What the weighting did: design effect, g, margins before and after, and variables it never saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from trygghet.design import SurveyDesign, WeightEvent
from trygghet.errors import WeightError
from trygghet.survey.arrays import Floats
from trygghet.survey.margins import Margin, read_margins
from trygghet.survey.nonresponse import r_indicator, response_rates

PERCENTILES = (0, 1, 5, 25, 50, 75, 95, 99, 100)


def kish_deff(weights: ArrayLike) -> float:
    """Design effect of unequal weighting, 1 + cv².

    Parameters
    ----------
    weights : (n,) positive weights, any scale; zeros are outside the sample.

    Returns
    -------
    At least 1; the effective sample size is n divided by it.

    Raises
    ------
    WeightError : no positive weight, or one that is negative or not finite.

    References
    ----------
    Kish (1965), Survey Sampling, section 11.7.
    """
    w = np.asarray(weights, dtype=float)
    if w.ndim != 1 or not np.isfinite(w).all() or (w < 0).any() or not (w > 0).any():
        raise WeightError.said("weights.unusable")
    w = w[w > 0]
    return float(len(w) * np.sum(w**2) / np.sum(w) ** 2)


@dataclass(frozen=True, eq=False)
class Diagnostics:
    """What a report tells about the weights.

    Attributes
    ----------
    n : rows with a positive weight.  n_eff : n / kish_deff.
    kish_deff : design effect of unequal weighting.
    g : percentiles of the final weight over the design weight (index 0–100).
    w : percentiles of the final weight over its mean.
    share_trimmed : share of the rows that trimming touched.
    table : margin, category, n, before, after, target (shares), difference (after − target), used,
        standardised_before, standardised_after (differences over √(target (1 − target))).
    response : response rate by stratum, or None when no response column was named.
    r_indicator : see `trygghet.weights.r_indicator`; None without predictors.
    events : what the weighting did on its own rule.
    """

    n: int
    n_eff: float
    kish_deff: float
    g: pd.Series
    w: pd.Series
    share_trimmed: float
    table: pd.DataFrame
    response: pd.DataFrame | None
    r_indicator: float | None
    events: tuple[WeightEvent, ...]


def diagnostics(
    design: SurveyDesign,
    population: Mapping[Any, Any] | None = None,
    *,
    sample: SurveyDesign | None = None,
    responded: str | None = None,
    predictors: str | list[str] | None = None,
) -> Diagnostics:
    """Diagnostics of a weighted design.

    Parameters
    ----------
    design : the weighted respondents.
    population : margins (as `rake` takes them) of variables not used in weighting, to compare with.
    sample : the whole sample drawn with its design weights, for response rate and R-indicator.
    responded : the sample's response column.
    predictors : columns of the sample for the R-indicator.

    Raises
    ------
    WeightError : a population margin that cannot be read.
    """
    active = design.active
    used = _used_margins(design)
    extra = read_margins(design, population, "share")[0] if population else ()
    rows = [_margin_rows(design, m, True) for m in used] + [_margin_rows(design, m, False) for m in extra]
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=_COLUMNS)
    base = design.base
    g = design.weights[active & (base > 0)] / base[active & (base > 0)]
    w = design.weights[active] / design.weights[active].mean()
    n = int(active.sum())
    deff = float(n * np.sum(design.weights**2) / np.sum(design.weights) ** 2)
    by = design.strata if isinstance(design.strata, str) else None
    whole = sample if sample is not None else design
    rates = response_rates(whole, responded, by) if responded else None
    indicator = r_indicator(whole, responded, predictors) if responded and predictors else None
    return Diagnostics(
        n,
        n / deff,
        deff,
        _percentiles(g),
        _percentiles(w),
        _trimmed(design),
        table,
        rates,
        indicator,
        design.events,
    )


_COLUMNS = [
    "margin",
    "category",
    "n",
    "before",
    "after",
    "target",
    "difference",
    "used",
    "standardised_before",
    "standardised_after",
]


def _percentiles(values: Floats) -> pd.Series:
    return pd.Series(np.percentile(values, PERCENTILES), index=pd.Index(PERCENTILES, name="percentile"))


def _trimmed(design: SurveyDesign) -> float:
    shares = [event.detail["share"] for event in design.events if event.kind == "trimmed"]
    return float(max(shares, default=0.0))


def _used_margins(design: SurveyDesign) -> list[Margin]:
    """Margins of every calibration, the latest of each name."""
    found: dict[str, Margin] = {}
    for step in design.adjustments:
        for margin in getattr(step.recipe, "margins", ()):
            found[margin.name] = margin
    return list(found.values())


def _margin_rows(design: SurveyDesign, margin: Margin, used: bool) -> pd.DataFrame:
    active, k = design.active, margin.size
    inside = np.where(active, design.base, 0.0)
    before = np.bincount(margin.codes, weights=inside, minlength=k) / inside.sum()
    after = np.bincount(margin.codes, weights=design.weights, minlength=k) / design.weights.sum()
    target = margin.targets / margin.targets.sum()
    scale = np.sqrt(target * (1 - target))
    scale = np.where(scale > 0, scale, np.nan)
    return pd.DataFrame(
        {
            "margin": margin.name,
            "category": margin.labels,
            "n": np.bincount(margin.codes[active], minlength=k),
            "before": before,
            "after": after,
            "target": target,
            "difference": after - target,
            "used": used,
            "standardised_before": (before - target) / scale,
            "standardised_after": (after - target) / scale,
        }
    )
