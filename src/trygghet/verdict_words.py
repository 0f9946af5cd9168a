"""The verdict on a goal in plain sentences, for a reader who has never heard of confidence intervals."""

from __future__ import annotations

from math import ceil

from trygghet.evaluation import Reached
from trygghet.messages import Words
from trygghet.promise_model import Goal


def goal_sentence(goal: Goal, words: Words, *, baseline: float | None = None, planned: bool = False) -> str:
    """What the goal says: from where, to where.

    Parameters
    ----------
    baseline : the starting value to print (share or count); the stated one when omitted.
    planned : in the present tense, for a goal that is not yet followed up.
    """
    section = "evaluation.goal_planned" if planned else "evaluation.goal"
    start = goal.baseline.value if baseline is None else baseline
    shown = _value(goal, start, words) if start is not None else "–"
    if goal.target.kind == "no_worse":
        margin = size_text(goal, goal.margin or 0, words)
        return words(f"{section}.no_worse_{goal.direction}", baseline=shown, margin=margin)
    if goal.target.kind == "relative":
        change = goal.target.value or 0.0
        aim = None if start is None else start * (1 + change)
        return words(
            f"{section}.relative_{goal.direction}",
            baseline=shown,
            change=words.percent(abs(change), _digits(abs(change))),
            target=_target(goal, aim, words),
        )
    target = _target(goal, goal.target.value, words)
    return words(f"{section}.absolute_{goal.direction}", baseline=shown, target=target)


def describe_verdict(
    goal: Goal,
    reached: Reached,
    words: Words,
    *,
    limits: tuple[float, float] | None = None,
    n: int | None = None,
    baseline: float | None = None,
    detectable: float | None = None,
) -> tuple[str, ...]:
    """Goal, outcome, verdict, where it cannot be decided why, and the goal's `caveats`.

    Parameters
    ----------
    limits : between which values the truth probably lies: of the share, or for a count goal of the ratio of
        the two rates.
    n : number of answers behind a share.
    baseline : the measured starting value; the stated one when omitted.
    detectable : smallest change the numbers could have shown, as a share of points (0.11) for a share and as
        a part of the count (0.36) for a count goal.

    Returns
    -------
    tuple of sentences, each a whole one, in the language of `words`.
    """
    sentences = [goal_sentence(goal, words, baseline=baseline)]
    if goal.is_count:
        start = goal.baseline.value if baseline is None else baseline
        sentences.append(_count_outcome(reached, start, limits, words))
    else:
        sentences.append(_share_outcome(reached, limits, n, words))
    sentences.append(words(f"evaluation.verdict.{reached.label}", support=support_text(reached.support, words)))
    if reached.label == "undecided" and detectable is not None:
        key = "evaluation.why_undecided_count" if goal.is_count else "evaluation.why_undecided"
        size = words.percent(detectable) if goal.is_count else words.number(ceil(100 * detectable - 1e-9))
        sentences.append(words(key, size=size))
    return (*sentences, *caveats(goal, words))


def caveats(goal: Goal, words: Words) -> tuple[str, ...]:
    """What a reader must know about how the goal was set: long-term, picked for being worst, series broken."""
    found = []
    if goal.term == "long":
        found.append(words("evaluation.long_term"))
    if goal.baseline.picked == "worst":
        found.append(words("evaluation.picked_worst", n=goal.baseline.picked_of or 1))
    if goal.override is not None:
        reason = words.pick(goal.override.reason).rstrip(".") + "."
        found.append(words("evaluation.break_allowed", reason=reason))
    return tuple(found)


def support_text(support: float, words: Words) -> str:
    """A support as "97 av 100", never as 0 or 100."""
    whole = round(100 * support)
    if whole >= 100 or support > 0.99:
        return words("evaluation.support.above")
    if whole < 1:
        return words("evaluation.support.below")
    return words("evaluation.support.of", value=whole)


def _share_outcome(reached: Reached, limits: tuple[float, float] | None, n: int | None, words: Words) -> str:
    digits = 1 if round(100 * reached.estimate) == round(100 * reached.target) else words.share_digits
    values = {"estimate": words.percent(reached.estimate, digits)}
    if limits is None:
        return words("evaluation.outcome.share_bare", **values)
    values |= {"low": words.number(100 * limits[0], words.share_digits), "high": words.percent(limits[1])}
    if n is None:
        return words("evaluation.outcome.share_limits", **values)
    return words("evaluation.outcome.share", n=n, **values)


def _count_outcome(reached: Reached, start: float | None, limits: tuple[float, float] | None, words: Words) -> str:
    values = {"count": words.number(reached.estimate)}
    if start is None:
        return words("evaluation.outcome.count_bare", **values)
    values["baseline"] = words.number(start)
    if limits is None:
        return words("evaluation.outcome.count", **values)
    values |= {"low": _ratio_words(limits[0], words), "high": _ratio_words(limits[1], words)}
    return words("evaluation.outcome.count_limits", **values)


def _ratio_words(ratio: float, words: Words) -> str:
    """A ratio as a change: ``31 procent färre``."""
    if abs(ratio - 1) < 0.005:
        return words("evaluation.outcome.same")
    if ratio == float("inf"):
        return words("evaluation.outcome.no_limit")
    key = "fewer" if ratio < 1 else "more"
    return words(f"evaluation.outcome.{key}", change=words.percent(abs(ratio - 1)))


def _digits(share: float) -> int:
    return 0 if abs(100 * share - round(100 * share)) < 1e-6 else 1


def _value(goal: Goal, value: float, words: Words) -> str:
    return words.number(value) if goal.is_count else words.percent(value, _digits(value))


def _target(goal: Goal, value: float | None, words: Words) -> str:
    """A target as a whole number of crimes (rounded to the safe side) or a share."""
    if value is None:
        return "–"
    if not goal.is_count:
        return words.percent(value, _digits(value))
    down = goal.direction == "decrease"
    return words.number(int(value + 1e-9) if down else ceil(value - 1e-9))


def size_text(goal: Goal, margin: float, words: Words) -> str:
    """A margin in the goal's unit: ``5 procentenheter``, or a number of crimes."""
    if goal.is_count:
        return words.number(margin)
    return words("evaluation.goal.points", size=words.number(100 * margin, _digits(margin)))
