"""Shares of each answer to a question, held against the indicator made of them and against earlier releases."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from trygghet import estimates as est
from trygghet import releasing
from trygghet.answer_parts import told_by_answers
from trygghet.disclosure import Rules
from trygghet.disclosure.categories import Fact, protect_categories
from trygghet.question_release import categories

from .small_survey import TRUST, picture_of, workspace

# Three of 200 have low trust, 57 very low: the indicator tells 60.
COUNTS = {"very_high": 120, "high": 20, "low": 3, "very_low": 57}


def people(**more: int) -> dict[tuple[str, str], dict[str, int]]:
    return {("woman", "norr"): {name: n + more.get(name, 0) for name, n in COUNTS.items()}}


def of_question(folder: Path) -> pd.DataFrame:
    picture = picture_of(folder)
    raw = est.category_shares(picture.design, "trust", picture.wave("citizens"))
    return categories(picture, picture.survey.answers["trust"], raw)


def concluded(shown: set[str]) -> set[int]:
    """How many of low trust are possible for one who reads the answers shown (to a person) and the indicator."""
    other = {COUNTS["very_low"]} if "very_low" in shown else range(61)
    return {60 - n for n in other}


def visible(table: pd.DataFrame) -> set[str]:
    return set(table.loc[~table["suppressed"].astype(bool), "group"])


def test_an_answer_is_not_left_to_the_indicator_and_the_other_answer_it_is_made_of(tmp_path):
    """With one decimal of 200 each share is a number of persons. Alone, any other answer may go with the small one;
    only with the second of the two that the indicator puts together does nothing follow from its share."""
    alone = protect_categories(
        pd.DataFrame(
            {"indicator": "trust", "group_by": "trust", "group": list(COUNTS), "n": 200, "flags": "",
             "estimate": [n / 200 for n in COUNTS.values()], "suppressed": False, "n_eff": 200.0, "se": 0.1,
             "ci_low": 0.0, "ci_high": 1.0, "deff": 1.0}
        ).astype({"n": "Int64"}),
        pd.Series([name for name, n in COUNTS.items() for _ in range(n)]),
        rules=Rules(), digits=1,
    )  # fmt: skip
    assert "low" not in visible(alone) and concluded(visible(alone)) == {3}
    joint = of_question(workspace(tmp_path / "granstad", people()))
    assert concluded(visible(joint)) >= {0, 1, 2, 3, 4, 5}
    assert visible(joint) == {"very_high", "high"}


def test_late_answers_are_not_told_by_the_change_in_each_answer(tmp_path, monkeypatch):
    counts = {"very_high": 80, "high": 40, "low": 40, "very_low": 40}
    folder = workspace(tmp_path / "granstad", {("woman", "norr"): counts})
    (tmp_path / releasing.LEFT).mkdir()
    monkeypatch.chdir(tmp_path)
    assert visible(of_question(folder)) == set(TRUST)
    releasing.remember(folder, releasing.taken(tmp_path))
    assert visible(of_question(folder)) == set(TRUST)
    with (folder / "answers.csv").open("a", encoding="utf-8") as file:
        file.write("late1;1;2;norr;4\nlate2;1;2;norr;4\n")
    late = of_question(folder)
    assert not visible(late) and late["flags"].str.contains("earlier").all()


def test_the_answers_tell_as_much_of_the_indicator_as_their_rounding_allows(tmp_path):
    told = told_by_answers(picture_of(workspace(tmp_path / "granstad", people())))
    low, high = told["low_trust"]
    assert (low, high) == pytest.approx((59.8, 60.2))  # two shares of 200, each to half a tenth of a per cent


def test_those_outside_a_narrower_base_are_protected_too():
    """Three answered never: among those who name a time their number would follow from the two bases."""
    answers = pd.Series(["day"] * 60 + ["night"] * 137 + ["never"] * 3)
    rows = pd.DataFrame(
        {"indicator": "named", "group_by": "named", "group": ["day", "night"], "n": 197, "flags": "",
         "estimate": [60 / 197, 137 / 197], "suppressed": False, "n_eff": 197.0, "se": 0.1, "ci_low": 0.0,
         "ci_high": 1.0, "deff": 1.0}
    ).astype({"n": "Int64"})  # fmt: skip
    few = protect_categories(rows, answers, rules=Rules(), among=["day", "night"])
    assert few["flags"].tolist() == ["refused", "refused"]
    many = protect_categories(rows, answers.replace({"never": "day"}), rules=Rules(), among=["day", "night"])
    assert not many["suppressed"].any()


def test_a_known_sum_and_a_hidden_one_bound_the_answers():
    answers = pd.Series(["a"] * 40 + ["b"] * 40 + ["c"] * 20)
    rows = pd.DataFrame(
        {"indicator": "q", "group_by": "q", "group": list("abc"), "n": 100, "flags": "", "estimate": [0.4, 0.4, 0.2],
         "suppressed": False, "n_eff": 100.0, "se": 0.1, "ci_low": 0.0, "ci_high": 1.0, "deff": 1.0}
    ).astype({"n": "Int64"})  # fmt: skip
    assert not protect_categories(rows, answers, rules=Rules(), facts=[Fact(frozenset("ab"), (80, 80))])[
        "suppressed"
    ].any()
    secret = protect_categories(rows, answers, rules=Rules(count=25), digits=1, facts=[Fact(frozenset("c"))])
    assert secret["suppressed"].sum() == 2 and secret.set_index("group")["suppressed"]["c"]
