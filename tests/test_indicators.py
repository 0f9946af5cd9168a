"""Definitions as data: the same answers under two definitions give two shares, and both say how."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from trygghet import indicators, problems
from trygghet.clean import MISSING_KINDS
from trygghet.errors import InputError
from trygghet.messages import Words
from trygghet.sources import read_codebook, read_survey
from trygghet.workspace import Workspace

from .example_data import GSS

NIGHT = ["very_safe", "rather_safe", "rather_unsafe", "very_unsafe", "avoids_unsafe", "avoids_other"]
# domain figures: Polisregion Syd 2022 published 61.5 per cent safe and 25.5 unsafe of all who answered
# the questionnaire; of those two together 25.5 is 29.3 per cent
SYD = {
    "very_safe": 300,
    "rather_safe": 315,
    "rather_unsafe": 175,
    "very_unsafe": 80,
    "avoids_other": 70,
    "dont_know": 40,
    "no_answer": 20,
}
TWO = """\
preset: test
indicators:
  - id: all
    variable: night_alone
    label: {sv: a}
    numerator: [rather_unsafe, very_unsafe]
    denominator: [very_safe, rather_safe]
    missing:
      {avoids_unsafe: denominator, avoids_other: denominator, dont_know: denominator, no_answer: denominator}
  - id: two
    variable: night_alone
    label: {sv: b}
    numerator: [very_unsafe, rather_unsafe]
    denominator: [rather_safe, very_safe]
