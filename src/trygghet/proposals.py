"""What the outcome and the work done speak for: keep, change, finish first, stop, measure better or find out.

A proposal from fixed rules, for those who decide to argue with; never a decision. The first question is whether the
measures were carried out at all: what was not done has not been tried, however the goal went.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import Literal

from trygghet.evaluation import Label

Action = Literal["keep", "change", "finish", "stop", "measure", "find_out"]
Versus = Literal["better", "worse", "unclear", "none"]
CARRIED_OUT, HARDLY = 0.8, 0.5


@dataclass(frozen=True)
class Proposal:
    """What to do with a goal's measures, and the key of the reason."""

    action: Action
    reason: str


def propose(label: Label, dose: float, versus: Versus = "none") -> Proposal:
    """A proposal from a goal's level, the part of its activities that was carried out, and its comparison.

    Parameters
    ----------
    label : the verdict on the level.
    dose : 0–1, NaN when nobody said what was done; at least `CARRIED_OUT` counts as carried out, less than
        `HARDLY` as hardly begun.
    versus : how the change went against the comparison areas; ``"unclear"`` when chance can explain the
        difference, ``"none"`` without comparison areas.

    References
    ----------
    Weiss (1997), New Directions for Evaluation 76, 41-55 (implementation failure and theory failure).
    """
    if isnan(dose):
        return Proposal("find_out", "dose_unknown")
    reached = label in ("reached", "probably_reached")
    if label == "undecided":
        done = dose >= CARRIED_OUT
        return Proposal("measure", "undecided_done") if done else Proposal("finish", "undecided_not_done")
    if reached:
        return _after_success(dose, versus)
    if dose < CARRIED_OUT:
        return Proposal("finish", "not_carried_out")
    return Proposal("stop", "worse_than_others") if versus == "worse" else Proposal("change", "carried_out_in_vain")


def _after_success(dose: float, versus: Versus) -> Proposal:
    if dose < HARDLY:
        return Proposal("find_out", "reached_without_measures")
    if versus == "better":
        return Proposal("keep", "better_than_others")
    if versus == "worse":
        return Proposal("change", "worse_than_others")
    # A difference that chance can explain shows neither that the measures work nor that they do not.
    return Proposal("keep", "cause_unknown" if versus == "none" else "as_others")
