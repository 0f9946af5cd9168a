"""The municipality's action plan: for every problem why it is there, who will do what, and what it is to lead to."""

from __future__ import annotations

from trygghet.blocks import Block, Header, Note, Paragraphs, Section, Table
from trygghet.followup import Followup
from trygghet.messages import EN_DASH, Words
from trygghet.pages.locked import lock_blocks
from trygghet.pages.parts import Blocks, columns, note_texts, place_name
from trygghet.pages.planned import ActionPlan, Gap
from trygghet.pages.promised import aim, amount, lower, period, place_and_time, today
from trygghet.priorities import problem_ranks
from trygghet.promise_model import Activity, Goal

KEY = "action_plan"
PROBLEMS, GOALS, MEASURES, PROMISES = "problems", "goals", "measures", "promises"
ABOUT = {
    "no_measure": PROBLEMS, "no_goal": PROBLEMS, "goal_no_measure": GOALS, "no_owner": GOALS, "not_measurable": GOALS,
    "no_cause": MEASURES, "no_amount": MEASURES, "no_time": MEASURES, "no_resources": MEASURES,
    "not_decided": PROMISES,
}  # fmt: skip


def header(followup: Followup) -> Header:
    """Title, how much the plan holds and when it is followed up."""
    plan, settings = ActionPlan(followup), followup.ws.settings
    words = plan.made.words
    years = sorted({goal.follow_up for goal in plan.made.goals})
    values = {
        "measures": words(f"{KEY}.counted.measures", n=len(plan.made.activities)),
        "problems": words(f"{KEY}.counted.problems", n=sum(bool(plan.measures(p)) for p in plan.problems)),
        "years": words.sequence(years),
    }
    lead = words(f"{KEY}.lead", **values) if plan.made.activities else words(f"{KEY}.nothing")
    valid = [words("report.promise.valid", period=period(item, words)) for item in plan.made.promises]
    return Header(
        kicker=" · ".join([place_name(plan.made.picture), *([settings.police_area] if settings.police_area else [])]),
        title=words(f"{KEY}.title", year=followup.ws.year),
        lead=lead,
        meta=" · ".join(dict.fromkeys(valid)),
        workspace=settings.name,
        year=followup.ws.year,
        report="atgardsplan",
        language=words.language,
    )


def overview(followup: Followup) -> Blocks:
    """The plan in short: every problem with the number of measures and goals, who acts, and what is lacking."""
    plan = ActionPlan(followup)
    words = plan.made.words
    head = Section(id="korthet", title=words(f"{KEY}.short_title"), lead=words(f"{KEY}.law"), language=words.language)
    blocks: list[Block] = [head]
    if followup.ws.settings.simulated:
        title, text = words("report.common.simulated_title"), " ".join(note_texts(plan.made.picture))
        blocks.append(Note(title=title, text=text, tone="warning", language=words.language))
    if not plan.problems:
        return Blocks([*blocks, Note(title=words(f"{KEY}.nothing"), text="", language=words.language)])
    table = Table(
        id="planen",
        caption=words(f"{KEY}.short_caption"),
        columns=columns(words, f"{KEY}.short_columns"),
        rows=tuple(_short(plan, problem) for problem in plan.problems),
        note=words(f"{KEY}.short_note"),
        language=words.language,
    )
    return Blocks([*blocks, table])


def _short(plan: ActionPlan, problem: str) -> dict[str, str]:
    words, measures = plan.made.words, plan.measures(problem)
    counted = (
        words(f"{KEY}.counted.measures", n=len(measures)),
        words(f"{KEY}.counted.goals", n=len(plan.goals(problem))),
    )
    return {
        "problem": _name(plan, problem),
        "picture": _standing(plan, problem),
        "plan": ", ".join([counted[0], lower(counted[1])]),
        "who": "; ".join(dict.fromkeys(words.pick(item.who) for item in measures)) or EN_DASH,
    }


def _name(plan: ActionPlan, problem: str) -> str:
    codebook = plan.made.picture.codebook
    return codebook[problem].name(plan.made.words) if problem in codebook else problem


def _standing(plan: ActionPlan, problem: str) -> str:
    """How the problem stands in the lägesbild: whether it was chosen, and how sure its place is."""
    said = [plan.made.words(f"{KEY}.chosen")] if problem in plan.decision.chosen else []
    said += [place] if (place := _place(plan, problem)) else []
    text = ", ".join(said)
    return text[:1].upper() + text[1:] or EN_DASH


def _place(plan: ActionPlan, problem: str) -> str:
    """Whether the problem is among the first of the lägesbild; empty where it ranks nothing."""
    ranks = problem_ranks(plan.made.picture)
    return plan.made.words(f"{KEY}.place.{ranks['tier'][problem]!s}") if problem in ranks.index else ""


def problems(followup: Followup) -> Blocks:
    """A section for every problem that is acted on: the start, why, supposed causes, the goals and the measures."""
    plan = ActionPlan(followup)
    return Blocks([block for p in plan.problems if plan.goals(p) for block in _problem(plan, p)])


