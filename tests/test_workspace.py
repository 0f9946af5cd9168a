"""workspace.yml: every fault at once, each with its row, key and rule; nothing guessed."""

from pathlib import Path

import pytest

from trygghet.errors import InputError
from trygghet.messages import Words
from trygghet.workspace import Workspace, read_settings

GOOD = """\
name: Granstad
code: "0180"
areas: [{id: norra, name: Norra}]
headline: unsafe_night
sources:
  citizens:
    kind: survey
    evidence_class: probability
    waves:
      2016: {file: a.csv, from: 2016-02-01, to: 2016-03-18}
reports: {2016: [lagesbild], 2017: [lagesbild]}
"""


def write(folder: Path, text: str) -> Path:
    (folder / "workspace.yml").write_text(text, encoding="utf-8")
    return folder


def faults(folder: Path, text: str) -> dict[str, tuple[int, str]]:
    with pytest.raises(InputError) as caught:
        Workspace.open(write(folder, text))
    return {fault.column: (fault.row, fault.rule) for fault in caught.value.faults}


def test_a_good_file_is_read_and_codes_stay_text(tmp_path):
    ws = Workspace.open(write(tmp_path, GOOD), 2016)
    assert ws.settings.code == "0180"
    assert ws.wave("citizens").wave.start.isoformat() == "2016-02-01"
    assert ws.wave("citizens").path == tmp_path / "a.csv"


def test_without_a_year_the_last_one_is_opened(tmp_path):
    assert Workspace.open(write(tmp_path, GOOD)).year == "2017"


def test_a_year_without_a_delivery_has_no_wave(tmp_path):
    assert Workspace.open(write(tmp_path, GOOD), "2017").wave("citizens") is None


def test_an_unknown_year_names_the_known_ones(tmp_path):
    with pytest.raises(InputError, match=r"W05.*2016, 2017"):
        Workspace.open(write(tmp_path, GOOD), "2020")


def test_all_faults_come_at_once_with_their_rows(tmp_path):
    text = GOOD.replace('code: "0180"', "code: 180").replace("evidence_class", "evidence_clas")
    text = text.replace("headline:", "headlin:")
    assert faults(tmp_path, text) == {
        "code": (2, "W13-WRONG-VALUE"),
        "headline": (0, "W12-MISSING-KEY"),
        "headlin": (4, "W10-UNKNOWN-KEY-NEAR"),
        "sources.citizens.evidence_class": (6, "W12-MISSING-KEY"),
        "sources.citizens.evidence_clas": (8, "W10-UNKNOWN-KEY-NEAR"),
    }


def test_the_nearest_key_is_named(tmp_path):
    with pytest.raises(InputError, match="menade du evidence_class"):
        Workspace.open(write(tmp_path, GOOD.replace("evidence_class", "evidence_clas")))


def test_evidence_class_has_no_default(tmp_path):
    text = GOOD.replace("    evidence_class: probability\n", "")
    assert faults(tmp_path, text)["sources.citizens.evidence_class"][1] == "W12-MISSING-KEY"


@pytest.mark.parametrize("wrong", ["census", "Probability", ""])
def test_an_evidence_class_out_of_the_five_is_refused(tmp_path, wrong):
    text = GOOD.replace("evidence_class: probability", f"evidence_class: '{wrong}'")
    assert faults(tmp_path, text) == {"sources.citizens.evidence_class": (8, "W13-WRONG-VALUE")}


def test_a_period_that_ends_before_it_begins_is_refused(tmp_path):
    text = GOOD.replace("to: 2016-03-18", "to: 2016-01-18")
    assert faults(tmp_path, text) == {"sources.citizens.waves.2016": (10, "W32-PERIOD-BACKWARDS")}


def test_a_missing_file_and_broken_yaml_are_said(tmp_path):
    with pytest.raises(InputError, match="W01-NO-WORKSPACE"):
        Workspace.open(tmp_path)
    with pytest.raises(InputError, match=r"workspace\.yml:4:.*W02-NOT-YAML"):
        Workspace.open(write(tmp_path, "name: X\nareas:\n  - {id: a\ncode: 1\n"))


def test_messages_come_in_both_languages(tmp_path):
    with pytest.raises(InputError) as caught:
        Workspace.open(write(tmp_path, GOOD + "extra_key_of_nothing: 1\n"))
    assert "okänt namn" in caught.value.text(Words("sv"))
    assert "unknown key" in caught.value.text(Words("en"))


def test_raking_needs_margins_and_a_population(tmp_path):
    text = GOOD.replace("    waves:", "    weighting: {method: rake}\n    waves:")
    assert faults(tmp_path, text) == {"sources.citizens.weighting": (9, "W31-RAKE-NEEDS")}


def test_settings_cannot_be_changed(tmp_path):
    settings = read_settings(write(tmp_path, GOOD) / "workspace.yml")
    with pytest.raises(ValueError, match="frozen"):
        settings.name = "Annan"


def test_stricter_rules_of_disclosure_are_taken_and_a_base_holds_for_effective_answers_too(tmp_path):
    text = GOOD + "disclosure: {survey_base: 50, count: 8, largest_weight: 0.1}\n"
    rules = read_settings(write(tmp_path, text) / "workspace.yml").disclosure
    assert (rules.survey_base, rules.survey_effective, rules.count, rules.largest_weight) == (50, 50, 8, 0.1)
    assert (rules.staff_base, rules.incidents, rules.residents) == (10, 5, 50)


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("survey_base", 9, "W70-SURVEY-BASE"),
        ("survey_effective", 9.9, "W71-SURVEY-EFFECTIVE"),
        ("open_base", 29, "W72-OPEN-BASE"),
        ("staff_base", 4, "W73-STAFF-BASE"),
        ("staff_margin", -0.1, "W74-STAFF-MARGIN"),
        ("count", 4, "W75-COUNT"),
        ("incidents", 4, "W76-INCIDENTS"),
        ("residents", 19, "W77-RESIDENTS"),
        ("largest_weight", 0.51, "W78-LARGEST-WEIGHT"),
        ("two_largest_weights", 0.86, "W79-TWO-LARGEST-WEIGHTS"),
        ("count", "many", "W13-WRONG-VALUE"),
    ],
)
def test_a_rule_looser_than_its_floor_is_refused_with_the_reason(tmp_path, key, value, rule):
    assert faults(tmp_path, GOOD + f"disclosure:\n  {key}: {value}\n") == {f"disclosure.{key}": (13, rule)}


def test_the_former_key_of_the_smallest_base_names_the_new_one(tmp_path):
    with pytest.raises(InputError, match=r"workspace\.yml:12:minimum_base: W14.*disclosure: survey_base"):
        Workspace.open(write(tmp_path, GOOD + "minimum_base: 30\n"))
