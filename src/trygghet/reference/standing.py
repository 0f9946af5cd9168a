"""How the level of reported crime stands to similar municipalities, and whether that has moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log, nan, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from trygghet.counts import count_change
from trygghet.reference.rates import LEAST_SIMILAR, Rates, dispersion, limits, rates, summed
from trygghet.sources.figures import PER

if TYPE_CHECKING:
    from trygghet.picture import Picture

WINDOW, LEVEL = 3, 0.05
DEVIATION = (
    "own", "own_low", "own_high", "median", "q1", "q3", "n_similar", "ratio", "low", "high", "position", "certain", "z",
    "n_years", "first", "last", "direction", "direction_ratio", "direction_low", "direction_high", "direction_p",
    "detection_driven",
)  # fmt: skip


def deviation(of: Rates) -> dict[str, Any] | None:
    """The own level in the last years against the similar municipalities' middle half; None with too little to tell.

    Returns
    -------
    own, own_low, own_high, median, q1, q3 (mean yearly rates of the last one to three years of one series), ratio to
    the median with limits (chance in the own count, with its overdispersion), position (``over``, ``within`` or
    ``under`` the middle half), certain (the interval lies wholly outside it), z (standard deviations from the similar
    ones on the log scale, their own spread included), n_years, first, last, and direction (``up``, ``down``, ``none``
    or ``unknown``): whether the ratio has moved since the three years before.

    References
    ----------
    Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202: additive overdispersion for the z-score.
    """
    usable = of.years() if of.own.notna().any() else []
    if not usable:
        return None
    years = usable[-WINDOW:]
    levels = of.similar.loc[years].dropna(axis=1).mean()
    if len(levels) < LEAST_SIMILAR or not levels.median() > 0:
        return None
    q1, median, q3 = (float(v) for v in levels.quantile([0.25, 0.5, 0.75]))
    phi = dispersion(of)
    count, exposure = float(of.counts()[years].sum()), float(of.people[years].sum())
    own = count / exposure * PER
    low, high = limits(count, exposure, phi)
    position = "over" if own > q3 else "under" if own < q1 else "within"
    return {
        "own": own, "own_low": low, "own_high": high, "median": median, "q1": q1, "q3": q3, "n_similar": len(levels),
        "ratio": own / median, "low": low / median, "high": high / median, "position": position,
        "certain": low > q3 or high < q1, "z": _z(own, count, levels, phi), "n_years": len(years),
        "first": years[0], "last": years[-1], **_direction(of, usable, phi),
    }  # fmt: skip


def _z(own: float, count: float, levels: pd.Series, phi: float) -> float:
    if own <= 0 or not (levels > 0).all():
        return nan
    logs = np.log(levels.to_numpy(float))
    q1, q3 = np.quantile(logs, [0.25, 0.75])
    between = (q3 - q1) / 1.349
    return (log(own) - float(np.median(logs))) / sqrt(between**2 + phi / count)


def _direction(of: Rates, usable: list[int], phi: float) -> dict[str, Any]:
    """Own counts of the last years against the years before, both relative to what the similar ones would give."""
    now, before = usable[-WINDOW:], usable[-2 * WINDOW : -WINDOW]
    expected = of.similar.median(axis=1) * of.people / PER
    unknown = {"direction": "unknown", **dict.fromkeys(DEVIATION[-5:-1], nan)}
    if len(before) < WINDOW or not (expected[now].sum() > 0 and expected[before].sum() > 0):
        return unknown
    counts = of.counts()
    test = count_change(
        counts[now].sum(), counts[before].sum(), t1=expected[now].sum(), t0=expected[before].sum(), phi=phi
    ).iloc[0]
    return {
        "direction": word(test["ratio"] - 1, test["p"]),
        "direction_ratio": test["ratio"], "direction_low": test["lo"], "direction_high": test["hi"],
        "direction_p": test["p"],
    }  # fmt: skip


def word(change: float, p: float) -> str:
    """``up``, ``down`` or, where p does not tell them apart from chance, ``none``."""
    if not p <= LEVEL:
        return "none"
    return "up" if change > 0 else "down"


def group_deviations(picture: Picture) -> pd.DataFrame:
    """`deviation` of every offence group, indexed by group; empty without reference figures."""
    driven = {item.group: item.detection_driven for item in picture.offences}
    found = {group: deviation(of) for group, of in rates(picture).items()}
    rows = {group: row | {"detection_driven": driven[group]} for group, row in found.items() if row}
    return table_of(rows, "group", DEVIATION)


def deviations(picture: Picture) -> pd.DataFrame:
    """How reported crime for each problem stands to similar municipalities.

    Returns
    -------
    DataFrame indexed by problem id, columns `DEVIATION` (see `deviation`); only problems that reported crime
    measures and reference figures hold. ``detection_driven`` rows follow how much the police look.
    """
    return picture.once(("deviations",), lambda: _deviations(picture))


def _deviations(picture: Picture) -> pd.DataFrame:
    known, rows = rates(picture), {}
    for problem in picture.codebook:
        groups = [group for group in problem.offence_groups if group in known]
        if not groups or len(groups) < len(problem.offence_groups):
            continue
        row = deviation(summed([known[group] for group in groups]) if len(groups) > 1 else known[groups[0]])
        if row:
            rows[problem.id] = row | {"detection_driven": driven(picture, problem.id)}
    return table_of(rows, "problem", DEVIATION)


def driven(picture: Picture, problem: str) -> bool:
    """Whether the reported number follows how much the police look."""
    item = picture.codebook[problem]
    return item.detection_driven or any(picture.offences[group].detection_driven for group in item.offence_groups)


def table_of(rows: Mapping[str, Mapping[str, Any]], index: str, columns: Sequence[str]) -> pd.DataFrame:
    """Rows by key as a table with every column."""
    table = pd.DataFrame.from_dict(dict(rows), orient="index", columns=list(columns))
    return table.rename_axis(index)
