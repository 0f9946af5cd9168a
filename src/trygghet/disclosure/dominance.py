"""Shares that one or two heavily weighted answers decide."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trygghet.disclosure.rules import laid_on
from trygghet.disclosure.shares import TOTAL
from trygghet.release_rules import Rules


def hide_dominated(
    table: pd.DataFrame, persons: pd.DataFrame, answers: pd.DataFrame, weights: np.ndarray, *, rules: Rules
) -> pd.DataFrame:
    """The estimates table without the shares of which one answer, or two together, are too large a part.

    Parameters
    ----------
    table : shares of one survey by group.
    persons, answers : as in `protect_linked`, a row a respondent.
    weights : (n,) of the respondents.

    Returns
    -------
    A new table; ``flags`` says ``dominated``. The rule is the (n, k) dominance rule for n = 1 and 2 (Hundepool et
    al. 2012, Statistical Disclosure Control, section 4.2.2).
    """
    reasons = pd.Series("", index=table.index, dtype=object)
    heaviest_first = np.argsort(-weights, kind="stable")
    for group_by, rows in table[~table["suppressed"].astype(bool)].groupby("group_by", sort=False):
        codes, groups = pd.factorize(_groups(persons, str(group_by)).to_numpy()[heaviest_first])
        asked = [name for name in rows["indicator"].unique() if name in answers]
        given = answers[asked].notna().to_numpy()[heaviest_first] & (codes >= 0)[:, None]
        one, two = _largest_parts(weights[heaviest_first], codes, given)
        heavy = (one > rules.largest_weight) | (two > rules.two_largest_weights)
        for at in np.flatnonzero(heavy.any(axis=0)):
            own = rows[rows["indicator"] == asked[at]]
            reasons[own.index[own["group"].isin(groups[heavy[:, at]])]] = "dominated"
    return laid_on(table, reasons)


def _groups(persons: pd.DataFrame, group_by: str) -> pd.Series:
    """Each respondent's group as the table names it."""
    if group_by == TOTAL:
        return pd.Series("all", index=persons.index)
    names = group_by.split(":")
    joined = persons[names[0]].astype(str)
    for name in names[1:]:
        joined = joined + ":" + persons[name].astype(str)
    return joined


def _largest_parts(weights: np.ndarray, codes: np.ndarray, given: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(groups, indicators) which part of a group's weight the heaviest answer is, and the two heaviest are.

    Parameters
    ----------
    weights : (n,) falling.
    codes : (n,) group of each.
    given : (n, indicators) who answered.
    """
    size = int(codes.max(initial=-1)) + 1
    sums = pd.DataFrame(np.where(given, weights[:, None], 0.0)).groupby(codes).sum().reindex(range(size)).to_numpy()
    one, two = np.full(sums.shape, np.nan), np.full(sums.shape, np.nan)
    by_group = np.argsort(codes, kind="stable")  # and within a group the heaviest first
    for at in range(given.shape[1]):
        rows = by_group[given[by_group, at]]
        group, first, count = np.unique(codes[rows], return_index=True, return_counts=True)
        one[group, at] = weights[rows[first]]
        second = np.minimum(first + 1, len(rows) - 1)
        two[group, at] = one[group, at] + np.where(count > 1, weights[rows[second]], 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return one / sums, two / sums
