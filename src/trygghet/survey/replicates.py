"""Replicate weights as they travel with a design, and the covariance they give."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trygghet.errors import DesignError
from trygghet.survey.arrays import Floats

DF_TOLERANCE = 1e-5


@dataclass(frozen=True, eq=False)
class Replicates:
    """Replicate weights.

    Attributes
    ----------
    weights : (n, replicates) combined weights (sampling weight times replicate factor).
    scale : factor of the sum of squares.
    rscales : (replicates,) factor of each square.
    mse : squares about the full-sample estimate rather than about the replicates' mean.
    kind : how they were made, for messages.
    """

    weights: Floats
    scale: float
    rscales: Floats
    mse: bool = False
    kind: str = "supplied"

    def __post_init__(self) -> None:
        if self.weights.ndim != 2 or self.weights.shape[1] < 2:
            raise DesignError.said("replicates.two_columns")
        if not np.isfinite(self.weights).all():
            raise DesignError.said("replicates.infinite")
        if len(self.rscales) != self.weights.shape[1]:
            raise DesignError.said("replicates.rscales", replicates=self.weights.shape[1], scales=len(self.rscales))

    @property
    def count(self) -> int:
        """Number of replicates."""
        return int(self.weights.shape[1])

    def with_weights(self, weights: Floats) -> Replicates:
        """The same scheme with other weights."""
        return replace(self, weights=weights)

    def only(self, keep: NDArray[np.bool_]) -> Replicates:
        """Weights zero outside a domain."""
        return self.with_weights(np.where(keep[:, None], self.weights, 0.0))

    def df(self) -> int:
        """Degrees of freedom: the rank of the replicate weights less one, as R's degf."""
        # R finds the rank by a QR that drops columns below this relative size.
        return _rank(self.weights, DF_TOLERANCE) - 1

    def centre(self, estimates: Floats, full: Floats) -> Floats:
        """What the replicates (R, m) are compared with."""
        return full if self.mse else estimates[self.rscales > 0].mean(axis=0)

    def covariance(self, estimates: Floats, full: Floats) -> Floats:
        """Covariance (m, m) of estimates given by (replicates, m) replicate estimates."""
        centred = estimates - self.centre(estimates, full)
        found: Floats = self.scale * centred.T @ (self.rscales[:, None] * centred)
        return found

    def variances(self, estimates: Floats, full: Floats) -> Floats:
        """The diagonal of `covariance`, (m,)."""
        centred = estimates - self.centre(estimates, full)
        found: Floats = self.scale * np.einsum("rm,r,rm->m", centred, self.rscales, centred)
        return found


def _rank(matrix: Floats, tolerance: float) -> int:
    unique = np.unique(matrix, axis=0)
    singular = np.linalg.svd(unique, compute_uv=False)
    return int(np.sum(singular > tolerance * singular[0])) if singular[0] > 0 else 0
