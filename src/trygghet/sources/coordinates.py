"""Points in SWEREF 99 TM: checked, mended where the mistake is certain, and placed in a sub-area."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from trygghet.clean import categorical, key
from trygghet.errors import Fault, InputError
from trygghet.workspace import Workspace
from trygghet.yamlfile import shown_name

if TYPE_CHECKING:
    import geopandas as gpd

# metres; Sweden and its sea with a margin, SWEREF 99 TM (EPSG:3006)
NORTH = (6_090_000, 7_720_000)
EAST = (180_000, 1_010_000)
# RT 90 2.5 gon V (EPSG:3021): the same northings, eastings that begin with 1
RT90_EAST = (1_170_000, 1_900_000)
DEGREES_NORTH, DEGREES_EAST = (55.0, 69.5), (10.0, 24.5)
SWEREF = "EPSG:3006"


@dataclass(frozen=True)
class Placed:
    """Coordinates after the check.

    Attributes
    ----------
    north, east : metres, SWEREF 99 TM; NaN where the place is unknown.
    swapped : rows whose axes were exchanged and are put right.
    unknown : rows without a place: empty, or both zero.
    wrong : position to rule id, for coordinates that cannot be used.
    """

    north: np.ndarray
    east: np.ndarray
    swapped: np.ndarray
    unknown: np.ndarray
    wrong: dict[int, str]


def check(north: np.ndarray, east: np.ndarray) -> Placed:
    """Sort coordinates into good, swapped, unknown and wrong.

    Parameters
    ----------
    north, east : metres, NaN for empty cells. The two axes' ranges in Sweden do not overlap, so an
        exchange is certain; it is put right. Degrees and RT 90 are named, not converted.
    """
    n, e = np.asarray(north, dtype=float), np.asarray(east, dtype=float)
    unknown = np.isnan(n) | np.isnan(e) | ((n == 0) & (e == 0))
    good = _within(n, NORTH) & _within(e, EAST)
    swapped = _within(n, EAST) & _within(e, NORTH)
    degrees = (_within(n, DEGREES_NORTH) & _within(e, DEGREES_EAST)) | (
        _within(e, DEGREES_NORTH) & _within(n, DEGREES_EAST)
    )
    rt90 = (_within(n, NORTH) & _within(e, RT90_EAST)) | (_within(e, NORTH) & _within(n, RT90_EAST))
    wrong = {}
    for at in np.flatnonzero(~(unknown | good | swapped)):
        wrong[int(at)] = "S31-DEGREES" if degrees[at] else "S32-RT90" if rt90[at] else "S33-OUTSIDE-SWEDEN"
    north_out, east_out = np.where(swapped, e, n), np.where(swapped, n, e)
    usable = good | swapped
    return Placed(np.where(usable, north_out, np.nan), np.where(usable, east_out, np.nan), swapped, unknown, wrong)


def _within(values: Any, limits: tuple[float, float]) -> Any:
    return (values >= limits[0]) & (values <= limits[1])


def read_boundaries(ws: Workspace) -> gpd.GeoDataFrame | None:
    """The sub-areas' borders in SWEREF 99 TM, indexed by sub-area id; None when there are none.

    GeoPackage, GeoJSON and shapefile alike; the areas' ids or names stand in a column id, area, name or namn.

    Raises
    ------
    InputError : T01 no file, S34 unreadable, T12 no such column, S36 no coordinate system; and all at once S35 a
        sub-area without border, S37 a border that is no surface, S38 a border without sub-area, S39 one elsewhere.
    """
    if not ws.settings.boundaries:
        return None
    path = ws.folder / ws.settings.boundaries
    file = shown_name(path, ws.folder)
    if not path.is_file():
        raise InputError(Fault(file, 0, "", "T01-NO-FILE"))
    frame = _read_geometry(path, file)
    ids = ws.area_labels
    column = next((c for c in ("id", "area", "name", "namn") if c in frame.columns), None)
    if column is None:
        raise InputError(Fault(file, 0, "id", "T12-MISSING-COLUMN", {"near": ""}))
    by_key = {key(text): area for area, label in ids.items() for text in (label, area)}
    written = frame[column].astype(str)
    frame = frame.assign(area=[by_key.get(key(text), "") for text in written], written=written)
    if faults := [*_border_faults(frame, file, column), *_missing_borders(frame, ids, file, column)]:
        raise InputError(faults)
    return frame[["area", "geometry"]].dissolve(by="area").loc[list(ids)]


def _border_faults(frame: gpd.GeoDataFrame, file: str, column: str) -> Iterator[Fault]:
    """What is wrong with each border, by row of the map."""
    west, south, east, north = (frame.bounds[side] for side in ("minx", "miny", "maxx", "maxy"))
    elsewhere = ~(_within(west, EAST) & _within(east, EAST) & _within(south, NORTH) & _within(north, NORTH))
    surface = frame.geom_type.isin(["Polygon", "MultiPolygon"]) & ~frame.geometry.is_empty
    for at, (area, written) in enumerate(zip(frame["area"], frame["written"], strict=True)):
        values = {"area": written}
        if not area:
            yield Fault(file, at + 1, column, "S38-UNKNOWN-BORDER", values)
        elif not surface.iloc[at]:
            yield Fault(file, at + 1, column, "S37-NOT-A-SURFACE", values)
        elif elsewhere.iloc[at]:
            yield Fault(file, at + 1, column, "S39-BORDER-ELSEWHERE", values)


def _missing_borders(frame: gpd.GeoDataFrame, ids: dict[str, str], file: str, column: str) -> Iterator[Fault]:
    known = set(frame["area"])
    return (Fault(file, 0, column, "S35-NO-BORDER", {"area": name}) for area, name in ids.items() if area not in known)


def _read_geometry(path: Path, file: str) -> gpd.GeoDataFrame:
    """The map in SWEREF 99 TM, borders that cross themselves mended."""
    import geopandas

    try:
        sys.audit("open", str(path), "r", 0)  # it is read past Python, which would tell of it
        frame = geopandas.read_file(path)
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(Fault(file, 0, "", "S34-NOT-A-MAP")) from error
    if not isinstance(frame, geopandas.GeoDataFrame):
        raise InputError(Fault(file, 0, "", "S34-NOT-A-MAP"))
    # GeoJSON without a system is taken as degrees; numbers that are none give away that it is not.
    metres = frame.crs is not None and frame.crs.is_geographic and bool((frame.bounds.abs() > 180).any(axis=None))
    if frame.crs is None or metres:
        raise InputError(Fault(file, 0, "", "S36-NO-SYSTEM", {"crs": SWEREF}))
    frame = frame.to_crs(SWEREF)
    return frame.set_geometry(frame.geometry.make_valid())


def sub_areas(north: np.ndarray, east: np.ndarray, borders: gpd.GeoDataFrame | None) -> pd.Categorical:
    """The sub-area each point lies in; missing where it lies in none or the place is unknown."""
    if borders is None:
        return pd.Categorical([None] * len(north), categories=[])
    import geopandas
    import shapely

    areas = list(borders.index)
    codes = np.full(len(north), -1, dtype=np.int16)
    known = np.flatnonzero(~np.isnan(north))
    points = geopandas.GeoSeries(shapely.points(east[known], north[known]), crs=SWEREF)
    at, inside = borders.sindex.query(points, predicate="intersects")
    codes[known[at]] = inside
    return categorical(codes, areas)
