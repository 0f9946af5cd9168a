"""The week of crime as a picture: which bins stand out, how stable they are, and where half of it happens."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from trygghet.timing import Bins, TimingError, aoristic

STABLE_WEIGHT = 5.0


def time_heatmap(
    start: ArrayLike | pd.Series,
    end: ArrayLike | pd.Series,
    *,
    reference: tuple[ArrayLike, ArrayLike] | None = None,
    bins: Bins | None = None,
    **rules: Any,
) -> pd.DataFrame:
    """Aoristic weights with what would be expected, and whether a bin can be trusted.

    Parameters
    ----------
    start, end : as in `trygghet.timing.aoristic`.
    reference : start and end of other crimes whose week is the expected one; an even week when None.
    bins : None takes hours of the week when they hold 5 crimes on average, else blocks of four hours.
    **rules : of `trygghet.timing.Rules`.

    Returns
    -------
    DataFrame of `aoristic` with expected (crimes), ratio (weight/expected, NaN without expectation) and
    stable (weight at least 5); ``attrs`` also holds bins and coarsened.
    """
    chosen: Bins = bins or "hour_of_week"
    table = aoristic(start, end, bins=chosen, **rules)
    coarsened = bins is None and table["weight"].mean() < STABLE_WEIGHT
    if coarsened:
        chosen = "block4h"
        table = aoristic(start, end, bins=chosen, **rules)
    total = table["weight"].sum()
    if reference is None:
        share = np.full(len(table), 1 / len(table))
    else:
        other = aoristic(*reference, bins=chosen, **rules)["weight"].to_numpy()
        if other.sum() == 0:
            raise TimingError("the reference holds no crimes")
        share = other / other.sum()
    table["expected"] = total * share
    table["ratio"] = np.divide(
        table["weight"], table["expected"], out=np.full(len(table), np.nan), where=table["expected"] > 0
    )
    table["stable"] = table["weight"] >= STABLE_WEIGHT
    table.attrs |= {"bins": chosen, "coarsened": bool(coarsened)}
    return table


def peak(
    start: ArrayLike | pd.Series,
    end: ArrayLike | pd.Series,
    *,
    seed: int,
    bins: Bins = "block4h",
    share: float = 0.5,
    draws: int = 200,
    **rules: Any,
) -> pd.DataFrame:
    """The smallest set of bins that holds a share of the crimes, and how surely each belongs to it.

    Parameters
    ----------
    seed : of the bootstrap over crimes.
    share : 0–1, of the crimes.
    draws : bootstrap samples.

    Returns
    -------
    DataFrame of `aoristic` with in_peak and membership (share of the samples in which the bin is in the set).
    """
    if not 0 < share < 1 or draws < 1:
        raise TimingError("share lies between 0 and 1 and draws are at least one")
    table = aoristic(start, end, bins=bins, **rules)
    table["in_peak"] = _smallest_set(table["weight"].to_numpy(), share)
    first, last = pd.Series(start).reset_index(drop=True), pd.Series(end).reset_index(drop=True)
    random = np.random.default_rng(seed)
    member = np.zeros(len(table))
    for _ in range(draws):
        rows = random.integers(0, len(first), len(first)) if len(first) else np.zeros(0, int)
        drawn = aoristic(first.iloc[rows], last.iloc[rows], bins=bins, **rules)["weight"].to_numpy()
        member += _smallest_set(drawn, share)
    table["membership"] = member / draws
    return table


def _smallest_set(weight: np.ndarray, share: float) -> np.ndarray:
    chosen = np.zeros(len(weight), bool)
    if weight.sum() > 0:
        order = np.argsort(-weight, kind="stable")
        held = np.cumsum(weight[order]) / weight.sum()
        chosen[order[: int(np.searchsorted(held, share - 1e-12)) + 1]] = True
    return chosen
