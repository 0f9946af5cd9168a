"""Aoristic allocation against its plain definition, its rules, and what it keeps."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trygghet import charts, timing
from trygghet.blocks import Caption
from trygghet.messages import Words
from trygghet.timing import BINS, TimingError, aoristic
from trygghet.week import time_heatmap

BURGLARIES = Path(__file__).parent / "data" / "dc-burglaries-2016.csv"
MONDAY = pd.Timestamp("2016-02-01")


def plain(start, end, width: int, period: int) -> tuple[np.ndarray, np.ndarray]:
    """Σ |interval ∩ bin| / |interval| and the sum of its squares, bin by bin."""
    total, squares = np.zeros(period), np.zeros(period)
    for a, b in zip(start, end, strict=True):
        first = (a - MONDAY) / pd.Timedelta(hours=width)
        last = (b - MONDAY) / pd.Timedelta(hours=width)
        own = np.zeros(period)
        if last == first:
            own[int(np.floor(first)) % period] = 1
        else:
            at = int(np.floor(first))
            while at < last:
                own[at % period] += (min(last, at + 1) - max(first, at)) / (last - first)
                at += 1
        total += own
        squares += own**2
    return total, squares


def random_intervals(n: int, seed: int) -> tuple[pd.Series, pd.Series]:
    random = np.random.default_rng(seed)
    start = MONDAY + pd.to_timedelta(random.integers(0, 400 * 1440, n), unit="min")
    length = np.where(random.random(n) < 0.3, 0, np.exp(random.normal(5, 2.5, n))).astype(int)
    return pd.Series(start), pd.Series(start + pd.to_timedelta(length, unit="min"))


@pytest.mark.parametrize("bins", list(BINS))
def test_equals_the_plain_definition(bins) -> None:
    start, end = random_intervals(600, seed=1)
    got = aoristic(start, end, bins=bins)
    weight, squares = plain(start, end, *BINS[bins])
    np.testing.assert_allclose(got["weight"], weight, atol=1e-9)
    np.testing.assert_allclose(got["effective_n"], weight**2 / squares, atol=1e-9)


def test_real_burglaries_equal_the_plain_definition() -> None:
    data = pd.read_csv(BURGLARIES, parse_dates=["start", "end"])
    got = aoristic(data["start"], data["end"])
    kept = data[data["end"].isna() | (data["end"] >= data["start"])]
    end = kept["end"].fillna(kept["start"])
    whole_day = (kept["start"].dt.strftime("%H%M") == "0000") & (end.dt.strftime("%H%M") == "2359")
    weight, _ = plain(kept["start"], end + pd.to_timedelta(whole_day.astype(int), unit="min"), 1, 168)
    np.testing.assert_allclose(got["weight"], weight, atol=1e-9)
    assert got.attrs["n"] == 1025
    assert got["weight"].sum() == pytest.approx(got.attrs["n_kept"], abs=1e-9) == len(kept)


def test_the_heat_map_of_real_burglaries_holds_them_all() -> None:
    data = pd.read_csv(BURGLARIES, parse_dates=["start", "end"])
    table = time_heatmap(data["start"], data["end"], reference="independent")
    assert not table.attrs["coarsened"] and len(table) == 168
    figure = charts.week_heatmap(table, Words("en"), Caption("dc", "Burglaries"), block=1)
    cells = [int(cell) for row in figure.table.rows for cell in row[1:]]
    assert sum(cells) == pytest.approx(table.attrs["n_kept"], abs=15)  # whole numbers of 168 cells
    most = table.loc[table["weight"].idxmax()]
    days = Words("en").raw("dates.weekdays")
    assert f"{days[int(most['weekday'])]} {int(most['hour']):02d}" in figure.alt.replace(" at ", " ")
    for row in figure.table.rows:
        hour = int(row[0][:2])
        for day, cell in enumerate(row[1:]):
            weight = table.loc[(table["weekday"] == day) & (table["hour"] == hour), "weight"].iloc[0]
            assert abs(int(cell) - weight) <= 0.5 + 1e-9


@pytest.mark.parametrize("bins", list(BINS))
def test_every_kind_of_bin_is_made_by_group_and_folds_into_the_coarser_ones(bins) -> None:
    start, end = random_intervals(400, seed=7)
    group = pd.Series(np.random.default_rng(8).choice(["a", "b"], 400))
    got = aoristic(start, end, by=group, bins=bins)
    width, period = BINS[bins]
    assert len(got) == 2 * period
    fine = aoristic(start, end, by=group)
    for name, part in got.groupby("group"):
        hours = fine.loc[fine["group"] == name, "weight"].to_numpy()
        folded = hours.reshape(7, 24).sum(axis=0) if bins == "hour" else hours.reshape(period, width).sum(axis=1)
        np.testing.assert_allclose(part["weight"], folded, atol=1e-9)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [("2016-03-26T23:30:00Z", "2016-03-27T02:30:00Z", [0, 1, 2, 3, 4]),  # summer time begins: 02 is skipped
     ("2016-10-29T22:30:00Z", "2016-10-30T02:30:00Z", [0, 1, 2, 3])],  # and ends: 02 comes twice
)  # fmt: skip
def test_an_interval_over_a_change_of_clocks_is_laid_on_the_clock_and_loses_nothing(start, end, hours) -> None:
    first, last = (pd.Series(pd.to_datetime([text])) for text in (start, end))
    got = aoristic(first, last)
    seen = got[got["weight"] > 0]
    assert seen["weekday"].tolist() == [6] * len(hours) and seen["hour"].tolist() == hours
    assert seen["weight"].sum() == pytest.approx(1)
    true_length = (last - first).dt.total_seconds().iloc[0] / 3600
    assert got.attrs["median_hours"] == pytest.approx(true_length, abs=1)


def test_blocks_make_no_difference(monkeypatch) -> None:
    start, end = random_intervals(500, seed=2)
    whole = aoristic(start, end)
    monkeypatch.setattr(timing, "BLOCK", 7)
    in_parts = aoristic(start, end)
    np.testing.assert_allclose(in_parts["weight"], whole["weight"], atol=1e-10)
    np.testing.assert_allclose(in_parts["effective_n"], whole["effective_n"], atol=1e-9)
    assert in_parts.attrs == whole.attrs


minutes = st.integers(0, 60 * 24 * 30)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(minutes, minutes), min_size=1, max_size=20), st.sampled_from(list(BINS)))
def test_weights_sum_to_the_events_kept_and_never_fall_below_zero(pairs, bins) -> None:
    start = MONDAY + pd.to_timedelta([a for a, _ in pairs], unit="min")
    end = start + pd.to_timedelta([b for _, b in pairs], unit="min")
    got = aoristic(start, end, bins=bins)
    assert got["weight"].sum() == pytest.approx(len(pairs), abs=1e-8)
    assert (got["weight"] >= got["weight_exact"] - 1e-12).all() and (got["weight_exact"] >= 0).all()
    assert (got["effective_n"] <= len(pairs) + 1e-8).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(minutes, minutes), min_size=1, max_size=20), st.integers(1, 200))
def test_moving_all_by_weeks_changes_nothing(pairs, weeks) -> None:
    start = MONDAY + pd.to_timedelta([a for a, _ in pairs], unit="min")
    end = start + pd.to_timedelta([b for _, b in pairs], unit="min")
    moved = aoristic(start + pd.Timedelta(weeks=weeks), end + pd.Timedelta(weeks=weeks))
    np.testing.assert_allclose(moved["weight"], aoristic(start, end)["weight"], atol=1e-9)


def one(start: str, end: str | None, **rules) -> pd.DataFrame:
    return aoristic(pd.Series([pd.Timestamp(start)]), pd.Series([pd.Timestamp(end)]), **rules)


def test_an_evening_spreads_over_its_hours() -> None:
    got = one("2016-02-05 20:30", "2016-02-05 22:30")  # a Friday
    found = got[got["weight"] > 0]
    assert found[["weekday", "hour", "weight"]].values.tolist() == [[4, 20, 0.25], [4, 21, 0.5], [4, 22, 0.25]]
    assert (found["weight_exact"] == 0).all()


def test_an_event_within_an_hour_is_exact() -> None:
    got = one("2016-02-05 20:30", "2016-02-05 21:00")
    assert got.loc[got["weight"] > 0, ["weekday", "hour", "weight_exact"]].values.tolist() == [[4, 20, 1]]


@pytest.mark.parametrize(("start", "end", "days"), [("2016-02-05", "2016-02-05", 1), ("2016-02-05", "2016-02-07", 3)])
def test_an_unknown_time_spreads_over_whole_days_or_is_left_out(start, end, days) -> None:
    got = one(f"{start} 00:00", f"{end} 23:59")
    spread = got[got["weight"] > 0]
    assert len(spread) == 24 * days
    np.testing.assert_allclose(spread["weight"], 1 / (24 * days), atol=1e-12)
    assert got.attrs["n_unknown_time"] == 1
    left_out = one(f"{start} 00:00", f"{end} 23:59", unknown="drop")
    assert left_out["weight"].sum() == 0 and left_out.attrs["n_kept"] == 0


def test_two_weeks_and_a_day_lie_flat_with_more_on_that_day() -> None:
    got = one("2016-02-01 00:00", "2016-02-16 00:00")
    monday = got["weekday"] == 0
    np.testing.assert_allclose(got.loc[monday, "weight"], 3 / 360, atol=1e-12)
    np.testing.assert_allclose(got.loc[~monday, "weight"], 2 / 360, atol=1e-12)


def test_a_missing_end_is_put_at_its_start_or_left_out() -> None:
    got = one("2016-02-05 20:30", None)
    assert got.loc[got["weight"] > 0, ["weekday", "hour"]].values.tolist() == [[4, 20]]
    assert got.attrs["n_missing_end"] == 1
    assert one("2016-02-05 20:30", None, end_missing="drop")["weight"].sum() == 0


def test_an_end_before_its_start_follows_the_rule_asked_for() -> None:
    times = ("2016-02-05 20:00", "2016-02-05 18:00")
    assert one(*times)["weight"].sum() == 0
    assert one(*times).attrs["n_reversed"] == 1
    swapped = one(*times, reversed="swap")
    assert swapped.loc[swapped["weight"] > 0, "hour"].tolist() == [18, 19]
    at_start = one(*times, reversed="start")
    assert at_start.loc[at_start["weight"] > 0, "hour"].tolist() == [20]
    with pytest.raises(TimingError) as caught:
        one(*times, reversed="raise")
    assert caught.value.rows == (0,)


def test_a_missing_start_and_a_long_interval_are_counted_and_left_out() -> None:
    start = pd.Series(pd.to_datetime([None, "2016-02-01", "2016-02-01"]))
    end = pd.Series(pd.to_datetime(["2016-02-01 00:00", "2016-02-03 01:00", "2016-02-01 02:00"]))
    got = aoristic(start, end, max_length=24)
    assert (got.attrs["n_missing_start"], got.attrs["n_over_max"], got.attrs["n_kept"]) == (1, 1, 1)
    assert got["weight"].sum() == pytest.approx(1)


def test_groups_add_up_to_the_whole() -> None:
    start, end = random_intervals(300, seed=3)
    group = pd.Series(np.random.default_rng(4).choice(["a", "b", "c"], 300))
    group[:5] = None
    got = aoristic(start, end, by=group)
    assert got.attrs["n_unlabelled"] == 5
    assert got["group"].unique().tolist() == ["a", "b", "c"]
    for name, part in got.groupby("group"):
        alone = aoristic(start[group == name], end[group == name])
        np.testing.assert_allclose(part["weight"].to_numpy(), alone["weight"].to_numpy(), atol=1e-9)


def test_times_with_an_offset_are_read_as_wall_clock_time() -> None:
    start = pd.Series(pd.to_datetime(["2016-07-04T18:30:00Z"]))
    got = aoristic(start, start)
    assert got.loc[got["weight"] > 0, ["weekday", "hour"]].values.tolist() == [[0, 20]]


def test_wrong_calls_are_refused() -> None:
    start, end = random_intervals(3, seed=5)
    for wrong in ({"bins": "minute"}, {"reversed": "ignore"}, {"unknown": "guess"}, {"by": ["a"]}):
        with pytest.raises(TimingError):
            aoristic(start, end, **wrong)
    with pytest.raises(TimingError):
        aoristic(start, end[:2])


def test_memory_grows_with_the_events_and_not_with_events_times_bins() -> None:
    start, end = random_intervals(200_000, seed=6)
    tracemalloc.start()
    aoristic(start, end)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200 * len(start)  # a table of 168 bins would take 1,344 bytes an event


def test_no_events_give_empty_bins() -> None:
    got = aoristic(pd.Series([], dtype="datetime64[us]"), pd.Series([], dtype="datetime64[us]"))
    assert len(got) == 168 and got["weight"].sum() == 0 and got.attrs["n_kept"] == 0
