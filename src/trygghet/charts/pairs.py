"""Several measures of the same thing side by side: a row a part of the day, a mark a measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from trygghet import values
from trygghet.blocks import BlockError, Caption, Column, Figure, Table
from trygghet.charts.rows import Mark, Row, axis_for, draw_rows
from trygghet.charts.sheet import Sheet, Size, figure, text_width
from trygghet.messages import EN_DASH, Words

LINE = 24


@dataclass(frozen=True)
class Measure:
    """One of the measures: its columns begin with `id` (``id``, ``id_low``, ``id_high``), 0–1."""

    id: str
    label: str
    tone: str


def compared_shares(frame: pd.DataFrame, words: Words, caption: Caption, *, measures: Sequence[Measure]) -> Figure:
    """A row for each part, with each measure's share and interval in its own colour; the key stands above.

    Parameters
    ----------
    frame : column label, and for every measure its share with limits, missing where it is not to be shown.
    measures : at most three, in the order they are drawn.

    Raises
    ------
    BlockError : no rows, a missing column, or no measure.
    """
    need = ["label", *(f"{m.id}{end}" for m in measures for end in ("", "_low", "_high"))]
    if frame.empty or not measures or not set(need) <= set(frame.columns):
        raise BlockError.said("charts.rows_with", names=tuple(need))
    records = values.records(frame)
    rows = [
        Row(str(record["label"]), tuple(_mark(record, m, words) for m in measures if values.present(record[m.id])))
        for record in records
    ]
    rows = [row if row.marks else replace(row, reason=words("charts.hidden")) for row in rows]
    ends = [mark.high for row in rows for mark in row.marks] or [1.0]
    axis = axis_for(ends, str, share=True)
    axis = replace(axis, write=values.tick("share", words, axis.high))
    told = [[_told(record, m, words) for m in measures] for record in records]
    alt = words(
        "when.alt_pairs",
        rows="; ".join(
            f"{row.label}: " + ", ".join(f"{m.label} {text}" for m, text in zip(measures, texts, strict=True))
            for row, texts in zip(rows, told, strict=True)
        ),
    )
    columns = (Column("label", words("when.part_of_day")), *(Column(m.id, m.label, "right") for m in measures))
    table = Table(
        id=f"{caption.id}-table",
        caption=caption.title,
        columns=columns,
        rows=tuple((row.label, *texts) for row, texts in zip(rows, told, strict=True)),
        note=words("tables.interval_note"),
        language=words.language,
    )

    def draw(size: Size) -> Sheet:
        top = LINE * (len(measures) if size.narrow else 1) + 6
        return _keys(draw_rows(size, rows, axis, above=top), measures)

    return figure(draw, caption, alt=alt, table=table, language=words.language)


def _mark(record: dict[str, Any], measure: Measure, words: Words) -> Mark:
    share, low, high = (float(record[f"{measure.id}{end}"]) for end in ("", "_low", "_high"))
    return Mark(share, low, high, words.percent(share), measure.tone)


def _told(record: dict[str, Any], measure: Measure, words: Words) -> str:
    share, low, high = (record[f"{measure.id}{end}"] for end in ("", "_low", "_high"))
    return values.spoken(share, low, high, "share", words) if values.present(share) else EN_DASH


def _keys(sheet: Sheet, measures: Sequence[Measure]) -> Sheet:
    """Each measure's name behind its mark; on one line, or on the narrow sheet a line each."""
    x, y, small = 6.0, 12.0, sheet.size.small
    dots = []
    for measure in measures:
        sheet.pill((x, x + 26), y, 8, f"{measure.tone}-pale")
        dots.append((x + 13, y, measure.tone, False))
        sheet.text(x + 34, y, measure.label, measure.tone, size=small, bold=True)
        if sheet.size.narrow:
            y += LINE
        else:
            x += 34 + text_width(measure.label, small, True) + 24
    sheet.dots(dots)
    return sheet
