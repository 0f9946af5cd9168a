"""The one table that travels: a row for each figure that may be published, whatever its source.

Charts, tables, priorities, promises and evaluation read it and nothing else. Columns: `COLUMNS`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from trygghet import estimate
from trygghet.counts import count_change
from trygghet.design import SurveyDesign
from trygghet.frames import Estimates
from trygghet.group_keys import joined_columns
from trygghet.indicators import Indicator
from trygghet.indicators import apply as indicator_values
from trygghet.sources import Contacts, Incidents, StaffAnswers, Survey
from trygghet.workspace import SourceWave

COLUMNS = (
    "indicator", "source", "evidence_class", "period", "area", "group_by", "group", "n", "n_eff",
    "estimate", "se", "ci_low", "ci_high", "deff", "unit", "flags", "suppressed",
)  # fmt: skip
EMPTY: dict[str, str | bool] = {"area": "", "flags": "", "suppressed": False}
TOTAL, EVERYONE = "total", "all"
CRIME, STAFF = "crime:", "problem_"
UNKNOWN = "unknown"  # the category of answers without a value on a weighting margin; no group of its own


def period_of(wave: SourceWave) -> str:
    """The reference period as ISO 8601: ``2016-02-01/2016-03-18``."""
    return f"{wave.wave.start.isoformat()}/{wave.wave.end.isoformat()}"


def finished(rows: pd.DataFrame, wave: SourceWave) -> pd.DataFrame:
    """Rows of one source with every column of the table, in order; what a source has not is left empty."""
    frame = rows.copy()
    frame["source"] = wave.name
    frame["evidence_class"] = wave.source.evidence_class
    frame["period"] = period_of(wave)
    for name in COLUMNS:
        if name not in frame:
            frame[name] = EMPTY.get(name, np.nan)
    return Estimates(frame.loc[:, list(COLUMNS)].reset_index(drop=True))


def survey_estimates(
    design: SurveyDesign,
    survey: Survey,
    definitions: Mapping[str, Indicator],
    wave: SourceWave,
    *,
    groups: Sequence[str | tuple[str, ...]] = (),
) -> pd.DataFrame:
    """Weighted shares of every indicator, for all and by each grouping.

    Parameters
    ----------
    design : weighted answers, rows as in ``survey.answers``.
    definitions : indicators by id; each is computed over its own base.
    groups : variables, or tuples of variables to cross (group ids joined with ``:``).

    Returns
    -------
    The estimates table, unit ``share`` (0–1), intervals at 95 %.
    """
    values = {name: indicator_values(definition, survey) for name, definition in definitions.items()}
    whole = design.with_columns(**values)
    parts = [_shares(whole, list(values), ())]
    for group in groups:
        parts.append(_shares(whole, list(values), (group,) if isinstance(group, str) else tuple(group)))
    table = pd.concat(parts, ignore_index=True)
    return finished(table.assign(unit="share"), wave)


def _shares(design: SurveyDesign, indicators: list[str], by: tuple[str, ...]) -> pd.DataFrame:
    # Against sampling with replacement: weights that are only relative (they sum to the answers) hold no population.
    table = estimate.proportion(design, indicators, by=list(by) or None, method="auto", deff="replace")
    for name in by:
        table = table[table[name].astype(str) != UNKNOWN]
    table["group_by"] = ":".join(by) or TOTAL
    table["group"] = joined_columns([table[name] for name in by]) if by else pd.Series(EVERYONE, index=table.index)
    table["area"] = table["area"].astype(str) if "area" in by else ""
    return table.drop(columns=[name for name in by if name != "area"])


def category_shares(design: SurveyDesign, variable: str, wave: SourceWave, *, by: str | None = None) -> pd.DataFrame:
    """Weighted share of each answer to one question; ``group`` is the category, or ``group:category``."""
    table = estimate.proportion(design, variable, by=by, method="auto", deff="replace")
    table["indicator"] = variable
    table["group_by"] = f"{by}:{variable}" if by else variable
    category = table["category"].astype(str)
    table["group"] = joined_columns([table[by], category]) if by else category
    return finished(table.drop(columns=[by] if by else []).assign(unit="share"), wave)


def staff_estimates(answers: StaffAnswers, problems: Sequence[str], wave: SourceWave) -> pd.DataFrame:
    """Share of meetings (or persons) that named each problem, for all and by unit; no interval: not a sample.

    Late answers count; they are told apart in the table of sources.
    """
    meetings, mentions = answers.meetings, answers.mentions
    named = mentions.drop_duplicates(["meeting_id", "problem"])
    groups = [(TOTAL, EVERYONE, meetings)]
    groups += [("unit", str(unit), rows) for unit, rows in meetings.groupby("unit", sort=True)]
    rows = []
    for group_by, group, members in groups:
        k = named[named["meeting_id"].isin(members["meeting_id"])]["problem"].value_counts()
        for problem in problems:
            count, n = int(k.get(problem, 0)), len(members)
            share = count / n if n else np.nan
            rows.append((STAFF + problem, group_by, group, n, share))
    table = pd.DataFrame(rows, columns=["indicator", "group_by", "group", "n", "estimate"])
    return finished(table.assign(n_eff=table["n"].astype(float), unit="share"), wave)


def in_period(incidents: Incidents, start: object, end: object) -> pd.DataFrame:
    """Incidents that began in a period, both days included; without a start, by the day they were reported."""
    return between(incidents.frame, start, end)


def between(rows: pd.DataFrame, start: object, end: object) -> pd.DataFrame:
    """`in_period` for rows already chosen."""
    when = rows["start"].fillna(rows["reported"])
    after = pd.Timestamp(str(end)) + pd.Timedelta(days=1)
    return rows[(when >= pd.Timestamp(str(start))) & (when < after)]


def incident_estimates(incidents: Incidents, wave: SourceWave, *, groups: Sequence[str]) -> pd.DataFrame:
    """Number of reported crimes by offence group, for the whole place and by sub-area.

    Intervals are exact Poisson limits: how far chance alone would move the count, not reporting habits.
    """
    rows = in_period(incidents, wave.wave.start, wave.wave.end)
    parts = [_counts(rows, groups, TOTAL, EVERYONE, "")]
    for area, members in rows.groupby("area", sort=True, observed=True):
        parts.append(_counts(members, groups, "area", str(area), str(area)))
    return finished(pd.concat(parts, ignore_index=True), wave)


def _counts(rows: pd.DataFrame, groups: Sequence[str], group_by: str, group: str, area: str) -> pd.DataFrame:
    from scipy.stats import chi2

    counts = rows.groupby("offence_group", observed=True)["n_crimes"].sum().reindex(list(groups), fill_value=0)
    k = counts.to_numpy(dtype=float)
    return pd.DataFrame(
        {
            "indicator": [CRIME + name for name in groups],
            "group_by": group_by,
            "group": group,
            "area": area,
            "n": k.astype(int),
            "estimate": k,
            "se": np.sqrt(k),
            "ci_low": np.where(k > 0, chi2.ppf(0.025, 2 * np.maximum(k, 1)) / 2, 0.0),
            "ci_high": chi2.ppf(0.975, 2 * k + 2) / 2,
            "unit": "count",
        }
    )


def incident_changes(incidents: Incidents, wave: SourceWave, *, groups: Sequence[str]) -> pd.DataFrame:
    """Crimes by offence group in the period and in the one it is compared with.

    Returns
    -------
    DataFrame with ``group, now, before, ratio, low, high, p`` (conditional mid-p test of equal rates,
    periods of unequal length allowed); empty when the wave names no comparison.
    """
    span = wave.wave
    if span.compare_from is None or span.compare_to is None:
        return pd.DataFrame(columns=["group", "now", "before", "ratio", "low", "high", "p"])
    now = _sums(in_period(incidents, span.start, span.end), groups)
    before = _sums(in_period(incidents, span.compare_from, span.compare_to), groups)
    days_now = (span.end - span.start).days + 1
    days_before = (span.compare_to - span.compare_from).days + 1
    names = list(groups)
    after, earlier = [now[name] for name in names], [before[name] for name in names]
    test = count_change(after, earlier, t1=days_now, t0=days_before)
    table = pd.DataFrame({"group": names, "now": after, "before": earlier})
    return table.assign(ratio=test["ratio"], low=test["lo"], high=test["hi"], p=test["p"])


def _sums(rows: pd.DataFrame, groups: Sequence[str]) -> dict[str, int]:
    sums = rows.groupby("offence_group", observed=True)["n_crimes"].sum()
    return {name: int(sums.get(name, 0)) for name in groups}


def contact_counts(contacts: Contacts, wave: SourceWave) -> pd.DataFrame:
    """How many contacts named each problem: counted only, since nobody drew these people."""
    counts = contacts.frame["problem"].dropna().value_counts()
    table = pd.DataFrame(
        {
            "indicator": [STAFF + str(problem) for problem in counts.index],
            "group_by": TOTAL,
            "group": EVERYONE,
            "n": counts.to_numpy(),
            "estimate": counts.to_numpy(dtype=float),
            "unit": "mentions",
        }
    )
    return finished(table, wave)


def pick(
    table: pd.DataFrame, indicator: str | None = None, group_by: str | None = None, group: str | None = None
) -> pd.DataFrame:
    """Rows of the table by indicator, grouping and group; whatever is None is not asked for."""
    keep = pd.Series(True, index=table.index)
    for column, value in (("indicator", indicator), ("group_by", group_by), ("group", group)):
        if value is not None:
            keep &= table[column] == value
    return table[keep].reset_index(drop=True)


def one(table: pd.DataFrame, indicator: str, group_by: str = TOTAL, group: str = EVERYONE) -> pd.Series | None:
    """The single row of one figure, or None."""
    found = pick(table, indicator, group_by, group)
    return found.iloc[0] if len(found) == 1 else None
