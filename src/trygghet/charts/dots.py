"""Dot plots with intervals: groups, ranked problems, two waves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from trygghet import tables, values
from trygghet.blocks import BlockError, Caption, Figure
from trygghet.charts.rows import Mark, Row, axis_for, draw_rows
from trygghet.charts.sheet import figure, needed
from trygghet.messages import Words

Labels = Mapping[Any, str]
MOST_SPOKEN = 12


@dataclass(frozen=True)
class Look:
    """Choices for a dot plot.

    Attributes
    ----------
    tones : group, or (group_by, group), to ``ink``, ``blue``, ``amber``, ``green`` or ``muted``; the total is
        ink and everything else blue.
    reference : a value and its label, drawn as a dashed line.
    base : what the base counts, a key of the messages under ``charts.base``.
    limit : the least base that is shown, named in a suppressed row.
    top : only the so many first rows after sorting.
    """

    tones: Mapping[Any, str] | None = None
    reference: tuple[float, str] | None = None
    base: str = "answers"
    limit: int | None = None
    top: int | None = None


def group_dots(
    estimates: pd.DataFrame, words: Words, caption: Caption, *, labels: Labels, look: Look | None = None
) -> Figure:
    """Groups or sub-areas as rows: interval, estimate, number and base; a suppressed row keeps its place.

    Parameters
    ----------
    estimates : rows of the estimates table in the order they are to stand; columns group_by, group, n,
        estimate, ci_low, ci_high, unit, and flags, suppressed, reason when there are such.
    labels : group, or (group_by, group), to its name.
    look : see `Look`.

    Raises
    ------
    BlockError : no rows, a missing column, or a group without a label.
    """
    look = look or Look()
    records = needed(estimates, ("group_by", "group", "estimate", "ci_low", "ci_high"))
    rows, before = [], None
    for record in records:
        group_by = record["group_by"]
        row = _row(record, words, label=_label(record, labels), look=look)
        rows.append(replace(row, bold=group_by == "total", gap=before is not None and before != group_by))
        before = group_by
    return _dot_figure(records, rows, words, caption, look)


def ranked_dots(
    estimates: pd.DataFrame, words: Words, caption: Caption, *, labels: Labels, look: Look | None = None
) -> Figure:
    """The same with one row an indicator (or group), the highest estimate first and suppressed rows last.

    Parameters
    ----------
    estimates : one row for each; columns indicator (or group), n, estimate, ci_low, ci_high, unit.
    labels : indicator or group to its name.
    look : see `Look`; ``top`` keeps only the first rows of the chart, the table holds all.

    Raises
    ------
    BlockError : no rows, a missing column, or a row without a label.
    """
    look = look or Look()
    look = replace(look, tones={"all": "blue", **(look.tones or {})})
    records = needed(estimates, ("estimate", "ci_low", "ci_high"))
    records.sort(key=lambda r: (values.hidden(r), -r["estimate"] if values.present(r["estimate"]) else 0.0))
    rows = [_row(record, words, label=_label(record, labels), look=look) for record in records]
    return _dot_figure(records, rows, words, caption, look)


def change_dots(frame: pd.DataFrame, words: Words, caption: Caption, *, waves: tuple[str, str], unit: str) -> Figure:
    """Two waves a row: the earlier above in grey, the later below in blue, each with its interval.

    Parameters
    ----------
    frame : columns label, before, before_low, before_high, now, now_low, now_high, and change, verdict (texts
        for the column at the right and the table), suppressed, reason when there are such.
    waves : the names of the two waves, the earlier first.
    unit : as in the estimates table.

    Raises
    ------
    BlockError : no rows or a missing column.
    """
    need = ("label", "before", "before_low", "before_high", "now", "now_low", "now_high")
    records = needed(frame, need)
    rows = [_change_row(record, words, waves, unit, first=i == 0) for i, record in enumerate(records)]
    axis = _axis(rows, words, unit, None)
    if any(row.base for row in rows):
        axis = replace(axis, base_header=words("charts.change_header"))
    spoken = [
        f"{row.label}: {_change_spoken(record, words, waves, unit)}" for record, row in zip(records, rows, strict=True)
    ]
    alt = words("charts.alt_change", first=waves[0], second=waves[1], rows="; ".join(spoken))
    table = tables.change_table(frame, words, id=f"{caption.id}-table", caption=caption.title, waves=waves, unit=unit)
    return figure(lambda size: draw_rows(size, rows, axis), caption, alt=alt, table=table, language=words.language)


def _label(record: Mapping[str, Any], labels: Labels) -> str:
    group_by, group = record.get("group_by"), record.get("group")
    for key in ((group_by, group), (record.get("indicator"), group), group, record.get("indicator")):
        if key in labels:
            return labels[key]
    raise BlockError.said("charts.no_label", names=(f"{group_by or record.get('indicator')}: {group}",))


def _tone(record: Mapping[str, Any], look: Look) -> str:
    tones = look.tones or {}
    for key in ((record.get("group_by"), record.get("group")), record.get("group"), record.get("indicator")):
        if key in tones:
            return tones[key]
    return "ink" if record.get("group_by") == "total" and record.get("group") == "all" else "blue"


def _row(record: Mapping[str, Any], words: Words, *, label: str, look: Look) -> Row:
    if values.hidden(record) or not values.present(record["estimate"]):
        return Row(label, (), reason=values.reason(record, look.base, look.limit, words))
    mark = Mark(
        record["estimate"],
        record["ci_low"],
        record["ci_high"],
        values.number(record["estimate"], record.get("unit", "share"), words),
        _tone(record, look),
        values.flagged(record.get("flags"), values.UNCERTAIN),
    )
    n = record.get("n")
    base = words.number(n) if values.present(n) else ""
    return Row(label, (mark,), base, values.base_text(n, look.base, words))


def _axis(rows: Sequence[Row], words: Words, unit: str, look: Look | None) -> Any:
    ends = [v for row in rows for mark in row.marks for v in (mark.low, mark.high, mark.estimate)]
    if look and look.reference:
        ends.append(look.reference[0])
    axis = axis_for(ends, str, share=unit == "share")
    header = words(f"charts.base_header.{look.base}") if look and any(row.base for row in rows) else ""
    reference = look.reference if look else None
    return replace(axis, write=values.tick(unit, words, axis.high), base_header=header, reference=reference)


def _dot_figure(
    records: Sequence[Mapping[str, Any]], rows: Sequence[Row], words: Words, caption: Caption, look: Look
) -> Figure:
    shown = rows[: look.top]
    unit = str(records[0].get("unit", "share"))
    axis = _axis(shown, words, unit, look)
    if any(mark.hollow for row in shown for mark in row.marks):
        caption = replace(caption, definition=(*caption.definition, words("charts.hollow")))
    if any(record.get("evidence_class") in ("open", "single") for record in records):
        caption = replace(caption, definition=(*caption.definition, words("charts.not_a_sample")))
    labelled = pd.DataFrame([{**record, "label": row.label} for record, row in zip(records, rows, strict=True)])
    table = tables.estimates_table(
        labelled, words, id=f"{caption.id}-table", caption=caption.title, base=look.base, limit=look.limit
    )
    alt = _alt(list(zip(records, shown, strict=False)), len(rows), words, unit, look)
    return figure(lambda size: draw_rows(size, shown, axis), caption, alt=alt, table=table, language=words.language)


def _alt(pairs: Sequence[tuple[Mapping[str, Any], Row]], total: int, words: Words, unit: str, look: Look) -> str:
    told = []
    for record, row in pairs[:MOST_SPOKEN]:
        if row.reason:
            told.append(f"{row.label}: {row.reason}")
        else:
            number = values.spoken(record["estimate"], record["ci_low"], record["ci_high"], unit, words)
            told.append(f"{row.label}: {number}" + (f", {row.base_long}" if row.base_long else ""))
    text = words("charts.alt_dots", n=len(pairs), rows="; ".join(told))
    if look.reference:
        text += " " + words("charts.alt_reference", label=look.reference[1])
    if total > len(told):
        text += " " + words("charts.alt_more", n=total - len(told))
    return text


def _change_row(record: Mapping[str, Any], words: Words, waves: tuple[str, str], unit: str, *, first: bool) -> Row:
    if values.hidden(record):
        return Row(str(record["label"]), (), reason=values.reason(record, "answers", None, words))
    marks = []
    for wave, key, tone in ((waves[0], "before", "muted"), (waves[1], "now", "blue")):
        text = values.number(record[key], unit, words)
        number = f"{wave}: {text}" if first else text
        marks.append(Mark(record[key], record[f"{key}_low"], record[f"{key}_high"], number, tone))
    change = str(record.get("change") or "")
    return Row(str(record["label"]), tuple(marks), change, change)


def _change_spoken(record: Mapping[str, Any], words: Words, waves: tuple[str, str], unit: str) -> str:
    if values.hidden(record):
        return values.reason(record, "answers", None, words)
    told = [
        f"{wave} {values.spoken(record[key], record[f'{key}_low'], record[f'{key}_high'], unit, words)}"
        for wave, key in zip(waves, ("before", "now"), strict=True)
    ]
    extra = [str(record[key]) for key in ("change", "verdict") if record.get(key)]
    return ", ".join(told + extra)
