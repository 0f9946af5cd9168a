"""Locked figures beside new ones, series that do not bridge a break, and any two waves of real answers."""

from __future__ import annotations

import shutil
from datetime import date
from math import nan
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML
from scipy import stats

from trygghet import estimate, evaluation, promises
from trygghet.blocks import Caption, Figure, Table
from trygghet.charts.goal_line import goal_line
from trygghet.errors import InputError
from trygghet.followup import Followup
from trygghet.frozen import compare_baseline
from trygghet.goal_series import GoalSeries, Point, SeriesGap, code_gaps, periods_back
from trygghet.messages import Words
from trygghet.pages import goals as outcome_goals
from trygghet.pages import outcome
from trygghet.promise_model import Baseline
from trygghet.retrospect import compared, frozen, series
from trygghet.workspace import Workspace

from .example_data import DATA

HERE = Path(__file__).parent
SHARE = promises.read(HERE / "registries" / "good.yml").goal("M1")
COUNT = promises.read(HERE / "registries" / "good.yml").goal("M2")


@pytest.mark.parametrize(
    ("measured", "n", "changed", "cause"),
    [
        (0.4404, 200, False, "same"),
        (0.4404, 200, True, "same"),
        (nan, 12, False, "hidden"),
        (0.43, 214, True, "more_rows"),
        (0.43, 190, True, "fewer_rows"),
        (0.43, 200, True, "file_corrected"),
        (0.43, 200, False, "reweighted"),
        (0.44, 214, False, "more_counted"),
        (0.44, 190, False, "fewer_counted"),
        (0.43, 200, None, "stated"),
    ],
)
def test_a_difference_from_the_locked_share_has_its_cause(measured, n, changed, cause) -> None:
    found = compare_baseline(SHARE, Baseline(year="2016", estimate=0.44, n=200), measured, n, file_changed=changed)
    assert found.cause == cause and found.differs == (cause not in ("same", "hidden"))


@pytest.mark.parametrize(
    ("measured", "changed", "cause"),
    [(118, True, "same"), (121, True, "more_rows"), (110, True, "fewer_rows"), (121, False, "more_counted")],
)
def test_a_difference_from_the_locked_count_has_its_cause(measured, changed, cause) -> None:
    locked = Baseline(year="2016", count=118)
    assert compare_baseline(COUNT, locked, measured, None, file_changed=changed).cause == cause


def test_late_reports_change_the_count_and_the_page_says_why(tmp_path: Path) -> None:
    shutil.copytree(DATA / "kristinehamn", tmp_path / "kristinehamn")
    file = tmp_path / "kristinehamn" / "anmalda_brott_2012_2017.csv"
    text = file.read_bytes().decode("utf-8-sig")
    rows = text.splitlines()
    thefts = [row for row in rows if "0807" in row and row.count("2015-07") == 3][:3]
    late = [row.replace("SIM-K", "SIM-SEN", 1) for row in thefts]
    file.write_bytes("\n".join([*rows, *late, ""]).encode("utf-8"))
    followup = Followup(Workspace.open(tmp_path / "kristinehamn", "2017"), "sv")
    found = {item.goal.id: item for item in frozen(followup)}
    assert found["M4"].cause == "more_rows" and found["M4"].locked == 188 < found["M4"].measured
    assert found["M1"].cause == "same"
    table = next(block for block in outcome.starting_point(followup) if isinstance(block, Table))
    assert not table.collapsed
    assert any("kom in sent" in row[3] for row in table.rows)


def test_untouched_files_give_the_locked_figures() -> None:
    followup = Followup(Workspace.open(DATA / "kristinehamn", "2017"), "sv")
    assert {item.cause for item in frozen(followup)} == {"same"}


def points(*labels: str, hidden: str = "") -> tuple[Point, ...]:
    values = [nan if label == hidden else 0.3 for label in labels]
    return tuple(Point(x, date(int(x), 3, 1), v, v, v, 100) for x, v in zip(labels, values, strict=True))


def test_a_line_never_crosses_a_break_nor_a_hidden_wave() -> None:
    waves = ("2014", "2015", "2016", "2017", "2018")
    broken = GoalSeries(points(*waves), (SeriesGap("2015", "2016", "question"),))
    assert [[point.label for point in run] for run in broken.pieces()] == [["2014", "2015"], ["2016", "2017", "2018"]]
    hidden = GoalSeries(points(*waves, hidden="2016"))
    assert [[point.label for point in run] for run in hidden.pieces()] == [["2014", "2015"], ["2017", "2018"]]


