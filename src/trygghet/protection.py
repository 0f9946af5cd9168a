"""A picture's figures protected as one release, with the workspace's memory of what was released before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from trygghet import backgrounds, disclosure, indicators
from trygghet import estimates as est
from trygghet.answer_parts import told_by_answers
from trygghet.disclosure import Ledger
from trygghet.group_keys import BETWEEN, safe_column
from trygghet.releasing import leave
from trygghet.workspace import CITIZENS

if TYPE_CHECKING:
    from trygghet.picture import Picture
    from trygghet.sources import Survey
    from trygghet.workspace import SourceWave

AFTER_SURVEY = ("ledger", "survey")


def survey_release(picture: Picture, wave: SourceWave) -> pd.DataFrame:
    """Every share of the survey that any page may show, protected together.

    All indicators by the workspace's groupings, and those that groups are screened for by every background.
    """
    design, survey = picture.design, picture.survey
    assert design is not None and survey is not None
    table = est.survey_estimates(design, survey, picture.available, wave, groups=picture.groupings)
    known = {(item,) if isinstance(item, str) else item for item in picture.groupings}
    columns = set(survey.answers.columns)
    extra = [item for item in backgrounds.groupings(picture) if item not in known and set(item) <= columns]
    chosen = {name: picture.available[name] for name in backgrounds.screened(picture)}
    if extra and chosen:
        more = est.survey_estimates(design, survey, chosen, wave, groups=extra)
        table = pd.concat([table, more[more["group_by"] != est.TOTAL]], ignore_index=True)
    return protected_survey(picture, wave, table)


@dataclass(frozen=True)
class Asking:
    """What is about to be released of a wave.

    Attributes
    ----------
    table : estimates before any protection.
    persons, answers : of every respondent, as `respondents` gives them.
    digits : decimals of the published percentages.
    told : indicator to what other figures tell of its number of yes: (lowest, highest).
    """

    table: pd.DataFrame
    persons: pd.DataFrame
    answers: pd.DataFrame
    digits: int
    told: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def protected_survey(picture: Picture, wave: SourceWave, table: pd.DataFrame) -> pd.DataFrame:
    """The survey's shares with everything hidden that must be, the same as last time when nothing has changed.

    Parameters
    ----------
    table : estimates of the wave, before any protection.

    Raises
    ------
    InputError : the workspace's memory of releases cannot be read.
    """
    ledger = disclosure.read_ledger(picture.ws.folder)
    digits, told = picture.ws.settings.share_digits, told_by_answers(picture)
    asking = Asking(table, *respondents(picture, table), digits=digits, told=told)
    shown, ledger = protect_release(picture, asking, ledger)
    picture.once(AFTER_SURVEY, lambda: ledger)
    return shown


def ledger_with_survey(picture: Picture) -> Ledger:
    """The workspace's memory of releases with what the lägesbild shows of the year, remembered yet or not."""
    if picture.survey_release.empty:
        return disclosure.read_ledger(picture.ws.folder)
    return picture.once(AFTER_SURVEY, lambda: disclosure.read_ledger(picture.ws.folder))


def protect_release(picture: Picture, asking: Asking, ledger: Ledger) -> tuple[pd.DataFrame, Ledger]:
    """A release protected by itself and with what was released before it; the same as last time when nothing changed.

    Returns
    -------
    The table as it may be shown, and the ledger with it. What is new is left for the build to remember.
    """
    assert picture.design is not None
    wave, rules = picture.wave(CITIZENS), picture.rules
    assert wave is not None
    name, digits = wave_name(wave), asking.digits
    parts = (*_safe_names(asking.table, asking.persons), asking.answers)
    key = disclosure.key_of(*parts, rules, digits, sorted(asking.told.items()))
    primary = disclosure.protect(parts[0], rules)
    primary = disclosure.hide_dominated(primary, *parts[1:], picture.design.weights, rules=rules)
    mask = ledger.masks(name, key)
    if mask is not None:
        leave(name, key)
        return disclosure.masked(primary, mask).assign(group=asking.table["group"]), ledger
    shown, mask = disclosure.protect_linked(
        primary,
        *parts[1:],
        rules=rules,
        digits=digits,
        told=asking.told,
        earlier=lambda i: ledger.earlier(name, key, i),
    )
    entry = disclosure.entry(shown, *parts[1:], mask, rules=rules, digits=digits)
    leave(name, key, entry)
    return shown.assign(group=asking.table["group"]), ledger.with_release(name, key, entry)


def _safe_names(table: pd.DataFrame, persons: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Groups and respondents with no colon in a category's name: the protection takes groups apart at colons."""
    alone = ~table["group_by"].astype(str).str.contains(BETWEEN, regex=False)
    group = table["group"].where(~alone, safe_column(table["group"]))
    return table.assign(group=group), persons.assign(**{str(name): safe_column(persons[name]) for name in persons})


def respondents(picture: Picture, table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every respondent's groups, and answers to the indicators, of an estimates table; both by respondent's id."""
    survey = picture.survey
    assert survey is not None
    index = ids_of(survey)
    names = {name for by in table["group_by"].unique() for name in str(by).split(":")} & set(survey.answers.columns)
    persons = survey.answers[sorted(names)].set_axis(index)
    wanted = [name for name in table["indicator"].unique() if name in picture.available]
    answers = {name: indicators.apply(picture.available[name], survey).to_numpy() for name in wanted}
    return persons, pd.DataFrame(answers, index=index)


def ids_of(survey: Survey) -> pd.Index:
    """The respondents' ids, copies of a row told apart: public-use files may hold such."""
    ids = survey.answers["respondent_id"].astype(str)
    copy = ids.groupby(ids).cumcount()
    return pd.Index(ids + copy.map(lambda n: f"#{n}" if n else ""))


def wave_name(wave: SourceWave) -> str:
    """A delivery as the ledger names it: source and period of the field work."""
    return f"{wave.name}/{wave.wave.start.isoformat()}/{wave.wave.end.isoformat()}"
