"""A goal's effect against its comparison areas, and the year's table."""

from __future__ import annotations

from datetime import date
from math import isnan
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import trygghet as tg
from trygghet import promises
from trygghet.did import did_share
from trygghet.effects import Outcome, count_effect, share_effect, yearly_report
from trygghet.evaluation import count_target_reached, target_reached
from trygghet.messages import Words

REGISTRY = promises.read(Path(__file__).parent / "registries" / "good.yml")
SHARE = REGISTRY.goal("M1").model_copy(update={"comparison": ["b", "c"], "where": {"area": "a", "sex": "woman"}})
COUNT = REGISTRY.goal("M2").model_copy(update={"comparison": ["b", "c"], "where": {"area": "a"}})
SV, EN = Words("sv"), Words("en")


def survey(seed: int, fall: float) -> tg.SurveyDesign:
    """Women of area a fall from 50 %, everybody else stays; men never change."""
    random = np.random.default_rng(seed)
    area, sex = random.choice(["a", "b", "c", "d"], 4000), random.choice(["woman", "man"], 4000)
    share = np.where((area == "a") & (sex == "woman"), 0.5 - fall, np.where(sex == "woman", 0.5, 0.2))
    frame = pd.DataFrame({"area": pd.Categorical(area), "sex": sex, "unsafe_night": random.binomial(1, share)})
    return tg.SurveyDesign(frame.assign(w=random.uniform(0.5, 2, 4000)), weight="w", strata="area")


def incidents(seed: int, ratio: float) -> pd.DataFrame:
    """Twenty bicycles a month in each of three areas over 36 months; in a fewer from month 24."""
    random = np.random.default_rng(seed)
    rows = []
    for month, start in enumerate(pd.date_range("2014-06-01", periods=36, freq="MS")):
        for area in "abc":
            n = random.poisson(20 * (ratio if area == "a" and month >= 24 else 1))
            rows.append(pd.DataFrame({"start": [start] * n, "area": area, "offence_group": "bicycle_theft"}))
        rows.append(pd.DataFrame({"start": [start] * 40, "area": "a", "offence_group": "drugs"}))
    frame = pd.concat(rows, ignore_index=True)
    return frame.assign(n_crimes=1, reported=frame["start"], area=frame["area"].astype("category"))


def test_a_share_is_compared_within_the_goals_own_group() -> None:
    before, after = survey(1, 0.0), survey(2, 0.15)
    got = share_effect(SHARE, before, after)
    women = [wave.subset((wave.frame["sex"] == "woman").to_numpy()) for wave in (before, after)]
    want = did_share(*women, "unsafe_night", area="area", treated="a", comparison=["b", "c"])
    assert (got.did, got.se) == (pytest.approx(want.did), pytest.approx(want.se))
    assert got.lo < -0.15 < got.hi and got.p < 0.01


def test_several_areas_are_taken_together() -> None:
    goal = SHARE.model_copy(update={"where": {"area": ["a", "d"]}, "comparison": ["b", "c"]})
    got = share_effect(goal, survey(1, 0.0), survey(2, 0.15), earlier=survey(3, 0.0))
    assert got.smallest_p == pytest.approx(1 / 3) and not isnan(got.pretrend)


def test_without_areas_to_compare_there_is_no_effect() -> None:
    wave = survey(1, 0.0)
    for update in ({"comparison": None}, {"where": {"sex": "woman"}}):
        assert share_effect(SHARE.model_copy(update=update), wave, wave) is None
        assert (
            count_effect(
                COUNT.model_copy(update=update), incidents(1, 1), begin=date(2016, 6, 1), end=date(2017, 5, 31)
            )
            is None
        )
    assert share_effect(COUNT, wave, wave) is None


def test_crimes_are_compared_by_month_and_only_those_of_the_goal() -> None:
    got = count_effect(COUNT, incidents(1, 0.5), begin=date(2016, 6, 1), end=date(2017, 5, 31))
    assert got.lo < 0.5 < got.hi and got.p < 0.001 and len(got.placebo) == 2
    longer = count_effect(COUNT, incidents(1, 0.5), begin=date(2016, 6, 1), end=date(2017, 5, 31), months=24)
    assert longer.log_se < got.log_se


def test_the_years_table_keeps_activities_level_and_effect_apart() -> None:
    effect = share_effect(SHARE, survey(1, 0.0), survey(2, 0.15))
    crimes = count_effect(COUNT, incidents(1, 1.0), begin=date(2016, 6, 1), end=date(2017, 5, 31))
    outcomes = [
        Outcome(SHARE, target_reached(SHARE, 0.31, 0.02), effect),
        Outcome(COUNT, count_target_reached(COUNT, 110), crimes),
        Outcome(REGISTRY.goal("M1"), None),
    ]
    table = yearly_report(REGISTRY, outcomes, SV).set_index("goal")
    assert table.attrs["n_tested"] == 2
    assert table["label"].tolist() == ["probably_reached", "probably_not_reached", "undecided"]
    assert table["verdict"].tolist()[0] == "troligen nått"
    assert table["n_done"].tolist() == [1, 0, 1] and table["evidence"].tolist() == ["3", "3", "2"]
    first = table.iloc[0]
    assert first["effect"] == pytest.approx(effect.did) and first["effect_p_adjusted"] == pytest.approx(2 * effect.p)
    assert isnan(table.iloc[2]["effect"]) and isnan(table.iloc[2]["support"])
    for words in (SV, EN):
        texts = yearly_report(REGISTRY, outcomes, words)["sentences"]
        assert all("{" not in text and text.endswith(".") for text in texts)
