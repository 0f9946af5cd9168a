"""Counts on a square or hexagonal grid in SWEREF 99 TM.

The grid has its origin at 0, 0 whatever the data, so that the same cell is the same ground in every year and
every report. `cell` is the side of a square, or the distance between the centres of two hexagons that share a side.
"""

from __future__ import annotations

from collections.abc import Hashable
from math import sqrt
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike
from scipy import sparse

from trygghet.place.common import PlaceError, metres

Shape = Literal["hex", "square"]
PILE_SHARE = 0.05
MAX_CELLS = 2_000_000
_SQUARE = tuple((dx, dy) for dy in (-1, 0, 1) for dx in (-1, 0, 1))
# Odd rows of hexagons lie half a cell to the right.
_HEX_EVEN = ((0, 0), (-1, 0), (1, 0), (-1, -1), (0, -1), (-1, 1), (0, 1))
_HEX_ODD = ((0, 0), (-1, 0), (1, 0), (0, -1), (1, -1), (0, 1), (1, 1))


class Pile(NamedTuple):
    """One coordinate that holds an unlikely share of the points, and what the place is called there, if anything."""

    x: float
    y: float
    n: int
    name: str = ""


def grid_counts(
    x: ArrayLike, y: ArrayLike, *, cell: float = 200.0, shape: Shape = "hex", area: Any = None
) -> pd.DataFrame:
    """Number of points in every cell of a grid, empty cells included.

    Parameters
    ----------
    x, y : (n,) easting and northing in SWEREF 99 TM, metres; a point with either missing is counted as such.
    cell : size of the cells in metres.
    area : shapely polygon in the same system; cells that touch it are returned and points outside it are left
        out and counted. Without it, the cells of the points' bounding box.

    Returns
    -------
    DataFrame, one row a cell by row and column: ``cell, col, row, x, y`` (centre), ``n``, ``area_m2`` (of the
        cell inside `area`). ``attrs``: ``n, n_counted, n_missing, n_outside, share_located, piles`` (coordinates
        with more than 5 % of the points, most often a default point of the geocoder), ``cell_m, shape, warnings``
        (``piled``, ``outside``, ``missing``).

    Raises
    ------
    PlaceError : degrees, exchanged axes, no point at all, an unknown shape, or more than two million cells.
    """
    if shape not in ("hex", "square") or not cell > 0:
        raise PlaceError.said("place.grid")
    east, north = metres(x, y)
    known = np.isfinite(east)
    inside = known.copy()
    if area is not None:
        inside[known] = shapely.intersects_xy(area, east[known], north[known])
    if not inside.any() and area is None:
        raise PlaceError.said("place.no_points")
    bounds = _bounds(east[inside], north[inside]) if area is None else area.bounds
    cells = _cells(bounds, float(cell), shape)
    cells = _within(cells, float(cell), shape, area)
    col, row = locate(east[inside], north[inside], float(cell), shape)
    at = _positions(cells, col, row)
    # A point on the area's very edge may lie in a cell that only touches it there; it is counted as outside.
    cells["n"] = np.bincount(at[at >= 0], minlength=len(cells))
    found = piles(east[inside], north[inside])
    counts: dict[Hashable, Any] = {"n": len(east), "n_counted": int((at >= 0).sum()), "n_missing": int((~known).sum())}
    counts["n_outside"] = counts["n"] - counts["n_counted"] - counts["n_missing"]
    said = {"piled": bool(found), "outside": counts["n_outside"] > 0, "missing": counts["n_missing"] > 0}
    cells.attrs = {
        **counts,
        "share_located": float(known.mean()) if len(known) else float("nan"),
        "piles": found,
        "cell_m": float(cell),
        "shape": shape,
        "warnings": tuple(name for name, holds in said.items() if holds),
    }
    return cells.loc[:, ["cell", "col", "row", "x", "y", "n", "area_m2"]]


