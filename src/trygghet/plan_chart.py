"""A plan drawn small: where a goal starts, where it aims, and the changes that are too small to be seen."""

from __future__ import annotations

from math import ceil, floor, log10

from trygghet import values
from trygghet.blocks import Caption, Figure
from trygghet.charts.goals import Level, Target, goal_chart
from trygghet.messages import Words
from trygghet.planning import Feasibility, baseline_interval
from trygghet.promise_model import Goal

KEY = "plan.chart"
WIDTH = 48
HEADROOM = 1.25


def strip(goal: Goal, plan: Feasibility, words: Words, *, width: int = WIDTH) -> tuple[str, str]:
    """The plan as two lines of text, for a terminal: a scale from 0 with marks, and what the marks mean.

    Parameters
    ----------
    plan : `trygghet.planning.feasible` of the goal.
    width : characters of the scale.

    Returns
    -------
    The scale and its key. On the scale ``░`` stands where a change from the start is too small to be told from
    chance; a target among them cannot be measured.
    """
    start, aim, seen = _levels(goal, plan)
    top = _top([start, aim, seen], share=not goal.is_count)

    def place(level: float) -> int:
        return min(width - 1, max(0, round(level / top * (width - 1))))

    marks = ["·"] * width
    low, high = sorted((place(start), place(seen)))
    if plan.detectable.level is not None:
        # the cell of the smallest change that shows is one that shows
        low, high = (low + 1, high) if seen < start else (low, high - 1)
    marks[low : high + 1] = "░" * (high + 1 - low)
    marks[place(start)], marks[place(aim)] = "●", "◆"
    ends = [values.number(end, _unit(goal), words) for end in (0.0, top)]
    key = words(f"{KEY}.key", start=_shown(goal, start, words), target=_shown(goal, aim, words))
    return f"{ends[0]} {''.join(marks)} {ends[1]}", key


def plan_figure(goal: Goal, plan: Feasibility, words: Words, *, id: str = "") -> Figure:
    """The plan as a chart: the start with its interval, the smallest change that shows, the target as a line."""
    start, aim, seen = _levels(goal, plan)
    low, high = baseline_interval(goal.baseline) or (None, None)
    shows = plan.detectable.level is not None
    levels = (
        Level(words(f"{KEY}.start", year=goal.baseline.year), start, low, high, n=goal.baseline.n),
        Level(words(f"{KEY}.seen"), seen if shows else None, reason="" if shows else words(f"{KEY}.never")),
    )
    caption = Caption(
        id=id or f"plan_{goal.id}".lower(),
        title=words(f"{KEY}.{'measurable' if plan.measurable else 'not_measurable'}"),
        reading=words(f"{KEY}.reading_{goal.direction}"),
        definition=(words(f"{KEY}.definition"), words(f"{KEY}.unit.{_unit(goal)}")),
    )
    return goal_chart(levels, Target(aim, goal.direction), words, caption, unit=_unit(goal))


def _levels(goal: Goal, plan: Feasibility) -> tuple[float, float, float]:
    """Start, target, and the level from which a change shows (the end of the scale where none does)."""
    start, aim = goal.baseline.value or 0.0, goal.target_value or 0.0
    end = 0.0 if goal.direction == "decrease" else 1.0 if not goal.is_count else HEADROOM * max(start, aim)
    return start, aim, end if plan.detectable.level is None else plan.detectable.level


def _unit(goal: Goal) -> str:
    return "count" if goal.is_count else "share"


def _shown(goal: Goal, level: float, words: Words) -> str:
    whole = (floor if goal.direction == "decrease" else ceil)(level) if goal.is_count else level
    return values.number(whole, _unit(goal), words)


def _top(levels: list[float], *, share: bool) -> float:
    """The scale's upper end: a round number with some room above the largest level."""
    most = HEADROOM * max(levels)
    if share:
        return min(1.0, ceil(10 * most) / 10)
    step = 10.0 ** floor(log10(most)) / 2
    return ceil(most / step) * step
