"""Verdicts: the five words, what they rest on, and how often they are wrong."""

from __future__ import annotations

from math import isnan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from trygghet import promises
from trygghet.evaluation import (
    LABELS,
    EvaluationError,
    activity_summary,
    adjust,
    count_target_reached,
    evidence_level,
    label_of,
    no_worse,
    sceptical_support,
    support_below,
    target_reached,
)
from trygghet.messages import Words
from trygghet.promise_model import BreakOverride
from trygghet.promises import Baseline, Goal, Target
from trygghet.verdict_words import caveats, describe_verdict, goal_sentence, support_text

REGISTRY = promises.read(Path(__file__).parent / "registries" / "good.yml")
SV, EN = Words("sv"), Words("en")


def goal(kind="absolute", value=0.27, *, direction="decrease", margin=None, count=None, term="short") -> Goal:
    base = Baseline(year="2016", count=count) if count is not None else Baseline(year="2016", estimate=0.30, n=450)
    return Goal(
        id="M1", promise="L1", title="x", source="citizens", baseline=base, margin=margin, term=term,
        indicator="unsafe_night" if count is None else "crime:bicycle_theft",
        target=Target(kind=kind, value=value), direction=direction, follow_up="2017",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("support", "word"),
    [(1.0, "nått"), (0.95, "nått"), (0.9499, "troligen nått"), (0.80, "troligen nått"),
     (0.7999, "går inte att avgöra"), (0.2001, "går inte att avgöra"), (0.20, "troligen inte nått"),
     (0.0501, "troligen inte nått"), (0.05, "inte nått"), (0.0, "inte nått")],
)  # fmt: skip
def test_the_five_words_and_their_borders(support, word) -> None:
    assert SV(f"evaluation.labels.{label_of(support)}") == word


def test_a_support_outside_its_range_is_refused() -> None:
    for wrong in (-0.1, 1.1, float("nan")):
        with pytest.raises(EvaluationError):
            label_of(wrong)


def test_exactly_at_the_target_cannot_be_decided() -> None:
    got = target_reached(goal(), 0.27, 0.026)
    assert got.support == pytest.approx(0.5) and got.label == "undecided"


shares = st.floats(0.02, 0.98)


@given(shares, shares, st.floats(0.005, 0.1))
def test_a_goal_to_increase_is_the_mirror_of_one_to_decrease(estimate, target, se) -> None:
    down = target_reached(goal(value=target), estimate, se)
    up = target_reached(goal(value=1 - target, direction="increase"), 1 - estimate, se)
    assert up.support == pytest.approx(down.support, abs=1e-9)


@given(shares, st.floats(0.01, 0.05))
def test_more_answers_make_the_same_outcome_more_certain(estimate, se) -> None:
    near, far = (target_reached(goal(), estimate, error).support for error in (se / 2, se))
    assert abs(near - 0.5) >= abs(far - 0.5) - 1e-12


def test_few_degrees_of_freedom_make_it_less_certain() -> None:
    assert target_reached(goal(), 0.22, 0.026, df=5).support < target_reached(goal(), 0.22, 0.026).support


def test_a_share_of_nobody_needs_to_know_how_many_were_asked() -> None:
    with pytest.raises(EvaluationError):
        target_reached(goal(), 0.0, 0.0)
    few, many = (target_reached(goal(), 0.0, 0.0, n=n) for n in (4, 60))
    assert few.label == "probably_reached" and many.label == "reached" and many.method == "jeffreys"


def test_a_relative_target_reckons_with_the_baselines_uncertainty_and_the_covariance() -> None:
    relative = goal("relative", -0.10)
    alone = target_reached(relative, 0.25, 0.02, baseline=0.30, baseline_se=0.0)
    both = target_reached(relative, 0.25, 0.02, baseline=0.30, baseline_se=0.02)
    panel = target_reached(relative, 0.25, 0.02, baseline=0.30, baseline_se=0.02, covariance=0.0003)
    assert alone.support == pytest.approx(stats.norm.cdf(0.02 / 0.02))
    assert both.support == pytest.approx(stats.norm.cdf(0.02 / np.hypot(0.02, 0.018)))
    assert both.support < panel.support
    assert both.target == pytest.approx(0.27)
    with pytest.raises(EvaluationError):
        target_reached(relative, 0.25, 0.02)
    with pytest.raises(EvaluationError):
        target_reached(relative, 0.25, 0.02, baseline=0.30, baseline_se=0.02, covariance=0.01)


