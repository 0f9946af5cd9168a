"""Shares of each answer to one question: small categories hidden, with what would give them away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trygghet.disclosure.linked import Hidden
from trygghet.disclosure.release import DisclosureError, ReleaseBuilder
from trygghet.disclosure.rules import Rules, laid_on
from trygghet.disclosure.shares import ANSWER, REST, around
from trygghet.disclosure.suppression import suppress


@dataclass(frozen=True)
class Fact:
    """What a reader knows, or must not find out, of how many gave any of some answers.

    Attributes
    ----------
    answers : the categories.
    within : lowest and highest number that other figures tell; None for a number that is hidden.
    """

    answers: frozenset[str]
    within: tuple[float, float] | None = None


def protect_categories(
    table: pd.DataFrame,
    answers: pd.Series,
    *,
    rules: Rules,
    digits: int = 0,
    among: Collection[str] = (),
    facts: Sequence[Fact] = (),
) -> pd.DataFrame:
    """The estimates table of one question's answers with small categories hidden, and what must go with them.

    Parameters
    ----------
    table : a row a category (``group``), protected by the primary rules.
    answers : each respondent's category, missing outside the base.
    digits : decimals of the published percentages.
    among : the categories that are the base of the shares; all of them when omitted.
    facts : what other figures of the same answers tell, such as an indicator made of several of them, and what they
        hide.

    Returns
    -------
    A new table; ``flags`` says ``small_count``, ``secondary`` or ``refused``.
    """
    given = answers.dropna().astype(str)
    builder = ReleaseBuilder(pd.DataFrame({ANSWER: given}))
    builder.add({}, unit="all", fixed=True)
    base = set(map(str, among)) or set(given)
    n = builder.count({ANSWER: base})
    outside = set(given) - base
    if outside:
        builder.add({ANSWER: base}, unit="all", fixed=True)
        facts = [*facts, Fact(frozenset(outside))]
    few = [label for label, row in table.iterrows() if _add(builder, label, row, n, rules, digits)]
    _add_facts(builder, facts, rules.count)
    hidden = _hidden(builder, table, few)
    new = [hidden.get(label, "") if not gone else "" for label, gone in table["suppressed"].astype(bool).items()]
    return laid_on(table, pd.Series(new, index=table.index, dtype=object))


def _add(builder: ReleaseBuilder, label: object, row: pd.Series, n: int, rules: Rules, digits: int) -> bool:
    """One category; tells whether it is hidden for a small count of its own."""
    where = {ANSWER: str(row["group"])}
    small = 0 < builder.count(where) < rules.count
    shown = not small and not row["suppressed"]
    within = around(float(row["estimate"]) if shown else 0.0, n, digits)
    builder.add(where, unit=label, within=within, threshold=rules.count, shown=shown)
    return small


def _add_facts(builder: ReleaseBuilder, facts: Sequence[Fact], threshold: int) -> None:
    for fact in facts:
        where = {ANSWER: fact.answers}
        if fact.within is not None:
            builder.add(where, unit="all", within=fact.within, fixed=True)
        else:
            reach = min(threshold, builder.count({}))
            builder.add(where, unit=REST, threshold=threshold, shown=False, reach=reach, cost=np.inf)


def _hidden(builder: ReleaseBuilder, table: pd.DataFrame, few: list[object]) -> Hidden:
    try:
        shown = suppress(builder.build()).shown
    except DisclosureError:
        return dict.fromkeys(table.index, "refused")
    gone = [label for label in table.index if not shown[builder.units[label]]]
    return {label: "small_count" if label in few else "secondary" for label in gone}
