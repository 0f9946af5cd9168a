"""Where a register of reports from many municipalities keeps each one's rows: names only, no reading."""

from __future__ import annotations

from pathlib import Path

MUNICIPALITY, YEAR, PART = "municipality", "year", "part.parquet"


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
