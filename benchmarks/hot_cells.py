"""How often hot cells light up on maps of pure chance, and how often a planted hot spot is found.

Run: ``python benchmarks/hot_cells.py [maps]``. Maps are 40 by 40 cells, 999 simulated maps each. Beside it the usual
way: the normal p of Gi* times the number of cells (Bonferroni). It fails when a promise is broken: any hot cell on at
most 7 % of maps of chance, the planted cell found on at least 90 %.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd
from scipy import stats

from trygghet.place import gi_star, grid_counts, hot_cells, neighbours

SIDE = 40
N_SIM = 999
CENTRE = SIDE // 2 * SIDE + SIDE // 2
MOST_LIT, LEAST_FOUND = 0.07, 0.90


def grid() -> pd.DataFrame:
    middle = 448_000 + (np.arange(SIDE) + 0.5) * 100
    x, y = (part.ravel() for part in np.meshgrid(middle, middle + 6_127_000))
    return grid_counts(x, y, cell=100, shape="square")


def bonferroni(counts: np.ndarray, weights) -> np.ndarray:  # type: ignore[no-untyped-def]
    """Cells that the usual way calls hot: one-sided 5 % over the number of cells."""
    return stats.norm.sf(gi_star(counts, weights)) * len(counts) <= 0.05


def noise(  # type: ignore[no-untyped-def]
    mean: float, maps: int, weights, spread: float = 0.0, null: str = "multinomial"
) -> tuple[float, float]:
    """Share of maps of chance with any hot cell: ours, and Bonferroni; variance over mean of counts is 1 + `spread`."""
    random = np.random.default_rng(round(100 * mean))
    ours = usual = 0
    for seed in range(maps):
        rate = random.gamma(mean / spread, spread, SIDE**2) if spread else np.full(SIDE**2, mean)
        counts = random.poisson(rate)
        ours += bool((hot_cells(counts, weights, seed=seed, null=null, n_sim=N_SIM)["tier"] != "").any())
        usual += bool(bonferroni(counts, weights).any())
    return ours / maps, usual / maps


def planted(mean: float, maps: int, weights) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    """Share of maps where the planted cell is hot, and the mean number of hot cells that do not touch the planted."""
    random = np.random.default_rng(7)
    rate = np.full(SIDE**2, mean)
    rate[weights[CENTRE].indices] *= 2
    reached = np.asarray((weights @ (rate > mean)) > 0)
    found = stray = 0
    for seed in range(maps):
        hot = (hot_cells(random.poisson(rate), weights, seed=seed, n_sim=N_SIM)["tier"] != "").to_numpy()
        found += bool(hot[CENTRE])
        stray += int((hot & ~reached).sum())
    return found / maps, stray / maps


def main(maps: int) -> int:
    weights = neighbours(grid())
    kept = True
    print(f"{maps} maps of {SIDE} x {SIDE} cells, {N_SIM} simulated maps each")
    print("crimes a cell | any hot cell, ours | Gi* with Bonferroni")
    for mean in (0.1, 2.0, 10.0):
        ours, usual = noise(mean, maps, weights)
        kept &= ours <= MOST_LIT
        print(f"{mean:>13} | {ours:>18.1%} | {usual:.1%}")
    # No promise: crimes that come several at a time break the first null; the second holds 5 % but asks for less.
    for null in ("multinomial", "permutation"):
        ours, usual = noise(2.0, maps, weights, spread=1.0, null=null)
        print(f"2, twice Poisson's variance, {null} | {ours:.1%} | {usual:.1%}")
    found, stray = planted(10.0, maps, weights)
    kept &= found >= LEAST_FOUND
    print(f"planted at twice the rate, 10 a cell: found on {found:.1%}; {stray:.2f} other cells hot a map")
    counts = np.random.default_rng(1).poisson(2, SIDE**2)
    begun = time.process_time()
    hot_cells(counts, weights, seed=1, n_sim=N_SIM)
    print(f"one map of {SIDE**2} cells: {time.process_time() - begun:.2f} s processor time")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
