"""What was done of what was promised, what it taught, and what outcome and work done speak for."""

from __future__ import annotations

from math import isnan

from trygghet.blocks import Block, Note, Section, Table
from trygghet.evaluation import activity_summary
from trygghet.followup import Followup, Result
from trygghet.messages import EN_DASH, Words
from trygghet.pages.parts import Blocks, columns
from trygghet.promise_model import Activity, Emmie, Text
from trygghet.proposals import CARRIED_OUT, Proposal, propose
from trygghet.retrospect import compared


def activities(followup: Followup) -> Blocks:
    """What was promised to be done, and what was done."""
    words = followup.picture.words
    items = [item for goal in followup.goals for item in followup.registry.activities_of(goal)]
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
            "planned": amount(item.planned, item.unit, words),
            "done": amount(item.done, None, words),
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


def amount(value: float | None, unit: Text | None, words: Words) -> str:
    """A planned or done amount with its unit; a dash when there is none."""
    if value is None:
        return EN_DASH
    text = words.number(value, 0 if float(value).is_integer() else 1)
    return f"{text} {words.pick(unit)}".strip() if unit else text


def proposals(followup: Followup) -> Blocks:
    """For every goal what to keep, change, finish or stop, as a proposal with its reason."""
    words, results = followup.picture.words, followup.results
    rows = [_proposal_row(followup, result) for result in results if followup.registry.activities_of(result.goal)]
    if not rows:
        return Blocks()
    key = "outcome.proposals"
    head = Section(id="forslag", title=words(f"{key}.title"), lead=words(f"{key}.lead"), language=words.language)
    note = Note(title=words(f"{key}.note_title"), text=words(f"{key}.note"), language=words.language)
    table = Table(
        id="forslagstabell",
        caption=words(f"{key}.caption"),
        columns=columns(words, f"{key}.columns"),
        rows=tuple(rows),
        language=words.language,
    )
    return Blocks([head, table, note])


def proposal(followup: Followup, result: Result) -> Proposal:
    """What a goal's outcome, work done and comparison speak for."""
    found = compared(followup).get(result.goal.id)
    dose = activity_summary(followup.registry, result.goal).dose
    return propose(result.label, dose, found.versus if found is not None else "none")


def _proposal_row(followup: Followup, result: Result) -> dict[str, str]:
    words, goal = followup.picture.words, result.goal
    made, key = proposal(followup, result), "outcome.proposals"
    items = followup.registry.activities_of(goal)
    named = _left(items, words) if made.action == "finish" else _named(items, words)
    return {
        "goal": words.pick(goal.title),
        "action": words(f"{key}.actions.{made.action}"),
        "why": " ".join([words(f"{key}.reasons.{made.reason}"), *named]),
        "dose": _dose_text(followup, result, words),
    }


def _left(items: tuple[Activity, ...], words: Words) -> list[str]:
    """What is left to do, and how far it came."""
    undone = [_so_far(item, words) for item in items if _short(item)]
    return [words("outcome.proposals.left", activities=words.sequence(undone))] if undone else []


def _named(items: tuple[Activity, ...], words: Words) -> list[str]:
    """Which measures a proposal is about, and of which nobody has said what was done."""
    key = "outcome.proposals"
    told = [_name(item, words) for item in items if item.status != "unknown"]
    silent = [_name(item, words) for item in items if item.status == "unknown"]
    lines = [words(f"{key}.about", n=len(told), activities=words.sequence(told))] if told else []
    return [*lines, *([words(f"{key}.silent", activities=words.sequence(silent))] if silent else [])]


def _dose_text(followup: Followup, result: Result, words: Words) -> str:
    """How much of the measures was carried out, and for how many nobody said."""
    done, key = activity_summary(followup.registry, result.goal), "outcome.proposals"
    if isnan(done.dose):
        return words(f"{key}.dose_unknown")
    share = words.percent(done.dose, 0)
    missing = int(done.counts["unknown"])
    return words(f"{key}.dose_partly_known", share=share, n=missing) if missing else share


def _short(item: Activity) -> bool:
    """Whether an activity was not carried out as planned."""
    if item.status in ("not_done", "unknown"):
        return True
    return item.status == "partly" and not (
        item.done is not None and item.planned and item.done / item.planned >= CARRIED_OUT
    )


def _so_far(item: Activity, words: Words) -> str:
    what = _name(item, words)
    if item.done is None or item.planned is None:
        return what
    values = {"done": words.number(item.done), "planned": words.number(item.planned)}
    return words("outcome.proposals.so_far", what=what, **values)


def _name(item: Activity, words: Words) -> str:
    what = words.pick(item.what)
    return what[:1].lower() + what[1:]


def lessons(followup: Followup) -> Blocks:
    """What the year taught, goal by goal in EMMIE's five parts, where they are filled in."""
    words, key = followup.picture.words, "outcome.lessons"
    tables = [_lesson_table(followup, result) for result in followup.results if result.goal.emmie is not None]
    if not tables:
        return Blocks()
    head = Section(id="lardomar", title=words(f"{key}.title"), lead=words(f"{key}.lead"), language=words.language)
    blocks: list[Block] = [head, *tables]
    return Blocks(blocks)


def _lesson_table(followup: Followup, result: Result) -> Table:
    words, goal, key = followup.picture.words, result.goal, "outcome.lessons"
    filled: dict[str, Text | None] = (goal.emmie or Emmie()).model_dump()
    done = activity_summary(followup.registry, goal, words)
    rows = []
    for part in Emmie.model_fields:
        text = words.pick(filled[part]) if filled[part] else ""
        if part == "implementation" and done.n:
            text = f"{done.sentence(words)} {text}".strip()
        if text:
            rows.append({"part": words(f"{key}.parts.{part}"), "text": text})
    return Table(
        id=f"lardom_{goal.id}",
        caption=words.pick(goal.title),
        columns=columns(words, f"{key}.columns"),
        rows=tuple(rows),
        collapsed=True,
        language=words.language,
    )
