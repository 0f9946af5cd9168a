"""Made-up surveys of 2 to 4 ways: areas within parts of the town, narrow age bands within wide ones, a kind of home."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from trygghet.audit import audit
from trygghet.disclosure import protect_linked

from .surveys import AREAS, BANDS, RULES, SEXES, Survey, groups, published, small

HOMES = ["Lägenhet", "Villa"]
WIDE = dict(zip(BANDS, ["16–49 år"] * 2 + ["50–84 år"] * 2, strict=True))
TWO = ["sex:age", "area:sex", "area:age", "area:home", "part:sex", "sex:wide", "part:wide", "home:age"]
THREE = ["sex:age:area", "sex:wide:area", "part:sex:age", "home:sex:area", "home:part:wide"]
FOUR = ["home:sex:wide:part", "home:sex:wide:area", "home:sex:age:part"]
ONE = ["sex", "age", "wide", "area", "part", "home"]
WAYS = {1: ONE, 2: TWO, 3: THREE, 4: FOUR}


def parts_of(areas: list[str]) -> dict[str, list[str]]:
    """Which part of the town each area lies in: the first half, and the rest."""
    half = (len(areas) + 1) // 2
    return {"Stadsdel A": areas[:half], "Stadsdel B": areas[half:]}


def hierarchy(seed: int, ways: int, most: int = 5) -> tuple[Survey, dict[str, list[str]]]:
    """A survey whose largest table has `ways` ways, with up to `most` - 1 others linked to it, and its parts.

    The margins of what is crossed are always there (they make names readable), so the tables are 1 to `most`
    and those.
    """
    draw = np.random.default_rng([20171127, seed, ways])
    n, areas = int(draw.integers(150, 400 * ways)), AREAS[: int(draw.integers(3, 6))]
    parts = parts_of(areas)
    persons = pd.DataFrame(
        {
            "sex": draw.choice(SEXES, n, p=[0.45, 0.55]),
            "age": draw.choice(BANDS, n, p=draw.dirichlet([4.0] * 4)),
            "area": draw.choice(areas, n, p=draw.dirichlet([3.0] * len(areas))),
            "home": draw.choice(HOMES, n, p=[0.4, 0.6]),
        },
        index=[f"r{i}" for i in range(n)],
    )
    persons["wide"] = persons["age"].map(WIDE)
    persons["part"] = persons["area"].map({area: part for part, own in parts.items() for area in own})
    chance = np.clip(draw.uniform(0.02, 0.25) + 0.05 * (persons["sex"] == "Kvinnor"), 0, 1)
    answers = pd.DataFrame({"afraid": (draw.random(n) < chance).astype(float)}, index=persons.index)
    first = str(draw.choice(WAYS[ways]))
    others = draw.choice([x for way in range(1, ways + 1) for x in WAYS[way]], int(draw.integers(0, most)))
    chosen = {first, *map(str, others)}
    margins = {name for by in chosen for name in by.split(":")}
    ordered = sorted(chosen | margins, key=lambda by: (by.count(":"), by))
    return Survey(persons, answers, tuple(ordered), int(draw.integers(0, 2))), parts


def hierarchy_breaches(one: Survey, parts: dict[str, list[str]], out: Path, *, protect: bool = True) -> list[str]:
    """Small counts of which an attacker who has a map of the town concludes anything; empty when safe."""
    before = shown = groups(one)
    if protect:
        shown, _ = protect_linked(before, one.persons, one.answers, rules=RULES, digits=one.digits)
    found = {(f.cell, f.values.get("side", "base")) for f in audit(published(shown, out, one.digits), parts=parts)}
    return [f"{cell} {side}" for cell, side in sorted(found & small(before))]
