"""Goals over crossed groups: a planted subtraction that the attacker makes without the joint protection."""

from __future__ import annotations

from dataclasses import replace
from math import nan
from pathlib import Path

import pandas as pd
import pytest

from trygghet import disclosure, goal_release, releasing
from trygghet.audit import audit
from trygghet.disclosure import read_ledger
from trygghet.followup import Level, Result, hidden_for
from trygghet.goal_release import asked_of, goal_rows
from trygghet.messages import Words
from trygghet.pages.goals import level_text, verdict_sentences
from trygghet.promise_model import Goal
from trygghet.release_rules import Rules

from .audit.folders import HIDDEN, publish, table
from .small_survey import picture_of, workspace

NAMES = {"all": "Alla", "norr": "Norr", "soder": "Söder", "woman": "Kvinnor", "man": "Män"}
# Of 100 in the north 22 have little trust: 20 of the 60 women and 2 of the 40 men.
PEOPLE = {
    ("woman", "norr"): {"low": 20, "high": 40},
    ("man", "norr"): {"low": 2, "high": 38},
    ("woman", "soder"): {"low": 20, "high": 30},
    ("man", "soder"): {"low": 20, "high": 30},
}


def goal(**where: object) -> Goal:
    return Goal.model_validate(
        {
            "id": "M1", "promise": "L1", "title": {"sv": "Mål", "en": "Goal"}, "indicator": "low_trust",
            "where": where, "source": "citizens", "baseline": {"year": "2017"}, "direction": "decrease",
            "target": {"kind": "absolute", "value": 0.2}, "follow_up": "2017",
        }
    )  # fmt: skip


CROSSED = [goal(sex="woman", area="norr"), goal(sex="man", area="norr")]


@pytest.fixture
def folder(tmp_path) -> Path:
    return workspace(tmp_path / "granstad", PEOPLE)


def page(rows: pd.DataFrame, out: Path) -> Path:
    """A table a grouping, as the pages of a year print them."""
    tables = []
    for by in ("sex", "area", "area:sex"):
        lines = []
        for _, row in rows[rows["group_by"].isin(["total", by])].iterrows():
            name = " ".join(NAMES[part] for part in reversed(row["group"].split(":")))
            share = HIDDEN if row["suppressed"] else f"{100 * row['estimate']:.1f} %".replace(".", ",")
            lines.append((name, share, "–" if pd.isna(row["n"]) else str(row["n"])))
        tables.append(table(f"Litet förtroende, {by}", ("Grupp", "Andel", "Antal svar"), lines))
    return publish(out, *tables)


def test_the_attacker_finds_the_men_by_subtraction_without_the_joint_protection_and_nothing_with_it(folder, tmp_path):
    picture = picture_of(folder)
    together = pd.DataFrame(list(goal_rows(picture, CROSSED).values())).reset_index(drop=True)
    new = together["group_by"] == "area:sex"
    assert together.loc[new, "group"].tolist() == ["norr:woman", "norr:man"]
    assert [flags.rsplit(",")[-1] for flags in together.loc[new, "flags"]] == ["earlier", "small_count"]
    assert not audit(page(together, tmp_path / "joint"))
    alone = together.copy()
    women = together.index[new][0]
    alone.loc[women, ["estimate", "suppressed"]] = [20 / 60, False]  # by the primary rules it may be shown
    found = audit(page(alone, tmp_path / "alone"))
    assert {(one.cell, one.values["low"], one.values["high"]) for one in found} == {
        ("Män Norr / Andel", k, k) for k in (2, 38)
    }


def test_a_goal_over_a_group_of_the_picture_is_the_pictures_own_row(folder):
    picture = picture_of(folder)
    of_area, of_all = goal(area="norr"), goal()
    rows = goal_rows(picture, [of_area, of_all, goal(sex="other", area="mars")])
    assert rows[asked_of(of_area)]["estimate"] == pytest.approx(0.22)
    assert rows[asked_of(of_all)]["estimate"] == pytest.approx(0.31)


def test_categories_put_together_are_one_group_and_crimes_are_passed_over(folder):
    both = goal(sex=["man", "woman"], area="soder")
    crime = goal().model_copy(update={"indicator": "crime:theft"})
    rows = goal_rows(picture_of(folder), [both, crime])
    assert rows[asked_of(both)]["n"] == 100 and asked_of(crime) not in rows
    assert asked_of(both) == asked_of(goal(area="soder", sex=["woman", "man"]))


def test_enough_answers_that_weigh_too_unequally_are_said_to_be_that_and_not_few():
    row = pd.Series({"suppressed": True, "flags": "small_base", "n": 60, "evidence_class": "probability"})
    assert hidden_for(row, Rules()) == "few_effective"
    assert hidden_for(pd.Series({**row, "n": 29}), Rules()) == "few"
    assert hidden_for(pd.Series({**row, "n": 40, "evidence_class": "open"}), Rules()) == "few"
    assert hidden_for(pd.Series({**row, "flags": "small_base,small_count"}), Rules()) == "small_count"
    assert hidden_for(pd.Series({**row, "suppressed": False}), Rules()) == ""
    words, gone = Words("sv"), Level("2017", nan, nan, nan, 60, reason="few_effective")
    result = Result(goal(), replace(gone, reason="", n=200), gone, None, nan, nan, nan)
    said = verdict_sentences(result, words)[1]
    assert said.startswith("De 60 svaren i den ena mätningen väger så ojämnt")
    assert level_text(result, gone, words) == "visas inte: 60 svar väger för ojämnt"
    few = replace(result, after=replace(gone, reason="few", n=12))
    assert verdict_sentences(few, words)[1].startswith("Bara 12 svar")


def test_a_goal_is_remembered_and_its_mask_kept(folder, tmp_path, monkeypatch):
    (tmp_path / releasing.LEFT).mkdir()
    monkeypatch.chdir(tmp_path)
    first = goal_rows(picture_of(folder), CROSSED)
    releasing.remember(folder, releasing.taken(tmp_path))
    (releases,) = read_ledger(folder).waves.values()
    assert len(releases) == 3  # the picture and two goals
    monkeypatch.setattr(disclosure, "protect_linked", lambda *_, **__: pytest.fail("worked out anew"))
    again = goal_rows(picture_of(folder), CROSSED)
    assert [row["flags"] for row in again.values()] == [row["flags"] for row in first.values()]


def test_a_category_that_looks_like_two_is_one():
    answers = pd.Series(["a|b", "a", "b", "c", None])
    both = goal_release.UNION.join(["a", "b"])
    assert goal_release._together(answers, both).tolist() == ["a|b", both, both, "c", None]
