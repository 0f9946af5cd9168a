"""Figures to compare with: reported crime per 100,000, survey shares and population, as agencies publish them.

Four layouts are read to one table: a row a figure, a row a series with a column for each year, Brå's workbook
for one municipality, an NTU table (one named sheet), and cubes of population (json-stat2, PX).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd

from trygghet.errors import Fault, InputError
from trygghet.sources import cubes, official, spreadsheets
from trygghet.sources.fields import Fields, read_fields
from trygghet.sources.figure_names import Names, names_of
from trygghet.sources.parsing import parse_number
from trygghet.sources.table import Table
from trygghet.sources.tables import WORKBOOKS, read_table
from trygghet.workspace import FILE, Comparison, SourceWave, Workspace
from trygghet.yamlfile import shown_name

COLUMNS = (
    "indicator", "area", "area_kind", "period", "estimate", "ci_low", "ci_high", "n", "unit", "source", "definition",
    "series",
)  # fmt: skip
PER = 100_000
_TEXTS = ("source", "definition", "series")
_PERIOD = re.compile(r"(?P<first>(?:19|20)\d\d)(?:\s*[/\u2010-\u2015\u2212-]\s*(?P<last>(?:19|20)?\d\d))?")


@dataclass(frozen=True)
class ReferenceFigures:
    """Figures of the place and of those it is compared with.

    Attributes
    ----------
    frame : columns `COLUMNS`. ``indicator`` is ``crime:`` and an offence group, an indicator's id, or
        ``population``; ``area_kind`` is ``own``, ``county``, ``country`` or ``similar``; ``period`` a year or
        ``2017/2018``; ``estimate`` per 100,000 inhabitants (unit ``rate``), 0–1 (``share``) or persons (``count``);
        ``n`` answers or inhabitants behind it; figures of different ``series`` may not be joined or compared.
    left_out : names of areas and of indicators in the file that nothing here uses.
    """

    frame: pd.DataFrame
    wave: SourceWave
    left_out: Mapping[str, tuple[str, ...]]


def read_reference(ws: Workspace, name: str, year: str | None = None) -> ReferenceFigures:
    """Read one of the workspace's sources of kind ``reference``; figures of later years than the wave are left out.

    Raises
    ------
    InputError : every fault of the file at once (R01–R10, T28, and those of the table reader).
    """
    wave = ws.delivered(name, year)
    names = names_of(ws)
    _known_breaks(ws, names)
    raw = _raw(wave, ws)
    frame, faults, left_out = _known(raw, names, shown_name(wave.path, ws.folder))
    if faults:
        raise InputError(faults)
    frame = frame[[last_year(period) <= wave.wave.end.year for period in frame["period"]]]
    breaks = ws.settings.comparison
    series = [series_of(row, breaks) for row in frame[["indicator", "period", "series"]].itertuples(index=False)]
    frame = frame.assign(series=series, source=frame["source"].where(frame["source"] != "", wave.label(ws.words)))
    return ReferenceFigures(frame[list(COLUMNS)].reset_index(drop=True), wave, left_out)


def _known_breaks(ws: Workspace, names: Names) -> None:
    """A break of an indicator that does not exist would bridge the series it is meant for."""
    ids = {*names.offences.values(), *names.others.values()}
    wrong = sorted({name for b in ws.settings.comparison.breaks for name in b.indicators} - ids)
    if wrong:
        near = {name: get_close_matches(name, sorted(ids), n=1, cutoff=0.0)[0] for name in wrong}
        raise InputError([Fault(FILE, 0, f"comparison.breaks.{n}", "R09-BREAK", {"near": near[n]}) for n in wrong])


def last_year(period: str) -> int:
    """The last year of a period: 2018 of ``2017/2018``."""
    return int(period[-4:])


def series_of(row: tuple[str, str, str], comparison: Comparison) -> str:
    """The file's own series and the last break before the figure; one that spans a break stands alone."""
    indicator, period, own = row
    first, last = int(period[:4]), last_year(period)
    years = [b.at for b in comparison.breaks if not b.indicators or indicator in b.indicators]
    spanned = any(first < at <= last for at in years)
    label = period if spanned else str(max((at for at in years if at <= first), default=""))
    return "|".join(part for part in (own, label) if part)


def _raw(wave: SourceWave, ws: Workspace) -> pd.DataFrame:
    """Whatever layout as rows of area, indicator, period (texts), value, low, high, n, texts, row, column, unit."""
    path, root = wave.path, ws.folder
    if path.suffix.lower() in (".json", ".px"):
        return _cube(path, root)
    if path.suffix.lower() in WORKBOOKS and wave.wave.sheet:
        figures = official.read_ntu_table(path, sheet=wave.wave.sheet, indicator=wave.wave.indicator or "", root=root)
        return _published(_both_sexes(figures.frame))
    fields = read_fields(wave.beside(wave.source.codebook) if wave.source.codebook else None)
    if path.suffix.lower() in WORKBOOKS and _is_workbook(path, fields, root):
        return _published(_both_sexes(official.read_bra_workbook(path, root=root).frame))
    like = [n for field in ("area", "indicator", "period") for n in fields.all_names("reference", field)]
    table = read_table(path, root=root, header_like=like)
    if fields.find(table, "reference", "period"):
        return _long(table, fields, wave.wave.indicator or "")
    return _wide(table, fields, wave.wave.indicator or "")


