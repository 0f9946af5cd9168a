"""Before a promise is signed: what the planned numbers could show, and what chance alone will do.

Shares are 0–1, counts are per period. Two-sided tests unless said otherwise.
"""

from __future__ import annotations

from math import sqrt

from trygghet.intervals import poisson_interval, wilson
from trygghet.promise_model import Baseline


def baseline_interval(baseline: Baseline, *, level: float = 0.95) -> tuple[float, float] | None:
    """Between which values the baseline may truly lie.

    Uses the stated limits when both are given; else Wilson's interval with ``n / deff`` answers for a share
    and the exact Poisson interval for a count. None when the baseline has no number.
    """
    if baseline.low is not None and baseline.high is not None:
        return baseline.low, baseline.high
    if baseline.count is not None:
        return poisson_interval(baseline.count, level=level)
    if baseline.estimate is None or baseline.n is None:
        return None
    n = baseline.n / baseline.deff
    return wilson(baseline.estimate * n, n, level=level)


def baseline_se(baseline: Baseline) -> float | None:
    """Standard error of a stated share, √(deff · p(1−p)/n); None for a count or without n."""
    if baseline.estimate is None or baseline.n is None:
        return None
    return sqrt(baseline.deff * baseline.estimate * (1 - baseline.estimate) / baseline.n)
