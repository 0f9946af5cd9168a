"""Poisson, quasi-Poisson and negative binomial regression with log link, by iterated weighted least squares.

Small and dense: for panels of areas and months, where the expected information (as in R) is wanted and
nothing else of a modelling library.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from trygghet.errors import ConvergenceError, SpokenError

MAX_ETA = 30.0


class ModelError(SpokenError):
    """A regression that its data cannot carry."""


@dataclass(frozen=True)
class Fit:
    """A fitted log-linear model.

    Attributes
    ----------
    coefficients, covariance : of the columns of the design, on the log scale; the covariance of the Poisson
        or negative binomial model, without dispersion.
    dispersion : Pearson's chi-square over residual degrees of freedom.
    theta : the negative binomial's size; infinite for Poisson.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    dispersion: float
    theta: float
    df: int

    def se(self, column: int, *, quasi: bool = False) -> float:
        """Standard error of one coefficient; scaled by the root of the dispersion (at least 1) when quasi."""
        scale = max(1.0, self.dispersion) if quasi else 1.0
        return float(np.sqrt(self.covariance[column, column] * scale))


def poisson(design: np.ndarray, y: np.ndarray, offset: np.ndarray | None = None) -> Fit:
    """Fit a Poisson model.

    Parameters
    ----------
    design : (n, k) of full column rank.
    y : (n,) counts.
    offset : (n,) on the log scale; 0 when omitted.

    Raises
    ------
    ModelError : too few rows, or columns that depend on each other.
    ConvergenceError : no finite estimate (a column with only zero counts).
    """
    _identified(design)
    return _fit(design, np.asarray(y, float), _offset(offset, y), np.inf)


def negative_binomial(design: np.ndarray, y: np.ndarray, offset: np.ndarray | None = None) -> Fit:
    """Fit a negative binomial model (variance μ + μ²/θ), θ by maximum likelihood.

    References
    ----------
    Venables & Ripley (2002), Modern Applied Statistics with S, section 7.4 (``glm.nb``).
    """
    _identified(design)
    y, shift = np.asarray(y, float), _offset(offset, y)
    fit = _fit(design, y, shift, np.inf)
    theta = np.inf
    for _ in range(100):
        mean = np.exp(design @ fit.coefficients + shift)
        updated = _theta(y, mean)
        fit = _fit(design, y, shift, updated, fit.coefficients)
        if np.isinf(updated) or abs(updated - theta) <= 1e-10 * updated:
            return fit
        theta = updated
    raise ConvergenceError.said("model.dispersion")


def _identified(design: np.ndarray) -> None:
    n, k = design.shape
    if n <= k or np.linalg.matrix_rank(design) < k:
        raise ModelError.said("model.terms")


def _offset(offset: np.ndarray | None, y: np.ndarray) -> np.ndarray:
    return np.zeros(len(y)) if offset is None else np.asarray(offset, float)


def _fit(design: np.ndarray, y: np.ndarray, offset: np.ndarray, theta: float, start: np.ndarray | None = None) -> Fit:
    n, k = design.shape
    eta = np.log(y + 0.5) if start is None else design @ start + offset
    beta = np.full(k, np.inf)
    for _ in range(100):
        mean = np.exp(np.clip(eta, -MAX_ETA, MAX_ETA))
        weight = mean / (1 + mean / theta)
        working = eta - offset + (y - mean) / mean
        weighted = design * weight[:, None]
        updated = _solved(weighted.T @ design, weighted.T @ working)
        settled = np.allclose(updated, beta, rtol=1e-11, atol=1e-12)
        beta, eta = updated, design @ updated + offset
        if settled:
            break
    else:
        raise ConvergenceError.said("model.no_estimate")
    mean = np.exp(eta)
    weight = mean / (1 + mean / theta)
    pearson = float(np.sum((y - mean) ** 2 / (mean * (1 + mean / theta))))
    information = (design * weight[:, None]).T @ design
    return Fit(beta, np.linalg.inv(information), pearson / (n - k), theta, n - k)


def _solved(information: np.ndarray, score: np.ndarray) -> np.ndarray:
    try:
        return np.linalg.solve(information, score)
    except np.linalg.LinAlgError as error:
        raise ConvergenceError.said("model.no_estimate") from error


def _theta(y: np.ndarray, mean: np.ndarray) -> float:
    """The size of the negative binomial by Newton's method on log θ; infinite without overdispersion."""
    excess = np.sum((y - mean) ** 2 - y)
    if excess <= 0:
        return np.inf
    theta = float(np.sum(mean**2) / excess)
    for _ in range(200):
        score = np.sum(
            special.digamma(y + theta) - special.digamma(theta) + np.log(theta) + 1
            - np.log(theta + mean) - (y + theta) / (theta + mean)
        )  # fmt: skip
        curvature = np.sum(
            special.polygamma(1, y + theta) - special.polygamma(1, theta) + 1 / theta
            - 2 / (theta + mean) + (y + theta) / (theta + mean) ** 2
        )  # fmt: skip
        step = score / curvature
        updated = theta - step if theta - step > 0 else theta / 2
        if abs(updated - theta) < 1e-12 * theta:
            return float(updated)
        theta = float(updated)
        if theta > 1e8:
            return np.inf
    raise ConvergenceError.said("model.dispersion")
