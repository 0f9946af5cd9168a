"""What a reader can conclude of a number from all that is shown, over whole persons."""

from __future__ import annotations

import numpy as np

from trygghet.disclosure.release import DisclosureError, Release
from trygghet.disclosure.tables import Tables

TOLERANCE = 1e-6
ROUNDS = 3


def bounds(
    release: Release, number: int, *, integral: bool = True, tables: Tables | None = None
) -> tuple[float, float]:
    """Smallest and largest value of a number that agrees with all that is shown.

    Parameters
    ----------
    number : its position in the release.
    integral : over whole persons (an integer program) or their relaxation.
    tables : the model of the release, when there is one already.

    Returns
    -------
    low, high; a number that nothing bounds gets a high far over all persons there are.

    Raises
    ------
    DisclosureError : the solver did not prove its answer in time.
    """
    tables = tables or Tables(release)
    row = release.matrix[[number]].toarray().ravel()
    ends = [tables.least(sign * row, integral=integral) for sign in (1.0, -1.0)]
    low, high = (float(row @ x) if x is not None else np.nan for x in ends)
    return low, high


class Reader:
    """Someone who has read all that is shown: the tables that he or she must still think possible.

    Tables found to be possible are kept from one question to the next, since a table that agreed goes on doing so
    when more is hidden.
    """

    def __init__(self, release: Release) -> None:
        self.release, self.tables = release, Tables(release)
        self._found: list[np.ndarray] = [release.atoms.astype(float)]

    def read(self, release: Release) -> None:
        """Go over to another choice of what is shown.

        Raises
        ------
        DisclosureError : no table at all agrees with it.
        """
        self.release = release
        self.tables.show(release)
        self._found = [x for x in self._found if self._agrees(x)]
        if not self._found and not self._keep(self.tables.least(np.zeros(release.matrix.shape[1]), integral=True)):
            raise DisclosureError.said("disclosure.contradiction")

    def reach(self) -> tuple[np.ndarray, np.ndarray]:
        """(s,) smallest and largest value of every sensitive number among the tables found so far."""
        values = self.release.matrix[self.release.sensitive] @ np.array(self._found).T
        return values.min(axis=1), values.max(axis=1)

    def spread(self) -> None:
        """Look for tables that settle many numbers at once: as few as can be in all, then as many as needed."""
        release, positions = self.release, self.release.sensitive
        rows = release.matrix[positions]
        capped = {int(p): (-np.inf, float(release.up[p]) + 1.0) for p in positions}
        for sign in (1.0, -1.0):
            for _ in range(ROUNDS):
                low, high = self.reach()
                left = low > release.down[positions] if sign > 0 else high < release.up[positions]
                if not left.any():
                    break
                cost = sign * np.asarray(rows[np.flatnonzero(left)].sum(axis=0)).ravel()
                if not self._keep(self.tables.least(cost, limits=capped if sign < 0 else {})):
                    break

    def reaches(self, number: int, side: str) -> bool:
        """Whether a table of whole persons takes a number as far as it must, over fractions first."""
        release = self.release
        limits = {number: (-np.inf, release.down[number]) if side == "down" else (release.up[number], np.inf)}
        nothing = np.zeros(release.matrix.shape[1])
        x = self.tables.least(nothing, limits=limits)
        if x is None:
            return False
        return self._keep(x) or self._keep(self.tables.least(nothing, limits=limits, integral=True))

    def _keep(self, x: np.ndarray | None) -> bool:
        """Keep a table when it is whole and agrees; tells whether it was."""
        if x is None:
            return False
        whole = np.rint(x)
        if np.abs(whole - x).max() > 1e-5 or not self._agrees(whole):
            return False
        self._found.append(whole)
        return True

    def _agrees(self, x: np.ndarray) -> bool:
        release, values = self.release, self.release.matrix @ x
        fits = (values >= release.low - TOLERANCE) & (values <= release.high + TOLERANCE)
        return bool((fits | ~release.visible).all())


def exposed(release: Release, reader: Reader | None = None) -> list[tuple[int, str]]:
    """Sensitive numbers of which a reader can conclude more than allowed, with the side: ``down`` or ``up``.

    Every number that is not returned has been proved: for each side there is a table of whole persons that agrees
    with all that is shown and reaches as far as it must.

    Parameters
    ----------
    reader : of an earlier question on the same numbers, used and added to.
    """
    positions = release.sensitive
    if not len(positions):
        return []
    reader = reader or Reader(release)
    reader.read(release)
    reader.spread()
    missing = []
    for at, number in enumerate(map(int, positions)):
        for side in ("down", "up"):
            low, high = reader.reach()
            far = low[at] <= release.down[number] if side == "down" else high[at] >= release.up[number]
            if not far and not reader.reaches(number, side):
                missing.append((number, side))
    return missing
