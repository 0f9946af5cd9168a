"""A map of sub-areas: each area's estimate beside it, hatching where nothing is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from shapely import affinity

from trygghet import tables, values
from trygghet.blocks import BlockError, Caption, Figure
from trygghet.charts.dots import Look
from trygghet.charts.ground import SWEREF, fill, scale_bar
from trygghet.charts.sheet import Sheet, Size, figure, text_width
from trygghet.messages import Words
from trygghet.problems import load_offences
from trygghet.style import SEQUENCE

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

CRIME = "crime:"
MAP_HEIGHT, NARROW_HEIGHT = 560, 420
LINE = 18
"""Height in px of a line of a label: the name, the number and the base."""
CHIP = 22
"""Side in px of the square in the area's colour beside its label: the smallest area too can be told by it."""
LEADER, NARROW_LEADER = 46, 24
"""Least room in px for the lines between map and labels."""


@dataclass(frozen=True)
class _Area:
    """An area: what is written beside it, and the step of its colour (None: hatched)."""

    label: str
    number: str
    step: int | None
    shape: Any
    base: str = ""

    @property
    def colour(self) -> str | None:
        return None if self.step is None else SEQUENCE[self.step]


def area_map(
    estimates: pd.DataFrame,
    areas: GeoDataFrame,
    words: Words,
    caption: Caption,
    *,
    labels: Mapping[Any, str],
    look: Look | None = None,
) -> Figure:
    """Sub-areas coloured by estimate, each with a line to its name and number at the side.

    Parameters
    ----------
    estimates : one row an area in the column group; columns n, estimate, ci_low, ci_high, unit, and suppressed,
        reason, flags when there are such. An area without a row is hatched like a suppressed one.
    areas : columns id (as group) and geometry, in a coordinate system that it names; drawn in SWEREF 99 TM.
    labels : group, or (group_by, group), to its name.
    look : ``base`` and ``limit`` as in the dot plots.

    Raises
    ------
    BlockError : no area, a missing column, no coordinate system, an area without a name, or an offence group
        that may not stand on a map.
    """
    look = look or Look()
    _refuse_sensitive(estimates)
    if areas.empty or "id" not in areas.columns or areas.crs is None:
        raise BlockError.said("charts.areas")
    projected = areas.to_crs(SWEREF)
    shapes = dict(zip(projected["id"].astype(str), projected.geometry, strict=True))
    rows = {str(r["group"]): {str(k): v for k, v in r.items()} for r in estimates.to_dict("records")}
    names = {area: _name(area, rows.get(area, {}), labels) for area in shapes}
    width = _class_width(rows.values())
    drawn = [
        _Area(names[area], *_shown(rows.get(area), width, words), shape, _base(rows.get(area), look, words))
        for area, shape in shapes.items()
    ]
    told = [f"{names[area]}: {_spoken(rows.get(area), look, words)}" for area in shapes]
    labelled = estimates[estimates["group"].astype(str).isin(shapes)]
    table = tables.estimates_table(
        labelled.assign(label=[names[str(g)] for g in labelled["group"]]),
        words,
        id=f"{caption.id}-table",
        caption=caption.title,
        base=look.base,
        limit=look.limit,
    )
    alt = words("charts.alt_map", rows="; ".join(told))
    return figure(lambda size: _draw(size, drawn, words), caption, alt=alt, table=table, language=words.language)


def _refuse_sensitive(estimates: pd.DataFrame) -> None:
    """Crime against people's closest is never on a map, whoever asks."""
    if "indicator" not in estimates:
        return
    hidden = {CRIME + item.group for item in load_offences() if item.sensitive}
    if found := hidden & set(estimates["indicator"].astype(str)):
        raise BlockError.said("charts.never_on_a_map", names=tuple(sorted(found)))


def _base(row: Mapping[str, Any] | None, look: Look, words: Words) -> str:
    return values.base_text(row.get("n"), look.base, words) if row is not None and _visible(row) else ""


def _name(area: str, row: Mapping[str, Any], labels: Mapping[Any, str]) -> str:
    for key in ((row.get("group_by"), area), ("area", area), area):
        if key in labels:
            return labels[key]
    raise BlockError.said("charts.no_label", names=(area,))


def _visible(row: Mapping[str, Any] | None) -> bool:
    if row is None or not values.present(row.get("estimate")):
        return False
    hidden = row.get("suppressed", False)
    return bool(pd.isna(hidden)) or not hidden


def _class_width(rows: Any) -> float:
    """Width of the colour classes: the least round one that needs no more than there are colours."""
    top = max([float(row["estimate"]) for row in rows if _visible(row)], default=1.0)
    size = 10.0 ** floor(float(np.log10(max(top, 1e-9) / len(SEQUENCE))))
    return next(size * m for m in (1, 2, 5, 10, 20) if size * m * len(SEQUENCE) > top)


