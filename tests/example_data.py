"""The example workspaces as they are shipped, in a copy of this run's own.

A build leaves in a workspace the memory of what was released, and a year's working notebooks. What a test says must not
hang on what was left in ``data/``, and no test may write there or in this copy: `conftest.untouched` holds that. A test
that builds or writes does so in a copy that it makes of one of these.
"""

import shutil
import tempfile
from functools import cache
from pathlib import Path

import trygghet as tg

SHIPPED = Path(__file__).parents[1] / "data"
DATA = Path(tempfile.mkdtemp(prefix="trygghet-tests-")) / "data"
TOWN, GSS = DATA / "kristinehamn", DATA / "gss"
LEFT = (".trygghet", ".ipynb_checkpoints", "lab", "forms")
"""What work leaves in a workspace."""

shutil.copytree(SHIPPED, DATA, ignore=shutil.ignore_patterns(*LEFT))


def state(folder: Path) -> dict[str, int]:
    """Each file under a folder, and when it was last written (nanoseconds)."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.stat().st_mtime_ns for name, path in found.items()}


@cache
def opened(name: str, year: str, language: str | None = None) -> tg.Picture:
    """An example in a year, read once a run. Not to change: a test that puts something else in it opens its own."""
    return tg.Picture(tg.Workspace.open(DATA / name, year), language)
