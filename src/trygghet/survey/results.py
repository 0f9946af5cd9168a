"""What is asked of a design, and the answer as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trygghet.survey.arrays import Floats
from trygghet.survey.domains import Domains, Item, Mask


@dataclass(frozen=True, eq=False)
class Results:
    """Arrays over rows of a table (item by item, domain by domain within).

    Attributes
    ----------
    n : valid answers with positive weight.  n_eff : Kish's effective size of their weights.
    estimate, variance : as named.  df : degrees of freedom.
    spread : variance the estimate would have under simple random sampling with replacement.
    population : sum of weights.
    """

    n: Floats
    n_eff: Floats
    estimate: Floats
    variance: Floats
    df: Floats
    spread: Floats
    population: Floats


@dataclass(frozen=True, eq=False)
class Query:
    """What is asked: a kind of statistic ("mean", "total", "ratio"), items (and denominators), domains."""

    kind: str
    items: tuple[Item, ...]
    domains: Domains
    denominators: tuple[Item, ...] = ()

    @property
    def size(self) -> int:
        """Rows of the table."""
        return len(self.items) * self.domains.count

    def valid(self, j: int, active: Mask) -> NDArray[np.bool_]:
        """Rows with an answer to item j (and its denominator) and a positive weight."""
        out = active
        for item in (self.items[j], *self.denominators[j : j + 1]):
            if item.valid is not None:
                out = out & item.valid
        return out

    def numerator(self, j: int) -> Floats:
        """(n,) what is summed."""
        return self.items[j].values.astype(float)

    def denominator(self, j: int, n: int) -> Floats:
        """(n,) what is summed below the line."""
        return self.denominators[j].values.astype(float) if self.denominators else np.ones(n)
