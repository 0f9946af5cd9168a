"""One person: alone in a hidden number, or so heavy that a share is his or her own answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from trygghet.disclosure import ReleaseBuilder, Rules, hide_dominated, suppress
from trygghet.disclosure.dominance import _largest_parts
from trygghet.disclosure.suppression import insider_finds

ONE_AND_FOUR = pd.DataFrame({"g": list("abbbb")})


def alone_in_a(people: str, possible: str, known: dict[str, str], *, top: int) -> ReleaseBuilder:
    """One in a and four in b, both hidden, who with e are so many in all; and other sums that everyone knows."""
    builder = ReleaseBuilder(pd.DataFrame({"g": list("abbbb" + people)}), possible=pd.DataFrame({"g": list(possible)}))
    for unit, members in known.items():
        builder.add({"g": tuple(members)}, unit=unit, fixed=True)
    for name in "ab":
        builder.add({"g": name}, unit=name, threshold=6, reach=top, shown=False)
    builder.add({"g": "e"}, unit="e")
    return builder


def test_what_the_one_knows_is_hidden_where_others_could_only_be_fewer():
    """a and b and e are 5, so the one in a knows b's four until e's nought is hidden; more than four it cannot be."""
    builder = alone_in_a("m", "e", {"all": "abe", "rest": "em"}, top=5)
    release = builder.build()
    assert insider_finds(release) == [(builder._row_units.index(builder.units["a"]), 3)]
    safe = suppress(release)
    assert dict(zip(builder.units, safe.shown, strict=True)) == {
        "all": True, "rest": True, "a": False, "b": False, "e": False,
    }  # fmt: skip


def test_what_the_one_knows_is_hidden_where_others_could_only_be_one_more():
    """a and b and e are 6 and e one at most: when its one is hidden, b may be five, and neither three nor six."""
    builder = alone_in_a("e", "m", {"all": "abe", "rest": "em"}, top=5)
    assert insider_finds(builder.build()) == [(2, 3)]
    assert suppress(builder.build()).shown.tolist() == [True, True, False, False, False]


def test_people_whom_no_row_tells_of_are_not_guarded_against_each_other():
    builder = ReleaseBuilder(ONE_AND_FOUR)
    builder.add({}, unit="all", fixed=True)
    for name in "ab":
        builder.add({"g": name}, unit="rest", threshold=6, reach=5, shown=False, cost=np.inf)
    assert insider_finds(builder.build()) == []


def weighted(group: list, weights: list[float], **answers: list[float]) -> tuple:
    """A table of shares by group, and who gave what."""
    persons = pd.DataFrame({"area": pd.Series(group, dtype="str")})
    rows = [(name, "area", key) for name in answers for key in sorted(persons["area"].dropna().unique())]
    table = pd.DataFrame(rows, columns=["indicator", "group_by", "group"]).assign(flags="", suppressed=False, n=9)
    table = table.assign(n_eff=1.0, estimate=0.3, se=0.1, ci_low=0.2, ci_high=0.4, deff=1.1).astype({"n": "Int64"})
    return table, persons, pd.DataFrame(answers), np.array(weights)


def dominated(group: list, weights: list[float], **answers: list[float]) -> list[tuple[str, str]]:
    shown = hide_dominated(*weighted(group, weights, **answers), rules=Rules())
    return [(str(i), str(g)) for i, g in shown.loc[shown["flags"] == "dominated", ["indicator", "group"]].to_numpy()]


def test_only_the_question_that_a_heavy_answer_was_given_to_is_hidden():
    """Of the weight in b one answer has 20 of 30, and it answers the second question alone."""
    given = {"first": [1.0, 0.0] * 8 + [np.nan], "second": [1.0, 0.0] * 8 + [1.0]}
    assert dominated(["a"] * 6 + ["b"] * 11, [1.0] * 16 + [20.0], **given) == [("second", "b")]


def test_a_heavy_answer_without_a_group_decides_no_group():
    """The 90 belong to nobody's area; within b one answer has 9 of 11, within a none more than a sixth."""
    area = [None, *"aaaaaabbb"]
    assert dominated(area, [90.0, *[1.0] * 6, 9.0, 1.0, 1.0], i=[1.0, 0.0] * 5) == [("i", "b")]


@pytest.mark.parametrize("heavy", [0, 57, 199])
def test_the_heaviest_of_many_is_found_wherever_it_stands(heavy):
    weights = np.full(200, 1.0)
    weights[heavy] = 150.0
    side = "ab"[heavy % 2]
    assert dominated(list("ab" * 100), list(weights), i=[1.0, 1.0, 0.0, 0.0] * 50) == [("i", side)]


@pytest.mark.parametrize("seed", range(4))
def test_the_largest_parts_are_those_that_sorting_each_group_gives(seed):
    draw = np.random.default_rng(seed)
    weights = np.sort(draw.choice([1.0, 2.0, 5.0, 9.0], 300) * draw.uniform(0.9, 1.1, 300))[::-1]
    codes, given = draw.choice([-1, 0, 1, 2, 3], 300, p=[0.1, 0.5, 0.3, 0.09, 0.01]), draw.random((300, 2)) < 0.8
    given[codes < 0] = False  # as the caller sees to
    given[codes == 3] = [True, False]  # nobody of the last answered the second question
    given[np.flatnonzero(codes == 3)[1:]] = False  # and one the first
    one, two = _largest_parts(weights, codes, given)
    for group in range(4):
        for at in range(2):
            own = sorted(weights[(codes == group) & given[:, at]], reverse=True)
            wanted = (own[0] / sum(own), sum(own[:2]) / sum(own)) if own else (np.nan, np.nan)
            assert (one[group, at], two[group, at]) == pytest.approx(wanted, nan_ok=True)
