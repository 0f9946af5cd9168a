"""One wave of the citizens' survey: who is invited, who answers, and what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from scipy.special import ndtr

from trygghet.simulate.model import Town, reply_chance
from trygghet.simulate.opinions import AGE_GROUPS, BACKGROUND, Item, background_chance
from trygghet.simulate.specification import specification


@dataclass(frozen=True, eq=False)
class Wave:
    """A simulated wave.

    Attributes
    ----------
    answers : a row for each who answered: respondent_id, area, sex (the register's), birth_year, age,
        age_group, birth_country, disability, housing, every question (categories, with the kinds of
        missing ``dont_know`` and ``no_answer`` among them), weight (N_h / n_h of the stratum).
    invited : area, sex, age_group, n_invited.
    kind : (n,) row of the town's kinds of people each respondent is of.
    """

    answers: pd.DataFrame
    invited: pd.DataFrame
    kind: np.ndarray


@dataclass(frozen=True, eq=False)
class _Frame:
    """Every person of 16–85 as codes, sorted by area; where each area begins; backgrounds by kind of person."""

    area: np.ndarray
    sex: np.ndarray
    age: np.ndarray
    group: np.ndarray
    starts: np.ndarray
    cell: Mapping[str, np.ndarray]
    levels: Mapping[str, list[str]]
    codes: Mapping[str, np.ndarray]


@cache
def _frame(of: Town) -> _Frame:
    people = of.population[of.population["age"].between(16, 85)]
    persons = people.loc[people.index.repeat(people["n"])]
    area = persons["area"].map({a: i for i, a in enumerate(of.areas)}).to_numpy()
    sex = (persons["sex"] == "woman").to_numpy().astype(int)
    age = persons["age"].to_numpy()
    group = np.searchsorted([low for low, _ in AGE_GROUPS.values()], age, side="right") - 1
    starts = np.searchsorted(area, np.arange(len(of.areas) + 1))
    levels = {name: list(dict.fromkeys(of.kinds[name])) for name in BACKGROUND}
    codes = {name: pd.Categorical(of.kinds[name], levels[name]).codes for name in BACKGROUND}
    return _Frame(area, sex, age, group, starts, _background_tables(of), levels, codes)


def _background_tables(of: Town) -> dict[str, np.ndarray]:
    """(area × sex × age group, levels) chances of each background variable."""
    tables = {}
    for name in BACKGROUND:
        levels = list(dict.fromkeys(of.kinds[name]))
        chance = of.kinds.assign(chance=background_chance(of.kinds, name))
        grouped = chance.groupby(["area", "sex", "age_group", name], sort=False)["chance"].first()
        tables[name] = grouped.to_numpy().reshape(-1, len(levels)).cumsum(axis=1)
    return tables


def survey(of: Town, year: str | int, *, seed: int | None = None) -> Wave:
    """Draw one wave: a stratified sample of the register, non-response, and answers.

    Parameters
    ----------
    of : the town.
    year : the wave whose truth holds.
    seed : of this draw; the town's own when omitted. Another seed is another survey of the same town.
    """
    stream = specification("answers")["stream"]
    rng = np.random.default_rng([of.seed if seed is None else seed, int(year), stream])
    frame = _frame(of)
    drawn, weights = _sample(of, frame, rng)
    chance = reply_chance(of).to_numpy()
    column = frame.sex * len(AGE_GROUPS) + frame.group
    replies = rng.random(len(drawn)) < chance[frame.area[drawn], column[drawn]]
    who = drawn[replies]
    kind = _kinds(of, frame, who, rng)
    columns = _people(of, frame, who, int(year), rng)
    for name in BACKGROUND:
        columns[name] = _categorical(frame.codes[name][kind], frame.levels[name])
    view = rng.standard_normal(len(who))
    for name, item in of.items[str(year)].items():
        columns[name] = _answers(item, kind, view, rng)
    columns["weight"] = weights[replies]
    return Wave(pd.DataFrame(columns), _invited(of, frame, drawn), kind)


def _sample(of: Town, frame: _Frame, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Positions in the frame of those invited, stratum by stratum without replacement, and N_h / n_h."""
    drawn, weights = [], []
    for i, place in enumerate(of.places):
        start, size = int(frame.starts[i]), int(frame.starts[i + 1] - frame.starts[i])
        invited = min(place.invited, size)
        drawn.append(np.sort(start + rng.choice(size, invited, replace=False)))
        weights.append(np.full(invited, size / invited))
    return np.concatenate(drawn), np.concatenate(weights)


def _kinds(of: Town, frame: _Frame, who: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    cell = (frame.area[who] * 2 + frame.sex[who]) * len(AGE_GROUPS) + frame.group[who]
    kind = cell
    for name in BACKGROUND:
        cumulative = frame.cell[name][cell]
        level = (rng.random(len(who))[:, None] > cumulative[:, :-1]).sum(axis=1)
        kind = kind * cumulative.shape[1] + level
    return np.asarray(kind)


def _people(of: Town, frame: _Frame, who: np.ndarray, year: int, rng: np.random.Generator) -> dict[str, object]:
    numbers = rng.choice(np.arange(10001, 99999), len(who), replace=False)
    return {
        "respondent_id": [f"{year % 100}{number}" for number in numbers],
        "area": _categorical(frame.area[who], list(of.areas)),
        "sex": _categorical(frame.sex[who], ["man", "woman"]),
        "birth_year": year - frame.age[who],
        "age": frame.age[who],
        "age_group": _categorical(frame.group[who], list(AGE_GROUPS)),
    }


def _answers(item: Item, kind: np.ndarray, view: np.ndarray, rng: np.random.Generator) -> pd.Categorical:
    """Answers whose chances are exactly the item's, correlated with the person's general view."""
    own = rng.standard_normal(len(kind))
    mixed = item.common * view + np.sqrt(1 - item.common**2) * own
    uniform = ndtr(mixed if item.reverse else -mixed)
    codes = (uniform[:, None] > item.chance[kind].cumsum(axis=1)[:, :-1]).sum(axis=1)
    other = rng.random(len(kind))[:, None] > item.other_chance[kind].cumsum(axis=1)
    outside = other.sum(axis=1)
    is_other = outside < len(item.other_categories)
    codes = np.where(is_other, len(item.categories) + outside, codes)
    return _categorical(codes, [*item.categories, *item.other_categories])


def _categorical(codes: np.ndarray, categories: Sequence[str]) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, dtype=_dtype(tuple(categories)), validate=False)


@cache
def _dtype(categories: tuple[str, ...]) -> pd.CategoricalDtype:
    """Made once: checking categories costs more than drawing the answers."""
    return pd.CategoricalDtype(list(categories))


def _invited(of: Town, frame: _Frame, drawn: np.ndarray) -> pd.DataFrame:
    groups = len(AGE_GROUPS)
    cell = (frame.area[drawn] * 2 + frame.sex[drawn]) * groups + frame.group[drawn]
    counts = np.bincount(cell, minlength=len(of.areas) * 2 * groups)
    index = pd.MultiIndex.from_product(
        [of.areas, ["man", "woman"], list(AGE_GROUPS)], names=["area", "sex", "age_group"]
    )
    return index.to_frame(index=False).assign(n_invited=counts)


def unsafe(answers: pd.Series, item: Item) -> pd.Series:
    """1 for the item's head, 0 for its tail, missing outside the base."""
    values = {c: float(i < item.n_head) for i, c in enumerate(item.categories)}
    return answers.astype(object).map(values).astype(float)
