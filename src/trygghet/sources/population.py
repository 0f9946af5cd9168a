"""The population by sub-area, sex and age: what answers are weighted to and crimes are related to."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from trygghet.clean import crosswalk
from trygghet.errors import Fault, InputError
from trygghet.sources.fields import Fields, read_fields
from trygghet.sources.parsing import parse_number
from trygghet.sources.survey import rows_where
from trygghet.sources.tables import Table, parsed, read_table
from trygghet.workspace import Workspace

_YEAR = re.compile(r"(?:^|\s)(?:19|20)\d\d$")
_AGE = re.compile(r"(\d{1,3})\+?(?: \w+\+?)?")


def read_population(ws: Workspace, name: str = "population", year: str | None = None) -> pd.DataFrame:
    """Read the population of a year.

    Returns
    -------
    columns area, sex (``man``/``woman``), age (whole years; the last age stands for it and older), n.
    Columns the file does not have (area, sex) are left out.

    Raises
    ------
    InputError : every fault of the file at once; T30 for persons counted twice.
    """
    wave = ws.delivered(name, year)
    fields = read_fields(wave.beside(wave.source.codebook) if wave.source.codebook else None)
    kinds = ("area", "sex", "age", "n")
    names = [n for field in kinds for n in fields.all_names("population", field)]
    table = read_table(wave.path, root=ws.folder, header_like=names, required=list(wave.wave.where))
    table = _with_count(rows_where(table, wave.wave.where), fields)
    columns = fields.columns(table, "population", ["age", "n"], ["area", "sex"])
    return _frame(table, columns, fields, ws)


def _with_count(table: Table, fields: Fields) -> Table:
    """A single column named by a year (``2019``, as SCB writes it) is the number of persons."""
    years = [name for name in table.columns if _YEAR.search(name)]
    if fields.find(table, "population", "n") or len(years) != 1:
        return table
    names = ["n" if name == years[0] else name for name in table.columns]
    return replace(table, data=table.data.rename_columns(names), _levels={})


def _frame(table: Table, columns: dict[str, str], fields: Fields, ws: Workspace) -> pd.DataFrame:
    faults: list[Fault] = []
    parts: dict[str, object] = {}
    if "area" in columns:
        levels = table.levels(columns["area"])
        known = {raw: area for area, label in ws.area_labels.items() for raw in (area, label)}
        parts["area"], lost = crosswalk(levels, known)
        faults += table.faults(columns["area"], lost, "S07-UNKNOWN-AREA", value="…", variable="area")
    if "sex" in columns:
        levels = table.levels(columns["sex"])
        sexes = [fields.value("sex", text) for text in levels.values]
        parts["sex"] = pd.Categorical(levels.take(np.array(sexes, dtype=object)), ["man", "woman"])
        unknown = levels.where([sex is None for sex in sexes])
        faults += table.faults(columns["sex"], unknown, "S05-UNKNOWN-CODE", value="…", variable="sex")
    ages, more = parsed(table, columns["age"], _age, "S06-AGE")
    numbers, last = parsed(table, columns["n"], _persons, "S16-PERSONS")
    faults += [*more, *last, *_blank(table, columns), *table.rows_twice(columns["n"])]
    if faults:
        raise InputError(
            [Fault(f.file, f.row, f.column, f.rule, {"low": "0", "high": "120", **f.values}) for f in faults]
        )
    frame = pd.DataFrame({**parts, "age": np.array(ages, dtype="int64"), "n": np.array(numbers, dtype=float)})
    return _in_order(frame, list(ws.area_labels))


def _in_order(frame: pd.DataFrame, areas: list[str]) -> pd.DataFrame:
    """Areas as the workspace lists them, men before women, the youngest first: however the file lay."""
    ranks = {"area": {area: at for at, area in enumerate(areas)}, "sex": {"man": 0, "woman": 1}}
    keys = frame.assign(**{name: frame[name].astype(object).map(ranks[name]) for name in ranks if name in frame})
    order = keys.sort_values([*(name for name in ranks if name in frame), "age", "n"], kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def _blank(table: Table, columns: dict[str, str]) -> list[Fault]:
    found = []
    for field in ("age", "n"):
        levels = table.levels(columns[field])
        at = levels.where([text == "" for text in levels.values])
        found += table.faults(columns[field], at, "S17-EMPTY-CELL")
    return found


def _age(text: str) -> int:
    """``0``–``120``, ``100+``, also with a unit after it."""
    match = _AGE.fullmatch(text)
    if match is None or int(match[1]) > 120:
        raise ValueError("not an age")
    return int(match[1])


def _persons(text: str) -> float:
    value = parse_number(text).value
    if not value >= 0:
        raise ValueError("not a number of persons")
    return value


def agreeing_margins(
    margins: dict[str, pd.Series], *, tolerance: float = 0.005
) -> tuple[dict[str, pd.Series], list[str]]:
    """Population margins made to agree: since 2025 SCB adds small random noise to every count.

    Parameters
    ----------
    margins : name to persons by category; the first one is the measure of all.
    tolerance : largest relative difference of a total from the first one's that is put right.

    Returns
    -------
    the margins scaled to the first total, and the names of those that were scaled.

    Raises
    ------
    InputError : S40 for a total that differs by more, naming both.
    """
    first = next(iter(margins))
    total = float(margins[first].sum())
    scaled, changed = {}, []
    for name, margin in margins.items():
        own = float(margin.sum())
        if abs(own - total) > tolerance * total:
            told = {"first": first, "first_total": round(total), "second": name, "second_total": round(own)}
            raise InputError(Fault("", 0, name, "S40-TOTALS-DIFFER", told))
        scaled[name] = margin * (total / own)
        changed += [name] if own != total else []
    return scaled, changed
