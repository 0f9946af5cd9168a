"""Checks that every part of the place analysis makes of its input."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from trygghet.errors import SpokenError


class PlaceError(SpokenError):
    """Coordinates, counts or exposures that cannot be used."""


def whole_counts(values: ArrayLike) -> np.ndarray:
    """(n,) counts as floats.

    Raises
    ------
    PlaceError : a count that is missing, negative or not whole.
    """
    counts = np.asarray(values, float).ravel()
    if not (np.isfinite(counts).all() and (counts >= 0).all() and (counts == np.floor(counts)).all()):
        raise PlaceError.said("counts.whole")
    return counts


def metres(x: ArrayLike, y: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """(n,) easting and northing as floats, NaN where either is missing.

    Raises
    ------
    PlaceError : unequal lengths, coordinates in degrees, or easting and northing exchanged.
    """
    east, north = np.asarray(x, float).ravel(), np.asarray(y, float).ravel()
    if len(east) != len(north):
        raise PlaceError.said("place.lengths", x=len(east), y=len(north))
    known = np.isfinite(east) & np.isfinite(north)
    east, north = np.where(known, east, np.nan), np.where(known, north, np.nan)
    if not known.any():
        return east, north
    if (np.abs(east[known]) <= 180).all() and (np.abs(north[known]) <= 180).all():
        raise PlaceError.said("place.degrees")
    if np.median(east[known]) > 6e6 and np.median(north[known]) < 2e6:
        raise PlaceError.said("place.exchanged")
    return east, north
