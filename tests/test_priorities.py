"""Weighing together: ranks inside each source, missing is not last."""

import numpy as np
import pandas as pd
import pytest

import trygghet as tg
from trygghet.priorities import combine, problem_ranks, ranked_problems, source_draws, source_scores
from trygghet.ranking import RankingError

from .example_data import GSS, opened


def test_borda_of_the_tennessee_vote():
    """Memphis, Nashville, Chattanooga, Knoxville: Borda 126, 194, 173, 107 out of 300 (the textbook example)."""
    ballots = {
        "memphis": (42, ["Memphis", "Nashville", "Chattanooga", "Knoxville"]),
        "nashville": (26, ["Nashville", "Chattanooga", "Knoxville", "Memphis"]),
        "chattanooga": (15, ["Chattanooga", "Knoxville", "Nashville", "Memphis"]),
        "knoxville": (17, ["Knoxville", "Chattanooga", "Nashville", "Memphis"]),
    }
    voters = [order for count, order in ballots.values() for _ in range(count)]
    scores = pd.DataFrame({i: {city: 3 - order.index(city) for city in order} for i, order in enumerate(voters)})
    result = {item.problem: item.score for item in combine(scores)}
    assert list(result) == ["Nashville", "Chattanooga", "Memphis", "Knoxville"]
    expected = {"Memphis": 126, "Nashville": 194, "Chattanooga": 173, "Knoxville": 107}
    assert result == pytest.approx({city: points / 300 for city, points in expected.items()})


def test_a_source_that_cannot_see_a_problem_does_not_rank_it_last():
    scores = pd.DataFrame({"survey": {"a": 0.5, "b": 0.4, "c": np.nan}, "staff": {"a": 0.1, "b": 0.2, "c": 0.9}})
    result = combine(scores)
    assert [item.problem for item in result] == ["c", "a", "b"]
    assert result[0].ranks == {"staff": 1.0}
    assert result[0].coverage == 1


def test_ties_share_the_mean_rank_and_nothing_named_points_to_nothing():
    scores = pd.DataFrame({"staff": {"a": 2.0, "b": 2.0, "c": 0.0}})
    by_name = {item.problem: item for item in combine(scores)}
    assert by_name["a"].ranks == by_name["b"].ranks == {"staff": 1.5}
    assert (by_name["a"].agree, by_name["c"].agree) == (1, 0)


def test_order_of_rows_does_not_matter():
    scores = pd.DataFrame({"x": {"a": 1.0, "b": 3.0, "c": 2.0}, "y": {"a": 3.0, "b": 1.0, "c": 2.0}})
    assert combine(scores) == combine(scores.iloc[::-1])


def test_weights_move_the_order_and_only_their_ratio_counts():
    scores = pd.DataFrame({"x": {"a": 3.0, "b": 2.0, "c": 1.0}, "y": {"a": 1.0, "b": 2.0, "c": 3.0}})
    first = [item.problem for item in combine(scores, weights={"x": 3, "y": 1})]
    assert first == ["a", "b", "c"]
    assert combine(scores, weights={"x": 1, "y": 3})[0].problem == "c"
    assert combine(scores, weights={"x": 6, "y": 2}) == combine(scores, weights={"x": 3, "y": 1})


@pytest.mark.parametrize("weights", [{"x": 1}, {"x": 1, "y": 1, "z": 1}, {"x": -1, "y": 2}, {"x": 0, "y": 0}])
def test_weights_must_fit_the_sources(weights):
    scores = pd.DataFrame({"x": {"a": 3.0, "b": 2.0}, "y": {"a": 1.0, "b": 2.0}})
    with pytest.raises(RankingError):
        combine(scores, weights=weights)


@pytest.fixture(scope="module")
def picture():
    return opened("kristinehamn", "2017")


def test_places_in_the_example_are_sure_at_the_top_and_the_same_every_time(picture):
    first, again = problem_ranks(picture), problem_ranks(picture)
    pd.testing.assert_frame_equal(first, again)
    assert list(first.index) == [item.problem for item in ranked_problems(picture)]
    assert set(first["tier"].head(3)) <= {"A", "B"} and set(first["tier"].tail(20)) == {"C"}
    assert ((first["lo"] <= first["median"]) & (first["median"] <= first["hi"])).all()


def test_draws_lie_around_what_each_source_says_and_keep_what_it_cannot_see(picture):
    scores = source_scores(picture)
    drawn = source_draws(picture, scores, draws=1000)
    for name in scores:
        values = scores[name].to_numpy()
        assert (np.isnan(drawn[name]).all(axis=0) == np.isnan(values)).all()
        seen = ~np.isnan(values)
        assert drawn[name][:, seen].mean(axis=0) == pytest.approx(values[seen], rel=0.02, abs=0.02), name
        assert drawn[name][:, seen].std(axis=0).max() > 0, name


def test_a_place_with_one_source_gets_no_places():
    assert problem_ranks(tg.Picture(tg.Workspace.open(GSS))).empty
