"""The shared problem list and the groups of reported crime."""

from __future__ import annotations

from trygghet import problems
from trygghet.messages import Words
from trygghet.problems import OffenceGroup


def test_about_thirty_five_problems_with_short_names_for_charts():
    found = problems.load()
    assert 30 <= len(found) <= 40
    for item in found:
        assert {"sv", "en"} <= set(item.label)
        assert len(item.name(Words("sv"), short=True)) <= 30


def test_problems_point_at_groups_that_exist():
    groups = {item.group for item in problems.load_offences()}
    for item in problems.load():
        assert set(item.offence_groups) <= groups, item.id


def test_no_code_belongs_to_two_groups():
    offences = problems.load_offences()
    for code in (f"{n:04d}" for n in range(10_000)):
        holders = [item.group for item in offences if item.holds(code, 2016)]
        assert len(holders) <= 1, (code, holders)


def test_ranges_and_dates_of_codes():
    group = OffenceGroup(group="x", label={"sv": "x"}, codes=["0351-0357", "9801"], valid_from=2013)
    assert group.holds("0355", 2016)
    assert group.holds("9801")
    assert not group.holds("0358", 2016)
    assert not group.holds("0355", 2012)


def test_names_are_found_however_they_are_written():
    found = problems.load()
    first = next(iter(found))
    label = first.label["sv"]
    for text in (label, label.upper(), f"  {label}. ", first.id, first.id.upper(), f"P{int(first.id[1:])}"):
        assert found.find(text) == first.id
    assert found.find("finns inte i listan") is None
    assert found.near(label + "e") == first.id
