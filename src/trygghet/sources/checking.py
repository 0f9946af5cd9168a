"""Everything that can be said about a year's sources before a report is built."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from functools import partial
from typing import Any

import pandas as pd

from trygghet import decisions, indicators, promises
from trygghet.clean import key
from trygghet.errors import Fault, InputError
from trygghet.messages import EN_DASH, Words
from trygghet.problems import Problems, load_offences
from trygghet.problems import load as load_problems
from trygghet.sources import usable
from trygghet.sources.contacts import read_contacts
from trygghet.sources.events import read_events
from trygghet.sources.figures import ReferenceFigures, read_reference
from trygghet.sources.incidents import UNGROUPED, Incidents, read_incidents
from trygghet.sources.official import OfficialCounts, read_official
from trygghet.sources.population import read_population
from trygghet.sources.reconciliation import last_whole_year, reconcile, warnings
from trygghet.sources.response import response
from trygghet.sources.staff import StaffAnswers, read_staff
from trygghet.sources.survey import Survey, read_survey
from trygghet.sources.voices import read_gazetteer, read_hand_coded
from trygghet.texts import read_themes
from trygghet.workspace import CITIZENS, SourceWave, Workspace

OLD_DAYS = 365
PUPIL_AGES = (16, 19)
SEVERAL_CELLS = 6
LIKE = 0.55
MANY_GAPS = 0.05
"""Share of the ages from which on a file that lacks rows is thought to leave out those without inhabitants."""
KINDS = ("survey", "staff", "incidents", "contacts", "population")


def check(ws: Workspace, year: str | None = None) -> tuple[list[Fault], list[str]]:
    """Read every source of a year.

    Parameters
    ----------
    year : the report's year; the workspace's when omitted.

    Returns
    -------
    all faults of all files, and notes in the language the workspace speaks: missing sources, response by
    sub-area, groups nobody has reached, how old each source is, what could not be placed.
    """
    ws = ws.at(year) if year else ws
    faults: list[Fault] = []
    notes = _missing_sources(ws)
    surveys: list[Survey] = []
    crime: dict[str, Any] = {}
    population: pd.DataFrame | None = None
    for wave in ws.source_waves():
        try:
            read = _READERS[wave.source.kind](ws, wave.name)
        except InputError as error:
            faults += error.faults
            continue
        if isinstance(read, Survey):
            surveys.append(read)
        if isinstance(read, pd.DataFrame):
            population = read
        if isinstance(read, Incidents | OfficialCounts):
            crime.setdefault(wave.source.kind, read)
        found, said = _about(read, wave, ws)
        faults += found
        notes += [f"{wave.label(ws.words)}: {text}" for text in said]
    for survey in surveys:
        faults += [*against_population(survey, population), *usable.weighting_faults(survey, population, ws)]
    notes += _reconciled(crime, ws)
    of_surveys = (partial(_measures, surveys, notes), partial(_marked, surveys))
    for load in (*of_surveys, read_events, decisions.load, read_gazetteer, _promised):
        try:
            load(ws)
        except InputError as error:
            faults += error.faults
    return faults, notes + _ages(ws)


_READERS: dict[str, Callable[[Workspace, str], Any]] = {
    "survey": read_survey,
    "staff": read_staff,
    "incidents": read_incidents,
    "contacts": read_contacts,
    "population": read_population,
    "official": read_official,
    "reference": read_reference,
}


def _marked(surveys: list[Survey], ws: Workspace) -> None:
    """Answers marked by hand, read against the year's own."""
    for survey in surveys:
        if "respondent_id" in survey.answers:
            read_hand_coded(
                ws,
                survey.answers["respondent_id"].astype(str),
                list({pattern.theme: None for pattern in read_themes()}),
            )


def _promised(ws: Workspace) -> None:
    """The promises, and that they are what was locked."""
    if ws.settings.promises is not None:
        promises.load_lock(ws).check(promises.load(ws).content)


