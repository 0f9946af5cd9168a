"""Made-up surveys and counts of reports, protected by the package and published as a page, for the attacker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from trygghet.audit import audit
from trygghet.disclosure import Rules, hide_counts, protect_linked

from .folders import HIDDEN, publish, table

RULES = Rules()
SEXES, AREAS = ["Män", "Kvinnor"], ["Norr", "Söder", "Öster", "Väster", "Centrum", "Hamnen", "Backen"]
BANDS = ["16–29 år", "30–49 år", "50–64 år", "65–84 år"]
CHOICES = ["sex", "age", "area", "sex:age", "area:sex", "area:age", "sex:age:area"]
HEAD = ("Grupp", "Andel", "Antal svar")


@dataclass(frozen=True)
class Survey:
    """Respondents, their answers to one question, and the groupings to publish."""

    persons: pd.DataFrame
    answers: pd.DataFrame
    groupings: tuple[str, ...]
    digits: int


def survey(seed: int, most: int = 5) -> Survey:
    """A survey of 120 to 900 people with uneven areas, 1 to `most` groupings, whole or one-decimal percentages."""
    draw = np.random.default_rng([20171125, seed])
    n, areas = int(draw.integers(120, 900)), AREAS[: int(draw.integers(3, 8))]
    persons = pd.DataFrame(
        {
            "sex": draw.choice(SEXES, n, p=[0.45, 0.55]),
            "age": draw.choice(BANDS, n, p=draw.dirichlet([4.0] * 4)),
            "area": draw.choice(areas, n, p=draw.dirichlet([2.0] * len(areas))),
        },
        index=[f"r{i}" for i in range(n)],
    )
    chance = np.clip(draw.uniform(0.03, 0.5) + 0.1 * (persons["sex"] == "Kvinnor"), 0, 1)
    answers = pd.DataFrame({"afraid": (draw.random(n) < chance).astype(float)}, index=persons.index)
    chosen = draw.choice(CHOICES, int(draw.integers(1, most + 1)), replace=False)
    return Survey(persons, answers, tuple(c for c in CHOICES if c in chosen), int(draw.integers(0, 2)))


def groups(one: Survey) -> pd.DataFrame:
    """The estimates table, bases under 30 hidden."""
    rows = []
    answer = one.answers["afraid"]
    for by in ("total", *one.groupings):
        key = "all" if by == "total" else one.persons[by.split(":")].agg(":".join, axis=1)
        for group, values in answer.groupby(pd.Series(key, index=answer.index)):
            rows.append((by, group, len(values), values.sum(), values.mean()))
    frame = pd.DataFrame(rows, columns=["group_by", "group", "n", "yes", "estimate"])
    frame["suppressed"] = frame["n"] < RULES.survey_base
    frame.loc[frame["suppressed"], "estimate"] = np.nan
    frame = frame.assign(indicator="afraid", unit="share", flags="", n_eff=1.0, se=0.1, ci_low=0.0, ci_high=1.0)
    return frame.assign(deff=1.0).astype({"n": "Int64"})


def name(group: str) -> str:
    return "Alla" if group == "all" else group.replace(":", " ")


def published(shown: pd.DataFrame, out: Path, digits: int) -> Path:
    """A table a grouping on a page, as the package writes shares; each begins with everyone."""
    tables = []
    for by in [x for x in shown["group_by"].unique() if x != "total"] or ["total"]:
        rows = []
        for _, row in shown[shown["group_by"].isin(["total", by])].iterrows():
            base = "–" if pd.isna(row["n"]) else str(row["n"])
            share = f"{100 * row['estimate']:.{digits}f} %".replace(".", ",")
            rows.append((name(row["group"]), HIDDEN if row["suppressed"] else share, base))
        tables.append(table(f"Otrygga, tabell {len(tables) + 1}", HEAD, rows))
    return publish(out, *tables)


def breaches(one: Survey, out: Path, *, protect: bool = True) -> list[str]:
    """Truly small counts (1 to 4 on either side) of which the attacker concludes anything; empty when safe."""
    before = groups(one)
    shown = before
    if protect:
        shown, _ = protect_linked(before, one.persons, one.answers, rules=RULES, digits=one.digits)
    found = {(f.cell, f.values.get("side", "base")) for f in audit(published(shown, out, one.digits))}
    return [f"{cell} {side}" for cell, side in sorted(found & small(before))]


def small(before: pd.DataFrame) -> set[tuple[str, str]]:
    sides = {"yes": before["yes"], "no": before["n"].astype(float) - before["yes"]}
    return {
        (f"{name(group)} / Andel", side)
        for side, counts in sides.items()
        for group in before.loc[(counts > 0) & (counts < RULES.count), "group"]
    }


def reports(seed: int) -> pd.DataFrame:
    """Reports by area and kind, 3 to 7 areas and 2 to 6 kinds."""
    draw = np.random.default_rng([20171126, seed])
    areas, kinds = AREAS[: int(draw.integers(3, 8))], [f"Slag {i}" for i in range(int(draw.integers(2, 7)))]
    chances = np.outer(draw.dirichlet([1.5] * len(areas)), draw.dirichlet([2.0] * len(kinds))).ravel()
    counts = draw.multinomial(int(draw.integers(80, 900)), chances).reshape(len(areas), len(kinds))
    return pd.DataFrame(counts, index=areas, columns=kinds)


def count_breaches(counts: pd.DataFrame, out: Path, *, protect: bool = True) -> list[str]:
    """As `breaches`, for counts by area and kind with their sums."""
    secret = (counts > 0) & (counts < RULES.count)
    cells, areas = secret, pd.Series(False, index=counts.index)
    if protect:
        hidden = hide_counts(counts, threshold=RULES.count)
        cells, areas = hidden.cells, hidden.areas
    rows = [
        (
            area,
            *(HIDDEN if cells.loc[area, kind] else counts.loc[area, kind] for kind in counts.columns),
            HIDDEN if areas[area] else counts.loc[area].sum(),
        )
        for area in counts.index
    ]
    rows.append(("Alla", *counts.sum(), counts.to_numpy().sum()))
    publish(out, table("Brott", ("Delområde", *counts.columns, "Alla"), rows))
    small_cells = {f"{area} / {kind}" for area in counts.index for kind in counts.columns if secret.loc[area, kind]}
    return sorted({f.cell for f in audit(out)} & small_cells)
