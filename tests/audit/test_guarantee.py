"""The package's own protection against the attacker: made-up surveys and counts, published as a page."""

from __future__ import annotations

import pytest

from trygghet.disclosure import DisclosureError

from .hierarchies import hierarchy, hierarchy_breaches
from .pairs import KINDS, pair_breaches, planted
from .surveys import breaches, count_breaches, reports, survey

FEW = 3
"""Surveys and tables tried every time; the others take minutes and are slow tests."""


def seeds(n: int) -> list:
    return [pytest.param(seed, marks=[pytest.mark.slow] if seed >= FEW else []) for seed in range(n)]


@pytest.mark.parametrize("seed", seeds(30))
def test_nothing_small_is_concluded_of_a_protected_survey(tmp_path, seed):
    assert breaches(survey(seed, most=2), tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "ways"), [(seed, ways) for ways in (2, 3, 4) for seed in range(5)])
def test_nothing_small_is_concluded_of_areas_within_areas_and_ages_within_ages(tmp_path, seed, ways):
    one, parts = hierarchy(seed, ways, most=2)
    assert hierarchy_breaches(one, parts, tmp_path) == []


def test_an_area_is_not_told_by_the_part_of_town_it_lies_in(tmp_path):
    """A survey that is broken when areas and parts of the town are protected each on its own."""
    one, parts = hierarchy(26, 2, most=2)
    assert hierarchy_breaches(one, parts, tmp_path / "bare", protect=False) != []
    assert hierarchy_breaches(one, parts, tmp_path / "safe") == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_what_two_releases_differ_by_is_not_concluded(tmp_path, kind, seed):
    assert pair_breaches(planted(kind, seed), tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_attacker_tells_the_difference_of_releases_that_do_not_know_of_each_other(tmp_path, kind):
    told = [pair_breaches(planted(kind, seed), tmp_path / str(seed), remember=False) for seed in range(5)]
    assert sum(map(bool, told)) >= (1 if kind == "filter" else 2)  # of twenty filters nine give somebody away


@pytest.mark.parametrize("seed", seeds(10))
def test_nothing_small_is_concluded_of_protected_counts(tmp_path, seed):
    try:
        assert count_breaches(reports(seed), tmp_path) == []
    except DisclosureError:
        pytest.skip("refused: the sums alone give a small count away")


def test_a_reader_reckons_from_the_printed_percentage(tmp_path):
    """13 % of 706 in all is at most 95, and what is printed of the others at least 91: the hidden one at most 4."""
    assert breaches(survey(1206, most=2), tmp_path) == []


@pytest.mark.slow
def test_the_attacker_breaks_the_same_surveys_when_they_are_not_protected(tmp_path):
    broken = [bool(breaches(survey(seed, most=2), tmp_path / str(seed), protect=False)) for seed in range(6)]
    assert sum(broken) >= 2
    counted = [bool(count_breaches(reports(seed), tmp_path / f"c{seed}", protect=False)) for seed in range(6)]
    assert sum(counted) >= 4
