"""Shares of each answer to one question: which categories go, worked out by hand."""

from __future__ import annotations

import pandas as pd

from trygghet.disclosure import Rules
from trygghet.disclosure.categories import Fact, protect_categories


def categories(
    counts: dict[str, int],
    *,
    suppressed: tuple[str, ...] = (),
    digits: int = 0,
    count: int = 5,
    estimates: dict[str, float] | None = None,
):
    answers = pd.Series([name for name, n in counts.items() for _ in range(n)] + [None, None])
    total = sum(counts.values())
    table = pd.DataFrame({"group": list(counts), "flags": "", "suppressed": [name in suppressed for name in counts]})
    table["estimate"] = [(estimates or {}).get(name, n / total) for name, n in counts.items()]
    table = table.assign(n=total, n_eff=80.0, se=0.1, ci_low=0.2, ci_high=0.4, deff=1.1)
    table = table.astype({"n": "Int64"}).set_axis([f"row {name}" for name in counts])
    copy = table.copy()
    shown = protect_categories(table, answers, rules=Rules(count=count), digits=digits)
    pd.testing.assert_frame_equal(table, copy)
    return shown.set_index("group")


def test_large_categories_are_all_shown():
    shown = categories({"a": 50, "b": 30, "c": 20, "d": 5})
    assert not shown["suppressed"].any() and (shown["flags"] == "").all() and shown["estimate"].notna().all()


def test_a_small_category_takes_the_cheapest_other_with_it():
    shown = categories({"a": 20, "b": 14, "c": 12, "d": 3})
    assert shown.loc["d", "flags"] == "small_count" and shown["suppressed"].sum() == 2
    assert sorted(shown.loc[shown["suppressed"], "flags"]) == ["secondary", "small_count"]
    assert shown.loc[shown["suppressed"], "estimate"].isna().all() and shown["n"].notna().all()
    assert shown.loc[~shown["suppressed"], "estimate"].notna().all()


def test_two_small_categories_are_told_apart_by_nobody():
    shown = categories({"a": 40, "b": 30, "c": 4, "d": 3})
    assert shown.loc[["c", "d"], "flags"].tolist() == ["small_count", "small_count"]
    assert categories({"a": 40, "b": 30, "c": 20, "d": 5})["suppressed"].tolist() == [False] * 4
    assert categories({"a": 40, "b": 30, "c": 20, "d": 5}, count=6).loc["d", "flags"] == "small_count"
    assert categories({"a": 40, "b": 30, "c": 20, "d": 0})["suppressed"].tolist() == [False] * 4


def test_coarse_percentages_of_many_protect_a_small_category_by_themselves():
    counts = {"a": 2000, "b": 1500, "c": 1200, "d": 3}
    assert categories(counts)["flags"].tolist() == ["", "", "", "small_count"]
    assert categories(counts, digits=3)["suppressed"].sum() == 2


def test_half_a_unit_of_the_last_digit_is_what_a_reader_does_not_know():
    """Of 400 each percentage leaves two persons open: three hidden could be none or seven. Of 150 it leaves none."""
    assert categories({"a": 200, "b": 197, "d": 3})["suppressed"].tolist() == [False, False, True]
    assert categories({"a": 80, "b": 67, "d": 3})["suppressed"].sum() == 2
    assert categories({"a": 40, "b": 30, "c": 20, "d": 1}).loc["d", "flags"] == "small_count"


def test_a_category_hidden_before_keeps_its_own_reason():
    shown = categories({"a": 40, "b": 30, "c": 20, "d": 3}, suppressed=("c",))
    assert shown.loc["c", "suppressed"] and shown.loc["c", "flags"] == ""
    assert shown.loc["d", "flags"] == "small_count" and shown["suppressed"].sum() == 2


def test_categories_that_cannot_be_protected_are_refused():
    shown = categories({"a": 3})
    assert shown["suppressed"].all() and shown["flags"].tolist() == ["refused"]


def test_a_percentage_bounds_a_category_from_above_too():
    """Of 200 weighted to 49 and 48 per cent: 97 to 99 and 95 to 97. Four hidden could be eight, and not none."""
    downwards = categories({"a": 99, "b": 97, "d": 4}, estimates={"a": 0.49, "b": 0.48})
    assert downwards["suppressed"].sum() == 2
    upwards = categories({"a": 97, "b": 99, "d": 4}, estimates={"a": 0.49, "b": 0.5})  # none to four
    assert upwards["suppressed"].sum() == 2


def of_rows(counts: dict[str, int], told: str, *, among: str = "", facts: list[Fact] | None = None) -> dict[str, str]:
    """Row to its flag, with one decimal: of a few hundred each percentage is a number of persons."""
    answers = pd.Series([name for name, n in counts.items() for _ in range(n)])
    base = sum(counts[name] for name in among or counts)
    table = pd.DataFrame({"group": list(told), "flags": "", "suppressed": False, "n": base, "n_eff": 80.0})
    table = table.assign(estimate=[counts[name] / base for name in told], se=0.1, ci_low=0.2, ci_high=0.4, deff=1.1)
    shown = protect_categories(
        table.astype({"n": "Int64"}), answers, rules=Rules(), digits=1, among=among, facts=facts or []
    )
    return dict(zip(shown["group"], shown["flags"], strict=True))


def test_what_is_outside_a_narrower_base_follows_from_the_two_bases():
    assert of_rows({"a": 60, "b": 137, "x": 3}, "ab", among="ab") == {"a": "refused", "b": "refused"}
    assert of_rows({"a": 60, "b": 137, "x": 2, "y": 2}, "ab", among="ab") == {"a": "refused", "b": "refused"}
    assert of_rows({"a": 60, "b": 137, "x": 5}, "ab", among="ab") == {"a": "", "b": ""}
    assert of_rows({"a": 60, "b": 137, "x": 3, "y": 2}, "ab", among="ab") == {"a": "", "b": ""}


def test_a_sum_that_is_told_elsewhere_decides_what_goes_with_a_small_answer():
    counts = {"a": 57, "b": 40, "c": 3}
    with_b = of_rows(counts, "abc", facts=[Fact(frozenset("bc"), (43.0, 43.0))])
    assert with_b == {"a": "", "b": "secondary", "c": "small_count"}
    with_a = of_rows(counts, "abc", facts=[Fact(frozenset("ac"), (60.0, 60.0))])
    assert with_a == {"a": "secondary", "b": "", "c": "small_count"}
    either = of_rows(counts, "abc", facts=[Fact(frozenset("bc"), (38.0, 48.0))])
    assert sorted(either.values()) == ["", "secondary", "small_count"]
    both = [Fact(frozenset("bc"), (43.0, 43.0)), Fact(frozenset("ac"), (60.0, 60.0))]
    assert set(of_rows(counts, "abc", facts=both).values()) == {"refused"}


def test_an_answer_that_has_no_row_can_be_hidden_all_the_same():
    counts = {"a": 60, "b": 137, "c": 3}
    assert of_rows(counts, "ab") == {"a": "", "b": ""}
    assert sorted(of_rows(counts, "ab", facts=[Fact(frozenset("c"))]).values()) == ["", "secondary"]
    assert of_rows({**counts, "c": 5}, "ab", facts=[Fact(frozenset("c"))]) == {"a": "", "b": ""}
