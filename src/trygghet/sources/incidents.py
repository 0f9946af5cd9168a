"""Reported crime as the police deliver it: intervals in time, points on a map, reports of several crimes."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from trygghet.addresses import Address, place_of
from trygghet.clean import Change, log_frame
from trygghet.errors import Fault, InputError
from trygghet.partitions import FROM_COPY
from trygghet.problems import Offences, load_offences
from trygghet.sources import coordinates, far_register, register
from trygghet.sources.fields import Fields, read_fields
from trygghet.sources.parsing import local_time_kind, parse_moments, parse_number, parse_numbers
from trygghet.sources.table import mixed_decimals, without_dashes
from trygghet.sources.tables import Table, parsed, read_table
from trygghet.workspace import SourceWave, Workspace

REQUIRED = ("incident_id", "offence_code", "start", "end")
OPTIONAL = ("offence", "reported", "n_crimes", "north", "east", "place")
UNGROUPED = "other"
PILE = 20


@dataclass(frozen=True)
class Incidents:
    """Every report of the file; the caller chooses the period.

    Attributes
    ----------
    frame : the first reported first; incident_id, offence_code (text, leading zeros kept), offence_group, start, end,
        time_known (False for 00:00–23:59 and for missing times), reported, n_crimes, x, y (east, north; metres,
        SWEREF 99 TM), area, place_note. Times are local, without a zone.
    quality : how many reports lack a time, a place and so on, by name.
    """

    frame: pd.DataFrame
    log: pd.DataFrame
    quality: dict[str, int]
    wave: SourceWave


def read_incidents(ws: Workspace, name: str = "incidents", year: str | None = None) -> Incidents:
    """Read the whole incident file of a wave, or the workspace's own municipality in a register (`trygghet ingest`).

    Raises
    ------
    InputError : every fault of the file at once; S19 a register without the municipality.
    """
    wave = ws.delivered(name, year)
    own = wave.beside(wave.source.codebook) if wave.source.codebook else None
    fields = read_fields(own)
    table = _table(wave, ws, fields)
    columns = _columns(table, fields)
    rows = checked(table, columns)
    frame = _frame(table, columns, rows.times, rows.n_crimes)
    frame = _with_place(frame, table, columns, rows.placed, ws)
    frame["offence_group"] = _groups(frame, load_offences())
    counts = {**rows.counts, **_place_counts(frame, rows.placed)}
    counts["several_crimes"] = int((frame["n_crimes"] > 1).sum())
    counts["ungrouped"] = int((frame["offence_group"] == UNGROUPED).sum())
    log = [*table.log, *(Change(table.file, "", rule, n) for rule, n in counts.items() if n)]
    frame = frame[_ORDER].sort_values(["reported", "incident_id", "start", "offence_code"], ignore_index=True)
    return Incidents(frame, log_frame(log, ws.words), {"reports": len(frame), **counts}, wave)


def _table(wave: SourceWave, ws: Workspace, fields: Fields) -> Table:
    """A file of the municipality's own, or its part of a register of many; that at an address is read there."""
    code = None if ws.settings.kind == "country" else ws.settings.code
    address, until = place_of(wave.wave.file), wave.wave.end.year
    if isinstance(address, Address) and FROM_COPY not in os.environ:
        return far_register.FarRegister.at(address).read(code, until=until)
    if register.is_register(wave.path):
        name = address.name if isinstance(address, Address) else ""
        return register.read(wave.path, code, until=until, root=ws.folder, name=name)
    return without_dashes(read_table(wave.path, root=ws.folder, header_like=header_names(fields)))


def _columns(table: Table, fields: Fields) -> dict[str, str]:
    """Our fields to the table's columns; where most are missing the file holds sums, and that is told first."""
    try:
        return fields.columns(table, "incidents", REQUIRED, OPTIONAL)
    except InputError as error:
        if len(error.faults) < len(REQUIRED) - 1:
            raise
        raise InputError([Fault(table.file, table.header_row, "", "S22-SUMS"), *error.faults]) from error