def test_no_worse_is_reached_by_standing_still_with_answers_enough() -> None:
    still = goal("no_worse", None, margin=0.05)
    assert target_reached(still, 0.30, 0.015, baseline=0.30, baseline_se=0.015).label == "reached"
    assert target_reached(still, 0.30, 0.04, baseline=0.30, baseline_se=0.04).label == "probably_reached"
    assert target_reached(still, 0.42, 0.015, baseline=0.30, baseline_se=0.015).label == "not_reached"


def simulated(true_share: float, *, n: int, draws: int = 4000, deff: float = 1.5) -> np.ndarray:
    """Verdicts on "ten percent less" after a baseline of 30 %, n answers of design effect 1.5 a wave."""
    random = np.random.default_rng(7)
    effective = n / deff
    before, after = (random.normal(p, np.sqrt(p * (1 - p) / effective), draws) for p in (0.30, true_share))
    found = [
        target_reached(
            goal("relative", -0.10), p1, np.sqrt(p1 * (1 - p1) / effective),
            baseline=p0, baseline_se=np.sqrt(p0 * (1 - p0) / effective),
        ).label
        for p0, p1 in zip(before, after, strict=True)
    ]  # fmt: skip
    return np.array(found)


def test_with_nothing_changed_reached_is_seldom_said() -> None:
    labels = simulated(0.30, n=450)
    assert np.isin(labels, LABELS[:2]).mean() <= 0.055
    assert (labels == "reached").mean() <= 0.01


def test_with_the_target_met_not_reached_is_seldom_said() -> None:
    assert (simulated(0.27, n=450) == "not_reached").mean() <= 0.06


def test_a_count_against_its_ratio_is_the_exact_conditional_test() -> None:
    got = count_target_reached(goal("relative", -0.20, count=118), 60)
    below = stats.binom.cdf(59, 178, 0.8 / 1.8) + 0.5 * stats.binom.pmf(60, 178, 0.8 / 1.8)
    assert got.support == pytest.approx(1 - below) and got.label == "reached"
    assert got.target == pytest.approx(94.4)


def test_overdispersed_counts_and_longer_periods() -> None:
    fewer = goal("relative", -0.10, count=118)
    assert count_target_reached(fewer, 80, phi=3).support < count_target_reached(fewer, 80).support
    twice = count_target_reached(fewer, 160, t1=24, t0=12)
    assert twice.target == pytest.approx(2 * 0.9 * 118) and twice.label in LABELS[:2]
    none = count_target_reached(goal("relative", -0.10, count=20), 0, phi=2)
    assert none.label == "reached"


def test_an_absolute_count_target() -> None:
    few = goal("absolute", 100, count=118)
    assert count_target_reached(few, 70).label == "reached"
    assert count_target_reached(few, 100).label == "undecided"
    assert count_target_reached(few, 70, phi=6).support < count_target_reached(few, 70).support
    with pytest.raises(EvaluationError):
        target_reached(few, 0.2, 0.02)


def test_counts_from_none_and_no_worse_counts() -> None:
    still = goal("no_worse", None, margin=20, count=100)
    assert count_target_reached(still, 100).label == "probably_reached"
    assert count_target_reached(still, 150).label == "not_reached"
    assert count_target_reached(still, 150, baseline=1000).label == "reached"
    from_none = goal("no_worse", None, margin=5, count=0)
    assert (
        count_target_reached(from_none, 0).label == "reached"
        and count_target_reached(from_none, 30).label == "not_reached"
    )
    nothing = count_target_reached(goal("relative", -0.10, count=0), 0)
    assert nothing.support == pytest.approx(0.5)
    for wrong in ({"phi": 0.5}, {"baseline": -1}):
        with pytest.raises(EvaluationError):
            count_target_reached(still, 10, **wrong)


def test_support_below_refuses_what_it_cannot_use() -> None:
    for wrong in ((1.2, 0.1, 0.3), (0.3, -0.1, 0.3), (0.3, 0.1, 3.0)):
        with pytest.raises(EvaluationError):
            support_below(*wrong)
    with pytest.raises(EvaluationError):
        support_below(0.3, 0.1, 0.2, method="guess")
    assert support_below(0.3, 0.1, 0.0) == 0 and support_below(0.3, 0.1, 1.0) == 1


