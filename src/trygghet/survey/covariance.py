"""The covariance matrix of a table, worked out when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from trygghet.survey.arrays import Floats


class Covariance:
    """A covariance matrix that behaves as an array and is computed at first use.

    A table of 300 rows needs 300 standard errors at once but its 45 000 covariances only for
    contrasts; and pandas compares and copies what stands in ``attrs``, which plain arrays do not survive.
    """

    def __init__(self, size: int, make: Callable[[], Floats]) -> None:
        self._make = make
        self._values: Floats | None = None
        self.shape = (size, size)

    @property
    def values(self) -> Floats:
        """The matrix."""
        if self._values is None:
            self._values = self._make()
            self._values.flags.writeable = False
        return self._values

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Floats:
        values = self.values if dtype is None else self.values.astype(dtype)
        return values.copy() if copy else values

    def __getitem__(self, at: Any) -> Any:
        return self.values[at]

    def __len__(self) -> int:
        return self.shape[0]

    def __matmul__(self, other: Any) -> Floats:
        product: Floats = self.values @ other
        return product

    def __rmatmul__(self, other: Any) -> Floats:
        product: Floats = other @ self.values
        return product

    def __deepcopy__(self, memo: dict[int, Any]) -> Covariance:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (np.asarray(self.values),)

    def __repr__(self) -> str:
        return f"Covariance({self.shape[0]} × {self.shape[1]})"


def _restored(values: Floats) -> Covariance:
    return Covariance(len(values), lambda: np.array(values))
