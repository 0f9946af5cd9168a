"""A map of squares: how many reports each holds, in classes, with the hot places outlined and lettered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from shapely import affinity

from trygghet.blocks import BlockError, Caption, Figure, Table
from trygghet.charts.ground import SWEREF, fill, outline, scale_bar
from trygghet.charts.labels import Box, touch
from trygghet.charts.sheet import LEADING, Sheet, Size, figure, needed, text_width, wrapped
from trygghet.messages import EN_DASH, Words
from trygghet.style import SEQUENCE, on

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

LEAST = 5
"""Fewest reports of a square; what holds fewer is not told from nothing."""
CLASSES = (0, 10, 50, 200, 500, 1000)
"""Least number of reports a square kilometre of each class, so that squares of different size compare."""
MAP_WIDTH = 470
CHIP, ROW, LETTER, DOT = 20, 26, 19, 2.6
STEP = 6
"""Distance in px between the spots that are tried for an area's name."""


@dataclass(frozen=True)
class Place:
    """A hot place: its letter on the map, the centres of its squares (easting, northing), and what is said of it."""

    letter: str
    centres: tuple[tuple[float, float], ...]
    text: str


@dataclass(frozen=True)
class Ground:
    """What the squares lie on.

    Attributes
    ----------
    bounds : west, south, east and north of the map, metres in SWEREF 99 TM.
    size : side of the smallest squares, metres; hot places are made of them.
    areas : columns id and geometry with a coordinate system, or None.
    names : id to the area's name.
    """

    bounds: tuple[float, float, float, float]
    size: float
    areas: GeoDataFrame | None
    names: dict[str, str]


@dataclass(frozen=True)
class Key:
    """What the key holds: the highest class, whether the dot is explained, and each hot place's lines."""

    top: int
    lasting: bool
    lines: list[tuple[str, list[str]]]

    @property
    def height(self) -> float:
        """Height in px."""
        texts = sum(LEADING * len(text) + 10 for _, text in self.lines) + (ROW if self.lasting else 0)
        return 8 + LEADING + ROW * (self.top + 2) + (38 + texts if self.lines else 0)


def grid_map(
    squares: pd.DataFrame,
    ground: Ground,
    words: Words,
    caption: Caption,
    *,
    hot: Sequence[Place] = (),
    table: Table | None = None,
) -> Figure:
    """Squares coloured by class of reports a square kilometre; other ground blank, whether it holds few or none.

    Parameters
    ----------
    squares : columns shape (shapely, SWEREF 99 TM), n, km2, and lasting (hot in every year looked at: marked with a
        dot); only those that may be shown. They may be of different size and do not overlap.
    ground : see `Ground`.
    hot : hot places, outlined; said again beside the map.
    table : the numbers behind.

    Raises
    ------
    BlockError : no squares, a missing column, or a square with fewer reports than may be shown.
    """
    needed(squares, ("shape", "n", "km2", "lasting"))
    if (squares["n"] < LEAST).any():
        raise BlockError.said("charts.few_in_square", least=LEAST)
    steps = np.searchsorted(CLASSES, (squares["n"] / squares["km2"]).to_numpy(), side="right") - 1
    told = [
        words("place.grid.alt_class", n=int((steps == k).sum()), label=_class(k, words)) for k in sorted(set(steps))
    ]
    alt = words("place.grid.alt", size=int(ground.size), classes="; ".join(told))
    if hot:
        alt += " " + words("place.grid.alt_hot", places=". ".join(f"{place.letter}: {place.text}" for place in hot))
    drawn = squares.assign(step=steps)
    return figure(
        lambda size: _draw(size, drawn, ground, hot, words),
        caption, alt=alt, table=table, language=words.language,
    )  # fmt: skip


def _class(k: int, words: Words) -> str:
    if k == 0:
        return words("place.grid.few", n=CLASSES[1])
    low = words.number(CLASSES[k])
    return words("place.grid.most", n=low) if k == len(CLASSES) - 1 else f"{low}{EN_DASH}{CLASSES[k + 1] - 1}"


def _colour(k: int) -> str:
    return SEQUENCE[k + 1]


def _draw(size: Size, squares: pd.DataFrame, ground: Ground, hot: Sequence[Place], words: Words) -> Sheet:
    west, south, east, north = ground.bounds
    width = float(size.width if size.narrow else MAP_WIDTH)
    scale = (width - 4) / (east - west)
    height = (north - south) * scale
    matrix = [scale, 0, 0, -scale, 2 - west * scale, 2 + north * scale]
    corner = (0.0, height + 56) if size.narrow else (width + 24, 8.0)
    key = Key(int(squares["step"].max()), bool(squares["lasting"].any()), _key_lines(hot, size, corner[0]))
    sheet = Sheet(size, corner[1] + key.height if size.narrow else max(height + 44, corner[1] + key.height))
    cells = [affinity.affine_transform(shape, matrix) for shape in squares["shape"]]
    for cell, step in zip(cells, squares["step"], strict=True):
        fill(sheet, cell, _colour(step), edge="line", width=0.6)
    for cell, step, lasting in zip(cells, squares["step"], squares["lasting"], strict=True):
        if lasting:
            fill(sheet, cell.centroid.buffer(DOT), on(step + 1), edge=on(step + 1), width=0)
    covered = _letters(sheet, hot, ground.size, matrix)
    frame = shapely.box(2, 2, 2 + (east - west) * scale, 2 + height)
    letters = [shapely.box(*box) for box in covered]
    dark = [cell for cell, step in zip(cells, squares["step"], strict=True) if on(step + 1) != "on-low"]
    _areas(sheet, ground, matrix, frame, ([*cells, *letters], [*dark, *letters]))
    outline(sheet, frame, "axis", 1)
    scale_bar(sheet, (2.0, height + 26), scale, words)
    _key(sheet, corner, key, words)
    return sheet


