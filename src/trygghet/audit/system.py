"""What can be concluded of unknown counts from linear equations and intervals: linear, then whole-number, programs."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, vstack

TIME_LIMIT = 5.0
_NEAR = 1e-6


class UnsolvedError(ArithmeticError):
    """A program that neither was solved nor shown to contradict itself."""


@dataclass
class System:
    """Unknown counts, none negative, and what was published of them.

    Attributes
    ----------
    whole : whether the unknowns are whole numbers; counts are, and shares of an unweighted survey too.
    """

    whole: bool = True
    _unknowns: dict[Hashable, int] = field(default_factory=dict)
    _rows: list[dict[int, float]] = field(default_factory=list)
    _limits: list[tuple[float, float]] = field(default_factory=list)
    _found: list[np.ndarray] = field(default_factory=list)
    _ready: tuple[Any, ...] | None = None

    def add(self, parts: Mapping[Hashable, float], low: float, high: float = inf) -> None:
        """A published number: the sum of unknowns, each times a factor, lies from `low` to `high`."""
        row: dict[int, float] = {}
        for name, factor in parts.items():
            number = self._unknowns.setdefault(name, len(self._unknowns))
            row[number] = row.get(number, 0.0) + factor
        self._rows.append(row)
        self._ready = None
        self._limits.append((low, high))

    @property
    def names(self) -> tuple[Hashable, ...]:
        """The unknowns."""
        return tuple(self._unknowns)

    def possible(self) -> bool:
        """Whether any counts agree with all that was published."""
        return self._linear(np.zeros(len(self._unknowns))) is not None

    def seen(self, parts: Mapping[Hashable, float], low: float, high: float) -> bool:
        """Whether counts that agree with all were met already where a sum is `low` or less, and `high` or more."""
        cost = self._cost(parts)
        sums = [float(cost @ counts) for counts in self._found]
        return bool(sums) and min(sums) <= low + _NEAR and max(sums) >= high - _NEAR

    def _cost(self, parts: Mapping[Hashable, float]) -> np.ndarray:
        cost = np.zeros(len(self._unknowns))
        for name, factor in parts.items():
            cost[self._unknowns[name]] += factor
        return cost

    def interval(self, parts: Mapping[Hashable, float]) -> tuple[float, float]:
        """The least and the most that a sum of unknowns can be.

        The linear program first; where its ends are not enough for a conclusion in whole numbers, the whole-number
        program. An end that the latter does not find in time keeps the linear program's, which is never narrower.

        Raises
        ------
        UnsolvedError : nothing agrees with what was published.
        """
        cost = self._cost(parts)
        low, high = self._end(cost), self._end(-cost)
        return low, -high

    def _end(self, cost: np.ndarray) -> float:
        linear = self._linear(cost)
        if linear is None:
            raise UnsolvedError
        if not self.whole or linear == -inf:
            return linear
        whole = self._whole(cost)
        return float(np.ceil(linear - _NEAR)) if whole is None else whole

    def _prepared(self) -> tuple[Any, ...]:
        """The matrix and its limits, whole and split into inequalities and equations."""
        if self._ready is None:
            matrix, limits = self._matrix(), np.array(self._limits)
            alike = limits[:, 0] == limits[:, 1]
            above, below = ~alike & np.isfinite(limits[:, 0]), ~alike & np.isfinite(limits[:, 1])
            ends = np.concatenate([limits[below, 1], -limits[above, 0]])
            unequal = vstack([matrix[below], -matrix[above]]) if len(ends) else None
            equal = (matrix[alike], limits[alike, 0]) if alike.any() else (None, None)
            self._ready = matrix, limits, (unequal, ends if len(ends) else None), equal
        return self._ready

    def _matrix(self) -> csr_array:
        places = [(i, j, factor) for i, row in enumerate(self._rows) for j, factor in row.items()]
        rows, columns, factors = zip(*places, strict=True)
        return csr_array((factors, (rows, columns)), shape=(len(self._rows), len(self._unknowns)))

    def _linear(self, cost: np.ndarray) -> float | None:
        _, _, (unequal, ends), (equal, values) = self._prepared()
        found = linprog(cost, A_ub=unequal, b_ub=ends, A_eq=equal, b_eq=values, method="highs")
        if found.status == 3:
            return -inf
        if found.status == 0 and not self.whole:
            self._found.append(found.x)
        return float(found.fun) if found.status == 0 else None

    def _whole(self, cost: np.ndarray) -> float | None:
        matrix, limits, *_ = self._prepared()
        found = milp(
            cost,
            constraints=LinearConstraint(matrix, limits[:, 0] - _NEAR, limits[:, 1] + _NEAR),
            integrality=np.ones(len(cost)),
            bounds=Bounds(0, inf),
            options={"time_limit": TIME_LIMIT, "mip_rel_gap": 0.0},
        )
        if found.status == 2:
            raise UnsolvedError
        if found.status != 0:
            return None
        self._found.append(found.x)
        return float(np.round(found.fun))
