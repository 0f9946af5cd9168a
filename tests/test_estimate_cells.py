"""The fast route by cells gives what the row-by-row route gives, whatever the weights and the design."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from trygghet import estimate, weights
from trygghet.design import SurveyDesign
from trygghet.survey.cells import compute_by_cells, fast_route
from trygghet.survey.domains import read_domains, read_items
from trygghet.survey.results import Query
from trygghet.survey.statistics import compute_by_rows


def survey(n: int = 900, seed: int = 1) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    area = random.integers(0, 6, n)
    frame = pd.DataFrame({"area": area, "stratum": area // 2, "sex": random.integers(0, 2, n)})
    frame["age"] = random.integers(0, 4, n)
    frame["cluster"] = area * 10 + random.integers(0, 7, n)
    frame["population"] = np.array([9000, 4000, 2000])[frame["stratum"]]
    frame["weight"] = (frame["population"] / frame.groupby("stratum")["sex"].transform("size")).astype(float)
    frame["uneven"] = frame["weight"] * random.uniform(0.5, 2, n)
    frame["unsafe"] = (random.random(n) < 0.2 + 0.05 * area).astype(float)
    frame["rare"] = (random.random(n) < 0.03).astype(np.int8)
    frame["worry"] = random.normal(5 + area, 2, n)
    frame.loc[random.random(n) < 0.1, ["unsafe", "worry"]] = np.nan
    return frame


def margins(frame: pd.DataFrame) -> dict:
    total = frame["weight"].sum()
    age = frame.groupby("age")["weight"].sum() * np.array([1.2, 0.9, 1.0, 1.05])
    sex = pd.Series({0: 0.52, 1: 0.48}) * total
    area = frame.groupby("area")["weight"].sum() * np.linspace(0.9, 1.1, 6)
    return {"sex": sex, "age": age * total / age.sum(), "area": area * total / area.sum()}


DESIGNS = {
    "strata": {"weight": "weight", "strata": "stratum", "fpc": "population"},
    "crossed strata": {"weight": "weight", "strata": "age"},
    "uneven weights": {"weight": "uneven", "strata": "stratum"},
    "no strata": {"weight": "uneven"},
    "clusters": {"weight": "weight", "strata": "stratum", "cluster": "cluster"},
    "uneven clusters": {"weight": "uneven", "cluster": "cluster"},
}
STEPS = {
    "none": lambda d: d,
    "raked": lambda d: weights.rake(d, margins(d.frame)),
    "linear": lambda d: weights.calibrate(d, categorical=margins(d.frame)),
    "trimmed": lambda d: weights.trim(d, upper=1.5 * d.weights.mean()),
    "trimmed, then raked": lambda d: weights.rake(weights.trim(d, upper=1.5 * d.weights.mean()), margins(d.frame)),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("kind", DESIGNS)
@pytest.mark.parametrize("statistic", ["mean", "total"])
def test_cells_equal_rows(kind: str, step: str, statistic: str) -> None:
    design = STEPS[step](SurveyDesign(survey(), **DESIGNS[kind]))
    whole = [design, design.subset(design.frame["worry"] > 6)]
    for d in whole:
        for by in (None, "area", ["sex", "stratum"], "age"):
            items = tuple(read_items(d, ["unsafe", "rare", "worry"]))
            query = Query(statistic, items, read_domains(d, by))
            assert fast_route(d, query)
            fast, slow = compute_by_cells(d, query), compute_by_rows(d, query)
            # A calibrated margin's variance is zero: both routes give it as 0 or as rounding.
            tiny = slow.variance < 1e-13 * slow.spread
            np.testing.assert_allclose(fast.variance[tiny], 0.0, atol=1e-13 * slow.spread.max())
            np.testing.assert_allclose(fast.variance[~tiny], slow.variance[~tiny], rtol=1e-9)
            for name in ("n", "df", "estimate", "n_eff", "spread", "population"):
                np.testing.assert_allclose(getattr(fast, name), getattr(slow, name), rtol=1e-10, err_msg=name)


@pytest.mark.parametrize("options", [{}, {"cluster": "psu"}])
def test_many_strata_domains_and_categories(options: dict) -> None:
    """Small codes must not overflow: 100 strata × 110 domains, as Categoricals with codes of one byte."""
    random = np.random.default_rng(2)
    n = 6000
    frame = pd.DataFrame(
        {"stratum": np.arange(n) % 100, "area": random.integers(0, 110, n), "psu": np.arange(n) // 300}
    )
    frame = frame.astype({"stratum": "category", "area": "category"}).assign(w=random.uniform(1, 2, n))
    frame["y"], frame["sex"] = random.normal(0, 1, n), random.integers(0, 2, n)
    design = SurveyDesign(frame, weight="w", strata="stratum", **options)
    raked = weights.rake(design, {"sex": pd.Series({0: 4000, 1: 5000}), "area": frame["area"].value_counts() * 1.5})
    query = Query("mean", tuple(read_items(raked, "y")), read_domains(raked, ["area"]))
    fast, slow = compute_by_cells(raked, query), compute_by_rows(raked, query)
    np.testing.assert_allclose(fast.variance, slow.variance, rtol=1e-9)
    np.testing.assert_allclose(fast.df, slow.df)


def test_what_the_cells_cannot_do_goes_row_by_row() -> None:
    frame = survey()
    design = SurveyDesign(frame, weight="weight", strata="stratum")
    twice = weights.rake(weights.rake(design, margins(frame)), {"sex": margins(frame)["sex"]})
    numeric = weights.calibrate(design, numeric={"population": 1e7}, total=16000)
    for d in (twice, numeric, weights.rake(design, margins(frame), variance="residual_means")):
        assert not fast_route(d, Query("mean", tuple(read_items(d, "rare")), read_domains(d, None)))
        assert estimate.mean(d, "rare")["se"].iloc[0] > 0


def test_one_call_for_many_items_is_the_same_as_one_at_a_time() -> None:
    design = weights.rake(SurveyDesign(survey(), **DESIGNS["strata"]), margins(survey()))
    together = estimate.mean(design, ["unsafe", "rare", "worry"], by="area")
    apart = pd.concat([estimate.mean(design, y, by="area") for y in ("unsafe", "rare", "worry")], ignore_index=True)
    pd.testing.assert_frame_equal(together, apart, check_exact=False, rtol=1e-12)


def test_the_lazy_covariance_agrees_with_the_standard_errors() -> None:
    design = weights.rake(SurveyDesign(survey(), **DESIGNS["strata"]), margins(survey()))
    table = estimate.mean(design, ["unsafe", "worry"], by=["area", "sex"])
    np.testing.assert_allclose(np.sqrt(np.diag(table.attrs["covariance"])), table["se"], rtol=1e-9)
