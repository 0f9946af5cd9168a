"""Was the goal reached, in one of five words; no-worse tests, multiplicity and strength of evidence.

Two questions that are never merged: the *level* (does the outcome lie beyond the target, `target_reached`)
and the *effect* (did it change more than the comparison, `trygghet.comparison`). Activities are a third
thing and stand apart (`activity_summary`).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, log, nan, sqrt
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from trygghet.counts import ratio_support
from trygghet.errors import SpokenError
from trygghet.messages import Words
from trygghet.promise_model import Goal
from trygghet.promises import Registry

LABELS = ("reached", "probably_reached", "undecided", "probably_not_reached", "not_reached")
Label = Literal["reached", "probably_reached", "undecided", "probably_not_reached", "not_reached"]
CUTS = (0.95, 0.80, 0.20, 0.05)
_TONES = ("green", "green", "ink", "amber", "amber")


class EvaluationError(SpokenError):
    """An evaluation asked for what its numbers cannot carry."""


@dataclass(frozen=True)
class Reached:
    """How strongly the data support that a goal's target is passed.

    Attributes
    ----------
    support : 0–1, one-sided; "support in the data", not the probability that the promise was kept.
    label : one of `LABELS`.
    estimate, target : outcome and the level aimed at (a share 0–1 or a count).
    method : ``logit``, ``jeffreys``, ``contrast``, ``ratio`` or ``count``.
    """

    goal: str
    support: float
    label: Label
    estimate: float
    target: float
    method: str

    @property
    def tone(self) -> str:
        """The colour of a verdict block: ``green``, ``ink`` or ``amber``."""
        return _TONES[LABELS.index(self.label)]

    def word(self, words: Words) -> str:
        """The verdict in the reader's language."""
        return words(f"evaluation.labels.{self.label}")


def label_of(support: float) -> Label:
    """The word for a support: ≥ .95, ≥ .80, > .20, > .05 and below."""
    if not 0 <= support <= 1:
        raise EvaluationError.said("goals.support")
    high, probably, low, least = CUTS
    if support >= high:
        return "reached"
    if support >= probably:
        return "probably_reached"
    if support > low:
        return "undecided"
    return "probably_not_reached" if support > least else "not_reached"


def support_below(
    estimate: float,
    se: float,
    target: float,
    *,
    df: float | None = None,
    method: str = "logit",
    n: float | None = None,
) -> float:
    """Support that a true share lies below a target.

    Parameters
    ----------
    estimate, se : share 0–1 and its standard error.
    target : 0–1.
    df : degrees of freedom of the variance; the normal distribution when None.
    method : ``"logit"`` Φ((logit t − logit p)/se_logit); ``"normal"`` on the share itself; ``"jeffreys"``
        the Beta(½ + n_eff·p, ½ + n_eff·(1−p)) distribution with n_eff = p(1−p)/se².
    n : effective number of answers, needed by ``jeffreys`` when the share is 0 or 1.

    Raises
    ------
    EvaluationError : a share, error or target outside its range, or an unknown method.
    """
    if not (0 <= estimate <= 1 and 0 <= target <= 1 and isfinite(se) and se >= 0):
        raise EvaluationError.said("goals.shares")
    if method == "jeffreys" or estimate in (0.0, 1.0) or se == 0:
        size = n if n is not None else (estimate * (1 - estimate) / se**2 if se > 0 else nan)
        if not (isfinite(size) and size > 0):
            raise EvaluationError.said("goals.needs_n")
        return float(stats.beta.cdf(target, size * estimate + 0.5, size * (1 - estimate) + 0.5))
    if method == "normal":
        return _cdf((target - estimate) / se, df)
    if method != "logit":
        raise EvaluationError.said("one_of", name="method", known=("logit", "normal", "jeffreys"), given=method)
    if target in (0.0, 1.0):
        return float(target)
    return _cdf((_logit(target) - _logit(estimate)) * estimate * (1 - estimate) / se, df)


def sceptical_support(
    estimate: float, se: float, target: float, *, centre: float, sd: float, direction: str = "decrease"
) -> float:
    """Support that a target is passed, when it is believed beforehand that little has changed.

    Most areas stand still from one year to the next, and then the plain support promises too much: where shares lie
    around 30 % and the target is 27 %, a plain support of .50 comes true about one time in three.

    Parameters
    ----------
    estimate, se, target : shares 0–1, as in `support_below`.
    centre, sd : what is believed beforehand, as a rule the baseline and how much such shares move in a year; no
        default, since it decides the answer.
    direction : of the goal.

    Returns
    -------
    0–1; equal to ``support_below(..., method="normal")`` as sd grows.

    References
    ----------
    Spiegelhalter, Freedman & Parmar (1994), Journal of the Royal Statistical Society A 157, 357-416.
    """
    if not (se > 0 and sd > 0 and isfinite(estimate) and isfinite(centre)):
        raise EvaluationError.said("goals.errors_positive")
    precision = 1 / se**2 + 1 / sd**2
    middle = (estimate / se**2 + centre / sd**2) / precision
    below = _cdf((target - middle) * sqrt(precision), None)
    return below if direction == "decrease" else 1 - below


