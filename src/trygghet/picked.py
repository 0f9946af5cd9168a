"""A baseline picked for being the worst: what it would have been without the luck that made it the worst."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

import numpy as np
import pandas as pd

from trygghet import estimate
from trygghet.followup import Followup
from trygghet.planning import regression_to_mean
from trygghet.promise_model import Goal

AREA = "area"
ENOUGH = 3


@dataclass(frozen=True)
class Pulled:
    """A measured baseline beside the same one pulled towards the others it was picked among.

    Attributes
    ----------
    value, shrunk : shares 0–1, or crimes.
    n : how many areas or groups were compared, its own among them.
    """

    value: float
    shrunk: float
    n: int


def pulled_baseline(followup: Followup, goal: Goal) -> Pulled | None:
    """The baseline of a goal that was picked for being the worst, pulled towards the rest (empirical Bayes).

    Parameters
    ----------
    goal : with ``picked: worst`` and one area or group in its ``where``; that area or group is compared with the
        other ones in the baseline's own wave, with the goal's other conditions kept.

    Returns
    -------
    None for other goals, where fewer than three may be shown, and for counts of areas of unknown population.

    References
    ----------
    Morris (1983), Journal of the American Statistical Association 78, 47-55; for rates of unequal populations
    Marshall (1991), Applied Statistics 40, 283-294.
    """
    variable = _picked_by(goal)
    if goal.baseline.picked != "worst" or variable is None:
        return None
    own = str(goal.where[variable])
    rates = _crime_rates(followup, goal) if goal.is_count else _shares(followup, goal, variable)
    if rates is None or len(rates) < ENOUGH or own not in rates.index:
        return None
    at = list(rates.index).index(own)
    table = regression_to_mean(rates["value"].to_numpy(), se=rates["se"].to_numpy(), chosen=[at])
    scale = float(rates["scale"].iloc[at])
    return Pulled(scale * float(table["value"].iloc[at]), scale * float(table["shrunk"].iloc[at]), len(rates))


def _picked_by(goal: Goal) -> str | None:
    """The condition the pick was made by: the area, else the only one there is."""
    names = [name for name, wanted in goal.where.items() if not isinstance(wanted, list)]
    if AREA in names:
        return AREA
    return names[0] if len(goal.where) == 1 and names else None


def _shares(followup: Followup, goal: Goal, variable: str) -> pd.DataFrame | None:
    """Share and standard error of every area or group with answers enough."""
    year = goal.baseline.year
    others = {name: wanted for name, wanted in goal.where.items() if name != variable}
    design = followup.domain(goal.model_copy(update={"where": others}), year)
    if variable not in design.frame:
        return None
    table = estimate.mean(design, goal.indicator, by=variable)
    minimum = followup.at(year).rules.survey_base
    table = table[(table["n"] >= minimum) & (table["se"] > 0)]
    # The pulled figure is reckoned from all of them: one that may not be shown could be reckoned from it.
    shown = [_may_be_shown(followup, goal, variable, str(group)) for group in table[variable]]
    table = table[np.array(shown, dtype=bool)]
    index = table[variable].astype(str).to_numpy()
    return pd.DataFrame(
        {"value": table["estimate"].to_numpy(float), "se": table["se"].to_numpy(float), "scale": 1.0}, index=index
    )


def _may_be_shown(followup: Followup, goal: Goal, variable: str, group: str) -> bool:
    there = goal.model_copy(update={"where": {**goal.where, variable: group}})
    return not followup.released(there, goal.baseline.year)["suppressed"]


def _crime_rates(followup: Followup, goal: Goal) -> pd.DataFrame | None:
    """Crimes an inhabitant in every area, with the error an area of its size has at the common rate."""
    wave = followup.ws.wave(goal.source, goal.baseline.year)
    people = followup.at(goal.baseline.year).population
    if wave is None or people is None or AREA not in people or list(goal.where) != [AREA]:
        return None
    size = people.groupby(people[AREA].astype(str))["n"].sum().astype(float)
    size = size[size > 0]
    crimes = [
        followup.counted(goal.model_copy(update={"where": {AREA: area}}), wave.wave.start, wave.wave.end)
        for area in size.index
    ]
    common = sum(crimes) / float(size.sum())
    if isnan(common) or common <= 0:
        return None
    noise = np.sqrt(followup.dispersion(goal) * common / size.to_numpy())
    return pd.DataFrame(
        {"value": np.asarray(crimes, float) / size.to_numpy(), "se": noise, "scale": size.to_numpy()}, index=size.index
    )
