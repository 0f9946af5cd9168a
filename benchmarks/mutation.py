"""How many small faults the tests notice, in the code that must not be wrong: disclosure, weights and the table reader.

Run: ``python benchmarks/mutation.py [--keep] [--survivors] [--sample N]``. mutmut (settings in pyproject.toml) writes
one fault at a time into a copy under ``mutants/`` and runs the tests that reach it, in one process. Prints a table in
Markdown; ends with 1 when a part stays under 85 %. With a sample, N of each part's mutants drawn at random (the same at
every run) are tried, and the share killed has a 95 % interval. ``mutation_survivors.md`` tells why the rest survive.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from mutmut.stats import status_by_exit_code

ROOT = Path(__file__).parents[1]
MUTANTS = ROOT / "mutants"
PARTS = {
    "disclosure": "src/trygghet/disclosure/",
    "weights": "src/trygghet/weights.py",
    "sources/tables": "src/trygghet/sources/table",  # tables.py and table.py, what it returns
}
LEAST = 0.85
NOTICED = ("killed", "timeout", "segfault", "caught by type check")
QUIET = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


SEED = 2026
FEW = "trygghet.disclosure.rules.*__mutmut_1"
"""To make all mutants mutmut must try some."""


def mutate(names: Sequence[str] = ()) -> None:
    """Make the mutants that are not there and try those that were not tried, or those that are named."""
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1", *names]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **QUIET}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"mutmut failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")


def statuses(under: str) -> dict[str, str]:
    """Mutant to what became of it, in the files whose path begins so."""
    found: dict[str, str] = {}
    for path in sorted(MUTANTS.glob("src/**/*.meta")):
        if path.relative_to(MUTANTS).as_posix().startswith(under):
            tried = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
            found |= {name: status_by_exit_code[code] for name, code in tried.items()}
    return found


def sampled(n: int) -> dict[str, list[str]]:
    """Part to so many of its mutants, or all when there are fewer, drawn without putting back."""
    draw, drawn = random.Random(SEED), {}
    for part, under in PARTS.items():
        names = sorted(statuses(under))
        drawn[part] = draw.sample(names, min(n, len(names)))
    return drawn


def report(sample: Mapping[str, Sequence[str]] | None = None, *, survivors: bool = False) -> bool:
    """Print what was noticed of each part, or of a sample of it; tells whether all of them pass."""
    print("| part | mutants | tried | killed | survived | no test | not tried | killed, % |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    good, left = True, []
    for part, under in PARTS.items():
        found = statuses(under)
        whole = len(found)
        if sample:
            found = {name: found[name] for name in sample[part]}
        count = Counter(found.values())
        killed, n = sum(count[name] for name in NOTICED), len(found)
        share = killed / n if n else 0.0
        good &= share >= LEAST
        untested, untried = count["no tests"], count["not checked"]
        survived = n - killed - untested - untried
        told = f"{100 * share:.1f}"
        if n < whole:  # of a share, drawn without putting back
            told += f" ± {196 * math.sqrt(share * (1 - share) / n * (whole - n) / (whole - 1)):.1f}"
        print(f"| {part} | {whole} | {n - untried} | {killed} | {survived} | {untested} | {untried} | {told} |")
        left += [name for name, status in found.items() if status not in NOTICED]
    if survivors:
        print("\n" + "\n".join(left))
    return good


def main() -> int:
    """Exit code 0 when every part reaches the least share."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", action="store_true", help="go on with the mutants of an earlier run")
    parser.add_argument("--survivors", action="store_true", help="name every mutant that was not noticed")
    parser.add_argument("--sample", type=int, metavar="N", help="try so many of each part, drawn at random")
    options = parser.parse_args()
    if not options.keep and MUTANTS.exists():
        shutil.rmtree(MUTANTS)
    mutate([FEW] if options.sample else ())
    sample = sampled(options.sample) if options.sample else None
    if sample:
        mutate([name for names in sample.values() for name in names])
    return 0 if report(sample, survivors=options.survivors) else 1


if __name__ == "__main__":
    sys.exit(main())
