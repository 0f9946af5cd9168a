"""Groups against all others in the same sample, as they are and standardised, with the covariance of the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from trygghet.backgrounds import Standard
from trygghet.design import SurveyDesign
from trygghet.survey.arrays import Codes, Floats
from trygghet.survey.domains import Item
from trygghet.survey.sides import Both, answers, both_sides, cell_counts, standardised_sides

BOTH = ("in", "out")
LEAST_CELL = 5
"""Answers that a cell of the standard needs, in the group and among the others, before it is used."""
RARE = 10
"""Answers of a kind, n·p and n·(1 − p), below which the sample's own variance is not trusted alone."""
BLOCK = 4_000_000
"""Numbers held at once, about: groups of a large survey are taken some at a time."""
ALIKE = (
    "standardised", "standardised_low", "standardised_high", "standardised_difference",
    "standardised_difference_low", "standardised_difference_high", "standardised_p",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Composition:
    """A composition to standardise to.

    Attributes
    ----------
    over : its name, e.g. ``sex_age_coarse``.
    codes : (n,) each row's cell, −1 outside all.
    shares : persons by cell.
    """

    over: str
    codes: np.ndarray
    shares: pd.Series


def against_rest(
    design: SurveyDesign,
    member: np.ndarray,
    names: Sequence[str],
    choices: Sequence[Composition] = (),
) -> pd.DataFrame:
    """A row for each indicator of one group; as `each_against_rest`.

    Parameters
    ----------
    member : (n,) ``in``, ``out``, or None where it is not known.
    choices : compositions to standardise to, of which the first that has enough answers is taken.
    """
    return each_against_rest(design, coded(member)[:, None], names, [choices])


def coded(member: np.ndarray) -> Codes:
    """(n,) 1 for ``in``, 0 for ``out`` and −1 where it is not known."""
    codes = pd.Categorical(member, categories=list(BOTH)).codes
    return np.where(codes < 0, -1, 1 - codes)


def each_against_rest(
    design: SurveyDesign,
    members: Codes,
    names: Sequence[str],
    choices: Sequence[Sequence[Composition]],
) -> pd.DataFrame:
    """A row for each indicator of each group, group by group.

    Parameters
    ----------
    design : the sample with a 0/1 column for each indicator.
    members : (n, groups) 1 in the group, 0 out of it, −1 where it is not known.
    names : the indicators.
    choices : for each group the compositions to standardise to, of which the first that has enough answers is
        taken; groups that share them are worked out together.

    Returns
    -------
    indicator, n, n_eff, estimate, se, ci_low, ci_high, n_rest, n_eff_rest, rest, fewest (the smallest count but 0 of
    answers of one kind on one side), difference with limits and p,
    standardised with limits, standardised_difference with limits and p, over.

    Notes
    -----
    The difference is tested by t with the covariance of the two domains. Where fewer than ten answers of
    a kind lie on either side, the standard error is at least that under equal shares with Kish's effective
    sizes: linearised variances of rare answers are mostly too small. Standardised differences allow for the
    cells estimated by a factor √(n / (n − cells)).
    """
    items, groups = answers(design, names), members.shape[1]
    width = max(1, BLOCK // (2 * design.n * max(len(items), 1)))
    parts = []
    for start in range(0, groups, width):
        chosen = slice(start, start + width)
        parts.append(_against_rest(design, members[:, chosen], items, choices[chosen]))
    return pd.concat(parts, ignore_index=True)


def _against_rest(
    design: SurveyDesign, members: Codes, items: Sequence[Item], choices: Sequence[Sequence[Composition]]
) -> pd.DataFrame:
    both = both_sides(design, items, members)
    least, grown = _least_se(both), _grown(design)
    gap = _difference(both.estimate, both.gap_se * grown, both.df, least)
    columns = {
        "n": both.n[0].astype(np.int64), "n_eff": both.n_eff[0], "estimate": both.estimate[0], "se": both.se[0],
        "ci_low": both.low[0], "ci_high": both.high[0],
        "n_rest": both.n[1].astype(np.int64), "n_eff_rest": both.n_eff[1], "rest": both.estimate[1],
        "fewest": _fewest(both),
        "difference": gap[0], "difference_low": gap[1], "difference_high": gap[2], "p": gap[3],
    }  # fmt: skip
    columns |= _standardised(design, items, members, choices, both, least)
    table = pd.DataFrame({name: values.T.ravel() for name, values in columns.items()})
    table.insert(0, "indicator", np.tile(np.array([item.name for item in items], dtype=object), members.shape[1]))
    return table


def _difference(estimate: Floats, se: Floats, df: Floats, least: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Group less rest, its limits and p; `least` is the smallest standard error that is believed."""
    value, se = estimate[0] - estimate[1], np.fmax(se, least)
    free = np.maximum(df.min(axis=0), 1.0)
    half = stats.t.ppf(0.975, free) * se
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * stats.t.sf(np.abs(value) / se, free)
    return value, value - half, value + half, np.where(se > 0, p, 1.0)


def _fewest(both: Both) -> Floats:
    """The smallest number above 0 of answers of one kind in the group or among the others."""
    counts = np.concatenate([both.ones, both.n - both.ones])
    found = np.where(counts > 0, counts, np.inf).min(axis=0)
    return np.where(np.isfinite(found), found, np.nan)


def _grown(design: SurveyDesign) -> float:
    """What linearised standard errors lack after calibration to q totals: √(m / (m − q)), m rows less strata."""
    q, rows = design.constraints, int(design.active.sum()) - design.stages[0].strata
    return 1.0 if rows <= 2 * q else float(np.sqrt(rows / (rows - q)))


def _least_se(both: Both) -> Floats:
    """The standard error under equal shares where answers of a kind are few; 0 elsewhere."""
    with np.errstate(divide="ignore", invalid="ignore"):
        rare = (both.n * np.minimum(both.estimate, 1 - both.estimate) < RARE).any(axis=0)
        (n, m), (here, there) = both.n_eff, both.estimate
        share = (n * here + m * there) / (n + m)
        se = np.sqrt(share * (1 - share) * (1 / n + 1 / m))
    return np.where(rare & np.isfinite(se), se, 0.0)


def _standardised(
    design: SurveyDesign,
    items: Sequence[Item],
    members: Codes,
    choices: Sequence[Sequence[Composition]],
    both: Both,
    least: Floats,
) -> dict[str, np.ndarray]:
    """The groups' standardised shares and differences from the others', at the finest composition that holds."""
    shape = (len(items), members.shape[1])
    found = {name: np.full(shape, np.nan) for name in ALIKE} | {"over": np.full(shape, "", dtype=object)}
    for composition, at in _finest(design, items, members, choices):
        cells = len(composition.shares)
        alike = standardised_sides(design, items, members[:, at], composition.codes, composition.shares.to_numpy())
        n, df = both.n[0][:, at], both.df[:, :, at]
        factor = np.sqrt(n / np.maximum(n - cells, 1.0))
        half = stats.t.ppf(0.975, np.maximum(df[0], 1.0)) * alike.se * factor
        own = alike.estimate[0]
        gap = _difference(alike.estimate, alike.gap_se * (factor * _grown(design)), df, least[:, at])
        values = (own, np.maximum(own - half, 0), np.minimum(own + half, 1), *gap)
        for name, value in zip(ALIKE, values, strict=True):
            found[name][:, at] = value
        found["over"][:, at] = composition.over
    return found


def _finest(
    design: SurveyDesign, items: Sequence[Item], members: Codes, choices: Sequence[Sequence[Composition]]
) -> list[tuple[Composition, Codes]]:
    """Compositions with their groups: for each the first whose every cell has enough answers on both sides."""
    offered: dict[Composition, list[int]] = {}
    for group, offers in enumerate(choices):
        for offer in offers:
            offered.setdefault(offer, []).append(group)
    enough: dict[Composition, set[int]] = {}
    for offer, at in offered.items():
        least = cell_counts(design, items, members[:, at], offer.codes, len(offer.shares))
        enough[offer] = {group for group, count in zip(at, least, strict=True) if count >= LEAST_CELL}
    taken: dict[Composition, list[int]] = {}
    for group, offers in enumerate(choices):
        first = next((offer for offer in offers if group in enough[offer]), None)
        if first is not None:
            taken.setdefault(first, []).append(group)
    return [(offer, np.array(at)) for offer, at in taken.items()]


def compositions(frame: pd.DataFrame, standard: Standard | None, skip: Sequence[str] = ()) -> list[Composition]:
    """What to standardise by, the finest first, those in `skip` left out.

    Sex by age group, sex by two ages, age group, two ages, sex.
    """
    if standard is None:
        return []
    names = [name for name in standard.names if name not in skip]
    age = next((name for name in names if standard.ages and name == standard.names[-1]), "")
    sex = next((name for name in names if name != age), "")
    half = {a: str(int(2 * i >= len(standard.ages))) for i, a in enumerate(standard.ages)}
    halves: list[dict[str, str]] = [{}, half] if len(standard.ages) > 2 else [{}]
    wanted = [(sex, age, ages) for ages in halves] if sex and age else []
    wanted += [("", age, ages) for ages in halves] if age else []
    wanted += [(sex, "", {})] if sex else []
    return [_composition(frame, standard, *each) for each in wanted]


def _composition(frame: pd.DataFrame, standard: Standard, sex: str, age: str, half: dict[str, str]) -> Composition:
    used = [name for name in (sex, age) if name]
    at = [standard.names.index(name) for name in used]
    sums: dict[str, float] = {}
    for parts, n in standard.shares.items():
        name = ":".join(half.get(parts[i], parts[i]) for i in at)
        sums[name] = sums.get(name, 0.0) + n
    columns = [frame[name].astype(object).fillna("").astype(str).replace(half) for name in used]
    rows = columns[0] if len(used) == 1 else columns[0] + ":" + columns[1]
    codes = pd.Index(list(sums)).get_indexer(pd.Index(rows))
    over = "_".join([*(["sex"] if sex else []), *(["age" + ("_coarse" if half else "")] if age else [])])
    return Composition(over, codes, pd.Series(sums))
