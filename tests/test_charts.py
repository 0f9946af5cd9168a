"""Charts say what their numbers say, hide what is suppressed, and are the same bytes every time."""

import hashlib
import os
import re
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from trygghet import charts, values
from trygghet.blocks import BlockError, Caption
from trygghet.charts.heat import class_limits, week_grid
from trygghet.charts.rows import axis_for
from trygghet.charts.sheet import text_width, wrapped
from trygghet.messages import Words

from . import sample_page
from .saying import said

SV, EN = Words("sv"), Words("en")
NBSP = "\N{NO-BREAK SPACE}"


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(svg).iter("text")]


def one(figures, identity):
    return next(figure for figure in figures if figure.id == identity)


def test_the_groups_stand_with_number_and_base(figures):
    figure = one(figures, "grupper")
    for svg in (figure.svg_wide, figure.svg_narrow):
        shown = texts(svg)
        assert {"Alla", "Kvinnor", f"29{NBSP}%", f"39{NBSP}%", f"19{NBSP}%"} <= set(shown)
    assert {"antal svar", "446", "231"} <= set(texts(figure.svg_wide))
    assert "446 svar" in texts(figure.svg_narrow)
    assert f"Kvinnor: 39{NBSP}% (33–45), 231 svar" in figure.alt


def test_the_axis_is_decimal_comma_or_percent_and_starts_at_zero(figures):
    wide = texts(one(figures, "grupper").svg_wide)
    assert "0" in wide and any(re.fullmatch(rf"\d+{NBSP}%", text) for text in wide)
    assert not any("." in text for figure in figures for text in texts(figure.svg_wide) if text[:1].isdigit())


def test_a_suppressed_row_keeps_its_place_and_nothing_of_it_leaves(figures):
    figure = one(figures, "grupper")
    everything = "".join([figure.svg_wide, figure.svg_narrow, figure.alt, str(figure.table)])
    assert "Män 16–24" in texts(figure.svg_wide) and "Män 16–24" in figure.alt
    assert "visas inte: bara 22 svar (gräns 30)" in everything
    for secret in ("81", "70", "90"):
        assert not re.search(rf"\b{secret}\b(?!\.)", figure.alt + str(figure.table) + " ".join(texts(figure.svg_wide)))
    counts = one(figures, "brott_slag")
    told = counts.alt + str(counts.table) + " ".join(texts(counts.svg_wide) + texts(counts.svg_narrow))
    assert "färre än 5 brott" in told
    for secret in ("4321", f"4{NBSP}321", "9876", f"9{NBSP}876", "129"):
        assert secret not in told


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"n": 22}, "visas inte: bara 22 svar (gräns 30)"),
        ({"n": 220, "flags": "unanimous"}, "visas inte: svaren är så lika att de kunde peka ut någon"),
        ({"n": 220, "flags": "x,small_count"}, "visas inte: så få att de kunde peka ut någon"),
        ({"n": 220, "flags": ""}, "visas inte: för få svar"),
        ({"n": np.nan}, "visas inte: för få svar"),
        ({"n": 22, "reason": "visas inte: frågan är ändrad"}, "visas inte: frågan är ändrad"),
    ],
)
def test_a_hidden_row_gives_its_true_reason(row, said):
    assert values.reason(row, "answers", 30, SV) == said


def test_a_suppressed_value_does_not_stretch_the_axis(figures):
    """The hidden 9,876 crimes and the hidden 90 % would give themselves away by an axis that reaches them."""
    assert max(int(t) for t in texts(one(figures, "brott_slag").svg_wide) if t.isdigit()) == 142
    ticks = [int(t.removesuffix(f"{NBSP}%")) for t in texts(one(figures, "grupper").svg_wide) if t.endswith("%")]
    assert max(ticks) <= 80


def test_bars_are_as_long_as_their_numbers(figures):
    """The widths of the drawn bars stand to each other as 96 : 84 : 96 : 142 : 4."""
    svg = one(figures, "brott_slag").svg_wide
    paths = re.findall(r'<path d="M ([\d.]+) [\d.]+ L ([\d.]+) [^"]*" style="fill:var\(--tg-(blue|axis)', svg)
    widths = [(tone, float(end) - float(start)) for start, end, tone in paths][2:]  # the first two are the key
    assert [tone for tone, _ in widths] == ["blue", "axis"] * 3
    unit = widths[0][1] / 96
    assert [round(width / unit) for _, width in widths] == [96, 84, 96, 142, 4, 0]


