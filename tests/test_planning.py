"""What planned numbers can show: published tables, R's numbers in the oracles, and simulation."""

from __future__ import annotations

from math import inf, isinf
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trygghet import promises
from trygghet.planning import (
    WAYS_OUT,
    Plan,
    PlanningError,
    baseline_interval,
    baseline_se,
    feasible,
    mde_count,
    mde_share,
    n_needed,
    regression_to_mean,
)
from trygghet.promises import Baseline

REGISTRY = promises.read(Path(__file__).parent / "registries" / "good.yml")

# Detectable change of 30 %, in points, 80 % power, two-sided 5 %, first wave's variance for both:
# n: before–after, against an equal sample, against one ten times as large; deff 1 and 1.5.
POINTS = {
    200: (12.8, 18.2, 13.5, 15.7, 22.2, 16.5),
    400: (9.1, 12.8, 9.5, 11.1, 15.7, 11.7),
    800: (6.4, 9.1, 6.7, 7.9, 11.1, 8.2),
    1500: (4.7, 6.6, 4.9, 5.7, 8.1, 6.0),
    3000: (3.3, 4.7, 3.5, 4.1, 5.7, 4.3),
}
# Smallest detectable fall of a count, in percent: phi 1, phi 2 (none: not even to 0), equal control at phi 1.
FALLS = {
    25: (68, None, 79), 50: (50, 68, 61), 100: (36, 50, 46), 200: (26, 36, 34), 500: (17, 24, 23),
    1000: (12, 17, 17),
}  # fmt: skip


@pytest.mark.parametrize("n", POINTS)
def test_detectable_changes_of_a_share_equal_the_table(n: int) -> None:
    got = []
    for deff in (1.0, 1.5):
        for extra in ({}, {"design": "did"}, {"design": "did", "n_ref": 10 * n}):
            got.append(100 * mde_share(0.30, n, deff=deff, variance="baseline", **extra).change)
    assert [round(value, 1) for value in got] == list(POINTS[n])


@pytest.mark.parametrize("count", FALLS)
def test_detectable_falls_of_a_count_equal_the_table(count: int) -> None:
    found = (mde_count(count), mde_count(count, phi=2), mde_count(count, ref_ratio=1))
    got = tuple(None if item.change is None else round(100 * item.change) for item in found)
    assert got == FALLS[count]


@pytest.mark.parametrize(
    ("p0", "p1", "deff", "n"),
    [(0.30, 0.27, 1, 3550), (0.30, 0.27, 1.5, 5325), (0.30, 0.25, 1, 1248), (0.30, 0.25, 1.5, 1872),
     (0.15, 0.135, 1, 8521), (0.15, 0.135, 1.5, 12782)],
)  # fmt: skip
def test_answers_needed_equal_the_table(p0, p1, deff, n) -> None:
    assert n_needed(p0, p1, deff=deff) == pytest.approx(n, abs=0.5)


def test_a_one_sided_ten_percent_standard() -> None:
    assert n_needed(0.30, 0.27, sides=1, alpha=0.10) == pytest.approx(3059, abs=0.5)


@given(st.floats(0.05, 0.95), st.integers(100, 5000), st.floats(1, 3))
def test_the_detectable_change_has_the_power_asked_for(p0, n, deff) -> None:
    found = mde_share(p0, n, deff=deff)
    if found.measurable:
        assert Plan(deff=deff).chance(p0, found.level, n, n) == pytest.approx(0.8, abs=1e-6)
        assert mde_share(p0, 2 * n, deff=deff).change < found.change


def test_power_is_what_simulated_surveys_show() -> None:
    random = np.random.default_rng(1)
    level = mde_share(0.30, 800, deff=1).level
    before, after = random.binomial(800, 0.30, 20_000) / 800, random.binomial(800, level, 20_000) / 800
    se = np.sqrt((before * (1 - before) + after * (1 - after)) / 800)
    assert (np.abs(after - before) > 1.959964 * se).mean() == pytest.approx(0.8, abs=0.015)


def test_areas_that_move_by_themselves_hide_small_changes_for_ever() -> None:
    assert mde_share(0.30, 400, tau=0.02).change > mde_share(0.30, 400).change
    assert isinf(n_needed(0.30, 0.27, tau=0.02))
    assert n_needed(0.30, 0.20, tau=0.02) < inf


def test_a_fixed_number_needs_one_wave_only() -> None:
    assert mde_share(0.30, 450, design="level").change < mde_share(0.30, 450).change


