"""A simulated nation built whole: time a report, growth from few municipalities to all, highest memory.

Run: ``python benchmarks/nation.py [20 29 290] [--workers 2] [--folder DIR]`` (`make bench-nation`). For each number of
municipalities a nation is made (`trygghet.simulate.nation`) and every lägesbild, the comparison page and the index are
built by one ``trygghet build --workers 2`` into an empty folder. Times are of the wall clock, so the machine must have
nothing else to do; the processor's are beside them. Memory is the sum over the process and all it starts of what each
holds (PSS: pages that several share are divided between them), looked up twice a second.

Fails when a report is missing, when a report of the largest run takes more than 1.2 times one of the first run, when
the largest run takes more than 1.2 times its share of the middle one, or when more than 6 GB are held.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

SIZES = (20, 29, 290)
MOST_RATIO, MOST_BYTES, SEED = 1.2, 6e9, 1
QUIET = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg"}


def watched(command: Sequence[str]) -> dict[str, float]:
    """Run a command; its seconds by the clock and of the processor, and the most its whole tree held in bytes."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = psutil.Popen(list(command), stdout=subprocess.DEVNULL, env=os.environ | QUIET)
    peak = 0
    while process.poll() is None:
        peak = max(peak, held(process))
        time.sleep(0.5)
    if process.returncode:
        raise SystemExit(f"{' '.join(command[:4])} ...: exit {process.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": time.perf_counter() - begun, "processor": used, "bytes": peak}


def held(process: psutil.Process) -> int:
    """Bytes that a process and all below it hold now."""
    total = 0
    try:
        tree = [process, *process.children(recursive=True)]
    except psutil.Error:
        return 0
    for one in tree:
        try:
            total += getattr(one.memory_full_info(), "pss", 0) or one.memory_info().rss
        except psutil.Error:
            continue
    return total


def measured(n: int, folder: Path, workers: int) -> dict[str, Any]:
    """A nation of `n` made and built, and what the folder of reports holds then."""
    place, out = folder / f"nation{n}", folder / f"reports{n}"
    make = [sys.executable, "-m", "trygghet.simulate.nation", str(place), "--seed", str(SEED)]
    made = watched([*make, "--municipalities", str(n), "--workers", str(workers)])
    workspaces = sorted(str(path.parent) for path in place.glob("*/workspace.yml"))
    build = [sys.executable, "-m", "trygghet.cli", "build", *workspaces, "--out", str(out)]
    built = watched([*build, "--workers", str(workers)])
    pages = len(list(out.glob("k*/2017/lagesbild.html")))
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    return {
        "n": n,
        "workspaces": len(workspaces),
        "pages": pages,
        "compared": (out / "jamforelse.html").is_file(),
        "made": made,
        "built": built,
        "out": size,
        "in": sum(path.stat().st_size for path in place.rglob("*") if path.is_file()),
        "each": built["seconds"] / n,
    }


def table(results: Sequence[dict[str, Any]]) -> str:
    """Markdown: a row for each figure, a column for each size."""
    rows = {
        "municipalities made, s": [f"{r['made']['seconds']:.0f}" for r in results],
        "highest memory while made, MB": [f"{r['made']['bytes'] / 1e6:,.0f}" for r in results],
        "reports, comparison and index built, s": [f"{r['built']['seconds']:.0f}" for r in results],
        "**s a report**": [f"{r['each']:.2f}" for r in results],
        "ratio to the first run": [f"{r['each'] / results[0]['each']:.2f}" for r in results],
        "processor, s a report": [f"{r['built']['processor'] / r['n']:.2f}" for r in results],
        "highest memory of the process tree, MB": [f"{r['built']['bytes'] / 1e6:,.0f}" for r in results],
        "input, MB": [f"{r['in'] / 1e6:,.0f}" for r in results],
        "output, MB": [f"{r['out'] / 1e6:,.0f}" for r in results],
        "reports in place": [f"{r['pages']} of {r['workspaces']}" for r in results],
        "comparison page": ["yes" if r["compared"] else "no" for r in results],
    }
    lines = [f"| | {' | '.join(str(r['n']) for r in results)} |", "|---" * (len(results) + 1) + "|"]
    return "\n".join([*lines, *(f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items())])


def failures(results: Sequence[dict[str, Any]]) -> list[str]:
    """Every bound that does not hold."""
    first, large = results[0], results[-1]
    said = [f"{r['n']}: {r['pages']} reports" for r in results if not r["pages"] == r["workspaces"] == r["n"]]
    said += [f"{r['n']}: no comparison page" for r in results if r["n"] >= 5 and not r["compared"]]
    if large["each"] > MOST_RATIO * first["each"]:
        said.append(f"a report of {large['n']} takes {large['each'] / first['each']:.2f} times one of {first['n']}")
    for middle in results[1:-1]:
        if large["each"] > MOST_RATIO * middle["each"]:
            said.append(f"from {middle['n']} to {large['n']} time grows more than linearly")
    said += [f"{r['n']}: {r['built']['bytes'] / 1e9:.1f} GB held" for r in results if r["built"]["bytes"] > MOST_BYTES]
    return said


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, and tell what failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES, help="municipalities, the fewest first")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", help="keep all here; a folder of its own that is removed when omitted")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as own:
        folder = Path(given.folder or own)
        folder.mkdir(parents=True, exist_ok=True)
        results = []
        for n in given.sizes:
            results.append(measured(n, folder, given.workers))
            print(json.dumps(results[-1]), file=sys.stderr)
    print(table(results))
    said = failures(results)
    print("\n".join(f"FAILED: {text}" for text in said) or "every bound holds")
    return 1 if said else 0


if __name__ == "__main__":
    raise SystemExit(main())
