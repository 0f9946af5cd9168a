"""The form for trying goals: starts from the lägesbild, answers in the words of `trygghet plan`, writes loften.yml."""

import re
import shutil
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import trygghet as tg
from trygghet.blocks import Verdict
from trygghet.charts.rows import Axis, _beside
from trygghet.estimates import pick
from trygghet.messages import Words
from trygghet.pages import promise
from trygghet.plan_chart import plan_figure, strip
from trygghet.plan_draft import Drafting, as_yaml
from trygghet.plan_words import describe_plan
from trygghet.planning import feasible, mde_count, mde_share
from trygghet.planning_form import PlanForm
from trygghet.promise_model import Baseline, Goal, Target
from trygghet.promises import read

from .example_data import TOWN

SV = Words("sv")


@pytest.fixture(scope="module")
def ws() -> tg.Workspace:
    return tg.Workspace.open(TOWN, "2016")


@pytest.fixture(scope="module")
def drafting(ws) -> Drafting:
    return Drafting(tg.Followup(ws))


@pytest.fixture
def form(drafting) -> PlanForm:
    return PlanForm(drafting)


def said(form: PlanForm, name: str = "words") -> str:
    return unescape(re.sub("<[^>]+>", " ", form.shown[name].value)).replace("\N{NO-BREAK SPACE}", " ")


def choose(form: PlanForm, label: str) -> None:
    form.fields["group"].value = next(start for name, start in form.fields["group"].options if name == label)


def goal(start: float, aim: float, **more) -> Goal:
    baseline = Baseline(year="2016", count=int(start)) if start > 1 else Baseline(year="2016", estimate=start, n=450)
    return Goal(
        id="M1", promise="L1", title="Mål", source="citizens", baseline=baseline,
        indicator="crime:damage" if start > 1 else "unsafe_night", target=Target(kind="absolute", value=aim),
        direction="decrease" if aim < start else "increase", follow_up="2017", **more,
    )  # fmt: skip


def test_the_baseline_is_the_figure_of_the_picture(form, drafting):
    choose(form, "Kvinnor")
    row = pick(drafting.followup.picture.survey_estimates, "unsafe_night", "sex").set_index("group").loc["woman"]
    assert form.draft.start.value == row["estimate"] and form.draft.start.n == row["n"]
    assert f"{row['n']:.0f} svar" in said(form, "start")
    p, n = row["estimate"], row["n"]
    assert form.fields["spread"].value == pytest.approx(row["se"] ** 2 / (p * (1 - p) / n), abs=0.006)


def test_nothing_hidden_can_be_chosen(drafting):
    picture = drafting.followup.picture
    offered = {(name, s.group_by, s.group) for name in drafting.measures for s in drafting.starts(name)}
    for table in (picture.survey_estimates, picture.incident_estimates):
        hidden = table[table["suppressed"].astype(bool)]
        assert len(hidden)
        assert not offered & set(zip(hidden["indicator"], hidden["group_by"], hidden["group"], strict=True))
    sensitive = [f"crime:{item.group}" for item in picture.offences if item.sensitive]
    assert {s.group_by for name in sensitive for s in drafting.starts(name)} <= {"total"}


def test_a_target_is_answered_at_once_with_the_words_of_the_command(form, drafting):
    form.fields["target"].value = 25
    assert "Målet går inte att mäta med 418 svar." in said(form)
    assert len(re.findall("<li", form.shown["ways"].value)) == 4
    draft = form.draft
    expected = describe_plan(drafting.goal(draft), draft.feasibility(drafting.goal(draft)), SV, n=418)
    assert all(text.replace("\N{NO-BREAK SPACE}", " ") in said(form) + said(form, "ways") for text in expected)
    form.fields["target"].value = 10
    assert "Målet går att mäta" in said(form) and form.shown["ways"].value == ""
    form.fields["target"].value = 45
    assert "minst 45 %" in said(form) and "direction: increase" in form.shown["yaml"].value


def test_more_answers_less_spread_and_areas_that_move_by_themselves_count(form):
    before = form.draft
    found = before.feasibility(form.drafting.goal(before)).detectable.change
    own = mde_share(round(before.start.value, 3), before.start.n, before.answers, deff=before.spread).change
    assert found == pytest.approx(own)
    changes = {}
    for name, value in (("answers", 2000), ("spread", 3.0), ("tau", 3.0)):
        form.fields[name].value, kept = value, form.fields[name].value
        changes[name] = form.draft.feasibility(form.drafting.goal(form.draft)).detectable.change
        form.fields[name].value = kept
    assert changes["answers"] < found < min(changes["spread"], changes["tau"])


