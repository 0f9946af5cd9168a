"""Dialogues and contacts in daily work: open to anyone, so they are counted and never made into shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from trygghet import problems as problem_list
from trygghet.clean import Change, log_frame
from trygghet.errors import Fault, InputError
from trygghet.problems import Problems
from trygghet.sources.fields import read_fields
from trygghet.sources.parsing import parse_moment, whole_number
from trygghet.sources.staff import OTHER
from trygghet.sources.tables import Table, parsed, read_table
from trygghet.workspace import SourceWave, Workspace

REQUIRED = ("date", "kind")
OPTIONAL = ("place", "n_people", "problem", "comment")


@dataclass(frozen=True)
class Contacts:
    """Dialogues and contacts.

    Attributes
    ----------
    frame : the earliest first; date, kind, place, n_people, problem (id of the problem list, ``other``, or missing).
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
    wave = ws.delivered(name, year)
    fields = read_fields(wave.beside(wave.source.codebook) if wave.source.codebook else None)
    names = [n for field in (*REQUIRED, *OPTIONAL) for n in fields.all_names("contacts", field)]
    table = read_table(wave.path, root=ws.folder, header_like=names)
    columns = fields.columns(table, "contacts", REQUIRED, OPTIONAL)
    frame, faults = _frame(table, columns, problem_list.load(ws))
    if faults:
        raise InputError(faults)
    unknown = int((frame["problem"] == OTHER).sum())
    log = [*table.log]
    log += [Change(table.file, columns["problem"], "problem_unknown", unknown)] if unknown else []
    return Contacts(frame, log_frame(log, ws.words), wave)


def _frame(table: Table, columns: dict[str, str], problems: Problems) -> tuple[pd.DataFrame, list[Fault]]:
    def texts(field: str) -> list[str]:
        return table.texts(columns[field]) if field in columns else [""] * len(table)

    days, faults = parsed(table, columns["date"], lambda text: parse_moment(text).date(), "T15-NOT-A-DATE")
    blank = [at for at, text in enumerate(texts("date")) if text == ""]
    faults += table.faults(columns["date"], blank, "T15-NOT-A-DATE")
    people: list[Any] = [None] * len(table)
    if "n_people" in columns:
        people, more = parsed(table, columns["n_people"], whole_number, "T14-NOT-A-NUMBER")
        faults += more
    frame = pd.DataFrame(
        {
            "date": pd.to_datetime(pd.Series(days, dtype=object)),
            "kind": texts("kind"),
            "place": texts("place"),
            "n_people": pd.array(people, dtype="Int64"),
            "problem": pd.Series([_problem(text, problems) for text in texts("problem")], dtype="str"),
        }
    )
    return frame.sort_values(list(frame.columns), kind="stable", ignore_index=True), faults


def _problem(text: str, problems: Problems) -> str | None:
    return (problems.find(text) or problems.near(text) or OTHER) if text else None
