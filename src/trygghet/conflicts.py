"""Where the sources say different things: crime against fear, disorder against fear, one source against the others.

Only differences beyond chance count: each rests on tests of change or of areas, never on two figures side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from trygghet import estimates as est
from trygghet.counts import count_change, dispersion
from trygghet.criteria import APART, crime_changes, felt_changes, trends
from trygghet.evaluation import adjust

if TYPE_CHECKING:
    from trygghet.picture import Picture

ALPHA = 0.05
DISORDER = frozenset({"disorder", "damage", "drugs"})
MONTHS = 24  # of the series that tells how much more than chance the months vary


@dataclass(frozen=True)
class Change:
    """A change of the whole place: both values, and whether it is beyond chance (-1 down, 1 up, 0 cannot tell)."""

    before: float
    now: float
    sign: int


@dataclass(frozen=True)
class AreaConflict:
    """A sub-area where disorder and fear do not go together.

    Attributes
    ----------
    area : its id.  fear_high : True where fear is high and disorder low, False the other way round.
    problems : the disorder that stands out there, the most certain first.
    """

    area: str
    fear_high: bool
    problems: tuple[str, ...]


def fear_change(picture: Picture) -> Change | None:
    """The headline indicator against the wave before; None without one."""
    rows = picture.changes
    rows = rows[rows["indicator"] == picture.headline.id] if len(rows) else rows
    if len(rows) != 1:
        return None
    row = rows.iloc[0]
    return Change(float(row["before"]), float(row["after"]), _sign(row["change"], row["p"]))


def crime_change(picture: Picture) -> Change | None:
    """All reported crimes but those that follow how much the police look, against the period before.

    Tested with the months' own variation (quasi-Poisson), since all crime together varies more than chance.
    """
    rows, wave = picture.incident_changes, picture.wave("incidents")
    if len(rows) == 0 or wave is None or picture.incidents is None:
        return None
    start, end = wave.wave.compare_from, wave.wave.compare_to
    led = {item.group for item in picture.offences if item.detection_driven}
    kept = rows[~rows["group"].isin(led)]
    now, before = int(kept["now"].sum()), int(kept["before"].sum())
    if start is None or end is None or now + before == 0:
        return None
    phi = _months(picture, led)
    days = (wave.wave.end - wave.wave.start).days + 1, (end - start).days + 1
    test = count_change(now, before, t1=days[0], t0=days[1], phi=phi).iloc[0]
    return Change(before, now, _sign(test["ratio"] - 1, test["p"]))


def _months(picture: Picture, led: set[str]) -> float:
    """Variance over mean of the months up to the end of the year's period; at least 1."""
    incidents, wave = picture.incidents, picture.wave("incidents")
    assert incidents is not None and wave is not None
    first = pd.Timestamp(wave.wave.end) + pd.Timedelta(days=1) - pd.DateOffset(months=MONTHS)
    rows = est.between(incidents.frame, first.date(), wave.wave.end)
    rows = rows[rows["offence_group"].notna() & ~rows["offence_group"].isin(list(led))]
    months = rows["start"].fillna(rows["reported"]).dt.to_period("M")
    every = pd.period_range(first, pd.Timestamp(wave.wave.end), freq="M")
    counts = rows.groupby(months)["n_crimes"].sum().reindex(every, fill_value=0)
    return max(dispersion(counts.to_numpy()), 1.0)


def _sign(change: float, p: float) -> int:
    return int(np.sign(change)) if p < ALPHA else 0


def problem_conflicts(picture: Picture) -> list[str]:
    """Problems that residents see more of while fewer crimes are reported, or the other way round."""
    found = [problem for problem, said in trends(picture).items() if said.word == APART]
    felt, crime = felt_changes(picture), crime_changes(picture)
    return sorted(found, key=lambda problem: felt["p"].get(problem, 1.0) + crime["p"].get(problem, 1.0))


def area_conflicts(picture: Picture) -> list[AreaConflict]:
    """Sub-areas where fear lies over the rest of the place and some disorder under it, or the other way round.

    Both against all other areas together, each kept within a false discovery rate of 5 % over everything compared.
    An area with disorder both over and under the rest is no conflict.
    """
    fear = _against_rest(picture, [picture.headline.id])
    names = [est.STAFF + item.id for item in picture.codebook if DISORDER & set(item.est)]
    disorder = _against_rest(picture, [name for name in names if name in picture.available])
    found = []
    for area, rows in disorder.groupby("area", sort=False):
        own = fear[fear["area"] == area]
        if own.empty or own["sign"].iloc[0] == 0:
            continue
        fear_sign = int(own["sign"].iloc[0])
        other = rows[rows["sign"] == -fear_sign].sort_values("p")
        if len(other) and not (rows["sign"] == fear_sign).any():
            problems = tuple(name.removeprefix(est.STAFF) for name in other["indicator"])
            found.append(AreaConflict(str(area), fear_sign > 0, problems))
    return found


def _against_rest(picture: Picture, indicators: list[str]) -> pd.DataFrame:
    """Each shown area against all others: indicator, area, p and sign (0 where it does not stand out)."""
    shares = est.pick(picture.survey_estimates, group_by="area")
    totals = est.pick(picture.survey_estimates, group_by=est.TOTAL).set_index("indicator")
    rows = []
    for row in shares[shares["indicator"].isin(indicators)].to_dict("records"):
        name = row["indicator"]
        if row["suppressed"] or name not in totals.index or not row["se"] > 0:
            continue
        weight = _weight(picture, str(row["group"]), str(name))
        whole = totals.loc[name]
        rest = (whole["estimate"] - weight * row["estimate"]) / (1 - weight)
        # sub-areas are sampled each for itself, so the whole's variance is the sum of theirs
        variance = max(whole["se"] ** 2 - (weight * row["se"]) ** 2, 0.0) / (1 - weight) ** 2
        z = (row["estimate"] - rest) / np.sqrt(row["se"] ** 2 + variance)
        rows.append((name, row["group"], float(2 * stats.norm.sf(abs(z))), int(np.sign(z))))
    table = pd.DataFrame(rows, columns=["indicator", "area", "p", "sign"])
    if table.empty:
        return table
    return table.assign(sign=table["sign"].where(adjust(table["p"].to_numpy(float), "bh") <= ALPHA, 0))


def _weight(picture: Picture, area: str, indicator: str) -> float:
    """The area's share of the weight among those who answered."""
    assert picture.design is not None
    column = picture.with_indicators([indicator])
    known = column.frame[indicator].notna().to_numpy()
    inside = (column.frame["area"].astype(str) == area).to_numpy()
    weights = np.asarray(column.weights, float)
    return float(weights[known & inside].sum() / weights[known].sum())
