"""Maps of places: what may never stand on one, which squares may, and what a reader sees of them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

import trygghet as tg
from trygghet import place
from trygghet.blocks import BlockError, Caption
from trygghet.charts import area_map, funnel, grid_map
from trygghet.charts.funnel import _smooth
from trygghet.charts.grid_map import Ground, Place
from trygghet.charts.labels import beside
from trygghet.messages import Words
from trygghet.pages.place_data import boundaries, placed
from trygghet.pages.place_squares import squares
from trygghet.pages.where import where
from trygghet.problems import load_offences
from trygghet.sources.incidents import UNGROUPED

from .example_data import TOWN, opened
from .saying import said

REPORTS = "anmalda_brott_2012_2017.csv"
EAST, NORTH = 448_000.0, 6_575_000.0
SV = Words("sv")


@pytest.fixture(scope="module")
def picture() -> tg.Picture:
    return opened("kristinehamn", "2017")


@pytest.fixture(scope="module")
def blocks(picture):
    return where(picture)


def planted(folder: Path, *codes: str) -> tg.Picture:
    """The workspace with 300 more reports of some codes, half piled on one house and half strewn over the town."""
    shutil.copytree(TOWN, folder)
    strewn = np.random.default_rng(1).integers([6_575_000, 448_000], [6_576_000, 450_000], (150, 2)).tolist()
    times = "2016-05-01 20:00;2016-05-01 21:00;2016-05-02"
    rows = [
        f"SIM-X{i:04d}-16;{codes[i % len(codes)]};Brott;{times};1;{north};{east};Gamla huset\n"
        for i, (north, east) in enumerate([(6_549_590, 452_430)] * 150 + strewn)
    ]
    with (folder / REPORTS).open("a", encoding="utf-8") as file:
        file.writelines(rows)
    return tg.Picture(tg.Workspace.open(folder, year="2017"), "sv")


def test_planted_partner_violence_and_sexual_offences_change_nothing_on_the_page(tmp_path, blocks):
    """Nor does a code in no group, but that such reports are left out is said with their number."""
    more = planted(tmp_path / "kristinehamn", "0412", "6101", "9999")
    added = more.incidents.frame[more.incidents.frame["incident_id"].str.startswith("SIM-X")]
    assert added["offence_group"].value_counts()[["violence_close", "sexual", UNGROUPED]].tolist() == [100] * 3
    assert added["area"].notna().all()
    said = " 100 anmälningar vars brottskod inte hör till någon av brottstyperna räknas inte heller in."
    before, after = (json.dumps([b.to_json() for b in page], ensure_ascii=False) for page in (blocks, where(more)))
    assert said not in before and said in after
    assert after.replace(said, "") == before


def test_every_map_says_what_it_never_shows(blocks):
    for name in ("brottskarta", "rutkarta"):
        figure = next(b for b in blocks if getattr(b, "id", "") == name)
        assert any("Våld i nära relation och sexualbrott visas aldrig på karta" in line for line in figure.definition)


def test_the_door_keeps_only_groups_that_may_pass():
    groups = [item.group for item in load_offences()]
    frame = pd.DataFrame({"offence_group": pd.Categorical([*groups, UNGROUPED])})
    kept = set(place.mappable(frame, load_offences())["offence_group"])
    assert kept == set(groups) - {"violence_close", "sexual"}


def test_the_map_of_areas_refuses_a_sensitive_group(picture):
    rows = pd.DataFrame(
        {"indicator": "crime:sexual", "group_by": "area", "group": ["centrum"], "n": 9, "unit": "count",
         "estimate": [9.0], "ci_low": [4.0], "ci_high": [17.0]}
    )  # fmt: skip
    with said(BlockError, "never on a map"):
        area_map(rows, boundaries(picture), SV, Caption("k", "T"), labels=picture.ws.area_labels)
    ours = rows.assign(indicator="crime:graffiti")
    assert "Centrum" in area_map(ours, boundaries(picture), SV, Caption("k", "T"), labels=picture.ws.area_labels).alt


def test_no_point_or_coordinate_of_a_report_leaves(picture, blocks):
    """Neither the numbers of the coordinates nor those of any cell with fewer than five stand in what is published."""
    data = placed(picture)
    assert data is not None
    text = " ".join(str(b.to_json()) for b in blocks)
    coordinates = {f"{v:.0f}" for v in (*data.located["x"], *data.located["y"])}
    assert not coordinates & set(re.findall(r"\d{6,7}", text))
    assert squares(picture).shown["n"].min() >= 5


def test_a_blank_square_looks_the_same_whatever_it_hides():
    x, y = EAST + np.repeat([50.0, 150.0], [9, 4]), NORTH + np.arange(13.0)
    table = place.square_counts(x, y, size=100)
    assert table[["n", "shown"]].to_numpy().tolist() == [[9, True], [4, False]]
    with said(BlockError, "fewer than 5"):
        grid_map(drawn(table), ground(), SV, Caption("r", "T"))


def test_one_house_is_no_square_but_a_square_that_all_know_is():
    """Ten reports at one or two points may be somebody's home; at a named public place they are not."""
    x, y = EAST + np.repeat([10.0, 20.0], 5), np.full(10, NORTH + 5)
    assert not place.square_counts(x, y, size=250)["shown"].any()
    assert place.square_counts(x, y, size=250, named=np.ones(10, bool))["shown"].all()
    assert place.square_counts(np.append(x[1:], EAST + 30), y, size=250)["shown"].all()


