"""Can the attacker of `trygghet audit` break what the package protects? It reads only pages written to a folder.

    python benchmarks/disclosure.py [surveys] [tables of counts] [part ...]

Parts (all without): ``surveys`` of 1 to 3 ways and 1 to 5 linked tables and of 2 to 4 ways with areas within parts of
the town and narrow age bands within wide ones, ``counts`` by area and kind with their sums, ``pairs`` of releases that
differ by a few people, ``tiny`` tables against every table there is, ``drops`` of one secondary suppression at a time,
and the ``cost`` against the fewest numbers that can be hidden.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from disclosure_cost import cost
from scipy.optimize import linprog

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from audit import hierarchies, pairs
from audit import surveys as made
from audit.folders import HIDDEN, publish, table

from trygghet.audit import audit
from trygghet.audit.counts import grid_of, system_of
from trygghet.audit.published import read
from trygghet.disclosure import DisclosureError, hide_counts

LIMIT = 5
HEAD = "Delområde"
WAYS = (2, 3, 4)
BARE = 10
"""Every so many surveys are attacked without protection too, to see that the attacker can break them."""
TOLD = 50


def in_folder(run: Callable[[Path], object]) -> object:
    with tempfile.TemporaryDirectory() as folder:
        return run(Path(folder))


def counting(run: Callable[..., Counter], cases: Iterable[tuple]) -> Counter:
    """The sums of what the cases give, tried beside each other; now and then what is known so far, to stderr."""
    found: Counter = Counter()
    with ProcessPoolExecutor(int(os.environ.get("WORKERS", os.cpu_count() or 1))) as pool:
        for number, one in enumerate(pool.map(run, *zip(*cases, strict=True)), 1):
            found.update(one)
            if number % TOLD == 0:
                sys.stderr.write(f"{number}: {dict(found)}\n")
                sys.stderr.flush()
    return found


def surveys(n: int) -> list[dict[str, object]]:
    """Three fifths plain surveys of 1 to 3 ways, the rest by thirds of 2, 3 and 4 ways with hierarchies."""
    nested = n * 2 // 5
    plain = counting(one_survey, [(seed,) for seed in range(n - nested)])
    rows = [_survey_row("plain, 1 to 3 ways", n - nested, plain)]
    for at, ways in enumerate(WAYS):
        cases = [(seed, ways) for seed in range(at, nested, len(WAYS))]
        rows.append(_survey_row(f"hierarchies, {ways} ways", len(cases), counting(one_hierarchy, cases)))
    return rows


def _survey_row(name: str, n: int, found: Counter) -> dict[str, object]:
    bare = f"{found['bare broken']} of {found['bare']}"
    return {"surveys": name, "tried": n, "broken": found["broken"], "broken when unprotected": bare}


def one_survey(seed: int) -> Counter:
    """Every tenth with up to five tables, the others with one or two."""
    one = made.survey(1000 + seed, 5 if seed % 10 == 0 else 2)
    return _attacked(seed, lambda out, protect: made.breaches(one, out, protect=protect))


def one_hierarchy(seed: int, ways: int) -> Counter:
    """Every fourth with up to five tables besides the margins, the others with one or two."""
    one, parts = hierarchies.hierarchy(seed, ways, 5 if seed % 4 == 0 else 2)
    return _attacked(seed, lambda out, protect: hierarchies.hierarchy_breaches(one, parts, out, protect=protect))


def _attacked(seed: int, run: Callable[[Path, bool], list[str]]) -> Counter:
    found = Counter(broken=int(bool(in_folder(lambda out: run(out, True)))))
    if seed % BARE == 0:
        found.update(bare=1, **{"bare broken": int(bool(in_folder(lambda out: run(out, False))))})
    return found


def counted(n: int) -> list[dict[str, object]]:
    found = counting(one_count, [(seed,) for seed in range(1000, 1000 + n)])
    return [{"tables of counts": n, "refused": found["refused"], "broken": found["broken"]}]


def one_count(seed: int) -> Counter:
    try:
        return Counter(broken=int(bool(in_folder(lambda out: made.count_breaches(made.reports(seed), out)))))
    except DisclosureError:
        return Counter(refused=1)


def planted(n: int) -> list[dict[str, object]]:
    """Pairs of releases; those that give nobody away even without the ledger show nothing and are told apart."""
    rows = []
    for kind in pairs.KINDS:
        found = counting(one_pair, [(kind, seed) for seed in range(n)])
        leaks, through = found["leaks"], found["through"]
        shown = f"{found['shown']} of {found['rows']}"
        rows.append(
            {"pairs": kind, "planted": n, "leak without the ledger": leaks, "with it": through, "rows shown": shown}
        )
    return rows


def one_pair(kind: str, seed: int) -> Counter:
    pair = pairs.planted(kind, seed)
    with tempfile.TemporaryDirectory() as folder:
        bare = pairs.pair_breaches(pair, Path(folder), remember=False)
    with tempfile.TemporaryDirectory() as folder:
        left = pairs.pair_breaches(pair, Path(folder))
        again = pairs.release(pair.second, Path(folder), remember=True)
    shown = int((~again["suppressed"].astype(bool)).sum())
    return Counter(leaks=int(bool(bare)), through=int(bool(left)), shown=shown, rows=len(again))


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


def main(n_surveys: int = 500, n_counts: int = 200, parts: Iterable[str] = ()) -> None:
    known: dict[str, Callable[[], list[dict[str, object]]]] = {
        "pairs": lambda: planted(20),
        "cost": lambda: [cost(24)],
        "tiny": lambda: [tiny(150)],
        "drops": lambda: [drops(200)],
        "counts": lambda: counted(n_counts),
        "surveys": lambda: surveys(n_surveys),
    }
    for part in parts or known:
        for found in known[part]():
            sys.stdout.write(" · ".join(f"{name}: {value}" for name, value in found.items()) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:] if text.isdigit()]
    main(*numbers, parts=[text for text in sys.argv[1:] if not text.isdigit()])