def piles(
    x: ArrayLike, y: ArrayLike, *, share: float = PILE_SHARE, names: ArrayLike | None = None, least_named: int = 5
) -> tuple[Pile, ...]:
    """Coordinates (to the metre) that hold more than a share of the points, the largest first.

    Parameters
    ----------
    x, y : (n,) metres; a point with either missing is left out.
    share : of the points, 0–1. Points so few that one would be such a share give none.
    names : (n,) what each point's place is called, empty where nobody has said.
    least_named : a pile bears its most common name when at least so many of its points do.
    """
    points = np.column_stack([np.asarray(x, float), np.asarray(y, float)])
    known = np.isfinite(points).all(axis=1)
    points = points[known]
    if len(points) * share < 1:
        return ()
    whole = np.round(points).astype(np.int64)
    x0, y0 = whole.min(axis=0)
    tall = int(whole[:, 1].max() - y0) + 1
    at = (whole[:, 0] - x0) * tall + whole[:, 1] - y0
    codes, n = np.unique(at, return_counts=True)
    many = np.flatnonzero(n > share * len(points))
    order = many[np.argsort(-n[many], kind="stable")]
    said = np.full(len(at), "") if names is None else np.asarray(names, object)[known]
    return tuple(
        Pile(
            float(codes[i] // tall + x0),
            float(codes[i] % tall + y0),
            int(n[i]),
            _common_name(said[at == codes[i]], least_named),
        )
        for i in order
    )


def _common_name(names: np.ndarray, least: int) -> str:
    given, n = np.unique([str(name) for name in names if isinstance(name, str) and name], return_counts=True)
    return str(given[n.argmax()]) if n.size and n.max() >= least else ""


def locate(x: np.ndarray, y: np.ndarray, cell: float, shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    """(n,) column and row of the cell that holds each point."""
    if shape == "square":
        return np.floor(x / cell).astype(int), np.floor(y / cell).astype(int)
    height = cell * sqrt(3) / 2
    # The centres are two rectangular lattices; the nearest centre is the nearer of the nearest in each.
    even_row = 2 * np.round(y / (2 * height)).astype(int)
    odd_row = 2 * np.floor(y / (2 * height)).astype(int) + 1
    even_col, odd_col = np.round(x / cell).astype(int), np.floor(x / cell).astype(int)
    to_even = (x - even_col * cell) ** 2 + (y - even_row * height) ** 2
    to_odd = (x - (odd_col + 0.5) * cell) ** 2 + (y - odd_row * height) ** 2
    nearer = to_even <= to_odd
    return np.where(nearer, even_col, odd_col), np.where(nearer, even_row, odd_row)


def centres(col: np.ndarray, row: np.ndarray, cell: float, shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    """(n,) easting and northing of the cells' centres."""
    if shape == "square":
        return (col + 0.5) * cell, (row + 0.5) * cell
    return (col + 0.5 * (row % 2)) * cell, row * cell * sqrt(3) / 2


def outlines(x: np.ndarray, y: np.ndarray, cell: float, shape: Shape) -> np.ndarray:
    """(n,) shapely polygons of cells with these centres."""
    found: np.ndarray  # shapely comes without types
    if shape == "square":
        found = shapely.box(x - cell / 2, y - cell / 2, x + cell / 2, y + cell / 2)
        return found
    turn = np.pi / 6 + np.arange(6) * np.pi / 3
    radius = cell / sqrt(3)
    ring = np.stack([x[:, None] + radius * np.cos(turn), y[:, None] + radius * np.sin(turn)], axis=-1)
    found = shapely.polygons(ring)
    return found


def neighbours(cells: pd.DataFrame, *, shape: Shape | None = None) -> sparse.csr_matrix:
    """(cells, cells) matrix with 1 where two cells are the same or touch: 9 squares, 7 hexagons.

    Parameters
    ----------
    cells : from `grid_counts`.
    shape : needed only where the table's attrs were lost on the way.
    """
    kind = shape or cells.attrs.get("shape")
    if kind not in ("hex", "square"):
        raise PlaceError.said("one_of", name="shape", known=("hex", "square"), given=shape)
    col, row = cells["col"].to_numpy(int), cells["row"].to_numpy(int)
    sources, targets = [], []
    steps = (_SQUARE, _SQUARE) if kind == "square" else (_HEX_EVEN, _HEX_ODD)
    for parity, moves in enumerate(steps):
        here = np.flatnonzero(row % 2 == parity)
        for dx, dy in moves:
            at = _positions(cells, col[here] + dx, row[here] + dy)
            sources.append(here[at >= 0])
            targets.append(at[at >= 0])
    i, j = np.concatenate(sources), np.concatenate(targets)
    return sparse.csr_matrix((np.ones(len(i)), (i, j)), shape=(len(cells), len(cells)))


def _positions(cells: pd.DataFrame, col: np.ndarray, row: np.ndarray) -> np.ndarray:
    """(n,) place in the table of the cells with these columns and rows, -1 where it holds none."""
    if cells.empty:
        return np.full(len(col), -1)
    cols, rows = cells["col"].to_numpy(int), cells["row"].to_numpy(int)
    wide, tall = int(np.ptp(cols)) + 1, int(np.ptp(rows)) + 1
    table = np.full(wide * tall, -1)
    table[(rows - rows.min()) * wide + cols - cols.min()] = np.arange(len(cells))
    across, up = col - cols.min(), row - rows.min()
    within = (across >= 0) & (across < wide) & (up >= 0) & (up < tall)
    return np.where(within, table[np.where(within, up * wide + across, 0)], -1)


def _bounds(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float, float]:
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _cells(bounds: tuple[float, float, float, float], cell: float, shape: Shape) -> pd.DataFrame:
    """Every cell of a bounding box, row by row."""
    corners = locate(np.array(bounds[::2]), np.array(bounds[1::2]), cell, shape)
    margin = 1 if shape == "hex" else 0
    cols = np.arange(corners[0].min() - margin, corners[0].max() + margin + 1)
    rows = np.arange(corners[1].min() - margin, corners[1].max() + margin + 1)
    if len(cols) * len(rows) > MAX_CELLS:
        raise PlaceError.said("place.cells", n=len(cols) * len(rows))
    row, col = (part.ravel() for part in np.meshgrid(rows, cols, indexing="ij"))
    x, y = centres(col, row, cell, shape)
    names = [f"{shape}{cell:g}:{c}:{r}" for c, r in zip(col, row, strict=True)]
    frame = pd.DataFrame({"cell": names, "col": col, "row": row, "x": x, "y": y})
    if not margin:
        return frame
    # The margin makes sure no corner is missed; hexagons that lie wholly outside the box go.
    touches: np.ndarray = shapely.intersects(outlines(x, y, cell, shape), shapely.box(*bounds))
    return frame[touches].reset_index(drop=True)


def _within(cells: pd.DataFrame, cell: float, shape: Shape, area: Any) -> pd.DataFrame:
    """Cells with ground inside the area, and how much."""
    full = cell**2 if shape == "square" else cell**2 * sqrt(3) / 2
    if area is None:
        return cells.assign(area_m2=full)
    shapely.prepare(area)
    shapes = outlines(cells["x"].to_numpy(), cells["y"].to_numpy(), cell, shape)
    near: np.ndarray = shapely.intersects(area, shapes)
    ground = shapely.area(shapely.intersection(shapes[near], area))
    kept = cells[near].assign(area_m2=ground)
    return kept[kept["area_m2"] > 0].reset_index(drop=True)
