"""Designs written for R: read back the same, and in R itself (where it is) the same weights and standard errors."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trygghet import estimate, replicate, weights
from trygghet.design import SurveyDesign
from trygghet.interop import InteropError, from_r, to_r, write_r
from trygghet.messages import Words

from ..saying import said

ORACLES = Path(__file__).parents[1] / "oracles" / "survey"
_spec = importlib.util.spec_from_file_location("survey_cases_written", ORACLES / "cases.py")
cases = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(cases)

REFERENCE = [name for name in cases._BUILD if not name.startswith(("dwaves", "k_", "rboot"))]
BOTH = {"stype": cases.TYPES, "sch_wide": cases.SCHOOL}
OWN = {
    "regression_rake": lambda: weights.rake(stratified(), BOTH),
    "unknown": lambda: weights.rake(with_unknown(), {"stype": cases.TYPES}, unknown="share"),
    "twice": lambda: weights.rake(
        weights.post_stratify(stratified(), "stype", cases.TYPES), {"sch_wide": cases.SCHOOL}
    ),
    "trimmed": lambda: weights.trim(weights.rake(stratified(), BOTH), upper=45, recalibrate=True),
    "domain": lambda: made("regression_rake").subset(stratified().frame["stype"] == "E"),
    "repeated": lambda: weights.rake(replicate.jackknife(stratified()), BOTH),
    "crossed": lambda: weights.calibrate(
        cases.design("dclus1"), categorical={("stype", "sch_wide"): cases._crossed_types()}
    ),
    "numbers": lambda: weights.calibrate(stratified(), numeric={"api99": 3914069}, total=6194),
    "two_stages": lambda: SurveyDesign(cases.read("apiclus1"), weight="pw", cluster=["dnum", "snum"]),
    "codes": lambda: weights.rake(coded(), {"kod": pd.Series({"01": 2000.0, "02": 4194.0}), "svår å": cases.TYPES}),
}


def stratified() -> SurveyDesign:
    return cases.design("dstrat")


def with_unknown() -> SurveyDesign:
    frame = cases.read("apistrat")
    return SurveyDesign(frame.assign(stype=frame["stype"].where(frame.index % 7 > 0)), weight="pw")


def coded() -> SurveyDesign:
    """Codes that a csv reader takes for numbers, and a name that R has to quote."""
    frame = cases.read("apistrat")
    codes = np.where(frame.index % 3 > 0, "02", "01")
    return SurveyDesign(frame.assign(kod=codes, **{"svår å": frame["stype"]}), weight="pw")


@cache
def made(name: str) -> SurveyDesign:
    return OWN[name]() if name in OWN else cases.design(name)


def variable(design: SurveyDesign) -> str:
    return "api00" if "api00" in design.frame else "x"


def figures(design: SurveyDesign) -> list[float]:
    table = estimate.mean(design, variable(design))
    return [table["estimate"].iloc[0], table["se"].iloc[0], design.weights.sum()]


@pytest.mark.parametrize("name", [*REFERENCE, *OWN])
def test_what_is_written_is_read_back_as_the_same_design(name, tmp_path):
    script, data = write_r(made(name), tmp_path / "design.R")
    frame = pd.read_csv(data, keep_default_na=False, na_values=[""], dtype={"cds": str, "kod": str})
    back = from_r(script.read_text(encoding="utf-8"), frame)
    np.testing.assert_allclose(back.weights, made(name).weights, rtol=1e-10)
    np.testing.assert_allclose(figures(back), figures(made(name)), rtol=1e-9)


@pytest.mark.slow
def test_r_itself_gives_the_same_means_standard_errors_and_weights(tmp_path):
    rscript = shutil.which("Rscript")
    if (
        rscript is None
        or subprocess.run([rscript, "-e", "library(survey)"], capture_output=True, check=False).returncode
    ):
        pytest.skip("R with the survey package is not installed")
    names = [*REFERENCE, *OWN]
    lines = []
    for number, name in enumerate(names):
        write_r(made(name), tmp_path / f"{number}.R", words=Words("en"))
        inner = f"svymean(~{variable(made(name))}, design, na.rm = TRUE)"
        lines.append(f'local({{ source("{number}.R", local = TRUE, encoding = "UTF-8"); m <- {inner}')
        lines.append(
            'cat("figures", format(c(coef(m), SE(m), sum(weights(design, "sampling"))), digits = 17), "\\n") })'
        )
    (tmp_path / "all.R").write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run([rscript, "all.R"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = np.array([line.split()[1:] for line in done.stdout.splitlines() if line.startswith("figures")], dtype=float)
    expected = np.array([figures(made(name)) for name in names])
    np.testing.assert_allclose(found[:, [0, 2]], expected[:, [0, 2]], rtol=1e-8)
    np.testing.assert_allclose(found[:, 1], expected[:, 1], rtol=1e-8)


def test_the_script_is_a_person_s_to_read():
    text = to_r(made("regression_rake"), data="svar.csv", words=Words("en")).splitlines()
    assert text[0].startswith("# Written by trygghet")
    assert "design <- svydesign(ids = ~1, strata = ~stype, fpc = ~fpc, weights = ~pw, data = answers)" in text
    assert text[-1] == (
        'design <- calibrate(design, ~stype + sch_wide, totals_1, calfun = "raking", maxit = 500, epsilon = 1e-12)'
    )


def test_a_design_weighted_within_a_domain_is_refused():
    whole = stratified()
    part = weights.post_stratify(
        whole.subset(whole.frame["stype"] == "E"), "sch_wide", pd.Series({"No": 10, "Yes": 90})
    )
    with said(InteropError, "within a domain"):
        to_r(part)


def test_a_label_cannot_leave_its_quotes():
    evil = 'x"); system("calc'
    frame = pd.DataFrame({"g": [evil, "b"], "w": 1.0})
    design = weights.post_stratify(SurveyDesign(frame, weight="w"), "g", pd.Series({evil: 3.0, "b": 1.0}))
    text = to_r(design)
    assert 'system("' not in text.replace('\\"', "") and from_r(text, frame).weights.tolist() == [3.0, 1.0]
