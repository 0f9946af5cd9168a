"""The goals of an evaluation one by one: the verdict, the numbers in sentences, the chart, and what it all rests on."""

from __future__ import annotations

from math import isnan

from trygghet import indicators
from trygghet.blocks import Caption, Figure, Note, Section, Tone, Verdict
from trygghet.charts import Level as ChartLevel
from trygghet.charts import Target, goal_chart
from trygghet.effects import Outcome
from trygghet.evaluation import activity_summary
from trygghet.followup import Followup, Level, Result
from trygghet.goal_series import SeriesGap
from trygghet.messages import EN_DASH, Words
from trygghet.pages.parts import Blocks
from trygghet.picked import pulled_baseline
from trygghet.planning import mde_count, mde_share
from trygghet.promise_model import Goal
from trygghet.retrospect import compared, series
from trygghet.verdict_words import caveats, describe_verdict, goal_sentence, size_text, support_text

ENOUGH = 0.95
TONES: dict[str, Tone] = {
    "reached": "green",
    "probably_reached": "green",
    "undecided": "muted",
    "probably_not_reached": "amber",
    "not_reached": "amber",
}


def goals(followup: Followup) -> Blocks:
    """A card a goal."""
    words = followup.picture.words
    if followup.interim:
        return Blocks()
    if not followup.results:
        title = words("report.evaluation.title_goals")
        text = words("report.evaluation.no_goals")
        return Blocks([Note(title=title, text=text, language=words.language)])
    head = Section(
        id="malen",
        title=words("report.evaluation.title_goals"),
        lead=words("report.evaluation.goals_lead"),
        language=words.language,
    )
    return Blocks([head, *(card(followup, result) for result in followup.results)])


def card(followup: Followup, result: Result) -> Verdict:
    """One goal: verdict in large words, the numbers in sentences, the chart, and facts apart from activities."""
    words, goal = followup.picture.words, result.goal
    sentences = verdict_sentences(result, words, detectable=detectable(followup, result))
    return Verdict(
        id=f"mal_{goal.id}",
        goal_title=words.pick(goal.title),
        verdict=words(f"evaluation.labels.{result.label}"),
        tone=TONES[result.label],
        sentence=" ".join(sentences[:2]),
        facts=facts(followup, result),
        figure=chart(followup, result),
        details=(*sentences[2:], *set_apart(followup, result), *what_it_rests_on(followup, result)),
        language=words.language,
    )


def set_apart(followup: Followup, result: Result) -> tuple[str, ...]:
    """What to know of how the goal was set: what chance had done to a start picked for being worst, and no change."""
    words, goal, lines = followup.picture.words, result.goal, []
    pulled = None if result.reached is None or result.hidden else pulled_baseline(followup, goal)
    if pulled is not None:
        show = words.number if goal.is_count else words.percent
        lines.append(words("outcome.pulled", n=pulled.n, value=show(pulled.value), shrunk=show(pulled.shrunk)))
    for gap in _changed_codes(followup, goal):
        codes = words.sequence(list(gap.codes))
        lines.append(words("outcome.codes_changed", before=gap.before, after=gap.after, codes=codes))
    if not isnan(result.same) and not result.hidden:
        key = "same" if result.same >= ENOUGH else "not_shown_same"
        margin = size_text(goal, goal.margin or 0, words)
        lines.append(words(f"outcome.{key}", margin=margin, support=support_text(result.same, words)))
    return tuple(lines)


def _changed_codes(followup: Followup, goal: Goal) -> list[SeriesGap]:
    """Where crime codes changed between the start of a count goal and its follow-up."""
    if not goal.is_count:
        return []
    found, start = series(followup, goal), followup.ws.wave(goal.source, goal.baseline.year)
    late = {point.label for point in found.points if start is not None and point.at > start.wave.end}
    return [gap for gap in found.gaps if gap.after in late]


