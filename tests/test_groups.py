"""Every group against all others: R's numbers, hand calculations, what is hidden, and how often chance is believed."""

import dataclasses
import json
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import trygghet as tg
from trygghet import backgrounds, estimate, groups
from trygghet.backgrounds import Standard
from trygghet.evaluation import adjust
from trygghet.indicators import Break
from trygghet.rest import against_rest, compositions

from .example_data import TOWN, opened

HERE = Path(__file__).parent
ORACLE = json.loads((HERE / "oracles" / "groups" / "standardise.json").read_text())
LIMITS = groups.Limits(answers=30, effective=30.0, count=5)


@pytest.fixture(scope="module")
def town():
    return opened("kristinehamn", "2017")


@pytest.fixture(scope="module")
def gss():
    return opened("gss", "2018")


def person_frame(n: int = 2000, seed: int = 1) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "sex": random.choice(["man", "woman"], n),
            "age": random.choice(["young", "middle", "old"], n),
            "w": random.uniform(0.5, 2, n),
            "home": random.choice(["flat", "house"], n),
        }
    )


STANDARD = Standard(
    ("sex", "age"),
    {(s, a): n for s in ("man", "woman") for a, n in (("young", 2.0), ("middle", 3.0), ("old", 5.0))},
    ("young", "middle", "old"),
)


@pytest.mark.parametrize(("file", "design"), [("apistrat", {"strata": "stype"}), ("apiclus1", {"cluster": "dnum"})])
def test_standardised_means_and_their_difference_equal_those_of_r(file, design):
    frame = pd.read_csv(HERE / "oracles" / "survey" / f"{file}.csv")
    d, want = tg.SurveyDesign(frame, weight="pw", fpc="fpc", **design), ORACLE[file]
    population = pd.Series(dict(zip("EHM", want["population"], strict=True)))
    raw = estimate.mean(d, "api00", by="comp.imp")
    alike = estimate.standardised(d, "api00", ["stype"], population, by="comp.imp")
    for table, kind in ((raw, "raw"), (alike, "standardised")):
        np.testing.assert_allclose(table["estimate"], want[kind], rtol=1e-9)
        np.testing.assert_allclose(table["se"], want[f"{kind}_se"], rtol=1e-9)
    for table, kind in ((raw, "raw_difference"), (alike, "difference")):
        gap = estimate.contrast(table, [-1, 1])
        np.testing.assert_allclose(gap[["estimate", "se"]], [[*want[kind], *want[f"{kind}_se"]]], rtol=1e-9)


def test_benjamini_hochberg_equals_r():
    np.testing.assert_allclose(adjust(ORACLE["p"], "bh"), ORACLE["bh"], rtol=1e-12)


def test_standardised_share_by_hand():
    frame = person_frame().assign(y=lambda f: (f["age"] == "old") & (f["home"] == "flat") | (f["sex"] == "woman"))
    d = tg.SurveyDesign(frame.assign(y=frame["y"].astype(float)), weight="w")
    member = np.where(frame["home"] == "flat", "in", "out")
    row = against_rest(d, member, ["y"], compositions(frame, STANDARD)).iloc[0]
    # everybody in a cell answers alike: women 1, old men in flats 1, all other men 0; half of the standard are women
    assert row["standardised"] == pytest.approx(0.5 + 0.5 * 0.5)
    assert row["standardised_difference"] == pytest.approx(0.25)
    assert row["over"] == "sex_age"
    share = np.average(frame["y"][frame["home"] == "flat"], weights=frame["w"][frame["home"] == "flat"])
    assert row["estimate"] == pytest.approx(share)


def test_the_difference_has_the_covariance_of_the_two_groups_of_one_sample():
    frame = person_frame(600).assign(y=lambda f: np.random.default_rng(2).binomial(1, 0.4, len(f)).astype(float))
    d = tg.SurveyDesign(frame, weight="w")
    row = against_rest(d, np.where(frame["home"] == "flat", "in", "out"), ["y"]).iloc[0]
    told = estimate.t_test(d, "y", "home")
    assert row["difference"] == pytest.approx(-told.estimate)
    half = (row["difference_high"] - row["difference_low"]) / 2
    assert half == pytest.approx((told.ci_high - told.ci_low) / 2, rel=0.01)
    assert row["p"] == pytest.approx(told.p, abs=0.01)


