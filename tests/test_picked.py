"""A baseline picked for being worst, a goal of no worsening, and counts too small to show, as the page tells them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from trygghet import estimate
from trygghet.counts import ratio_unchanged
from trygghet.followup import Followup
from trygghet.pages.goals import card, level_text
from trygghet.pages.promised import aim, today
from trygghet.picked import pulled_baseline
from trygghet.promise_model import Goal, Target
from trygghet.workspace import Workspace

from .example_data import TOWN


@pytest.fixture(scope="module")
def followup() -> Followup:
    return Followup(Workspace.open(TOWN, "2017"), "sv")


def worst(goal: Goal, **where: str) -> Goal:
    """The goal as picked for being the worst."""
    baseline = goal.baseline.model_copy(update={"picked": "worst", "picked_of": 8})
    return goal.model_copy(update={"baseline": baseline, "where": where or goal.where})


def test_a_worst_share_is_pulled_as_a_reckoning_by_hand_pulls_it(followup: Followup) -> None:
    goal = worst(followup.registry.goal("M1"))
    table = estimate.mean(followup.domain(goal, "2016", whole=True), goal.indicator, by="area").set_index("area")
    table = table[table["n"] >= 30]
    y, w = table["estimate"].to_numpy(float), 1 / table["se"].to_numpy(float) ** 2
    q = float((w * (y - (w * y).sum() / w.sum()) ** 2).sum())
    between = max(0.0, (q - len(y) + 1) / (w.sum() - (w**2).sum() / w.sum()))
    weights = 1 / (1 / w + between)
    centre = float((weights * y).sum() / weights.sum())
    own = float(table.loc["centrum", "estimate"])
    kept = between / (between + float(table.loc["centrum", "se"]) ** 2)
    found = pulled_baseline(followup, goal)
    assert found is not None and found.n == len(y) == 8
    assert found.value == pytest.approx(own)
    assert found.shrunk == pytest.approx(centre + kept * (own - centre))
    assert centre < found.shrunk < own


def test_a_worst_count_is_pulled_by_crimes_an_inhabitant(followup: Followup) -> None:
    centre = pulled_baseline(followup, worst(followup.registry.goal("M7")))
    small = pulled_baseline(followup, worst(followup.registry.goal("M7"), area="olme"))
    assert centre is not None and small is not None and centre.n == small.n == 9
    assert centre.value == pytest.approx(114) and 100 < centre.shrunk < 114
    # The fewer inhabitants, the more of a figure is chance, and the more it is pulled towards the rest.
    assert abs(small.shrunk - small.value) / small.value > abs(centre.shrunk - centre.value) / centre.value


@pytest.mark.parametrize("name", ["M3", "M4", "M6"])
def test_nothing_is_pulled_without_others_to_compare_with(followup: Followup, name: str) -> None:
    goal = followup.registry.goal(name)
    assert pulled_baseline(followup, goal) is None and pulled_baseline(followup, worst(goal)) is None


def test_the_card_says_what_would_have_come_by_itself(followup: Followup) -> None:
    result = next(item for item in followup.results if item.goal.id == "M1")
    said = " ".join(card(followup, replace(result, goal=worst(result.goal))).details)
    assert "valdes för att läget där var sämst av 8 jämförda" in said
    assert "Från 47\N{NO-BREAK SPACE}% till 44\N{NO-BREAK SPACE}% hade talet alltså väntats gå" in said
    assert "väntats gå" not in " ".join(card(followup, result).details)


def no_worse(goal: Goal, margin: float) -> Goal:
    """The goal with a target of no worsening."""
    return goal.model_copy(update={"target": Target(kind="no_worse"), "margin": margin})


def test_no_worsening_of_a_share_is_told_with_two_one_sided_tests(followup: Followup) -> None:
    goal = no_worse(followup.registry.goal("M5"), 0.2)
    result = followup.measure(goal)
    row = estimate.change(*(followup.domain(goal, year) for year in ("2016", "2017")), [goal.indicator]).iloc[0]
    sides = [(0.2 - row["change"]) / row["se"], (row["change"] + 0.2) / row["se"]]
    assert result.same == pytest.approx(min(stats.t.cdf(side, row["df"]) for side in sides))
    assert any(line.startswith("Läget är detsamma som förut") for line in card(followup, result).details)
    narrow = card(followup, followup.measure(no_worse(goal, 0.01))).details
    assert any("räcker inte för att säga att läget är detsamma" in line for line in narrow)
    plain = next(item for item in followup.results if item.goal.id == "M5")
    assert np.isnan(plain.same) and not any("detsamma som förut" in line for line in card(followup, plain).details)


def test_no_worsening_of_a_count(followup: Followup) -> None:
    assert ratio_unchanged(1000, 1000, 0.2) > 0.99
    assert ratio_unchanged(10, 10, 0.2) < 0.8
    assert ratio_unchanged(1000, 1000, 0.2, phi=9) < ratio_unchanged(1000, 1000, 0.2)
    assert ratio_unchanged(700, 1000, 0.2) < 0.01 and ratio_unchanged(1400, 1000, 0.2) < 0.01
    result = followup.measure(no_worse(followup.registry.goal("M4"), 20))
    assert result.label == "reached" and result.same < 0.05, "far fewer bicycles: no worse, and not the same"


def test_a_count_of_one_to_four_is_judged_and_never_shown(followup: Followup) -> None:
    areas = followup.ws.area_labels
    goals = [followup.registry.goal("M7").model_copy(update={"where": {"area": area}}) for area in areas]
    small = [item for item in (followup.measure(goal) for goal in goals) if item.hidden]
    assert small, "the example has areas with few bicycle thefts"
    for result in small:
        block = card(followup, result)
        hidden = [level for level in (result.before, result.after) if level.below]
        assert all(
            0 < level.n < 5 and level_text(result, level, followup.picture.words) == "under 5" for level in hidden
        )
        assert block.figure is None and {"Förändring", "Stöd för att målet är nått"}.isdisjoint(dict(block.facts))
        assert block.sentence.startswith("Antalet anmälda brott är för litet för att visas: färre än 5.")


def test_a_stated_count_of_one_to_four_stands_on_no_page(followup: Followup) -> None:
    goal = followup.registry.goal("M7")
    few = goal.model_copy(update={"baseline": goal.baseline.model_copy(update={"count": 3})})
    assert today(followup.picture, few) == "färre än 5 anmälda brott på ett år: cykelstöld (Centrum)"
    assert aim(followup.picture, few) == "–", "three less twenty per cent would tell it"
    fixed = few.model_copy(update={"target": Target(kind="absolute", value=10)})
    assert aim(followup.picture, fixed) == "Högst 10 brott"
    assert aim(followup.picture, goal) == "Från 114 till högst 91 brott"
