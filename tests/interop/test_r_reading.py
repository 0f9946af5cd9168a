"""R's design specifications, read: the very calls the oracles were computed with give R's weights and errors."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trygghet import estimate
from trygghet.errors import DesignError
from trygghet.interop import InteropError, from_r

from ..saying import said

ORACLES = Path(__file__).parents[1] / "oracles" / "survey"
_spec = importlib.util.spec_from_file_location("survey_cases_read", ORACLES / "cases.py")
cases = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(cases)

CALLS = {one["name"]: one["call"] for one in json.loads((ORACLES / "reference.json").read_text())["designs"]}
GIVEN = ("pop.awards", "waves", "ab", "ksample", "kpop", "kmarg", "rboot", "rbootmse", "dstratdist", "lonelyfpc")
OBJECTS = {
    "pop.awards": cases.awards_totals().rename_axis("awards").rename("Freq").reset_index(),
    "crossed": cases._crossed_types(),
}
WEIGHTED = sorted(p.stem.removeprefix("weights_") for p in ORACLES.glob("weights_d*.csv"))
PLAIN = ["dsrs", "fpcno", "fpcN", "fpcf"]
REPEATED = ["rstrat", "rclus1", "rclus1_rake", "rclus1_lin"]
GROUPS = pd.DataFrame({"sex": ["woman", "man", "woman", "man"], "w": [2.0, 1.0, 2.0, 1.0], "y": [1.0, 0.0, 0.0, 1.0]})


def script(name: str) -> str:
    """A call of the oracles and those it builds on, in their order."""
    needed = {name}
    for one in reversed(list(CALLS)):
        if one in needed:
            needed |= {other for other in CALLS if re.search(rf"(?<![\w.]){re.escape(other)}(?![\w.])", CALLS[one])}
    lines = [f"{one} <- {call}" for one, call in CALLS.items() if one in needed and one not in GIVEN]
    return "\n".join(lines).replace("xtabs(~stype+sch.wide, apipop)", "crossed")


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    names = ("apisrs", "apistrat", "apiclus1", "fpc", "waves")
    return {name: pd.read_csv(ORACLES / f"{name}.csv", dtype={"cds": str}) for name in names}


@pytest.mark.parametrize("name", WEIGHTED)
def test_the_oracles_own_calls_give_their_weights(frames, name):
    design = from_r(script(name), frames, name=name, objects=OBJECTS)
    np.testing.assert_allclose(design.weights, pd.read_csv(ORACLES / f"weights_{name}.csv")["w"], rtol=1e-9)


@pytest.mark.parametrize("name", [one for one in (*WEIGHTED, *REPEATED, *PLAIN) if f"mean.{one}" in cases.CASES])
def test_and_their_means_and_standard_errors(frames, name):
    expected = cases.CASES[f"mean.{name}"]["value"]
    variables = ["x"] if name.startswith("fpc") else ["api00", "ell", "meals"]
    table = estimate.mean(from_r(script(name), frames, name=name, objects=OBJECTS), variables)
    np.testing.assert_allclose(table["estimate"], np.atleast_1d(expected["est"]), rtol=1e-9)
    np.testing.assert_allclose(table["se"], np.atleast_1d(expected["se"]), rtol=1e-8)


def test_srvyr_names_its_columns_bare_and_in_pipes(frames):
    survey = from_r("svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat, fpc = ~fpc)", frames)
    for text in (
        "library(srvyr)\nd <- apistrat %>% as_survey_design(strata = stype, weights = pw, fpc = fpc)",
        "d <- apistrat |>\n  srvyr::as_survey(1, strata = 'stype', fpc = fpc, weights = c(pw))  # a comment",
    ):
        design = from_r(text, frames)
        pd.testing.assert_frame_equal(estimate.mean(design, "api00"), estimate.mean(survey, "api00"))


def test_options_at_the_end_hold_for_every_design(frames):
    text = f'lonely <- {CALLS["lonely"]}\noptions(survey.lonely.psu = "adjust")\nsvymean(~api00, lonely)'
    expected = cases.CASES["lonely.adjust.lonely"]["value"]
    table = estimate.mean(from_r(text, frames), "api00")
    np.testing.assert_allclose(table["se"], np.atleast_1d(expected["se"])[:1], rtol=1e-9)


def test_chances_of_selection_and_arithmetic_become_weights():
    frame = GROUPS.assign(p=1 / GROUPS["w"])
    for weights in ("probs = ~p", "weights = ~I(1 / p)"):
        np.testing.assert_allclose(from_r(f"svydesign(ids = ~1, {weights}, data = x)", frame).weights, GROUPS["w"])


def test_categories_not_named_have_what_is_left_of_the_population():
    text = "d <- calibrate(svydesign(~1, weights = ~w, data = x), ~sex, c(`(Intercept)` = 10, sexwoman = 7))"
    design = from_r(text, GROUPS)
    assert pd.Series(design.weights).groupby(GROUPS["sex"]).sum().to_dict() == pytest.approx({"man": 3, "woman": 7})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("d <- svydesign(ids = ~1, weights = ~w, data = x, pps = 'brewer')", "line 1: svydesign: pps"),
        ("\n\nd <- svydesign(ids = ~1, weights = ~nothing, data = x)", "line 3: the data have no column 'nothing'"),
        ("d <- svydesign(ids = ~1, data = subset(x, y > 0))", "prepare the data first"),
        ("x <- mutate(x, z = 1)", "mutate"),
        ("d <- svydesign(ids = ~1, data = x)\ne <- svydesign(ids = ~1, data = other)", "'other' were not given"),
        ("d <- svydesign(ids = ~1, weights = ~w * 2, data = x)", "make a column of it first"),
        ("d <- postStratify(svydesign(~1, weights = ~w, data = x), ~sex, pop)", "pop is not understood"),
        ("d <- calibrate(svydesign(~1, weights = ~w, data = x), ~sex, c(`(Intercept)` = 9))", "no total of sex"),
        ("d <- calibrate(svydesign(~1, weights = ~w, data = x), ~y, c(9, 2))", "totals need names"),
        ("d <- rake(svydesign(~1, weights = ~w, data = x), list(~sex), list())", "1 margins but 0 tables"),
        ("svydesign(ids = ~1, wieghts = ~w, data = x)", "the argument wieghts"),
        ("y ~ x", "formula with a left side"),
        ("d <- svydesign(ids = ~1, data = x", "the end of the text"),
        ("svymean(~y, d)", "makes no design"),
        ("f(" * 200, "brackets within each other"),
        ("-" * 20_000, "too deeply nested"),
        ("for (i in 1:3) d", "line 1"),
        ("system('rm -rf /')", "system('rm -rf /') is not understood"),
    ],
)
def test_what_is_not_understood_is_told_by_line_and_never_guessed(text, message):
    with said(InteropError, re.escape(message)):
        from_r(text, GROUPS)


def test_units_in_two_strata_are_an_error_as_in_r_unless_nested():
    frame = pd.DataFrame({"u": [1, 2, 1, 2], "s": list("aabb"), "w": 1.0})
    call = "svydesign(ids = ~u, strata = ~s, weights = ~w, data = x{})"
    with said(InteropError, "nest = TRUE"):
        from_r(call.format(""), frame)
    assert from_r(call.format(", nest = TRUE"), frame).stages[0].units == 4


def test_the_engines_own_errors_come_through():
    with said(DesignError, "fpc"):
        from_r("svydesign(ids = ~1, fpc = ~y, data = x)", GROUPS)