def header_names(fields: Fields) -> list[str]:
    """Every name that may stand in the header of a file of reports."""
    return [n for field in (*REQUIRED, *OPTIONAL) for n in fields.all_names("incidents", field)]


@dataclass(frozen=True)
class Checked:
    """What is read of the rows of a table: times (start, end, reported, time_known), number of crimes, place."""

    times: pd.DataFrame
    n_crimes: list[Any]
    placed: coordinates.Placed
    counts: Counter[str]


def checked(table: Table, columns: dict[str, str]) -> Checked:
    """The cells of reports as times, numbers and points.

    Parameters
    ----------
    columns : our field to the table's column, `REQUIRED` and as many of `OPTIONAL` as there are.

    Raises
    ------
    InputError : every fault of the table at once.
    """
    times, faults, counts = _times(table, columns)
    number, more = _n_crimes(table, columns)
    faults += more
    placed, more = _places(table, columns)
    faults += more + _codes(table, columns["offence_code"]) + _ids(table, columns["incident_id"])
    if faults:
        raise InputError(faults)
    return Checked(times, number, placed, counts)


_ORDER = [
    "incident_id", "offence_code", "offence_group", "start", "end", "time_known", "reported",
    "n_crimes", "x", "y", "area", "place_note",
]  # fmt: skip


def _moments(table: Table, columns: dict[str, str], field: str) -> tuple[pd.Series, list[Fault]]:
    if field not in columns:
        return pd.Series(pd.NaT, index=range(len(table)), dtype="datetime64[s]"), []
    levels = table.levels(columns[field])
    values, wrong = parse_moments(levels.values)
    return pd.Series(levels.take(values)), table.faults(columns[field], levels.where(wrong), "T15-NOT-A-DATE")


def _times(table: Table, columns: dict[str, str]) -> tuple[pd.DataFrame, list[Fault], Counter[str]]:
    start, faults = _moments(table, columns, "start")
    end, more = _moments(table, columns, "end")
    reported, last = _moments(table, columns, "reported")
    faults += more + last
    counts: Counter[str] = Counter()
    backwards = np.flatnonzero((end < start).to_numpy())
    faults += table.faults(columns["end"], backwards, "S12-ENDS-BEFORE-START")
    missing = start.isna() | end.isna()
    all_day = _clock(start).eq(0) & _clock(end).isin([23 * 60 + 59, 0]) & (end > start)
    counts["time_missing"] = int(missing.sum())
    counts["time_all_day"] = int((all_day & ~missing).sum())
    counts.update(_odd_hours(pd.concat([start, end]), table, columns))
    start, end = start.fillna(end), end.fillna(start)
    start, end = start.fillna(reported), end.fillna(reported)
    undated = np.flatnonzero(start.isna().to_numpy())
    faults += table.faults(columns["start"], undated, "S13-NO-DATE") if not more else []
    frame = pd.DataFrame({"start": start, "end": end, "reported": reported})
    return frame.assign(time_known=~(missing | all_day)), faults, counts


def _clock(times: pd.Series) -> pd.Series:
    minutes: pd.Series = times.dt.hour * 60 + times.dt.minute
    return minutes


def _odd_hours(times: pd.Series, table: Table, columns: dict[str, str]) -> Counter[str]:
    """Times in the hour that summer time skips, or goes through twice."""
    near = times[(times.dt.month.isin([3, 10])) & (times.dt.hour == 2) & (times.dt.day >= 25)].dropna()
    kinds = Counter(local_time_kind(_python(moment)) for moment in near)
    found = {"time_nonexistent": kinds["nonexistent"], "time_repeated": kinds["repeated"]}
    return Counter({rule: n for rule, n in found.items() if n})


def _python(moment: pd.Timestamp) -> datetime:
    return moment.to_pydatetime()


