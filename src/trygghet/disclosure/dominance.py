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
        key = _groups(persons, str(group_by)).to_numpy()[heaviest_first]
        for indicator, own in rows.groupby("indicator", sort=False):
            if indicator not in answers:
                continue
            given = answers[indicator].notna().to_numpy()[heaviest_first]
            parts = _largest_parts(weights[heaviest_first][given], key[given])
            heavy = (parts["one"] > rules.largest_weight) | (parts["two"] > rules.two_largest_weights)
            reasons[own.index[own["group"].isin(parts.index[heavy])]] = "dominated"
    return laid_on(table, reasons)


def _groups(persons: pd.DataFrame, group_by: str) -> pd.Series:
    """Each respondent's group as the table names it."""
    if group_by == TOTAL:
        return pd.Series("all", index=persons.index)
    return persons[group_by.split(":")].astype(str).agg(":".join, axis=1)


def _largest_parts(weights: np.ndarray, key: np.ndarray) -> pd.DataFrame:
    """By group, which part of its weight the heaviest answer is (``one``) and the two heaviest are (``two``).

    Parameters
    ----------
    weights : (n,) falling.
    key : (n,) group of each.
    """
    frame = pd.DataFrame({"weight": weights, "key": key})
    grouped = frame.groupby("key", sort=False)["weight"]
    two = frame[grouped.cumcount() < 2].groupby("key", sort=False)["weight"].agg(["first", "sum"])
    return two.div(grouped.sum(), axis=0).set_axis(["one", "two"], axis=1)
