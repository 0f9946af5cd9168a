"""What groups of staff name: their answers side by side, how far they agree, and what hangs on one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trygghet.agreement import AgreementError, krippendorff_alpha
from trygghet.sources import StaffAnswers

AGREE, MOSTLY = 0.8, 0.667
REST = ""


@dataclass(frozen=True)
class Nominations:
    """How many of each group's answers named each problem.

    Attributes
    ----------
    named : problems × groups, counts; groups too small to be shown alone are one, under the empty name.
    answered : answers by group.
    merged : the groups that were put together.
    """

    named: pd.DataFrame
    answered: pd.Series
    merged: tuple[str, ...]

    @property
    def shares(self) -> pd.DataFrame:
        """Share of each group's answers that named each problem."""
        return self.named / self.answered

    @property
    def total(self) -> pd.Series:
        """Share of all answers that named each problem."""
        return self.named.sum(axis=1) / self.answered.sum()

    def without_one(self) -> pd.DataFrame:
        """Least and largest share of all answers when one group is left out (jackknife): ``low`` and ``high``."""
        k, n = self.named.sum(axis=1), self.answered.sum()
        units = [str(name) for name in self.named]
        rest = pd.DataFrame({name: (k - self.named[name]) / (n - self.answered[name]) for name in units})
        return pd.DataFrame({"low": rest.min(axis=1), "high": rest.max(axis=1)})

    def alpha(self) -> float:
        """Krippendorff's alpha of the groups' orders of the problems (ordinal); NaN when nothing can be compared."""
        seen = self.shares[self.named.sum(axis=1) > 0]
        return _alpha(seen.T.to_numpy(float), "ordinal")


def by_unit(answers: StaffAnswers, problems: Sequence[str], *, base: int) -> Nominations | None:
    """Nominations by unit; None with fewer than two groups to show.

    Parameters
    ----------
    problems : problem ids, all of which become rows.
    base : fewest answers of a group that is shown. Smaller ones are put together, and when they are but one, or
        too few even together, with the smallest of the others: nobody can find them by subtraction.
    """
    counts = answers.meetings["unit"].value_counts().sort_index().sort_values(kind="stable")
    small = [str(unit) for unit in counts.index[counts < base]]
    large = [str(unit) for unit in counts.index if str(unit) not in small]
    while small and large and (len(small) < 2 or counts[small].sum() < base):
        small.append(large.pop(0))
    if len(large) + bool(small) < 2 or (small and counts[small].sum() < base):
        return None
    group = answers.meetings.set_index("meeting_id")["unit"].where(lambda unit: ~unit.isin(small), REST)
    named = answers.mentions.drop_duplicates(["meeting_id", "problem"])
    table = pd.crosstab(named["problem"], named["meeting_id"].map(group))
    order = [*sorted(large), *([REST] if small else [])]
    answered = group.value_counts().reindex(order)
    return Nominations(table.reindex(index=list(problems), columns=order, fill_value=0), answered, tuple(sorted(small)))


def persons_alpha(answers: StaffAnswers) -> float:
    """Krippendorff's alpha among persons (or workplaces): which of the problems that somebody named each one named."""
    named = pd.crosstab(answers.mentions["meeting_id"], answers.mentions["problem"]).clip(upper=1)
    table = named.reindex(answers.meetings["meeting_id"], fill_value=0)
    return _alpha(table.to_numpy(float), "nominal")


def _alpha(ratings: np.ndarray, level: str) -> float:
    try:
        return krippendorff_alpha(ratings, level="ordinal" if level == "ordinal" else "nominal")
    except AgreementError:
        return float("nan")


def agreement_word(alpha: float) -> str:
    """``agree`` from 0.8, ``mostly`` from 0.667, ``differ`` under it, ``unknown`` for NaN (Krippendorff 2004)."""
    if np.isnan(alpha):
        return "unknown"
    return "agree" if alpha >= AGREE else "mostly" if alpha >= MOSTLY else "differ"
