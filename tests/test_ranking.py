"""Orders and how sure they are: coverage against a known truth, invariances, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from trygghet.priorities import combine
from trygghet.ranking import (
    RankingError,
    copeland,
    count_draws,
    kemeny,
    meeting_draws,
    normal_draws,
    rank_confidence,
    rank_uncertainty,
)

PROBLEMS = [f"p{number:02d}" for number in range(15)]
TRUE = np.linspace(0.42, 0.06, 15)


def a_year(rng, meetings=80, answers=400):
    """One year of survey, staff and crime in a town whose true order is that of PROBLEMS, all sources alike."""
    share = rng.binomial(answers, TRUE) / answers
    named = rng.random((meetings, 15)) < TRUE
    counts = rng.poisson(TRUE * 300).astype(float)
    counts[[3, 8]] = np.nan
    scores = pd.DataFrame({"survey": share, "staff": named.mean(axis=0), "crime": counts}, index=PROBLEMS)
    draws = {
        "survey": normal_draws(share, np.sqrt(share * (1 - share) / answers), draws=400, seed=int(rng.integers(1e9))),
        "staff": meeting_draws(named, draws=400, seed=int(rng.integers(1e9))),
        "crime": count_draws(counts, draws=400, seed=int(rng.integers(1e9))),
    }
    return scores, draws


@pytest.fixture(scope="module")
def hundred_years():
    rng = np.random.default_rng(1781)
    return [rank_uncertainty(*a_year(rng), seed=year).loc[PROBLEMS] for year in range(100)]


def test_the_true_top_three_stand_in_tier_a_or_b(hundred_years):
    found = [table["tier"].iloc[:3].isin(["A", "B"]).all() for table in hundred_years]
    assert np.mean(found) >= 0.85


def test_intervals_cover_the_true_rank(hundred_years):
    truth = np.arange(1, 16)
    covered = [((table["lo"] <= truth) & (table["hi"] >= truth)).mean() for table in hundred_years]
    assert np.mean(covered) >= 0.85


def test_more_answers_give_narrower_intervals():
    width = {}
    for answers in (100, 10_000):
        rng = np.random.default_rng(3)
        table = rank_uncertainty(*a_year(rng, meetings=answers, answers=answers), seed=1)
        width[answers] = (table["hi"] - table["lo"]).mean()
    assert width[10_000] < width[100]


def test_scores_and_order_are_those_of_combine():
    scores, draws = a_year(np.random.default_rng(5))
    for weights in (None, {"survey": 3, "staff": 1, "crime": 1}):
        table = rank_uncertainty(scores, draws, seed=1, weights=weights)
        expected = {item.problem: item.score for item in combine(scores, weights=weights)}
        assert table["score"].to_dict() == pytest.approx(expected)
        assert (table["rank"].diff().dropna() >= 0).all()


def test_the_same_seed_gives_the_same_table_and_nothing_is_changed():
    scores, draws = a_year(np.random.default_rng(5))
    before = scores.copy()
    first, again = (rank_uncertainty(scores, draws, seed=9) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    pd.testing.assert_frame_equal(scores, before)


def test_without_any_error_and_sources_of_one_mind_the_order_is_sure():
    scores = pd.DataFrame({"x": [4.0, 3, 2, 1], "y": [40.0, 30, 20, 10]}, index=list("abcd"))
    draws = {name: np.tile(scores[name], (50, 1)) for name in scores}
    table = rank_uncertainty(scores, draws, seed=1)
    assert table["lo"].tolist() == table["hi"].tolist() == table["median"].tolist() == [1, 2, 3, 4]
    assert table["tier"].tolist() == ["A", "A", "A", "C"]
    assert (table["spread"] == 0).all()


def test_leaving_one_source_out_shows_who_carries_a_problem():
    scores = pd.DataFrame({"x": [4.0, 3, 2, 1], "y": [1.0, 4, 3, 2]}, index=list("abcd"))
    draws = {name: np.tile(scores[name], (50, 1)) for name in scores}
    row = rank_uncertainty(scores, draws, seed=1).loc["a"]
    assert (row["loo_lo"], row["loo_hi"], row["spread"]) == (1, 4, 1)


def test_meetings_that_all_say_the_same_draw_nothing_else_and_unseen_counts_stay_unseen():
    assert (meeting_draws(np.ones((6, 2)), draws=20, seed=1) == 1).all()
    drawn = count_draws([np.nan, 400.0], draws=4000, seed=1)
    assert np.isnan(drawn[:, 0]).all()
    assert drawn[:, 1].mean() == pytest.approx(400, rel=0.01)
    assert drawn[:, 1].std() == pytest.approx(20, rel=0.05)


def test_copeland_counts_only_sources_that_see_both():
    scores = pd.DataFrame({"x": {"a": 1.0, "b": 2.0, "c": np.nan}, "y": {"a": 5.0, "b": 4.0, "c": 6.0}})
    assert copeland(scores).to_dict() == {"a": -1, "b": -1, "c": 2}


def test_kemeny_says_when_another_order_does_as_well_and_has_a_limit():
    scores = pd.DataFrame({"x": {"a": 1.0, "b": 2.0}, "y": {"a": 2.0, "b": 1.0}})
    assert not kemeny(scores).unique
    with pytest.raises(RankingError):
        kemeny(pd.DataFrame({"x": np.arange(9.0)}))


def test_confidence_sets_hold_the_rank_narrow_with_precision_and_take_a_covariance():
    values = [5.0, 4.0, 2.0, 1.0]
    wide, narrow = rank_confidence(values, [2.0] * 4), rank_confidence(values, [0.01] * 4)
    assert narrow["lo"].tolist() == narrow["hi"].tolist() == [1, 2, 3, 4]
    assert ((wide["lo"] <= wide["rank"]) & (wide["rank"] <= wide["hi"])).all()
    assert (wide["hi"] - wide["lo"]).sum() > 4
    pd.testing.assert_frame_equal(wide, rank_confidence(values, covariance=np.eye(4) * 4))
    both = rank_confidence(values, [2.0] * 4, simultaneous=True)
    assert (both["lo"] <= wide["lo"]).all() and (both["hi"] >= wide["hi"]).all()


def test_too_little_for_an_order_is_refused():
    two = pd.DataFrame({"x": [1.0, 2.0], "y": [1.0, 2.0]})
    one = pd.DataFrame({"x": [1.0, 2.0, 3.0]})
    for scores in (two, one):
        with pytest.raises(RankingError):
            rank_uncertainty(scores, {name: np.ones((5, len(scores))) for name in scores}, seed=1)
    three = one.assign(y=1.0)
    with pytest.raises(RankingError):
        rank_uncertainty(three, {"x": np.ones((5, 3))}, seed=1)
    with pytest.raises(RankingError):
        rank_confidence([1.0, 2.0], [0.0, 0.0])
