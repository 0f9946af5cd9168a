"""How unevenly crime lies over places, and which places stay among the worst from year to year."""

from __future__ import annotations

from math import ceil, nan
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from trygghet.place.common import PlaceError, whole_counts

SHARES = (0.25, 0.50, 0.80)
METHOD = "Gini and generalised Gini (Bernasco & Steenbeek 2017); percentile bootstrap of places"


def gini(counts: ArrayLike) -> tuple[float, float, float]:
    """Gini, generalised Gini, and the latter without its small-sample bias.

    The plain Gini of 10 crimes on 100 places is 0.9 even when no place has two. The generalised one is 0 there: it
    measures against the most even spread that so few crimes allow.

    Parameters
    ----------
    counts : (n,) whole numbers, places without any included.

    Returns
    -------
    Three numbers; NaN when there are fewer than two crimes or two places.

    References
    ----------
    Bernasco & Steenbeek (2017), Journal of Quantitative Criminology 33, 451-467.
    """
    x = np.sort(whole_counts(counts))
    n, total = len(x), x.sum()
    if total < 2 or n < 2:
        return nan, nan, nan
    raised = float(2 * (np.arange(1, n + 1) * x).sum() / total - n - 1)
    smaller = min(total, n)
    general = raised / smaller - max(n / total, 1.0) + 1
    return raised / n, float(general), float(general * smaller / (smaller - 1))


def concentration(counts: ArrayLike, *, seed: int, n_boot: int = 999, level: float = 0.95) -> pd.DataFrame:
    """Concentration of crime over places, with bootstrap intervals.

    Parameters
    ----------
    counts : (n,) crimes at every place; places without any must be there, they are part of the answer.
    seed : of the bootstrap, which draws places with replacement.

    Returns
    -------
    DataFrame ``measure, value, lo, hi, reason``; the measures are ``gini``, ``gini_generalised``,
        ``gini_generalised_unbiased`` and ``places_25``, ``places_50``, ``places_80``: the smallest share of the
        places that holds so many per cent of the crimes. With fewer than two crimes every value is NaN and
        ``reason`` is ``fewer_than_two``. ``attrs``: ``n_places, n_with_any, total, method, seed``.
    """
    x = whole_counts(counts)
    random = np.random.default_rng(seed)
    names = ["gini", "gini_generalised", "gini_generalised_unbiased", *(f"places_{100 * s:.0f}" for s in SHARES)]
    few = x.sum() < 2 or len(x) < 2
    value = _measures(x)
    low = high = np.full(len(names), nan)
    if not few:
        draws = np.array([_measures(random.choice(x, len(x))) for _ in range(n_boot)])
        low, high = np.nanquantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
    table = pd.DataFrame({"measure": names, "value": value, "lo": low, "hi": high})
    table["reason"] = "fewer_than_two" if few else ""
    table.attrs = {"n_places": len(x), "n_with_any": int((x > 0).sum()), "total": int(x.sum())}
    table.attrs |= {"method": METHOD, "seed": seed}
    return table


def _measures(x: np.ndarray) -> np.ndarray:
    if x.sum() < 2 or len(x) < 2:
        return np.full(3 + len(SHARES), nan)
    held = np.cumsum(np.sort(x)[::-1])
    places = [(np.searchsorted(held, share * held[-1] - 1e-9) + 1) / len(x) for share in SHARES]
    return np.array([*gini(x), *places])


def persistence(counts_by_year: pd.DataFrame, *, top: float = 0.05) -> pd.DataFrame:
    """Which cells are among the top share in how many years.

    Parameters
    ----------
    counts_by_year : a row for each cell (all of them, empty ones too), a column for each year, oldest first.
    top : share of the cells that is called the top.

    Returns
    -------
    DataFrame with the same index: ``years_in_top, years, last`` (in the top in the last year), ``kind``:
        ``persistent`` (at least two years of three, the last among them), ``emerging`` (in the last year, and more
        often in the later half than in the earlier), ``fading`` (at least two years, not the last, and more often
        in the earlier half), ``occasional``, ``never``.

    Raises
    ------
    PlaceError : fewer than three years, or counts that are not whole.

    Notes
    -----
    A cell is in the top when the cells with as many or more fit in the share: cells that tie across the limit
    cannot be told apart and are left out, and an empty cell never is in the top.
    """
    years = counts_by_year.shape[1]
    if years < 3:
        raise PlaceError.said("place.three_years")
    if not 0 < top < 1:
        raise PlaceError.said("estimate.between_0_and_1", name="top", given=top)
    counts = whole_counts(counts_by_year.to_numpy()).reshape(counts_by_year.shape)
    rank = pd.DataFrame(-counts).rank(method="max").to_numpy()
    in_top = (rank <= ceil(top * len(counts))) & (counts > 0)
    half = years // 2
    rows = [_kind(row, half) for row in in_top]
    return pd.DataFrame(rows, index=counts_by_year.index)


def _kind(in_top: np.ndarray, half: int) -> dict[str, Any]:
    n, last = int(in_top.sum()), bool(in_top[-1])
    earlier, later = int(in_top[:half].sum()), int(in_top[-half:].sum())
    if n == 0:
        kind = "never"
    elif last and 3 * n >= 2 * len(in_top):
        kind = "persistent"
    elif last and later > earlier:
        kind = "emerging"
    elif not last and n >= 2 and earlier > later:
        kind = "fading"
    else:
        kind = "occasional"
    return {"years_in_top": n, "years": len(in_top), "last": last, "kind": kind}