def test_a_small_group_is_standardised_more_coarsely_and_a_tiny_one_not_at_all():
    frame = person_frame(400).assign(y=lambda f: np.random.default_rng(3).binomial(1, 0.4, len(f)).astype(float))
    d, over = tg.SurveyDesign(frame, weight="w"), []
    for size in (200, 24, 4):
        member = np.where(np.arange(400) < size, "in", "out")
        over.append(against_rest(d, member, ["y"], compositions(frame, STANDARD))["over"].iloc[0])
    assert over[0] == "sex_age" and over[1] not in ("", "sex_age") and over[2] == ""
    assert compositions(frame, STANDARD, skip=["sex", "age"]) == []
    assert [c.over for c in compositions(frame, STANDARD, skip=["sex"])] == ["age", "age_coarse"]


def test_a_share_of_nought_is_not_taken_for_certain():
    y = np.r_[np.zeros(40), np.tile([1.0] + [0.0] * 24, 20)]
    frame = pd.DataFrame({"y": y, "w": 1.0})
    row = against_rest(tg.SurveyDesign(frame, weight="w"), np.where(np.arange(540) < 40, "in", "out"), ["y"]).iloc[0]
    # 0 of 40 against 20 of 500: Fisher's exact test gives p = 0.39
    assert row["p"] > 0.1


def made(rows: list[tuple]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["group_by", "group", "n", "n_eff", "n_rest", "n_eff_rest"])
    table["indicator"] = "y"
    return (
        table.reindex(columns=[*table.columns, *(c for c in groups.HIDDEN if c not in table)])
        .fillna(0.5)
        .assign(over="")
    )


def test_bases_under_the_limits_hide_the_group_and_its_complement():
    rows = [("a", "x", 29, 29, 300, 250), ("a", "y", 300, 250, 29, 29), ("b", "x", 40, 28, 300, 250)]
    rows += [("c", "x", 3, 3, 300, 250), ("d", "x", 0, 0, 300, 250), ("e", "x", 30, 30, 300, 250)]
    table = groups.masked(made(rows), LIMITS)
    assert table["reason"].tolist() == ["few", "complement", "effective", "few", "nobody", ""]
    assert table["suppressed"].tolist() == [True] * 5 + [False]
    assert table.loc[table["suppressed"], list(groups.HIDDEN)].isna().all(axis=None)
    assert table.loc[5, "estimate"] == 0.5
    assert table["n"].isna().tolist() == [False, True, False, True, False, False]


def test_two_halves_of_a_whole_are_one_comparison_and_all_count_in_the_adjustment():
    table = made([("s", "x", *[100] * 4), ("s", "y", *[100] * 4), *[("t", str(i), *[100] * 4) for i in range(3)]])
    table = table.assign(p=[0.01, 0.012, 0.02, 0.5, 0.9], standardised_p=[0.2, 0.2, np.nan, np.nan, np.nan])
    got = groups.judged(groups.masked(table, LIMITS))
    assert got.attrs["comparisons"] == 5
    np.testing.assert_allclose(got["p_adjusted"][[0, 2, 3, 4]], adjust([0.012, 0.02, 0.5, 0.9, 0.2], "bh")[:4])
    assert got["p_adjusted"][0] == got["p_adjusted"][1]


def test_composition_is_told_when_it_turns_hides_or_makes_a_difference():
    table = made([("t", str(i), *[100] * 4) for i in range(4)]).assign(
        p=[0.001, 0.001, 0.6, 0.001],
        difference=[0.2, 0.2, 0.05, 0.2],
        standardised_p=[0.3, 0.3, 0.001, 0.002],
        standardised_difference=[-0.05, 0.05, 0.2, 0.19],
    )
    got = groups.judged(groups.masked(table, LIMITS))
    assert got["composition"].tolist() == ["reversed", "faded", "uncovered", ""]
    assert got["clear"].tolist() == ["worse", "worse", "", "worse"]
    assert groups.judged(groups.masked(table, LIMITS), {"y": -1})["clear"].tolist() == [
        "better",
        "better",
        "",
        "better",
    ]


