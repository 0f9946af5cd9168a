"""A national register: ingested in bounded memory, then read one municipality at a time.

Run: ``python benchmarks/register.py [rows ...]``. Each size runs in a process of its own on invented reports of all
290 municipalities. Times are the processor's; memory is the highest resident set of the process that ingests, above
what its imports hold. Fails when memory at the largest size is more than twice that at the smallest although the rows
are many times as many, when time grows faster than the rows, when a row is lost, or above 1.5 GB.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from pyarrow import csv as arrow_csv

from trygghet.simulate.nation import places
from trygghet.simulate.national_crime import levels, reports
from trygghet.sources import incidents, register
from trygghet.sources.fields import read_fields
from trygghet.sources.ingest import ingest

SIZES = (300_000, 1_500_000)
MOST_BYTES = 1.5e9


def write(path: Path, n: int) -> None:
    """A file of `n` reports."""
    chosen = places(seed=1)
    people = np.array([place.people for place in chosen], float)
    middles = np.random.default_rng(1).uniform((300_000, 6_200_000), (700_000, 7_500_000), (len(chosen), 2))
    codes = [place.code for place in chosen]
    table = reports(codes, middles, levels(people, seed=1), n, start=date(2016, 1, 1), seed=1)
    options = arrow_csv.WriteOptions(delimiter=";", quoting_style="none")
    arrow_csv.write_csv(table, path, options)


def one(path: Path) -> dict[str, Any]:
    """Ingest a file and read two municipalities of it."""
    before, begun = _held(), time.process_time()
    made = ingest([path], path.with_name("register"))
    found = {"rows": made.n, "ingest": time.process_time() - begun, "bytes": _held() - before}
    found["stored"] = sum(part.stat().st_size for part in made.folder.rglob("*.parquet"))
    for name, code in (("largest", "0180"), ("small", "2403")):
        begun = time.process_time()
        table = register.read(made.folder, code)
        columns = read_fields(None).columns(table, "incidents", incidents.REQUIRED, incidents.OPTIONAL)
        incidents.checked(table, columns)
        found[name], found[f"{name}_rows"] = time.process_time() - begun, len(table)
    return found


def _held() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measured(n: int) -> dict[str, Any]:
    """`one` in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "riket.csv"
        _run("--write", str(path), str(n))
        return {**json.loads(_run("--one", str(path))), "file": path.stat().st_size}


def _run(*arguments: str) -> str:
    """This script in a process of its own: what another one held would count as the child's highest memory."""
    done = subprocess.run([sys.executable, __file__, *arguments], check=True, capture_output=True, text=True)
    return done.stdout


def table(results: dict[int, dict[str, Any]]) -> str:
    """Markdown: a row for each figure, a column for each size."""
    rows = {
        "file": [f"{r['file'] / 1e6:,.0f} MB" for r in results.values()],
        "ingest": [f"{r['ingest']:.1f} s" for r in results.values()],
        "highest memory above the imports": [f"{r['bytes'] / 1e6:,.0f} MB" for r in results.values()],
        "register": [f"{r['stored'] / 1e6:,.1f} MB" for r in results.values()],
        "read Stockholm": [f"{r['largest']:.2f} s ({r['largest_rows']:,} rows)" for r in results.values()],
        "read Bjurholm": [f"{r['small']:.3f} s ({r['small_rows']:,} rows)" for r in results.values()],
    }
    lines = [f"| | {' | '.join(f'{n:,}' for n in results)} |", "|---" * (len(results) + 1) + "|"]
    return "\n".join([*lines, *(f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items())])


def failures(results: dict[int, dict[str, Any]]) -> list[str]:
    """Every bound that does not hold."""
    small, large = min(results), max(results)
    said = [f"{n:,}: {r['rows']:,} rows" for n, r in results.items() if r["rows"] != n]
    if results[large]["ingest"] > large / small * results[small]["ingest"]:
        said.append("time grows faster than the rows")
    if results[large]["bytes"] > 2 * results[small]["bytes"]:
        said.append("memory grows with the rows")
    if results[large]["bytes"] > MOST_BYTES:
        said.append(f"{results[large]['bytes'] / 1e9:.2f} GB held")
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
        write(Path(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1:2] == ["--one"]:
        print(json.dumps(one(Path(sys.argv[2]))))
    else:
        raise SystemExit(main(tuple(int(a) for a in sys.argv[1:]) or SIZES))
