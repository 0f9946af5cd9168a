"""Answers on a scale as parted bars, and two waves as slopes: drawn to scale, told in words, nothing hidden shown."""

import re
from itertools import pairwise
from math import nan

import pytest

from trygghet.blocks import BlockError, Caption, Table
from trygghet.charts.diverging import Item, diverging_bars, tones
from trygghet.charts.slope import Slope, apart, slopes
from trygghet.messages import Words
from trygghet.pages.scales import best_first, scales
from trygghet.style import DARK, LIGHT, contrast

from .example_data import opened

SV = Words("sv")
CAPTION = Caption(id="svar", title="Förtroende")
FIVE = ("Mycket stort", "Ganska stort", "Varken eller", "Ganska litet", "Mycket litet")
POLICE = Item("Polisen", (0.1, 0.3, 0.2, 0.25, 0.15), 400, "13")
TABLE = Table(id="t", caption="T", columns=(), rows=())


@pytest.fixture(scope="module")
def picture():
    return opened("kristinehamn", "2017")


def test_the_table_and_the_text_say_every_share():
    figure = diverging_bars([POLICE], SV, CAPTION, answers=FIVE)
    assert "mycket stort 10\N{NO-BREAK SPACE}%, ganska stort 30\N{NO-BREAK SPACE}%" in figure.alt
    row = figure.table.rows[0]
    assert row[0] == "Polisen" and row[1].startswith("10") and row[5].startswith("15") and row[6:] == ("400", "13")
    assert [column.label for column in figure.table.columns][-2:] == ["Antal svar", "Vet ej"]


def test_an_item_with_a_hidden_answer_has_no_bar_and_no_number_left():
    hidden = Item("Kommunen", (0.1, 0.3, 0.2, nan, 0.15), 400, "färre än 5")
    figure = diverging_bars([POLICE, hidden], SV, CAPTION, answers=FIVE)
    assert "Kommunen: visas inte" in figure.alt
    assert figure.svg_wide.count(">30<") == 1  # the police's own
    assert figure.table.rows[1][4] == "visas inte"


def test_a_chart_of_nothing_or_of_the_wrong_scale_is_refused():
    with pytest.raises(BlockError):
        diverging_bars([Item("A", (nan,) * 5, 0)], SV, CAPTION, answers=FIVE)
    with pytest.raises(BlockError):
        diverging_bars([POLICE], SV, CAPTION, answers=FIVE[:4])


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_numbers_on_the_bars_can_be_read_and_neighbours_told_apart(palette):
    for tone in tones(5) + tones(4):
        on = "on-high" if tone in ("blue", "amber") else "on-low"
        assert contrast(palette[on], palette[tone]) >= 4.5
    assert len(set(tones(5))) == 5 and len(set(tones(4))) == 4


def test_which_end_is_the_good_one_comes_from_the_indicator(picture):
    by_variable = {item.variable: item for item in picture.available.values()}
    assert best_first(picture, by_variable["trust_police"])[0] == "very_high"
    assert best_first(picture, by_variable["worry_assault"])[0] == "never"


def test_the_survey_s_scales_are_drawn_with_shares_that_sum_to_all(picture):
    figures = scales(picture)
    assert [figure.id for figure in figures] == ["svar_worry_assault", "svar_trust_police"]
    for figure in figures:
        for row in figure.table.rows:
            shares = [int(re.match(r"\d+", cell)[0]) for cell in row[1:-2] if cell != "visas inte"]
            assert len(shares) < 4 or 98 <= sum(shares) <= 102
    survey = picture.survey
    trust = next(row for row in figures[1].table.rows if row[0] == "Förtroende för polisen")
    assert trust[-2:] == (
        str(survey.answers["trust_police"].notna().sum()),
        str(survey.item_nonresponse("trust_police")["dont_know"]),
    )


def test_slopes_name_what_changed_and_leave_the_rest_grey():
    items = [Slope("Handel", 0.2, 0.4, True), Slope("Ljus", 0.3, 0.15, True), Slope("Klotter", 0.1, 0.11, False)]
    figure = slopes(items, SV, CAPTION, waves=("2016", "2017"), table=TABLE)
    assert figure.alt.index("Handel: från 20") < figure.alt.index("Ljus: från 30")
    assert "inte säkert har ändrats: 1." in figure.alt
    assert "Handel" in figure.svg_wide and "Klotter" not in figure.svg_wide
    with pytest.raises(BlockError):
        slopes(items[2:], SV, CAPTION, waves=("2016", "2017"), table=TABLE)


def test_names_at_the_same_height_are_moved_apart_and_stay_in_order():
    spots = apart([10.0, 11.0, 12.0, 80.0], [20.0] * 4)
    assert all(b - a >= 20 for a, b in pairwise(spots))
    assert apart([10.0, 60.0], [20.0, 20.0]) == [10.0, 60.0]
