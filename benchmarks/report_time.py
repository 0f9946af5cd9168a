"""What a report costs beside its own cells, beside papermill and nbconvert as a person types them, and many at once.

Run: ``python benchmarks/report_time.py [--reports 20] [--kernels 500] [--peers]``. All of it in one run, so that the
ratios hold on any machine; times are of the wall clock, so nothing else may run. The lägesbild of the example, whose
memory of releases is there already, as at every build but a wave's first.

- one: a cold ``trygghet build`` beside one plain Python script with the same cells that also writes the figures; the
  second report of a command beside its own cells; a build of what has not changed.
- typed: ``papermill`` and then ``jupyter nbconvert --to html`` on the same notebook.
- many: copies of the example by one worker, by two, and on a local Dask cluster; the same bytes from all.
- kernels: so many started at once, how many failed.

Fails when a ratio is over its bound; see `BOUNDS`.
"""

from __future__ import annotations

import argparse
import asyncio
import filecmp
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
QUIET = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg"}
PROCESSES = 4
BOUNDS = {
    "cold build / plain script": 1.6,
    "second report / its own cells": 1.15,
    "unchanged / build": 0.1,
    "build / papermill and nbconvert": 0.7,
    "each of many on two workers / papermill and nbconvert": 0.3,
    "two workers' gain": -1.8,
    "Dask / two workers": 1.1,
    "kernels that failed": 0,
}
"""The most that each may be; the least, where it is negative."""

PLAIN = """
import json, sys, time
begun = time.perf_counter()
import trygghet as tg
notebook, out, values = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
cells = ["".join(c["source"]) for c in json.load(open(notebook))["cells"] if c["cell_type"] == "code"]
space, n = {}, 0
def shown(source):
    global n
    *before, last = source.strip().splitlines()
    exec("\\n".join(before), space)
    try:
        value = eval(last, space)
    except SyntaxError:
        exec(last, space)
        return
    for block in value if isinstance(value, (tuple, list)) else (value,):
        for name in ("svg_wide", "svg_narrow"):
            picture = getattr(block, name, "")
            if picture:
                n += 1
                open(f"{out}/{n}.svg", "w", encoding="utf-8").write(picture)
exec(cells[0], space)
space.update(values)
for source in cells[1:]:
    shown(source)
first = time.perf_counter() - begun
second = 0
if len(sys.argv) > 4:  # another year's cells in the same process: imports are paid
    begun = time.perf_counter()
    space.update(json.loads(sys.argv[4]))
    for source in cells[1:]:
        shown(source)
    second = time.perf_counter() - begun
print(json.dumps({"first": first, "second": second, "figures": n}))
"""


def seconds(command: Sequence[object], folder: Path, *, loud: bool = False) -> float:
    """Wall time of a command that must succeed; with `loud` what it printed is kept in ``said.json``."""
    begun = time.perf_counter()
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, env=os.environ | QUIET, capture_output=True, check=False
    )
    taken = time.perf_counter() - begun
    if done.returncode:
        raise SystemExit(f"{command}: exit {done.returncode}\n{done.stderr.decode()[-2000:]}")
    if loud:
        (folder / "said.json").write_bytes(done.stdout.splitlines()[-1])
    return taken


def build(folder: Path, towns: Sequence[Path], out: str, *options: str) -> float:
    """Wall time of one ``trygghet build``."""
    return seconds([sys.executable, "-m", "trygghet.cli", "build", *towns, "--out", out, *options], folder)


def example(folder: Path) -> Path:
    """The example, built once so that its memory of releases is there."""
    town = Path(shutil.copytree(ROOT / "data/kristinehamn", folder / "kristinehamn"))
    build(folder, [town], "first", "--report", "lagesbild")
    return town


def one(folder: Path, town: Path, turns: int) -> Iterator[tuple[str, float]]:
    """A report by itself, and the next one of the same command; the shortest of several turns each."""
    notebook, figures = ROOT / "notebooks/lagesbild.ipynb", folder / "figures"
    figures.mkdir(exist_ok=True)
    years = [json.dumps({"workspace": str(town), "year": year, "language": "sv"}) for year in ("2017", "2016")]
    (folder / "plain.py").write_text(PLAIN, encoding="utf-8")
    found: dict[str, list[float]] = {"plain": [], "cold": [], "second": [], "own": [], "unchanged": []}
    for _ in range(turns):
        found["plain"].append(seconds([sys.executable, "plain.py", notebook, figures, years[0]], folder))
        shutil.rmtree(folder / "cold", ignore_errors=True)
        found["cold"].append(build(folder, [town], "cold", "--year", "2017", "--report", "lagesbild"))
        found["unchanged"].append(build(folder, [town], "cold", "--year", "2017", "--report", "lagesbild"))
        both = build(folder, [town], "both", "--report", "lagesbild", "--force")
        found["second"].append(both - found["cold"][-1])
        seconds([sys.executable, "plain.py", notebook, figures, *years], folder, loud=True)
        found["own"].append(json.loads((folder / "said.json").read_bytes())["second"])
    least = {name: min(times) for name, times in found.items()}
    for name, value in least.items():
        print(f"  {name}: {value:.2f} s", flush=True)
    yield "cold build / plain script", least["cold"] / least["plain"]
    yield "second report / its own cells", least["second"] / least["own"]
    yield "unchanged / build", least["unchanged"] / least["cold"]
    typed = min(by_hand(folder, town) for _ in range(turns))
    print(f"  papermill and nbconvert: {typed:.2f} s", flush=True)
    yield "build / papermill and nbconvert", least["cold"] / typed
    (folder / "typed").write_text(str(typed), encoding="utf-8")


