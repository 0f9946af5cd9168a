"""The example workspaces as they are shipped, in a copy of this run's own.

A build leaves in a workspace the memory of what was released, and a year's working notebooks. What a test says must not
hang on what was left in ``data/``, and no test may write there or in this copy: `conftest.untouched` holds that. A test
that builds or writes does so in a copy that it makes of one of these.
"""

import shutil
import tempfile
from pathlib import Path

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
