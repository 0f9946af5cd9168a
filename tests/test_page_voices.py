"""Themes of the free-text answers on the page: counts of five or more, and never a word of what was written."""

import re

import pytest

import trygghet as tg
from trygghet.pages.voices import voices, written_answers
from trygghet.texts import code_themes


@pytest.fixture(scope="module", params=["2016", "2017"])
def picture(request):
    return tg.Picture(tg.Workspace.open("data/kristinehamn", year=request.param))


def test_themes_by_number_of_answers_and_none_below_five(picture):
    head, table = voices(picture)
    counts = [int(n) for _, n in table.rows]
    assert counts == sorted(counts, reverse=True)
    assert min(counts) >= 5
    coded = code_themes(written_answers(picture))
    small = set(coded.counts.index[coded.counts < 5])
    assert small.isdisjoint(theme for theme, _ in table.rows)
    assert head.lead.startswith(f"{coded.n_written} av {len(picture.survey.answers)} ")


def test_no_answer_and_no_long_piece_of_one_gets_out(picture):
    shown = repr(list(voices(picture))).lower()
    for text in picture.survey.answers["free_text"].dropna():
        words = re.findall(r"\w+", text.lower())
        for at in range(len(words) - 4):
            assert " ".join(words[at : at + 5]) not in shown


def test_the_dictionary_fits_most_of_what_is_written_and_the_rest_is_stated(picture):
    coding = code_themes(written_answers(picture))
    assert coding.uncoded_share < 0.45
    _, table = voices(picture)
    assert picture.words.percent(coding.uncoded_share) in table.note


def test_in_english_the_themes_have_english_names():
    picture = tg.Picture(tg.Workspace.open("data/kristinehamn", year="2017"), "en")
    themes = [theme for theme, _ in voices(picture)[1].rows]
    assert "Traffic" in themes and "Trafik" not in themes


def test_a_survey_without_an_open_question_gets_no_section():
    assert len(voices(tg.Picture(tg.Workspace.open("data/gss")))) == 0