"""


def survey_of(counts: dict[str, int]):
    names = [name for name, n in counts.items() for _ in range(n)]
    answers = pd.Categorical([name if name in NIGHT else None for name in names], categories=NIGHT)
    kinds = pd.Categorical([name if name not in NIGHT else "" for name in names], categories=list(MISSING_KINDS))
    return SimpleNamespace(
        answers=pd.DataFrame({"night_alone": answers}),
        missing=pd.DataFrame({"night_alone": kinds}),
        file="x.csv",
    )


def test_the_same_answers_under_two_definitions(tmp_path):
    path = tmp_path / "two.yml"
    path.write_text(TWO, encoding="utf-8")
    found = indicators.read_indicators(path, problems=problems.load())
    survey = survey_of(SYD)
    of_all = indicators.apply(found["all"], survey)
    of_two = indicators.apply(found["two"], survey)
    # out of 1,000 who answered the questionnaire
    assert len(survey.answers) == 1000
    assert round(100 * of_all.mean(), 1) == 25.5
    assert round(100 * of_two.mean(), 1) == 29.3
    assert found["all"].definition != found["two"].definition
    # the shipped police preset is the first of the two
    assert indicators.apply(indicators.preset("police")["unsafe_night_police"], survey).mean() == pytest.approx(0.255)


def test_ntu_counts_those_who_stay_in_because_they_feel_unsafe_and_leaves_out_the_rest():
    survey = survey_of({"very_safe": 6, "rather_unsafe": 2, "avoids_unsafe": 2, "avoids_other": 5, "dont_know": 3})
    ntu = indicators.preset("ntu")["unsafe_night"]
    values = indicators.apply(ntu, survey)
    assert values.mean() == pytest.approx(0.4)
    assert indicators.base(ntu, survey) == {"n": 18, "base": 10, "out": {"avoids_other": 5, "dont_know": 3}}


@pytest.mark.parametrize("name", indicators.presets())
def test_every_preset_reads_and_has_both_languages(name):
    found = indicators.preset(name)
    assert found
    for item in found.values():
        assert {"sv", "en"} <= set(item.label)
        assert item.source


def test_problem_items_follow_one_rule():
    found = indicators.preset("ntu")
    items = {name: item for name, item in found.items() if name.startswith("problem_")}
    assert len(items) == len(problems.load())
    assert {tuple(item.numerator) for item in items.values()} == {("large",)}


def test_the_definition_is_told_with_base_and_item_non_response():
    ws = Workspace.open(GSS, 2016)
    survey = read_survey(ws)
    lines = indicators.describe(indicators.load(ws)["fear_walking_night"], Words("sv"), survey)
    text = "\n".join(lines)
    assert "rädd att gå ensam på kvällen?" in text
    assert "Räknas: ja. Övriga i basen: nej." in text
    assert "Bas: 1\u00a0900 av 2\u00a0867 svarande." in text
    assert "inte tillfrågade (958), inget svar (9)" in text
    assert "version 1973 (GSS)" in text


@pytest.mark.parametrize(
    ("year", "share"),
    [
        ("2006", 0.320),
        ("2008", 0.321),
        ("2010", 0.327),
        ("2012", 0.305),
        ("2014", 0.286),
        ("2016", 0.298),
        ("2018", 0.339),
    ],
)
def test_gss_shares_equal_the_known_ones(year, share):
    ws = Workspace.open(GSS)
    survey = read_survey(ws, year=year)
    values = indicators.apply(indicators.load(ws)["fear_walking_night"], survey)
    weight = survey.answers["weight"].where(values.notna())
    assert round(float((values * weight).sum() / weight.sum()), 3) == share


def test_gss_codebook_knows_every_area_of_the_workspace():
    ws = Workspace.open(GSS)
    codebook = read_codebook(GSS / "codebook.yml")
    assert set(codebook.variables["area"].categories) == set(ws.area_labels)


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("numerator: [very_unsafe, rather_unsafe]", "numerator: []", "I05-NO-NUMERATOR"),
        ("numerator: [very_unsafe, rather_unsafe]", "numerator: [very_safe]", "I06-COUNTED-TWICE"),
        ("dont_know: denominator", "dont_know: nowhere", "W13-WRONG-VALUE"),
    ],
)
def test_a_definition_that_contradicts_itself_is_refused(tmp_path, old, new, rule):
    path = tmp_path / "two.yml"
    assert old in TWO
    path.write_text(TWO.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        indicators.read_indicators(path, problems=problems.load())
    assert {fault.rule for fault in caught.value.faults} == {rule}
    assert all(fault.row >= 3 for fault in caught.value.faults)


def test_unknown_variable_and_category_are_named():
    survey = survey_of({"very_safe": 1})
    ntu = indicators.preset("ntu")
    with pytest.raises(InputError) as caught:
        indicators.apply(ntu["trust_police"], survey)
    assert caught.value.faults[0].rule == "I02-NO-VARIABLE"
    with pytest.raises(InputError) as caught:
        indicators.apply(ntu["unsafe_night"].model_copy(update={"numerator": ["otrygg"]}), survey)
    assert caught.value.faults[0].rule == "I03-NO-CATEGORY"


def test_nobody_in_the_base_gives_no_share():
    survey = survey_of({"avoids_other": 3})
    assert np.isnan(indicators.apply(indicators.preset("ntu")["unsafe_night"], survey)).all()


def test_two_definitions_share_a_chart_only_when_that_is_allowed_and_then_it_is_said():
    ntu, police = indicators.preset("ntu")["unsafe_night"], indicators.preset("police")["unsafe_night_police"]
    assert indicators.together([ntu, ntu])
    assert indicators.differences([ntu, ntu], Words("sv")) == ""
    with pytest.raises(InputError) as caught:
        indicators.together([ntu, police])
    assert caught.value.faults[0].rule == "I04-TWO-DEFINITIONS"
    assert not indicators.together([ntu, police], allow=True)
    text = indicators.differences([ntu, police], Words("sv"))
    assert "Otrygga ute sent på kvällen (Polisens bas)" in text


def test_the_same_answers_under_every_shipped_definition():
    """Worked by hand from 100 answers: 40 + 20 safe, 10 + 5 unsafe, 5 + 10 stay in, 6 do not know, 4 blank."""
    counts = {"very_safe": 40, "rather_safe": 20, "rather_unsafe": 10, "very_unsafe": 5}
    survey = survey_of({**counts, "avoids_unsafe": 5, "avoids_other": 10, "dont_know": 6, "no_answer": 4})
    expected = {
        ("ntu", "unsafe_night"): 20 / 80,
        ("police", "unsafe_night_police"): 15 / 100,
        ("scb", "safe_evening_scb"): 60 / 75,
        ("international", "unsafe_after_dark_ess"): 15 / 75,
        ("international", "safe_after_dark_csew"): 60 / 75,
        ("international", "safe_after_dark_sdg"): 60 / 96,
    }
    for (preset, name), share in expected.items():
        assert indicators.apply(indicators.preset(preset)[name], survey).mean() == pytest.approx(share), name


def test_a_codebooks_categories_are_all_placed_somewhere():
    for name in indicators.presets():
        for item in indicators.preset(name).values():
            if item.variable == "night_alone":
                assert set(indicators.places(item, NIGHT)) == set(NIGHT)


def test_a_definition_is_used_only_while_it_is_in_force():
    ws = Workspace.open(GSS, 2016)
    survey, found = read_survey(ws), indicators.load(ws)
    assert "fear_walking_night" in indicators.available(found, survey)
    for dates in ({"valid_from": date(2017, 1, 1)}, {"valid_to": date(2015, 12, 31)}):
        later = {"fear_walking_night": found["fear_walking_night"].model_copy(update=dates)}
        assert indicators.available(later, survey) == {}
