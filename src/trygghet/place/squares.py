"""Squares that may be shown: the part of the map where most reports lie, the finest size that hides few of them,
and the places where squares stay hot.

A square is shown when it holds enough reports. One that holds fewer is told together with its neighbours
(`trygghet.place.quadtree`) or looks as an empty one does, so that nobody can tell whether something was reported at a
lonely house.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import sparse
from scipy.sparse import csgraph

from trygghet.place.common import PlaceError, metres
from trygghet.place.grid import locate, neighbours
from trygghet.place.hot_cells import hot_cells

SIZES = (250, 500, 1000, 2000)
MOST_ACROSS = 40
BLOCK = 1000
LEAST = 5
LEAST_POINTS = 3
HOT = "high"
Bounds = tuple[float, float, float, float]


class Window(NamedTuple):
    """A square part of the map, and the share 0–1 of the points that lie in it."""

    bounds: Bounds
    share: float


def busiest_window(x: ArrayLike, y: ArrayLike, *, share: float = 0.85, block: float = BLOCK) -> Window:
    """The smallest square of whole blocks that holds a share of the points.

    Parameters
    ----------
    x, y : (n,) easting and northing in SWEREF 99 TM, metres; missing ones are left out.
    share : least share of the points, 0–1.
    block : its sides are whole numbers of so many metres and its corners lie on multiples of them.

    Returns
    -------
    Window with bounds west, south, east, north; of several squares of one size the one with most points.

    Raises
    ------
    PlaceError : no point, degrees, or exchanged axes.
    """
    east, north = metres(x, y)
    known = np.isfinite(east)
    if not known.any():
        raise PlaceError.said("place.no_points")
    col, row = locate(east[known], north[known], block, "square")
    west, south = int(col.min()), int(row.min())
    wide = int(max(np.ptp(col), np.ptp(row))) + 1
    count = np.zeros((wide, wide), int)
    np.add.at(count, (col - west, row - south), 1)
    below = np.pad(count.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    for side in range(1, wide + 1):
        held = below[side:, side:] - below[:-side, side:] - below[side:, :-side] + below[:-side, :-side]
        if held.max() >= share * known.sum():
            break
    i, j = np.unravel_index(held.argmax(), held.shape)
    corner = (west + int(i)) * block, (south + int(j)) * block
    return Window((*corner, corner[0] + side * block, corner[1] + side * block), float(held.max() / known.sum()))


def in_window(x: ArrayLike, y: ArrayLike, bounds: Bounds) -> np.ndarray:
    """(n,) whether each point lies inside: the west and south edges belong to it."""
    east, north = np.asarray(x, float), np.asarray(y, float)
    west, south, right, top = bounds
    return (east >= west) & (east < right) & (north >= south) & (north < top)


def finest_size(
    x: ArrayLike,
    y: ArrayLike,
    bounds: Bounds,
    *,
    sizes: Sequence[int] = SIZES,
    least: int = LEAST,
    share: float = 0.7,
    named: ArrayLike | None = None,
) -> int | None:
    """The smallest square, metres, at which a share of the points lies in squares that may be shown.

    Parameters
    ----------
    x, y : (n,) points inside the bounds.
    sizes : sizes to choose from, rising; those that make more than 40 squares across are passed over.
    least : points a square must hold.
    share : least share of the points in such squares.
    named : as in `square_counts`.

    Returns
    -------
    The size, or None when no size is coarse enough.
    """
    side = bounds[2] - bounds[0]
    for size in sizes:
        if side / size > MOST_ACROSS:
            continue
        squares = square_counts(x, y, size=size, least=least, named=named)
        if squares["n"].where(squares["shown"], 0).sum() >= share * squares["n"].sum():
            return size
    return None


def square_counts(
    x: ArrayLike, y: ArrayLike, *, size: int, least: int = LEAST, named: ArrayLike | None = None
) -> pd.DataFrame:
    """Points in every square that holds any, and whether the number may be shown.

    Parameters
    ----------
    x, y : (n,) easting and northing, metres; none missing.
    size : side of the squares; the grid's origin is 0, 0.
    least : points a square must hold to be shown.
    named : (n,) whether a point lies on a known public place. A square whose points are all at one or two
        coordinates is shown only when most of them do: it may be somebody's home.

    Returns
    -------
    DataFrame by row and column: ``col, row, x, y`` (centre), ``n``, ``shown``.
    """
    east, north = np.asarray(x, float), np.asarray(y, float)
    col, row = locate(east, north, float(size), "square")
    public = np.zeros(len(east), bool) if named is None else np.asarray(named, bool)
    points = pd.DataFrame({"col": col, "row": row, "public": public})
    points["at"] = pd.MultiIndex.from_arrays([np.round(east), np.round(north)]).factorize()[0]
    held = points.groupby(["row", "col"]).agg(n=("at", "size"), apart=("at", "nunique"), public=("public", "mean"))
    held = held.reset_index()
    shown = (held["n"] >= least) & ((held["apart"] >= LEAST_POINTS) | (held["public"] > 0.5))
    middle = {"x": (held["col"] + 0.5) * size, "y": (held["row"] + 0.5) * size}
    return held.assign(**middle, shown=shown)[["col", "row", "x", "y", "n", "shown"]]


def hot_by_period(
    squares: pd.DataFrame, periods: Sequence[tuple[np.ndarray, np.ndarray]], *, size: int, seed: int, n_sim: int = 999
) -> pd.DataFrame:
    """Which squares are hot in each period: with their neighbours at least twice as many as an even spread would give.

    Parameters
    ----------
    squares : the squares that are compared (columns col, row), the ones without points in some period included.
    periods : points (x, y) of each period, oldest first; those in no square are left out.
    size : side of the squares, metres.
    seed, n_sim : of the simulated maps, as in `hot_cells`; an even spread over the squares is what is tested.

    Returns
    -------
    DataFrame of bool, indexed as `squares`, a column for each period by number from 0.
    """
    weights = neighbours(squares, shape="square")
    index = pd.MultiIndex.from_frame(squares[["col", "row"]])
    hot = {}
    for number, (x, y) in enumerate(periods):
        at = index.get_indexer(pd.MultiIndex.from_arrays(locate(x, y, float(size), "square")))
        counts = np.bincount(at[at >= 0], minlength=len(squares))
        hot[number] = (hot_cells(counts, weights, seed=seed, n_sim=n_sim)["tier"] == HOT).to_numpy()
    return pd.DataFrame(hot, index=squares.index)


def clusters(squares: pd.DataFrame, chosen: ArrayLike) -> np.ndarray:
    """(squares,) number from 0 of the group of touching chosen squares each belongs to; −1 outside any.

    Groups are numbered by how many points (column n) they hold, the most first.
    """
    take = np.flatnonzero(np.asarray(chosen, bool))
    found = np.full(len(squares), -1)
    if not take.size:
        return found
    part = squares.iloc[take].reset_index(drop=True)
    near: Any = sparse.csr_matrix(neighbours(part, shape="square"))
    _, label = csgraph.connected_components(near, directed=False)
    total = pd.Series(part["n"].to_numpy()).groupby(label).sum().sort_values(ascending=False, kind="stable")
    rank = pd.Series(range(len(total)), index=total.index)
    found[take] = rank[label].to_numpy()
    return found
