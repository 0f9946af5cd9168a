"""Groups as rows with up to two marks: the share as it is and, hollow below it, the share made comparable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from trygghet import values
from trygghet.blocks import Caption, Figure, Table
from trygghet.charts.rows import Axis, Mark, Row, axis_for, draw_rows
from trygghet.charts.sheet import figure, needed
from trygghet.messages import Words

NEED = ("label", "estimate", "ci_low", "ci_high", "standardised", "standardised_low", "standardised_high", "n", "tone")


def twin_dots(frame: pd.DataFrame, words: Words, caption: Caption, *, everyone: float, table: Table) -> Figure:
    """A row a group, in the given order.

    Parameters
    ----------
    frame : columns `NEED`, and ``bold`` for names in bold; shares 0–1, the standardised ones missing where
        they cannot be computed. No row may be one that must be hidden.
    everyone : the share of all, drawn as a dashed line.
    table : the numbers behind the chart.

    Raises
    ------
    BlockError : no rows or a missing column.
    """
    records = needed(frame, NEED)
    rows = [_row(record, words) for record in records]
    reference = words("groups.everyone", share=words.percent(everyone))
    axis = _axis(rows, words, (everyone, reference))
    spoken = "; ".join(_spoken(record, words) for record in records)
    alt = words("groups.alt", n=len(rows), rows=spoken, everyone=reference)
    return figure(lambda size: draw_rows(size, rows, axis), caption, alt=alt, table=table, language=words.language)


def _row(record: Mapping[str, Any], words: Words) -> Row:
    """The share as it is above, the standardised one hollow below it."""
    number = words.percent(record["estimate"])
    marks = [Mark(record["estimate"], record["ci_low"], record["ci_high"], number, str(record["tone"]))]
    if values.present(record["standardised"]):
        ends = (record["standardised_low"], record["standardised_high"])
        number = words.percent(record["standardised"])
        marks.append(Mark(record["standardised"], *ends, number, "muted", hollow=True))
    n = int(record["n"])
    bold = bool(record.get("bold", False))
    return Row(str(record["label"]), tuple(marks), words.number(n), words("groups.base_long", n=n), bold=bold)


def _axis(rows: Sequence[Row], words: Words, reference: tuple[float, str]) -> Axis:
    ends = [v for row in rows for mark in row.marks for v in (mark.low, mark.high)]
    axis = axis_for([*ends, reference[0]], str, share=True)
    write = values.tick("share", words, axis.high)
    return replace(axis, write=write, base_header=words("groups.base_header"), reference=reference)


def _spoken(record: Mapping[str, Any], words: Words) -> str:
    def said(kind: str, low: str, high: str) -> str:
        return values.spoken(record[kind], record[low], record[high], "share", words)

    raw = said("estimate", "ci_low", "ci_high")
    if not values.present(record["standardised"]):
        return words("groups.alt_row", group=record["label"], raw=raw)
    alike = said("standardised", "standardised_low", "standardised_high")
    return words("groups.alt_both", group=record["label"], raw=raw, alike=alike)
