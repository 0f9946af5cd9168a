"""What a goal's numbers could show, and what a comparison showed, in plain sentences."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor, isfinite, log10, nan
from typing import Any

import pandas as pd

from trygghet.comparison import CountEffect
from trygghet.did import ShareEffect
from trygghet.messages import Words
from trygghet.plan_chart import strip
from trygghet.planning import Feasibility, feasible
from trygghet.promise_model import Goal
from trygghet.promises import Registry
from trygghet.verdict_words import goal_sentence

CUSTOMARY = 0.05


def describe_plan(goal: Goal, plan: Feasibility, words: Words, *, n: int | None = None) -> tuple[str, ...]:
    """Whether a goal can be measured, and if not, the four ways out.

    Parameters
    ----------
    plan : `trygghet.planning.feasible` of the goal.
    n : answers planned for the follow-up; the baseline's when None.

    Returns
    -------
    tuple of sentences: the goal, what can be detected, measurable or not, and the ways out, one each.
    """
    kind = "count" if goal.is_count else "share"
    sentences = [goal_sentence(goal, words, planned=True)]
    if plan.detectable.change is None:
        sentences.append(words(f"evaluation.plan.{kind}_none"))
    else:
        size, wanted = (_size(goal, change, words) for change in (plan.detectable.change, plan.wanted))
        base = goal.baseline.count if goal.is_count else goal.baseline.n
        two = not goal.is_count and n is not None and n != base
        key = "share_two" if two else kind
        sentences.append(words(f"evaluation.plan.{key}", n=base, after=n, size=size, wanted=wanted))
    if plan.measurable:
        return (*sentences, words("evaluation.plan.measurable"))
    if isfinite(plan.needed):
        sentences.append(
            words(
                f"evaluation.plan.not_{kind}",
                needed=words.number(_rounded_up(plan.needed)),
                answers=_answers(goal, n, words),
                crimes=words.number(goal.baseline.count or 0),
            )
        )
    else:
        sentences.append(words(f"evaluation.plan.never_{kind}"))
    return (*sentences, *(words(f"evaluation.plan.ways.{way}") for way in plan.ways_out))


def _answers(goal: Goal, n: int | None, words: Words) -> str:
    """Answers of the first wave, and of the second where they are others: ``450``, ``450 och 900``."""
    waves = dict.fromkeys([goal.baseline.n or 0, n or goal.baseline.n or 0])
    return words.sequence([words.number(size) for size in waves])


def plan_table(
    registry: Registry,
    words: Words,
    *,
    answers: Mapping[str, float] | None = None,
    phi: Mapping[str, float] | None = None,
    **plan: Any,
) -> pd.DataFrame:
    """Every goal of a registry: what it asks for, what could be detected, and what it would need.

    Parameters
    ----------
    answers : goal id to the answers planned for its follow-up; the baseline's where it is not named.
    phi : goal id to the dispersion of its counts; 1 where it is not named.
    **plan : fields of `trygghet.planning.Plan`.

    Returns
    -------
    DataFrame goal, title, unit (``share`` or ``count``), base (answers or crimes), wanted, detectable (both shares,
        or parts of the count; NaN when nothing can be detected), needed, measurable,
        sentences, chart (`plan_chart.strip`), plan (`planning.Feasibility`).
    """
    rows = []
    for goal in registry.goals:
        n1 = (answers or {}).get(goal.id)
        found = feasible(goal, n1=n1, phi=(phi or {}).get(goal.id, 1.0), **plan)
        rows.append({
            "goal": goal.id, "title": words.pick(goal.title), "unit": "count" if goal.is_count else "share",
            "base": goal.baseline.count if goal.is_count else (n1 or goal.baseline.n), "wanted": found.wanted,
            "detectable": nan if found.detectable.change is None else found.detectable.change,
            "needed": found.needed, "measurable": found.measurable,
            "sentences": describe_plan(goal, found, words, n=None if n1 is None else int(n1)),
            "chart": strip(goal, found, words), "plan": found,
        })  # fmt: skip
    return pd.DataFrame(rows)


def describe_effect(effect: ShareEffect | CountEffect, words: Words, *, p: float | None = None) -> tuple[str, ...]:
    """What changed against the comparison areas, how sure that is, and what the comparison cannot show.

    Parameters
    ----------
    effect : of `did_share` or `did_count`.
    p : p-value adjusted for how many goals were tested; the effect's own when None.

    Returns
    -------
    tuple of sentences: the difference, chance or not, the comparison areas' own spread, and for shares with few
    areas that their own movement is not reckoned with.
    """
    judged = effect.p if p is None else p
    if isinstance(effect, ShareEffect):
        sentences, narrow = [_share_difference(effect, words)], effect.uncertainty == "design_only"
    else:
        sentences, narrow = [_count_difference(effect, words)], False
    sentences.append(words("evaluation.effect.beyond_chance" if judged <= CUSTOMARY else "evaluation.effect.chance"))
    areas = len(effect.placebo)
    if areas:
        as_large = round(effect.placebo_p * (areas + 1)) - 1
        key = "placebo" if as_large else "placebo_none"
        sentences.append(words(f"evaluation.effect.{key}", n=areas, large=as_large))
    if narrow:
        sentences.append(words("evaluation.effect.design_only"))
    return tuple(sentences)


def _share_difference(effect: ShareEffect, words: Words) -> str:
    low, high = words.points(effect.lo), words.points(effect.hi)
    if round(100 * effect.did) == 0:
        return words("evaluation.effect.share_same", low=low, high=high)
    key = "share_less" if effect.did < 0 else "share_more"
    return words(f"evaluation.effect.{key}", size=words.number(abs(100 * effect.did)), low=low, high=high)


def _count_difference(effect: CountEffect, words: Words) -> str:
    low = words.points(effect.lo - 1)
    if effect.reason and effect.hi >= 1:
        return words("evaluation.effect.count_none_bare")
    if effect.reason:
        return words("evaluation.effect.count_none", size=words.percent(1 - effect.hi))
    high = words.points(effect.hi - 1)
    if round(effect.percent) == 0:
        return words("evaluation.effect.count_same", low=low, high=high)
    key = "count_less" if effect.percent < 0 else "count_more"
    size = words.percent(abs(effect.percent) / 100)
    return words(f"evaluation.effect.{key}", size=size, low=low, high=high)


def _size(goal: Goal, change: float, words: Words) -> str:
    """A change, rounded up to a whole point or percent."""
    whole = ceil(100 * change - 1e-9)
    return words.percent(whole / 100) if goal.is_count else words("evaluation.goal.points", size=words.number(whole))


def _rounded_up(value: float) -> int:
    """To two figures, upwards: 5,325 becomes 5,400."""
    step = 10 ** max(0, floor(log10(value)) - 1)
    return int(ceil(value / step) * step)
