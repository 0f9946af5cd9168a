"""Crimes month by month over the years: counts, the level behind the seasons, and months that stand out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.patches import Polygon

from trygghet import values
from trygghet.blocks import BlockError, Caption, Column, Figure, Table
from trygghet.charts.rows import Axis, Mark, Row, axis_for, draw_rows
from trygghet.charts.sheet import Sheet, Size, figure, needed, text_width
from trygghet.messages import EN_DASH, Words
from trygghet.style import LIGHT

WIDE_HEIGHT, NARROW_HEIGHT = 260, 220
Point = tuple[float, float]


def month_line(frame: pd.DataFrame, words: Words, caption: Caption, *, least: int = 5) -> Figure:
    """Counts as a thin line, the smoothed level as a thick one, the trend as a field, unusual months named.

    Parameters
    ----------
    frame : a row a month without gaps: month (Period), count, level, low, high (the trend; missing where there is
        no model), smooth (the level without seasons, may be missing), segment (a number; no line runs from one
        segment to the next) and unusual (bool).
    least : a count from 1 to below this is not shown.

    Raises
    ------
    BlockError : no rows or a missing column.
    """
    records = needed(frame, ("month", "count", "level", "low", "high", "smooth", "segment", "unusual"))
    for record in records:
        record["hidden"] = 0 < record["count"] < least
    top = max(max(r["count"], r["high"] if values.present(r["high"]) else 0) for r in records)
    axis = axis_for([float(top)], str)
    alt = _alt(records, words)
    table = _years_table(records, words, caption, least)
    return figure(
        lambda size: _draw(size, records, axis, words), caption, alt=alt, table=table, language=words.language
    )


def _alt(records: Sequence[Mapping[str, Any]], words: Words) -> str:
    seen = [r for r in records if not r["hidden"]]
    high, low = max(seen, key=lambda r: r["count"]), min(seen, key=lambda r: r["count"])
    told = {f"{name}_{part}": text for name, r in (("high", high), ("low", low)) for part, text in _named(r, words)}
    return words("when.alt_months", n=len(records), **told)


def _named(record: Mapping[str, Any], words: Words) -> list[tuple[str, Any]]:
    return [("month", month_name(record["month"], words)), ("n", int(record["count"]))]


def month_name(month: pd.Period, words: Words) -> str:
    """``juli 2016``."""
    return f"{words.raw('dates.months')[month.month - 1]} {month.year}"


def _years_table(records: Sequence[Mapping[str, Any]], words: Words, caption: Caption, least: int) -> Table:
    shown = {
        (r["month"].year, r["month"].month): words("tables.below", n=least) if r["hidden"] else words.number(r["count"])
        for r in records
    }
    years = sorted({year for year, _ in shown})
    columns = (
        Column("month", words("when.month")),
        *(Column(f"y{year}", str(year), "right") for year in years),
    )
    names = words.raw("dates.months")
    rows = [(names[m - 1].capitalize(), *(shown.get((year, m), EN_DASH) for year in years)) for m in range(1, 13)]
    return Table(
        id=f"{caption.id}-table", caption=caption.title, columns=columns, rows=tuple(rows), language=words.language
    )


def _draw(size: Size, records: Sequence[Mapping[str, Any]], axis: Axis, words: Words) -> Sheet:
    left = max(text_width(words.number(t), size.small) for t in axis.ticks) + 10
    height = NARROW_HEIGHT if size.narrow else WIDE_HEIGHT
    head = 24.0
    sheet = Sheet(size, head + height + 30)
    right = size.width - 8

    def place(i: float, value: float) -> Point:
        x = left + (i + 0.5) * (right - left) / len(records)
        return x, head + height * (1 - (value - axis.low) / (axis.high - axis.low))

    sheet.text(0, 9, words("when.count_axis"), "muted", size=size.small)
    for tick in axis.ticks:
        y = place(0, tick)[1]
        sheet.line((left, y), (right, y), "axis" if tick == 0 else "line")
        sheet.text(left - 8, y, words.number(tick), "muted", align="right", size=size.small)
    _years(sheet, records, place, head + height)
    for part in _segments(records):
        _level(sheet, [(i, r) for i, r in part if values.present(r["level"])], place)
        _counts(sheet, part, place)
    _named_months(sheet, records, place, words)
    return sheet


def _years(sheet: Sheet, records: Sequence[Mapping[str, Any]], place: Callable[..., Point], bottom: float) -> None:
    """A tick at each January and the year under its months; every second on a narrow sheet with many."""
    years = [(year, [i for i, r in enumerate(records) if r["month"].year == year]) for year in
             sorted({r["month"].year for r in records})]  # fmt: skip
    step = 1 if len(years) <= (5 if sheet.size.narrow else 12) else 2
    for number, (year, at) in enumerate(years):
        x0, x1 = place(at[0] - 0.5, 0)[0], place(at[-1] + 0.5, 0)[0]
        sheet.line((x0, bottom), (x0, bottom + 6), "axis")
        name = str(year)
        if number % step == 0 and (x1 - x0) * step >= 0.75 * text_width(name, sheet.size.small):
            sheet.text((x0 + x1) / 2, bottom + 16, name, "muted", align="center", size=sheet.size.small)


def _segments(records: Sequence[Mapping[str, Any]]) -> list[list[tuple[int, Mapping[str, Any]]]]:
    """Runs of months that may be joined by a line: one series, and no hidden month between."""
    runs: list[list[tuple[int, Mapping[str, Any]]]] = []
    for i, record in enumerate(records):
        if record["hidden"]:
            runs.append([])
            continue
        if not runs or (runs[-1] and runs[-1][-1][1]["segment"] != record["segment"]):
            runs.append([])
        runs[-1].append((i, record))
    return [run for run in runs if run]


def _level(sheet: Sheet, part: Sequence[tuple[int, Mapping[str, Any]]], place: Callable[..., Point]) -> None:
    if len(part) < 2:
        return
    lower, upper = ([place(i, r[name]) for i, r in part] for name in ("low", "high"))
    sheet.add(Polygon([*upper, *reversed(lower)], closed=True, facecolor=LIGHT["blue-pale"], linewidth=0))
    smooth = [place(i, r["smooth"]) for i, r in part if values.present(r["smooth"])]
    sheet.polyline(smooth if len(smooth) > 1 else [place(i, r["level"]) for i, r in part], "blue", 2.6)


def _counts(sheet: Sheet, part: Sequence[tuple[int, Mapping[str, Any]]], place: Callable[..., Point]) -> None:
    points = [place(i, r["count"]) for i, r in part]
    if len(points) > 1:
        sheet.polyline(points, "muted", 1.2)
    else:
        sheet.dots([(*points[0], "muted", False)], radius=2)


def _named_months(
    sheet: Sheet, records: Sequence[Mapping[str, Any]], place: Callable[..., Point], words: Words
) -> None:
    """Unusual months as dots with their names; a name that would lie on another is left to the table."""
    found = [(place(i, r["count"]), r) for i, r in enumerate(records) if r["unusual"] and not r["hidden"]]
    sheet.dots([(*point, "amber", False) for point, _ in found])
    taken: list[tuple[float, float, float]] = []
    for (x, y), record in found:
        text = f"{words.raw('when.months_short')[record['month'].month - 1]} {record['month'].year}: {record['count']}"
        width = text_width(text, sheet.size.small, True)
        at = min(max(x, width / 2), sheet.size.width - width / 2)
        above = y - 16 if y > 30 else y + 18
        if all(abs(above - other) > 16 or at - width / 2 > b or at + width / 2 < a for a, b, other in taken):
            sheet.text(at, above, text, "amber", align="center", size=sheet.size.small, bold=True)
            taken.append((at - width / 2, at + width / 2, above))


def trend_dots(frame: pd.DataFrame, words: Words, caption: Caption) -> Figure:
    """Change a year of each series in percent with its interval, and its crimes a year at the right.

    Parameters
    ----------
    frame : columns label, percent, low, high (missing where there is none), a_year (crimes in the last twelve months),
        sure (bool), reason (why a row shows nothing) and hidden (bool: no figure of the row may be shown).

    Raises
    ------
    BlockError : no rows or a missing column.
    """
    records = needed(frame, ("label", "percent", "low", "high", "a_year", "sure", "reason", "hidden"))
    rows = [_trend_row(record, words) for record in records]
    ends = [end for row in rows for mark in row.marks for end in (mark.low, mark.high) if isfinite(end)]
    axis = axis_for([max(min(e, 60.0), -60.0) for e in ends], str)

    def write(tick: float) -> str:
        text = signed(tick, words)
        return words("charts.percent_change", value=text) if tick == axis.high else text

    axis = Axis(axis.low, axis.high, axis.ticks, write, base_header=words("when.last_year"))
    told = [(row.label, *_trend_told(record, words)) for row, record in zip(rows, records, strict=True)]
    columns = (
        Column("label", words("tables.columns.kind")),
        Column("n", words("when.last_year"), "right"),
        Column("percent", words("when.a_year"), "right"),
        Column("interval", words("tables.columns.interval"), "right"),
    )
    table = Table(
        id=f"{caption.id}-table", caption=caption.title, columns=columns, rows=tuple(told), language=words.language
    )
    alt = words(
        "when.alt_trends", rows="; ".join(f"{t[0]}: {t[2]}" + (f" ({t[3]})" if t[3] != EN_DASH else "") for t in told)
    )
    return figure(lambda size: draw_rows(size, rows, axis), caption, alt=alt, table=table, language=words.language)


def signed(value: float, words: Words) -> str:
    """A percentage with its sign: ``+4``, ``−2``, ``0``."""
    return words.points(value / 100, 0)


def _trend_row(record: Mapping[str, Any], words: Words) -> Row:
    label, base = str(record["label"]), "" if record["hidden"] else words.number(record["a_year"])
    long = "" if record["hidden"] else words("when.base_a_year", n=int(record["a_year"]))
    if record["reason"] or not values.present(record["percent"]):
        return Row(label, (), base, long, reason=str(record["reason"]))
    number = words("charts.percent_change", value=signed(record["percent"], words))
    mark = Mark(record["percent"], record["low"], record["high"], number, "amber" if record["sure"] else "blue")
    return Row(label, (mark,), base, long)


def _trend_told(record: Mapping[str, Any], words: Words) -> tuple[str, str, str]:
    n = EN_DASH if record["hidden"] else words.number(record["a_year"])
    if record["reason"] or not values.present(record["percent"]):
        return n, str(record["reason"]), EN_DASH
    change = words("charts.percent_change", value=signed(record["percent"], words))
    limits = words("charts.from_to", low=signed(record["low"], words), high=signed(record["high"], words))
    return n, change, words("charts.percent_change", value=limits)


def days_between(first: tuple[int, int], last: tuple[int, int]) -> list[tuple[float, float]]:
    """Parts of the year (0–12, in months) that two days of the year span, both included; two over new year."""
    lengths = np.array([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    start = first[0] - 1 + (first[1] - 1) / lengths[first[0] - 1]
    stop = last[0] - 1 + last[1] / lengths[last[0] - 1]
    if (last[0], last[1]) >= (first[0], first[1]):
        return [(start, stop)]
    return [(start, 12.0), (0.0, stop)]


def free_lane(lanes: Sequence[Sequence[tuple[float, float]]], span: tuple[float, float]) -> int:
    """The first lane in which a span touches nothing; one more than there are when all are taken."""
    for number, taken in enumerate(lanes):
        ordered = sorted([*taken, span])
        if all(a[1] <= b[0] for a, b in pairwise(ordered)):
            return number
    return len(lanes)


__all__ = ["BlockError", "days_between", "free_lane", "month_line", "month_name", "trend_dots"]
