"""Rows with an interval, an estimate, a number and a base: the drawing that most charts share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import Literal

from trygghet.charts.sheet import LEADING, Sheet, Size, text_width, wrapped

LINE, APART = 20, 18
"""Height in px of a label's line in the narrow chart, and distance between the two waves of a row."""


@dataclass(frozen=True)
class Mark:
    """An estimate with its interval on the axis; ``number`` is written beside it."""

    estimate: float
    low: float
    high: float
    number: str
    tone: str = "blue"
    hollow: bool = False


@dataclass(frozen=True)
class Row:
    """A row of the chart.

    Attributes
    ----------
    label : its name.
    marks : one, or two for two waves (the older first).
    base : as the wide chart writes it under its heading.  base_long : with its unit, for the narrow one.
    reason : why nothing is shown; empty when something is.
    bold : a total.  gap : a new kind of group begins here.
    """

    label: str
    marks: tuple[Mark, ...]
    base: str = ""
    base_long: str = ""
    reason: str = ""
    bold: bool = False
    gap: bool = False


@dataclass(frozen=True)
class Axis:
    """The value axis: its ends and ticks, how a tick is written, and a reference line with its label."""

    low: float
    high: float
    ticks: tuple[float, ...]
    write: Callable[[float], str]
    reference: tuple[float, str] | None = None
    reference_tone: str = "muted"
    base_header: str = ""


def axis_for(
    values: Sequence[float],
    write: Callable[[float], str],
    *,
    share: bool = False,
    most: int = 5,
    zero: bool = True,
) -> Axis:
    """An axis with round ticks that holds all finite values; it begins at zero unless ``zero=False``."""
    finite = [v for v in values if v is not None and isfinite(v)] or [0.0, 1.0]
    low, high = min(finite), max(finite)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high == low:
        high = low + (0.1 if share else 1.0)
    # Labels are whole percent, or numbers with one decimal: a finer step would write two ticks alike.
    step = max(_step((high - low) / most), 0.01 if share else 0.1)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    if share and zero and last * step > 1:
        last = floor(1 / step + 1e-9)
    ticks = tuple(round(i * step, 10) for i in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], ticks, write)


def _step(least: float) -> float:
    size = 10.0 ** floor(log10(least))
    return next(size * m for m in (1, 2, 5, 10) if size * m >= least * (1 - 1e-9))


def draw_rows(size: Size, rows: Sequence[Row], axis: Axis, *, above: float = 0.0) -> Sheet:
    """The rows on a sheet of the given size, with `above` px left free over them."""
    return (_draw_narrow if size.narrow else _draw_wide)(size, rows, axis, above)


def _draw_wide(size: Size, rows: Sequence[Row], axis: Axis, above: float) -> Sheet:
    longest = max(text_width(row.label, size.text, row.bold) for row in rows)
    label_width = min(max(longest + 8, 96), 262)
    left = label_width + 14
    lines = [wrapped(row.label, label_width - 6, size.text, row.bold) for row in rows]
    reasons = [wrapped(row.reason, size.width - left - 8, size.small) for row in rows]
    heights = [
        max(31, LEADING * max(len(text), len(why)) + 11) + _second(row)
        for row, text, why in zip(rows, lines, reasons, strict=True)
    ]
    top = above + (30.0 if axis.base_header or axis.reference else 8.0)
    gaps = [14 if row.gap else 0 for row in rows]
    bottom = top + sum(heights) + sum(gaps)
    sheet = Sheet(size, bottom + 30)
    base_width = _base_width(size, rows, axis)
    right = size.width - base_width - _number_width(size, rows)
    place = _place(axis, left, right)
    _grid(sheet, axis, place, [(top, bottom)], base_width)
    if axis.base_header:
        sheet.text(size.width, top - 15, axis.base_header, "muted", align="right", size=size.small)
    y = top
    points: list[tuple[float, float, str, bool]] = []
    for row, text, why, height, gap in zip(rows, lines, reasons, heights, gaps, strict=True):
        y += gap
        middle = y + height / 2
        sheet.line((0, y + height), (size.width, y + height), "line")
        sheet.lines(0, middle, text, bold=row.bold)
        sheet.lines(left + 8, middle, why, "muted", italic=True, size=size.small)
        points += _marks(sheet, row, middle, axis, place)
        sheet.text(size.width, middle, row.base, "muted", align="right")
        y += height
    sheet.dots(points)
    return sheet