def test_whole_years_of_the_same_months_back_to_the_first_day() -> None:
    found = periods_back(date(2016, 4, 1), date(2017, 3, 31), date(2013, 7, 1))
    assert found[0] == (date(2014, 4, 1), date(2015, 3, 31)) and len(found) == 3
    leap = periods_back(date(2019, 3, 1), date(2020, 2, 29), date(2017, 1, 1))
    assert leap[0] == (date(2017, 3, 1), date(2018, 2, 28))


def gss(tmp_path: Path, before: str, after: str, **change: object) -> Workspace:
    """The GSS example with its goal moved to two other waves, as an analyst would write it."""
    folder = tmp_path / f"gss{before}"
    shutil.copytree(DATA / "gss", folder)
    registry = YAML(typ="safe").load((folder / "loften.yml").read_text(encoding="utf-8"))
    (folder / "loften.lock.json").unlink(missing_ok=True)
    start = date(int(before) + 1, 1, 1)
    registry["promises"][0] |= {"from": start, "to": date(int(after), 12, 31), "decided": start}
    registry["goals"][0] |= {"baseline": {"year": before, "estimate": 0.31, "n": 1200}, "follow_up": after, **change}
    with (folder / "loften.yml").open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(registry, file)
    settings = (folder / "workspace.yml").read_text(encoding="utf-8")
    reports = settings.index("\nreports:")
    settings = settings[:reports] + f'\nreports:\n  "{before}": [lagesbild]\n  "{after}": [utvardering]\n'
    settings = settings.replace('waves: {"2018": "2016"}', f'waves: {{"{after}": "{before}"}}')
    (folder / "workspace.yml").write_text(settings, encoding="utf-8")
    return Workspace.open(folder, after)


def by_hand(year: str) -> tuple[float, float, int, int]:
    """Weighted share afraid, its standard error with answers of one respondent held together, n and respondents."""
    rows = pd.read_csv(DATA / "gss" / "gss-fear-2006-2018.csv")
    rows = rows[(rows["year"] == int(year))]
    asked = rows["ballot"].isin([1, 3]) & rows["fear"].notna()
    y, w = (rows["fear"] == 1).to_numpy(float), rows["weight"].to_numpy() * asked
    share = float((w * y).sum() / w.sum())
    totals = pd.Series(w * (y - share) / w.sum()).groupby(rows["id"].to_numpy()).sum()
    m = len(totals)
    return share, float(np.sqrt(m / (m - 1) * (totals**2).sum())), int(asked.sum()), m


@pytest.mark.parametrize(("before", "after"), [("2006", "2010"), ("2012", "2018"), ("2016", "2018"), ("2008", "2014")])
def test_any_two_waves_of_real_answers_are_evaluated(tmp_path: Path, before: str, after: str) -> None:
    followup = Followup(gss(tmp_path, before, after), "sv")
    result = followup.results[0]
    (p0, se0, n0, m0), (p1, se1, n1, m1) = by_hand(before), by_hand(after)
    assert (result.before.n, result.after.n) == (n0, n1)
    assert [result.before.estimate, result.after.estimate] == pytest.approx([p0, p1], abs=1e-9)
    half = stats.t.isf(0.025, m0 + m1 - 2) * np.hypot(se0, se1)
    assert [result.change, result.change_low, result.change_high] == pytest.approx(
        [p1 - p0, p1 - p0 - half, p1 - p0 + half], abs=2e-4
    )
    # Φ((logit t − logit p) / se_logit), as it stands in the method
    logit = np.log(p1 / (1 - p1)), np.log(0.28 / 0.72)
    support = stats.norm.cdf((logit[1] - logit[0]) * p1 * (1 - p1) / se1)
    assert result.reached is not None and result.reached.support == pytest.approx(support, abs=2e-3)
    assert result.label == evaluation.label_of(result.reached.support)


def test_the_page_of_two_other_waves_holds_the_years_between(tmp_path: Path) -> None:
    followup = Followup(gss(tmp_path, "2006", "2010"), "sv")
    assert [point.label for point in series(followup, followup.goals[0]).points] == ["2006", "2008", "2010"]
    figures = [block for block in outcome.over_time(followup) if isinstance(block, Figure)]
    assert [figure.id for figure in figures] == ["serie_M1"]
    assert "2006: 32,0\u00a0%" in figures[0].alt and "2012" not in figures[0].alt


