"""Goals against their comparison areas: what is used, what is left out, and that the example's answers are true."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from trygghet import estimate
from trygghet.blocks import Verdict
from trygghet.comparison import CountError, did_count
from trygghet.did import ShareEffect
from trygghet.evaluation import adjust
from trygghet.followup import Followup
from trygghet.goal_effects import compare_share
from trygghet.pages import outcome
from trygghet.pages.against import placebos
from trygghet.retrospect import compared
from trygghet.workspace import Workspace

from .example_data import TOWN
from .saying import said


@pytest.fixture(scope="module")
def followup() -> Followup:
    return Followup(Workspace.open(TOWN, "2017"), "sv")


@pytest.fixture(scope="module")
def truth() -> dict[str, float]:
    return json.loads((TOWN / "truth.json").read_text(encoding="utf-8"))["effects"]


def test_what_is_said_against_other_areas_is_true(followup: Followup, truth: dict[str, float]) -> None:
    found = compared(followup)
    assert set(found) == set(truth) == {"M1", "M7"}
    lights, bicycles = found["M1"], found["M7"]
    assert lights.versus == "better" and truth["M1"] < 0
    assert lights.effect is not None and lights.effect.lo <= truth["M1"] <= lights.effect.hi
    assert bicycles.versus == "unclear" and truth["M7"] == 1
    assert bicycles.effect is not None and bicycles.effect.lo <= truth["M7"] <= bicycles.effect.hi


def test_the_share_against_others_equals_a_reckoning_by_hand(followup: Followup) -> None:
    """DerSimonian & Laird's movement of the areas and their precision weights, from each area's own shares."""
    item = compared(followup)["M1"]
    assert isinstance(item.effect, ShareEffect) and item.effect.uncertainty == "with_area_noise"
    tables = [
        estimate.mean(followup.domain(item.goal, year, whole=True), "problem_p04", by="area").set_index("area")
        for year in ("2016", "2017")
    ]
    change = tables[1]["estimate"] - tables[0]["estimate"]
    variance = tables[0]["se"] ** 2 + tables[1]["se"] ** 2
    y, v = change[list(item.areas)].to_numpy(float), variance[list(item.areas)].to_numpy(float)
    w = 1 / v
    q = float((w * (y - (w * y).sum() / w.sum()) ** 2).sum())
    tau2 = max(0.0, (q - len(y) + 1) / (w.sum() - (w**2).sum() / w.sum()))
    w = 1 / (v + tau2)
    assert item.effect.tau == pytest.approx(np.sqrt(tau2), abs=1e-9)
    assert item.effect.did == pytest.approx(change["centrum"] - (w * y).sum() / w.sum(), abs=1e-9)


def test_areas_with_too_few_answers_are_left_out_and_named(followup: Followup) -> None:
    item = compared(followup)["M1"]
    assert item.left_out == ("backhammar",)
    card = next(block for block in outcome.against(followup) if isinstance(block, Verdict))
    assert any("I Bäckhammar svarade färre än 30" in line for line in card.details)
    assert card.figure is not None and "Bäckhammar" not in card.figure.alt
    designs = [followup.domain(item.goal, year, whole=True) for year in ("2016", "2017")]
    assert compare_share(item.goal, *designs, minimum=1000).effect is None


def test_p_is_raised_for_both_goals_that_were_tested(followup: Followup) -> None:
    found = compared(followup)
    raw = [item.effect.p for item in found.values() if item.effect is not None]
    assert [item.p for item in found.values()] == pytest.approx(adjust(raw, "holm"))


def test_the_page_keeps_level_and_effect_apart_and_says_how_small_chance_can_be(followup: Followup) -> None:
    level = {block.id: block for block in outcome.goals(followup) if isinstance(block, Verdict)}
    effect = {block.id: block for block in outcome.against(followup) if isinstance(block, Verdict)}
    assert level["mal_M7"].verdict == "nått" and effect["jamfor_M7"].verdict == "går inte att skilja från slumpen"
    assert ("Mot andra områden", "går inte att skilja från slumpen") in level["mal_M7"].facts
    assert "Mot andra områden" not in dict(level["mal_M4"].facts)
    assert any(line.startswith("Bevisnivå 3 av 5") for line in level["mal_M1"].details)
    assert any(line.startswith("Bevisnivå 2 av 5") for line in level["mal_M4"].details)
    said = " ".join(effect["jamfor_M1"].details)
    others = len(compared(followup)["M1"].areas)
    assert f"ungefär en gång av {others + 1}" in said and "inget av dem hade en lika stor skillnad" in said


def test_areas_with_few_crimes_are_not_drawn(followup: Followup) -> None:
    item = compared(followup)["M7"]
    limit = followup.picture.rules.count
    shown = {area.label for area in placebos(followup, item)}
    few = {followup.ws.area_labels[name] for name, pair in item.crimes.items() if min(pair) < limit}
    assert few and not shown & few
    card = next(block for block in outcome.against(followup) if isinstance(block, Verdict) and block.id == "jamfor_M7")
    assert card.figure is not None and not any(name in card.figure.alt for name in few)
    assert any(f"{len(few)} områden med så få brott" in line for line in card.details)


def test_a_count_on_the_scale_of_crimes_asks_the_same_question(followup: Followup) -> None:
    item = compared(followup)["M7"]
    assert item.own is not None and item.others is not None and item.check is not None
    expected = item.own.before * item.others.after / item.others.before
    assert item.check.total == pytest.approx(item.own.after - expected)
    assert item.check.phi >= 1 and item.check.lo < 0 < item.check.hi


def test_fewer_than_five_areas_never_give_a_sure_answer(followup: Followup) -> None:
    item = compared(followup)["M1"]
    goal = item.goal.model_copy(update={"comparison": ["gustavsvik", "visnum", "marieberg"]})
    designs = [followup.domain(goal, year, whole=True) for year in ("2016", "2017")]
    few = compare_share(goal, *designs, minimum=30)
    assert few.effect is not None and few.effect.uncertainty == "design_only"
    assert (few.versus, few.verdict) == ("unclear", "few_areas")


def test_a_cluster_robust_error_is_refused_with_one_treated_area() -> None:
    panel = pd.DataFrame({"area": np.repeat(["a", "b"], 12), "month": np.tile(np.arange(12), 2), "count": 5})
    with said(CountError, "one treated area"):
        did_count(panel, "a", 6, error="cluster")
