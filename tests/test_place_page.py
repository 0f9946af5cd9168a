"""The section about where: what a reader of the page sees of places."""

from pathlib import Path

import pytest

import trygghet as tg
from trygghet.pages.where import fear, residents, where

TOWN = Path(__file__).parents[1] / "data" / "kristinehamn"
DASH = "–"


@pytest.fixture(scope="module")
def picture() -> tg.Picture:
    return tg.Picture(tg.Workspace.open(TOWN, year="2016"), "sv")


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
    table = shown["otrygghet_brott"]
    hidden = set(picture.ws.area_labels.values()) - {row[0] for row in table.rows}
    assert hidden == {"Bäckhammar"}
    assert "För få svar eller brott för att visas: Bäckhammar." in table.note


def test_a_few_crimes_are_not_shown_in_either_table(picture):
    import pandas as pd

    from trygghet.pages.where import rates

    counts = pd.Series(30.0, index=list(picture.ws.area_labels))
    counts["centrum"] = 4
    rows = {row[0]: row for row in rates(picture, counts, residents(picture)).rows}
    assert rows["Centrum"][1:] == ("visas inte", *[DASH] * 4)
    compared = fear(picture, counts, residents(picture))
    assert compared is not None
    assert "centrum" not in compared.index
    assert "centrum" in compared.attrs["left_out"]


def test_fewer_than_eight_areas_are_ordered_but_not_judged():
    later = tg.Picture(tg.Workspace.open(TOWN, year="2017"), "sv")
    table = next(block for block in where(later) if getattr(block, "id", "") == "otrygghet_brott")
    assert len(table.rows) == 7
    assert [column.key for column in table.columns][-1] == "crime_rank"
    assert "står bara ordningen" in table.note


def test_the_lead_names_the_first_area_and_points_that_hold_too_much_are_said(shown):
    assert shown["platser"].lead.startswith("Centrum har både flest anmälda brott per invånare")
    half, piled = shown["paragraphs"].texts
    assert half.startswith("Hälften av de")
    assert "Kontrollera" in piled
