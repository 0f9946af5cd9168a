"""Primary rules: what is too small goes, in every column that could tell it."""

import numpy as np
import pandas as pd
import pytest

from trygghet.disclosure import MASKED, Rules, protect
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
