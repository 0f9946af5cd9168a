"""The section about time: what a reader of the page sees, against counts made another way."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

import trygghet as tg
from trygghet import estimates as est
from trygghet.blocks import Caption, Figure, Note
from trygghet.charts import week_heatmap
from trygghet.errors import SpokenError
from trygghet.messages import Words
from trygghet.pages.felt import DayParts, day_parts, felt, hour_share
from trygghet.pages.over_years import Span, by_month, span_of
from trygghet.pages.when import day_list, seen_parts, when
from trygghet.sources import read_events
from trygghet.week import stands_out, time_heatmap

from .example_data import GSS, opened
from .saying import said

NBSP = "\N{NO-BREAK SPACE}"
SV = Words("sv")


@pytest.fixture(scope="module")
def picture() -> tg.Picture:
    return opened("kristinehamn", "2017")


@pytest.fixture(scope="module")
def shown(picture) -> dict[str, object]:
    return {getattr(block, "id", block.kind): block for block in when(picture)}


def texts(block: object) -> str:
    return repr(block.to_json())


def test_the_parts_stand_in_order(shown) -> None:
    order = ["tid", "veckan", "toppar", "dygnet", "kand_tid", "manader", "paragraphs", "utveckling", "typer_omraden"]
    assert list(shown) == [*order, "arshjul"]


def test_the_week_s_cells_sum_to_the_reports_with_a_known_time(picture, shown) -> None:
    rows = est.in_period(picture.incidents, *_period(picture))
    known = int(rows["time_known"].sum())
    cells = [int(cell) for row in shown["veckan"].table.rows for cell in row[1:]]
    assert len(cells) == 168 and sum(cells) == pytest.approx(known, abs=30)  # whole numbers, none below 5 here
    assert shown["veckan"].definition[0] == (
        f"Bas: {SV.number(known)} anmälningar med känt klockslag. {len(rows) - known} av {SV.number(len(rows))} gäller "
        "en okänd tid på dygnet (00:00–23:59 eller utan klockslag) och är inte med."
    )
    assert "sommar- eller vintertid" in " ".join(shown["veckan"].definition)


def _period(picture) -> tuple[object, object]:
    wave = picture.wave("incidents").wave
    return wave.start, wave.end


def test_a_planted_hour_is_framed_and_expected_follows_day_and_hour() -> None:
    random = np.random.default_rng(1)
    start = pd.Timestamp("2016-02-01") + pd.to_timedelta(random.integers(0, 52 * 168, 4000), unit="h")
    planted = pd.Timestamp("2016-02-05 22:00") + pd.to_timedelta(168 * random.integers(0, 52, 80), unit="h")
    times = pd.Series([*start, *planted])
    table = time_heatmap(times, times, reference="independent")
    assert table.loc[table["stands"] == "more", ["weekday", "hour"]].values.tolist() == [[4, 22]]
    days, hours = (table.groupby(key)["weight"].sum() for key in ("weekday", "hour"))
    assert table.loc[4 * 24 + 22, "expected"] == pytest.approx(days[4] * hours[22] / 4080)
    assert table["expected"].sum() == pytest.approx(4080)


def test_noise_seldom_stands_out_and_every_bin_counts_once() -> None:
    random = np.random.default_rng(2)
    found = [(stands_out(random.poisson(12, 168), np.full(168, 12.0)) != "").any() for _ in range(200)]
    assert np.mean(found) <= 0.08
    assert stands_out([0, 40, 12, 5], [12, 12, 12, 0]).tolist() == ["fewer", "more", "", ""]


def test_a_week_with_few_crimes_is_coarse_and_hides_small_numbers() -> None:
    random = np.random.default_rng(3)
    times = pd.Series(pd.Timestamp("2016-02-01") + pd.to_timedelta(random.integers(0, 52 * 168, 150), unit="h"))
    table = time_heatmap(times, times, reference="independent")
    figure = week_heatmap(table, SV, Caption("v", "T"), block=4, least=5)
    assert len(table) == 42
    cells = [cell for row in figure.table.rows for cell in row[1:]]
    assert "under 5" in cells and {"1", "2", "3", "4"}.isdisjoint(cells)
    drawn = re.findall(r">(\d+)</text>", figure.svg_wide)
    assert not {"1", "2", "3", "4"} & set(drawn)


def test_half_the_crimes_in_the_fewest_blocks(shown) -> None:
    table = shown["toppar"]
    assert table.caption == "Hälften av brotten ryms i 40 av 100 timmar i veckan"
    days = " ".join(cell for row in table.rows for cell in row[1:])
    assert sum(days.count(day) for day in SV.raw("dates.weekdays")) == 17
    assert "17 av veckans 42" in table.note


@pytest.mark.parametrize(
    ("days", "told"),
    [([], ""), ([6], "söndag"), ([0, 1], "måndag och tisdag"), ([4, 3, 2, 6], "onsdag–fredag och söndag"),
     (list(range(7)), "alla dagar")],
)  # fmt: skip
def test_days_in_words(days, told) -> None:
    assert day_list(days, SV) == told


def test_each_type_s_day_sums_to_hundred_and_private_crimes_are_left_out(picture, shown) -> None:
    rows = {row[0]: row[1:] for row in shown["dygnet"].table.rows}
    labels = picture.offences.labels(SV)
    for item in picture.offences:
        assert not (item.sensitive and labels[item.group] in texts(shown["dygnet"]))
    for cells in rows.values():
        if all(cell != "under 5" for cell in cells):
            assert sum(int(cell.replace(NBSP + "%", "")) for cell in cells[:-1]) == pytest.approx(100, abs=3)
    assert "Inte med: Rån" in " ".join(shown["dygnet"].definition)


def test_a_single_small_number_in_a_row_takes_another_with_it() -> None:
    part = pd.DataFrame({"group": "x", "start": [0, 4, 8, 12], "weight": [30.0, 3.0, 12.0, 9.0]})
    assert seen_parts(part, 5)["hidden"].tolist() == [False, True, False, True]
    assert not seen_parts(part.assign(weight=9.0), 5)["hidden"].any()


def test_felt_time_stands_beside_crime_time_with_intervals_that_hold_it(picture, shown) -> None:
    figure = shown["kand_tid"]
    answers = picture.survey.answers["unsafe_time"]
    named = answers.isin(["morning", "day", "evening", "late_evening"])
    weight = picture.design.frame[picture.design.weight][named.to_numpy()]
    late = float(weight[(answers[named] == "late_evening").to_numpy()].sum() / weight.sum())
    last = figure.table.rows[-1]
    assert last[0] == "Sent på kvällen, 21–05"
    assert last[1].startswith(f"{round(100 * late)}{NBSP}%")
    assert figure.title.startswith(f"{round(100 * late)} av 100 som känner sig otrygga svarar")
    for row in figure.table.rows:
        for cell in row[1:]:
            share, low, high = (int(n) for n in re.fullmatch(rf"(\d+){NBSP}% \((\d+)–(\d+)\)", cell).groups())
            assert low <= share <= high
    for column in (1, 2):
        assert sum(int(row[column].split(NBSP)[0]) for row in figure.table.rows) == pytest.approx(100, abs=2)
    assert f"{named.sum()} svar som nämner en tid" in figure.definition[0]


def test_a_part_with_a_few_outdoor_crimes_takes_the_whole_measure_with_it(picture) -> None:
    known = picture.incidents.frame["offence_group"].isin(day_parts().outdoors)
    frame = picture.incidents.frame
    hour = frame["start"].dt.hour
    frame = frame[~known | ~hour.between(10, 16) | (np.arange(len(frame)) % 14 == 0)]
    other = tg.Picture(picture.ws, "sv")
    other.__dict__.update({name: getattr(picture, name) for name in ("survey", "design")})
    found = picture.incidents
    other.__dict__["incidents"] = type(found)(frame, found.log, found.quality, found.wave)
    figure = felt(other)
    assert [column.key for column in figure.table.columns] == ["label", "felt", "crime"]
    assert "våld utomhus" not in figure.svg_wide


def test_parts_of_the_day_must_cover_it_once() -> None:
    assert day_parts().of(["morning", "day", "evening", "late_evening", "never"]) is not None
    assert day_parts().of(["dawn", "dusk"]) is None
    with said(SpokenError, "cover the day"):
        DayParts(({"day": (6, 18), "night": (19, 6)},), (), (), {})


def test_the_share_of_hours_past_midnight() -> None:
    hours = pd.Series(1.0, range(24))
    hours[23] = 25.0
    share, low, high = hour_share(hours, (22, 2))
    assert share == pytest.approx(28 / 48) and low < share < high


def test_months_are_the_crimes_that_began_in_them(picture, shown) -> None:
    frame = picture.incidents.frame
    table = shown["manader"].table
    assert [column.label for column in table.columns] == ["Månad", "2012", "2013", "2014", "2015", "2016", "2017"]
    for row, month in ((0, "2012-01"), (7, "2016-08"), (2, "2017-03")):
        began = frame.loc[frame["start"].dt.strftime("%Y-%m") == month, "n_crimes"].sum()
        assert table.rows[row][int(month[:4]) - 2011] == str(began)
    assert table.rows[11][-1] == "–"  # the period ends in March
    assert shown["manader"].title == "Anmälda brott har varken säkert ökat eller minskat sedan 2012"


def test_no_line_crosses_a_break_and_its_reason_is_printed(picture, monkeypatch) -> None:
    comparison = picture.ws.settings.comparison
    broken = type(comparison).model_validate({"breaks": [{"from": 2015, "why": {"sv": "Nytt system.", "en": "New."}}]})
    settings = picture.ws.settings.model_copy(update={"comparison": broken})
    other = tg.Picture(tg.Workspace(picture.ws.folder, settings, "2017"), "sv")
    figure = by_month(other, span_of(other))
    assert "Serien bröts 2015: Nytt system." in " ".join(figure.definition)
    assert figure.title.endswith("sedan 2015")
    whole, parted = (svg.count("<path") + svg.count("<polyline") for svg in (
        by_month(picture, span_of(picture)).svg_wide, figure.svg_wide))  # fmt: skip
    assert parted == whole + 3  # counts, level and field in two pieces each


def test_months_the_file_does_not_hold_whole_are_left_out(picture) -> None:
    months = span_of(picture)
    assert months == Span(pd.Period("2012-01"), pd.Period("2017-03"))


def test_the_simulated_changes_are_found_among_the_types(shown) -> None:
    assert "narkotikabrott ökar" in shown["utveckling"].title and "cykelstöld minskar" in shown["utveckling"].title
    assert ("Cykelstöld", "Centrum") in [row[:2] for row in shown["typer_omraden"].rows]
    assert "204 prövade månader" in shown["paragraphs"].texts[0]


def test_the_year_wheel_holds_every_event_in_its_month(shown) -> None:
    rows = {row[0]: row for row in shown["arshjul"].table.rows}
    assert list(rows) == [month.capitalize() for month in SV.raw("dates.months")]
    assert "Valborg (30 april)" in rows["April"][-1]
    assert "Jul och nyår (20 december–6 januari)" in rows["December"][-1]
    assert "Cykelstöld" in rows["Augusti"][3] and "Cykelstöld" not in rows["Januari"][3]
    for name in ("Skolstart", "Black Friday", "Höstmarknad"):
        assert name in shown["arshjul"].svg_wide and name in shown["arshjul"].svg_narrow


def test_every_figure_says_how_to_read_it_its_source_and_is_told_in_words(shown) -> None:
    figures = [block for block in shown.values() if isinstance(block, Figure)]
    assert len(figures) == 6
    for figure in figures:
        assert figure.reading and figure.definition and figure.table is not None
        assert len(figure.alt) > 60
        assert re.search(r"20\d\d", " ".join(figure.definition))


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_questionnaire_alone_says_what_evening_is(picture, language) -> None:
    """Its hours are printed under its chart; the week's other hours go by the clock and by no name of their own."""
    words, book = Words(language), picture.survey.codebook
    labels = [book.label("unsafe_time", words, name).lower() for name in ("evening", "morning", "late_evening", "day")]
    named = {word for label in labels for word in re.findall(r"\w{3,}", label)}
    assert {"kväll", "morgon"} & named or {"evening", "morning"} & named
    for told in words.raw("when.parts"):
        assert re.search(r"\d\d", told) and not any(word in told.lower() for word in named), told


def test_few_known_times_are_said_so_and_months_still_shown(picture, monkeypatch) -> None:
    frame = picture.incidents.frame
    few = type(picture.incidents)(
        frame.assign(time_known=np.arange(len(frame)) % 200 == 0),
        picture.incidents.log, picture.incidents.quality, picture.incidents.wave,
    )  # fmt: skip
    other = tg.Picture(picture.ws, "sv")
    other.__dict__["incidents"] = few
    blocks = when(other)
    assert isinstance(blocks[1], Note) and "för få för att visa" in blocks[1].title
    assert "manader" in [getattr(block, "id", "") for block in blocks]


def test_in_english_no_swedish_word_is_left(picture) -> None:
    english = tg.Picture(picture.ws, "en")
    english.__dict__.update({name: getattr(picture, name) for name in ("survey", "design", "incidents")})
    blocks = when(english)
    for block in blocks:
        told = texts(block)
        for event in read_events(picture.ws):
            told = told.replace(event.name, "")
        assert not re.search(r"\b(och|brott|år|klockan|anmäl\w+)\b", told), block.kind


def test_a_survey_without_crimes_gets_no_section() -> None:
    assert len(when(tg.Picture(tg.Workspace.open(GSS)))) == 0
