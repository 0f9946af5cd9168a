"""Replicate designs: made, supplied, recalibrated."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from trygghet import estimate, replicate, weights
from trygghet.design import SurveyDesign
from trygghet.errors import DesignError

from .saying import said


def design(n: int = 120, per: int = 10) -> SurveyDesign:
    random = np.random.default_rng(9)
    frame = pd.DataFrame({"w": random.uniform(1, 4, n), "y": random.normal(5, 2, n)})
    frame["stratum"] = np.arange(n) % 4
    frame["psu"] = np.arange(n) // (4 * per)
    frame["sex"] = random.choice(["man", "woman"], n)
    return SurveyDesign(frame, weight="w", strata="stratum", cluster="psu")


def pairs() -> SurveyDesign:
    d = design(160, 20)
    assert d.stages[0].sampled.tolist() == [2, 2, 2, 2]
    return d


@pytest.mark.parametrize("fay", [0.0, 0.5])
def test_balanced_replicates_of_a_total_are_exact(fay: float) -> None:
    """A balanced set gives the linearised variance of a total (McCarthy 1969)."""
    d = pairs()
    one, two = estimate.total(d, "y"), estimate.total(replicate.balanced(d, fay=fay), "y")
    assert two["se"].iloc[0] == pytest.approx(one["se"].iloc[0], rel=1e-10)


def test_bootstrap_replicates_come_near_and_repeat_by_seed() -> None:
    d = design()
    wanted = estimate.total(d, "y")["se"].iloc[0]
    first = replicate.bootstrap(d, replicates=4000, seed=1)
    assert estimate.total(first, "y")["se"].iloc[0] == pytest.approx(wanted, rel=0.06)
    again, other = (replicate.bootstrap(d, replicates=50, seed=s) for s in (2, 3))
    same = replicate.bootstrap(d, replicates=50, seed=2)
    assert (again.replicates.weights == same.replicates.weights).all()
    assert not (again.replicates.weights == other.replicates.weights).all()


def test_the_bootstrap_knows_the_population_size() -> None:
    frame = design().frame.assign(N=lambda f: np.where(f["stratum"] < 2, 4, 6))
    d = SurveyDesign(frame, weight="w", strata="stratum", cluster="psu", fpc="N")
    wanted = estimate.total(d, "y")["se"].iloc[0]
    made = replicate.bootstrap(d, replicates=4000, seed=1)
    assert estimate.total(made, "y")["se"].iloc[0] == pytest.approx(wanted, rel=0.06)


@pytest.mark.parametrize("make", [replicate.jackknife, lambda d: replicate.bootstrap(d, replicates=30, seed=4)])
def test_every_replicate_is_recalibrated(make: object) -> None:
    sex = pd.Series({"man": 200.0, "woman": 180.0})
    before = weights.rake(make(design()), {"sex": sex})
    after = make(weights.rake(design(), {"sex": sex}))
    for d in (before, after):
        totals = d.frame["sex"].eq("man").to_numpy() @ d.replicates.weights
        np.testing.assert_allclose(totals, 200.0, rtol=1e-9)
        shares = estimate.mean(d, "sex")
        np.testing.assert_allclose(shares["se"], 0.0, atol=1e-10)
    np.testing.assert_allclose(before.replicates.weights, after.replicates.weights)


def test_the_jackknife_of_a_calibrated_mean_is_near_the_linearised() -> None:
    d = weights.rake(design(400, 5), {"sex": pd.Series({"man": 200.0, "woman": 180.0})})
    one, two = estimate.mean(d, "y"), estimate.mean(replicate.jackknife(d), "y")
    assert two["se"].iloc[0] == pytest.approx(one["se"].iloc[0], rel=0.05)


def test_supplied_replicates_from_columns_and_back() -> None:
    made = replicate.jackknife(design())
    columns = replicate.frame_of(made)
    d = SurveyDesign(design().frame.join(columns), weight="w")
    read = replicate.supplied(d, list(columns), scale=made.replicates.scale, rscales=made.replicates.rscales)
    assert estimate.mean(read, "y")["se"].iloc[0] == estimate.mean(made, "y")["se"].iloc[0]
    factors = made.replicates.weights / d.weights[:, None]
    other = replicate.supplied(d, factors, scale=1.0, rscales=made.replicates.rscales, combined=False)
    np.testing.assert_allclose(other.replicates.weights, made.replicates.weights)


def test_trimming_and_domains_reach_the_replicates() -> None:
    made = replicate.jackknife(weights.rake(design(), {"sex": pd.Series({"man": 200.0, "woman": 180.0})}))
    trimmed = weights.trim(made, upper=float(np.quantile(made.weights, 0.95)))
    men = trimmed.frame["sex"].eq("man").to_numpy()
    np.testing.assert_allclose(men @ trimmed.replicates.weights, 200.0, rtol=1e-9)
    assert (made.subset(men).replicates.weights[~men] == 0).all()


def test_replicates_that_cannot_be_made_are_refused() -> None:
    d = design()
    with said(DesignError, "two units per stratum"):
        replicate.balanced(d)
    with said(DesignError, "fay must lie"):
        replicate.balanced(pairs(), fay=1.0)
    with said(DesignError, "at least two replicates"):
        replicate.bootstrap(d, replicates=1, seed=1)
    with said(DesignError, "for 120 rows"):
        replicate.supplied(d, np.ones((5, 4)), scale=1.0)
    with said(DesignError, "missing or infinite"):
        replicate.supplied(d, np.full((120, 4), np.nan), scale=1.0)
    with said(DesignError, "not in the data: r1"):
        replicate.supplied(d, ["r1"], scale=1.0)
    lonely = SurveyDesign(d.frame.assign(stratum=["alone"] + ["rest"] * 119), weight="w", strata="stratum")
    with said(DesignError, ": alone;"):
        replicate.jackknife(lonely)


def _table_survey(missing: bool) -> SurveyDesign:
    random = np.random.default_rng(3)
    n = 1500
    frame = pd.DataFrame({"area": random.integers(0, 6, n), "sex": random.integers(0, 2, n)})
    frame["age"], frame["stratum"] = random.integers(0, 3, n), frame["area"] // 3
    frame["N"] = np.where(frame["stratum"] == 0, 2500, 4000)
    for j in range(3):
        frame[f"y{j}"] = (random.random(n) < 0.2 + 0.2 * j + 0.05 * frame["area"]).astype(float)
        if missing:
            frame.loc[random.random(n) < 0.3, f"y{j}"] = np.nan
    sex, age = pd.Series({0: 3300, 1: 3200}), pd.Series({0: 2000, 1: 2200, 2: 2300})
    return weights.rake(SurveyDesign(frame, strata="stratum", fpc="N"), {"sex": sex, "age": age})


@pytest.mark.parametrize("missing", [False, True])
def test_the_bootstrap_by_cells_is_the_bootstrap_by_rows(missing: bool) -> None:
    """Same variances but for the noise of 500 replicates (3 % of an SE), and the linearised ones too."""
    d, items = _table_survey(missing), ["y0", "y1", "y2"]
    cells = replicate.bootstrap_table(d, items, by="area", replicates=4000, seed=1)
    rows = estimate.mean(replicate.bootstrap(d, replicates=500, seed=2), items, by="area")
    np.testing.assert_allclose(cells["estimate"], rows["estimate"])
    ratio = cells["se"] / rows["se"]
    assert abs(ratio.mean() - 1) < 0.03 and ratio.between(0.87, 1.13).all()
    linear = estimate.mean(d, items, by="area")
    assert abs((cells["se"] / linear["se"]).mean() - 1) < 0.02


def test_the_bootstrap_table_repeats_by_seed_and_falls_back_to_rows() -> None:
    d = _table_survey(False)
    one, two = (replicate.bootstrap_table(d, "y0", replicates=20, seed=5) for _ in range(2))
    assert one["se"].iloc[0] == two["se"].iloc[0]
    by_rows = replicate.bootstrap_table(design(), "y", replicates=400, seed=5)
    assert by_rows["se"].iloc[0] == pytest.approx(estimate.mean(design(), "y")["se"].iloc[0], rel=0.15)


def test_a_domain_that_a_replicate_loses_has_no_variance_and_says_so() -> None:
    d = design()
    made = replicate.jackknife(d)
    alone = made.with_columns(few=np.where((d.frame["psu"] == 0) & (d.frame["stratum"] == 0), "few", "many"))
    table = estimate.mean(alone, "y", by="few")
    assert np.isnan(table["se"].iloc[0]) and "no_variance" in table["flags"].iloc[0]
    assert table["se"].iloc[1] > 0 and table["flags"].iloc[1] == ""
