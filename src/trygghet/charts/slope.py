"""Two waves as two posts with a line from one to the other: what has risen, what has fallen, and what is unsure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trygghet.blocks import BlockError, Caption, Figure, Table
from trygghet.charts.sheet import Sheet, Size, figure, text_width, wrapped
from trygghet.messages import Words

HEIGHT = 300
"""Px between the highest and the lowest value."""


@dataclass(frozen=True)
class Slope:
    """A share 0–1 in two waves; ``sure`` when the change is beyond chance."""

    label: str
    before: float
    after: float
    sure: bool


def slopes(items: Sequence[Slope], words: Words, caption: Caption, *, waves: tuple[str, str], table: Table) -> Figure:
    """A line an item; those that have changed for certain are coloured and named, the others grey and thin.

    Parameters
    ----------
    items : at least one that has changed for certain.
    waves : names of the two, the earlier first.
    table : the numbers behind.

    Raises
    ------
    BlockError : no item that has changed.
    """
    if not any(item.sure for item in items):
        raise BlockError.said("charts.no_change")
    named = sorted((item for item in items if item.sure), key=lambda item: -item.after)
    told = [
        words("slope.alt_row", name=item.label, before=words.percent(item.before), after=words.percent(item.after))
        for item in named
    ]
    alt = words("slope.alt", first=waves[0], second=waves[1], rows="; ".join(told), n=len(items) - len(named))
    return figure(lambda size: _draw(size, items, words, waves), caption, alt=alt, table=table, language=words.language)


def apart(places: Sequence[float], room: Sequence[float]) -> list[float]:
    """Heights nearest the wanted ones where texts do not touch; `places` from the top, `room` each text's height."""
    spots: list[float] = []
    for place, need in zip(places, room, strict=True):
        least = spots[-1] + (room[len(spots) - 1] + need) / 2 if spots else place
        spots.append(max(place, least))
    # Pushed down too far together: move each group up by half of what its last was moved.
    shift = (spots[-1] - places[-1]) / 2 if spots else 0.0
    return [spot - shift for spot in spots]


def _draw(size: Size, items: Sequence[Slope], words: Words, waves: tuple[str, str]) -> Sheet:
    named = sorted((item for item in items if item.sure), key=lambda item: -item.after)
    number = max(text_width(words.percent(item.before), size.text, True) for item in named) + 12
    names = min(250.0, 0.42 * size.width)
    x0, x1 = number, size.width - names - number
    texts = [wrapped(item.label, names - 8, size.small) for item in named]
    room = [19.0 * len(lines) + 5 for lines in texts]
    values = [value for item in items for value in (item.before, item.after)]
    low, high = min(values), max(values)
    reach = max(HEIGHT, sum(room))
    top = 44.0

    def height(value: float) -> float:
        return top + reach * (high - value) / ((high - low) or 1.0)

    ends = apart([height(item.after) for item in named], room)
    up = min(0.0, ends[0] - room[0] / 2 - 28)
    sheet = Sheet(size, max(top + reach, ends[-1] + room[-1] / 2) + 16 - up)
    for x, wave in zip((x0, x1), waves, strict=True):
        sheet.text(x, 12, wave, "muted", align="center", size=size.small, bold=True)
        sheet.line((x, 28), (x, sheet.height - 4), "line")
    for item in (item for item in items if not item.sure):
        sheet.line((x0, height(item.before) - up), (x1, height(item.after) - up), "muted-pale", 1.5)
    _named(sheet, [(item, height(item.before) - up, height(item.after) - up) for item in named], (x0, x1), words)
    for lines, item, end in zip(texts, named, ends, strict=True):
        tone = _tone(item)
        sheet.text(x1 + 10, end - up, words.percent(item.after), tone, bold=True)
        sheet.lines(x1 + number + 8, end - up, lines, "ink", size=size.small)
    return sheet


def _tone(item: Slope) -> str:
    return "amber" if item.after > item.before else "blue"


def _named(sheet: Sheet, lines: Sequence[tuple[Slope, float, float]], posts: tuple[float, float], words: Words) -> None:
    """The lines of what has changed with the earlier number before them; numbers that would touch are moved apart."""
    ordered = sorted(lines, key=lambda line: line[1])
    spots = apart([line[1] for line in ordered], [19.0] * len(ordered))
    for (item, start, end), spot in zip(ordered, spots, strict=True):
        tone = _tone(item)
        sheet.line((posts[0], start), (posts[1], end), tone, 2.5)
        sheet.text(posts[0] - 10, spot, words.percent(item.before), tone, align="right", bold=True)
    sheet.dots([(x, y, _tone(item), False) for item, *ys in lines for x, y in zip(posts, ys, strict=True)])
