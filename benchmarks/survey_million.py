"""A survey of a million answers from file to table: read strictly, weigh by raking, estimate every indicator.

Run: ``python benchmarks/survey_million.py [rows ...]``. Each size runs in a process of its own, on answers of the
simulated questionnaire (55 columns) in Swedish csv, drawn again under new ids until there are enough. Times are the
processor's, all threads together; memory is the highest resident set so far. Fails when the largest size takes more
than 60 s or 4 GB, or when time or memory grows faster than the rows from the smallest size to the largest.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from trygghet import estimates as est
from trygghet import indicators
from trygghet.simulate.nation import YEAR, write_nation
from trygghet.sources import read_population, read_survey
from trygghet.weighting import weigh
from trygghet.workspace import CITIZENS, Workspace

SIZES = (100_000, 1_000_000)
MOST_SECONDS, MOST_BYTES = 60.0, 4 * 1024**3
GROUPS = ["sex", "age_group", "area", ("sex", "age_group")]
STAGES = ("imports and workspace", "read and recode", "weigh: rake to area, and sex by age", "estimate by 5 groupings")


def write(folder: Path, n: int) -> Path:
    """A workspace with `n` answers."""
    (ws,) = write_nation(folder, seed=1, n=1, yearly=1_000)
    table = pd.read_csv(ws / "enkat.csv", sep=";", dtype=str, keep_default_na=False)
    drawn = table.iloc[np.random.default_rng(1).integers(0, len(table), n)].assign(
        lopnr=np.arange(1, n + 1).astype(str)
    )
    options = arrow_csv.WriteOptions(delimiter=";", quoting_style="none")
    arrow_csv.write_csv(pa.Table.from_pandas(drawn, preserve_index=False), ws / "enkat.csv", options)
    settings = ws / "workspace.yml"
    settings.write_text(re.sub(r" invited: urval.csv, invited_n: \d+,", "", settings.read_text()))
    return ws


def one(folder: Path) -> dict[str, Any]:
    """Seconds and highest memory after each stage, and what must add up."""
    seconds, memory, begun = [], [], 0.0
    ws = Workspace.open(folder, YEAR)
    wave, people = ws.delivered(CITIZENS), read_population(ws)

    def lap() -> None:
        nonlocal begun
        now = time.process_time()
        seconds.append(now - begun)
        memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
        begun = now

    lap()
    survey = read_survey(ws)
    lap()
    design = weigh(survey, wave, people)
    lap()
    table = est.survey_estimates(design, survey, indicators.load(ws), wave, groups=GROUPS)
    lap()
    adults = float(people.loc[people["age"].between(16, 85), "n"].sum())
    return {
        "seconds": seconds,
        "bytes": memory,
        "rows": len(survey),
        "figures": len(table),
        "whole": bool(abs(design.weights.sum() / adults - 1) < 1e-6 and np.isfinite(table["se"]).all()),
    }


def measured(n: int) -> dict[str, Any]:
    """`one` in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        ws = Path(_run("--write", folder, str(n)).strip())
        size = (ws / "enkat.csv").stat().st_size
        found = json.loads(_run("--one", str(ws)))
    return {**found, "file": size}


def _run(*arguments: str) -> str:
    """This script in a process of its own: what another one held would count as the child's highest memory."""
    done = subprocess.run([sys.executable, __file__, *arguments], check=True, capture_output=True, text=True)
    return done.stdout


def table(results: dict[int, dict[str, Any]]) -> str:
    """Markdown: a row for each stage, a column for each size."""
    sizes = list(results)
    lines = [f"| | {' | '.join(f'{n:,}' for n in sizes)} |", "|---" * (len(sizes) + 1) + "|"]
    lines.append(_line("file", [f"{r['file'] / 1e6:,.0f} MB" for r in results.values()]))
    for at, stage in enumerate(STAGES):
        cells = [f"{r['seconds'][at]:.1f} s, {r['bytes'][at] / 1e6:,.0f} MB" for r in results.values()]
        lines.append(_line(stage, cells))
    lines.append(_line("**in all**", [f"{sum(r['seconds']):.1f} s" for r in results.values()]))
    lines.append(_line("figures", [f"{r['figures']:,}" for r in results.values()]))
    return "\n".join(lines)


def _line(name: str, cells: list[str]) -> str:
    return f"| {name} | {' | '.join(cells)} |"


def failures(results: dict[int, dict[str, Any]]) -> list[str]:
    """Every bound that does not hold."""
    small, large = min(results), max(results)
    said = [f"{n:,}: {r}" for n, r in results.items() if r["rows"] != n or not r["whole"]]
    if (taken := sum(results[large]["seconds"])) > MOST_SECONDS:
        said.append(f"{large:,} answers took {taken:.1f} s")
    if max(results[large]["bytes"]) > MOST_BYTES:
        said.append(f"{large:,} answers took {max(results[large]['bytes']) / 1e9:.2f} GB")
    growth = sum(results[large]["seconds"]) / sum(results[small]["seconds"])
    if growth > large / small:
        said.append(f"time grows {growth:.1f} times with {large / small:.0f} times the rows")
    return said


def main(sizes: tuple[int, ...]) -> int:
    """Run, print, and tell what failed."""
    results = {n: measured(n) for n in sorted(sizes)}
    print(table(results))
    said = failures(results)
    print("\n".join(f"FAILED: {text}" for text in said) or "every bound holds")
    return 1 if said else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--write"]:
        print(write(Path(sys.argv[2]), int(sys.argv[3])))
    elif sys.argv[1:2] == ["--one"]:
        print(json.dumps(one(Path(sys.argv[2]))))
    else:
        raise SystemExit(main(tuple(int(a) for a in sys.argv[1:]) or SIZES))
