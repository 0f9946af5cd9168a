"""The police's extract held against Brå's published figures, by type of crime and year."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date

import numpy as np
import pandas as pd

from trygghet.messages import Words
from trygghet.problems import Offences
from trygghet.sources.incidents import Incidents
from trygghet.workspace import SourceWave

COLUMNS = ["offence_group", "period", "n_extract", "n_official", "difference", "share", "differs"]
# the preliminary and the final figures differ by less than half a per cent in all; single types by more
TOLERANCE = 0.05


def reconcile(
    incidents: Incidents, official: pd.DataFrame, offences: Offences, *, tolerance: float = TOLERANCE
) -> pd.DataFrame:
    """Crimes in the extract against crimes in the published table.

    Parameters
    ----------
    incidents : the police's extract; crimes count in the year they were reported, as Brå counts them.
    official : columns offence (Brå's name), period (a year), n; as `official.read_sol_export` gives it.
    offences : the groups; `OffenceGroup.official_labels` says which published types make up a group.
    tolerance : relative difference that is let pass.

    Returns
    -------
    columns offence_group, period, n_extract, n_official, difference (extract minus official), share
    (extract / official), differs (beyond the tolerance and beyond chance, two standard deviations of a
    Poisson count). Only the groups that both name, and years that the extract covers from January to
    December.
    """
    counted = _extract_counts(incidents.frame)
    totals: Counter[tuple[str, str]] = Counter()
    for record in official.dropna(subset=["n"]).to_dict("records"):
        group = offences.named(record["offence"])
        if group is not None:
            totals[group, record["period"]] += int(record["n"])
    years = _whole_years(incidents.frame)
    rows = [
        (group, period, counted[group, int(period)], n)
        for (group, period), n in sorted(totals.items())
        if period.isdigit() and int(period) in years
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS[:4])
    frame["difference"] = frame["n_extract"] - frame["n_official"]
    frame["share"] = frame["n_extract"] / frame["n_official"].where(frame["n_official"] > 0)
    chance = 2 * np.sqrt(frame["n_official"].clip(lower=1))
    frame["differs"] = (frame["difference"].abs() > chance) & (
        frame["difference"].abs() > tolerance * frame["n_official"]
    )
    return frame[COLUMNS]


def last_whole_year(table: pd.DataFrame, wave: SourceWave) -> pd.DataFrame:
    """The rows of the last calendar year that ends before the reference period does."""
    years = [period for period in table["period"].unique() if date(int(period), 12, 31) <= wave.wave.end]
    return table[table["period"] == max(years)].reset_index(drop=True) if years else table.iloc[:0]


def warnings(table: pd.DataFrame, offences: Offences, words: Words) -> list[str]:
    """A sentence for every type and year where the extract and Brå differ, largest difference first."""
    labels = offences.labels(words)
    rows = table[table["differs"]].sort_values("difference", key=lambda d: -d.abs(), kind="stable")
    return [
        words(
            "checking.reconciliation" if row["n_extract"] < row["n_official"] else "checking.reconciliation_more",
            offence=labels[row["offence_group"]],
            period=row["period"],
            n=row["n_extract"],
            official=row["n_official"],
            share=words.percent(row["share"]) if math.isfinite(row["share"]) else "–",
        )
        for row in rows.to_dict("records")
    ]


def _extract_counts(frame: pd.DataFrame) -> Counter[tuple[str, int]]:
    years = frame["reported"].fillna(frame["end"]).dt.year
    counts: Counter[tuple[str, int]] = Counter()
    for group, year, n in zip(frame["offence_group"].astype(str), years, frame["n_crimes"], strict=True):
        counts[group, year] += int(n)
    return counts


def _whole_years(frame: pd.DataFrame) -> set[int]:
    """Years the extract covers wholly: reports in its first and its last month."""
    reported = frame["reported"].fillna(frame["end"])
    months = set(zip(reported.dt.year, reported.dt.month, strict=True))
    return {year for year, _ in months if {(year, 1), (year, 12)} <= months}
