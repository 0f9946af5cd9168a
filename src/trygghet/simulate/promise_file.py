"""The promise of 2016, its baselines filled in from that year's weighted answers and reported crimes, and its lock."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from trygghet import estimate, estimates, indicators, promises, sources
from trygghet.design import SurveyDesign
from trygghet.simulate.specification import YEARS, specification, template
from trygghet.weighting import weigh
from trygghet.workspace import Workspace

BASELINE_YEAR, FOLLOW_UP = YEARS
OTHERS = "others"


def promise_text(folder: Path) -> str:
    """``loften.yml`` of a town whose other files are written.

    Parameters
    ----------
    folder : the workspace; its 2016 wave is read, weighted and estimated as any report would.
    """
    ws = Workspace.open(folder, BASELINE_YEAR)
    model = specification("promises")
    design = _weighted(ws)
    goals = [_goal(goal, ws, design) for goal in model["goals"]]
    buffer = io.StringIO()
    writer = YAML()
    writer.width, writer.allow_unicode = 110, True
    writer.representer.add_representer(type(None), _null)
    writer.dump({"promises": model["promises"], "goals": goals, "activities": model["activities"]}, buffer)
    return template("promises_head.txt") + buffer.getvalue()


def lock_as_signed(folder: Path) -> None:
    """Lock the promises of a town anew, dated the day they were decided."""
    ws = Workspace.open(folder, BASELINE_YEAR)
    promises.lock_path(ws).unlink(missing_ok=True)
    days = [item.decided for item in promises.load(ws).promises if item.decided is not None]
    promises.lock_promises(ws, day=max(days))


def _null(representer: Any, _: None) -> Any:
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")


def _weighted(ws: Workspace) -> SurveyDesign:
    """The baseline wave's design with every goal's indicator as a column."""
    survey, wave = sources.read_survey(ws), ws.wave("citizens")
    assert wave is not None
    design = weigh(survey, wave, sources.read_population(ws))
    known = indicators.load(ws)
    asked = {g["indicator"] for g in specification("promises")["goals"]} & set(known)
    return design.with_columns(**{name: indicators.apply(known[name], survey) for name in sorted(asked)})


def _goal(goal: dict[str, Any], ws: Workspace, design: SurveyDesign) -> dict[str, Any]:
    baseline: dict[str, Any] = {"year": BASELINE_YEAR}
    target = dict(goal["target"])
    if goal["indicator"].startswith(estimates.CRIME):
        baseline["count"] = _count(goal, ws)
    else:
        baseline |= _share(goal, design)
    if "factor" in target:
        target["value"] = round(baseline["estimate"] * target.pop("factor"), 2)
    rest = {key: value for key, value in goal.items() if key != "target"}
    if rest["comparison"] == OTHERS:
        rest["comparison"] = [name for name in ws.area_labels if name != goal["where"]["area"]]
    return {**rest, "baseline": baseline, "target": target, "follow_up": FOLLOW_UP}


def _share(goal: dict[str, Any], design: SurveyDesign) -> dict[str, Any]:
    """A goal's weighted share and number of answers in the baseline wave."""
    chosen = np.ones(len(design.frame), dtype=bool)
    for variable, level in goal["where"].items():
        chosen &= (design.frame[variable].astype(str) == level).to_numpy()
    row = estimate.proportion(design.subset(chosen), goal["indicator"]).iloc[0]
    return {"estimate": round(float(row["estimate"]), 3), "n": int(row["n"])}


def _count(goal: dict[str, Any], ws: Workspace) -> int:
    """Crimes of a goal's offence group in the baseline period."""
    incidents, wave = sources.read_incidents(ws), ws.wave("incidents")
    assert wave is not None
    rows = estimates.in_period(incidents, wave.wave.start, wave.wave.end)
    own = rows[rows["offence_group"] == goal["indicator"].removeprefix(estimates.CRIME)]
    if "area" in goal["where"]:
        own = own[own["area"] == goal["where"]["area"]]
    return int(own["n_crimes"].sum())
