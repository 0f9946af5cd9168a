"""The half-year follow-up: how far every activity has come against its plan, what is late and what is in the way.

It says what is done and nothing of effects: the follow-up's measurement has not been made.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import floor, isnan, nan
from typing import Literal

from trygghet.promise_model import Activity, Goal, Promise
from trygghet.promises import Registry

State = Literal["done", "on_time", "late", "overdue", "not_begun", "unknown"]
BEHIND: tuple[State, ...] = ("late", "overdue")


@dataclass(frozen=True)
class Progress:
    """How far an activity had come on a day.

    Attributes
    ----------
    done, planned : amounts in the activity's unit, NaN when not given.
    expected : what an even pace from its first to its last day would have given by then, NaN without a plan.
    due : its last day.
    """

    activity: Activity
    day: date
    done: float
    planned: float
    expected: float
    due: date
    state: State

    @property
    def behind(self) -> bool:
        """Whether it is late, or should have been finished."""
        return self.state in BEHIND


def followed(registry: Registry, year: str) -> tuple[Goal, ...]:
    """The goals under way in a year: measured that year or before, and not yet followed up."""
    return tuple(goal for goal in registry.goals if goal.baseline.year <= year < goal.follow_up)


def interim_day(activities: Iterable[Activity]) -> date | None:
    """The last day that any of the activities was checked; None when none was."""
    days = [item.interim.day for item in activities if item.interim is not None]
    return max(days, default=None)


def progress(activity: Activity, promise: Promise, day: date) -> Progress:
    """An activity's progress on a day.

    Parameters
    ----------
    promise : gives the first and last day where the activity has none of its own.

    Notes
    -----
    An even pace is the mildest plan there is to hold someone to, and amounts are whole: an activity is late only when
    it lacks a whole unit of what an even pace would have given.
    """
    begin, due = activity.begin or promise.start, activity.due or promise.end
    planned = nan if activity.planned is None else float(activity.planned)
    known = activity.interim is not None and activity.interim.done is not None
    done = float(activity.interim.done) if known else nan  # type: ignore[union-attr,arg-type]
    length = max((due - begin).days, 1)
    expected = planned * min(max((day - begin).days / length, 0.0), 1.0)
    return Progress(activity, day, done, planned, expected, due, _state(done, planned, expected, (day, begin, due)))


def _state(done: float, planned: float, expected: float, days: tuple[date, date, date]) -> State:
    day, begin, due = days
    if done >= planned:
        return "done"
    if day < begin and not done > 0:
        return "not_begun"
    if isnan(done) or isnan(planned):
        return "unknown"
    if day >= due:
        return "overdue"
    return "late" if done < floor(expected + 1e-9) else "on_time"
