"""The utvärdering: every goal with its verdict, then what was done, apart; then how to read it."""

from __future__ import annotations

from math import isnan

from trygghet.blocks import (
    Block,
    Caption,
    Figure,
    Header,
    KeyFigure,
    KeyFigures,
    Note,
    Paragraphs,
    Section,
    Table,
    Tone,
    Verdict,
)
from trygghet.charts import Level as ChartLevel
from trygghet.charts import Target, goal_chart
from trygghet.evaluation import activity_summary, evidence_level
from trygghet.followup import Followup, Level, Result
from trygghet.messages import EN_DASH, Words
from trygghet.pages.locked import lock_blocks
from trygghet.pages.opening import header as picture_header
from trygghet.pages.parts import Blocks, columns, note_texts
from trygghet.planning import mde_count, mde_share
from trygghet.verdict_words import describe_verdict, goal_sentence, support_text

TONES: dict[str, Tone] = {
    "reached": "green",
    "probably_reached": "green",
    "undecided": "muted",
    "probably_not_reached": "amber",
    "not_reached": "amber",
}


def header(followup: Followup) -> Header:
    """Title and one sentence: how many goals were reached, not reached, and cannot be decided."""
    head = picture_header(followup.picture, report="utvardering")
    return Header(
        kicker=head.kicker, title=head.title, lead=lead(followup), meta=head.meta, workspace=head.workspace,
        year=head.year, report=head.report, language=head.language,
    )  # fmt: skip


def lead(followup: Followup) -> str:
    """The outcome of all goals in one sentence."""
    words, labels = followup.picture.words, [result.label for result in followup.results]
    if not labels:
        return words("report.evaluation.no_goals")
    if len(labels) == 1:
        return words(f"report.evaluation.lead_single.{labels[0]}") + "."
    reached = sum(label == "reached" for label in labels)
    parts = [
        words("report.evaluation.lead_reached", n=reached, of=len(labels))
        if reached
        else words("report.evaluation.lead_none_reached", of=len(labels))
    ]
    for key in ("probably_reached", "probably_not_reached", "not_reached", "undecided"):
        n = labels.count(key)
        if n:
            parts.append(words(f"report.evaluation.lead_{key}", n=n))
    return words.sequence(parts) + "."


def summary(followup: Followup) -> Blocks:
    """Key figures and one table of all goals."""
    words, results = followup.picture.words, followup.results
    blocks: list[Block] = [
        Section(id="resultat", title=words("report.evaluation.summary_title"), language=words.language)
    ]
    if followup.ws.settings.simulated:
        title, text = words("report.common.simulated_title"), " ".join(note_texts(followup.picture))
        blocks.append(Note(title=title, text=text, tone="warning", language=words.language))
    if results:
        blocks += [_key_figures(followup), _goals_table(followup)]
    return Blocks(blocks)


def _key_figures(followup: Followup) -> KeyFigures:
    words, labels = followup.picture.words, [result.label for result in followup.results]
    activities = followup.registry.activities
    done = sum(item.status == "done" for item in activities)
    items = [
        KeyFigure(
            words("report.evaluation.key_goals"),
            words("report.evaluation.key_of", n=labels.count("reached"), of=len(labels)),
            words("report.evaluation.key_goals_note", n=labels.count("undecided")),
            "green" if "reached" in labels else "ink",
        )
    ]
    if activities:
        items.append(
            KeyFigure(
                words("report.evaluation.key_done"),
                words("report.evaluation.key_of", n=done, of=len(activities)),
                words("report.evaluation.key_done_note"),
                "ink",
            )
        )
    return KeyFigures(items=tuple(items), language=words.language)


def _goals_table(followup: Followup) -> Table:
    words = followup.picture.words
    rows = [
        {
            "goal": words.pick(result.goal.title),
            "baseline": level_text(result, result.before, words),
            "target": target_text(result, words),
            "outcome": level_text(result, result.after, words),
            "verdict": words(f"evaluation.labels.{result.label}"),
        }
        for result in followup.results
    ]
    return Table(
        id="mal",
        caption=words("report.evaluation.summary_caption"),
        columns=columns(words, "report.evaluation.summary_columns"),
        rows=tuple(rows),
        language=words.language,
    )


def level_text(result: Result, level: Level, words: Words) -> str:
    """A level with its interval and base, or why there is none."""
    if isnan(level.estimate):
        return words("report.evaluation.too_few", n=level.n)
    if result.goal.is_count:
        return words.number(level.estimate)
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
    shown = words.number(value) if result.goal.is_count else words.percent(value, 0 if _whole(value) else 1)
    return words(f"report.evaluation.target_{result.goal.direction}", value=shown)


def _whole(share: float) -> bool:
    return abs(100 * share - round(100 * share)) < 1e-9


def goals(followup: Followup) -> Blocks:
    """A card a goal."""
    words = followup.picture.words
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
        details=(*sentences[2:], evidence_level(baseline=True).sentence(words)),
        language=words.language,
    )


def detectable(followup: Followup, result: Result) -> float | None:
    """The smallest change the two measurements could have shown, in shares or as a part of the count.

    None when a base is too small to show, when the level before is none or all, or when no change would do.
    """
    goal, before, after = result.goal, result.before, result.after
    if result.reached is None or before.estimate <= 0:
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
        n = min(result.before.n, result.after.n)
        return (goal_sentence(goal, words), words("report.evaluation.too_few_to_judge", n=n))
    limits = (result.change_low, result.change_high) if goal.is_count else (result.after.low, result.after.high)
    return describe_verdict(
        goal, result.reached, words, limits=limits, n=result.after.n, baseline=result.before.estimate,
        detectable=detectable,
    )  # fmt: skip


