"""Orders out of several sources, and how sure they are: Copeland, Kemeny, rank intervals, tiers, confidence sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from trygghet.errors import SpokenError

TOP, LEVEL, DIRICHLET = 3, 0.9, 20.0
SURE, POSSIBLE = 0.8, 0.2
MOST_KEMENY = 8
Draws = Mapping[str, np.ndarray]


class RankingError(SpokenError):
    """Sources that no order can be made of."""


@dataclass(frozen=True)
class Order:
    """An order of all the problems.

    Attributes
    ----------
    problems : the first is the largest.
    agreements : the weighted number of pairs of problems, over sources, that stand in the same order there.
    unique : False where another order does as well.
    """

    problems: tuple[str, ...]
    agreements: float
    unique: bool


def source_weights(scores: pd.DataFrame, weights: Mapping[str, float] | None = None) -> pd.Series:
    """A weight a source, as given and otherwise all alike, with the sum 1.

    Raises
    ------
    RankingError : a weight for a source that is not there, or one that is negative, or all 0.
    """
    given = pd.Series(1.0, index=scores.columns) if weights is None else pd.Series(weights, dtype=float)
    unknown = sorted(str(name) for name in set(given.index) ^ set(scores.columns))
    if unknown:
        raise RankingError.said("ranking.weights", names=tuple(unknown))
    if (given < 0).any() or not given.sum() > 0:
        raise RankingError.said("ranking.not_negative")
    return (given / given.sum()).reindex(scores.columns)


def normal_ranks(values: np.ndarray) -> np.ndarray:
    """Ranks along the last axis from 1 (the largest) to 0 (the smallest); ties share, NaN stays NaN."""
    frame = pd.DataFrame(np.atleast_2d(values))
    counted = frame.notna().sum(axis=1).sub(1).clip(lower=1)
    ranks = frame.rank(axis=1, ascending=False, method="average")
    return (1 - ranks.sub(1).div(counted, axis=0)).to_numpy()


def majorities(scores: pd.DataFrame, *, weights: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Problem × problem: the weight of sources that put the row before the column, of those that see both."""
    shares = source_weights(scores, weights)
    scale = 1.0 if weights is None else float(sum(weights.values()))
    values = scores.to_numpy(float)
    before = values[:, None, :] > values[None, :, :]  # a comparison with NaN is False
    times = scale * (len(shares) if weights is None else 1)
    return pd.DataFrame(before @ shares.to_numpy() * times, index=scores.index, columns=scores.index)


def copeland(scores: pd.DataFrame, *, weights: Mapping[str, float] | None = None) -> pd.Series:
    """How many problems each one beats by a majority of the sources' weight, less how many beat it.

    References
    ----------
    Copeland (1951).
    """
    table = majorities(scores, weights=weights).to_numpy()
    return pd.Series(np.sign(np.round(table - table.T, 9)).sum(axis=1).astype(int), index=scores.index)


def kemeny(scores: pd.DataFrame, *, weights: Mapping[str, float] | None = None) -> Order:
    """The order that agrees with the most pairs, found by trying them all; at most eight problems.

    Raises
    ------
    RankingError : more than eight problems, or fewer than two.

    References
    ----------
    Kemeny (1959), Daedalus 88(4).
    """
    n = len(scores)
    if not 2 <= n <= MOST_KEMENY:
        raise RankingError.said("ranking.kemeny", most=MOST_KEMENY)
    table = majorities(scores, weights=weights).to_numpy()
    orders = np.array(list(permutations(range(n))))
    first, second = np.triu_indices(n, 1)
    agreements = table[orders[:, first], orders[:, second]].sum(axis=1)
    best = int(np.argmax(agreements))
    unique = int((agreements > agreements[best] - 1e-9).sum()) == 1
    return Order(tuple(str(scores.index[at]) for at in orders[best]), float(agreements[best]), unique)


