"""What a reader sees of the comparison with others and of the municipality in figures."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from trygghet import pages, reference
from trygghet.blocks import BlockError, Caption
from trygghet.charts.bands import Panel, rate_panels
from trygghet.charts.pyramid import population_pyramid
from trygghet.messages import Words
from trygghet.pages.compared_safety import others, same_definition, verdict

from .example_data import opened

CAPTION = Caption(id="prov", title="Prov")


@pytest.fixture(scope="module")
def picture():
    return opened("kristinehamn", "2017")


@pytest.fixture(scope="module")
def compared(picture):
    return pages.compared(picture)


def texts(block):
    return re.sub(r"\s+", " ", " ".join(map(str, block.to_json().values())))


def panel(own, series=None, **columns):
    n = len(own)
    data = {"year": range(2017 - n, 2017), "series": series or [""] * n, "own": own}
    for name in ("q1", "median", "q3", "county", "country"):
        data[name] = columns.get(name, [np.nan] * n)
    return Panel(label="Prov", status="Ungefär som liknande", rows=pd.DataFrame(data))


def drawn(svg, colour):
    """How many lines there are in a colour."""
    return len(re.findall(rf'<path d="M [^"]*" style="fill:none;stroke:var\(--tg-{colour},', svg))


def test_a_line_never_crosses_a_break_or_a_missing_year():
    words = Words("sv")
    whole = rate_panels([panel([5, 6, 7, 8, 9, 10])], words, CAPTION)
    broken = rate_panels([panel([5, 6, 7, 8, 9, 10], ["a"] * 3 + ["b"] * 3)], words, CAPTION)
    gap = rate_panels([panel([5, 6, np.nan, 8, 9, 10])], words, CAPTION)
    assert drawn(broken.svg_wide, "blue") == drawn(whole.svg_wide, "blue") + 1
    assert drawn(gap.svg_wide, "blue") == drawn(whole.svg_wide, "blue") + 1
    assert "ny serie" in broken.svg_wide and "ny serie" not in whole.svg_wide


def test_what_is_not_there_has_no_key_and_the_alternative_text_tells_the_numbers():
    chart = rate_panels([panel([5, 1200])], Words("sv"), CAPTION)
    assert "länet" not in chart.svg_wide and "liknande kommuner:" not in chart.svg_wide
    assert "från 5 år 2015 till 1\N{NO-BREAK SPACE}200 år 2016" in chart.alt


@pytest.mark.parametrize("rows", [[], [panel([np.nan, np.nan])]])
def test_a_chart_of_nothing_is_refused(rows):
    with pytest.raises(BlockError):
        rate_panels(rows, Words("sv"), CAPTION)


def test_every_text_lies_within_the_drawing(compared):
    chart = next(block for block in compared if block.kind == "figure" and block.id == "brott-jamfort")
    for svg, width in ((chart.svg_wide, 720), (chart.svg_narrow, 340)):
        assert f'viewBox="0 0 {width} ' in svg
        for x, size, text in re.findall(r'<text style="font-size:([\d.]+)px[^"]*" x="([\d.]+)"[^>]*>([^<]*)<', svg):
            assert 0 <= float(size) <= width and float(x) >= 12, text


def test_title_sentences_and_panels_say_the_same(picture, compared):
    words, table = picture.words, reference.group_deviations(picture)
    chart = next(block for block in compared if block.kind == "figure")
    said = next(block for block in compared if block.kind == "paragraphs")
    sure = table[(table["position"] == "over") & table["certain"]]
    labels = picture.offences.labels(words)
    for group in sure.index:
        assert labels[group].lower() in chart.title.lower() and labels[group].lower() in said.texts[0].lower()
    assert chart.alt.count(words("compared.standing.over_sure").lower()) == len(sure)
    assert len(chart.table.rows) == len(reference.rates(picture))


def test_yearly_table_marks_the_new_series_and_holds_every_year(picture, compared):
    table = next(block for block in compared if block.kind == "table" and block.id == "brott-ar-for-ar")
    assert len(table.rows) == 10 * len(reference.rates(picture))
    marked = [row for row in table.rows if "(" in row[1]]
    assert len(marked) == 1 and marked[0][1].startswith("2013")


def test_other_definitions_are_said_and_never_compared(picture, compared):
    rows = others(picture).set_index(["indicator", "area_kind"])
    assert not rows.loc[("avoids_going_out", "country"), "same"]
    assert rows.loc[("unsafe_night", "country"), "same"]
    table = next(block for block in compared if block.kind == "table" and block.id == "indikatorer-jamforda")
    row = next(r for r in table.rows if r[0] == picture.available["avoids_going_out"].name(picture.words))
    assert row[-1] == picture.words("compared.verdict.definition")
    assert "folkhälsoenkäten" in table.note


def test_definition_is_the_preset_and_its_version(picture):
    item = picture.available["unsafe_night"]
    assert same_definition(item, "ntu 2017") and not same_definition(item, "NTU 2007") and not same_definition(item, "")


@pytest.mark.parametrize(("own", "other", "said"), [(0.40, 0.30, "more"), (0.20, 0.30, "less"), (0.31, 0.30, "unsure")])
def test_verdict_from_the_intervals(own, other, said):
    assert verdict(pd.Series({"estimate": own, "se": 0.02}), pd.Series({"estimate": other, "se": 0.01})) == said
    missing = pd.Series({"estimate": other, "se": np.nan})
    assert verdict(pd.Series({"estimate": own, "se": 0.02}), missing) == "unsure", "no interval, no verdict"


def test_simulated_figures_are_called_so_where_they_stand(picture, compared):
    for block in compared:
        if block.kind in ("figure", "section") and block.id != "trygghet":
            assert re.search("simuler|simulated", texts(block), re.IGNORECASE), block.id


def test_municipality_in_figures(picture):
    _, figures, chart, table = pages.in_figures(picture)
    people = picture.population["n"].sum()
    assert figures.items[0].value == picture.words.number(people) and figures.items[0].note == ""
    men = [int(re.sub(r"\D", "", row[1])) for row in chart.table.rows]
    women = [int(re.sub(r"\D", "", row[2])) for row in chart.table.rows]
    assert sum(men) + sum(women) == people == 24_255
    assert [row[0] for row in table.rows[:-1]] == list(picture.ws.area_labels.values())
    assert sum(int(re.sub(r"\D", "", row[1])) for row in table.rows[:-1]) == people


def test_pyramid_bars_are_in_proportion():
    frame = pd.DataFrame({"label": ["0–9", "10–19"], "man": [100, 50], "woman": [25, 100]})
    svg = population_pyramid(frame, Words("sv"), CAPTION).svg_wide
    widths = {}
    for colour in ("blue", "amber"):
        paths = re.findall(rf'<path d="M ([\d.]+) [\d.]+ L ([\d.]+) [^"]*z" style="fill:var\(--tg-{colour},', svg)
        widths[colour] = [abs(float(a) - float(b)) for a, b in paths]
    assert widths["blue"] == pytest.approx([widths["blue"][1] / 2, widths["blue"][1]], rel=0.01)  # the oldest first
    assert widths["amber"] == pytest.approx([widths["amber"][0], widths["amber"][0] / 4], rel=0.01)


def test_sections_without_their_sources_are_left_out():
    other = opened("gss", "2018")
    assert pages.compared(other) == () and pages.in_figures(other) == ()
