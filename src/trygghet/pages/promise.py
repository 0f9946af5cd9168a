"""The promise page, for citizens: what is promised, why, what will be done, how it will show, and who signs."""

from __future__ import annotations

from math import ceil, isnan

import pandas as pd

from trygghet.blocks import (
    Block,
    Finding,
    Findings,
    Header,
    Note,
    Paragraphs,
    Section,
    Table,
    Verdict,
)
from trygghet.followup import Followup
from trygghet.messages import EN_DASH, Words
from trygghet.pages.locked import lock_blocks
from trygghet.pages.parts import Blocks, columns, note_texts, place_name
from trygghet.pages.promised import (
    KEY,
    Promised,
    aim,
    amount,
    people,
    period,
    place_and_time,
    today,
    too_few,
)
from trygghet.plan_chart import plan_figure
from trygghet.plan_words import plan_table
from trygghet.promise_model import Activity, Goal

__all__ = ["actions", "aim", "detected", "header", "measures", "promised", "reasons", "signed", "today"]


def header(followup: Followup) -> Header:
    """Title, how many promises there are and when it is told how they went."""
    page, settings = Promised(followup), followup.ws.settings
    words = page.words
    years = sorted({goal.follow_up for goal in page.goals})
    values = {"n": len(page.promises), "place": place_name(page.picture), "years": words.sequence(years)}
    lead = words(f"{KEY}.lead" if years else f"{KEY}.lead_open", **values) if page.promises else words(f"{KEY}.nothing")
    meta = [words(f"{KEY}.valid", period=period(item, words)) for item in page.promises]
    return Header(
        kicker=" · ".join([place_name(page.picture), *([settings.police_area] if settings.police_area else [])]),
        title=words(f"{KEY}.title", year=followup.ws.year),
        lead=lead,
        meta=" · ".join(dict.fromkeys(meta)),
        workspace=settings.name,
        year=followup.ws.year,
        report="lofte",
        language=words.language,
    )


def promised(followup: Followup) -> Blocks:
    """The promises, each a numbered card; first that the answers are simulated, where they are."""
    page, words = Promised(followup), followup.picture.words
    head = Section(id="loften", title=words(f"{KEY}.promised_title"), language=words.language)
    blocks: list[Block] = [head]
    if followup.ws.settings.simulated:
        title, text = words("report.common.simulated_title"), " ".join(note_texts(followup.picture))
        blocks.append(Note(title=title, text=text, tone="warning", language=words.language))
    if not page.promises:
        return Blocks([*blocks, Note(title=words(f"{KEY}.nothing"), text="", language=words.language)])
    items = [Finding(title=words.pick(item.title), text=words.pick(item.text)) for item in page.promises]
    return Blocks([*blocks, Findings(items=tuple(items), language=words.language)])


def reasons(followup: Followup) -> Blocks:
    """How it is today: every goal's starting point as so many of a hundred, or as crimes in a year."""
    page, words = Promised(followup), followup.picture.words
    if not page.goals:
        return Blocks()
    head = Section(
        id="varfor", title=words(f"{KEY}.reasons_title"), lead=words(f"{KEY}.reasons_lead"), language=words.language
    )
    rows = [
        {
            "promise": words.pick(followup.registry.promise_of(goal).title),
            "today": today(page.picture, goal),
            "base": _base(followup, goal),
        }
        for goal in page.goals
    ]
    table = Table(
        id="utgangslage",
        caption=words(f"{KEY}.reasons_caption"),
        columns=columns(words, f"{KEY}.reasons_columns"),
        rows=tuple(rows),
        note=words(f"{KEY}.reasons_note"),
        language=words.language,
    )
    return Blocks([head, table])


def _base(followup: Followup, goal: Goal) -> str:
    words = followup.picture.words
    wave = followup.ws.wave(goal.source, goal.baseline.year)
    source = wave.label(words) if wave else words.pick(goal.source)
    period = words.month_span(wave.wave.start, wave.wave.end) if wave else goal.baseline.year
    text = words("report.common.data_period", source=source, period=period)
    return text if goal.is_count else words(f"{KEY}.base", text=text, n=goal.baseline.n or 0)


def actions(followup: Followup) -> Blocks:
    """What will be done: a table a promise, with why, who, where and when, and how much."""
    page, words = Promised(followup), followup.picture.words
    if not page.activities:
        return Blocks()
    head = Section(
        id="insatser", title=words(f"{KEY}.actions_title"), lead=words(f"{KEY}.actions_lead"), language=words.language
    )
    blocks: list[Block] = [head]
    for promise in page.promises:
        goals = followup.registry.goals_of(promise)
        items = [item for goal in goals for item in followup.registry.activities_of(goal)]
        if items:
            table = Table(
                id=f"insatser_{promise.id}",
                caption=words.pick(promise.title),
                columns=columns(words, f"{KEY}.actions_columns"),
                rows=tuple(_action(item, words) for item in items),
                language=words.language,
            )
            blocks.append(table)
    return Blocks(blocks)