def facts(followup: Followup, result: Result) -> tuple[tuple[str, str], ...]:
    """Label and text of what belongs to a goal."""
    words, label = followup.picture.words, "report.evaluation.facts"
    pairs = [
        (words(f"{label}.baseline"), level_text(result, result.before, words)),
        (words(f"{label}.target"), target_text(result, words)),
        (words(f"{label}.outcome"), level_text(result, result.after, words)),
    ]
    if result.reached is not None:
        pairs.append((words(f"{label}.change"), change_text(result, words)))
        pairs.append((words(f"{label}.support"), support_text(result.reached.support, words)))
    activities = activity_summary(followup.registry, result.goal, words)
    pairs.append((words(f"{label}.activities"), activities.sentence(words)))
    return tuple(pairs)


def change_text(result: Result, words: Words) -> str:
    """After against before with its interval: points for a share, percent for a count."""
    if result.goal.is_count:
        values = [words.points(x - 1) for x in (result.change, result.change_low, result.change_high)]
        return words("report.evaluation.change_percent", value=values[0], low=values[1], high=values[2])
    values = [words.points(x) for x in (result.change, result.change_low, result.change_high)]
    return words("report.evaluation.change_points", value=values[0], low=values[1], high=values[2])


def chart(followup: Followup, result: Result) -> Figure | None:
    """Baseline, target and outcome drawn; None when a level may not be shown."""
    words, goal = followup.picture.words, result.goal
    if result.reached is None:
        return None
    levels = tuple(
        ChartLevel(level.year, level.estimate, level.low, level.high, level.n)
        for level in (result.before, result.after)
    )
    caption = Caption(
        id=f"diagram_{goal.id}",
        title=words("report.evaluation.chart_title"),
        reading=words("report.evaluation.chart_reading"),
        definition=_definition(followup, result),
    )
    unit, base = ("count", "crimes") if goal.is_count else ("share", "answers")
    return goal_chart(levels, Target(target_value(result), goal.direction), words, caption, unit=unit, base=base)


def _definition(followup: Followup, result: Result) -> tuple[str, ...]:
    from trygghet import indicators

    goal, words = result.goal, followup.picture.words
    lines: list[str] = []
    picture = followup.at(goal.follow_up)
    if not goal.is_count and picture.survey is not None:
        item = picture.available[goal.indicator]
        question = words.pick(item.question) or picture.survey.codebook.question(item.variable, words)
        lines += [words("indicators.question", question=question)] if question else []
        lines.append(indicators.counted(item, words, picture.survey))
    for year in (goal.baseline.year, goal.follow_up):
        wave = followup.ws.wave(goal.source, year)
        if wave is not None:
            period = words.month_span(wave.wave.start, wave.wave.end)
            lines.append(f"{year}: " + words("report.common.data_period", source=wave.label(words), period=period))
    return tuple(lines)


def activities(followup: Followup) -> Blocks:
    """What was promised to be done, and what was done."""
    words, items = followup.picture.words, followup.registry.activities
    if not items:
        return Blocks()
    head = Section(
        id="insatser",
        title=words("report.evaluation.activities_title"),
        lead=words("report.evaluation.activities_lead"),
        language=words.language,
    )
    titles = {goal.id: words.pick(goal.title) for goal in followup.registry.goals}
    rows = [
        {
            "what": words.pick(item.what),
            "who": words.pick(item.who),
            "goal": titles[item.goal],
            "planned": _amount(item.planned, item.unit, words),
            "done": _amount(item.done, None, words),
            "status": words(f"report.evaluation.status.{item.status}"),
        }
        for item in items
    ]
    table = Table(
        id="insatstabell",
        caption=words("report.evaluation.activities_caption"),
        columns=columns(words, "report.evaluation.activities_columns", right=("planned", "done")),
        rows=tuple(rows),
        language=words.language,
    )
    return Blocks([head, table])


def _amount(value: float | None, unit: dict[str, str] | str | None, words: Words) -> str:
    if value is None:
        return EN_DASH
    text = words.number(value, 0 if float(value).is_integer() else 1)
    return f"{text} {words.pick(unit)}".strip() if unit else text


def promises(followup: Followup) -> Blocks:
    """The promises themselves, with their validity and who signed; the lock with its hash, so that it is public."""
    words, registry = followup.picture.words, followup.registry
    head = Section(
        id="loften",
        title=words("report.evaluation.promises_title"),
        lead=words("report.evaluation.promises_lead"),
        language=words.language,
    )
    rows = [
        {
            "promise": words.pick(item.title),
            "text": words.pick(item.text),
            "valid": words.month_span(item.start, item.end),
            "signatories": words.sequence(list(item.signatories)),
        }
        for item in registry.promises
    ]
    table = Table(
        id="loftestabell",
        caption=words("report.evaluation.promises_caption"),
        columns=columns(words, "report.evaluation.promises_columns"),
        rows=tuple(rows),
        language=words.language,
    )
    return Blocks([head, table, *lock_blocks(followup)])


def method(followup: Followup) -> Blocks:
    """How the words of the verdicts are chosen, and what they do not say."""
    words = followup.picture.words
    head = Section(id="metod", title=words("report.evaluation.method_title"), language=words.language)
    keys = ("method_words", "method_effect", "method_change", "method_counts")
    texts = [words(f"report.evaluation.{key}") for key in keys]
    return Blocks([head, Paragraphs(texts=tuple(texts), language=words.language)])
