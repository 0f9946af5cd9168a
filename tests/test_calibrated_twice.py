"""Two calibrations in a row beside R's survey (oracles/survey/make_twice.R): the newest step is taken out first."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from trygghet import SurveyDesign, calibrate, estimate, replicate

HERE = Path(__file__).parent / "oracles" / "survey"
REFERENCE = pd.read_csv(HERE / "reference_twice.csv")
NAMES, FIGURES, CASE = (
    ["api00", "enroll", "api99"],
    ["total", "se_total", "mean", "se_mean"],
    ["design", "first", "second", "calfun"],
)
CASES = list(REFERENCE[CASE].drop_duplicates().itertuples(index=False))
LINEAR = [case for case in CASES if case.calfun == "linear"]
TYPES = pd.Series({"E": 4421, "H": 755, "M": 1018})


def drawn(name: str) -> SurveyDesign:
    if name == "dstrat":
        return SurveyDesign(pd.read_csv(HERE / "apistrat.csv"), weight="pw", strata="stype", fpc="fpc")
    return SurveyDesign(pd.read_csv(HERE / "apiclus1.csv"), weight="pw", cluster="dnum", fpc="fpc")


def twice(case) -> SurveyDesign:
    design = drawn(case.design)
    for step in (case.first, case.second):
        totals = (
            {"categorical": {"stype": TYPES}} if step == "stype" else {"numeric": {"api99": 3914069}, "total": 6194}
        )
        design = calibrate(design, **totals, distance=case.calfun)
    return design


def in_r(case, how: str) -> pd.DataFrame:
    rows = REFERENCE[(REFERENCE[CASE] == list(case)).all(axis=1) & (REFERENCE["how"] == how)]
    return rows.set_index("variable").loc[NAMES, FIGURES]


def said(design: SurveyDesign) -> pd.DataFrame:
    tables = {"total": estimate.total(design, NAMES), "mean": estimate.mean(design, NAMES)}
    found = {name: table.set_index("indicator")["estimate"] for name, table in tables.items()}
    found |= {f"se_{name}": table.set_index("indicator")["se"] for name, table in tables.items()}
    return pd.DataFrame(found).loc[NAMES, FIGURES]


def near(found: pd.DataFrame, wanted: pd.DataFrame, rel: float) -> bool:
    """Equal, or both nothing beside the estimate: an SE that is 0 in theory."""
    rest = 1e-9 * wanted[["total", "total", "mean", "mean"]].abs().to_numpy()
    return bool(((found - wanted).abs() <= rel * wanted.abs() + rest).all(axis=None))


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_the_steps_are_taken_out_newest_first(case):
    """R's own projections, turned round to that order, give the same."""
    assert near(said(twice(case)), in_r(case, "newest_first"), 1e-8 if case.calfun == "raking" else 1e-9)


@pytest.mark.parametrize("case", LINEAR, ids="-".join)
def test_replicates_that_are_calibrated_twice_are_those_of_r(case):
    assert near(said(replicate.jackknife(twice(case))), in_r(case, "jackknife"), 1e-9)


@pytest.mark.parametrize(("design", "se"), [("dstrat", 452.1806), ("dclus1", 31974.2054)])
def test_what_the_last_step_fixes_has_no_error_though_r_gives_it_one(design, se):
    """The total of api99 is 3,914,069 whatever the sample; R takes the oldest step out first, and leaves it this SE."""
    case = next(case for case in LINEAR if case.design == design and case.second == "api99")
    assert in_r(case, "r").loc["api99", "se_total"] == pytest.approx(se, abs=1e-4)
    for one in (in_r(case, "jackknife"), said(twice(case)), said(replicate.jackknife(twice(case)))):
        assert one.loc["api99", "total"] == pytest.approx(3914069, rel=1e-9)
        assert one.loc["api99", "se_total"] == pytest.approx(0, abs=1e-3)
