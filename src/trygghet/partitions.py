"""Where a register of reports from many municipalities keeps each one's rows: names only, no reading."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from trygghet.addresses.named import Address, key, place_of, source_file

MUNICIPALITY, YEAR, PART = "municipality", "year", "part.parquet"
COPIES = (".trygghet", "register")
"""Where a workspace keeps its part of a register at an address while a build reads it: as secret as its other files."""
FROM_COPY = "TRYGGHET_REGISTER_COPY"
"""Set in the environment of a build's kernels, which know no passwords: they read the copy, which the build fetched."""

SourceFile = Annotated[str, AfterValidator(source_file)]
"""A source's ``file`` in ``workspace.yml``: a path, or the address of a register."""


def place(folder: Path, file: str) -> Path:
    """Where the file that a workspace names for a source is found here; of a register at an address, its copy."""
    found = place_of(file)
    return folder.joinpath(*COPIES, key(file)) if isinstance(found, Address) else folder / found


def parts(folder: Path, code: str | None = None, *, until: int | None = None) -> list[Path]:
    """The files of one municipality's four digits (of all when None), up to and with a year: all its reports need."""
    found = sorted(folder.glob(f"{MUNICIPALITY}={code or '*'}/{YEAR}=*/{PART}"))
    return [path for path in found if until is None or year_of(path) <= until]


def municipality_of(part: Path) -> str:
    """The four digits of a part's municipality."""
    return part.parent.parent.name.partition("=")[2]


def year_of(part: Path) -> int:
    """The year a part's crimes began in."""
    return int(part.parent.name.partition("=")[2])


def needed(path: Path, code: str | None, until: int) -> list[Path]:
    """What a source's file stands for: itself, or its municipality's parts where it is a register's folder.

    A register without the municipality gives the folder that is missing.
    """
    if not path.is_dir():
        return [path]
    return parts(path, code, until=until) or [path / f"{MUNICIPALITY}={code}"]