def _n_crimes(table: Table, columns: dict[str, str]) -> tuple[list[Any], list[Fault]]:
    if "n_crimes" not in columns:
        return [1] * len(table), []
    return parsed(table, columns["n_crimes"], _count, "S14-COUNT", blank=1)


def _count(text: str) -> int:
    value = parse_number(text).value
    if value != int(value) or value < 1:
        raise ValueError("not a count of crimes")
    return int(value)


def _places(table: Table, columns: dict[str, str]) -> tuple[coordinates.Placed, list[Fault]]:
    if "north" not in columns or "east" not in columns:
        nothing = np.full(len(table), np.nan)
        return coordinates.check(nothing, nothing), []
    north, faults = _metres(table, columns["north"])
    east, more = _metres(table, columns["east"])
    placed = coordinates.check(north, east)
    wrong = [
        Fault(table.file, table.row(at), columns["north"], rule, {"crs": coordinates.SWEREF})
        for at, rule in placed.wrong.items()
    ]
    mixed = [fault for field in ("north", "east") for fault in mixed_decimals(table, columns[field])]
    return placed, faults + more + mixed + wrong


def _metres(table: Table, column: str) -> tuple[np.ndarray, list[Fault]]:
    levels = table.levels(column)
    values, wrong = parse_numbers(levels.values)
    return levels.take(values), table.faults(column, levels.where(wrong), "T14-NOT-A-NUMBER")


def _codes(table: Table, column: str) -> list[Fault]:
    levels = table.levels(column)
    wrong = [not (text.isdigit() and len(text) == 4) for text in levels.values]
    return table.faults(column, levels.where(wrong), "S15-OFFENCE-CODE")


def _ids(table: Table, column: str) -> list[Fault]:
    levels = table.levels(column)
    return table.faults(column, levels.where([text == "" for text in levels.values]), "S02-NO-ID")


def _frame(table: Table, columns: dict[str, str], times: pd.DataFrame, number: list[Any]) -> pd.DataFrame:
    text = {field: table.levels(columns[field]) for field in ("incident_id", "offence_code")}
    frame = pd.DataFrame({field: lv.take(np.array(lv.values, dtype=object)) for field, lv in text.items()})
    return pd.concat([frame, times], axis=1).assign(n_crimes=pd.array(number, dtype="int64"))


def _with_place(
    frame: pd.DataFrame, table: Table, columns: dict[str, str], placed: coordinates.Placed, ws: Workspace
) -> pd.DataFrame:
    borders = coordinates.read_boundaries(ws)
    notes = table.frame[columns["place"]].str.strip().to_numpy() if "place" in columns else ""
    area = coordinates.sub_areas(placed.north, placed.east, borders)
    return frame.assign(x=placed.east, y=placed.north, area=area, place_note=notes)


def _groups(frame: pd.DataFrame, offences: Offences) -> pd.Categorical:
    """The offence group by code and year of report (of the crime where the report has no day)."""
    years = frame["reported"].fillna(frame["start"]).dt.year.to_numpy(np.int64)
    code, texts = pd.factorize(frame["offence_code"].to_numpy(object))
    codes, pairs = pd.factorize(code * 10_000 + years)
    found = [offences.group_of(texts[pair // 10_000], int(pair % 10_000)) or UNGROUPED for pair in pairs]
    names = [*(item.group for item in offences), UNGROUPED]
    return pd.Categorical(np.array(found, dtype=object)[codes], categories=list(dict.fromkeys(names)))


def _place_counts(frame: pd.DataFrame, placed: coordinates.Placed) -> dict[str, int]:
    known = frame["x"].notna()
    piles = frame[known].groupby(["x", "y"]).size()
    return {
        "place_unknown": int(placed.unknown.sum()),
        "place_swapped": int(placed.swapped.sum()),
        "place_outside": int((known & frame["area"].isna()).sum()) if len(frame["area"].cat.categories) else 0,
        "place_piled": int(piles[piles >= PILE].sum()),
    }