def _draw_narrow(size: Size, rows: Sequence[Row], axis: Axis, above: float) -> Sheet:
    width = size.width - 8
    lines = [
        wrapped(row.label, width - text_width(row.base_long, size.small) - 14, size.text, row.bold) for row in rows
    ]
    reasons = [wrapped(row.reason, size.width - 12, size.small) for row in rows]
    heights = [
        LINE * len(text) + 39 + LEADING * (len(why) - 1) + _second(row)
        for row, text, why in zip(rows, lines, reasons, strict=True)
    ]
    top = above + (26.0 if axis.reference else 4.0)
    gaps = [12 if row.gap else 0 for row in rows]
    bottom = top + sum(heights) + sum(gaps)
    sheet = Sheet(size, bottom + 28)
    place = _place(axis, 6, size.width - _number_width(size, rows))
    _grid(sheet, axis, place, _bar_zones(top, lines, heights, gaps), 0)
    y = top
    points: list[tuple[float, float, str, bool]] = []
    for row, text, why, height, gap in zip(rows, lines, reasons, heights, gaps, strict=True):
        y += gap
        sheet.lines(0, y + 17 + LEADING * (len(text) - 1) / 2, text, bold=row.bold)
        sheet.text(size.width, y + 17, row.base_long, "muted", align="right", size=size.small)
        middle = y + (height + LINE * len(text)) / 2 + 2
        sheet.lines(10, middle, why, "muted", italic=True, size=size.small)
        points += _marks(sheet, row, middle, axis, place)
        sheet.line((0, y + height), (size.width, y + height), "line")
        y += height
    sheet.dots(points)
    return sheet


def _bar_zones(
    top: float, lines: Sequence[Sequence[str]], heights: Sequence[float], gaps: Sequence[float]
) -> list[tuple[float, float]]:
    """Where the bars of the narrow chart lie, between the labels: only there is the grid drawn."""
    zones, y = [], top
    for text, height, gap in zip(lines, heights, gaps, strict=True):
        zones.append((y + gap + LINE * len(text) + 9, y + gap + height))
        y += gap + height
    return zones


def _second(row: Row) -> int:
    """Room for a second wave."""
    return APART * max(len(row.marks) - 1, 0)


def _place(axis: Axis, left: float, right: float) -> Callable[[float], float]:
    def place(value: float) -> float:
        clipped = min(max(value, axis.low), axis.high)
        return left + (clipped - axis.low) / (axis.high - axis.low) * (right - left)

    return place


def _base_width(size: Size, rows: Sequence[Row], axis: Axis) -> float:
    texts = [text_width(row.base, size.text) for row in rows if row.base]
    return max([*texts, text_width(axis.base_header, size.small)]) + 14 if texts else 0


def _number_width(size: Size, rows: Sequence[Row]) -> float:
    """Room for the number beside the longest bar."""
    return max([text_width(mark.number, size.text, True) for row in rows for mark in row.marks] or [0]) + 16


def _grid(
    sheet: Sheet,
    axis: Axis,
    place: Callable[[float], float],
    spans: list[tuple[float, float]],
    reserved: float,
) -> None:
    bottom = spans[-1][1]
    for tick in axis.ticks:
        for start, end in spans:
            sheet.line((place(tick), start), (place(tick), end), "axis" if tick == 0 else "line")
        sheet.text(place(tick), bottom + 17, axis.write(tick), "muted", align="center", size=sheet.size.small)
    if axis.reference:
        value, label = axis.reference
        x = place(value)
        for start, end in spans:
            sheet.dashes((x, start), (x, end), axis.reference_tone)
        half = text_width(label, sheet.size.small, True) / 2
        centre = min(max(x, half), sheet.size.width - half - reserved)
        sheet.text(centre, 10, label, axis.reference_tone, align="center", size=sheet.size.small, bold=True)


def _marks(
    sheet: Sheet, row: Row, middle: float, axis: Axis, place: Callable[[float], float]
) -> list[tuple[float, float, str, bool]]:
    points = []
    for i, mark in enumerate(row.marks):
        y = middle + APART * (i - (len(row.marks) - 1) / 2)
        ends = (place(mark.low), place(mark.high)) if isfinite(mark.low) and isfinite(mark.high) else None
        x = place(mark.estimate)
        if ends:
            sheet.pill(ends, y, 8, f"{mark.tone}-pale")
            for end in ends:
                sheet.line((end, y - 4), (end, y + 4), mark.tone, 1.5)
        points.append((x, y, mark.tone, mark.hollow))
        span = (min(ends[0] if ends else x, x - 5), max(ends[1] if ends else x, x + 5))
        width = text_width(mark.number, sheet.size.text, True)
        at, align = _beside(span, width, axis, place)
        sheet.text(at, y, mark.number, mark.tone, align=align, bold=True)
    return points


def _beside(
    span: tuple[float, float], width: float, axis: Axis, place: Callable[[float], float]
) -> tuple[float, Literal["left", "right"]]:
    """Where the number of a mark stands: right of it, or left where the reference line would cut through it."""
    at = span[1] + 9
    if axis.reference and at - 3 < place(axis.reference[0]) < at + width + 3 and span[0] - 9 - width > place(axis.low):
        return span[0] - 9, "right"
    return at, "left"
