"""The half-year follow-up: what is done so far, what is late and what is in the way; nothing is said of effects."""

from __future__ import annotations

from datetime import date
from math import isnan

from trygghet import halfyear
from trygghet.blocks import Block, KeyFigure, KeyFigures, Note, Section, Table
from trygghet.followup import Followup
from trygghet.halfyear import Progress
from trygghet.messages import EN_DASH, Words
from trygghet.pages.delivered import amount
from trygghet.pages.parts import Blocks, columns, note_texts
from trygghet.pages.promised import aim, too_few
from trygghet.promise_model import Goal
from trygghet.verdict_words import goal_sentence

KEY = "outcome.interim"


def followed(followup: Followup) -> tuple[Goal, ...]:
    """The goals under way in the year of the page."""
    return halfyear.followed(followup.registry, followup.ws.year)


def day(followup: Followup) -> date | None:
    """The day of the half-year follow-up; None when nobody has told how far anything has come."""
    found = [item for goal in followed(followup) for item in followup.registry.activities_of(goal)]
    return halfyear.interim_day(found)


def progress(followup: Followup) -> tuple[Progress, ...]:
    """Every activity under way, as it stood on the day of the follow-up."""
    registry, at = followup.registry, day(followup)
    if at is None:
        return ()
    return tuple(
        halfyear.progress(item, registry.promise_of(goal), at)
        for goal in followed(followup)
        for item in registry.activities_of(goal)
    )


def lead(followup: Followup) -> str:
    """How many activities are where they should be, in one sentence."""
    words, items, at = followup.picture.words, progress(followup), day(followup)
    if at is None:
        return words(f"{KEY}.nothing")
    behind = sum(item.behind for item in items)
    values = {"day": words.day(at), "n": len(items), "behind": behind}
    return words(f"{KEY}.{'lead' if behind else 'lead_none_behind'}", **values)


def blocks(followup: Followup) -> Blocks:
    """Key figures, what is late and why, every activity, and when the goals are measured; nothing for a year's end."""
    if not followup.interim:
        return Blocks()
    words, items = followup.picture.words, progress(followup)
    head = Section(id="halvar", title=words(f"{KEY}.title"), language=words.language)
    found: list[Block] = [head]
    if followup.ws.settings.simulated:
        title, text = words("report.common.simulated_title"), " ".join(note_texts(followup.picture))
        found.append(Note(title=title, text=text, tone="warning", language=words.language))
    if not items:
        return Blocks([*found, Note(title=words(f"{KEY}.nothing"), text="", language=words.language)])
    return Blocks([*found, _key_figures(items, words), *_late(items, words), *_all(followup, items), *_goals(followup)])


def _key_figures(items: tuple[Progress, ...], words: Words) -> KeyFigures:
    done = sum(item.state == "done" for item in items)
    behind = sum(item.behind for item in items)
    figures: tuple[KeyFigure, ...] = (
        _figure("done", done, len(items), words),
        _figure("on_time", sum(item.state in ("on_time", "not_begun") for item in items), len(items), words),
        _figure("behind", behind, len(items), words, tone="amber" if behind else "ink"),
    )
    unknown = sum(item.state == "unknown" for item in items)
    if unknown:
        figures = (*figures, _figure("unknown", unknown, len(items), words))
    return KeyFigures(items=figures, language=words.language)


def _figure(key: str, n: int, of: int, words: Words, *, tone: str = "ink") -> KeyFigure:
    note = words(f"{KEY}.key_{key}_note")
    return KeyFigure(words(f"{KEY}.key_{key}"), words("report.evaluation.key_of", n=n, of=of), note, tone)  # type: ignore[arg-type]


def _late(items: tuple[Progress, ...], words: Words) -> list[Block]:
    """What is behind its plan, what is in the way, and what is done about it."""
    behind = [item for item in items if item.behind]
    title = words(f"{KEY}.late_title")
    if not behind:
        lead_text = words(f"{KEY}.late_none")
        return [Section(id="sent", title=title, lead=lead_text, language=words.language)]
    rows = [
        {
            "what": words.pick(item.activity.what),
            "who": words.pick(item.activity.who),
            "done": _of(item, words),
            "obstacle": _text(item, "obstacle", words),
            "next": _text(item, "next", words),
        }
        for item in behind
    ]
    table = Table(
        id="senttabell",
        caption=words(f"{KEY}.late_caption"),
        columns=columns(words, f"{KEY}.late_columns"),
        rows=tuple(rows),
        language=words.language,
    )
    section = Section(id="sent", title=title, lead=words(f"{KEY}.late_lead"), language=words.language)
    return [section, table]


def _of(item: Progress, words: Words) -> str:
    """``29 av 80 kvällar; enligt planen minst 42``."""
    values = {"done": words.number(item.done), "planned": amount(item.planned, item.activity.unit, words)}
    if item.state == "overdue":
        return words(f"{KEY}.of_overdue", due=words.day(item.due), **values)
    return words(f"{KEY}.of_late", expected=words.number(int(item.expected + 1e-9)), **values)


def _text(item: Progress, key: str, words: Words) -> str:
    told = item.activity.interim
    return words.pick(getattr(told, key)) if told is not None and getattr(told, key) else words(f"{KEY}.not_told")


def _all(followup: Followup, items: tuple[Progress, ...]) -> list[Block]:
    words = followup.picture.words
    titles = {goal.id: words.pick(goal.title) for goal in followup.registry.goals}
    rows = [
        {
            "what": words.pick(item.activity.what),
            "goal": titles[item.activity.goal],
            "planned": EN_DASH if isnan(item.planned) else amount(item.planned, item.activity.unit, words),
            "done": EN_DASH if isnan(item.done) else amount(item.done, None, words),
            "due": words.day(item.due),
            "state": words(f"{KEY}.states.{item.state}"),
        }
        for item in items
    ]
    table = Table(
        id="halvarsinsatser",
        caption=words(f"{KEY}.all_caption", day=words.day(items[0].day)),
        columns=columns(words, f"{KEY}.all_columns", right=("planned", "done")),
        rows=tuple(rows),
        note=words(f"{KEY}.all_note"),
        language=words.language,
    )
    title, text = words(f"{KEY}.all_title"), words(f"{KEY}.all_lead")
    return [Section(id="insatser", title=title, lead=text, language=words.language), table]


def _goals(followup: Followup) -> list[Block]:
    """The goals with when they are measured: whether they are reached is too early to say."""
    words = followup.picture.words
    rows = [
        {
            "goal": words.pick(goal.title),
            "aim": aim(followup.picture, goal)
            if too_few(followup.picture, goal)
            else goal_sentence(goal, words, planned=True),
            "when": _when(followup, goal),
        }
        for goal in followed(followup)
    ]
    table = Table(
        id="halvarsmal",
        caption=words(f"{KEY}.goals_caption"),
        columns=columns(words, f"{KEY}.goals_columns"),
        rows=tuple(rows),
        language=words.language,
    )
    title, text = words(f"{KEY}.goals_title"), words(f"{KEY}.goals_lead")
    return [Section(id="malen", title=title, lead=text, language=words.language), table]


def _when(followup: Followup, goal: Goal) -> str:
    words, wave = followup.picture.words, followup.ws.wave(goal.source, goal.follow_up)
    return goal.follow_up if wave is None else words.month_span(wave.wave.start, wave.wave.end)
