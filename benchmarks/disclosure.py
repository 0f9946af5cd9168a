"""Can the attacker of `trygghet audit` break what the package protects? It reads only pages written to a folder.

    python benchmarks/disclosure.py [surveys] [tables of counts]

Surveys of 1 to 3 ways and 1 to 5 linked tables, counts by area and kind with their sums, tiny tables against every
table there is, and secondary suppressions dropped one at a time.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import linprog

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from audit import surveys as made
from audit.folders import HIDDEN, publish, table

from trygghet.audit import audit
from trygghet.audit.counts import grid_of, system_of
from trygghet.audit.published import read
from trygghet.disclosure import DisclosureError, hide_counts

LIMIT = 5
HEAD = "Delområde"


def in_folder(run: Callable[[Path], object]) -> object:
    with tempfile.TemporaryDirectory() as folder:
        return run(Path(folder))


def surveys(n: int) -> dict[str, object]:
    """Every tenth with up to five tables, the others with one or two."""

    def broken(seed: int) -> bool:
        one = made.survey(1000 + seed, 5 if seed % 10 == 0 else 2)
        return bool(in_folder(lambda out: made.breaches(one, out)))

    return {"surveys": n, "broken": sum(map(broken, range(n)))}


def counted(n: int) -> dict[str, object]:
    broken = refused = 0
    for seed in range(1000, 1000 + n):
        try:
            broken += bool(in_folder(lambda out, seed=seed: made.count_breaches(made.reports(seed), out)))
        except DisclosureError:
            refused += 1
    return {"tables of counts": n, "refused": refused, "broken": broken}


def page(out: Path, counts: pd.DataFrame, hidden: pd.DataFrame, sums: pd.Series) -> Path:
    rows = [
        (
            a,
            *(HIDDEN if hidden.loc[a, k] else counts.loc[a, k] for k in counts),
            HIDDEN if sums[a] else counts.loc[a].sum(),
        )
        for a in counts.index
    ]
    rows.append(("Alla", *counts.sum(), counts.to_numpy().sum()))
    return publish(out, table("Brott", (HEAD, *counts.columns, "Alla"), rows))


def tiny(n: int) -> dict[str, object]:
    """The attacker's bounds of every hidden cell against all tables with the same sums and printed cells."""
    draw, cells, unequal = np.random.default_rng(8), 0, 0
    for _ in range(n):
        shape = tuple(draw.integers(2, 4, 2))
        values = draw.multinomial(int(draw.integers(4, 13)), np.full(shape[0] * shape[1], 1 / (shape[0] * shape[1])))
        counts = pd.DataFrame(
            values.reshape(shape), [f"a{i}" for i in range(shape[0])], [f"k{i}" for i in range(shape[1])]
        )
        hidden = pd.DataFrame(draw.random(shape) < 0.7, counts.index, counts.columns)
        fits = np.array(every(counts, hidden))
        out = in_folder(lambda out, c=counts, h=hidden: bounds(page(out, c, h, pd.Series(False, c.index)), h))
        for (i, j), (low, high) in out.items():  # type: ignore[attr-defined]
            cells += 1
            unequal += (fits[:, i, j].min(), fits[:, i, j].max()) != (low, high)
    return {"tiny tables": n, "hidden cells": cells, "bounds not those of all tables": unequal}


def every(counts: pd.DataFrame, hidden: pd.DataFrame) -> list[np.ndarray]:
    values, veiled = counts.to_numpy(), hidden.to_numpy()

    def rows(i: int) -> list[tuple[int, ...]]:
        ranges = [range(values[i].sum() + 1) if veiled[i, j] else [values[i, j]] for j in range(values.shape[1])]
        return [row for row in product(*ranges) if sum(row) == values[i].sum()]

    return [
        np.array(found)
        for found in product(*(rows(i) for i in range(len(values))))
        if (np.sum(found, axis=0) == values.sum(axis=0)).all()
    ]


def bounds(out: Path, hidden: pd.DataFrame) -> dict[tuple[int, int], tuple[float, float]]:
    grid = grid_of(read(out)[0], set())
    assert grid is not None
    system = system_of([grid])
    names = [(i, j) for i in range(hidden.shape[0]) for j in range(hidden.shape[1]) if hidden.iloc[i, j]]
    return {(i, j): system.interval({(hidden.index[i], hidden.columns[j]): 1.0}) for i, j in names}


def told(counts: pd.DataFrame, hidden: pd.DataFrame, sums: pd.Series) -> bool:
    """Whether a linear program of its own narrows a small count."""
    shape, equations, values = counts.shape, [], []
    masks = [(np.arange(shape[1]) == j) & np.ones(shape, bool) for j in range(shape[1])]
    masks += [(np.arange(shape[0]) == i)[:, None] & np.ones(shape, bool) for i in range(shape[0]) if not sums.iloc[i]]
    for i, j in np.argwhere(~hidden.to_numpy()):
        mask = np.zeros(shape, bool)
        mask[i, j] = True
        masks.append(mask)
    for mask in masks:
        equations.append(mask.ravel().astype(float))
        values.append(counts.to_numpy()[mask].sum())
    for i, j in np.argwhere(((counts > 0) & (counts < LIMIT)).to_numpy()):
        want = np.zeros(shape)
        want[i, j] = 1
        ends = [linprog(s * want.ravel(), A_eq=np.array(equations), b_eq=values).fun for s in (1, -1)]
        most = min(LIMIT, counts.iloc[:, j].sum(), LIMIT if sums.iloc[i] else counts.iloc[i].sum())
        if ends[0] > 1e-6 or -ends[1] < most - 1e-6:
            return True
    return False


def drops(n: int) -> dict[str, object]:
    """One needed secondary suppression shown: does the attacker notice, where a small count is told?"""
    draw, matter, noticed = np.random.default_rng(9), 0, 0
    for seed in range(2000, 2000 + n):
        counts = made.reports(seed)
        small = (counts > 0) & (counts < LIMIT)
        try:
            found = hide_counts(counts, threshold=LIMIT)
        except DisclosureError:
            continue
        extra = np.argwhere((found.cells & ~small).to_numpy())
        if not len(extra):
            continue
        i, j = extra[draw.integers(len(extra))]
        hidden = found.cells.copy()
        hidden.iloc[i, j] = False
        if told(counts, hidden, found.areas):
            matter += 1
            cells = in_folder(
                lambda out, h=hidden, c=counts, f=found: {x.cell for x in audit(page(out, c, h, f.areas))}
            )
            noticed += any(f"{a} / {k}" in cells for a, k in small.stack()[lambda x: x].index)  # type: ignore[operator]
    return {"drops that matter": matter, "noticed": noticed}


def main(n_surveys: int = 500, n_counts: int = 200) -> None:
    for found in (surveys(n_surveys), counted(n_counts), tiny(150), drops(200)):
        print(" · ".join(f"{name}: {value}" for name, value in found.items()), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
