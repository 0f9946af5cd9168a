"""Comparison areas of a goal: a hidden area's number cannot be reckoned from what the evaluation tells of them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from trygghet import estimates as est
from trygghet.followup import Followup
from trygghet.goal_effects import compare_share
from trygghet.pages.against import card
from trygghet.picked import pulled_baseline
from trygghet.promise_model import Goal
from trygghet.promises import Registry
from trygghet.retrospect import _against as against
from trygghet.workspace import Workspace

from .small_survey import WORKSPACE, workspace

AREAS = ["own", "b", "c", "d", "secret"]
# Little trust: of each area's women, and of its men. Of the last area's men only 2, and of the men of c.
LOW = {
    "own": ((30, 60), (20, 60)), "b": ((20, 60), (25, 60)), "c": ((25, 60), (2, 60)), "d": ((24, 50), (14, 40)),
    "secret": ((0, 40), (2, 40)),
}  # fmt: skip


@pytest.fixture(scope="module")
def followup(tmp_path_factory) -> Followup:
    """Five areas in two waves; the last one's share is hidden for its 2 with little trust, and one more with it."""
    people = {}
    for area, ((women, of_women), (men, of_men)) in LOW.items():
        people["woman", area] = {"low": women, "high": of_women - women}
        people["man", area] = {"low": men, "high": of_men - men}
    folder = workspace(tmp_path_factory.mktemp("compared") / "granstad", people)
    named = ", ".join(f"{{id: {area}, name: {area.title()}}}" for area in AREAS)
    wave = '"2017": {file: answers.csv, from: 2017-02-01, to: 2017-03-18}'
    text = WORKSPACE.replace("{id: norr, name: Norr}, {id: soder, name: Söder}", named)
    text = text.replace(wave, f'{wave}, "2018": {{file: later.csv, from: 2018-02-01, to: 2018-03-18}}')
    (folder / "workspace.yml").write_text(text.replace('reports: {"2017"', 'reports: {"2018"'), encoding="utf-8")
    (folder / "later.csv").write_bytes((folder / "answers.csv").read_bytes())
    made = Followup(Workspace.open(folder, "2018"), "sv")
    made.__dict__["registry_as_written"] = Registry((), (), (), sha256="", content={})
    return made


def goal(comparison: list[str], **where: object) -> Goal:
    return Goal.model_validate(
        {
            "id": "M1", "promise": "L1", "title": {"sv": "Mål", "en": "Goal"}, "indicator": "low_trust",
            "where": {"area": "own", **where}, "comparison": comparison, "source": "citizens",
            "baseline": {"year": "2017", "picked": "worst", "picked_of": 5}, "direction": "decrease",
            "target": {"kind": "absolute", "value": 0.2}, "follow_up": "2018",
        }
    )  # fmt: skip


def shown(followup: Followup, area: str) -> pd.Series:
    row = est.one(followup.at("2018").survey_release, "low_trust", "area", area)
    assert row is not None
    return row


def test_the_hidden_area_is_the_comparison_less_the_others_unless_it_is_kept_out(followup):
    wanted = goal(["b", "c", "secret"])
    rows = {area: shown(followup, area) for area in ("b", "c", "secret")}
    assert rows["secret"]["suppressed"] and not rows["b"]["suppressed"] and not rows["c"]["suppressed"]
    designs = [followup.domain(wanted, year, whole=True) for year in ("2017", "2018")]
    by_primary_rules = compare_share(wanted, *designs, minimum=30).others
    # A reader's reckoning: shares with a decimal, bases as printed, all of them whole numbers of people.
    known = sum(round(round(rows[area]["estimate"], 3) * rows[area]["n"]) for area in ("b", "c"))
    assert round(round(by_primary_rules.after, 3) * by_primary_rules.n_after) - known == 2
    item = against(followup, wanted)
    assert item.areas == ("b", "c") and item.kept_back == ("secret",)
    assert item.others is None or item.others.n_after == rows["b"]["n"] + rows["c"]["n"]
    assert "secret" not in item.effect.placebo["area"].tolist()
    told = card(followup, item, 1)
    assert "Secret är inte med i jämförelsen: andelen visas inte" in " ".join(told.details)


def test_women_of_an_area_are_kept_out_where_they_would_give_away_its_men(followup):
    wanted = goal(["b", "c"], sex="woman")
    assert not shown(followup, "c")["suppressed"]  # 27 of 120, and 25 of its 60 women would leave 2 men
    item = against(followup, wanted)
    assert item.areas == ("b",) and item.kept_back == ("c",)
    by_primary_rules = wanted.model_copy(update={"where": {"area": ["b", "c"], "sex": "woman"}})
    b, c = (wanted.model_copy(update={"where": {"area": area, "sex": "woman"}}) for area in ("b", "c"))
    assert not followup.released(b, "2018")["suppressed"] and followup.released(c, "2018")["suppressed"]
    assert followup.released(by_primary_rules, "2018")["suppressed"]  # together less b would be c


def test_what_may_not_be_told_of_the_areas_together_is_said_to_be_hidden(followup):
    wanted = goal(["b", "c"])
    item = against(followup, wanted)
    told = dict(card(followup, replace(item, others=None), 1).facts)
    assert told["De 2 jämförelseområdena"] == "visas inte, för att ingen ska kunna pekas ut"


def test_a_pulled_baseline_is_reckoned_from_what_is_shown(followup):
    pulled = pulled_baseline(followup, goal(["b"]))
    open_areas = [area for area in AREAS if not shown(followup, area)["suppressed"]]
    assert "secret" not in open_areas and pulled is not None and pulled.n == len(open_areas)
