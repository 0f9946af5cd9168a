"""The section about where: what a reader of the page sees of places."""

import re
from types import SimpleNamespace

import pandas as pd
import pytest

import trygghet as tg
from trygghet.pages.place_areas import crime_counts, fear, fear_chart, residents
from trygghet.pages.where import where

from .example_data import TOWN, opened

DASH = "–"


@pytest.fixture(scope="module")
def picture() -> tg.Picture:
    return opened("kristinehamn", "2016")


@pytest.fixture(scope="module")
def shown(picture) -> dict[str, object]:
    return {getattr(block, "id", block.kind): block for block in where(picture)}


def test_each_area_has_its_rate_with_limits_and_both_agree_with_the_count(picture, shown):
    table = shown["brottomraden"]
    assert [row[0] for row in table.rows] == list(picture.ws.area_labels.values())
    assert table.caption == "Anmälda brott efter delområde, april 2015–mars 2016"
    people = residents(picture)
    for area, row in zip(picture.ws.area_labels, table.rows, strict=True):
        count = int(row[1].replace("\N{NO-BREAK SPACE}", ""))
        low, high = (float(limit.replace(",", ".")) for limit in row[3].split(DASH))
        rate = 1_000 * count / people[area]
        assert float(row[2].replace(",", ".")) == pytest.approx(rate, abs=0.51)
        assert low <= rate <= high
    assert table.rows[0][0] == "Centrum"
    assert table.rows[0][-1] == "klart fler brott"


def test_an_area_whose_survey_is_suppressed_is_named_and_never_shown(picture, shown):
    figure = shown["otrygghet_mot_brott"]
    hidden = set(picture.ws.area_labels.values()) - {row[0] for row in figure.table.rows}
    assert hidden == {"Bäckhammar", "Rudskoga"}  # the second for the first one's sake
    assert any(line.startswith("Visas inte") and "Bäckhammar" in line for line in figure.definition)
    for drawn in (figure.svg_wide, figure.svg_narrow):
        assert "Centrum</text>" in drawn
        assert "Bäckhammar</text>" not in drawn


def test_a_few_crimes_are_not_shown_in_either_table(picture):
    import pandas as pd

    from trygghet.pages.place_areas import rates

    counts = pd.Series(30.0, index=list(picture.ws.area_labels))
    counts["centrum"] = 4
    rows = {row[0]: row for row in rates(picture, counts, residents(picture)).rows}
    assert rows["Centrum"][1:] == ("visas inte", *[DASH] * 4)
    compared = fear(picture, counts, residents(picture))
    assert compared is not None
    assert "centrum" not in compared.index
    assert "centrum" in compared.attrs["left_out"]


def test_fewer_than_eight_areas_are_ordered_but_not_judged():
    later = opened("kristinehamn", "2017")
    figure = next(block for block in where(later) if getattr(block, "id", "") == "otrygghet_mot_brott")
    assert len(figure.table.rows) == 7
    assert [column.key for column in figure.table.columns][-1] == "crime_rank"
    assert any("står bara ordningen" in line for line in figure.definition)


def test_fear_and_crime_stand_with_both_their_intervals(picture, shown):
    """The drawn numbers, the table's and those of the two sources are the same."""
    figure = shown["otrygghet_mot_brott"]
    counts = {row[0]: row for row in shown["brottomraden"].rows}
    for row in figure.table.rows:
        rate, limits = row[3].rstrip(")").split(" (")
        assert (rate, limits) == counts[row[0]][2:4]
        assert f"{row[0]}: {row[1]} och {row[3]}" in figure.alt


def test_a_certain_difference_between_fear_and_crime_is_the_title(picture):
    counts, people = crime_counts(picture), residents(picture)
    table = fear(picture, counts, people)
    assert table is not None
    table["label"] = ["crime_higher" if area == "gustavsvik" else "undecided" for area in table.index]
    assert fear_chart(picture, table).title == "Gustavsvik har fler anmälda brott än otryggheten säger"
    table.loc[["centrum", "olme"], "label"] = "fear_higher"
    assert fear_chart(picture, table).title.startswith(
        "Centrum och Ölme är otryggare än de anmälda brotten säger; Gust"
    )


def test_the_map_shows_each_rate_with_its_interval_and_base(shown):
    figure = shown["brottskarta"]
    for name, n, rate, interval, *_ in shown["brottomraden"].rows:
        assert f"{name}: {rate} ({interval}), {n} anmälda brott" in figure.alt
        assert f"{n} anmälda brott</text>" in figure.svg_wide
    assert figure.title == "Centrum har klart flest anmälda brott per invånare"
    assert "km</text>" in figure.svg_narrow
    assert [column.label for column in figure.table.columns][1:3] == [
        "Per 1\N{NO-BREAK SPACE}000 invånare",
        "Osäkerhet",
    ]
    assert "urval" not in figure.table.note


def test_hot_places_are_named_with_their_years(shown):
    figure = shown["rutkarta"]
    assert figure.table.rows[0][:3] == (
        "A",
        "Södra torget, Kristinehamns resecentrum och Stadsparken",
        "Centrum",
    )
    # The file begins in January 2012: April to March fits whole four times.
    assert figure.table.rows[0][-1] == "het 4 av 4 år"
    assert "Södra torget" in figure.alt


def test_the_lead_names_the_first_area_and_points_that_hold_too_much_are_said(shown):
    assert shown["platser"].lead.startswith("Centrum har både flest anmälda brott per invånare")
    half, lasting, piled = shown["paragraphs"].texts
    assert half.startswith("Hälften av de")
    assert "generaliserad Gini" in half
    hot, always, years = (int(number) for number in re.findall(r"\d+", lasting))
    assert hot >= always and years == 4
    assert "Södra torget (138) och Kristinehamns resecentrum (109)" in piled


def test_an_area_where_a_few_live_shows_no_reports_and_one_where_nobody_does_is_shown():
    """Bäckhammar with 49 residents goes from every figure of crime by place; with 50, or none, it is there."""
    import pandas as pd

    def areas(residents: int) -> tuple[set[str], set[str]]:
        picture = tg.Picture(tg.Workspace.open(TOWN, year="2016"), "sv")
        people = picture.population
        here = people["area"] == "backhammar"
        each = pd.Series(0.0, index=people.index)
        each[people.index[here][0]] = residents
        picture.__dict__["population"] = people.assign(n=people["n"].where(~here, each))
        rows = picture.incident_estimates
        return set(rows.loc[rows["group_by"] == "area", "group"]), set(picture.thinly_lived)

    shown, thin = areas(49)
    assert thin == {"backhammar"} and "backhammar" not in shown and "centrum" in shown
    for enough in (0, 50):
        shown, thin = areas(enough)
        assert thin == set() and "backhammar" in shown


def test_a_population_of_the_whole_municipality_gives_no_rates_and_stops_nothing():
    people = pd.DataFrame({"sex": ["man", "woman"], "age": [40, 40], "n": [5, 6]})
    assert residents(SimpleNamespace(population=people)).empty
