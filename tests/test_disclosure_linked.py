"""A survey's shares protected together, and releases that could be subtracted from each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from trygghet.disclosure import (
    Ledger,
    ReleaseBuilder,
    Rules,
    entry,
    families,
    key_of,
    masked,
    protect_linked,
    read_ledger,
    write_ledger,
)
from trygghet.disclosure.linked import _share_total
from trygghet.disclosure.shares import ANSWER
from trygghet.errors import InputError

RULES = Rules()


def people(seed: int, n: int, ages: int = 10) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame({"sex": generator.choice(["man", "woman"], n), "age": 16 + generator.integers(0, ages, n)})
    frame["area"] = generator.choice(list("abcdef"), n, p=[0.3, 0.3, 0.2, 0.1, 0.06, 0.04])
    return frame.set_axis([f"r{i}" for i in range(n)])


def answers(seed: int, persons: pd.DataFrame, chance: float = 0.3) -> pd.DataFrame:
    generator = np.random.default_rng(seed + 1)
    return pd.DataFrame({"afraid": (generator.random(len(persons)) < chance).astype(float)}, index=persons.index)


def shares(persons: pd.DataFrame, given: pd.DataFrame, groupings: list[str]) -> pd.DataFrame:
    """An estimates table with all weights alike; bases under 30 hidden."""
    rows = []
    for by in groupings:
        names = [] if by == "total" else by.split(":")
        key = persons[names].astype(str).agg(":".join, axis=1) if names else pd.Series("all", index=persons.index)
        for group, values in given["afraid"].dropna().groupby(key.reindex(given["afraid"].dropna().index)):
            n = len(values)
            rows.append(
                {
                    "indicator": "afraid",
                    "group_by": by,
                    "group": group,
                    "n": n,
                    "estimate": values.mean(),
                    "hide": n < 30,
                }
            )
    frame = pd.DataFrame(rows).assign(unit="share", flags="", n_eff=1.0, se=0.1, ci_low=0.0, ci_high=1.0, deff=1.0)
    frame["suppressed"] = frame.pop("hide")
    frame.loc[frame["suppressed"], "estimate"] = np.nan
    return frame.astype({"n": "Int64"})


def released(persons: pd.DataFrame, given: pd.DataFrame, groupings: list[str], ledger: Ledger | None = None):
    """A release with the ledger's memory, and the ledger after it."""
    ledger = ledger or Ledger()
    table = shares(persons, given, groupings)
    key = key_of(table, persons, given)
    shown, hidden = protect_linked(
        table, persons, given, rules=RULES, earlier=lambda i: ledger.earlier("citizens/2017", key, i)
    )
    item = entry(shown, persons, given, hidden, rules=RULES, digits=0)
    return shown, ledger.with_release("citizens/2017", key, item)


def visible(table: pd.DataFrame) -> set[tuple[str, str]]:
    rows = table[~table["suppressed"].astype(bool)]
    return set(zip(rows["group_by"], rows["group"], strict=True))


@pytest.mark.parametrize("seed", range(5))
def test_small_counts_go_and_something_with_them(seed):
    persons = people(seed, 300)
    given = answers(seed, persons, 0.06)
    table, _ = released(persons, given, ["total", "sex", "area"])
    counts = given["afraid"].groupby(persons["area"]).agg(["sum", "size"])
    small = counts[(counts["sum"].between(1, 4)) | ((counts["size"] - counts["sum"]).between(1, 4))].index
    assert len(small)
    assert not {("area", area) for area in small} & visible(table)
    hidden = table[table["suppressed"].astype(bool)]
    assert hidden["estimate"].isna().all()


def test_a_single_hidden_group_takes_another_with_it_when_percentages_are_exact():
    persons = people(3, 120)
    persons["area"] = ["a"] * 50 + ["b"] * 40 + ["c"] * 30
    given = pd.DataFrame(
        {"afraid": [1.0] * 20 + [0.0] * 30 + [1.0] * 15 + [0.0] * 25 + [1.0] * 3 + [0.0] * 27}, index=persons.index
    )
    table = shares(persons, given, ["total", "area"])
    fine, _ = protect_linked(table, persons, given, rules=RULES, digits=1)
    assert visible(fine) in ({("total", "all"), ("area", "a")}, {("total", "all"), ("area", "b")})
    assert "secondary" in set(fine["flags"])


def test_families_are_joined_by_what_they_share():
    found = families(["sex", "area", "sex:age", "housing", "age"])
    assert sorted(sorted(f) for f in found) == [["age", "sex", "sex:age"], ["area"], ["housing"]]


