"""Two releases of one survey that differ by a few people: planted, released through the ledger, put side by side.

What the attacker reads has the second release's groups named as someone who knows how the releases differ would name
them; the numbers are the published ones. A row that no release has is asked for by printing it as hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from trygghet.audit import audit
from trygghet.disclosure import Ledger, entry, key_of, protect_linked, read_ledger, write_ledger

from .folders import HIDDEN, publish, table
from .surveys import HEAD, RULES, SEXES, Survey, groups

WAVE = "citizens/2017"
AREAS = ["Norr", "Söder", "Öster", "Väster"]


@dataclass(frozen=True)
class Planted:
    """Two releases of which the difference tells of a few people.

    Attributes
    ----------
    first, second : as they are released, in this order.
    names : how a reader names a group of the first and of the second.
    asked : name to the truth of the few people that the releases differ by: yes and no.
    parts : what a map tells.
    """

    first: Survey
    second: Survey
    names: tuple[Callable[[str], str], Callable[[str], str]]
    asked: Mapping[str, tuple[int, int]]
    parts: Mapping[str, Sequence[str]] = field(default_factory=dict)


def same(group: str) -> str:
    """Everyone, and groups as they are."""
    return "Alla" if group == "all" else group.replace(":", " ")


def of(whole: str) -> Callable[[str], str]:
    """Groups of a part of all: everyone in it, and that part of each group."""
    return lambda group: whole if group == "all" else f"{whole} {group.replace(':', ' ')}"


def people(draw: np.random.Generator, n: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sex": draw.choice(SEXES, n, p=[0.45, 0.55]),
            "years": draw.integers(16, 85, n),
            "area": draw.choice(AREAS, n, p=[0.4, 0.3, 0.2, 0.1]),
        },
        index=[f"r{i}" for i in range(n)],
    )


def answered(draw: np.random.Generator, persons: pd.DataFrame) -> pd.DataFrame:
    chance = draw.uniform(0.25, 0.55)
    return pd.DataFrame({"afraid": (draw.random(len(persons)) < chance).astype(float)}, index=persons.index)


def sides(answers: pd.DataFrame, who: pd.Series) -> tuple[int, int]:
    """Number of yes and of no among some people."""
    given = answers["afraid"][who]
    return int((given == 1).sum()), int((given == 0).sum())


def cut(years: pd.Series, at: Sequence[int]) -> pd.Series:
    """Age bands that begin at 16 and at each cut; named as pages name them."""
    edges = [16, *at, 85]
    names = [f"{low}–{high - 1} år" for low, high in pairwise(edges)]
    return pd.cut(years, edges, right=False, labels=names).astype(str)


def age_cut(draw: np.random.Generator, digits: int) -> Planted:
    """16–24 and 16–25: few are 24 or 25."""
    n = int(draw.integers(120, 500))
    persons = people(draw, n)
    few = draw.choice(persons.index, int(draw.integers(1, 8)), replace=False)
    persons.loc[persons["years"] == 25, "years"] = 26
    persons.loc[few, "years"] = 25
    answers = answered(draw, persons)
    variable = draw.choice(["age", "cut"])  # the second is called the same or otherwise
    one = Survey(persons.assign(age=cut(persons["years"], [25, 45, 65])), answers, ("age",), digits)
    other = persons.assign(**{variable: cut(persons["years"], [26, 45, 65])})
    two = Survey(other, answers, (str(variable),), digits)
    return Planted(one, two, (same, same), {"25–25": sides(answers, persons["years"] == 25)})


def redrawn(draw: np.random.Generator, digits: int) -> Planted:
    """A block with few people is moved from one area to another."""
    persons = people(draw, int(draw.integers(200, 700)))
    north = persons.index[persons["area"] == "Norr"]
    few = draw.choice(north, int(draw.integers(1, 8)), replace=False)
    answers, new = answered(draw, persons), persons["area"] + " ny"
    new.loc[few] = "Söder ny"
    block = persons.index.isin(few)
    parts = {
        "Norr": ["Kvarter 1", "Kvarter 2"], "Söder": ["Kvarter 3"],
        "Norr ny": ["Kvarter 1"], "Söder ny": ["Kvarter 2", "Kvarter 3"],
        "Öster ny": ["Öster"], "Väster ny": ["Väster"],
    }  # fmt: skip
    variable = str(draw.choice(["area", "district"]))
    one = Survey(persons, answers, ("area",), digits)
    two = Survey(persons.assign(**{variable: new}), answers, (variable,), digits)
    return Planted(one, two, (same, same), {"Kvarter 2": sides(answers, block)}, parts)


def late(draw: np.random.Generator, digits: int) -> Planted:
    """A few answers come after the first release."""
    persons = people(draw, int(draw.integers(80, 300)))
    answers, few = answered(draw, persons), int(draw.integers(1, 8))
    early = persons.index[:-few]
    by = (str(draw.choice(["sex", "area"])),)
    one, two = Survey(persons.loc[early], answers.loc[early], by, digits), Survey(persons, answers, by, digits)
    who = ~persons.index.isin(early)
    return Planted(one, two, (of("Svar: tidiga"), same), _asked("Svar: sena", persons, answers, who, by[0]))


def filtered(draw: np.random.Generator, digits: int) -> Planted:
    """All first, then only women: the few men of an area are the difference."""
    persons = people(draw, int(draw.integers(150, 500)))
    men = persons.index[(persons["sex"] == "Män") & (persons["area"] == "Väster")]
    persons = persons.drop(men[int(draw.integers(1, 8)) :])
    answers, women = answered(draw, persons), persons["sex"] == "Kvinnor"
    one = Survey(persons, answers, ("area",), digits)
    two = Survey(persons[women], answers[women], ("area",), digits)
    return Planted(one, two, (same, of("Kvinnor")), _asked("Män", persons, answers, ~women, "area"))


def two_reports(draw: np.random.Generator, digits: int) -> Planted:
    """One report by area, another by sex and area, one of whose groups is small."""
    persons = people(draw, int(draw.integers(200, 600)))
    men = persons.index[(persons["sex"] == "Män") & (persons["area"] == "Väster")]
    persons = persons.drop(men[int(draw.integers(1, 8)) :])
    answers = answered(draw, persons)
    one = Survey(persons, answers, ("area", "sex"), digits)
    two = Survey(persons, answers, ("sex:area",), digits)
    who = (persons["sex"] == "Män") & (persons["area"] == "Väster")
    return Planted(one, two, (same, same), {"Män Väster": sides(answers, who)})


def earlier_year(draw: np.random.Generator, digits: int) -> Planted:
    """Last year first, then both years together: the few of an area who answered this year are the difference."""
    persons = people(draw, int(draw.integers(200, 600)))
    last = pd.Series(draw.random(len(persons)) < 0.6, index=persons.index)
    new = persons.index[~last & (persons["area"] == "Väster")]
    keep = persons.index.difference(new[int(draw.integers(1, 8)) :], sort=False)
    persons, last = persons.loc[keep], last[keep]
    answers = answered(draw, persons)
    one = Survey(persons[last], answers[last], ("area",), digits)
    two = Survey(persons, answers, ("area",), digits)
    return Planted(one, two, (of("Svar: förra året"), same), _asked("Svar: i år", persons, answers, ~last, "area"))


def _asked(
    whole: str, persons: pd.DataFrame, answers: pd.DataFrame, who: np.ndarray | pd.Series, by: str
) -> dict[str, tuple[int, int]]:
    """The people some releases differ by, in all and by group."""
    found = {whole: sides(answers, who)}
    return found | {f"{whole} {g}": sides(answers, who & (persons[by] == g)) for g in sorted(set(persons[by]))}


KINDS: dict[str, Callable[[np.random.Generator, int], Planted]] = {
    "age cut": age_cut,
    "redrawn area": redrawn,
    "late answers": late,
    "filter": filtered,
    "two reports": two_reports,
    "last year": earlier_year,
}


def planted(kind: str, seed: int) -> Planted:
    """A pair of a kind; a quarter of whole percentages, the others with a decimal or two."""
    draw = np.random.default_rng([20171128, seed, list(KINDS).index(kind)])
    return KINDS[kind](draw, int(draw.choice([0, 1, 1, 2])))


def release(one: Survey, workspace: Path, *, remember: bool) -> pd.DataFrame:
    """A release as a build makes it: with the ledger of the workspace, and entered into it."""
    before = groups(one)
    ledger = read_ledger(workspace) if remember else Ledger()
    key = key_of(before, one.persons, one.answers, RULES, one.digits)
    shown, hidden = protect_linked(
        before, one.persons, one.answers, rules=RULES, digits=one.digits,
        earlier=lambda indicator: ledger.earlier(WAVE, key, indicator),
    )  # fmt: skip
    if remember:
        item = entry(shown, one.persons, one.answers, hidden, rules=RULES, digits=one.digits)
        write_ledger(workspace, ledger.with_release(WAVE, key, item))
    return shown


def pair_breaches(pair: Planted, folder: Path, *, remember: bool = True) -> list[str]:
    """Small counts, of published groups or of what they differ by, of which the attacker concludes anything."""
    shown = [release(one, folder, remember=remember) for one in (pair.first, pair.second)]
    tables, secret = [], {}
    for frame, one, called in zip(shown, (pair.first, pair.second), pair.names, strict=True):
        for by in one.groupings:
            part = frame[frame["group_by"].isin(["total", by])]
            tables.append(_page(part, called, one.digits, len(tables)))
        for _, row in groups(one).iterrows():
            secret[called(row["group"])] = int(row["yes"]), int(row["n"] - row["yes"])
    known = {called(g) for frame, called in zip(shown, pair.names, strict=True) for g in frame["group"]}
    asked = [(name, HIDDEN, "–") for name in pair.asked if name not in known and name not in _pieces(pair)]
    tables.append(table("Otrygga, frågan", HEAD, [*_totals(shown, pair), *asked]))
    secret |= pair.asked
    found = {
        (f.cell.partition(" / ")[0], f.values.get("side")) for f in audit(publish(folder, *tables), parts=pair.parts)
    }
    return sorted(f"{name} {side}" for name, side in found & _small(secret))


def _page(part: pd.DataFrame, called: Callable[[str], str], digits: int, number: int) -> str:
    return table(f"Otrygga, tabell {number}", HEAD, [_row(row, called, digits) for _, row in part.iterrows()])


def _row(row: pd.Series, called: Callable[[str], str], digits: int) -> tuple[str, str, str]:
    share = f"{100 * row['estimate']:.{digits}f} %".replace(".", ",")
    return called(row["group"]), HIDDEN if row["suppressed"] else share, "–" if pd.isna(row["n"]) else str(row["n"])


def _totals(shown: Sequence[pd.DataFrame], pair: Planted) -> Iterable[tuple[str, str, str]]:
    """Both releases' totals, which put their tables together as one question."""
    rows = {}
    for frame, called, one in zip(shown, pair.names, (pair.first, pair.second), strict=True):
        for _, row in frame[frame["group_by"] == "total"].iterrows():
            rows[called(row["group"])] = _row(row, called, one.digits)
    return rows.values()


def _pieces(pair: Planted) -> set[str]:
    return {piece for pieces in pair.parts.values() for piece in pieces} | {"25–25"}


def _small(secret: Mapping[str, tuple[int, int]]) -> set[tuple[str, str]]:
    return {
        (name, side)
        for name, counts in secret.items()
        for side, count in zip(("yes", "no"), counts, strict=True)
        if 0 < count < RULES.count
    }
