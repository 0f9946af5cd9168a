"""Levels and conflicts: what each criterion says, from ranks, draws and tests."""

import numpy as np
import pandas as pd
import pytest

import trygghet as tg
from trygghet import conflicts, criteria
from trygghet.criteria import Judgement, direction, judged, levels

from .example_data import GSS, opened


@pytest.fixture(scope="module", params=["2016", "2017"])
def picture(request):
    return opened("kristinehamn", request.param)


def test_levels_are_fifths_of_what_the_source_sees():
    scores = pd.Series({f"p{i}": float(i) for i in range(1, 11)} | {"unseen": np.nan})
    found = levels(scores)
    assert "unseen" not in found
    assert [found[f"p{i}"] for i in range(10, 0, -1)] == [3, 3, 2, 2, 1, 1, 1, 1, 1, 1]


def test_what_nobody_names_is_low_whatever_its_place():
    assert levels(pd.Series({"a": 0.0, "b": 0.0})).tolist() == [1, 1]


def test_a_level_is_sure_when_four_of_five_draws_give_it():
    scores = pd.Series({"a": 5.0, "b": 4.0, "c": 3.0, "d": 2.0, "e": 1.0})
    swap, keep = [4.0, 5.0, 3.0, 2.0, 1.0], scores.tolist()
    said = judged(scores, np.array([keep] * 8 + [swap] * 2))
    assert (said["a"], said["b"], said["e"]) == (
        Judgement(3, "high", True),
        Judgement(2, "middle", True),
        Judgement(1, "low", True),
    )
    said = judged(scores, np.array([keep] * 7 + [swap] * 3))
    assert said["a"].sure is False and said["b"].sure is False and said["e"].sure is True


def test_too_few_named_it_is_low_and_tells_nothing_of_how_few():
    scores = pd.Series({"a": 0.5, "b": 0.1, "c": 0.05, "d": 0.0})
    said = judged(scores, np.tile(scores.to_numpy(), (10, 1)), least=0.15)
    assert said["b"] == said["c"] == said["d"] == Judgement(1, "low", True)


def test_a_direction_is_sure_only_when_it_holds_among_all_that_were_compared():
    assert direction({"p": 0.2, "adjusted": 0.3}, 1.0) == Judgement(0, "none")
    assert direction({"p": 0.03, "adjusted": 0.2}, -1.0) == Judgement(0, "down", False)
    assert direction({"p": 0.001, "adjusted": 0.01}, 1.0) == Judgement(0, "up", True)


def test_the_planted_changes_of_the_town_are_found():
    """The simulated town's truth: dealing seen by more, lighting better, storeroom burglaries up."""
    said = criteria.trends(opened("kristinehamn", "2017"))
    assert (said["p11"].word, said["p04"].word, said["p20"].word) == ("up", "down", "up")
    assert said["p11"].sure and said["p04"].sure


def test_police_counts_of_one_or_two_are_never_told_apart_from_none(picture):
    police = criteria.source_levels(picture)["police"]
    answers = picture.staff_answers("police").mentions.groupby("problem")["meeting_id"].nunique()
    few = [name for name in police if answers.get(name, 0) < 3]
    assert few and {police[name] for name in few} == {Judgement(1, "low", True)}


def test_agreement_counts_the_sources_that_put_it_high_or_middle(picture):
    for problem in ("p12", "p18", "p06"):
        said = criteria.source_levels(picture)
        own = [said[name][problem] for name in criteria.SOURCES if problem in said[name]]
        n, of = criteria.pointing(picture, problem)
        assert (n, of) == (sum(item.word in ("high", "middle") for item in own), len(own))
    assert criteria.pointing(picture, "p06")[1] == 3  # speeding: reports only follow how much the police look


def test_a_problem_is_in_conflict_only_when_both_tests_say_so(picture):
    felt, crime = criteria.felt_changes(picture), criteria.crime_changes(picture)
    for problem in conflicts.problem_conflicts(picture):
        assert felt.loc[problem, "p"] < 0.05 and crime.loc[problem, "p"] < 0.05
        assert (felt.loc[problem, "change"] > 0) != (crime.loc[problem, "ratio"] > 1)


@pytest.fixture
def planted(picture, monkeypatch):
    """A picture whose area table holds fear and disorder as planted: (area, fear, disorder)."""

    def plant(fear: float, disorder: float, *, area: str = "marieberg"):
        table = picture.survey_estimates.copy()
        own = (table["group_by"] == "area") & (table["group"] == area)
        table.loc[own & (table["indicator"] == picture.headline.id), "estimate"] = fear
        table.loc[own & (table["indicator"] == "problem_p12"), "estimate"] = disorder
        fresh = tg.Picture(picture.ws)
        fresh.__dict__.update({"survey_estimates": table})
        return fresh

    return plant


def test_disorder_high_and_fear_low_in_the_same_area_is_found_and_the_reverse(planted):
    found = {item.area: item for item in conflicts.area_conflicts(planted(0.02, 0.8))}
    assert found["marieberg"].fear_high is False and found["marieberg"].problems[0] == "p12"
    found = {item.area: item for item in conflicts.area_conflicts(planted(0.8, 0.001))}
    assert "marieberg" not in found or found["marieberg"].fear_high is True
    assert "marieberg" not in {item.area for item in conflicts.area_conflicts(planted(0.8, 0.8))}


def test_no_conflict_without_a_wave_before_or_crimes():
    gss = tg.Picture(tg.Workspace.open(GSS))
    assert conflicts.crime_change(gss) is None
    assert conflicts.problem_conflicts(gss) == [] and conflicts.area_conflicts(gss) == []
