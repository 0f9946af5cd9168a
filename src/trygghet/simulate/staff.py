"""What municipal staff and the police's own staff answer, and the truth behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from trygghet.simulate.model import Town
from trygghet.simulate.specification import reference, specification

DEADLINES = {"2016": date(2016, 2, 29), "2017": date(2017, 2, 28)}
LATE_DAYS = 24


@dataclass(frozen=True, eq=False)
class StaffWave:
    """One wave among staff.

    Attributes
    ----------
    rows : a row for each answer as delivered.
    asked : unit, n_asked.
    truth : unit, problem, n_naming, n_asked: what everyone asked would have named.
    """

    rows: pd.DataFrame
    asked: pd.DataFrame
    truth: pd.DataFrame


def municipal(of: Town, year: str) -> StaffWave:
    """Workplace meetings of the municipality: every workplace has its view, some send it in."""
    rng = np.random.default_rng([of.seed, int(year), 4])
    model = specification("staff")
    names, rates = list(model["named"][year]), np.array(list(model["named"][year].values()))
    rows, naming = [], []
    for unit in model["units"]:
        boost = np.array([unit["boost"].get(name, 1.0) for name in names])
        answered = _answering(unit["asked"], unit["answering"][year], rng)
        for number in range(unit["asked"]):
            chosen = _named(names, rates * boost, model["per_answer"], rng)
            naming += [(unit["name"], name) for name in chosen]
            row = _meeting(unit, number, chosen, year, rng)
            if number in answered:
                rows.append(row)
    rows += [_again(rows[int(i)], rng) for i in rng.choice(len(rows), model["double"], replace=False)]
    asked = pd.DataFrame([(u["name"], u["asked"]) for u in model["units"]], columns=["unit", "n_asked"])
    frame = pd.DataFrame(rows).sort_values(["Inkom", "Förvaltning", "Arbetsplats"], kind="stable")
    return StaffWave(frame.reset_index(drop=True), asked, _truth(naming, asked))


def police(of: Town, year: str) -> StaffWave:
    """The police's own staff: a handful of persons, a row each."""
    rng = np.random.default_rng([of.seed, int(year), 5])
    model = specification("staff")["police"]
    names, rates = list(model["named"][year]), np.array(list(model["named"][year].values()))
    posts = [post for post, number in model["posts"].items() for _ in range(number)]
    answered = set(rng.choice(len(posts), model["answering"][year], replace=False).tolist())
    rows, naming = [], []
    for number, post in enumerate(posts):
        chosen = _named(names, rates, 2.6, rng)
        naming += [("", name) for name in chosen]
        if number in answered:
            place, time = _where_when(chosen[0], rng)
            rows.append({"tjanst": post, **_problems(chosen, "problem{}", rng), "plats": place, "tid": time})
    order = rng.permutation(len(rows))
    frame = pd.DataFrame([rows[i] for i in order])
    frame.insert(0, "medarbetare", [f"M{number:02d}" for number in range(1, len(rows) + 1)])
    asked = pd.DataFrame({"unit": [""], "n_asked": [len(posts)]})
    return StaffWave(frame, asked, _truth(naming, asked))


def _answering(asked: int, share: float, rng: np.random.Generator) -> set[int]:
    return set(rng.choice(asked, round(asked * share), replace=False).tolist())


def _named(names: list[str], rates: np.ndarray, mean: float, rng: np.random.Generator) -> list[str]:
    """One to three problems, without repeats, by their rates."""
    count = int(rng.choice([1, 2, 3], p=_number_chances(mean)))
    return [str(n) for n in rng.choice(names, count, replace=False, p=rates / rates.sum())]


def _number_chances(mean: float) -> list[float]:
    """Chances of one, two and three answers with the stated mean (between 1.5 and 3)."""
    three = (mean - 1.5) / 1.5
    return [(1 - three) / 2, (1 - three) / 2, three]


def _meeting(
    unit: Mapping[str, Any], number: int, chosen: list[str], year: str, rng: np.random.Generator
) -> dict[str, Any]:
    model = specification("staff")
    deadline = DEADLINES[year]
    late = rng.random() < model["late"]
    kinds = unit["workplaces"]
    received = deadline + timedelta(days=int(rng.integers(1, LATE_DAYS)) * (1 if late else -1))
    day = received - timedelta(days=int(rng.integers(0, 6)))
    place, time = _where_when(chosen[0], rng)
    comment = str(rng.choice(model["comments"])) if rng.random() < 0.28 else ""
    return {
        "Förvaltning": unit["name"],
        "Arbetsplats": f"{kinds[number % len(kinds)]} {number // len(kinds) + 1}",
        "Datum": day,
        "Närvarande": int(rng.integers(*model["present"])),
        "Inkom": received,
        **_problems(chosen, "Problem {}", rng),
        "Plats": place,
        "Tid": time,
        "Kommentar": comment,
    }


def _problems(chosen: list[str], column: str, rng: np.random.Generator) -> dict[str, str]:
    """Three cells: the problem's name, another wording, or its code."""
    items = {item["id"]: item for item in reference("problems.yml")}
    cells = {}
    for position in range(3):
        text = ""
        if position < len(chosen):
            item, draw = items[chosen[position]], rng.random()
            text = item["label"]["sv"]
            if draw < specification("staff")["coded"]:
                text = item["id"].upper()
            elif draw < 0.28:
                text = str(rng.choice(item["staff_labels"])).capitalize()
        cells[column.format(position + 1)] = text
    return cells


def _where_when(problem: str, rng: np.random.Generator) -> tuple[str, str]:
    model = specification("staff")
    places = model["places"].get(problem, model["anywhere"])
    times = model["times"].get(problem, model["any_time"])
    return str(rng.choice(places)), str(rng.choice(times))


def _again(row: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """The same workplace's answer sent in once more."""
    return {**row, "Inkom": row["Inkom"] + timedelta(days=int(rng.integers(0, 3)))}


def _truth(naming: list[tuple[str, str]], asked: pd.DataFrame) -> pd.DataFrame:
    table = pd.DataFrame(naming, columns=["unit", "problem"])
    counts = table.groupby(["unit", "problem"]).size().rename("n_naming").reset_index()
    return counts.merge(asked, on="unit")


def contacts(of: Town, year: str) -> pd.DataFrame:
    """Dialogues and contacts in daily police work, 1 April to 31 March before the report."""
    rng = np.random.default_rng([of.seed, int(year), 6])
    model = specification("staff")["contacts"]
    labels = {item["id"]: item["label"]["sv"] for item in reference("problems.yml")}
    start = date(int(year) - 1, 4, 1)
    days = np.sort(rng.integers(0, 365, model["yearly"]))
    rows = []
    for day in days:
        kind = _weighted(model["kinds"], rng)
        problem = _weighted(model["problems"], rng)
        named = "" if rng.random() < 0.12 else labels[problem]
        fewest, most = model["people"][kind]
        place = of.places[int(rng.choice(len(of.places), p=[p.share / _shares(of) for p in of.places]))]
        rows.append(
            {
                "datum": (start + timedelta(days=int(day))).isoformat(),
                "typ": kind,
                "plats": place.name,
                "antal": int(rng.integers(fewest, most, endpoint=True)),
                "problem": named,
                "anteckning": str(rng.choice(model["notes"])),
            }
        )
    return pd.DataFrame(rows)


def _shares(of: Town) -> float:
    return sum(place.share for place in of.places)


def _weighted(table: Mapping[str, float], rng: np.random.Generator) -> str:
    weight = np.array(list(table.values()), dtype=float)
    return str(rng.choice(list(table), p=weight / weight.sum()))
