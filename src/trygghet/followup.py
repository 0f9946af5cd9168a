"""Goals against outcomes: what each goal due this year started from, aimed at and came to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from math import nan
from typing import ClassVar

import numpy as np
import pandas as pd

from trygghet import estimates as est
from trygghet import evaluation, promises
from trygghet.counts import count_change, dispersion, ratio_unchanged
from trygghet.design import SurveyDesign
from trygghet.errors import SpokenError
from trygghet.estimate import change
from trygghet.evaluation import Label, Reached
from trygghet.goal_release import asked_of, goal_rows
from trygghet.indicators import together
from trygghet.messages import Words
from trygghet.picture import Picture
from trygghet.promise_model import Goal
from trygghet.release_rules import Rules
from trygghet.reprs import Shown
from trygghet.workspace import Workspace


class FollowupError(SpokenError):
    """A goal whose source, wave or indicator the workspace does not hold."""


@dataclass(frozen=True)
class Level:
    """A measured level: share 0–1 or count, with limits and base; NaN when it may not be shown.

    Attributes
    ----------
    below : of a count too small to show, the number it is known to be below; else 0.
    reason : why a share is hidden, as `hidden_for` gives it; empty otherwise.
    """

    year: str
    estimate: float
    low: float
    high: float
    n: int
    below: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Result:
    """How one goal went.

    Attributes
    ----------
    before, after : the levels measured in the baseline's and the follow-up's wave.
    reached : support and verdict; None when the base is too small to show a figure.
    change, change_low, change_high : after − before for a share, after / before for a count.
    same : support, 0–1, that a goal of no worsening stayed as it was: neither worse nor better by more than its
        margin (two one-sided tests, the weaker one); NaN for other goals.
    """

    goal: Goal
    before: Level
    after: Level
    reached: Reached | None
    change: float
    change_low: float
    change_high: float
    same: float = nan

    @property
    def hidden(self) -> bool:
        """Whether a count is too small to show; the verdict may be told, the figures behind it not."""
        return bool(self.before.below or self.after.below)

    @property
    def label(self) -> Label:
        """Verdict key; a base too small to show is undecided."""
        return self.reached.label if self.reached is not None else "undecided"


@dataclass(frozen=True, repr=False)
class Followup(Shown):
    """The goals due in a year, evaluated.

    Parameters
    ----------
    ws : the workspace seen from the year of the follow-up.
    language : of the texts made from it.
    interim : half-year follow-up: what is done so far is told, and nothing is evaluated.
    """

    _teller: ClassVar[str] = "followup"
    ws: Workspace
    language: str | None = None
    interim: bool = False

    @property
    def words(self) -> Words:
        """The words of the page."""
        return self.picture.words

    @cached_property
    def registry(self) -> promises.Registry:
        """Promises, goals and activities.

        Raises
        ------
        InputError : the registry is wrong, its lock is broken (L51), or it differs from what is locked (L54).
        """
        registry = self.registry_as_written
        self.lock.check(registry.content)
        return registry

    @cached_property
    def registry_as_written(self) -> promises.Registry:
        """The registry as it stands in the file, whatever is locked: for those who are still writing it."""
        return promises.load(self.ws)

    @cached_property
    def lock(self) -> promises.Lock:
        """The lock of the promises; empty when nothing is locked."""
        return promises.load_lock(self.ws)

    @cached_property
    def picture(self) -> Picture:
        """The year's lägesbild."""
        return Picture(self.ws, self.language)

    def at(self, year: str) -> Picture:
        """The picture of another year, this year's own or one of the earlier waves'."""
        if year == self.ws.year:
            return self.picture
        if year not in self._others:
            self._others[year] = Picture(Workspace(self.ws.folder, self.ws.settings, year), self.language)
        return self._others[year]

    @cached_property
    def _others(self) -> dict[str, Picture]:
        return {}

    @cached_property
    def goals(self) -> tuple[Goal, ...]:
        """Goals whose follow-up is this year, in the order of the file; none at the half-year."""
        return () if self.interim else self.registry.goals_due(self.ws.year)

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """Every goal's result."""
        return tuple(self.measure(goal) for goal in self.goals)

    def measure(self, goal: Goal) -> Result:
        """One goal's result, whether or not the registry holds it."""
        return self._count(goal) if goal.is_count else self._share(goal)

    def _share(self, goal: Goal) -> Result:
        years = (goal.baseline.year, goal.follow_up)
        before, after = (self.domain(goal, year) for year in years)
        together([self.at(year).available[goal.indicator] for year in years], allow=goal.override is not None)
        row = change(before, after, [goal.indicator]).iloc[0]
        levels = [
            self.level(goal, year, int(row[f"n_{side}"]))
            for year, side in ((goal.baseline.year, "before"), (goal.follow_up, "after"))
        ]
        too_few = any(np.isnan(level.estimate) for level in levels)
        reached = None
        if not too_few:
            reached = evaluation.target_reached(
                goal, row["after"], row["se_after"], df=row["df"], baseline=row["before"],
                baseline_se=row["se_before"], covariance=row["covariance"], n=float(row["n_after"]),
            )  # fmt: skip
        moved = (nan, nan, nan) if too_few else (row["change"], row["ci_low"], row["ci_high"])
        same = nan
        if goal.target.kind == "no_worse" and goal.margin and not too_few:
            tests = evaluation.no_worse(row["change"], row["se"], goal.margin, df=row["df"], direction=goal.direction)
            same = 1 - tests.p_equivalent
        return replace(Result(goal, levels[0], levels[1], reached, *moved), same=same)

    def domain(self, goal: Goal, year: str, *, whole: bool = False) -> SurveyDesign:
        """A wave's design with the goal's indicator as a column, where the goal's conditions hold (or `whole`)."""
        picture = self.at(year)
        if picture.design is None or goal.indicator not in picture.available:
            raise FollowupError.said(
                "goals.not_measured", goal=goal.id, source=goal.source, year=year, indicator=goal.indicator
            )
        design = picture.with_indicators([goal.indicator])
        if whole:
            return design
        keep = np.ones(len(design.frame), dtype=bool)
        for variable, wanted in goal.where.items():
            values = wanted if isinstance(wanted, list) else [wanted]
            keep &= design.frame[variable].astype(str).isin([str(value) for value in values]).to_numpy()
        return design.subset(keep)

    def level(self, goal: Goal, year: str, n: int) -> Level:
        """A share goal's level in a wave with `n` answers; without figures, and with the reason, when it is hidden."""
        row = self.released(goal, year)
        reason = "few" if n < self.at(year).rules.survey_base else hidden_for(row, self.at(year).rules)
        if reason:
            return Level(year, nan, nan, nan, n, reason=reason)
        return Level(year, float(row["estimate"]), float(row["ci_low"]), float(row["ci_high"]), n)

    def released(self, goal: Goal, year: str) -> pd.Series:
        """The goal's row of the estimates table of a wave, protected jointly with all else that is shown of it."""
        picture, asked = self.at(year), asked_of(goal)
        found = picture.once(("goal_rows",), lambda: goal_rows(picture, self.registry_as_written.goals))
        if asked not in found:
            found = goal_rows(picture, [*self.registry_as_written.goals, goal])
        return found[asked]

    def _count(self, goal: Goal) -> Result:
        waves = [self.ws.wave(goal.source, year) for year in (goal.baseline.year, goal.follow_up)]
        if waves[0] is None or waves[1] is None:
            raise FollowupError.said(
                "goals.no_periods", goal=goal.id, source=goal.source, years=(goal.baseline.year, goal.follow_up)
            )
        counts = [self.counted(goal, wave.wave.start, wave.wave.end) for wave in waves if wave is not None]
        days = [(wave.wave.end - wave.wave.start).days + 1 for wave in waves if wave is not None]
        phi = self.dispersion(goal)
        reached = evaluation.count_target_reached(goal, counts[1], baseline=counts[0], t1=days[1], t0=days[0], phi=phi)
        test = count_change(counts[1], counts[0], t1=days[1], t0=days[0], phi=phi).iloc[0]
        limit = self.picture.rules.incidents
        levels = [
            counted_level(year, n, limit=limit)
            for year, n in zip((goal.baseline.year, goal.follow_up), counts, strict=True)
        ]
        moved = (float(test["ratio"]), float(test["lo"]), float(test["hi"]))
        same = nan
        if goal.target.kind == "no_worse" and goal.margin and counts[0]:
            same = ratio_unchanged(counts[1], counts[0], goal.margin / counts[0], t1=days[1], t0=days[0], phi=phi)
        return replace(Result(goal, levels[0], levels[1], reached, *moved), same=same)

    def rows(self, goal: Goal) -> pd.DataFrame:
        """The reported crimes a count goal counts, of every period the file holds."""
        incidents = self.picture.incidents
        if incidents is None:
            raise FollowupError.said("goals.no_source", goal=goal.id, source=goal.source)
        rows = incidents.frame[incidents.frame["offence_group"] == goal.indicator.removeprefix(est.CRIME)]
        for variable, wanted in goal.where.items():
            values = wanted if isinstance(wanted, list) else [wanted]
            rows = rows[rows[variable].astype(str).isin([str(value) for value in values])]
        return rows

    def counted(self, goal: Goal, start: date, end: date) -> int:
        """A count goal's crimes between two days."""
        return int(est.between(self.rows(goal), start, end)["n_crimes"].sum())

    def dispersion(self, goal: Goal) -> float:
        """Variance over mean of a count goal's months up to this year's delivery, month effects taken out.

        At least 1; 1 when this year has no delivery or fewer than 24 months are known.
        """
        wave = self.ws.wave(goal.source)
        if wave is None:
            return 1.0
        rows = self.rows(goal)
        when = rows["start"].fillna(rows["reported"])
        month = when.dt.to_period("M")
        last = pd.Period(wave.wave.end, "M")
        if month.dropna().empty:
            return 1.0
        months = pd.period_range(month.min(), last, freq="M")
        monthly = rows.groupby(month)["n_crimes"].sum().reindex(months, fill_value=0)
        return max(1.0, float(dispersion(monthly.to_numpy()))) if len(months) >= 24 else 1.0


