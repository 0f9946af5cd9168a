"""Plans and effects in plain sentences."""

from __future__ import annotations

from math import inf, nan
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trygghet import promises
from trygghet.comparison import CountEffect
from trygghet.did import did
from trygghet.messages import Words
from trygghet.plan_words import describe_effect, describe_plan, plan_table
from trygghet.planning import feasible

REGISTRY = promises.read(Path(__file__).parent / "registries" / "good.yml")
SV, EN = Words("sv"), Words("en")
SPACE = "\N{NO-BREAK SPACE}"


def whole(sentences: tuple[str, ...]) -> bool:
    return all(text[0].isupper() and text.endswith(".") and "{" not in text and "–" not in text for text in sentences)


def test_a_goal_that_cannot_be_measured_has_four_ways_out() -> None:
    goal = REGISTRY.goal("M1")
    sentences = describe_plan(goal, feasible(goal), SV)
    assert sentences[:3] == (
        f"Målet är att gå från 44{SPACE}% till högst 33{SPACE}%.",
        "Med 200 svar i varje mätning går det att upptäcka en förändring på 17 procentenheter eller mer. "
        "Målet kräver en förändring på 11 procentenheter.",
        "Målet går inte att mäta med 200 svar. Det skulle behövas omkring 460 svar i varje mätning.",
    )
    assert len(sentences) == 7
    for words in (SV, EN):
        assert whole(describe_plan(goal, feasible(goal), words))


def test_a_goal_that_can_be_measured_says_so() -> None:
    goal = REGISTRY.goal("M1")
    sentences = describe_plan(goal, feasible(goal, deff=0.5), SV)
    assert len(sentences) == 3 and sentences[-1].startswith("Målet går att mäta")


def test_counts_are_told_in_crimes_a_year() -> None:
    goal = REGISTRY.goal("M2")
    for words in (SV, EN):
        sentences = describe_plan(goal, feasible(goal), words)
        assert "118" in sentences[1] and whole(sentences)
    heavy = describe_plan(goal, feasible(goal, phi=20), SV)
    assert "hur stor den än är" in heavy[1]


def test_what_no_number_of_answers_can_show_is_said() -> None:
    goal = REGISTRY.goal("M1")
    sentences = describe_plan(goal, feasible(goal, tau=0.10), SV)
    assert "hur många svar som än samlas in" in sentences[2]


def test_a_whole_registry_is_planned_in_one_table() -> None:
    table = plan_table(REGISTRY, SV, answers={"M1": 900}, phi={"M2": 2}).set_index("goal")
    assert table["unit"].tolist() == ["share", "count"] and table["base"].tolist() == [900, 118]
    alone = feasible(REGISTRY.goal("M1"), n1=900)
    assert table.loc["M1", "detectable"] == pytest.approx(alone.detectable.change)
    assert table.loc["M2", "needed"] == pytest.approx(feasible(REGISTRY.goal("M2"), phi=2).needed)
    assert "200 svar i den första mätningen och 900 i den andra" in table.loc["M1", "sentences"][1]
    heavy = plan_table(REGISTRY, SV, phi={"M2": 20}).set_index("goal")
    assert np.isnan(heavy.loc["M2", "detectable"]) and not heavy.loc["M2", "measurable"]


@pytest.mark.parametrize("words", [SV, EN], ids=["sv", "en"])
@pytest.mark.parametrize("change", [-0.08, 0.0, 0.09])
@pytest.mark.parametrize("areas", [2, 9])
def test_a_share_against_its_comparison(change, areas, words) -> None:
    effect = did([change, *np.linspace(-0.01, 0.01, areas)], np.eye(areas + 1) * 0.01**2)
    sentences = describe_effect(effect, words)
    assert len(sentences) == (4 if areas == 2 else 3) and whole(sentences)
    assert f"{areas}" in sentences[2]


def test_an_effect_is_judged_by_the_adjusted_p() -> None:
    effect = did([-0.08, 0.0], np.eye(2) * 0.02**2)
    assert describe_effect(effect, SV)[1] == "Det är mer än slumpen brukar ge."
    assert describe_effect(effect, SV, p=0.2)[1] == "Så stor skillnad kan slumpen ge."


@pytest.mark.parametrize("words", [SV, EN], ids=["sv", "en"])
@pytest.mark.parametrize(
    ("irr", "hi", "reason"),
    [(0.6, 0.9, ""), (1.0, 1.3, ""), (1.5, 2.1, ""), (0.0, 0.3, "all_zero_after"), (0.0, inf, "all_zero_after")],
)
def test_a_count_against_its_comparison(irr, hi, reason, words) -> None:
    placebo = pd.DataFrame({"area": ["a", "b", "c"], "irr": [1.1, 0.9, 0.5]})
    effect = CountEffect(irr, irr * 0.7, hi, 0.2, 0.01, 1.5, nan, nan, placebo, 0.5, 0.25, reason)
    sentences = describe_effect(effect, words)
    assert len(sentences) == 3 and all("{" not in text for text in sentences)
    assert "1" in sentences[2] and "3" in sentences[2]
