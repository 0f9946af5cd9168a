"""The utvärdering and the half-year follow-up: header, summary, promises and method, and the names of all parts."""

from __future__ import annotations

from dataclasses import replace

from trygghet.blocks import Block, Header, KeyFigure, KeyFigures, Note, Paragraphs, Section, Table
from trygghet.followup import Followup
from trygghet.messages import Words
from trygghet.pages import interim
from trygghet.pages.against import against
from trygghet.pages.delivered import activities, lessons, proposals
from trygghet.pages.goals import goals, level_text, target_text
from trygghet.pages.interim import blocks as half_year
from trygghet.pages.locked import lock_blocks
from trygghet.pages.longview import over_time, starting_point
from trygghet.pages.opening import header as picture_header
from trygghet.pages.parts import Blocks, columns, note_texts, place_name
from trygghet.retrospect import compared

__all__ = [
    "activities",
    "against",
    "goals",
    "half_year",
    "header",
    "lead",
    "lessons",
    "method",
    "over_time",
    "promises",
    "proposals",
    "starting_point",
    "summary",
]


def header(followup: Followup) -> Header:
    """Title and one sentence: how the goals went, or at the half-year how many measures are behind their plan."""
    if followup.interim:
        return _interim_header(followup)
    return replace(picture_header(followup.picture, report="utvardering"), lead=lead(followup))


def _interim_header(followup: Followup) -> Header:
    """At the half-year nothing of the sources is used, so none is read or named."""
    words, settings = followup.picture.words, followup.ws.settings
    place = [place_name(followup.picture), *([settings.police_area] if settings.police_area else [])]
    return Header(
        kicker=" · ".join(place),
        title=words("report.header.halvar", year=followup.ws.year),
        lead=interim.lead(followup),
        workspace=settings.name,
        year=followup.ws.year,
        report="halvar",
        language=words.language,
    )


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
    """Key figures and one table of all goals; nothing at the half-year."""
    words, results = followup.picture.words, followup.results
    if followup.interim:
        return Blocks()
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
    activities = [item for goal in followup.goals for item in followup.registry.activities_of(goal)]
    done = sum(item.status == "done" for item in activities)
    items = [
        KeyFigure(
            words("report.evaluation.key_goals"),
            words("report.evaluation.key_of", n=labels.count("reached"), of=len(labels)),
            _undecided(labels.count("undecided"), len(labels), words),
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


def _undecided(n: int, of: int, words: Words) -> str:
    return words("report.evaluation.key_goals_note", n=n) if n else words("report.evaluation.key_goals_all", n=of)


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
    """How the words are chosen, and what they do not say."""
    words = followup.picture.words
    title = words("outcome.interim.method_title" if followup.interim else "report.evaluation.method_title")
    head = Section(id="metod", title=title, language=words.language)
    if followup.interim:
        texts = [words(f"outcome.interim.method_{key}") for key in ("pace", "effect")]
    else:
        keys = ("method_words", "method_effect", "method_level", "method_change", "method_counts")
        counted = any(goal.is_count for goal in followup.goals)
        texts = [words(f"report.evaluation.{key}") for key in keys if counted or key != "method_counts"]
        texts += [words("outcome.method_comparison")] if compared(followup) else []
    return Blocks([head, Paragraphs(texts=tuple(texts), language=words.language)])
