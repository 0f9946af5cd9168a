"""Where names fit on a chart without touching marks, edges or each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trygghet.charts.sheet import text_width

Box = tuple[float, float, float, float]
GAP = 10.0
OWN, CLEAR = 7.0, 13.0
"""Half the side in px of the box kept free around a name's own point, and around every other one: a name must not
seem to belong to a neighbour."""


@dataclass(frozen=True)
class Placed:
    """A name with its left end and the middle of its height, px; None where it found no room."""

    text: str
    at: tuple[float, float] | None


def beside(
    points: Sequence[tuple[float, float, str]], *, frame: Box, size: float, taken: Iterable[Box] = ()
) -> list[Placed]:
    """Names beside their points: right, left, above or below, whichever is free first.

    Parameters
    ----------
    points : (x, y, name) in px, the most important first.
    frame : left, top, right and bottom of where names may stand.
    size : of the text, px.
    taken : boxes where nothing may stand; the points themselves are kept free.
    """
    names: list[Box] = []
    placed = []
    for i, (x, y, name) in enumerate(points):
        width = text_width(name, size, True)
        dots = [_around(px, py, CLEAR) for k, (px, py, _) in enumerate(points) if k != i]
        others = [*taken, *names, *dots, _around(x, y, OWN)]
        spot = next((s for s in _spots(x, y, width, size) if _free(_box(s, width, size), frame, others)), None)
        placed.append(Placed(name, spot))
        if spot is not None:
            names.append(_box(spot, width, size))
    return placed


def _around(x: float, y: float, reach: float) -> Box:
    return x - reach, y - reach, x + reach, y + reach


def _spots(x: float, y: float, width: float, size: float) -> list[tuple[float, float]]:
    up = GAP + size / 2
    return [(x + GAP, y), (x - GAP - width, y), (x - width / 2, y - up), (x - width / 2, y + up)]


def _box(spot: tuple[float, float], width: float, size: float) -> Box:
    return spot[0] - 2, spot[1] - size * 0.65, spot[0] + width + 2, spot[1] + size * 0.65


def _free(box: Box, frame: Box, others: Iterable[Box]) -> bool:
    inside = box[0] >= frame[0] and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3]
    return inside and not any(touch(box, other) for other in others)


def touch(a: Box, b: Box) -> bool:
    """Whether two boxes overlap."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
