"""Last year's deliveries moved one year: a guess, to be put right by whoever knows."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

DATES = ("from", "to", "compare_from", "compare_to", "deadline", "as_of")
FILES = ("file", "invited")
BY_WEEK = ("survey", "staff")
"""Kinds of source that are asked in a certain week; the others are counted by calendar months."""
GROWING = ("official", "reference")
"""Kinds whose one file begins in the same year every time and reaches a year further."""


def wave(
    kind: str, last: Mapping[str, Any], before: Mapping[str, Any] | None, years: tuple[str, str]
) -> dict[str, Any]:
    """A delivery moved one year.

    Parameters
    ----------
    kind : of the source.
    last, before : the last delivery, and the one before it where there is one: a day that is the same in both stays.
    years : the last year and the new one.
    """
    made = dict(last)
    for key in DATES:
        if key in last and not _stays(kind, key, last, before):
            made[key] = _moved(last[key], by_week=kind in BY_WEEK and not _whole_months(last))
    for key in FILES:
        if key in last:
            made[key] = renamed(last[key], years)
    if "where" in last:
        made["where"] = {k: _of_year(v, years) for k, v in last["where"].items()}
    return made


def renamed(name: str, years: tuple[str, str]) -> str:
    """A file's name with the year in it, wherever it stands alone among digits, exchanged."""
    return re.sub(rf"(?<!\d){re.escape(years[0])}(?!\d)", years[1], name)


def _of_year(value: Any, years: tuple[str, str]) -> Any:
    return type(value)(years[1]) if str(value) == years[0] else value


def _stays(kind: str, key: str, last: Mapping[str, Any], before: Mapping[str, Any] | None) -> bool:
    if before is not None:
        return bool(before.get(key) == last[key])
    return kind in GROWING and key == "from"


def _whole_months(given: Mapping[str, Any]) -> bool:
    return bool(given["from"].day == 1 and _is_last(given["to"]))


def _is_last(day: date) -> bool:
    return day.day == monthrange(day.year, day.month)[1]


def _moved(day: date, *, by_week: bool) -> date:
    """The same day a year on: the same weekday of the same ISO week, or the same day of the month; a month's last day
    stays its last."""
    following = day.year + 1
    if _is_last(day):
        return date(following, day.month, monthrange(following, day.month)[1])
    if not by_week:
        return date(following, day.month, day.day)
    year, week, weekday = day.isocalendar()
    last = (date(year + 1, 12, 28)).isocalendar().week
    return date.fromisocalendar(year + 1, 1, weekday) + timedelta(weeks=min(week, last) - 1)
