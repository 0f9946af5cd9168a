"""Those who were invited: counted by sub-area, sex and age group, for response and base weights."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trygghet.clean import Change, Levels, band_labels, into_bands, key, recode
from trygghet.errors import Fault, InputError
from trygghet.sources.areas import area_values
from trygghet.sources.codebook import Codebook, Variable
from trygghet.sources.fields import Fields, read_fields
from trygghet.sources.parsing import parse_number
from trygghet.sources.tables import Table, read_table
from trygghet.workspace import SourceWave, Workspace

PARTS = ("area", "sex", "age_group")


def read_invited(ws: Workspace, wave: SourceWave, codebook: Codebook) -> tuple[pd.DataFrame, list[Change]]:
    """Read the file of those invited.

    Parameters
    ----------
    wave : names the file; its columns are the codebook's raw columns for area and sex, the birth year
        or an age column, and a count column when a row stands for several.

    Returns
    -------
    columns area, sex, age_group (those the file tells) and n_invited; and the log.

    Raises
    ------
    InputError : every fault of the file at once.
    """
    fields = read_fields(None)
    table = read_table(wave.beside(wave.wave.invited or ""), root=ws.folder)
    parts: dict[str, object] = {}
    faults: list[Fault] = []
    for name in ("area", "sex"):
        variable = codebook.variables.get(name)
        column = table.find(variable.column) if variable and variable.column else None
        column = column or fields.find(table, "population", name)
        if column and variable:
            parts[name], more = _category(table, column, variable, (ws, wave), name)
            faults += more
    ages, more = _ages(table, codebook, wave, fields)
    faults += more
    if ages is not None:
        parts["age_group"] = ages
    counts, more = _counts(table, fields)
    faults += more
    if not parts:
        faults.append(table.missing_column(codebook.variables["area"].column or "area"))
    if faults:
        raise InputError(faults)
    frame = pd.DataFrame({**parts, "n_invited": counts})
    names = [name for name in PARTS if name in parts]
    grouped = frame.groupby(names, observed=True, dropna=False)["n_invited"].sum().astype(int).reset_index()
    total = int(grouped["n_invited"].sum())
    return grouped, [*table.log, Change(table.file, "", "invited", total)]


def _category(
    table: Table, column: str, variable: Variable, at: tuple[Workspace, SourceWave], name: str
) -> tuple[pd.Categorical, list[Fault]]:
    levels = table.levels(column)
    values = area_values(*at, variable) if name == "area" else variable.values
    folded = Levels(levels.codes, tuple(key(text) for text in levels.values))
    table_of = {**{key(c): c for c in values.values()}, **{key(raw): c for raw, c in values.items()}}
    found = recode(folded, values=table_of, missing=variable.missing)
    ordered = found.values.set_categories(list(dict.fromkeys(values.values())))
    rule = "S07-UNKNOWN-AREA" if name == "area" else "S05-UNKNOWN-CODE"
    return ordered, table.faults(column, found.unknown, rule, value="…", variable=name)


def _ages(
    table: Table, codebook: Codebook, wave: SourceWave, fields: Fields
) -> tuple[pd.Categorical | None, list[Fault]]:
    bands = next((v.bands for v in codebook.variables.values() if v.kind == "age_group"), [])
    age = codebook.variables.get("age")
    if not bands:
        return None, []
    ready = fields.find(table, "population", "age_group")
    if ready:
        levels = table.levels(ready)
        names = band_labels(bands)
        found = recode(levels, values={name: name for name in names}, missing={})
        return found.values, table.faults(ready, found.unknown, "S05-UNKNOWN-CODE", value="…", variable="age_group")
    birth = table.find(age.column) if age and age.column and age.origin == "birth_year" else None
    column = birth or (age and age.column and table.find(age.column)) or fields.find(table, "population", "age")
    if column is None:
        return None, []
    years, faults = _whole(table, column, "S06-AGE")
    values = wave.wave.end.year - years if birth else years
    return into_bands(pd.Series(values), bands), faults


def _counts(table: Table, fields: Fields) -> tuple[np.ndarray, list[Fault]]:
    column = fields.find(table, "population", "n")
    if column is None:
        return np.ones(len(table)), []
    counts, faults = _whole(table, column, "S08-NUMBER")
    return counts, [*faults, *table.rows_twice(column)]


def _whole(table: Table, column: str, rule: str) -> tuple[np.ndarray, list[Fault]]:
    levels = table.levels(column)
    values = np.full(len(levels.values), np.nan)
    for i, text in enumerate(levels.values):
        try:
            number = parse_number(text.rstrip("+"))
        except ValueError:
            continue
        values[i] = number.value if number.value >= 0 and number.value == int(number.value) else np.nan
    return levels.take(values), table.faults(column, levels.where(np.isnan(values)), rule, low="0", high="")
