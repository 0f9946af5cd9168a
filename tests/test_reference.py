"""The place beside others: levels against the middle half, breaks that are never bridged, and trends."""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from trygghet import reference
from trygghet.counts import count_change
from trygghet.picture import Picture
from trygghet.reference import Rates, band, deviation, dispersion, standing, summed
from trygghet.workspace import Workspace

from .example_data import TOWN, opened

YEARS = pd.Index(range(2007, 2017), name="year")
PEOPLE = 25_000


def rates(own, similar=None, *, series=None, people=PEOPLE) -> Rates:
    """Own counts a year, and similar municipalities' constant rates."""
    levels = similar if similar is not None else [300, 350, 400, 450, 500, 550, 600, 650]
    return Rates(
        own=pd.Series(np.asarray(own, float) / people * 100_000, YEARS),
        people=pd.Series(float(people), YEARS),
        similar=pd.DataFrame({f"M{i}": np.broadcast_to(np.asarray(v, float), 10) for i, v in enumerate(levels)}, YEARS),
        county=pd.Series(np.nan, YEARS),
        country=pd.Series(450.0, YEARS),
        series=pd.Series(series or [""] * 10, YEARS),
    )


@pytest.fixture(scope="module")
def picture():
    return opened("kristinehamn", "2017")


def test_level_against_the_middle_half_by_hand():
    found = deviation(rates([200] * 10))
    # quartiles of eight levels by linear interpolation; 600 crimes in three years of 25,000 people are 800
    assert (found["q1"], found["median"], found["q3"]) == (387.5, 475, 562.5)
    assert found["own"] == 800 and found["ratio"] == pytest.approx(800 / 475)
    low = chi2.ppf(0.025, 1200) / 2 / 75_000 * 1e5
    high = chi2.ppf(0.975, 1202) / 2 / 75_000 * 1e5
    assert (found["own_low"], found["own_high"]) == pytest.approx((low, high))
    assert (found["position"], found["certain"], found["n_years"], found["first"]) == ("over", True, 3, 2014)


@pytest.mark.parametrize(
    ("count", "position", "certain"), [(119, "within", False), (145, "over", False), (40, "under", True)]
)
def test_position_and_whether_it_is_sure(count, position, certain):
    found = deviation(rates([count] * 10))
    assert (found["position"], found["certain"]) == (position, certain)


def test_rates_published_rounded_give_back_the_counts():
    of = rates([137] * 10, people=23_457)
    rounded = Rates(of.own.round(1), of.people, of.similar, of.county, of.country, of.series)
    assert list(rounded.counts()) == [137] * 10


@pytest.mark.parametrize("factor", [2.0, 0.25])
def test_no_unit_of_population_changes_the_ratio_or_the_place(factor):
    of = rates([120, 130, 110, 125, 140, 150, 155, 160, 170, 180])
    scaled = Rates(of.own * factor, of.people / factor, of.similar * factor, of.county, of.country, of.series)
    first, second = deviation(of), deviation(scaled)
    for name in ("ratio", "low", "high", "z", "direction_ratio", "direction_p"):
        assert second[name] == pytest.approx(first[name], rel=1e-6), name
    assert [first[k] for k in ("position", "certain", "direction")] == [
        second[k] for k in ("position", "certain", "direction")
    ]


def test_a_break_shortens_the_level_and_takes_the_direction_away():
    counts = [400] * 8 + [100, 100]
    whole, broken = deviation(rates(counts)), deviation(rates(counts, series=["old"] * 8 + ["new"] * 2))
    assert (whole["n_years"], whole["direction"]) == (3, "down")
    assert (broken["n_years"], broken["first"], broken["own"]) == (2, 2015, 400)
    assert broken["direction"] == "unknown" and np.isnan(broken["direction_ratio"])


def test_the_old_series_has_no_part_in_the_spread_of_the_new():
    wild = [20, 900, 30, 800, 10, 100, 101, 99, 100, 102]
    assert dispersion(rates(wild)) > 50
    assert dispersion(rates(wild, series=["old"] * 5 + ["new"] * 5)) < 1.5


def test_direction_is_relative_to_the_similar_ones():
    rising = np.linspace(1, 2, 10)
    together = rates((100 * rising).round(), [v * rising for v in (300, 350, 400, 450, 500)])
    alone = rates((100 * rising).round(), [300, 350, 400, 450, 500])
    assert deviation(together)["direction"] == "none"
    found = deviation(alone)
    assert found["direction"] == "up"
    counts, expected = (100 * rising).round(), 400 * PEOPLE / 1e5 * 3
    test = count_change(counts[-3:].sum(), counts[-6:-3].sum(), t1=expected, t0=expected, phi=1.0).iloc[0]
    assert found["direction_ratio"] == pytest.approx(test["ratio"])


