"""Themes of the free-text answers on the page: counts of five or more, and never a word of what was written."""

import re
import shutil

import pytest

import trygghet as tg
from trygghet.errors import InputError
from trygghet.pages.voices import voices, written_answers
from trygghet.simulate.hand_coded import gazetteer
from trygghet.simulate.model import town
from trygghet.texts import code_themes

from .example_data import GSS, TOWN, opened


@pytest.fixture(scope="module", params=["2016", "2017"])
def picture(request):
    return opened("kristinehamn", request.param)


def test_themes_by_number_of_answers_and_none_below_five(picture):
    head, table, *_ = voices(picture)
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
    _, table, *_ = voices(picture)
    assert picture.words.percent(coding.uncoded_share) in table.note


def test_in_english_the_themes_have_english_names():
    picture = tg.Picture(tg.Workspace.open(TOWN, year="2017"), "en")
    themes = [theme for theme, _ in voices(picture)[1].rows]
    assert "Traffic" in themes and "Trafik" not in themes


def test_a_survey_without_an_open_question_gets_no_section():
    assert len(voices(tg.Picture(tg.Workspace.open(GSS)))) == 0


def blocks_of(picture):
    return {block.id: block for block in voices(picture)}


def test_the_dictionary_is_compared_with_people_and_what_it_misses_is_shown(picture):
    table = blocks_of(picture)["handkodat"]
    shares = {
        row[0]: [int(re.match(r"(\d+)", cell)[1]) if cell[0].isdigit() else None for cell in row[1:3]]
        for row in table.rows
    }
    assert len(shares) >= 5 and min(recall for _, recall in shares.values()) < 95  # people see what it does not
    assert max(recall for _, recall in shares.values()) == 100
    assert "120 svar" in table.note


def test_places_are_counted_and_what_may_be_several_places_is_listed_apart(picture):
    blocks = blocks_of(picture)
    named = blocks.get("platsnamn")
    assert all(int(n) >= 5 for block in (named, blocks.get("oklara_platser")) if block for _, _, n in block.rows)
    both = {row[0] for row in named.rows} & {row[0] for row in blocks.get("oklara_platser", named).rows}
    assert named is blocks.get("oklara_platser", named) or not both


@pytest.fixture
def own(tmp_path):
    """A copy of the example whose two files can be broken."""
    folder = tmp_path / "kristinehamn"
    shutil.copytree(TOWN, folder)
    return folder


def line_of(folder, year):
    rows = (folder / "handkodat.csv").read_text(encoding="utf-8-sig").splitlines()
    return next(row for row in rows if row.startswith(year))


@pytest.mark.parametrize(
    ("file", "line", "rule"),
    [
        ("handkodat.csv", "2017;999;Trafik", "H01-UNKNOWN-ANSWER"),
        ("handkodat.csv", "{again};Trafikk", "H02-UNKNOWN-THEME"),
        ("handkodat.csv", "{again};Trafik", "H03-CODED-TWICE"),
        ("platser.csv", ";Centrum", "H04-NO-PLACE"),
        ("platser.csv", "Torget;Centrumm", "H05-UNKNOWN-AREA"),
    ],
)
def test_a_bad_row_has_its_file_and_rule(own, file, line, rule):
    again = ";".join(line_of(own, "2017").split(";")[:2])
    with (own / file).open("a", encoding="utf-8") as stream:
        stream.write(line.format(again=again) + "\n")
    with pytest.raises(InputError) as caught:
        voices(tg.Picture(tg.Workspace.open(own, year="2017")))
    assert rule in {fault.rule for fault in caught.value.faults}
    assert {fault.file for fault in caught.value.faults} == {file}
    last = len((own / file).read_text(encoding="utf-8-sig").splitlines())
    assert last in {fault.row for fault in caught.value.faults}


def test_without_the_two_files_the_themes_stand_alone(own):
    for file in ("handkodat.csv", "platser.csv"):
        (own / file).unlink()
    assert set(blocks_of(tg.Picture(tg.Workspace.open(own, year="2017")))) == {"egna-ord", "teman"}


def test_a_town_without_places_of_its_own_has_no_list_of_them():
    assert len(gazetteer(town(7, code="1715", name="Exempelby", areas=["N", "S", "V", "E"]))) == 0
    assert set(gazetteer(town(1781))["Delområde"]) >= {"Centrum", "Marieberg"}
