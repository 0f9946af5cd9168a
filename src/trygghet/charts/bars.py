"""Bars for counts: crime by type in two periods, and how many workplaces name a problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from trygghet import tables, values
from trygghet.blocks import BlockError, Caption, Figure
from trygghet.charts.sheet import Sheet, Size, figure, needed, text_width, wrapped
from trygghet.messages import Words

ALL_UNITS = "all"


@dataclass(frozen=True)
class _Bar:
    value: float
    text: str
    tone: str
    bold: bool = True


@dataclass(frozen=True)
class _BarRow:
    label: str
    bars: tuple[_Bar, ...]
    side: tuple[str, str] = ("", "")
    certain: bool = False
    reason: str = ""


@dataclass(frozen=True)
class _Head:
    """The line above the rows: what stands at the right, and each period's colour; now is the upper bar."""

    side: str = ""
    keys: tuple[tuple[str, str], ...] = ()


def counts_bars(
    frame: pd.DataFrame, words: Words, caption: Caption, *, periods: tuple[str, str], base: str = "crimes"
) -> Figure:
    """A row a type: this period and the one before as bars, and the change with its interval at the right.

    Parameters
    ----------
    frame : columns label, before, now (counts), low, high (95 % limits of the ratio now / before; missing
        when none can be given), and suppressed, reason when there are such; drawn in the given order.
    periods : the names of the earlier and the later period, e.g. ``("2015/16", "2016/17")``.
    base : what is counted, a key of the messages under ``charts.base``.

    Raises
    ------
    BlockError : no rows or a missing column.
    """
    records = needed(frame, ("label", "before", "now", "low", "high"))
    rows = [_count_row(record, words, base) for record in records]
    head = _Head(words("charts.change_header"), ((periods[1], "blue"), (periods[0], "axis")))
    told = [f"{row.label}: {_count_spoken(record, row, words)}" for record, row in zip(records, rows, strict=True)]
    alt = words("charts.alt_counts", before=periods[0], now=periods[1], rows="; ".join(told))
    table = tables.counts_table(frame, words, id=f"{caption.id}-table", caption=caption.title, periods=periods)
    return figure(lambda size: _draw(size, rows, head), caption, alt=alt, table=table, language=words.language)


def staff_bars(
    frame: pd.DataFrame,
    words: Words,
    caption: Caption,
    *,
    labels: Mapping[str, str],
    base: str = "workplaces",
    top: int | None = None,
) -> Figure:
    """A row a problem: the share of those who answered that named it, as a bar, and the counts beside it.

    Parameters
    ----------
    frame : columns problem, unit, k (how many named it), n (how many of the unit answered), and suppressed,
        reason when there are such. Rows with unit ``"all"`` are the whole; without them the units are summed, and a
        suppressed unit suppresses the sum.
    labels : problem, and unit, to its name; a unit without a label stands as it is.
    base : what answered, a key of the messages under ``charts.base``.
    top : only the so many most named problems in the chart; the table holds all.

    Raises
    ------
    BlockError : no rows, a missing column, or a problem without a label.
    """
    records = needed(frame, ("problem", "unit", "k", "n"))
    wholes = sorted(_wholes(records), key=lambda w: (w["suppressed"], -w["share"], str(w["problem"])))
    if unknown := [str(w["problem"]) for w in wholes if w["problem"] not in labels]:
        raise BlockError.said("charts.no_label", names=tuple(unknown))
    shown = wholes[:top]
    rows = [_staff_row(whole, labels[whole["problem"]], base, words) for whole in shown]
    told = [f"{row.label}: {row.reason or row.bars[0].text}" for row in rows]
    alt = words("charts.alt_staff", rows="; ".join(told))
    if len(wholes) > len(shown):
        alt += " " + words("charts.alt_more", n=len(wholes) - len(shown))
    table = tables.staff_table(
        frame,
        words,
        id=f"{caption.id}-table",
        caption=caption.title,
        labels=labels,
        order=[w["problem"] for w in wholes],
    )
    return figure(lambda size: _draw(size, rows, _Head()), caption, alt=alt, table=table, language=words.language)


def _count_row(record: Mapping[str, Any], words: Words, base: str) -> _BarRow:
    label = str(record["label"])
    if values.hidden(record):
        return _BarRow(label, (), reason=values.reason(record, base, None, words))
    bars = [
        _Bar(float(record[key]), words.number(record[key]), tone, bold=key == "now")
        for key, tone in (("now", "blue"), ("before", "axis"))
    ]
    change, interval, certain = values.change_of(record, words)
    return _BarRow(label, tuple(bars), (change, interval), certain)


def _count_spoken(record: Mapping[str, Any], row: _BarRow, words: Words) -> str:
    if row.reason:
        return row.reason
    change = " ".join(part for part in (row.side[0], f"({row.side[1]})" if row.side[1] else "") if part)
    return words("charts.alt_count_row", before=int(record["before"]), now=int(record["now"]), change=change)


