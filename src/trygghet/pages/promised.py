"""What a registry's entries say to readers, on the promise page and in the action plan alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import ceil, floor

from trygghet import problems as problem_list
from trygghet.followup import Followup
from trygghet.indicators import PROBLEM_PREFIX
from trygghet.messages import EN_DASH, Words
from trygghet.pages.parts import category_label, hundred
from trygghet.picture import Picture
from trygghet.promise_model import Activity, Goal, Promise

KEY = "report.promise"


@dataclass(frozen=True)
class Promised:
    """The promises made in the year of the page, with their goals and activities in the order of the file."""

    followup: Followup

    @cached_property
    def promises(self) -> tuple[Promise, ...]:
        """The promises themselves."""
        return tuple(item for item in self.followup.registry.promises if self._made(item))

    @cached_property
    def goals(self) -> tuple[Goal, ...]:
        """Their goals."""
        return tuple(goal for item in self.promises for goal in self.followup.registry.goals_of(item))

    @cached_property
    def activities(self) -> tuple[Activity, ...]:
        """Their activities."""
        return tuple(item for goal in self.goals for item in self.followup.registry.activities_of(goal))

    @property
    def words(self) -> Words:
        """The words of the page."""
        return self.followup.picture.words

    @property
    def picture(self) -> Picture:
        """The year's lägesbild."""
        return self.followup.picture

    def _made(self, promise: Promise) -> bool:
        year = self.followup.ws.year
        goals = self.followup.registry.goals_of(promise)
        return str(promise.start.year) == year or any(goal.baseline.year == year for goal in goals)


def today(picture: Picture, goal: Goal) -> str:
    """The starting point in a sentence: ``58 av 100 är otrygga ute sent på kvällen (kvinnor i Centrum)``."""
    words, value = picture.words, goal.baseline.value
    if value is None or (too_few(picture, goal) and not goal.is_count):
        return words(f"{KEY}.today_hidden", n=goal.baseline.n or 0)
    about = people(picture, goal)
    if goal.is_count:
        names = {item.group: words.pick(item.label) for item in problem_list.load_offences()}
        name = names.get(goal.offence_group, goal.offence_group)
        few = {"limit": picture.rules.incidents, "name": name.lower()}
        text = (
            words(f"{KEY}.today_few", **few)
            if too_few(picture, goal)
            else words(f"{KEY}.today_count", n=round(value), name=name.lower())
        )
    else:
        # A stated 0.305 is 31 of 100, as in school and as the measured share behind it most often rounds.
        text = _share_today(picture, goal, hundred(floor(100 * value + 0.5 + 1e-9) / 100, words))
    return words(f"{KEY}.today_among", text=text, people=about) if about else text


def _share_today(picture: Picture, goal: Goal, share: str) -> str:
    words, item = picture.words, picture.available.get(goal.indicator)
    if item is None:
        return words(f"{KEY}.today_answer", share=share, name=words.pick(goal.title))
    if item.finding:
        return words(f"{KEY}.today_share", share=share, finding=words.pick(item.finding))
    known = {problem.id: problem.name(words) for problem in problem_list.load(picture.ws)}
    if goal.indicator.startswith(PROBLEM_PREFIX) and item.problem in known:
        return words(f"{KEY}.today_problem", share=share, name=lower(known[item.problem]))
    return words(f"{KEY}.today_answer", share=share, name=lower(item.name(words)))


def lower(text: str) -> str:
    """A label inside a sentence."""
    return text[:1].lower() + text[1:]


def people(picture: Picture, goal: Goal) -> str:
    """Whom a goal is about, last where they live: ``kvinnor, Centrum``; empty for everyone."""
    labels = []
    for variable, wanted in sorted(goal.where.items(), key=lambda item: item[0] == "area"):
        values = wanted if isinstance(wanted, list) else [wanted]
        names = [category_label(picture, variable, str(value)) for value in values]
        names = names if variable == "area" else [lower(name) for name in names]
        labels.append(picture.words.sequence(names))
    return ", ".join(labels)


def too_few(picture: Picture, goal: Goal) -> bool:
    """Whether a goal's baseline rests on too few answers, or is too few crimes, to be shown."""
    if goal.is_count:
        return 0 < (goal.baseline.count or 0) < picture.rules.incidents
    return (goal.baseline.n or 0) < picture.rules.survey_base


def aim(picture: Picture, goal: Goal) -> str:
    """From where to where, as so many of a hundred or as crimes: ``Från 58 till högst 51 av 100``."""
    words, start, end = picture.words, goal.baseline.value, goal.target_value
    if end is None or (goal.is_count and too_few(picture, goal) and goal.target.kind != "absolute"):
        # A target reckoned from a hidden count would give it away.
        return EN_DASH
    unit = "count" if goal.is_count else "share"
    scale = 1 if goal.is_count else 100
    # Whole numbers on the safe side of the target, so that nobody reads a softer promise than was made.
    aimed = int(scale * end + 1e-9) if goal.direction == "decrease" else ceil(scale * end - 1e-9)
    if start is None or too_few(picture, goal):
        return words(f"{KEY}.aim.{unit}_{goal.direction}_bare", target=aimed)
    return words(f"{KEY}.aim.{unit}_{goal.direction}", baseline=floor(scale * start + 0.5 + 1e-9), target=aimed)


def place_and_time(item: Activity, words: Words) -> str:
    """Where and when an activity is done: ``Centrum. Maj 2016–maj 2017``; a dash where neither is told."""
    when = words.day(item.when) if isinstance(item.when, date) else words.pick(item.when)
    return ". ".join(text for text in (words.pick(item.where), when) if text) or EN_DASH


def amount(item: Activity, words: Words) -> str:
    """How much is planned, with its unit; a dash where it is not told."""
    if item.planned is None:
        return EN_DASH
    digits = 0 if item.planned.is_integer() else 1
    return f"{words.number(item.planned, digits)} {words.pick(item.unit)}".strip()


def period(promise: Promise, words: Words) -> str:
    """The days a promise is valid."""
    return f"{words.day(promise.start)}{EN_DASH}{words.day(promise.end)}"
