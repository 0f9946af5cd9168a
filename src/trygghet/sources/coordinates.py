"""Points in SWEREF 99 TM: checked, mended where the mistake is certain, and placed in a sub-area."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trygghet.clean import categorical
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


def _within(values: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    return (values >= limits[0]) & (values <= limits[1])


def read_boundaries(ws: Workspace) -> gpd.GeoDataFrame | None:
    """The sub-areas' borders in SWEREF 99 TM, indexed by sub-area id; None when there are none.

    Raises
    ------
    InputError : T01 no file, S34 unreadable, S35 a sub-area without border, or a border without sub-area.
    """
    if not ws.settings.boundaries:
        return None
    path = ws.folder / ws.settings.boundaries
    file = shown_name(path, ws.folder)
    if not path.is_file():
        raise InputError(Fault(file, 0, "", "T01-NO-FILE"))
    frame = _read_geometry(path, file)
    ids = ws.area_labels
    by_name = {label: area for area, label in ids.items()}
    column = next((c for c in ("id", "area", "name", "namn") if c in frame.columns), None)
    if column is None:
        raise InputError(Fault(file, 0, "id", "T12-MISSING-COLUMN", {"near": ""}))
    areas = [text if text in ids else by_name.get(text, "") for text in frame[column].astype(str)]
    missing = [ids[area] for area in ids if area not in areas]
    if missing:
        raise InputError([Fault(file, 0, column, "S35-NO-BORDER", {"area": name}) for name in missing])
    kept = frame.assign(area=areas)[["area", "geometry"]]
    return kept[kept["area"] != ""].dissolve(by="area").loc[list(ids)]


def _read_geometry(path: Path, file: str) -> gpd.GeoDataFrame:
    import geopandas

    try:
        frame = geopandas.read_file(path)
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(Fault(file, 0, "", "S34-NOT-A-MAP")) from error
    if frame.crs is None:
        raise InputError(Fault(file, 0, "", "S34-NOT-A-MAP"))
    return frame.to_crs(SWEREF)


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
