"""A survey's answers: read, recoded by the codebook, checked, with every change logged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from trygghet.clean import MISSING_KINDS, Change, Levels, categorical, into_bands, key, log_frame, recode
from trygghet.errors import Fault, InputError
from trygghet.sources.areas import SETTLEMENTS, area_values, settlement_letters
from trygghet.sources.codebook import Codebook, Variable, answer_words, label_conflicts, read_codebook
from trygghet.sources.invited import read_invited
from trygghet.sources.parsing import parse_number
from trygghet.sources.response import more_than_invited
from trygghet.sources.table import decimal_change, mixed_decimals
from trygghet.sources.tables import Table, read_table
from trygghet.workspace import SourceWave, Workspace

MAX_FAULTS = 1000


@dataclass(frozen=True)
class Survey:
    """One wave of a survey after its codebook.

    Attributes
    ----------
    answers : a row for each respondent, in the order of their ids: ``respondent_id``, ``weight`` where one was
        delivered, categories as Categorical, ``age`` (years, Int64), numbers as float, free text as text.
    missing : the same columns (without id and weight): why there is no answer, or empty.
    log : columns file, column, rule, what, n.
    codebook : what the codes mean.
    invited : columns area, sex, age_group, n_invited; None when nobody told.
    wave : the delivery: its period and source.
    table : the cells as delivered.
    """

    answers: pd.DataFrame
    missing: pd.DataFrame
    log: pd.DataFrame
    codebook: Codebook
    invited: pd.DataFrame | None
    wave: SourceWave
    table: Table = field(repr=False)

    def __len__(self) -> int:
        return len(self.answers)

    @property
    def file(self) -> str:
        """The answer file's name in messages."""
        return self.table.file

    @property
    def rows(self) -> np.ndarray:
        """The row in the file of every respondent."""
        return self.table.rows

    @property
    def raw(self) -> pd.DataFrame:
        """The cells as delivered, as text."""
        return self.table.frame

    def item_nonresponse(self, variable: str) -> pd.Series:
        """How many lack an answer, by kind of missing; kinds that do not occur are left out."""
        counts = self.missing[variable].value_counts()
        return counts[(counts > 0) & (counts.index != "")].astype(int)


@dataclass(frozen=True)
class _Column:
    values: Any
    missing: pd.Categorical
    faults: list[Fault]
    changes: list[Change] = field(default_factory=list)


def read_survey(ws: Workspace, name: str = "citizens", year: str | None = None) -> Survey:
    """Read one wave of a survey.

    Parameters
    ----------
    ws : the workspace.
    name : the source's name in it.
    year : the wave; the workspace's year when omitted.

    Raises
    ------
    InputError : every fault of the answer file at once; S00 when the source has no such wave.
    """
    wave = ws.delivered(name, year)
    if wave.source.codebook is None:
        raise InputError(Fault("workspace.yml", 0, name, "S01-NO-CODEBOOK"))
    codebook = read_codebook(wave.beside(wave.source.codebook), root=ws.folder)
    required = [*codebook.required_columns, *wave.wave.where]
    table = read_table(wave.path, root=ws.folder, required=required)
    table = rows_where(table, wave.wave.where)
    table.encode(required)
    table, log = without_repeated_rows(table, codebook.id, repeated=codebook.repeated)
    answers, missing, faults, changes = _apply(table, codebook, ws, wave)
    faults += label_conflicts(codebook, table.labels, table.file)
    if faults:
        raise InputError(faults)
    invited = None
    if wave.wave.invited:
        invited, more = read_invited(ws, wave, codebook)
        changes += more
    log = [*table.log, *log, *changes]
    order = table.order(codebook.id)
    if order is not None:  # only now: faults are told in the order of the file
        table, answers, missing = table.taken(order), _taken(answers, order), _taken(missing, order)
    survey = Survey(
        answers=answers,
        missing=missing,
        log=log_frame(log, ws.words),
        codebook=codebook,
        invited=invited,
        wave=wave,
        table=table,
    )
    # a wave was once published from a wrong sample: more answers than invitations tell it at once
    if wrong := more_than_invited(survey):
        raise InputError(wrong)
    return survey


def _taken(frame: pd.DataFrame, order: np.ndarray) -> pd.DataFrame:
    return frame.take(order).reset_index(drop=True)


def rows_where(table: Table, where: dict[str, Any]) -> Table:
    """The rows of one wave in a file that holds several: raw column equals value."""
    keep = np.ones(len(table), dtype=bool)
    for column, value in where.items():
        levels = table.levels(column)
        keep &= levels.take(np.array([_same(text, value) for text in levels.values], dtype=bool))
    chosen = table.only(keep) if where else table
    if not len(chosen):
        raise InputError(Fault(table.file, 0, "", "T02-EMPTY"))
    return chosen


