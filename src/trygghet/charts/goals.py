"""The chart of a verdict: where it began, the target, and how it went."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from trygghet import tables, values
from trygghet.blocks import Caption, Figure
from trygghet.charts.rows import Mark, Row, axis_for, draw_rows
from trygghet.charts.sheet import figure
from trygghet.messages import Words


@dataclass(frozen=True)
class Level:
    """A level with its interval; ``estimate`` None when there is none, and then `reason` says why.

    Attributes
    ----------
    label : the year or period as the row's name.
    estimate, low, high : in the chart's unit; low and high may be missing.
    n : base.  reason : why there is no estimate.  tone : colour of the mark.
    """

    label: str
    estimate: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    reason: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Target:
    """The level a goal set; ``decrease`` means at most, ``increase`` at least. `text` is the value as it is written."""

    value: float
    direction: Literal["decrease", "increase"]
    text: str = ""


def goal_chart(
    levels: tuple[Level, ...],
    target: Target | None,
    words: Words,
    caption: Caption,
    *,
    unit: str = "share",
    base: str = "answers",
) -> Figure:
    """Baseline, outcome and any comparison as rows with intervals, the target as a dashed line.

    Parameters
    ----------
    levels : the baseline first, then the outcome, then comparisons.
    target : None when the goal names no level.
    unit : as in the estimates table.
    base : what the bases count, a key of the messages under ``charts.base``.
    """
    tones = ["ink", "blue"] + ["muted"] * len(levels)
    rows = [_row(level, level.tone or tone, unit, base, words) for level, tone in zip(levels, tones, strict=False)]
    ends = [end for row in rows for mark in row.marks for end in (mark.estimate, mark.low, mark.high)]
    axis = axis_for([*ends, *([target.value] if target else [])], str, share=unit == "share", most=6)
    axis = replace(axis, write=values.tick(unit, words, axis.high))
    sentence = ""
    if target:
        value = target.text or values.number(target.value, unit, words)
        sentence = words(f"charts.target_{target.direction}", value=value)
        axis = replace(axis, reference=(target.value, sentence), reference_tone="amber")
    if any(row.base for row in rows):
        axis = replace(axis, base_header=words(f"charts.base_header.{base}"))
    told = [f"{row.label}: {_spoken(level, row, unit, words)}" for level, row in zip(levels, rows, strict=True)]
    alt = " ".join(part for part in (words("charts.alt_goal", rows="; ".join(told)), _sentence(sentence)) if part)
    table = tables.levels_table(
        levels, words, id=f"{caption.id}-table", caption=caption.title, unit=unit, note=_sentence(sentence)
    )
    return figure(lambda size: draw_rows(size, rows, axis), caption, alt=alt, table=table, language=words.language)


def _row(level: Level, tone: str, unit: str, base: str, words: Words) -> Row:
    if level.estimate is None or not values.present(level.estimate):
        return Row(level.label, (), reason=level.reason or words("charts.hidden"), bold=True)
    low = float("nan") if level.low is None else level.low
    high = float("nan") if level.high is None else level.high
    mark = Mark(level.estimate, low, high, values.number(level.estimate, unit, words), tone)
    shown = words.number(level.n) if values.present(level.n) else ""
    return Row(level.label, (mark,), shown, values.base_text(level.n, base, words), bold=True)


def _spoken(level: Level, row: Row, unit: str, words: Words) -> str:
    if row.reason or level.estimate is None:
        return row.reason
    low, high = row.marks[0].low, row.marks[0].high
    told = values.spoken(level.estimate, low, high, unit, words)
    return f"{told}, {row.base_long}" if row.base_long else told


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""
