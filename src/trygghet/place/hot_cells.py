"""Hot cells: Getis–Ord Gi* with a Monte-Carlo maximum, so that a map of pure chance stays blank.

The normal z-scores of Gi* with a correction for the number of cells call something hot on nearly every map of sparse
counts that chance alone has made. Here each cell is held against the largest value of whole maps drawn with the same
total by exposure. Crime is never spread evenly, so "hot" says "more than chance given the exposure", not a cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import sparse

from trygghet.place.common import PlaceError, whole_counts

Null = Literal["multinomial", "permutation"]
TIERS = ((2.0, "high"), (1.5, "raised"), (0.0, "slight"))
BLOCK_VALUES = 2_000_000
METHOD = "Gi* (Getis & Ord 1992; Ord & Getis 1995), p by the Monte-Carlo maximum over the map"


@dataclass(frozen=True)
class _Map:
    """A map's structure: share of exposure in each cell, neighbours, and each neighbourhood's share."""

    share: np.ndarray
    weights: sparse.csr_matrix
    near: np.ndarray

    def z(self, counts: np.ndarray) -> np.ndarray:
        """(cells, maps) Gi* of counts of that shape.

        (S − E) / √(φ E(1 − p)): S the sum over a neighbourhood with share p of the exposure, E = Np, and φ the
        variance over mean of the map's cells about what they are expected to hold. With equal exposure this is Gi*
        to the last digit; φ makes cells that merely vary more than Poisson less likely to look hot, but not as
        unlikely as the null says, which draws every crime on its own.
        """
        total = counts.sum(axis=0)
        spread = ((counts - total * self.share[:, None]) ** 2).sum(axis=0)
        usual = total * (self.share * (1 - self.share)).sum()
        with np.errstate(divide="ignore", invalid="ignore"):
            phi = np.where(usual > 0, spread / usual, np.nan)
            expected = total * self.near[:, None]
            scale = np.sqrt(phi * expected * (1 - self.near[:, None]))
            return np.where(scale > 0, (self.weights @ counts - expected) / scale, 0.0)


def gi_star(values: ArrayLike, weights: sparse.spmatrix | np.ndarray) -> np.ndarray:
    """Gi* of each place as a standard normal deviate.

    Parameters
    ----------
    values : (n,) any numbers.
    weights : (n, n) how much each place counts in the neighbourhood of each; the place itself included.

    Returns
    -------
    (n,) z; 0 where all values are equal or the neighbourhood is the whole map.

    Raises
    ------
    PlaceError : shapes that do not match, or a missing value.

    References
    ----------
    Ord & Getis (1995), Geographical Analysis 27, 286-306, equation 14.
    """
    x = np.asarray(values, float).ravel()
    w = sparse.csr_matrix(weights, dtype=float)
    n = len(x)
    if w.shape != (n, n) or not np.isfinite(x).all():
        raise PlaceError.said("place.matrix")
    row, squares = np.asarray(w.sum(axis=1)).ravel(), np.asarray(w.multiply(w).sum(axis=1)).ravel()
    middle, deviation = x.mean(), x.std()
    scale = deviation * np.sqrt(np.maximum(n * squares - row**2, 0) / (n - 1)) if n > 1 else np.zeros(n)
    standardised: np.ndarray = np.divide(w @ x - middle * row, scale, out=np.zeros(n), where=scale > 0)
    return standardised


def hot_cells(
    counts: ArrayLike,
    weights: sparse.csr_matrix,
    *,
    seed: int,
    exposure: ArrayLike | None = None,
    null: Null = "multinomial",
    n_sim: int = 999,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Cells whose neighbourhood holds more than chance given the exposure.

    Parameters
    ----------
    counts : (cells,) whole numbers.
    weights : (cells, cells) 1 where two cells are neighbours or the same, from `neighbours`.
    seed : of the simulated maps.
    exposure : (cells,) what the counts are expected to follow: residents, dwellings, ground area
        (``area_m2`` of `grid_counts`). Equal when omitted. A cell without exposure must have no count and is
        never hot.
    null : how maps of chance are made: ``"multinomial"`` draws every crime on its own by exposure;
        ``"permutation"`` shuffles the cells' counts, which holds its level when crimes come several at a time or
        cells differ on their own, and asks only whether high cells lie together. It has no exposure.
    n_sim : simulated maps; the smallest possible p is 1 / (n_sim + 1).
    alpha : limit of ``p_max`` for a tier.

    Returns
    -------
    DataFrame, one row a cell: ``gi_star``, ``n_near`` (count in the neighbourhood), ``expected``, ``ratio``,
        ``p_max`` (chance that the highest cell of a whole map of chance is as high: family-wise), ``tier``:
        ``high`` (at least twice what is expected), ``raised`` (1.5), ``slight``, empty when p_max > alpha.
        ``attrs``: ``method, null, n_sim, seed, total``.

    Raises
    ------
    PlaceError : counts that are not whole, shapes that do not match, weights that are not 0 and 1 with the cell
        itself, counts where there is no exposure, or an unknown null.
    """
    if null not in ("multinomial", "permutation") or (null == "permutation" and exposure is not None):
        raise PlaceError.said("place.null")
    n = whole_counts(counts)
    layout = _layout(n, weights, exposure)
    total = int(n.sum())
    z = layout.z(n[:, None])[:, 0]
    highest = _maxima(layout, n, null=null, n_sim=n_sim, seed=seed)
    # Counts are discrete: a simulated map with the very same value counts as equally high, whatever the rounding.
    beaten = n_sim - np.searchsorted(np.sort(highest), z - 1e-9)
    p = (1 + beaten) / (n_sim + 1)
    near, expected = layout.weights @ n, total * layout.near
    ratio = np.divide(near, expected, out=np.full(len(n), np.nan), where=expected > 0)
    p = np.where(layout.share > 0, p, np.nan)
    table = pd.DataFrame({"gi_star": z, "n_near": near.astype(int), "expected": expected, "ratio": ratio, "p_max": p})
    table["tier"] = [_tier(r) if chance <= alpha else "" for r, chance in zip(ratio, p, strict=True)]
    table.attrs = {"method": METHOD, "null": null, "n_sim": n_sim, "seed": seed, "total": total}
    return table


