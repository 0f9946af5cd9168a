"""What a registry of promises (``loften.yml``) holds, as frozen models."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar, Literal, Self

from pydantic import ConfigDict, Field, PrivateAttr, model_validator

from trygghet.errors import RuleError
from trygghet.reprs import Shown
from trygghet.workspace import Model, Slug, Year

Text = dict[str, str] | str
COUNT_PREFIX = "crime:"
PROGRESS = {"activities": ("done", "status", "evidence", "interim"), "goals": ("emmie",)}
"""What is filled in after the promise was signed, by section: no part of what was promised."""


class Strict(Model):
    """Frozen, refusing unknown keys, and numbers that are none."""

    model_config = ConfigDict(allow_inf_nan=False)


class Told(Shown, Strict):
    """Part of a registry that shows itself, in the language of the workspace it was read from."""

    _teller: ClassVar[str] = "promises"
    _language: str | None = PrivateAttr(default=None)

    @property
    def language(self) -> str | None:
        """Of what JupyterLab shows of it; None when it was read without a workspace."""
        return self._language

    def speaking(self, language: str) -> Self:
        """The same, shown in a language."""
        made = self.model_copy()
        made._language = language
        return made


class Promise(Told):
    """A citizen promise: which problem it answers, who signs it, and how long it is valid."""

    id: str
    title: Text
    problem: str
    text: Text
    signatories: list[str]
    start: date = Field(alias="from")
    end: date = Field(alias="to")
    decided: date | None = None
    communication: Text | None = None
    _goals: tuple[Goal, ...] = PrivateAttr(default=())

    @model_validator(mode="after")
    def _ordered(self) -> Promise:
        if self.end < self.start:
            raise RuleError("W32-PERIOD-BACKWARDS")
        return self

    @property
    def goals(self) -> tuple[Goal, ...]:
        """Its goals in the registry it was read with; none when it stands alone."""
        return self._goals

    def speaking(self, language: str) -> Promise:
        """The same promise, shown in a language, its goals too."""
        made = super().speaking(language)
        made._goals = tuple(goal.speaking(language) for goal in self._goals)
        return made

    def knowing(self, goals: Iterable[Goal]) -> Promise:
        """The same promise, knowing which of some goals are its own."""
        known = self.model_copy()
        known._goals = tuple(goal for goal in goals if goal.promise == self.id)
        return known


class Baseline(Strict):
    """Where a goal starts: a share with its number of answers, or a count.

    ``picked: worst`` says that the area or group was chosen because its value was the worst of
    ``picked_of`` compared ones, so that regression to the mean can be reckoned with.
    """

    year: Year
    estimate: float | None = Field(default=None, ge=0, le=1)
    n: int | None = Field(default=None, ge=1)
    low: float | None = Field(default=None, ge=0, le=1)
    high: float | None = Field(default=None, ge=0, le=1)
    count: int | None = Field(default=None, ge=0)
    deff: float = Field(default=1.5, ge=0.2, le=20)
    picked: Literal["problem", "worst"] = "problem"
    picked_of: int | None = Field(default=None, ge=2)

    @property
    def value(self) -> float | None:
        """The share, or the count as a float; None when neither is given."""
        return self.estimate if self.estimate is not None else _float(self.count)


class Target(Strict):
    """What is to be reached: a level, a relative change (−0.10 is ten percent less), or no worsening."""

    kind: Literal["absolute", "relative", "no_worse"]
    value: float | None = None


class BreakOverride(Strict):
    """A comparison across a changed question or survey mode, allowed on purpose and printed."""

    reason: Text


class Emmie(Strict):
    """What a year taught about a goal's measures, in the five parts of EMMIE; filled in afterwards.

    effect : what changed, and against what.  mechanism : how the measures are thought to work.
    moderators : where and for whom they work better or worse.  implementation : what helped and hindered.
    economy : what they cost.

    References
    ----------
    Johnson, Tilley & Bowers (2015), Journal of Experimental Criminology 11, 459-473.
    """

    effect: Text | None = None
    mechanism: Text | None = None
    moderators: Text | None = None
    implementation: Text | None = None
    economy: Text | None = None


class Goal(Told):
    """An effect goal (effektmål): an indicator in a population, from a baseline to a target."""

    id: str
    promise: str
    title: Text
    indicator: str
    where: dict[str, str | int | list[str]] = Field(default_factory=dict)
    source: Slug
    baseline: Baseline
    target: Target
    direction: Literal["decrease", "increase"]
    follow_up: Year
    comparison: list[str] | None = None
    term: Literal["short", "long"] = "short"
    problem: str | None = None
    family: str | None = None
    margin: float | None = Field(default=None, gt=0)
    owner: str | None = None
    decided: date | None = None
    override: BreakOverride | None = None
    emmie: Emmie | None = None

    @property
    def is_count(self) -> bool:
        """Whether the indicator counts crimes (``crime:<group>``) instead of measuring a share."""
        return self.indicator.startswith(COUNT_PREFIX)

    @property
    def offence_group(self) -> str:
        """The offence group of a count goal; empty for a share."""
        return self.indicator.removeprefix(COUNT_PREFIX) if self.is_count else ""

    @property
    def target_value(self) -> float | None:
        """The level aimed at, reckoned from the stated baseline when the target is relative.

        For ``no_worse`` it is the baseline moved by the margin in the bad direction.
        """
        start, value = self.baseline.value, self.target.value
        if self.target.kind == "absolute":
            return value
        if start is None:
            return None
        if self.target.kind == "relative":
            return None if value is None else start * (1 + value)
        if self.margin is None:
            return None
        return start + (self.margin if self.direction == "decrease" else -self.margin)


class Interim(Strict):
    """How far an activity had come at the half-year follow-up, what is in the way and what is done about it."""

    day: date
    done: float | None = Field(default=None, ge=0)
    obstacle: Text | None = None
    next: Text | None = None


class Activity(Strict):
    """Something that is to be done: who, what, where, when, how much, and which cause it acts on.

    ``begin`` and ``due`` are its first and last day; the promise's own where they are not given. ``resources`` says
    with what: people, money, premises.
    """

    id: str
    goal: str
    who: Text
    what: Text
    where: Text | None = None
    when: date | Text | None = None
    begin: date | None = None
    due: date | None = None
    planned: float | None = Field(default=None, ge=0)
    unit: Text | None = None
    resources: Text | None = None
    done: float | None = Field(default=None, ge=0)
    status: Literal["done", "partly", "not_done", "unknown"] = "unknown"
    cause: Text | None = None
    evidence: Text | None = None
    term: Literal["short", "long"] | None = None
    interim: Interim | None = None


class RegistryFile(Strict):
    """The whole of ``loften.yml``."""

    promises: list[Promise]
    goals: list[Goal]
    activities: list[Activity] = Field(default_factory=list)


def _float(value: int | None) -> float | None:
    return None if value is None else float(value)
