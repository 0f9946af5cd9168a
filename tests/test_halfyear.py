"""How far an activity has come, what counts as late, and what the half-year page says."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trygghet.blocks import KeyFigures, Table
from trygghet.followup import Followup
from trygghet.halfyear import followed, interim_day, progress
from trygghet.pages import interim, outcome
from trygghet.promise_model import Activity, Promise
from trygghet.report.plan import jobs
from trygghet.workspace import Workspace

from .example_data import TOWN

PROMISE = Promise.model_validate(
    {"id": "L1", "title": "x", "problem": "p1", "text": "x", "signatories": ["a", "b"], "from": "2016-01-01",
     "to": "2016-12-31"}
)  # fmt: skip


def activity(planned: float | None, done: float | None, **dates: str) -> Activity:
    told = {"day": "2016-07-01", "done": done}
    return Activity.model_validate({"id": "A1", "goal": "M1", "who": "x", "what": "x", "planned": planned,
                                    "interim": told, **dates})  # fmt: skip


@pytest.mark.parametrize(
    ("item", "state"),
    [
        (activity(10, 10), "done"),
        (activity(10, 5), "on_time"),  # 182 of 365 days: 4.99 expected
        (activity(10, 3), "late"),
        (activity(2, 0), "on_time"),  # 0.997 of a meeting is no whole one
        (activity(10, 9, due="2016-06-01"), "overdue"),
        (activity(10, 0, begin="2016-09-01"), "not_begun"),
        (activity(10, None), "unknown"),
        (activity(None, 3), "unknown"),
    ],
)
def test_an_activity_is_held_to_an_even_pace(item: Activity, state: str) -> None:
    assert progress(item, PROMISE, date(2016, 7, 1)).state == state


@given(st.integers(1, 400), st.integers(0, 400), st.integers(0, 364))
def test_more_done_is_never_later(planned: int, done: int, days: int) -> None:
    day = date.fromordinal(date(2016, 1, 1).toordinal() + days)
    less, more = (progress(activity(planned, n), PROMISE, day).behind for n in (done, done + 1))
    assert less or not more


@pytest.fixture(scope="module")
def halfyear() -> Followup:
    return Followup(Workspace.open(TOWN, "2016"), "sv", interim=True)


def test_the_example_is_followed_up_in_november(halfyear: Followup) -> None:
    registry = halfyear.registry
    assert interim_day(registry.activities) == date(2016, 11, 30)
    assert {goal.id for goal in followed(registry, "2016")} == {f"M{i}" for i in range(1, 8)}
    assert followed(registry, "2017") == ()


def test_the_page_tells_what_is_late_and_why_and_nothing_of_effects(halfyear: Followup) -> None:
    found = {block.id: block for block in interim.blocks(halfyear) if isinstance(block, Table)}
    late = [row[0] for row in found["senttabell"].rows]
    assert late == ["Fotpatrull i centrum fredag och lördag kväll", "Gemensam ordningsträff med krögare",
                    "Riktade insatser mot narkotikahandel", "Föräldramöten om narkotika i årskurs 7–9",
                    "Cykelställ med ramlås vid resecentrum"]  # fmt: skip
    patrol = found["senttabell"].rows[0]
    assert patrol[1] == "29 av 80 kvällar; enligt planen minst 42" and patrol[2].startswith("Poliser lånades ut")
    assert len(found["halvarsinsatser"].rows) == 12
    assert outcome.header(halfyear).title == "Halvårsuppföljning 2016"
    assert outcome.header(halfyear).lead.startswith("5 av 12 insatser var försenade 2016-11-30.")
    for part in ("summary", "goals", "against", "activities", "proposals", "lessons", "over_time", "starting_point"):
        assert getattr(outcome, part)(halfyear) == (), part


def test_key_figures_add_up_to_all_activities(halfyear: Followup) -> None:
    figures = next(block for block in interim.blocks(halfyear) if isinstance(block, KeyFigures))
    assert sum(int(item.value.split()[0]) for item in figures.items) == 12


def test_without_any_word_of_progress_the_page_says_so(halfyear: Followup) -> None:
    gss = Followup(Workspace.open(TOWN.parent / "gss", "2016"), "sv", interim=True)
    assert outcome.header(gss).lead == "Ingen har ännu berättat hur långt insatserna har kommit."
    assert not [block for block in interim.blocks(gss) if isinstance(block, Table)]


def test_the_report_runs_the_evaluations_notebook_at_the_half_year() -> None:
    job = next(job for job in jobs([TOWN], years=["2016"]) if job.report == "halvar")
    assert job.notebook.name == "utvardering.ipynb" and job.parameters["interim"] is True
    assert job.place == "kristinehamn/2016/halvar.html"
    whole = next(job for job in jobs([TOWN], years=["2017"]) if job.report == "utvardering")
    assert "interim" not in whole.parameters