def test_where_most_stand_still_the_sceptical_support_comes_true_as_often_as_it_says() -> None:
    random = np.random.default_rng(5)
    true = random.normal(0.30, 0.025, 20_000)
    seen = random.normal(true, 0.026)
    plain = np.array([support_below(p, 0.026, 0.27, method="normal") for p in seen])
    sceptical = np.array([sceptical_support(p, 0.026, 0.27, centre=0.30, sd=0.025) for p in seen])
    for low, high in ((0.3, 0.5), (0.5, 0.7), (0.8, 1.0)):
        claimed = (sceptical > low) & (sceptical <= high)
        assert (true < 0.27)[claimed].mean() == pytest.approx(sceptical[claimed].mean(), abs=0.04)
    claimed = (plain > 0.45) & (plain <= 0.55)
    assert (true < 0.27)[claimed].mean() < 0.35


def test_without_belief_the_sceptic_agrees() -> None:
    wide = sceptical_support(0.25, 0.02, 0.27, centre=0.30, sd=1e4)
    assert wide == pytest.approx(support_below(0.25, 0.02, 0.27, method="normal"), abs=1e-6)
    up = sceptical_support(0.75, 0.02, 0.73, centre=0.70, sd=0.02, direction="increase")
    assert up == pytest.approx(sceptical_support(0.25, 0.02, 0.27, centre=0.30, sd=0.02))
    with pytest.raises(EvaluationError):
        sceptical_support(0.25, 0.02, 0.27, centre=0.30, sd=0)


def test_no_worse_and_equivalence() -> None:
    assert no_worse(-0.02, 0.015, 0.03).p_no_worse < 0.001
    assert no_worse(0.02, 0.015, 0.03, direction="increase").p_no_worse < 0.001
    assert no_worse(0.0, 0.05, 0.03).p_equivalent > 0.05
    with pytest.raises(EvaluationError):
        no_worse(0.0, 0.01, 0)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.sampled_from(["holm", "bh", "bonferroni"]))
def test_adjusted_p_values_are_never_smaller_and_keep_their_order(p, method) -> None:
    adjusted = adjust(p, method)
    assert (adjusted >= np.asarray(p) - 1e-15).all() and (adjusted <= 1).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(adjusted[order]) >= -1e-12).all()


def test_missing_p_values_stay_missing_and_do_not_count() -> None:
    got = adjust([0.01, np.nan, 0.04], "holm")
    assert isnan(got[1]) and got[0] == pytest.approx(0.02) and got[2] == pytest.approx(0.04)
    for wrong in ([1.2], [-0.1]):
        with pytest.raises(EvaluationError):
            adjust(wrong)
    with pytest.raises(EvaluationError):
        adjust([0.1], "sidak")  # type: ignore[arg-type]


def test_thousands_of_null_comparisons_flag_next_to_nothing() -> None:
    random = np.random.default_rng(3)
    flagged = [(adjust(random.random(3600), "bh") <= 0.05).sum() for _ in range(50)]
    assert np.mean(flagged) <= 1


@pytest.mark.parametrize(
    ("given_", "level"),
    [({"baseline": False}, "1"), ({"baseline": True}, "2"), ({"baseline": False, "comparison_areas": 4}, "2"),
     ({"baseline": True, "comparison_areas": 1}, "3"),
     ({"baseline": True, "comparison_areas": 12}, "3"),
     ({"baseline": True, "comparison_areas": 12, "pretrend_checked": True}, "3+"),
     ({"baseline": True, "comparison_areas": 2, "randomised": True}, "5")],
)  # fmt: skip
def test_the_level_of_evidence_follows_from_what_was_supplied(given_, level) -> None:
    found = evidence_level(**given_)
    assert found.level == level
    for words in (SV, EN):
        assert level in found.sentence(words) and "{" not in found.sentence(words)


def test_activities_are_summed_up_apart() -> None:
    summary = activity_summary(REGISTRY, "M1", SV)
    assert summary.table["share"].tolist() == [1.5, 0.25]
    assert summary.dose == pytest.approx((1 + 0.25) / 2)
    assert summary.sentence(SV) == "2 insatser var planerade: 1 gjord och 1 delvis gjord."
    assert activity_summary(REGISTRY, "M2", SV).dose == 0
    alone = activity_summary(REGISTRY, "M2", SV).sentence(SV)
    assert alone == "En insats var planerad: 1 inte gjord."
    nothing = activity_summary(REGISTRY, "M9", EN)
    assert nothing.n == 0 and isnan(nothing.dose) and nothing.sentence(EN) == "No activity is tied to the goal."


