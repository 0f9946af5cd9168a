"""Closed-form intervals for single shares and counts, and for the difference of two shares."""

from __future__ import annotations

from math import sqrt

from scipy import stats


def wilson(k: float, n: float, *, level: float = 0.95) -> tuple[float, float]:
    """Score interval of a share.

    Parameters
    ----------
    k, n : number with the property and number of answers; fractional when they are effective numbers.

    Raises
    ------
    ValueError : n is not positive or k lies outside 0..n.

    References
    ----------
    Wilson (1927); Newcombe (1998), Statistics in Medicine 17, 857-872, method 3.
    """
    if not (n > 0 and 0 <= k <= n):
        raise ValueError("need 0 <= k <= n and n > 0")
    z = stats.norm.isf((1 - level) / 2)
    p, z2 = k / n, z * z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    low = 0.0 if k == 0 else max(0.0, middle - half)
    return low, 1.0 if k == n else min(1.0, middle + half)


def newcombe_difference(k1: float, n1: float, k2: float, n2: float, *, level: float = 0.95) -> tuple[float, float]:
    """Hybrid score interval of p1 − p2 for two independent samples.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17, 873-890, method 10.
    """
    (low1, high1), (low2, high2) = wilson(k1, n1, level=level), wilson(k2, n2, level=level)
    p1, p2 = k1 / n1, k2 / n2
    low = p1 - p2 - sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2)
    return low, p1 - p2 + sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2)


def poisson_interval(k: float, *, level: float = 0.95) -> tuple[float, float]:
    """Exact (Garwood) interval of the expected count behind an observed count.

    References
    ----------
    Garwood (1936), Biometrika 28, 437-442; R's ``poisson.test``.
    """
    if k < 0:
        raise ValueError("a count cannot be negative")
    tail = (1 - level) / 2
    low = 0.0 if k == 0 else float(stats.gamma.ppf(tail, k))
    return low, float(stats.gamma.isf(tail, k + 1))
