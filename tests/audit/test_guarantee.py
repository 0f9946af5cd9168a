"""The package's own protection against the attacker: made-up surveys and counts, published as a page."""

from __future__ import annotations

import pytest

from trygghet.disclosure import DisclosureError

from .surveys import breaches, count_breaches, reports, survey

FEW = 3
"""Surveys and tables tried every time; the others take minutes and are slow tests."""


def seeds(n: int) -> list:
    return [pytest.param(seed, marks=[pytest.mark.slow] if seed >= FEW else []) for seed in range(n)]


@pytest.mark.parametrize("seed", seeds(30))
def test_nothing_small_is_concluded_of_a_protected_survey(tmp_path, seed):
    assert breaches(survey(seed, most=2), tmp_path) == []


@pytest.mark.parametrize("seed", seeds(10))
def test_nothing_small_is_concluded_of_protected_counts(tmp_path, seed):
    try:
        assert count_breaches(reports(seed), tmp_path) == []
    except DisclosureError:
        pytest.skip("refused: the sums alone give a small count away")


@pytest.mark.slow
def test_the_attacker_breaks_the_same_surveys_when_they_are_not_protected(tmp_path):
    broken = [bool(breaches(survey(seed, most=2), tmp_path / str(seed), protect=False)) for seed in range(6)]
    assert sum(broken) >= 2
    counted = [bool(count_breaches(reports(seed), tmp_path / f"c{seed}", protect=False)) for seed in range(6)]
    assert sum(counted) >= 4
