"""The truth of a town in a form a file can hold and a test can read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from trygghet.simulate.incidents import CrimeFile, daily_rate, hour_shares
from trygghet.simulate.model import Town, truth
from trygghet.simulate.specification import YEARS, specification
from trygghet.simulate.staff import StaffWave

GROUPS: tuple[tuple[str, ...], ...] = ((), ("sex",), ("age_group",), ("area",), ("area", "sex"))
INDICATORS = {"night_alone": "unsafe_night", "day_alone": "unsafe_day"}
WORKPLACE = ("Förvaltning", "Arbetsplats")
CRIME_YEARS = {"2015": 2014, "2016": 2015, "2017": 2016}


def known_truth(
    of: Town,
    *,
    crime: CrimeFile,
    staff: Mapping[str, StaffWave],
    police: Mapping[str, StaffWave],
    planted: Any,
) -> dict[str, Any]:
    """Everything a test may ask of the simulated files."""
    return {
        "name": of.name,
        "code": of.code,
        "seed": of.seed,
        "population_16_85": int(of.population.loc[of.population["age"].between(16, 85), "n"].sum()),
        "indicators": {year: _indicators(of, year) for year in YEARS},
        "goals": {year: _goals(of, year) for year in YEARS},
        "effects": _effects(of),
        "crime": _crime(of, crime),
        "crime_faults": crime.faults,
        "staff": {year: _staff(staff[year]) for year in YEARS},
        "police": {year: _staff(police[year]) for year in YEARS},
        "planted": planted,
    }


def _indicators(of: Town, year: str) -> dict[str, Any]:
    """Indicator to group to true share; ``total`` for the whole town."""
    found: dict[str, Any] = {}
    for name, item in of.items[year].items():
        if len(item.categories) == item.n_head:
            continue
        groups = GROUPS if name == "night_alone" else GROUPS[:4]
        found[_indicator(name)] = {"/".join(by) or "total": _shares(of, year, name, by) for by in groups}
    return found


def _indicator(item: str) -> str:
    return f"problem_{item}" if item[0] == "p" and item[1:].isdigit() else INDICATORS.get(item, item)


def _shares(of: Town, year: str, item: str, by: tuple[str, ...]) -> Any:
    table = truth(of, year, item, by=by)
    if not by:
        return round(float(table["truth"].iloc[0]), 6)
    keys = table[list(by)].astype(str).agg("/".join, axis=1)
    return {key: round(float(value), 6) for key, value in zip(keys, table["truth"], strict=True)}


def _goals(of: Town, year: str) -> dict[str, float]:
    """The true value of what each goal of the promise measures."""
    found = {}
    items = {_indicator(name): name for name in of.items[year]}
    for goal in specification("promises")["goals"]:
        if goal["indicator"] not in items:
            continue
        where = goal["where"]
        table = truth(of, year, items[goal["indicator"]], by=tuple(where))
        chosen = table if not where else table[(table[list(where)] == list(where.values())).all(axis=1)]
        found[goal["id"]] = round(float(chosen["truth"].iloc[0]), 6)
    return found


def _effects(of: Town) -> dict[str, float]:
    """What each goal's own area truly changed beyond the areas it is compared with.

    Of a share: its change minus that of the other areas' people taken together; of a count: the ratio of the two
    ratios, 1 because the rates of crime have no change of their own in any area.
    """
    found = {}
    items = {_indicator(name): name for name in of.items["2016"]}
    for goal in specification("promises")["goals"]:
        if goal["comparison"] is None:
            continue
        if goal["indicator"] not in items:
            found[goal["id"]] = 1.0
            continue
        changes = {True: 0.0, False: 0.0}
        for year, sign in zip(YEARS, (-1, 1), strict=True):
            table = truth(of, year, items[goal["indicator"]], by=("area",))
            own = table["area"] == goal["where"]["area"]
            for side, part in ((True, table[own]), (False, table[~own])):
                changes[side] += sign * float((part["truth"] * part["base"]).sum() / part["base"].sum())
        found[goal["id"]] = round(changes[True] - changes[False], 6)
    return found


def _crime(of: Town, crime: CrimeFile) -> dict[str, Any]:
    """Expected events, and the reports and crimes the file dates there, in twelve months from 1 April."""
    found: dict[str, Any] = {}
    for group in specification("incidents")["groups"]:
        rate = daily_rate(of, group)
        own = crime.events[crime.events["group"] == group]
        periods = {}
        for label, year in CRIME_YEARS.items():
            start, end = pd.Timestamp(year, 4, 1), pd.Timestamp(year + 1, 3, 31)
            dated = own[own["dated"].between(start, end + pd.Timedelta("23:59:59"))]
            periods[label] = {
                "expected": round(float(rate[start:end].sum()), 3),
                "reports": len(dated),
                "crimes": int(dated["n_crimes"].sum()),
            }
        found[group] = {"periods": periods, "hours": [round(float(s), 5) for s in hour_shares(group)]}
    return found


def _workplaces(wave: StaffWave) -> int:
    """Workplaces that answered, those that sent in twice counted once."""
    return len(wave.rows.drop_duplicates(list(WORKPLACE)))


def _staff(wave: StaffWave) -> dict[str, Any]:
    """What all asked would have named: the truth behind the answers that came."""
    total = int(wave.asked["n_asked"].sum())
    naming = wave.truth.groupby("problem")["n_naming"].sum()
    return {
        "asked": total,
        "rows": len(wave.rows),
        "answered": len(wave.rows) if not set(WORKPLACE) <= set(wave.rows) else _workplaces(wave),
        "naming": {problem: int(n) for problem, n in sorted(naming.items())},
    }
