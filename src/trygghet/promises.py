"""The registry of promises: read from ``loften.yml``, checked as a whole, hashed.

`load` gives a frozen `Registry` or raises every fault of the file at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from trygghet import indicators
from trygghet import problems as problem_list
from trygghet.errors import Fault, InputError
from trygghet.lock import Lock, canonical, digest, files_digest, locked, read_lock, write_lock
from trygghet.model_faults import validated
from trygghet.partitions import needed
from trygghet.promise_model import Activity, Baseline, Goal, Promise, RegistryFile, Target
from trygghet.promise_rules import Finding, Known, findings
from trygghet.promise_sheet import read_registry_workbook
from trygghet.reprs import Shown
from trygghet.workspace import FILE, LOCK_SUFFIX, Workspace
from trygghet.yamlfile import read_yaml

__all__ = [
    "Activity",
    "Baseline",
    "Goal",
    "Known",
    "Lock",
    "Promise",
    "Registry",
    "Target",
    "known_to",
    "load",
    "load_lock",
    "lock_path",
    "lock_promises",
    "read",
]

WORKBOOKS = (".xlsx", ".ods")
SHARPER = {
    ("activities", "goal"): "L05-ACTIVITY-WITHOUT-GOAL",
    ("goals", "indicator"): "L06-NO-INDICATOR",
    ("goals", "baseline"): "L07-NO-BASELINE",
    ("goals", "target"): "L08-NO-TARGET",
    ("goals", "follow_up"): "L09-NO-DEADLINE",
    ("promises", "problem"): "L10-NO-PROBLEM",
}


@dataclass(frozen=True, repr=False)
class Registry(Shown):
    """Promises, their effect goals and their activities.

    Attributes
    ----------
    promises, goals, activities : in the order of the file.
    file : name of the file it was read from.
    sha256 : hash of what was promised; the same for the same content, whatever the order of keys or the
        white space, and untouched by what is filled in afterwards (``done``, ``status``, ``evidence``).
    content : what was promised, as canonical JSON; `sha256` is its hash.
    warnings : what the registry may do but a reader should know, as faults with row and rule.
    language : of what JupyterLab shows of it and of its parts.
    """

    _teller: ClassVar[str] = "promises"
    promises: tuple[Promise, ...]
    goals: tuple[Goal, ...]
    activities: tuple[Activity, ...]
    sha256: str
    content: str
    file: str = "loften.yml"
    warnings: tuple[Fault, ...] = ()
    language: str = "sv"

    def speaking(self, language: str) -> Registry:
        """The same registry, shown in a language, its promises and goals too."""
        return replace(
            self,
            promises=tuple(promise.speaking(language) for promise in self.promises),
            goals=tuple(goal.speaking(language) for goal in self.goals),
            language=language,
        )

    def goals_due(self, year: str | int) -> tuple[Goal, ...]:
        """The goals whose follow-up is that year, in the order of the file."""
        return tuple(goal for goal in self.goals if goal.follow_up == str(year))

    def goal(self, name: str) -> Goal:
        """The goal with that id; KeyError when there is none."""
        return _named(self.goals, name)

    def promise(self, name: str) -> Promise:
        """The promise with that id; KeyError when there is none."""
        return _named(self.promises, name)

    def promise_of(self, goal: Goal) -> Promise:
        """The promise a goal belongs to."""
        return self.promise(goal.promise)

    def goals_of(self, promise: Promise | str) -> tuple[Goal, ...]:
        """A promise's goals."""
        name = promise if isinstance(promise, str) else promise.id
        return tuple(goal for goal in self.goals if goal.promise == name)

    def activities_of(self, goal: Goal | str) -> tuple[Activity, ...]:
        """A goal's activities."""
        name = goal if isinstance(goal, str) else goal.id
        return tuple(activity for activity in self.activities if activity.goal == name)

    def warnings_of(self, goal: Goal) -> tuple[Fault, ...]:
        """The warnings that concern one goal."""
        return tuple(fault for fault in self.warnings if fault.column.startswith(f"goals.{goal.id}."))


def load(ws: Workspace) -> Registry:
    """The registry a workspace names.

    Raises
    ------
    InputError : the workspace names none, the file is not there or not YAML, or it breaks rules; all at once.
    """
    if ws.settings.promises is None:
        raise InputError(Fault(FILE, 0, "promises", "L01-NO-PROMISES"))
    registry = read(ws.folder / ws.settings.promises.file, known=known_to(ws))
    return registry.speaking(ws.settings.language)


def read(path: str | Path, *, known: Known | None = None) -> Registry:
    """A registry from a file.

    Parameters
    ----------
    path : a YAML file of promises, goals and activities, or a workbook (xlsx, ods) of the same.
    known : what it may refer to (`known_to` a workspace); without it references outside are not checked.

    Raises
    ------
    InputError : every fault of the file, with row, key and rule.
    """
    path = Path(path)
    data = read_registry_workbook(path) if path.suffix.lower() in WORKBOOKS else _yaml(path)
    content = _content(data, path.name)
    found = findings(content, known or Known())
    faults = [_as_fault(item, content, data, path.name) for item in found]
    wrong = [fault for fault, item in zip(faults, found, strict=True) if not item.warning]
    if wrong:
        raise InputError(wrong)
    text = canonical(content)
    return Registry(
        promises=tuple(promise.knowing(content.goals) for promise in content.promises),
        goals=tuple(content.goals),
        activities=tuple(content.activities),
        sha256=digest(text),
        content=text,
        file=path.name,
        warnings=tuple(faults),
    )


