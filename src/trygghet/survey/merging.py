"""Too small categories merged by a declared rule, sample and totals together."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import numpy as np
import pandas as pd

from trygghet.design import SurveyDesign, WeightEvent
from trygghet.errors import WeightError
from trygghet.survey.arrays import encode, label_text

RULES = ("neighbour", "smallest")
log = logging.getLogger("trygghet.weights")


def merge_small_cells(
    design: SurveyDesign, margins: Mapping[str, pd.Series], *, minimum: int, rule: str = "neighbour"
) -> tuple[SurveyDesign, dict[str, pd.Series]]:
    """Categories with fewer than `minimum` respondents merged, in the sample and in the totals.

    Parameters
    ----------
    margins : column to a Series of population totals in their natural order; crossed margins are not merged.
    minimum : smallest number of respondents a category may keep.
    rule : "neighbour": with the next category in the totals' order (the last with the one before), the
        smaller of the two where both exist; "smallest": with the smallest other category.

    Returns
    -------
    The design with a column ``<margin>_merged`` for each margin that changed, and the margins under their
    new names. Every merger is told in the design's ``events``.

    Raises
    ------
    WeightError : a margin that would be left with one category, a crossed margin, an unknown rule.
    """
    if rule not in RULES:
        raise WeightError.said("one_of", name="rule", known=tuple(RULES), given=rule)
    out: dict[str, pd.Series] = {}
    events = list(design.events)
    for column, totals in margins.items():
        if not isinstance(column, str) or column not in design.frame.columns:
            raise WeightError.said("margins.merge_one", given=str(column))
        groups = _groups(design, column, totals, minimum, rule)
        if all(len(group) == 1 for group in groups):
            out[column] = totals
            continue
        design, merged = _merged(design, column, totals, groups)
        out[f"{column}_merged"] = merged
        for group in groups:
            if len(group) > 1:
                event = WeightEvent("merged", column, {"categories": group, "minimum": minimum, "rule": rule})
                log.info("%s %s %s", event.kind, event.margin, event.detail)
                events.append(event)
    return design.evolve(events=tuple(events)), out


def _groups(design: SurveyDesign, column: str, totals: pd.Series, minimum: int, rule: str) -> list[list[str]]:
    codes, labels = encode(design.frame[column])
    seen = np.bincount(codes[(codes >= 0) & design.active], minlength=len(labels))
    have = {label_text(label): int(k) for label, k in zip(labels, seen, strict=True)}
    groups = [[label_text(key)] for key in totals.index]
    counts = [have.get(group[0], 0) for group in groups]
    while min(counts) < minimum:
        if len(groups) <= 2:
            raise WeightError.said("margins.last_two", margin=column, minimum=minimum)
        at = int(np.argmin(counts))
        into = _partner(counts, at, rule)
        low, high = min(at, into), max(at, into)
        groups[low], counts[low] = groups[low] + groups[high], counts[low] + counts[high]
        del groups[high], counts[high]
    return groups


def _partner(counts: list[int], at: int, rule: str) -> int:
    if rule == "smallest":
        return min((i for i in range(len(counts)) if i != at), key=lambda i: (counts[i], i))
    beside = [i for i in (at - 1, at + 1) if 0 <= i < len(counts)]
    return min(beside, key=lambda i: (counts[i], -i))


def _merged(
    design: SurveyDesign, column: str, totals: pd.Series, groups: list[list[str]]
) -> tuple[SurveyDesign, pd.Series]:
    names = [" + ".join(group) for group in groups]
    place = {label: name for name, group in zip(names, groups, strict=True) for label in group}
    codes, labels = encode(design.frame[column])
    text = np.array([*(place.get(label_text(v), label_text(v)) for v in labels), None], dtype=object)
    extra = [t for t in dict.fromkeys(text[:-1]) if t not in names]
    values = pd.Categorical(text[codes], categories=[*names, *extra])
    merged = totals.groupby([place[label_text(key)] for key in totals.index]).sum().reindex(names)
    return design.with_columns(**{f"{column}_merged": values}), merged
