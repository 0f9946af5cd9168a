"""The municipality's action plan out of the same registry: measures by problem, and what the plan still lacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from trygghet import decisions
from trygghet.followup import Followup
from trygghet.pages.promised import Promised
from trygghet.plan_words import plan_table
from trygghet.priorities import problem_ranks
from trygghet.promise_model import Activity, Goal, Promise

FIRST_TIER = "A"
Lack = Literal[
    "no_measure", "no_goal", "goal_no_measure", "no_cause", "no_amount", "no_time", "no_resources", "no_owner",
    "not_decided", "not_measurable",
]  # fmt: skip


@dataclass(frozen=True)
class Gap:
    """Something the plan does not hold.

    Attributes
    ----------
    kind : what is lacking.
    about : ids of what it is lacking for: problems, goals, activities or promises, as `kind` tells.
    """

    kind: Lack
    about: tuple[str, ...]


@dataclass(frozen=True)
class ActionPlan:
    """The registry's measures of a year, by the problem they are to lessen.

    Problems come in this order: those that were chosen (``prioriteringar.yml``), the others that the registry
    takes up, and those the lägesbild puts among its first without anybody having taken them up or decided not to.
    """

    followup: Followup

    @cached_property
    def made(self) -> Promised:
        """The year's promises, goals and activities."""
        return Promised(self.followup)

    @cached_property
    def decision(self) -> decisions.Decision:
        """What was decided after the lägesbild; empty where nothing is written down."""
        return decisions.load(self.followup.ws) or decisions.Decision()

    @cached_property
    def problems(self) -> tuple[str, ...]:
        """Ids of the problems the plan takes up, or should have."""
        taken = [self.problem_of(goal) for goal in self.made.goals] + [item.problem for item in self.made.promises]
        left_out = {item.problem for item in self.decision.not_chosen}
        first = [problem for problem in self._first if problem not in left_out]
        return tuple(dict.fromkeys([*self.decision.chosen, *taken, *first]))

    @property
    def _first(self) -> list[str]:
        ranks = problem_ranks(self.followup.picture)
        return [str(problem) for problem in ranks.index[ranks["tier"] == FIRST_TIER]]

    def problem_of(self, goal: Goal) -> str:
        """The problem a goal is about: its own, else its promise's."""
        return goal.problem or self.followup.registry.promise_of(goal).problem

    def goals(self, problem: str) -> tuple[Goal, ...]:
        """A problem's goals."""
        return tuple(goal for goal in self.made.goals if self.problem_of(goal) == problem)

    def measures(self, problem: str) -> tuple[Activity, ...]:
        """What will be done about a problem."""
        return tuple(item for goal in self.goals(problem) for item in self.followup.registry.activities_of(goal))

    def promises(self, problem: str) -> tuple[Promise, ...]:
        """The promises a problem's goals belong to, or that answer it themselves."""
        named = {goal.promise for goal in self.goals(problem)}
        return tuple(item for item in self.made.promises if item.problem == problem or item.id in named)

    @cached_property
    def unmeasurable(self) -> tuple[str, ...]:
        """Ids of goals whose follow-up will hardly tell whether they were reached."""
        phi = {goal.id: self.followup.dispersion(goal) for goal in self.made.goals if goal.is_count}
        table = plan_table(self.followup.registry, self.made.words, phi=phi)
        here = {goal.id for goal in self.made.goals}
        return tuple(str(r["goal"]) for r in table.to_dict("records") if r["goal"] in here and not r["measurable"])

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """Everything that is lacking, one entry a kind."""
        return tuple(Gap(kind, about) for kind, about in self._lacks() if about)

    def gaps_of(self, problem: str) -> tuple[Lack, ...]:
        """What is lacking for one problem's goals and measures, or the problem itself."""
        own = {problem, *(goal.id for goal in self.goals(problem)), *(item.id for item in self.measures(problem))}
        return tuple(gap.kind for gap in self.gaps if own & set(gap.about))

    def _lacks(self) -> Iterator[tuple[Lack, tuple[str, ...]]]:
        goals, items = self.made.goals, self.made.activities
        acted = {item.goal for item in items}
        yield "no_measure", tuple(p for p in self.problems if not self.measures(p))
        yield "no_goal", tuple(p for p in self.problems if self.promises(p) and not self.goals(p))
        yield "goal_no_measure", tuple(goal.id for goal in goals if goal.id not in acted)
        yield "no_cause", tuple(item.id for item in items if not item.cause)
        yield "no_amount", tuple(item.id for item in items if item.planned is None)
        yield "no_time", tuple(item.id for item in items if not (item.when or item.begin or item.due))
        yield "no_resources", tuple(item.id for item in items if not item.resources)
        yield "no_owner", tuple(goal.id for goal in goals if not goal.owner)
        yield "not_decided", tuple(item.id for item in self.made.promises if item.decided is None)
        yield "not_measurable", self.unmeasurable