def _tier(ratio: float) -> str:
    return next(name for limit, name in TIERS if ratio >= limit)


def _layout(n: np.ndarray, weights: sparse.csr_matrix, exposure: ArrayLike | None) -> _Map:
    w = sparse.csr_matrix(weights, dtype=float)
    if w.shape != (len(n), len(n)) or not (w.data == 1).all() or not (w.diagonal() == 1).all():
        raise PlaceError.said("place.matrix_01")
    size = np.ones(len(n)) if exposure is None else np.asarray(exposure, float).ravel()
    if len(size) != len(n) or not (np.isfinite(size).all() and (size >= 0).all() and size.sum() > 0):
        raise PlaceError.said("place.exposure")
    if (bare := np.flatnonzero((size == 0) & (n > 0))).size:
        shown = ", ".join(str(i) for i in bare[:10])
        raise PlaceError.said("place.no_exposure", cells=shown)
    share = size / size.sum()
    return _Map(share=share, weights=w, near=w @ share)


def _maxima(layout: _Map, n: np.ndarray, *, null: Null, n_sim: int, seed: int) -> np.ndarray:
    """(n_sim,) highest Gi* of maps of chance, in blocks so that memory stays small."""
    random = np.random.default_rng(seed)
    block = max(1, BLOCK_VALUES // len(n))
    highest = []
    able = layout.share > 0
    for start in range(0, n_sim, block):
        size = min(block, n_sim - start)
        if null == "permutation":
            maps = random.permuted(np.tile(n, (size, 1)), axis=1)
        else:
            maps = random.multinomial(int(n.sum()), layout.share, size=size).astype(float)
        highest.append(layout.z(maps.T)[able].max(axis=0))
    return np.concatenate(highest)
