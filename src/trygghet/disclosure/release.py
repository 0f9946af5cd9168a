"""Numbers released about one set of persons, as sums over the finest groups they can be told apart in (atoms)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from trygghet.errors import SpokenError


class DisclosureError(SpokenError):
    """A release that cannot be shown to be safe; nothing of it may be published."""


@dataclass(frozen=True)
class Release:
    """A set of linked numbers, which of them are shown, and which must not be found out.

    Every number is a sum of atoms: ``values = matrix @ atoms``. Numbers that are hidden together (a share, its
    base, its interval, its bar) share a unit.

    Attributes
    ----------
    atoms : (m,) persons in each atom, whole and not negative.
    matrix : (r, m) 0 or 1, which atoms each number sums.
    low, high : (r,) what a reader can conclude of the number when it is shown; equal where it is shown exactly,
        apart where it is rounded or given as a percentage.
    unit : (r,) the unit each number is hidden with.
    shown, fixed : (u,) whether a unit is shown, and whether it may not be hidden.
    cost : (u,) how much is lost by hiding a unit.
    down, up : (r,) NaN where the number may be known. Elsewhere a reader's conclusions must reach at least as far
        down, and as far up, as this.
    lone : (r,) whether the number is a single person, who knows of it.
    """

    atoms: np.ndarray
    matrix: csr_array
    low: np.ndarray
    high: np.ndarray
    unit: np.ndarray
    shown: np.ndarray
    fixed: np.ndarray
    cost: np.ndarray
    down: np.ndarray
    up: np.ndarray
    lone: np.ndarray

    @property
    def values(self) -> np.ndarray:
        """(r,) the true numbers."""
        values: np.ndarray = self.matrix @ self.atoms
        return values

    @property
    def sensitive(self) -> np.ndarray:
        """Positions of the numbers that must not be found out."""
        return np.flatnonzero(~np.isnan(self.up))

    @property
    def visible(self) -> np.ndarray:
        """(r,) whether each number is shown."""
        visible: np.ndarray = self.shown[self.unit]
        return visible

    def hiding(self, units: np.ndarray | Sequence[int]) -> Release:
        """The same release with some units hidden too."""
        shown = self.shown.copy()
        shown[np.asarray(units, dtype=int)] = False
        return replace(self, shown=shown)

    def showing(self, units: np.ndarray | Sequence[int]) -> Release:
        """The same release with some units shown."""
        shown = self.shown.copy()
        shown[np.asarray(units, dtype=int)] = True
        return replace(self, shown=shown)


@dataclass
class ReleaseBuilder:
    """Collects the numbers of a release one by one.

    Parameters
    ----------
    persons : a row a person (or report): every variable that any of the numbers tells apart, as categories,
        none missing.
    complete : atoms for every combination of categories, also those that nobody is in. Without, a reader is taken
        to know which are empty.
    possible : more combinations that a reader must think possible, columns as in `persons`.
    bound : with `complete`, variables of which everyone knows that only the combinations found are possible, as
        areas lie in one part of a town each.

    Examples
    --------
    >>> people = pd.DataFrame({"area": list("aab"), "answer": ["yes", "no", "yes"]})
    >>> builder = ReleaseBuilder(people)
    >>> builder.add({}, unit="n", fixed=True)
    >>> builder.add({"area": "a", "answer": "yes"}, unit="a", threshold=5)
    >>> builder.build().values.tolist()
    [3.0, 1.0]
    """

    persons: pd.DataFrame
    complete: bool = False
    possible: pd.DataFrame | None = None
    bound: Sequence[tuple[str, ...]] = ()
    _rows: list[np.ndarray] = field(default_factory=list)
    _limits: list[tuple[float, float, float, float, bool]] = field(default_factory=list)
    _claims: list[tuple[float, float]] = field(default_factory=list)
    _row_units: list[int] = field(default_factory=list)
    _units: dict[Hashable, int] = field(default_factory=dict)
    _unit_facts: list[tuple[bool, bool, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        names = list(self.persons.columns)
        rows = self.persons if self.possible is None else pd.concat([self.persons, self.possible], ignore_index=True)
        real = pd.Series(np.arange(len(rows)) < len(self.persons), index=rows.index)
        counted = real.groupby([rows[name] for name in names], sort=True, observed=not self.complete).sum()
        if self.complete and isinstance(counted.index, pd.MultiIndex):
            counted = counted.reindex(pd.MultiIndex.from_product(counted.index.levels, names=names), fill_value=0)
        found = self._within_bounds(counted.rename("_n").reset_index())
        self._atoms = found["_n"].to_numpy(int)
        self._given = {name: {v: (found[name] == v).to_numpy() for v in found[name].unique()} for name in names}

    def _within_bounds(self, found: pd.DataFrame) -> pd.DataFrame:
        """Without the combinations of bound variables that nobody has."""
        for names in self.bound:
            own = list(names)
            known = pd.MultiIndex.from_frame(self.persons[own].drop_duplicates())
            found = found[pd.MultiIndex.from_frame(found[own]).isin(known)].reset_index(drop=True)
        return found

    def members(self, where: Mapping[str, object]) -> np.ndarray:
        """(m,) which atoms belong to a group; a value may be a collection of categories."""
        chosen = np.ones(len(self._atoms), dtype=bool)
        for name, value in where.items():
            options = value if isinstance(value, (set, frozenset, tuple, list)) else (value,)
            known = [self._given[name][o] for o in options if o in self._given[name]]
            chosen &= np.logical_or.reduce(known) if known else False
        return chosen

    def count(self, where: Mapping[str, object]) -> int:
        """Persons in a group."""
        return int(self._atoms[self.members(where)].sum())

    def add(
        self,
        where: Mapping[str, object],
        *,
        unit: Hashable,
        within: tuple[float, float] | None = None,
        threshold: int = 0,
        shown: bool = True,
        fixed: bool = False,
        cost: float = 1.0,
        reach: float | None = None,
        claim: tuple[float, float] | None = None,
    ) -> None:
        """One number.

        Parameters
        ----------
        where : the group it counts.
        unit : what it is hidden with; the first number of a unit says whether it is shown and may be hidden.
        within : what a reader concludes when it is shown as a rounded percentage; exact when omitted.
        threshold : 1 to `threshold` - 1 persons must not be found out; 0 for a number that may be known.
        cost : how much dearer than others the unit is to hide.
        reach : how far up a reader's conclusions must reach; to the threshold when omitted.
        claim : what a reader concludes who takes a weighted percentage for one of persons; `within` when omitted.
        """
        atoms = self.members(where)
        value = int(self._atoms[atoms].sum())
        low, high = within if within is not None else (value, value)
        self._claims.append(_whole(*(claim or (low, high))))
        low, high = max(0.0, min(np.ceil(low - 1e-9), value)), max(np.floor(high + 1e-9), value)
        secret = 0 < value < threshold
        up = float(threshold) if reach is None else float(reach)
        limits = (0.0, up) if secret else (np.nan, np.nan)
        self._rows.append(atoms)
        self._limits.append((low, high, *limits, value == 1 and secret))
        if unit not in self._units:
            self._units[unit] = len(self._units)
            size = np.log1p(atoms.sum())  # by how many groups it sums, not by how many persons: the pattern tells less
            self._unit_facts.append((shown, fixed, cost * (1.0 + size)))
        self._row_units.append(self._units[unit])

    def narrow(self, number: int, low: float, high: float) -> None:
        """Let a reader know more of a number that was added, by its position; never less than the truth allows."""
        value = int(self._atoms[self._rows[number]].sum())
        _, _, down, up, lone = self._limits[number]
        whole = min(float(np.ceil(low - 1e-6)), value), max(float(np.floor(high + 1e-6)), value)
        self._limits[number] = (max(0.0, whole[0]), whole[1], down, up, lone)

    @property
    def units(self) -> dict[Hashable, int]:
        """Units by their names."""
        return dict(self._units)

    def build(self, *, claimed: bool = False) -> Release:
        """The release, with every number that was added.

        Parameters
        ----------
        claimed : as a reader sees it who takes weighted percentages for those of persons. The truth need not agree
            with that.
        """
        low, high, down, up, lone = (np.array(column) for column in zip(*self._limits, strict=True))
        if claimed:
            low, high = (np.array(column) for column in zip(*self._claims, strict=True))
        shown, fixed, cost = (np.array(column) for column in zip(*self._unit_facts, strict=True))
        return Release(
            atoms=self._atoms,
            matrix=csr_array(np.array(self._rows, dtype=float)),
            low=low.astype(float),
            high=high.astype(float),
            unit=np.array(self._row_units),
            shown=shown.astype(bool),
            fixed=fixed.astype(bool),
            cost=cost.astype(float),
            down=down.astype(float),
            up=up.astype(float),
            lone=lone.astype(bool),
        )


def _whole(low: float, high: float) -> tuple[float, float]:
    """The whole numbers within two limits; those around them when there is none."""
    inner = max(0.0, float(np.ceil(low - 1e-9))), float(np.floor(high + 1e-9))
    return inner if inner[0] <= inner[1] else (max(0.0, float(np.floor(low))), float(np.ceil(high)))
