"""Which numbers must be hidden too, so that those that are hidden cannot be worked out from the rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack, vstack

from trygghet.disclosure.bounds import TOLERANCE, Reader, bounds, exposed
from trygghet.disclosure.release import DisclosureError, Release

REWEIGHTED, OPTIMAL = 3, 0
ROUNDS = 500


def suppress(release: Release, *, insiders: bool = True) -> Release:
    """Hide what must be hidden so that no sensitive number can be found out.

    For every exposed number the cheapest other table that would reach far enough is sought; the shown numbers that
    it disagrees with are hidden (Kelly, Golden and Assad 1992; Castro 2012, the linear relaxation). Then everything
    is tried again over whole persons, and what proved needless is shown again, the dearest first.

    Parameters
    ----------
    release : with the primary rules applied; units marked ``fixed`` stay shown.
    insiders : protect also against a person who is alone in a hidden number and knows it.

    Returns
    -------
    The same release with more units hidden.

    Raises
    ------
    DisclosureError : what is fixed gives a sensitive number away, or the proof took too long.
    """
    found = Reader(release)
    result = _closed(release, found)
    if insiders:
        result = _against_insiders(result, found)
    return _shown_again(release, result, found, insiders=insiders)


def _closed(release: Release, found: Reader) -> Release:
    """Hide until nothing is exposed."""
    for _ in range(ROUNDS):
        missing = exposed(release, found)
        if not missing:
            return release
        for number, side in missing:
            if _open(release, number, side, found):
                release = release.hiding(carriers(release, number, side))
    raise DisclosureError.said("disclosure.no_end")


def _open(release: Release, number: int, side: str, reader: Reader) -> bool:
    """Whether the number is still exposed on the side, over fractions."""
    reader.read(release)
    low, high = bounds(release, number, integral=False, tables=reader.tables)
    if side == "down":
        return bool(low > release.down[number] + TOLERANCE)
    return bool(high < release.up[number] - TOLERANCE)


def carriers(release: Release, number: int, side: str, *, target: float | None = None) -> np.ndarray:
    """Units to hide so that a number could be as low, or as high, as it must.

    Raises
    ------
    DisclosureError : no choice of units does it.
    """
    goal = release.down[number] if side == "down" else release.up[number]
    goal = goal if target is None else target
    limits = _limits(release, number, (-np.inf, goal) if side == "down" else (goal, np.inf))
    free = release.shown & ~release.fixed
    cost, best = release.cost.copy(), np.array([], dtype=int)
    for _ in range(REWEIGHTED):  # small deviations are made dearer, so that few units carry the whole change
        broken = _deviation(limits, np.where(free, cost, np.inf))
        if broken is None:
            raise DisclosureError.said("disclosure.given_away")
        units = np.flatnonzero(broken > TOLERANCE)
        if not len(best) or release.cost[units].sum() < release.cost[best].sum():
            best = units
        cost = release.cost / (broken + 0.1)
    return best


def _limits(release: Release, number: int, within: tuple[float, float]) -> list[LinearConstraint]:
    """What is shown, each unit at a distance of its own from it, and one number within two ends."""
    seen, units = np.flatnonzero(release.visible), len(release.shown)
    matrix = release.matrix[seen].astype(float)
    slack = csr_array((np.ones(len(seen)), (np.arange(len(seen)), release.unit[seen])), shape=(len(seen), units))
    row = release.matrix[[number]].astype(float)
    return [
        LinearConstraint(hstack([matrix, slack]), release.low[seen], np.inf),
        LinearConstraint(hstack([matrix, -slack]), -np.inf, release.high[seen]),
        LinearConstraint(hstack([row, csr_array((1, units))]), *within),
    ]


def _deviation(limits: list[LinearConstraint], cost: np.ndarray) -> np.ndarray | None:
    """(u,) how far each unit's numbers are from what is shown in the cheapest table within the limits."""
    finite, m = np.isfinite(cost), limits[0].A.shape[1] - len(cost)
    result = milp(
        np.concatenate([np.zeros(m), np.where(finite, cost, 0.0)]),
        constraints=limits,
        bounds=Bounds(0, np.concatenate([np.full(m, np.inf), np.where(finite, np.inf, 0.0)])),
    )
    return result.x[m:] if result.status == OPTIMAL else None


def _against_insiders(release: Release, found: Reader) -> Release:
    """Hide until no person alone in a number can work out another one."""
    for _ in range(ROUNDS):
        pinned = insider_finds(release)
        if not pinned:
            return release
        lone, number = pinned[0]
        known = _knowing(release, lone)
        value = float(release.values[number])
        options = []
        for side, target in (("down", value - 1), ("up", value + 1)):
            try:
                options.append(carriers(known, number, side, target=target))
            except DisclosureError:
                continue
        options = [units for units in options if len(units)]
        if not options:
            raise DisclosureError.said("disclosure.own_answer")
        release = _closed(release.hiding(min(options, key=lambda units: release.cost[units].sum())), found)
    raise DisclosureError.said("disclosure.no_end")


def insider_finds(release: Release) -> list[tuple[int, int]]:
    """Pairs (a number that is one person, another sensitive number that he or she can work out exactly).

    Looked for first over fractions, where an interval of a whole person or more settles it.
    """
    guarded = np.isfinite(release.cost[release.unit])  # not those no row tells of: their number is known
    hidden = [int(n) for n in release.sensitive if guarded[n] and not release.visible[n]]
    pairs = []
    for lone in hidden:
        if release.lone[lone]:
            pairs += [(lone, number) for number in _pinned(_knowing(release, lone), hidden, lone)]
    return pairs


def _pinned(known: Release, hidden: list[int], lone: int) -> list[int]:
    """The numbers, other than the person's own, that have one possible value left."""
    reader = Reader(known)
    reader.spread()
    low, high = reader.reach()
    settled = {int(n) for n in known.sensitive[high - low >= 1 - TOLERANCE]}
    own = known.matrix[[lone]]
    left = [n for n in hidden if n not in settled and (known.matrix[[n]] != own).nnz]
    ends = {n: bounds(known, n, tables=reader.tables) for n in left}
    return [n for n, (low_n, high_n) in ends.items() if high_n - low_n < 1 - TOLERANCE]


def _knowing(release: Release, lone: int) -> Release:
    """The release as the one person sees it, who knows to be alone in the number (the worst case)."""
    shown = np.append(release.shown, True)
    return replace(
        release,
        matrix=vstack([release.matrix, release.matrix[[lone]]], format="csr"),
        low=np.append(release.low, 1.0),
        high=np.append(release.high, 1.0),
        unit=np.append(release.unit, len(release.shown)),
        shown=shown,
        fixed=np.append(release.fixed, True),
        cost=np.append(release.cost, np.inf),
        down=np.append(release.down, np.nan),
        up=np.append(release.up, np.nan),
        lone=np.append(release.lone, False),
    )


def _shown_again(first: Release, release: Release, found: Reader, *, insiders: bool) -> Release:
    """Show what need not be hidden, the dearest units first."""
    added = np.flatnonzero(first.shown & ~release.shown)
    for unit in sorted(added, key=lambda u: (-first.cost[u], u)):
        tried = release.showing([int(unit)])
        if not exposed(tried, found) and not (insiders and insider_finds(tried)):
            release = tried
    return release