HIDDEN_FOR = ("dominated", "small_count", "secondary", "earlier", "refused")


def hidden_for(row: pd.Series, rules: Rules) -> str:
    """Why a row of the estimates table is hidden; empty when it is shown.

    Returns
    -------
    ``few`` answers, ``few_effective`` where they are enough but weigh so unequally that they say no more than fewer
    would, or a flag of `trygghet.disclosure`.
    """
    if not row["suppressed"]:
        return ""
    flags = str(row["flags"])
    least = rules.open_base if row["evidence_class"] == "open" else rules.survey_base
    base = "few_effective" if pd.notna(row["n"]) and row["n"] >= least else "few"
    return next((reason for reason in HIDDEN_FOR if reason in flags), base)


def counted_level(label: str, n: int, *, limit: int = 0) -> Level:
    """A count as a level, with exact limits of its mean; without figures when it is one of those below the limit."""
    if 0 < n < limit:
        return Level(label, nan, nan, nan, n, below=limit)
    return Level(label, float(n), *_poisson_limits(n), n)


def _poisson_limits(k: int) -> tuple[float, float]:
    """Exact 95 % limits of a Poisson mean (Garwood 1936)."""
    from scipy.stats import chi2

    low = chi2.ppf(0.025, 2 * k) / 2 if k else 0.0
    return float(low), float(chi2.ppf(0.975, 2 * k + 2) / 2)