def test_dots_stand_where_their_values_are(figures):
    """Dots and tick labels share one linear axis: 29 % lies at 0.29 between 0 and 100 % of it."""
    root = ElementTree.fromstring(one(figures, "grupper").svg_wide)
    ticks = {int(t.text.removesuffix(f"{NBSP}%")): float(t.get("x")) for t in root.iter("text")
             if t.text and "middle" in t.get("style", "") and t.text.removesuffix(f"{NBSP}%").isdigit()}  # fmt: skip
    per_point = (ticks[60] - ticks[0]) / 60
    dots = sorted((float(u.get("y")), round((float(u.get("x")) - ticks[0]) / per_point)) for u in root.iter("use"))
    assert [value for _, value in dots] == [29, 39, 19, 52]


def test_counts_say_when_a_change_is_sure(figures):
    figure = one(figures, "brott_slag")
    assert "−32\u00a0%" in figure.alt and "(−48 till −12\u00a0%)" in figure.alt
    assert ("Cykelstöld", "142", "96", "−32\u00a0%", "−48 till −12\u00a0%") in figure.table.rows
    assert ("Rån", "0", "4", "går inte att räkna", "–") in figure.table.rows
    bold = re.findall(r"font-weight:700[^>]*>([^<]*)</text>", figure.svg_wide)
    assert "−32\u00a0%" in bold and "+14\u00a0%" not in bold


def test_the_week_names_its_peak_and_keeps_its_sum(figures):
    figure = one(figures, "veckan")
    assert "lördag klockan 00–02 (12)" in figure.alt
    grid = week_grid(pd.DataFrame({"weekday": [5, 5, 6], "hour": [0, 1, 23], "weight": [1.5, 2.0, 1.0]}), 2)
    assert grid.shape == (7, 12) and grid.loc[5, 0] == 3.5 and grid.to_numpy().sum() == 4.5
    assert "12" in texts(figure.svg_wide) and "12" in texts(figure.svg_narrow)


@pytest.mark.parametrize("top", [0.0, 0.4, 1.0, 6.9, 7.0, 14.0, 99.0])
def test_classes_of_the_week_hold_every_value(top):
    limits = class_limits(np.array([[0.0, top]]))
    assert 1 <= len(limits) <= 7 and limits[-1] >= top and limits == sorted(limits)


@pytest.mark.parametrize("column", ["weekday", "hour", "weight"])
def test_a_week_out_of_range_is_refused(column):
    frame = pd.DataFrame({"weekday": [0], "hour": [0], "weight": [1.0]})
    with pytest.raises(BlockError):
        week_grid(frame.assign(**{column: -1}), 2)
    with said(BlockError, "lacks"):
        week_grid(frame.drop(columns=column), 2)


def test_staff_are_counted_over_units_and_a_hidden_unit_hides_the_sum():
    caption, labels = Caption("p", "T"), {"p01": "Stök", "p02": "Fart"}
    frame = pd.DataFrame(
        [("p01", "A", 9, 14), ("p01", "B", 3, 12), ("p02", "A", 2, 14)], columns=["problem", "unit", "k", "n"]
    )
    figure = charts.staff_bars(frame, SV, caption, labels=labels)
    assert f"Stök: 12 av 26 (46{NBSP}%); Fart: 2 av 26 (8{NBSP}%)" in figure.alt
    hidden = charts.staff_bars(frame.assign(suppressed=[False, True, False]), SV, caption, labels=labels)
    assert "12 av 26" not in hidden.alt and "9 av 14" in str(hidden.table.rows) and "3 av 12" not in str(hidden.table)


def test_the_goal_shows_its_target_and_a_missing_outcome_says_why():
    levels = (charts.Level("2016", 0.39, 0.33, 0.45, 231), charts.Level("2017", None, reason="ingen mätning"))
    figure = charts.goal_chart(levels, charts.Target(0.33, "decrease"), SV, Caption("m", "T"))
    assert f"mål: högst 33{NBSP}%" in texts(figure.svg_wide)
    assert "2017: ingen mätning" in figure.alt and f"Mål: högst 33{NBSP}%." in figure.alt


