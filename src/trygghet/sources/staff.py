"""Staff's answers: the unit is the workplace meeting; open mentions are matched to the problem list."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from trygghet import problems as problem_list
from trygghet.clean import Change, key, log_frame
from trygghet.errors import Fault, InputError
from trygghet.problems import Problems
from trygghet.sources import spreadsheets
from trygghet.sources.fields import Fields, read_fields
from trygghet.sources.parsing import parse_moment, whole_number
from trygghet.sources.tables import WORKBOOKS, Table, parsed, read_table
from trygghet.workspace import SourceWave, Workspace

OTHER = "other"
SEVERAL = 3
PROBLEM_FIELDS = ("problem_1", "problem_2", "problem_3")
MEETING_COLUMNS = ["meeting_id", "unit", "workplace", "date", "received", "n_present", "late", "answered"]
MENTION_COLUMNS = ["meeting_id", "unit", "problem", "place", "time"]
_SEVERAL = re.compile(r"\s*[;/\n,]\s*|\s+och\s+")


@dataclass(frozen=True)
class StaffAnswers:
    """What workplaces (or single police officers) answered.

    Attributes
    ----------
    meetings : a row each: meeting_id, unit, workplace, date, received, n_present, late, answered
        (False where the row names no problem at all).
    mentions : meeting_id, unit, problem (id of the problem list, or ``other``), place, time; a problem
        counts once for each meeting.
    asked : unit, n_asked; for one total the unit is empty.
    log : columns file, column, rule, what, n.
    unlisted : wordings the problem list does not know to how many used them, those of at least `SEVERAL` answers: a
        word that comes back is an alternative of a form and points at nobody.
    """

    meetings: pd.DataFrame
    mentions: pd.DataFrame
    asked: pd.DataFrame
    log: pd.DataFrame
    wave: SourceWave
    unlisted: dict[str, int] = field(default_factory=dict)

    @property
    def n_asked(self) -> int | None:
        """Workplaces asked in all; None where nobody wrote it down."""
        return int(self.asked["n_asked"].sum()) if len(self.asked) else None

    @property
    def n_answered(self) -> int:
        """Workplaces that answered, late ones included."""
        return int(self.meetings["answered"].sum())


@dataclass(frozen=True)
class _Mentions:
    rows: list[tuple[str, str, str, str, str]]
    counts: Counter[str]


def read_staff(ws: Workspace, name: str = "staff", year: str | None = None) -> StaffAnswers:
    """Read one wave of staff's answers.

    Parameters
    ----------
    ws : the workspace.
    name : ``staff`` for the municipality's, ``police`` for the police's.
    year : the wave; the workspace's year when omitted.

    Raises
    ------
    InputError : every fault of the file at once.
    """
    wave = ws.delivered(name, year)
    own = wave.beside(wave.source.codebook) if wave.source.codebook else None
    fields = read_fields(own)
    table = read_table(wave.path, root=ws.folder, header_like=_all_names(fields))
    columns = fields.columns(table, "staff", ["unit", "problem_1"], _optional(fields))
    meetings, faults = _meetings(table, columns, wave)
    if faults:
        raise InputError(faults)
    again = _answered_again(meetings)
    problems = problem_list.load(ws)
    mentions = _mentions(table, columns, meetings, problems, skip=set(again))
    meetings = meetings[~meetings["meeting_id"].isin(again)].reset_index(drop=True)
    meetings["answered"] = meetings["meeting_id"].isin({row[0] for row in mentions.rows})
    asked, more = _asked(ws, wave, fields)
    log = [*table.log, *more, *_changes(table, columns, mentions, meetings)]
    frame = pd.DataFrame(mentions.rows, columns=MENTION_COLUMNS)
    unlisted = _unlisted(table, columns, problems)
    return StaffAnswers(meetings[MEETING_COLUMNS], frame, asked, log_frame(log, ws.words), wave, unlisted)


def _all_names(fields: Fields) -> list[str]:
    return [name for field in fields.names["staff"] for name in fields.all_names("staff", field)]


def _optional(fields: Fields) -> list[str]:
    return [f for f in fields.names["staff"] if f not in ("unit", "problem_1", "asked", "asked_sheet")]


def _meetings(table: Table, columns: dict[str, str], wave: SourceWave) -> tuple[pd.DataFrame, list[Fault]]:
    faults: list[Fault] = []
    n = len(table)

    def texts(field: str) -> list[str]:
        return table.texts(columns[field]) if field in columns else [""] * n

    def read(field: str, parse: Any, rule: str) -> list[Any]:
        if field not in columns:
            return [None] * n
        values, more = parsed(table, columns[field], parse, rule)
        faults.extend(more)
        return values

    days = read("date", lambda text: parse_moment(text).date(), "T15-NOT-A-DATE")
    received = read("received", lambda text: parse_moment(text).date(), "T15-NOT-A-DATE")
    present = read("n_present", whole_number, "T14-NOT-A-NUMBER")
    late = [_late(day, wave.wave.deadline) for day in received]
    frame = pd.DataFrame(
        {
            "meeting_id": [f"m{row:04d}" for row in table.rows],
            "unit": texts("unit"),
            "workplace": texts("workplace"),
            "date": pd.to_datetime(pd.Series(days, dtype=object)),
            "received": pd.to_datetime(pd.Series(received, dtype=object)),
            "n_present": pd.array(present, dtype="Int64"),
            "late": late,
        }
    )
    faults += table.faults(columns["unit"], [i for i, u in enumerate(frame["unit"]) if u == ""], "S20-NO-UNIT")
    return frame, faults


def _late(day: date | None, deadline: date | None) -> bool:
    return day is not None and deadline is not None and day > deadline


def _answered_again(meetings: pd.DataFrame) -> list[str]:
    """Earlier answers of a workplace that answered more than once; its last one counts."""
    named = meetings[meetings["workplace"] != ""]
    ordered = named.sort_values("received", kind="stable", na_position="first")
    same = ordered["unit"].map(key) + "\n" + ordered["workplace"].map(key)
    return list(ordered.loc[same.duplicated(keep="last"), "meeting_id"])


def _mentions(
    table: Table, columns: dict[str, str], meetings: pd.DataFrame, problems: Problems, *, skip: set[str]
) -> _Mentions:
    def texts(field: str) -> list[str]:
        return table.texts(columns[field]) if field in columns else [""] * len(table)

    counts: Counter[str] = Counter()
    rows: list[tuple[str, str, str, str, str]] = []
    cells = list(zip(*(texts(field) for field in PROBLEM_FIELDS), strict=True))
    places, times = texts("place"), texts("time")
    for at, (meeting, unit) in enumerate(zip(meetings["meeting_id"], meetings["unit"], strict=True)):
        if meeting in skip:
            counts["again"] += 1
            continue
        seen: set[str] = set()
        for problem, how in (found for cell in cells[at] for found in matches(cell, problems)):
            counts[how] += 1
            if problem in seen and problem != OTHER:
                counts["repeated"] += 1
                continue
            seen.add(problem)
            rows.append((meeting, unit, problem, places[at], times[at]))
    return _Mentions(rows, counts)


def matches(text: str, problems: Problems) -> Iterator[tuple[str, str]]:
    """The problems a cell names, and how each was recognised: ``exact``, ``near`` or ``unknown``.

    A cell is tried whole before it is split at commas, semicolons, slashes and line breaks.
    """
    if not text.strip():
        return
    whole = problems.find(text)
    if whole:
        yield whole, "exact"
        return
    for part in filter(None, _SEVERAL.split(text.strip())):
        found = problems.find(part)
        if found:
            yield found, "exact"
            continue
        near = problems.near(part)
        yield (near, "near") if near else (OTHER, "unknown")


def _unlisted(table: Table, columns: dict[str, str], problems: Problems) -> dict[str, int]:
    """Wordings no problem is known by, the most used first; see `StaffAnswers`."""
    cells = [text for field in PROBLEM_FIELDS if field in columns for text in table.texts(columns[field])]
    parts = [part for text in cells if not problems.find(text) for part in _SEVERAL.split(text.strip()) if part]
    counts = Counter(part for part in parts if not problems.find(part) and not problems.near(part))
    return {text: n for text, n in counts.most_common() if n >= SEVERAL}


def _asked(ws: Workspace, wave: SourceWave, fields: Fields) -> tuple[pd.DataFrame, list[Change]]:
    """Workplaces asked, from the workbook's second sheet or the workspace file."""
    if wave.path.suffix.lower() in WORKBOOKS:
        names = spreadsheets.sheet_names(wave.path, wave.wave.file)
        wanted = {name.casefold() for name in fields.all_names("staff", "asked_sheet")}
        sheet = next((name for name in names if name.casefold() in wanted), None)
        if sheet:
            table = read_table(wave.path, root=ws.folder, sheet=sheet, header_like=_all_names(fields))
            columns = fields.columns(table, "staff", ["unit", "asked"])
            numbers, faults = parsed(table, columns["asked"], whole_number, "T14-NOT-A-NUMBER", blank=0)
            if faults:
                raise InputError(faults)
            units = [text.strip() for text in table.frame[columns["unit"]]]
            return pd.DataFrame({"unit": units, "n_asked": numbers}), list(table.log)
    total = [("", wave.wave.asked)] if wave.wave.asked else []
    return pd.DataFrame(total, columns=["unit", "n_asked"]), []


def _changes(table: Table, columns: dict[str, str], mentions: _Mentions, meetings: pd.DataFrame) -> list[Change]:
    found = [
        ("problem_near", mentions.counts["near"]),
        ("problem_unknown", mentions.counts["unknown"]),
        ("problem_repeated", mentions.counts["repeated"]),
        ("staff_twice", mentions.counts["again"]),
        ("late", int(meetings["late"].sum())),
        ("no_problem_named", int((~meetings["answered"]).sum())),
    ]
    return [Change(table.file, columns["problem_1"], rule, n) for rule, n in found if n]
