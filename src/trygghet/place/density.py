"""A smooth surface of points: a picture of where they lie, without any test.

The points are shared out on a lattice (each to its four nearest nodes, by distance) and smoothed there; the error
against the exact sum is under a few per cent of the top when the lattice is at most half the bandwidth.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike
from scipy import ndimage

from trygghet.place.common import PlaceError, metres
from trygghet.place.grid import MAX_CELLS

REACH = 4.0
KM2 = 1e6


def suggest_bandwidth(x: ArrayLike, y: ArrayLike) -> float:
    """Bandwidth in metres by the normal reference rule: spread · n^(−1/6).

    The spread of each axis is the smaller of its standard deviation and its interquartile range / 1.34, so that far
    points weigh less; the two are joined by their geometric mean. A town with several centres wants less: half of it.

    Raises
    ------
    PlaceError : fewer than two places.

    References
    ----------
    Scott (1992), Multivariate Density Estimation, section 6.3.
    """
    east, north = metres(x, y)
    known = np.isfinite(east)
    spreads = [_spread(axis[known]) for axis in (east, north)] if known.sum() > 1 else [0.0]
    positive = [spread for spread in spreads if spread > 0]
    if not positive:
        raise PlaceError.said("place.one_place")
    return float(np.exp(np.mean(np.log(positive))) * known.sum() ** (-1 / 6))


def kde(
    x: ArrayLike,
    y: ArrayLike,
    *,
    bandwidth: float,
    cell: float | None = None,
    weights: ArrayLike | None = None,
    area: Any = None,
) -> pd.DataFrame:
    """Gaussian density on a lattice.

    Parameters
    ----------
    x, y : (n,) easting and northing in SWEREF 99 TM, metres; missing ones are left out and counted.
    bandwidth : standard deviation of the kernel, metres. No default: it decides what the picture shows and must be
        stated beside it (`suggest_bandwidth` gives a start).
    cell : distance between nodes, metres; a fifth of the bandwidth when omitted, at most half of it.
    weights : (n,) weight of each point; 1 when omitted.
    area : shapely polygon; nodes outside it are left out, and each node is divided by the part of its kernel that
        lies inside, so that the surface does not fade at the border. Points outside are left out and counted.

    Returns
    -------
    DataFrame ``x, y, density`` (points, or weight, per square kilometre), row by row from the south-west.
        ``attrs``: ``bandwidth, cell_m, n_counted, n_missing, n_outside, edge_corrected``.

    Raises
    ------
    PlaceError : degrees, a bandwidth or cell that is not positive, a cell over half the bandwidth, no point.
    """
    step = float(cell) if cell is not None else float(bandwidth) / 5
    if not (bandwidth > 0 and 0 < step <= bandwidth / 2):
        raise PlaceError.said("place.bandwidth")
    east, north = metres(x, y)
    w = np.ones(len(east)) if weights is None else np.asarray(weights, float).ravel()
    if len(w) != len(east) or not (np.isfinite(w).all() and (w >= 0).all()):
        raise PlaceError.said("place.weights")
    known = np.isfinite(east)
    inside = known.copy()
    if area is not None:
        inside[known] = shapely.intersects_xy(area, east[known], north[known])
    if not inside.any():
        raise PlaceError.said("place.none_inside")
    east, north, w = east[inside], north[inside], w[inside]
    bounds = area.bounds if area is not None else (east.min(), north.min(), east.max(), north.max())
    nodes_x, nodes_y = (_nodes(bounds[i], bounds[i + 2], REACH * bandwidth, step) for i in (0, 1))
    if len(nodes_x) * len(nodes_y) > MAX_CELLS:
        raise PlaceError.said("place.nodes", n=len(nodes_x) * len(nodes_y))
    mass = _share_out(east, north, w, (nodes_x, nodes_y, step))
    smooth = _smooth(mass, bandwidth / step) / step**2 * KM2
    frame = _frame(smooth, nodes_x, nodes_y)
    if area is not None:
        x_nodes, y_nodes = frame["x"].to_numpy(), frame["y"].to_numpy()
        ground = _ground(x_nodes, y_nodes, step, area).reshape(smooth.shape)
        part = _smooth(ground, bandwidth / step).ravel()
        mask = shapely.intersects_xy(area, x_nodes, y_nodes)
        frame = frame.assign(density=frame["density"] / np.maximum(part, 1e-12))[mask].reset_index(drop=True)
    frame.attrs = {
        "bandwidth": float(bandwidth),
        "cell_m": step,
        "n_counted": int(inside.sum()),
        "n_missing": int((~known).sum()),
        "n_outside": int((known & ~inside).sum()),
        "edge_corrected": area is not None,
    }
    return frame


def _spread(values: np.ndarray) -> float:
    deviation = float(np.std(values, ddof=1))
    low, high = np.quantile(values, [0.25, 0.75])
    robust = float(high - low) / 1.34
    return min(deviation, robust) if robust > 0 else deviation


def _nodes(low: float, high: float, margin: float, step: float) -> np.ndarray:
    """Nodes at whole multiples of the step, so that two surfaces with one step lie on the same nodes."""
    first, last = np.floor((low - margin) / step), np.ceil((high + margin) / step)
    return np.arange(first, last + 2) * step


def _share_out(
    x: np.ndarray, y: np.ndarray, w: np.ndarray, lattice: tuple[np.ndarray, np.ndarray, float]
) -> np.ndarray:
    """(rows, columns) weight at each node, every point shared between the four around it."""
    nodes_x, nodes_y, step = lattice
    across, up = (x - nodes_x[0]) / step, (y - nodes_y[0]) / step
    i, j = np.floor(across).astype(int), np.floor(up).astype(int)
    right, above = across - i, up - j
    width = len(nodes_x)
    total = np.zeros(width * len(nodes_y))
    for di, dj, part in (
        (0, 0, (1 - right) * (1 - above)),
        (1, 0, right * (1 - above)),
        (0, 1, (1 - right) * above),
        (1, 1, right * above),
    ):
        total += np.bincount((j + dj) * width + i + di, w * part, minlength=len(total))
    return total.reshape(len(nodes_y), width)


def _smooth(values: np.ndarray, sigma: float) -> np.ndarray:
    smooth: np.ndarray = ndimage.gaussian_filter(values, sigma, mode="constant", truncate=REACH)
    return smooth


def _ground(x: np.ndarray, y: np.ndarray, step: float, area: Any) -> np.ndarray:
    """(nodes,) share, 0-1, of each node's square that lies inside the area."""
    squares = shapely.box(x - step / 2, y - step / 2, x + step / 2, y + step / 2)
    shapely.prepare(area)
    whole = shapely.contains_properly(area, squares)
    share: np.ndarray = whole.astype(float)
    border = np.flatnonzero(shapely.intersects(area, squares) & ~whole)
    share[border] = shapely.area(shapely.intersection(squares[border], area)) / step**2
    return share


def _frame(values: np.ndarray, nodes_x: np.ndarray, nodes_y: np.ndarray) -> pd.DataFrame:
    y, x = (part.ravel() for part in np.meshgrid(nodes_y, nodes_x, indexing="ij"))
    return pd.DataFrame({"x": x, "y": y, "density": values.ravel()})
