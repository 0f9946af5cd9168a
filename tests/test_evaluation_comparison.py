"""Effects against comparison areas: displacement, counts and shares, and how often their tests err."""

from __future__ import annotations

from math import inf, isnan

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import trygghet as tg
from trygghet import glm
from trygghet.comparison import did_count, wdd, wdd_harm, wdq
from trygghet.counts import CountError, count_change, dispersion, pooled_dispersion, ratio_support
from trygghet.did import ComparisonError, change_share, did, did_share
from trygghet.errors import ConvergenceError


def overdispersed(random: np.random.Generator, mean: float, phi: float, size) -> np.ndarray:
    return random.poisson(random.gamma(mean / (phi - 1), phi - 1, size)) if phi > 1 else random.poisson(mean, size)


def test_the_worked_example_of_the_paper() -> None:
    got = wdd((207, 110), (308, 318), (178, 157), (150, 140))
    assert (got.total, got.se**2) == (-118, pytest.approx(1568))
    assert got.z == pytest.approx(-2.98, abs=0.005)
    assert (got.lo, got.hi) == pytest.approx((-196, -40), abs=0.5)


@pytest.mark.parametrize("phi", [1, 2, 5])
def test_with_the_dispersion_from_the_months_the_test_keeps_its_level(phi) -> None:
    random = np.random.default_rng(phi)
    rejected = []
    for _ in range(2000):
        months = [overdispersed(random, 12, phi, 48) for _ in range(4)]
        pairs = [(int(m[24:36].sum()), int(m[36:].sum())) for m in months]
        rejected.append(wdd(*pairs, phi=[m[:36] for m in months]).p < 0.05)
    assert 0.035 <= np.mean(rejected) <= 0.07


def test_without_it_the_test_is_over_confident() -> None:
    random = np.random.default_rng(2)
    rejected = []
    for _ in range(2000):
        months = [overdispersed(random, 12, 2, 24) for _ in range(4)]
        rejected.append(wdd(*[(int(m[:12].sum()), int(m[12:].sum())) for m in months]).p < 0.05)
    assert 0.13 <= np.mean(rejected) <= 0.21


def test_a_displacement_needs_whole_counts_and_both_buffers() -> None:
    for wrong in (((1.5, 2), (3, 4)), ((-1, 2), (3, 4)), ((1, 2, 3), (3, 4)), ((1, 2), (3, 4), (5, 6))):
        with pytest.raises(CountError):
            wdd(*wrong)
    for wrong in ({"time": (0, 1)}, {"area": (1, 1, -1, 1)}, {"phi": 0.5}):
        with pytest.raises(CountError):
            wdd((1, 2), (3, 4), **wrong)
    assert wdd((1.5, 2), (3, 4), allow_weighted=True).total == pytest.approx(-0.5)
    nothing = wdd((0, 0), (0, 0))
    assert isnan(nothing.z) and nothing.p == 1


def test_a_quotient_without_success_or_control_has_no_value() -> None:
    assert wdq((100, 110), (50, 50), (100, 100)).reason == "no_success"
    assert isnan(wdq((100, 110), (50, 50), (100, 100)).value)
    assert wdq((100, 50), (50, 50), (100, 0)).reason == "no_control"
    assert wdq((100, 50), (50, 40), (100, 100)).value > 0


def test_harm_is_summed_with_its_error_and_says_what_rules_it() -> None:
    got = wdd_harm([-10, -2], [3, 1], [1, 30])
    assert got["estimate"] == -70 and got["se"] == pytest.approx(np.hypot(3, 30))
    assert got["largest_share"] == pytest.approx(60 / 70)
    with pytest.raises(CountError):
        wdd_harm([1], [1], [-1])


def panel(seed: int, *, effect: float = 0.0, areas: int = 7, phi: float = 2, months: int = 36) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    rows = []
    for area in range(areas):
        mean = 20 * (1 + 0.3 * np.sin(2 * np.pi * np.arange(months) / 12)) * (1 + area / 5)
        if area == 0:
            mean[24:] *= np.exp(effect)
        counts = [int(overdispersed(random, m, phi, ())) for m in mean]
        rows.append(pd.DataFrame({"area": f"a{area}", "month": np.arange(months), "count": counts}))
    return pd.concat(rows, ignore_index=True)


@pytest.mark.slow
def test_counts_against_areas_cover_the_planted_effect() -> None:
    covered = [
        (r := did_count(panel(s, effect=-0.3, areas=3), "a0", 24)).lo <= np.exp(-0.3) <= r.hi for s in range(150)
    ]
    assert 0.90 <= np.mean(covered) <= 0.99


@pytest.mark.slow
def test_counts_against_areas_keep_their_level() -> None:
    assert np.mean([did_count(panel(s, areas=3), "a0", 24).p < 0.05 for s in range(200)]) <= 0.09


def test_the_smallest_placebo_p_follows_from_how_many_areas_there_are() -> None:
    got = did_count(panel(1, effect=-1.5), "a0", 24)
    assert got.smallest_p == got.placebo_p == pytest.approx(1 / 7)
    assert len(got.placebo) == 6 and got.percent < -60
    alone = did_count(panel(1, areas=2), "a0", 24)
    assert alone.placebo.empty and isnan(alone.placebo_p)


