"""Which groups heavy answers decide, and which divisions of people a reader can hold against each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from trygghet.disclosure import Rules, hide_dominated, joint
from trygghet.disclosure.ledger import Released, hashed
from trygghet.disclosure.nesting import joined, nested
from trygghet.disclosure.shares import Published


def test_the_heaviest_answers_of_a_group_are_those_within_its_base():
    """Of m one answer of three is 3 of 5, of f two are 4 of 5; an answer outside the base weighs nothing."""
    persons = pd.DataFrame({"sex": list("mfmfmff"), "age": list("yyyyooo")})
    weights = np.array([1.0, 1.0, 1.0, 2.0, 3.0, 2.0, 90.0])
    answers = pd.DataFrame({"i": [1, 0, 1, 1, 0, 1, np.nan]})
    keys = [("total", "all"), ("sex", "m"), ("sex", "f"), ("sex:age", "m:y"), ("sex:age", "f:o"), ("age", "o")]
    rows = [("unknown", *keys[0]), *(("i", *key) for key in keys)]
    table = pd.DataFrame(rows, columns=["indicator", "group_by", "group"])
    table = table.assign(flags="", suppressed=[False] * 6 + [True], n=9, n_eff=1.0, estimate=0.3)
    table = table.assign(se=0.1, ci_low=0.2, ci_high=0.4, deff=1.1).astype({"n": "Int64"})

    def hidden(one: float, two: float) -> list[str]:
        rules = Rules(largest_weight=one, two_largest_weights=two)
        shown = hide_dominated(table, persons, answers, weights, rules=rules)
        return [str(group) for group in shown.loc[shown["flags"] == "dominated", "group"]]

    assert hidden(0.5, 0.85) == ["m", "m:y", "f:o"]
    assert hidden(0.5, 0.79) == ["m", "f", "m:y", "f:o"]
    assert hidden(0.39, 0.85) == ["m", "f", "m:y", "f:o"]
    assert hidden(0.3, 0.5) == ["m", "f", "m:y", "f:o"]
    assert hidden(0.29, 0.85) == ["all", "m", "f", "m:y", "f:o"] == hidden(0.5, 0.49)


def test_variables_that_cut_the_same_line():
    frame = pd.DataFrame({"area": list("abcd" * 3), "part": list("nnss" * 3), "sex": list("mf") * 3 + list("fm") * 3})
    assert nested(frame) == [("area", "part")]
    moved = frame.assign(part=[*"nnss", *"nnss", *"nsss"])  # b lies in both: five ways, 4 + 2 - 1
    assert nested(moved) == [("area", "part")]
    twice = moved.assign(part=[*"nnss", *"nnss", *"nsns"])
    assert nested(twice) == []
    unknown = frame.assign(part=[*"nnss", *"nnss", "", "", "n", ""])  # not a third part
    assert nested(unknown) == [("area", "part")]
    assert nested(frame.assign(town="x")[["area", "sex", "town"]]) == []


def test_groupings_are_joined_by_a_pair_of_variables_in_the_order_they_came():
    lists = [["housing"], ["area"], ["sex"], ["part", "part:age"]]
    assert joined(lists, []) == lists == joined(lists, [("part", "age")])
    assert joined(lists, [("area", "part")]) == [["housing"], ["area", "part", "part:age"], ["sex"]]
    assert joined(lists, [("age", "sex"), ("area", "part")]) == [["housing"], ["area", "sex", "part", "part:age"]]
    assert lists[1] == ["area"]


@pytest.mark.parametrize(("veiled", "count"), [({}, 0), ({"sex=a": True}, 1)])
def test_what_was_hidden_before_is_not_told_by_two_groups_together(veiled, count):
    """All had 23 yes; a was hidden with 3. Now b and c are told with 10 each: neither alone gives a away."""
    answers = [("a", 3, 12), ("b", 10, 10), ("c", 10, 15)]
    cut = [name for name, yes, no in answers for _ in range(yes + no)]
    given = [answer for _, yes, no in answers for answer in ["yes"] * yes + ["no"] * no]
    persons = pd.DataFrame({"cut": cut}, index=[f"r{i}" for i in range(len(cut))])
    published = Published(persons, pd.Series(given, index=persons.index), 5, 0)
    groups = {"": np.ones(len(cut), dtype=bool), "sex=a": np.array(cut) == "a"}
    said = np.array([int(answer == "yes") for answer in given])
    before = Released(hashed(persons.index), said, groups, {"": (23.0, 23.0)}, veiled)
    table = pd.DataFrame({"group_by": "cut", "group": ["b", "c"], "n": [20, 25], "estimate": [0.5, 0.4]})
    found = joint.hidden_with_earlier(table.assign(suppressed=False), published, [before])
    assert len(found) == count and set(found.values()) <= {"earlier"}
