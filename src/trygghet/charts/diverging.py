"""Answers on a scale as bars that part in the middle: the good ones to the right, the poor ones to the left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from trygghet.blocks import BlockError, Caption, Column, Figure, Table
from trygghet.charts.sheet import LEADING, Sheet, Size, figure, text_width, wrapped
from trygghet.messages import Words

POOR = ("amber-pale", "amber")
MIDDLE = "muted-pale"
GOOD = ("blue-pale", "blue")
BAR, ROOM = 22, 6
STRONG = {GOOD[1], POOR[1]}


@dataclass(frozen=True)
class Item:
    """A question and the share of each answer.

    Attributes
    ----------
    label : what the question is about.
    shares : answers to shares 0–1 in the order of the scale, the best first; NaN where one may not be shown.
    n : how many answered.
    unknown : how many said that they do not know, as text; empty when that is not told.
    reason : why nothing of the item may be shown; empty when something is.
    """

    label: str
    shares: tuple[float, ...]
    n: int
    unknown: str = ""
    reason: str = ""

    @property
    def whole(self) -> bool:
        """Whether every share may be shown: a bar with a piece missing would say something untrue."""
        return not self.reason and all(isfinite(share) for share in self.shares)


@dataclass(frozen=True)
class _Piece:
    share: float
    tone: str
    text: str


def diverging_bars(items: Sequence[Item], words: Words, caption: Caption, *, answers: Sequence[str]) -> Figure:
    """A row a question, its answers as pieces of a bar that is laid with the middle of the scale at the middle.

    Parameters
    ----------
    items : in the order they are to stand.
    answers : names of the answers, the best first; as many as each item's shares, at most five. An odd number has a
        neutral one in the middle.

    Raises
    ------
    BlockError : no items, a wrong number of answers, or no item that may be shown whole.
    """
    if not 2 <= len(answers) <= 5:
        raise BlockError.said("charts.scale", n=len(answers))
    if wrong := [item.label for item in items if not item.reason and len(item.shares) != len(answers)]:
        raise BlockError.said("charts.one_share", names=tuple(wrong))
    if not any(item.whole for item in items):
        raise BlockError.said("charts.no_rows")
    rows = [(item, _pieces(item, words)) for item in items]
    told = [f"{item.label}: {_spoken(item, answers, words)}" for item in items]
    alt = words("diverging.alt", answers=words.sequence([a.lower() for a in answers]), rows="; ".join(told))
    table = _table(items, words, caption, answers)
    return figure(
        lambda size: _draw(size, rows, answers, words), caption, alt=alt, table=table, language=words.language
    )


def tones(steps: int) -> tuple[str, ...]:
    """Colours of a scale's answers, the best first: blue to amber by way of grey, the ends the strongest."""
    half = steps // 2
    good = (GOOD[1], GOOD[0])[:half] if half > 1 else (GOOD[1],)
    poor = (POOR[0], POOR[1])[:half] if half > 1 else (POOR[1],)
    return (*good, *((MIDDLE,) if steps % 2 else ()), *poor)


def _pieces(item: Item, words: Words) -> tuple[_Piece, ...]:
    if not item.whole:
        return ()
    named = zip(item.shares, tones(len(item.shares)), strict=True)
    return tuple(_Piece(share, tone, words.number(100 * share)) for share, tone in named)


def _spoken(item: Item, answers: Sequence[str], words: Words) -> str:
    if not item.whole:
        return item.reason or words("charts.hidden_small_count")
    told = [f"{name.lower()} {words.percent(share)}" for name, share in zip(answers, item.shares, strict=True)]
    return f"{', '.join(told)} ({words('charts.base.answers', n=item.n)})"


def _table(items: Sequence[Item], words: Words, caption: Caption, answers: Sequence[str]) -> Table:
    keys = [f"a{i}" for i in range(len(answers))]
    columns = [Column("label", words("diverging.columns.label"))]
    columns += [Column(key, name, "right") for key, name in zip(keys, answers, strict=True)]
    columns += [Column(key, words(f"diverging.columns.{key}"), "right") for key in ("n", "unknown")]
    rows = []
    for item in items:
        shown = [words.percent(share) if isfinite(share) else words("diverging.hidden") for share in item.shares]
        if item.reason:
            shown = [words("diverging.hidden")] * len(answers)
        rows.append((item.label, *shown, words.number(item.n), item.unknown))
    note = words("diverging.note")
    return Table(
        id=f"{caption.id}-table", caption=caption.title, columns=tuple(columns), rows=tuple(rows), note=note,
        collapsed=True, language=words.language,
    )  # fmt: skip


