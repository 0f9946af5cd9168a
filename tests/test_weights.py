"""Weights: margins that are met, and answers to margins that cannot be."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
import pytest

from trygghet import estimate, weights
from trygghet.design import SurveyDesign
from trygghet.errors import ConvergenceError, WeightError
from trygghet.messages import Words

from .saying import said

SEX = pd.Series({"man": 500.0, "woman": 500.0})
AGE = pd.Series({"16-34": 300.0, "35-64": 450.0, "65-": 250.0})


def design(n: int = 240, seed: int = 3, **columns: object) -> SurveyDesign:
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "sex": random.choice(["man", "woman"], n, p=[0.4, 0.6]),
            "age": random.choice(list(AGE.index), n, p=[0.15, 0.45, 0.4]),
            "w": random.uniform(1, 5, n),
            "income": random.normal(300, 60, n),
        }
    ).assign(**columns)
    return SurveyDesign(frame, weight="w")


def totals(d: SurveyDesign, by: object) -> pd.Series:
    return d.frame.assign(_w=d.weights).groupby(by)["_w"].sum()


def test_crossed_margins_are_met_together_with_plain_ones() -> None:
    crossed = pd.Series(
        [120, 240, 140, 180, 210, 110.0], index=pd.MultiIndex.from_product([["man", "woman"], AGE.index])
    )
    income = pd.qcut(design().frame["income"], 3, labels=["low", "middle", "high"])
    d = design(level=income)
    raked = weights.rake(d, {("sex", "age"): crossed, "level": pd.Series({"low": 300, "middle": 300, "high": 400})})
    np.testing.assert_allclose(totals(raked, ["sex", "age"]), crossed, atol=1e-7)
    assert totals(raked, "level")["high"] == pytest.approx(400, abs=1e-7)


def test_numeric_and_categorical_totals_are_met_by_every_distance() -> None:
    for how in (
        {"distance": "linear"},
        {"distance": "raking"},
        {"distance": "logit", "bounds": (0.2, 12.0)},
        {"distance": "truncated", "bounds": (0.2, 12.0)},
    ):
        d = weights.calibrate(design(), categorical={"sex": SEX, "age": AGE}, numeric={"income": 310_000}, **how)
        np.testing.assert_allclose(totals(d, "age"), AGE, rtol=1e-10)
        assert d.weights @ d.frame["income"] == pytest.approx(310_000, rel=1e-10)
        if "bounds" in how:
            g = d.weights / d.base
            assert g.min() >= 0.2 - 1e-12 and g.max() <= 12 + 1e-12


def test_margins_that_differ_a_little_are_scaled_and_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="trygghet.weights"):
        d = weights.rake(design(), {"sex": SEX, "age": AGE * 1.004})
    assert d.weights.sum() == pytest.approx(1000)
    (event,) = d.events
    assert (event.kind, event.margin, event.detail["to"]) == ("margin_scaled", "age", 1000.0)
    assert "margin_scaled age" in caplog.text


def test_margins_that_differ_more_are_refused_with_both_totals() -> None:
    with said(WeightError, r"sex sums to 1,000 but age to 1,010 \(1% apart\)"):
        weights.rake(design(), {"sex": SEX, "age": AGE * 1.01})


def test_a_category_without_respondents_is_named() -> None:
    more = pd.concat([AGE, pd.Series({"0-15": 40.0})])
    with said(WeightError, r"no respondents in '0-15' \(population 40\)"):
        weights.rake(design(), {"age": more})


def test_respondents_in_a_category_with_population_zero_are_refused() -> None:
    with said(WeightError, "population zero in 65-"):
        weights.rake(design(), {"age": pd.Series({"16-34": 300, "35-64": 450, "65-": 0})})


def test_unknown_categories_follow_the_stated_rule() -> None:
    sex = design().frame["sex"].where(np.arange(240) % 12 > 0, "vill ej uppge")
    d = design(sex=sex)
    with said(WeightError, r"'vill ej uppge' \(20 rows\)"):
        weights.rake(d, {"sex": SEX})
    share = d.weights[sex == "vill ej uppge"].sum() / d.weights.sum()
    kept = weights.rake(d, {"sex": SEX}, unknown="share")
    assert totals(kept, "sex")["vill ej uppge"] == pytest.approx(1000 * share)
    assert totals(kept, "sex")["man"] == pytest.approx(500 * (1 - share))
    dropped = weights.rake(d, {"sex": SEX}, unknown="zero")
    assert totals(dropped, "sex")["vill ej uppge"] == 0 and totals(dropped, "sex")["man"] == pytest.approx(500)
    assert {d.events[0].kind for d in (kept, dropped)} == {"unknown_category"}


def test_missing_values_of_a_margin_are_an_unknown_category_too() -> None:
    d = design(sex=design().frame["sex"].where(np.arange(240) > 0))
    with said(WeightError, r"'\(missing\)' \(1 row\)"):
        weights.rake(d, {"sex": SEX})


def test_a_margin_with_one_category_sets_the_total() -> None:
    d = weights.rake(design(country="Sweden"), {"country": pd.Series({"Sweden": 1234.0})})
    assert d.weights.sum() == pytest.approx(1234)
    np.testing.assert_allclose(d.weights / d.base, 1234 / d.base.sum())


@pytest.mark.parametrize(
    ("margins", "message"),
    [
        ({}, "no margins"),
        ({"town": SEX}, "'town' is not in the data"),
        ({"sex": SEX * np.nan}, "numbers, none negative or missing"),
        ({"sex": -SEX}, "none negative"),
        ({"sex": SEX * 0}, "sum to zero"),
        ({"sex": [500, 500]}, "Series indexed by category"),
        ({("sex", "age"): SEX}, "1 levels for 2 columns"),
        ({"sex": pd.Series([500, 300, 200], index=["man", "woman", "man"])}, "stands twice"),
    ],
)
def test_margins_that_cannot_be_read_are_refused(margins: dict, message: str) -> None:
    with said(WeightError, message):
        weights.rake(design(), margins)


def test_impossible_margins_name_the_worst_and_the_conflict_and_leave_nothing() -> None:
    """Every man is young, so 500 men cannot be had with 300 young."""
    random = np.random.default_rng(0)
    sex = random.choice(["man", "woman"], 100)
    age = np.where(sex == "man", "16-34", random.choice(list(AGE.index), 100))
    d = SurveyDesign(pd.DataFrame({"sex": sex, "age": age, "w": 1.0}), weight="w")
    with said(ConvergenceError, "worst is") as caught:
        weights.rake(d, {"sex": SEX, "age": AGE})
    text = caught.value.text(Words("en"))
    assert "sex 'man'" in text and "age '16-34'" in text
    assert "65-" not in text.split("together:")[1] or "35-64" in text
    assert d.weights.sum() == 100 and d.adjustments == ()


def test_bounds_that_cannot_be_kept_are_told() -> None:
    with said(ConvergenceError, r"g in \[0\.9, 1\.1\]"):
        weights.calibrate(design(), categorical={"sex": SEX, "age": AGE}, distance="logit", bounds=(0.9, 1.1))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"distance": "logit"}, "needs bounds"),
        ({"distance": "truncated", "bounds": (1.1, 2)}, "low < 1 < high"),
        ({"distance": "raking", "bounds": (0.5, 2)}, "takes no bounds"),
        ({"distance": "huber"}, "distance must be one of"),
        ({"numeric": {"wealth": 1.0}}, "'wealth' is not in the data"),
        ({"numeric": {"sex": 1.0}}, "missing in 240 rows"),
        ({"total": 5000}, "total is 5,000"),
    ],
)
def test_calibrations_that_cannot_be_asked_for(options: dict, message: str) -> None:
    with said(WeightError, message):
        weights.calibrate(design(), categorical={"sex": SEX}, **options)


def test_slow_margins_are_finished_by_newton() -> None:
    """Nearly the same margin twice: proportional fitting alone needs thousands of sweeps."""
    random = np.random.default_rng(5)
    a = random.integers(0, 2, 4000)
    b = np.where(random.random(4000) < 0.002, 1 - a, a)
    d = SurveyDesign(pd.DataFrame({"a": a, "b": b, "w": 1.0}), weight="w")
    r = weights.rake(d, {"a": pd.Series({0: 500, 1: 500}), "b": pd.Series({0: 499.9, 1: 500.1})})
    np.testing.assert_allclose(totals(r, "b"), [499.9, 500.1], atol=1e-7)
    np.testing.assert_allclose(totals(r, "a"), [500, 500], atol=1e-7)


def test_trimming_keeps_the_sum_and_the_margins() -> None:
    raked = weights.rake(design(), {"sex": SEX, "age": AGE})
    upper = float(np.quantile(raked.weights, 0.9))
    once = weights.trim(raked, upper=upper, recalibrate=False)
    assert once.weights.sum() == pytest.approx(1000)
    strict = weights.trim(raked, upper=upper, strict=True)
    assert strict.weights.max() <= upper * (1 + 1e-8)
    np.testing.assert_allclose(totals(strict, "age"), AGE, atol=1e-6)
    assert weights.diagnostics(strict).share_trimmed == pytest.approx(0.1, abs=0.01)


def test_trimming_that_cannot_be_had_is_refused() -> None:
    raked = weights.rake(design(), {"sex": SEX, "age": AGE})
    with said(WeightError, "mean weight"):
        weights.trim(raked, upper=1.0)
    with said(WeightError, "0 ≤ lower < upper"):
        weights.trim(raked)
    with said(ConvergenceError, "widen the bounds"):
        weights.trim(raked, upper=raked.weights.mean() * 1.01, lower=raked.weights.mean() * 0.99, strict=True)


@pytest.mark.parametrize("rule", ["neighbour", "smallest"])
def test_small_categories_are_merged_by_rule_and_told(rule: str) -> None:
    ages = pd.Series({"16-19": 60.0, "20-34": 240.0, "35-64": 450.0, "65-": 250.0})
    random = np.random.default_rng(2)
    d = design(age=random.choice(list(ages.index), 240, p=[0.02, 0.28, 0.4, 0.3]))
    merged, margins = weights.merge_small_cells(d, {"sex": SEX, "age": ages}, minimum=20, rule=rule)
    assert list(margins) == ["sex", "age_merged"]
    assert margins["age_merged"].sum() == 1000 and len(margins["age_merged"]) == 3
    counts = d.frame["age"].value_counts().drop("16-19")
    assert margins["age_merged"].index[0] == "16-19 + " + ("20-34" if rule == "neighbour" else counts.idxmin())
    assert [e.kind for e in merged.events] == ["merged"]
    assert weights.rake(merged, margins).weights.sum() == pytest.approx(1000)
    with said(WeightError, "last two"):
        weights.merge_small_cells(d, {"sex": SEX}, minimum=200)


def test_response_groups_keep_each_groups_total_and_name_the_empty() -> None:
    random = np.random.default_rng(8)
    d = design(answered=random.random(240) < 0.4)
    adjusted = weights.response_groups(d, "answered", ["sex", "age"])
    np.testing.assert_allclose(totals(adjusted, ["sex", "age"]), totals(d, ["sex", "age"]))
    assert (adjusted.weights[~d.frame["answered"]] == 0).all()
    nobody = design(answered=(d.frame["age"] != "65-"))
    with said(WeightError, "man × 65-, woman × 65-"):
        weights.response_groups(nobody, "answered", ["sex", "age"])


def test_inverse_propensities_agree_with_groups_when_the_model_is_saturated() -> None:
    random = np.random.default_rng(8)
    d = design(answered=(random.random(240) < 0.5).astype(int), w=1.0)
    by_model = weights.response_propensity(d, "answered", "sex", classes=None)
    by_group = weights.response_groups(d, "answered", "sex")
    np.testing.assert_allclose(by_model.weights, by_group.weights, rtol=1e-8)
    classed = weights.response_propensity(d, "answered", ["sex", "income"], classes=4)
    assert classed.weights.sum() == pytest.approx(240)


def test_r_indicator_by_hand() -> None:
    """Half respond at 0.8 and half at 0.4: S = 0.2·√(n/(n − 1)), R = 1 − 2 S."""
    group = np.repeat(["a", "b"], 100)
    answered = np.concatenate([np.arange(100) < 80, np.arange(100) < 40])
    d = SurveyDesign(pd.DataFrame({"group": group, "answered": answered, "w": 1.0}), weight="w")
    assert weights.r_indicator(d, "answered", "group") == pytest.approx(1 - 0.4 * np.sqrt(200 / 199), rel=1e-8)
    rates = weights.response_rates(d, "answered", "group")
    assert rates["rate"].tolist() == [0.8, 0.4] and rates["drawn"].tolist() == [100, 100]


def test_diagnostics_tell_what_weighting_did() -> None:
    raked = weights.rake(design(), {"sex": SEX, "age": AGE})
    level = pd.Series({"low": 400, "high": 600})
    raked = raked.with_columns(level=np.where(raked.frame["income"] < 300, "low", "high"))
    found = weights.diagnostics(raked, {"level": level})
    assert found.n == 240 and found.n_eff == pytest.approx(240 / found.kish_deff)
    w = raked.weights
    assert found.kish_deff == pytest.approx(1 + w.var() / w.mean() ** 2)
    table = found.table.set_index(["margin", "category"])
    used = table[table["used"]]
    np.testing.assert_allclose(used["after"], used["target"], atol=1e-10)
    assert table.loc[("level", "low"), "target"] == 0.4 and not table.loc[("level", "low"), "used"]
    assert found.g.index[0] == 0 and found.g.iloc[0] == pytest.approx((w / raked.base).min())


def test_kish_deff_by_hand_and_its_refusals() -> None:
    assert weights.kish_deff([1, 3]) == 1.25
    with pytest.raises(WeightError):
        weights.kish_deff([0.0, 0.0])


def test_negative_weights_of_a_linear_calibration_are_told_and_still_meet_the_totals() -> None:
    d = design()
    pulled = weights.calibrate(d, categorical={"sex": SEX}, numeric={"income": 1000 * 420.0})
    assert pulled.weights.min() < 0
    (event,) = pulled.events
    assert (event.kind, event.detail["rows"]) == ("negative_weights", int((pulled.weights < 0).sum()))
    assert pulled.weights @ d.frame["income"] == pytest.approx(420_000, rel=1e-10)


def test_forty_margins_at_once() -> None:
    """Their combinations would be 3^40, far past 64 bits."""
    random = np.random.default_rng(6)
    frame = pd.DataFrame({f"m{i}": random.integers(0, 3, 3000) for i in range(40)}).assign(w=1.0)
    want = {f"m{i}": pd.Series([1000.0, 990.0 + i, 1010.0 - i]) for i in range(40)}
    raked = weights.rake(SurveyDesign(frame, weight="w"), want)
    for name, target in want.items():
        np.testing.assert_allclose(totals(raked, name), target, atol=3e-7)


def test_a_domain_can_be_weighted_by_itself() -> None:
    """Raking a whole stratum as a domain is raking a survey of that stratum alone, SEs too."""
    d = design()
    frame = d.frame.assign(town=np.where(np.arange(240) < 150, "here", "there"))
    frame.loc[200:, "sex"] = "vill ej uppge"
    both = SurveyDesign(frame, weight="w", strata="town")
    here = weights.rake(both.subset(frame["town"] == "here"), {"sex": SEX, "age": AGE})
    alone = weights.rake(SurveyDesign(frame[:150], weight="w"), {"sex": SEX, "age": AGE})
    np.testing.assert_allclose(here.weights[:150], alone.weights)
    assert (here.weights[150:] == 0).all()
    for by in (None, "age"):
        one, two = (estimate.mean(x, "income", by=by) for x in (here, alone))
        np.testing.assert_allclose(one[["estimate", "se", "df"]], two[["estimate", "se", "df"]], rtol=1e-9)
        covariance = np.asarray(one.attrs["covariance"])
        np.testing.assert_allclose(np.sqrt(np.diag(covariance)), two["se"], rtol=1e-9)
