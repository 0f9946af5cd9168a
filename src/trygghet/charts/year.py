"""The year wheel laid out flat: crimes in each calendar month, and what comes back every year under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from trygghet import values
from trygghet.blocks import Caption, Column, Figure, Table
from trygghet.charts.months import days_between, free_lane
from trygghet.charts.sheet import LEADING, Sheet, Size, figure, needed, text_width, wrapped
from trygghet.messages import EN_DASH, Words

BARS, LANE, ROW = 130, 26, 30
Events = Sequence[Any]
"""What comes back every year: objects with first and last (month, day), name and place."""


def year_strip(frame: pd.DataFrame, events: Events, words: Words, caption: Caption) -> Figure:
    """Twelve months with their average number of crimes, its interval, and the events in their weeks.

    On the narrow sheet the months run down and the events stand in words under the month they begin in.

    Parameters
    ----------
    frame : twelve rows: month (1–12), mean, low, high (crimes in an average year), more (a text: what is more common
        then; may be empty).
    events : see `trygghet.sources.events.Event`.

    Raises
    ------
    BlockError : no rows or a missing column.
    """
    records = needed(frame, ("month", "mean", "low", "high", "more"))
    names, days = words.raw("dates.months"), [_when(event, words) for event in events]
    most, least = max(records, key=lambda r: r["mean"]), min(records, key=lambda r: r["mean"])
    alt = words(
        "when.alt_year",
        most=names[most["month"] - 1], most_n=round(most["mean"]),
        least=names[least["month"] - 1], least_n=round(least["mean"]),
    )  # fmt: skip
    if events:
        told = [f"{event.name} ({day})" for event, day in zip(events, days, strict=True)]
        alt += " " + words("when.alt_events", events=words.sequence(told))
    return figure(
        lambda size: (_narrow if size.narrow else _wide)(size, records, events, words),
        caption,
        alt=alt,
        table=_table(records, events, words, caption),
        language=words.language,
    )


def _when(event: Any, words: Words) -> str:
    """``30 april`` or ``8–14 juni`` or ``30 oktober–5 november``."""
    months = words.raw("dates.months")
    (m1, d1), (m2, d2) = event.first, event.last
    if event.first == event.last:
        return words("when.day", day=d1, month=months[m1 - 1])
    if m1 == m2 and d1 < d2:
        return words("when.day", day=f"{d1}{EN_DASH}{d2}", month=months[m1 - 1])
    first, last = (words("when.day", day=d, month=months[m - 1]) for m, d in (event.first, event.last))
    return f"{first}{EN_DASH}{last}"


def _table(records: Sequence[Mapping[str, Any]], events: Events, words: Words, caption: Caption) -> Table:
    heads = [("month", "left"), ("average", "right"), ("interval", "right"), ("more_common", "left")]
    heads += [("events", "left")] if events else []
    columns = tuple(Column(key, words(f"when.year_columns.{key}"), align) for key, align in heads)  # type: ignore[arg-type]
    rows = []
    for record in records:
        own = [f"{e.name} ({_when(e, words)})" for e in events if e.first[0] == record["month"]]
        limits = values.span(record["low"], record["high"], "count", words)
        cells = [_name(record, words).capitalize(), words.number(record["mean"]), limits, record["more"] or EN_DASH]
        rows.append((*cells, *([", ".join(own) or EN_DASH] if events else [])))
    return Table(
        id=f"{caption.id}-table", caption=caption.title, columns=columns, rows=tuple(rows), language=words.language
    )


def _name(record: Mapping[str, Any], words: Words) -> str:
    return str(words.raw("dates.months")[record["month"] - 1])


def _wide(size: Size, records: Sequence[Mapping[str, Any]], events: Events, words: Words) -> Sheet:
    step = size.width / 12
    lanes: list[list[tuple[float, float]]] = []
    placed = [_placed(event, step, size, lanes) for event in events]
    bottom = 26.0 + BARS
    sheet = Sheet(size, bottom + 30 + LANE * len(lanes) + (10 if lanes else 0))
    sheet.text(0, 9, words("when.year_axis"), "muted", size=size.small)
    scale = (BARS - 22) / max(r["high"] for r in records)
    end = bottom + 28 + LANE * len(lanes)
    for i, record in enumerate(records):
        x = (i + 0.5) * step
        if i and lanes:
            sheet.bar((i * step - 0.5, i * step + 0.5), (bottom + 30 + end) / 2, end - bottom - 30, "line")
        _bar(sheet, (x, bottom), record, scale, step)
        sheet.text(x, bottom + 15, words.raw("when.months_short")[i], align="center", size=size.small)
    sheet.line((0, bottom), (size.width, bottom), "axis")
    for event, (lane, spans, at) in zip(events, placed, strict=True):
        y = bottom + 44 + LANE * lane
        for a, b in spans:
            sheet.pill((a, b), y, 9, "amber")
        sheet.text(at[0], y, event.name, align="right" if at[1] else "left", size=size.small)
    return sheet


def _bar(sheet: Sheet, foot: tuple[float, float], record: Mapping[str, Any], scale: float, step: float) -> None:
    """A standing bar with its interval and its number above."""
    x, y = foot
    height = record["mean"] * scale
    sheet.bar((x - step * 0.3, x + step * 0.3), y - height / 2, height, "blue-pale")
    low, high = y - record["low"] * scale, y - record["high"] * scale
    sheet.line((x, low), (x, high), "blue", 1.6)
    for end in (low, high):
        sheet.line((x - 4, end), (x + 4, end), "blue", 1.6)
    sheet.text(x, high - 12, f"{record['mean']:.0f}", "blue", align="center", bold=True, size=sheet.size.small)


def _placed(
    event: Any, step: float, size: Size, lanes: list[list[tuple[float, float]]]
) -> tuple[int, list[tuple[float, float]], tuple[float, bool]]:
    """Lane, bars in px, and where the name stands (at the right of its bar, or at the left where there is no room)."""
    spans = [(a * step, max(b * step, a * step + 9)) for a, b in days_between(event.first, event.last)]
    spans = [(min(a, size.width - 9), min(b, size.width)) for a, b in spans]
    width = text_width(event.name, size.small) + 8
    right = spans[-1][1]
    leftwards = right + width > size.width
    at = spans[0][0] - 6 if leftwards else right + 6
    whole = (spans[0][0] - width - 8, right) if leftwards else (spans[-1][0], right + width + 8)
    taken = [whole, *(span for span in spans if not (whole[0] <= span[0] and span[1] <= whole[1]))]
    lane = max((free_lane(lanes, span) for span in taken), default=0)
    while lane < len(lanes) and any(free_lane([lanes[lane]], span) for span in taken):
        lane += 1
    if lane == len(lanes):
        lanes.append([])
    lanes[lane] += taken
    return lane, spans, (at, leftwards)


def _narrow(size: Size, records: Sequence[Mapping[str, Any]], events: Events, words: Words) -> Sheet:
    left = 42.0
    told = [
        [wrapped(f"{e.name}, {_when(e, words)}", size.width - left, size.small) for e in events if e.first[0] == month]
        for month in range(1, 13)
    ]
    heights = [ROW + 6 + LEADING * sum(map(len, texts)) + (4 if texts else 0) for texts in told]
    sheet = Sheet(size, 24 + sum(heights))
    sheet.text(0, 9, words("when.year_axis"), "muted", size=size.small)
    reach = size.width - left - 46
    scale = reach / max(r["high"] for r in records)
    y = 24.0
    for i, (record, texts, height) in enumerate(zip(records, told, heights, strict=True)):
        middle = y + ROW / 2 + 3
        sheet.text(0, middle, words.raw("when.months_short")[i])
        sheet.bar((left, left + record["mean"] * scale), middle, 16, "blue-pale")
        low, high = left + record["low"] * scale, left + record["high"] * scale
        sheet.line((low, middle), (high, middle), "blue", 1.6)
        for end in (low, high):
            sheet.line((end, middle - 4), (end, middle + 4), "blue", 1.6)
        sheet.text(high + 8, middle, f"{record['mean']:.0f}", "blue", bold=True)
        at = y + ROW + 10
        for lines in texts:
            sheet.pill((left - 16, left - 7), at, 9, "amber")
            for line in lines:
                sheet.text(left, at, line, size=size.small)
                at += LEADING
        sheet.line((0, y + height), (size.width, y + height), "line")
        y += height
    return sheet
