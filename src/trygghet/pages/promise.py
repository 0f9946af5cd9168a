"""The promise page, for citizens: what is promised, why, what will be done, how it will show, and who signs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import ceil, isnan

import pandas as pd

from trygghet import problems as problem_list
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
from trygghet.indicators import PROBLEM_PREFIX
from trygghet.messages import EN_DASH, Words
from trygghet.pages.locked import lock_blocks
from trygghet.pages.parts import Blocks, category_label, columns, hundred, note_texts, place_name
from trygghet.picture import Picture
from trygghet.plan_words import plan_table
from trygghet.promise_model import Activity, Goal, Promise

KEY = "report.promise"


@dataclass(frozen=True)
class _Year:
    """The promises made in the year of the page, with their goals and activities in the order of the file."""

    followup: Followup

    @cached_property
    def promises(self) -> tuple[Promise, ...]:
        return tuple(item for item in self.followup.registry.promises if self._made(item))

    @cached_property
    def goals(self) -> tuple[Goal, ...]:
        return tuple(goal for item in self.promises for goal in self.followup.registry.goals_of(item))

    @cached_property
    def activities(self) -> tuple[Activity, ...]:
        return tuple(item for goal in self.goals for item in self.followup.registry.activities_of(goal))

    @property
    def words(self) -> Words:
        return self.followup.picture.words

    @property
    def picture(self) -> Picture:
        return self.followup.picture

    def _made(self, promise: Promise) -> bool:
        year = self.followup.ws.year
        goals = self.followup.registry.goals_of(promise)
        return str(promise.start.year) == year or any(goal.baseline.year == year for goal in goals)


def header(followup: Followup) -> Header:
    """Title, how many promises there are and when it is told how they went."""
    page, settings = _Year(followup), followup.ws.settings
    words = page.words
    years = sorted({goal.follow_up for goal in page.goals})
    values = {"n": len(page.promises), "place": place_name(page.picture), "years": words.sequence(years)}
    lead = words(f"{KEY}.lead" if years else f"{KEY}.lead_open", **values) if page.promises else words(f"{KEY}.nothing")
    meta = [words(f"{KEY}.valid", period=_period(item, words)) for item in page.promises]
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
    page, words = _Year(followup), followup.picture.words
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
    page, words = _Year(followup), followup.picture.words
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


def today(picture: Picture, goal: Goal) -> str:
    """The starting point in a sentence: ``58 av 100 är otrygga ute sent på kvällen (kvinnor i Centrum)``."""
    words, value = picture.words, goal.baseline.value
    if value is None or _too_few(picture, goal):
        return words(f"{KEY}.today_hidden", n=goal.baseline.n or 0)
    people = _people(picture, goal)
    if goal.is_count:
        names = {item.group: words.pick(item.label) for item in problem_list.load_offences()}
        name = names.get(goal.offence_group, goal.offence_group)
        text = words(f"{KEY}.today_count", n=round(value), name=name.lower())
    else:
        text = _share_today(picture, goal, hundred(value, words))
    return words(f"{KEY}.today_among", text=text, people=people) if people else text


def _share_today(picture: Picture, goal: Goal, share: str) -> str:
    words, item = picture.words, picture.available.get(goal.indicator)
    if item is None:
        return words(f"{KEY}.today_answer", share=share, name=words.pick(goal.title))
    if item.finding:
        return words(f"{KEY}.today_share", share=share, finding=words.pick(item.finding))
    known = {problem.id: problem.name(words) for problem in problem_list.load(picture.ws)}
    if goal.indicator.startswith(PROBLEM_PREFIX) and item.problem in known:
        return words(f"{KEY}.today_problem", share=share, name=_lower(known[item.problem]))
    return words(f"{KEY}.today_answer", share=share, name=_lower(item.name(words)))


def _lower(text: str) -> str:
    """A label inside a sentence."""
    return text[:1].lower() + text[1:]


def _people(picture: Picture, goal: Goal) -> str:
    """Whom a goal is about, last where they live: ``kvinnor, Centrum``; empty for everyone."""
    labels = []
    for variable, wanted in sorted(goal.where.items(), key=lambda item: item[0] == "area"):
        values = wanted if isinstance(wanted, list) else [wanted]
        names = [category_label(picture, variable, str(value)) for value in values]
        names = names if variable == "area" else [_lower(name) for name in names]
        labels.append(picture.words.sequence(names))
    return ", ".join(labels)


def _too_few(picture: Picture, goal: Goal) -> bool:
    return not goal.is_count and (goal.baseline.n or 0) < picture.ws.settings.minimum_base


def _base(followup: Followup, goal: Goal) -> str:
    words = followup.picture.words
    wave = followup.ws.wave(goal.source, goal.baseline.year)
    source = wave.label(words) if wave else words.pick(goal.source)
    period = words.month_span(wave.wave.start, wave.wave.end) if wave else goal.baseline.year
    text = words("report.common.data_period", source=source, period=period)
    return text if goal.is_count else words(f"{KEY}.base", text=text, n=goal.baseline.n or 0)


def actions(followup: Followup) -> Blocks:
    """What will be done: a table a promise, with why, who, where and when, and how much."""
    page, words = _Year(followup), followup.picture.words
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
    when = words.day(item.when) if isinstance(item.when, date) else words.pick(item.when)
    place = [text for text in (words.pick(item.where), when) if text]
    amount = EN_DASH
    if item.planned is not None:
        digits = 0 if item.planned.is_integer() else 1
        amount = f"{words.number(item.planned, digits)} {words.pick(item.unit)}".strip()
    return {
        "what": words.pick(item.what),
        "who": words.pick(item.who),
        "cause": words.pick(item.cause, EN_DASH),
        "where": ". ".join(place) or EN_DASH,
        "amount": amount,
    }


def measures(followup: Followup) -> Blocks:
    """How it will show: every goal from where to where, how it is measured, and what could be detected."""
    page, words = _Year(followup), followup.picture.words
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
        (words(f"{KEY}.facts.people"), _people(picture, goal) or _lower(words("report.common.everyone"))),
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
        language=words.language,
    )


def aim(picture: Picture, goal: Goal) -> str:
    """From where to where, as so many of a hundred or as crimes: ``Från 58 till högst 51 av 100``."""
    words, start, end = picture.words, goal.baseline.value, goal.target_value
    if end is None:
        return EN_DASH
    unit = "count" if goal.is_count else "share"
    scale = 1 if goal.is_count else 100
    # Whole numbers on the safe side of the target, so that nobody reads a softer promise than was made.
    aimed = int(scale * end + 1e-9) if goal.direction == "decrease" else ceil(scale * end - 1e-9)
    if start is None or _too_few(picture, goal):
        return words(f"{KEY}.aim.{unit}_{goal.direction}_bare", target=aimed)
    return words(f"{KEY}.aim.{unit}_{goal.direction}", baseline=round(scale * start), target=aimed)


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
    page, words = _Year(followup), followup.picture.words
    if not page.promises:
        return Blocks()
    head = Section(id="undertecknat", title=words(f"{KEY}.signed_title"), language=words.language)
    rows = [
        {
            "promise": words.pick(item.title),
            "signatories": words.sequence(list(item.signatories)),
            "decided": words.day(item.decided) if item.decided else EN_DASH,
            "valid": _period(item, words),
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


def _period(promise: Promise, words: Words) -> str:
    return f"{words.day(promise.start)}{EN_DASH}{words.day(promise.end)}"
