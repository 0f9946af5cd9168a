"""Shares of a survey protected together: what is hidden in one group is not given away by the others and the total."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd

from trygghet.disclosure.bounds import bounds
from trygghet.disclosure.joint import hidden_with_earlier
from trygghet.disclosure.ledger import Released
from trygghet.disclosure.nesting import joined, nested
from trygghet.disclosure.release import ReleaseBuilder
from trygghet.disclosure.rules import Rules, laid_on
from trygghet.disclosure.shares import (
    ANSWER,
    NONE,
    REST,
    SIDES,
    TOTAL,
    Published,
    add_share,
    given_of,
    printed,
    read_back,
    where_of,
)

Hidden = dict[Hashable, str]
ANY = (-np.inf, np.inf)


def protect_linked(
    table: pd.DataFrame,
    persons: pd.DataFrame,
    answers: pd.DataFrame,
    *,
    rules: Rules,
    digits: int = 0,
    earlier: Callable[[str], Sequence[Released]] = lambda _: (),
    told: Mapping[str, tuple[float, float]] | None = None,
) -> tuple[pd.DataFrame, dict[str, dict[str, str]]]:
    """The estimates table of a survey with small counts hidden, and what else must be hidden with them.

    A count of 1 to ``rules.count`` - 1 on either side of a share is hidden, and so much besides that nobody can
    conclude it from the total, the other groups and their bases, also when the rounding of the percentages is
    taken into account, nor by subtracting what was released of the wave before. Weighted shares are treated as if
    a reader knew the weights.

    Parameters
    ----------
    table : protected by the primary rules; shares of one survey by group.
    persons : a row a respondent, named by id; a column a grouping variable.
    answers : as persons, a column an indicator: 1, 0 or missing (outside the base).
    digits : decimals of the published percentages.
    earlier : what was released of an indicator before, otherwise grouped or of other answers.
    told : indicator to the lowest and highest number of yes in all that figures outside the table tell.

    Returns
    -------
    A new table, and what `masked` needs to do the same again. ``flags`` says ``small_count``, ``secondary`` (hidden
    with others), ``earlier`` (would tell by subtraction) or ``refused`` (no proof found).
    """
    share = (table["unit"] == "share") & table["indicator"].isin(answers.columns)
    hidden: dict[str, dict[str, str]] = {}
    for indicator, rows in table[share].groupby("indicator", sort=False):
        given = given_of(answers[str(indicator)])
        published = Published(persons, given, rules.count, digits)
        before, limits = earlier(str(indicator)), (told or {}).get(str(indicator), ANY)
        found = hidden_with_earlier(rows, published, before) if before else _hidden(rows, published, limits)
        if found:
            hidden[str(indicator)] = {_key(row): found[label] for label, row in rows.iterrows() if label in found}
    return masked(table, hidden), hidden


def masked(table: pd.DataFrame, hidden: dict[str, dict[str, str]]) -> pd.DataFrame:
    """The table with a known mask laid on: indicator, then ``group_by|group``, to the reason."""
    keys = [hidden.get(str(row["indicator"]), {}).get(_key(row), "") for _, row in table.iterrows()]
    return laid_on(table, pd.Series(keys, index=table.index, dtype=object))


def _key(row: pd.Series) -> str:
    return f"{row['group_by']}|{row['group']}"


def _hidden(rows: pd.DataFrame, published: Published, told_of_total: tuple[float, float]) -> Hidden:
    """Row label to the reason it must be hidden for; rows that are hidden already may get their base hidden."""
    whole = published.given.value_counts()
    total = rows[rows["group_by"] == TOTAL]
    small = any(0 < whole.get(side, 0) < published.threshold for side in SIDES)
    if small or total["suppressed"].astype(bool).any():
        return dict.fromkeys(rows.index[~rows["suppressed"].astype(bool)], "small_count")
    known = int(whole.get(SIDES[0], 0)) / max(1, int(whole.reindex(SIDES).sum()))
    share = float(total["estimate"].iloc[0]) if len(total) else known
    told = replace(published, total=printed(share, published.digits))
    groupings = [str(by) for by in rows["group_by"].unique() if by != TOTAL]
    pairs = nested(published.frame(list(dict.fromkeys(name for by in groupings for name in by.split(":")))))
    parts = [rows[rows["group_by"].isin(by)] for by in joined(families(groupings), pairs)]
    systems = [_family(part, told, pairs) for part in parts]
    _share_total([builder for builder, _ in systems], told_of_total)
    result: Hidden = {}
    for part, (builder, few) in zip(parts, systems, strict=True):
        result |= read_back(builder, part, few, "secondary")
    return result


def _share_total(builders: Sequence[ReleaseBuilder], told: tuple[float, float]) -> None:
    """Let every family know what all of them together say of the number of yes in all.

    With that number known as well as it can be, the families say nothing more of each other: whatever one family's
    table is, there are persons that fit it and the others' too.
    """
    ends = [bounds(builder.build(), 0, integral=False) for builder in builders]
    if ends:
        low, high = max(told[0], *(low for low, _ in ends)), min(told[1], *(high for _, high in ends))
        for builder in builders:
            whole = builder.count({ANSWER: SIDES})
            builder.narrow(0, low, high)
            builder.narrow(1, whole - high, whole - low)


def families(groupings: Iterable[str]) -> list[list[str]]:
    """Groupings that share a variable, directly or through others; the rest are linked by the total alone."""
    result: list[tuple[set[str], list[str]]] = []
    for grouping in groupings:
        names, members = set(grouping.split(":")), [grouping]
        apart = []
        for known, others in result:
            if known & names:
                names |= known
                members = [*others, *members]
            else:
                apart.append((known, others))
        result = [*apart, (names, members)]
    return [members for _, members in result]


def _family(
    rows: pd.DataFrame, published: Published, pairs: Sequence[tuple[str, str]]
) -> tuple[ReleaseBuilder, list[Hashable]]:
    """The numbers of a family, the total's yes and no first, and the rows hidden for a small count of their own."""
    variables = list(dict.fromkeys(name for by in rows["group_by"] for name in str(by).split(":")))
    frame = published.frame(variables)
    within = tuple(pair for pair in pairs if set(pair) <= set(variables))
    builder = ReleaseBuilder(frame, complete=True, bound=within)
    n = int((published.given != NONE).sum())
    for side, share in zip(SIDES, (published.total, 1 - published.total), strict=True):
        builder.add({ANSWER: side}, unit=TOTAL, fixed=True, within=published.within(share, n))
    builder.add({ANSWER: SIDES}, unit=TOTAL, fixed=True)
    builder.add({ANSWER: NONE}, unit=TOTAL, fixed=True)
    few = [
        label
        for label, row in rows.iterrows()
        if add_share(builder, label, where_of(row["group_by"], row["group"]), row, published)
    ]
    _add_left_out(builder, rows)
    _add_rest(builder, rows, frame, published.threshold)
    return builder, few