def test_what_cannot_be_measured_is_said() -> None:
    found = mde_share(0.05, 50)
    assert not found.measurable and found.level is None
    assert mde_share(0.05, 50, direction="increase").measurable


def test_counts_may_rise_and_periods_may_differ() -> None:
    assert mde_count(100, direction="increase").change > mde_count(100).change
    assert mde_count(100, months=(36, 12)).level < 100 / 3
    assert mde_count(100, months=(12, 24)).change < mde_count(100).change


def test_a_rise_found_has_the_power_asked_for() -> None:
    random = np.random.default_rng(2)
    ratio = 1 + mde_count(200, direction="increase").change
    before, after = random.poisson(200, 20_000), random.poisson(200 * ratio, 20_000)
    z = np.log(after / before) / np.sqrt(1 / after + 1 / before)
    assert (np.abs(z) > 1.959964).mean() == pytest.approx(0.8, abs=0.02)


def test_a_goal_is_told_measurable_or_not_before_it_is_signed() -> None:
    share = feasible(REGISTRY.goal("M1"))
    assert not share.measurable and share.ways_out == WAYS_OUT
    assert share.wanted == pytest.approx(0.11)
    assert share.detectable.change > 0.11 and share.needed == pytest.approx(n_needed(0.44, 0.33))
    assert feasible(REGISTRY.goal("M1"), deff=0.5).measurable
    count = feasible(REGISTRY.goal("M2"))
    assert not count.measurable and count.wanted == pytest.approx(0.20)
    assert mde_count(count.needed).change == pytest.approx(0.20, abs=1e-4)


def simulated_areas(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Last year's and this year's counts of ten areas around 60, log-SD .25, dispersion 1.5, nothing done."""
    random = np.random.default_rng(seed)
    mean = 60 * np.exp(random.normal(0, 0.25, 10))

    def year() -> np.ndarray:
        return random.poisson(random.gamma(mean / 0.5, 0.5))

    return year(), year()


def test_the_worst_area_improves_by_itself_and_the_shrunk_baseline_does_not() -> None:
    raw, shrunk, after = [], [], []
    for seed in range(1500):
        before, now = simulated_areas(seed)
        worst = int(np.argmax(before))
        raw.append(before[worst])
        after.append(now[worst])
        shrunk.append(regression_to_mean(before, phi=1.5)["shrunk"][worst])
    assert -10.5 <= 100 * (np.sum(after) / np.sum(raw) - 1) <= -7
    assert abs(100 * (np.sum(after) / np.sum(shrunk) - 1)) <= 3


def test_shares_shrink_by_how_uncertain_they_are() -> None:
    table = regression_to_mean([0.25, 0.30, 0.32, 0.45], se=[0.02, 0.02, 0.02, 0.08])
    assert table["weight"][3] < table["weight"][0]
    assert table["chosen"].tolist() == [False, False, False, True]
    assert table["expected_change"][3] < 0 < table["expected_change"][0]
    alike = regression_to_mean([0.30, 0.301, 0.299], se=0.03)
    assert np.allclose(alike["shrunk"], 0.30, atol=1e-3)


def test_wrong_plans_are_refused() -> None:
    for wrong in ({"design": "x"}, {"sides": 3}, {"deff": 0}, {"power": 1}, {"tau": -1}, {"n_ref": 0},
                  {"variance": "x"}):  # fmt: skip
        with pytest.raises(PlanningError):
            Plan(**wrong)
    with pytest.raises(PlanningError):
        mde_share(0, 400)
    with pytest.raises(PlanningError):
        n_needed(0.3, 0.3)
    with pytest.raises(PlanningError):
        mde_count(0)
    for values, extra in (([1, 2], {"phi": 1}), ([1, 2, 3], {}), ([1, 2, 3], {"phi": 1, "se": 1})):
        with pytest.raises(PlanningError):
            regression_to_mean(values, **extra)


def test_the_interval_of_a_baseline() -> None:
    assert baseline_interval(Baseline(year="2016", count=100)) == pytest.approx((81.36, 121.63), abs=0.01)
    low, high = baseline_interval(Baseline(year="2016", estimate=0.44, n=200))
    assert (low, high) == pytest.approx((0.358, 0.525), abs=0.001)
    assert baseline_interval(Baseline(year="2016", estimate=0.44, n=200, low=0.4, high=0.5)) == (0.4, 0.5)
    assert baseline_interval(Baseline(year="2016")) is None and baseline_se(Baseline(year="2016")) is None
    assert baseline_se(Baseline(year="2016", estimate=0.5, n=150)) == pytest.approx(0.05)
