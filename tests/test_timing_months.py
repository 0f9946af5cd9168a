"""Months: counts without gaps, the level behind the seasons, the year's profile, and months that stand out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from trygghet.counts import CountError
from trygghet.monthly import busy_months, level_of, month_counts, unusual_months


def simulated(seed: int, *, years: int = 5, mean: float = 60.0, slope: float = 0.0, phi: float = 1.0) -> pd.Series:
    """Monthly counts with a July twice as high as a January, by the day."""
    random = np.random.default_rng(seed)
    months = pd.period_range("2012-01", periods=12 * years, freq="M")
    at = np.arange(len(months))
    season = np.exp(np.log(2) / 2 * np.cos(2 * np.pi * (months.month - 7) / 12))
    expected = mean * months.days_in_month / 30.4375 * season * np.exp(slope * at / 12)
    if phi > 1:
        return pd.Series(random.poisson(random.gamma(expected / (phi - 1), phi - 1)), months)
    return pd.Series(random.poisson(expected), months)


def test_a_month_without_crime_is_a_zero_and_days_outside_do_not_count() -> None:
    when = pd.Series(
        pd.to_datetime(["2016-01-31 23:59", "2016-03-01 00:00", "2015-12-31 00:00", None, "2016-04-01 00:00"])
    )
    got = month_counts(when, first=pd.Period("2016-01"), last=pd.Period("2016-03"), crimes=[1, 4, 9, 9, 9])
    assert got.tolist() == [1, 0, 4]
    with pytest.raises(CountError):
        month_counts(when, first=pd.Period("2016-03"), last=pd.Period("2016-01"))


def test_level_trend_and_profile_are_those_simulated() -> None:
    covered, high, low = [], [], []
    for seed in range(80):
        got = level_of(simulated(seed, slope=-0.08, phi=2))
        covered.append(got.lo <= 100 * np.expm1(-0.08) <= got.hi)
        profile = got.profile.set_index("month")["mean"]
        high.append(profile[7] / 31)
        low.append(profile[1] / 31)
    assert 0.90 <= np.mean(covered) <= 0.99
    assert np.mean(high) / np.mean(low) == pytest.approx(2, abs=0.08)


def test_the_level_of_a_series_without_trend_is_its_average_month_and_knows_no_days() -> None:
    got = level_of(pd.Series(pd.period_range("2012-01", periods=48, freq="M").days_in_month * 2, dtype=int).set_axis(
        pd.period_range("2012-01", periods=48, freq="M")))  # fmt: skip
    np.testing.assert_allclose(got.line["level"], 2 * 365.25 / 12, rtol=1e-6)
    assert got.percent == pytest.approx(0, abs=1e-6)
    assert got.profile["mean"].tolist()[:4] == pytest.approx([62, 56.5, 62, 60])


def test_a_short_series_and_a_month_that_never_has_a_crime_have_no_level() -> None:
    with pytest.raises(CountError):
        level_of(simulated(1, years=1))
    empty = simulated(2)
    empty[empty.index.month == 2] = 0
    with pytest.raises(CountError):
        level_of(empty)


def test_a_planted_month_is_found_and_noise_is_left_alone() -> None:
    series = {f"s{i}": simulated(i, phi=1.5) for i in range(10)}
    series["s3"].iloc[-4] *= 3
    got = unusual_months(series)
    assert got.attrs["n_tested"] == 120
    found = got[got["flagged"]]
    assert found[["series", "month"]].values.tolist() == [["s3", series["s3"].index[-4]]]
    assert (found["count"] > found["high"]).all() and (found["expected"] < found["count"]).all()
    false = [unusual_months({i: simulated(1000 * run + i, phi=1.5) for i in range(10)})["flagged"].any()
             for run in range(20)]  # fmt: skip
    assert np.mean(false) <= 0.15  # nominally 5 % of families of ten series of twelve months


def test_single_months_lie_within_their_limits_as_often_as_said() -> None:
    inside = []
    for seed in range(40):
        got = unusual_months({0: simulated(seed, phi=1.5)})
        inside += ((got["low"] <= got["count"]) & (got["count"] <= got["high"])).tolist()
    assert 0.93 <= np.mean(inside) <= 0.985


def test_series_that_cannot_be_judged_are_left_out_and_not_counted() -> None:
    got = unusual_months({"short": simulated(1, years=2), "long": simulated(2)})
    assert set(got["series"]) == {"long"} and got.attrs["n_tested"] == 12
    assert unusual_months({}).empty and busy_months({}).empty


def test_the_busy_months_are_those_of_the_summer() -> None:
    got = busy_months({"a": simulated(3, mean=200), "flat": pd.Series(40, simulated(3).index)})
    busy = got[got["flagged"]]
    assert set(busy["series"]) == {"a"} and {6, 7, 8} <= set(busy["month"]) <= {5, 6, 7, 8, 9}
    assert got.attrs["n_tested"] == 24
    assert got[got["series"] == "a"].set_index("month").loc[7, "ratio"] == pytest.approx(np.sqrt(2), abs=0.12)