def what_it_rests_on(followup: Followup, result: Result) -> tuple[str, ...]:
    """The strength of the evidence with its reason, what it takes for granted, and what it cannot show."""
    words, goal = followup.picture.words, result.goal
    found = compared(followup).get(goal.id)
    level = Outcome(goal, result.reached, found.effect if found is not None else None).evidence
    kind = "count" if goal.is_count else "share"
    beside = "comparison" if found is not None and found.effect is not None else "before_after"
    limits = [words(f"outcome.assumes.{beside}"), words(f"outcome.limits.{kind}")]
    return level.sentence(words), " ".join(limits)


def detectable(followup: Followup, result: Result) -> float | None:
    """The smallest change the two measurements could have shown, in shares or as a part of the count.

    None when a base is too small to show, when the level before is none or all, or when no change would do.
    """
    goal, before, after = result.goal, result.before, result.after
    if result.reached is None or result.hidden or before.estimate <= 0:
        return None
    if goal.is_count:
        return mde_count(before.estimate, phi=followup.dispersion(goal), direction=goal.direction).change
    if before.estimate >= 1:
        return None
    deff = goal.baseline.deff
    return mde_share(before.estimate, before.n, after.n, direction=goal.direction, deff=deff).change


def verdict_sentences(result: Result, words: Words, *, detectable: float | None = None) -> tuple[str, ...]:
    """Goal, outcome, verdict and why, in plain sentences."""
    goal = result.goal
    if result.reached is None:
        return (goal_sentence(goal, words), _why_not_judged(result, words))
    if result.hidden:
        limit = result.before.below or result.after.below
        verdict = words(f"report.evaluation.lead_single.{result.label}") + "."
        return (words("outcome.below", n=limit), verdict, *caveats(goal, words))
    limits = (result.change_low, result.change_high) if goal.is_count else (result.after.low, result.after.high)
    return describe_verdict(
        goal, result.reached, words, limits=limits, n=result.after.n, baseline=result.before.estimate,
        detectable=detectable,
    )  # fmt: skip


def _why_not_judged(result: Result, words: Words) -> str:
    """Too few answers, too unequal ones, or a figure hidden for somebody's sake: the first that holds."""
    levels = (result.before, result.after)
    for reason, key in (("few", "too_few_to_judge"), ("few_effective", "too_unequal_to_judge")):
        n = [level.n for level in levels if level.reason == reason]
        if n:
            return words(f"report.evaluation.{key}", n=min(n))
    return words("report.evaluation.hidden_to_judge")


def facts(followup: Followup, result: Result) -> tuple[tuple[str, str], ...]:
    """Label and text of what belongs to a goal."""
    words, label = followup.picture.words, "report.evaluation.facts"
    pairs = [
        (words(f"{label}.baseline"), level_text(result, result.before, words)),
        (words(f"{label}.target"), target_text(result, words)),
        (words(f"{label}.outcome"), level_text(result, result.after, words)),
    ]
    if result.reached is not None and not result.hidden:
        pairs.append((words(f"{label}.change"), change_text(result, words)))
        pairs.append((words(f"{label}.support"), support_text(result.reached.support, words)))
    found = compared(followup).get(result.goal.id)
    if found is not None:
        pairs.append((words("outcome.against.fact"), words(f"outcome.against.verdicts.{found.verdict}")))
    activities = activity_summary(followup.registry, result.goal, words)
    pairs.append((words(f"{label}.activities"), activities.sentence(words)))
    return tuple(pairs)


def change_text(result: Result, words: Words) -> str:
    """After against before with its interval: points for a share, percent for a count."""
    if result.goal.is_count:
        values = [words.points(x - 1) for x in (result.change, result.change_low, result.change_high)]
        return words("report.evaluation.change_percent", value=values[0], low=values[1], high=values[2])
    values = [words.points(x) for x in (result.change, result.change_low, result.change_high)]
    one = values[0][1:] == words.number(1, words.share_digits)
    return words("report.evaluation.change_points", n=1 if one else 2, value=values[0], low=values[1], high=values[2])


