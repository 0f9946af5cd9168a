"""Shares of goals over groups that the lägesbild does not show: released after it, and held against all it shows.

A goal such as *women in the centre* divides people more finely than the lägesbild does: the centre's share less the
goal's gives away the men's. Each such goal is a release of its own, protected jointly with what was released of the
wave before it, and remembered as all releases are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trygghet import estimates as est
from trygghet import group_keys, protection
from trygghet.disclosure import Ledger
from trygghet.promise_model import Goal
from trygghet.workspace import CITIZENS

if TYPE_CHECKING:
    from trygghet.picture import Picture

DIGITS = 1
"""Decimals a goal may be told with, whatever the other shares have: where target and outcome are nearly alike."""
UNION = "\x1f"
"""Between categories that a goal puts together; no id of a category holds it."""
Asked = tuple[str, frozenset[tuple[str, str]]]
"""An indicator and the conditions of a group."""


def asked_of(goal: Goal) -> Asked:
    """What a goal measures: its indicator, and each variable with its category, or with those put together."""
    parts = {name: wanted if isinstance(wanted, list) else [wanted] for name, wanted in goal.where.items()}
    return goal.indicator, frozenset((name, UNION.join(sorted(map(str, wanted)))) for name, wanted in parts.items())


def goal_rows(picture: Picture, goals: Iterable[Goal]) -> dict[Asked, pd.Series]:
    """The protected row of the estimates table of every goal the year's survey can measure.

    Parameters
    ----------
    goals : in the order they are to be released; those over crimes, or of questions not asked, are passed over.

    Returns
    -------
    What is asked to its row: of the lägesbild where that shows the same group, else of the goal's own release.
    """
    if picture.wave(CITIZENS) is None or picture.survey is None:
        return {}
    so_far = picture.once(("goal_releases",), lambda: _SoFar(_in_the_picture(picture)))
    for goal in goals:
        known, asked = set(goal.where) <= set(picture.survey.answers.columns), asked_of(goal)
        if not goal.is_count and goal.indicator in picture.available and known and asked not in so_far.rows:
            before = so_far.ledger or protection.ledger_with_survey(picture)
            so_far.rows[asked], so_far.ledger = _release(picture, asked, before)
    return dict(so_far.rows)


@dataclass
class _SoFar:
    """What is released of a picture's goals up to now: each one is held against those asked for before it."""

    rows: dict[Asked, pd.Series]
    ledger: Ledger | None = None


def _in_the_picture(picture: Picture) -> dict[Asked, pd.Series]:
    rows = picture.survey_release
    return {
        (str(row["indicator"]), frozenset(_conditions(row["group_by"], row["group"]).items())): row
        for _, row in rows.iterrows()
    }


def _conditions(group_by: str, group: str) -> dict[str, str]:
    return {} if group_by == est.TOTAL else group_keys.parts(group_by, group)


def _release(picture: Picture, asked: Asked, ledger: Ledger) -> tuple[pd.Series, Ledger]:
    """One goal's row, and the ledger with its release."""
    table, groups = _estimated(picture, asked)
    persons, answers = protection.respondents(picture, table)
    persons = persons.assign(**{name: column.to_numpy() for name, column in groups.items()})
    shown, ledger = protection.protect_release(
        picture,
        protection.Asking(table, persons, answers, digits=max(DIGITS, picture.ws.settings.share_digits)),
        ledger,
    )
    return shown.iloc[0], ledger


def _estimated(picture: Picture, asked: Asked) -> tuple[pd.DataFrame, Mapping[str, pd.Series]]:
    """The estimates table of one group, and every respondent's category with those put together as one."""
    indicator, conditions = asked
    wave, design = picture.wave(CITIZENS), picture.with_indicators([indicator])
    assert wave is not None and picture.survey is not None
    parts = dict(sorted(conditions))
    groups = {name: _together(picture.survey.answers[name], joined) for name, joined in parts.items()}
    keep = np.ones(design.n, dtype=bool)
    for name, joined in parts.items():
        keep &= (groups[name] == joined).to_numpy()
    table = est.estimate.proportion(design.subset(keep), [indicator], method="auto", deff="replace")
    group = group_keys.joined([*parts.values()]) if parts else est.EVERYONE
    named = {"group_by": ":".join(parts) or est.TOTAL, "group": group}
    return est.finished(table.assign(**named, unit="share"), wave), groups


def _together(column: pd.Series, joined: str) -> pd.Series:
    names: Sequence[str] = joined.split(UNION)
    text = column.astype(object).where(column.notna(), None)
    return text.where(~text.astype(str).isin(names), joined)
