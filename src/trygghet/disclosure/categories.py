"""Shares of each answer to one question: small categories hidden, with what would give them away."""

from __future__ import annotations

import pandas as pd

from trygghet.disclosure.linked import Hidden
from trygghet.disclosure.release import DisclosureError, ReleaseBuilder
from trygghet.disclosure.rules import Rules, laid_on
from trygghet.disclosure.shares import ANSWER
from trygghet.disclosure.suppression import suppress


def protect_categories(table: pd.DataFrame, answers: pd.Series, *, rules: Rules, digits: int = 0) -> pd.DataFrame:
    """The estimates table of one question's answers with small categories hidden, and what must go with them.

    Parameters
    ----------
    table : a row a category (``group``), protected by the primary rules.
    answers : each respondent's category, missing outside the base.
    digits : decimals of the published percentages.

    Returns
    -------
    A new table; ``flags`` says ``small_count``, ``secondary`` or ``refused``.
    """
    given = answers.dropna().astype(str)
    builder = ReleaseBuilder(pd.DataFrame({ANSWER: given}))
    builder.add("all", {}, unit="all", fixed=True)
    half, n = 0.5 * 10.0 ** (-2 - digits), len(given)
    few: list[object] = []
    for label, row in table.iterrows():
        count = builder.count({ANSWER: str(row["group"])})
        small = 0 < count < rules.count
        few += [label] if small else []
        shown = not small and not row["suppressed"]
        share = float(row["estimate"]) if shown else 0.0
        builder.add(
            label,
            {ANSWER: str(row["group"])},
            unit=label,
            within=(n * (share - half), n * (share + half)),
            threshold=rules.count,
            shown=shown,
        )
    hidden = _hidden(builder, table, few)
    new = [hidden.get(label, "") if not gone else "" for label, gone in table["suppressed"].astype(bool).items()]
    return laid_on(table, pd.Series(new, index=table.index, dtype=object))


def _hidden(builder: ReleaseBuilder, table: pd.DataFrame, few: list[object]) -> Hidden:
    try:
        shown = suppress(builder.build()).shown
    except DisclosureError:
        return dict.fromkeys(table.index, "refused")
    gone = [label for label in table.index if not shown[builder.units[label]]]
    return {label: "small_count" if label in few else "secondary" for label in gone}
