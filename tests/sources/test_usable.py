"""What ``trygghet check`` tells somebody whose own files do not fit; each was met in a first try from nothing."""

from __future__ import annotations

import pytest

from trygghet.errors import MAX_SHOWN, Fault, InputError
from trygghet.messages import Words
from trygghet.sources import check, read_incidents, read_survey
from trygghet.workspace import Workspace


def change(folder, file, *pairs):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def told(folder):
    faults, notes = check(Workspace.open(folder))
    return [(f.file, f.column, f.rule) for f in faults], "\n".join(notes)


RAKED = "    weighting: {method: rake, margins: [[area], [sex, age_group]], population: population}\n    design:"


def test_a_population_without_sub_areas_cannot_weigh_by_them(folder):
    change(folder, "workspace.yml", ("    design:", RAKED))
    assert told(folder)[0] == []
    rows = "kon;alder;antal\nmän;16;1200\nkvinnor;40;3\n"
    (folder / "befolkning.csv").write_text(rows, encoding="utf-8")
    assert told(folder)[0] == [("workspace.yml", "citizens", "S42-POPULATION-LACKS")]


def test_weights_without_a_population_are_refused(folder):
    change(folder, "workspace.yml", ("    design:", RAKED))
    text = (folder / "workspace.yml").read_text(encoding="utf-8")
    start, end = text.index("  population:\n"), text.index("reports:")
    (folder / "workspace.yml").write_text(text[:start] + text[end:], encoding="utf-8")
    assert told(folder)[0] == [("workspace.yml", "citizens", "S41-NO-POPULATION-SOURCE")]


def test_a_headline_that_cannot_be_counted_stops_and_another_measure_is_told(folder):
    change(
        folder,
        "codebook.yml",
        ('"3": rather_unsafe, "4": very_unsafe,\n             "5": avoids_unsafe', '"3": neither'),
        ("rather_unsafe: {sv: Ganska otrygg}", "neither: {sv: Varken eller}"),
    )
    change(folder, "enkat.csv", ("0003;oster;2;1940;5", "0003;oster;2;1940;3"))
    faults, notes = told(folder)
    assert faults == [("enkat.csv", "night_alone", "I03-NO-CATEGORY")]
    assert "inte har" not in notes and "görs inte: frågan har inte svaret avoids_unsafe" in notes


def test_answers_that_leave_the_base_in_silence_are_told(folder):
    change(folder, "codebook.yml", ('"6": avoids_other', '"6": avoids_other, "7": neither'))
    assert "räknar varken med eller emot den som svarat neither" in told(folder)[1]


def test_columns_and_questions_that_nothing_uses_are_told(folder):
    assert "kodboken inte nämner" not in told(folder)[1]
    change(folder, "codebook.yml", ("  free_text: {column: fritext, kind: text}\n", ""))
    change(folder, "workspace.yml", ("headline: unsafe_night", "indicators: [egna.yml]\nheadline: own"))
    own = "preset: Eget\nindicators:\n- {id: own, label: {sv: Eget}, variable: night_alone, numerator: [very_unsafe]}\n"
    (folder / "egna.yml").write_text(own, encoding="utf-8")
    faults, notes = told(folder)
    assert faults == []
    assert "kodboken inte nämner, och som därför inte läses: fritext" in notes
    assert "inget mått räknar, och som därför inte syns på sidan: p07" in notes


def test_a_missing_question_tells_what_the_file_has_instead(folder):
    change(folder, "enkat.csv", ("fritext;urvalsvikt", "Egna ord;urvalsvikt"))
    with pytest.raises(InputError) as caught:
        read_survey(Workspace.open(folder))
    assert [f.rule for f in caught.value.faults] == ["T12-MISSING-COLUMN", "T29-UNUSED-COLUMNS"]
    assert "Egna ord" in caught.value.faults[1].values["columns"]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("{column: fodelsear, from: birth_year, range: [16, 85]}", "{column: fodelsear, range: [1, 3000]}", None),
        ("{column: kon, values", "{values", "C01-NO-COLUMN"),
        ('values: {"1": not_at_all, "2": small, "3": some, "4": large}', "label: {sv: Buskörning}", "C02-NO-VALUES"),
        ('missing: {"9": no_answer}}\n  age:', 'missing: {"1": no_answer}}\n  age:', "C04-BOTH-WAYS"),
        ("very_safe: {sv: Mycket trygg}", "calm: {sv: Mycket trygg}", "C05-LABEL-ALONE"),
        ('values: {"1": not_at_all', 'values: *often\n    labels: {"1": not_at_all', "W04-NO-ANCHOR"),
    ],
)
def test_a_codebook_says_in_plain_words_what_is_wrong(folder, old, new, rule):
    change(folder, "codebook.yml", (old, new))
    faults, _ = check(Workspace.open(folder))
    assert [f.rule for f in faults] == ([rule] if rule else [])


def test_a_word_that_comes_back_is_named_with_the_problem_it_resembles(folder):
    rows = "".join(f"{name};utryckning;Inbrott;;;;\n" for name in "ABC")
    (folder / "polis.csv").write_text(
        f"medarbetare;tjanst;problem1;problem2;problem3;plats;tid\n{rows}", encoding="utf-8"
    )
    assert "”Inbrott” (3 svar) finns inte i problemlistan; menas ”Inbrott i bostäder”?" in told(folder)[1]
    change(folder, "polis.csv", ("C;utryckning;Inbrott", "C;utryckning;min granne"))
    assert "Inbrott”" not in told(folder)[1] and "granne" not in told(folder)[1]


def test_a_dash_means_nothing_in_a_police_file(folder):
    before = read_incidents(Workspace.open(folder)).frame
    change(
        folder,
        "handelser.csv",
        ("D3;9999;Annat;;2016-02-29 24:00;2016-03-01;;0;0;", "D3;9999;Annat;-;2016-02-29 24:00;2016-03-01; – ;-;-;-"),
    )
    after = read_incidents(Workspace.open(folder))
    assert after.frame.drop(columns="place_note").equals(before.drop(columns="place_note"))
    assert after.log.set_index("rule").loc["dashes", "n"] == 5


def test_the_codes_that_belong_to_no_group_are_named(folder):
    assert "brottskoder utan grupp, som bara räknas i summan: 9999 (1)" in told(folder)[1]


def test_sums_in_the_place_of_reports_are_told_as_such(folder):
    (folder / "handelser.csv").write_text("Brottstyp;Område;År;jan\nRån;Centrum;2016;2\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_incidents(Workspace.open(folder))
    first, *rest = caught.value.faults
    assert first.rule == "S22-SUMS" and "diarienummer" in str(first)
    assert {f.rule[:17] for f in rest} == {"T12-MISSING-FIELD"}


def test_many_faults_of_one_kind_hide_no_other():
    many = [Fault("a.csv", row, "p", "T12-MISSING-COLUMN") for row in range(1, 201)]
    lines = InputError([*many, Fault("b.csv", 1, "p", "T02-EMPTY")]).text(Words("sv")).splitlines()
    assert len(lines) == MAX_SHOWN + 1
    assert lines[-2].startswith("b.csv") and lines[-1] == "och 151 fel till"