def _action(item: Activity, words: Words) -> dict[str, str]:
    return {
        "what": words.pick(item.what),
        "who": words.pick(item.who),
        "cause": words.pick(item.cause, EN_DASH),
        "where": place_and_time(item, words),
        "amount": amount(item, words),
    }


def measures(followup: Followup) -> Blocks:
    """How it will show: every goal from where to where, how it is measured, and what could be detected."""
    page, words = Promised(followup), followup.picture.words
    if not page.goals:
        return Blocks()
    head = Section(
        id="matning", title=words(f"{KEY}.measures_title"), lead=words(f"{KEY}.measures_lead"), language=words.language
    )
    phi = {goal.id: followup.dispersion(goal) for goal in page.goals if goal.is_count}
    table = plan_table(followup.registry, words, phi=phi)
    plans = {str(row["goal"]): row for _, row in table.iterrows()}
    return Blocks([head, *(_card(followup, goal, plans[goal.id]) for goal in page.goals)])


def _card(followup: Followup, goal: Goal, plan: pd.Series) -> Verdict:
    words, picture = followup.picture.words, followup.picture
    facts = [
        (words(f"{KEY}.facts.promise"), words.pick(followup.registry.promise_of(goal).title)),
        (words(f"{KEY}.facts.people"), people(picture, goal) or words(f"{KEY}.everywhere")),
        (words(f"{KEY}.facts.measure"), _question(followup, goal)),
        (words(f"{KEY}.facts.report"), _report_back(followup, goal)),
    ]
    return Verdict(
        id=f"mal_{goal.id}",
        goal_title=words.pick(goal.title),
        verdict=aim(picture, goal),
        tone="blue",
        sentence=detected(goal, plan, words),
        facts=tuple(facts),
        figure=None if too_few(picture, goal) else plan_figure(goal, plan["plan"], words, id=f"plan_{goal.id}"),
        language=words.language,
    )


def detected(goal: Goal, plan: pd.Series, words: Words) -> str:
    """Whether the goal will show if it is reached, in words for those who have never heard of chance in samples."""
    if plan["measurable"]:
        return words(f"{KEY}.shows")
    smallest = float(plan["detectable"])
    kind = "count" if goal.is_count else "share"
    if isnan(smallest):
        return words(f"{KEY}.never_shows_{kind}")
    return words(f"{KEY}.may_not_show_{kind}", size=ceil(100 * smallest - 1e-9))


def _question(followup: Followup, goal: Goal) -> str:
    words, picture = followup.picture.words, followup.picture
    item = None if goal.is_count else picture.available.get(goal.indicator)
    if item is None or picture.survey is None:
        return words(f"{KEY}.measured_count" if goal.is_count else f"{KEY}.measured_share")
    question = words.pick(item.question) or picture.survey.codebook.question(item.variable, words)
    return words(f"{KEY}.measured_question", question=question) if question else item.name(words)


def _report_back(followup: Followup, goal: Goal) -> str:
    words, wave = followup.picture.words, followup.ws.wave(goal.source, goal.follow_up)
    if wave is None:
        return words(f"{KEY}.report_year", year=goal.follow_up)
    period = words.month_span(wave.wave.start, wave.wave.end)
    return words(f"{KEY}.report_wave", year=goal.follow_up, source=wave.label(words).lower(), period=period)


def signed(followup: Followup) -> Blocks:
    """Who signs, for how long, when it is told how it went, and the lock."""
    page, words = Promised(followup), followup.picture.words
    if not page.promises:
        return Blocks()
    head = Section(id="undertecknat", title=words(f"{KEY}.signed_title"), language=words.language)
    rows = [
        {
            "promise": words.pick(item.title),
            "signatories": words.sequence(list(item.signatories)),
            "decided": words.day(item.decided) if item.decided else EN_DASH,
            "valid": period(item, words),
            "report": words.sequence(sorted({g.follow_up for g in followup.registry.goals_of(item)})) or EN_DASH,
        }
        for item in page.promises
    ]
    table = Table(
        id="undertecknare",
        caption=words(f"{KEY}.signed_caption"),
        columns=columns(words, f"{KEY}.signed_columns"),
        rows=tuple(rows),
        language=words.language,
    )
    told = Paragraphs(texts=(words(f"{KEY}.told"),), language=words.language)
    lock = Section(id="las", title=words(f"{KEY}.lock_title"), language=words.language)
    return Blocks([head, table, told, lock, *lock_blocks(followup)])