def test_a_group_that_nobody_answered_yes_in_could_have_held_some():
    """By area and age: of a the three stand in y, of b all in o, of c all in y. Who knew that could subtract c from y.

    A reader of the crossed percentages does not, since they rest on fewer than 30 and are hidden: b, which has the
    fewest answers, is enough to hide with a.
    """
    cells = {"ay": (3, 17), "ao": (0, 25), "by": (0, 10), "bo": (20, 8), "cy": (20, 9), "co": (0, 29)}
    of_each = [
        (area, age, answer) for (area, age), n in cells.items() for answer in (1, 0) for _ in range(n[1 - answer])
    ]
    persons = pd.DataFrame(of_each, columns=["area", "age", "afraid"])
    given = persons[["afraid"]].astype(float)
    table = shares(persons, given, ["total", "area", "age", "area:age"])
    fine, hidden = protect_linked(table, persons, given, rules=RULES, digits=3)
    assert hidden == {"afraid": {"area|a": "small_count", "area|b": "secondary"}}
    assert visible(fine) == {("total", "all"), ("area", "c"), ("age", "y"), ("age", "o")}


@pytest.mark.parametrize("seed", range(4))
def test_another_age_cut_does_not_give_the_difference_away(seed):
    persons = people(seed, 400)
    persons["first"] = np.where(persons["age"] <= 20, "young", "old")
    persons["second"] = np.where(persons["age"] <= 21, "young", "old")
    persons["first"], persons["second"] = persons["first"], persons["second"]
    given = answers(seed, persons)
    moved = persons["age"] == 21
    keep = persons.index[~moved | (np.cumsum(moved) <= 6)]  # six people of 21
    persons, given = persons.loc[keep], given.loc[keep]
    given.loc[persons.index[persons["age"] == 21], "afraid"] = [1.0, 1.0, 0.0, 0.0, 0.0, 0.0]
    one = persons[["sex"]].assign(cut=persons["first"])
    other = persons[["sex"]].assign(cut=persons["second"])
    _, ledger = released(one, given, ["total", "cut"])
    alone, _ = released(other, given, ["total", "cut"])
    joint, _ = released(other, given, ["total", "cut"], ledger)
    assert ("cut", "young") in visible(alone)
    assert _exact_difference_is_bounded(joint, given, persons)


def _exact_difference_is_bounded(table: pd.DataFrame, given: pd.DataFrame, persons: pd.DataFrame) -> bool:
    """Whether subtraction leaves 0 to 5 possible among the six: by the rounding alone, or since it is hidden."""
    rows = table[(table["group_by"] == "cut") & ~table["suppressed"].astype(bool)]
    if rows.empty:
        return True
    first = given["afraid"][persons["first"] == "young"]
    second = given["afraid"][persons["second"] == "young"]
    slack = 0.005 * (len(first) + len(second))
    difference = second.sum() - first.sum()
    return difference - slack <= 0.5 and difference + slack >= 4.5


def test_late_answers_are_not_told_by_the_change_in_the_total():
    persons = people(8, 36)
    given = answers(8, persons, 0.5)
    early = persons.index[:-2]
    given.loc[persons.index[-2:], "afraid"] = 1.0
    _, ledger = released(persons.loc[early], given.loc[early], ["total"])
    table, _ = released(persons, given, ["total"], ledger)
    assert not visible(table)
    assert table["flags"].str.startswith(("earlier", "refused")).all()


def test_the_same_release_again_is_the_same_mask_without_work(tmp_path):
    persons = people(5, 200)
    given = answers(5, persons, 0.05)
    table = shares(persons, given, ["total", "area"])
    shown, ledger = released(persons, given, ["total", "area"])
    write_ledger(tmp_path, ledger)
    known = read_ledger(tmp_path)
    mask = known.masks("citizens/2017", key_of(table, persons, given))
    assert mask is not None
    pd.testing.assert_frame_equal(masked(table, mask), shown)
    assert not known.earlier("citizens/2017", key_of(table, persons, given), "afraid")
    assert (tmp_path / ".trygghet" / "released.json").stat().st_mode & 0o077 == 0


def test_a_ledger_that_cannot_be_read_stops(tmp_path):
    (tmp_path / ".trygghet").mkdir()
    (tmp_path / ".trygghet" / "released.json").write_text('{"version": 1, "waves"')
    with pytest.raises(InputError, match="V01-LEDGER"):
        read_ledger(tmp_path)


def test_what_one_family_tells_of_all_the_others_know_too():
    """All say 40 to 50 of 100. By area it is 44 or more, by home 46 or fewer, and so no more than that in either."""
    people = pd.DataFrame({ANSWER: ["yes"] * 45 + ["no"] * 55, "part": ["x"] * 45 + ["y"] * 55})
    builders = []
    for within in ((44.0, 50.0), (40.0, 46.0)):
        builder = ReleaseBuilder(people)
        for side, ends in (("yes", (40.0, 50.0)), ("no", (50.0, 60.0))):
            builder.add({ANSWER: side}, unit="total", within=ends, fixed=True)
        builder.add({}, unit="total", fixed=True)
        builder.add({ANSWER: "yes", "part": "x"}, unit="x", within=within)
        builders.append(builder)
    _share_total(builders, (-np.inf, np.inf))
    for builder in builders:
        release = builder.build()
        assert list(zip(release.low[:2], release.high[:2], strict=True)) == [(44.0, 46.0), (54.0, 56.0)]
