"""A notebook's kernel: ipykernel, and for a report a list of the files it reads, left where it works."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trygghet import aside
from trygghet.blocks import DATA_ONLY
from trygghet.partitions import FROM_COPY

READS = ".reads"
LISTED = ".listing"
"""Folder that a build makes where a notebook runs, when it wants the list."""
_CODE = (".py", ".pyc", ".so", ".pth")


def launch(arguments: Sequence[str]) -> None:
    """Be a kernel until told to stop; `arguments` are those of ipykernel's launcher."""
    here = Path.cwd()
    if (here / LISTED).is_dir():
        list_reads(here)
        os.environ[DATA_ONLY] = os.environ[FROM_COPY] = "1"
    if (here / aside.FOLDER).is_dir():
        os.environ[aside.VARIABLE] = str(here / aside.FOLDER)
    from ipykernel import kernelapp

    kernelapp.launch_new_instance(argv=list(arguments))


def list_reads(folder: Path) -> None:
    """Write the path of every file that this process opens to read, once each, into `folder`'s `READS`.

    Python tells of each opening before it happens; what a library opens by itself, it must tell of (`sys.audit`).
    The list has no end mark: what was read before a crash is in it.
    """
    handle = os.open(folder / READS, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    seen: set[str] = set()

    def hear(event: str, details: tuple[Any, ...]) -> None:
        if event != "open" or not isinstance(details[0], str | os.PathLike):
            return
        mode = details[1] or "r"
        path = os.path.abspath(os.fspath(details[0]))
        if isinstance(path, bytes) or path in seen or path.endswith(_CODE) or set(mode) & set("wax+"):
            return
        seen.add(path)
        os.write(handle, f"{path}\n".encode("utf-8", "surrogateescape"))

    sys.addaudithook(hear)


def read_by(folder: Path) -> list[Path]:
    """What `list_reads` wrote into a folder; empty when nothing was listed."""
    path = folder / READS
    if not path.is_file():
        return []
    return [Path(line) for line in path.read_bytes().decode("utf-8", "surrogateescape").splitlines()]


if __name__ == "__main__":
    if sys.path and Path(sys.path[0] or ".").resolve() == Path.cwd():
        del sys.path[0]  # as ipykernel's launcher does: nothing is imported from where a notebook works
    launch(sys.argv[1:])