def _cells(centres: np.ndarray, size: float, matrix: list[float]) -> list[Any]:
    half = size / 2
    x, y = centres[:, 0], centres[:, 1]
    return [affinity.affine_transform(box, matrix) for box in shapely.box(x - half, y - half, x + half, y + half)]


def _letters(sheet: Sheet, hot: Sequence[Place], size: float, matrix: list[float]) -> list[Box]:
    """Outlines of the hot places, each with its letter at a free corner; the boxes of the letters."""
    taken: list[Box] = []
    for place in hot:
        shape = shapely.union_all(_cells(np.array(place.centres, float), size, matrix))
        outline(sheet, shape, "card", 4.5)
        outline(sheet, shape, "ink", 2.2)
    for place in hot:
        shape = shapely.union_all(_cells(np.array(place.centres, float), size, matrix))
        left, top = _corner(shape.bounds, sheet, taken)
        taken.append((left, top, left + LETTER, top + LETTER))
        _letter(sheet, (left, top), place.letter)
    return taken


def _letter(sheet: Sheet, corner: tuple[float, float], letter: str) -> None:
    left, middle = corner[0], corner[1] + LETTER / 2
    sheet.bar((left, left + LETTER), middle, LETTER, "ink")
    sheet.text(left + LETTER / 2, middle, letter, "on-high", align="center", bold=True, size=14)


def _corner(bounds: Box, sheet: Sheet, taken: Sequence[Box]) -> tuple[float, float]:
    left, top, right, bottom = bounds
    spots = [(right, top - LETTER), (left - LETTER, top - LETTER), (right, bottom), (left - LETTER, bottom)]
    for x, y in spots:
        box = (x, y, x + LETTER, y + LETTER)
        if x >= 2 and y >= 2 and box[2] <= sheet.size.width and not any(touch(box, other) for other in taken):
            return x, y
    return spots[0]


def _areas(
    sheet: Sheet, ground: Ground, matrix: list[float], frame: Any, used: tuple[Sequence[Any], Sequence[Any]]
) -> None:
    """Borders between sub-areas, and the name of each where it finds room off what is drawn, or off the dark of it."""
    if ground.areas is None:
        return
    shapes, named = ground.areas.to_crs(SWEREF), list[Any]()
    for area, shape in zip(shapes["id"].astype(str), shapes.geometry, strict=True):
        part = shapely.intersection(affinity.affine_transform(shape, matrix), frame)
        if part.is_empty or part.area < 1:
            continue
        outline(sheet, part, "muted", 1.2)
        name = ground.names.get(area, area)
        width = text_width(name, sheet.size.small, True)
        spots = (_room(part, shapely.union_all([*drawn, *named]), width) for drawn in used)
        spot = next((spot for spot in spots if spot is not None), None)
        if spot is not None:
            sheet.text(*spot, name, "ink", align="center", bold=True, size=sheet.size.small)
            named.append(_text_box(spot, width))


def _text_box(spot: tuple[float, float], width: float) -> Any:
    return shapely.box(spot[0] - width / 2 - 4, spot[1] - 11, spot[0] + width / 2 + 4, spot[1] + 11)


def _room(part: Any, used: Any, width: float) -> tuple[float, float] | None:
    """Where a name this wide fits inside the area and off everything drawn, nearest the area's middle."""
    west, north, east, south = part.bounds
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(west, east, STEP), np.arange(north, south, STEP)))
    middle = part.centroid
    order = np.argsort((x - middle.x) ** 2 + (y - middle.y) ** 2, kind="stable")
    x, y = x[order], y[order]
    boxes = shapely.box(x - width / 2 - 4, y - 11, x + width / 2 + 4, y + 11)
    found = np.flatnonzero(shapely.contains(part, boxes) & ~shapely.intersects(used, boxes))
    return (float(x[found[0]]), float(y[found[0]])) if found.size else None


def _key_lines(hot: Sequence[Place], size: Size, left: float) -> list[tuple[str, list[str]]]:
    room = size.width - left - LETTER - 10
    return [(place.letter, wrapped(place.text, room, size.small)) for place in hot]


def _key(sheet: Sheet, corner: tuple[float, float], key: Key, words: Words) -> None:
    """What the colours, the dot and the letters say."""
    left, y = corner
    small = sheet.size.small
    sheet.text(left, y + 8, words("place.grid.key"), bold=True, size=small)
    y += 8 + LEADING
    for k in range(-1, key.top + 1):
        chip = shapely.box(left + 1, y, left + CHIP, y + CHIP - 1)
        fill(sheet, chip, "card" if k < 0 else _colour(k))
        text = words("place.grid.blank") if k < 0 else _class(k, words)
        sheet.text(left + CHIP + 8, y + CHIP / 2, text, size=small)
        y += ROW
    if not key.lines:
        return
    y += 18
    sheet.text(left, y, words("place.grid.hot_key"), bold=True, size=small)
    y += 20
    if key.lasting:
        fill(sheet, shapely.Point(left + LETTER / 2, y + LETTER / 2).buffer(DOT), "ink", edge="ink", width=0)
        sheet.text(left + LETTER + 9, y + LETTER / 2, words("place.grid.lasting_key"), size=small)
        y += ROW
    for letter, texts in key.lines:
        _letter(sheet, (left, y), letter)
        for i, text in enumerate(texts):
            sheet.text(left + LETTER + 9, y + LETTER / 2 + LEADING * i, text, size=small)
        y += LEADING * len(texts) + 10
