"""The truth of a simulated town, and what any estimate of it should hit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trygghet.simulate.opinions import AGE_GROUPS, Item, counted, items, kinds_of_people
from trygghet.simulate.places import Place, Point, town_places
from trygghet.simulate.population import municipality_name, register, split
from trygghet.simulate.specification import YEARS, specification


@dataclass(frozen=True, eq=False)
class Town:
    """What is true in a simulated town.

    Attributes
    ----------
    id, name, code, seed : who it is, and the seed everything random starts from.
    middle : (east, north) of its centre, SWEREF 99 TM.
    places : its sub-areas.
    population : columns area, sex, age (0–100), n.
    kinds : a row for each kind of person; columns area, sex, age_group, birth_country, disability,
        housing, urban, people (expected number aged 16–85).
    items : the chances of every answer, by wave and question.
    """

    id: str
    name: str
    code: str
    seed: int
    middle: Point
    places: tuple[Place, ...]
    population: pd.DataFrame
    kinds: pd.DataFrame
    items: Mapping[str, Mapping[str, Item]]

    @property
    def areas(self) -> tuple[str, ...]:
        """Ids of the sub-areas, in order."""
        return tuple(place.id for place in self.places)

    @property
    def scale(self) -> float:
        """Inhabitants, relative to the town the crime rates are written for."""
        return float(self.population["n"].sum()) / 24255


def town(
    seed: int,
    *,
    code: str = "1781",
    name: str | None = None,
    areas: Sequence[str] | None = None,
    shift: float = 0.0,
) -> Town:
    """Make the truth of a town.

    Parameters
    ----------
    seed : of the split of the population and of all that is drawn later.
    code : a municipality's four-digit code; its real population is used (SCB, 31 December 2019).
    name : what to call the town; the municipality's own name when omitted.
    areas : names of the four sub-areas; only for towns without places of their own.
    shift : log odds by which everything is felt to be worse than in the model's own town.

    Returns
    -------
    Town; the same for the same arguments.

    Raises
    ------
    ValueError : no municipality has the code, or the number of areas is not four.
    """
    real = municipality_name(code)
    town_id = real.lower() if real.lower() in specification("places") else "other"
    middle = _middle(code, town_id)
    places = town_places(town_id, middle=middle, names=areas)
    population = split(register(code), places, seed=seed)
    kinds = kinds_of_people(population, places)
    asked = {year: items(kinds, year, shift=shift) for year in YEARS}
    return Town(town_id, name or real, code, seed, middle, places, population, kinds, asked)


def _middle(code: str, town_id: str) -> Point:
    """The town's centre: its own, or a point well inside the municipality."""
    if town_id != "other":
        east, north = specification("places")[town_id][0]["sites"][0]
        return float(east), float(north)
    from trygghet.simulate.geography import municipal_border

    point = municipal_border(code).representative_point()
    return round(point.x), round(point.y)


def truth(
    of: Town,
    year: str | int,
    item: str = "night_alone",
    *,
    numerator: Sequence[str] | None = None,
    by: Sequence[str] = (),
) -> pd.DataFrame:
    """The true share of an answer, over those who give any answer within the base.

    Parameters
    ----------
    of : the town.
    year : the wave.
    item : question, as the variables of the codebook; ``night_alone`` gives ``unsafe_night`` by NTU's
        definition: rather and very unsafe and those who stay at home for that reason, over those who
        answer anything but "stay at home for other reasons", don't know or nothing.
    numerator : categories; the item's head when omitted.
    by : variables of `DIMENSIONS`; the whole town when empty.

    Returns
    -------
    The columns of `by`, ``truth`` (share 0–1, exact in the superpopulation the answers are drawn from)
    and ``base`` (expected number of persons in the base).
    """
    asked = of.items[str(year)][item]
    chosen = asked.categories[: asked.n_head] if numerator is None else numerator
    columns = [asked.categories.index(category) for category in chosen]
    base = of.kinds["people"].to_numpy() * (1 - asked.other_chance.sum(axis=1))
    hits = base * asked.chance[:, columns].sum(axis=1)
    table = of.kinds[list(by)].assign(base=base, hits=hits)
    if not by:
        return pd.DataFrame({"truth": [hits.sum() / base.sum()], "base": [base.sum()]})
    sums = table.groupby(list(by), sort=False)[["base", "hits"]].sum().reset_index()
    return sums.assign(truth=sums["hits"] / sums["base"])[[*by, "truth", "base"]]


def margins(of: Town, *by: str) -> pd.Series:
    """Persons aged 16–85 by area, sex, age_group or several of them: what answers are raked to."""
    order = {"area": list(of.areas), "sex": ["man", "woman"], "age_group": list(AGE_GROUPS)}
    sums = counted(of.population).groupby(list(by))["n"].sum().astype(float)
    if len(by) == 1:
        return sums.reindex(order[by[0]])
    return sums.reindex(pd.MultiIndex.from_product([order[name] for name in by], names=list(by)))


def reply_chance(of: Town) -> pd.DataFrame:
    """The chance that an invited person answers, by area (rows) and (sex, age group).

    It is a product of an area's and a sex and age group's factor: answers are missing at random within
    those, so weighting to both margins removes the bias and nothing less does.
    """
    rates = specification("answers")["response"]
    cells = {(sex, group): rates[sex][group] for sex in ("man", "woman") for group in AGE_GROUPS}
    factor = np.exp([place.response for place in of.places])
    table = np.clip(np.outer(factor, list(cells.values())), 0, 0.97)
    return pd.DataFrame(table, index=list(of.areas), columns=pd.MultiIndex.from_tuples(list(cells)))