def test_the_finest_size_that_hides_few_is_chosen():
    random = np.random.default_rng(4)
    x, y = EAST + random.uniform(0, 8_000, 2_000), NORTH + random.uniform(0, 8_000, 2_000)
    bounds = (EAST, NORTH, EAST + 8_000, NORTH + 8_000)
    # 2 000 points over 8 by 8 km: 2 a square at 250 m, 8 at 500 m.
    assert place.finest_size(x, y, bounds) == 500
    assert place.finest_size(x[:300], y[:300], bounds) == 2_000
    assert place.finest_size(x[:30], y[:30], bounds) is None
    wide = (EAST, NORTH, EAST + 60_000, NORTH + 60_000)
    assert place.finest_size(np.tile(x, 30), np.tile(y, 30), wide) == 2_000


def clumps(*held: tuple[float, float, int]) -> tuple[np.ndarray, np.ndarray]:
    """Reports a few metres apart, so many from each point on."""
    x = np.concatenate([EAST + x + 9.0 * np.arange(n) for x, _, n in held])
    y = np.concatenate([NORTH + y + 7.0 * np.arange(n) for _, y, n in held])
    return x, y


def test_what_is_too_little_for_a_square_is_told_of_a_larger_one_without_those_shown():
    """Of the four squares of 250 m in the first of 500 m one holds 9, three hold 2 each: those 6 are told together."""
    x, y = clumps((10, 10, 9), (260, 10, 2), (10, 260, 2), (260, 260, 2), (510, 10, 4))
    pieces = place.merged_squares(x, y, (EAST, NORTH, EAST + 2_000, NORTH + 2_000), size=250)
    assert pieces[["size", "n"]].to_numpy().tolist() == [[250, 9], [500, 6]]
    assert pieces["km2"].tolist() == pytest.approx([0.0625, 3 * 0.0625])
    assert pieces["shape"][0].intersection(pieces["shape"][1]).area == 0
    none = place.merged_squares(*clumps((10, 10, 4)), (EAST, NORTH, EAST + 2_000, NORTH + 2_000), size=250)
    assert none.empty


@pytest.mark.parametrize("seed", range(4))
def test_merged_squares_never_overlap_and_hold_each_shown_report_once(seed):
    random = np.random.default_rng(seed)
    x, y = EAST + random.gamma(1.5, 900, 600) % 5_000, NORTH + random.gamma(1.5, 900, 600) % 5_000
    bounds = (EAST, NORTH, EAST + 5_000, NORTH + 5_000)
    pieces = place.merged_squares(x, y, bounds, size=250)
    shapes = pieces["shape"].to_numpy()
    assert (pieces["n"] >= 5).all() and shapely.covers(shapely.box(*bounds), shapes).all()
    assert shapely.union_all(shapes).area / 1e6 == pytest.approx(pieces["km2"].sum())
    assert [int(shapely.intersects_xy(shape, x, y).sum()) for shape in shapes] == pieces["n"].tolist()
    uniform = place.square_counts(x, y, size=250)
    assert pieces["n"].sum() > uniform.loc[uniform["shown"], "n"].sum()
    assert len(pieces[pieces["size"] == 250]) == uniform["shown"].sum()


def test_a_square_where_a_few_live_is_merged_until_enough_do_and_one_where_nobody_lives_is_not():
    x, y = clumps((10, 10, 9), (260, 10, 9))
    people = pd.DataFrame({"x": [EAST + 125, EAST + 700], "y": [NORTH + 125, NORTH + 700], "n": [30, 25]})
    bounds = (EAST, NORTH, EAST + 2_000, NORTH + 2_000)
    pieces = place.merged_squares(x, y, bounds, size=250, residents=people, fewest=50)
    assert pieces[["size", "n"]].to_numpy().tolist() == [[250, 9], [1_000, 9]]
    assert place.merged_squares(x, y, bounds, size=250, residents=people, fewest=56)["n"].tolist() == [9]


