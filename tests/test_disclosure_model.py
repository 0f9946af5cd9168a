"""The model of what a reader may think, the choice of what to hide, and earlier releases: small cases by hand."""

from __future__ import annotations

import highspy
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from trygghet.disclosure import (
    DisclosureError,
    Release,
    ReleaseBuilder,
    Rules,
    bounds,
    differences,
    exposed,
    joint,
    suppress,
    tables,
)
from trygghet.disclosure.bounds import Reader
from trygghet.disclosure.counts import hide_counts
from trygghet.disclosure.ledger import Released, hashed
from trygghet.disclosure.linked import families, protect_linked
from trygghet.disclosure.shares import Published, read_back
from trygghet.disclosure.suppression import carriers, insider_finds
from trygghet.disclosure.tables import Tables

from .saying import said


def column(counts: list[int], *, hidden: tuple[int, ...] = (), limit: int = 5, within=None, costs=None) -> Release:
    """One column of groups under a total that stays; every group a unit of its own, from position 1."""
    builder = ReleaseBuilder(pd.DataFrame({"g": np.repeat(np.arange(len(counts)), counts)}))
    builder.add({}, unit="all", fixed=True)
    for i, n in enumerate(counts):
        small = 0 < n < limit
        builder.add(
            {"g": i}, unit=i, threshold=limit, shown=not small and i not in hidden,
            within=within[i] if within else None, cost=costs[i] if costs else 1.0,
        )  # fmt: skip
    return builder.build()


def test_the_model_finds_whole_persons_within_what_is_shown():
    model = Tables(column([3, 10, 7], hidden=(1,)))
    first = np.array([1.0, 0, 0])
    assert model.least(first).tolist() == [0, 13, 7]
    assert model.least(-first).tolist() == [13, 0, 7]
    assert model.least(first, limits={1: (2.5, np.inf)}).tolist() == [2.5, 10.5, 7]
    assert model.least(first, limits={1: (2.5, np.inf)}, integral=True).tolist() == [3, 10, 7]
    assert model.least(-first, limits={1: (-np.inf, 4.5)}, integral=True).tolist() == [4, 9, 7]
    assert model.least(first, limits={1: (2.5, np.inf)}).tolist() == [2.5, 10.5, 7]
    assert model.least(first).tolist() == [0, 13, 7]  # limits hold for one question


def test_limits_never_widen_what_is_shown_and_what_cannot_be_is_told():
    model = Tables(column([3, 10, 7], hidden=(1,)))
    nothing = np.zeros(3)
    assert model.least(nothing, limits={3: (8.0, np.inf)}) is None
    assert model.least(nothing, limits={3: (-np.inf, 6.0)}) is None
    assert model.least(nothing, limits={1: (14.0, np.inf)}, integral=True) is None
    assert model.least(nothing, limits={3: (0.0, 100.0)})[2] == 7
    assert model.least(nothing, limits={1: (5.0, 5.0), 2: (8.0, 8.0)}).tolist() == [5, 8, 7]
    assert model.least(nothing, limits={1: (5.0, 5.0), 2: (9.0, 9.0)}) is None


def test_the_model_goes_over_to_another_choice_of_what_is_shown():
    release = column([3, 10, 7], hidden=(1,))
    model, cost = Tables(release), np.array([1.0, 0, 0])
    model.show(release.hiding([3]))
    assert -model.least(-cost) @ cost == -20
    model.show(release.showing([2]))
    assert model.least(-cost).tolist() == [3, 10, 7]
    model.show(release)
    assert model.least(-cost).tolist() == [13, 0, 7]


def test_a_proof_that_takes_too_long_is_no_proof():
    model = Tables(column([3, 10, 7], hidden=(1,)))
    options = ("output_flag", "log_to_console", "threads", "time_limit", "random_seed")
    assert [model._solver.getOptionValue(name)[1] for name in options] == [False, False, 1, tables.SECONDS, 0]
    model._solver.getModelStatus = lambda: highspy.HighsModelStatus.kTimeLimit
    with said(DisclosureError, r"\(Time limit reached\)"):
        model.least(np.array([1.0, 0, 0]))


