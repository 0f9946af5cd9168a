"""Estimates: what a table says, also when there is little or nothing to say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from trygghet import estimate, weights
from trygghet.design import SurveyDesign
from trygghet.errors import ConvergenceError, DesignError

from .saying import said

COLUMNS = ["indicator", "n", "n_eff", "estimate", "se", "ci_low", "ci_high", "deff", "df", "flags"]


def survey(n: int = 300, seed: int = 11) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({"id": np.arange(n), "w": random.uniform(1, 3, n)})
    frame["area"] = pd.Categorical(random.choice(["n", "s"], n), categories=["n", "s", "empty"])
    frame["sex"] = random.choice(["man", "woman"], n)
    frame["age"] = random.choice(["16-34", "35-64", "65-"], n)
    frame["y"] = (random.random(n) < 0.3).astype(float)
    frame["z"] = random.normal(50, 10, n)
    frame["answer"] = pd.Categorical(random.choice(["a", "b", "c"], n, p=[0.2, 0.3, 0.5]))
    return frame


def design(**columns: object) -> SurveyDesign:
    return SurveyDesign(survey().assign(**columns), weight="w")


def test_the_table_has_the_columns_that_others_rely_on() -> None:
    d = design()
    assert list(estimate.mean(d, "y").columns) == COLUMNS
    table = estimate.proportion(d, ["y", "answer"], by=["sex", "area"])
    assert list(table.columns) == ["sex", "area", "indicator", "category", *COLUMNS[1:]]
    assert len(table) == 2 * 3 * 4
    assert np.asarray(table.attrs["covariance"]).shape == (24, 24)
    assert table.attrs["method"] == "auto"


def test_simple_random_sampling_is_the_textbook() -> None:
    """Mean and s²/n, and the t interval, of an unweighted sample."""
    frame = survey().assign(w=1.0)
    row = estimate.mean(SurveyDesign(frame, weight="w"), "z").iloc[0]
    low, high = stats.t.interval(0.95, 299, frame["z"].mean(), frame["z"].std() / np.sqrt(300))
    assert row["estimate"] == pytest.approx(frame["z"].mean())
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((low, high))
    assert row["n_eff"] == 300


def test_an_empty_domain_keeps_its_row_and_says_so() -> None:
    table = estimate.proportion(design(), "y", by="area")
    empty = table[table["area"] == "empty"].iloc[0]
    assert empty["n"] == 0 and empty["flags"] == "no_respondents" and empty["n_eff"] == 0
    assert np.isnan(empty[["estimate", "se", "ci_low", "ci_high"]].astype(float)).all()
    by_rows = estimate.ratio(design(), "y", "z", by="area")
    assert by_rows["n"].tolist()[2] == 0 and np.isnan(by_rows["estimate"].iloc[2])


def test_a_missing_answer_leaves_that_variables_domain_only() -> None:
    frame = survey()
    frame.loc[:9, "y"] = np.nan
    table = estimate.mean(SurveyDesign(frame, weight="w"), ["y", "z"])
    assert table["n"].tolist() == [290, 300]
    inside = frame.iloc[10:]
    assert table["estimate"].iloc[0] == pytest.approx(np.average(inside["y"], weights=inside["w"]))


@pytest.mark.parametrize("method", ["logit", "beta", "wilson", "auto"])
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_zero_and_all_have_an_interval_of_some_width(method: str, value: float) -> None:
    row = estimate.proportion(design(y=value), "y", method=method).iloc[0]
    assert row["estimate"] == value and row["se"] == 0
    assert 0 < row["ci_high"] - row["ci_low"] < 0.05
    assert "all_equal" in row["flags"]


def test_the_exact_interval_at_zero_is_the_rule_of_three() -> None:
    """Clopper–Pearson at 0 of n: 1 − (α/2)^(1/n)."""
    row = estimate.proportion(design(y=0.0, w=1.0), "y").iloc[0]
    assert row["ci_high"] == pytest.approx(1 - 0.025 ** (1 / 300), rel=1e-9)


def test_one_respondent_knows_nothing() -> None:
    d = design(group=["one"] + ["rest"] * 299)
    row = estimate.proportion(d, "y", by="group").iloc[0]
    assert (row["ci_low"], row["ci_high"]) == (0, 1) and "no_df" in row["flags"]
    assert np.isnan(estimate.mean(d, "z", by="group")["ci_low"].iloc[0])


def test_rare_shares_take_the_other_method_and_say_which() -> None:
    d = design(rare=(np.arange(300) < 4).astype(float))
    table = estimate.proportion(d, ["y", "rare"], method="auto")
    assert table["flags"].tolist()[0] == ""
    name = table["flags"].iloc[1].removeprefix("rare_method:")
    chosen = estimate.proportion(d, "rare", method=name).iloc[0]
    low, high = table.loc[1, ["ci_low", "ci_high"]]
    assert low <= chosen["ci_low"] and high >= chosen["ci_high"]  # the effective size is capped at Kish's
    p, size = (
        chosen["estimate"],
        min(chosen["n_eff"], chosen["estimate"] * (1 - chosen["estimate"]) / chosen["se"] ** 2),
    )
    assert low == pytest.approx(stats.beta.ppf(0.025, p * size, (1 - p) * size + 1), rel=1e-9)


def test_booleans_and_nullable_integers_are_shares_too() -> None:
    want = estimate.proportion(design(), "y")["estimate"].iloc[0]
    for values in (survey()["y"] == 1, survey()["y"].astype("Int64"), survey()["y"].astype("boolean")):
        assert estimate.proportion(design(y=values), "y")["estimate"].iloc[0] == want


def test_variables_that_cannot_be_estimated_are_refused() -> None:
    d = design()
    with said(DesignError, "'nothing' is not in the data"):
        estimate.mean(d, "nothing")
    with said(DesignError, "0 and 1"):
        estimate.proportion(d, "z")
    with said(DesignError, "method must be one of"):
        estimate.proportion(d, "y", method="likelihood")
    with said(DesignError, "level must lie"):
        estimate.mean(d, "y", level=95)
    with said(DesignError, "numeric columns"):
        estimate.ratio(d, "answer", "z")
    with said(DesignError, "infinite"):
        estimate.mean(design(z=np.inf), "z")
    with said(DesignError, "between 0 and 1"):
        estimate.quantile(d, "z", 50)


def test_categories_sum_to_one_and_their_covariance_to_zero() -> None:
    table = estimate.mean(design(), "answer")
    assert table["category"].tolist() == ["a", "b", "c"]
    assert table["estimate"].sum() == pytest.approx(1)
    assert np.abs(np.asarray(table.attrs["covariance"]).sum()) < 1e-18


def test_contrast_of_two_domains_uses_their_covariance() -> None:
    d = weights.rake(design(), {"sex": pd.Series({"man": 300, "woman": 320}), "age": _ages(620)})
    table = estimate.mean(d, "z", by="sex")
    row = estimate.contrast(table, {"gap": [1, -1]}).iloc[0]
    v = np.asarray(table.attrs["covariance"])
    assert row["se"] == pytest.approx(np.sqrt(v[0, 0] + v[1, 1] - 2 * v[0, 1]))
    assert row["p"] == pytest.approx(2 * stats.t.sf(abs(row["statistic"]), row["df"]))
    with said(DesignError, "2 coefficients"):
        estimate.contrast(table, [1, 0, -1])
    with said(DesignError, "no covariance"):
        estimate.contrast(table.iloc[:1], [1])


def _ages(total: float) -> pd.Series:
    return pd.Series({"16-34": 0.3, "35-64": 0.45, "65-": 0.25}) * total


def test_change_of_independent_waves_adds_the_variances() -> None:
    one, two = design(), SurveyDesign(survey(seed=12), weight="w")
    table = estimate.change(one, two, ["y", "z"], by="sex")
    assert list(table.columns[:10]) == [
        "sex",
        "indicator",
        "n_before",
        "n_after",
        "before",
        "after",
        "change",
        "se",
        "ci_low",
        "ci_high",
    ]
    assert {"p", "df", "se_before", "se_after", "covariance"} <= set(table.columns)
    before, after = (estimate.mean(d, ["y", "z"], by="sex") for d in (one, two))
    np.testing.assert_allclose(table["change"], after["estimate"] - before["estimate"])
    np.testing.assert_allclose(table["se"] ** 2, before["se"] ** 2 + after["se"] ** 2)


def test_change_in_a_panel_is_the_paired_difference() -> None:
    """The same persons twice, unweighted: the paired t statistic."""
    first = survey().assign(w=1.0)
    second = first.assign(z=first["z"] + np.random.default_rng(4).normal(1, 3, 300))
    waves = [SurveyDesign(f, weight="w") for f in (first, second.sample(frac=1, random_state=1))]
    row = estimate.change(*waves, "z", overlap="id").iloc[0]
    paired = stats.ttest_rel(second["z"], first["z"])
    assert row["statistic"] == pytest.approx(paired.statistic, rel=1e-9)
    assert row["p"] == pytest.approx(paired.pvalue, rel=1e-9)
    assert row["se"] < estimate.change(*waves, "z")["se"].iloc[0] / 3


def test_change_with_half_the_sample_in_both_waves() -> None:
    """m of n units shared: the covariance is m/n² times the shared units' covariance of the two answers."""
    first = survey().assign(w=1.0)
    second = first.assign(z=first["z"] + 5, id=np.where(np.arange(300) < 150, first["id"], first["id"] + 1000))
    row = estimate.change(SurveyDesign(first, "w"), SurveyDesign(second, "w"), "z", overlap="id").iloc[0]
    shared = first["z"].to_numpy()[:150] - first["z"].mean()
    assert row["covariance"] == pytest.approx((shared**2).sum() / 300 / 299, rel=1e-9)


