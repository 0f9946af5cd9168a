"""A goal's effect against its comparison areas, and a year's goals in one table.

The level (is the target passed) comes from `trygghet.evaluation`; here is whether the area changed more than others
did, and what was done, each in columns of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import nan

import numpy as np
import pandas as pd

from trygghet.comparison import CountEffect, did_count
from trygghet.design import SurveyDesign
from trygghet.did import ShareEffect, did_share
from trygghet.errors import TrygghetError
from trygghet.evaluation import EvidenceLevel, Reached, activity_summary, adjust, evidence_level
from trygghet.messages import Words
from trygghet.plan_words import describe_effect
from trygghet.promise_model import Goal
from trygghet.promises import Registry

AREA, COMPARED, TREATED = "area", "compared_area", "measures"
MONTHS = 12


def share_effect(
    goal: Goal, before: SurveyDesign, after: SurveyDesign, *, earlier: SurveyDesign | None = None
) -> ShareEffect | None:
    """Change of a goal's share in its area against its comparison areas.

    Parameters
    ----------
    goal : its ``where`` names the area (or areas, taken together) and other conditions that hold in every area;
        ``comparison`` names the areas to compare with.
    before, after, earlier : designs with the indicator as a column and ``area``.

    Returns
    -------
    None when the goal has no area or no comparison area.
    """
    if not treated_areas(goal) or not goal.comparison or goal.is_count:
        return None
    first, second = (held(wave, goal) for wave in (before, after))
    past = None if earlier is None else held(earlier, goal)
    others: list[object] = list(goal.comparison)
    return did_share(first, second, goal.indicator, area=COMPARED, treated=TREATED, comparison=others, earlier=past)


def count_effect(
    goal: Goal, incidents: pd.DataFrame, *, begin: date, end: date, months: int = MONTHS
) -> CountEffect | None:
    """Change of a goal's crimes in its area against its comparison areas, by month.

    Parameters
    ----------
    goal : a count goal with an area and comparison areas.
    incidents : DataFrame offence_group, area, start, reported, n_crimes.
    begin, end : first and last day of the follow-up, whole months.
    months : months before `begin` to compare with.

    Returns
    -------
    None when the goal has no area or no comparison area.
    """
    if not treated_areas(goal) or not goal.comparison or not goal.is_count:
        return None
    start = pd.Period(begin, "M")
    result = did_count(monthly_panel(goal, incidents, first=start - months, last=pd.Period(end, "M")), TREATED, start)
    known = incidents["start"].fillna(incidents["reported"]).min()
    if pd.isna(known) or pd.Period(known, "M") > start - 2 * months:
        return result
    earlier = monthly_panel(goal, incidents, first=start - 2 * months, last=start - 1)
    try:
        trend = did_count(earlier, TREATED, start - months)
    except TrygghetError:
        return result
    return replace(result, pretrend=trend.irr, pretrend_lo=trend.lo, pretrend_hi=trend.hi)


def monthly_panel(goal: Goal, incidents: pd.DataFrame, *, first: pd.Period, last: pd.Period) -> pd.DataFrame:
    """A goal's crimes by month in its own area (``measures``) and each comparison area: area, month, count."""
    rows = incidents[incidents["offence_group"].astype(str) == goal.offence_group]
    month = rows["start"].fillna(rows["reported"]).dt.to_period("M")
    counted = rows["n_crimes"].groupby([_recoded(rows[AREA], treated_areas(goal)), month]).sum()
    every = pd.MultiIndex.from_product([[TREATED, *(goal.comparison or [])], pd.period_range(first, last, freq="M")])
    return counted.reindex(every, fill_value=0).rename_axis([AREA, "month"]).rename("count").reset_index()


@dataclass(frozen=True)
class Outcome:
    """What was found for one goal: its level, and its effect where it has comparison areas."""

    goal: Goal
    reached: Reached | None
    effect: ShareEffect | CountEffect | None = None

    @property
    def evidence(self) -> EvidenceLevel:
        """How far the design allows to say what the change came from."""
        areas = 0 if self.effect is None else round(1 / self.effect.smallest_p) - 1
        checked = self.effect is not None and not np.isnan(self.effect.pretrend)
        return evidence_level(baseline=True, comparison_areas=areas, pretrend_checked=checked)


def yearly_report(registry: Registry, outcomes: Sequence[Outcome], words: Words) -> pd.DataFrame:
    """A year's goals, a row each: what was done, the level, the effect and the strength of evidence.

    Returns
    -------
    DataFrame goal, title, n_activities, n_done, dose (0–1), support (0–1), label, verdict, effect (share points or
        percent/100), effect_low, effect_high, effect_p, effect_p_adjusted (Holm within the goal's family), evidence,
        sentences (of activities, effect and evidence, one text). ``attrs["n_tested"]`` counts the effects.
    """
    adjusted = holm_by_family(outcomes)
    rows = []
    for item in outcomes:
        done = activity_summary(registry, item.goal, words)
        low, effect, high = _effect_numbers(item.effect)
        p = adjusted.get(item.goal.id, nan)
        said = [done.sentence(words)]
        if item.effect is not None:
            said += describe_effect(item.effect, words, p=p)
        label = item.reached.label if item.reached is not None else "undecided"
        rows.append({
            "goal": item.goal.id, "title": words.pick(item.goal.title), "n_activities": done.n,
            "n_done": done.counts["done"], "dose": done.dose,
            "support": item.reached.support if item.reached is not None else nan, "label": label,
            "verdict": words(f"evaluation.labels.{label}"), "effect": effect, "effect_low": low, "effect_high": high,
            "effect_p": item.effect.p if item.effect is not None else nan, "effect_p_adjusted": p,
            "evidence": item.evidence.level, "sentences": " ".join([*said, item.evidence.sentence(words)]),
        })  # fmt: skip
    table = pd.DataFrame(rows)
    table.attrs["n_tested"] = len(adjusted)
    return table


def holm_by_family(outcomes: Sequence[Outcome]) -> Mapping[str, float]:
    """p of every effect, Holm-adjusted within its goal's family; goals without a family share one."""
    families: dict[str, list[Outcome]] = {}
    for item in outcomes:
        if item.effect is not None:
            families.setdefault(item.goal.family or "", []).append(item)
    found: dict[str, float] = {}
    for items in families.values():
        p = adjust([item.effect.p for item in items if item.effect is not None], "holm")
        found |= {item.goal.id: float(value) for item, value in zip(items, p, strict=True)}
    return found


def _effect_numbers(effect: ShareEffect | CountEffect | None) -> tuple[float, float, float]:
    if effect is None:
        return nan, nan, nan
    if isinstance(effect, ShareEffect):
        return effect.lo, effect.did, effect.hi
    return effect.lo - 1, effect.irr - 1, effect.hi - 1


def treated_areas(goal: Goal) -> list[object]:
    """The area or areas a goal's measures are meant for."""
    return _listed(goal.where.get(AREA))


def held(design: SurveyDesign, goal: Goal) -> SurveyDesign:
    """The domain where the goal's conditions hold, its area aside, with the treated areas as one (`COMPARED`)."""
    keep = np.ones(len(design.frame), dtype=bool)
    for variable, wanted in goal.where.items():
        if variable != AREA:
            keep &= design.frame[variable].astype(str).isin([str(value) for value in _listed(wanted)]).to_numpy()
    return design.with_columns(**{COMPARED: _recoded(design.frame[AREA], treated_areas(goal))}).subset(keep)


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple)) else ([] if value is None else [value])


def _recoded(area: pd.Series, treated: list[object]) -> pd.Series:
    return area.astype(object).where(~area.isin(treated), TREATED)
