"""All that is known of one place in one year, read and computed when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, TypeVar

import pandas as pd

from trygghet import estimates as est
from trygghet import indicators, problems, sources
from trygghet.design import SurveyDesign
from trygghet.disclosure import Rules, protect
from trygghet.errors import Fault, InputError
from trygghet.estimate import change
from trygghet.frames import of_picture
from trygghet.messages import Words
from trygghet.protection import survey_release
from trygghet.reprs import Shown
from trygghet.weighting import weigh
from trygghet.workspace import (
    CITIZENS,
    CONTACTS,
    FILE,
    INCIDENTS,
    OFFICIAL,
    POLICE,
    POPULATION,
    STAFF,
    SourceWave,
    Workspace,
)

T = TypeVar("T")
EXPECTED = (CITIZENS, STAFF, POLICE, INCIDENTS, CONTACTS)


@dataclass(frozen=True, repr=False)
class Picture(Shown):
    """A place in a year.

    Parameters
    ----------
    ws : the workspace, seen from the year.
    language : of every text made from it; the workspace's own when omitted.

    Notes
    -----
    Every part is None (or an empty table) when the workspace holds no such source for the year.
    ``estimates`` is already protected: nothing in it may not be shown.
    """

    _teller: ClassVar[str] = "picture"
    ws: Workspace
    language: str | None = None
    _cache: dict[tuple[str, ...], Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def words(self) -> Words:
        """The words of the page."""
        return self.ws.spoken(self.language or self.ws.settings.language)

    def wave(self, name: str) -> SourceWave | None:
        """A source's delivery this year."""
        return self.ws.wave(name)

    @cached_property
    def absent(self) -> tuple[str, ...]:
        """Names of the sources that are missing this year."""
        return tuple(name for name in EXPECTED if self.ws.wave(name) is None)

    @cached_property
    def codebook(self) -> problems.Problems:
        """The problems all sources share."""
        return problems.load(self.ws)

    @cached_property
    def definitions(self) -> dict[str, indicators.Indicator]:
        """Indicators by id."""
        return indicators.load(self.ws)

    @cached_property
    def survey(self) -> sources.Survey | None:
        """Cleaned answers of the citizens' survey."""
        return sources.read_survey(self.ws, CITIZENS) if self.wave(CITIZENS) else None

    @cached_property
    def population(self) -> pd.DataFrame | None:
        """Population by area, sex and age."""
        return sources.read_population(self.ws) if self.wave(POPULATION) else None

    @cached_property
    def design(self) -> SurveyDesign | None:
        """The answers with their weights."""
        wave = self.wave(CITIZENS)
        if wave is None or self.survey is None:
            return None
        return weigh(self.survey, wave, self.population).evolve(language=self.words.language)

    @cached_property
    def groupings(self) -> list[str | tuple[str, ...]]:
        """Groups every indicator is shown for: the workspace's, and the first two crossed."""
        names = list(self.ws.settings.groups)
        people = [name for name in names if name != "area"][:2]
        return [*names, *([tuple(people)] if len(people) == 2 else [])]

    @cached_property
    def rules(self) -> Rules:
        """What may be shown."""
        return self.ws.settings.disclosure

    @cached_property
    def survey_estimates(self) -> pd.DataFrame:
        """Protected shares of every indicator by the workspace's groups."""
        shown = {":".join(item) if isinstance(item, tuple) else item for item in self.groupings} | {est.TOTAL}
        rows = self.survey_release[self.survey_release["group_by"].isin(shown)]
        return of_picture(rows.reset_index(drop=True), self)

    @cached_property
    def survey_release(self) -> pd.DataFrame:
        """Protected shares of the survey by every group that any page may show."""
        wave = self.wave(CITIZENS)
        if wave is None or self.design is None or self.survey is None:
            return pd.DataFrame(columns=list(est.COLUMNS))
        return of_picture(survey_release(self, wave), self)

    @cached_property
    def available(self) -> dict[str, indicators.Indicator]:
        """Indicators that this year's survey can measure: the question was asked, with answers that count."""
        survey = self.survey
        if survey is None:
            return {}
        return {
            name: item
            for name, item in self.definitions.items()
            if indicators.measurable(item, survey) and survey.answers[item.variable].notna().any()
        }

    @cached_property
    def headline(self) -> indicators.Indicator:
        """The indicator the page begins with."""
        chosen = self.ws.settings.headline
        if chosen not in self.definitions:
            near = ", ".join(sorted(self.definitions))
            raise InputError(Fault(FILE, 0, "headline", "W30-UNKNOWN-INDICATOR", {"known": near}))
        return self.definitions[chosen]

    def once(self, key: tuple[str, ...], make: Callable[[], T]) -> T:
        """What `make` gives, made the first time it is asked for under a key and kept with the picture."""
        if key not in self._cache:
            self._cache[key] = make()
        made: T = self._cache[key]
        return made

    def staff_answers(self, name: str) -> sources.StaffAnswers | None:
        """Answers of the municipality's (``staff``) or the police's own (``police``) people."""
        if self.wave(name) is None:
            return None
        return self.once(("staff_answers", name), lambda: sources.read_staff(self.ws, name))

    def staff_estimates(self, name: str) -> pd.DataFrame:
        """Protected shares of workplaces, or persons, that named each problem."""
        return self.once(("staff_estimates", name), lambda: self._staff_estimates(name))

    def _staff_estimates(self, name: str) -> pd.DataFrame:
        answers, wave = self.staff_answers(name), self.wave(name)
        if answers is None or wave is None:
            return pd.DataFrame(columns=list(est.COLUMNS))
        table = est.staff_estimates(answers, [item.id for item in self.codebook], wave)
        return of_picture(protect(table, self.rules), self)

    @cached_property
    def incidents(self) -> sources.Incidents | None:
        """Reported crimes, the whole file."""
        return sources.read_incidents(self.ws, INCIDENTS) if self.wave(INCIDENTS) else None

    @cached_property
    def offences(self) -> problems.Offences:
        """Groups of offences."""
        return problems.load_offences()

    @cached_property
    def thinly_lived(self) -> frozenset[str]:
        """Sub-areas where somebody lives, but so few that their reports are not shown; none without a population."""
        if self.population is None or "area" not in self.population:
            return frozenset()
        people = self.population.groupby("area", observed=True)["n"].sum()
        return frozenset(map(str, people.index[(people > 0) & (people < self.rules.residents)]))

    @cached_property
    def incident_estimates(self) -> pd.DataFrame:
        """Protected counts by offence group and area."""
        wave = self.wave(INCIDENTS)
        if wave is None or self.incidents is None:
            return pd.DataFrame(columns=list(est.COLUMNS))
        table = est.incident_estimates(self.incidents, wave, groups=[item.group for item in self.offences])
        table = table[~table["area"].isin(self.thinly_lived)].reset_index(drop=True)
        return of_picture(protect(table, self.rules), self)

    @cached_property
    def incident_changes(self) -> pd.DataFrame:
        """Counts now and in the period they are compared with."""
        wave = self.wave(INCIDENTS)
        if wave is None or self.incidents is None:
            return pd.DataFrame(columns=["group", "now", "before", "ratio", "low", "high", "p"])
        return est.incident_changes(self.incidents, wave, groups=[item.group for item in self.offences])

    @cached_property
    def reconciliation(self) -> pd.DataFrame:
        """The police's extract against the published counts, in the last whole year; empty when one is missing."""
        wave = self.wave(INCIDENTS)
        if wave is None or self.incidents is None or self.wave(OFFICIAL) is None:
            return pd.DataFrame(columns=sources.reconciliation.COLUMNS)
        published = sources.read_official(self.ws, OFFICIAL)
        table = sources.reconcile(self.incidents, published.frame, self.offences)
        return sources.reconciliation.last_whole_year(table, wave)

    @cached_property
    def contacts(self) -> sources.Contacts | None:
        """Dialogues and contacts of daily police work."""
        return sources.read_contacts(self.ws, CONTACTS) if self.wave(CONTACTS) else None

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """Every figure of every source in one table, protected."""
        parts = [self.survey_estimates, self.staff_estimates(STAFF), self.staff_estimates(POLICE)]
        parts.append(self.incident_estimates)
        wave = self.wave(CONTACTS)
        if self.contacts is not None and wave is not None:
            parts.append(protect(est.contact_counts(self.contacts, wave), self.rules))
        filled = [part for part in parts if len(part)]
        if not filled:
            return pd.DataFrame(columns=list(est.COLUMNS))
        return of_picture(pd.concat(filled, ignore_index=True), self)

    @cached_property
    def earlier(self) -> tuple[Picture, ...]:
        """The survey's earlier waves, oldest first, as pictures of their own years."""
        source = self.ws.settings.sources.get(CITIZENS)
        years = sorted(year for year in (source.waves if source else {}) if year < self.ws.year)
        return tuple(Picture(Workspace(self.ws.folder, self.ws.settings, year), self.language) for year in years)

    @cached_property
    def previous(self) -> Picture | None:
        """The wave before this one."""
        return self.earlier[-1] if self.earlier else None

    @cached_property
    def changes(self) -> pd.DataFrame:
        """Change of every indicator since the wave before, for all; empty when there is none."""
        if self.previous is None or self.design is None or self.previous.design is None:
            return pd.DataFrame()
        shared = [name for name in self.available if name in self.previous.available]
        now, before = self.with_indicators(shared), self.previous.with_indicators(shared)
        return change(before, now, shared)

    def with_indicators(self, names: list[str]) -> SurveyDesign:
        """The design with a column of 1, 0 or missing for each indicator."""
        assert self.design is not None and self.survey is not None
        columns = {name: indicators.apply(self.available[name], self.survey) for name in names}
        return self.design.with_columns(**columns)