def _same(text: str, value: Any) -> bool:
    return text == str(value) or (isinstance(value, int | float) and text == f"{value:g}")


def without_repeated_rows(
    table: Table, id_column: str, *, repeated: Literal["error", "drop", "keep"] = "error"
) -> tuple[Table, list[Change]]:
    """Refuse respondents without an id and ids that stand twice.

    Parameters
    ----------
    repeated : what becomes of rows alike in every cell; `Codebook.repeated`.

    Raises
    ------
    InputError : S02 an empty id; S03 the same id with the same answers; S04 with different answers.
    """
    levels = table.levels(id_column)
    blank = np.array([text == "" for text in levels.values], dtype=bool)
    faults = table.faults(id_column, levels.where(blank), "S02-NO-ID")
    copies: list[int] = []
    for at, first in _second_rows(levels, blank):
        both = table.data.take([first, at])
        same = all(len({text.strip() for text in column.to_pylist()}) == 1 for column in both.columns)
        if same and repeated != "error":
            copies.append(at)
            continue
        rule = "S03-REPEATED-ROW" if same else "S04-ID-TWICE"
        faults.append(Fault(table.file, table.row(at), id_column, rule, {"first": table.row(first)}))
    if faults:
        raise InputError(faults)
    if not copies:
        return table, []
    changes = [Change(table.file, id_column, f"copies_{repeated}", len(copies))]
    if repeated == "keep":
        return table, changes
    kept = np.ones(len(table), dtype=bool)
    kept[copies] = False
    return table.only(kept), changes


def _second_rows(levels: Levels, blank: np.ndarray) -> list[tuple[int, int]]:
    """Rows whose id stands on an earlier row too, each with that first row."""
    if len(set(levels.values)) == len(levels.codes):
        return []
    by_text: dict[str, int] = {}
    canonical = np.array([by_text.setdefault(t, i) for i, t in enumerate(levels.values)], dtype=np.int64)
    codes = canonical[levels.codes] if len(levels.values) else levels.codes
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    first_of = first[inverse]
    repeated = np.flatnonzero((first_of != np.arange(len(codes))) & ~blank[levels.codes])
    return [(int(at), int(first_of[at])) for at in repeated]


def _apply(
    table: Table, codebook: Codebook, ws: Workspace, wave: SourceWave
) -> tuple[pd.DataFrame, pd.DataFrame, list[Fault], list[Change]]:
    answers: dict[str, Any] = {"respondent_id": table.series(codebook.id)}
    missing: dict[str, pd.Categorical] = {}
    faults: list[Fault] = []
    changes: list[Change] = []
    if codebook.weight and table.find(codebook.weight):
        answers["weight"], more = _weights(table, codebook.weight)
        faults += more
        changes += decimal_change(table, codebook.weight)
    elif codebook.weight:
        absent = table.missing_column(codebook.weight)
        # a misspelled weight must not pass for none
        faults += [absent] if absent.values["near"] or wave.source.design.weight else []
        changes.append(Change(table.file, codebook.weight, "weight_missing", 0))
    for name, variable in codebook.variables.items():
        if variable.kind == "age_group":
            continue
        column = _column(table, name, variable, ws, wave)
        answers[name], missing[name] = column.values, column.missing
        faults += column.faults[:MAX_FAULTS]
        changes += column.changes
    frame = pd.DataFrame(answers)
    kinds = pd.DataFrame(missing)
    for name, variable in codebook.variables.items():
        if variable.kind == "age_group" and "age" in frame:
            frame[name] = into_bands(frame["age"], variable.bands)
            kinds[name] = kinds["age"]
            outside = int((frame[name].isna() & frame["age"].notna()).sum())
            changes += [Change(table.file, name, "outside_bands", outside)] if outside else []
    return frame, kinds, faults, changes


