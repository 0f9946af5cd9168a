"""A sheet to draw on, measured in CSS pixels, for the two widths every chart is drawn for."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Any

import matplotlib as mpl
import pandas as pd
import seaborn as sns
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MplFigure
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Rectangle
from matplotlib.textpath import text_to_path

from trygghet import values
from trygghet.aside import aside
from trygghet.blocks import BlockError, Caption, Figure, Table
from trygghet.style import LIGHT, rc
from trygghet.svg import finish

DOTS = 72
LEADING = 19
"""Distance in px between lines of text."""


@dataclass(frozen=True)
class Size:
    """A width to draw for, in px, and the sizes of ordinary and small text at that width."""

    name: str
    width: int
    text: float
    small: float

    @property
    def narrow(self) -> bool:
        """Whether the sheet is the telephone's."""
        return self.name == "n"


WIDE = Size("w", 720, 14.5, 13.5)
# 14 px so that the text is still above 12 when a 340 px drawing is shown on a 320 px screen.
NARROW = Size("n", 340, 15, 14.6)


class Sheet:
    """A drawing of ``size.width`` × ``height`` px; y runs downwards. Used only while one chart is made."""

    def __init__(self, size: Size, height: float) -> None:
        self.size = size
        self.height = height
        self.figure = MplFigure(figsize=(size.width / DOTS, height / DOTS), dpi=DOTS)
        self.paper = self.figure.add_axes((0, 0, 1, 1))
        self.paper.set(xlim=(0, size.width), ylim=(height, 0))
        self.paper.set_axis_off()
        self.paper.set_zorder(2)

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes for seaborn in a box of the sheet."""
        w, h = self.size.width, self.height
        return self.figure.add_axes((left / w, 1 - (top + height) / h, width / w, height / h))

    def text(self, x: float, y: float, text: str, colour: str = "ink", **options: str | float | bool) -> None:
        """A line of text with its middle at height `y`; options align (left), size (text), bold, italic."""
        self.paper.text(
            x,
            y + float(options.get("size", self.size.text)) * 0.35,
            text,
            color=LIGHT[colour],
            fontsize=float(options.get("size", self.size.text)),
            fontweight="bold" if options.get("bold") else "normal",
            fontstyle="italic" if options.get("italic") else "normal",
            ha=str(options.get("align", "left")),
            va="baseline",
            parse_math=False,
        )

    def lines(self, x: float, y: float, texts: Sequence[str], colour: str = "ink", **options: Any) -> None:
        """Several lines of text, their middle at height `y`."""
        for i, text in enumerate(texts):
            if not text:
                continue
            self.text(x, y + LEADING * (i - (len(texts) - 1) / 2), text, colour, **options)

    def line(self, start: tuple[float, float], end: tuple[float, float], colour: str, width: float = 1) -> None:
        """A straight line."""
        xs, ys = (start[0], end[0]), (start[1], end[1])
        self.add(Line2D(xs, ys, color=LIGHT[colour], linewidth=width))

    def polyline(self, points: list[tuple[float, float]], colour: str, width: float = 1) -> None:
        """A line through some points."""
        xs, ys = zip(*points, strict=True)
        self.add(Line2D(xs, ys, color=LIGHT[colour], linewidth=width))

    def dashes(self, start: tuple[float, float], end: tuple[float, float], colour: str, width: float = 1.5) -> None:
        """A dashed line."""
        xs, ys = (start[0], end[0]), (start[1], end[1])
        self.add(Line2D(xs, ys, color=LIGHT[colour], linewidth=width, dashes=(4, 3)))

    def bar(self, x: tuple[float, float], y: float, height: float, colour: str) -> None:
        """A filled bar from ``x[0]`` to ``x[1]`` with its middle at height `y`."""
        self.add(
            Rectangle((x[0], y - height / 2), max(x[1] - x[0], 0.01), height, facecolor=LIGHT[colour], linewidth=0)
        )

    def pill(self, x: tuple[float, float], y: float, height: float, colour: str) -> None:
        """A bar with round ends."""
        width = max(x[1] - x[0], 0.01)
        radius = min(height / 2, width / 2)
        style = f"round,pad=0,rounding_size={radius}"
        box = FancyBboxPatch((x[0], y - height / 2), width, height, boxstyle=style, mutation_aspect=1)
        box.set(facecolor=LIGHT[colour], linewidth=0)
        self.add(box)

    def add(self, artist: Artist) -> None:
        """Any other drawing in px."""
        self.paper.add_artist(artist)
        artist.set_clip_on(False)  # nothing is drawn outside, and a clip path each costs bytes

    def dots(self, points: list[tuple[float, float, str, bool]], radius: float = 5.5) -> None:
        """Estimates as dots ``(x, y, colour, hollow)`` with a rim in the card's colour."""
        for colour, hollow in sorted({(point[2], point[3]) for point in points}):
            chosen = [point[:2] for point in points if point[2:] == (colour, hollow)]
            known = [(x, y) for x, y in chosen if isfinite(x) and isfinite(y)]
            self.paper.scatter(  # as seaborn's scatterplot draws it, at a twentieth of the time
                [x for x, _ in known],
                [y for _, y in known],
                s=(2 * radius) ** 2,
                color=LIGHT["card"] if hollow else LIGHT[colour],
                edgecolor=LIGHT[colour] if hollow else LIGHT["card"],
                linewidth=2.2 if hollow else 1.5,
                zorder=5,
                clip_on=False,
            )
        self.paper.set(xlim=(0, self.size.width), ylim=(self.height, 0))
        self.paper.set_axis_off()

    def svg(self) -> str:
        """The drawing as matplotlib writes it, without a date."""
        out = io.StringIO()
        self.figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        return out.getvalue()


