"""Raking, calibration, the raked table and its bootstrap, beside R's survey, svy, ipfn and weightipy.

    python benchmarks/survey_engine.py [rows ...]       (default 2000 100000 1000000)

Every engine runs in a process of its own with one thread, one after another in one go, on the same data; what
is timed is the public call with its validation, in CPU seconds, so that a busy machine does not decide. The
peers' environment (benchmarks/.peers) is made on first use.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from peers.survey_python import measured  # noqa: E402
from survey_data import ITEMS, margins, sample  # noqa: E402

PEERS = ["svy==0.35.0", "ipfn==1.4.4", "weightipy==0.4.2"]
TASKS = {
    "rake": "rake 4 margins to 1e-8",
    "linear": "linear calibration, 30 columns",
    "table": "rake, then 20 × 15 table with SEs",
    "bootstrap": "200 bootstrap replicates of the table",
}
ENGINES = {
    "rake": ["ours", "R survey", "svy", "ipfn", "weightipy"],
    "linear": ["ours", "R survey", "svy"],
    "table": ["ours", "ours, crossed strata", "R survey", "svy"],
    "bootstrap": ["ours", "ours, crossed strata", "R survey", "svy"],
}
# What is known to take minutes or more memory than there is; said in the table instead of run.
SKIPPED = {("R survey", "table", 1_000_000), ("svy", "table", 1_000_000), ("R survey", "bootstrap", 1_000_000)}
LIMIT = 400


def our_call(task: str, crossed: bool, n: int) -> Callable:
    """The public call of a task."""
    from trygghet import SurveyDesign, estimate, rake, replicate, weights

    frame = sample(n, crossed=crossed)
    totals = margins(frame)
    design = SurveyDesign(frame, weight="weight", strata="stratum", fpc="population")
    if task == "rake":
        return lambda: float(rake(design, totals).weights.sum())
    if task == "linear":
        return lambda: float(weights.calibrate(design, categorical=totals).weights.sum())
    if task == "table":
        # the same three SEs that survey.R prints: the first area's of the first three items
        return lambda: list(estimate.proportion(rake(design, totals), ITEMS, by="area")["se"].iloc[[0, 20, 40]])
    return lambda: len(replicate.bootstrap_table(rake(design, totals), ITEMS, by="area", replicates=200, seed=1))


def bandwidth(n: int) -> float:
    """Seconds of one weighted bincount over n rows, the floor of any pass."""
    random = np.random.default_rng(1)
    cells, weight = random.integers(0, 960, n), random.random(n)
    return measured(lambda: np.bincount(cells, weights=weight)[0], 9)["seconds"]


def traced(call: Callable) -> float:
    """Peak of what Python and NumPy allocate during a call, MB (the allocator's reserves hide some from RSS)."""
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return peak


def worker(task: str, crossed: str, n: str) -> None:
    """One of our tasks in this process; prints JSON."""
    call = our_call(task, crossed == "crossed", int(n))
    first = measured(call, 1)
    found = measured(call, 7)
    found["peak_mb"] = max(first["peak_mb"], traced(call))
    print(json.dumps(found | {"floor": bandwidth(int(n))}))


def write_data(n: int, folder: Path) -> None:
    """The survey as parquet and CSV, and its totals."""
    frame = sample(n)
    totals = {k: {str(c): float(x) for c, x in v.items()} for k, v in margins(frame).items()}
    (folder / "totals.json").write_text(json.dumps(totals))
    text = frame.astype(dict.fromkeys(frame.select_dtypes("category").columns, str))
    text.to_parquet(folder / "survey.parquet")
    text.to_csv(folder / "survey.csv", index=False)


def peers_python() -> Path | None:
    """The peers' interpreter, made with its packages when it is missing; None where that fails."""
    python = HERE / ".peers" / "bin" / "python"
    if not (HERE / ".peers" / "ready").exists():
        made = [
            [sys.executable, "-m", "venv", str(HERE / ".peers")],
            [str(python), "-m", "pip", "install", "-q", *PEERS],
        ]
        for command in made:
            if subprocess.run(command, check=False, capture_output=True).returncode:
                return None
        (HERE / ".peers" / "ready").touch()
    return python


def command_of(engine: str, task: str, n: int, folder: Path, python: Path | None) -> list[str] | None:
    """How to run an engine, or None where it is not installed."""
    if engine.startswith("ours"):
        crossed = "crossed" if "crossed" in engine else "nested"
        return [sys.executable, str(HERE / "survey_engine.py"), "--worker", task, crossed, str(n)]
    if engine == "R survey":
        script = shutil.which("Rscript")
        return [script, str(HERE / "peers" / "survey.R"), task, str(folder)] if script else None
    return [str(python), str(HERE / "peers" / "survey_python.py"), engine, task, str(folder)] if python else None


def run(command: list[str] | None) -> dict:
    """What a process printed, or why there is nothing."""
    if command is None:
        return {"note": "not installed"}
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1", "RAYON_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=LIMIT, env=os.environ | threads
        )
    except subprocess.TimeoutExpired:
        return {"note": f"> {LIMIT} s"}
    if done.returncode:
        return {"note": "failed: " + (done.stderr.strip().splitlines() or ["?"])[-1][:60]}
    return json.loads(done.stdout.strip().splitlines()[-1])


