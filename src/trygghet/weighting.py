"""From a workspace's answers and population to a weighted design, as its settings say."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from trygghet.clean import into_bands
from trygghet.design import SurveyDesign
from trygghet.errors import WeightError
from trygghet.estimates import UNKNOWN
from trygghet.sources import Survey
from trygghet.weights import rake
from trygghet.workspace import Design, SourceWave, Weighting

WEIGHT = "weight"


def weigh(survey: Survey, wave: SourceWave, population: pd.DataFrame | None = None) -> SurveyDesign:
    """The answers as a design with final weights.

    With ``method: delivered`` the file's weight stands as it is. With ``method: rake`` the design weight
    (or population / answers by stratum, where the file holds none) is raked to the margins.

    An answer without a value on a margin (sex "other", age withheld) has no population total: it keeps
    the share of the weights it came with, and the known categories are scaled to the rest.

    Parameters
    ----------
    population : long table ``area, sex, age, n`` and ``age_group``; needed to rake.

    Raises
    ------
    WeightError : no way to weigh is given, or a margin that the population does not hold.
    """
    settings, weighting = wave.source.design, wave.source.weighting
    if weighting is None or weighting.method == "delivered":
        return _design(survey.answers, settings)
    if population is None:
        raise WeightError.said("rake_population")
    people = adults(population, survey, weighting)
    frame = with_base_weight(survey.answers, settings, people)
    frame = frame.assign(**{name: _with_unknown(frame[name]) for name in _names(weighting)})
    base = _design(frame, settings.model_copy(update={"weight": WEIGHT}))
    return rake(base, margins(people, weighting), unknown="share")


def _design(frame: pd.DataFrame, settings: Design) -> SurveyDesign:
    return SurveyDesign(
        frame,
        weight=settings.weight,
        strata=settings.strata,
        cluster=settings.cluster,
        fpc=settings.fpc,
        lonely_psu=settings.lonely_psu,
    )


def adults(population: pd.DataFrame, survey: Survey, weighting: Weighting) -> pd.DataFrame:
    """The population the survey speaks of: the ages that were asked, in the survey's own age groups."""
    people = population
    if weighting.ages is not None:
        people = people[people["age"].between(*weighting.ages)]
    bands = {name: item.bands for name, item in survey.codebook.variables.items() if item.bands}
    return people.assign(**{name: into_bands(people["age"], ages) for name, ages in bands.items()})


def with_base_weight(answers: pd.DataFrame, settings: Design, people: pd.DataFrame) -> pd.DataFrame:
    """The answers with the weight they start from: the file's design weight, else population / answers."""
    if settings.weight is not None:
        return answers.assign(**{WEIGHT: answers[settings.weight].astype(float)})
    if settings.strata is None:
        return answers.assign(**{WEIGHT: people["n"].sum() / len(answers)})
    stratum = answers[settings.strata]
    _held(people, [settings.strata])
    total = people.groupby(settings.strata, observed=True)["n"].sum()
    return answers.assign(**{WEIGHT: stratum.map(total / stratum.value_counts()).astype(float)})


def margins(people: pd.DataFrame, weighting: Weighting) -> dict[object, pd.Series]:
    """Population totals by margin, indexed by category as text."""
    return {_key(names): _totals(people, names) for names in weighting.margins}


def _key(names: Sequence[str]) -> object:
    return names[0] if len(names) == 1 else tuple(names)


def _totals(people: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    _held(people, names)
    cells = [people[name].astype(str) for name in names]
    totals = people["n"].astype(float).groupby(cells[0] if len(cells) == 1 else cells, sort=False).sum()
    return totals[totals > 0]


def _held(people: pd.DataFrame, names: Sequence[str]) -> None:
    missing = [name for name in names if name not in people]
    if missing:
        raise WeightError.said("rake_lacks", names=", ".join(missing))


def _with_unknown(column: pd.Series) -> pd.Series:
    """A margin variable whose missing or unlisted values stand in a category of their own."""
    values = column.astype(object).where(column.notna(), UNKNOWN).astype(str)
    values = values.where(values != "other", UNKNOWN)
    return values.astype("category")


def _names(weighting: Weighting) -> list[str]:
    return list(dict.fromkeys(name for margin in weighting.margins for name in margin))