def test_regions_of_the_gss_are_compared_with_a_wave_before(tmp_path: Path) -> None:
    others = [f"r{i}" for i in range(1, 10) if i != 5]
    followup = Followup(gss(tmp_path, "2012", "2018", where={"area": "r5"}, comparison=others), "sv")
    found = compared(followup)["M1"]
    assert set(found.areas) | set(found.left_out) == set(others) and found.left_out == ()
    assert found.effect is not None and found.effect.smallest_p == pytest.approx(1 / 9)
    assert np.isfinite(found.effect.pretrend)
    own = [estimate.mean(followup.domain(followup.goals[0], year), "fear_walking_night").iloc[0]["estimate"]
           for year in ("2012", "2018")]  # fmt: skip
    assert [found.own.before, found.own.after] == pytest.approx(own)  # type: ignore[union-attr]


def test_a_changed_question_is_refused_without_override_and_printed_with_it(tmp_path: Path) -> None:
    folder = gss(tmp_path, "2012", "2018").folder
    path = folder / "indicators.yml"
    text = path.read_text(encoding="utf-8")
    text = text.replace(
        "    variable: fear\n", "    variable: fear\n    breaks: [{from: 2015-01-01, why: {sv: x, en: x}}]\n"
    )
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        _ = Followup(Workspace.open(folder, "2018")).results
    assert {fault.rule for fault in caught.value.faults} == {"L41-SERIES-BREAK"}
    registry = (folder / "loften.yml").read_text(encoding="utf-8")
    where = registry.index("goals:")
    at = registry.index("id: M1", where)
    reason = "override:\n    reason: {sv: Vi litar på att svaren betyder detsamma, en: x}\n  "
    (folder / "loften.yml").write_text(registry[:at] + reason + registry[at:], encoding="utf-8")
    followup = Followup(Workspace.open(folder, "2018"), "sv")
    card = outcome.goals(followup)[1]
    assert any("Vi litar på att svaren betyder detsamma." in line for line in card.details)  # type: ignore[attr-defined]
    assert [gap.kind for gap in series(followup, followup.goals[0]).gaps] == ["question"]
    assert any("ändrades frågan" in line for line in outcome.over_time(followup)[1].definition)  # type: ignore[attr-defined]


def test_crimes_registered_under_other_codes_break_the_series() -> None:
    years = ["2013", "2014", "2015", "2016"]
    moved = pd.DataFrame({"0801": [60, 58, 0, 0], "0802": [0, 0, 55, 61], "0803": [9, 11, 10, 12]}, index=years)
    assert code_gaps(moved) == (SeriesGap("2014", "2015", "codes", ("0801", "0802")),)
    assert code_gaps(moved[["0803"]]) == ()
    rare = pd.DataFrame({"0801": [60, 58, 70, 66], "0899": [0, 0, 4, 0]}, index=years)
    assert code_gaps(rare) == (), "a handful that happened one year is no new code"
    assert code_gaps(pd.DataFrame()) == ()


def test_a_change_of_codes_is_told_on_the_goals_card_and_breaks_its_line() -> None:
    followup = Followup(Workspace.open(DATA / "kristinehamn", "2017"), "sv")
    result = next(item for item in followup.results if item.goal.id == "M4")
    assert series(followup, result.goal).gaps == ()
    frame = followup.picture.incidents.frame  # its own copy: the followup is this test's alone
    late = (frame["offence_group"] == "bicycle_theft") & (frame["reported"] >= pd.Timestamp("2016-04-01"))
    codes = frame["offence_code"].astype(object)
    changed = Followup(followup.ws, "sv")
    object.__setattr__(changed.picture.incidents, "frame", frame.assign(offence_code=codes.mask(late, "0899")))
    found = next(item for item in changed.results if item.goal.id == "M4")
    assert found.after.estimate == result.after.estimate
    assert "Mellan 2015/16 och 2016/17 byttes brottskoder" in " ".join(outcome_goals.card(changed, found).details)
    assert [gap.kind for gap in series(changed, found.goal).gaps] == ["codes"]
    assert len(series(changed, found.goal).pieces()) == 2


def test_names_of_waves_do_not_touch_on_a_telephone() -> None:
    years = [str(year) for year in range(2004, 2019, 2)]
    drawn = goal_line(GoalSeries(points(*years)), None, Words("sv"), Caption(title="x", reading="x", id="x"))
    shown = [year for year in years if f">{year}<" in drawn.svg_narrow]
    assert shown == years[1::2] and all(f">{year}<" in drawn.svg_wide for year in years)
