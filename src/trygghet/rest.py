"""One group against all others in the same sample, as it is and standardised, with the covariance of the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from trygghet import estimate
from trygghet.backgrounds import Standard
from trygghet.design import SurveyDesign

BOTH = ("in", "out")
MEMBER, CELL = "_member", "_cell"
LEAST_CELL = 5
"""Answers that a cell of the standard needs, in the group and among the others, before it is used."""
RARE = 10
"""Answers of a kind, n·p and n·(1 − p), below which the sample's own variance is not trusted alone."""


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
    """A row for each indicator.

    Parameters
    ----------
    design : the sample with a 0/1 column for each indicator.
    member : (n,) ``in``, ``out``, or None where it is not known.
    names : the indicators.
    choices : compositions to standardise to, of which the first that has enough answers is taken.

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
    marked = design.with_columns(**{MEMBER: pd.Categorical(member, categories=list(BOTH))})
    table = estimate.proportion(marked, list(names), by=MEMBER, method="auto")
    inside = table[table[MEMBER] == BOTH[0]].reset_index(drop=True)
    outside = table[table[MEMBER] == BOTH[1]].reset_index(drop=True)
    least = _least_se(inside, outside)
    result = inside[["indicator", "n", "n_eff", "estimate", "se", "ci_low", "ci_high"]].copy()
    result = result.assign(n_rest=outside["n"], n_eff_rest=outside["n_eff"], rest=outside["estimate"])
    result["fewest"] = _fewest(marked, names)
    result = result.join(
        _difference(table, least, factor=_grown(design)).add_prefix("difference").rename(columns=_plain)
    )
    return result.join(_standardised(marked, names, choices, least))


def _plain(name: str) -> str:
    return {"difference_value": "difference", "difference_p": "p"}.get(name, name)


def _difference(table: pd.DataFrame, least: np.ndarray, *, factor: float) -> pd.DataFrame:
    """Group less rest: ``_value, _low, _high, _p``; `least` is the smallest standard error that is believed."""
    names = list(dict.fromkeys(table["indicator"]))
    sides = np.where(table[MEMBER] == BOTH[0], 1.0, -1.0)
    vectors = {name: np.where(table["indicator"] == name, sides, 0.0) for name in names}
    found = estimate.contrast(table, vectors)
    se = np.fmax(found["se"].to_numpy() * factor, least)
    value, df = found["estimate"].to_numpy(), np.maximum(found["df"].to_numpy(), 1.0)
    half = stats.t.ppf(0.975, df) * se
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * stats.t.sf(np.abs(value) / se, df)
    return pd.DataFrame({"_value": value, "_low": value - half, "_high": value + half, "_p": np.where(se > 0, p, 1.0)})


def _fewest(design: SurveyDesign, names: Sequence[str]) -> list[float]:
    """The smallest number above 0 of answers of one kind in the group or among the others."""
    frame = design.frame[design.active]
    counts = [frame.groupby(MEMBER, observed=False)[name].value_counts() for name in names]
    return [float(c[c > 0].min()) if (c > 0).any() else np.nan for c in counts]


def _grown(design: SurveyDesign) -> float:
    """What linearised standard errors lack after calibration to q totals: √(m / (m − q)), m rows less strata."""
    q, rows = design.constraints, int(design.active.sum()) - design.stages[0].strata
    return 1.0 if rows <= 2 * q else float(np.sqrt(rows / (rows - q)))


def _least_se(inside: pd.DataFrame, outside: pd.DataFrame) -> np.ndarray:
    """The standard error under equal shares where answers of a kind are few; 0 elsewhere."""
    rare = np.zeros(len(inside), dtype=bool)
    for side in (inside, outside):
        hits = side["n"] * np.minimum(side["estimate"], 1 - side["estimate"])
        rare |= (hits < RARE).to_numpy()
    n, m = inside["n_eff"].to_numpy(float), outside["n_eff"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (n * inside["estimate"].to_numpy() + m * outside["estimate"].to_numpy()) / (n + m)
        se = np.sqrt(share * (1 - share) * (1 / n + 1 / m))
    return np.where(rare & np.isfinite(se), se, 0.0)


def _standardised(
    design: SurveyDesign, names: Sequence[str], choices: Sequence[Composition], least: np.ndarray
) -> pd.DataFrame:
    """The group's standardised share and its difference from the others', at the finest composition that holds."""
    keys = ("standardised", "standardised_low", "standardised_high", "standardised_difference",
            "standardised_difference_low", "standardised_difference_high", "standardised_p")  # fmt: skip
    chosen = _finest(design, names, choices)
    if chosen is None:
        return pd.DataFrame(np.nan, index=range(len(names)), columns=list(keys)).assign(over="")
    cells = pd.Categorical.from_codes(chosen.codes, categories=chosen.shares.index)
    table = estimate.standardised(design.with_columns(**{CELL: cells}), list(names), [CELL], chosen.shares, by=MEMBER)
    inside = table[table[MEMBER] == BOTH[0]].reset_index(drop=True)
    n = inside["n"].to_numpy(float)
    factor = np.sqrt(n / np.maximum(n - len(chosen.shares), 1.0))
    half = stats.t.ppf(0.975, np.maximum(inside["df"], 1.0)) * inside["se"] * factor
    gap = _difference(table, least, factor=factor * _grown(design))
    values = (inside["estimate"], np.maximum(inside["estimate"] - half, 0), np.minimum(inside["estimate"] + half, 1),
              *(gap[c] for c in ("_value", "_low", "_high", "_p")))  # fmt: skip
    return pd.DataFrame(dict(zip(keys, values, strict=True))).assign(over=chosen.over)


def _finest(design: SurveyDesign, names: Sequence[str], choices: Sequence[Composition]) -> Composition | None:
    """The first composition whose every cell has enough answers in the group and among the others."""
    member = pd.Categorical(design.frame[MEMBER], categories=list(BOTH)).codes
    known = design.active & (member >= 0)
    valid = [known & design.frame[name].notna().to_numpy() for name in names]
    for choice in choices:
        size = len(choice.shares)
        at = member * size + choice.codes
        counts = [np.bincount(at[rows & (choice.codes >= 0)], minlength=2 * size) for rows in valid]
        if np.min(counts) >= LEAST_CELL:
            return choice
    return None


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