def _measures(surveys: list[Survey], notes: list[str], ws: Workspace) -> None:
    """The definitions, and whether each survey can give what they ask of it."""
    chosen = indicators.load(ws)
    for survey in surveys:
        if survey.wave.name == CITIZENS:
            label = survey.wave.label(ws.words)
            notes += [f"{label}: {text}" for text in usable.notes(survey, chosen, ws)]
            if faults := usable.measure_faults(survey, chosen, ws):
                raise InputError(faults)


def _missing_sources(ws: Workspace) -> list[str]:
    words = ws.words
    notes = []
    for name, source in ws.settings.sources.items():
        if ws.year not in source.waves:
            label = words.pick(source.label) or words(f"sources.names.{name}")
            notes.append(words("checking.no_wave", source=label, year=ws.year))
    kinds = {source.kind for source in ws.settings.sources.values()}
    absent = [words(f"checking.kinds.{kind}") for kind in KINDS if kind not in kinds]
    return notes + ([words("checking.no_source", kinds=words.sequence(absent))] if absent else [])


def _about(read: Any, wave: SourceWave, ws: Workspace) -> tuple[list[Fault], list[str]]:
    words = ws.words
    if isinstance(read, Survey):
        return [], [*_answers(read, ws), *_unreached(read, ws)]
    if isinstance(read, StaffAnswers):
        return [], [*_staff(read, words), *_unlisted(read, load_problems(ws), words)]
    if isinstance(read, pd.DataFrame):
        return [], [words("checking.persons", n=int(read["n"].sum())), *_gaps(read, words)]
    if isinstance(read, OfficialCounts):
        return [], [words("checking.rows", n=len(read.frame))]
    if isinstance(read, ReferenceFigures):
        return [], list(_figures(read, words))
    return [], [words("checking.rows", n=len(read.frame)), *_log(read.log), *_ungrouped(read, words)]


def _figures(read: ReferenceFigures, words: Words) -> Iterator[str]:
    """How many figures are used, and names that nothing uses: a misspelling may be among them."""
    yield words("checking.figures", n=len(read.frame))
    for kind, names in read.left_out.items():
        if names:
            shown = words.sequence([*names[:SEVERAL_CELLS], *(["…"] if len(names) > SEVERAL_CELLS else [])])
            yield words(f"checking.figures_{kind}", names=shown)


def _ungrouped(read: Any, words: Words) -> Iterator[str]:
    """The offence codes that belong to no group, the most frequent first."""
    if isinstance(read, Incidents):
        codes = read.frame.loc[read.frame["offence_group"] == UNGROUPED, "offence_code"].value_counts()
        named = [f"{code} ({words.number(n)})" for code, n in codes.head(SEVERAL_CELLS).items()]
        if named:
            yield words("checking.ungrouped_codes", codes=", ".join([*named, *(["…"] * (len(codes) > len(named)))]))


def _reconciled(crime: Mapping[str, Any], ws: Workspace) -> list[str]:
    """Where the police's extract and the published counts differ, in the last whole year before the period's end."""
    if set(crime) != {"incidents", "official"}:
        return []
    offences = load_offences()
    table = reconcile(crime["incidents"], crime["official"].frame, offences)
    return warnings(last_whole_year(table, crime["incidents"].wave), offences, ws.words)


def _log(log: pd.DataFrame) -> Iterator[str]:
    return (str(text) for text, n in zip(log["what"], log["n"], strict=True) if n)


def against_population(survey: Survey, population: pd.DataFrame | None) -> list[Fault]:
    """S11 for every cell of the weighting's margins with answers but no inhabitants."""
    weighting = survey.wave.source.weighting
    if population is None or weighting is None:
        return []
    faults = []
    for name in dict.fromkeys(v for margin in weighting.margins for v in margin):
        if name not in population or name not in survey.answers:
            continue
        persons = population.groupby(name, observed=False)["n"].sum()
        for category in survey.answers[name].value_counts().loc[lambda n: n > 0].index:
            if category in persons.index and persons[category] == 0:
                values = {"variable": name, "category": str(category)}
                faults.append(Fault(survey.file, 0, name, "S11-NO-POPULATION", values))
    return faults


