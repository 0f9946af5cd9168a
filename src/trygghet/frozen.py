"""The baseline as it was locked beside the same wave measured anew, and what a difference comes from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import isclose, isnan
from typing import Literal

from trygghet.promise_model import Baseline, Goal

Cause = Literal["same", "hidden", "more_rows", "fewer_rows", "file_corrected", "more_counted", "fewer_counted",
                "reweighted", "stated"]  # fmt: skip
HALF_A_STEP = 0.0005
"""Shares are locked with three decimals."""


@dataclass(frozen=True)
class Frozen:
    """One goal's baseline, locked and measured anew.

    Attributes
    ----------
    locked, measured : shares 0–1 or counts; `measured` is NaN where it may not be shown.
    locked_n, measured_n : answers; None for a count.
    cause : why they differ, or ``same``.
    """

    goal: Goal
    locked: float
    locked_n: int | None
    measured: float
    measured_n: int | None
    cause: Cause

    @property
    def differs(self) -> bool:
        """Whether the two figures are not the same."""
        return self.cause not in ("same", "hidden")


def locked_baselines(content: str) -> dict[str, Baseline]:
    """Every goal's baseline in a lock entry's canonical JSON."""
    return {item["id"]: Baseline.model_validate(item["baseline"]) for item in json.loads(content).get("goals", [])}


def compare_baseline(
    goal: Goal, locked: Baseline, measured: float, n: int | None, *, file_changed: bool | None
) -> Frozen:
    """A locked baseline beside the same wave measured now.

    Parameters
    ----------
    measured, n : the figure as it comes out now, with its answers (None for a count).
    file_changed : whether the wave's file differs from the one that was locked; None when nothing is locked, and
        then a difference can only be one from what was stated.
    """
    start = locked.value
    if start is None:
        raise ValueError(f"{goal.id} has no baseline figure")
    locked_n = None if goal.is_count else locked.n
    return Frozen(goal, start, locked_n, measured, n, _cause(start, locked_n, measured, n, file_changed))


def _cause(locked: float, locked_n: int | None, measured: float, n: int | None, file_changed: bool | None) -> Cause:
    if isnan(measured):
        return "hidden"
    same_base = locked_n is None or n is None or locked_n == n
    if same_base and isclose(locked, measured, rel_tol=0, abs_tol=HALF_A_STEP + 1e-9):
        return "same"
    if file_changed is None:
        return "stated"
    if same_base and locked_n is not None:
        return "file_corrected" if file_changed else "reweighted"
    grew = measured > locked if locked_n is None or n is None else n > locked_n
    if file_changed:
        return "more_rows" if grew else "fewer_rows"
    return "more_counted" if grew else "fewer_counted"