def by_hand(folder: Path, town: Path) -> float:
    """papermill and then nbconvert, as typed."""
    parameters = [part for name, value in (("workspace", town), ("year", "2017")) for part in ("-r", name, value)]
    notebook = ROOT / "notebooks/lagesbild.ipynb"
    first = seconds([BIN / "papermill", notebook, "run.ipynb", *parameters, "--no-progress-bar"], folder)
    return first + seconds([BIN / "jupyter", "nbconvert", "--to", "html", "run.ipynb"], folder)


def many(folder: Path, town: Path, n: int) -> Iterator[tuple[str, float]]:
    """Copies of the example by one worker, two, and a local cluster."""
    towns = [Path(shutil.copytree(town, folder / f"many/granstad{k:02}")) for k in range(n)]
    options = ("--year", "2017", "--report", "lagesbild")
    alone = build(folder, towns, "alone", *options, "--workers", "1")
    two = build(folder, towns, "two", *options, "--workers", "2")
    dask = build(folder, towns, "dask", *options, "--workers", "2", "--scheduler", "local")
    for name, taken in (("one worker", alone), ("two workers", two), ("local Dask cluster", dask)):
        print(f"  {n} reports, {name}: {taken:.1f} s, {taken / n:.2f} s each", flush=True)
    for other in ("two", "dask"):
        if differing := different(folder / "alone", folder / other):
            raise SystemExit(f"{other}: other bytes in {differing}")
    typed = float((folder / "typed").read_text(encoding="utf-8"))
    yield "each of many on two workers / papermill and nbconvert", two / n / typed
    yield "two workers' gain", alone / two
    yield "Dask / two workers", dask / two


def different(one_folder: Path, other: Path) -> list[str]:
    """Files that are not the same in two folders."""
    found = filecmp.dircmp(one_folder, other)
    bad = [*found.left_only, *found.right_only, *found.diff_files, *found.funny_files]
    for name in found.subdirs:
        bad += [f"{name}/{one}" for one in different(one_folder / name, other / name)]
    return bad


def kernels(n: int) -> Iterator[tuple[str, float]]:
    """Kernels started by four processes at once, as a build starts them; every other one without its imports done."""
    from concurrent.futures import ProcessPoolExecutor

    begun = time.perf_counter()
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        good = sum(pool.map(started, [n // PROCESSES] * PROCESSES))
    print(f"  {n} kernels, {PROCESSES} at a time: {time.perf_counter() - begun:.1f} s", flush=True)
    yield "kernels that failed", n // PROCESSES * PROCESSES - good


def started(n: int) -> int:
    """How many of `n` kernels, one after the other, come up and reckon."""
    from trygghet.report.engine import manager_of
    from trygghet.report.warm import WarmKernels, environment

    good = 0
    with WarmKernels(environment(os.environ | QUIET)) as warm:
        for number in range(n):
            good += asyncio.run(_asked(manager_of(warm if number % 2 else None)))
    return good


async def _asked(manager_class: type) -> bool:
    manager = manager_class(kernel_name="python3")
    try:
        await manager.start_kernel()
        client = manager.client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=60)
            reply = await client.execute_interactive("assert 1 + 1 == 2", timeout=60, output_hook=lambda _: None)
        finally:
            client.stop_channels()
            await manager.shutdown_kernel(now=True)
    except (RuntimeError, TimeoutError, OSError):
        return False
    return reply["content"]["status"] == "ok"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print a table, and tell what is over its bound."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=20)
    parser.add_argument("--kernels", type=int, default=500)
    parser.add_argument("--turns", type=int, default=2)
    given = parser.parse_args(arguments)
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        town = example(folder)
        found |= one(folder, town, given.turns)
        if given.reports:
            found |= many(folder, town, given.reports)
    if given.kernels:
        found |= kernels(given.kernels)
    print("\n| | measured | bound |\n|---|---|---|")
    bad = 0
    for name, value in found.items():
        bound = BOUNDS[name]
        good = value >= -bound if bound < 0 else value <= bound
        bad += not good
        allowed = f"{'at least' if bound < 0 else 'at most'} {abs(bound)}"
        print(f"| {name} | {value:.2f}{'' if good else ' **over**'} | {allowed} |")
    return int(bad > 0)


if __name__ == "__main__":
    if psutil.getloadavg()[0] > 1.5:
        print("The machine is busy; the ratios will be worth little.", file=sys.stderr)
    raise SystemExit(main())
