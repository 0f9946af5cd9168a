"""The section on groups: what a reader sees, and what must never be seen."""

import dataclasses
import re
from functools import cache

import pandas as pd
import pytest

import trygghet as tg
from trygghet import groups as found
from trygghet.blocks import Figure, Note, Paragraphs, Section, Table
from trygghet.pages.groups import groups, label, unknown_sentences
from trygghet.starting import start

from .example_data import opened


@pytest.fixture(scope="module")
def town():
    return opened("kristinehamn", "2017")


@pytest.fixture(scope="module")
def before():
    return opened("kristinehamn", "2016")


@cache
def section(name: str, year: str):
    return groups(opened(name, year))


def of_kind(blocks, kind):
    return [block for block in blocks if isinstance(block, kind)]


def test_the_lead_says_who_and_by_how_many_of_a_hundred(town):
    head = of_kind(section("kristinehamn", "2017"), Section)[0]
    row = found.screen_of(town).set_index("group").loc["woman"]
    assert row["clear"] == "worse"
    share, gap = round(100 * row["estimate"]), round(100 * row["difference"])
    assert (
        f"Kvinnor: {share} av 100 är otrygga ute sent på kvällen, {gap} fler av 100 än bland alla andra." in head.lead
    )
    assert head.lead.startswith("En grupp skiljer ut sig.")


def test_the_chart_holds_every_clear_difference_and_the_table_every_group(before):
    figure = of_kind(section("kristinehamn", "2016"), Figure)[0]
    table = found.screen_of(before)
    clear = table[table["clear"] != ""]
    assert len(clear) > 3
    for _, row in clear.iterrows():
        assert f"{label(before, row)}: " in figure.alt
    names = {row[0] for row in figure.table.rows}
    assert {label(before, row) for _, row in table[~table["suppressed"]].iterrows()} <= names
    said = {row[0]: row[-1] for row in figure.table.rows}
    assert said["Kvinnor"] == "klart sämre" and said["Män"] == "klart bättre"
    rows = figure.alt.split(". ", 1)[1].split("; ")
    shares = [float(re.search(r": (\d+)\s%", row)[1]) for row in rows]
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize("year", ["2016", "2017"])
def test_a_hidden_group_has_no_figure_anywhere(year):
    picture = opened("kristinehamn", year)
    blocks = section("kristinehamn", year)
    table = of_kind(blocks, Figure)[0].table
    hidden = found.unknown(picture)
    assert len(hidden) > 0
    shown = {row[0]: row[1:] for row in table.rows}
    for _, row in hidden.iterrows():
        assert label(picture, row) + ":" not in of_kind(blocks, Figure)[0].alt
        if pd.isna(row["n"]):  # its number is hidden too, and would be what the others leave
            assert label(picture, row) not in shown
            continue
        cells = shown[label(picture, row)]
        assert not re.search(r"\d", "".join(cells)) and cells[0].startswith("visas inte: ")
    note = of_kind(blocks, Note)[0]
    assert note.title == "De här grupperna kan vi inte säga något om"
    assert "riktad dialog" in note.text and "annat boende" in note.text
    assert not re.search(r"\((?:[1-4]) svar\)", note.text) and "%" not in note.text


def test_the_number_of_comparisons_is_printed_for_both_screens(before):
    texts = " ".join(text for block in of_kind(section("kristinehamn", "2016"), Paragraphs) for text in block.texts)
    words = before.words
    assert f"{words.number(found.screen_of(before).attrs['comparisons'])} skillnader är prövade" in texts
    (table,) = of_kind(section("kristinehamn", "2016"), Table)
    assert table.note.startswith(f"{words.number(found.others_of(before).attrs['comparisons'])} skillnader")
    assert any(row[0] == "Oroar sig ofta för sexualbrott" and row[1].startswith("Kvinnor (") for row in table.rows)


def test_pooled_groups_are_named_with_their_years(town):
    texts = " ".join(text for block in of_kind(section("kristinehamn", "2017"), Paragraphs) for text in block.texts)
    assert "har för få svar 2017 ensamt. Där är mätningarna 2016\N{EN DASH}2017 lagda ihop" in texts
    names = {row[0] for row in of_kind(section("kristinehamn", "2017"), Figure)[0].table.rows}
    assert "16\N{EN DASH}24 år (2016\N{EN DASH}2017)" in names


def test_a_difference_that_composition_makes_is_told():
    known = opened("kristinehamn", "2017")
    picture = tg.Picture(known.ws)
    table = found.screen_of(known).copy()
    at = table.index[table["group"] == "apartment_rented"][0]
    table.loc[at, ["composition", "difference", "standardised_difference"]] = ["reversed", 0.12, -0.04]
    picture.once(("groups", "screen"), lambda: table)
    picture.once(("groups", "others"), lambda: found.others_of(known))
    texts = " ".join(text for block in of_kind(groups(picture), Paragraphs) for text in block.texts)
    assert "Hyresrätt: skillnaden byter riktning" in texts and "från +12 till −4 procentenheter" in texts


def test_the_gss_in_english_names_what_the_survey_does_not_ask():
    blocks = groups(opened("gss", "2018", "en"))
    assert "Women: 45 in 100 are afraid to walk alone" in of_kind(blocks, Section)[0].lead
    assert "does not ask about country of birth, disability and housing" in of_kind(blocks, Note)[0].text
    assert "otrygg" not in repr(blocks).replace("sarskilt_otrygga", "").lower()


def test_no_section_without_a_survey_and_no_comparison_of_an_open_one(tmp_path, town):
    start(tmp_path / "granstad", name="Granstad", code="9999", year="2027", areas=["Norra", "Centrum"])
    settings = tg.Workspace.open(tmp_path / "granstad").settings
    bare = settings.model_copy(update={"sources": {}})
    ws = dataclasses.replace(tg.Workspace.open(tmp_path / "granstad"), settings=bare)
    assert len(groups(tg.Picture(ws))) == 0 and unknown_sentences(tg.Picture(ws)) == []
    source = town.ws.settings.sources["citizens"].model_copy(update={"evidence_class": "open"})
    sources = {**town.ws.settings.sources, "citizens": source}
    ws = dataclasses.replace(town.ws, settings=town.ws.settings.model_copy(update={"sources": sources}))
    head, note = groups(tg.Picture(ws))
    assert note.title == "Grupper jämförs inte" and head.lead == ""


def test_the_sentence_for_what_is_not_known_names_the_groups(town):
    (sentence,) = unknown_sentences(town)
    assert "kvinnor 16\N{EN DASH}24 år" in sentence and "annat boende" in sentence and sentence.endswith(".")
