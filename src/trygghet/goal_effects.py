"""A goal's change against its comparison areas, with what may be shown of it.

The question is another than whether the target is passed: it is whether the goal's own area changed more than areas
where the measures were not taken. Areas with too few answers are left out of the comparison and named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import pandas as pd

from trygghet import estimate
from trygghet.comparison import CountEffect, Wdd, wdd
from trygghet.counts import pooled_dispersion
from trygghet.design import SurveyDesign
from trygghet.did import ENOUGH_AREAS, ShareEffect
from trygghet.effects import COMPARED, MONTHS, TREATED, count_effect, held, monthly_panel, share_effect, treated_areas
from trygghet.promise_model import Goal
from trygghet.proposals import Versus

CUSTOMARY = 0.05
Wave = Literal["earlier", "before", "after"]


@dataclass(frozen=True)
class Pair:
    """A level before and after: shares 0–1 with numbers of answers, or counts (then `n_before`, `n_after` are 0)."""

    before: float
    after: float
    n_before: int = 0
    n_after: int = 0


@dataclass(frozen=True)
class Compared:
    """What was found for one goal against its comparison areas.

    Attributes
    ----------
    effect : None when no comparison area could be used.
    own, others : levels of the goal's own area and of the comparison areas taken together; None where the latter
        may not be shown.
    areas : comparison areas that were used.  left_out : those with too few answers.  kept_back : those whose share
        may not be shown in one of the waves, lest somebody be pointed out.
    p : of the effect, adjusted for the goals that were tested (Holm); its own p until `adjusted` is called.
    check : the weighted displacement difference of a count goal, on the scale of crimes.
    crimes : of a count goal, each comparison area's number before and after.
    """

    goal: Goal
    effect: ShareEffect | CountEffect | None
    own: Pair | None = None
    others: Pair | None = None
    areas: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    p: float = 1.0
    check: Wdd | None = None
    crimes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    kept_back: tuple[str, ...] = ()

    @property
    def size(self) -> float:
        """Change beyond the comparison: share points/100, or part of the count; negative is less."""
        if isinstance(self.effect, ShareEffect):
            return self.effect.did
        return self.effect.irr - 1 if self.effect is not None else float("nan")

    @property
    def versus(self) -> Versus:
        """Better or worse than the comparison beyond chance, or unclear; fewer than five areas are always unclear."""
        if self.effect is None:
            return "none"
        if self.p > CUSTOMARY or len(self.areas) < ENOUGH_AREAS:
            return "unclear"
        return "better" if (self.size < 0) == (self.goal.direction == "decrease") else "worse"

    @property
    def verdict(self) -> Literal["better", "worse", "unclear", "few_areas", "none"]:
        """`versus`, with few areas told apart."""
        if self.effect is not None and len(self.areas) < ENOUGH_AREAS:
            return "few_areas"
        return self.versus


def has_comparison(goal: Goal) -> bool:
    """Whether a goal names an area of its own and areas to compare with."""
    return bool(treated_areas(goal) and goal.comparison)


def compare_share(
    goal: Goal,
    before: SurveyDesign,
    after: SurveyDesign,
    *,
    minimum: int,
    earlier: SurveyDesign | None = None,
    may_show: Callable[[Sequence[str], Wave], bool] = lambda *_: True,
) -> Compared:
    """A share goal against its comparison areas.

    Parameters
    ----------
    before, after, earlier : designs with the goal's indicator as a column.
    minimum : fewest answers an area must have in both waves to take part.
    may_show : whether the share of some areas taken together may be shown in a wave. An area whose share may not takes
        no part: the differences that are told would give it away.
    """
    tables = [estimate.mean(held(wave, goal), goal.indicator, by=COMPARED) for wave in (before, after)]
    counts = [{str(row[COMPARED]): int(row["n"]) for _, row in table.iterrows()} for table in tables]
    named = [str(area) for area in goal.comparison or ()]
    enough = [area for area in named if min(count.get(area, 0) for count in counts) >= minimum]
    left_out = tuple(area for area in named if area not in enough)
    used = [area for area in enough if may_show([area], "before") and may_show([area], "after")]
    kept_back = tuple(area for area in enough if area not in used)
    if not used or min(count.get(TREATED, 0) for count in counts) < minimum:
        return Compared(goal, None, left_out=left_out, kept_back=kept_back)
    chosen = goal.model_copy(update={"comparison": used})
    told = [*([area] for area in used), [str(area) for area in treated_areas(goal)]]
    past = earlier if earlier is not None and all(may_show(areas, "earlier") for areas in told) else None
    effect = share_effect(chosen, before, after, earlier=past)
    together = may_show(used, "before") and may_show(used, "after")
    return Compared(
        goal,
        effect,
        _pair(tables, counts),
        _pooled(chosen, before, after, used) if together else None,
        tuple(used),
        left_out,
        effect.p if effect is not None else 1.0,
        kept_back=kept_back,
    )


def compare_count(goal: Goal, incidents: pd.DataFrame, *, begin: date, end: date, months: int = MONTHS) -> Compared:
    """A count goal against its comparison areas, by month from `months` before `begin` to `end`."""
    effect = count_effect(goal, incidents, begin=begin, end=end, months=months)
    start = pd.Period(begin, "M")
    panel = monthly_panel(goal, incidents, first=start - months, last=pd.Period(end, "M"))
    panel = panel.assign(post=panel["month"] >= start, own=panel["area"] == TREATED)
    sums = panel.groupby(["own", "post"])["count"].sum()
    own = Pair(float(sums[True, False]), float(sums[True, True]))
    others = Pair(float(sums[False, False]), float(sums[False, True]))
    check = None
    if own.before > 0 and others.before > 0:
        # The comparison is scaled to the own area's number of crimes before: both then ask how many crimes an equal
        # development would have given.
        weights = (1.0, others.before / own.before, 1.0, 1.0)
        phi = _phi(goal, incidents, start, effect)
        check = wdd((own.before, own.after), (others.before, others.after), area=weights, phi=phi)
    areas = tuple(str(area) for area in goal.comparison or ())
    each = panel.groupby(["area", "post"])["count"].sum()
    crimes = {area: (int(each[area, False]), int(each[area, True])) for area in areas}
    p = effect.p if effect is not None else 1.0
    return Compared(goal, effect, own, others, areas, (), p, check, crimes)


def _phi(goal: Goal, incidents: pd.DataFrame, start: pd.Period, effect: CountEffect | None) -> float:
    """Dispersion of up to three years of months before; the model's own where fewer than two are known."""
    known = incidents["start"].fillna(incidents["reported"]).min()
    first = start - 3 * MONTHS if pd.isna(known) else max(pd.Period(known, "M"), start - 3 * MONTHS)
    if (start - first).n >= 2 * MONTHS:
        past = monthly_panel(goal, incidents, first=first, last=start - 1)
        sides = past.groupby([past["area"] == TREATED, "month"])["count"].sum().unstack("month")
        return pooled_dispersion(list(sides.to_numpy(float)))
    return max(1.0, effect.phi) if effect is not None and effect.phi == effect.phi else 1.0


def _pair(tables: list[pd.DataFrame], counts: list[dict[str, int]]) -> Pair:
    levels = [float(table.loc[table[COMPARED] == TREATED, "estimate"].iloc[0]) for table in tables]
    return Pair(levels[0], levels[1], counts[0][TREATED], counts[1][TREATED])


def _pooled(goal: Goal, before: SurveyDesign, after: SurveyDesign, areas: list[str]) -> Pair:
    """The comparison areas taken together."""
    rows = []
    for wave in (before, after):
        domain = held(wave, goal)
        inside = domain.frame[COMPARED].astype(str).isin(areas).to_numpy()
        rows.append(estimate.mean(domain.subset(inside), goal.indicator).iloc[0])
    levels = [float(row["estimate"]) for row in rows]
    return Pair(levels[0], levels[1], int(rows[0]["n"]), int(rows[1]["n"]))
