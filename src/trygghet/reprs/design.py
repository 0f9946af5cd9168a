"""A survey design: who was drawn how, what the weighting did, and how unequal the weights are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trygghet.blocks import Block, Column, Note, Table
from trygghet.design import SurveyDesign, WeightEvent
from trygghet.messages import Words
from trygghet.survey.diagnostics import kish_deff

KEY = "shown.design"


def tell(design: SurveyDesign, words: Words) -> Iterator[Block]:
    """The facts as a table, and what the weighting did on its own rule."""
    rows = tuple((words(f"{KEY}.{name}"), text) for name, text in _facts(design, words))
    columns = (Column("what", words(f"{KEY}.what")), Column("value", words(f"{KEY}.value")))
    yield Table("urvalsplan", words(f"{KEY}.caption"), columns, rows, language=words.language)
    events = [_event(event, words) for event in design.events]
    if events:
        yield Note(words(f"{KEY}.events"), "", items=tuple(events), language=words.language)


def _facts(design: SurveyDesign, words: Words) -> Iterator[tuple[str, str]]:
    weights = design.weights[design.active]
    yield "n", words.number(len(weights))
    if len(weights) < design.n:
        yield "outside", words.number(design.n - len(weights))
    if not len(weights):
        return
    yield "sum", words.number(float(weights.sum()), 0 if weights.sum() >= 100 else 1)
    if (weights > 0).all():
        deff = kish_deff(weights)
        yield "kish", words(f"{KEY}.kish_value", deff=words.number(deff, 2), n=words.number(len(weights) / deff))
    mean = float(weights.mean())
    low, high = (words.number(float(end) / mean, 2) for end in (weights.min(), weights.max()))
    yield "range", words(f"{KEY}.range_value", low=low, high=high)
    yield "column", design.weight or words(f"{KEY}.no_column")
    yield "strata", _strata(design, words)
    yield "units", _units(design, words)
    yield "fpc", words(f"{KEY}.yes" if design.fpc is not None else f"{KEY}.no")
    yield "df", words.number(design.df)
    yield "calibrated", _calibrated(design, words)
    if design.replicates is not None:
        yield "replicates", words(f"{KEY}.yes")


def _strata(design: SurveyDesign, words: Words) -> str:
    if design.strata is None:
        return words(f"{KEY}.no_strata")
    return words(f"{KEY}.strata_value", n=design.stages[0].strata, column=_names(design.strata, words))


def _units(design: SurveyDesign, words: Words) -> str:
    unit = design.stages[0].unit
    if unit is None:
        return words(f"{KEY}.rows")
    return words(f"{KEY}.units_value", n=len(np.unique(unit)), column=_names(design.cluster, words))


def _names(columns: object, words: Words) -> str:
    names = columns if isinstance(columns, list | tuple) else [columns]
    return words.sequence([str(name) for name in names])


def _calibrated(design: SurveyDesign, words: Words) -> str:
    """What the weights meet: the margins of every step, the latest of each name, and numeric totals."""
    told: dict[str, str] = {}
    for step in design.adjustments:
        for margin in getattr(step.recipe, "margins", ()):
            told[margin.name] = words(f"{KEY}.margin", name=margin.name, n=margin.size)
        for name in getattr(step.recipe, "numeric_names", ()):
            told[str(name)] = str(name)
    return words.sequence(list(told.values())) if told else words(f"{KEY}.not_calibrated")


def _event(event: WeightEvent, words: Words) -> str:
    known = f"{KEY}.kinds.{event.kind}"
    told = words(known) if words.has(known) else event.kind
    return f"{event.margin}: {told}" if event.margin else told