@contextmanager
def house_style() -> Iterator[None]:
    """seaborn's white style with the house's settings on top, put back afterwards."""
    settings: Any = rc()
    with mpl.rc_context(), sns.axes_style("white", rc=settings), mpl.rc_context(settings):
        yield


def figure(draw: Callable[[Size], Sheet], caption: Caption, *, alt: str, table: Table | None, language: str) -> Figure:
    """The figure block of a chart, drawn for both widths.

    Parameters
    ----------
    draw : makes the sheet for a size.
    caption : the texts around it.
    alt : the chart in words.
    table : its numbers.
    language : of the words on it.
    """

    def make() -> dict[str, str]:
        drawn = {}
        with house_style():
            for size in (WIDE, NARROW):
                prefix = f"{caption.id}-{size.name}"
                drawn[size.name] = finish(draw(size).svg(), prefix=prefix, title=caption.title, description=alt)
        return drawn

    beside = aside()
    drawn = beside.draw(make, (WIDE.name, NARROW.name)) if beside else make()
    return Figure(
        id=caption.id,
        title=caption.title,
        reading=caption.reading,
        svg_wide=drawn["w"],
        svg_narrow=drawn["n"],
        alt=alt,
        definition=caption.definition,
        table=table,
        language=language,
    )


@lru_cache(maxsize=4)
def _face(bold: bool) -> str:
    return findfont(FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal"))


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width in px in DejaVu Sans, which matplotlib brings and is wider than most system fonts."""
    font = FontProperties(fname=_face(bold), size=size)
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width)


def needed(frame: pd.DataFrame, need: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of a chart's table.

    Raises
    ------
    BlockError : no rows, or one of the needed columns is missing.
    """
    if missing := [name for name in need if name not in frame.columns]:
        raise BlockError.said("charts.lacks", names=tuple(missing))
    if frame.empty:
        raise BlockError.said("charts.no_rows")
    return values.records(frame)


def wrapped(text: str, width: float, size: float, bold: bool = False) -> list[str]:
    """The text in lines no wider than `width` px, broken between words only."""
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", size, bold) <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return lines or [""]