def target_reached(
    goal: Goal,
    estimate: float,
    se: float,
    *,
    df: float | None = None,
    baseline: float | None = None,
    baseline_se: float | None = None,
    covariance: float = 0.0,
    n: float | None = None,
) -> Reached:
    """Whether a survey share has passed its goal's target, as support and one of five words.

    Parameters
    ----------
    goal : with an absolute, relative or no-worse target; its direction says which side is good.
    estimate, se : the outcome's share 0–1 and standard error, `df` its degrees of freedom.
    baseline, baseline_se : the baseline wave's, needed for a relative target (contrast p1 − (1+v)·p0) and
        for ``no_worse`` (contrast p1 − p0 against the margin).
    covariance : of the two estimates; 0 for independent samples.
    n : effective number of answers, needed when the share is 0 or 1.

    Raises
    ------
    EvaluationError : a count goal (see `count_target_reached`), or a missing baseline.
    """
    if goal.is_count:
        raise EvaluationError.said("goals.count_goal", goal=goal.id)
    if goal.target.kind == "absolute":
        target = _aim(goal)
        below = support_below(estimate, se, target, df=df, n=n)
        method = "logit" if 0 < estimate < 1 and se > 0 else "jeffreys"
    else:
        if baseline is None or baseline_se is None:
            raise EvaluationError.said("goals.no_baseline", goal=goal.id)
        factor, shift = _contrast(goal)
        target = factor * baseline + shift
        variance = se**2 + (factor * baseline_se) ** 2 - 2 * factor * covariance
        if not variance > 0:
            raise EvaluationError.said("goals.no_variance", goal=goal.id)
        below, method = _cdf((target - estimate) / sqrt(variance), df), "contrast"
    support = below if goal.direction == "decrease" else 1 - below
    return Reached(goal.id, support, label_of(support), estimate, target, method)


def count_target_reached(
    goal: Goal, count: int, *, baseline: int | None = None, t1: float = 1.0, t0: float = 1.0, phi: float = 1.0
) -> Reached:
    """Whether a count has passed its goal's target.

    A relative target asks whether the ratio of the two rates lies beyond 1 + v (conditional mid-p, or
    quasi-Poisson with `phi`); an absolute one whether the rate behind the count lies beyond the target
    (Jeffreys' gamma on the count divided by phi).

    Parameters
    ----------
    count, baseline : whole numbers; `baseline` defaults to the stated one.
    t1, t0 : length or population of the two periods.
    phi : variance over mean of the counts, at least 1.
    """
    start = goal.baseline.count if baseline is None else baseline
    absolute = goal.target.kind == "absolute"
    if start is None and not absolute:
        raise EvaluationError.said("goals.no_baseline", goal=goal.id)
    if not (count >= 0 and phi >= 1 and (start is None or start >= 0)):
        raise EvaluationError.said("goals.counts")
    factor, shift = (0.0, _aim(goal)) if absolute else _contrast(goal)
    target = shift if absolute else (factor * (start or 0) + shift) * t1 / t0
    if absolute or (not start and shift):
        # A fixed number of crimes; so is a margin above none.
        below, method = float(stats.gamma.cdf(max(target, 0.0) / phi, count / phi + 0.5)), "count"
    else:
        ratio = factor + shift / start if start else factor
        below, method = ratio_support(count, start or 0, max(ratio, 0.0), t1=t1, t0=t0, phi=phi), "ratio"
    support = below if goal.direction == "decrease" else 1 - below
    return Reached(goal.id, support, label_of(support), float(count), target, method)


@dataclass(frozen=True)
class NoWorse:
    """Two one-sided tests of a change against a margin given beforehand."""

    p_no_worse: float
    p_no_better: float
    p_equivalent: float


def no_worse(
    estimate: float, se: float, margin: float, *, df: float | None = None, direction: str = "decrease"
) -> NoWorse:
    """Whether a change is no worse than a margin, and whether it is equivalent to none (TOST).

    Parameters
    ----------
    estimate, se : change (outcome − baseline) and its standard error.
    margin : positive, in the unit of the change; must be set before the follow-up and has no default.
    direction : ``"decrease"`` when less is better.

    References
    ----------
    Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15, 657-680.
    """
    if not (margin > 0 and se > 0):
        raise EvaluationError.said("goals.margin_positive")
    above = 1 - _cdf((margin - estimate) / se, df)
    below = 1 - _cdf((estimate + margin) / se, df)
    worse, better = (above, below) if direction == "decrease" else (below, above)
    return NoWorse(worse, better, max(above, below))