def _add_left_out(builder: ReleaseBuilder, rows: pd.DataFrame) -> None:
    """Crossed groups that no row tells of, since nobody is in them: a reader sees that they are left out."""
    for group_by, own in rows.groupby("group_by", sort=False):
        told = [tuple(str(group).split(":")) for group in own["group"]]
        names = str(group_by).split(":")
        for combination in product(*(sorted(set(values)) for values in zip(*told, strict=True))):
            where: dict[str, object] = dict(zip(names, combination, strict=True)) | {ANSWER: SIDES}
            if combination not in told and builder.count(where) == 0:
                builder.add(where, unit=TOTAL, fixed=True)


def _add_rest(builder: ReleaseBuilder, rows: pd.DataFrame, frame: pd.DataFrame, threshold: int) -> None:
    """Those no row tells of, such as people without an answer to the background question: the total less the rows."""
    for group_by, own in rows.groupby("group_by", sort=False):
        if ":" in str(group_by):
            continue
        rest = sorted(set(frame[group_by]) - set(own["group"].astype(str)))
        size = builder.count({str(group_by): rest, ANSWER: SIDES}) if rest else 0
        for side in SIDES if size else ():
            builder.add(
                {str(group_by): rest, ANSWER: side},
                unit=REST, threshold=threshold, shown=False, reach=min(threshold, size), cost=np.inf,
            )  # fmt: skip
