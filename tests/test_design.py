"""Designs: what R's conventions say, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from trygghet import estimate
from trygghet.design import SurveyDesign
from trygghet.errors import DesignError, WeightError

from .saying import said


def frame(**columns: object) -> pd.DataFrame:
    base = {"w": [1.0, 2.0, 3.0, 4.0], "s": ["a", "a", "b", "b"], "y": [0, 1, 1, 0], "N": [9, 9, 8, 8]}
    return pd.DataFrame(base | columns)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ([1.0, np.nan, 3, 4], "1 rows are missing or infinite"),
        ([1.0, -2, -3, 4], "2 are negative"),
        ([0.0, 0, 0, 0], "sum to zero"),
        ([1.0, np.inf, 1, 1], "missing or infinite"),
        (["a", "b", "c", "d"], "not numeric"),
    ],
)
def test_weights_that_cannot_be_used_are_refused(bad: list, message: str) -> None:
    with said(WeightError, message):
        SurveyDesign(frame(w=bad), weight="w")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weight": "v"}, "weight column 'v' is not in the data"),
        ({"strata": "t"}, "strata column 't' is not in the data"),
        ({"lonely_psu": "ignore"}, "lonely_psu must be one of"),
        ({"cluster": ["s", "s", "s"]}, "at most two stages"),
        ({"cluster": ["s", "y"], "fpc": "N"}, "fpc of both stages"),
        ({"fpc": "y"}, "positive numbers"),
        ({"fpc": "N"}, "differs within stratum"),
    ],
)
def test_impossible_designs_are_refused(options: dict, message: str) -> None:
    with said(DesignError, message):
        SurveyDesign(frame(), **options)


def test_strata_with_missing_labels_are_refused_with_their_number() -> None:
    with said(DesignError, "no label in 2 rows"):
        SurveyDesign(frame(s=["a", None, "b", np.nan]), strata="s")


def test_fpc_smaller_than_the_sample_or_mixed_is_refused() -> None:
    with said(DesignError, "2 sampled units but population 1"):
        SurveyDesign(frame(N=[1, 1, 8, 8]), strata="s", fpc="N")
    with said(DesignError, "mixes"):
        SurveyDesign(frame(N=[0.5, 0.5, 8, 8]), strata="s", fpc="N")


def test_weights_follow_from_the_population_sizes_when_there_is_no_weight_column() -> None:
    assert SurveyDesign(frame(), strata="s", fpc="N").weights.tolist() == [4.5, 4.5, 4.0, 4.0]
    fractions = SurveyDesign(frame(N=[0.2, 0.2, 0.25, 0.25]), strata="s", fpc="N")
    assert fractions.weights.tolist() == [5, 5, 4, 4]


def test_cluster_ids_count_within_strata_unless_told_otherwise() -> None:
    data = frame(c=[1, 2, 1, 2])
    assert SurveyDesign(data, strata="s", cluster="c").df == 2
    with said(DesignError, "2 ids in more than one stratum"):
        SurveyDesign(data, strata="s", cluster="c", nested=False)


def test_a_lonely_unit_is_an_error_that_names_its_stratum() -> None:
    design = SurveyDesign(frame(s=["a", "a", "b", "far"]), weight="w", strata="s")
    with said(DesignError, "b, far"):
        estimate.mean(design, "y")
    assert estimate.mean(SurveyDesign(design.frame, "w", "s", lonely_psu="certainty"), "y")["se"].iloc[0] > 0


def test_two_stages_reproduce_a_hand_calculation() -> None:
    """Two of 4 clusters, then 2 of 5 and 2 of 3 members: Cochran (1977), formula 11.24."""
    data = pd.DataFrame({"c": [1, 1, 2, 2], "m": [1, 2, 1, 2], "N": 4, "M": [5, 5, 3, 3], "y": [1.0, 3.0, 4.0, 8.0]})
    design = SurveyDesign(data, cluster=["c", "m"], fpc=["N", "M"])
    np.testing.assert_allclose(design.weights, [5, 5, 3, 3])
    table = estimate.total(design, "y")
    clusters = np.array([5 * 2.0, 3 * 6.0])
    first = 4**2 * (1 - 2 / 4) / 2 * clusters.var(ddof=1)
    second = 4 / 2 * (5**2 * (1 - 2 / 5) / 2 * 2.0 + 3**2 * (1 - 2 / 3) / 2 * 8.0)
    assert table["estimate"].iloc[0] == pytest.approx(4 / 2 * clusters.sum())
    assert table["se"].iloc[0] ** 2 == pytest.approx(first + second, rel=1e-12)


def test_a_design_is_never_changed_and_its_frame_neither() -> None:
    data = frame()
    before = data.copy()
    design = SurveyDesign(data, weight="w", strata="s")
    more = design.with_columns(z=design.frame["y"] * 2)
    part = more.subset(more.frame["s"] == "a")
    pd.testing.assert_frame_equal(data, before)
    assert "z" not in design.frame and part.weights.tolist() == [1, 2, 0, 0]
    assert design.weights.tolist() == [1, 2, 3, 4]
    with pytest.raises(AttributeError):
        design.weight = "y"  # type: ignore[misc]


def test_masks_and_columns_that_do_not_fit_are_refused() -> None:
    design = SurveyDesign(frame(), weight="w")
    with said(DesignError, "4 true or false"):
        design.subset([True, False])
    with said(DesignError, "missing in 1 row;"):
        design.subset(pd.Series([True, None, False, True]))
    with said(DesignError, "mask of a domain has another index"):
        design.subset(pd.Series([True, False, True, False], index=[3, 2, 1, 0]))
    nullable = pd.Series([True, False, True, False], dtype="boolean")
    assert design.subset(nullable).weights.tolist() == [1, 0, 3, 0]
    with said(DesignError, "column 'z' has another index"):
        design.with_columns(z=pd.Series([1, 2, 3, 4], index=[4, 5, 6, 7]))
    with said(DesignError, "3 values for 4 rows"):
        design.with_columns(z=[1, 2, 3])