def _is_workbook(path: Path, fields: Fields, root: Path) -> bool:
    """Several visible sheets, the indicator being the sheet's name and no column."""
    if len(spreadsheets.sheet_names(path, shown_name(path, root))) < 2:
        return False
    try:
        table = read_table(path, root=root, header_like=fields.all_names("reference", "indicator"))
    except InputError:
        return True
    return fields.find(table, "reference", "indicator") is None


def _both_sexes(frame: pd.DataFrame) -> pd.DataFrame:
    totals = {text.lower() for text in read_fields(None).all_names("official", "total")} | {""}
    return frame[frame["sex"].str.lower().isin(totals)]


def _published(frame: pd.DataFrame) -> pd.DataFrame:
    """Figures of one of Brå's own layouts, which state neither base nor definition."""
    named = frame.rename(columns={"region": "area"})
    rows = named[["indicator", "area", "period", "value", "low", "high"]]
    known = rows.assign(n=np.nan, row=0, column=named["indicator"], sheet=True, **dict.fromkeys(_TEXTS, ""))
    return known[frame["value"].notna() | frame["mark"].eq("")]


def _long(table: Table, fields: Fields, indicator: str) -> pd.DataFrame:
    """A row a figure."""
    required = ["area", "period", "value"] + ([] if indicator else ["indicator"])
    optional = ("low", "high", "n", *_TEXTS, *(["indicator"] if indicator else []))
    columns = fields.columns(table, "reference", required, optional)
    faults: list[Fault] = []
    parts: dict[str, object] = {}
    for field in ("value", "low", "high", "n"):
        if field in columns:
            parts[field], more = _numbers(table, columns[field])
            faults += more
    if faults:
        raise InputError(faults)
    texts = {f: table.texts(columns[f]) if f in columns else [""] * len(table) for f in ("area", "period", *_TEXTS)}
    what = table.texts(columns["indicator"]) if "indicator" in columns else [indicator] * len(table)
    empty = {f: np.nan for f in ("low", "high", "n") if f not in parts}
    frame = pd.DataFrame({**texts, "indicator": what, **parts, **empty, "row": table.rows})
    frame = frame.assign(column=columns["value"], sheet=False)
    return frame[frame["area"].ne("") | frame["value"].notna()]


def _numbers(table: Table, column: str) -> tuple[np.ndarray, list[Fault]]:
    levels = table.levels(column)
    numbers, wrong = [], []
    for text in levels.values:
        try:
            numbers.append(parse_number(text.rstrip("%").rstrip()).value if text else np.nan)
            wrong.append(False)
        except ValueError:
            numbers.append(np.nan)
            wrong.append(True)
    faults = table.faults(column, levels.where(np.array(wrong, dtype=bool)), "T28-NOT-A-FIGURE")
    return np.array(numbers, float)[levels.codes], faults


def _wide(table: Table, fields: Fields, indicator: str) -> pd.DataFrame:
    """A row a series, a column for each period."""
    columns = fields.columns(table, "reference", ["area"] + ([] if indicator else ["indicator"]), _TEXTS)
    frame, faults = official.unpivoted(table, indicator, first=lambda _: columns["area"])
    if frame is None:
        faults = [Fault(table.file, table.header_row, "", "T27-NO-PERIODS")]
    if faults or frame is None:
        raise InputError(faults)
    periods = len(frame) // max(len(table), 1)
    texts = {f: table.texts(columns[f]) * periods if f in columns else "" for f in _TEXTS}
    what = indicator or table.texts(columns["indicator"]) * periods
    frame = frame.rename(columns={"region": "area"}).assign(**texts, n=np.nan, sheet=False, indicator=what)
    frame = frame.assign(row=np.tile(table.rows, periods), column=frame["period"])
    blank = (frame["area"] == "") | (frame["indicator"] == "")  # a note under the table
    return frame[~blank & (frame["mark"] != "not_available") & (frame["mark"] != "suppressed")]


def _cube(path: Path, root: Path) -> pd.DataFrame:
    """Population of regions by year; other dimensions are added up, or their total category is taken."""
    fields, table = read_fields(None), read_table(path, root=root)
    columns = fields.columns(table, "reference", ["area", "period"], ["age", "sex", "contents"])
    if "contents" in columns and len(table.labels[columns["contents"]]) > 1:
        raise InputError(Fault(table.file, 0, columns["contents"], "R10-SEVERAL-CONTENTS"))
    values, faults = _numbers(table, cubes.VALUE)
    if faults:
        raise InputError(faults)
    frame = table.frame.assign(value=values)
    totals = {text.lower() for text in fields.all_names("official", "total")}
    for field in ("age", "sex"):
        if field in columns:
            whole = frame[columns[field]].map(lambda c, d=columns[field]: _total(table, d, c, totals))
            frame = frame[whole] if whole.any() else frame
    labels = table.labels[columns["area"]]
    sums = frame.groupby([columns["area"], columns["period"]], sort=False)["value"].sum(min_count=1).reset_index()
    sums.columns = pd.Index(["area", "period", "value"])
    sums["area"] = [f"{code} {labels.get(code, '')}".strip() for code in sums["area"]]
    known = sums.assign(indicator="population", low=np.nan, high=np.nan, n=np.nan, row=0, column=cubes.VALUE)
    return known.assign(sheet=False, **dict.fromkeys(_TEXTS, ""))