def level_text(result: Result, level: Level, words: Words) -> str:
    """A level with its interval and base, or why there is none."""
    if level.below:
        return words("tables.below", n=level.below)
    if isnan(level.estimate):
        keys = {"": "too_few", "few": "too_few", "few_effective": "too_unequal"}
        if level.reason in keys:
            return words(f"report.evaluation.{keys[level.reason]}", n=level.n)
        return words(f"charts.hidden_{level.reason}")
    if result.goal.is_count:
        return words("report.evaluation.crimes", n=round(level.estimate), shown=words.number(level.estimate))
    interval = words.interval(level.low, level.high)
    return words("report.evaluation.value", share=words.percent(level.estimate), interval=interval, n=level.n)


def target_value(result: Result) -> float:
    """The level aimed at, a share 0–1 or a count; from the measured baseline where the target is relative."""
    if result.reached is not None:
        return result.reached.target
    value = result.goal.target.value
    return float(value) if value is not None and result.goal.target.kind == "absolute" else float("nan")


def target_text(result: Result, words: Words) -> str:
    """The target: at most or at least so much."""
    value = target_value(result)
    if isnan(value):
        return EN_DASH
    return words(f"report.evaluation.target_{result.goal.direction}", value=_target_number(result, words))


def _target_number(result: Result, words: Words) -> str:
    value = target_value(result)
    return words.number(value) if result.goal.is_count else words.percent(value, 0 if _whole(value) else 1)


def _whole(share: float) -> bool:
    return abs(100 * share - round(100 * share)) < 1e-9


def chart(followup: Followup, result: Result) -> Figure | None:
    """Baseline, target and outcome drawn; None when a level may not be shown."""
    words, goal = followup.picture.words, result.goal
    if result.reached is None or result.hidden:
        return None
    levels = tuple(
        ChartLevel(level.year, level.estimate, level.low, level.high, None if goal.is_count else level.n)
        for level in (result.before, result.after)
    )
    caption = Caption(
        id=f"diagram_{goal.id}",
        title=_chart_title(result, words),
        reading=words("report.evaluation.chart_reading"),
        definition=definition(followup, goal),
    )
    return goal_chart(levels, aim(result, words), words, caption, unit="count" if goal.is_count else "share")


def _chart_title(result: Result, words: Words) -> str:
    show = words.number if result.goal.is_count else words.percent
    before, after = show(result.before.estimate), show(result.after.estimate)
    if before == after and not result.goal.is_count:
        # Alike in whole per cent: a decimal shows which way it went.
        before, after = words.percent(result.before.estimate, 1), words.percent(result.after.estimate, 1)
    return words("report.evaluation.chart_title", before=before, after=after, target=target_text(result, words))


def aim(result: Result, words: Words) -> Target | None:
    """The target as a chart draws it, with the same decimals as in the sentences; None when there is no level."""
    value = target_value(result)
    if isnan(value):
        return None
    return Target(value, result.goal.direction, text=_target_number(result, words))


def definition(followup: Followup, goal: Goal) -> tuple[str, ...]:
    """What a goal's figure means: question, what counts, and each measurement's source and period."""
    words = followup.picture.words
    lines: list[str] = []
    picture = followup.at(goal.follow_up)
    if not goal.is_count and picture.survey is not None:
        item = picture.available[goal.indicator]
        question = words.pick(item.question) or picture.survey.codebook.question(item.variable, words)
        lines += [words("indicators.question", question=question)] if question else []
        lines.append(indicators.counted(item, words, picture.survey))
    if goal.is_count:
        lines.append(words("plan.chart.unit.count"))
    for year in (goal.baseline.year, goal.follow_up):
        wave = followup.ws.wave(goal.source, year)
        if wave is not None:
            period = words.month_span(wave.wave.start, wave.wave.end)
            lines.append(f"{year}: " + words("report.common.data_period", source=wave.label(words), period=period))
    return tuple(lines)
