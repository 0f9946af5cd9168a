"""Grid, surface, hot cells and concentration: outside numbers, invariances, and maps whose truth is known."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pandas as pd
import pytest
import shapely

from trygghet import place

from .saying import said

EAST, NORTH = 448_000.0, 6_575_000.0
AREA = shapely.Polygon([(0, 0), (3_000, 0), (3_000, 1_000), (1_000, 1_000), (1_000, 2_500), (0, 2_500)])
AREA = shapely.transform(AREA, lambda corners: corners + np.array([EAST, NORTH]))


def points(n: int = 4_000, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return EAST + random.uniform(-500, 3_500, n), NORTH + random.uniform(-500, 3_000, n)


def square_map(side: int) -> pd.DataFrame:
    middle = (np.arange(side) + 0.5) * 100
    x, y = (part.ravel() for part in np.meshgrid(middle, middle))
    return place.grid_counts(EAST + x, NORTH + y, cell=100, shape="square")


@pytest.mark.parametrize("shape", ["hex", "square"])
def test_every_point_lies_in_the_cell_with_the_nearest_centre(shape):
    x, y = points(500)
    cells = place.grid_counts(x, y, cell=200, shape=shape)
    nearest = np.hypot(x[:, None] - cells["x"].to_numpy(), y[:, None] - cells["y"].to_numpy()).argmin(axis=1)
    assert cells["n"].tolist() == np.bincount(nearest, minlength=len(cells)).tolist()
    assert cells["n"].sum() == 500


@pytest.mark.parametrize("shape", ["hex", "square"])
def test_cells_cover_the_area_once_and_points_outside_are_counted(shape):
    x, y = points()
    cells = place.grid_counts(np.append(x, np.nan), np.append(y, NORTH), cell=150, shape=shape, area=AREA)
    assert cells["area_m2"].sum() == pytest.approx(AREA.area, rel=1e-9)
    inside = shapely.contains_xy(AREA, x, y).sum()
    assert (cells["n"].sum(), cells.attrs["n_outside"], cells.attrs["n_missing"]) == (inside, 4_000 - inside, 1)
    assert cells.attrs["warnings"] == ("outside", "missing")
    assert cells.attrs["share_located"] == pytest.approx(4_000 / 4_001)


def test_the_same_ground_is_the_same_cell_whatever_the_data():
    x, y = points()
    whole = place.grid_counts(x, y).set_index("cell")
    part = place.grid_counts(x[:50] + 0.0, y[:50]).set_index("cell")
    assert set(part.index) <= set(whole.index)
    pd.testing.assert_frame_equal(part[["x", "y"]], whole.loc[part.index, ["x", "y"]])


@pytest.mark.parametrize(("shape", "near"), [("hex", 7), ("square", 9)])
def test_neighbours_are_the_cells_that_touch(shape, near):
    cells = place.grid_counts(*points(), cell=300, shape=shape)
    apart = np.hypot(*(cells[c].to_numpy()[:, None] - cells[c].to_numpy() for c in ("x", "y")))
    touching = apart < 300 * (1.01 if shape == "hex" else 1.01 * sqrt(2))
    matrix = place.neighbours(cells)
    assert (matrix.toarray() == touching).all()
    assert matrix.sum(axis=1).max() == near


def test_degrees_exchanged_axes_and_huge_grids_are_refused():
    with said(place.PlaceError, "degrees"):
        place.grid_counts([14.1, 14.2], [59.3, 59.4])
    with said(place.PlaceError, "exchange"):
        place.grid_counts([NORTH, NORTH + 1], [EAST, EAST])
    with said(place.PlaceError, "larger cell"):
        place.grid_counts([EAST, EAST + 1e6], [NORTH, NORTH + 1e6], cell=10)
    with said(place.PlaceError, "no point"):
        place.grid_counts([np.nan], [NORTH])


def test_a_default_point_of_the_geocoder_is_found_and_named():
    x, y = points(900)
    x, y = np.append(x, np.full(100, EAST + 700)), np.append(y, np.full(100, NORTH + 300))
    cells = place.grid_counts(x, y)
    assert cells.attrs["piles"] == (place.Pile(EAST + 700, NORTH + 300, 100),)
    assert cells.attrs["warnings"] == ("piled",)
    assert place.piles(*points(900)) == ()
    assert place.piles([EAST], [NORTH]) == ()


def test_the_surface_equals_the_exact_sum_of_kernels():
    random = np.random.default_rng(1)
    x, y = EAST + random.normal(0, 800, 300), NORTH + random.normal(0, 500, 300)
    got = place.kde(x, y, bandwidth=200)
    squared = (got["x"].to_numpy()[:, None] - x) ** 2 + (got["y"].to_numpy()[:, None] - y) ** 2
    exact = np.exp(-squared / (2 * 200**2)).sum(axis=1) / (2 * np.pi * 200**2) * 1e6
    assert np.abs(got["density"] - exact).max() < 0.02 * exact.max()
    cell = got.attrs["cell_m"]
    assert got["density"].sum() * cell**2 / 1e6 == pytest.approx(300, rel=1e-3)
    twice = place.kde(x, y, bandwidth=200, weights=np.full(300, 2.0))
    np.testing.assert_allclose(twice["density"], 2 * got["density"])


def test_an_even_spread_stays_even_up_to_the_border():
    east, north = (part.ravel() for part in np.meshgrid(np.arange(-500, 3_500, 25), np.arange(-500, 3_000, 25)))
    surface = place.kde(EAST + east + 12.5, NORTH + north + 12.5, bandwidth=150, area=AREA)
    assert surface["density"].between(0.97 * 1_600, 1.03 * 1_600).all()
    assert surface.attrs["edge_corrected"]
    assert surface.attrs["n_outside"] > 0


def test_bandwidth_is_required_and_can_be_suggested():
    random = np.random.default_rng(1)
    x, y = EAST + random.normal(0, 300, 4_096), NORTH + random.normal(0, 300, 4_096)
    assert place.suggest_bandwidth(x, y) == pytest.approx(300 * 4_096 ** (-1 / 6), rel=0.05)
    with pytest.raises(TypeError, match="bandwidth"):
        place.kde(x, y)
    with said(place.PlaceError, "half"):
        place.kde(x, y, bandwidth=100, cell=60)
    with said(place.PlaceError, "one place"):
        place.suggest_bandwidth([EAST, EAST], [NORTH, NORTH])


def test_with_equal_exposure_the_score_is_getis_and_ords():
    counts = np.random.default_rng(4).poisson(3, 400)
    weights = place.neighbours(square_map(20))
    table = place.hot_cells(counts, weights, seed=1, n_sim=9)
    np.testing.assert_allclose(table["gi_star"], place.gi_star(counts, weights), atol=1e-9)
    assert table["expected"].max() == pytest.approx(counts.mean() * 9)


@pytest.mark.parametrize("mean", [0.1, 2.0, 10.0])
def test_maps_of_chance_stay_blank(mean):
    random = np.random.default_rng(11)
    weights = place.neighbours(square_map(15))
    lit = 0
    for seed in range(60):
        lit += (place.hot_cells(random.poisson(mean, 225), weights, seed=seed, n_sim=199)["tier"] != "").any()
    assert lit <= 9  # 3 expected; 10 or more has probability 0.001


def test_cells_that_differ_on_their_own_stay_blank_when_maps_are_shuffled():
    random = np.random.default_rng(14)
    weights = place.neighbours(square_map(15))
    lit = {"multinomial": 0, "permutation": 0}
    for seed in range(60):
        counts = random.poisson(random.gamma(0.5, 4, 225))
        for null in lit:
            lit[null] += (place.hot_cells(counts, weights, seed=seed, null=null, n_sim=199)["tier"] != "").any()
    assert lit["permutation"] <= 9  # 3 expected
    assert lit["multinomial"] > lit["permutation"]
    with said(place.PlaceError, "without an exposure"):
        place.hot_cells(counts, weights, seed=1, null="permutation", exposure=np.ones(225))


@pytest.mark.parametrize("null", ["multinomial", "permutation"])
def test_a_planted_hot_spot_is_found(null):
    random = np.random.default_rng(12)
    weights = place.neighbours(square_map(15))
    centre = 7 * 15 + 7
    rate = np.full(225, 10.0)
    rate[weights[centre].indices] = 20
    found = [
        place.hot_cells(random.poisson(rate), weights, seed=seed, null=null, n_sim=199)["tier"][centre] != ""
        for seed in range(20)
    ]
    assert sum(found) >= 18


def test_more_crime_where_more_live_is_not_hot():
    random = np.random.default_rng(13)
    weights = place.neighbours(square_map(15))
    people = np.where(np.arange(225) % 15 < 5, 500.0, 20.0)
    counts = random.poisson(people / 50)
    given = place.hot_cells(counts, weights, exposure=people, seed=1)
    assert (given["tier"] == "").all()
    assert (place.hot_cells(counts, weights, seed=1)["tier"] != "").any()
    assert given["expected"].sum() == pytest.approx((weights @ people).sum() / people.sum() * counts.sum())


def test_hot_cells_repeat_by_seed_and_name_their_tier_by_ratio():
    weights = place.neighbours(square_map(10))
    counts = np.ones(100, int)
    counts[weights[44].indices] = 6
    table = place.hot_cells(counts, weights, seed=5)
    pd.testing.assert_frame_equal(table, place.hot_cells(counts, weights, seed=5))
    assert table["tier"][44] == "high"
    assert table["ratio"][44] == pytest.approx(54 / (9 * counts.mean()))
    assert table["p_max"].min() == 1 / 1_000
    assert (place.hot_cells(np.zeros(100), weights, seed=5)["tier"] == "").all()


def test_counts_without_exposure_and_bad_weights_are_refused():
    weights = place.neighbours(square_map(3))
    with said(place.PlaceError, "cells 4 have counts but no exposure"):
        place.hot_cells(np.ones(9), weights, exposure=[1, 1, 1, 1, 0, 1, 1, 1, 1], seed=1)
    with said(place.PlaceError, "diagonal"):
        place.hot_cells(np.ones(9), weights * 2, seed=1)
    with said(place.PlaceError, "whole"):
        place.hot_cells(np.full(9, 0.5), weights, seed=1)


def test_cells_are_named_by_their_years_in_the_top():
    years = pd.DataFrame(1, index=[f"c{i}" for i in range(100)], columns=range(2013, 2017))
    years.loc["c0"] = [9, 9, 9, 9]
    years.loc["c1"] = [1, 1, 8, 8]
    years.loc["c2"] = [8, 8, 1, 1]
    years.loc["c3"] = [1, 7, 1, 1]
    got = place.persistence(years, top=0.05)
    assert got["kind"].head(5).tolist() == ["persistent", "emerging", "fading", "occasional", "never"]
    assert got["years_in_top"].head(5).tolist() == [4, 2, 2, 1, 0]
    # Ninety-six cells tie at 1: none of them is in the top.
    assert (got["kind"].iloc[5:] == "never").all()
    with said(place.PlaceError, "three years"):
        place.persistence(years.iloc[:, :2])


def test_concentration_counts_the_places_that_hold_half():
    table = place.concentration([50, 25, 15, 5, 5, 0, 0, 0, 0, 0], seed=1).set_index("measure")
    assert table.loc[["places_25", "places_50", "places_80"], "value"].tolist() == [0.1, 0.1, 0.3]
    assert (table["lo"] <= table["value"]).all()
    assert (table["value"] <= table["hi"]).all()
    assert table.attrs["n_places"] == 10
    assert table.attrs["n_with_any"] == 5


def test_concentration_of_next_to_nothing_is_not_a_number():
    table = place.concentration([0, 1, 0], seed=1)
    assert table["value"].isna().all()
    assert set(table["reason"]) == {"fewer_than_two"}


def test_one_crime_a_place_is_no_concentration_however_many_places_are_empty():
    plain, general, _ = place.gini([1] * 10 + [0] * 990)
    assert plain == pytest.approx(0.99)
    assert general == pytest.approx(0, abs=1e-12)