def _problem(plan: ActionPlan, problem: str) -> list[Block]:
    words = plan.made.words
    blocks: list[Block] = [
        Section(id=f"problem_{problem}", title=_name(plan, problem), lead=_why(plan, problem), language=words.language)
    ]
    causes = [
        words(f"{KEY}.cause", hypothesis=words.pick(item.hypothesis), test=words.pick(item.how_to_test))
        for item in plan.decision.causes
        if item.problem == problem
    ]
    if causes:
        blocks.append(Paragraphs(texts=tuple(causes), language=words.language))
    rows = [_measure(plan, item) for item in plan.measures(problem)]
    blocks.append(_table(words, f"mal_{problem}", "goals", [_goal(plan, goal) for goal in plan.goals(problem)]))
    if rows:
        return [*blocks, _table(words, f"atgarder_{problem}", "measures", rows)]
    return [*blocks, Note(title=words(f"{KEY}.no_measures"), text="", tone="warning", language=words.language)]


def _why(plan: ActionPlan, problem: str) -> str:
    """Why the problem is in the plan: the decision's reason, else its place in the lägesbild."""
    words, made = plan.made.words, plan.decision
    if made.decided is not None:
        by, day = words.pick(made.decided.by), words.day(made.decided.date)
        for key, items in (("why", made.priorities), ("why_not", made.not_chosen)):
            for item in items:
                if item.problem == problem:
                    return words(f"{KEY}.{key}", by=by, day=day, reason=words.pick(item.motivering))
    place = _place(plan, problem)
    return words(f"{KEY}.why_picture", place=place) if place else words(f"{KEY}.why_unranked")


def _table(words: Words, id: str, name: str, rows: list[dict[str, str]]) -> Table:
    return Table(
        id=id,
        caption=words(f"{KEY}.{name}_caption"),
        columns=columns(words, f"{KEY}.{name}_columns"),
        rows=tuple(rows),
        language=words.language,
    )


def _goal(plan: ActionPlan, goal: Goal) -> dict[str, str]:
    words, picture = plan.made.words, plan.made.picture
    followed = goal.follow_up if not goal.owner else words(f"{KEY}.followed", year=goal.follow_up, owner=goal.owner)
    return {
        "goal": words.pick(goal.title),
        "today": today(picture, goal),
        "aim": aim(picture, goal),
        "follow_up": followed,
    }


def _measure(plan: ActionPlan, item: Activity) -> dict[str, str]:
    words = plan.made.words
    span = EN_DASH.join(words.day(day) for day in (item.begin, item.due) if day is not None)
    place = [words.pick(item.who), place_and_time(item, words), "" if item.when else span]
    with_what = [amount(item, words), words.pick(item.resources)]
    return {
        "what": words.pick(item.what),
        "cause": words.pick(item.cause, EN_DASH),
        "who": _joined(place),
        "amount": _joined(with_what),
    }


def _joined(texts: list[str]) -> str:
    """What is told of several things, a sentence each; a dash where nothing is."""
    return ". ".join(text for text in texts if text not in ("", EN_DASH)) or EN_DASH


def gaps(followup: Followup) -> Blocks:
    """What the plan does not hold yet, and what to do about it."""
    plan = ActionPlan(followup)
    words = plan.made.words
    if not plan.made.promises:
        return Blocks()
    head = Section(
        id="saknas", title=words(f"{KEY}.gaps_title"), lead=words(f"{KEY}.gaps_lead"), language=words.language
    )
    if not plan.gaps:
        return Blocks([head, Note(title=words(f"{KEY}.no_gaps"), text="", language=words.language)])
    table = Table(
        id="luckor",
        caption=words(f"{KEY}.gaps_caption"),
        columns=columns(words, f"{KEY}.gaps_columns"),
        rows=tuple(_gap(plan, gap) for gap in plan.gaps),
        language=words.language,
    )
    return Blocks([head, table])


def _gap(plan: ActionPlan, gap: Gap) -> dict[str, str]:
    words = plan.made.words
    of = {PROBLEMS: len(plan.problems), GOALS: len(plan.made.goals), MEASURES: len(plan.made.activities)}
    kind = ABOUT[gap.kind]
    every = len(gap.about) > 1 and len(gap.about) == of.get(kind)
    about = words(f"{KEY}.every.{kind}", n=len(gap.about)) if every else "; ".join(_called(plan, kind, gap))
    return {"gap": words(f"{KEY}.lacks.{gap.kind}"), "about": about, "advice": words(f"{KEY}.advice.{gap.kind}")}


def _called(plan: ActionPlan, kind: str, gap: Gap) -> list[str]:
    """The entries of a gap by their names."""
    words = plan.made.words
    if kind == PROBLEMS:
        return [_name(plan, problem) for problem in gap.about]
    entries = {
        GOALS: {item.id: item.title for item in plan.made.goals},
        MEASURES: {item.id: item.what for item in plan.made.activities},
        PROMISES: {item.id: item.title for item in plan.made.promises},
    }[kind]
    return [words.pick(entries[name]) for name in gap.about]


def decided(followup: Followup) -> Blocks:
    """Who decided, for how long, when it is followed up, and the lock of what was decided."""
    plan = ActionPlan(followup)
    words = plan.made.words
    if not plan.made.promises:
        return Blocks()
    head = Section(
        id="beslut", title=words(f"{KEY}.decided_title"), lead=words(f"{KEY}.decided_lead"), language=words.language
    )
    rows = [
        {
            "part": words.pick(item.title),
            "by": words.sequence(list(item.signatories)),
            "day": words.day(item.decided) if item.decided else EN_DASH,
            "valid": period(item, words),
            "follow_up": words.sequence(sorted({g.follow_up for g in followup.registry.goals_of(item)})) or EN_DASH,
        }
        for item in plan.made.promises
    ]
    return Blocks([head, _table(words, "beslutad", "decided", rows), *lock_blocks(followup)])