def normal_draws(estimate: ArrayLike, se: ArrayLike, *, draws: int, seed: int) -> np.ndarray:
    """Draws × problems around each estimate, each by its standard error; a missing error moves nothing."""
    values, errors = np.asarray(estimate, float), np.nan_to_num(np.asarray(se, float))
    drawn: np.ndarray = values + errors * np.random.default_rng(seed).standard_normal((draws, len(values)))
    return drawn


def meeting_draws(named: ArrayLike, *, draws: int, seed: int) -> np.ndarray:
    """Draws × problems: the share naming each, with the meetings drawn anew with replacement.

    Parameters
    ----------
    named : meetings × problems, 1 where the meeting named it.

    Notes
    -----
    Meetings are not a sample: the draws say how much the order leans on which meetings happened to answer.
    """
    table = np.asarray(named, float)
    if table.ndim != 2 or not len(table):
        raise RankingError.said("ranking.no_meetings")
    times = np.random.default_rng(seed).multinomial(len(table), np.full(len(table), 1 / len(table)), size=draws)
    shares: np.ndarray = times @ table / len(table)
    return shares


def count_draws(counts: ArrayLike, *, draws: int, seed: int) -> np.ndarray:
    """Draws × problems of Poisson counts; NaN stays NaN."""
    values = np.asarray(counts, float)
    drawn = np.random.default_rng(seed).poisson(np.nan_to_num(values), size=(draws, len(values))).astype(float)
    return np.where(np.isnan(values), np.nan, drawn)


def rank_uncertainty(
    scores: pd.DataFrame,
    draws: Draws,
    *,
    seed: int,
    weights: Mapping[str, float] | None = None,
    dirichlet: float = DIRICHLET,
    top: int = TOP,
    level: float = LEVEL,
) -> pd.DataFrame:
    """How sure each problem's place is, over sampling error and over what the sources should weigh.

    Parameters
    ----------
    scores : rows problems, columns sources; larger is more of a problem, NaN where the source cannot see it.
    draws : for each source, draws × problems in the order of `scores`; every source the same number.
    seed : of the draws of weights.
    weights : a weight a source; all alike when omitted.
    dirichlet : concentration of the weights' draws around `weights`; larger is surer of them.
    top : the first places that ``p_top`` counts.
    level : of the rank interval.

    Returns
    -------
    pandas.DataFrame
        A row a problem that any source sees, in order, with: score, rank (ties share the least), median, lo, hi,
        p_top, tier (A from 0.8, B from 0.2, else C), loo_lo and loo_hi (least and greatest rank with one source
        left out) and spread (largest less smallest normalised rank among the sources, 0 to 1).

    Raises
    ------
    RankingError : fewer than three problems or two sources, or draws of the wrong shape.
    """
    seen = scores.notna().any(axis=1).to_numpy()
    kept = scores[seen]
    if len(kept) < 3 or kept.shape[1] < 2:
        raise RankingError.said("ranking.three")
    stated = source_weights(scores, weights)
    count = _checked(scores, draws)
    ranks = np.stack([normal_ranks(draws[str(name)][:, seen]) for name in kept], axis=2)
    base = np.stack([normal_ranks(kept[name].to_numpy(float))[0] for name in kept], axis=1)
    positive = np.maximum(stated.to_numpy() * dirichlet, 1e-9)
    drawn = np.random.default_rng(seed).dirichlet(positive, size=count)
    places = _places(_pooled(ranks, drawn[:, None, :]))
    score = _pooled(base[None], stated.to_numpy())[0]
    tail = (1 - level) / 2
    lo, median, hi = np.quantile(places, [tail, 0.5, 1 - tail], axis=0, method="inverted_cdf")
    chance = (places <= top).mean(axis=0)
    without = _left_out(base, stated.to_numpy())
    table = pd.DataFrame(
        {"score": score, "rank": _places(score[None])[0], "median": median, "lo": lo, "hi": hi, "p_top": chance,
         "tier": np.select([chance >= SURE, chance >= POSSIBLE], ["A", "B"], "C"),
         "loo_lo": np.nanmin(without, axis=0), "loo_hi": np.nanmax(without, axis=0),
         "spread": np.nanmax(base, axis=1) - np.nanmin(base, axis=1)},
        index=kept.index,
    )  # fmt: skip
    return table.astype(dict.fromkeys(("rank", "median", "lo", "hi"), int)).sort_values(
        "score", ascending=False, kind="stable"
    )


