"""What stands around the results of a year: comparison areas, every wave there is, and the figures as locked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

import pandas as pd

from trygghet import estimates as est
from trygghet.effects import AREA, Outcome, holm_by_family
from trygghet.followup import Followup, FollowupError, Level, Result, counted_level
from trygghet.frozen import Frozen, compare_baseline, locked_baselines
from trygghet.goal_effects import Compared, Wave, compare_count, compare_share, has_comparison
from trygghet.goal_series import GoalSeries, Point, code_gaps, gaps, in_order, periods_back
from trygghet.indicators import Indicator
from trygghet.promise_model import Baseline, Goal
from trygghet.promises import changed_files
from trygghet.workspace import SourceWave


def compared(followup: Followup) -> Mapping[str, Compared]:
    """Every goal due this year that has comparison areas, by id; p adjusted for how many there are (Holm)."""
    return followup.picture.once(("compared",), lambda: _compared(followup))


def _compared(followup: Followup) -> dict[str, Compared]:
    found = {}
    for result in followup.results:
        if has_comparison(result.goal) and result.reached is not None and not result.hidden:
            found[result.goal.id] = _against(followup, result.goal)
    adjusted = holm_by_family([Outcome(item.goal, None, item.effect) for item in found.values()])
    return {name: replace(item, p=adjusted.get(name, item.p)) for name, item in found.items()}


def _against(followup: Followup, goal: Goal) -> Compared:
    if goal.is_count:
        wave = followup.ws.wave(goal.source, goal.follow_up)
        incidents = followup.picture.incidents
        if wave is None or incidents is None:
            raise FollowupError.said("goals.no_periods", goal=goal.id, source=goal.source, years=(goal.follow_up,))
        return compare_count(goal, incidents.frame, begin=wave.wave.start, end=wave.wave.end)
    before, after = (followup.domain(goal, year, whole=True) for year in (goal.baseline.year, goal.follow_up))
    past = _wave_before(followup, goal)
    earlier = followup.domain(goal, past, whole=True) if past is not None else None
    years = {"earlier": past, "before": goal.baseline.year, "after": goal.follow_up}

    def may_show(areas: Sequence[str], wave: Wave) -> bool:
        return _may_show(followup, goal, areas, years[wave])

    least = followup.picture.rules.survey_base
    return compare_share(goal, before, after, minimum=least, earlier=earlier, may_show=may_show)


def _may_show(followup: Followup, goal: Goal, areas: Sequence[str], year: str | None) -> bool:
    """Whether the goal's share in some areas together may be shown of a wave, with all else that is shown of it."""
    if year is None:
        return False
    area = areas[0] if len(areas) == 1 else list(areas)
    there = goal.model_copy(update={"where": {**goal.where, AREA: area}})
    design = followup.domain(there, year)
    answers = int((design.frame[goal.indicator].notna() & (design.weights > 0)).sum())
    return answers >= followup.at(year).rules.survey_base and not followup.released(there, year)["suppressed"]


def _wave_before(followup: Followup, goal: Goal) -> str | None:
    """The wave before the baseline that asked the same in the same way, for the trend beforehand."""
    series = _waves(followup, goal)
    years = [wave.year for wave in series]
    at = years.index(goal.baseline.year) if goal.baseline.year in years else 0
    if at == 0 or any(gap.after == goal.baseline.year for gap in gaps(series, _definitions(followup, goal))):
        return None
    return years[at - 1] if _definitions(followup, goal)(years[at - 1]) is not None else None


def series(followup: Followup, goal: Goal) -> GoalSeries:
    """A goal's figure in every wave up to the follow-up; of counts, in every whole year of the same months."""
    return followup.picture.once(("series", goal.id), lambda: _series(followup, goal))


def _series(followup: Followup, goal: Goal) -> GoalSeries:
    if goal.is_count:
        return _counted_series(followup, goal)
    waves, definition = _waves(followup, goal), _definitions(followup, goal)
    points = []
    for wave in waves:
        if definition(wave.year) is None:
            continue
        design = followup.domain(goal, wave.year)
        n = int((design.frame[goal.indicator].notna() & (design.weights > 0)).sum())
        points.append(_point(followup.level(goal, wave.year, n), wave.wave.end))
    return GoalSeries(tuple(points), gaps(waves, definition))


def _waves(followup: Followup, goal: Goal) -> tuple[SourceWave, ...]:
    source = followup.ws.settings.sources[goal.source]
    last = followup.ws.delivered(goal.source, goal.follow_up).wave.end
    found = [followup.ws.wave(goal.source, year) for year in source.waves]
    return in_order([wave for wave in found if wave is not None], last)


def _definitions(followup: Followup, goal: Goal) -> Callable[[str], Indicator | None]:
    def definition(year: str) -> Indicator | None:
        return followup.at(year).available.get(goal.indicator)

    return definition


def _counted_series(followup: Followup, goal: Goal) -> GoalSeries:
    wave = followup.ws.delivered(goal.source, goal.follow_up).wave
    incidents = followup.picture.incidents
    known = incidents.frame["start"].fillna(incidents.frame["reported"]).min() if incidents is not None else pd.NaT
    if pd.isna(known):
        return GoalSeries(())
    limit, rows = followup.picture.rules.incidents, followup.rows(goal)
    points, codes = [], {}
    for start, end in periods_back(wave.start, wave.end, known.date()):
        n = followup.counted(goal, start, end)
        label = str(end.year) if start.year == end.year else f"{start.year}/{end.year % 100:02d}"
        points.append(_point(counted_level(label, n, limit=limit), end))
        codes[label] = est.between(rows, start, end).groupby("offence_code")["n_crimes"].sum()
    return GoalSeries(tuple(points), code_gaps(pd.DataFrame(codes).T.fillna(0)))


def _point(level: Level, at: date) -> Point:
    return Point(level.year, at, level.estimate, level.low, level.high, level.n)


def frozen(followup: Followup) -> tuple[Frozen, ...]:
    """Every goal's baseline as it was locked (stated, when nothing is locked) beside the same wave measured now."""
    entry = followup.lock.current
    locked = locked_baselines(entry.content) if entry is not None else {}
    since = changed_files(followup.ws, followup.registry, entry.baseline) if entry is not None else []
    return tuple(_frozen(followup, result, locked.get(result.goal.id), since) for result in followup.results)


def _frozen(followup: Followup, result: Result, locked: Baseline | None, changed_since: Sequence[str]) -> Frozen:
    goal, changed = result.goal, None
    if locked is not None:
        wave = followup.ws.wave(goal.source, goal.baseline.year)
        changed = wave is not None and wave.wave.file in changed_since
    n = None if goal.is_count else result.before.n
    return compare_baseline(goal, locked or goal.baseline, result.before.estimate, n, file_changed=changed)
