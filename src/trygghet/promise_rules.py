"""What a registry of promises must keep to before anyone signs it: one small function a rule or two.

Each rule yields `Finding`s; the loader turns them into faults (or warnings) with the row of the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any, NamedTuple

from trygghet.planning import baseline_interval
from trygghet.promise_model import Activity, Goal, Promise, RegistryFile
from trygghet.workspace import Source, Wave

VOLUME_SOURCES = frozenset({"contacts"})
WEAK_CLASSES = frozenset({"open", "single"})
LONG_TERM_DAYS = 700


class Finding(NamedTuple):
    """A broken rule: where it stands in the registry and what fills its sentence."""

    section: str
    position: int
    key: str
    rule: str
    values: Mapping[str, Any]
    warning: bool = False


@dataclass(frozen=True)
class Known:
    """What the workspace knows, for a registry to refer to; None where that is not to be checked.

    ``offences`` tells which groups are detection-driven, ``breaks`` the days from which an indicator's question
    or method is another.
    """

    sources: Mapping[str, Source] | None = None
    areas: frozenset[str] | None = None
    problems: frozenset[str] | None = None
    indicators: frozenset[str] | None = None
    offences: Mapping[str, bool] | None = None
    breaks: Mapping[str, tuple[date, ...]] = field(default_factory=dict)

    def wave(self, goal: Goal, year: str) -> Wave | None:
        """The wave a goal is measured in, or None when it is not there (yet)."""
        source = (self.sources or {}).get(goal.source)
        return source.waves.get(year) if source else None


def findings(content: RegistryFile, known: Known) -> list[Finding]:
    """Everything a registry breaks, faults and warnings, in the order of the file."""
    found: list[Finding] = list(_repeated_ids(content))
    promises = {promise.id: promise for promise in content.promises}
    for i, promise in enumerate(content.promises):
        found += _promise(i, promise, content, known)
    for i, goal in enumerate(content.goals):
        for rule in GOAL_RULES:
            found += rule(i, goal, promises.get(goal.promise), known)
        found += _goal_links(i, goal, content)
    goals = [goal.id for goal in content.goals]
    for i, activity in enumerate(content.activities):
        found += _activity(i, activity, goals)
        goal_of = next((goal for goal in content.goals if goal.id == activity.goal), None)
        found += _timing(i, activity, promises.get(goal_of.promise) if goal_of is not None else None)
    return found


def _repeated_ids(content: RegistryFile) -> Iterator[Finding]:
    for section in ("promises", "goals", "activities"):
        ids = [item.id for item in getattr(content, section)]
        seen: Counter[str] = Counter()
        for i, name in enumerate(ids):
            seen[name] += 1
            if seen[name] == 2:
                yield Finding(section, i, "id", "L03-SAME-ID", {"id": name})


def _promise(i: int, promise: Promise, content: RegistryFile, known: Known) -> Iterator[Finding]:
    if known.problems is not None and promise.problem not in known.problems:
        yield _unknown(("promises", i, "problem"), "L11-UNKNOWN-PROBLEM", promise.problem, known.problems)
    if not promise.signatories:
        yield Finding("promises", i, "signatories", "L12-NO-SIGNATORIES", {})
    elif len(promise.signatories) == 1:
        yield Finding("promises", i, "signatories", "L19-ONE-SIGNATORY", {}, warning=True)
    if not any(goal.promise == promise.id for goal in content.goals):
        yield Finding("promises", i, "id", "L13-NO-GOAL", {"id": promise.id}, warning=True)


def _references(i: int, goal: Goal, promise: Promise | None, known: Known) -> Iterator[Finding]:
    if goal.problem and known.problems is not None and goal.problem not in known.problems:
        yield _unknown(("goals", i, "problem"), "L11-UNKNOWN-PROBLEM", goal.problem, known.problems)
    if known.sources is not None and goal.source not in known.sources:
        yield _unknown(("goals", i, "source"), "L15-UNKNOWN-SOURCE", goal.source, known.sources)
    if goal.is_count and known.offences is not None and goal.offence_group not in known.offences:
        yield _unknown(("goals", i, "indicator"), "L16-UNKNOWN-INDICATOR", goal.offence_group, known.offences)
    if not goal.is_count and known.indicators is not None and goal.indicator not in known.indicators:
        yield _unknown(("goals", i, "indicator"), "L16-UNKNOWN-INDICATOR", goal.indicator, known.indicators)
    if known.areas is None:
        return
    named = goal.where.get("area", [])
    for key, areas in (
        ("where", named if isinstance(named, list) else [named]),
        ("comparison", goal.comparison),
    ):
        for area in areas or []:
            if area not in known.areas:
                yield _unknown(("goals", i, key), "L17-UNKNOWN-AREA", str(area), known.areas)


def _evidence(i: int, goal: Goal, promise: Promise | None, known: Known) -> Iterator[Finding]:
    source = (known.sources or {}).get(goal.source)
    if source is None:
        return
    if source.kind in VOLUME_SOURCES:
        yield Finding("goals", i, "source", "L20-VOLUME-GOAL", {"source": goal.source})
    elif source.evidence_class in WEAK_CLASSES:
        yield Finding("goals", i, "source", "L21-WEAK-SOURCE", {"source": goal.source})
    if goal.is_count != (source.kind == "incidents"):
        yield Finding("goals", i, "source", "L22-WRONG-SOURCE", {"source": goal.source, "indicator": goal.indicator})
    if goal.is_count and (known.offences or {}).get(goal.offence_group):
        yield Finding("goals", i, "indicator", "L23-DETECTION-DRIVEN", {"group": goal.offence_group})


def _baseline(i: int, goal: Goal, promise: Promise | None, known: Known) -> Iterator[Finding]:
    base = goal.baseline
    if goal.is_count and base.count is None:
        yield Finding("goals", i, "baseline", "L24-NO-COUNT", {})
    if not goal.is_count and (base.estimate is None or base.n is None):
        yield Finding("goals", i, "baseline", "L25-NO-ESTIMATE", {})
    if base.picked == "worst":
        yield Finding("goals", i, "baseline", "L26-WORST-PICKED", {"of": base.picked_of or 0}, warning=True)


def _target(i: int, goal: Goal, promise: Promise | None, known: Known) -> Iterator[Finding]:
    kind, value = goal.target.kind, goal.target.value
    if kind == "no_worse":
        if goal.margin is None:
            yield Finding("goals", i, "target", "L27-NO-MARGIN", {})
        return
    if value is None:
        yield Finding("goals", i, "target", "L08-NO-TARGET", {})
        return
    if _impossible(goal, value):
        yield Finding("goals", i, "target", "L28-IMPOSSIBLE-TARGET", {"value": value})
        return
    start, aim = goal.baseline.value, goal.target_value
    if start is None or aim is None:
        return
    if (aim < start) != (goal.direction == "decrease") or aim == start:
        yield Finding("goals", i, "target", "L29-WRONG-WAY", {"direction": goal.direction})
    elif _inside_interval(goal, aim):
        yield Finding("goals", i, "target", "L30-INSIDE-INTERVAL", {}, warning=True)


def _impossible(goal: Goal, value: float) -> bool:
    if goal.target.kind == "relative":
        beyond = not goal.is_count and (goal.target_value or 0) > 1
        return not -1 <= value <= 10 or value == 0 or beyond
    return value < 0 or (not goal.is_count and value > 1)


def _inside_interval(goal: Goal, aim: float) -> bool:
    """Whether the target lies within what the baseline already could be (95 %)."""
    limits = baseline_interval(goal.baseline)
    return limits is not None and limits[0] <= aim <= limits[1]


def _periods(i: int, goal: Goal, promise: Promise | None, known: Known) -> Iterator[Finding]:
    if goal.follow_up == goal.baseline.year:
        yield Finding("goals", i, "follow_up", "L31-SAME-WAVE", {"year": goal.follow_up})
        return
    source = (known.sources or {}).get(goal.source)
    before, after = known.wave(goal, goal.baseline.year), known.wave(goal, goal.follow_up)
    if source is not None and before is None:
        yield _unknown(("goals", i, "baseline"), "L32-UNKNOWN-WAVE", goal.baseline.year, source.waves)
    if promise is None:
        return
    if before is not None and before.start > promise.start:
        yield Finding("goals", i, "baseline", "L33-BASELINE-AFTER", {"start": promise.start.isoformat()})
    if after is not None and after.end <= promise.start:
        yield Finding("goals", i, "follow_up", "L34-FOLLOW-UP-BEFORE", {"start": promise.start.isoformat()})
    elif after is not None and after.start < promise.start:
        yield Finding("goals", i, "follow_up", "L35-FOLLOW-UP-OVERLAPS", {"start": promise.start.isoformat()}, True)
    if goal.term == "long" and after is not None and (after.end - promise.start).days < LONG_TERM_DAYS:
        yield Finding("goals", i, "follow_up", "L36-LONG-TERM", {"year": goal.follow_up}, warning=True)


def _series(i: int, goal: Goal, promise: Promise | None, known: Known) -> Iterator[Finding]:
    """A question or method that changed between the waves makes their difference mean nothing."""
    before, after = known.wave(goal, goal.baseline.year), known.wave(goal, goal.follow_up)
    if before is None or after is None:
        return
    crossed = [day for day in known.breaks.get(goal.indicator, ()) if before.end < day <= after.end]
    if not crossed:
        return
    values = {"day": min(crossed).isoformat(), "indicator": goal.indicator}
    if goal.override is None:
        yield Finding("goals", i, "indicator", "L41-SERIES-BREAK", values)
    else:
        yield Finding("goals", i, "override", "L42-BREAK-ALLOWED", values, warning=True)


def _modes(i: int, goal: Goal, promise: Promise | None, known: Known) -> Iterator[Finding]:
    """People answer otherwise by telephone than on paper: a change of mode is no change in the town."""
    before, after = known.wave(goal, goal.baseline.year), known.wave(goal, goal.follow_up)
    modes = [wave.mode for wave in (before, after) if wave is not None and wave.mode is not None]
    if goal.is_count or len(set(modes)) < 2:
        return
    values = {"before": modes[0], "after": modes[1]}
    if goal.override is None:
        yield Finding("goals", i, "source", "L48-MODE-CHANGED", values)
    else:
        yield Finding("goals", i, "override", "L57-MODE-ALLOWED", values, warning=True)


def _comparison(i: int, goal: Goal, promise: Promise | None, known: Known) -> Iterator[Finding]:
    if not goal.comparison:
        return
    named = goal.where.get("area", [])
    own = {str(area) for area in (named if isinstance(named, list) else [named])}
    if not own:
        yield Finding("goals", i, "comparison", "L58-COMPARED-WITHOUT-AREA", {}, warning=True)
    for area in sorted(own & set(goal.comparison)):
        yield Finding("goals", i, "comparison", "L49-COMPARED-WITH-ITSELF", {"area": area})


def _goal_links(i: int, goal: Goal, content: RegistryFile) -> Iterator[Finding]:
    names = [promise.id for promise in content.promises]
    if goal.promise not in names:
        yield _unknown(("goals", i, "promise"), "L14-UNKNOWN-PROMISE", goal.promise, names)
    if not any(activity.goal == goal.id for activity in content.activities):
        yield Finding("goals", i, "id", "L37-NO-ACTIVITY", {"id": goal.id}, warning=True)


def _activity(i: int, activity: Activity, goals: list[str]) -> Iterator[Finding]:
    if activity.goal not in goals:
        yield _unknown(("activities", i, "goal"), "L18-UNKNOWN-GOAL", activity.goal, goals)
    if _contradicts(activity):
        yield Finding("activities", i, "status", "L38-STATUS-AGAINST-AMOUNT", {"status": activity.status})
    if activity.planned is not None and activity.unit is None:
        yield Finding("activities", i, "unit", "L39-NO-UNIT", {}, warning=True)
    if activity.cause is None:
        yield Finding("activities", i, "cause", "L40-NO-CAUSE", {"id": activity.id}, warning=True)


def _timing(i: int, activity: Activity, promise: Promise | None) -> Iterator[Finding]:
    """First and last day in order, and a half-year follow-up while the promise is valid."""
    if activity.begin is not None and activity.due is not None and activity.due < activity.begin:
        yield Finding("activities", i, "due", "L47-DUE-BEFORE-BEGIN", {"begin": activity.begin.isoformat()})
    interim = activity.interim
    if interim is None:
        return
    if promise is not None and not promise.start <= interim.day <= promise.end:
        values = {"start": promise.start.isoformat(), "end": promise.end.isoformat()}
        yield Finding("activities", i, "interim", "L46-INTERIM-OUTSIDE", values)
    if interim.done is not None and activity.done is not None and interim.done > activity.done:
        yield Finding("activities", i, "interim", "L56-INTERIM-ABOVE-DONE", {"done": f"{activity.done:g}"})


def _contradicts(activity: Activity) -> bool:
    """Whether the status says something else than the amount done."""
    done, planned = activity.done, activity.planned
    if done is None:
        return False
    if activity.status == "not_done":
        return done > 0
    if activity.status == "done":
        return planned is not None and done < planned
    return activity.status == "partly" and done == 0 and bool(planned)


def _unknown(place: tuple[str, int, str], rule: str, value: str, known: Iterable[str]) -> Finding:
    near = get_close_matches(value, sorted(known), n=1, cutoff=0.4)
    return Finding(*place, rule, {"value": value, "near": near[0] if near else "–"})


GOAL_RULES = (_references, _evidence, _baseline, _target, _periods, _series, _modes, _comparison)
