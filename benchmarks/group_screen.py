"""How often the screen of groups takes chance for truth, on simulated surveys with groups that mean nothing.

Run: ``python benchmarks/group_screen.py [surveys]``. Each survey of about 450 answers is screened by its real
groups and by five groupings drawn at random. It prints the share of false findings among all, aimed at 5 %.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from trygghet import SurveyDesign, groups, rake, simulate
from trygghet.backgrounds import Standard

REAL = ["sex", "age_group", "area", "housing", "birth_country", "disability"]
UNSAFE = ["rather_unsafe", "very_unsafe", "avoids_unsafe"]
SAFE = ["very_safe", "rather_safe"]
LIMITS = groups.Limits(answers=30, effective=30.0, count=5)


def screened(town: simulate.Town, seed: int) -> pd.DataFrame:
    """One survey's screen, with groupings ``noise0`` to ``noise4`` that mean nothing."""
    random = np.random.default_rng(seed)
    answers = simulate.survey(town, 2017, seed=seed).answers.reset_index(drop=True)
    night = answers["night_alone"]
    answers["y"] = np.where(night.isin(UNSAFE), 1.0, np.where(night.isin(SAFE), 0.0, np.nan))
    area, people = simulate.margins(town, "area"), simulate.margins(town, "sex", "age_group")
    design = SurveyDesign(answers, weight="weight", strata="area", lonely_psu="adjust")
    design = rake(design, {"area": area, ("sex", "age_group"): people}, unknown="share")
    named = answers[REAL].astype(str)
    for number, size in enumerate((2, 3, 4, 5, 6)):
        named[f"noise{number}"] = random.integers(0, size, len(answers)).astype(str)
    lists = {name: sorted(named[name].unique()) for name in named} | {"sex": ["man", "woman"]}
    ages = tuple(people.index.unique("age_group"))
    standard = Standard(("sex", "age_group"), {tuple(map(str, k)): float(n) for k, n in people.items()}, ages)
    return groups.judged(groups.masked(groups.compared(design, named, lists, ["y"], standard), LIMITS))


def main() -> None:
    """Print findings, false findings and their share."""
    surveys = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    town, found, false = simulate.town(1781), [], []
    for seed in range(1, surveys + 1):
        table = screened(town, seed)
        clear = table[table["clear"] != ""]
        found.append(len(clear))
        false.append(int(clear["group_by"].str.startswith("noise").sum()))
    share = np.mean(np.array(false) / np.maximum(found, 1))
    print(f"{surveys} surveys: {np.mean(found):.2f} findings each, {np.mean(false):.2f} false, mean share {share:.3f}")


if __name__ == "__main__":
    main()
