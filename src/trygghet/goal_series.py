"""A goal's figure in every wave there is, in pieces that no break of the series lies between."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import isnan

import numpy as np
import pandas as pd

from trygghet.indicators import Indicator
from trygghet.workspace import SourceWave

MANY, PART = 10, 0.1


@dataclass(frozen=True)
class Point:
    """One wave: share 0–1 or count with 95 % limits and base, NaN where it may not be shown; `at` is its last day."""

    label: str
    at: date
    estimate: float
    low: float
    high: float
    n: int

    @property
    def shown(self) -> bool:
        """Whether there is a figure."""
        return not isnan(self.estimate)


@dataclass(frozen=True)
class SeriesGap:
    """Between two waves something changed: ``question``, ``mode`` or ``codes``, from the later one's label on.

    `codes` are the crime codes that came or went.
    """

    before: str
    after: str
    kind: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class GoalSeries:
    """The points in order, and the gaps that a line must not bridge."""

    points: tuple[Point, ...]
    gaps: tuple[SeriesGap, ...] = ()

    def pieces(self) -> tuple[tuple[Point, ...], ...]:
        """Runs of points that may be joined; a hidden point parts them too."""
        broken = {gap.after for gap in self.gaps}
        runs: list[list[Point]] = []
        joined = False
        for point in self.points:
            if not point.shown:
                joined = False
                continue
            if joined and point.label not in broken:
                runs[-1].append(point)
            else:
                runs.append([point])
            joined = True
        return tuple(tuple(run) for run in runs)


def gaps(waves: Sequence[SourceWave], definition: Callable[[str], Indicator | None]) -> tuple[SeriesGap, ...]:
    """Where a survey series breaks.

    Parameters
    ----------
    waves : in order of time.
    definition : the indicator as it stands for a wave's year; None where it was not asked.
    """
    found = []
    for one, two in pairwise(waves):
        first, second = definition(one.year), definition(two.year)
        if first is None or second is None:
            continue
        crossed = any(one.wave.end < item.at <= two.wave.end for item in second.breaks)
        if crossed or first.definition != second.definition:
            found.append(SeriesGap(one.year, two.year, "question"))
        elif one.wave.mode is not None and two.wave.mode is not None and one.wave.mode != two.wave.mode:
            found.append(SeriesGap(one.year, two.year, "mode"))
    return tuple(found)


def code_gaps(crimes: pd.DataFrame) -> tuple[SeriesGap, ...]:
    """Where a series of crimes breaks because the codes they are registered under changed.

    A code has come when none of the periods before had it, and gone when none of those after has it, although it
    held at least `MANY` crimes and a tenth of the group's in the period beside the change: so many are not none by
    chance.

    Parameters
    ----------
    crimes : numbers by period (rows, in order of time) and crime code (columns).
    """
    counts, labels = crimes.to_numpy(float), [str(name) for name in crimes.index]
    enough = np.maximum(MANY, PART * counts.sum(axis=1))
    found = []
    for i in range(1, len(labels)):
        came = (counts[:i].sum(axis=0) == 0) & (counts[i] >= enough[i])
        went = (counts[i:].sum(axis=0) == 0) & (counts[i - 1] >= enough[i - 1])
        codes = tuple(str(code) for code in crimes.columns[came | went])
        if codes:
            found.append(SeriesGap(labels[i - 1], labels[i], "codes", codes))
    return tuple(found)


def periods_back(start: date, end: date, first: date) -> tuple[tuple[date, date], ...]:
    """The period and every whole one of the same months before it that begins no earlier than `first`, oldest first."""
    found = []
    for years in range(100):
        begins, ends = (_years_before(day, years) for day in (start, end))
        if begins < first:
            break
        found.append((begins, ends))
    return tuple(reversed(found))


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def in_order(waves: Iterable[SourceWave], last: date) -> tuple[SourceWave, ...]:
    """Waves that were finished by a day, by time."""
    return tuple(sorted((wave for wave in waves if wave.wave.end <= last), key=lambda wave: wave.wave.start))
