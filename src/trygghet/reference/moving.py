"""Whether each problem has become more or less common here: in reported crime and in what residents answer."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from trygghet import estimates as est
from trygghet.counts import count_change
from trygghet.evaluation import adjust
from trygghet.picture import INCIDENTS, Picture
from trygghet.reference.standing import driven, table_of, word

TREND = (
    "now", "before", "ratio", "low", "high", "p", "q", "crime", "survey_change", "survey_low", "survey_high",
    "survey_p", "survey_q", "survey", "key", "detection_driven",
)  # fmt: skip


def trends(picture: Picture) -> pd.DataFrame:
    """Whether each problem has become more or less common here since the period before.

    Returns
    -------
    DataFrame indexed by problem id, columns `TREND`: reported crimes now and before with the ratio, its 95 % limits,
    p and q (Benjamini-Hochberg), ``crime`` (``up``, ``down``, ``none`` by q, empty when not
    measured); ``survey_change`` with limits (shares, −1 to 1), p and q, ``survey`` likewise; ``key``: ``up``, ``down``,
    ``none``, ``apart`` (they go different ways) or ``unknown``.
    """
    return picture.once(("trends",), lambda: _trends(picture))


def _trends(picture: Picture) -> pd.DataFrame:
    rows = {
        problem.id: _crime_trend(picture, problem.offence_groups)
        | _survey_trend(picture, est.STAFF + problem.id)
        | {"detection_driven": driven(picture, problem.id)}
        for problem in picture.codebook
    }
    table = table_of(
        rows, "problem", [name for name in TREND if name not in ("q", "survey_q", "crime", "survey", "key")]
    )
    table["q"] = _crime_q(picture, table["p"])
    table["survey_q"] = _bh(table["survey_p"])
    for change, q, name in ((table["ratio"] - 1, "q", "crime"), (table["survey_change"], "survey_q", "survey")):
        table[name] = ["" if np.isnan(v) else word(c, v) for c, v in zip(change, table[q], strict=True)]
    table["key"] = [_both(a, b) for a, b in zip(table["crime"], table["survey"], strict=True)]
    return table[list(TREND)]


def _crime_q(picture: Picture, p: pd.Series) -> pd.Series:
    """Adjusted p: of single types of crime over all types, as where they are shown; of sums of types over the sums."""
    changes = picture.incident_changes
    by_group = dict(zip(changes["group"], _bh(changes["p"]), strict=True))
    groups = {str(problem): tuple(picture.codebook[str(problem)].offence_groups) for problem in p.index}
    sums = {chosen: p[problem] for problem, chosen in groups.items() if len(chosen) > 1}
    by_sum = dict(zip(sums, _bh(pd.Series(list(sums.values()), dtype=float)), strict=True))
    found = [
        by_group.get(chosen[0], nan) if len(chosen) == 1 else by_sum.get(chosen, nan) for chosen in groups.values()
    ]
    return pd.Series(found, p.index, dtype=float)


def _bh(p: pd.Series) -> pd.Series:
    """Benjamini-Hochberg over the values there are."""
    known = p.notna()
    adjusted = pd.Series(nan, p.index, dtype=float)
    if known.any():
        adjusted[known] = adjust(p[known].to_numpy(float), "bh")
    return adjusted


def _both(crime: str, survey: str) -> str:
    said = [word for word in (crime, survey) if word]
    moved = {word for word in said if word != "none"}
    if len(moved) == 2:
        return "apart"
    return moved.pop() if moved else "none" if said else "unknown"


def _crime_trend(picture: Picture, groups: Sequence[str]) -> dict[str, Any]:
    changes, wave = picture.incident_changes, picture.wave(INCIDENTS)
    rows = changes[changes["group"].isin(list(groups))]
    nothing = dict.fromkeys(("now", "before", "ratio", "low", "high", "p"), nan)
    if rows.empty or wave is None or rows[["now", "before"]].to_numpy().sum() == 0:
        return nothing
    if len(rows) == 1:
        return {name: rows.iloc[0][name] for name in nothing}
    span = wave.wave
    assert span.compare_from is not None and span.compare_to is not None  # or there would be no changes
    days = [(b - a).days + 1 for a, b in ((span.start, span.end), (span.compare_from, span.compare_to))]
    now, before = int(rows["now"].sum()), int(rows["before"].sum())
    test = count_change(now, before, t1=days[0], t0=days[1]).iloc[0]
    found = {"ratio": test["ratio"], "low": test["lo"], "high": test["hi"], "p": test["p"]}
    return {"now": now, "before": before, **found}


def _survey_trend(picture: Picture, indicator: str) -> dict[str, Any]:
    table = picture.changes
    row = table[table["indicator"] == indicator] if len(table) else table
    names = {"survey_change": "change", "survey_low": "ci_low", "survey_high": "ci_high", "survey_p": "p"}
    if len(row) != 1:
        return dict.fromkeys(names, nan)
    return {ours: row.iloc[0][theirs] for ours, theirs in names.items()}