def test_bounds_over_whole_persons_and_fractions():
    release = column([3, 10, 7], hidden=(1,), within=[None, None, (6.4, 7.6)])
    assert bounds(release, 1) == (0, 13) == bounds(release, 1, integral=False)
    assert bounds(release, 3) == (7, 7) and bounds(release, 0) == (20, 20)
    assert bounds(release.hiding([3]), 1) == (0, 20)
    assert bounds(release.showing([2]), 1) == (3, 3)
    half = Release(
        atoms=np.array([1, 1]), matrix=release.matrix[:2, :2] * 0 + np.array([[1.0, 1.0], [1.0, 0.0]]),
        low=np.array([1.5, 0.0]), high=np.array([2.5, 9.0]), unit=np.array([0, 1]), shown=np.array([True, False]),
        fixed=np.array([True, False]), cost=np.ones(2), down=np.array([np.nan, 0.0]), up=np.array([np.nan, 5.0]),
        lone=np.array([False, True]),
    )  # fmt: skip
    half = Release(**{**half.__dict__, "matrix": csr_array(half.matrix)})
    assert bounds(half, 1) == (0, 2) and bounds(half, 1, integral=False) == (0, 2.5)


def test_what_nothing_bounds_is_high_and_a_given_model_is_used():
    release = column([3, 10, 7], hidden=(1,))
    free = Release(**{**release.__dict__, "shown": np.array([False, True, False, True])})
    free = free.hiding([1])
    low, high = bounds(free, 1)
    assert low == 0 and high == 10 * 20 + 100
    assert bounds(release, 1, tables=Tables(free)) == (0, 300)


def test_which_numbers_are_exposed_and_on_which_side():
    assert exposed(column([3, 10, 7])) == [(1, "down"), (1, "up")]
    assert exposed(column([3, 10, 7], hidden=(1,))) == []
    assert exposed(column([3, 1, 7])) == [(1, "up"), (2, "up")]  # four in all: no one of them can be five
    assert exposed(column([3, 2, 7])) == []
    assert exposed(column([10, 7])) == []
    near = column([3, 10, 7], within=[None, (8.0, 10.0), None])
    assert exposed(near) == [(1, "down")]
    assert exposed(column([3, 10, 7], within=[None, (10.0, 13.0), None])) == [(1, "up")]
    assert exposed(column([3, 10, 7], within=[None, (8.0, 13.0), None])) == []


def test_a_reader_keeps_what_agrees_and_forgets_what_does_not():
    release = column([3, 10, 7], hidden=(1,))
    reader = Reader(release)
    assert [ends.tolist() for ends in reader.reach()] == [[3], [3]]
    reader.spread()
    low, high = reader.reach()
    assert low.tolist() == [0] and high[0] >= 5
    assert reader.reaches(1, "down") and reader.reaches(1, "up")
    reader.read(release.showing([2]))
    assert [ends.tolist() for ends in reader.reach()] == [[3], [3]]
    assert not reader.reaches(1, "down") and not reader.reaches(1, "up")
    assert exposed(release.showing([2]), reader) == [(1, "down"), (1, "up")]
    assert exposed(release, reader) == []


def test_the_cheapest_unit_carries_a_small_one():
    release = column([3, 10, 7, 30], costs=[1.0, 2.0, 9.0, 3.0])
    assert carriers(release, 1, "down").tolist() == [2]
    assert carriers(release, 1, "up").tolist() == [2]
    # b can give at most its ten
    assert carriers(release, 1, "up", target=13.0).tolist() == [2]
    assert carriers(release, 1, "up", target=14.0).tolist() == [2, 4]
    assert carriers(release, 1, "down", target=3.0).tolist() == []
    after = suppress(release)
    assert after.shown.tolist() == [True, False, False, True, True]
    cheap = suppress(column([3, 10, 7, 30], costs=[1.0, 9.0, 2.0, 3.0]))
    assert cheap.shown.tolist() == [True, False, True, False, True]