def _total(table: Table, dimension: str, code: str, totals: set[str]) -> bool:
    return bool({str(code).lower(), table.labels[dimension].get(str(code), "").lower()} & totals)


def _known(raw: pd.DataFrame, names: Names, file: str) -> tuple[pd.DataFrame, list[Fault], dict[str, tuple[str, ...]]]:
    """Rows of known areas and indicators, in our units; the faults of the rest; and what was left out."""
    faults: list[Fault] = []
    areas = {text: names.area(text) for text in raw["area"].unique()}
    whats = {
        (text, sheet): names.indicator(text, sheet=sheet)
        for text, sheet in raw[["indicator", "sheet"]].drop_duplicates().itertuples(index=False)
    }
    faults += _near(raw, names, file, areas, {text: found for (text, _), found in whats.items()})
    kinds = raw["area"].map(lambda text: areas[text])
    ids = pd.Series([whats[key] for key in zip(raw["indicator"], raw["sheet"], strict=True)], index=raw.index)
    keep = kinds.notna() & ids.notna()
    if not faults and not keep.any():
        rule = "R01-NO-AREA" if kinds.isna().all() else "R03-NO-INDICATOR"
        faults.append(Fault(file, 0, "", rule))
    left_out = {
        "areas": tuple(sorted(text for text, found in areas.items() if found is None and text)),
        "indicators": tuple(sorted({text for (text, _), found in whats.items() if found is None and text})),
    }
    rows = raw[keep].assign(
        indicator=ids[keep],
        area_kind=[kind for kind, _ in kinds[keep]],
        area=[label for _, label in kinds[keep]],
    )
    stated = rows["definition"].where(~rows["sheet"].astype(bool), rows["indicator"].map(names.defined).fillna(""))
    frame, more = _units(rows.assign(definition=stated), file)
    return frame, [*faults, *more], left_out


def _near(
    raw: pd.DataFrame, names: Names, file: str, areas: Mapping[str, object], whats: Mapping[str, object]
) -> list[Fault]:
    """Names that are a slip of the pen from a known one; others are simply of no use here."""
    faults = []
    for column, found, near, rule in (
        ("area", areas, names.near_area, "R02-AREA-NEAR"),
        ("indicator", whats, names.near_indicator, "R04-INDICATOR-NEAR"),
    ):
        for text, hit in found.items():
            close = near(text) if hit is None and text else None
            if close:
                row = int(raw.loc[raw[column] == text, "row"].iloc[0])
                faults.append(Fault(file, row, column, rule, {"near": close}))
    return faults


def _units(rows: pd.DataFrame, file: str) -> tuple[pd.DataFrame, list[Fault]]:
    """Values in our units and periods in our form, each checked."""
    units = [_unit(indicator) for indicator in rows["indicator"]]
    scale = np.where(np.array(units, dtype=object) == "share", 100.0, 1.0)
    periods = [_PERIOD.fullmatch(text.strip()) for text in rows["period"].astype(str)]
    value, low, high = (rows[name].to_numpy(float) / scale for name in ("value", "low", "high"))
    wrong = {
        "R05-PERIOD": [match is None for match in periods],
        "R06-LIMITS": (low > value) | (high < value),
        "R07-OUT-OF-RANGE": (value < 0) | ((value > 1) & (scale == 100)),
    }
    faults = [
        Fault(file, int(rows["row"].iloc[at]), str(rows["column"].iloc[at]), rule)
        for rule, hits in wrong.items()
        for at in np.flatnonzero(np.asarray(hits, dtype=bool))
    ]
    if faults:
        return rows, faults
    texts = [f"{m['first']}/{_whole_year(m)}" if m["last"] else m["first"] for m in periods if m]
    frame = rows.assign(estimate=value, ci_low=low, ci_high=high, unit=units, period=texts)
    frame = frame[frame["estimate"].notna()]
    twice = frame.duplicated(["indicator", "area", "period", "series"]).to_numpy()
    again = [Fault(file, int(frame["row"].iloc[i]), "", "R08-TWICE") for i in np.flatnonzero(twice)]
    return frame, again


def _whole_year(match: re.Match[str]) -> str:
    last = match["last"]
    return match["first"][:2] + last if len(last) == 2 else last


def _unit(indicator: str) -> str:
    if indicator == "population":
        return "count"
    return "rate" if indicator.startswith("crime:") else "share"
