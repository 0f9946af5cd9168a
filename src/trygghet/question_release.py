"""How many gave each answer to a question: protected with the indicators made of it, and remembered.

An indicator puts answers together: with its share and those of all answers but two a reader has the two by
subtraction, so the answers are held against every indicator of the question, and against what was released before.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trygghet import disclosure, protection
from trygghet import estimates as est
from trygghet.answer_parts import indicator_parts
from trygghet.disclosure import Ledger
from trygghet.disclosure.categories import Fact, around, protect_categories
from trygghet.disclosure.joint import hidden_with_earlier
from trygghet.disclosure.rules import laid_on
from trygghet.disclosure.shares import Published, given_of
from trygghet.releasing import leave
from trygghet.workspace import CITIZENS

if TYPE_CHECKING:
    from trygghet.picture import Picture

ANSWER = "answer:"
"""Before question and category, in the ledger's names of answers."""
UNKNOWN_BEFORE = ("earlier", "refused", "secondary")
"""Why an indicator's share of all is hidden though neither side of it is small."""


def categories(
    picture: Picture, answers: pd.Series, table: pd.DataFrame, *, among: Collection[str] = ()
) -> pd.DataFrame:
    """Shares of each answer to a question, protected jointly with all else that is shown of the wave.

    Parameters
    ----------
    answers : each respondent's category, missing outside the base; named as the survey's variable.
    table : as `estimates.category_shares` gives it.
    among : the categories that are the base of the table's shares; all of them when omitted.
    """
    key = ("categories", str(table["indicator"].iloc[0]), *sorted(among))
    return picture.once(key, lambda: _categories(picture, answers, table, among))


def _categories(picture: Picture, answers: pd.Series, table: pd.DataFrame, among: Collection[str]) -> pd.DataFrame:
    rules, digits = picture.rules, picture.ws.settings.share_digits
    primary = disclosure.protect(table, rules)
    ids, given = _respondents(picture), _given(answers, table, among)
    wave = picture.wave(CITIZENS)
    assert wave is not None
    ledger, name = protection.ledger_with_survey(picture), protection.wave_name(wave)
    facts = _facts(picture, answers)
    persons, dummies = pd.DataFrame(index=ids), given.set_axis(ids)
    told = [(sorted(fact.answers), fact.within) for fact in facts]
    key = disclosure.key_of(table, persons, dummies, rules, digits, sorted(among), told)
    mask = ledger.masks(name, key)
    if mask is None:
        shown = protect_categories(primary, answers, rules=rules, digits=digits, among=among, facts=facts)
        if _told_before(shown, dummies, [ledger, name, key], rules.count, digits) or _lost(picture, answers):
            shown = _all_hidden(shown)
        mask = _mask(primary, shown)
        entry = disclosure.entry(_as_indicators(shown), persons, dummies, mask, rules=rules, digits=digits)
        leave(name, key, entry)
    else:
        leave(name, key)
    shown = disclosure.masked(primary, mask)
    _remember(picture, answers, shown, among)
    return shown


def _respondents(picture: Picture) -> pd.Index:
    assert picture.survey is not None
    return protection.ids_of(picture.survey)


def _given(answers: pd.Series, table: pd.DataFrame, among: Collection[str]) -> pd.DataFrame:
    """A column a category, named as in the ledger: 1, 0, or missing outside the base."""
    text = answers.astype(object).where(answers.notna(), None)
    base = text.isin(list(among)) if among else text.notna()
    names = dict(zip(_names(table), table["group"].astype(str), strict=True))
    return pd.DataFrame({name: (text == group).astype(float).where(base) for name, group in names.items()})


def _names(table: pd.DataFrame) -> list[str]:
    return [f"{ANSWER}{row['indicator']}={row['group']}" for _, row in table.iterrows()]


def _as_indicators(table: pd.DataFrame) -> pd.DataFrame:
    """Each category as an indicator of its own, over everyone."""
    return table.assign(indicator=_names(table), group_by=est.TOTAL, group=est.EVERYONE)


def _facts(picture: Picture, answers: pd.Series) -> list[Fact]:
    """What the indicators of the question, and shares of its answers over other bases, tell of the answers."""
    found = list(_released(picture, answers))
    for name, yes, base in indicator_parts(picture, answers):
        row = est.one(picture.survey_release, name)
        shown = row is not None and not row["suppressed"]
        for part in (yes, base, base - yes):
            n = float(answers.isin(list(part)).sum())
            found.append(Fact(part, (n, n) if shown else None))
    return found


def _lost(picture: Picture, answers: pd.Series) -> bool:
    """Whether an indicator's share of all is hidden for others' sake: its answers would tell it."""
    rows = [est.one(picture.survey_release, name) for name, *_ in indicator_parts(picture, answers)]
    flags = [str(row["flags"]) for row in rows if row is not None and row["suppressed"]]
    return any(reason in flag for flag in flags for reason in UNKNOWN_BEFORE)


def _told_before(
    table: pd.DataFrame, dummies: pd.DataFrame, place: Sequence[object], threshold: int, digits: int
) -> bool:
    """Whether a category would tell something by subtraction from an earlier release of the wave."""
    ledger, wave, key = place
    assert isinstance(ledger, Ledger)
    rows = _as_indicators(table)
    for _, row in rows[~rows["suppressed"].astype(bool)].iterrows():
        before = ledger.earlier(str(wave), str(key), row["indicator"])
        published = Published(pd.DataFrame(index=dummies.index), given_of(dummies[row["indicator"]]), threshold, digits)
        if before and hidden_with_earlier(row.to_frame().T, published, before):
            return True
    return False


def _all_hidden(table: pd.DataFrame) -> pd.DataFrame:
    gone = table["suppressed"].astype(bool)
    return laid_on(table, pd.Series(np.where(gone, "", "earlier"), index=table.index, dtype=object))


def _mask(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, dict[str, str]]:
    """What `disclosure.masked` needs to hide the same again."""
    found: dict[str, dict[str, str]] = {}
    new = after["suppressed"].astype(bool) & ~before["suppressed"].astype(bool)
    for _, row in after[new].iterrows():
        reason = str(row["flags"]).rsplit(",", 1)[-1]
        found.setdefault(str(row["indicator"]), {})[f"{row['group_by']}|{row['group']}"] = reason
    return found


def _released(picture: Picture, answers: pd.Series) -> list[Fact]:
    """What the pages tell so far of how many gave each answer; kept with the picture."""
    return picture.once(("answers", str(answers.name)), list[Fact])


def _remember(picture: Picture, answers: pd.Series, shown: pd.DataFrame, among: Collection[str]) -> None:
    base = answers[answers.isin(list(among))] if among else answers.dropna()
    facts = [Fact(frozenset(map(str, among)), (len(base), len(base)))] if among else []
    for _, row in shown.iterrows():
        n = float((base == row["group"]).sum())
        low, high = around(float(row["estimate"]), len(base), picture.ws.settings.share_digits)
        within = None if row["suppressed"] else (min(low, n), max(high, n))
        facts.append(Fact(frozenset([str(row["group"])]), within))
    known = _released(picture, answers)
    known += [fact for fact in facts if fact not in known]