def test_too_few_similar_ones_give_no_band_and_no_deviation():
    of = rates([100] * 10, [300, 400, 500, 600])
    assert deviation(of) is None
    assert band(of)["q1"].isna().all() and band(of)["own"].notna().all()


def test_a_sum_lacks_the_years_that_a_part_lacks_and_has_the_breaks_of_all():
    first = rates([10] * 10, series=["a"] * 5 + ["b"] * 5)
    second = rates([20] * 9 + [np.nan])
    both = summed([first, second])
    assert list(both.counts()[:9]) == [30] * 9 and np.isnan(both.own.iloc[-1])
    assert both.series.nunique() == 2
    assert both.years() == [2012, 2013, 2014, 2015]


def test_chance_alone_seldom_looks_sure_and_a_doubled_level_nearly_always_does(monkeypatch):
    monkeypatch.setattr(standing, "_direction", lambda *_: {})  # two fifths of the time, and not asked for here
    rng = np.random.default_rng(5)
    levels = [300, 350, 400, 450, 500, 550, 600]

    def sure(mean):
        return np.mean([deviation(rates(rng.poisson(mean, 10), levels))["certain"] for _ in range(60)])

    assert sure(450 * PEOPLE / 1e5) <= 0.02, "a place in the middle"
    assert sure(525 * PEOPLE / 1e5) <= 0.06, "a place on the edge of the middle half: at most half of 5 %"
    assert sure(2 * 525 * PEOPLE / 1e5) >= 0.98


def test_the_example_stands_to_the_others_as_it_was_made(picture):
    table = reference.deviations(picture)
    assert list(table.columns) == list(reference.DEVIATION)
    # the specification puts similar municipalities at 0.70 for drugs, 1.6 for graffiti and 0.97 for assault
    assert table.loc["p11", "position"] == "over" and bool(table.loc["p11", "detection_driven"])
    assert table.loc["p03", "position"] == "under" and bool(table.loc["p03", "certain"])
    assert table.loc["p14", "low"] < 1.03 < table.loc["p14", "high"]
    assert table.loc["p24", "direction"] == "unknown", "the codes changed in 2013"
    assert "p01" not in table.index, "no reported crime measures litter"
    assert not set(table.index) - {item.id for item in picture.codebook}


def test_own_rates_are_the_published_counts(picture):
    published = pd.read_csv(TOWN / "bra_anmalda_brott.csv", sep=";", encoding="utf-8-sig")
    counts = published.set_index("Brottstyp").loc["Cykelstöld", ["2012", "2013", "2014", "2015", "2016"]].astype(int)
    assert list(reference.rates(picture)["bicycle_theft"].counts().loc[2012:2016]) == list(counts)


def test_trends_say_what_the_crime_section_says(picture):
    table = reference.trends(picture)
    changes = picture.incident_changes.set_index("group")
    assert list(table.columns) == list(reference.TREND)
    assert table.loc["p22", "crime"] == "down" and table.loc["p22", "ratio"] == changes.loc["bicycle_theft", "ratio"]
    assert table.loc["p01", "crime"] == "" and table.loc["p01", "survey"] in ("up", "down", "none")
    assert (table["q"].dropna() >= table["p"].dropna()).all()
    keys = {"up", "down", "none", "apart", "unknown"}
    assert set(table["key"]) <= keys


def test_nothing_without_figures():
    other = opened("gss", "2018")
    assert reference.deviations(other).empty and reference.figures(other).empty
    assert set(reference.trends(other)["key"]) == {"unknown"}


def test_own_rates_come_from_the_published_counts_when_the_figures_hold_none(tmp_path):
    folder = TOWN
    for name in ("workspace.yml", "bra_anmalda_brott.csv", "befolkning.csv", "codebook.yml", "jamforelse_trygghet.csv"):
        shutil.copy(folder / name, tmp_path / name)
    lines = (folder / "jamforelse_brott.csv").read_text(encoding="utf-8-sig").splitlines()
    others = [line for line in lines if not line.startswith("Kristinehamn;")]
    (tmp_path / "jamforelse_brott.csv").write_text("\n".join(others) + "\n", encoding="utf-8")
    without = Picture(Workspace.open(tmp_path, 2017))
    of = reference.rates(without)["bicycle_theft"]
    assert list(of.counts().loc[2012:2016]) == [179, 177, 150, 326, 198] and of.own.loc[2016] == 198 / 24_255 * 1e5
    assert of.own.loc[:2011].isna().all(), "what nobody counted is missing"
    assert (
        reference.rates(without)["shoplifting"].series.loc[2013] != reference.rates(without)["shoplifting"].series[2012]
    )
