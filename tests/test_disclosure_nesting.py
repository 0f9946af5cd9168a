"""Groupings that divide people along the same line are protected as one; the attacker with a map sees why."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from trygghet.disclosure import ReleaseBuilder, Rules, protect_linked
from trygghet.disclosure.nesting import joined, nested

LINE = np.arange(60)


def text(codes: np.ndarray) -> list[str]:
    return [str(code) for code in codes]


@pytest.mark.parametrize(
    ("other", "linked"),
    [
        (LINE // 20, True),  # three parts of two areas each
        ((LINE + 4) // 10, True),  # the same line cut elsewhere
        (LINE % 6, False),
        (LINE * 0, False),  # one category divides nothing
    ],
)
def test_divisions_of_one_line_are_known_by_the_few_ways_they_meet(other, linked):
    frame = pd.DataFrame({"area": text(LINE // 10), "other": text(other)})
    assert nested(frame) == ([("area", "other")] if linked else [])


def test_people_without_an_answer_link_nothing():
    frame = pd.DataFrame({"area": text(LINE // 10), "part": text(LINE // 20)})
    frame.loc[::7, "part"] = ""
    assert nested(frame) == [("area", "part")]
    frame["part"] = ""
    assert nested(frame) == []


def test_lists_that_a_pair_links_are_made_one():
    lists = [["sex"], ["area", "area:home"], ["part"], ["age"], ["wide:sexes"]]
    assert joined(lists, [("area", "part")]) == [["sex"], ["area", "area:home", "part"], ["age"], ["wide:sexes"]]
    assert joined(lists, [("area", "part"), ("part", "age")])[1] == ["area", "area:home", "part", "age"]
    assert joined(lists, []) == lists


def test_a_reader_knows_which_areas_lie_in_a_part():
    people = pd.DataFrame({"area": list("aabbc"), "part": list("xxxxy"), "sex": list("mfmfm")})
    builder = ReleaseBuilder(people, complete=True, bound=(("area", "part"),))
    assert builder.members({}).sum() == 3 * 2  # three areas, each in its part, by two sexes
    assert builder.members({"area": "c", "part": "x"}).sum() == 0
    assert builder.members({"area": "c", "sex": "f"}).sum() == 1


def test_a_part_less_its_other_area_does_not_tell_the_hidden_one():
    """Area b has 2 of 40; a is the rest of its part, which shows 22 of 80, and c and d are the other part."""
    yes, n = {"a": 20, "b": 2, "c": 20, "d": 20}, 40
    area = [name for name in yes for _ in range(n)]
    persons = pd.DataFrame({"area": area, "part": ["x" if a in "ab" else "y" for a in area]})
    persons.index = [f"r{i}" for i in range(len(persons))]
    given = [1.0 if i < count else 0.0 for count in yes.values() for i in range(n)]
    answers = pd.DataFrame({"i": given}, index=persons.index)
    groups = [("total", "all"), *(("area", name) for name in yes), ("part", "x"), ("part", "y")]
    shares = [62 / 160, *(count / n for count in yes.values()), 22 / 80, 40 / 80]
    table = pd.DataFrame(groups, columns=["group_by", "group"]).assign(
        indicator="i", estimate=shares, unit="share", flags="", n_eff=1.0, se=0.1, ci_low=0.0, ci_high=1.0, deff=1.0
    )
    table["n"] = pd.array([160, *[n] * 4, 80, 80], dtype="Int64")
    shown, _ = protect_linked(table.assign(suppressed=False), persons, answers, rules=Rules(), digits=1)
    seen = set(shown.loc[~shown["suppressed"].astype(bool), "group"])
    assert "b" not in seen and not {"a", "x"} <= seen
