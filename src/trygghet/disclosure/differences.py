"""Groups that nobody published and that subtraction makes: what an old group and a new one differ by, and share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from trygghet.disclosure.release import ReleaseBuilder
from trygghet.disclosure.shares import SIDES, TOTAL

SPARSE = 0.75
"""Two divisions of which at most this share of the groups meet cut people along the same line."""
ALIKE = 0.5


@dataclass(frozen=True)
class Group:
    """A group of a release as a column of persons.

    Attributes
    ----------
    column : true for those who belong to it.
    answers : the column with the answers of its release.
    variables : that it is told apart by; empty for everyone.
    key : its name in the ledger.
    limits : what a reader concludes of its number of yes; None where its share is hidden.
    base : whether the number of its answers is shown.
    """

    column: str
    answers: str
    variables: tuple[str, ...]
    key: str = ""
    limits: tuple[float, float] | None = None
    base: bool = True


def variables_of(group_by: str) -> tuple[str, ...]:
    """The variables of a grouping of the estimates table."""
    return () if group_by == TOTAL else tuple(group_by.split(":"))


def variables_in(key: str) -> tuple[str, ...]:
    """The variables of a group's name in the ledger."""
    return tuple(part.partition("=")[0] for part in key.split(":")) if key else ()


def related(persons: pd.DataFrame, news: Sequence[Group], olds: Sequence[Group]) -> Iterator[tuple[Group, Group]]:
    """Pairs of a new and an old group that a reader could subtract from each other.

    One of them is everyone, they have a variable in common, or their people show that they are cut along the same
    line under other names: the one lies within the other, they are nearly the same, or few of the groups of the two
    divisions meet.
    """
    inside = {group.column: persons[group.column].to_numpy(bool) for group in (*news, *olds)}
    sparse = _sparse(inside, news, olds)
    for new, old in product(news, olds):
        named = not new.variables or not old.variables or bool(set(new.variables) & set(old.variables))
        divided = (new.variables, old.answers, old.variables) in sparse
        if named or divided or _close(inside[new.column], inside[old.column]):
            yield new, old


def _close(one: np.ndarray, other: np.ndarray) -> bool:
    both, either = int((one & other).sum()), int((one | other).sum())
    return both > 0 and (both == min(one.sum(), other.sum()) or both >= ALIKE * either)


def _sparse(inside: Mapping[str, np.ndarray], news: Sequence[Group], olds: Sequence[Group]) -> set[tuple[Any, ...]]:
    """Divisions, new and old, that meet in few of the ways they could."""
    found = set()
    for new, (answers, old) in product(
        {group.variables for group in news}, {(group.answers, group.variables) for group in olds}
    ):
        first = np.array([inside[g.column] for g in news if g.variables == new], dtype=int)
        second = np.array([inside[g.column] for g in olds if (g.answers, g.variables) == (answers, old)], dtype=int)
        meet = int((first @ second.T > 0).sum())
        if min(len(first), len(second)) > 1 and meet <= SPARSE * len(first) * len(second):
            found.add((new, answers, old))
    return found


def add_differences(builder: ReleaseBuilder, pairs: Iterator[tuple[Group, Group]], threshold: int) -> None:
    """Protect what pairs of a new and an old group differ by, and share, as if it were published on its own."""
    for new, old in pairs:
        for where, answer in (
            ({new.column: True, old.column: False}, new.answers),
            ({new.column: False, old.column: True}, old.answers),
            ({new.column: True, old.column: True}, new.answers),
        ):
            if not is_whole(builder, where, new.column, old.column):
                _protect(builder, {**where, answer: SIDES}, answer, threshold)


def add_hidden(builder: ReleaseBuilder, olds: Sequence[Group], threshold: int) -> None:
    """Protect what was hidden before: a later release must not tell it."""
    for old in olds:
        if old.limits is None:
            _protect(builder, {old.column: True, old.answers: SIDES}, old.answers, threshold)


def _protect(builder: ReleaseBuilder, where: Mapping[str, object], answer: str, threshold: int) -> None:
    reach = min(threshold, builder.count(where))
    for side in SIDES:
        at = {**where, answer: side}
        builder.add(at, unit="never", threshold=threshold, shown=False, reach=reach)


def is_whole(builder: ReleaseBuilder, where: Mapping[str, object], new: str, old: str) -> bool:
    """Whether the part is empty or one of the two groups itself."""
    part = builder.members(where)
    return not part.any() or any(np.array_equal(part, builder.members({name: True})) for name in (new, old))
