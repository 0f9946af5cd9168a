"""Counts of reports by area and kind, hidden so that no small one can be worked out from the sums."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trygghet.disclosure.release import ReleaseBuilder
from trygghet.disclosure.suppression import suppress

AREA, KIND = "area", "kind"


@dataclass(frozen=True)
class HiddenCounts:
    """Which counts of a table may not be shown.

    Attributes
    ----------
    cells : areas × kinds, True where the count is hidden.
    areas : area, True where its sum over all kinds is hidden.
    """

    cells: pd.DataFrame
    areas: pd.Series


def hide_counts(
    counts: pd.DataFrame, *, threshold: int, apart: Collection[str] = (), thin: Collection[str] = ()
) -> HiddenCounts:
    """What to hide of a table of counts whose sums by kind, over all areas, are published anyway.

    Parameters
    ----------
    counts : areas × kinds, every area and every kind there is; a kind that no page names may be among them.
    threshold : smallest count of an area that may be known, other than 0.
    apart : areas that no page shows, such as reports whose place is unknown.
    thin : areas where so few live that no count of theirs may be known, however large.

    Returns
    -------
    The cells and the areas' sums to hide; with them nobody can say of a count under the threshold more than that
    it lies between 0 and the threshold.

    Raises
    ------
    DisclosureError : the sums alone give a small count away, as when there is one area with any.
    """
    long = counts.rename_axis(index=AREA, columns=KIND).stack().astype(int)
    persons = long.index.to_frame(index=False).loc[np.repeat(np.arange(len(long)), long.to_numpy())]
    builder = ReleaseBuilder(_every(persons, counts), complete=True)
    for kind in counts.columns:
        builder.add({KIND: kind}, unit=("kind", kind), fixed=True)
    for area in [name for name in counts.index if name not in apart]:
        few = area in thin
        _add(builder, ("area", area), {AREA: area}, threshold, int(counts.to_numpy().sum()), few_live=few)
        for kind in counts.columns:
            _add(builder, (area, kind), {AREA: area, KIND: kind}, threshold, int(counts[kind].sum()), few_live=few)
    shown, units = suppress(builder.build(), insiders=False).shown, builder.units

    def hidden(unit: Hashable) -> bool:
        return unit not in units or not shown[units[unit]]

    cells = [[hidden((area, kind)) for kind in counts.columns] for area in counts.index]
    sums = [hidden(("area", area)) for area in counts.index]
    return HiddenCounts(
        pd.DataFrame(cells, index=counts.index, columns=counts.columns), pd.Series(sums, index=counts.index)
    )


def _every(persons: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """The reports with every area and kind as a category, so that empty ones are known to be possible."""
    return persons.assign(
        **{
            AREA: pd.Categorical(persons[AREA], categories=list(counts.index)),
            KIND: pd.Categorical(persons[KIND], categories=list(counts.columns)),
        }
    )


def _add(
    builder: ReleaseBuilder,
    unit: tuple[object, object],
    where: dict[str, object],
    threshold: int,
    most: int,
    *,
    few_live: bool,
) -> None:
    """One count; a reader knows that it is at most the published sum it is part of, and need not be kept from that."""
    n = builder.count(where)
    limit = max(threshold, n + 1) if few_live else threshold
    builder.add(where, unit=unit, threshold=limit, shown=not 0 < n < limit, reach=min(limit, most))