def lock_path(ws: Workspace) -> Path:
    """Where the lock of a workspace's promises stands: ``loften.lock.json`` beside ``loften.yml``.

    Raises
    ------
    InputError : L01, the workspace names no promises.
    """
    if ws.settings.promises is None:
        raise InputError(Fault(FILE, 0, "promises", "L01-NO-PROMISES"))
    return (ws.folder / ws.settings.promises.file).with_suffix(LOCK_SUFFIX)


def load_lock(ws: Workspace) -> Lock:
    """The lock of a workspace's promises, its chain verified; empty when nothing is locked."""
    return read_lock(lock_path(ws))


def lock_promises(ws: Workspace, *, day: date, reason: str = "") -> Lock:
    """Lock what a workspace promises, or amend what is locked, and write the lock file.

    Parameters
    ----------
    day : the day it is done.
    reason : why what was locked is changed; needed for a change.

    Raises
    ------
    InputError : the registry is wrong, a baseline's file is not there, or L50–L55 of `trygghet.lock`.
    """
    registry = load(ws)
    waves = [(goal, ws.wave(goal.source, goal.follow_up)) for goal in registry.goals]
    starts = [wave.wave.start for goal, wave in waves if wave is not None and not goal.is_count]
    files = baseline_files(ws, registry)
    missing = [file for file, paths in sorted(files.items()) if not all(path.is_file() for path in paths)]
    if missing:
        raise InputError([Fault(file, 0, "", "T01-NO-FILE") for file in missing])
    digests = {file: files_digest(paths) for file, paths in files.items()}
    before = load_lock(ws)
    after = locked(before, registry.content, day=day, baseline=digests, collection_starts=starts, reason=reason)
    if after is not before:
        write_lock(after, lock_path(ws))
    return after


def baseline_files(ws: Workspace, registry: Registry) -> dict[str, list[Path]]:
    """What each file that a baseline is measured in stands for, by its name in ``workspace.yml``.

    Of a register of many municipalities it is the parts of this one, up to the last baseline's year.
    """
    own = None if ws.settings.kind == "country" else ws.settings.code
    measured = [ws.wave(goal.source, goal.baseline.year) for goal in registry.goals]
    waves = sorted((wave for wave in measured if wave is not None), key=lambda wave: wave.wave.end)
    return {wave.wave.file: needed(wave.path, own, wave.wave.end.year) for wave in waves}


def changed_files(ws: Workspace, registry: Registry, baseline: Mapping[str, str]) -> list[str]:
    """The files of the baselines that are not what they were when the promises were locked, or not there.

    Parameters
    ----------
    baseline : as a lock's entry has them, file to checksum.
    """
    files = baseline_files(ws, registry)
    found = {name: files.get(name, [ws.folder / name]) for name in baseline}
    whole = {name for name, paths in found.items() if all(path.is_file() for path in paths)}
    return [name for name, sha256 in baseline.items() if name not in whole or files_digest(found[name]) != sha256]


def known_to(ws: Workspace) -> Known:
    """What a registry of this workspace may refer to."""
    defined = indicators.load(ws)
    return Known(
        sources=ws.settings.sources,
        areas=frozenset(ws.area_labels),
        problems=frozenset(item.id for item in problem_list.load(ws)),
        indicators=frozenset(defined),
        offences={item.group: item.detection_driven for item in problem_list.load_offences()},
        breaks={name: tuple(item.at for item in made.breaks) for name, made in defined.items() if made.breaks},
    )


def _yaml(path: Path) -> Mapping[str, Any]:
    data = read_yaml(path)
    if not isinstance(data, Mapping):
        raise InputError(Fault(path.name, 0, "", "W02-NOT-YAML"))
    return data


def _content(data: Mapping[str, Any], file: str) -> RegistryFile:
    try:
        return validated(RegistryFile, data, file)
    except InputError as error:
        raise InputError([_sharpened(fault) for fault in error.faults]) from error


def _sharpened(fault: Fault) -> Fault:
    """A missing key that the method itself demands gets its own rule and sentence."""
    parts = fault.column.split(".")
    rule = SHARPER.get((parts[0], parts[-1])) if len(parts) == 3 else None
    return replace(fault, rule=rule) if rule and fault.rule == "W12-MISSING-KEY" else fault


def _as_fault(item: Finding, content: RegistryFile, data: Mapping[str, Any], file: str) -> Fault:
    name = getattr(content, item.section)[item.position].id
    values = {"id": name, **item.values}
    return Fault(file, _row(data, item), f"{item.section}.{name}.{item.key}", item.rule, values)


def _row(data: Mapping[str, Any], item: Finding) -> int:
    """Row of a finding's key in the file, from 1; the entry's first row where the key is missing."""
    section = data[item.section]
    entry = section[item.position]
    marks = getattr(entry, "lc", None)
    if marks is not None and item.key in entry:
        return int(marks.key(item.key)[0]) + 1
    marks = getattr(section, "lc", None)
    return marks.item(item.position)[0] + 1 if marks is not None else 0


Item = TypeVar("Item", Goal, Promise, Activity)


def _named(items: tuple[Item, ...], name: str) -> Item:
    for item in items:
        if item.id == name:
            return item
    raise KeyError(name)
