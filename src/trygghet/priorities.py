"""Weighing sources together: ranks within each source, set side by side, never one pooled number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
import pandas as pd

from trygghet import estimates as est
from trygghet.ranking import count_draws, meeting_draws, normal_draws, rank_uncertainty, source_weights

if TYPE_CHECKING:
    from trygghet.picture import Picture

TOP, DRAWS = 10, 2000
STAFF_SOURCES = ("staff", "police")


@dataclass(frozen=True)
class Ranked:
    """A problem's place over all sources.

    Attributes
    ----------
    problem : problem id.
    score : mean normalised rank (Borda) over the sources that can see it, 1 the most, 0 the least.
    ranks : source to rank within that source (ties share the mean), only those that can see it.
    agree : how many sources have it among their ten first.
    """

    problem: str
    score: float
    ranks: dict[str, float]
    agree: int

    @property
    def coverage(self) -> int:
        """How many sources can see the problem."""
        return len(self.ranks)


def combine(scores: pd.DataFrame, *, top: int = TOP, weights: Mapping[str, float] | None = None) -> list[Ranked]:
    """Borda's mean normalised rank over sources, the highest first.

    Parameters
    ----------
    scores : rows problems, columns sources; larger is more of a problem; NaN where the source cannot see it,
        which is not the same as ranking it last.
    top : how many first places count as the source pointing it out.
    weights : a weight a source; all alike when omitted.

    Raises
    ------
    RankingError : weights that do not fit the sources.

    References
    ----------
    Borda (1781); missing judgements left out of the mean rather than ranked last.
    """
    ranks = scores.rank(ascending=False, method="average")
    counted = scores.notna().sum()
    normal = (1 - (ranks - 1) / (counted - 1).clip(lower=1)).where(scores.notna())
    shares = source_weights(scores, weights)
    result = []
    for problem in scores.index:
        seen = ranks.loc[problem].dropna()
        if seen.empty:
            continue
        named = scores.loc[problem] > 0
        agree = int(((ranks.loc[problem] <= top) & named).sum())
        mean = _mean(normal.loc[problem], shares)
        result.append(Ranked(str(problem), mean, {str(k): float(v) for k, v in seen.items()}, agree))
    return sorted(result, key=lambda item: (-round(item.score, 12), -item.coverage, item.problem))


def _mean(normal: pd.Series, shares: pd.Series) -> float:
    """Mean of the normalised ranks by weight; unweighted where only sources of no weight see the problem."""
    known = normal.dropna()
    weights = shares[known.index]
    return float((known * weights).sum() / weights.sum()) if weights.sum() > 0 else float(known.mean())


def source_scores(picture: Picture) -> pd.DataFrame:
    """How much each source makes of each problem, on the source's own scale: problems × sources.

    Crime counts only enter for problems that reports can show; detection-driven offences measure the
    police's own effort and are left out. Made once for a picture.
    """
    return picture.once(("source_scores",), lambda: _source_scores(picture)).copy()


def _source_scores(picture: Picture) -> pd.DataFrame:
    problems = [item.id for item in picture.codebook]
    columns: dict[str, pd.Series] = {}
    survey = est.pick(picture.survey_estimates, group_by=est.TOTAL)
    if len(survey):
        columns["survey"] = _by_problem(survey)
    for name in STAFF_SOURCES:
        rows = est.pick(picture.staff_estimates(name), group_by=est.TOTAL)
        if len(rows):
            columns[name] = _by_problem(rows)
    if picture.incidents is not None:
        columns["crime"] = _crime(picture, problems)
    return pd.DataFrame(columns, index=problems, dtype=float)


def _by_problem(rows: pd.DataFrame) -> pd.Series:
    own = rows[rows["indicator"].str.startswith(est.STAFF) & ~rows["suppressed"].astype(bool)]
    return pd.Series(own["estimate"].to_numpy(float), index=own["indicator"].str.removeprefix(est.STAFF))


def _crime(picture: Picture, problems: list[str]) -> pd.Series:
    rows = est.pick(picture.incident_estimates, group_by=est.TOTAL).set_index("indicator")["estimate"]
    values = {}
    for problem in problems:
        groups = [est.CRIME + group for group in picture.codebook[problem].offence_groups]
        if groups and not picture.codebook[problem].detection_driven:
            values[problem] = float(rows.reindex(groups).sum())
    return pd.Series(values, dtype=float)


def ranked_problems(picture: Picture) -> list[Ranked]:
    """The problems in order over all of a picture's sources."""
    scores = source_scores(picture)
    return combine(scores.dropna(how="all")) if scores.size else []


def source_draws(picture: Picture, scores: pd.DataFrame, *, draws: int = DRAWS) -> dict[str, np.ndarray]:
    """What each source might have said by chance alone: draws × problems, in the order of `scores`.

    The survey is drawn by its standard errors, staff by drawing meetings (or persons) anew, crimes as Poisson
    counts. What a source cannot see or may not show stays NaN. The seed follows from the place's code and the
    year, so that the same files always give the same page.
    """
    seed = crc32(f"{picture.ws.settings.code}:{picture.ws.year}".encode())
    result = {}
    for at, name in enumerate(scores.columns):
        values, of = scores[name].to_numpy(float), {"draws": draws, "seed": seed + at}
        if name == "survey":
            errors = est.pick(picture.survey_estimates, group_by=est.TOTAL).set_index("indicator")["se"]
            drawn = normal_draws(values, errors.reindex([est.STAFF + str(p) for p in scores.index]), **of)
        elif name in STAFF_SOURCES:
            drawn = meeting_draws(_meetings(picture, str(name), scores.index), **of)
        else:
            drawn = count_draws(values, **of)
        result[str(name)] = np.where(np.isnan(values), np.nan, drawn)
    return result


def _meetings(picture: Picture, name: str, problems: pd.Index) -> np.ndarray:
    """Meetings × problems: 1 where the meeting named the problem."""
    answers = picture.staff_answers(name)
    assert answers is not None
    named = pd.crosstab(answers.mentions["meeting_id"], answers.mentions["problem"]).clip(upper=1)
    meetings = answers.meetings["meeting_id"]
    return named.reindex(index=meetings, columns=problems, fill_value=0).to_numpy(float)


def problem_ranks(picture: Picture) -> pd.DataFrame:
    """Tier and rank interval of every problem over all sources (see `ranking.rank_uncertainty`).

    Empty with fewer than two sources or three problems: nothing is ranked then. Drawn once for a picture.
    """
    return picture.once(("problem_ranks",), lambda: _problem_ranks(picture))


def _problem_ranks(picture: Picture) -> pd.DataFrame:
    scores = source_scores(picture).dropna(how="all")
    if scores.shape[1] < 2 or len(scores) < 3:
        return pd.DataFrame(columns=["rank", "lo", "hi", "tier"])
    at = source_scores(picture).index.get_indexer(scores.index)
    draws = {name: table[:, at] for name, table in drawn(picture).items()}
    return rank_uncertainty(scores, draws, seed=crc32(f"weights:{picture.ws.settings.code}".encode()))


def drawn(picture: Picture) -> dict[str, np.ndarray]:
    """`source_draws` of all the codebook's problems, drawn once for a picture."""
    return picture.once(("source_draws",), lambda: source_draws(picture, source_scores(picture)))