def test_the_map_tells_every_area_and_hides_what_is_hidden(figures):
    figure = one(figures, "karta")
    for svg in (figure.svg_wide, figure.svg_narrow):
        shown = texts(svg)
        assert {"Centrum", "Norra sidan", "Holmen", "Söder", f"48{NBSP}% (36–60)"} <= set(shown)
        assert shown.count("visas inte") == 2
    assert "Holmen: visas inte: bara 22 svar (gräns 30)" in figure.alt and "81" not in figure.alt.split("Holmen")[1]
    assert f"81{NBSP}%" not in str(figure.table) and f"81{NBSP}%" not in figure.svg_wide


def test_a_suppressed_area_has_the_same_look_whatever_it_hides():
    """Not the colour either gives a hidden value away."""
    from trygghet.charts.maps import area_map

    def drawn(hidden):
        rows = sample_page.area_rows()
        rows.loc[rows["group"] == "holm", ["estimate", "ci_low", "ci_high"]] = hidden
        return area_map(rows, sample_page.area_shapes(), SV, Caption("k", "T"), labels=sample_page.AREA_LABELS)

    assert drawn([0.01, 0.0, 0.05]) == drawn([0.99, 0.95, 1.0])


def test_the_scale_bar_is_as_long_as_it_says(figures):
    """The map is 10 km wide: its scale bar of 1, 2 or 5 km has that part of its width."""
    svg = one(figures, "karta").svg_wide
    km = next(float(text.removesuffix(" km")) for text in texts(svg) if text.endswith(" km"))
    start, end = map(
        float, re.findall(r'd="M ([\d.]+) [\d.]+ L ([\d.]+) [\d.]+" style="fill:none;stroke:var\(--tg-ink', svg)[-3]
    )
    xs = [
        float(x)
        for path in re.findall(r'<path d="([^"]*)" style="fill:var\(--tg-seq', svg)[:2]
        for x in re.findall(r"[ML] ([\d.]+)", path)
    ]
    assert (end - start) / (max(xs) - min(xs)) == pytest.approx(km / 10, rel=0.01)


@pytest.mark.parametrize(
    "spoil", [lambda a: a.iloc[:0], lambda a: a.drop(columns="id"), lambda a: a.set_crs(None, allow_override=True)]
)
def test_a_map_without_areas_or_a_coordinate_system_is_refused(spoil):
    with said(BlockError, "coordinate"):
        charts.area_map(
            sample_page.area_rows(),
            spoil(sample_page.area_shapes()),
            SV,
            Caption("k", "T"),
            labels=sample_page.AREA_LABELS,
        )


def test_ranking_is_by_size_with_hidden_rows_last():
    frame = pd.DataFrame(
        {"indicator": ["a", "b", "c"], "n": 40, "estimate": [0.1, 0.3, 0.9], "ci_low": 0.05, "ci_high": 0.95,
         "unit": "share", "suppressed": [False, False, True]}
    )  # fmt: skip
    figure = charts.ranked_dots(frame, SV, Caption("r", "T"), labels={"a": "A", "b": "B", "c": "C"})
    assert [row[0] for row in figure.table.rows] == ["B", "A", "C"]
    top = charts.ranked_dots(
        frame, SV, Caption("r", "T"), labels={"a": "A", "b": "B", "c": "C"}, look=charts.Look(top=1)
    )
    assert "A" not in texts(top.svg_wide) and len(top.table.rows) == 3 and "2 rader" in top.alt


def test_an_open_source_is_never_read_as_a_share_of_the_people(figures):
    frame = pd.DataFrame([{"group": "x", "indicator": "x", "n": 60, "estimate": 12.0, "ci_low": np.nan,
                           "ci_high": np.nan, "unit": "count", "evidence_class": "open"}])  # fmt: skip
    figure = charts.ranked_dots(frame, SV, Caption("r", "T"), labels={"x": "X"})
    assert any("säger inget om hur stor andel" in line for line in figure.definition)
    assert not any("säger inget" in line for line in one(figures, "grupper").definition)


def test_the_same_chart_in_english():
    frame = pd.DataFrame([{"group_by": "total", "group": "all", "n": 1446, "estimate": 0.295, "ci_low": 0.25,
                           "ci_high": 0.33, "unit": "share"}])  # fmt: skip
    figure = charts.group_dots(frame, EN, Caption("e", "T"), labels={"all": "All"})
    assert "All: 30% (25–33), 1,446 answers" in figure.alt
    assert "answers" in texts(figure.svg_wide)


@pytest.mark.parametrize("broken", [pd.DataFrame(), pd.DataFrame({"group": ["x"]})])
def test_a_chart_without_its_columns_or_rows_is_refused(broken):
    with pytest.raises(BlockError):
        charts.group_dots(broken, SV, Caption("g", "T"), labels={})


