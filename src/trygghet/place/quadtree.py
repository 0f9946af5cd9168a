"""Squares merged until they may be shown: what is too little for one square is told of a larger one.

The squares are those of a tree with a fixed origin (0, 0 in SWEREF 99 TM): four of one size make one of the next. A
square that may be shown stays as it is. What is left of its larger square, the squares under the rule and the empty
ones, is tried together, and so on up to the largest size; what then is left is not shown at all. So no figure of a
larger square holds one of a smaller that is shown, and none can be subtracted from another.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike

from trygghet.place.squares import LEAST, SIZES, Bounds, square_counts

LARGEST = SIZES[-1]
KM2 = 1e6


def merged_squares(
    x: ArrayLike,
    y: ArrayLike,
    bounds: Bounds,
    *,
    size: int,
    least: int = LEAST,
    named: ArrayLike | None = None,
    residents: pd.DataFrame | None = None,
    fewest: int = 0,
) -> pd.DataFrame:
    """The pieces of the map that may be shown, smallest squares first.

    Parameters
    ----------
    x, y : (n,) easting and northing of points inside the bounds, metres; none missing.
    bounds : west, south, east and north of the map; a piece ends there.
    size : side of the smallest squares, metres; each doubled is the next, to 2,000.
    least, named : as in `square_counts`.
    residents : columns x, y (centre of a square of the population grid, or any point of it) and n. A piece where
        anyone lives, but fewer than `fewest`, is merged further. Without it nobody knows how many live where, and
        only the points themselves are looked at.

    Returns
    -------
    DataFrame: ``col, row, size`` of the square a piece is, or is what is left of, ``n`` points, ``km2`` of ground and
    ``shape`` (shapely).
    """
    points = pd.DataFrame({"x": np.asarray(x, float), "y": np.asarray(y, float)})
    points["named"] = False if named is None else np.asarray(named, bool)
    ground = shapely.box(*bounds)
    pieces: list[dict[str, Any]] = []
    people = pd.DataFrame({"x": [], "y": [], "n": []}) if residents is None else residents
    side = size
    while side <= LARGEST and len(points):
        found = square_counts(points["x"], points["y"], size=side, least=least, named=points["named"])
        lived = _summed(people, side).reindex(pd.MultiIndex.from_frame(found[["col", "row"]]), fill_value=0.0)
        shown = found["shown"] & ~((lived > 0) & (lived < fewest)).to_numpy()
        for col, row, n in found.loc[shown, ["col", "row", "n"]].itertuples(index=False):
            square = shapely.box(col * side, row * side, (col + 1) * side, (row + 1) * side)
            inside = [piece["shape"] for piece in pieces if shapely.intersects(piece["shape"], square)]
            shape = shapely.difference(shapely.intersection(square, ground), shapely.union_all(inside))
            pieces.append({"col": col, "row": row, "size": side, "n": n, "km2": shape.area / KM2, "shape": shape})
        points, people = (_left(frame, found[shown], side) for frame in (points, people))
        side *= 2
    return pd.DataFrame(pieces, columns=["col", "row", "size", "n", "km2", "shape"])


def _at(frame: pd.DataFrame, side: int) -> pd.MultiIndex:
    """Column and row of the square each point lies in."""
    return pd.MultiIndex.from_arrays([np.floor(frame[axis] / side).astype(int) for axis in ("x", "y")])


def _summed(people: pd.DataFrame, side: int) -> pd.Series:
    return people["n"].astype(float).groupby(_at(people, side)).sum()


def _left(frame: pd.DataFrame, shown: pd.DataFrame, side: int) -> pd.DataFrame:
    """The points that lie in no square shown."""
    return frame[~_at(frame, side).isin(pd.MultiIndex.from_frame(shown[["col", "row"]]))]
