"""A release of a wave of which something was released before: protected against being subtracted from it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from trygghet.disclosure.differences import Group, add_differences, add_hidden, related, variables_in, variables_of
from trygghet.disclosure.ledger import Released, hashed, packed
from trygghet.disclosure.release import ReleaseBuilder
from trygghet.disclosure.rules import Rules
from trygghet.disclosure.shares import (
    ANSWER,
    NONE,
    SIDES,
    YES,
    Published,
    add_share,
    given_of,
    read_back,
    where_of,
)

ABSENT = "absent"


def group_key(group_by: str, group: str) -> str:
    """A group as the ledger names it: ``sex=woman:age_group=16-24``; empty for everyone."""
    return ":".join(f"{name}={value}" for name, value in where_of(group_by, group).items())


def hidden_with_earlier(rows: pd.DataFrame, published: Published, earlier: Sequence[Released]) -> dict[Hashable, str]:
    """Row label to the reason it must be hidden for, what was released before standing as it is.

    Every person is told apart by which groups, new and old, he or she belongs to; the groups that arise by
    subtracting an old group from a new one, or the reverse, are protected as if they were published on their own,
    and so is what was hidden before.
    """
    people = _people(published, earlier)
    columns: dict[str, Any] = {ANSWER: _given(people, published)}
    news: dict[Hashable, Group] = {}
    for at, (label, row) in enumerate(rows.iterrows()):
        own = published.persons.index[published_members(published, row)]
        columns[f"new{at}"] = np.isin(people, hashed(own))
        news[label] = Group(f"new{at}", ANSWER, variables_of(str(row["group_by"])))
    olds: list[Group] = []
    for at, item in enumerate(earlier):
        columns[f"old{at}"] = _answers(people, item)
        for key in (*item.shown, *item.hidden):
            name = f"old{at}_{len(olds)}"
            columns[name] = np.isin(people, item.people[item.groups[key]])
            base = item.hidden.get(key, True)
            olds.append(Group(name, f"old{at}", variables_in(key), key, item.shown.get(key), base))
    persons = pd.DataFrame(columns)
    builder = ReleaseBuilder(
        persons, possible=_possible(persons, [ANSWER, *(f"old{at}" for at in range(len(earlier)))])
    )
    few = [
        label for label, row in rows.iterrows() if add_share(builder, label, {news[label].column: True}, row, published)
    ]
    _add_earlier(builder, olds)
    add_hidden(builder, olds, published.threshold)
    add_differences(builder, related(persons, list(news.values()), olds), published.threshold)
    return read_back(builder, rows, few, "earlier", insiders=False)


def _possible(persons: pd.DataFrame, releases: list[str]) -> pd.DataFrame:
    """Every group pattern there is, with every answer its people could have given: a reader knows who, not what."""
    patterns = persons.drop_duplicates([name for name in persons.columns if name not in releases])
    present = patterns[releases] != ABSENT
    parts = [persons[releases].drop_duplicates()]  # someone's answer may have been corrected in between
    for answer in (*SIDES, NONE):
        parts.append(pd.DataFrame(np.where(present, answer, ABSENT), columns=releases))
    tuples = pd.concat(parts).drop_duplicates()
    crossed = patterns.drop(columns=releases).assign(_at=np.arange(len(patterns))).merge(tuples, how="cross")
    fits = (crossed[releases].to_numpy() != ABSENT) == present.to_numpy()[crossed["_at"]]
    return crossed.iloc[np.flatnonzero(fits.all(axis=1))][list(persons.columns)]


def published_members(published: Published, row: pd.Series) -> np.ndarray:
    """(n,) whether each respondent belongs to a row's group."""
    chosen = np.ones(len(published.persons), dtype=bool)
    for name, value in where_of(row["group_by"], row["group"]).items():
        chosen &= (published.persons[name].astype(str) == str(value)).to_numpy()
    return chosen


def _people(published: Published, earlier: Sequence[Released]) -> np.ndarray:
    """Everyone in the release or one before it, as hashes."""
    return np.unique(np.concatenate([hashed(published.persons.index), *(item.people for item in earlier)]))


def _given(people: np.ndarray, published: Published) -> np.ndarray:
    own = pd.Series(published.given.to_numpy(), index=hashed(published.persons.index))
    return own.reindex(people).fillna(ABSENT).to_numpy()


def _answers(people: np.ndarray, item: Released) -> np.ndarray:
    named = np.array([*SIDES[::-1], NONE])[item.answer]  # 0 no, 1 yes, -1 outside the base
    return pd.Series(named, index=item.people).reindex(people).fillna(ABSENT).to_numpy()


def _add_earlier(builder: ReleaseBuilder, olds: Sequence[Group]) -> None:
    """What readers know already: it cannot be hidden any more."""
    for old in olds:
        where = {old.column: True}
        n = builder.count({**where, old.answers: SIDES})
        if old.limits is not None:
            opposite = (n - old.limits[1], n - old.limits[0])
            for side, within in zip(SIDES, (old.limits, opposite), strict=True):
                builder.add({**where, old.answers: side}, unit="earlier", within=within, fixed=True)
        if old.base:
            builder.add({**where, old.answers: SIDES}, unit="earlier", fixed=True)


def entry(
    table: pd.DataFrame,
    persons: pd.DataFrame,
    answers: pd.DataFrame,
    hidden: Mapping[str, Mapping[str, str]],
    *,
    rules: Rules,
    digits: int,
) -> dict[str, Any]:
    """What the ledger keeps of a release: people, groups, answers, what is shown and what is hidden.

    Parameters
    ----------
    table : as published, masks laid on.
    hidden : what `protect_linked` gave with it.
    """
    groups: dict[str, str] = {}
    indicators: dict[str, Any] = {}
    share = table[(table["unit"] == "share") & table["indicator"].isin(answers.columns)]
    for indicator, rows in share.groupby("indicator", sort=False):
        given = given_of(answers[str(indicator)])
        published = Published(persons, given, rules.count, digits)
        shown, veiled = {}, {}
        for _, row in rows.iterrows():
            key = group_key(row["group_by"], row["group"])
            groups.setdefault(key, packed(published_members(published, row)))
            if row["suppressed"] or pd.isna(row["estimate"]):
                veiled[key] = bool(pd.notna(row["n"]))
            else:
                shown[key] = _limits(published, row)
        yes, base = (given == YES).to_numpy(), (given != NONE).to_numpy()
        indicators[str(indicator)] = {"yes": packed(yes), "base": packed(base), "shown": shown, "hidden": veiled}
    people = hashed(persons.index).tolist()
    return {
        "people": people,
        "groups": groups,
        "indicators": indicators,
        "hidden": {k: dict(v) for k, v in hidden.items()},
    }


def _limits(published: Published, row: pd.Series) -> tuple[float, float]:
    """What a reader concludes of a published row's count, the truth never left out."""
    members = published_members(published, row)
    chosen = published.given[members]
    n, yes = int((chosen != NONE).sum()), int((chosen == YES).sum())
    low, high = published.within(float(row["estimate"]), n)
    return float(min(np.ceil(low - 1e-9), yes)), float(max(np.floor(high + 1e-9), yes))
