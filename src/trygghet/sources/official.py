"""Published figures: Brå's workbook for a municipality, NTU tables, reported crime, SCB, Kolada."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from trygghet.clean import Change, key
from trygghet.errors import Fault, InputError
from trygghet.problems import load_offences
from trygghet.sources import spreadsheets
from trygghet.sources.fields import read_fields
from trygghet.sources.parsing import Number, parse_number
from trygghet.sources.table import Table
from trygghet.sources.tables import read_table
from trygghet.workspace import SourceWave, Workspace
from trygghet.yamlfile import shown_name

FIGURE_COLUMNS = ["indicator", "region", "sex", "period", "value", "low", "high", "mark", "revised"]
# 2017/2018, 2017–2018 (any dash), 2017, each possibly starred: recalculated or preliminary
_PERIOD = re.compile(
    r"(?P<first>(?:19|20)\d\d)(?:\s*[/\u2010-\u2015\u2212-]\s*(?P<last>(?:19|20)?\d\d))?\s*(?P<star>\*+)?"
)
_MARKED = re.compile(r"(?P<text>.*?[^\W\d_])\s*(?:\d\)|[\u00b9\u00b2\u00b3]|\*)+")
_LIMITS = ("low", "high")


@dataclass(frozen=True)
class Figures:
    """Published figures in long form.

    Attributes
    ----------
    frame : indicator (the sheet's name), region, sex (empty where there is none), period (``2017/2018``),
        value and its limits (as published: percent or number), mark (``none``, ``not_available``,
        ``suppressed`` or empty), revised (a starred year).
    log : what was found and chosen.
    """

    frame: pd.DataFrame
    log: tuple[Change, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class _Column:
    """A column of figures: which period it belongs to, and whether it is a limit."""

    name: str
    period: str
    role: str
    revised: bool


def read_bra_workbook(path: Path, *, sheets: Sequence[str] | None = None, root: Path | None = None) -> Figures:
    """Read Brå's workbook of indicators for one municipality's picture.

    Parameters
    ----------
    path : the downloaded xlsx: a sheet for each indicator, the title in the first row, a header with
        one- or two-year periods (``2017/2018``), the municipality, its county and the whole country as rows.
    sheets : those to read; all visible ones with periods when omitted.

    Raises
    ------
    InputError : T16 a sheet that is not there; T27 no sheet has periods; T14 a cell that is no number.
    """
    file = shown_name(path, root)
    names = list(sheets) if sheets is not None else spreadsheets.sheet_names(path, file)
    frames: list[pd.DataFrame] = []
    faults: list[Fault] = []
    log: list[Change] = []
    for name in names:
        try:
            table = read_table(path, root=root, sheet=name)
        except InputError as error:
            if sheets is not None or any(fault.rule != "T02-EMPTY" for fault in error.faults):
                faults += error.faults
            continue
        found, more = unpivoted(table, name)
        faults += more
        if found is None:
            log.append(Change(file, "", "sheet_without_periods", 1, {"sheet": name}))
            continue
        frames.append(found)
        log += table.log
    if not frames and not faults:
        faults = [Fault(file, 0, "", "T27-NO-PERIODS")]
    if faults:
        raise InputError(faults)
    return Figures(pd.concat(frames, ignore_index=True), tuple(log))


def read_ntu_table(path: Path, *, sheet: str, indicator: str = "", root: Path | None = None) -> Figures:
    """Read an NTU table: regions by sex and year, with confidence limits in the last columns.

    Parameters
    ----------
    sheet : its name, e.g. ``4A.1``.
    indicator : what to call it; the sheet's name when empty.

    Raises
    ------
    InputError : T27 when no column is a year.
    """
    table = read_table(path, root=root, sheet=sheet)
    frame, faults = unpivoted(table, indicator or sheet)
    if frame is None:
        faults = [Fault(table.file, table.header_row, "", "T27-NO-PERIODS")]
    if faults or frame is None:
        raise InputError(faults)
    return Figures(frame, table.log)


def read_sol_export(path: Path, *, root: Path | None = None) -> pd.DataFrame:
    """Read an export of reported crime from Brå's statistical database (SOL): one place, types by period.

    Returns
    -------
    columns offence (Brå's text), period, n, mark, revised (a starred period).

    Raises
    ------
    InputError : T27 when no column is a period; T28 for a cell that is no number, T31 for one that is no count;
        T30 for a type of ours that stands on two rows.
    """
    table = read_table(path, root=root)
    frame, faults = unpivoted(table, "", first=_first_text_column)
    if frame is None:
        faults = [Fault(table.file, table.header_row, "", "T27-NO-PERIODS")]
    if frame is not None:
        faults = [*faults, *_not_counts(frame, table), *_twice(table)]
    if faults or frame is None:
        raise InputError(faults)
    return frame.rename(columns={"region": "offence", "value": "n"})[["offence", "period", "n", "mark", "revised"]]


def _not_counts(frame: pd.DataFrame, table: Table) -> list[Fault]:
    """Cells with a part of a crime, or fewer than none; `frame` has the table's rows once for every period."""
    value = frame["value"].to_numpy()
    column = {found.period: found.name for found in _period_columns(table.columns)}
    return [
        Fault(table.file, table.row(at % len(table)), column[frame["period"].iloc[at]], "T31-NOT-A-COUNT")
        for at in np.flatnonzero((value < 0) | (value % 1 > 0)).tolist()
    ]


def _twice(table: Table) -> list[Fault]:
    """A type of crime that we count and that two rows have; others ("of which against women") come again and again."""
    offences, first = load_offences(), dict[str, int]()
    faults = []
    for at, text in enumerate(table.texts(_first_text_column(table))):
        row, name = table.row(at), key(_unmarked(text))
        if offences.named(_unmarked(text)) is not None and first.setdefault(name, row) != row:
            faults.append(Fault(table.file, row, _first_text_column(table), "T30-ROW-TWICE", {"first": first[name]}))
    return faults


@dataclass(frozen=True)
class OfficialCounts:
    """Brå's published counts of reported crime for the place.

    Attributes
    ----------
    frame : as `read_sol_export`.
    """

    frame: pd.DataFrame
    wave: SourceWave


def read_official(ws: Workspace, name: str = "official", year: str | None = None) -> OfficialCounts:
    """Read a workspace's export of reported crime from Brå's statistical database.

    Raises
    ------
    InputError : as `read_sol_export`; S00 when the year has no such file.
    """
    wave = ws.delivered(name, year)
    return OfficialCounts(read_sol_export(wave.path, root=ws.folder), wave)


def read_kolada(path: Path, *, root: Path | None = None) -> pd.DataFrame:
    """Read a saved answer of Kolada's interface: values by indicator, municipality, year and sex.

    Returns
    -------
    columns kpi, municipality (four digits), period, sex (``T``, ``K``, ``M``), value, mark.

    Raises
    ------
    InputError : T26, it is not such an answer.
    """
    file = shown_name(path, root)
    if not path.is_file():
        raise InputError(Fault(file, 0, "", "T01-NO-FILE"))
    try:
        items = json.loads(path.read_bytes().decode("utf-8-sig"))["values"]
        rows = [_kolada_row(item, value) for item in items for value in item["values"]]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(Fault(file, 0, "", "T26-NOT-A-CUBE", {"kind": "Kolada"})) from error
    return pd.DataFrame(rows, columns=["kpi", "municipality", "period", "sex", "value", "mark"])


def _kolada_row(item: dict[str, Any], value: dict[str, Any]) -> tuple[Any, ...]:
    number = value["value"]
    mark = "" if number is not None else "not_available"
    return (
        str(item["kpi"]),
        f"{item['municipality']:0>4}",
        str(item["period"]),
        str(value.get("gender", "T")),
        float("nan") if number is None else float(number),
        mark,
    )


def unpivoted(
    table: Table, indicator: str, *, first: Callable[[Table], str] | None = None
) -> tuple[pd.DataFrame | None, list[Fault]]:
    """A table with a column for each period as one row a region and period, period by period.

    Parameters
    ----------
    indicator : what to call the figures.
    first : which column names the region; found by its heading when omitted.

    Returns
    -------
    columns `FIGURE_COLUMNS`, or None when no column is a period; and the faults of its cells.
    """
    columns = _period_columns(table.columns)
    if not columns:
        return None, []
    texts = [name for name in table.columns if name not in {c.name for c in columns}]
    region = first(table) if first else _region_column(table, texts)
    sex = read_fields(None).find(table, "official", "sex")
    regions = [_unmarked(text) for text in table.texts(region)]
    sexes = _carried(table.texts(sex)) if sex else [""] * len(table)
    faults: list[Fault] = []
    parts: dict[str, dict[str, list[Number]]] = {}
    for column in columns:
        numbers, more = _numbers(table, column.name)
        faults += more
        parts.setdefault(column.period, {})[column.role] = numbers
    revised = {column.period for column in columns if column.revised}
    frames = []
    for period, roles in parts.items():
        blank = [Number(float("nan"))] * len(table)
        value = roles.get("value", blank)
        data = {
            "indicator": indicator,
            "region": regions,
            "sex": sexes,
            "period": period,
            "value": [number.value for number in value],
            **{limit: [number.value for number in roles.get(limit, blank)] for limit in _LIMITS},
            "mark": [number.mark or "" for number in value],
            "revised": period in revised,
        }
        frames.append(pd.DataFrame(data)[FIGURE_COLUMNS])
    return pd.concat(frames, ignore_index=True), faults


def _period_columns(names: Sequence[str]) -> list[_Column]:
    """Columns whose header is a period, or a limit of one (the last value's when no year is named)."""
    found: list[_Column] = []
    for name in names:
        match = _PERIOD.match(name.strip())
        limit = _limit(name)
        if match is not None and (limit or match.end() == len(name.strip())):
            found.append(_Column(name, _period(match), limit or "value", bool(match["star"])))
        elif limit and found:
            inside = _PERIOD.search(name)
            period = _period(inside) if inside else [c for c in found if c.role == "value"][-1].period
            found.append(_Column(name, period, limit, False))
    return found


def _period(match: re.Match[str]) -> str:
    first, last = match["first"], match["last"]
    return f"{first}/{first[:2] + last if len(last) == 2 else last}" if last else first


def _limit(name: str) -> str:
    """Whether a header names a lower or an upper confidence limit."""
    fields = read_fields(None)
    words = set(key(name).split())
    return next((limit for limit in _LIMITS if words & set(map(key, fields.all_names("official", limit)))), "")


def _region_column(table: Table, texts: Sequence[str]) -> str:
    found = read_fields(None).find(table, "official", "region")
    return found or (texts[0] if texts else table.columns[0])


def _first_text_column(table: Table) -> str:
    return table.columns[0]


def _unmarked(text: str) -> str:
    """A label without the footnote mark stuck on it: ``Kristinehamn1)``."""
    match = _MARKED.fullmatch(text)
    return match["text"] if match else text


def _carried(texts: Sequence[str]) -> list[str]:
    """A column merged downwards: every empty cell says what the one above it says."""
    series = pd.Series(list(texts), dtype="str")
    return series.mask(series == "").ffill().fillna("").tolist()


def _numbers(table: Table, column: str) -> tuple[list[Number], list[Fault]]:
    levels = table.levels(column)
    numbers, wrong = [], []
    for text in levels.values:
        try:
            # an empty cell of a published table is a figure nobody gives
            numbers.append(parse_number(_without_mark(text)) if text else Number(float("nan"), "", "not_available"))
            wrong.append(False)
        except ValueError:
            numbers.append(Number(float("nan")))
            wrong.append(True)
    faults = table.faults(column, levels.where(np.array(wrong, dtype=bool)), "T28-NOT-A-FIGURE")
    return [numbers[code] for code in levels.codes], faults


def _without_mark(text: str) -> str:
    """The figure without its footnote mark; published percentages stay percentages, with or without the sign."""
    return re.sub(r"(?<=\d)(?:\s*\*+|\s+\d\)|\s*[\u00b9\u00b2\u00b3])$", "", text).rstrip("%").rstrip()