def test_no_crime_afterwards_gives_an_exact_upper_bound() -> None:
    data = panel(3)
    data.loc[(data["area"] == "a0") & (data["month"] >= 24), "count"] = 0
    got = did_count(data, "a0", 24)
    assert got.irr == 0 and got.reason == "all_zero_after" and 0 < got.hi < 0.05 and got.p < 1e-6
    never = data.assign(count=np.where(data["area"] == "a0", 0, data["count"]))
    assert did_count(never, "a0", 24).hi == inf and did_count(never, "a0", 24).p == 1


def test_exposure_and_named_months_give_the_same_effect() -> None:
    data = panel(4, effect=-0.3)
    by_list = did_count(data, "a0", list(range(24, 36)))
    assert by_list.irr == pytest.approx(did_count(data, "a0", 24).irr)
    same = did_count(data.assign(people=1000.0), "a0", 24, offset="people")
    assert same.irr == pytest.approx(by_list.irr)


def test_a_panel_that_cannot_be_compared_is_refused() -> None:
    data = panel(1)
    for wrong in (("a9", 24), ("a0", 99), ("a0", 0)):
        with pytest.raises(CountError):
            did_count(data, *wrong)
    with pytest.raises(CountError):
        did_count(data.query("area == 'a0'"), "a0", 24)
    with pytest.raises(CountError):
        did_count(data.assign(people=0.0), "a0", 24, offset="people")


@pytest.mark.parametrize("n", [400, 1500])
def test_shares_against_nine_areas_that_move_by_two_points_keep_their_level(n) -> None:
    """Area-year SD of two points: each wave's true share strays by that much by itself."""
    random = np.random.default_rng(n)
    rejected = []
    for _ in range(2500):
        true = 0.30 + random.normal(0, 0.02, (2, 10))
        seen = random.binomial(n, true) / n
        rejected.append(did(seen[1] - seen[0], np.diag((seen * (1 - seen) / n).sum(axis=0))).p < 0.05)
    assert 0.035 <= np.mean(rejected) <= 0.07


def test_few_comparison_areas_carry_sampling_error_only() -> None:
    got = did([-0.05, 0.01, 0.02], np.eye(3) * 0.02**2)
    assert got.uncertainty == "design_only" and got.se == got.se_design and got.df == inf
    assert got.smallest_p == pytest.approx(1 / 3)
    assert did([-0.05, 0.01, 0.02], np.eye(3) * 0.02**2, tau=0.02).se > got.se


def test_areas_weigh_by_their_precision() -> None:
    got = did([0.0, 0.10, 0.0], np.diag([1e-4, 1e-2, 1e-6]))
    assert got.did == pytest.approx(0, abs=1e-4)
    with pytest.raises(ComparisonError):
        did([0.1], [[1.0]])


def survey(seed: int, shares: dict[str, float], n: int = 300) -> tg.SurveyDesign:
    random = np.random.default_rng(seed)
    area = np.repeat(list(shares), n)
    y = random.binomial(1, np.repeat(list(shares.values()), n))
    return tg.SurveyDesign(pd.DataFrame({"area": area, "y": y, "w": 1.0}), weight="w", strata="area")


def test_a_share_is_compared_with_the_trend_beforehand() -> None:
    flat = {"a": 0.3, "b": 0.4, "c": 0.5}
    waves = [survey(1, flat), survey(2, flat), survey(3, flat | {"a": 0.1})]
    got = did_share(waves[1], waves[2], "y", area="area", treated="a", earlier=waves[0])
    assert got.did < -0.1 and got.p < 0.01 and abs(got.pretrend) < 3 * got.pretrend_se
    one = did_share(waves[1], waves[2], "y", area="area", treated="a", comparison=["c"])
    change = tg.estimate.change(waves[1], waves[2], "y", by="area").set_index("area")["change"]
    assert one.did == pytest.approx(change["a"] - change["c"])
    with pytest.raises(ComparisonError):
        did_share(waves[1], waves[2], "y", area="area", treated="z")
    with pytest.raises(ComparisonError):
        did_share(waves[1], waves[2], "y", area="area", treated="a", comparison=[])


def test_small_bases_are_held_back() -> None:
    table = change_share(survey(1, {"a": 0.3}, n=20), survey(2, {"a": 0.3}, n=200), "y", by="area")
    assert table["suppressed"].all() and table[["before", "after", "change", "ci_low", "p"]].isna().all(axis=None)
    assert table["n_before"].tolist() == [20]
    whole = change_share(survey(1, {"a": 0.3}), survey(2, {"a": 0.3}), "y", by="area")
    assert not whole["suppressed"].any() and whole["change"].notna().all()


counts = st.integers(0, 400)


