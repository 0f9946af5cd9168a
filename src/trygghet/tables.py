"""Tables as the reader sees them: texts in the language's number format, from the same rows as the charts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from trygghet import values
from trygghet.blocks import Column, Table
from trygghet.messages import EN_DASH, Words
from trygghet.workbook import workbook_bytes, write_workbook

__all__ = [
    "change_table",
    "counts_table",
    "estimates_table",
    "levels_table",
    "log_table",
    "sources_table",
    "staff_table",
    "week_table",
    "workbook_bytes",
    "write_workbook",
]


def estimates_table(
    estimates: pd.DataFrame,
    words: Words,
    *,
    id: str,
    caption: str,
    labels: Mapping[Any, str] | None = None,
    base: str = "answers",
    limit: int | None = None,
) -> Table:
    """Group, estimate, 95 % interval and base; a suppressed row keeps its name and says why.

    Parameters
    ----------
    estimates : rows of the estimates table, named by a column ``label`` or by `labels`.
    labels : group, (group_by, group) or indicator to its name.
    base : what the base counts, a key of the messages under ``charts.base``.
    limit : the least base that is shown.
    """
    columns = _columns(
        words, ("group", "left"), ("estimate", "right"), ("interval", "right"), (f"base_{base}", "right")
    )
    rows = []
    for record in values.records(estimates):
        unit = str(record.get("unit", "share"))
        name = _name(record, labels or {})
        if values.hidden(record) or not values.present(record["estimate"]):
            rows.append((name, values.reason(record, base, limit, words), EN_DASH, EN_DASH))
            continue
        interval = values.span(record["ci_low"], record["ci_high"], unit, words) or EN_DASH
        rows.append((name, values.number(record["estimate"], unit, words), interval, _count(record.get("n"), words)))
    return Table(
        id, caption, columns, tuple(rows), note=words("tables.interval_note"), language=words.language,
        source=_only(estimates, "source"), period=_only(estimates, "period"),
    )  # fmt: skip


def change_table(
    frame: pd.DataFrame, words: Words, *, id: str, caption: str, waves: tuple[str, str], unit: str
) -> Table:
    """Two waves with intervals, the change and what it says; columns as in `charts.change_dots`."""
    extra = [key for key in ("change", "verdict") if key in frame.columns]
    columns = (
        Column("label", words("tables.columns.group")),
        Column("before", waves[0], "right"),
        Column("now", waves[1], "right"),
        *(Column(key, words(f"tables.columns.{key}"), "right" if key == "change" else "left") for key in extra),
    )
    rows = []
    for record in values.records(frame):
        if values.hidden(record):
            shown = [values.reason(record, "answers", None, words), EN_DASH]
        else:
            shown = [
                values.spoken(record[key], record[f"{key}_low"], record[f"{key}_high"], unit, words)
                for key in ("before", "now")
            ]
        rows.append((record["label"], *shown, *(_text(record[key]) for key in extra)))
    return Table(id, caption, columns, tuple(rows), note=words("tables.interval_note"), language=words.language)


def counts_table(frame: pd.DataFrame, words: Words, *, id: str, caption: str, periods: tuple[str, str]) -> Table:
    """Counts of two periods and the change with its interval; columns as in `charts.counts_bars`."""
    columns = (
        Column("label", words("tables.columns.kind")),
        Column("before", periods[0], "right"),
        Column("now", periods[1], "right"),
        Column("change", words("tables.columns.change"), "right"),
        Column("interval", words("tables.columns.interval"), "right"),
    )
    rows = []
    for record in values.records(frame):
        if values.hidden(record):
            rows.append((record["label"], values.reason(record, "crimes", None, words), *[EN_DASH] * 3))
            continue
        change, interval, _ = values.change_of(record, words)
        counts = (_count(record["before"], words), _count(record["now"], words))
        rows.append((record["label"], *counts, change, interval or EN_DASH))
    return Table(id, caption, columns, tuple(rows), note=words("tables.ratio_note"), language=words.language)


def staff_table(
    frame: pd.DataFrame,
    words: Words,
    *,
    id: str,
    caption: str,
    labels: Mapping[str, str],
    order: Sequence[str],
) -> Table:
    """How many of each unit's answers named each problem; columns as in `charts.staff_bars`."""
    units = list(dict.fromkeys(frame["unit"]))
    shown = {(r["problem"], r["unit"]): _k_of_n(r, words) for r in values.records(frame)}
    heads = [Column(f"u{i}", labels.get(unit, _unit(unit, words)), "right") for i, unit in enumerate(units)]
    rows = [(labels[problem], *(shown.get((problem, unit), EN_DASH) for unit in units)) for problem in order]
    columns = (Column("problem", words("tables.columns.problem")), *heads)
    return Table(id, caption, columns, tuple(rows), note=words("tables.k_of_n_note"), language=words.language)


