"""A release of a wave of which something was released before: protected against being subtracted from it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import count, product
from typing import Any

import numpy as np
import pandas as pd

from trygghet.disclosure.ledger import Released, hashed, packed
from trygghet.disclosure.release import ReleaseBuilder
from trygghet.disclosure.rules import Rules
from trygghet.disclosure.shares import (
    ANSWER,
    NONE,
    SIDES,
    TOTAL,
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
    subtracting an old group from a new one, or the reverse, are protected as if they were published on their own.
    """
    members = {label: published_members(published, row) for label, row in rows.iterrows()}
    people, old = _people(published, earlier)
    columns: dict[str, Any] = {ANSWER: _given(people, published)}
    names = {label: f"new{at}" for at, label in enumerate(rows.index)}
    for label, name in names.items():
        columns[name] = np.isin(people, hashed(published.persons.index[members[label]]))
    olds: list[tuple[str, str, str, tuple[float, float]]] = []
    for at, item in enumerate(old):
        columns[f"old{at}"] = _answers(people, item)
        for key, limits in item.shown.items():
            name = f"old{at}_{len(olds)}"
            columns[name] = np.isin(people, item.people[item.groups[key]])
            olds.append((f"old{at}", name, key, limits))
    persons = pd.DataFrame(columns)
    builder = ReleaseBuilder(persons, possible=_possible(persons, [ANSWER, *(f"old{at}" for at in range(len(old)))]))
    few = [label for label, row in rows.iterrows() if add_share(builder, label, {names[label]: True}, row, published)]
    _add_earlier(builder, olds)
    _add_differences(builder, rows, names, olds, published.threshold)
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
    return crossed[fits.all(axis=1)][persons.columns]


def published_members(published: Published, row: pd.Series) -> np.ndarray:
    """(n,) whether each respondent belongs to a row's group."""
    chosen = np.ones(len(published.persons), dtype=bool)
    for name, value in where_of(row["group_by"], row["group"]).items():
        chosen &= (published.persons[name].astype(str) == str(value)).to_numpy()
    return chosen


def _people(published: Published, earlier: Sequence[Released]) -> tuple[np.ndarray, Sequence[Released]]:
    ids = [hashed(published.persons.index), *(item.people for item in earlier)]
    return np.unique(np.concatenate(ids)), earlier


def _given(people: np.ndarray, published: Published) -> np.ndarray:
    own = pd.Series(published.given.to_numpy(), index=hashed(published.persons.index))
    return own.reindex(people).fillna(ABSENT).to_numpy()


def _answers(people: np.ndarray, item: Released) -> np.ndarray:
    named = np.array([*SIDES[::-1], NONE])[item.answer]  # 0 no, 1 yes, -1 outside the base
    return pd.Series(named, index=item.people).reindex(people).fillna(ABSENT).to_numpy()


def _add_earlier(builder: ReleaseBuilder, olds: Sequence[tuple[str, str, str, tuple[float, float]]]) -> None:
    """What readers know already: it cannot be hidden any more."""
    for answers, name, key, limits in olds:
        where = {name: True}
        n = builder.count({**where, answers: SIDES})
        opposite = (n - limits[1], n - limits[0])
        for side, within in zip(SIDES, (limits, opposite), strict=True):
            builder.add((name, key, side), {**where, answers: side}, unit="earlier", within=within, fixed=True)
        builder.add((name, key), {**where, answers: SIDES}, unit="earlier", fixed=True)


def _add_differences(
    builder: ReleaseBuilder,
    rows: pd.DataFrame,
    names: Mapping[Any, str],
    olds: Sequence[tuple[str, str, str, tuple[float, float]]],
    threshold: int,
) -> None:
    """Groups that nobody published and that subtraction makes."""
    number = count()
    for (label, row), (answers, old, key, _) in product(rows.iterrows(), olds):
        if not _related(str(row["group_by"]), key):
            continue
        new = names[label]
        for where, answer in (
            ({new: True, old: False}, ANSWER),
            ({new: False, old: True}, answers),
            ({new: True, old: True}, ANSWER),
        ):
            if _is_whole(builder, where, new, old):
                continue
            size = builder.count({**where, answer: SIDES})
            for side in SIDES:
                at = ("difference", next(number))
                reach = min(threshold, size)
                builder.add(at, {**where, answer: side}, unit="never", threshold=threshold, shown=False, reach=reach)


def _related(group_by: str, key: str) -> bool:
    """Whether a new and an old group are told apart by a variable in common, or one of them is everyone."""
    variables = {part.partition("=")[0] for part in key.split(":")} if key else set()
    return group_by == TOTAL or not variables or bool(variables & set(group_by.split(":")))


def _is_whole(builder: ReleaseBuilder, where: Mapping[str, object], new: str, old: str) -> bool:
    """Whether the part is empty or one of the two groups itself."""
    part = builder.members(where)
    return not part.any() or any(np.array_equal(part, builder.members({name: True})) for name in (new, old))


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
        shown = {}
        for _, row in rows[~rows["suppressed"].astype(bool) & rows["estimate"].notna()].iterrows():
            key = group_key(row["group_by"], row["group"])
            groups.setdefault(key, packed(published_members(published, row)))
            shown[key] = _limits(published, row)
        yes, base = (given == YES).to_numpy(), (given != NONE).to_numpy()
        indicators[str(indicator)] = {"yes": packed(yes), "base": packed(base), "shown": shown}
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
