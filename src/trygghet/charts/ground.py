"""What every map draws: shapes, hatching and a scale bar."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor
from typing import Any

import numpy as np
import shapely
from matplotlib.collections import LineCollection
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from trygghet.charts.sheet import Sheet
from trygghet.messages import Words
from trygghet.style import LIGHT

SWEREF = 3006
HATCH = 7
LENGTHS = tuple(m * 10.0**e for e in (-1, 0, 1, 2) for m in (1, 2, 5))
LONGEST = 110


def fill(sheet: Sheet, shape: Any, colour: str | None, *, edge: str = "axis", width: float = 0.9) -> None:
    """A shape (sheet px) in a colour of the house with an edge; hatched without a colour."""
    face = LIGHT[colour] if colour else LIGHT["card"]
    sheet.add(PathPatch(path(shape), facecolor=face, linewidth=0))
    if colour is None:
        lines = [np.asarray(line.coords) for line in _hatch(shape)]
        sheet.add(LineCollection(lines, colors=LIGHT["hatch"], linewidths=0.9))
    outline(sheet, shape, edge, width)


def outline(sheet: Sheet, shape: Any, colour: str, width: float) -> None:
    """The edge of a shape alone."""
    sheet.add(PathPatch(path(shape), facecolor="none", edgecolor=LIGHT[colour], linewidth=width))


def _hatch(shape: Any) -> Iterator[Any]:
    """Slanting lines inside the shape."""
    west, north, east, south = shape.bounds
    reach = south - north
    starts = np.arange(floor((west - reach) / HATCH) * HATCH, east, HATCH)
    lines = shapely.linestrings([[(x, south), (x + reach, north)] for x in starts])
    for part in shapely.get_parts(shapely.intersection(lines, shape)):
        yield from (piece for piece in shapely.get_parts(part) if piece.geom_type == "LineString")


def path(shape: Any) -> Path:
    """The polygons of a shape for matplotlib."""
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon" and not p.is_empty]
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    paths = [Path(np.asarray(ring.coords), closed=True) for ring in rings]
    return Path.make_compound_path(*paths) if paths else Path(np.zeros((0, 2)))


def scale_bar(sheet: Sheet, corner: tuple[float, float], scale: float, words: Words) -> None:
    """A bar of a round number of kilometres, the longest that is not over `LONGEST` px.

    Parameters
    ----------
    corner : its left end, px.
    scale : px a metre.
    """
    km = max((length for length in LENGTHS if length * 1000 * scale <= LONGEST), default=LENGTHS[0])
    x, y = corner
    end = x + km * 1000 * scale
    sheet.line((x, y), (end, y), "ink", 1.5)
    for edge in (x, end):
        sheet.line((edge, y - 4), (edge, y + 4), "ink", 1.5)
    text = words("charts.scale", n=words.number(km, 0 if km >= 1 else 1))
    sheet.text(end + 8, y, text, "muted", size=sheet.size.small)
