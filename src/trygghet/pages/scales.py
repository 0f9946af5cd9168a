"""Questions answered on the same scale, side by side: how many gave each answer, and how many did not know."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from math import isfinite, nan
from typing import Any

import pandas as pd

from trygghet import estimates as est
from trygghet.answer_parts import LEAST_ANSWERS, MOST_ANSWERS
from trygghet.blocks import Caption, Figure
from trygghet.charts.diverging import Item, diverging_bars
from trygghet.indicators import Indicator
from trygghet.pages.parts import category_label, hundred
from trygghet.picture import CITIZENS, Picture
from trygghet.question_release import categories

FEWEST = 2
"""Questions that share a scale before they are drawn together."""


def scales(picture: Picture) -> list[Figure]:
    """A figure a scale of four or five steps that several of the survey's indicators are answered on."""
    families: dict[tuple[str, ...], list[Indicator]] = {}
    for item in picture.available.values():
        if not item.id.startswith(est.STAFF):
            families.setdefault(best_first(picture, item), []).append(item)
    return [
        figure
        for answers, items in families.items()
        if LEAST_ANSWERS <= len(answers) <= MOST_ANSWERS and len({item.variable for item in items}) >= FEWEST
        if (figure := _figure(picture, answers, items)) is not None
    ]


def best_first(picture: Picture, item: Indicator) -> tuple[str, ...]:
    """The answers of an indicator's question, the best first: the indicator says which end is which."""
    assert picture.survey is not None
    answers = tuple(dict.fromkeys(picture.survey.codebook.variables[item.variable].values.values()))
    if not answers or not ({answers[0], answers[-1]} & set(item.numerator)):
        return ()
    first_counts = answers[0] in item.numerator
    return answers if first_counts == (item.higher_is == "better") else answers[::-1]


def _figure(picture: Picture, answers: tuple[str, ...], items: list[Indicator]) -> Figure | None:
    words, wave = picture.words, picture.wave(CITIZENS)
    assert wave is not None
    tables = {item.variable: _shares(picture, item.variable) for item in items}
    rows = [_item(picture, variable, answers, table) for variable, table in tables.items()]
    whole = [row for row in rows if row.whole]
    if not whole:
        return None
    rows.sort(key=lambda row: -_good(row) if row.whole else 1.0)
    names = [category_label(picture, items[0].variable, answer) for answer in answers]
    first, half = max(whole, key=_good), len(answers) // 2
    title = words(
        "scales.title", label=first.label, share=hundred(_good(first), words),
        answers=words("scales.or").join(f"”{name}”" for name in names[:half]),
    )  # fmt: skip
    widest = max(float(((table["ci_high"] - table["ci_low"]) / 2).max()) for table in tables.values())
    period = words.month_span(wave.wave.start, wave.wave.end)
    definition = (
        words("scales.margin", points=words.number(100 * widest)),
        words("report.common.data_period", source=wave.label(words), period=period),
    )
    caption = Caption(
        id=f"svar_{items[0].variable}", title=title, reading=words("scales.reading"), definition=definition
    )
    return diverging_bars(rows, words, caption, answers=names)


def _shares(picture: Picture, variable: str) -> pd.DataFrame:
    """The protected share of each answer."""
    wave = picture.wave(CITIZENS)
    assert picture.design is not None and picture.survey is not None and wave is not None
    answers = picture.survey.answers[variable]
    return categories(picture, answers, est.category_shares(picture.design, variable, wave))


def _item(picture: Picture, variable: str, answers: tuple[str, ...], table: pd.DataFrame) -> Item:
    assert picture.survey is not None
    words, rows = picture.words, {row["group"]: row for row in table.to_dict("records")}
    shares = tuple(_share(rows[answer]) if answer in rows else 0.0 for answer in answers)
    unknown = int(picture.survey.item_nonresponse(variable).get("dont_know", 0))
    small = 0 < unknown < picture.rules.count
    said = words("scales.below", n=picture.rules.count) if small else words.number(unknown)
    label = words.pick(picture.survey.codebook.variables[variable].label, variable)
    return Item(label, shares, int(picture.survey.answers[variable].notna().sum()), said)


def _share(row: Mapping[Hashable, Any]) -> float:
    return nan if row["suppressed"] or not isfinite(row["estimate"]) else float(row["estimate"])


def _good(item: Item) -> float:
    return sum(item.shares[: len(item.shares) // 2])