@settings(deadline=None)
@given(counts, counts)
def test_turning_two_counts_round_turns_the_ratio_round(k1, k0) -> None:
    one, other = count_change(k1, k0).iloc[0], count_change(k0, k1).iloc[0]
    assert one["p"] == pytest.approx(other["p"], abs=1e-9)
    if k1 and k0:
        assert one["lo"] == pytest.approx(1 / other["hi"], rel=1e-6)


@settings(deadline=None)
@given(st.integers(5, 400), st.integers(5, 400), st.floats(1.2, 5))
def test_dispersion_widens_the_interval(k1, k0, phi) -> None:
    plain, wide = count_change(k1, k0).iloc[0], count_change(k1, k0, phi=phi).iloc[0]
    wider = count_change(k1, k0, phi=2 * phi).iloc[0]
    assert plain["hi"] / plain["lo"] < wide["hi"] / wide["lo"] < wider["hi"] / wider["lo"]
    assert wide["method"] == "quasi"


def test_zeros_have_reasons_and_bounds() -> None:
    both, none_after, none_before = (count_change(*pair).iloc[0] for pair in ((0, 0), (0, 9), (9, 0)))
    assert isnan(both["ratio"]) and both["p"] == 1 and both["reason"] == "both_zero"
    assert none_after["ratio"] == 0 and none_after["lo"] == 0 and none_after["hi"] < 1
    assert none_before["ratio"] == inf and none_before["hi"] == inf and none_before["lo"] > 1
    quasi = count_change(0, 9, phi=2).iloc[0]
    assert quasi["lo"] == 0 and none_after["hi"] < quasi["hi"] and quasi["p"] > none_after["p"]


def test_counts_may_be_columns() -> None:
    got = count_change([1, 2, 3], [3, 2, 1])
    assert got["k1"].tolist() == [1, 2, 3] and got["p"][1] > 0.5
    assert count_change(4, 9)["poisson_z"][0] == pytest.approx(-2)


def test_counts_that_are_no_counts_are_refused() -> None:
    for wrong in ((-1, 2), (1.5, 2), (float("nan"), 2)):
        with pytest.raises(CountError):
            count_change(*wrong)
    for wrong in ({"t1": 0}, {"phi": 0.5}, {"method": "z"}):
        with pytest.raises(CountError):
            count_change(1, 2, **wrong)


def test_the_mid_p_interval_covers() -> None:
    random = np.random.default_rng(1)
    k0, k1 = random.poisson(40, 3000), random.poisson(28, 3000)
    got = count_change(k1, k0)
    assert ((got["lo"] <= 0.7) & (got["hi"] >= 0.7)).mean() == pytest.approx(0.95, abs=0.012)


def test_support_of_a_ratio_is_even_where_it_holds() -> None:
    random = np.random.default_rng(2)
    for phi in (1.0, 3.0):
        k0, k1 = overdispersed(random, 60, phi, 1500), overdispersed(random, 54, phi, 1500)
        support = np.array([ratio_support(int(a), int(b), 0.9, phi=phi) for a, b in zip(k1, k0, strict=True)])
        assert (support >= 0.95).mean() == pytest.approx(0.05, abs=0.017)
        assert (support <= 0.05).mean() == pytest.approx(0.05, abs=0.017)


def test_dispersion_is_found_with_the_season_taken_out() -> None:
    random = np.random.default_rng(3)
    mean = np.tile(20 * (1 + 0.3 * np.sin(2 * np.pi * np.arange(12) / 12)), 4)
    months = [random.poisson(random.gamma(mean, 1.0)) for _ in range(300)]
    assert np.mean([dispersion(m) for m in months]) == pytest.approx(2.0, abs=0.06)
    assert np.mean([dispersion(m, seasonal=False) for m in months]) > 2.6
    assert pooled_dispersion(months) == pytest.approx(2.0, abs=0.06)
    few = random.poisson(random.gamma(5 / 4, 4.0, (2000, 24)))
    assert np.mean([dispersion(m) for m in few]) > 4.5
    assert dispersion(np.zeros(24)) == 1 and dispersion(np.full(24, 5)) == 1
    with pytest.raises(CountError):
        dispersion([1, 2, 3])


def test_a_model_without_a_finite_estimate_says_so() -> None:
    design = np.column_stack([np.ones(20), np.arange(20) < 10])
    y = np.where(np.arange(20) < 10, 0, 5)
    with pytest.raises(ConvergenceError):
        glm.poisson(design, y)
    with pytest.raises(glm.ModelError):
        glm.poisson(np.ones((3, 2)), np.array([1, 2, 3]))


def test_areas_that_do_not_move_by_themselves_cost_little() -> None:
    random = np.random.default_rng(11)
    seen = random.binomial(400, 0.30, (2000, 2, 10)) / 400
    found = [did(two[1] - two[0], np.diag((two * (1 - two) / 400).sum(axis=0))) for two in seen]
    assert 0.02 <= np.mean([item.p < 0.05 for item in found]) <= 0.05
    assert {item.df for item in found} == {8.0, inf}
    assert all((item.df == inf) == (item.tau == 0) for item in found)
    assert {item.uncertainty for item in found} == {"with_area_noise"}
