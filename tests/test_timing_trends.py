"""The week as a picture, trends of months, screening, and clusters in a moving window."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from trygghet.counts import CountError
from trygghet.timing import TimingError, aoristic, drawn_weights
from trygghet.trends import count_trend, seasonal, unusual, window_cluster
from trygghet.week import peak, time_heatmap


def evenings(n: int, seed: int) -> tuple[pd.Series, pd.Series]:
    """Two in three on Friday or Saturday evening at 20–24, the others any time."""
    random = np.random.default_rng(seed)
    late = random.random(n) < 2 / 3
    day = np.where(late, random.choice([4, 5], n), random.integers(0, 7, n))
    hour = np.where(late, random.integers(20, 24, n), random.integers(0, 24, n))
    start = pd.Timestamp("2016-02-01") + pd.to_timedelta(day * 24 + hour + 168 * random.integers(0, 52, n), unit="h")
    return pd.Series(start), pd.Series(start + pd.Timedelta(minutes=30))


def test_sparse_weeks_are_shown_in_blocks_of_four_hours() -> None:
    few, many = time_heatmap(*evenings(300, 1)), time_heatmap(*evenings(3000, 1))
    assert few.attrs["coarsened"] and len(few) == 42
    assert not many.attrs["coarsened"] and len(many) == 168
    assert few["expected"].sum() == pytest.approx(300) and (few["stable"] == (few["weight"] >= 5)).all()


def test_the_ratio_is_one_against_the_same_crimes() -> None:
    start, end = evenings(500, 2)
    got = time_heatmap(start, end, reference=(start, end))
    seen = got["expected"] > 0
    np.testing.assert_allclose(got.loc[seen, "ratio"], 1.0)
    with pytest.raises(TimingError):
        time_heatmap(start, end, reference=(start[:0], end[:0]))


def test_the_peak_is_the_evenings_that_were_planted() -> None:
    got = peak(*evenings(600, 3), seed=1, draws=50)
    chosen = got[got["in_peak"]]
    assert chosen[["weekday", "hour"]].values.tolist() == [[4, 20], [5, 20]]
    assert (chosen["membership"] == 1).all()
    assert chosen["weight"].sum() >= 0.5 * 600
    again = peak(*evenings(600, 3), seed=1, draws=50)
    pd.testing.assert_frame_equal(got, again)


def months(years: int, seed: int, *, slope: float, phi: float) -> np.ndarray:
    random = np.random.default_rng(seed)
    at = np.arange(12 * years)
    mean = 40 * np.exp(slope * at / 12) * (1 + 0.3 * np.sin(2 * np.pi * at / 12))
    return random.poisson(random.gamma(mean / (phi - 1), phi - 1)) if phi > 1 else random.poisson(mean)


def test_a_trend_is_found_with_its_season_taken_out() -> None:
    covered, spread = [], []
    for seed in range(200):
        found = count_trend(months(5, seed, slope=-0.10, phi=2))
        covered.append(found.lo <= 100 * (np.exp(-0.10) - 1) <= found.hi)
        spread.append(found.phi)
    assert 0.92 <= np.mean(covered) <= 0.985
    assert np.mean(spread) == pytest.approx(2.0, abs=0.15)


def test_the_seasonal_factors_are_those_of_the_calendar() -> None:
    y = np.tile([10, 10, 10, 10, 10, 40, 40, 10, 10, 10, 10, 10], 4)
    found = count_trend(np.roll(y, -3), first_month=4)
    assert np.argsort(found.seasonal)[-2:].tolist() in ([5, 6], [6, 5])
    assert found.seasonal[5] / found.seasonal[0] == pytest.approx(4)
    assert found.percent == pytest.approx(0, abs=1e-6)


def test_both_models_agree_where_nothing_is_overdispersed() -> None:
    y = months(4, 1, slope=0.05, phi=1)
    quasi, nb = count_trend(y), count_trend(y, model="nb")
    assert quasi.percent == pytest.approx(nb.percent, abs=0.5)


def test_exposure_that_grows_with_the_counts_leaves_no_trend() -> None:
    at = np.arange(48)
    people = 10_000 * np.exp(0.2 * at / 12)
    y = np.round(people / 100).astype(int)
    assert count_trend(y, offset=people).percent == pytest.approx(0, abs=0.1)
    assert count_trend(y).percent == pytest.approx(100 * (np.exp(0.2) - 1), abs=0.1)


def test_short_and_empty_series_say_so() -> None:
    assert count_trend(np.full(18, 5)).reason == "short"
    assert count_trend(np.zeros(36)).reason == "all_zero"
    with pytest.raises(CountError):
        count_trend([1, 2, 3])
    with pytest.raises(CountError):
        count_trend(np.full(24, 1.5))


def test_a_month_that_never_has_a_crime_does_not_stop_the_trend() -> None:
    y = np.tile([0, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5], 3)
    found = count_trend(y)
    assert found.seasonal[0] == 0 and found.percent == pytest.approx(0, abs=1e-6)


def test_a_decomposition_adds_up() -> None:
    y = months(6, 2, slope=0.1, phi=1) + 1
    parts = seasonal(y)
    np.testing.assert_allclose(parts[["trend", "seasonal", "remainder"]].sum(axis=1), np.log(y))
    for wrong in ([1, 2, 3], np.zeros(48)):
        with pytest.raises(CountError):
            seasonal(wrong)


def panel(n_series: int, seed: int, planted: int | None = None) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    rows = []
    for series in range(n_series):
        counts = random.poisson(5, 48)
        if series == planted:
            counts[-12:] = random.poisson(12, 12)
        rows.append(pd.DataFrame({"type": series, "month": np.arange(48), "count": counts}))
    return pd.concat(rows, ignore_index=True)


def test_screening_finds_what_was_planted_and_little_else() -> None:
    found = unusual(panel(60, 1, planted=17), by=["type"])
    assert found.loc[found["flagged"], "type"].tolist() == [17]
    assert found.attrs["n_tested"] == 60
    false = sum(unusual(panel(60, seed), by=["type"])["flagged"].sum() for seed in range(20))
    assert false <= 3


def test_screening_needs_the_months_it_compares() -> None:
    with pytest.raises(CountError):
        unusual(panel(2, 1).query("month < 40"), by=["type"])


def test_months_may_be_periods() -> None:
    data = panel(3, 5, planted=1)
    named = data.assign(month=pd.period_range("2013-01", periods=48, freq="M").take(data["month"]))
    pd.testing.assert_frame_equal(unusual(named, by=["type"]), unusual(data, by=["type"]))


def test_a_window_is_the_likelier_to_hold_a_cluster_the_longer_one_looks() -> None:
    chances = [window_cluster(6, length=length, window=1, mean=1) for length in (10, 50, 260)]
    assert chances == sorted(chances)
    # 8 million simulated periods of length 3 with three events expected: .33762, standard error .00017
    assert window_cluster(3, length=3, window=1, mean=1) == pytest.approx(0.33762, abs=0.0006)
    with pytest.raises(CountError):
        window_cluster(1, length=3, window=1, mean=1)


def test_weights_of_samples_are_those_of_the_sampled_events() -> None:
    start, end = evenings(80, 4)
    end += pd.Timedelta(hours=9)
    random = np.random.default_rng(5)
    draws = [random.integers(0, 80, 80) for _ in range(3)]
    for rows, weights in zip(draws, drawn_weights(start, end, draws, bins="block4h"), strict=True):
        told = aoristic(pd.Series(start).iloc[rows], pd.Series(end).iloc[rows], bins="block4h")
        assert weights.tolist() == told["weight"].tolist()
