"""Which groups a survey can tell apart, the composition they are made comparable to, and waves pooled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from trygghet.design import SurveyDesign
from trygghet.errors import DesignError
from trygghet.estimates import STAFF, UNKNOWN
from trygghet.group_keys import joined, joined_columns
from trygghet.sources.areas import SETTLEMENTS, settlement_letters
from trygghet.weighting import adults
from trygghet.workspace import CITIZENS

if TYPE_CHECKING:
    from trygghet.indicators import Indicator
    from trygghet.picture import Picture

SEX, SETTLEMENT = "sex", "settlement"
EXPECTED = (SEX, "age_group", "birth_country", "disability", "housing")
"""Groups that national surveys find to differ; a codebook without one of them cannot speak of it."""
KINDS = ("area", "age_group", "settlement")
LETTERS_NEEDED = 0.9
Grouping = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Standard:
    """The composition that groups are made comparable to.

    Attributes
    ----------
    names : the variables, sex and age group or one of them.
    shares : persons by category, or by tuple of categories, as text.
    ages : the age groups in order; empty without one.
    """

    names: tuple[str, ...]
    shares: dict[tuple[str, ...], float]
    ages: tuple[str, ...] = ()


def variables(picture: Picture) -> list[str]:
    """Background variables of this year's survey, in the codebook's order.

    Those marked ``role: background``; in a codebook that marks none, sub-areas, age groups, kinds of
    settlement and the workspace's own groups.
    """
    if picture.survey is None:
        return []
    book = picture.survey.codebook.variables
    marked = [name for name, item in book.items() if item.role == "background"]
    named = marked or [n for n, item in book.items() if item.kind in KINDS or n in picture.ws.settings.groups]
    answers = picture.survey.answers
    found = [n for n in named if n in answers and isinstance(answers[n].dtype, pd.CategoricalDtype)]
    return [*found, *([SETTLEMENT] if _settlements(picture) is not None else [])]


def groupings(picture: Picture) -> list[Grouping]:
    """What the answers are divided by: every background variable, and sex crossed with age group."""
    names = variables(picture)
    found: list[Grouping] = [(name,) for name in names]
    age = age_variable(picture)
    if SEX in names and age in names:
        at = max(names.index(SEX), names.index(age)) + 1
        found.insert(at, (SEX, age))
    return found


def age_variable(picture: Picture) -> str:
    """The variable with age groups; empty when there is none."""
    book = picture.survey.codebook.variables if picture.survey is not None else {}
    return next((name for name, item in book.items() if item.kind == "age_group"), "")


def columns(picture: Picture) -> pd.DataFrame:
    """The group of every respondent in each grouping, as text; missing where any part of it is.

    Returns
    -------
    Rows as in the survey's answers, a column for each grouping named ``sex`` or ``sex:age_group``.
    """
    return picture.once(("groups", "columns"), lambda: _columns(picture))


def _columns(picture: Picture) -> pd.DataFrame:
    assert picture.survey is not None
    answers, found = picture.survey.answers, {}
    for names in groupings(picture):
        parts = [_texts(picture, answers, name) for name in names]
        known = pd.concat(parts, axis=1).notna().all(axis=1)
        found[":".join(names)] = (parts[0] if len(parts) == 1 else joined_columns(parts)).where(known, None)
    return pd.DataFrame(found, index=answers.index)


def categories(picture: Picture, names: Grouping) -> list[str]:
    """Every group of a grouping that the codebook or the workspace knows, with answers or without."""
    assert picture.survey is not None
    parts = [_categories(picture, name) for name in names]
    return [joined(group) for group in product(*parts)]


def _categories(picture: Picture, name: str) -> list[str]:
    assert picture.survey is not None
    if name == SETTLEMENT and name not in picture.survey.answers:
        return list(SETTLEMENTS.values())
    known = [str(c) for c in picture.survey.answers[name].cat.categories]
    if name == "area":
        return [area for area in picture.ws.area_labels if area in known]
    return [c for c in known if c != UNKNOWN]


def _texts(picture: Picture, answers: pd.DataFrame, name: str) -> pd.Series:
    if name == SETTLEMENT and name not in answers:
        found = _settlements(picture)
        assert found is not None
        return found
    column = answers[name].astype(object)
    return column.where(column.notna() & (column != UNKNOWN), None)


def _settlements(picture: Picture) -> pd.Series | None:
    """Town or countryside by the DeSO code that carries the sub-area; None where there is no such code."""
    assert picture.survey is not None
    book = picture.survey.codebook.variables
    if any(item.kind == "settlement" for item in book.values()):
        return None
    for item in book.values():
        if item.kind != "area" or item.column is None:
            continue
        levels = settlement_letters(picture.survey.table.levels(item.column))
        found = levels.take(np.array([SETTLEMENTS.get(text) for text in levels.values], dtype=object))
        kinds = pd.Series(found, index=picture.survey.answers.index, name=SETTLEMENT)
        if kinds.notna().mean() >= LETTERS_NEEDED:
            return kinds
    return None


def standard(picture: Picture) -> Standard | None:
    """Sex and age group of the population the survey speaks of; None when the survey asks neither.

    Where the answers are raked the register's numbers are used, otherwise the sum of the weights of all
    who answered.
    """
    names = tuple(n for n in (SEX, age_variable(picture)) if n and n in variables(picture))
    if not names or picture.survey is None or picture.design is None:
        return None
    people = _registered(picture, names)
    if people is None:
        frame = picture.survey.answers
        people = frame[list(names)].assign(n=picture.design.weights).dropna()
    texts = [people[name].astype(str) for name in names]
    sums = people["n"].astype(float).groupby(texts, sort=False).sum()
    known = [set(_categories(picture, name)) for name in names]
    shares = {}
    for key, n in sums.items():
        parts = tuple(map(str, key)) if isinstance(key, tuple) else (str(key),)
        if n > 0 and all(part in of for part, of in zip(parts, known, strict=True)):
            shares[parts] = float(n)
    age = age_variable(picture)
    ages = tuple(_categories(picture, age)) if age in names else ()
    return Standard(names, shares, ages) if shares else None


def _registered(picture: Picture, names: Sequence[str]) -> pd.DataFrame | None:
    wave = picture.wave(CITIZENS)
    weighting = wave.source.weighting if wave is not None else None
    if picture.population is None or picture.survey is None or weighting is None:
        return None
    people = adults(picture.population, picture.survey, weighting)
    return people if all(name in people for name in names) else None


def same_question(picture: Picture, earlier: Picture, indicator: Indicator) -> bool:
    """Whether an earlier wave measured the indicator in the same way, with no break of the series between."""
    here, there = picture.wave(CITIZENS), earlier.wave(CITIZENS)
    before = earlier.available.get(indicator.id)
    if here is None or there is None or before is None or earlier.design is None:
        return False
    broken = any(there.wave.start < item.at <= here.wave.end for item in indicator.breaks)
    alike = before.definition == indicator.definition and indicator.in_force(there.wave.end)
    return alike and not broken


def pooled(designs: Sequence[SurveyDesign]) -> SurveyDesign:
    """Waves as one sample: independent samples, each with its final weights, stratified by wave.

    The precision that calibration gave is left out, so intervals are if anything too wide.

    Raises
    ------
    DesignError : no wave.
    """
    if not designs:
        raise DesignError.said("nothing_to_pool")
    frames, drawn = [], all(design.stages[0].unit is None for design in designs)
    for number, design in enumerate(designs):
        stage = design.stages[0]
        unit = np.arange(design.n) if stage.unit is None else stage.unit
        marks: dict[str, Any] = {
            "_weight": design.weights,
            "_stratum": [f"{number}:{s}" for s in stage.stratum],
            "_unit": unit,
        }
        frames.append(design.frame.assign(**marks))
    whole = pd.concat(frames, ignore_index=True)
    how = "average" if designs[-1].lonely_psu == "error" else designs[-1].lonely_psu
    return SurveyDesign(whole, weight="_weight", strata="_stratum", cluster=None if drawn else "_unit", lonely_psu=how)


def screened(picture: Picture) -> list[str]:
    """Indicators worth a screen: the headline, then worry and exposure; problems and trust are not."""
    if picture.design is None:
        return []
    others = [
        name
        for name, item in picture.available.items()
        if not name.startswith(STAFF) and item.higher_is == "worse" and name != picture.headline.id
    ]
    return [*([picture.headline.id] if picture.headline.id in picture.available else []), *others]
