"""How far judges agree beyond chance: Cohen's and Fleiss's kappa, Krippendorff's alpha."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from trygghet.errors import SpokenError

Level = Literal["nominal", "ordinal", "interval"]


class AgreementError(SpokenError):
    """Judgements that no measure of agreement can be made of."""


def cohen_kappa(first: ArrayLike, second: ArrayLike) -> float:
    """Agreement of two judges who judged the same things.

    Parameters
    ----------
    first, second : a judgement a thing, of any type; things that one of them left out (None, NaN) do not count.

    Returns
    -------
    float
        1 perfect, 0 as by chance; NaN where both always gave the same one judgement, since chance alone explains it.

    Raises
    ------
    AgreementError : lengths differ, or no thing was judged by both.

    References
    ----------
    Cohen (1960), Educational and Psychological Measurement 20(1).
    """
    a, b = pd.Series(np.asarray(first)), pd.Series(np.asarray(second))
    if len(a) != len(b):
        raise AgreementError.said("agreement.same_things")
    both = a.notna() & b.notna()
    if not both.any():
        raise AgreementError.said("agreement.none_by_both")
    table = pd.crosstab(a[both], b[both])
    kinds = table.index.union(table.columns)
    shares = table.reindex(index=kinds, columns=kinds, fill_value=0).to_numpy(float) / both.sum()
    chance = float(shares.sum(axis=0) @ shares.sum(axis=1))
    return float((np.trace(shares) - chance) / (1 - chance)) if chance < 1 else float("nan")


def fleiss_kappa(table: ArrayLike) -> float:
    """Agreement of a fixed number of judges per thing.

    Parameters
    ----------
    table : things × categories, how many judges gave each; every row has the same sum, two or more.

    Raises
    ------
    AgreementError : rows with different sums, or fewer than two judges.

    References
    ----------
    Fleiss (1971), Psychological Bulletin 76(5).
    """
    counts = np.asarray(table, float)
    if counts.ndim != 2 or counts.size == 0:
        raise AgreementError.said("agreement.table")
    judges = counts.sum(axis=1)
    n = judges[0]
    if n < 2 or not np.allclose(judges, n):
        raise AgreementError.said("agreement.same_number")
    within = ((counts**2).sum(axis=1) - n) / (n * (n - 1))
    chance = float(((counts.sum(axis=0) / counts.sum()) ** 2).sum())
    return float((within.mean() - chance) / (1 - chance)) if chance < 1 else float("nan")


def krippendorff_alpha(ratings: ArrayLike, *, level: Level = "nominal") -> float:
    """Agreement of any number of judges, who need not all have judged everything.

    Parameters
    ----------
    ratings : judges × things; NaN (or None) where a judge left one out. Numbers for ``ordinal`` and ``interval``.
    level : what differences mean: ``nominal`` all alike, ``ordinal`` by rank, ``interval`` by distance.

    Returns
    -------
    float
        1 perfect, 0 as by chance, below 0 worse; below 0.667 no conclusion should rest on the judgements.
        NaN where only one value was ever given.

    Raises
    ------
    AgreementError : no thing was judged by two.

    References
    ----------
    Krippendorff (2004), Content Analysis, 2nd ed., chapter 11.
    """
    if level not in ("nominal", "ordinal", "interval"):
        raise AgreementError.said("one_of", name="level", known=("nominal", "ordinal", "interval"), given=level)
    frame = pd.DataFrame(np.asarray(ratings, dtype=object if level == "nominal" else float))
    codes, values = pd.factorize(frame.to_numpy().ravel(), sort=True)
    codes = codes.reshape(frame.shape)
    # units × values: how many judges gave each value to each thing; things judged once pair with nothing
    counts = np.stack([(codes == code).sum(axis=0) for code in range(len(values))], axis=1) if len(values) else None
    if counts is None or not (counts.sum(axis=1) >= 2).any():
        raise AgreementError.said("agreement.none_by_two")
    counts = counts[counts.sum(axis=1) >= 2].astype(float)
    pairs = (counts.sum(axis=1) - 1)[:, None]
    observed = (counts / pairs).T @ counts - np.diag((counts / pairs).sum(axis=0))
    totals = observed.sum(axis=1)
    expected = (np.outer(totals, totals) - np.diag(totals)) / (totals.sum() - 1)
    distance = _distances(values, totals, level)
    disagreement = float((expected * distance).sum())
    return 1 - float((observed * distance).sum()) / disagreement if disagreement > 0 else float("nan")


def _distances(values: np.ndarray, totals: np.ndarray, level: Level) -> np.ndarray:
    """Squared differences between values, by the level of measurement."""
    if level == "nominal":
        return 1.0 - np.eye(len(values))
    if level == "interval":
        numbers = np.asarray(values, float)
        squares: np.ndarray = (numbers[:, None] - numbers[None, :]) ** 2
        return squares
    # the sum of all values from one to the other, the ends by half: a difference of mid-ranks
    middle = np.cumsum(totals) - totals / 2
    return (middle[:, None] - middle[None, :]) ** 2
