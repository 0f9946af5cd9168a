"""A follow-up: each goal with where it began, what was aimed at, what it came to, and the verdict on it."""

from __future__ import annotations

from collections.abc import Iterator

from trygghet.blocks import Block, Column, Note, Paragraphs, Section, Table
from trygghet.errors import InputError
from trygghet.followup import Followup, FollowupError, Result
from trygghet.messages import Words
from trygghet.pages.goals import level_text, target_text
from trygghet.reprs.promises import goals_table

KEY = "shown.followup"
COLUMNS = "report.evaluation.summary_columns"


def tell(followup: Followup, words: Words) -> Iterator[Block]:
    """Heading, the goals with their verdicts or what is wrong with the registry, and the next line to write."""
    name, year = followup.ws.settings.name, followup.ws.year
    title = words(f"{KEY}.interim_title" if followup.interim else f"{KEY}.title", name=name, year=year)
    yield Section(id="uppfoljningen", title=title, language=words.language)
    try:
        yield _goals(followup, words)
    except InputError as error:
        lines = tuple(fault.text(words) for fault in error.faults)
        yield Note(words(f"{KEY}.faults"), "", "warning", lines, language=words.language)
    except FollowupError as error:
        yield Note(words(f"{KEY}.faults"), error.text(words), "warning", language=words.language)
    yield Paragraphs((words(f"{KEY}.interim_next" if followup.interim else f"{KEY}.next"),), language=words.language)


def _goals(followup: Followup, words: Words) -> Block:
    """The goals due with their verdicts; at the half-year those that the promises hold, for none is judged yet."""
    if followup.interim:
        return goals_table(followup.registry.goals, words)
    if not followup.results:
        return Paragraphs((words("report.evaluation.no_goals"),), language=words.language)
    columns = tuple(Column(name, text) for name, text in words.raw(COLUMNS).items())
    rows = tuple(_row(result, words) for result in followup.results)
    return Table("mal", words("report.evaluation.summary_caption"), columns, rows, language=words.language)


def _row(result: Result, words: Words) -> dict[str, str]:
    return {
        "goal": f"{result.goal.id} {words.pick(result.goal.title)}",
        "verdict": words(f"evaluation.labels.{result.label}"),
        "baseline": level_text(result, result.before, words),
        "target": target_text(result, words),
        "outcome": level_text(result, result.after, words),
    }
