"""Weights small enough to work out by hand: post-strata, a total, the variance function, trimming, replicates."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from trygghet import replicate, weights
from trygghet.design import SurveyDesign
from trygghet.errors import ConvergenceError, WeightError

from .saying import said

SEX = pd.Series({"man": 60.0, "woman": 40.0})


def sample(w: object = 1.0, **columns: object) -> SurveyDesign:
    frame = pd.DataFrame({"sex": ["man", "man", "woman", "woman", "woman"], "age": list("abaab"), "w": w})
    return SurveyDesign(frame.assign(**columns), weight="w")


@pytest.mark.parametrize("columns", ["sex", ["sex"], ("sex",)])
def test_post_strata_share_their_total_in_the_old_proportions(columns: object) -> None:
    d = weights.post_stratify(sample([1.0, 3.0, 1.0, 1.0, 2.0]), columns, SEX)
    np.testing.assert_allclose(d.weights, [15, 45, 10, 10, 20])
    assert d.adjustments[-1].recipe.margins[0].name == "sex"


@pytest.mark.parametrize("columns", [["sex", "age"], ("sex", "age")])
def test_crossed_post_strata(columns: object) -> None:
    cells = pd.MultiIndex.from_product([["man", "woman"], ["a", "b"]])
    d = weights.post_stratify(sample(), columns, pd.Series([10.0, 20.0, 30.0, 40.0], index=cells))
    np.testing.assert_allclose(d.weights, [10, 20, 15, 15, 40])


def test_post_strata_hand_their_options_on() -> None:
    assert weights.post_stratify(sample(), "sex", SEX).adjustments[-1].recipe.variance == "regression"
    means = weights.post_stratify(sample(), "sex", SEX, variance="residual_means")
    assert means.adjustments[-1].recipe.variance == "residual_means"
    with said(WeightError, "variance must be one of regression, residual_means, not 'jackknife'"):
        weights.post_stratify(sample(), "sex", SEX, variance="jackknife")
    more = sample(sex=["man", "man", "woman", "woman", "other"])
    with said(WeightError, "other"):
        weights.post_stratify(more, "sex", SEX)
    zero = weights.post_stratify(more, "sex", SEX, unknown="zero")
    np.testing.assert_allclose(zero.weights, [30, 30, 20, 20, 0])


def test_calibration_refuses_and_hands_on_unknown_categories() -> None:
    more = sample(sex=["man", "man", "woman", "woman", "other"])
    with said(WeightError, "other"):
        weights.calibrate(more, categorical={"sex": SEX})
    zero = weights.calibrate(more, categorical={"sex": SEX}, unknown="zero")
    np.testing.assert_allclose(zero.weights, [30, 30, 20, 20, 0])


def test_calibration_without_any_total_is_refused_and_each_kind_alone_will_do() -> None:
    with said(WeightError, r"^calibrate needs totals: categorical, numeric or total$"):
        weights.calibrate(sample())
    np.testing.assert_allclose(weights.calibrate(sample(), total=20.0).weights, 4.0)
    np.testing.assert_allclose(weights.calibrate(sample(), categorical={"sex": SEX}).weights[:2], 30.0)
    by_size = weights.calibrate(sample(size=[1.0, 2, 3, 4, 5]), numeric={"size": 70.0})
    # linear distance: g = 1 + lambda x with lambda = (70 - 15) / 55
    np.testing.assert_allclose(by_size.weights, 1 + np.arange(1.0, 6.0))


def test_calibration_is_linear_by_default_and_its_variance_is_by_regression() -> None:
    recipe = weights.calibrate(sample(), categorical={"sex": SEX}).adjustments[-1].recipe
    assert (recipe.distance, recipe.bounds, recipe.variance) == ("linear", None, "regression")


def test_a_variance_function_in_proportion_gives_the_ratio_estimator() -> None:
    size = np.array([1.0, 2, 3, 4, 5])
    d = weights.calibrate(sample(size=size), numeric={"size": 75.0}, heteroscedasticity="size")
    np.testing.assert_allclose(d.weights, 5.0)
    np.testing.assert_array_equal(d.adjustments[-1].recipe.heteroscedasticity, size)


def test_a_variance_function_with_a_margin_and_the_total_goes_row_by_row() -> None:
    """g = 1 + lambda / v within a sex: men with v 1 and 3 share what is missing three to one."""
    v = [1.0, 3, 2, 2, 2]
    d = weights.calibrate(sample(v=v), categorical={"sex": SEX}, total=100.0, heteroscedasticity="v")
    np.testing.assert_allclose(d.weights, [1 + 58 * 3 / 4, 1 + 58 / 4, 40 / 3, 40 / 3, 40 / 3])
    assert d.adjustments[-1].recipe.numeric_names == ("total",)


def test_a_variance_function_with_margins_alone_is_the_same_without_saying_the_total() -> None:
    v, age = [1.0, 3, 2, 2, 2], pd.Series({"a": 55.0, "b": 45.0})
    alone = weights.calibrate(sample(v=v), categorical={"sex": SEX}, heteroscedasticity="v")
    np.testing.assert_allclose(alone.weights, [1 + 58 * 3 / 4, 1 + 58 / 4, 40 / 3, 40 / 3, 40 / 3])
    assert alone.adjustments[-1].recipe.numeric_names == ()
    both = {"sex": SEX, "age": age}
    asked = weights.calibrate(sample(v=v), categorical=both, heteroscedasticity="v")
    said = weights.calibrate(sample(v=v), categorical=both, total=100.0, heteroscedasticity="v")
    np.testing.assert_allclose(asked.weights, said.weights)
    influence = np.arange(5.0) * asked.weights
    assert asked.variances(influence[:, None])[0] > 0
    np.testing.assert_allclose(asked.variances(influence[:, None]), said.variances(influence[:, None]))


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf, "x"])
def test_a_variance_function_must_be_positive_everywhere(bad: object) -> None:
    with said(WeightError, r"^the heteroscedasticity column 'v' must be positive in every row$"):
        weights.calibrate(sample(v=[1.0, 1, bad, 1, 1]), total=10.0, heteroscedasticity="v")
    with said(WeightError, r"^the heteroscedasticity column 'q' is not in the data; correct the name$"):
        weights.calibrate(sample(), total=10.0, heteroscedasticity="q")


def test_a_variance_function_written_as_text_is_read() -> None:
    d = weights.calibrate(
        sample(v=list("12345"), size=[1.0, 2, 3, 4, 5]), numeric={"size": 75.0}, heteroscedasticity="v"
    )
    np.testing.assert_allclose(d.weights, 5.0)


def test_a_total_half_a_percent_off_scales_the_margins_and_says_so() -> None:
    for total in (100.5, 99.6):
        d = weights.calibrate(sample(), categorical={"sex": SEX}, total=total)
        np.testing.assert_allclose(d.weights, np.array([30, 30, 40 / 3, 40 / 3, 40 / 3]) * total / 100)
        (event,) = d.events
        assert (event.kind, event.margin, event.detail) == ("margin_scaled", "total", {"from": 100.0, "to": total})
    exact = pd.Series({"man": 1206.0, "woman": 804.0})  # 2010, and 0.5 % of 2000 is 10
    assert weights.calibrate(sample(), categorical={"sex": exact}, total=2000.0).weights.sum() == pytest.approx(2000)
    for total in (101.0, 99.4):
        with said(WeightError, rf"^margins disagree: sex sums to 100 but total is {total:g}; "):
            weights.calibrate(sample(), categorical={"sex": SEX}, total=total)


def test_a_total_that_is_the_margins_own_changes_nothing_and_all_events_are_kept() -> None:
    assert weights.calibrate(sample(), categorical={"sex": SEX}, total=100.0).events == ()
    age = pd.Series({"a": 70.0, "b": 30.2})
    d = weights.calibrate(sample(), categorical={"sex": SEX, "age": age}, total=100.4)
    assert [event.margin for event in d.events] == ["age", "total"]
    assert d.weights[np.array(list("abaab")) == "a"].sum() == pytest.approx(70 / 100.2 * 100.4)
    again = weights.calibrate(d, categorical={"sex": SEX})
    assert [event.margin for event in again.events] == ["age", "total"]


def test_a_total_joins_numeric_auxiliaries_in_one_calibration() -> None:
    d = weights.calibrate(sample(size=[1.0, 2, 3, 4, 5]), numeric={"size": 33.0}, total=10.0)
    assert d.weights.sum() == pytest.approx(10) and d.weights @ np.arange(1, 6) == pytest.approx(33)
    assert d.adjustments[-1].recipe.numeric_names == ("total", "size")
    three = weights.calibrate(
        sample(size=[1.0, 2, 3, 4, 5]), categorical={"sex": SEX}, numeric={"size": 240.0}, total=100.0
    )
    assert three.weights[:2].sum() == pytest.approx(60) and three.weights @ np.arange(1, 6) == pytest.approx(240)


def test_negative_weights_are_counted_and_zero_ones_are_not() -> None:
    d = weights.calibrate(sample(size=[1.0, 2, 3, 4, 5]), numeric={"size": 12.0}, total=6.0)
    want = 6 / 5 - 0.6 * (np.arange(1, 6) - 3)  # slope (12 - 18) / 10
    np.testing.assert_allclose(d.weights, want, atol=1e-12)
    low = weights.calibrate(sample(size=[1.0, 2, 3, 4, 5]), numeric={"size": 3.0}, total=3.0)
    (event,) = low.events
    assert (event.kind, event.margin, event.detail) == ("negative_weights", "", {"rows": int((low.weights < 0).sum())})
    one = weights.calibrate(sample(size=[1.0, 1, 1, 1, 4]), numeric={"size": 3.0}, total=4.5)
    assert [event.detail["rows"] for event in one.events] == [1]


def test_one_pass_of_trimming_shares_the_excess_equally() -> None:
    d = sample([1.0, 1.0, 1.0, 1.0, 6.0])
    cut = weights.trim(d, upper=4)
    np.testing.assert_allclose(cut.weights, [1.5, 1.5, 1.5, 1.5, 4])
    (event,) = cut.events
    assert (event.kind, event.margin, event.detail) == ("trimmed", "", {"share": 0.2, "lower": 0.0, "upper": 4.0})
    (step,) = cut.adjustments
    assert step.kind == "fixed" and step.recipe is None
    np.testing.assert_allclose(step.before * step.factor, cut.weights)
    np.testing.assert_array_equal(step.before, d.weights)
    np.testing.assert_array_equal(d.weights, [1, 1, 1, 1, 6])


def test_trimming_from_below_and_above() -> None:
    d = sample([0.5, 1.0, 1.5, 2.0, 5.0])
    cut = weights.trim(d, lower=0.8, upper=4)
    np.testing.assert_allclose(cut.weights, [0.8, 1 + 0.7 / 3, 1.5 + 0.7 / 3, 2 + 0.7 / 3, 4])
    assert cut.events[0].detail == {"share": 0.4, "lower": 0.8, "upper": 4.0}
    up = weights.trim(d, lower=1)
    np.testing.assert_allclose(up.weights, [1, 1 - 0.125, 1.5 - 0.125, 2 - 0.125, 5 - 0.125])
    assert up.events[0].detail == {"share": 0.2, "lower": 1.0, "upper": np.inf}


def test_a_weight_on_the_bound_is_not_trimmed() -> None:
    d = weights.trim(sample([1.0, 2.0, 2.0, 1.0, 4.0]), lower=1, upper=4)
    np.testing.assert_array_equal(d.weights, [1, 2, 2, 1, 4])
    assert d.events[0].detail["share"] == 0


def test_strict_trimming_goes_on_until_all_are_inside() -> None:
    d = sample([1.0, 1.0, 1.0, 3.0, 6.0])
    np.testing.assert_allclose(weights.trim(d, upper=3).weights, [1.75, 1.75, 1.75, 3.75, 3])
    strict = weights.trim(d, upper=3, strict=True)
    np.testing.assert_allclose(strict.weights, [2, 2, 2, 3, 3], rtol=1e-8)
    assert strict.events[0].detail["share"] == 0.2  # one of five, counted on the weights there were
    np.testing.assert_allclose(strict.adjustments[0].before * strict.adjustments[0].factor, strict.weights)


def test_rows_of_weight_zero_are_left_alone() -> None:
    d = sample([1.0, 1.0, 1.0, 3.0, 6.0]).subset(np.array([True, False, True, True, True]))
    d = weights.rake(d, {"sex": pd.Series({"man": 1.0, "woman": 10.0})})
    cut = weights.trim(d, lower=1.1, upper=5, recalibrate=False)
    assert cut.weights[1] == 0 and cut.weights.sum() == pytest.approx(11)
    assert cut.events[0].detail["share"] == 0.75  # two too light and one too heavy of the four in use


def test_trimming_meets_the_last_totals_again_unless_told_not_to() -> None:
    d = weights.rake(sample([1.0, 3.0, 1.0, 1.0, 8.0]), {"sex": SEX})
    plain = weights.trim(d, upper=30, recalibrate=False)
    assert plain.weights[:2].sum() != pytest.approx(60) and len(plain.adjustments) == 2
    again = weights.trim(d, upper=30)
    assert again.weights[:2].sum() == pytest.approx(60) and again.weights[2:].sum() == pytest.approx(40)
    assert [step.kind for step in again.adjustments] == ["regression", "fixed", "regression"]
    assert [event.kind for event in again.events] == ["trimmed"]
    np.testing.assert_allclose(again.adjustments[1].before * again.adjustments[1].factor, plain.weights)
    # the last calibration counts, not the first
    by_age = weights.rake(d, {"age": pd.Series({"a": 50.0, "b": 50.0})})
    once = weights.trim(by_age, upper=40)
    assert once.weights[np.array(list("abaab")) == "a"].sum() == pytest.approx(50)


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ({}, r"^trim needs 0 ≤ lower < upper, not lower=None, upper=None$"),
        ({"lower": 3, "upper": 3}, r"not lower=3, upper=3$"),
        ({"lower": 4, "upper": 3}, "lower < upper"),
        ({"lower": -0.5, "upper": 3}, "lower < upper"),
        ({"lower": 2.5}, r"^the mean weight 2 is outside the bounds 2\.5 to infinity, so nothing can be shared"),
        ({"upper": 1.9}, r"^the mean weight 2 is outside the bounds 0 to 1\.9, so nothing can be shared"),
    ],
)
def test_bounds_that_cannot_trim(bounds: dict, message: str) -> None:
    with said(WeightError, message):
        weights.trim(sample([1.0, 1.0, 1.0, 3.0, 4.0]), **bounds)


def test_bounds_at_zero_and_at_the_mean_are_allowed() -> None:
    d = sample([1.0, 1.0, 1.0, 3.0, 4.0])
    np.testing.assert_allclose(weights.trim(d, lower=0, upper=5).weights, d.weights)
    np.testing.assert_allclose(weights.trim(d, lower=0, upper=2).weights, [2, 2, 2, 2, 2])
    np.testing.assert_allclose(weights.trim(d, lower=2).weights, [2, 2, 2, 1.5, 2.5])  # one pass: under again
    np.testing.assert_allclose(weights.trim(d, lower=1.9, strict=True).weights.min(), 1.9, rtol=1e-8)
    np.testing.assert_allclose(weights.trim(d, lower=0.5, upper=3.5).weights, [1.125, 1.125, 1.125, 3.125, 3.5])


def test_an_excess_of_one_is_shared_like_any_other() -> None:
    np.testing.assert_allclose(weights.trim(sample([1.0, 1.0, 1.0, 1.0, 5.0]), upper=4).weights, [1.25] * 4 + [4])


def test_strict_trimming_leaves_rows_of_weight_zero_out() -> None:
    strict = weights.trim(sample([0.0, 1.0, 2.0, 3.0, 6.0]), lower=1.5, upper=5, strict=True)
    assert strict.weights[0] == 0 and strict.weights[1:].min() == pytest.approx(1.5) and strict.weights.sum() == 12


def test_strict_trimming_without_an_answer_says_what_to_do() -> None:
    d = weights.rake(sample(), {"sex": pd.Series({"man": 90.0, "woman": 10.0})})
    message = (
        "no weights within 2 to 40 meet the margins after 200 rounds of trimming; "
        "widen the bounds or use calibrate(distance='logit', bounds=...)"
    )
    with said(ConvergenceError, f"^{re.escape(message)}$"):
        weights.trim(d, lower=2, upper=40, strict=True)


def test_every_replicate_meets_the_margins_too() -> None:
    d = replicate.jackknife(sample([1.0, 3.0, 1.0, 1.0, 2.0], size=[1.0, 2, 3, 4, 5]))
    met = weights.calibrate(d, numeric={"size": 70.0}, total=20.0)
    assert met.replicates.count == 5
    np.testing.assert_allclose(met.replicates.weights.T @ np.arange(1, 6), 70)
    np.testing.assert_allclose(met.replicates.weights.sum(axis=0), 20)
    assert weights.rake(sample(), {"sex": SEX}).replicates is None


def test_a_replicate_that_cannot_meet_the_margins_is_named_by_its_number() -> None:
    d = replicate.jackknife(sample(sex=["man", "woman", "woman", "woman", "woman"]))
    with said(ConvergenceError, r"^replicate 1: raking calibration did not meet its totals"):
        weights.rake(d, {"sex": SEX})
    last = replicate.jackknife(sample(sex=["woman", "woman", "man", "woman", "woman"]))
    with said(ConvergenceError, r"^replicate 3: "):
        weights.rake(last, {"sex": SEX})


def test_trimming_carries_over_to_the_replicates() -> None:
    d = replicate.jackknife(sample([1.0, 1.0, 1.0, 1.0, 6.0]))
    cut = weights.trim(d, upper=4)
    factor = np.array([1.5, 1.5, 1.5, 1.5, 4 / 6])
    np.testing.assert_allclose(cut.replicates.weights, d.replicates.weights * factor[:, None])
    raked = weights.rake(replicate.jackknife(sample([1.0, 3.0, 1.0, 1.0, 8.0])), {"sex": SEX})
    again = weights.trim(raked, upper=35)
    np.testing.assert_allclose(again.replicates.weights[:2].sum(axis=0), 60)
    plain = weights.trim(raked, upper=35, recalibrate=False)
    factor = plain.weights / raked.weights
    np.testing.assert_allclose(plain.replicates.weights, raked.replicates.weights * factor[:, None])
    assert weights.trim(sample([1.0, 1.0, 1.0, 1.0, 6.0]), upper=4).replicates is None


def test_a_lower_bound_carries_over_to_the_replicates() -> None:
    cut = weights.trim(replicate.jackknife(sample([1.0, 3.0, 3.0, 3.0, 4.0])), lower=2)
    factor = cut.weights / np.array([1.0, 3.0, 3.0, 3.0, 4.0])
    assert factor[0] == 2
    np.testing.assert_allclose(cut.replicates.weights[1:, 0], factor[1:] * [3.75, 3.75, 3.75, 5.0])
    np.testing.assert_allclose(cut.replicates.weights[0, 1:], 2 * 1.25)


def test_zero_weights_survive_the_trimming_of_replicates() -> None:
    d = replicate.jackknife(sample([1.0, 1.0, 0.0, 1.0, 6.0]))
    cut = weights.trim(d, upper=4)
    assert np.isfinite(cut.replicates.weights).all() and (cut.replicates.weights[2] == 0).all()
    assert cut.weights[2] == 0 and cut.weights.sum() == pytest.approx(9)
    assert cut.adjustments[-1].factor[2] == 0