def _gaps(population: pd.DataFrame, words: Words) -> Iterator[str]:
    """Ages that a group lacks a row for in a file that has one for nearly every age, also where nobody is that old."""
    groups = [name for name in ("area", "sex") if name in population]
    if groups and (population["n"] == 0).any():
        ages = population["age"].nunique()
        had = population.groupby(groups, observed=True)["age"].nunique()
        lacking = int((ages - had).sum())
        if 0 < lacking < MANY_GAPS * ages * len(had):
            yield words("checking.gaps", n=lacking)


def _answers(survey: Survey, ws: Workspace) -> Iterator[str]:
    words = ws.words
    total = len(survey)
    told = survey.wave.wave.invited_n if survey.invited is None else int(survey.invited["n_invited"].sum())
    if not told:
        yield words("checking.answers", n=total)
        return
    yield words("checking.response", n=total, invited=told, share=words.percent(total / told))
    for row in response(survey, "area").to_dict("records"):
        values = {"n": row["n_answered"], "invited": row["n_invited"], "share": words.percent(row["share"])}
        yield words("checking.response_area", area=ws.area_labels.get(row["area"], row["area"]), **values)


def _unreached(survey: Survey, ws: Workspace) -> Iterator[str]:
    """Groups and sub-areas without a single answer so far."""
    words, answers, codebook = ws.words, survey.answers, survey.codebook
    if "area" in answers:
        empty = _empty(answers["area"])
        names = [ws.area_labels.get(area, area) for area in empty]
        if names:
            yield words("checking.unreached_areas", areas=words.sequence(names))
    if "sex" in answers and "age_group" in answers:
        table = pd.crosstab(answers["sex"], answers["age_group"], dropna=False)
        cells = [
            f"{codebook.label('sex', words, sex).lower()} {str(age).replace('-', EN_DASH)}"
            for sex in answers["sex"].cat.categories
            for age in answers["age_group"].cat.categories
            if sex != "other" and (sex not in table.index or table.get(age, {}).get(sex, 0) == 0)
        ]
        if cells:
            yield words("checking.unreached_groups", groups=words.sequence(cells[:SEVERAL_CELLS]))
    if "settlement" in answers and not (answers["settlement"] == "countryside").any():
        yield words("checking.unreached_countryside")
    if "age" in answers:
        pupils = int(answers["age"].between(*PUPIL_AGES).sum())
        if pupils == 0:
            yield words("checking.unreached_pupils")


def _empty(column: pd.Series) -> list[str]:
    counts = column.value_counts().reindex(column.cat.categories, fill_value=0)
    return [str(name) for name in counts.index[counts == 0]]


def _staff(read: StaffAnswers, words: Words) -> Iterator[str]:
    if read.n_asked is None:
        yield words("checking.answers", n=read.n_answered)
    else:
        yield words("checking.staff", n=read.n_answered, asked=read.n_asked)
    answered = set(read.meetings.loc[read.meetings["answered"], "unit"])
    silent = [unit for unit in read.asked["unit"] if unit and unit not in answered]
    if silent:
        yield words("checking.silent_units", units=words.sequence(silent))
    yield from _log(read.log)


def _unlisted(read: StaffAnswers, problems: Problems, words: Words) -> Iterator[str]:
    """The wordings that come back and count as nothing in particular, each with the problem it resembles."""
    names = {key(item.name(words)): item.name(words) for item in problems}
    for text, n in list(read.unlisted.items())[:SEVERAL_CELLS]:
        near = get_close_matches(key(text), list(names), n=1, cutoff=LIKE)
        rule = "checking.unlisted_near" if near else "checking.unlisted"
        yield words(rule, text=text, n=n, near=names[near[0]] if near else "")


def _ages(ws: Workspace) -> list[str]:
    """Sources that end more than a year before the newest, and a population of quite another time."""
    waves = list(ws.source_waves())
    newest = max((w.wave.end for w in waves if w.source.kind != "population"), default=date.min)
    notes = []
    for wave in waves:
        days = (newest - wave.wave.end).days
        if days > OLD_DAYS or (days < -OLD_DAYS and wave.source.kind == "population"):
            rule = "checking.old" if days > 0 else "checking.newer"
            notes.append(ws.words(rule, source=wave.label(ws.words), day=ws.words.day(wave.wave.end)))
    return notes