def _shown(row: Mapping[str, Any] | None, width: float, words: Words) -> tuple[str, int | None]:
    if row is None or not _visible(row):
        return words("charts.map_hidden"), None
    number = values.spoken(row["estimate"], row["ci_low"], row["ci_high"], str(row.get("unit", "share")), words)
    return number, min(int(float(row["estimate"]) / width + 1e-9), len(SEQUENCE) - 1)


def _spoken(row: Mapping[str, Any] | None, look: Look, words: Words) -> str:
    if row is None or not _visible(row):
        return values.reason(row or {}, look.base, look.limit, words)
    unit = str(row.get("unit", "share"))
    told = values.spoken(row["estimate"], row["ci_low"], row["ci_high"], unit, words)
    base = values.base_text(row.get("n"), look.base, words)
    return f"{told}, {base}" if base else told


def _draw(size: Size, drawn: Sequence[_Area], words: Words) -> Sheet:
    beside = max(_label_width(area, size) for area in drawn) + CHIP + 10
    leader, highest = (NARROW_LEADER, NARROW_HEIGHT) if size.narrow else (LEADER, MAP_HEIGHT)
    room = (size.width - beside - leader, highest)
    bounds = shapely.total_bounds([area.shape for area in drawn])
    west, south, east, north = bounds
    scale = min(room[0] / (east - west), room[1] / (north - south))
    width, height = (east - west) * scale, (north - south) * scale
    slot = _slot(drawn)
    tall = max(height, slot * len(drawn))
    top = 6 + (tall - height) / 2
    matrix = [scale, 0, 0, -scale, 2 - west * scale, top + north * scale]
    placed = [replace(area, shape=affinity.affine_transform(area.shape, matrix)) for area in drawn]
    sheet = Sheet(size, tall + 46)
    for area in placed:
        fill(sheet, shapely.simplify(area.shape, 0.3), area.colour)
    _labels(sheet, placed, width + leader, (6, 6 + tall))
    scale_bar(sheet, (2.0, tall + 30), scale, words)
    return sheet


def _slot(areas: Sequence[_Area]) -> float:
    """Height of a label: two lines, or three where any area has a base to print."""
    return LINE * (3 if any(area.base for area in areas) else 2) + 7


def _label_width(area: _Area, size: Size) -> float:
    return max(text_width(area.label, size.small, True), *(text_width(t, size.small) for t in (area.number, area.base)))


def _labels(sheet: Sheet, areas: Sequence[_Area], left: float, span: tuple[float, float]) -> None:
    """Names, numbers and bases in a column beside the map, each with its colour and a line to its area."""
    points, small = [_centre(area.shape) for area in areas], sheet.size.small
    heights = _heights(points, left, span, _slot(areas))
    for area, (x, y), middle in zip(areas, points, heights, strict=True):
        sheet.polyline([(x, y), (left - 14, middle), (left - 4, middle)], "muted")
        sheet.bar((x - 2.5, x + 2.5), y, 5, "ink")
        fill(sheet, shapely.box(left, middle - CHIP / 2, left + CHIP, middle + CHIP / 2), area.colour)
        texts = [(area.label, "ink"), (area.number, "ink" if area.step is not None else "muted")]
        texts += [(area.base, "muted")] if area.base else []
        for i, (text, colour) in enumerate(texts):
            at = middle + LINE * (i - (len(texts) - 1) / 2)
            sheet.text(left + CHIP + 8, at, text, colour, bold=i == 0, size=small)


def _heights(points: Sequence[tuple[float, float]], left: float, span: tuple[float, float], slot: float) -> list[float]:
    """Heights of the labels: near their areas, a slot apart, and in an order in which no two lines cross."""
    order = sorted(range(len(points)), key=lambda i: points[i][1])
    heights = _spread([points[i][1] for i in order], span, slot)
    for _ in order:
        for k in range(len(order) - 1):
            pair = [shapely.LineString([points[order[k + j]], (left - 14, heights[k + j])]) for j in (0, 1)]
            if pair[0].crosses(pair[1]):
                order[k], order[k + 1] = order[k + 1], order[k]
    return [heights[order.index(i)] for i in range(len(points))]


def _spread(wanted: Sequence[float], span: tuple[float, float], slot: float) -> list[float]:
    """Rising heights moved apart to at least a slot, inside the span."""
    heights = list(wanted)
    least = span[0] + slot / 2
    for i, height in enumerate(heights):
        heights[i] = least = max(height, least)
        least += slot
    most = span[1] - slot / 2
    for i in reversed(range(len(heights))):
        heights[i] = most = min(heights[i], most)
        most -= slot
    return heights


def _centre(shape: Any) -> tuple[float, float]:
    """Centre of the largest circle inside."""
    (x, y), _ = shapely.maximum_inscribed_circle(shape, tolerance=0.5).coords
    return x, y
