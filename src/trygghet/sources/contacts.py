"""Dialogues and contacts in daily work: open to anyone, so they are counted and never made into shares."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from trygghet import problems as problem_list
from trygghet.clean import Change, log_frame
from trygghet.errors import Fault, InputError
from trygghet.sources.fields import read_fields
from trygghet.sources.parsing import parse_moment, parse_number
from trygghet.sources.staff import OTHER
from trygghet.sources.tables import parsed, read_table
from trygghet.workspace import SourceWave, Workspace

REQUIRED = ("date", "kind")
OPTIONAL = ("place", "n_people", "problem", "comment")


@dataclass(frozen=True)
class Contacts:
    """Dialogues and contacts.

    Attributes
    ----------
    frame : date, kind, place, n_people, problem (id of the problem list, ``other``, or missing).
    """

    frame: pd.DataFrame
    log: pd.DataFrame
    wave: SourceWave


def read_contacts(ws: Workspace, name: str = "contacts", year: str | None = None) -> Contacts:
    """Read one wave of dialogues and contacts.

    Raises
    ------
    InputError : every fault of the file at once.
    """
    wave = ws.wave(name, year)
    if wave is None:
        values = {"source": name, "year": year or ws.year}
        raise InputError(Fault("workspace.yml", 0, name, "S00-NO-SUCH-WAVE", values))
    fields = read_fields(wave.beside(wave.source.codebook) if wave.source.codebook else None)
    names = [n for field in (*REQUIRED, *OPTIONAL) for n in fields.all_names("contacts", field)]
    table = read_table(wave.path, root=ws.folder, header_like=names)
    columns = fields.columns(table, "contacts", REQUIRED, OPTIONAL)
    days, faults = parsed(table, columns["date"], lambda text: parse_moment(text).date(), "T15-NOT-A-DATE")
    people: list[object] = [pd.NA] * len(table)
    if "n_people" in columns:
        people, more = parsed(table, columns["n_people"], _whole, "T14-NOT-A-NUMBER", blank=pd.NA)
        faults += more
    if faults:
        raise InputError(faults)
    problems = problem_list.load(ws)
    problem: list[object] = [None] * len(table)
    if "problem" in columns:
        find = lambda text: problems.find(text) or problems.near(text) or OTHER  # noqa: E731
        problem, _ = parsed(table, columns["problem"], find, "")
    texts = {f: table.frame[columns[f]].str.strip() if f in columns else "" for f in ("kind", "place")}
    frame = pd.DataFrame({"date": pd.to_datetime(pd.Series(days, dtype=object)), **texts})
    frame = frame.assign(n_people=pd.array(people, dtype="Int64"), problem=problem)
    unknown = sum(item == OTHER for item in problem)
    log = [*table.log]
    log += [Change(table.file, columns["problem"], "problem_unknown", unknown)] if unknown else []
    return Contacts(frame, log_frame(log, ws.words), wave)


def _whole(text: str) -> int:
    value = parse_number(text).value
    if value != int(value) or value < 0:
        raise ValueError("not a count")
    return int(value)
