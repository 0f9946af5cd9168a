"""What the solver is told of each number: what a reader knows, what must not be found out, what may be hidden."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from trygghet.disclosure import Release, ReleaseBuilder, Rules, bounds, categories, counts, linked, shares
from trygghet.disclosure.bounds import Reader
from trygghet.disclosure.categories import Fact, protect_categories
from trygghet.disclosure.differences import Group, add_differences, add_hidden
from trygghet.disclosure.joint import _add_earlier
from trygghet.disclosure.shares import ANSWER, REST, SIDES, Published, add_share

from .told import Told, told_in

RULES = Rules()


def people(yes: int, no: int, elsewhere: int = 40) -> tuple[Told, Published]:
    """So many yes and no in area a, and others with yes in b."""
    areas = ["a"] * (yes + no) + ["b"] * elsewhere
    given = pd.Series(["yes"] * yes + ["no"] * no + ["yes"] * elsewhere)
    published = Published(pd.DataFrame({"area": areas}), given, RULES.count, 0)
    return Told(published.frame(["area"])), published


def share_row(estimate: float, suppressed: bool = False) -> pd.Series:
    return pd.Series({"estimate": estimate, "suppressed": suppressed})


def test_a_share_that_is_shown_is_known_as_far_as_its_percentage_tells():
    builder, published = people(20, 30)
    assert add_share(builder, 7, {"area": "a"}, share_row(0.44), published) is False
    (yes, how_yes), (no, how_no), (base, how_base) = builder.numbers
    assert yes == {"area": "a", ANSWER: "yes"} and no == {"area": "a", ANSWER: "no"} and base[ANSWER] == SIDES
    same = {"unit": ("share", 7), "threshold": RULES.count, "shown": True, "cost": 50}
    assert {name: how_yes[name] for name in same} == same == {name: how_no[name] for name in same}
    assert how_yes["within"] == how_yes["claim"] == pytest.approx((21.75, 22.25))  # 43.5 to 44.5 % of 50
    assert how_no["within"] == how_no["claim"] == pytest.approx((27.75, 28.25))
    assert how_base == {"unit": ("base", 7), "threshold": RULES.count, "shown": True, "cost": 4.0 * 50}


@pytest.mark.parametrize(
    ("yes", "no", "few", "base_shown"),
    [(3, 47, True, True), (46, 4, True, True), (1, 0, True, False), (0, 0, False, True), (5, 45, False, True)],
)
def test_a_small_side_hides_the_share_and_a_small_base_itself(yes, no, few, base_shown):
    builder, published = people(yes, no)
    assert add_share(builder, 0, {"area": "a"}, share_row(0.5), published) is few
    assert [how["shown"] for _, how in builder.numbers] == [not few, not few, base_shown]


def test_a_share_hidden_for_another_reason_stays_hidden_and_tells_nothing():
    builder, published = people(20, 30)
    assert add_share(builder, 0, {"area": "a"}, share_row(np.nan, suppressed=True), published) is False
    assert [how["shown"] for _, how in builder.numbers] == [False, False, True]


def test_what_other_figures_tell_of_answers_cannot_be_hidden_and_what_they_hide_must_not_be_found():
    builder = Told(pd.DataFrame({ANSWER: ["a"] * 9 + ["b"] * 3 + ["c"] * 20}))
    facts = [Fact(frozenset("ab"), (11.0, 13.0)), Fact(frozenset("b"))]
    categories._add_facts(builder, facts, RULES.count)
    hidden = {"unit": REST, "threshold": RULES.count, "shown": False, "reach": RULES.count, "cost": np.inf}
    assert builder.numbers == [
        ({ANSWER: frozenset("ab")}, {"unit": "all", "within": (11.0, 13.0), "fixed": True}),
        ({ANSWER: frozenset("b")}, hidden),
    ]


def test_all_answers_and_the_base_are_known_and_stay_shown(monkeypatch):
    made = told_in(monkeypatch, categories)
    answers = pd.Series(["a"] * 20 + ["b"] * 30 + ["none"] * 4)
    rows = pd.DataFrame({"group": ["a", "b"], "estimate": [0.4, 0.6], "suppressed": False, "flags": "", "n": 50})
    rows[["n_eff", "se", "ci_low", "ci_high", "deff"]] = 1.0
    protect_categories(rows, answers, rules=RULES, among=["a", "b"])
    first, base, *_ = made[0].numbers
    assert first == ({}, {"unit": "all", "fixed": True})
    assert base == ({ANSWER: {"a", "b"}}, {"unit": "all", "fixed": True})


@pytest.mark.parametrize(
    ("n", "few_live", "limit", "shown"), [(3, False, 5, False), (9, False, 5, True), (9, True, 10, False)]
)
def test_a_count_in_a_thin_area_is_hidden_however_large(n, few_live, limit, shown):
    builder = Told(pd.DataFrame({"area": ["a"] * n + ["b"] * 30}))
    counts._add(builder, ("a", "x"), {"area": "a"}, 5, 7, few_live=few_live)
    assert builder.numbers == [
        ({"area": "a"}, {"unit": ("a", "x"), "threshold": limit, "shown": shown, "reach": min(limit, 7)})
    ]


def two_releases() -> Told:
    """Of 20 people a new group leaves out the last four and an old one the first six."""
    inside = np.arange(20)
    answers = ["yes", "no"] * 10
    return Told(pd.DataFrame({"new": inside < 16, "old": inside >= 6, ANSWER: answers, "before": answers}))


NEW = Group("new", ANSWER, ("area",))
OLD = Group("old", "before", ("area",), "area=a", (6.0, 8.0))


def test_what_two_groups_differ_by_and_share_must_not_be_found_out():
    builder = two_releases()
    add_differences(builder, iter([(NEW, OLD)]), RULES.count)
    parts = [
        ({"new": True, "old": False}, ANSWER),
        ({"new": False, "old": True}, "before"),
        ({"new": True, "old": True}, ANSWER),
    ]
    wanted = [{**where, answer: side} for where, answer in parts for side in SIDES]
    assert [where for where, _ in builder.numbers] == wanted
    reach = [5, 5, 4, 4, 5, 5]  # of four people nobody need think that there are five
    assert [how for _, how in builder.numbers] == [
        {"unit": "never", "threshold": RULES.count, "shown": False, "reach": most} for most in reach
    ]


def test_what_was_hidden_before_must_not_be_found_out_later():
    builder = two_releases()
    add_hidden(builder, [OLD, Group("old", "before", (), "", None)], RULES.count)
    assert [where for where, _ in builder.numbers] == [{"old": True, "before": side} for side in SIDES]
    assert all(how["unit"] == "never" and how["shown"] is False for _, how in builder.numbers)


@pytest.mark.parametrize("base", [True, False])
def test_what_was_released_before_is_known_of_both_sides(base):
    builder = two_releases()
    _add_earlier(builder, [Group("old", "before", (), "", (6.0, 8.0), base)])
    known = {"unit": "earlier", "fixed": True}
    yes, no, *rest = builder.numbers
    assert yes == ({"old": True, "before": "yes"}, known | {"within": (6.0, 8.0)})
    assert no == ({"old": True, "before": "no"}, known | {"within": (6.0, 8.0)})  # 14 less 8, 14 less 6
    assert rest == ([({"old": True, "before": SIDES}, known)] if base else [])


def test_the_two_sides_of_what_was_released_are_each_others_opposites():
    builder = two_releases()
    _add_earlier(builder, [Group("old", "before", (), "", (3.0, 8.0), False)])
    assert [how["within"] for _, how in builder.numbers] == [(3.0, 8.0), (6.0, 11.0)]


@pytest.mark.parametrize(
    ("low", "high", "known"),
    [(3.0, 9.0, (3, 9)), (3.2, 8.9, (4, 8)), (2.9999999, 9.0000001, (3, 9)), (7.0, 9.0, (5, 9)), (-2.0, 4.0, (0, 5))],
)
def test_a_number_is_known_no_better_than_the_truth_allows(low, high, known):
    builder = ReleaseBuilder(pd.DataFrame({"area": ["a"] * 5 + ["b"] * 9}))
    builder.add({"area": "a"}, unit="a")
    builder.narrow(0, low, high)
    release = builder.build()
    assert (release.low[0], release.high[0]) == known


def hidden_in_two() -> Release:
    """Two hidden counts of which only the sum, 8, is known."""
    builder = ReleaseBuilder(pd.DataFrame({"area": ["a"] * 3 + ["b"] * 5}))
    builder.add({}, unit="all", fixed=True)
    for area in "ab":
        builder.add({"area": area}, unit=area, threshold=5, shown=False)
    return builder.build()


def test_a_reader_keeps_whole_tables_that_agree_and_no_others():
    reader = Reader(hidden_in_two())
    assert reader._keep(None) is False and reader._keep(np.array([2.5, 5.5])) is False
    assert reader._keep(np.array([9.0, 9.0])) is False and len(reader._found) == 1
    assert reader._keep(np.array([0.0, 8.0])) is True
    assert [list(ends) for ends in reader.reach()] == [[0.0], [3.0]]


def test_a_reader_for_whom_nothing_agrees_is_told_so_and_one_who_forgot_finds_a_table():
    release = hidden_in_two()
    reader = Reader(release)
    reader._found = []
    reader.read(release)
    assert len(reader._found) == 1 and reader._found[0].sum() == 8
    assert reader.reaches(1, "up") and reader.reaches(1, "down")
    assert bounds(release, 1) == (0.0, 8.0)


def survey(cells: dict[tuple[str, str], tuple[int, int]]):
    of_each = [(*cell, answer) for cell, n in cells.items() for answer in (1, 0) for _ in range(n[1 - answer])]
    persons = pd.DataFrame(of_each, columns=["area", "home", "afraid"], index=[f"r{i}" for i in range(len(of_each))])
    given = persons[["afraid"]].astype(float)
    rows = []
    for by in ("area", "home"):
        for group, values in given["afraid"].groupby(persons[by]):
            rows.append({"group_by": by, "group": group, "n": len(values), "estimate": values.mean()})
    table = pd.DataFrame(rows).assign(indicator="afraid", unit="share", flags="", suppressed=False, n_eff=1.0, se=0.1,
                                      ci_low=0.0, ci_high=1.0, deff=1.0).astype({"n": "Int64"})  # fmt: skip
    return table, persons[["area", "home"]], given


def test_each_family_of_groupings_has_its_own_hidden_ones():
    cells = {("a", "x"): (20, 30), ("a", "y"): (2, 20), ("b", "x"): (1, 30), ("b", "y"): (2, 40)}
    cells |= {("c", "x"): (20, 30), ("c", "z"): (20, 30)}
    table, persons, given = survey(cells)
    _, hidden = linked.protect_linked(table, persons, given, rules=RULES)
    assert hidden["afraid"]["area|b"] == "small_count" and hidden["afraid"]["home|y"] == "small_count"


def test_one_yes_in_all_hides_everything():
    table, persons, given = survey({("a", "x"): (1, 40), ("b", "y"): (0, 50)})
    _, hidden = linked.protect_linked(table, persons, given, rules=RULES)
    assert hidden["afraid"] == dict.fromkeys(["area|a", "area|b", "home|x", "home|y"], "small_count")


@pytest.fixture
def told(monkeypatch):
    return told_in(monkeypatch, linked)


def test_without_a_row_for_all_a_reader_is_taken_to_know_the_share_of_persons(told):
    table, persons, given = survey({("a", "x"): (20, 30), ("b", "y"): (25, 35)})
    linked.protect_linked(table, persons, given, rules=RULES)
    # 45 of 110 is printed as 41 %: a reader knows 40.5 to 41.5 % of 110
    assert told[0].numbers[0][1]["within"] == pytest.approx((44.55, 45.65))
    assert told[0].numbers[1][1]["within"] == pytest.approx((64.35, 65.45))


def test_of_the_share_of_persons_those_outside_the_base_are_no_part(told):
    table, persons, given = survey({("a", "x"): (20, 30), ("b", "y"): (25, 35)})
    more = [f"none{i}" for i in range(30)]
    persons = pd.concat([persons, pd.DataFrame({"area": "a", "home": "x"}, index=more)])
    linked.protect_linked(table, persons, given.reindex(persons.index), rules=RULES)
    assert told[0].numbers[0][1]["within"] == pytest.approx((44.55, 45.65))  # of 110 still


@pytest.mark.parametrize(("limits", "known"), [(None, (446, 454)), ((449.0, 451.0), (449, 451))])
def test_what_other_figures_tell_of_the_number_of_yes_is_known(told, limits, known):
    """Of 1,000 the whole percentages of a and b leave 446 to 454 yes."""
    table, persons, given = survey({("a", "x"): (200, 300), ("b", "y"): (250, 250)})
    also = {"other": (1.0, 2.0)} | ({} if limits is None else {"afraid": limits})
    linked.protect_linked(table, persons, given, rules=RULES, told=also)
    for builder in told:
        release = builder.build()
        assert (release.low[0], release.high[0]) == known
        assert (release.low[1], release.high[1]) == (1000 - known[1], 1000 - known[0])


def test_as_many_yes_in_all_as_may_be_known_hide_nothing():
    table, persons, given = survey({("a", "x"): (5, 60), ("b", "y"): (0, 50)})
    assert linked.protect_linked(table, persons, given, rules=RULES)[1] == {}


def test_the_published_share_of_all_is_what_a_reader_reckons_from(told):
    table, persons, given = survey({("a", "x"): (20, 30), ("b", "y"): (25, 35)})
    whole = table.iloc[[0]].assign(group_by="total", group="all", n=110, estimate=0.47)  # weighted
    linked.protect_linked(pd.concat([whole, table], ignore_index=True), persons, given, rules=RULES)
    assert told[0].numbers[0][1]["within"] == pytest.approx((51.15, 52.25))


def test_a_reader_who_takes_weighted_percentages_for_persons_is_wrong_of_people_in_no_row(monkeypatch):
    asked = []

    def suppress(release, *, insiders=True):
        asked.append(release)
        return release

    monkeypatch.setattr(shares, "suppress", suppress)
    builder, published = people(3, 47)
    add_share(builder, 0, {"area": "a"}, share_row(0.06), published)
    builder.add({"area": "b"}, unit=REST, threshold=50, shown=False)
    release = shares._also_as_claimed(builder, builder.build())
    claimed = asked[0]
    assert np.isnan(claimed.up[claimed.unit == builder.units[REST]]).all()
    assert claimed.up[0] == RULES.count and list(release.shown) == [False, True, False]