@pytest.mark.parametrize("words", [SV, EN], ids=["sv", "en"])
@pytest.mark.parametrize(
    "case",
    [goal(), goal(direction="increase", value=0.4), goal("relative", -0.1), goal("no_worse", None, margin=0.05),
     goal("relative", 0.1, direction="increase"), goal("no_worse", None, margin=0.05, direction="increase")],
)  # fmt: skip
def test_every_kind_of_goal_has_whole_sentences(case, words) -> None:
    for estimate in (0.15, 0.24, 0.27, 0.31, 0.45):
        got = target_reached(case, estimate, 0.02, baseline=0.30, baseline_se=0.02)
        sentences = describe_verdict(
            case, got, words, limits=(estimate - 0.04, estimate + 0.04), n=450, baseline=0.30, detectable=0.085
        )
        assert len(sentences) == (4 if got.label == "undecided" else 3)
        assert all(text.endswith(".") and "{" not in text and text[0].isupper() for text in sentences)


def test_the_sentences_of_an_undecided_goal() -> None:
    got = target_reached(goal(), 0.28, 0.026)
    sentences = describe_verdict(goal(), got, SV, limits=(0.23, 0.33), n=450, detectable=0.104)
    assert sentences == (
        "Målet var att gå från 30\N{NO-BREAK SPACE}% till högst 27\N{NO-BREAK SPACE}%.",
        "Utfallet blev 28\N{NO-BREAK SPACE}%. Det bygger på 450 svar, så den verkliga andelen i gruppen ligger "
        "troligen mellan 23 och 33\N{NO-BREAK SPACE}%.",
        "Det går inte att avgöra om målet är nått. Stödet för att det är nått är 35 av 100, och slumpen kan "
        "förklara utfallet åt båda hållen.",
        "Med så få svar går det bara att upptäcka en förändring på ungefär 11 procentenheter eller mer.",
    )


def test_the_sentences_of_a_count() -> None:
    case = REGISTRY.goal("M2")
    got = count_target_reached(case, 70)
    sentences = describe_verdict(case, got, SV, limits=(0.44, 0.79))
    assert "högst 94" in sentences[0]
    assert "mellan 56\N{NO-BREAK SPACE}% färre och 21\N{NO-BREAK SPACE}% färre" in sentences[1]
    assert "Antalet anmälda brott blev 70, mot 118" in describe_verdict(case, got, SV)[1]


def test_a_long_term_goal_is_only_how_things_stand_so_far() -> None:
    case = goal(term="long")
    sentences = describe_verdict(case, target_reached(case, 0.2, 0.02), SV)
    assert "långsiktigt" in sentences[-1]


def test_how_a_goal_was_set_is_said_with_its_verdict() -> None:
    worst = goal().model_copy(update={"baseline": Baseline(year="1", estimate=0.3, n=450, picked="worst", picked_of=8)})
    unsaid = goal().model_copy(update={"baseline": Baseline(year="1", estimate=0.3, n=450, picked="worst")})
    broken = goal().model_copy(update={"override": BreakOverride(reason={"sv": "Bara ordföljden", "en": "Order only"})})
    for words in (SV, EN):
        assert "8" in caveats(worst, words)[0] and "1" not in caveats(unsaid, words)[0]
        assert caveats(goal(), words) == ()
    assert caveats(broken, SV)[0].endswith("ändå: Bara ordföljden.")
    verdict = describe_verdict(worst, target_reached(worst, 0.2, 0.02), SV)
    assert verdict[-1] == caveats(worst, SV)[0]


def test_a_figure_that_rounds_to_the_target_shows_its_decimal() -> None:
    case = goal()
    sentences = describe_verdict(case, target_reached(case, 0.2743, 0.001), SV)
    assert "27,4" in sentences[1]


def test_a_support_is_never_shown_as_none_or_all() -> None:
    assert support_text(0.9999, SV) == "över 99 av 100"
    assert support_text(0.0001, SV) == "under 1 av 100"
    assert support_text(0.5, EN) == "50 in 100"


def test_a_goal_may_be_read_with_the_measured_baseline() -> None:
    assert "31" in goal_sentence(goal("relative", -0.1), SV, baseline=0.31)
    assert "27,9" in goal_sentence(goal("relative", -0.1), SV, baseline=0.31)