def _wholes(records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One record a problem: the row of all units, or the sum over the units."""
    total = sum({r["unit"]: int(r["n"]) for r in records if r["unit"] != ALL_UNITS and values.present(r["n"])}.values())
    wholes = []
    for problem in dict.fromkeys(r["problem"] for r in records):
        own = [r for r in records if r["problem"] == problem]
        given = [r for r in own if r["unit"] == ALL_UNITS]
        parts = given or own
        hidden = any(values.hidden(r) for r in parts)
        k = 0 if hidden else sum(int(r["k"]) for r in parts)
        n = 0 if hidden else (int(given[0]["n"]) if given else total)
        share = k / n if n else 0.0
        wholes.append({**parts[0], "problem": problem, "k": k, "n": n, "share": share, "suppressed": hidden or not n})
    return wholes


def _staff_row(whole: Mapping[str, Any], label: str, base: str, words: Words) -> _BarRow:
    if whole["suppressed"]:
        return _BarRow(label, (), reason=values.reason(whole, base, None, words))
    text = words("charts.k_of_n", k=whole["k"], n=whole["n"], share=words.percent(whole["share"]))
    return _BarRow(label, (_Bar(whole["share"], text, "blue"),))


def _draw(size: Size, rows: Sequence[_BarRow], head: _Head) -> Sheet:
    longest = max(text_width(bar.text, size.text, bar.bold) for row in rows for bar in row.bars or (_Bar(0, "", ""),))
    most = max((bar.value for row in rows for bar in row.bars), default=0.0) or 1.0
    return (_draw_narrow if size.narrow else _draw_wide)(size, rows, head, longest, most)


def _draw_wide(size: Size, rows: Sequence[_BarRow], head: _Head, longest: float, most: float) -> Sheet:
    label_width = min(max(max(text_width(row.label, size.text) for row in rows) + 8, 96), 250)
    lines = [wrapped(row.label, label_width - 6, size.text) for row in rows]
    heights = [max(19 * len(text) + 13, 21 * len(row.bars) + 11, 32) for row, text in zip(rows, lines, strict=True)]
    top = 34.0 if head.keys else 4.0
    sheet = Sheet(size, top + sum(heights) + 2)
    left = label_width + 14
    _keys(sheet, head, [(left, 12.0)])
    sheet.text(size.width, 12, head.side, "muted", align="right", size=size.small)
    reach = size.width - left - longest - 10 - _side_width(size, rows)
    y = top
    for row, text, height in zip(rows, lines, heights, strict=True):
        middle = y + height / 2
        for i, line in enumerate(text):
            sheet.text(0, middle + 19 * (i - (len(text) - 1) / 2), line)
        if row.reason:
            why = wrapped(row.reason, size.width - left - 8, size.small)
            sheet.lines(left + 8, middle, why, "muted", italic=True, size=size.small)
        _bars(sheet, row, middle, left, reach / most)
        _side(sheet, row, middle)
        sheet.line((0, y + height), (size.width, y + height), "line")
        y += height
    sheet.line((left, top), (left, y), "axis")
    return sheet


def _draw_narrow(size: Size, rows: Sequence[_BarRow], head: _Head, longest: float, most: float) -> Sheet:
    lines = [wrapped(row.label, size.width - 112 if row.side[0] else size.width, size.text) for row in rows]
    heights = [
        20 * max(len(t), 2 if r.side[1] else 1) + 21 * max(len(r.bars), 1) + 20
        for r, t in zip(rows, lines, strict=True)
    ]
    top = 24.0 * len(head.keys) + (6 if head.keys else 0)
    sheet = Sheet(size, top + sum(heights) + 4)
    _keys(sheet, head, [(0.0, 12.0), (0.0, 36.0)])
    sheet.text(size.width, 12, head.side, "muted", align="right", size=size.small)
    reach = size.width - longest - 14
    y = top
    for row, text, height in zip(rows, lines, heights, strict=True):
        for i, line in enumerate(text):
            sheet.text(0, y + 18 + 20 * i, line)
        _side(sheet, row, y + 28)
        zone = y + 20 * max(len(text), 2 if row.side[1] else 1) + 8
        middle = (zone + y + height) / 2
        if row.reason:
            why = wrapped(row.reason, size.width - 10, size.small)
            sheet.lines(8, middle, why, "muted", italic=True, size=size.small)
        else:
            _bars(sheet, row, middle, 0, reach / most)
        sheet.line((0, y + height), (size.width, y + height), "line")
        y += height
    return sheet


def _side_width(size: Size, rows: Sequence[_BarRow]) -> float:
    texts = [text_width(text, size.text) for row in rows for text in row.side if text]
    return max(texts) + 16 if texts else 0


def _keys(sheet: Sheet, head: _Head, places: Sequence[tuple[float, float]]) -> None:
    """Each period's name behind a piece of its bar; on one line from the first place, or a line a place."""
    x, y = places[0] if places else (0.0, 0.0)
    for i, (name, tone) in enumerate(head.keys):
        if len(places) > 1:
            x, y = places[i]
        sheet.bar((x, x + 14), y, 13, tone)
        sheet.text(x + 20, y, name, "ink" if i == 0 else "muted", size=sheet.size.small, bold=i == 0)
        x += 20 + text_width(name, sheet.size.small, True) + 20


def _bars(sheet: Sheet, row: _BarRow, middle: float, left: float, scale: float) -> None:
    for i, bar in enumerate(row.bars):
        y = middle + 21 * (i - (len(row.bars) - 1) / 2)
        end = left + bar.value * scale
        sheet.bar((left, end), y, 13, bar.tone)
        tone = "muted" if bar.tone == "axis" else "ink"
        sheet.text(end + 8, y, bar.text, tone, bold=bar.bold)


def _side(sheet: Sheet, row: _BarRow, middle: float) -> None:
    change, interval = row.side
    if not change:
        return
    shift = 10 if interval else 0
    x = sheet.size.width
    sheet.text(x, middle - shift, change, "ink" if row.certain else "muted", align="right", bold=row.certain)
    if interval:
        sheet.text(x, middle + shift, interval, "muted", align="right", size=sheet.size.small)
