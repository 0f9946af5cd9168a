"""Rates by area, and fear against crime."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from trygghet import place

from .saying import said

AREAS = list("abcdefghij")


def series(values: object) -> pd.Series:
    return pd.Series(values, index=AREAS, dtype=float)


POP = series([200, 400, 800, 1_000, 1_500, 2_000, 3_000, 4_000, 6_000, 9_000])


def test_exact_limits_are_garwoods_and_hold_the_rate():
    table = place.area_rates(series([0, 5, 20, 12, 20, 33, 40, 60, 80, 140]), POP)
    # Garwood: 0 gives 0 to 3.689, 5 gives 1.623 to 11.668.
    assert (table.loc["a", ["lo", "hi"]] * 200).tolist() == pytest.approx([0, 3.6889], abs=1e-4)
    assert (table.loc["b", ["lo", "hi"]] * 400).tolist() == pytest.approx([1.6235, 11.6683], abs=1e-4)
    assert ((table["lo"] <= table["rate"]) & (table["rate"] <= table["hi"])).all()


def test_small_areas_are_drawn_most_towards_the_common_rate():
    counts = np.random.default_rng(2).poisson(POP * series(np.linspace(0.01, 0.05, 10)))
    table = place.area_rates(series(counts), POP)
    assert table["kept"].is_monotonic_increasing
    common = table.attrs["common"]
    np.testing.assert_allclose(table["eb"], common + table["kept"] * (table["rate"] - common))
    assert ((table["eb_lo"] < table["eb"]) & (table["eb"] < table["eb_hi"])).all()


def test_areas_that_differ_by_chance_only_get_the_common_rate():
    table = place.area_rates(POP / 100, POP)
    assert table["eb"].tolist() == pytest.approx([0.01] * 10)
    assert table["eb_lo"].isna().all()
    assert table.attrs["phi"] == 1


def test_shrunk_rates_come_nearer_the_truth_than_raw_ones():
    random, raw, shrunk = np.random.default_rng(3), 0.0, 0.0
    for _ in range(100):
        true = series(random.gamma(4, 0.005, 10))
        table = place.area_rates(series(random.poisson(true * POP / 10)), POP / 10)
        raw += float(((table["rate"] - true) ** 2).sum())
        shrunk += float(((table["eb"] - true) ** 2).sum())
    assert shrunk < 0.8 * raw


def test_the_funnel_flags_what_lies_outside_and_widens_with_overdispersion():
    counts = series([2, 4, 8, 10, 15, 60, 30, 40, 60, 50])
    narrow, wide = (place.area_rates(counts, POP, phi=phi) for phi in (1, 4))
    assert narrow.loc[["f", "j", "d"], "flag"].tolist() == ["very_high", "very_low", ""]
    e = narrow["expected"]
    np.testing.assert_allclose(wide["hi95"] - e, 2 * (narrow["hi95"] - e))
    assert (wide["lo998"] >= 0).all()
    # One outlier alone is no overdispersion; areas that differ throughout are.
    assert place.area_rates(counts, POP).attrs["phi"] == 1
    assert place.area_rates((POP * series([0.01, 0.04] * 5)).round(), POP).attrs["phi"] > 4


def test_an_area_without_residents_is_named():
    with said(place.PlaceError, "no population in c; "):
        place.area_rates(series(range(10)), POP.where(POP != 800, 0))
    with said(place.PlaceError, "same areas"):
        place.area_rates(series(range(10)), POP.drop("c"))


def survey(shares: object, n_eff: float = 200.0) -> pd.DataFrame:
    return pd.DataFrame({"estimate": series(shares), "n_eff": n_eff})


FEAR = [0.10, 0.15, 0.2, 0.2, 0.25, 0.3, 0.3, 0.35, 0.45, 0.50]


def test_an_area_with_much_fear_and_little_crime_is_found():
    counts = (POP * series([0.05, 0.016, 0.02, 0.02, 0.024, 0.03, 0.03, 0.036, 0.05, 0.01])).round()
    table = place.fear_vs_crime(survey(FEAR), counts, POP * 10)
    assert table.loc[["a", "i", "j"], "label"].tolist() == ["crime_higher", "both_high", "fear_higher"]
    np.testing.assert_allclose(table["diff"], table["z_fear"] - table["z_crime"])
    sure = table["label"].isin(["fear_higher", "crime_higher"])
    assert (sure == ((table["lo"] > 0) | (table["hi"] < 0))).all()


def test_fewer_answers_make_fewer_labels():
    counts = (POP * series(np.linspace(0.05, 0.01, 10))).round()
    sure = [
        place.fear_vs_crime(survey(FEAR, n), counts, POP)["label"].isin(["fear_higher", "crime_higher"]).sum()
        for n in (400, 20)
    ]
    assert sure[0] > sure[1]


def test_the_interval_holds_the_true_difference():
    random, held = np.random.default_rng(5), []
    for _ in range(300):
        fear, crime = random.normal(size=10), random.normal(size=10)
        share = 1 / (1 + np.exp(1 - 0.5 * fear))
        rate = 0.02 * np.exp(0.5 * crime)
        data = survey(random.binomial(120, share) / 120, 120)
        table = place.fear_vs_crime(data, series(random.poisson(rate * POP)), POP)
        if table.attrs["reason"] == "":
            true = fear - crime
            held.extend(((table["lo"] <= true) & (true <= table["hi"])).tolist())
    # 80 % on average over areas, less what the estimated spread and middle of ten areas take.
    assert 0.65 < np.mean(held) < 0.9


def test_few_areas_get_ranks_only_and_suppressed_ones_are_named():
    data = survey(FEAR)
    data.loc[["b", "c", "d"], "estimate"] = np.nan
    table = place.fear_vs_crime(data, (POP / 50).round(), POP)
    assert set(table["label"]) == {"ranks_only"}
    assert table["diff"].isna().all()
    assert table.loc["j", "fear_rank"] == 1
    assert (table.attrs["reason"], table.attrs["left_out"]) == ("few_areas", ("b", "c", "d"))


def test_no_difference_beyond_chance_is_said_not_standardised():
    table = place.fear_vs_crime(survey([0.3] * 10), (POP * series(np.linspace(0.05, 0.01, 10))).round(), POP)
    assert table.attrs["reason"] == "no_spread"
    assert set(table["label"]) == {"ranks_only"}
