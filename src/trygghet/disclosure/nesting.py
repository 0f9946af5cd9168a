"""Variables that divide people along the same line, such as areas and parts of a town, or two sets of age groups."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import pandas as pd


def nested(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """Pairs of variables of which everyone knows that many of their categories never meet.

    One divides the other's groups further, or both cut the same line at other places: two sets of a and b groups
    then meet in at most a + b - 1 ways. Where few people answered it may be so by chance; then a reader is taken to
    know more than he or she can.

    Parameters
    ----------
    frame : a row a person, a column a variable; a missing value is empty.

    Returns
    -------
    Pairs of column names, each with at least two categories.
    """
    pairs = []
    for one, other in combinations(frame.columns, 2):
        known = frame.loc[(frame[one] != "") & (frame[other] != ""), [one, other]]
        sizes = known[one].nunique(), known[other].nunique()
        if min(sizes) > 1 and len(known.drop_duplicates()) <= sum(sizes) - 1:
            pairs.append((str(one), str(other)))
    return pairs


def joined(lists: Sequence[Sequence[str]], pairs: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Lists of groupings with those made one that a pair of variables links; in the order they came."""
    result = [list(own) for own in lists]
    for pair in pairs:
        linked = [own for own in result if {name for by in own for name in by.split(":")} & set(pair)]
        if len(linked) > 1:
            whole = [grouping for own in linked for grouping in own]
            result = [whole if own is linked[0] else own for own in result if not any(own is x for x in linked[1:])]
    return result
