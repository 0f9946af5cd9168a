"""The examples that come with the package, copied out to be tried and changed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from trygghet.errors import Fault, InputError
from trygghet.resources import shipped
from trygghet.starting import folder_faults
from trygghet.workspace import FILE

_LEFT_BEHIND = (".trygghet", ".ipynb_checkpoints", "lab", "forms")
"""What work in a workspace leaves there; an example begins without."""


def names() -> tuple[str, ...]:
    """Names of the examples."""
    return tuple(sorted(path.parent.name for path in shipped("data").glob(f"*/{FILE}")))


def copy(name: str, folder: Path, language: str | None = None) -> Path:
    """Copy an example's workspace to a folder of one's own.

    Parameters
    ----------
    name : one of `names`.
    folder : new or empty; its name becomes the address of the pages, so it may hold a–z, 0–9 and _.
    language : that the copy is to speak; the example's own when omitted.

    Returns
    -------
    The folder.

    Raises
    ------
    InputError : no such example, a folder in use, or a name that makes no address; nothing is copied then.
    """
    faults = folder_faults(folder)
    if name not in names():
        faults.append(Fault("--example", 0, "", "W27-NO-EXAMPLE", {"known": ", ".join(names())}))
    if faults:
        raise InputError(faults)
    shutil.copytree(shipped("data", name), folder, ignore=shutil.ignore_patterns(*_LEFT_BEHIND), dirs_exist_ok=True)
    if language is not None:
        settings = folder / FILE
        text = settings.read_text(encoding="utf-8")
        settings.write_text(re.sub(r"(?m)^language: \w+", f"language: {language}", text, count=1), encoding="utf-8")
    return folder