def test_chance_alone_is_called_clear_as_often_as_is_said():
    small = false = tests = 0
    for seed in range(15):
        random = np.random.default_rng(seed)
        frame = pd.DataFrame({"y": random.binomial(1, 0.3, 450).astype(float), "w": random.uniform(0.5, 1.5, 450)})
        named = pd.DataFrame({f"g{k}": random.integers(0, k, 450).astype(str) for k in (2, 3, 5)})
        lists = {name: sorted(named[name].unique()) for name in named}
        table = groups.masked(groups.compared(tg.SurveyDesign(frame, weight="w"), named, lists, ["y"]), LIMITS)
        table = groups.judged(table)
        small, tests = small + int((table["p"] < 0.05).sum()), tests + len(table)
        false += bool((table["clear"] != "").any())
    assert 0.01 < small / tests < 0.10
    assert false <= 3  # of 15; 0.75 expected, and more than three with a chance of 1 in 100


def test_women_are_more_afraid_than_men_in_the_gss(gss):
    table = groups.screen_of(gss).set_index(["group_by", "group"])
    woman, man = table.loc[("sex", "woman")], table.loc[("sex", "man")]
    assert woman["clear"] == "worse" and man["clear"] == "better"
    assert woman["estimate"] - man["estimate"] == pytest.approx(woman["difference"])
    frame = gss.with_indicators(["fear_walking_night"]).frame
    known = frame[frame["fear_walking_night"].notna()]
    for sex, row in (("woman", woman), ("man", man)):
        mine = known[known["sex"] == sex]
        assert row["estimate"] == pytest.approx(np.average(mine["fear_walking_night"], weights=mine["weight"]))
        assert row["n"] == len(mine)
    assert {"race", "degree", "place_size", "area"} <= set(table.index.get_level_values(0))


def test_nothing_is_told_below_the_base_and_pooled_groups_stand_with_both_years(town):
    table = groups.screen_of(town)
    shown = table[~table["suppressed"]]
    assert (shown["n"] >= 30).all() and (shown["n_eff"] >= 30).all() and (shown["n_rest"] >= 30).all()
    assert table.loc[table["suppressed"], list(groups.HIDDEN)].isna().all(axis=None)
    assert table["n"].dropna().map(lambda n: n == 0 or n >= 5).all()
    pooled = shown[shown["waves"] != "2017"]
    assert "16-24" in set(pooled["group"]) and set(pooled["waves"]) == {"2016\N{EN DASH}2017"}
    row = pooled.set_index("group").loc["16-24"]
    waves = [p.with_indicators(["unsafe_night"]).frame for p in (town.previous, town)]
    young = [f[(f["age_group"] == "16-24") & f["unsafe_night"].notna()] for f in waves]
    assert [len(f) >= 5 for f in young] == [True, True] and row["n"] == sum(map(len, young))
    both = np.concatenate([f["unsafe_night"] for f in young])
    weights = np.concatenate([p.design.weights[f.index] for p, f in zip((town.previous, town), young, strict=True)])
    assert row["estimate"] == pytest.approx(np.average(both, weights=weights))
    alone = groups.screen(town, pooled=0)
    assert (alone["waves"] == "2017").all() and alone["suppressed"].sum() > table["suppressed"].sum()


def test_a_higher_minimum_hides_more_and_never_shows_other_figures(town):
    strict = groups.screen(town, minimum=60, pooled=0)
    loose = groups.screen(town, pooled=0)
    assert strict["suppressed"].sum() > loose["suppressed"].sum()
    both = ~strict["suppressed"]
    pd.testing.assert_series_equal(strict.loc[both, "estimate"], loose.loc[both, "estimate"])


