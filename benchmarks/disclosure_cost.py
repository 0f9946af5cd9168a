"""How much more is hidden than must be: tables under 60 cells against an integer program's optimum.

python benchmarks/disclosure_cost.py [tables]
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, lil_array, vstack

from trygghet.disclosure import DisclosureError, ReleaseBuilder, suppress

LIMIT, SECONDS = 5, 60.0


def drawn(seed: int) -> pd.DataFrame:
    """Counts of 4 to 6 areas by 3 to 5 kinds: with their sums at most 42 cells."""
    draw = np.random.default_rng([20171129, seed])
    shape = int(draw.integers(4, 7)), int(draw.integers(3, 6))
    chances = np.outer(draw.dirichlet([2.0] * shape[0]), draw.dirichlet([2.0] * shape[1])).ravel()
    counts = draw.multinomial(int(draw.integers(100, 500)), chances).reshape(shape)
    return pd.DataFrame(counts, [f"a{i}" for i in range(shape[0])], [f"k{j}" for j in range(shape[1])])


def numbers(counts: pd.DataFrame) -> tuple[csr_array, np.ndarray]:
    """Every cell, row sum and column sum as a sum of cells, and what they are; the total is fixed and left out."""
    rows, columns = counts.shape
    at = np.arange(rows * columns).reshape(rows, columns)
    groups = [[cell] for cell in at.ravel()] + [list(row) for row in at] + [list(column) for column in at.T]
    matrix = lil_array((len(groups), at.size))
    for i, cells in enumerate(groups):
        matrix[[i] * len(cells), cells] = 1.0
    matrix = csr_array(matrix)
    return matrix, matrix @ counts.to_numpy().ravel()


def fewest(counts: pd.DataFrame) -> float | None:
    """The fewest numbers that any pattern hides, or a bound below it; over fractions, so never too many.

    Every small number needs one table where it is 0 and one where it is at least the limit, both alike wherever a
    number is shown; None where there is no pattern at all.
    """
    matrix, values = numbers(counts)
    small = np.flatnonzero((values > 0) & (values < LIMIT))
    if not len(small):
        return 0.0
    n, m = matrix.shape
    total, tables = float(counts.to_numpy().sum()), 2 * len(small)
    width = n + tables * m
    parts, low, high = [], [], []
    for t in range(tables):
        cells = slice(n + t * m, n + (t + 1) * m)
        for sign in (1.0, -1.0):  # how far a number may be from the truth: nowhere where it is shown
            block = lil_array((n, width))
            block[:, cells] = sign * matrix
            block[np.arange(n), np.arange(n)] = -total
            parts.append(csr_array(block))
            low += [-np.inf] * n
            high += list(sign * values)
        ends = lil_array((2, width))
        ends[0, cells] = matrix[[small[t // 2]]].toarray()
        ends[1, cells] = np.ones(m)
        parts.append(csr_array(ends))
        low += [-np.inf if t % 2 else 0.0, total] if t % 2 == 0 else [float(LIMIT), total]
        high += [0.0, total] if t % 2 == 0 else [np.inf, total]
    return _solved(parts, np.array(low), np.array(high), n, small, total)


def _solved(
    parts: list[csr_array], low: np.ndarray, high: np.ndarray, n: int, small: np.ndarray, total: float
) -> float | None:
    matrix = vstack(parts)
    width = matrix.shape[1]
    least, most = np.zeros(width), np.full(width, total)
    least[small], most[:n] = 1.0, 1.0
    found = milp(
        np.r_[np.ones(n), np.zeros(width - n)],
        constraints=LinearConstraint(matrix, low, high),
        integrality=np.r_[np.ones(n), np.zeros(width - n)],
        bounds=Bounds(least, most),
        options={"time_limit": SECONDS},
    )
    if found.status == 2:
        return None
    return float(np.ceil(found.mip_dual_bound - 1e-6))


def hidden(counts: pd.DataFrame) -> int:
    """How many numbers the package hides, against readers from outside as the optimum is."""
    long = counts.rename_axis(index="row", columns="column").stack()
    persons = long.index.to_frame(index=False).loc[np.repeat(np.arange(len(long)), long.to_numpy())]
    persons = persons.assign(
        row=pd.Categorical(persons["row"], list(counts.index)),
        column=pd.Categorical(persons["column"], list(counts.columns)),
    )
    builder = ReleaseBuilder(persons, complete=True)
    builder.add({}, unit="all", fixed=True)
    where: list[dict[str, object]] = [{"row": i, "column": j} for i in counts.index for j in counts.columns]
    where += [{"row": i} for i in counts.index] + [{"column": j} for j in counts.columns]
    for group in where:
        n = builder.count(group)
        builder.add(group, unit=str(group), threshold=LIMIT, shown=not 0 < n < LIMIT)
    return int((~suppress(builder.build(), insiders=False).shown).sum())


def cost(n: int) -> dict[str, object]:
    """Numbers hidden in all against the fewest possible; tables without a small number are left out."""
    ours = least = tables = cells = refused = 0
    worst = 1.0
    for seed in range(n):
        counts = drawn(seed)
        best = fewest(counts)
        if best == 0.0:
            continue
        try:
            own = hidden(counts)
        except DisclosureError:
            refused += 1
            continue
        assert best is not None
        tables, ours, least = tables + 1, ours + own, least + int(best)
        cells += counts.size + sum(counts.shape)
        worst = max(worst, own / best)
    return {
        "tables under 60 cells": tables, "refused": refused, "cells": cells, "hidden": ours, "fewest possible": least,
        "ratio": round(ours / max(1, least), 3), "worst table": round(worst, 2),
    }  # fmt: skip


if __name__ == "__main__":
    found = cost(int(sys.argv[1]) if len(sys.argv) > 1 else 24)
    print(" · ".join(f"{name}: {value}" for name, value in found.items()))
