"""The year wheel: recurring events that an analyst writes down in ``arshjul.csv``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from trygghet.errors import Fault, InputError
from trygghet.sources.fields import read_fields
from trygghet.sources.table import Table, parsed
from trygghet.sources.tables import read_table
from trygghet.workspace import Workspace

FILE = "arshjul.csv"
LEAP_YEAR = 2000
_MONTH_DAY = re.compile(r"(\d{2})-(\d{2})", re.ASCII)
Day = tuple[int, int]


@dataclass(frozen=True, order=True)
class Event:
    """Something that comes back every year.

    Attributes
    ----------
    first, last : (month, day), both included; a last day earlier in the year than the first means over new year.
    name, place : as readers call them; the place may be empty.
    """

    first: Day
    last: Day
    name: str
    place: str = ""


def read_events(ws: Workspace) -> tuple[Event, ...]:
    """The events of the workspace's ``arshjul.csv`` in the order of the year; none without the file.

    Columns event, from, till (MM-DD) and, if wanted, place.

    Raises
    ------
    InputError : every fault of the file at once: T12 a missing column, Y01 a day that is none, Y02 a row without an
        event, Y03 the same event on the same days twice.
    """
    path = ws.folder / FILE
    if not path.is_file():
        return ()
    fields = read_fields(None)
    names = [name for field in ("event", "first", "last") for name in fields.all_names("events", field)]
    table = read_table(path, root=ws.folder, header_like=names)
    columns = fields.columns(table, "events", ("event", "first", "last"), ("place",))
    first, faults = parsed(table, columns["first"], month_day, "Y01-MONTH-DAY")
    last, more = parsed(table, columns["last"], month_day, "Y01-MONTH-DAY")
    titles = table.texts(columns["event"])
    faults += more + table.faults(columns["event"], [i for i, text in enumerate(titles) if not text], "Y02-NO-EVENT")
    places = table.texts(columns["place"]) if "place" in columns else [""] * len(table)
    if faults:
        raise InputError(faults)
    events = [Event(*row) for row in zip(first, last, titles, places, strict=True)]
    if twice := _twice(table, columns["event"], events):
        raise InputError(twice)
    return tuple(sorted(events))


def month_day(text: str) -> Day:
    """A day of the year: ``04-30`` is (4, 30); 29 February is one.

    Raises
    ------
    ValueError : another form, or a day the calendar does not have.
    """
    found = _MONTH_DAY.fullmatch(text)
    if found is None:
        raise ValueError("not a month and a day")
    day = date(LEAP_YEAR, int(found[1]), int(found[2]))
    return day.month, day.day


def _twice(table: Table, column: str, events: list[Event]) -> list[Fault]:
    again = [i for i, event in enumerate(events) if event in events[:i]]
    return table.faults(column, again, "Y03-EVENT-TWICE")