def test_one_unit_that_carries_all_is_better_than_two():
    release = column([3, 6, 6, 40], limit=40, costs=[1.0, 1.0, 1.0, 1.5])
    assert exposed(release)
    assert not exposed(suppress(release))


def test_what_is_fixed_gives_a_number_away():
    builder = ReleaseBuilder(pd.DataFrame({"g": list("aaabbbbbb")}))
    builder.add({}, unit="all", fixed=True)
    builder.add({"g": "b"}, unit="b", fixed=True)
    builder.add({"g": "a"}, unit="a", threshold=5, shown=False)
    for side in ("down", "up"):
        with said(DisclosureError, r"^what must be shown gives a hidden number away;"):
            carriers(builder.build(), 2, side)
    with said(DisclosureError, "gives a hidden number away"):
        suppress(builder.build())


def test_a_person_alone_finds_the_other_hidden_number():
    """Two hidden cells that sum to four: the one knows of himself, so the other is three."""
    release = column([1, 3, 20, 30], limit=4)
    assert exposed(release) == []
    assert insider_finds(release) == [(1, 2)]
    safe = suppress(release)
    assert (~safe.shown).sum() == 3 and safe.shown[0] and not insider_finds(safe)
    assert (suppress(release, insiders=False).shown == release.shown).all()
    assert insider_finds(column([2, 2, 20, 30], limit=4)) == []
    assert insider_finds(column([1, 3, 20, 30], limit=4).hiding([3])) == []
    assert insider_finds(column([1, 1, 20, 30], limit=2)) == [(1, 2), (2, 1)]


def test_a_person_alone_among_what_is_fixed_refuses():
    builder = ReleaseBuilder(pd.DataFrame({"g": list("abbbcccccc")}))
    builder.add({}, unit="all", fixed=True)
    builder.add({"g": "c"}, unit="c", fixed=True)
    for name in "ab":
        builder.add({"g": name}, unit=name, threshold=4, shown=False)
    with said(DisclosureError, r"^one person's own answer gives another's away;"):
        suppress(builder.build())
    assert suppress(builder.build(), insiders=False).shown.tolist() == [True, True, False, False]


def test_what_proved_needless_is_shown_again():
    release = column([3, 10, 7, 30])
    after = suppress(release)
    assert (~after.shown).sum() == 2
    crossed = pd.DataFrame({"theft": [3, 60, 80, 9, 2], "fraud": [50, 40, 60, 70, 30]}, index=list("abcde"))
    hidden = hide_counts(crossed, threshold=5)
    assert hidden.cells.loc[["a", "e"], "theft"].all() and hidden.cells["theft"].sum() <= 3
    assert hidden.cells.index.tolist() == list("abcde") and hidden.cells.columns.tolist() == ["theft", "fraud"]
    assert hidden.areas.index.tolist() == list("abcde")


def test_a_count_need_not_be_kept_from_more_than_its_published_sum():
    alone = pd.DataFrame({"theft": [3, 0], "fraud": [60, 70]}, index=list("ab"))
    hidden = hide_counts(alone, threshold=5)
    assert hidden.cells["theft"].tolist() == [True, True]
    assert hide_counts(pd.DataFrame({"theft": [5, 40]}, index=list("ab")), threshold=5).areas.tolist() == [False, False]
    assert hide_counts(pd.DataFrame({"theft": [5, 40]}, index=list("ab")), threshold=6).areas.tolist() == [True, True]
    with pytest.raises(DisclosureError):
        hide_counts(pd.DataFrame({"theft": [3]}, index=["a"]), threshold=5)


def published(given: str, **columns: str) -> Published:
    names = {"y": "yes", "n": "no", "-": "none"}
    ids = [f"r{i}" for i in range(len(given))]
    persons = pd.DataFrame({name: list(value) for name, value in columns.items()}, index=ids)
    return Published(persons, pd.Series([names[a] for a in given], index=ids), 5, 0)


