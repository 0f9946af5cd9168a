"""The survey that every engine is timed on: strata nested in areas, four margins, 15 yes/no items."""

from __future__ import annotations

import numpy as np
import pandas as pd

SIZES = {"sex": 2, "age": 8, "area": 20, "education": 3}
ITEMS = [f"q{j + 1}" for j in range(15)]
STRATA = 10


def sample(n: int, seed: int = 20261124, crossed: bool = False) -> pd.DataFrame:
    """A stratified sample with dependent margins; columns are Categoricals, items int8.

    Ten strata are drawn with fractions of 2 to 30 %. They are made of whole areas (two each), or with
    `crossed` they cut across the areas.
    """
    random = np.random.default_rng(seed)
    area = random.integers(0, 20, n)
    sex = random.integers(0, 2, n)
    age = np.clip(random.normal(3.5 + 0.4 * sex + 0.02 * area, 2, n).round(), 0, 7).astype(int)
    education = np.clip(random.normal(1.2 - 0.1 * (age - 3), 0.8, n).round(), 0, 2).astype(int)
    stratum = random.integers(0, STRATA, n) if crossed else area // 2
    fraction = np.linspace(0.02, 0.30, STRATA)
    codes = {"sex": sex, "age": age, "area": area, "education": education, "stratum": stratum}
    frame = {k: pd.Categorical.from_codes(v, [f"{k}{i:02d}" for i in range(v.max() + 1)]) for k, v in codes.items()}
    drawn = np.bincount(stratum, minlength=STRATA)
    frame["population"] = np.round(drawn / fraction)[stratum]
    frame["weight"] = frame["population"] / drawn[stratum]
    for j, name in enumerate(ITEMS):
        p = 1 / (1 + np.exp(-(-1.5 + 0.15 * j + 0.2 * sex - 0.05 * age + 0.03 * area)))
        frame[name] = (random.random(n) < p).astype(np.int8)
    return pd.DataFrame(frame)


def margins(frame: pd.DataFrame) -> dict[str, pd.Series]:
    """Population totals a few per cent off the weighted sample's, with one sum."""
    total = float(frame["weight"].sum())
    out = {}
    for name, k in SIZES.items():
        have = frame.groupby(name, observed=False)["weight"].sum()
        want = have * (1 + 0.08 * np.cos(np.arange(k)))
        out[name] = want * (total / want.sum())
    return out
