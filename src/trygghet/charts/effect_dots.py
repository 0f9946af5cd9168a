"""How much an area changed beyond others, among areas where nothing was done: could chance have given as much?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import nan
from typing import Literal

from trygghet.blocks import Caption, Column, Figure, Table
from trygghet.charts.rows import Mark, Row, axis_for, draw_rows
from trygghet.charts.sheet import figure
from trygghet.messages import EN_DASH, Words

KEY = "outcome.against"
Unit = Literal["points", "percent"]


@dataclass(frozen=True)
class AreaEffect:
    """An area's change beyond the others', in parts (0.05 is five points or per cent); limits for the area itself."""

    label: str
    change: float
    low: float = nan
    high: float = nan
    own: bool = False


def effect_dots(areas: Sequence[AreaEffect], words: Words, caption: Caption, *, unit: Unit) -> Figure:
    """A row an area: the goal's own first with its interval, the others as dots.

    Parameters
    ----------
    areas : in the order to draw.
    unit : what the changes are: points of a share, or per cent of a count.
    """
    rows = [_row(area, unit, words) for area in areas]
    ends = [end for area in areas for end in (area.change, area.low, area.high)]
    axis = axis_for(ends, str, share=True, most=4)
    last = axis.high

    def tick(value: float) -> str:
        return changed(value, unit, words) if abs(value - last) < 1e-9 else words.points(value, 0)

    axis = replace(axis, write=tick)
    # On a telephone the lowest tick's text would begin outside the drawing, and the last one's unit takes the room of
    # the one before it.
    narrow = replace(axis, ticks=(*axis.ticks[1:-2], axis.ticks[-1]) if len(axis.ticks) > 3 else axis.ticks[1:])
    alt = words(f"{KEY}.alt", rows="; ".join(f"{area.label}: {_told(area, unit, words)}" for area in areas))
    table = Table(
        f"{caption.id}-table",
        caption.title,
        tuple(Column(key, words(f"{KEY}.columns.{key}"), "left" if key == "area" else "right")
              for key in ("area", "change", "interval")),
        tuple((area.label, changed(area.change, unit, words), _span(area, words) or EN_DASH) for area in areas),
        language=words.language,
    )  # fmt: skip
    return figure(
        lambda size: draw_rows(size, rows, narrow if size.narrow else axis),
        caption,
        alt=alt,
        table=table,
        language=words.language,
    )


def changed(value: float, unit: Unit, words: Words) -> str:
    """A change in its unit, with its sign: ``−28 p.e.``, ``−26 %``."""
    return words("charts.points" if unit == "points" else "charts.percent_change", value=words.points(value, 0))


def _row(area: AreaEffect, unit: Unit, words: Words) -> Row:
    tone = "blue" if area.own else "muted"
    mark = Mark(area.change, area.low, area.high, changed(area.change, unit, words), tone)
    return Row(area.label, (mark,), bold=area.own)


def _told(area: AreaEffect, unit: Unit, words: Words) -> str:
    span = _span(area, words)
    return f"{changed(area.change, unit, words)} ({span})" if span else changed(area.change, unit, words)


def _span(area: AreaEffect, words: Words) -> str:
    if not area.own or area.low != area.low:
        return ""
    return words("charts.from_to", low=words.points(area.low, 0), high=words.points(area.high, 0))
