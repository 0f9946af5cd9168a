"""What a reader can conclude of a number from all that is shown: linear and integer programs over the atoms."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from trygghet.disclosure.release import DisclosureError, Release

TOLERANCE = 1e-6
SECONDS = 10.0
OPTIMAL, INFEASIBLE = 0, 2


def bounds(release: Release, number: int, *, integral: bool = True) -> tuple[float, float]:
    """Smallest and largest value of a number that agrees with all that is shown.

    Parameters
    ----------
    number : its position in the release.
    integral : over whole persons (an integer program) or their relaxation.

    Returns
    -------
    low, high; high is infinite where nothing bounds it.

    Raises
    ------
    DisclosureError : the solver did not prove its answer in time.
    """
    row = release.matrix[[number]].toarray().ravel().astype(float)
    ends = []
    for sign in (1.0, -1.0):
        status, x = solve(release, sign * row, integral=integral)
        ends.append(float(row @ x) if status == OPTIMAL and x is not None else np.inf)
    return ends[0], ends[1]


def solve(
    release: Release, objective: np.ndarray, *, integral: bool, extra: tuple[LinearConstraint, ...] = ()
) -> tuple[int, np.ndarray | None]:
    """Minimise over all persons that agree with what is shown; status 0 solved, 3 unbounded, 2 impossible.

    Raises
    ------
    DisclosureError : time ran out or the solver failed, so that nothing is known.
    """
    seen = release.visible
    constraints = [LinearConstraint(release.matrix[seen], release.low[seen], release.high[seen])]
    result = milp(
        objective,
        constraints=[*constraints, *extra],
        bounds=Bounds(0, np.inf),
        integrality=np.full(len(objective), int(integral)),
        options={"time_limit": SECONDS},
    )
    if result.status in (OPTIMAL, INFEASIBLE, 3) or (result.status == 4 and not integral):
        return int(result.status), result.x
    raise DisclosureError(f"solver status {result.status}: {result.message}")


@dataclass
class Witnesses:
    """Whole persons that agree with what is shown: each proves how far conclusions reach.

    Kept from one question to the next, since a table that was possible stays so when more is hidden.
    """

    release: Release
    found: list[np.ndarray] = field(default_factory=list)

    def for_release(self, release: Release) -> Witnesses:
        """The same tables, those that agree with another choice of what is shown."""
        kept = [x for x in self.found if _agrees(release, x)]
        return Witnesses(release, kept)

    def reach(self) -> tuple[np.ndarray, np.ndarray]:
        """(s,) smallest and largest value of every sensitive number among the tables found."""
        rows = self.release.matrix[self.release.sensitive]
        tables = [self.release.atoms, *self.found]
        values = np.array([rows @ x for x in tables])
        return values.min(axis=0), values.max(axis=0)

    def add(self, x: np.ndarray | None) -> bool:
        """Keep a solution when it is whole and agrees; tells whether it was."""
        if x is None:
            return False
        whole = np.rint(x)
        if np.abs(whole - x).max() > 1e-5 or not _agrees(self.release, whole):
            return False
        self.found.append(whole)
        return True


def _agrees(release: Release, x: np.ndarray) -> bool:
    seen = release.visible
    values = release.matrix[seen] @ x
    return bool(((values >= release.low[seen] - TOLERANCE) & (values <= release.high[seen] + TOLERANCE)).all())


def exposed(release: Release, witnesses: Witnesses | None = None) -> list[tuple[int, str]]:
    """Sensitive numbers of which a reader can conclude more than allowed, with the side: ``down`` or ``up``.

    Every number that is not returned has been proved: for each side there is a table of whole persons that agrees
    with all that is shown and reaches as far as it must.

    Parameters
    ----------
    witnesses : tables from an earlier question, used and added to.
    """
    state = witnesses if witnesses is not None else Witnesses(release)
    positions = release.sensitive
    if not len(positions):
        return []
    rows = release.matrix[positions]
    spread(state)
    missing = []
    for at, number in enumerate(positions):
        for side in ("down", "up"):
            if not _reached(state, at, side) and not _alone(state, rows[[at]].toarray().ravel(), number, side):
                missing.append((int(number), side))
    return missing


def _reached(state: Witnesses, at: int, side: str) -> bool:
    low, high = state.reach()
    number = state.release.sensitive[at]
    if side == "down":
        return bool(low[at] <= state.release.down[number] + TOLERANCE)
    return bool(high[at] >= state.release.up[number] - TOLERANCE)


def spread(state: Witnesses) -> None:
    """Tables that settle many numbers at once: the fewest in all sensitive ones, then as many as needed in each."""
    release, positions = state.release, state.release.sensitive
    rows: csr_array = release.matrix[positions]
    for sign in (1.0, -1.0):
        capped = (LinearConstraint(rows, -np.inf, release.up[positions] + 1.0),)
        for _ in range(3):
            low, high = state.reach()
            left = low > release.down[positions] if sign > 0 else high < release.up[positions]
            if not left.any():
                break
            objective = sign * np.asarray(rows[np.flatnonzero(left)].sum(axis=0)).ravel()
            _, x = solve(release, objective, integral=False, extra=capped if sign < 0 else ())
            if not state.add(x):
                break


def _alone(state: Witnesses, row: np.ndarray, number: int, side: str) -> bool:
    """Whether one number reaches its limit on one side, over fractions first and then over whole persons."""
    release = state.release
    if side == "down":
        target = LinearConstraint(row[None, :], -np.inf, release.down[number])
    else:
        target = LinearConstraint(row[None, :], release.up[number], np.inf)
    nothing = np.zeros(len(row))
    status, x = solve(release, nothing, integral=False, extra=(target,))
    if status == INFEASIBLE:
        return False
    if state.add(x):
        return True
    status, x = solve(release, nothing, integral=True, extra=(target,))
    return status == OPTIMAL and state.add(x)
