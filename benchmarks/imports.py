"""What starting costs: `import trygghet` beside `import pandas, numpy`, and `trygghet --help` beside `import seaborn`.

Each is a process of its own, started cold, one of each in turn so that a busy machine slows all alike; the least of the
rounds counts, as what else runs can only add. The first round fills the disk's cache and is not counted.

    python benchmarks/imports.py [--rounds 7]

Exit code 1 where a limit is passed: 1.3 times `import pandas, numpy`, half of `import seaborn`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

COMMANDS = {
    "import pandas, numpy": ["-c", "import pandas, numpy"],
    "import trygghet": ["-c", "import trygghet"],
    "trygghet.Workspace": ["-c", "import trygghet; trygghet.Workspace"],
    "import seaborn": ["-c", "import seaborn"],
    "trygghet --help": ["-c", "from trygghet.cli import main; main(['--help'])"],
}
LIMITS = (("import trygghet", "import pandas, numpy", 1.3), ("trygghet --help", "import seaborn", 0.5))


def seconds(arguments: list[str]) -> float:
    """Wall time of one cold process."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def measured(rounds: int) -> dict[str, float]:
    """The least wall time of each command, in seconds."""
    found = [{name: seconds(arguments) for name, arguments in COMMANDS.items()} for _ in range(rounds + 1)]
    return {name: min(one[name] for one in found[1:]) for name in COMMANDS}


def main() -> int:
    """Print the times and the ratios; 1 where a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    times = measured(parser.parse_args().rounds)
    for name, took in times.items():
        print(f"{name:<22} {took:6.2f} s")
    passed = 0
    for name, other, limit in LIMITS:
        ratio = times[name] / times[other]
        passed |= int(ratio > limit)
        print(f"{name} / {other}: {ratio:.2f} (at most {limit})")
    return passed


if __name__ == "__main__":
    raise SystemExit(main())
