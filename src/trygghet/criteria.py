"""What each criterion says of each problem: a level, how sure it is, and the figures behind; never one number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from trygghet import decisions, reference
from trygghet import estimates as est
from trygghet.evaluation import adjust
from trygghet.priorities import STAFF_SOURCES, drawn, source_scores
from trygghet.ranking import count_draws

if TYPE_CHECKING:
    from trygghet.picture import Picture

HIGH, MIDDLE, LOW = 3, 2, 1
FIFTH, STABLE, ALPHA = 0.2, 0.8, 0.05
LEAST_NAMED = 3  # persons or workplaces that must name a problem before the source is said to point at it
SOURCES = {"extent": "crime", "felt": "survey", "staff": "staff", "police": "police"}
DIALOGUE = "dialogue"
UP, DOWN, NONE, APART = "up", "down", "none", "apart"
CHANGE_COLUMNS = ["now", "before", "ratio", "lo", "hi", "p", "adjusted"]


@dataclass(frozen=True)
class Judgement:
    """What one criterion says of one problem.

    Attributes
    ----------
    level : 3 high, 2 middle, 1 low; for a trend or a deviation 0.
    word : ``high``, ``middle``, ``low``, ``up``, ``down``, ``none``, ``apart``, ``over``, ``inside`` or ``under``.
    sure : whether chance would seldom change the word; None where that is no question.
    """

    level: int
    word: str
    sure: bool | None = None


def levels(scores: pd.Series) -> pd.Series:
    """3, 2 or 1 for each problem a source sees: its first fifth, the second, the rest; nothing named is 1.

    Problems the source cannot see are left out.
    """
    seen = scores.dropna()
    return pd.Series(_levels(seen.to_numpy(float)[None])[0], index=seen.index, dtype=int)


def _levels(values: np.ndarray) -> np.ndarray:
    """Draws × problems of levels; ties share the better place."""
    ranks = pd.DataFrame(values).rank(axis=1, ascending=False, method="min").to_numpy()
    n = values.shape[1]
    level = np.where(ranks <= ceil(FIFTH * n), HIGH, np.where(ranks <= ceil(2 * FIFTH * n), MIDDLE, LOW))
    return np.where(values > 0, level, LOW)


def judged(scores: pd.Series, draws: np.ndarray, *, least: float = 0.0) -> dict[str, Judgement]:
    """Levels of one source with whether at least four of five draws give the same.

    Parameters
    ----------
    scores : by problem, NaN where the source cannot see it.
    draws : draws × problems in the same order.
    least : scores under it are low whatever their place: too few named the problem.
    """
    seen = scores.notna().to_numpy()
    if not seen.any():
        return {}
    own, moved = levels(scores), _levels(draws[:, seen])
    kept = (moved == own.to_numpy()).mean(axis=0)
    result = {}
    for problem, level, share in zip(own.index, own, kept, strict=True):
        low = scores[problem] < least
        result[str(problem)] = Judgement(
            *(_named(LOW) if low else _named(int(level))), sure=bool(low or share >= STABLE)
        )
    return result


def _named(level: int) -> tuple[int, str]:
    return level, {HIGH: "high", MIDDLE: "middle", LOW: "low"}[level]


def source_levels(picture: Picture) -> dict[str, dict[str, Judgement]]:
    """By criterion (extent, felt, staff, police, dialogue) and problem, the sources that there are."""
    return picture.once(("source_levels",), lambda: _source_levels(picture))


def _source_levels(picture: Picture) -> dict[str, dict[str, Judgement]]:
    scores, draws = source_scores(picture), drawn(picture)
    found = {}
    for criterion, source in SOURCES.items():
        if source in scores:
            found[criterion] = judged(scores[source], draws[source], least=_least(picture, source))
    counts = dialogue_counts(picture)
    if counts is not None:
        moved = count_draws(counts.to_numpy(), draws=len(next(iter(draws.values()), np.zeros((2000, 0)))), seed=7)
        found[DIALOGUE] = judged(counts, moved, least=picture.rules.count)
    return found


def _least(picture: Picture, source: str) -> float:
    answers = picture.staff_answers(source) if source in STAFF_SOURCES else None
    return LEAST_NAMED / len(answers.meetings) - 1e-9 if answers is not None and len(answers.meetings) else 0.0


def dialogue_counts(picture: Picture) -> pd.Series | None:
    """Contacts that took up each problem; None without contacts. Not protected: for levels only."""
    if picture.contacts is None:
        return None
    counts = picture.contacts.frame["problem"].value_counts()
    return counts.reindex([item.id for item in picture.codebook], fill_value=0).astype(float)


def pointing(picture: Picture, problem: str) -> tuple[int, int]:
    """How many of the weighed sources that can see a problem point it out (high or middle), and how many can.

    Dialogues are open to anyone and not counted here.
    """
    said = [found[problem] for name, found in source_levels(picture).items() if name in SOURCES and problem in found]
    return sum(item.level >= MIDDLE for item in said), len(said)


def crime_changes(picture: Picture) -> pd.DataFrame:
    """By problem that reports can show: crimes now and before, their ratio with 95 % limits, p and BH-adjusted p.

    Problems whose number follows how much the police look are left out.
    """
    table = reference.trends(picture)
    kept = table[table["p"].notna() & ~table["detection_driven"].astype(bool)]
    return kept.rename(columns={"low": "lo", "high": "hi", "q": "adjusted"})[CHANGE_COLUMNS]


def felt_changes(picture: Picture) -> pd.DataFrame:
    """By problem the survey asks of in both waves: the change of the share with limits, p and BH-adjusted p."""
    changes = picture.changes
    if len(changes) == 0:
        return pd.DataFrame(columns=["before", "after", "change", "ci_low", "ci_high", "p", "adjusted"])
    own = changes[changes["indicator"].str.startswith(est.STAFF) & changes["p"].notna()].copy()
    own.index = pd.Index(own["indicator"].str.removeprefix(est.STAFF))
    own = own[[problem in picture.codebook for problem in own.index]]
    return own.assign(adjusted=adjust(own["p"].to_numpy(float), "bh") if len(own) else [])


def row_of(table: pd.DataFrame, problem: str) -> dict[str, Any] | None:
    """The row of one problem as plain values; None where it has none."""
    if problem not in table.index:
        return None
    return {str(key): value for key, value in table.loc[[problem]].iloc[0].to_dict().items()}


def trends(picture: Picture) -> dict[str, Judgement]:
    """Whether each problem grows, from what residents say and from reported crime, each by its own test.

    A direction is sure when it holds although all problems were compared (Benjamini–Hochberg, 5 %), and unsure
    when only its own test says so. Where the two say opposite things the word is ``apart``.
    """
    return picture.once(("criteria", "trends"), lambda: _trends(picture))


def _trends(picture: Picture) -> dict[str, Judgement]:
    felt, crime = felt_changes(picture), crime_changes(picture)
    found = {}
    for problem in dict.fromkeys([*felt.index, *crime.index]):
        said = []
        answered, reported = row_of(felt, problem), row_of(crime, problem)
        if answered is not None:
            said.append(direction(answered, answered["change"]))
        if reported is not None:
            said.append(direction(reported, reported["ratio"] - 1))
        found[str(problem)] = _joined(said)
    return found


def direction(row: Mapping[str, Any], change: float) -> Judgement:
    """Up, down or none of one test, with whether it holds among all that were compared."""
    if not row["p"] < ALPHA:
        return Judgement(0, NONE)
    return Judgement(0, UP if change > 0 else DOWN, bool(row["adjusted"] <= ALPHA))


def _joined(said: list[Judgement]) -> Judgement:
    words = {item.word for item in said} - {NONE}
    if not words:
        return Judgement(0, NONE)
    sure = any(bool(item.sure) for item in said)
    return Judgement(0, APART if len(words) > 1 else words.pop(), sure)


def deviations(picture: Picture) -> dict[str, Judgement]:
    """Whether reported crime lies over, inside or under the middle half of similar municipalities.

    Over and under are sure when the interval lies wholly outside; what follows how much the police look is left out.
    """
    table = reference.deviations(picture)
    found = {}
    for problem, row in table[~table["detection_driven"].astype(bool)].iterrows():
        inside = row["position"] == "within"
        word = "inside" if inside else str(row["position"])
        found[str(problem)] = Judgement(0, word, None if inside else bool(row["certain"]))
    return found


def severities(picture: Picture) -> dict[str, Judgement]:
    """How serious people decided that problems are; empty where nobody has."""
    decision = decided(picture)
    weights = decision.severity if decision is not None else {}
    return {
        problem: Judgement(*_named(decisions.severity_level(weight, weights))) for problem, weight in weights.items()
    }


def decided(picture: Picture) -> decisions.Decision | None:
    """The year's decision, read once for a picture."""
    return picture.once(("decision",), lambda: decisions.load(picture.ws))