def test_crimes_are_counted_with_their_dispersion_against_other_areas(form, drafting):
    form.fields["measure"].value = "crime:bicycle_theft"
    assert form.fields["answers"].layout.display == "none" and form.fields["comparison"].layout.display == "none"
    phi = drafting.followup.dispersion(drafting.goal(form.draft))
    assert form.fields["spread"].value == pytest.approx(phi, abs=0.006)
    choose(form, "Centrum")
    assert form.fields["comparison"].layout.display == ""
    alone = form.draft.feasibility(drafting.goal(form.draft)).detectable.change
    others = tuple(start for _, start in form.fields["comparison"].options)
    form.fields["comparison"].value = others
    draft = form.draft
    ratio = sum(start.n for start in others) / draft.start.n
    expected = mde_count(draft.start.n, phi=draft.spread, ref_ratio=ratio).change
    assert draft.feasibility(drafting.goal(draft)).detectable.change == pytest.approx(expected)
    assert expected > alone and f"Jämförelsen har {sum(s.n for s in others)} brott" in said(form, "start")
    assert f"- {others[0].group}" in form.shown["yaml"].value


def test_what_the_form_writes_is_a_goal_of_the_registry(form, tmp_path):
    town = Path(shutil.copytree(TOWN, tmp_path / "kristinehamn"))
    choose(form, "Kvinnor")
    form.fields["target"].value = 30
    yaml = YAML(typ="safe")
    path = town / "loften.yml"
    before = read(path)
    text = path.read_text("utf-8").replace("goals:\n", "goals:\n" + form.shown["yaml"].value, 1)
    path.write_text(text, "utf-8")
    after = read(path)
    made = after.goals[0]
    assert len(after.goals) == len(before.goals) + 1 and made.id not in {g.id for g in before.goals}
    assert made.where == {"sex": "woman"} and made.target.value == 0.3 and made.follow_up == "2017"
    assert yaml.load(as_yaml(made)) == yaml.load(form.shown["yaml"].value)


def test_a_target_that_is_the_start_is_no_goal(form):
    form.fields["measure"].value = "crime:bicycle_theft"
    form.fields["target"].value = form.draft.start.n
    assert "måste skilja sig" in said(form) and form.shown["yaml"].value == form.shown["chart"].value == ""


def test_english_and_a_workspace_without_figures(ws):
    english = tg.plan_form(ws, "en")
    assert "The goal is to go from" in said(english)
    bare = tg.Workspace(ws.folder, ws.settings.model_copy(update={"sources": {}}), ws.year)
    assert "inga siffror" in tg.plan_form(bare).value


@pytest.mark.parametrize(
    ("start", "aim", "deff"), [(0.44, 0.37, 1.5), (0.44, 0.10, 1.5), (0.3, 0.6, 1.0), (188, 150, 1), (188, 60, 1)]
)
def test_the_strip_shows_a_target_among_the_changes_that_do_not_show_only_when_it_cannot_be_measured(start, aim, deff):
    made = goal(start, aim)
    plan = feasible(made, deff=deff)
    scale, key = strip(made, plan, SV, width=200)
    # The target's neighbour on the far side from the start tells whether it lies among the small changes.
    at = scale.index("◆") + (1 if aim < start else -1)
    beyond = scale.index("◆") + (-1 if aim < start else 1)
    assert scale.count("●") == scale.count("◆") == 1
    assert (scale.index("◆") < scale.index("●")) == (aim < start)
    assert (scale[at] == "░" and scale[beyond] == "░") == (not plan.measurable)
    assert "nu" in key and "mål" in key


def test_where_no_change_shows_the_strip_is_grey_to_the_end_and_the_chart_says_so():
    made = goal(0.05, 0.02)
    plan = feasible(made, n1=20, deff=5)
    assert plan.detectable.level is None
    scale, _ = strip(made, plan, SV)
    assert scale.replace("\N{NO-BREAK SPACE}", "").startswith("0% ░")
    figure = plan_figure(made, plan, SV)
    assert "ingen ändring syns" in figure.alt and "kanske inte" in figure.title


@pytest.mark.parametrize("words", [SV, Words("en")], ids=["sv", "en"])
def test_the_chart_says_its_numbers_in_words(words):
    made = goal(188, 60)
    figure = plan_figure(made, feasible(made), words)
    assert "188" in figure.alt and "60" in figure.alt and figure.table is not None
    assert figure.svg_wide != figure.svg_narrow


def test_the_promise_page_draws_every_goal_that_may_be_shown(ws):
    cards = [block for block in promise.measures(tg.Followup(ws)) if isinstance(block, Verdict)]
    assert len(cards) >= 6 and all(card.figure is not None for card in cards)
    assert all("syns" in card.figure.alt or "shows" in card.figure.alt for card in cards)


def test_the_targets_line_never_cuts_through_a_number():
    def place(value):
        return 10 * value

    axis = Axis(0, 60, (0, 20, 40, 60), str)
    assert _beside((100, 110), 40, axis, place) == (119, "left")
    crossed = replace(axis, reference=(13.0, "mål"))
    assert _beside((100, 110), 40, crossed, place) == (91, "right")
    # no room at the left: it stays at the right
    assert _beside((20, 30), 40, replace(axis, reference=(5.0, "mål")), place) == (39, "left")
