"""For whom: every group a survey can tell apart against all others, as it is and made comparable in sex and age."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from trygghet import backgrounds, group_keys
from trygghet import estimates as est
from trygghet.backgrounds import Standard, screened
from trygghet.design import SurveyDesign
from trygghet.evaluation import adjust
from trygghet.messages import EN_DASH
from trygghet.picture import CITIZENS
from trygghet.rest import Composition, compositions, each_against_rest

if TYPE_CHECKING:
    from trygghet.picture import Picture

ALPHA = 0.05
POOLED = 1
KEY = ["indicator", "group_by", "group"]
HIDDEN = (
    "estimate", "se", "ci_low", "ci_high", "rest", "difference", "difference_low", "difference_high", "p",
    "standardised", "standardised_low", "standardised_high", "standardised_difference",
    "standardised_difference_low", "standardised_difference_high", "standardised_p", "n_eff", "n_rest", "n_eff_rest",
)  # fmt: skip
COLUMNS = (
    "indicator", "group_by", "group", "waves", "n", *HIDDEN, "over", "suppressed", "reason",
    "p_adjusted", "standardised_p_adjusted", "clear", "composition",
)  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """Smallest bases.

    Attributes
    ----------
    answers : unweighted answers in a group, and among all others.
    effective : the same, weighted (Kish).
    count : the smallest number of answers that is told for a hidden group.
    """

    answers: int
    effective: float
    count: int


def screen(
    picture: Picture,
    indicator: str | Sequence[str] | None = None,
    *,
    minimum: int | None = None,
    pooled: int = POOLED,
) -> pd.DataFrame:
    """Every group against all others, as it is and standardised by sex and age.

    Parameters
    ----------
    picture : a place in a year.
    indicator : one or several; the workspace's headline when omitted.
    minimum : least number of answers, unweighted and effective, in a group and among the others; the
        workspace's when omitted.
    pooled : how many earlier waves may be added for groups below it, never across a break of the series.

    Returns
    -------
    DataFrame with `COLUMNS`, a row for each indicator and group: shares 0–1 with 95 % limits; ``rest`` the
    share among all others; ``difference`` group less rest with the covariance of the two; ``standardised``
    the same at the composition in ``over`` (empty where it cannot be computed); ``p_adjusted`` and
    ``standardised_p_adjusted`` by Benjamini–Hochberg over every comparison of the table; ``waves`` the
    years used; ``clear`` worse, better or empty; ``composition`` reversed, faded, uncovered or empty.
    Suppressed rows are emptied, with the ``reason`` few, effective, complement, small_count, secondary, nobody or
    not_asked; their n
    only from ``count`` answers up. ``attrs["comparisons"]`` is the number of tests.

    References
    ----------
    Benjamini & Hochberg (1995); Fay & Feuer (1997) for standardisation.
    """
    chosen = picture.headline.id if indicator is None else indicator
    names = [n for n in ([chosen] if isinstance(chosen, str) else chosen) if n in picture.available]
    wave = picture.wave(CITIZENS)
    if picture.design is None or not names or wave is None or wave.source.evidence_class != "probability":
        return _finished(pd.DataFrame(columns=list(COLUMNS)), {})
    rules = picture.rules
    limits = Limits(minimum or rules.survey_base, minimum or rules.survey_effective, rules.count)
    standard = backgrounds.standard(picture)
    table = masked(compared(*_sample([picture], names), names, standard), limits).assign(waves=picture.ws.year)
    table["reason"] = _not_asked(picture, table)
    table = _as_released(picture, table)
    for k in range(1, pooled + 1):
        table = _with_pooled(picture, table, k, standard, limits)
    harm = {name: 1 if picture.definitions[name].higher_is == "worse" else -1 for name in names}
    return _finished(table, harm)


def _sample(pictures: Sequence[Picture], names: list[str]) -> tuple[SurveyDesign, pd.DataFrame, dict[str, Any]]:
    """The design of one or several waves with indicators and standard variables, its groups, and their lists."""
    last = pictures[-1]
    groups = [backgrounds.columns(item) for item in pictures]
    designs = [item.with_indicators(names) for item in pictures]
    design = designs[0] if len(designs) == 1 else backgrounds.pooled(designs)
    needed = [*names, *(name for name in (backgrounds.SEX, backgrounds.age_variable(last)) if name in design.frame)]
    design = design.evolve(frame=design.frame[needed])  # columns are added for every group: a narrow frame is quick
    lists = {":".join(g): backgrounds.categories(last, g) for g in backgrounds.groupings(last)}
    return design, pd.concat(groups, ignore_index=True).set_index(design.frame.index), lists


def compared(
    design: SurveyDesign,
    groups: pd.DataFrame,
    lists: Mapping[str, Sequence[str]],
    names: Sequence[str],
    standard: Standard | None = None,
) -> pd.DataFrame:
    """Every group of every grouping against all others, nothing hidden and no p-value adjusted.

    Parameters
    ----------
    design : the sample with a 0/1 column for each indicator.
    groups : rows as in the design, a column of group names for each grouping; missing where unknown.
    lists : grouping to the groups to compare.
    names : the indicators.
    standard : the composition to standardise to.
    """
    members, choices, pairs = [], [], []
    known: dict[str, Composition] = {}  # one for all groupings, so that their groups are worked out together
    for group_by, chosen in lists.items():
        column = groups[group_by]
        nobody = column.isna().to_numpy()
        offers = [known.setdefault(c.over, c) for c in compositions(design.frame, standard, skip=group_by.split(":"))]
        for group in chosen:
            members.append(np.where(nobody, -1, (column == group).to_numpy(int)))
            choices.append(offers)
            pairs += [(group_by, group)] * len(names)
    if not members:
        return pd.DataFrame(columns=list(COLUMNS))
    table = each_against_rest(design, np.column_stack(members), names, choices)
    return table.assign(group_by=[by for by, _ in pairs], group=[group for _, group in pairs])


def masked(table: pd.DataFrame, limits: Limits) -> pd.DataFrame:
    """The table with groups on too small a base emptied, and those whose complement is.

    A group whose others are too few would tell their share by subtraction from the whole; one with 1 to
    ``count`` − 1 answers of a kind could point at those who gave them.
    """
    few = table["n"] < limits.answers
    effective = ~few & (table["n_eff"] < limits.effective)
    rest = (table["n_rest"] < limits.answers) | (table["n_eff_rest"] < limits.effective)
    told = table["fewest"] < limits.count if "fewest" in table else np.zeros(len(table), dtype=bool)
    kinds = ["nobody", "few", "effective", "complement", "small_count"]
    reason = np.select([table["n"] == 0, few, effective, rest, told], kinds, "")
    result = table.assign(reason=reason, suppressed=reason != "")
    result.loc[result["suppressed"], list(HIDDEN)] = np.nan
    result["over"] = result["over"].where(~result["suppressed"], "")
    result["n"] = result["n"].astype("Int64")
    secret = result["n"].between(1, limits.count - 1) | (result["reason"] == "complement")
    result.loc[secret, "n"] = pd.NA
    return result


def _not_asked(picture: Picture, table: pd.DataFrame) -> pd.Series:
    """The reasons, with ``not_asked`` where a group has answered the survey but was never put the question."""
    assert picture.survey is not None
    groups, reasons = backgrounds.columns(picture), []
    for row in table[["indicator", "group_by", "group", "reason"]].itertuples(index=False):
        members = groups[row.group_by] == row.group
        kinds = picture.survey.missing[picture.definitions[str(row.indicator)].variable]
        never = row.reason == "nobody" and members.any() and (kinds[members] == "not_asked").all()
        reasons.append("not_asked" if never else row.reason)
    return pd.Series(reasons, index=table.index)


def _with_pooled(
    picture: Picture, table: pd.DataFrame, k: int, standard: Standard | None, limits: Limits
) -> pd.DataFrame:
    """Hidden rows replaced by those of this wave and the `k` before, where these may be shown."""
    waves = picture.earlier[-k:]
    hidden = table[table["reason"].isin(["few", "effective", "complement"])]
    if len(waves) < k or hidden.empty:
        return table
    definitions = picture.definitions
    names = [
        name
        for name in map(str, hidden["indicator"].unique())
        if all(backgrounds.same_question(picture, item, definitions[name]) for item in waves)
    ]
    hidden = hidden[hidden["indicator"].isin(names)]
    if hidden.empty:
        return table
    design, groups, lists = _sample([*waves, picture], names)
    chosen = set(zip(hidden["group_by"], hidden["group"], strict=True))
    lists = {by: [g for g in known if (by, g) in chosen] for by, known in lists.items()}
    found = masked(compared(design, groups, lists, names, standard), limits)
    wanted = pd.MultiIndex.from_frame(found[KEY]).isin(pd.MultiIndex.from_frame(hidden[KEY]))
    found = found[wanted & ~found["suppressed"]].assign(waves=f"{waves[0].ws.year}{EN_DASH}{picture.ws.year}")
    found = found[_kept_apart(found, [_alone(item, names) for item in waves])]
    return _replaced(table, found)


def _alone(picture: Picture, names: list[str]) -> pd.DataFrame:
    return picture.once(("groups", "alone", *names), lambda: screen(picture, names, pooled=0))


def _kept_apart(found: pd.DataFrame, waves: Sequence[pd.DataFrame]) -> np.ndarray:
    """Whether no earlier wave has told the group alone: else what is hidden this year would follow by subtraction."""
    keep = np.ones(len(found), dtype=bool)
    for table in waves:
        shown = pd.MultiIndex.from_frame(table.loc[~table["suppressed"].astype(bool), KEY])
        keep &= ~pd.MultiIndex.from_frame(found[KEY]).isin(shown)
    return keep


def _as_released(picture: Picture, table: pd.DataFrame) -> pd.DataFrame:
    """The table with everything hidden that is hidden where the same shares stand in tables with their total."""
    rows = picture.survey_release[picture.survey_release["suppressed"].astype(bool)]
    also = pd.MultiIndex.from_frame(table[KEY]).isin(pd.MultiIndex.from_frame(rows[KEY])) & ~table["suppressed"]
    result = table.copy()
    result.loc[also, [*HIDDEN, "n"]] = np.nan
    return result.assign(
        reason=result["reason"].where(~also, "secondary"),
        suppressed=result["suppressed"] | also,
        over=result["over"].where(~also, ""),
        n=result["n"].astype("Int64"),
    )


def _replaced(table: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    old = pd.MultiIndex.from_frame(table[KEY])
    new = pd.MultiIndex.from_frame(found[KEY])
    kept = table[~old.isin(new)]
    both = pd.concat([kept, found[~new.isin(pd.MultiIndex.from_frame(kept[KEY]))]])
    order = pd.Series(range(len(old)), index=old)
    return both.iloc[np.argsort(order.loc[pd.MultiIndex.from_frame(both[KEY])].to_numpy())].reset_index(drop=True)


def _finished(table: pd.DataFrame, harm: Mapping[str, int]) -> pd.DataFrame:
    table = judged(table, harm) if len(table) else table.assign(p_adjusted=[], standardised_p_adjusted=[])
    result = table.reindex(columns=list(COLUMNS)).reset_index(drop=True)
    result.attrs = {"comparisons": table.attrs.get("comparisons", 0), "level": 1 - ALPHA}
    return result


def judged(table: pd.DataFrame, harm: Mapping[str, int] | None = None) -> pd.DataFrame:
    """p-values adjusted over the whole table, and what they say.

    Two groups that are each other's complement are one comparison: the larger of their p-values counts.

    Parameters
    ----------
    table : of `masked`.
    harm : indicator to 1 where a higher share is worse, −1 where it is better; 1 when omitted.
    """
    shown = table[~table["suppressed"]]
    pairs = shown.groupby(["indicator", "group_by"])["group"].transform("size") == 2
    test = pd.Series(shown.index.astype(str), index=shown.index)
    test[pairs] = shown["indicator"] + "|" + shown["group_by"]
    kinds = ("p", "standardised_p")
    largest = pd.concat([shown[kind].groupby(test).max() for kind in kinds], keys=kinds).dropna()
    adjusted = pd.Series(adjust(largest, "bh"), index=largest.index, dtype=float)
    result = table.copy()
    for kind in kinds:
        mine = adjusted[kind] if kind in adjusted.index.get_level_values(0) else pd.Series(dtype=float)
        result[f"{kind}_adjusted"] = test.map(mine).where(shown[kind].notna()).reindex(result.index)
    sign = result["indicator"].map(harm or {}).fillna(1)
    sure = result["p_adjusted"] < ALPHA
    result["clear"] = np.where(sure, np.where(sign * result["difference"] > 0, "worse", "better"), "")
    result["composition"] = _composition(result)
    result.attrs["comparisons"] = len(largest)
    return result


def _composition(table: pd.DataFrame) -> np.ndarray:
    """Where what is seen as it is and what is seen in people alike in sex and age do not agree."""
    raw, alike = table["p_adjusted"] < ALPHA, table["standardised_p_adjusted"] < ALPHA
    known = table["standardised_p_adjusted"].notna()
    turned = known & (table["difference"] * table["standardised_difference"] < 0) & (raw | alike)
    return np.select([turned, known & raw & ~alike, known & alike & ~raw], ["reversed", "faded", "uncovered"], "")


def unknown(picture: Picture) -> pd.DataFrame:
    """Groups nothing can be said of in the headline indicator.

    Returns
    -------
    DataFrame ``group_by, group, n, reason``; reasons as in `screen`. A crossed group is left out where one
    of its parts stands here already.
    """
    table = screen_of(picture)
    rows = table[(table["indicator"] == picture.headline.id) & table["suppressed"].astype(bool)]
    alone = {(by, group) for by, group in rows[["group_by", "group"]].itertuples(index=False) if ":" not in by}
    inside = [
        any(part in alone for part in group_keys.parts(by, group).items()) and ":" in by
        for by, group in rows[["group_by", "group"]].itertuples(index=False)
    ]
    return rows.loc[~np.array(inside, dtype=bool), ["group_by", "group", "n", "reason"]].reset_index(drop=True)


def missing_backgrounds(picture: Picture) -> list[str]:
    """Groups national surveys find to differ (`backgrounds.EXPECTED`) that this survey does not ask about."""
    if picture.survey is None:
        return []
    book = picture.survey.codebook.variables
    kinds = {item.kind for item in book.values()}
    return [name for name in backgrounds.EXPECTED if name not in book and name not in kinds]


def screen_of(picture: Picture) -> pd.DataFrame:
    """The screen of the headline with its default choices, made once for a picture."""
    return picture.once(("groups", "screen"), lambda: screen(picture))


def others_of(picture: Picture) -> pd.DataFrame:
    """The screen of worry and exposure, a family of comparisons of its own, made once for a picture."""
    names = screened(picture)
    return picture.once(("groups", "others"), lambda: screen(picture, [n for n in names if n != picture.headline.id]))


def overall(picture: Picture, indicator: str) -> pd.Series | None:
    """The share of everybody who answered; None when it may not be shown."""
    row = est.one(picture.survey_estimates, indicator)
    return None if row is None or row["suppressed"] else row
