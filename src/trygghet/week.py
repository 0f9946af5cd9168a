"""The week of crime as a picture: which bins stand out, how stable they are, and where half of it happens."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from trygghet.evaluation import adjust
from trygghet.timing import Bins, TimingError, aoristic, drawn_weights

STABLE_WEIGHT = 5.0


def time_heatmap(
    start: ArrayLike | pd.Series,
    end: ArrayLike | pd.Series,
    *,
    reference: tuple[ArrayLike, ArrayLike] | Literal["even", "independent"] = "even",
    bins: Bins | None = None,
    **rules: Any,
) -> pd.DataFrame:
    """Aoristic weights with what would be expected, and whether a bin can be trusted.

    Parameters
    ----------
    start, end : as in `trygghet.timing.aoristic`.
    reference : what is expected: ``"even"``, the same in every bin; ``"independent"``, every day with the hours
        of all days (weekday total × hour total / total); or start and end of other crimes whose week it is.
    bins : None takes hours of the week when they hold 5 crimes on average, else blocks of four hours.
    **rules : of `trygghet.timing.Rules`.

    Returns
    -------
    DataFrame of `aoristic` with expected (crimes), ratio (weight/expected, NaN without expectation), stable
    (weight at least 5) and stands (see `stands_out`); ``attrs`` also holds bins, coarsened and n_tested.
    """
    chosen: Bins = bins or "hour_of_week"
    table = aoristic(start, end, bins=chosen, **rules)
    coarsened = bins is None and table["weight"].mean() < STABLE_WEIGHT
    if coarsened:
        chosen = "block4h"
        table = aoristic(start, end, bins=chosen, **rules)
    table["expected"] = _expected(table, reference, chosen, rules)
    table["ratio"] = np.divide(
        table["weight"], table["expected"], out=np.full(len(table), np.nan), where=table["expected"] > 0
    )
    table["stable"] = table["weight"] >= STABLE_WEIGHT
    table["stands"] = stands_out(table["weight"], table["expected"])
    table.attrs |= {"bins": chosen, "coarsened": bool(coarsened), "n_tested": int((table["expected"] > 0).sum())}
    return table


def _expected(table: pd.DataFrame, reference: Any, bins: Bins, rules: dict[str, Any]) -> np.ndarray:
    weight = table["weight"].to_numpy()
    if isinstance(reference, str):
        if reference == "even":
            return np.full(len(table), weight.sum() / len(table))
        if reference != "independent" or not {"weekday", "hour"} <= set(table.columns):
            raise TimingError.said("times.reference")
        days = table.groupby("weekday")["weight"].transform("sum").to_numpy()
        hours = table.groupby("hour")["weight"].transform("sum").to_numpy()
        return days * hours / weight.sum() if weight.sum() > 0 else np.zeros(len(table))
    other = aoristic(*reference, bins=bins, **rules)["weight"].to_numpy()
    if other.sum() == 0:
        raise TimingError.said("times.no_crimes")
    expected: np.ndarray = weight.sum() * other / other.sum()
    return expected


def stands_out(weight: ArrayLike, expected: ArrayLike, *, q: float = 0.05) -> np.ndarray:
    """Which bins hold more or fewer crimes than expected, beyond chance and with all that were looked at allowed for.

    Parameters
    ----------
    weight : crimes in each bin, fractional when they are aoristic weights.
    expected : crimes expected there; a bin where none is expected is not tested.
    q : false discovery rate (Benjamini–Hochberg).

    Returns
    -------
    Array of ``"more"``, ``"fewer"`` and ``""``.

    Notes
    -----
    The tail of the Poisson distribution continued to fractions (the regularised incomplete gamma function). Weights
    spread over bins vary less than counts, so the test errs towards finding nothing.
    """
    w, mean = np.asarray(weight, float), np.asarray(expected, float)
    tested = mean > 0
    above = np.where(w > 0, special.gammainc(np.maximum(w, 1e-12), mean), 1.0)
    below = special.gammaincc(w + 1, mean)
    p = np.where(tested, np.minimum(1.0, 2 * np.minimum(above, below)), 1.0)
    found = np.full(len(w), "", dtype=object)
    sure = np.zeros(len(w), bool)
    sure[tested] = adjust(p[tested], "bh") <= q
    found[sure & (w > mean)], found[sure & (w < mean)] = "more", "fewer"
    return found


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
        raise TimingError.said("times.share")
    table = aoristic(start, end, bins=bins, **rules)
    table["in_peak"] = _smallest_set(table["weight"].to_numpy(), share)
    random, n = np.random.default_rng(seed), len(pd.Series(start))
    samples = (random.integers(0, n, n) if n else np.zeros(0, int) for _ in range(draws))
    member = np.zeros(len(table))
    for drawn in drawn_weights(start, end, samples, bins=bins, **rules):
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
