"""Counts by area and kind: no small one can be worked out, and little more than the small ones goes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from trygghet.disclosure.counts import hide_counts

LIMIT = 5


def reports(seed: int, areas: int = 9, kinds: int = 6, n: int = 700) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    chances = np.outer(generator.dirichlet(np.ones(areas)), generator.dirichlet(np.ones(kinds))).ravel()
    table = generator.multinomial(n, chances).reshape(areas, kinds)
    return pd.DataFrame(table, index=[f"a{i}" for i in range(areas)], columns=[f"k{i}" for i in range(kinds)])


def concluded(counts: pd.DataFrame, hidden, area: str, kind: str) -> tuple[float, float]:
    """What a reader works out of one cell, by a linear program written here from the published table alone."""
    shape, equations, values = counts.shape, [], []

    def known(mask: np.ndarray, value: float) -> None:
        equations.append(mask.ravel().astype(float))
        values.append(value)

    for j, name in enumerate(counts.columns):
        mask = np.zeros(shape)
        mask[:, j] = 1
        known(mask, counts[name].sum())
    for i, name in enumerate(counts.index):
        if not hidden.areas[name]:
            mask = np.zeros(shape)
            mask[i] = 1
            known(mask, counts.loc[name].sum())
        for j, column in enumerate(counts.columns):
            if not hidden.cells.loc[name, column]:
                mask = np.zeros(shape)
                mask[i, j] = 1
                known(mask, counts.loc[name, column])
    wanted = np.zeros(shape)
    wanted[counts.index.get_loc(area), counts.columns.get_loc(kind)] = 1
    ends = [linprog(s * wanted.ravel(), A_eq=np.array(equations), b_eq=values, bounds=(0, None)).fun for s in (1, -1)]
    return ends[0], -ends[1]


@pytest.mark.parametrize("seed", range(6))
def test_no_small_count_can_be_worked_out(seed):
    counts = reports(seed)
    hidden = hide_counts(counts, threshold=LIMIT)
    small = (counts > 0) & (counts < LIMIT)
    assert small.any().any() and hidden.cells[small].eq(True).where(small).stack().all()
    for area, kind in small.stack()[lambda x: x].index:
        low, high = concluded(counts, hidden, area, kind)
        assert low <= 1e-6 and high >= min(LIMIT, counts[kind].sum()) - 1e-6


def test_a_single_small_area_takes_another_sum_with_it():
    counts = pd.DataFrame({"theft": [3, 60, 80, 9]}, index=list("abcd"))
    hidden = hide_counts(counts, threshold=LIMIT)
    assert hidden.areas["a"] and hidden.areas.sum() == 2


def test_nothing_small_hides_nothing():
    counts = pd.DataFrame({"theft": [30, 60], "fraud": [0, 12]}, index=list("ab"))
    hidden = hide_counts(counts, threshold=LIMIT)
    assert not hidden.cells.any().any() and not hidden.areas.any()


def test_reports_of_unknown_place_hide_a_small_area_alone():
    counts = pd.DataFrame({"theft": [3, 60, 80, 20]}, index=["a", "b", "c", ""])
    hidden = hide_counts(counts, threshold=LIMIT, apart=("",))
    assert hidden.areas.to_dict() == {"a": True, "b": False, "c": False, "": True}


def test_where_few_live_no_count_is_known_however_large():
    """The area with 90 reports is hidden, and so much besides that 0 to 91 stay possible; one with none is not."""
    counts = pd.DataFrame({"theft": [90, 60, 80, 0]}, index=list("abcd"))
    hidden = hide_counts(counts, threshold=LIMIT, thin=("a", "d"))
    assert hidden.areas["a"] and hidden.areas.sum() == 2 and not hidden.areas["d"]
    low, high = concluded(counts, hidden, "a", "theft")
    assert low == 0 and high >= 91
    assert not hide_counts(counts, threshold=LIMIT).areas.any()
