"""A goal that is being thought out: what can be measured here, from which start, and what a target would need."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import pandas as pd
from ruamel.yaml import YAML

from trygghet import estimates as est
from trygghet import group_keys
from trygghet.errors import InputError
from trygghet.followup import Followup
from trygghet.messages import Words
from trygghet.planning import Feasibility, feasible
from trygghet.promise_model import COUNT_PREFIX, Baseline, Goal, Target

LOWEST_DEFF, HIGHEST_DEFF = 0.2, 20.0
YAML_WIDTH = 100


@dataclass(frozen=True)
class Start:
    """Where a goal may start: a figure of the lägesbild that may be shown.

    Attributes
    ----------
    group_by, group : as in the estimates table.
    value : share or count.  low, high : its interval.  n : answers, or the count.
    spread : design effect of a share; of a count, variance over mean of its months.
    """

    group_by: str
    group: str
    value: float
    low: float
    high: float
    n: int
    spread: float

    @property
    def where(self) -> dict[str, str]:
        """The population as a goal writes it: variable to category, empty for everyone."""
        if self.group_by == est.TOTAL:
            return {}
        return group_keys.parts(self.group_by, self.group)


@dataclass(frozen=True)
class Draft:
    """A goal with everything that decides whether it can be measured.

    Attributes
    ----------
    target : the level aimed at, a share 0–1 or a count.
    answers : answers planned for the follow-up (shares); as many as now when None.
    spread : design effect, or dispersion of a count.
    comparison : starts of the sub-areas the change is held against; none for before and after only.
    tau : how much areas change by themselves from year to year, in shares.
    """

    indicator: str
    start: Start
    target: float
    answers: int | None = None
    spread: float = 1.5
    comparison: tuple[Start, ...] = ()
    tau: float = 0.0

    @property
    def is_count(self) -> bool:
        """Whether it counts crimes."""
        return self.indicator.startswith(COUNT_PREFIX)

    def feasibility(self, goal: Goal) -> Feasibility:
        """Whether the target can be told from no change."""
        compared = sum(start.n for start in self.comparison)
        if self.is_count:
            return feasible(goal, phi=max(1.0, self.spread), ref_ratio=compared / self.start.n if compared else None)
        plan: dict[str, Any] = {"deff": self.spread, "tau": self.tau}
        if compared:
            plan |= {"design": "did", "n_ref": compared}
        return feasible(goal, n1=self.answers, **plan)


@dataclass(frozen=True)
class Drafting:
    """What a workspace's year offers to those who write goals."""

    followup: Followup
    _starts: dict[str, tuple[Start, ...]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def words(self) -> Words:
        """The words of the texts."""
        return self.followup.picture.words

    @cached_property
    def measures(self) -> dict[str, str]:
        """Indicator or ``crime:<group>`` to its name, those with a figure that may be shown."""
        picture, words = self.followup.picture, self.words
        names = {name: item.name(words) for name, item in picture.available.items()}
        names |= {f"{COUNT_PREFIX}{group}": label for group, label in picture.offences.labels(words).items()}
        return {name: label for name, label in names.items() if self.starts(name)}

    def starts(self, indicator: str) -> tuple[Start, ...]:
        """Every group or sub-area the goal could be about, all people first."""
        if indicator not in self._starts:
            self._starts[indicator] = tuple(self._found(indicator))
        return self._starts[indicator]

    def _found(self, indicator: str) -> list[Start]:
        picture, count = self.followup.picture, indicator.startswith(COUNT_PREFIX)
        table = picture.incident_estimates if count else picture.survey_estimates
        rows = table[(table["indicator"] == indicator) & table["estimate"].notna()]
        rows = rows[~rows["suppressed"].astype(bool) & (rows["estimate"] > 0)]
        rows = rows if count else rows[(rows["estimate"] < 1) & (rows["group"] != est.UNKNOWN)]
        if count and picture.offences[indicator.removeprefix(COUNT_PREFIX)].sensitive:
            # where such crimes happen is told of the whole place only
            rows = rows[rows["group_by"] == est.TOTAL]
        return [self._start(indicator, row) for _, row in rows.iterrows()]

    def _start(self, indicator: str, row: pd.Series) -> Start:
        count, value = indicator.startswith(COUNT_PREFIX), float(row["estimate"])
        n = int(value if count else row["n"])
        # From the standard error itself: that of the table is against a sample without replacement, which says
        # little where the weights are scaled to the answers.
        deff = 1.0 if count else float(row["se"]) ** 2 * n / (value * (1 - value))
        spread = min(HIGHEST_DEFF, max(LOWEST_DEFF, deff))
        limits = float(row["ci_low"]), float(row["ci_high"])
        return Start(str(row["group_by"]), str(row["group"]), value, *limits, n, round(spread, 2))

    def spread(self, indicator: str, start: Start) -> float:
        """Design effect of a share's start, or dispersion of its crimes, reckoned when it is asked for."""
        if not indicator.startswith(COUNT_PREFIX):
            return start.spread
        goal = self.goal(Draft(indicator, start, start.value / 2))
        return round(self.followup.dispersion(goal), 2)

    def goal(self, draft: Draft, *, people: str = "") -> Goal:
        """The draft as a goal of the registry, with the next free id.

        Parameters
        ----------
        people : whom it is about, for the title.
        """
        direction: Literal["decrease", "increase"] = "decrease" if draft.target < draft.start.value else "increase"
        name = self.measures[draft.indicator]
        name = f"{name} ({people})" if people else name
        return Goal(
            id=self._next_id,
            promise=self._promise,
            title={self.words.language: self.words(f"plan.form.titles.{direction}", name=name)},
            indicator=draft.indicator,
            where=dict(draft.start.where),
            source="incidents" if draft.is_count else "citizens",
            baseline=self._baseline(draft),
            target=Target(kind="absolute", value=round(draft.target, 4)),
            direction=direction,
            follow_up=self._follow_up,
            comparison=[start.group for start in draft.comparison] or None,
            problem=self._problem(draft.indicator),
        )

    def _baseline(self, draft: Draft) -> Baseline:
        start, year = draft.start, self.followup.ws.year
        if draft.is_count:
            return Baseline(year=year, count=start.n)
        spread = min(HIGHEST_DEFF, max(LOWEST_DEFF, draft.spread))
        estimate, low, high = (round(value, 3) for value in (start.value, start.low, start.high))
        return Baseline(year=year, estimate=estimate, n=start.n, low=low, high=high, deff=spread)

    @cached_property
    def _follow_up(self) -> str:
        ws = self.followup.ws
        later = [year for year in ws.years if year > ws.year]
        return later[0] if later else str(int(ws.year) + 1) if ws.year.isdigit() else ws.year

    @cached_property
    def _written(self) -> tuple[list[str], list[str]]:
        """Ids of the promises and goals that are written already; none where there is no registry to read."""
        try:
            registry = self.followup.registry_as_written
        except InputError:
            return [], []
        return [item.id for item in registry.promises], [goal.id for goal in registry.goals]

    @property
    def _promise(self) -> str:
        return (self._written[0] or ["L1"])[0]

    @property
    def _next_id(self) -> str:
        taken = set(self._written[1])
        return next(f"M{i}" for i in range(1, len(taken) + 2) if f"M{i}" not in taken)

    def _problem(self, indicator: str) -> str | None:
        picture = self.followup.picture
        if indicator.startswith(COUNT_PREFIX):
            group = indicator.removeprefix(COUNT_PREFIX)
            return next((item.id for item in picture.codebook if group in item.offence_groups), None)
        named = picture.definitions[indicator].problem
        return named if named and named in picture.codebook else None


def as_yaml(goal: Goal) -> str:
    """The goal as it is written under ``goals:`` in ``loften.yml``."""
    yaml = YAML()
    yaml.width = YAML_WIDTH
    out = io.StringIO()
    entry = goal.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True)
    if goal.is_count and float(entry["target"]["value"]).is_integer():
        entry["target"]["value"] = int(entry["target"]["value"])
    yaml.dump([entry], out)
    return out.getvalue()
