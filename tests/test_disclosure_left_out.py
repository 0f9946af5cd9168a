"""What no row of a table tells of is protected too: people without an answer to the background question, and crossed
groups that a reader sees are left out since nobody is in them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from trygghet.disclosure import Rules, linked, protect_linked
from trygghet.disclosure.shares import ANSWER, NONE, REST, SIDES, TOTAL

from .told import told_in

RULES = Rules()


def survey(cells: dict[tuple[str, ...], tuple[int, int]], names: tuple[str, ...]):
    """Persons and answers of so many yes and no in each cell; an empty text is no answer to the background question."""
    of_each = [(*cell, answer) for cell, n in cells.items() for answer in (1, 0) for _ in range(n[1 - answer])]
    persons = pd.DataFrame(of_each, columns=[*names, "afraid"])
    persons.index = [f"r{i}" for i in range(len(persons))]
    given = persons[["afraid"]].astype(float)
    return persons[list(names)].replace("", np.nan), given


def table(persons: pd.DataFrame, given: pd.DataFrame, groupings: list[str]) -> pd.DataFrame:
    """Shares with all weights alike, of groups that have been answered by somebody; none hidden yet."""
    rows = []
    for by in groupings:
        names = [] if by == TOTAL else by.split(":")
        known = persons[names].notna().all(axis=1) if names else pd.Series(True, index=persons.index)
        key = persons.loc[known, names].agg(":".join, axis=1) if names else pd.Series("all", index=persons.index)
        for group, values in given.loc[known, "afraid"].groupby(key):
            rows.append({"group_by": by, "group": group, "n": len(values), "estimate": values.mean()})
    return pd.DataFrame(rows).assign(indicator="afraid", unit="share", flags="", suppressed=False, n_eff=1.0, se=0.1,
                                     ci_low=0.0, ci_high=1.0, deff=1.0).astype({"n": "Int64"})  # fmt: skip


def hidden(cells, names, groupings, digits=3) -> dict[str, str]:
    persons, given = survey(cells, names)
    _, found = protect_linked(table(persons, given, groupings), persons, given, rules=RULES, digits=digits)
    return found.get("afraid", {})


@pytest.fixture
def told(monkeypatch):
    """Builders with every number that `protect_linked` gives the reader of the release: where, and how."""
    return told_in(monkeypatch, linked)


CELLS = {("a",): (20, 30), ("b",): (25, 35)}


def test_the_few_without_an_answer_to_the_background_question_are_not_told_by_subtraction():
    assert hidden(CELLS, ("area",), [TOTAL, "area"]) == {}
    assert set(hidden({**CELLS, ("",): (2, 30)}, ("area",), [TOTAL, "area"]).values()) == {"secondary"}
    assert hidden({**CELLS, ("",): (6, 30)}, ("area",), [TOTAL, "area"]) == {}


@pytest.mark.parametrize(("rest", "reach"), [((2, 1), 3), ((2, 30), RULES.count)])
def test_how_they_are_protected(told, rest, reach):
    hidden({**CELLS, ("",): rest}, ("area",), [TOTAL, "area"])
    of_rest = [(where, how) for where, how in told[0].numbers if how["unit"] == REST]
    wanted = {"unit": REST, "threshold": RULES.count, "shown": False, "reach": reach, "cost": np.inf}
    assert of_rest == [({"area": [""], ANSWER: side}, wanted) for side in SIDES]


def test_a_crossed_grouping_before_it_does_not_hide_the_rest_of_another(told):
    cells = {("w", "y"): (20, 30), ("w", "o"): (30, 20), ("m", "y"): (20, 40), ("m", "o"): (20, 20), ("", "y"): (2, 9)}
    hidden(cells, ("sex", "age"), [TOTAL, "sex:age", "sex"])
    assert [where for where, how in told[0].numbers if how["unit"] == REST] == [
        {"sex": [""], ANSWER: side} for side in SIDES
    ]


def test_nobody_without_an_answer_is_nobody_to_protect(told):
    hidden(CELLS, ("area",), [TOTAL, "area"])
    assert all(how["unit"] != REST for _, how in told[0].numbers)


CROSSED = {("w", "y"): (20, 30), ("w", "o"): (30, 20), ("m", "y"): (3, 40)}
"""Nobody is an old man, so that all of the young less the young women are the three."""


def test_a_crossed_group_that_is_left_out_is_known_to_be_empty(told):
    found = hidden(CROSSED, ("sex", "age"), [TOTAL, "sex", "age", "sex:age"])
    empty = [(where, how) for where, how in told[0].numbers if where == {"sex": "m", "age": "o", ANSWER: SIDES}]
    assert empty == [({"sex": "m", "age": "o", ANSWER: SIDES}, {"unit": TOTAL, "fixed": True})]
    assert found["sex:age|m:y"] == "small_count" and found["sex|m"] == "small_count"
    # the young women and the young must not both be shown: their difference is the three
    assert {"sex:age|w:y", "age|y"} & set(found)


def test_a_crossed_group_of_people_whose_row_is_missing_is_not_taken_for_empty(told):
    persons, given = survey(CROSSED | {("m", "o"): (9, 9)}, ("sex", "age"))
    rows = table(persons, given, [TOTAL, "sex", "age", "sex:age"])
    protect_linked(rows[rows["group"] != "m:o"], persons, given, rules=RULES, digits=3)
    assert all(where != {"sex": "m", "age": "o", ANSWER: SIDES} for where, _ in told[0].numbers)


def test_the_total_is_told_first_and_cannot_be_hidden(told):
    hidden(CELLS, ("area",), [TOTAL, "area"], digits=0)
    assert [where for where, _ in told[0].numbers[:4]] == [{ANSWER: side} for side in SIDES] + [
        {ANSWER: SIDES},
        {ANSWER: NONE},
    ]
    assert all(how["unit"] == TOTAL and how["fixed"] is True for _, how in told[0].numbers[:4])
    # 45 of 110 is printed as 41 %: a reader knows 40.5 to 41.5 % of 110
    assert told[0].numbers[0][1]["within"] == pytest.approx((44.55, 45.65)) and told[0].numbers[1][1][
        "within"
    ] == pytest.approx((64.35, 65.45))
