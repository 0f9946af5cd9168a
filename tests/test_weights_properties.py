"""What must hold for any survey: margins, invariances, and variances that know the calibration."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trygghet import estimate, weights
from trygghet.design import SurveyDesign

SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def surveys(draw: st.DrawFn) -> tuple[pd.DataFrame, dict[str, pd.Series]]:
    """A small survey where every combination of categories occurs, and margins that weights can meet."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sexes, ages = draw(st.integers(2, 3)), draw(st.integers(2, 5))
    cells = pd.MultiIndex.from_product([range(sexes), range(ages)], names=["sex", "age"]).to_frame(index=False)
    n = sexes * ages * 2 + draw(st.integers(10, 120))
    extra = cells.sample(n - 2 * len(cells), replace=True, random_state=int(random.integers(2**31)))
    frame = pd.concat([cells, cells, extra], ignore_index=True)
    frame["w"] = random.uniform(0.5, 8, n)
    frame["stratum"] = np.arange(n) % 3
    frame["psu"] = np.arange(n) % 12
    frame["y"] = (random.random(n) < 0.4).astype(float)
    frame["z"] = random.normal(10, 3, n)
    target = pd.Series(random.uniform(20, 100, len(cells)), index=pd.MultiIndex.from_frame(cells))
    margins = {name: target.groupby(level=name).sum() for name in ("sex", "age")}
    return frame, margins


def designs(frame: pd.DataFrame, **options: object) -> SurveyDesign:
    return SurveyDesign(frame, weight="w", strata="stratum", **options)


@given(surveys(), st.sampled_from(["rake", "linear", "raking", "logit"]))
@SLOW
def test_margins_are_met_to_1e_10_of_the_population(survey: tuple, how: str) -> None:
    frame, margins = survey
    if how == "rake":
        d = weights.rake(designs(frame), margins)
    else:
        bounds = (0.001, 1000.0) if how == "logit" else None
        d = weights.calibrate(designs(frame), categorical=margins, distance=how, bounds=bounds)
    for name, target in margins.items():
        have = frame.assign(w=d.weights).groupby(name)["w"].sum()
        assert np.abs(have - target).max() <= 1e-10 * target.sum()


@given(surveys(), st.integers(0, 2**32 - 1))
@SLOW
def test_row_order_index_category_order_and_dtype_change_nothing(survey: tuple, seed: int) -> None:
    frame, margins = survey
    base = weights.rake(designs(frame), margins)
    want = estimate.mean(base, ["y", "z"], by=["sex", "age"])
    random = np.random.default_rng(seed)
    order = random.permutation(len(frame))
    moved = frame.iloc[order].reset_index(drop=True)
    moved.index = random.permutation(len(frame)) * 7
    moved["sex"] = moved["sex"].astype(str).astype("category")
    moved["age"] = moved["age"].astype(float)
    shuffled = {
        "sex": margins["sex"].iloc[::-1].rename(index=str),
        "age": margins["age"].sample(frac=1, random_state=1),
    }
    again = weights.rake(designs(moved), shuffled)
    np.testing.assert_allclose(again.weights, base.weights[order], rtol=1e-9)
    have = estimate.mean(again, ["y", "z"], by=["sex", "age"])
    for column in ("n", "estimate", "n_eff", "df"):
        np.testing.assert_allclose(have[column], want[column], rtol=1e-9)
    np.testing.assert_allclose(have["se"], want["se"], rtol=1e-7, atol=1e-9)


@given(surveys(), st.floats(1e-4, 1e5))
@SLOW
def test_shares_and_their_errors_do_not_change_with_the_scale_of_weights(survey: tuple, scale: float) -> None:
    frame, margins = survey
    for options in ({}, {"cluster": "psu"}):
        one = estimate.mean(designs(frame, **options), ["y", "z"], by="sex")
        two = estimate.mean(designs(frame.assign(w=frame["w"] * scale), **options), ["y", "z"], by="sex")
        np.testing.assert_allclose(two["estimate"], one["estimate"], rtol=1e-10)
        np.testing.assert_allclose(two["se"], one["se"], rtol=1e-9)
    raked = weights.rake(designs(frame), margins)
    rescaled = weights.rake(designs(frame.assign(w=frame["w"] * scale)), margins)
    np.testing.assert_allclose(rescaled.weights, raked.weights, rtol=1e-9)


