"""A later release beside what was hidden, and shown, before: numbers reckoned by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from trygghet.disclosure import joint
from trygghet.disclosure.differences import Group, related, variables_in
from trygghet.disclosure.ledger import Released, hashed
from trygghet.disclosure.shares import Published

from .told import told_in

Cells = dict[str, tuple[int, int]]


def survey(cells: Cells) -> pd.DataFrame:
    """A row a respondent: the cell, and yes or no, by each cell's number of both."""
    rows = [
        (cell, answer)
        for cell, n in cells.items()
        for answer, k in zip(("yes", "no"), n, strict=True)
        for _ in range(k)
    ]
    return pd.DataFrame(rows, columns=["cell", "answer"], index=[f"r{i}" for i in range(len(rows))])


def published(people: pd.DataFrame, digits: int = 3, **variables: pd.Series) -> Published:
    return Published(pd.DataFrame(variables), people["answer"], 5, digits)


def shares(one: Published, by: str, groups: list[str]) -> pd.DataFrame:
    given = [one.given[one.persons[by] == group] for group in groups]
    facts = {"n": [len(part) for part in given], "estimate": [(part == "yes").mean() for part in given]}
    return pd.DataFrame({"group_by": by, "group": groups, **facts, "suppressed": False})


def before(people: pd.DataFrame, groups: dict[str, list[str]], shown=(), hidden=()) -> Released:
    """A release of the same people: key to its cells; shown exactly, or hidden with its base shown or not."""
    yes = (people["answer"] == "yes").to_numpy()
    members = {key: people["cell"].isin(cells).to_numpy() for key, cells in groups.items()}
    counts = {key: (float(yes[members[key]].sum()),) * 2 for key in shown}
    return Released(hashed(people.index), yes.astype(int), members, counts, dict(hidden))


FEW_NO = survey({"a": (3, 7), "d": (20, 0)})
"""Of the ten in a three said yes, so that it was hidden. Nobody in d said no."""


@pytest.mark.parametrize(("base", "found"), [(True, {0: "earlier"}), (False, {})])
def test_the_number_of_answers_of_a_hidden_group_is_known_when_it_was_shown(base, found):
    """Now a and d are told together: 23 yes and 7 no. Who saw that a had ten answers knows that three said yes."""
    item = before(FEW_NO, {"area=a": ["a"]}, hidden={"area=a": base})
    one = published(FEW_NO, area=pd.Series("both", FEW_NO.index))
    assert joint.hidden_with_earlier(shares(one, "area", ["both"]), one, [item]) == found


@pytest.mark.parametrize(("hidden", "bases"), [({"area=a": True}, 2), ({"area=a": False}, 1), ({}, 1)])
def test_the_number_of_answers_of_a_shown_group_is_always_known(monkeypatch, hidden, bases):
    made = told_in(monkeypatch, joint)
    item = before(FEW_NO, {"area=a": ["a"], "area=d": ["d"]}, shown=["area=d"], hidden=hidden)
    one = published(FEW_NO, area=pd.Series("both", FEW_NO.index))
    joint.hidden_with_earlier(shares(one, "area", ["both"]), one, [item])
    both = [where for where, how in made[0].numbers if how["unit"] == "earlier" and ("yes", "no") in where.values()]
    assert len(both) == bases


def test_nobody_alone_in_a_group_is_taken_to_know_so_beside_an_earlier_release():
    """The one yes of a could work out b's four from all 25 and c's 20, were he or she sure to be the only one."""
    people = survey({"a": (1, 20), "b": (4, 20), "c": (20, 30)})
    item = before(people, {"": ["a", "b", "c"]}, shown=[""])
    one = published(people, cut=people["cell"])
    assert joint.hidden_with_earlier(shares(one, "cut", ["a", "b", "c"]), one, [item]) == {
        0: "small_count", 1: "small_count",
    }  # fmt: skip


@pytest.mark.parametrize(("variable", "hides"), [("age", True), ("home", False)])
def test_groups_cut_otherwise_by_the_same_variable_are_subtracted(variable, hides):
    """Young were p and q with 20 yes, and are now p and r with 23: at least three of the ten in r said yes.

    Where neither a name nor the people tell that both are cut along one line, nobody is taken to look for it.
    """
    people = survey({"p": (20, 10), "q": (0, 30), "r": (3, 7), "s": (20, 10)})
    cells = {f"{variable}=young": ["p", "q"], f"{variable}=old": ["r", "s"]}
    item = before(people, cells, shown=cells)
    one = published(people, age=people["cell"].map({"p": "young", "r": "young", "q": "old", "s": "old"}))
    found = joint.hidden_with_earlier(shares(one, "age", ["young", "old"]), one, [item])
    assert set(found.values()) == ({"earlier"} if hides else set())


@pytest.mark.parametrize(
    ("new", "old", "pairs"),
    [
        ([3], range(2, 30), 1),  # one person, within the other
        (range(10), range(5, 15), 0),  # a third in common
        (range(10), range(3, 13), 1),  # 7 of 13
        (range(9), range(3, 12), 1),  # just half
        (range(10), range(20, 30), 0),
    ],
)
def test_groups_by_other_variables_are_subtracted_when_their_people_tell_that_they_are_cut_alike(new, old, pairs):
    persons = pd.DataFrame({"new": np.isin(range(40), new), "old": np.isin(range(40), old)})
    found = related(persons, [Group("new", "a", ("area",))], [Group("old", "b", ("home",))])
    assert len(list(found)) == pairs


def test_the_variables_of_a_group_are_told_by_its_name_also_where_a_category_has_an_equals_sign():
    assert variables_in("income=<=20:sex=woman") == ("income", "sex") and variables_in("") == ()


def test_two_divisions_in_two_that_meet_in_three_ways_are_cut_alike():
    """All ten of a are in x; of b 15 are in x and 20 in y. Neither share of b in x or a in y tells that by itself."""
    persons = pd.DataFrame({"a": [True] * 10 + [False] * 35, "x": [True] * 25 + [False] * 20})
    persons = persons.assign(b=~persons["a"], y=~persons["x"])
    news = [Group(name, "new", ("area",)) for name in "ab"]
    olds = [Group(name, "old", ("home",)) for name in "xy"]
    assert len(list(related(persons, news, olds))) == 4
    assert len(list(related(persons, news, olds[:1]))) == 1  # x alone: a lies within it
