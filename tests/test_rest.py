"""Groups against all others, worked out together, equal the general estimators asked one group at a time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import trygghet as tg
from trygghet import estimate
from trygghet.backgrounds import Standard
from trygghet.rest import coded, compositions, each_against_rest

STANDARD = Standard(
    ("sex", "age"), {("woman", "young"): 40, ("woman", "old"): 60, ("man", "young"): 70, ("man", "old"): 30},
    ("young", "old"),
)  # fmt: skip
HOMES = ("flat", "house", "farm")


def sample(seed: int = 1, n: int = 600) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "sex": random.choice(["woman", "man"], n),
            "age": random.choice(["young", "old"], n),
            "home": random.choice(HOMES, n, p=[0.55, 0.35, 0.1]),
            "stratum": random.choice(["a", "b", "c"], n),
            "w": random.uniform(0.5, 3, n),
            "unsafe": random.binomial(1, 0.4, n).astype(float),
            "rare": random.binomial(1, 0.02, n).astype(float),
        }
    )
    frame.loc[random.random(n) < 0.1, "unsafe"] = np.nan
    return frame


def designs() -> dict[str, tg.SurveyDesign]:
    plain = tg.SurveyDesign(sample(), weight="w", strata="stratum")
    totals = [pd.Series({"woman": 900.0, "man": 1000.0}), pd.Series({"young": 1100.0, "old": 800.0})]
    return {
        "stratified": plain,
        "raked": tg.rake(plain, {"sex": totals[0], "age": totals[1]}),
        "subset": plain.subset(plain.frame["stratum"] != "c"),
        "replicates": tg.replicate.bootstrap(plain, replicates=40, seed=3),
    }


@pytest.mark.parametrize("name", ["stratified", "raked", "subset", "replicates"])
def test_all_groups_at_once_equal_each_on_its_own_by_the_general_estimators(name):
    design = designs()[name]
    members = [np.where(design.frame["home"] == home, "in", "out") for home in HOMES]
    choices = compositions(design.frame, STANDARD)
    names = ["unsafe", "rare"]
    table = each_against_rest(design, np.column_stack([coded(m) for m in members]), names, [choices] * 3)
    assert table["indicator"].tolist() == names * 3
    for at, member in enumerate(members):
        sides = design.with_columns(side=pd.Categorical(member, categories=["in", "out"]))
        part = table.iloc[2 * at : 2 * at + 2].reset_index(drop=True)
        shares = estimate.proportion(sides, names, by="side")
        inside, outside = shares[::2].reset_index(drop=True), shares[1::2].reset_index(drop=True)
        for ours in ("n", "n_eff", "estimate", "se", "ci_low", "ci_high"):
            np.testing.assert_allclose(part[ours], inside[ours], rtol=1e-9)
        np.testing.assert_allclose(part[["n_rest", "rest"]], outside[["n", "estimate"]], rtol=1e-9)
        gap = estimate.contrast(shares, [1, -1, 0, 0])
        assert part["difference"][0] == pytest.approx(gap["estimate"][0], rel=1e-9)
        counts = [sides.frame["rare"][design.active & (member == m)].value_counts().min() for m in ("in", "out")]
        assert part["fewest"][1] == min(counts)


def test_standardised_shares_equal_the_general_estimator_and_small_groups_take_a_coarser_composition():
    design = designs()["raked"]
    members = np.column_stack([coded(np.where(design.frame["home"] == home, "in", "out")) for home in HOMES])
    choices = compositions(design.frame, STANDARD)
    table = each_against_rest(design, members, ["unsafe"], [choices, choices[-1:], []])
    assert table["over"].tolist() == ["sex_age", "sex", ""]
    assert table["standardised"].isna().tolist() == [False, False, True]
    shares = pd.Series(STANDARD.shares)
    shares.index = pd.MultiIndex.from_tuples(shares.index, names=["sex", "age"])
    sides = design.with_columns(side=design.frame["home"] == "flat")
    told = estimate.standardised(sides, "unsafe", ["sex", "age"], shares, by="side")
    gap = estimate.contrast(told, [-1, 1])
    row = table.iloc[0]
    assert row["standardised"] == pytest.approx(told["estimate"][1], rel=1e-9)
    assert row["standardised_difference"] == pytest.approx(gap["estimate"][0], rel=1e-9)
    df = told["df"].min()
    n = told["n"][1]
    grown = np.sqrt(design.active.sum() - 3) / np.sqrt(design.active.sum() - 3 - design.constraints)
    half = stats.t.ppf(0.975, df) * gap["se"][0] * np.sqrt(n / (n - 4)) * grown
    assert row["standardised_difference_high"] - row["standardised_difference"] == pytest.approx(half, rel=1e-9)
