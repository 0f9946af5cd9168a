"""How often 95 % intervals of shares hold the truth, under raking, by method, share and sample size.

    python benchmarks/survey_coverage.py [replicates]

A population of 40,000 in four areas; equal numbers are drawn from each area, response depends on sex and
age, and the respondents are raked to sex, age and area. Shares depend on sex, age and area, so that raking
matters to them. A sample in which a category of a margin has no respondent is drawn anew (and counted).
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from trygghet import estimate, weights
from trygghet.design import SurveyDesign
from trygghet.errors import WeightError
from trygghet.survey.intervals import share_interval

SHARES = (0.02, 0.1, 0.3, 0.5)
SIZES = (60, 200, 450)
METHODS = ("logit", "beta", "wilson", "asin", "mean", "auto")
NAMES = [f"p{p}" for p in SHARES]


def population(size: int = 40_000, seed: int = 7) -> pd.DataFrame:
    """Everyone, with sex, age, area, propensity to respond, and an answer to each question."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({"sex": random.integers(0, 2, size), "age": random.choice(4, size, p=[0.2, 0.3, 0.3, 0.2])})
    frame["area"] = random.choice(4, size, p=[0.4, 0.3, 0.2, 0.1])
    frame["response"] = 0.2 + 0.05 * frame["sex"] + 0.08 * frame["age"]
    slope = 0.5 * frame["sex"] - 0.25 * (frame["age"] - 1.5) + 0.3 * (frame["area"] == 3)
    for p, name in zip(SHARES, NAMES, strict=True):
        frame[name] = _answers(slope.to_numpy(), p, random)
    return frame


def _answers(slope: np.ndarray, share: float, random: np.random.Generator) -> np.ndarray:
    """Answers of which exactly the share is yes, likelier where the slope is high."""
    score = slope + random.logistic(size=len(slope))
    yes = np.zeros(len(slope))
    yes[np.argsort(-score)[: round(share * len(slope))]] = 1.0
    return yes


def draw(people: pd.DataFrame, areas: list[np.ndarray], n: int, random: np.random.Generator) -> pd.DataFrame:
    """n respondents, as many from each area, likelier where the propensity is high."""
    response, each = people["response"].to_numpy(), n // len(areas)
    rows = []
    for area in areas:
        key = random.exponential(size=len(area)) / response[area]
        rows.append(area[np.argpartition(key, each)[:each]])
    size = np.array([len(area) for area in areas], dtype=float)
    sample = people.iloc[np.concatenate(rows)].reset_index(drop=True)
    return sample.assign(N=size[sample["area"]], w=size[sample["area"]] / each)


def _limits(design: SurveyDesign) -> list[tuple[np.ndarray, np.ndarray]]:
    """Limits of every method; those of R's svyciprop from one table's estimates and SEs."""
    table = estimate.proportion(design, NAMES, method="auto", deff=False)
    columns = [table[c].to_numpy(dtype=float) for c in ("estimate", "se", "df", "n", "n_eff")]
    plain = [share_interval(method, *columns, 0.95) for method in METHODS[:-1]]
    return [*plain, (table["ci_low"].to_numpy(), table["ci_high"].to_numpy())]


def simulate(n: int, replicates: int, seed: int) -> tuple[pd.DataFrame, int]:
    """Coverage and mean width by share and method, and the samples drawn anew."""
    people, random = population(), np.random.default_rng(seed)
    margins = {name: people[name].value_counts() for name in ("sex", "age", "area")}
    areas = [np.flatnonzero(people["area"] == k) for k in range(4)]
    truth = people[NAMES].mean().to_numpy()
    hits, width = np.zeros((len(METHODS), len(NAMES))), np.zeros((len(METHODS), len(NAMES)))
    done = again = 0
    while done < replicates:
        sample = SurveyDesign(draw(people, areas, n, random), weight="w", strata="area", fpc="N")
        try:
            raked = weights.rake(sample, margins)
        except WeightError:
            again += 1
            continue
        for m, (low, high) in enumerate(_limits(raked)):
            hits[m] += (low <= truth) & (truth <= high)
            width[m] += high - low
        done += 1
    index = pd.MultiIndex.from_product([METHODS, SHARES], names=["method", "p"])
    found = {"coverage": (hits / done).ravel(), "width": (width / done).ravel()}
    return pd.DataFrame(found, index=index).assign(n=n).reset_index(), again


def main(replicates: int) -> None:
    """Print the table of coverage, and whether the targets are met."""
    parts = [simulate(n, replicates, seed=n) for n in SIZES]
    table = pd.concat([part for part, _ in parts], ignore_index=True)
    error = 100 * np.sqrt(0.95 * 0.05 / replicates)
    print(f"Coverage of 95 % intervals, {replicates} samples each (Monte-Carlo error {error:.2f} points),")
    print(f"in per cent; samples drawn anew: {dict(zip(SIZES, (k for _, k in parts), strict=True))}")
    wide = table.pivot(index=["n", "p"], columns="method", values="coverage")[list(METHODS)] * 100
    wide.insert(0, "np", [n * p for n, p in wide.index])
    print(wide.round(1).to_string())
    print("Mean width, percentage points")
    print((table.pivot(index=["n", "p"], columns="method", values="width")[list(METHODS)] * 100).round(1).to_string())
    common, rare = wide[wide["np"] >= 10], wide[wide["np"] < 10]
    print(f"auto (the default) where n·p ≥ 10: {common['auto'].min():.1f} to {common['auto'].max():.1f} (target 93–97)")
    print(f"logit, as in R, where n·p ≥ 10: {common['logit'].min():.1f} to {common['logit'].max():.1f}")
    print(f"auto where n·p < 10: {rare['auto'].min():.1f} to {rare['auto'].max():.1f} (target at least 93)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
