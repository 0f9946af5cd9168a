"""Promises: each with its goals, and of each goal whether what it asks for could be seen at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trygghet.blocks import Block, Column, Figure, Note, Paragraphs, Section, Table
from trygghet.messages import EN_DASH, Words
from trygghet.plan_chart import plan_figure
from trygghet.plan_words import describe_plan
from trygghet.planning import Feasibility, PlanningError, feasible
from trygghet.promise_model import Goal, Promise
from trygghet.promises import Registry
from trygghet.verdict_words import goal_sentence

KEY = "shown.promises"


def tell(item: Registry | Promise | Goal, words: Words) -> Iterator[Block]:
    """A registry, a promise or a goal."""
    if isinstance(item, Goal):
        return _goal(item, words)
    return _promise(item, words) if isinstance(item, Promise) else _registry(item, words)


def _registry(registry: Registry, words: Words) -> Iterator[Block]:
    lead = words(
        f"{KEY}.lead", promises=len(registry.promises), goals=len(registry.goals), activities=len(registry.activities)
    )
    title = words(f"{KEY}.title", file=registry.file)
    yield Section(id="loften", title=title, lead=lead, language=words.language)
    yield goals_table(registry.goals, words)
    if registry.warnings:
        lines = tuple(fault.text(words) for fault in registry.warnings)
        yield Note(words(f"{KEY}.warnings"), "", "warning", lines, language=words.language)


def _promise(promise: Promise, words: Words) -> Iterator[Block]:
    signed = words.sequence(promise.signatories) or EN_DASH
    valid = words(f"{KEY}.valid", start=words.day(promise.start), end=words.day(promise.end), signed=signed)
    title = words(f"{KEY}.promise", id=promise.id, title=words.pick(promise.title))
    yield Section(id=f"lofte_{promise.id}".lower(), title=title, lead=words.pick(promise.text), language=words.language)
    yield Paragraphs((valid,), language=words.language)
    if promise.goals:
        yield goals_table(promise.goals, words)


def goals_table(goals: Iterable[Goal], words: Words) -> Table:
    """Goals, each with what is to be reached and whether the base is enough to see it."""
    columns = tuple(Column(name, words(f"{KEY}.columns.{name}")) for name in ("goal", "aim", "seen", "needed"))
    rows = tuple(_row(goal, words) for goal in goals)
    return Table("malen", words(f"{KEY}.caption"), columns, rows, note=words(f"{KEY}.note"), language=words.language)


def _row(goal: Goal, words: Words) -> tuple[str, ...]:
    title, plan = f"{goal.id} {words.pick(goal.title)}", _plan(goal)
    if plan is None:
        return title, EN_DASH, words(f"{KEY}.no_plan"), EN_DASH
    seen = words(f"{KEY}.measurable" if plan.measurable else f"{KEY}.not_measurable")
    unit = "crimes" if goal.is_count else "answers"
    needed = words(f"charts.base.{unit}", n=round(plan.needed)) if plan.needed < 1e7 else words(f"{KEY}.never")
    return title, goal_sentence(goal, words, planned=True), seen, needed


def _plan(goal: Goal) -> Feasibility | None:
    """What could be seen; None where the goal says too little to reckon with, as one of no worsening may."""
    try:
        return feasible(goal)
    except PlanningError:
        return None


def _goal(goal: Goal, words: Words) -> Iterator[Block]:
    plan = _plan(goal)
    title = f"{goal.id} {words.pick(goal.title)}"
    yield Section(id=f"mal_{goal.id}".lower(), title=title, language=words.language)
    if plan is None:
        yield Paragraphs((words(f"{KEY}.no_plan_long"),), language=words.language)
        return
    yield Paragraphs(describe_plan(goal, plan, words), language=words.language)
    figure: Figure = plan_figure(goal, plan, words)
    yield figure
