"""Adjustment of design weights for non-response, and measures of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trygghet.design import SurveyDesign, WeightEvent
from trygghet.errors import WeightError
from trygghet.survey.adjustment import Adjustment
from trygghet.survey.arrays import Floats, as_list, combine, encode
from trygghet.survey.regression import predicted_shares

Flags = np.ndarray


def response_groups(design: SurveyDesign, responded: str, groups: str | list[str], *, minimum: int = 1) -> SurveyDesign:
    """Response-homogeneity groups: the weights of those who did not answer go to those who did.

    Parameters
    ----------
    design : the whole sample drawn, respondents or not.
    responded : column of true/false (1/0).
    groups : columns whose combinations are the groups.
    minimum : fewest respondents a group may have.

    Returns
    -------
    The design with weight zero for non-respondents; Σ weights is unchanged in every group. The
    variance takes the factors as known.

    Raises
    ------
    WeightError : a group with fewer respondents than `minimum`; the message names it.

    References
    ----------
    Särndal, Swensson & Wretman (1992), section 15.6.
    """
    answered = _answered(design, responded)
    codes, names = _group_codes(design, groups)
    everyone = np.bincount(codes, weights=design.weights, minlength=len(names))
    those = np.bincount(codes, weights=design.weights * answered, minlength=len(names))
    counts = np.bincount(codes, weights=answered & design.active, minlength=len(names))
    short = [names[i] for i in np.flatnonzero((everyone > 0) & (counts < max(minimum, 1)))]
    if short:
        raise WeightError.said("response.few", minimum=max(minimum, 1), groups=tuple(short[:8]))
    rate = np.divide(everyone, those, out=np.zeros_like(everyone), where=those > 0)
    return _weighted_up(design, np.where(answered, rate[codes], 0.0), answered, "response_groups")


def response_propensity(
    design: SurveyDesign, responded: str, x: str | list[str], *, classes: int | None = 5
) -> SurveyDesign:
    """Inverse propensity of response by a weighted logistic regression.

    Parameters
    ----------
    x : columns known for the whole sample.
    classes : number of equally large classes of propensity within which the response rate is used
        (steadier than the propensities themselves); None: one over the propensity.

    Raises
    ------
    WeightError : missing values in `x`, a class without respondents.

    References
    ----------
    Little (1986), International Statistical Review 54; Valliant, Dever & Kreuter (2018), chapter 13.
    """
    answered = _answered(design, responded)
    share = propensities(design, responded, x)
    if classes is None:
        return _weighted_up(design, np.where(answered, 1 / share, 0.0), answered, "response_propensity")
    edges = np.quantile(share[design.active], np.linspace(0, 1, classes + 1)[1:-1])
    label = np.searchsorted(edges, share, side="right")
    grouped = design.with_columns(_propensity_class=label)
    adjusted = response_groups(grouped, responded, "_propensity_class")
    return adjusted.evolve(frame=design.frame)


def propensities(design: SurveyDesign, responded: str, x: str | list[str]) -> Floats:
    """(n,) estimated probability of response of each row."""
    answered = _answered(design, responded)
    return predicted_shares(design.with_columns(_responded=answered.astype(float)), "_responded", as_list(x))


def r_indicator(design: SurveyDesign, responded: str, x: str | list[str]) -> float:
    """Representativeness of the response, 1 − 2·S(propensity): 1 is as good as full response.

    References
    ----------
    Schouten, Cobben & Bethlehem (2009), Survey Methodology 35, 101–113, formula 5.
    """
    share, weight = propensities(design, responded, x), design.weights
    total = weight.sum()
    mean = weight @ share / total
    return float(1 - 2 * np.sqrt(weight @ (share - mean) ** 2 / (total - 1)))


def response_rates(design: SurveyDesign, responded: str, by: str | list[str] | None = None) -> pd.DataFrame:
    """Response rate by stratum or any group: `by` columns, drawn, answered, rate (unweighted), weighted_rate."""
    answered = _answered(design, responded)
    frame = pd.DataFrame({name: design.frame[name] for name in as_list(by)})
    frame["drawn"] = design.active.astype(int)
    frame["answered"] = (answered & design.active).astype(int)
    frame["_weight"], frame["_those"] = design.weights, design.weights * answered
    if not as_list(by):
        sums = frame.sum().to_frame().T
    else:
        sums = frame.groupby(as_list(by), observed=False, dropna=False).sum().reset_index()
    with np.errstate(divide="ignore", invalid="ignore"):
        sums["rate"] = sums["answered"] / sums["drawn"]
        sums["weighted_rate"] = sums["_those"] / sums["_weight"]
    counts = {"drawn": int, "answered": int}
    return sums.drop(columns=["_weight", "_those"]).astype(counts)


def _answered(design: SurveyDesign, responded: str) -> Flags:
    if responded not in design.frame.columns:
        raise WeightError.said("no_column", role="responded", name=responded)
    values = pd.to_numeric(design.frame[responded], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    if not np.isin(values, (0.0, 1.0)).all():
        raise WeightError.said("response.true_false", name=responded)
    answered: Flags = values == 1
    if not (answered & design.active).any():
        raise WeightError.said("response.nobody", name=responded)
    return answered


def _group_codes(design: SurveyDesign, groups: str | list[str]) -> tuple[np.ndarray, list[str]]:
    parts, labels = [], []
    for name in as_list(groups):
        if name not in design.frame.columns:
            raise WeightError.said("no_column", role="groups", name=name)
        codes, levels = encode(design.frame[name])
        if (codes < 0).any():
            raise WeightError.said("no_label", role="groups", name=name, rows=int((codes < 0).sum()))
        parts.append((codes, len(levels)))
        labels.append([str(v) for v in levels])
    codes, _ = combine(parts)
    names = [" × ".join(key) for key in pd.MultiIndex.from_product(labels)]
    return codes, names


def _weighted_up(design: SurveyDesign, factor: Floats, answered: Flags, kind: str) -> SurveyDesign:
    step = Adjustment("fixed", design.weights, factor)
    detail = {"rate": float(answered[design.active].mean()), "highest_factor": float(factor.max())}
    replicates = design.replicates
    if replicates is not None:
        replicates = replicates.with_weights(replicates.weights * factor[:, None])
    return design.evolve(
        weights=design.weights * factor,
        adjustments=(*design.adjustments, step),
        replicates=replicates,
        events=(*design.events, WeightEvent(kind, "", detail)),
    )
