"""A year of reported crime in all of Sweden through the whole chain: read, clean, place, time, rates, grids, hot cells.

Run: ``python benchmarks/incident_chain.py [rows …]``. Every size runs in a process of its own. Times are the
processor's, all threads together, so that other work on the machine does not count; memory is the highest resident
set. Fails when the largest size takes more than 60 s or 4 GB, when time or memory grows faster than the rows from
the smallest to the largest size, or when a report is lost.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import incident_data

from trygghet import estimates as est
from trygghet.place import area_rates, concentration, grid_counts, hot_cells, neighbours
from trygghet.sources import coordinates, incidents, read_incidents, read_population
from trygghet.timing import aoristic
from trygghet.workspace import Workspace

SIZES = (150_000, 500_000, 1_500_000)
MOST_SECONDS, MOST_BYTES = 60.0, 4 * 1024**3
CELL, MAPS, SEED = 1_000.0, 999, 1
READ, CLEAN, PLACE = "read the file strictly", "clean: times, counts, codes, offence groups", "point to municipality"
STAGES = (
    READ, CLEAN, PLACE, "time: aoristic by offence group and municipality", "rates by municipality",
    "squares of 1 km by municipality", "hot cells by municipality, 999 maps each",
)  # fmt: skip


class Watch:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what is done within."""
        begun = time.process_time()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.process_time() - begun

    def watched(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, timed."""

        def timed(*arguments: Any, **options: Any) -> Any:
            with self.stage(name):
                return function(*arguments, **options)

        return timed


def chain(folder: Path) -> dict[str, Any]:
    """Seconds by stage, and what must add up."""
    watch, ws = Watch(), Workspace.open(folder)
    incidents.read_table = watch.watched(READ, incidents.read_table)
    coordinates.sub_areas = watch.watched(PLACE, coordinates.sub_areas)
    with watch.stage(CLEAN):
        found = read_incidents(ws)
    watch.seconds[CLEAN] -= watch.seconds[READ] + watch.seconds[PLACE]
    rows = est.in_period(found, f"{incident_data.YEAR}-01-01", f"{incident_data.YEAR}-12-31")
    with watch.stage(STAGES[3]):
        tables = [aoristic(rows["start"], rows["end"], by=rows[by]) for by in ("offence_group", "area")]
    with watch.stage(STAGES[4]):
        counts = rows.groupby("area", observed=False)["n_crimes"].sum()
        people = read_population(ws).groupby("area", observed=False)["n"].sum()
        rates = area_rates(counts, people)
    grids = _grids(rows, watch)
    return {
        "stages": watch.seconds,
        "reports": len(found.frame),
        "kept": bool(all(abs(t["weight"].sum() - t.attrs["n_kept"]) < 1e-3 for t in tables)),
        "placed": int(rows["area"].notna().sum()),
        "on_grid": sum(grids),
        "municipalities": len(rates),
    }


def _grids(rows: Any, watch: Watch) -> list[int]:
    """Reports on each municipality's grid."""
    counted = []
    for _, part in rows.groupby("area", observed=True):
        with watch.stage(STAGES[5]):
            cells = grid_counts(part["x"], part["y"], cell=CELL, shape="square")
            concentration(cells["n"], seed=SEED, n_boot=1)
        with watch.stage(STAGES[6]):
            hot_cells(cells["n"], neighbours(cells), seed=SEED, n_sim=MAPS)
        counted.append(int(cells["n"].sum()))
    return counted


def one(folder: Path) -> dict[str, Any]:
    """The chain with its total time, that without the simulated maps (most of it by cells), and highest memory."""
    begun = time.process_time()
    result = chain(folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    total = time.process_time() - begun
    return {**result, "total": total, "linear": total - result["stages"][STAGES[6]], "bytes": peak}


def measured(n: int) -> dict[str, Any]:
    """`one` in a process of its own, on `n` invented reports."""
    with tempfile.TemporaryDirectory() as folder:
        incident_data.write(Path(folder), n)
        run = subprocess.run([sys.executable, __file__, "--one", folder], check=True, capture_output=True, text=True)
    return json.loads(run.stdout)


def table(results: dict[int, dict[str, Any]]) -> str:
    """Markdown: a row for each stage, a column for each size."""
    sizes = list(results)
    growth = f"{sizes[-1] / sizes[0]:.0f} times the rows"
    lines = [f"| | {' | '.join(f'{n:,}' for n in sizes)} | {growth} |", "|---" * (len(sizes) + 2) + "|"]
    for stage in STAGES:
        lines.append(_line(stage, [r["stages"][stage] for r in results.values()], "{:.2f} s"))
    lines.append(_line("chain without hot cells", [r["linear"] for r in results.values()], "{:.1f} s"))
    lines.append(_line("**whole chain**", [r["total"] for r in results.values()], "{:.1f} s"))
    lines.append(_line("highest memory", [r["bytes"] / 1e6 for r in results.values()], "{:,.0f} MB"))
    return "\n".join(lines)


def _line(name: str, values: list[float], form: str) -> str:
    cells = " | ".join(form.format(value) for value in values)
    return f"| {name} | {cells} | {values[-1] / values[0]:.1f}× |"


def failures(results: dict[int, dict[str, Any]]) -> list[str]:
    """Every bound that does not hold."""
    small, large = min(results), max(results)
    rows = large / small
    said = []
    for n, found in results.items():
        if found["reports"] != n or not found["kept"] or found["placed"] != found["on_grid"]:
            said.append(f"{n:,} reports: {found}")
    if results[large]["total"] > MOST_SECONDS:
        said.append(f"{large:,} reports took {results[large]['total']:.1f} s")
    if results[large]["bytes"] > MOST_BYTES:
        said.append(f"{large:,} reports took {results[large]['bytes'] / 1e9:.2f} GB")
    for what in ("linear", "total", "bytes"):
        if (growth := results[large][what] / results[small][what]) > rows:
            said.append(f"{what} grows {growth:.1f} times with {rows:.0f} times the rows")
    return said


def main(sizes: tuple[int, ...]) -> int:
    """Run, print, and tell what failed."""
    results = {n: measured(n) for n in sorted(sizes)}
    print(table(results))
    said = failures(results)
    print("\n".join(f"FAILED: {text}" for text in said) or "every bound holds")
    return 1 if said else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(one(Path(sys.argv[2]))))
    else:
        raise SystemExit(main(tuple(int(a) for a in sys.argv[1:]) or SIZES))
