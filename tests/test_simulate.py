"""The simulated towns: their files, and the truth they are drawn from."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, chisquare, poisson

from trygghet import Workspace, estimate, simulate, sources
from trygghet.design import SurveyDesign
from trygghet.followup import Followup
from trygghet.picture import Picture
from trygghet.problems import load_offences
from trygghet.resources import shipped
from trygghet.simulate.__main__ import main
from trygghet.simulate.answers import unsafe
from trygghet.simulate.geography import cells, municipal_border
from trygghet.simulate.incidents import crimes, daily_rate, hour_shares
from trygghet.simulate.population import municipality_name, register
from trygghet.sources import coordinates
from trygghet.weights import rake

from .example_data import TOWN

YEARS = ("2016", "2017")


@pytest.fixture(scope="module")
def town() -> simulate.Town:
    return simulate.town(1781)


@pytest.fixture(scope="module")
def truth() -> dict:
    return json.loads((TOWN / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def surveys(town: simulate.Town) -> list[simulate.Wave]:
    return [simulate.survey(town, 2016, seed=seed) for seed in range(200)]


def weighted(town: simulate.Town, wave: simulate.Wave) -> SurveyDesign:
    values = unsafe(wave.answers["night_alone"], town.items["2016"]["night_alone"])
    design = SurveyDesign(wave.answers.assign(unsafe=values), weight="weight", strata="area")
    totals = {
        "area": simulate.margins(town, "area"),
        ("sex", "age_group"): simulate.margins(town, "sex", "age_group"),
    }
    return rake(design, totals)


# --- the files ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_same_seed_gives_the_committed_bytes(tmp_path: Path) -> None:
    target = tmp_path / "kristinehamn"
    main([str(target), "--seed", "1781"])
    made = {p.relative_to(target).as_posix(): p.read_bytes() for p in target.rglob("*") if p.is_file()}
    kept = {p.relative_to(TOWN).as_posix(): p.read_bytes() for p in TOWN.rglob("*") if p.is_file()}
    assert sorted(made) == sorted(kept)
    assert [name for name in made if made[name] != kept[name]] == []


def test_another_seed_gives_other_answers(town: simulate.Town) -> None:
    first, second = (simulate.survey(town, 2016, seed=seed).answers for seed in (1, 2))
    assert set(first["respondent_id"]) != set(second["respondent_id"])


def test_population_keeps_the_real_figures(town: simulate.Town) -> None:
    real = pd.read_csv(shipped("data", "reference", "population", "folkmangd-kommun-alder-kon-2019.csv")).query(
        "region == 'Kristinehamn'"
    )
    assert town.population["n"].sum() == real["2019"].sum() == 24255
    made = town.population.groupby(["age", "sex"])["n"].sum()
    for age, sex, n in zip(real["ålder"], real["kön"], real["2019"], strict=True):
        assert made[age, "man" if sex == "män" else "woman"] == n


def test_the_waves_come_in_different_encodings() -> None:
    first, second = ((TOWN / year / "trygghetsenkat.csv").read_bytes() for year in YEARS)
    with pytest.raises(UnicodeDecodeError):
        first.decode("utf-8")
    assert "Bäckhammar" in first.decode("cp1252") and second.startswith(b"\xef\xbb\xbf")
    for text in (first.decode("cp1252"), second.decode("utf-8-sig")):
        lines = text.split("\r\n")
        assert "\n" not in text.replace("\r\n", "")
        assert lines[0].startswith("lopnr;stratum;kon;fodelsear;delomrade;boende;fodelseland;funktionsnedsattning")
        assert lines[0].endswith("p35;fritext;urvalsvikt")
        assert all(re.search(r";\d+,\d{4}$", line) for line in lines[1:-1])


@pytest.mark.parametrize("year", YEARS)
def test_readers_find_what_was_put_in(year: str, truth: dict) -> None:
    ws, planted = Workspace.open(TOWN, year), truth["planted"][year]
    survey = sources.read_survey(ws)
    assert len(survey) == planted["answers"]
    assert survey.log.set_index("rule").loc["copies_drop", "n"] == planted["double_rows"] > 0
    assert (survey.answers["sex"] == "other").sum() == planted["other_sex"]
    assert survey.invited is not None and survey.invited["n_invited"].sum() == 760
    staff = sources.read_staff(ws)
    assert staff.n_asked == truth["staff"][year]["asked"]
    told = truth["staff"][year]
    assert staff.n_answered == told["answered"] == told["rows"] - 3 and told["answered"] < staff.n_asked
    assert 0 < staff.meetings["late"].sum() < 20
    assert {"title_rows", "notes_below", "staff_twice", "late"} <= set(staff.log["rule"])
    assert not staff.meetings.duplicated(["unit", "workplace"]).any()
    assert set(staff.mentions["problem"]) <= {f"p{number:02d}" for number in range(1, 36)}
    police = sources.read_staff(ws, "police")
    assert 10 <= len(police.meetings) <= 40 and police.n_asked == truth["police"][year]["asked"]
    assert len(sources.read_contacts(ws).frame) > 50
    assert sources.read_population(ws)["n"].sum() == 24255


def test_incident_faults_are_those_put_in(truth: dict) -> None:
    quality, put_in = sources.read_incidents(Workspace.open(TOWN)).quality, truth["crime_faults"]
    assert quality["reports"] == put_in["reports"] and 1800 < put_in["reports"] / 6 < 2400
    assert quality["place_swapped"] == put_in["swapped"] > 0.02 * put_in["reports"]
    assert quality["place_unknown"] == put_in["missing"] + put_in["zero"] and put_in["zero"] > 0
    assert quality["time_missing"] == put_in["no_start"] > 0
    assert quality["several_crimes"] == put_in["several"] > 0
    assert quality["time_all_day"] == put_in["all_day"] > 0
    assert quality["place_piled"] > 1000 and quality["ungrouped"] == 0


def test_incidents_count_as_the_truth_file_says(truth: dict) -> None:
    rows = sources.read_incidents(Workspace.open(TOWN)).frame
    start, end = pd.Timestamp("2016-04-01"), pd.Timestamp("2017-04-01")
    counted = (
        rows[(rows["start"] >= start) & (rows["start"] < end)].groupby("offence_group", observed=True)["n_crimes"].sum()
    )
    for group, told in truth["crime"].items():
        assert counted[group] == told["periods"]["2017"]["crimes"]


def test_nothing_points_at_a_real_person(truth: dict) -> None:
    hidden = [entry for year in YEARS for entry in truth["planted"][year]["texts"]]
    kinds = Counter(entry["kind"] for entry in hidden)
    assert {"name_phone", "personal_number", "plate", "email", "hostile"} <= set(kinds)
    digits = [re.sub(r"\D", "", e["hidden"]) for e in hidden if e["kind"] in ("phone", "name_phone")]
    phones = [int(d) for d in digits if d]
    assert phones and all(701740605 <= phone <= 701740699 for phone in phones)
    numbers = [re.sub(r"\D", "", e["hidden"])[-10:] for e in hidden if e["kind"] == "personal_number"]
    assert numbers and all(luhn(number) != 0 for number in numbers)
    for year, encoding in zip(YEARS, ("cp1252", "utf-8-sig"), strict=True):
        table = pd.read_csv(TOWN / year / "trygghetsenkat.csv", sep=";", encoding=encoding, dtype=str)
        texts = table.set_index("lopnr")["fritext"]
        for entry in truth["planted"][year]["texts"]:
            assert entry["hidden"] in np.atleast_1d(texts[entry["respondent_id"]])[0]
        assert 0.28 < texts.notna().mean() < 0.42
    ids = pd.read_csv(TOWN / "anmalda_brott_2012_2017.csv", sep=";", encoding="utf-8-sig", dtype=str)["diarienr"]
    assert ids.str.startswith("SIM-").all() and ids.is_unique


def luhn(digits: str) -> int:
    """The check sum of a personal number modulo ten; zero for one that can exist."""
    doubled = [int(d) * (2 - i % 2) for i, d in enumerate(digits)]
    return sum(d // 10 + d % 10 for d in doubled) % 10


def test_sub_areas_share_out_the_municipality(town: simulate.Town) -> None:
    border, parts = municipal_border("1781"), cells("1781", town.places)
    assert sum(part.area for part in parts) == pytest.approx(border.area, rel=1e-6)
    assert border.area == pytest.approx(771e6, rel=0.01)
    for i, part in enumerate(parts):
        assert all(part.intersection(other).area < 200 for other in parts[i + 1 :])
    drawn = json.loads((TOWN / "omraden.geojson").read_text(encoding="utf-8"))
    assert "Illustrativa" in drawn["note"]
    kept = coordinates.read_boundaries(Workspace.open(TOWN))
    assert kept is not None and kept.geometry.is_valid.all()
    assert [f["properties"]["id"] for f in drawn["features"]] == list(Workspace.open(TOWN).area_labels)


# --- the truth ------------------------------------------------------------------------------------------


def test_truth_is_that_of_the_answers_drawn(town: simulate.Town, surveys: list[simulate.Wave]) -> None:
    """Weighted by the true inverse chance of being asked and answering, the mean of many surveys is the truth."""
    chance, sums = simulate.reply_chance(town).to_numpy(), np.zeros((len(surveys), 2))
    for number, wave in enumerate(surveys):
        values = unsafe(wave.answers["night_alone"], town.items["2016"]["night_alone"])
        area, sex, group = (wave.answers[name].cat.codes for name in ("area", "sex", "age_group"))
        weight = wave.answers["weight"] / chance[area, sex * 4 + group]
        sums[number] = (weight * values).sum(), weight[values.notna()].sum()
    ratio = sums[:, 0].mean() / sums[:, 1].mean()
    spread = (sums[:, 0] / sums[:, 1]).std() / np.sqrt(len(sums))
    true = simulate.truth(town, 2016)
    assert ratio == pytest.approx(true["truth"].iloc[0], abs=3.5 * spread)
    assert sums[:, 1].mean() == pytest.approx(true["base"].iloc[0], rel=0.01)


@pytest.mark.parametrize("name", ["housing", "birth_country", "disability"])
def test_backgrounds_are_as_common_as_said(town: simulate.Town, surveys: list[simulate.Wave], name: str) -> None:
    """Kinds of people turn up as often as the truth counts them, within each area."""
    chance = simulate.reply_chance(town).to_numpy()
    answers = pd.concat([wave.answers for wave in surveys], ignore_index=True)
    area, sex, group = (answers[column].cat.codes for column in ("area", "sex", "age_group"))
    answers["people"] = answers["weight"] / chance[area, sex * 4 + group] / len(surveys)
    found = answers.groupby(["area", name], observed=False)["people"].sum()
    true = town.kinds.groupby(["area", name])["people"].sum()
    for key, people in true.items():
        assert found[key] == pytest.approx(people, rel=0.08, abs=25)


def test_groups_add_up_to_the_whole(town: simulate.Town, truth: dict) -> None:
    for year in YEARS:
        whole = simulate.truth(town, year).iloc[0]
        for by in (["sex"], ["area"], ["sex", "age_group"], ["area", "sex", "housing"]):
            parts = simulate.truth(town, year, by=by)
            assert np.average(parts["truth"], weights=parts["base"]) == pytest.approx(whole["truth"])
            assert parts["base"].sum() == pytest.approx(whole["base"])
        assert truth["indicators"][year]["unsafe_night"]["total"] == pytest.approx(whole["truth"], abs=1e-6)
    women, men = (truth["indicators"]["2016"]["unsafe_night"]["sex"][sex] for sex in ("woman", "man"))
    assert 1.7 < women / men < 2.3
    areas = truth["indicators"]["2016"]["unsafe_night"]["area"]
    assert max(areas, key=areas.get) == "centrum"


def test_a_numerator_of_ones_own(town: simulate.Town) -> None:
    all_parts = ["avoids_unsafe", "very_unsafe", "rather_unsafe", "rather_safe", "very_safe"]
    shares = [simulate.truth(town, 2016, numerator=[part])["truth"].iloc[0] for part in all_parts]
    assert sum(shares) == pytest.approx(1)
    assert sum(shares[:3]) == pytest.approx(simulate.truth(town, 2016)["truth"].iloc[0])


def test_response_is_uneven(surveys: list[simulate.Wave]) -> None:
    invited = pd.concat(wave.invited for wave in surveys).groupby(["sex", "age_group"])["n_invited"].sum()
    answered = pd.concat(wave.answers[["sex", "age_group"]] for wave in surveys).value_counts()
    rate = answered / invited
    assert 0.25 < rate["man", "16-24"] < 0.40 and 0.70 < rate["woman", "65-85"] < 0.85
    assert 430 < answered.sum() / len(surveys) < 470 and invited.sum() / len(surveys) == 760


@pytest.mark.slow
def test_weighted_intervals_cover_the_truth_and_unweighted_do_not(
    town: simulate.Town, surveys: list[simulate.Wave]
) -> None:
    """95 % intervals of 200 surveys: at least 92 % hold the truth when weighted, far fewer when not."""
    true = simulate.truth(town, 2016)["truth"].iloc[0]
    by_sex = simulate.truth(town, 2016, by=["sex"]).set_index("sex")["truth"]
    hits, bare, groups, errors = 0, 0, 0, []
    for wave in surveys:
        design = weighted(town, wave)
        row = estimate.proportion(design, "unsafe").iloc[0]
        hits += row["ci_low"] <= true <= row["ci_high"]
        errors.append(row["estimate"] - true)
        sexes = estimate.proportion(design, "unsafe", by="sex").set_index("sex")
        groups += sum(sexes.at[s, "ci_low"] <= by_sex[s] <= sexes.at[s, "ci_high"] for s in by_sex.index)
        values = unsafe(wave.answers["night_alone"], town.items["2016"]["night_alone"]).dropna()
        half = 1.96 * np.sqrt(values.mean() * (1 - values.mean()) / len(values))
        bare += abs(values.mean() - true) <= half
    assert hits >= 0.92 * len(surveys)
    assert groups >= 0.92 * 2 * len(surveys)
    assert bare <= 0.80 * len(surveys)
    assert abs(np.mean(errors)) < 0.006


def test_crime_follows_its_rates(town: simulate.Town, truth: dict) -> None:
    file = crimes(town)
    events = file.events
    for group, told in truth["crime"].items():
        own = events[events["group"] == group]
        expected = daily_rate(town, group).sum()
        assert poisson.ppf(1e-4, expected * 0.99) <= len(own) <= poisson.ppf(1 - 1e-4, expected)
        hours = own["moment"].dt.hour.value_counts().reindex(range(24), fill_value=0)
        merged = np.add.reduceat(hours.to_numpy(), range(0, 24, 6))
        shares = np.add.reduceat(hour_shares(group), range(0, 24, 6))
        assert chisquare(merged, shares * merged.sum()).pvalue > 1e-4
        assert told["periods"]["2017"]["expected"] == pytest.approx(
            daily_rate(town, group)["2016-04-01":"2017-03-31"].sum(), abs=0.001
        )
    bicycles = truth["crime"]["bicycle_theft"]["periods"]
    assert bicycles["2017"]["expected"] < 0.75 * bicycles["2016"]["expected"]


def test_staff_answers_are_a_part_of_what_staff_think(truth: dict) -> None:
    staff = sources.read_staff(Workspace.open(TOWN, "2017"))
    named = staff.mentions["problem"].value_counts()
    told = truth["staff"]["2017"]["naming"]
    assert all(named[problem] <= told.get(problem, 0) for problem in named.index)
    assert max(told, key=told.get) in ("p11", "p12")


# --- what the example is for ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def followup() -> Followup:
    return Followup(Workspace.open(TOWN, "2017"))


def test_baselines_are_the_weighted_estimates(followup: Followup) -> None:
    for result in followup.results:
        if result.goal.is_count:
            assert result.before.estimate == result.goal.baseline.count
        else:
            assert result.before.estimate == pytest.approx(result.goal.baseline.estimate, abs=0.0006)
            assert result.before.n == result.goal.baseline.n


def test_verdicts_agree_with_the_truth(followup: Followup, truth: dict) -> None:
    labels = {result.goal.id: result.label for result in followup.results}
    assert {"reached", "not_reached", "undecided"} <= set(labels.values())
    for result in followup.results:
        if result.goal.is_count:
            continue
        true, target = truth["goals"]["2017"][result.goal.id], result.goal.target_value
        beyond = true < target if result.goal.direction == "decrease" else true > target
        if result.label == "reached":
            assert beyond
        if result.label == "not_reached":
            assert not beyond
    assert labels["M1"] == "reached" and labels["M3"] == "not_reached" and labels["M2"] == "undecided"


def test_intervals_of_the_example_hold_the_truth(followup: Followup, truth: dict) -> None:
    """Of all problem items and waves, no more miss than chance makes likely."""
    missed, asked = 0, 0
    for year in YEARS:
        picture: Picture = followup.at(year)
        table = picture.survey_estimates
        whole = table[(table["group_by"] == "total") & ~table["suppressed"]].set_index("indicator")
        for name, told in truth["indicators"][year].items():
            if name in whole.index:
                asked += 1
                missed += not whole.at[name, "ci_low"] <= told["total"] <= whole.at[name, "ci_high"]
    assert asked > 70 and missed <= binom.ppf(0.999, asked, 0.05)


def test_the_problems_that_grew_stand_first(followup: Followup) -> None:
    table = followup.picture.survey_estimates
    shares = table[(table["group_by"] == "total") & table["indicator"].str.startswith("problem_")]
    first = shares.sort_values("estimate", ascending=False)["indicator"].head(5).tolist()
    assert {"problem_p11", "problem_p06", "problem_p20"} <= set(first)


# --- other towns --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory) -> Path:
    """A town of another name, code and areas, written whole."""
    folder = tmp_path_factory.mktemp("elsewhere") / "exempelby"
    made = simulate.write_town(
        folder, code="1715", seed=7, name="Exempelby", areas=["Ån", "Höjden", "Ängarna", "Byarna"]
    )
    assert municipality_name("1715") == "Kil" and made.name == "Exempelby"
    return folder


def test_any_municipality_can_be_written(elsewhere: Path) -> None:
    for year in YEARS:
        ws = Workspace.open(elsewhere, year)
        assert ws.settings.name == "Exempelby" and list(ws.area_labels.values())[1] == "Höjden"
        assert sources.read_population(ws)["n"].sum() == register("1715")["n"].sum()
        assert len(sources.read_survey(ws)) > 300
        assert sources.read_staff(ws).n_answered > 50
        incidents = sources.read_incidents(ws)
        placed = incidents.frame[incidents.frame["x"].notna()]
        assert placed["area"].notna().all() and placed["area"].nunique() == 4
    assert [goal.id for goal in Followup(Workspace.open(elsewhere, "2017")).goals]
    assert "Kristinehamn" not in (elsewhere / "workspace.yml").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_goals_of_any_municipality_can_be_measured(elsewhere: Path) -> None:
    followup = Followup(Workspace.open(elsewhere, "2017"))
    assert [item.goal for item in followup.results] == list(followup.goals)


@pytest.mark.parametrize(
    ("options", "says"), [({"code": "9999"}, "9999"), ({"code": "1715", "areas": ["En", "Två"]}, "4 names")]
)
def test_a_town_that_cannot_be_made(options: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        simulate.town(1, **options)


def test_every_crime_code_lies_in_its_group_while_it_was_in_use(town: simulate.Town) -> None:
    offences, file = load_offences(), crimes(town)
    pairs = pd.DataFrame({"code": file.rows["brottskod"], "group": file.events["group"]}).drop_duplicates()
    assert len(pairs) > 35
    assert [c for c, g in zip(pairs["code"], pairs["group"], strict=True) if offences.group_of(c) != g] == []
    by_code = file.events.groupby(file.rows["brottskod"].to_numpy())["moment"]
    assert by_code.max()["0406"] < pd.Timestamp("2017-01-01") <= by_code.min()["0455"]


def test_no_code_stands_in_two_groups() -> None:
    offences = load_offences()
    held = Counter(f"{n:04d}" for n in range(10_000) for item in offences if item.holds(f"{n:04d}"))
    assert max(held.values()) == 1 and held["0807"] == 1 and held["0301"] == 0
