"""A million intervals to the hours of the week, against a plain loop over the same rows.

Run: ``python benchmarks/aoristic.py [rows]``. The loop runs over the first 20,000 rows and is scaled up; times are
the processor's, so that other work on the machine does not count. Memory is the peak of what numpy and Python
allocate during the call. Fails below 100 times as fast, above 200 bytes a row (a number for every hour of the week
would be 1,344) or when a weight is lost.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from trygghet.timing import aoristic

LOOP_ROWS = 20_000
LEAST_FASTER, MOST_BYTES, MOST_ERROR = 100, 200, 1e-9


def intervals(n: int, seed: int = 1) -> tuple[pd.Series, pd.Series]:
    """35 % known times, 30 % within two hours, 20 % to 14 hours, 12 % to four days, 3 % one to four weeks."""
    random = np.random.default_rng(seed)
    kind = random.choice(5, n, p=[0.35, 0.30, 0.20, 0.12, 0.03])
    low = np.array([0, 1, 120, 1_440, 10_080])[kind]
    high = np.array([1, 121, 841, 5_761, 40_321])[kind]
    length = random.integers(low, high)
    start = np.datetime64("2016-01-01", "m") + random.integers(0, 366 * 1_440, n)
    return pd.Series(start), pd.Series(start + length)


def plain(starts: list[datetime], ends: list[datetime]) -> np.ndarray:
    """The definition, hour by hour."""
    weights = np.zeros(168)
    hour = timedelta(hours=1)
    for start, end in zip(starts, ends, strict=True):
        at = start.replace(minute=0, second=0, microsecond=0)
        if end <= start:
            weights[at.weekday() * 24 + at.hour] += 1
            continue
        whole = (end - start) / hour
        while at < end:
            inside = (min(end, at + hour) - max(start, at)) / hour
            weights[at.weekday() * 24 + at.hour] += inside / whole
            at += hour
    return weights


def best(function, *arguments, repeats: int = 5):  # type: ignore[no-untyped-def]
    """Least processor time of several runs, and the result."""
    times = []
    for _ in range(repeats):
        begun = time.process_time()
        result = function(*arguments)
        times.append(time.process_time() - begun)
    return min(times), result


def main(n: int) -> int:
    """Measure, print, and tell whether what is promised holds."""
    start, end = intervals(n)
    rows = min(n, LOOP_ROWS)
    aoristic(start[:10], end[:10])
    ours, table = best(aoristic, start, end)
    few = (list(start[:rows].dt.to_pydatetime()), list(end[:rows].dt.to_pydatetime()))
    loop, want = best(plain, *few, repeats=1)
    loop *= n / rows
    error = np.abs(aoristic(start[:rows], end[:rows])["weight"] - want).max()
    tracemalloc.start()
    aoristic(start, end)
    peak = tracemalloc.get_traced_memory()[1]
    print(f"rows                     {n:>12,}")
    print(f"aoristic, s              {ours:>12.3f}")
    print(f"plain loop, s            {loop:>12.1f}  (from {rows:,} rows)")
    print(f"times as fast            {loop / ours:>12.0f}")
    print(f"largest difference       {error:>12.1e}")
    print(f"sum of weights − rows    {table['weight'].sum() - n:>12.1e}")
    print(f"peak memory, bytes a row {peak / n:>12.0f}")
    holds = loop / ours >= LEAST_FASTER and peak / n <= MOST_BYTES and error <= MOST_ERROR
    print("every bound holds" if holds else "FAILED")
    return 0 if holds else 1


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