def test_groups_as_the_ledger_names_them():
    assert joint.group_key("total", "all") == ""
    assert joint.group_key("sex:age_group", "woman:16-24") == "sex=woman:age_group=16-24"


@pytest.mark.parametrize(
    ("group_by", "key", "related"),
    [
        ("total", "", True),
        ("total", "sex=m", True),
        ("sex", "", True),
        ("sex", "sex=m", True),
        ("sex", "age=old", False),
        ("sex:age", "age=old", True),
        ("sex", "sex=m:age=old", True),
        ("area:age", "sex=m:age=old", True),
        ("area", "sex=m:age=old", False),
    ],
)
def test_which_groups_could_be_subtracted(group_by, key, related):
    half, other = [True] * 6 + [False] * 6, [True, False] * 6
    people = pd.DataFrame({"new": half, "old": other})
    new = differences.Group("new", "_answer", differences.variables_of(group_by))
    old = differences.Group("old", "old0", differences.variables_in(key))
    assert bool(list(differences.related(people, [new], [old]))) is related


@pytest.mark.parametrize(
    ("new", "old", "related"),
    [
        ("1110000000", "1111000000", True),  # within the other
        ("1111100000", "0111110000", True),  # nearly the same
        ("1110000000", "0000001111", False),  # nothing in common
        ("1111000000", "0001111000", False),
    ],
)
def test_groups_under_other_names_are_known_by_their_people(new, old, related):
    people = pd.DataFrame({"a": [x == "1" for x in new], "b": [x == "1" for x in old]})
    pair = differences.Group("a", "_answer", ("age",)), differences.Group("b", "old0", ("band",))
    assert bool(list(differences.related(people, [pair[0]], [pair[1]]))) is related


