"""The sub-areas of a simulated town: what they are like and where they lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trygghet.simulate.specification import for_town, specification

Point = tuple[float, float]


@dataclass(frozen=True)
class Place:
    """One sub-area of a simulated town.

    Attributes
    ----------
    share : of the population, before integers are drawn.
    urban : 0 open country to 1 town centre.
    invited : persons sampled each wave.
    response : logarithm of the area's factor on the response rate.
    old : tilt of the age profile, per year of age.
    spread : metres around a site within which things happen.
    sites : (east, north), SWEREF 99 TM.
    """

    id: str
    name: str
    share: float
    urban: float
    invited: int
    response: float
    old: float
    spread: float
    sites: tuple[Point, ...]


def town_places(town_id: str, *, middle: Point, names: Sequence[str] | None = None) -> tuple[Place, ...]:
    """The sub-areas of a town: its own where they are written down, else four parts around `middle`.

    Parameters
    ----------
    town_id : key of ``places.yml``.
    middle : (east, north) of the town's centre, for towns without places of their own.
    names : names for the four parts instead of the usual ones.
    """
    rows = for_town(specification("places"), town_id)
    if names is not None:
        if len(names) != len(rows):
            raise ValueError(f"{len(rows)} names of sub-areas are needed")
        rows = [{**row, "name": name} for row, name in zip(rows, names, strict=True)]
    return tuple(_place(row, middle) for row in rows)


def _place(row: dict[str, Any], middle: Point) -> Place:
    values = {key: value for key, value in row.items() if key not in ("sites", "offset")}
    return Place(**values, sites=tuple(points(row, middle)))


def points(row: dict[str, Any], middle: Point) -> list[Point]:
    """Where a row of the model lies: fixed sites, or kilometres from the middle."""
    if "offset" in row:
        east, north = row["offset"]
        return [(middle[0] + 1000 * east, middle[1] + 1000 * north)]
    return [(float(east), float(north)) for east, north in row.get("sites", [row.get("at")])]


def nearest(places: Sequence[Place], east: np.ndarray, north: np.ndarray) -> np.ndarray:
    """Index of the place each point belongs to: that of the nearest site."""
    owner = np.repeat(np.arange(len(places)), [len(place.sites) for place in places])
    sites = np.array([site for place in places for site in place.sites])
    distance = (east[:, None] - sites[:, 0]) ** 2 + (north[:, None] - sites[:, 1]) ** 2
    nearest_of_each: np.ndarray = owner[distance.argmin(axis=1)]
    return nearest_of_each
