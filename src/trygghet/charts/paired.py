"""Two measures of the same areas side by side, each with its interval and on its own axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trygghet import values
from trygghet.blocks import BlockError, Caption, Figure, Table
from trygghet.charts.rows import Axis, Mark, axis_for
from trygghet.charts.sheet import Sheet, Size, figure, text_width, wrapped
from trygghet.messages import Words

ROW, NARROW_ROW = 34, 54
BETWEEN = 26
HEAD = 18


@dataclass(frozen=True)
class Measure:
    """One of the two: its heading, unit (as in the estimates table) and colour."""

    heading: str
    unit: str
    tone: str


@dataclass(frozen=True)
class Pair:
    """An area with (estimate, low, high) of each measure."""

    label: str
    first: tuple[float, float, float]
    second: tuple[float, float, float]


@dataclass(frozen=True)
class _Panel:
    axis: Axis
    marks: tuple[Mark, ...]
    heading: str


def paired_dots(
    pairs: Sequence[Pair], measures: tuple[Measure, Measure], words: Words, caption: Caption, *, table: Table
) -> Figure:
    """A row an area, the first measure at the left and the second at the right.

    Parameters
    ----------
    pairs : in the order they are to stand.
    measures : what the two are.
    table : the numbers behind.

    Raises
    ------
    BlockError : no pairs.
    """
    if not pairs:
        raise BlockError.said("charts.no_rows")
    panels = tuple(
        _panel([getattr(pair, side) for pair in pairs], measure, words)
        for side, measure in zip(("first", "second"), measures, strict=True)
    )
    said = [
        words(
            "place.paired.alt_row", name=pair.label, first=values.spoken(*pair.first, measures[0].unit, words),
            second=values.spoken(*pair.second, measures[1].unit, words),
        )
        for pair in pairs
    ]  # fmt: skip
    alt = words("place.paired.alt", first=measures[0].heading, second=measures[1].heading, rows="; ".join(said))
    names = [pair.label for pair in pairs]
    return figure(lambda size: _draw(size, names, panels), caption, alt=alt, table=table, language=words.language)


def _panel(triples: Sequence[tuple[float, float, float]], measure: Measure, words: Words) -> _Panel:
    share = measure.unit == "share"
    axis = axis_for([v for triple in triples for v in triple], lambda _: "", share=share, most=3)
    write = values.tick(measure.unit, words, axis.ticks[-1])
    marks = tuple(Mark(*triple, values.number(triple[0], measure.unit, words), measure.tone) for triple in triples)
    return _Panel(Axis(axis.low, axis.high, axis.ticks, write), marks, measure.heading)


def _draw(size: Size, names: Sequence[str], panels: Sequence[_Panel]) -> Sheet:
    label = 0.0 if size.narrow else max(text_width(name, size.text) for name in names) + 18
    wide = (size.width - label - BETWEEN) / 2
    lefts = (label, label + wide + BETWEEN)
    heads = [wrapped(panel.heading, wide, size.small, True) for panel in panels]
    top = HEAD * max(len(lines) for lines in heads) + 6
    row = NARROW_ROW if size.narrow else ROW
    bottom = top + row * len(names)
    sheet = Sheet(size, bottom + 28)
    for i, name in enumerate(names):
        sheet.text(0, top + row * i + (15 if size.narrow else row / 2), name)
        sheet.line((0, top + row * (i + 1)), (size.width, top + row * (i + 1)), "line")
    points: list[tuple[float, float, str, bool]] = []
    for panel, left, lines in zip(panels, lefts, heads, strict=True):
        for i, line in enumerate(lines):
            sheet.text(left, HEAD * (i + 0.5), line, panel.marks[0].tone, bold=True, size=size.small)
        points += _panel_marks(sheet, panel, (left, left + wide), (top, row))
    sheet.dots(points)
    return sheet


def _panel_marks(
    sheet: Sheet, panel: _Panel, span: tuple[float, float], rows: tuple[float, float]
) -> list[tuple[float, float, str, bool]]:
    """Ticks, intervals and numbers of one measure; its dots, to be drawn on top."""
    size, (top, row), axis = sheet.size, rows, panel.axis
    number = max(text_width(mark.number, size.text, True) for mark in panel.marks) + 16
    left, right = span[0] + 6, span[1] - number
    scale = (right - left) / (axis.high - axis.low)
    bottom, points, free = top + row * len(panel.marks), [], 0.0
    last = left + (axis.ticks[-1] - axis.low) * scale - text_width(axis.write(axis.ticks[-1]), size.small) / 2 - 6
    for tick in axis.ticks:
        x = left + (tick - axis.low) * scale
        for i in range(len(panel.marks)):
            start = top + row * i + (26 if size.narrow else 0)
            sheet.line((x, start), (x, top + row * (i + 1)), "axis" if tick == 0 else "line")
        text = axis.write(tick)
        half = text_width(text, size.small) / 2
        # The narrow panel has no room for every number: the one at the end, which bears the unit, always stands.
        if x - half > free and (tick == axis.ticks[-1] or x + half < last):
            sheet.text(x, bottom + 16, text, "muted", align="center", size=size.small)
            free = x + half + 6
    for i, mark in enumerate(panel.marks):
        y = top + row * i + (40 if size.narrow else row / 2)
        low, middle, high = (left + (v - axis.low) * scale for v in (mark.low, mark.estimate, mark.high))
        sheet.pill((low, high), y, 8, f"{mark.tone}-pale")
        for end in (low, high):
            sheet.line((end, y - 4), (end, y + 4), mark.tone, 1.5)
        sheet.text(max(high, middle + 5) + 8, y, mark.number, mark.tone, bold=True)
        points.append((middle, y, mark.tone, False))
    return points