def _column(table: Table, name: str, variable: Variable, ws: Workspace, wave: SourceWave) -> _Column:
    levels = table.levels(variable.column or "")
    if variable.kind == "text":
        texts = table.series(variable.column or "")
        blank = np.array([text == "" for text in levels.values], dtype=bool)
        kinds = levels.take(np.where(blank, 2, 0).astype(np.int8))
        return _Column(texts.mask(texts == ""), _kinds(kinds), [])
    if variable.kind in ("age", "number"):
        return _number(table, levels, variable, wave)
    values = variable.values
    if variable.kind == "settlement":
        levels, values = settlement_letters(levels), SETTLEMENTS
    if variable.kind == "area":
        values = area_values(ws, wave, variable)
        levels = Levels(levels.codes, tuple(key(text) for text in levels.values))
        values = {key(raw): area for raw, area in values.items()}
    declared = dict.fromkeys(table.missing.get(variable.column or "", ()), "no_answer")
    labels = answer_words(variable)
    found = recode(levels, values=values, missing={**declared, **variable.missing}, labels=labels)
    rule = "S07-UNKNOWN-AREA" if variable.kind == "area" else "S05-UNKNOWN-CODE"
    faults = []
    for at in found.unknown[:MAX_FAULTS]:
        told = {"value": shown(levels, at), "variable": name}
        faults.append(Fault(table.file, table.row(at), variable.column or "", rule, told))
    return _not_asked(table, variable, found.values, found.missing, faults)


def shown(levels: Levels, at: int) -> str:
    """A code as a message may show it: short codes only, since other text may be about a person."""
    text = levels.values[levels.codes[at]]
    return text if len(text) <= 3 and text.lstrip("-").isdigit() else "…"


def _not_asked(
    table: Table, variable: Variable, values: pd.Categorical, missing: pd.Categorical, faults: list[Fault]
) -> _Column:
    """Blank answers of those the question was never put to are not item non-response."""
    rule = variable.asked_if
    if rule is None:
        return _Column(values, missing, faults)
    asked = table.levels(rule.column)
    skipped = ~asked.take(np.array([text in rule.values for text in asked.values], dtype=bool))
    raw = table.levels(variable.column or "")
    blank = raw.take(np.array([text == "" for text in raw.values], dtype=bool))
    codes = np.where(skipped & blank, MISSING_KINDS.index("not_asked"), missing.codes)
    change = Change(table.file, variable.column or "", "not_asked", int((skipped & blank).sum()))
    return _Column(values, _kinds(codes), faults, [change] if change.n else [])


def _kinds(codes: np.ndarray) -> pd.Categorical:
    return categorical(np.asarray(codes, dtype=np.int8), MISSING_KINDS)


def _number(table: Table, levels: Levels, variable: Variable, wave: SourceWave) -> _Column:
    kinds = {"": "no_answer", **variable.missing}
    values = np.full(len(levels.values), np.nan)
    wrong = np.zeros(len(levels.values), dtype=bool)
    codes = np.zeros(len(levels.values), dtype=np.int8)
    order = list(MISSING_KINDS)
    for i, text in enumerate(levels.values):
        if text in kinds:
            codes[i] = order.index(kinds[text])
            continue
        value = _value(text, variable, wave)
        wrong[i] = value is None
        values[i] = np.nan if value is None else value
    rule = "S06-AGE" if variable.kind == "age" else "S08-NUMBER"
    low, high = variable.range or (-np.inf, np.inf)
    bounds = {"low": f"{low:g}", "high": f"{high:g}"}
    faults = table.faults(variable.column or "", levels.where(wrong)[:MAX_FAULTS], rule, **bounds)
    faults += mixed_decimals(table, variable.column or "")
    column = pd.Series(levels.take(values))
    if variable.kind == "age":
        column = column.astype("Int64")
    changes = decimal_change(table, variable.column or "")
    if variable.origin == "birth_year" and variable.kind == "age":
        told = {"year": str(wave.wave.end.year)}
        changes.append(Change(table.file, variable.column or "", "age_from_birth_year", len(table), told))
    return _Column(column, _kinds(levels.take(codes)), faults, changes)


def _value(text: str, variable: Variable, wave: SourceWave) -> float | None:
    """The number, or None when it is not one, not whole where it must be, or out of range."""
    try:
        number = parse_number(text)
    except ValueError:
        return None
    value = number.value
    if number.mark or (variable.kind == "age" and not value.is_integer()):
        return None
    if variable.kind == "age" and variable.origin == "birth_year":
        value = wave.wave.end.year - value
    low, high = variable.range or ((0, 120) if variable.kind == "age" else (-np.inf, np.inf))
    return value if low <= value <= high else None


def _weights(table: Table, column: str) -> tuple[np.ndarray, list[Fault]]:
    """Delivered weights; one decimal sign for all, every one above zero."""
    levels = table.levels(column)
    values = np.full(len(levels.values), np.nan)
    for i, text in enumerate(levels.values):
        try:
            number = parse_number(text)
        except ValueError:
            continue
        values[i] = number.value if number.mark is None else np.nan
    faults = table.faults(column, levels.where(~(values > 0))[:MAX_FAULTS], "S09-WEIGHT")
    return levels.take(values), [*faults, *mixed_decimals(table, column)]