def measure(n: int, python: Path | None) -> pd.DataFrame:
    """Every engine and task at one size."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_data(n, folder)
        for task, engines in ENGINES.items():
            for engine in engines:
                skip = (engine, task, n) in SKIPPED
                found = {"note": "not run (minutes)"} if skip else run(command_of(engine, task, n, folder, python))
                rows.append({"n": n, "task": task, "engine": engine} | found)
    return pd.DataFrame(rows)


def report(table: pd.DataFrame) -> None:
    """The ratios side by side."""
    for task, title in TASKS.items():
        print(f"\n{title}\n{'engine':24}" + "".join(f"{n:>30,}" for n in table["n"].unique()))
        part = table[table["task"] == task]
        ours = part[part["engine"] == "ours"].set_index("n")["seconds"]
        for engine, rows in part.groupby("engine", sort=False):
            print(f"{engine:24}" + "".join(f"{_cell(row, ours[row.n]):>30}" for row in rows.itertuples()))
    floor = table[(table["task"] == "rake") & (table["engine"] == "ours")].set_index("n")
    print("\none weighted bincount    " + "".join(f"{1000 * x:27.2f} ms" for x in floor["floor"]))
    print(
        "our raking, in bincounts "
        + "".join(f"{s / x:30.1f}" for s, x in zip(floor["seconds"], floor["floor"], strict=True))
    )
    _agreement(table)
    _growth(table)


def _cell(row: tuple, ours: float) -> str:
    if not np.isfinite(getattr(row, "seconds", np.nan)):
        return str(row.note)
    seconds = row.seconds
    shown = f"{1000 * seconds:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"
    return f"{shown} ({seconds / ours:.1f}x, {row.peak_mb:.0f} MB)"


def _agreement(table: pd.DataFrame) -> None:
    part = table[(table["task"] == "table") & table["check"].map(lambda c: isinstance(c, list))]
    for n, rows in part.groupby("n"):
        checks = rows.set_index("engine")["check"]
        if {"ours", "R survey"} <= set(checks.index):
            off = np.abs(np.array(checks["ours"]) / np.array(checks["R survey"]) - 1).max()
            print(f"SEs against R's calibrate(), n = {n:,}: largest relative difference {off:.1e}")


def _growth(table: pd.DataFrame) -> None:
    ours = table[(table["engine"] == "ours") & (table["task"] == "table")].set_index("n")["seconds"]
    if {100_000, 1_000_000} <= set(ours.index):
        print(f"our table at 1M over its time at 100k: {ours[1_000_000] / ours[100_000]:.1f}")


def main(sizes: list[int]) -> None:
    """Measure every size and print the tables."""
    start = time.perf_counter()
    python = peers_python()
    report(pd.concat([measure(n, python) for n in sizes], ignore_index=True))
    print(f"\n({time.perf_counter() - start:.0f} s in all)")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        worker(*sys.argv[2:5])
    else:
        main([int(n) for n in sys.argv[1:]] or [2_000, 100_000, 1_000_000])
