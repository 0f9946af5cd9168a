"""``python -m trygghet.simulate FOLDER --seed N``: write a simulated town's files."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from trygghet.simulate.write import write_town


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the files the arguments ask for."""
    parser = argparse.ArgumentParser(prog="python -m trygghet.simulate", description=__doc__)
    parser.add_argument("folder", help="the workspace folder to write")
    parser.add_argument("--seed", type=int, required=True, help="the same seed gives the same bytes")
    parser.add_argument("--code", default="1781", help="four-digit code whose real population is used")
    parser.add_argument("--name", help="what to call the town")
    parser.add_argument("--area", action="append", help="name of a sub-area; four, for towns without their own")
    given = parser.parse_args(arguments)
    write_town(given.folder, code=given.code, seed=given.seed, name=given.name, areas=given.area)


if __name__ == "__main__":
    main()