def test_a_group_without_a_name_is_refused():
    frame = pd.DataFrame([{"group_by": "sex", "group": "woman", "n": 9, "estimate": 0.5, "ci_low": 0, "ci_high": 1}])
    with said(BlockError, "no label"):
        charts.group_dots(frame, SV, Caption("g", "T"), labels={"man": "Män"})


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([0.03, 0.58], (0, 0.2, 0.4, 0.6)),
        ([0.5, 0.97], (0, 0.2, 0.4, 0.6, 0.8, 1.0)),
        ([3.0, 142.0], (0, 50, 100, 150)),
        ([-0.04, 0.08], (-0.05, 0.0, 0.05, 0.1)),
        ([], (0, 0.2, 0.4, 0.6, 0.8, 1.0)),
    ],
)
def test_axes_have_round_ticks(values, ticks):
    share = not values or max(values) <= 1
    assert axis_for(values, str, share=share).ticks == pytest.approx(ticks)


def test_no_text_is_smaller_than_twelve_pixels_when_shown(figures):
    """Narrow charts are shown at 284 of 340 px on a 320 px screen, wide ones at 640 of 720 px on the least."""
    for figure in figures:
        for svg, shrunk in ((figure.svg_narrow, 284 / 340), (figure.svg_wide, 656 / 720)):
            sizes = [float(size) for size in re.findall(r"font-size:([\d.]+)px", svg)]
            assert sizes and min(sizes) * shrunk >= 12


def test_no_text_leaves_its_sheet(figures):
    for figure in figures:
        for svg, width in ((figure.svg_wide, 720), (figure.svg_narrow, 340)):
            for node in ElementTree.fromstring(svg).iter("text"):
                style, x = node.get("style", ""), float(node.get("x", 0))
                wide = text_width(node.text, float(re.search(r"font-size:([\d.]+)", style)[1]), "700" in style)
                left = x - (wide if "end" in style else wide / 2 if "middle" in style else 0)
                assert left >= -1 and left + wide <= width + 1, (figure.id, node.text)


def test_words_are_never_cut():
    text = "Skadegörelse och klotter på skolor och förskolor"
    lines = wrapped(text, 150, 14)
    assert " ".join(lines) == text and len(lines) > 1
    assert all(text_width(line, 14) <= 150 or " " not in line for line in lines)


def test_only_house_colours_are_drawn(figures):
    for figure in figures:
        for svg in (figure.svg_wide, figure.svg_narrow):
            bare = re.sub(r"var\(--tg-[\w-]+,#[0-9a-f]{6}\)", "", svg)
            assert not re.search(
                r"#[0-9a-fA-F]{3,6}\b", re.sub(r'(href|url\()="?#[\w-]+', "", bare.replace("url(#", ""))
            )


SCRIPT = """
import hashlib, importlib.util, sys
spec = importlib.util.spec_from_file_location("sample", sys.argv[1])
sample = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sample)
from trygghet.messages import Words
figures = sample.all_figures(Words("sv"))
sys.stdout.write(hashlib.sha256("".join(f.svg_wide + f.svg_narrow + f.alt for f in figures).encode()).hexdigest())
"""


def test_the_bytes_are_the_same_in_another_process(figures):
    here = hashlib.sha256("".join(f.svg_wide + f.svg_narrow + f.alt for f in figures).encode()).hexdigest()
    env = {**os.environ, "PYTHONHASHSEED": "12345", "TZ": "Pacific/Auckland", "LC_ALL": "C"}
    there = subprocess.run(
        [sys.executable, "-c", SCRIPT, sample_page.__file__],
        env=env,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert there.stdout == here


def test_drawing_leaves_no_setting_behind(figures):
    import matplotlib as mpl

    mpl.get_backend()  # chosen when first asked for
    before = dict(mpl.rcParams)
    charts.week_heatmap(pd.DataFrame({"weekday": [1], "hour": [2], "weight": [3.0]}), SV, Caption("v", "T"))
    assert dict(mpl.rcParams) == before


def test_every_chart_and_base_has_its_words_in_english_too():
    for figure in sample_page.all_figures(EN):
        assert "visas inte" not in figure.alt.replace(sample_page.estimate_rows()["reason"].iloc[-1], "")
    for words in (SV, EN):
        for base in words.raw("charts.base"):
            assert words(f"charts.base_header.{base}") and words(f"tables.columns.base_{base}")
