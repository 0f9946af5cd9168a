"""What people in a simulated town truly think: chances of every answer in every kind of person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit
from scipy.special import logit as log_odds

from trygghet.simulate.places import Place
from trygghet.simulate.specification import in_year, specification

AGE_GROUPS = {"16-24": (16, 24), "25-44": (25, 44), "45-64": (45, 64), "65-85": (65, 85)}
BACKGROUND = ("birth_country", "disability", "housing")
DIMENSIONS = ("area", "sex", "age_group", *BACKGROUND)


@dataclass(frozen=True, eq=False)
class Item:
    """The chances of the answers to one question, in every kind of person.

    Attributes
    ----------
    categories : substantive answers, the worst first (the best first where `reverse`).
    n_head : how many of them count as the head (the usual numerator).
    chance : (kinds, categories), given a substantive answer; rows sum to one.
    other_categories : answers outside the base, and kinds of missing.
    other_chance : (kinds, other categories), unconditional.
    common : correlation with the person's general view.
    reverse : whether the head is the good end.
    """

    name: str
    categories: tuple[str, ...]
    n_head: int
    chance: np.ndarray
    other_categories: tuple[str, ...]
    other_chance: np.ndarray
    common: float
    reverse: bool


def kinds_of_people(population: pd.DataFrame, places: Sequence[Place]) -> pd.DataFrame:
    """Every kind of person aged 16–85, with the expected number of them.

    Parameters
    ----------
    population : columns area, sex, age, n.

    Returns
    -------
    The columns of `DIMENSIONS`, ``urban`` and ``people`` (expected number, not whole).
    """
    background = specification("answers")["background"]
    levels = {
        "area": [place.id for place in places],
        "sex": ["man", "woman"],
        "age_group": list(AGE_GROUPS),
        "birth_country": ["sweden", "abroad"],
        "disability": ["no", "yes"],
        "housing": list(background["housing"]),
    }
    kinds = pd.MultiIndex.from_product(list(levels.values()), names=list(levels)).to_frame(index=False)
    kinds["urban"] = kinds["area"].map({place.id: place.urban for place in places})
    counts = counted(population).set_index(["area", "sex", "age_group"])["n"]
    people = counts.reindex(pd.MultiIndex.from_frame(kinds[["area", "sex", "age_group"]])).to_numpy(float)
    for name in BACKGROUND:
        people = people * background_chance(kinds, name)
    return kinds.assign(people=people)


def counted(population: pd.DataFrame) -> pd.DataFrame:
    """Persons aged 16–85 by area, sex and age group: columns area, sex, age_group, n."""
    edges = [low for low, _ in AGE_GROUPS.values()] + [86]
    groups = pd.cut(population["age"], edges, right=False, labels=list(AGE_GROUPS)).astype(object)
    adult = population.assign(age_group=groups).dropna(subset="age_group")
    return adult.groupby(["area", "sex", "age_group"], sort=False)["n"].sum().reset_index()


def background_chance(kinds: pd.DataFrame, name: str) -> np.ndarray:
    """The chance of each kind's own level of a background variable, given area, sex and age."""
    table = specification("answers")["background"][name]
    if name == "housing":
        ends = np.array([table[level] for level in kinds[name]])
        return np.asarray(ends[:, 0] + (ends[:, 1] - ends[:, 0]) * kinds["urban"].to_numpy())
    level, terms = next(iter(table.items()))
    age = kinds["age_group"].map(terms["age_group"]).to_numpy(float)
    chance = expit(terms["base"] + terms["urban"] * kinds["urban"].to_numpy() + age)
    own: np.ndarray = np.where(kinds[name] == level, chance, 1 - chance)
    return own


def items(kinds: pd.DataFrame, year: str, *, shift: float = 0.0) -> dict[str, Item]:
    """Every question of a wave, in the order of the questionnaire; `shift` (log odds) makes every share worse."""
    model = specification("answers")
    asked = dict(model["items"])
    for name, problem in model["problems"].items():
        missing = {"dont_know": 0.035, **model["problem_missing"]}
        asked[name] = {
            "head": {"large": 1.0},
            "tail": model["problem_tail"],
            "missing": missing,
            "common": 0.5,
            **problem,
        }
    return {name: _item(name, terms, kinds, year, shift) for name, terms in asked.items()}


def _item(name: str, terms: Mapping[str, Any], kinds: pd.DataFrame, year: str, shift: float) -> Item:
    head, tail = terms["head"], terms.get("tail", {})
    others = {kind: np.full(len(kinds), chance) for kind, chance in terms.get("missing", {}).items()}
    if outside := terms.get("outside"):
        by_person = [outside[s][g] for s, g in zip(kinds["sex"], kinds["age_group"], strict=True)]
        others = {outside["category"]: np.array(by_person), **others}
    other_chance = np.column_stack(list(others.values()))
    weight = kinds["people"].to_numpy() * (1 - other_chance.sum(axis=1))
    worst = np.ones(len(kinds))
    if "share" in terms:
        logit = _effects(terms.get("effects", {}), kinds, year)
        share = _shifted(in_year(terms["share"], year), -shift if terms.get("reverse") else shift)
        worst = expit(logit + _intercept(logit, weight, share))
    parts = [np.outer(worst, list(head.values()))]
    if tail:
        parts.append(np.outer(1 - worst, list(tail.values())))
    return Item(
        name=name,
        categories=(*head, *tail),
        n_head=len(head),
        chance=np.hstack(parts),
        other_categories=tuple(others),
        other_chance=other_chance,
        common=terms.get("common", 0.0),
        reverse=terms.get("reverse", False),
    )


def _shifted(share: float, shift: float) -> float:
    return float(expit(log_odds(share) + shift)) if shift else share


def _effects(effects: Mapping[str, Any], kinds: pd.DataFrame, year: str) -> np.ndarray:
    """Log odds of every kind of person, up to the intercept."""
    logit = np.zeros(len(kinds))
    for name, effect in effects.items():
        if name == "urban":
            logit = logit + in_year(effect, year) * kinds["urban"].to_numpy()
            continue
        values = {level: in_year(value, year) for level, value in effect.items()}
        logit = logit + kinds[name].map(values).fillna(0.0).to_numpy(float)
    return logit


def _intercept(logit: np.ndarray, weight: np.ndarray, share: float) -> float:
    """The intercept that makes the population's share exactly the one stated."""
    return float(brentq(lambda b: np.average(expit(logit + b), weights=weight) - share, -15, 15, xtol=1e-12))