def _draw(size: Size, rows: Sequence[tuple[Item, tuple[_Piece, ...]]], answers: Sequence[str], words: Words) -> Sheet:
    """Label over the bar on a telephone and beside it on a wide page; base at the right."""
    side = max(text_width(words.number(item.n), size.text) for item, _ in rows) + 16
    header = words("charts.base_header.answers")
    side = max(side, text_width(header, size.small) + 12)
    left = 0.0 if size.narrow else min(max(text_width(item.label, size.text) for item, _ in rows) + 20, 250.0)
    labels = [wrapped(item.label, size.width - side if size.narrow else left - 14, size.text) for item, _ in rows]
    over = [LEADING * len(lines) + 4 if size.narrow else 0 for lines in labels]
    heights = [
        above + max(BAR + 14, 0 if size.narrow else LEADING * len(lines) + 12)
        for above, lines in zip(over, labels, strict=True)
    ]
    top = _key_height(size, answers) + 24
    sheet = Sheet(size, top + sum(heights) + 4)
    _key(sheet, answers)
    sheet.text(size.width, top - 12, header, "muted", align="right", size=size.small)
    zero, scale = _scale(rows, left, size.width - side - (0 if size.narrow else 6))
    y = top
    for (item, pieces), lines, above, height in zip(rows, labels, over, heights, strict=True):
        middle = y + above + (height - above) / 2
        sheet.lines(0, y + above / 2 + 4 if size.narrow else middle, lines)
        sheet.text(size.width, middle, words.number(item.n), "muted", align="right")
        if pieces:
            _bar(sheet, pieces, (zero, scale), middle)
        else:
            why = wrapped(item.reason or words("charts.hidden_small_count"), size.width - left - side, size.small)
            sheet.lines(left, middle, why, "muted", italic=True, size=size.small)
        if size.narrow:  # not through the label over the bar
            sheet.line((zero, middle - BAR / 2 - 4), (zero, y + height), "axis")
        y += height
        sheet.line((0, y), (size.width, y), "line")
    if not size.narrow:
        sheet.line((zero, top), (zero, y), "axis")
    return sheet


def _poor(pieces: Sequence[_Piece]) -> float:
    """How much of a bar lies left of the middle: the poor half, and half of the neutral piece."""
    half = len(pieces) // 2
    neutral = pieces[half].share / 2 if len(pieces) % 2 else 0.0
    return sum(piece.share for piece in pieces[len(pieces) - half :]) + neutral


def _scale(rows: Sequence[tuple[Item, tuple[_Piece, ...]]], left: float, right: float) -> tuple[float, float]:
    """Where the middle stands, and px a share of 1, so that the longest halves just fit."""
    drawn = [pieces for _, pieces in rows if pieces]
    most_poor = max(_poor(pieces) for pieces in drawn)
    most_good = max(sum(piece.share for piece in pieces) - _poor(pieces) for pieces in drawn)
    scale = (right - left) / (most_poor + most_good)
    return left + most_poor * scale, scale


def _bar(sheet: Sheet, pieces: Sequence[_Piece], at: tuple[float, float], middle: float) -> None:
    zero, scale = at
    x = zero - _poor(pieces) * scale
    for piece in reversed(pieces):
        end = x + piece.share * scale
        sheet.bar((x, max(end - 1, x)), middle, BAR, piece.tone)
        if text_width(piece.text, sheet.size.small, True) + ROOM <= end - x:
            tone = "on-high" if piece.tone in STRONG else "on-low"
            place = (x + end) / 2
            sheet.text(place, middle, piece.text, tone, align="center", size=sheet.size.small, bold=True)
        x = end


def _key_places(size: Size, answers: Sequence[str]) -> list[tuple[float, float]]:
    """Where each answer's name stands, worst first as in the bars: as many on a line as there is room for."""
    places, x, y = [], 0.0, 12.0
    for name in reversed(answers):
        width = 20 + text_width(name, size.small) + 18
        if x > 0 and x + width - 18 > size.width:
            x, y = 0.0, y + 24
        places.append((x, y))
        x += width
    return places


def _key_height(size: Size, answers: Sequence[str]) -> float:
    return _key_places(size, answers)[-1][1] + 14


def _key(sheet: Sheet, answers: Sequence[str]) -> None:
    colours: Mapping[str, str] = dict(zip(answers, tones(len(answers)), strict=True))
    for name, (x, y) in zip(reversed(answers), _key_places(sheet.size, answers), strict=True):
        sheet.bar((x, x + 14), y, 13, colours[name])
        sheet.text(x + 20, y, name, "muted", size=sheet.size.small)
