"""Primary rules: what is too small goes, in every column that could tell it."""

import numpy as np
import pandas as pd
import pytest

from trygghet.disclosure import MASKED, Rules, hide_dominated, protect
from trygghet.estimates import COLUMNS


def row(**values):
    base = dict.fromkeys(COLUMNS, np.nan) | {
        "indicator": "x", "source": "citizens", "evidence_class": "probability", "period": "", "area": "",
        "group_by": "sex", "group": "woman", "n": 100, "n_eff": 80.0, "estimate": 0.3, "se": 0.05,
        "ci_low": 0.2, "ci_high": 0.4, "deff": 1.2, "unit": "share", "flags": "", "suppressed": False,
    }  # fmt: skip
    return base | values


def table(*rows):
    return pd.DataFrame([row(**values) for values in rows])


def test_a_large_base_is_shown():
    result = protect(table({}))
    assert not result["suppressed"].iloc[0]
    assert result["estimate"].iloc[0] == 0.3


@pytest.mark.parametrize("small", [{"n": 29}, {"n_eff": 29.9}, {"n": 0, "n_eff": np.nan}])
def test_a_small_sample_base_hides_the_figure_but_not_the_base(small):
    result = protect(table(small)).iloc[0]
    assert result["suppressed"]
    assert result[list(MASKED)].isna().all()
    assert result["n"] == small.get("n", 100)
    assert result["flags"] == "small_base"


def test_staff_units_need_ten_and_are_not_unanimous():
    staff = {"evidence_class": "staff", "group_by": "unit"}
    result = protect(table(staff | {"n": 9}, staff | {"n": 12, "estimate": 1.0}, staff | {"n": 12, "estimate": 0.5}))
    assert result["suppressed"].tolist() == [True, True, False]
    assert result["flags"].tolist() == ["small_base", "unanimous", ""]


def test_small_counts_in_an_area_hide_their_base_too():
    counts = {"evidence_class": "register", "unit": "count", "group_by": "area", "n_eff": np.nan}
    result = protect(table(counts | {"n": 4, "estimate": 4.0}, counts | {"n": 0, "estimate": 0.0}, counts | {"n": 5}))
    assert result["suppressed"].tolist() == [True, False, False]
    assert result["n"].isna().tolist() == [True, False, False]


def test_limits_can_be_set():
    result = protect(table({"n": 45, "n_eff": 45.0}), Rules(survey_base=50))
    assert result["suppressed"].iloc[0]


def test_the_input_is_not_changed_and_twice_is_the_same_as_once():
    before = table({"n": 3}, {})
    copy = before.copy()
    once = protect(before)
    pd.testing.assert_frame_equal(before, copy)
    assert protect(once)["suppressed"].tolist() == once["suppressed"].tolist()


def test_an_open_survey_and_a_margin_among_staff_have_rules_of_their_own():
    assert protect(table({"n": 49, "n_eff": 49.0, "evidence_class": "open"}))["suppressed"].all()
    assert not protect(table({"n": 50, "n_eff": 50.0, "evidence_class": "open"}))["suppressed"].any()
    staff = table({"n": 20, "n_eff": 20.0, "evidence_class": "staff", "group_by": "unit", "estimate": 0.95})
    assert not protect(staff)["suppressed"].any()
    assert protect(staff, Rules(staff_margin=0.05))["flags"].tolist() == ["unanimous"]


def test_reports_and_contacts_have_limits_of_their_own():
    counted = {"n": 7, "estimate": 7.0, "group_by": "area", "evidence_class": "register"}
    assert protect(table(counted | {"unit": "count"}), Rules(incidents=8))["suppressed"].all()
    assert not protect(table(counted | {"unit": "mentions"}), Rules(incidents=8))["suppressed"].any()


def test_a_share_that_one_or_two_answers_decide_is_hidden():
    """Of a weight of 100 one answer has 40: too much where a third is the most, and with the next of 30 two have 70."""
    weights = np.array([40.0, 30.0, 10.0, 10.0, 10.0, *np.full(60, 1.0)])
    sex = ["man"] * 5 + ["woman"] * 60
    persons = pd.DataFrame({"sex": sex})
    answers = pd.DataFrame({"i": np.tile([1.0, 0.0], 33)[:65]})
    rows = pd.concat([table({"indicator": "i", "group_by": "sex", "group": g}) for g in ("man", "woman")])
    rows = rows.reset_index(drop=True).assign(flags="", suppressed=False)

    def hidden(**rules: float) -> list[str]:
        return hide_dominated(rows, persons, answers, weights, rules=Rules(**rules))["flags"].tolist()

    assert hidden() == ["", ""]
    assert hidden(largest_weight=1 / 3) == ["dominated", ""]
    assert hidden(two_largest_weights=0.69) == ["dominated", ""]
    assert hidden(largest_weight=0.4, two_largest_weights=0.7) == ["", ""]