def _checked(scores: pd.DataFrame, draws: Draws) -> int:
    shapes = {np.shape(draws[name]) for name in scores.columns if name in draws}
    if set(scores.columns) - set(draws) or len(shapes) != 1:
        raise RankingError.said("ranking.draws")
    shape = shapes.pop()
    if len(shape) != 2 or shape[1] != len(scores):
        raise RankingError.said("ranking.columns")
    return int(shape[0])


def _pooled(ranks: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted mean over the last axis, of the sources that see the problem; NaN where none does."""
    known = ~np.isnan(ranks)
    total = (known * weights).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled: np.ndarray = (np.where(known, ranks, 0) * weights).sum(axis=-1) / total
        return pooled


def _places(pooled: np.ndarray) -> np.ndarray:
    """Ranks of pooled scores, row by row; what differs in the tenth decimal is a tie."""
    return pd.DataFrame(np.round(pooled, 10)).rank(axis=1, ascending=False, method="min").to_numpy()


def _left_out(base: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Sources × problems: the ranks without each source; NaN where no other source sees the problem."""
    rows = []
    for at in range(base.shape[1]):
        others = np.delete(weights, at)
        others = others if others.sum() > 0 else np.ones_like(others)
        rows.append(_places(_pooled(np.delete(base, at, axis=1)[None], others))[0])
    return np.array(rows)


def rank_confidence(
    estimate: ArrayLike,
    se: ArrayLike | None = None,
    *,
    covariance: ArrayLike | None = None,
    simultaneous: bool = False,
    level: float = 0.95,
    draws: int = 20_000,
    seed: int = 0,
) -> pd.DataFrame:
    """Confidence sets for ranks, valid also near ties: the strict alternative to intervals by draws.

    Parameters
    ----------
    estimate : larger ranks first.
    se, covariance : standard errors of independent estimates, or their covariance matrix.
    simultaneous : cover all ranks at once; otherwise each for itself.

    Returns
    -------
    pandas.DataFrame
        rank, lo, hi in the order given.

    References
    ----------
    Mogstad, Romano, Shaikh & Wilhelm (2024), Review of Economic Studies 91(1); single step, two-sided.
    """
    values = np.asarray(estimate, float)
    if (se is None) == (covariance is None):
        raise RankingError.said("ranking.either")
    sigma = np.asarray(covariance, float) if se is None else np.diag(np.asarray(se, float) ** 2)
    if sigma.shape != (len(values), len(values)) or len(values) < 2:
        raise RankingError.said("ranking.two")
    variance = np.diag(sigma)
    spread = np.sqrt(np.maximum(variance[:, None] + variance[None, :] - 2 * sigma, 0))
    np.fill_diagonal(spread, np.inf)
    if not (spread > 0).all():
        raise RankingError.said("ranking.no_error")
    noise = np.random.default_rng(seed).multivariate_normal(np.zeros(len(values)), sigma, size=draws, method="eigh")
    largest = np.stack([(np.abs(noise - noise[:, [at]]) / spread[at]).max(axis=1) for at in range(len(values))], axis=1)
    reach = np.quantile(largest.max(axis=1), level) if simultaneous else np.quantile(largest, level, axis=0)[:, None]
    gaps = (values[:, None] - values[None, :]) / spread
    place = pd.Series(values).rank(ascending=False, method="min").astype(int)
    lo = 1 + (gaps < -reach).sum(axis=1)
    hi = len(values) - (gaps > reach).sum(axis=1)
    return pd.DataFrame({"rank": place, "lo": lo, "hi": hi})