@given(surveys(), st.integers(0, 10**6))
@SLOW
def test_a_row_split_in_two_halves_changes_neither_weights_nor_estimates(survey: tuple, pick: int) -> None:
    frame, margins = survey
    row = pick % len(frame)
    half = frame.assign(w=frame["w"].where(frame.index != row, frame["w"] / 2))
    split = pd.concat([half, half.iloc[[row]]], ignore_index=True)
    base = weights.rake(designs(frame, cluster="psu"), margins)
    halved = weights.rake(designs(split, cluster="psu"), margins)
    np.testing.assert_allclose(halved.weights[-1] + halved.weights[row], base.weights[row], rtol=1e-9)
    one, two = (estimate.mean(d, ["y", "z"], by="age") for d in (base, halved))
    np.testing.assert_allclose(two["estimate"], one["estimate"], rtol=1e-9)
    np.testing.assert_allclose(two["se"], one["se"], rtol=1e-7, atol=1e-9)  # both halves in one cluster


@given(surveys())
@SLOW
def test_a_domain_is_the_subset_with_weights_zero_outside(survey: tuple) -> None:
    frame, _ = survey
    design = designs(frame)
    young = frame["age"] == 0
    zeroed = SurveyDesign(frame.assign(w=frame["w"].where(young, 0.0)), weight="w", strata="stratum")
    by = estimate.mean(design, ["y", "z"], by="age").query("age == 0")
    for d in (design.subset(young), zeroed):
        other = estimate.mean(d, ["y", "z"])
        for column in ("n", "estimate", "se", "n_eff", "df", "ci_low"):
            np.testing.assert_allclose(other[column], by[column], rtol=1e-9)


@given(surveys())
@SLOW
def test_a_calibrated_domain_is_its_subset_too(survey: tuple) -> None:
    frame, margins = survey
    raked = weights.rake(designs(frame), margins)
    by = estimate.mean(raked, "z", by="age").query("age == 1")
    sub = estimate.mean(raked.subset(frame["age"] == 1), "z")
    np.testing.assert_allclose(sub[["estimate", "se", "n_eff"]], by[["estimate", "se", "n_eff"]], rtol=1e-8)


@given(surveys(), st.sampled_from(["rake", "residual_means", "linear"]))
@SLOW
def test_the_error_of_a_calibrated_margin_is_zero(survey: tuple, how: str) -> None:
    frame, margins = survey
    d = designs(frame.assign(one=1.0, sex=frame["sex"].astype("category")))
    if how == "linear":
        d = weights.calibrate(d, categorical=margins, numeric={"z": 10.5 * margins["sex"].sum()})
        numeric = estimate.mean(d, "z")
        assert numeric["estimate"].iloc[0] == pytest.approx(10.5, rel=1e-9)
        assert numeric["se"].iloc[0] <= 1e-9
    else:
        variance = "regression" if how == "rake" else how
        d = weights.rake(d, margins, variance=variance)
    shares = estimate.mean(d, "sex")
    counts = estimate.total(d, "one", by="age")
    np.testing.assert_allclose(counts["estimate"], margins["age"], rtol=1e-9)
    # R's ten sweeps of unweighted means leave a little; the regression leaves rounding.
    slack = 1e-3 if how == "residual_means" else 1e-9
    assert shares["se"].max() <= slack and counts["se"].max() <= slack * margins["age"].sum()


@given(surveys())
@SLOW
def test_replicates_of_a_linear_statistic_agree_with_linearisation(survey: tuple) -> None:
    """The jackknife of a total is the linearised variance, exactly."""
    from trygghet import replicate

    frame, _ = survey
    design = designs(frame, cluster="psu")
    one, two = (
        estimate.total(design, "y", by="sex"),
        estimate.total(replicate.jackknife(design), "y", by="sex"),
    )
    np.testing.assert_allclose(two["se"], one["se"], rtol=1e-9)