def test_the_window_is_the_smallest_that_holds_its_share():
    random = np.random.default_rng(5)
    x, y = EAST + random.normal(1_500, 300, 900), NORTH + random.normal(1_500, 300, 900)
    x, y = np.append(x, EAST + np.arange(100) * 400), np.append(y, NORTH + np.arange(100) * 300)
    window = place.busiest_window(x, y, share=0.9)
    side = window.bounds[2] - window.bounds[0]
    assert window.bounds[3] - window.bounds[1] == side <= 3_000
    assert all(bound % 1_000 == 0 for bound in window.bounds)
    assert window.share == pytest.approx(place.in_window(x, y, window.bounds).mean())
    assert window.share >= 0.9
    inner = side - 1_000
    for west in np.arange(window.bounds[0] - 2_000, window.bounds[0] + 3_000, 1_000):
        for south in np.arange(window.bounds[1] - 2_000, window.bounds[1] + 3_000, 1_000):
            assert place.in_window(x, y, (west, south, west + inner, south + inner)).mean() < 0.9


def test_a_planted_place_stays_hot_and_a_new_one_is_told_from_it():
    random = np.random.default_rng(6)
    rows = pd.DataFrame([(c, r) for r in range(15) for c in range(15)], columns=["col", "row"])

    def year(*hot: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        rate = np.full(225, 8.0)
        for col, row in hot:
            rate[(rows["col"].sub(col).abs() <= 1) & (rows["row"].sub(row).abs() <= 1)] *= 4
        n = random.poisson(rate)
        spread = np.repeat(rows.to_numpy(float), n, axis=0) * 100 + random.uniform(0, 100, (n.sum(), 2))
        return spread[:, 0], spread[:, 1]

    hot = place.hot_by_period(rows, [year((3, 3)), year((3, 3)), year((3, 3), (11, 11))], size=100, seed=1, n_sim=199)
    at = {(c, r): i for i, (c, r) in enumerate(rows.to_numpy().tolist())}
    assert hot.loc[at[3, 3]].all()
    assert hot.loc[at[11, 11]].tolist() == [False, False, True]
    assert not hot.loc[at[7, 13]].any()
    groups = place.clusters(rows.assign(n=place.square_counts(*year(), size=100)["n"]), hot[2])
    assert groups.max() == 1 and groups[at[3, 3]] != groups[at[11, 11]] and groups[at[7, 13]] == -1


def test_touching_squares_are_one_place_and_the_fullest_comes_first():
    cells = pd.DataFrame({"col": [0, 1, 5, 9], "row": [0, 1, 5, 9], "n": [5, 6, 30, 99]})
    assert place.clusters(cells, [True, True, True, False]).tolist() == [1, 1, 0, -1]
    assert place.clusters(cells, [False] * 4).tolist() == [-1] * 4


def test_piles_bear_the_name_most_of_their_points_give():
    x = EAST + np.append(np.zeros(60), np.arange(1, 41) * 50)
    y = NORTH + np.append(np.zeros(60), np.arange(1, 41) * 70)
    names = np.array(["Torget"] * 30 + [""] * 30 + ["Annat"] * 40, object)
    assert place.piles(x, y, names=names)[0].name == "Torget"
    assert place.piles(x, y, names=np.where(names == "Torget", "", names))[0].name == ""
    few = np.array(["Torget"] * 4 + [""] * 96, object)
    assert place.piles(x, y, names=few)[0].name == ""


def drawn(squares: pd.DataFrame, side: float = 100) -> pd.DataFrame:
    """Squares as the map takes them."""
    x, y, half = squares["x"].to_numpy(), squares["y"].to_numpy(), side / 2
    shape = shapely.box(x - half, y - half, x + half, y + half)
    return pd.DataFrame({"shape": shape, "km2": side**2 / 1e6, "n": squares["n"].to_numpy(), "lasting": False})


def ground(side: float = 1_000) -> Ground:
    return Ground((EAST, NORTH, EAST + side, NORTH + side), 100, None, {})


def test_the_squares_are_drawn_in_their_classes_and_hot_places_in_words():
    """Squares of 100 metres hold a hundredth of a square kilometre; the last is of 200 metres and four times that."""
    n = [5, 9, 10, 60, 400]
    table = drawn(pd.DataFrame({"x": EAST + 50 + 100.0 * np.arange(5), "y": NORTH + 50, "n": n}))
    large = shapely.box(EAST, NORTH + 200, EAST + 200, NORTH + 400)
    table.loc[5] = {"shape": large, "km2": 0.04, "n": 7, "lasting": False}
    hot = Place("A", ((EAST + 450, NORTH + 50),), "Torget, het 3 av 5 år")
    figure = grid_map(table, ground(), SV, Caption("r", "T"), hot=[hot])
    for svg in (figure.svg_wide, figure.svg_narrow):
        filled = re.findall(r'style="fill:var\(--tg-(seq-\d)', svg)
        # The squares first (500, 900, 1 000, 6 000, 40 000 and 175 a square kilometre), then the key.
        assert filled == ["seq-5", "seq-5", "seq-6", "seq-6", "seq-6", "seq-3", *(f"seq-{k}" for k in range(1, 7))]
        assert {"A", "färre än 10", "50–199", "1\N{NO-BREAK SPACE}000 eller fler"} <= set(
            re.findall(r">([^<>]+)</text>", svg)
        )
    assert "En ruta med 50–199 anmälningar per kvadratkilometer; 2 rutor med 500–999" in figure.alt
    assert "A: Torget, het 3 av 5 år" in figure.alt


@pytest.mark.parametrize("phi", [1.0, 6.0])
def test_the_drawn_funnel_calls_nothing_outside_that_its_flags_call_inside(phi):
    mean = np.linspace(0.5, 60, 200)
    for level in (0.95, 0.998):
        low, high = _smooth(mean, level, phi)
        exact = place.funnel_limits(mean, level=level, phi=phi)
        step = np.sqrt(phi)
        assert ((high >= exact[1] - 1e-9) & (high <= exact[1] + step)).all()
        assert ((low <= exact[0] + 1e-9) & (low >= np.maximum(exact[0] - step, 0) - 1e-9)).all()


def test_the_funnel_names_what_lies_outside(picture):
    pop = pd.Series([500.0, 800, 2_000, 4_000, 6_000, 9_000], index=list("abcdef"))
    rates = place.area_rates((pop * 0.02).round().add([0, 0, 0, 30, 0, 0]), pop, phi=1)
    labels = {area: f"Område {area}" for area in pop.index}
    figure = funnel(rates, SV, Caption("t", "T"), labels=labels)
    for svg in (figure.svg_wide, figure.svg_narrow):
        amber = re.findall(r"<text[^>]*--tg-amber[^>]*>([^<]*)<", svg)
        assert amber == ["Område d"]
    assert "Område d: 28 per 1\N{NO-BREAK SPACE}000 bland 4\N{NO-BREAK SPACE}000 invånare, fler brott" in figure.alt
    assert [row[0] for row in figure.table.rows] == [f"Område {a}" for a in "fedcba"]


def test_names_never_touch_each_other_or_a_neighbours_dot():
    random = np.random.default_rng(7)
    points = [(float(x), float(y), f"Område {i}") for i, (x, y) in enumerate(random.uniform(40, 300, (14, 2)))]
    names = beside(points, frame=(0, 0, 340, 340), size=14)
    boxes = [(n.at[0], n.at[1] - 8, n.at[0] + 65, n.at[1] + 8) for n in names if n.at]
    assert len(boxes) >= 7
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        inside = [p for p in points if a[0] <= p[0] <= a[2] and a[1] <= p[1] <= a[3]]
        assert not inside


def test_a_name_without_room_takes_its_place_before_those_with_a_choice():
    points = [(134.0, 298.0, "Visnum och Nybble"), (88.0, 294.0, "Rudskoga"), (183.0, 289.0, "Ölme")]
    points += [(78.0, 282.0, "Bäckhammar"), (143.0, 256.0, "Björneborg")]
    names = beside(points, frame=(38, 34, 720, 348), size=13.5)
    assert [name.text for name in names if name.at is None] == []
    assert [name.text for name in names] == [text for _, _, text in points]


def test_a_name_that_is_an_address_or_a_sub_area_is_no_public_place(picture):
    from trygghet.pages.place_data import public_places

    notes = ["Södra torget"] * 5 + ["Storgatan 12"] * 9 + ["Centrum"] * 9 + ["Villa Ro"] * 4
    frame = pd.DataFrame({"place_note": notes, "x": EAST})
    assert public_places(frame, picture) == {"Södra torget"}
