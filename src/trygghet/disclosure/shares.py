"""A weighted share as numbers of a release: its base and both its sides, as a reader of percentages knows them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from trygghet.disclosure.release import DisclosureError, Release, ReleaseBuilder
from trygghet.disclosure.suppression import suppress

ANSWER, YES, NO, NONE, TOTAL = "_answer", "yes", "no", "none", "total"
SIDES = (YES, NO)
BASE_COST = 4.0
REST = "rest"


@dataclass(frozen=True)
class Published:
    """What is about to be published of one indicator.

    Parameters
    ----------
    persons : a row a respondent, a column a grouping variable.
    given : ``yes``, ``no`` or ``none`` (outside the base) of each.
    threshold : smallest count that may be known, other than 0.
    digits : decimals of the published percentages.
    total : the published share of all.
    """

    persons: pd.DataFrame
    given: pd.Series
    threshold: int
    digits: int
    total: float = 0.0

    def frame(self, variables: Sequence[str]) -> pd.DataFrame:
        """Respondents by some grouping variables and their answer; a missing value is a category of its own."""
        columns = self.persons[list(variables)]
        return columns.astype(object).where(columns.notna(), "").astype(str).assign(**{ANSWER: self.given})

    def within(self, share: float, n: int) -> tuple[float, float]:
        """What a reader concludes of the count from its rounded percentage and base."""
        return around(share, n, self.digits)


def printed(share: float, digits: int) -> float:
    """A share as the page prints it: a reader knows no other, and reckons from where the rounding ended."""
    return float(f"{100 * share:.{digits}f}") / 100


def around(share: float, n: int, digits: int) -> tuple[float, float]:
    """What a reader concludes of a number of persons from its rounded percentage and base."""
    half, middle = 0.5 * 10.0 ** (-2 - digits), printed(share, digits)
    return n * (middle - half), n * (middle + half)


def given_of(answer: pd.Series) -> pd.Series:
    """An indicator's 1, 0 and missing as ``yes``, ``no`` and ``none``."""
    return pd.Series(np.where(answer.isna(), NONE, np.where(answer == 1, *SIDES)), index=answer.index)


def where_of(group_by: str, group: str) -> dict[str, object]:
    """A row of the estimates table as variables and categories; nothing for everyone."""
    if group_by == TOTAL:
        return {}
    return dict(zip(group_by.split(":"), group.split(":"), strict=True))


def add_share(
    builder: ReleaseBuilder, label: object, where: Mapping[str, object], row: pd.Series, published: Published
) -> bool:
    """A group's base and both sides of its share; tells whether it must be hidden for a small count.

    What is hidden for others' sake is rather the share of few than of many: how many answered is known anyway.
    """
    counts = {side: builder.count({**where, ANSWER: side}) for side in SIDES}
    n, limit = sum(counts.values()), published.threshold
    few = any(0 < count < limit for count in counts.values())
    shown = not few and not row["suppressed"]
    share = printed(float(row["estimate"]), published.digits) if shown else 0.0
    for side, part in zip(SIDES, (share, 1 - share), strict=True):
        builder.add(
            {**where, ANSWER: side},
            unit=("share", label),
            within=published.within(part, n),
            threshold=limit,
            shown=shown,
            cost=n,
            claim=published.within(part, n),
        )
    builder.add(
        {**where, ANSWER: SIDES},
        unit=("base", label),
        threshold=limit,
        shown=not 0 < n < limit,
        cost=BASE_COST * n,
    )
    return few


def read_back(
    builder: ReleaseBuilder, rows: pd.DataFrame, few: Sequence[Hashable], reason: str, *, insiders: bool = True
) -> dict[Hashable, str]:
    """Suppress, and tell which rows are hidden and why.

    Parameters
    ----------
    rows : of the estimates table, each added by `add_share` under its label.
    few : rows hidden for a small count of their own.
    reason : of those hidden for the others' sake; with ``_base`` where the base is hidden too.
    """
    hidden = dict(zip(rows.index, rows["suppressed"].astype(bool), strict=True))
    try:
        release = _also_as_claimed(builder, suppress(builder.build(), insiders=insiders))
    except DisclosureError:
        return {label: "refused" for label in rows.index if not hidden[label]}
    result: dict[Hashable, str] = {}
    for label in rows.index:
        if not release.shown[builder.units["base", label]]:
            result[label] = f"{reason}_base"
        elif not release.shown[builder.units["share", label]] and not hidden[label]:
            result[label] = "small_count" if label in few else reason
    return result


def _also_as_claimed(builder: ReleaseBuilder, release: Release) -> Release:
    """Hide more, where a reader who takes weighted percentages for those of persons would conclude too much.

    Such a reader is often wrong, and cannot know it. Where the claims contradict themselves nothing follows from them.
    """
    claimed = builder.build(claimed=True)
    named = claimed.unit != builder.units.get(REST, -1)  # of people in no row such a reader would be wrong too often
    claimed = replace(claimed, shown=release.shown, up=np.where(named, claimed.up, np.nan))
    try:
        return replace(release, shown=suppress(claimed, insiders=False).shown)
    except DisclosureError:
        return release
