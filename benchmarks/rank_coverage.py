"""How often tiers and rank intervals hold the truth of the simulated town: whole files, read and weighed as on a page.

Each run writes the town's files anew with another seed and reads them back through `Picture`. The truth of a
source is its expectation: the survey's is known exactly, staff's and the crimes' is their mean over all runs. The true
order is Borda's over those. Run: ``python benchmarks/rank_coverage.py [RUNS]`` (20 when omitted; about 5 s each, in two
processes).
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

import trygghet as tg
from trygghet.priorities import problem_ranks, source_scores
from trygghet.ranking import normal_ranks
from trygghet.simulate.model import town, truth
from trygghet.simulate.write import files

YEAR, RUNS, PROMISED = "2017", 20, 0.85


def a_run(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scores and ranks of one simulated year."""
    with TemporaryDirectory() as folder:
        place = Path(folder) / "town"
        for name, content in files(town(seed, code="1781"), "town").items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        picture = tg.Picture(tg.Workspace.open(place, year=YEAR))
        return source_scores(picture), problem_ranks(picture)


def true_ranks(scores: list[pd.DataFrame]) -> pd.Series:
    """Rank of each problem by Borda over each source's expectation."""
    mean = sum(scores[1:], scores[0]) / len(scores)
    of = town(1781)
    mean["survey"] = [truth(of, YEAR, problem)["truth"].iloc[0] for problem in mean.index]
    normal = np.stack([normal_ranks(mean[name].to_numpy())[0] for name in mean], axis=1)
    return pd.Series(np.nanmean(normal, axis=1), index=mean.index).rank(ascending=False, method="min")


def main() -> int:
    """Print the shares; 1 when one is below what is promised."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    with ProcessPoolExecutor(max_workers=2) as pool:
        pairs = list(pool.map(a_run, range(1, runs + 1)))
    true = true_ranks([scores for scores, _ in pairs])
    top = true.nsmallest(3).index
    tables = [table.reindex(true.index) for _, table in pairs]
    found = np.array([table.loc[top, "tier"].isin(["A", "B"]) for table in tables])
    covered = np.mean([(table["lo"] <= true) & (true <= table["hi"]) for table in tables])
    width = np.mean([(table["hi"] - table["lo"]).mean() for table in tables])
    print(f"runs {runs}; true top three: {', '.join(top)}")
    print(
        f"all of the true top three in tier A or B: {found.all(axis=1).mean():.3f} of the years (at least {PROMISED})"
    )
    print(f"each of the true top three in tier A or B: {found.mean():.3f}")
    print(f"90 % rank intervals that hold the true rank: {covered:.3f} (at least {PROMISED}); mean width {width:.1f}")
    return int(min(found.all(axis=1).mean(), covered) < PROMISED)


if __name__ == "__main__":
    sys.exit(main())