def week_table(grid: pd.DataFrame, words: Words, *, id: str, caption: str, block: int, least: int = 1) -> Table:
    """Hours by weekday, rounded to whole numbers; `grid` has weekdays 0–6 as rows, first hours as columns.

    A number from 1 to below `least` is not told, only that it is below.
    """
    days = words.raw("dates.weekdays_short")
    columns = (
        Column("hour", words("tables.columns.hour")),
        *(Column(f"d{day}", days[day], "right") for day in grid.index),
    )
    rows = [
        (
            f"{hour:02d}{EN_DASH}{(hour + block) % 24:02d}",
            *(_at_least(round(float(v)), least, words) for v in grid[hour]),
        )
        for hour in map(int, grid.columns)
    ]
    return Table(id, caption, columns, tuple(rows), note=words("tables.rounded_note"), language=words.language)


def _at_least(n: int, least: int, words: Words) -> str:
    return words("tables.below", n=least) if n < least and least > 1 else words.number(n)


def levels_table(
    levels: Iterable[Any],
    words: Words,
    *,
    id: str,
    caption: str,
    unit: str,
    base: str = "answers",
    note: str = "",
) -> Table:
    """The levels of a goal: when, estimate, interval, and base where any has one."""
    levels = list(levels)
    last = ((f"base_{base}", "right"),) if any(values.present(level.n) for level in levels) else ()
    columns = _columns(words, ("when", "left"), ("estimate", "right"), ("interval", "right"), *last)
    rows = []
    for level in levels:
        if not values.present(level.estimate):
            cells = (level.label, level.reason or words("charts.hidden"), EN_DASH, EN_DASH)
        else:
            interval = values.span(level.low, level.high, unit, words) or EN_DASH
            cells = (level.label, values.number(level.estimate, unit, words), interval, _count(level.n, words))
        rows.append(cells[: len(columns)])
    note = " ".join(part for part in (note, words("tables.interval_note")) if part)
    return Table(id, caption, columns, tuple(rows), note=note, language=words.language)


def log_table(log: pd.DataFrame, words: Words, *, id: str, caption: str, collapsed: bool = True) -> Table:
    """Every change that cleaning made: file, column, rule, what was done, and how many values it touched.

    Parameters
    ----------
    log : columns file, column, rule, what, n (the cleaning log).
    """
    keys = (("file", "left"), ("column", "left"), ("rule", "left"), ("what", "left"), ("n", "right"))
    rows = [
        (_text(r["file"]), _text(r["column"]), _text(r["rule"]), _text(r["what"]), _count(r["n"], words))
        for r in values.records(log)
    ]
    columns = _columns(words, *keys)
    return Table(id, caption, columns, tuple(rows), collapsed=collapsed, row_header=False, language=words.language)


def sources_table(sources: pd.DataFrame, words: Words, *, id: str, caption: str) -> Table:
    """The sources side by side, each with its kind of evidence, period, base and what to know about it.

    Parameters
    ----------
    sources : columns source (name), evidence_class, period, base, note (texts).
    """
    keys = (("source", "left"), ("evidence", "left"), ("period", "left"), ("base", "left"), ("note", "left"))
    rows = [
        (
            _text(r["source"]),
            words(f"evidence.{r['evidence_class']}.name"),
            *(_text(r.get(key)) for key in ("period", "base", "note")),
        )
        for r in values.records(sources)
    ]
    return Table(id, caption, _columns(words, *keys), tuple(rows), language=words.language)


def _columns(words: Words, *keys: tuple[str, Any]) -> tuple[Column, ...]:
    return tuple(Column(key, words(f"tables.columns.{key}"), align) for key, align in keys)


def _name(record: Mapping[str, Any], labels: Mapping[Any, str]) -> str:
    if "label" in record:
        return str(record["label"])
    keys = ((record.get("group_by"), record.get("group")), record.get("group"), record.get("indicator"))
    return next((labels[key] for key in keys if key in labels), str(record.get("group")))


def _only(frame: pd.DataFrame, column: str) -> str:
    """The one value of a column; empty when there are several or none."""
    found = list(frame[column].dropna().unique()) if column in frame else []
    return str(found[0]) if len(found) == 1 else ""


def _unit(unit: str, words: Words) -> str:
    return words("tables.all_units") if unit == "all" else unit


def _k_of_n(record: Mapping[str, Any], words: Words) -> str:
    if values.hidden(record):
        return words("tables.hidden")
    return words("tables.k_of_n", k=int(record["k"]), n=int(record["n"]))


def _count(value: Any, words: Words) -> str:
    return words.number(value) if values.present(value) else EN_DASH


def _text(value: Any) -> str:
    return "" if value is None or (not isinstance(value, str) and pd.isna(value)) else str(value)