def adjust(p: ArrayLike, method: Literal["holm", "bh", "bonferroni"] = "holm") -> np.ndarray:
    """p-values adjusted for how many were looked at, in the order given; NaN stays NaN.

    References
    ----------
    Holm (1979); Benjamini & Hochberg (1995); R's ``p.adjust``.
    """
    values = np.asarray(p, float)
    kept = ~np.isnan(values)
    q = values[kept]
    if ((q < 0) | (q > 1)).any():
        raise EvaluationError.said("goals.p_values")
    n, order = len(q), np.argsort(q, kind="stable")
    ranks = np.arange(1, n + 1)
    if method == "holm":
        stepped = np.maximum.accumulate((n - ranks + 1) * q[order])
    elif method == "bh":
        stepped = np.minimum.accumulate((n / ranks * q[order])[::-1])[::-1]
    elif method == "bonferroni":
        stepped = n * q[order]
    else:
        raise EvaluationError.said("one_of", name="method", known=("holm", "bh", "bonferroni"), given=method)
    adjusted = np.full(values.shape, nan)
    back = np.empty(n)
    back[order] = np.minimum(1.0, stepped)
    adjusted[kept] = back
    return adjusted


@dataclass(frozen=True)
class EvidenceLevel:
    """A level of the Maryland Scientific Methods Scale and the key of its reason."""

    level: str
    reason: str

    def sentence(self, words: Words) -> str:
        """The level with its reason in the reader's language."""
        return words(f"evaluation.evidence.{self.reason}", level=self.level)


def evidence_level(
    *, baseline: bool, comparison_areas: int = 0, pretrend_checked: bool = False, randomised: bool = False
) -> EvidenceLevel:
    """How far the design allows to say that a change came from the measures.

    References
    ----------
    Sherman et al. (1997), Preventing Crime: the Maryland Scientific Methods Scale.
    """
    if randomised and baseline and comparison_areas:
        return EvidenceLevel("5", "randomised")
    if not baseline:
        return EvidenceLevel("2", "comparison_only") if comparison_areas else EvidenceLevel("1", "one_point")
    if comparison_areas == 0:
        return EvidenceLevel("2", "before_after")
    if comparison_areas >= 10 and pretrend_checked:
        return EvidenceLevel("3+", "many_comparisons")
    return EvidenceLevel("3", "comparison")


@dataclass(frozen=True)
class ActivitySummary:
    """What was done of what was planned for one goal; says nothing about effect.

    Attributes
    ----------
    table : DataFrame, a row an activity: id, what, who, planned, done, unit, share, status, cause, evidence.
        ``share`` is done/planned, NaN when either is missing or nothing was planned.
    counts : number of activities by status (done, partly, not_done, unknown).
    dose : mean over activities of min(share, 1), where a status without amounts counts 1 for done and 0 for
        not done; NaN when nothing is known.
    """

    table: pd.DataFrame
    counts: dict[str, int]
    dose: float

    @property
    def n(self) -> int:
        """How many activities there are."""
        return len(self.table)

    def sentence(self, words: Words) -> str:
        """How much was done, in one sentence."""
        if self.n == 0:
            return words("evaluation.activities.none")
        parts = [words(f"evaluation.activities.{name}", n=n) for name, n in self.counts.items() if n]
        return words("evaluation.activities.summary", n=self.n, parts=words.sequence(parts))


def activity_summary(registry: Registry, goal: Goal | str, words: Words | None = None) -> ActivitySummary:
    """Planned and done for a goal's activities (the dose), kept apart from effects."""
    words = words or Words("sv")
    rows = []
    for item in registry.activities_of(goal):
        share = item.done / item.planned if item.done is not None and item.planned else nan
        texts = {name: words.pick(getattr(item, name)) for name in ("what", "who", "unit", "cause", "evidence")}
        rows.append({"id": item.id, "planned": item.planned, "done": item.done, "share": share,
                     "status": item.status, **texts})  # fmt: skip
    columns = ["id", "what", "who", "planned", "done", "unit", "share", "status", "cause", "evidence"]
    table = pd.DataFrame(rows, columns=columns)
    table = table.astype({"planned": float, "done": float, "share": float})
    counts = {name: int((table["status"] == name).sum()) for name in ("done", "partly", "not_done", "unknown")}
    by_status = table["status"].map({"done": 1.0, "not_done": 0.0})
    known = table["share"].clip(upper=1).fillna(by_status).dropna()
    return ActivitySummary(table, counts, float(known.mean()) if len(known) else nan)


def _aim(goal: Goal) -> float:
    if goal.target.value is None:
        raise EvaluationError.said("goals.no_target", goal=goal.id)
    return goal.target.value


def _contrast(goal: Goal) -> tuple[float, float]:
    """Factor and shift of the contrast p1 − factor·p0 − shift, which is 0 exactly at the target."""
    if goal.target.kind == "relative":
        return 1 + _aim(goal), 0.0
    if goal.margin is None:
        raise EvaluationError.said("goals.no_margin", goal=goal.id)
    return 1.0, goal.margin if goal.direction == "decrease" else -goal.margin


def _cdf(z: float, df: float | None) -> float:
    return float(stats.norm.cdf(z) if df is None or not isfinite(df) else stats.t.cdf(z, df))


def _logit(p: float) -> float:
    return log(p / (1 - p))
