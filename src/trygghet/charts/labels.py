"""Where names fit on a chart without touching marks, edges or each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import copysign

from trygghet.charts.sheet import text_width

Box = tuple[float, float, float, float]
GAP = 10.0
FAR = tuple(range(34, 160, 18))
"""How far above or below its point a name may stand, at the end of a line, when there is no room beside it."""
ASIDE = 4.0
"""How far past the end of its line a name begins or ends that is not over the middle of it, px."""
OWN, CLEAR = 7.0, 13.0
"""Half the side in px of the box kept free around a name's own point, and around every other one: a name must not
seem to belong to a neighbour."""


@dataclass(frozen=True)
class Placed:
    """A name with its left end and the middle of its height, px; None where it found no room.

    ``line`` is the line from its point where the name had to stand away from it: (x, top, x, bottom).
    """

    text: str
    at: tuple[float, float] | None
    line: Box | None = None


def beside(
    points: Sequence[tuple[float, float, str]], *, frame: Box, size: float, taken: Iterable[Box] = ()
) -> list[Placed]:
    """Names beside their points: right, left, above or below, whichever is free first; else at the end of a line.

    Parameters
    ----------
    points : (x, y, name) in px, the most important first.
    frame : left, top, right and bottom of where names may stand.
    size : of the text, px.
    taken : boxes where nothing may stand; the points themselves are kept free.
    """
    room = _Room(points, frame, size, tuple(taken))
    order = [*range(len(points))]
    best = room.placed(order)
    for _ in range(len(points)):
        # those without room go before the rest, which often have more than one place to choose from
        left_out = [i for i in order if best[i].at is None]
        order = [*left_out, *(i for i in order if i not in left_out)]
        again = room.placed(order)
        if sum(name.at is None for name in again) >= len(left_out):
            break
        best = again
    return best


@dataclass(frozen=True)
class _Room:
    points: Sequence[tuple[float, float, str]]
    frame: Box
    size: float
    taken: tuple[Box, ...]

    def placed(self, order: Sequence[int]) -> list[Placed]:
        """Every name where there is still room when its turn comes."""
        names: list[Box] = []
        found: dict[int, Placed] = {}
        for i in order:
            x, y, name = self.points[i]
            width = text_width(name, self.size, True)
            dots = [_around(px, py, CLEAR) for k, (px, py, _) in enumerate(self.points) if k != i]
            others = [*self.taken, *names, *dots, _around(x, y, OWN)]
            near = (Placed(name, spot) for spot in _spots(x, y, width, self.size))
            fits = (p for p in chain(near, self._away(i, width)) if _fits(p, width, self.size, self.frame, others))
            found[i] = next(fits, Placed(name, None))
            names += _boxes(found[i], width, self.size)
        return [found[i] for i in range(len(self.points))]

    def _away(self, i: int, width: float) -> Iterator[Placed]:
        """A name above or below its point, over the middle or to one side of it, moved in at the frame's sides."""
        x, y, name = self.points[i]
        for reach in (way * d for d in FAR for way in (-1, 1)):
            ends = sorted((y + reach - copysign(10, reach), y + copysign(OWN + 1, reach)))
            for start in (x - width / 2, x - ASIDE, x - width + ASIDE):
                left = min(max(start, self.frame[0] + 4), self.frame[2] - width - 4)
                yield Placed(name, (left, y + reach), (x, ends[0], x, ends[1]))


def _boxes(name: Placed, width: float, size: float) -> list[Box]:
    if name.at is None:
        return []
    line = [(name.line[0] - 3, name.line[1], name.line[2] + 3, name.line[3])] if name.line else []
    return [_box(name.at, width, size), *line]


def _fits(name: Placed, width: float, size: float, frame: Box, others: Sequence[Box]) -> bool:
    return all(_free(box, frame, others) for box in _boxes(name, width, size))


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
