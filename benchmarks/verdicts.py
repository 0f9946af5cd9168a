"""How often the evaluation errs, by simulation: verdicts on shares and counts, and tests against comparisons.

Run: ``python benchmarks/verdicts.py [draws]``. Every survey is drawn anew: unequal weights (design effect about
1.5), answers, and then the same functions an evaluation calls. Prints tables in Markdown.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import pandas as pd

import trygghet as tg
from trygghet.comparison import did_count, wdd
from trygghet.did import did
from trygghet.evaluation import LABELS, adjust, count_target_reached, target_reached
from trygghet.promises import Baseline, Goal, Target

BASE, LESS = 0.30, -0.10


def goal(kind: str, value: float, *, count: int | None = None) -> Goal:
    """A goal of ten percent less, as a share or a count."""
    base = Baseline(year="1", estimate=BASE, n=450) if count is None else Baseline(year="1", count=count)
    return Goal(
        id="M1", promise="L1", title="x", source="s", follow_up="2", direction="decrease", baseline=base,
        indicator="unsafe" if count is None else "crime:theft", target=Target(kind=kind, value=value),
    )  # fmt: skip


def survey(random: np.random.Generator, n: int, share: float) -> tg.SurveyDesign:
    """A sample whose weights alone give a design effect near 1.5."""
    weight = np.exp(random.normal(0, 0.64, n))
    return tg.SurveyDesign(pd.DataFrame({"y": random.binomial(1, share, n), "w": weight}), weight="w")


def share_verdicts(draws: int, n: int, share: float, kind: str) -> list[str]:
    """Verdicts on surveys of n answers a wave whose true share went from 30 % to `share`."""
    random = np.random.default_rng([n, int(1000 * share)])
    target = goal("relative", LESS) if kind == "relative" else goal("absolute", BASE * (1 + LESS))
    labels = []
    for _ in range(draws):
        row = tg.estimate.change(survey(random, n, BASE), survey(random, n, share), "y").iloc[0]
        found = target_reached(
            target, row["after"], row["se_after"], df=row["df"], baseline=row["before"],
            baseline_se=row["se_before"], covariance=row["covariance"],
        )  # fmt: skip
        labels.append(found.label)
    return labels


def count_verdicts(draws: int, mean: float, ratio: float, phi: float) -> list[str]:
    """Verdicts on counts whose true rate went to `ratio` of what it was, the dispersion known."""
    random = np.random.default_rng([int(mean), int(100 * ratio), int(phi)])
    labels = []
    for _ in range(draws):
        before, after = (int(crimes(random, m, phi, ())) for m in (mean, ratio * mean))
        if before:
            labels.append(count_target_reached(goal("relative", LESS, count=before), after, phi=phi).label)
    return labels


def crimes(random: np.random.Generator, mean: float, phi: float, size: object) -> np.ndarray:
    """Counts of a mean and a variance of phi times the mean."""
    return random.poisson(random.gamma(mean / (phi - 1), phi - 1, size)) if phi > 1 else random.poisson(mean, size)


def wdd_rejects(draws: int, phi: float, *, known: bool) -> float:
    """Share of true nulls rejected at 5 %, four areas of 12 crimes a month, three years beforehand."""
    random = np.random.default_rng(int(phi))
    rejected = 0
    for _ in range(draws):
        months = [crimes(random, 12, phi, 48) for _ in range(4)]
        pairs = [(int(m[24:36].sum()), int(m[36:].sum())) for m in months]
        rejected += wdd(*pairs, phi=1.0 if known else [m[:36] for m in months]).p < 0.05
    return rejected / draws


def did_rejects(draws: int, n: int, areas: int, *, tau: str | float) -> float:
    """Share of true nulls rejected at 5 % where every area strays two points a year by itself."""
    random = np.random.default_rng([n, areas])
    rejected = 0
    for _ in range(draws):
        seen = random.binomial(n, BASE + random.normal(0, 0.02, (2, areas + 1))) / n
        variance = np.diag((seen * (1 - seen) / n).sum(axis=0))
        rejected += did(seen[1] - seen[0], variance, tau=tau).p < 0.05  # type: ignore[arg-type]
    return rejected / draws


def did_count_rejects(draws: int, phi: float) -> float:
    """Share of true nulls rejected at 5 %, seven areas over 36 months."""
    random = np.random.default_rng(int(10 * phi))
    rejected = 0
    for _ in range(draws):
        counts = crimes(random, 15, phi, (7, 36))
        panel = pd.DataFrame({"area": np.repeat(np.arange(7), 36), "month": np.tile(np.arange(36), 7)})
        rejected += did_count(panel.assign(count=counts.ravel()), 0, 24).p < 0.05
    return rejected / draws


def flagged(draws: int) -> float:
    """Average number flagged of 3,600 comparisons where nothing differs."""
    random = np.random.default_rng(36)
    return float(np.mean([(adjust(random.random(3600), "bh") <= 0.05).sum() for _ in range(draws)]))


def table(title: str, rows: list[tuple[str, Callable[[], list[str]]]]) -> None:
    """Print how often each word was said, in percent."""
    print(f"\n{title}\n")
    print("| | " + " | ".join(label.replace("_", " ") for label in LABELS) + " |")
    print("|---|" + "---:|" * len(LABELS))
    for name, make in rows:
        labels = make()
        print(f"| {name} | " + " | ".join(f"{100 * labels.count(label) / len(labels):.1f}" for label in LABELS) + " |")


def main(draws: int) -> None:
    truths = {"nothing changed": 0.30, "halfway": 0.285, "at the target": 0.27, "twice as far": 0.24}
    for kind in ("relative", "absolute"):
        rows = [
            (f"n {n}, {name}", lambda n=n, p=p, kind=kind: share_verdicts(draws, n, p, kind))
            for n in (200, 450, 1500)
            for name, p in truths.items()
        ]
        table(f"A share of 30 % to fall by ten percent, {kind} target, design effect 1.5; percent of surveys", rows)
    rows = [
        (f"{mean} crimes, φ {phi}, true change {round(100 * (ratio - 1))} %",
         lambda m=mean, r=ratio, f=phi: count_verdicts(draws, m, r, f))
        for mean in (50, 200) for phi in (1, 2) for ratio in (1.0, 0.9, 0.6)
    ]  # fmt: skip
    table("A count to fall by ten percent; percent of years", rows)
    print("\nTests of true nulls at 5 %; percent rejected\n\n| test | rejected |\n|---|---:|")
    for phi in (1, 2, 5):
        print(
            f"| WDD, φ {phi} estimated from three years of months | {100 * wdd_rejects(draws, phi, known=False):.1f} |"
        )
        print(f"| WDD, φ {phi} taken as 1 | {100 * wdd_rejects(draws, phi, known=True):.1f} |")
    for n in (400, 1500):
        for name, tau in (("area noise estimated", "estimate"), ("sampling error only", 0.0)):
            rate = did_rejects(max(2000, draws), n, 9, tau=tau)
            print(f"| share against 9 areas, n {n}, {name} | {100 * rate:.1f} |")
    for phi in (1, 2, 5):
        print(f"| counts against 6 areas, φ {phi} | {100 * did_count_rejects(max(200, draws // 4), phi):.1f} |")
    print(
        f"\n3,600 comparisons without a difference, Benjamini–Hochberg at 5 %: {flagged(draws):.2f} flagged on average"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
