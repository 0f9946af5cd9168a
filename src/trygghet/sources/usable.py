"""Whether a survey can give what the report asks of it, told before anything is built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from trygghet import indicators
from trygghet.clean import key
from trygghet.errors import Fault
from trygghet.indicators import Indicator
from trygghet.sources.survey import Survey
from trygghet.workspace import FILE, Workspace

ELSEWHERE = ("unsafe_time", "unsafe_place")
"""Questions that a page counts by itself, without a definition."""
SHOWN = 12


def weighting_faults(survey: Survey, population: pd.DataFrame | None, ws: Workspace) -> list[Fault]:
    """S41 where a rake has no population to go by, S42 for each variable it needs that the population lacks.

    Parameters
    ----------
    population : the year's; None where none could be read.
    """
    source = survey.wave.source
    if source.weighting is None or source.weighting.method != "rake":
        return []
    if population is None:
        # a population that is there but faulty has told its own faults
        given = any(wave.source.kind == "population" for wave in ws.source_waves())
        return [] if given else [Fault(FILE, 0, survey.wave.name, "S41-NO-POPULATION-SOURCE")]
    bands = {name for name, item in survey.codebook.variables.items() if item.bands}
    strata = [source.design.strata] if source.design.strata and source.design.weight is None else []
    needed = dict.fromkeys([*strata, *(name for margin in source.weighting.margins for name in margin)])
    return [
        Fault(FILE, 0, survey.wave.name, "S42-POPULATION-LACKS", {"variable": name})
        for name in needed
        if name not in population and name not in bands
    ]


def measure_faults(survey: Survey, chosen: Mapping[str, Indicator], ws: Workspace) -> list[Fault]:
    """I02 and I03 for a measure that is the headline or stands in a file of one's own and cannot be counted."""
    shipped = {name for preset in ws.settings.indicators if preset in indicators.presets()
               for name in indicators.preset(preset)}  # fmt: skip
    faults = []
    for item in (chosen[name] for name in chosen if name not in shipped or name == ws.settings.headline):
        told = {"indicator": item.id, "variable": item.variable, "category": ", ".join(item.numerator)}
        if item.variable not in survey.codebook.variables:
            faults.append(Fault(survey.file, 0, item.variable, "I02-NO-VARIABLE", told))
        elif not indicators.measurable(item, survey):
            faults.append(Fault(survey.file, 0, item.variable, "I03-NO-CATEGORY", told))
    return faults


def notes(survey: Survey, chosen: Mapping[str, Indicator], ws: Workspace) -> Iterator[str]:
    """What was delivered and will not be seen: columns, questions and answers that nothing counts."""
    words, codebook = ws.words, survey.codebook
    asked = {name: item for name, item in chosen.items() if item.variable in survey.answers}
    if columns := _unused_columns(survey):
        yield words("checking.unused_columns", names=_listed(columns))
    counted = {item.variable for item in asked.values()}
    left = [
        codebook.label(name, words)
        for name, item in codebook.variables.items()
        if item.kind == "category" and item.role is None and name not in {*counted, *ws.settings.groups, *ELSEWHERE}
    ]
    if left:
        yield words("checking.unused_questions", names=_listed(left))
    for item in asked.values():
        if not indicators.measurable(item, survey):
            missing = ", ".join(item.numerator)
            yield words("checking.not_measurable", indicator=item.name(words), category=missing)
    yield from _outside(survey, asked, ws)


def _unused_columns(survey: Survey) -> list[str]:
    used = [*survey.codebook.required_columns, survey.codebook.weight or "", *survey.wave.wave.where]
    design = survey.wave.source.design
    used += [name for name in (design.weight, design.strata, design.fpc) if name]
    keys = {key(name) for name in used}
    return [name for name in survey.table.columns if key(name) not in keys]


def _outside(survey: Survey, asked: Mapping[str, Indicator], ws: Workspace) -> Iterator[str]:
    """Answers that a definition says nothing of, though it lists its base: they leave the base in silence."""
    words, codebook = ws.words, survey.codebook
    for item in asked.values():
        named = {*item.numerator, *item.denominator, *item.missing}
        rest = [c for c in codebook.variables[item.variable].categories if c not in named]
        if rest and item.denominator and indicators.measurable(item, survey):
            answers = words.sequence([codebook.label(item.variable, words, c) for c in rest])
            yield words("checking.outside_base", indicator=item.name(words), answers=answers)


def _listed(names: list[str]) -> str:
    shown = [*names[:SHOWN], *(["…"] if len(names) > SHOWN else [])]
    return ", ".join(shown)