def test_divisions_of_one_line_under_other_names_are_known_by_how_few_groups_meet():
    line = np.arange(12)
    people = pd.DataFrame(
        {f"a{i}": line // 4 == i for i in range(3)} | {f"b{i}": (line + 2) // 4 == i for i in range(4)}
    )
    news = [differences.Group(f"a{i}", "_answer", ("age",)) for i in range(3)]
    olds = [differences.Group(f"b{i}", "old0", ("band",)) for i in range(4)]
    assert len(list(differences.related(people, news, olds))) == 12
    crossed = people.assign(**{f"b{i}": line % 4 == i for i in range(4)})
    assert not list(differences.related(crossed, news, olds))


def test_members_of_a_published_row():
    one = published("ynyn", sex="mmff", age="abab")
    row = pd.Series({"group_by": "sex:age", "group": "m:b"})
    assert joint.published_members(one, row).tolist() == [False, True, False, False]
    assert joint.published_members(one, pd.Series({"group_by": "total", "group": "all"})).all()
    number = Published(one.persons.assign(age=[1, 2, 1, 2]), one.given, 5, 0)
    assert joint.published_members(number, pd.Series({"group_by": "age", "group": "2"})).tolist() == [
        False,
        True,
        False,
        True,
    ]


def earlier(given: str, ids: list[str], shown: dict[str, tuple[float, float]], **groups: list[bool]) -> Released:
    answer = np.array([{"y": 1, "n": 0, "-": -1}[a] for a in given])
    members = {"": np.ones(len(ids), dtype=bool)} | {f"sex={k}": np.array(v) for k, v in groups.items()}
    return Released(hashed(ids), answer, members, shown)


def test_answers_of_another_release_by_person():
    item = earlier("yn-", ["r0", "r1", "r9"], {})
    people = hashed(["r9", "r2", "r1", "r0"])
    assert joint._answers(people, item).tolist() == ["none", "absent", "no", "yes"]
    assert joint._given(people, published("-yn")).tolist() == ["absent", "no", "yes", "none"]
    assert joint._people(published("-yn"), [item]).tolist() == sorted(hashed(["r0", "r1", "r2", "r9"]))


def test_a_reader_knows_who_answered_and_not_what():
    persons = pd.DataFrame(
        {"_answer": ["yes", "no", "absent"], "new0": [True, True, False], "old0": ["yes", "yes", "no"]}
    )
    possible = joint._possible(persons, ["_answer", "old0"])
    both = possible[possible["new0"]]
    assert set(map(tuple, both[["_answer", "old0"]].to_numpy())) == {
        ("yes", "yes"), ("no", "yes"), ("no", "no"), ("none", "none"),
    }  # fmt: skip
    gone = possible[~possible["new0"]]
    assert set(map(tuple, gone[["_answer", "old0"]].to_numpy())) == {("absent", a) for a in ("yes", "no", "none")}
    assert list(possible.columns) == ["_answer", "new0", "old0"]


def share(estimate: float, group_by: str = "total", group: str = "all", n: int = 40) -> pd.DataFrame:
    return pd.DataFrame(
        [{"indicator": "i", "group_by": group_by, "group": group, "n": n, "estimate": estimate, "suppressed": False}]
    )


def test_the_same_people_again_may_be_shown():
    one = published("y" * 20 + "n" * 20, sex="m" * 40)
    before = earlier("y" * 20 + "n" * 20, list(one.persons.index), {"": (20.0, 20.0)})
    assert joint.hidden_with_earlier(share(0.5), one, [before]) == {}


@pytest.mark.parametrize("late", [1, 2, 4])
def test_a_few_late_answers_are_not_subtracted(late):
    one = published("y" * 20 + "n" * 20, sex="m" * 40)
    before = earlier("y" * (20 - late) + "n" * 20, [f"r{i}" for i in range(late, 40)], {"": (20.0 - late, 20.0 - late)})
    found = joint.hidden_with_earlier(share(0.5), one, [before])
    assert list(found) == [0] and found[0] in ("earlier", "earlier_base", "refused")


def test_many_late_answers_may_be_told():
    one = published("y" * 20 + "n" * 20, sex="m" * 40)
    ids = [f"r{i}" for i in [*range(10, 20), *range(30, 40)]]
    before = earlier("y" * 10 + "n" * 10, ids, {"": (10.0, 10.0)})
    assert joint.hidden_with_earlier(share(0.5), one, [before]) == {}


def test_an_unrelated_old_group_hides_nothing_and_a_related_one_does():
    one = published("y" * 20 + "n" * 20, sex="m" * 40, cut="a" * 18 + "b" * 2 + "a" * 20)
    inside = [i < 18 or i >= 20 for i in range(40)]
    before = earlier("y" * 20 + "n" * 20, list(one.persons.index), {"sex=a": (18.0, 18.0)}, a=inside)
    assert joint.hidden_with_earlier(share(0.5, "cut", "a", 38), one, [before]) == {}
    found = joint.hidden_with_earlier(share(0.5), one, [before])
    assert list(found) == [0]


def test_a_hidden_base_has_a_reason_of_its_own():
    builder = ReleaseBuilder(pd.DataFrame({"g": list("aabbbbbbb"), "_answer": ["yes"] * 5 + ["no"] * 4}))
    for label, where in (("x", "a"), ("y", "b")):
        n = builder.count({"g": where})
        for kind in ("share", "base"):
            builder.add({"g": where}, unit=(kind, label), threshold=5, shown=not 0 < n < 5)
    rows = pd.DataFrame({"suppressed": [True, False]}, index=["x", "y"])
    assert read_back(builder, rows, ["x"], "why") == {"x": "why_base"}
    rows = pd.DataFrame({"suppressed": [False, False]}, index=["x", "y"])
    assert read_back(builder, rows, ["x"], "why") == {"x": "why_base"}


def test_shares_of_small_totals_and_foreign_rows():
    ids = [f"r{i}" for i in range(40)]
    persons = pd.DataFrame({"sex": ["m", "f"] * 20}, index=ids)
    table = pd.concat([share(0.1), share(0.1, "sex", "m", 20), share(0.1, "sex", "f", 20)], ignore_index=True)
    columns = {"unit": "share", "flags": "", "n_eff": 1.0, "se": 0.1, "ci_low": 0.0, "ci_high": 1.0, "deff": 1.0}
    table = table.assign(**columns).astype({"n": "Int64"})

    def flags(yes: int, frame: pd.DataFrame = table) -> list[str]:
        answers = pd.DataFrame({"i": [1.0] * yes + [0.0] * (40 - yes)}, index=ids)
        return protect_linked(frame, persons, answers, rules=Rules())[0]["flags"].tolist()

    assert flags(4) == flags(36) == ["small_count"] * 3
    assert flags(20) == flags(0) == ["", "", ""]
    assert flags(4, table.assign(unit="rate")) == ["", "", ""] == flags(4, table.assign(indicator="other"))
    gone = table.assign(suppressed=[True, False, False])
    assert flags(20, gone) == ["", "small_count", "small_count"]
    none = pd.DataFrame({"i": [1.0] * 20 + [np.nan] * 20}, index=ids)
    shown, hidden = protect_linked(table, persons, none, rules=Rules())
    assert hidden == {} and not shown["suppressed"].any()
    answers = pd.DataFrame({"i": [1.0] * 4 + [0.0] * 36}, index=ids)
    _, hidden = protect_linked(table, persons, answers, rules=Rules())
    assert hidden == {"i": {"total|all": "small_count", "sex|m": "small_count", "sex|f": "small_count"}}


def test_families_keep_their_order_and_join_late():
    assert families([]) == [] and families(["a"]) == [["a"]]
    assert [sorted(f) for f in families(["a", "b", "c", "a:b"])] == [["c"], ["a", "a:b", "b"]]
    assert [sorted(f) for f in families(["a:b", "c:d", "b:c"])] == [["a:b", "b:c", "c:d"]]


def test_a_count_alone_in_its_area_is_not_protected_against_itself():
    """A report is no person who knows of it: two small areas together are enough."""
    hidden = hide_counts(pd.DataFrame({"theft": [1, 3, 20, 30]}, index=list("abcd")), threshold=4)
    assert hidden.areas.tolist() == [True, True, False, False] == hidden.cells["theft"].tolist()


def test_coarse_percentages_before_protect_late_answers():
    """Three late answers, all yes; the old percentage leaves 10 to 25 of 37 open, so none of the three is possible."""
    one = published("y" * 20 + "n" * 20, sex="m" * 40)
    ids = [f"r{i}" for i in range(3, 40)]
    wide = earlier("y" * 17 + "n" * 20, ids, {"": (10.0, 25.0)})
    assert joint.hidden_with_earlier(share(0.5), one, [wide]) == {}
    exact = earlier("y" * 17 + "n" * 20, ids, {"": (17.0, 17.0)})
    assert list(joint.hidden_with_earlier(share(0.5), one, [exact])) == [0]


def test_every_pattern_of_groups_is_kept_when_answers_are_alike():
    persons = pd.DataFrame({"_answer": ["yes", "yes"], "new0": [True, False], "old0": ["yes", "yes"]})
    assert set(joint._possible(persons, ["_answer", "old0"])["new0"]) == {True, False}


def test_a_part_that_is_empty_or_a_group_itself_is_no_new_group():
    people = pd.DataFrame({"new": [True, True, False], "old": [True, False, False]})
    builder = ReleaseBuilder(people)
    assert differences.is_whole(builder, {"new": False, "old": True}, "new", "old")
    assert differences.is_whole(builder, {"new": True, "old": True}, "new", "old")
    assert not differences.is_whole(builder, {"new": True, "old": False}, "new", "old")


def test_a_refusal_names_the_rows_that_were_shown():
    builder = ReleaseBuilder(pd.DataFrame({"g": list("aabbbbbbb")}))
    builder.add({}, unit="all", fixed=True)
    builder.add({"g": "b"}, unit="b", fixed=True)
    builder.add({"g": "a"}, unit=("share", "x"), threshold=5, shown=False)
    rows = pd.DataFrame({"suppressed": [True, False]}, index=["x", "y"])
    assert read_back(builder, rows, ["x"], "why") == {"y": "refused"}
