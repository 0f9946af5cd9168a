"""How many answers a percentage and its interval, both printed, can come from."""

from __future__ import annotations

from math import inf

import numpy as np
from scipy.stats import beta, norm

from trygghet.audit.values import Value

MOST = 1000
_LEVEL = 0.95


def possible_bases(share: Value) -> tuple[float, float]:
    """The least and the most answers that give a printed share with its printed 95 % interval.

    Every number of answers up to 1 000 is tried, with each count that rounds to the share, against Wilson's and
    Clopper and Pearson's intervals; 0 to infinity when none fits (another interval, or a weighted one).
    """
    low, high, half = share.span
    n = np.repeat(np.arange(1, MOST + 1), np.arange(2, MOST + 2))
    k = np.concatenate([np.arange(size + 1) for size in range(1, MOST + 1)])
    near = (k / n >= share.low - 1e-12) & (k / n <= share.high + 1e-12)
    n, k = n[near], k[near]
    fits = np.zeros(len(n), dtype=bool)
    for ends in (_wilson(k, n), _clopper(k, n)):
        fits |= (np.abs(ends[0] - low) <= half + 1e-12) & (np.abs(ends[1] - high) <= half + 1e-12)
    return (float(n[fits].min()), float(n[fits].max())) if fits.any() else (0.0, inf)


def _wilson(k: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    z = norm.ppf(0.5 + _LEVEL / 2)
    middle = (k + z**2 / 2) / (n + z**2)
    half = z / (n + z**2) * np.sqrt(k * (n - k) / n + z**2 / 4)
    return middle - half, middle + half


def _clopper(k: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    tail = (1 - _LEVEL) / 2
    low = np.where(k == 0, 0.0, beta.ppf(tail, np.maximum(k, 1), n - k + 1))
    high = np.where(k == n, 1.0, beta.ppf(1 - tail, k + 1, np.maximum(n - k, 1)))
    return low, high
