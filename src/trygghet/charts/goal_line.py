"""A goal's figure in every wave: dots with intervals, joined where they may be compared, and the target."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from trygghet import values
from trygghet.blocks import Caption, Column, Figure, Table
from trygghet.charts.goals import Target
from trygghet.charts.rows import Axis, axis_for
from trygghet.charts.sheet import LEADING, Sheet, Size, figure, text_width, wrapped
from trygghet.goal_series import GoalSeries, Point
from trygghet.messages import EN_DASH, Words

KEY = "outcome.series"
HEIGHT = 230


def goal_line(
    series: GoalSeries,
    target: Target | None,
    words: Words,
    caption: Caption,
    *,
    unit: Literal["share", "count"] = "share",
    marked: Sequence[str] = (),
) -> Figure:
    """The waves from left to right; a line never crosses a change of question or mode, nor a hidden wave.

    Parameters
    ----------
    series : at least two points, at least one of them shown.
    marked : labels of the baseline and the follow-up, drawn in the strong colour.
    """
    axis = _axis(series, target, unit, words)
    kind = "alt_target" if target is not None else "alt"
    aim = _target_text(target, unit, words) if target is not None else ""
    alt = words(f"{KEY}.{kind}", rows="; ".join(_spoken(point, unit, words) for point in series.points), target=aim)
    table = _table(series, words, caption, unit=unit)
    return figure(
        lambda size: _draw(size, series, axis, (target, aim), tuple(marked)),
        caption,
        alt=alt,
        table=table,
        language=words.language,
    )


def _axis(series: GoalSeries, target: Target | None, unit: str, words: Words) -> Axis:
    shown = [point for point in series.points if point.shown]
    ends = [end for point in shown for end in (point.estimate, point.low, point.high)]
    axis = axis_for([*ends, *([target.value] if target else [])], str, share=unit == "share", most=5)
    return replace(axis, write=values.tick(unit, words, axis.high))


def _target_text(target: Target, unit: str, words: Words) -> str:
    value = target.text or values.number(target.value, unit, words)
    return words(f"charts.target_{target.direction}", value=value)


def _draw(size: Size, series: GoalSeries, axis: Axis, aim: tuple[Target | None, str], marked: tuple[str, ...]) -> Sheet:
    target, aim_text = aim
    left = max(text_width(axis.write(tick), size.small) for tick in axis.ticks) + 14
    top, bottom = 34.0, 34.0 + HEIGHT
    labels = _labels(size, series, size.width - left - 10)
    sheet = Sheet(size, bottom + 12 + LEADING * max(len(lines) for lines in labels) + 6)
    step = (size.width - left - 10) / len(series.points)
    across = {point.label: left + step * (i + 0.5) for i, point in enumerate(series.points)}

    def up(value: float) -> float:
        return bottom - (min(max(value, axis.low), axis.high) - axis.low) / (axis.high - axis.low) * (bottom - top)

    for tick in axis.ticks:
        sheet.line((left, up(tick)), (size.width, up(tick)), "axis" if tick == 0 else "line")
        sheet.text(left - 8, up(tick), axis.write(tick), "muted", align="right", size=size.small)
    if target is not None:
        sheet.dashes((left, up(target.value)), (size.width, up(target.value)), "amber")
        sheet.text(size.width, 10, aim_text, "amber", align="right", size=size.small, bold=True)
    _breaks(sheet, series, across, (top, bottom))
    for piece in series.pieces():
        if len(piece) > 1:
            sheet.polyline([(across[point.label], up(point.estimate)) for point in piece], "muted", 1.5)
    for point, lines in zip(series.points, labels, strict=True):
        sheet.lines(
            across[point.label], bottom + 16 + LEADING * (len(lines) - 1) / 2, lines, "muted", align="center",
            size=size.small, bold=point.label in marked,
        )  # fmt: skip
    sheet.dots([_point(sheet, point, across[point.label], up, marked) for point in series.points if point.shown])
    return sheet


def _point(
    sheet: Sheet, point: Point, x: float, up: Callable[[float], float], marked: tuple[str, ...]
) -> tuple[float, float, str, bool]:
    """The interval of a point as an upright bar; its dot is given back."""
    tone = "blue" if point.label in marked else "muted"
    middle, height = (up(point.low) + up(point.high)) / 2, abs(up(point.low) - up(point.high))
    sheet.bar((x - 4, x + 4), middle, max(height, 0.5), f"{tone}-pale")
    for end in (point.low, point.high):
        sheet.line((x - 4, up(end)), (x + 4, up(end)), tone, 1.5)
    return x, up(point.estimate), tone, False


def _breaks(sheet: Sheet, series: GoalSeries, across: dict[str, float], span: tuple[float, float]) -> None:
    """A dashed upright where a series ends and another begins."""
    for gap in series.gaps:
        if gap.before in across and gap.after in across:
            x = (across[gap.before] + across[gap.after]) / 2
            sheet.dashes((x, span[0]), (x, span[1]), "axis")


def _labels(size: Size, series: GoalSeries, width: float) -> list[list[str]]:
    """Names of the waves, broken at the slash or left out every second where they would touch."""
    each = width / len(series.points) - 8
    found = []
    for point in series.points:
        text = point.label
        if text_width(text, size.small, True) > each and "/" in text:
            text = text.replace("/", "/ ")
        found.append(wrapped(text, each, size.small, True))
    if any(text_width(line, size.small, True) > each for lines in found for line in lines):
        last = len(found) - 1
        found = [lines if (last - i) % 2 == 0 else [] for i, lines in enumerate(found)]
    return found


def _spoken(point: Point, unit: str, words: Words) -> str:
    if not point.shown:
        return f"{point.label}: {words('charts.hidden')}"
    return f"{point.label}: {values.spoken(point.estimate, point.low, point.high, unit, words)}"


def _table(series: GoalSeries, words: Words, caption: Caption, *, unit: str) -> Table:
    """Wave, figure, interval, base, and whether it may be compared with the wave before."""
    kinds = {gap.after: gap.kind for gap in series.gaps}
    heads = words.raw(f"{KEY}.columns")
    keys = ["when", "estimate", "interval", *(["n"] if unit == "share" else []), *(["note"] if kinds else [])]
    rows = []
    for point in series.points:
        note = words(f"{KEY}.gap_{kinds[point.label]}") if point.label in kinds else ""
        shown = {
            "when": point.label,
            "estimate": values.number(point.estimate, unit, words) if point.shown else words("charts.hidden"),
            "interval": values.span(point.low, point.high, unit, words) if point.shown else EN_DASH,
            "n": words.number(point.n) if point.shown else EN_DASH,
            "note": note,
        }
        rows.append({key: shown[key] for key in keys})
    columns = tuple(Column(key, heads[key], "left" if key in ("when", "note") else "right") for key in keys)
    return Table(f"{caption.id}-table", caption.title, columns, tuple(rows), language=words.language)