def test_change_from_zero_has_an_interval_of_some_width() -> None:
    row = estimate.change(design(y=0.0), design(y=0.0), "y").iloc[0]
    assert row["se"] == 0 and row["ci_low"] < 0 < row["ci_high"] and row["flags"] == "extreme_share"


def test_a_domain_that_one_wave_lacks_keeps_its_row() -> None:
    one, two = survey(), survey(seed=5)
    two["sex"] = two["sex"].replace({"woman": "other"})
    table = estimate.change(SurveyDesign(one, "w"), SurveyDesign(two, "w"), "y", by="sex").set_index("sex")
    assert table.index.tolist() == ["man", "woman", "other"]
    assert table["flags"].tolist() == ["", "no_respondents", "no_respondents"]
    assert table.loc["other", "n_before"] == 0 and table.loc["other", "n_after"] > 0


def test_an_overlap_id_that_splits_units_is_refused() -> None:
    frame = survey().assign(psu=lambda f: f["id"] // 3)
    waves = [SurveyDesign(frame, weight="w", cluster="psu")] * 2
    with said(DesignError, "splits sampling units"):
        estimate.change(*waves, "z", overlap="id")
    assert estimate.change(*waves, "z", overlap="psu")["se"].iloc[0] == pytest.approx(0, abs=1e-9)


def test_standardisation_by_hand() -> None:
    d, population = design(), pd.Series({("16-34", "man"): 3.0, ("35-64", "woman"): 1.0})
    population.index = pd.MultiIndex.from_tuples(population.index)
    table = estimate.standardised(d, "z", ["age", "sex"], population, by="area")
    cells = estimate.mean(d, "z", by=["area", "age", "sex"]).set_index(["area", "age", "sex"])["estimate"]
    want = 0.75 * cells["n", "16-34", "man"] + 0.25 * cells["n", "35-64", "woman"]
    assert table["estimate"].iloc[0] == pytest.approx(want)
    assert table["flags"].tolist() == ["", "", "no_respondents"]


def test_standardising_to_the_samples_own_composition_changes_nothing() -> None:
    d = design()
    own = d.frame.assign(w=d.weights).groupby(["age", "sex"])["w"].sum()
    table = estimate.standardised(d, "z", ["age", "sex"], own)
    assert table["estimate"].iloc[0] == pytest.approx(estimate.mean(d, "z")["estimate"].iloc[0])
    post = estimate.mean(weights.post_stratify(d, ["age", "sex"], own), "z")
    assert table["se"].iloc[0] == pytest.approx(post["se"].iloc[0], rel=1e-9)


def test_a_standard_population_with_a_stranger_is_refused_and_an_empty_cell_told() -> None:
    with said(DesignError, "sample lacks"):
        estimate.standardised(design(), "z", ["sex"], pd.Series({"man": 1, "woman": 1, "other": 1}))
    frame = survey()
    frame = frame[~((frame["area"] == "s") & (frame["age"] == "65-"))]
    table = estimate.standardised(SurveyDesign(frame, "w"), "z", ["age"], _ages(1), by="area")
    assert table["flags"].tolist() == ["", "empty_cells:1", "no_respondents"]


def test_quantiles_by_domain_and_definition() -> None:
    frame = survey().assign(w=1.0)
    d = SurveyDesign(frame, weight="w")
    for rule, name in (("hf7", "linear"), ("hf4", "interpolated_inverted_cdf"), ("hf6", "weibull"), ("hf5", "hazen")):
        have = estimate.quantile(d, "z", [0.1, 0.5, 0.9], rule=rule)["estimate"]
        np.testing.assert_allclose(have, np.quantile(frame["z"], [0.1, 0.5, 0.9], method=name))
    for rule, name in (("math", "inverted_cdf"), ("hf2", "averaged_inverted_cdf"), ("hf3", "closest_observation")):
        have = estimate.quantile(d, "z", [0.1, 0.25, 0.5, 0.777], rule=rule)["estimate"]
        np.testing.assert_allclose(have, np.quantile(frame["z"], [0.1, 0.25, 0.5, 0.777], method=name))
    table = estimate.quantile(d, "z", [0.25, 0.75], by="area")
    assert table["q"].tolist() == [0.25, 0.75] * 3 and table["flags"].tolist()[-1] == "no_respondents"


def test_tests_agree_with_their_unweighted_selves() -> None:
    frame = survey().assign(w=1.0)
    d = SurveyDesign(frame, weight="w")
    men, women = (frame.loc[frame["sex"] == s, "z"] for s in ("man", "woman"))
    assert estimate.t_test(d, "z", "sex").p == pytest.approx(stats.ttest_ind(men, women).pvalue, abs=0.01)
    assert estimate.rank_test(d, "z", "sex").p == pytest.approx(stats.mannwhitneyu(men, women).pvalue, abs=0.01)
    chi = stats.chi2_contingency(pd.crosstab(frame["sex"], frame["answer"]), correction=False)
    test = estimate.independence_test(d, "sex", "answer", statistic="Chisq")
    assert test.statistic == pytest.approx(chi.statistic) and test.p == pytest.approx(chi.pvalue, abs=0.01)
    gof = estimate.goodness_of_fit(d, "answer", pd.Series({"a": 0.2, "b": 0.3, "c": 0.5}))
    plain = stats.chisquare(frame["answer"].value_counts().reindex(["a", "b", "c"]), [60, 90, 150])
    assert gof.statistic == pytest.approx(plain.statistic) and gof.p == pytest.approx(plain.pvalue, abs=0.02)


def test_tests_that_cannot_be_done_are_refused() -> None:
    d = design(one="same")
    for call, message in (
        (lambda: estimate.t_test(d, "z", "age"), "two categories"),
        (lambda: estimate.rank_test(d, "z", "sex", test="sign"), "test must be one of"),
        (lambda: estimate.independence_test(d, "sex", "one"), "at least two categories"),
        (lambda: estimate.independence_test(d, "sex", "age", statistic="G"), "statistic must be one of"),
        (lambda: estimate.regression(d, "z", ["one", "sex"], family="probit"), "family must be one of"),
        (lambda: estimate.regression(d, "z", ["w", "w2"]), "'w2' is not in the data"),
    ):
        with said(DesignError, message):
            call()


def test_regressions_that_cannot_be_fitted_are_told() -> None:
    d = design(twice=survey()["z"] * 2)
    with said(DesignError, "not independent"):
        estimate.regression(d, "y", ["z", "twice"])
    perfect = design(y=(survey()["z"] > 50).astype(float))
    with pytest.raises((ConvergenceError, DesignError)):
        estimate.regression(perfect, "y", ["z"], family="quasibinomial")


def test_covariances_survive_copying_and_joining() -> None:
    table = estimate.mean(design(), "y", by="sex")
    both = pd.concat([table, table.copy()], ignore_index=True)
    assert len(both) == 4
    v = table.copy().attrs["covariance"]
    assert v.shape == (2, 2) and v[0, 0] == pytest.approx(table["se"].iloc[0] ** 2)
    np.testing.assert_allclose(np.ones(2) @ v @ np.ones(2), np.asarray(v).sum())


def test_the_automatic_interval_allows_for_the_totals_calibrated_to() -> None:
    """q = 3 totals besides the size: SE·√(n′/(n′ − q)) with n′ = n − strata, on df − q."""
    d = weights.rake(design(), {"sex": pd.Series({"man": 310, "woman": 310}), "age": _ages(620)})
    assert d.constraints == 3 and design().constraints == 0
    row = estimate.proportion(d, "y").iloc[0]
    p, se = row["estimate"], row["se"] * np.sqrt(299 / 296)
    half = stats.t.ppf(0.975, 296) * se / (p * (1 - p))
    logit = np.log(p / (1 - p))
    assert row["ci_high"] == pytest.approx(1 / (1 + np.exp(-logit - half)), rel=1e-12)
    plain = estimate.proportion(d, "y", method="logit").iloc[0]
    assert plain["se"] == row["se"] and plain["ci_high"] < row["ci_high"]
    uncalibrated = design()
    same = [estimate.proportion(uncalibrated, "y", method=m)["ci_low"].iloc[0] for m in ("auto", "logit")]
    assert same[0] == same[1]
