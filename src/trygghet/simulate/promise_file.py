"""The promise of 2016, its baselines filled in from the weighted answers of that year."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from trygghet.simulate.answers import Wave, unsafe
from trygghet.simulate.incidents import CrimeFile
from trygghet.simulate.known_truth import INDICATORS
from trygghet.simulate.model import Town, margins
from trygghet.simulate.specification import specification, template

BASELINE_YEAR, FOLLOW_UP = "2016", "2017"
BASELINE_PERIOD = ("2015-04-01", "2016-03-31")


def promise_text(of: Town, wave: Wave, crime: CrimeFile) -> str:
    """``loften.yml`` of a town.

    Parameters
    ----------
    wave : the answers of the baseline year.
    crime : the reports, of which the baseline period is counted.
    """
    model = specification("promises")
    weights = raked(of, wave)
    goals = [_goal(goal, of, wave, weights, crime) for goal in model["goals"]]
    buffer = io.StringIO()
    writer = YAML()
    writer.width, writer.allow_unicode = 110, True
    writer.representer.add_representer(
        type(None), lambda r, _: r.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    writer.dump({"promises": model["promises"], "goals": goals, "activities": model["activities"]}, buffer)
    return template("promises_head.txt") + buffer.getvalue()


def _goal(goal: dict[str, Any], of: Town, wave: Wave, weights: pd.Series, crime: CrimeFile) -> dict[str, Any]:
    baseline, target = {"year": BASELINE_YEAR}, dict(goal["target"])
    if goal["indicator"].startswith("crime:"):
        baseline["count"] = reported(crime, goal["indicator"].removeprefix("crime:"))
    else:
        baseline |= share(of, wave, weights, goal)
    if "factor" in target:
        target["value"] = round(baseline["estimate"] * target.pop("factor"), 2)
    rest = {key: value for key, value in goal.items() if key != "target"}
    return {**rest, "baseline": baseline, "target": target, "follow_up": FOLLOW_UP}


def reported(crime: CrimeFile, group: str) -> int:
    """Crimes of a group reported in the baseline period."""
    own = crime.events[(crime.events["group"] == group) & crime.events["reported"].between(*BASELINE_PERIOD)]
    return int(own["n_crimes"].sum())


def share(of: Town, wave: Wave, weights: pd.Series, goal: dict[str, Any]) -> dict[str, Any]:
    """A goal's weighted share and number of answers in the baseline wave."""
    names = {indicator: item for item, indicator in INDICATORS.items()}
    item = names.get(goal["indicator"], goal["indicator"].removeprefix("problem_"))
    values = unsafe(wave.answers[item], of.items[BASELINE_YEAR][item])
    chosen = values.notna()
    for variable, level in goal["where"].items():
        chosen &= wave.answers[variable] == level
    estimate = np.average(values[chosen], weights=weights[chosen])
    return {"estimate": round(float(estimate), 3), "n": int(chosen.sum())}


def raked(of: Town, wave: Wave, *, rounds: int = 60) -> pd.Series:
    """Design weights raked to area, and to sex by age group (Deming and Stephan 1940)."""
    answers = wave.answers
    weights = answers["weight"].astype(float)
    sets = [(["area"], margins(of, "area")), (["sex", "age_group"], margins(of, "sex", "age_group"))]
    for _ in range(rounds):
        for by, totals in sets:
            keys = (
                answers[by[0]].astype(object)
                if len(by) == 1
                else answers[by].astype(object).agg(tuple, axis=1)
            )
            sums = weights.groupby(keys).sum()
            weights = weights * keys.map(totals / sums.reindex(totals.index)).astype(float)
    return weights
