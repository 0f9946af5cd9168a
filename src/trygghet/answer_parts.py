"""Which answers an indicator is made of, and what the share of each answer tells of the indicator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from trygghet import estimates as est
from trygghet import indicators
from trygghet.disclosure.categories import around
from trygghet.workspace import CITIZENS

if TYPE_CHECKING:
    from trygghet.picture import Picture

LEAST_ANSWERS, MOST_ANSWERS = 4, 5
"""Answers of the scales that are drawn answer by answer."""
Part = tuple[str, frozenset[str], frozenset[str]]


def indicator_parts(picture: Picture, answers: pd.Series) -> list[Part]:
    """Indicators of a question with the answers that count and those in the base.

    Parameters
    ----------
    answers : each respondent's category; named as the survey's variable.
    """
    assert picture.survey is not None
    text, known = answers.astype(object).to_numpy(), answers.notna().to_numpy()
    found = []
    for name, item in picture.available.items():
        if item.variable != answers.name:
            continue
        values = indicators.apply(item, picture.survey).to_numpy()
        yes, base = known & (values == 1), known & ~pd.isna(values)
        found.append((name, frozenset(map(str, text[yes])), frozenset(map(str, text[base]))))
    return found


def told_by_answers(picture: Picture) -> dict[str, tuple[float, float]]:
    """Indicator to the lowest and the highest number of yes that the shares of each answer to its question would tell.

    For questions of which pages may show each answer, whether or not they come to do so.
    """
    wave = picture.wave(CITIZENS)
    if picture.survey is None or picture.design is None or wave is None:
        return {}
    found: dict[str, tuple[float, float]] = {}
    asked = [item.variable for item in picture.available.values() if not item.id.startswith(est.STAFF)]
    for variable in dict.fromkeys(asked):
        answers = picture.survey.answers[variable]
        if not LEAST_ANSWERS <= len(answers.cat.categories) <= MOST_ANSWERS:
            continue
        table = est.category_shares(picture.design, variable, wave)
        n, digits = int(answers.notna().sum()), picture.ws.settings.share_digits
        ends = {str(row["group"]): around(row["estimate"], n, digits) for _, row in table.iterrows()}
        for name, yes, base in indicator_parts(picture, answers):
            found[name] = _between(ends, yes, base, float(answers.isin(list(base)).sum()))
    return found


def _between(
    ends: Mapping[str, tuple[float, float]], yes: frozenset[str], base: frozenset[str], n: float
) -> tuple[float, float]:
    """Limits of the number of yes from those of each answer, and from those of the others of the base."""
    low, high = (sum(ends[answer][side] for answer in yes) for side in (0, 1))
    least, most = (sum(ends[answer][side] for answer in base - yes) for side in (0, 1))
    return max(low, n - most), min(high, n - least)