def test_waves_are_never_put_together_across_a_break(town):
    item, before = town.headline, town.previous
    assert backgrounds.same_question(town, before, item)
    cut = item.model_copy(update={"breaks": [Break.model_validate({"from": date(2017, 1, 1), "why": {"sv": "x"}})]})
    earlier = item.model_copy(update={"breaks": [Break.model_validate({"from": date(2012, 1, 1), "why": {"sv": "x"}})]})
    assert not backgrounds.same_question(town, before, cut)
    assert backgrounds.same_question(town, before, earlier)
    assert not backgrounds.same_question(town, before, item.model_copy(update={"numerator": ["very_unsafe"]}))
    assert not backgrounds.same_question(town, before, item.model_copy(update={"valid_from": date(2017, 1, 1)}))


def test_the_standard_is_the_register_where_answers_are_raked(town):
    people = town.population[town.population["age"].between(16, 85)]
    assert sum(backgrounds.standard(town).shares.values()) == people["n"].sum()
    women = people[(people["sex"] == "woman") & people["age"].between(16, 24)]["n"].sum()
    assert backgrounds.standard(town).shares["woman", "16-24"] == women


def test_a_codebook_without_marks_gives_the_groups_of_the_workspace(town):
    plain = {n: v.model_copy(update={"role": None}) for n, v in town.survey.codebook.variables.items()}
    book = town.survey.codebook.model_copy(update={"variables": plain})
    other = tg.Picture(town.ws)
    vars(other)["survey"] = dataclasses.replace(town.survey, codebook=book)
    assert backgrounds.variables(other) == ["sex", "age_group", "area"]
    assert backgrounds.variables(town) == ["sex", "age_group", "area", "housing", "birth_country", "disability"]


def test_deso_codes_tell_town_from_countryside(tmp_path, town):
    shutil.copytree(TOWN, tmp_path / "kristinehamn")
    folder = tmp_path / "kristinehamn"
    letters = {area: "C" if i < 4 else "B" if i < 6 else "A" for i, area in enumerate(town.ws.area_labels)}
    codes = {area: f"1781{letters[area]}{1010 + i}" for i, area in enumerate(letters)}
    rows = [f"{code};{area}" for area, code in codes.items()]
    (folder / "deso.csv").write_text("deso;delomrade\n" + "\n".join(rows) + "\n", encoding="utf-8")
    book = (folder / "codebook.yml").read_text("utf-8")
    (folder / "codebook.yml").write_text(
        book.replace("    column: delomrade\n", "    column: delomrade\n    kind: area\n    crosswalk: deso.csv\n"),
        "utf-8",
    )
    raw = {known: codes[area] for area, label in town.ws.area_labels.items() for known in (area, label)}
    for path in (folder / year / name for year in ("2016", "2017") for name in ("trygghetsenkat.csv", "urval.csv")):
        coding = "utf-8-sig" if path.read_bytes().startswith(b"\xef\xbb\xbf") else "cp1252"
        table = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False, encoding=coding)
        column = next(c for c in table if table[c].isin(list(raw)).all())
        table.assign(**{column: table[column].map(raw)}).to_csv(path, sep=";", index=False, encoding=coding)
    picture = tg.Picture(tg.Workspace.open(folder, "2017"))
    assert ("settlement",) in backgrounds.groupings(picture)
    kinds = backgrounds.columns(picture)["settlement"]
    words = {"C": "main_town", "B": "other_town", "A": "countryside"}
    want = picture.survey.answers["area"].astype(str).map(letters).map(words)
    assert (kinds == want).all()
    table = groups.screen_of(picture).set_index("group")
    assert table.loc["countryside", "n"] + table.loc["other_town", "n"] + table.loc["main_town", "n"] == 400


def test_an_open_survey_is_not_compared(town):
    source = town.ws.settings.sources["citizens"].model_copy(update={"evidence_class": "open"})
    sources = {**town.ws.settings.sources, "citizens": source}
    ws = dataclasses.replace(town.ws, settings=town.ws.settings.model_copy(update={"sources": sources}))
    assert groups.screen(tg.Picture(ws)).empty


def test_unknown_names_a_crossed_group_only_where_its_parts_are_known(town):
    told = set(map(tuple, groups.unknown(town)[["group_by", "group"]].to_numpy()))
    assert ("sex", "other") in told and not any(g.startswith("other:") for _, g in told)
    assert groups.missing_backgrounds(town) == []
    assert set(groups.missing_backgrounds(opened("gss", "2016"))) == {"birth_country", "disability", "housing"}
