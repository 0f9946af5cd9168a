"""Where the time and the memory of one lägesbild go, stage by stage, and what others take for the same cells.

Run: ``python benchmarks/report_stages.py [--turns 2] [--marimo FOLDER]``; FOLDER is where ``pip install --target`` put
marimo. All in one run on the example, whose memory of releases is there already. Seconds by the clock, the shortest of
the turns; memory is the most that the process, or for a command it and all it starts, holds (PSS, looked up fifty times
a second). The floor is the cells alone, imports paid: what is above it is the price of making a page of them.

Fails when the build takes longer than papermill and nbconvert, typed one after the other.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import nbformat
import psutil
from nation import held
from report_time import BIN, PLAIN, QUIET, ROOT, example

NOTEBOOK = ROOT / "notebooks/lagesbild.ipynb"
YEAR = "2017"
CLOCK = """
import json, resource, sys, time
begun, stages = time.perf_counter(), []
def stage(name):
    global begun
    now = time.perf_counter()
    stages.append((name, now - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
    begun = time.perf_counter()
"""
"""Comes before each of the two: tells of a stage how long it took and what is held at most."""
IN_KERNEL = """
from importlib import import_module
from trygghet.report import forking
for name in forking.modules():
    import_module(name)
stage("imports of the kernel")
import trygghet as tg
picture = tg.Picture(tg.Workspace.open(sys.argv[1], year=sys.argv[2]), "sv")
picture.survey, picture.incidents, picture.population
stage("read and check the four sources")
picture.design
stage("weigh")
picture.estimates
stage("estimate and protect")
cells = ["".join(c["source"]) for c in json.load(open(sys.argv[3]))["cells"] if c["cell_type"] == "code"]
space = {}
exec(cells[0], space)
space |= {"workspace": sys.argv[1], "year": sys.argv[2], "picture": picture, "tg": tg}
for source in cells[1:]:
    if "tg.Picture(" not in source and "Workspace.open" not in source:
        exec(source, space)
stage("sections and charts")
print(json.dumps(stages))
"""
IN_BUILD = """
from pathlib import Path
from trygghet.report import libraries, making, plan
libraries.import_nbformat()
import papermill, nbconvert
making.ready()
stage("imports of the build")
job = plan.jobs([Path(sys.argv[1])], years=[sys.argv[2]], reports=["lagesbild"])[0]
run = making.begin(job, Path(sys.argv[3]))
begun = time.perf_counter()
made = making.finish(run)
assert not made.error, made.error
stage("page, workbook, long table, search for persons, checks")
print(json.dumps(stages))
"""


def watched(command: Sequence[object], folder: Path) -> tuple[float, float, str]:
    """Seconds, most MB held, and the last line printed, of a command that must succeed."""
    begun, peak = time.perf_counter(), 0
    said = folder / "said"
    with said.open("wb") as out:
        process = psutil.Popen(
            [str(part) for part in command], cwd=folder, env=os.environ | QUIET, stdout=out, stderr=out
        )
        while process.poll() is None:
            peak = max(peak, held(process))
            time.sleep(0.02)
    taken, lines = time.perf_counter() - begun, said.read_text(encoding="utf-8").splitlines()
    if process.returncode:
        raise SystemExit(f"{command}: exit {process.returncode}\n" + "\n".join(lines[-20:]))
    return taken, peak / 1e6, lines[-1] if lines else ""


def stages(town: Path, folder: Path) -> list[tuple[str, float, float]]:
    """Name, seconds and MB of each stage: in the notebook's kernel, then in the build."""
    found = []
    for script, last in ((IN_KERNEL, NOTEBOOK), (IN_BUILD, folder / "work")):
        *_, said = watched([sys.executable, "-c", CLOCK + script, town, YEAR, last], folder)
        found += [tuple(stage) for stage in json.loads(said)]
    return found


def peers(town: Path, folder: Path, marimo: Path | None) -> dict[str, Callable[[], tuple[float, float]]]:
    """What each way of making a page of the same cells takes: name to what does it once."""
    values = json.dumps({"workspace": str(town), "year": YEAR, "language": "sv"})
    (folder / "plain.py").write_text(PLAIN, encoding="utf-8")
    (folder / "figures").mkdir(exist_ok=True)

    def build(*options: str) -> tuple[float, float]:
        shutil.rmtree(folder / "out", ignore_errors=True)
        command = [sys.executable, "-m", "trygghet.cli", "build", town, "--year", YEAR, "--report", "lagesbild"]
        return watched([*command, "--out", "out", *options], folder)[:2]

    def typed() -> tuple[float, float]:
        given = [part for name, value in (("workspace", town), ("year", YEAR)) for part in ("-r", name, value)]
        first = watched([BIN / "papermill", NOTEBOOK, "run.ipynb", *given, "--no-progress-bar"], folder)
        second = watched([BIN / "jupyter", "nbconvert", "--to", "html", "run.ipynb"], folder)
        return first[0] + second[0], max(first[1], second[1])

    def exported() -> tuple[float, float]:
        return watched([*_marimo(marimo), "export", "html", "cells.py", "-o", "cells.html", "-f"], folder)[:2]

    found = {
        "plain script, figures written": lambda: watched(
            [sys.executable, "plain.py", NOTEBOOK, "figures", values], folder
        )[:2],
        "`trygghet build`": build,
        "`trygghet build --workers 1`": lambda: build("--workers", "1"),
        "papermill, then nbconvert": typed,
    }
    if marimo:
        as_marimo(town, folder, marimo)
        found["marimo convert, then export html"] = exported
    return found


def as_marimo(town: Path, folder: Path, marimo: Path) -> None:
    """The notebook with its parameters set, as marimo's own file."""
    book = nbformat.read(NOTEBOOK, as_version=4)
    first = next(cell for cell in book.cells if cell.cell_type == "code")
    first.source = f'workspace = "{town}"\nyear = "{YEAR}"\nlanguage = "sv"'
    nbformat.write(book, folder / "cells.ipynb")
    watched([*_marimo(marimo), "convert", "cells.ipynb", "-o", "cells.py"], folder)


def _marimo(folder: Path | None) -> list[str]:
    """Its command, in this interpreter, so that the cells find the package."""
    code = f"import sys; sys.path.append({str(folder)!r}); from marimo._cli.cli import main; main()"
    return [sys.executable, "-c", code]


def main() -> int:
    """Measure, print two tables in Markdown, and tell whether the build is the quicker."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--marimo", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        town = example(folder)
        rounds = [stages(town, folder) for _ in range(given.turns)]
        print("| stage | seconds | MB held, at most |\n|---|---:|---:|")
        for turns in zip(*rounds, strict=True):
            print(f"| {turns[0][0]} | {min(t[1] for t in turns):.2f} | {min(t[2] for t in turns):.0f} |")
        print("\n| the same cells by | seconds | MB held, at most |\n|---|---:|---:|", flush=True)
        taken = {}
        for way, once in peers(town, folder, given.marimo).items():
            turns = [once() for _ in range(given.turns)]
            taken[way] = (min(t[0] for t in turns), min(t[1] for t in turns))
            print(f"| {way} | {taken[way][0]:.2f} | {taken[way][1]:.0f} |", flush=True)
    ours, theirs = taken["`trygghet build`"], taken["papermill, then nbconvert"]
    return int(ours[0] > theirs[0])


if __name__ == "__main__":
    sys.exit(main())
