"""From delivered files of reports from many municipalities to one register (`sources.register`), in bounded memory.

Every piece is checked by the rules of `sources.incidents` and set aside by municipality; then each municipality's
rows are put into one file a year. The register is made beside its place and put there by one rename.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from trygghet.checksum import sha256
from trygghet.errors import Fault, InputError
from trygghet.partitions import MUNICIPALITY, PART, YEAR, municipality_of, parts, year_of
from trygghet.sources import incidents, pieces
from trygghet.sources.fields import Fields, read_fields
from trygghet.sources.register import FIELDS, LAYOUT, MANIFEST
from trygghet.sources.table import Table, decimal_signs, without_dashes

UNKNOWN = "0000"
"""Reports whose municipality nobody told."""
MOST_FAULTS = 1000
NUMBERS = ("north", "east")
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Register:
    """What was made: rows by municipality and year."""

    folder: Path
    rows: dict[tuple[str, int], int]

    @property
    def n(self) -> int:
        """Reports in all."""
        return sum(self.rows.values())

    @property
    def municipalities(self) -> int:
        """How many municipalities have reports."""
        return len({code for code, _ in self.rows} - {UNKNOWN})


@dataclass
class _Seen:
    """What has to be the same through all of a file: its columns, and the decimal sign of each."""

    columns: dict[str, str] = field(default_factory=dict)
    signs: dict[str, dict[str, int]] = field(default_factory=dict)


def ingest(
    sources: Sequence[Path],
    folder: Path,
    *,
    fields: Path | None = None,
    size: int = pieces.PIECE,
    progress: Progress = lambda _: None,
) -> Register:
    """Make a register of delivered files; one that is there is replaced when, and only when, all is well.

    Parameters
    ----------
    sources : files as `read_incidents` takes them, with a column of municipality codes (four digits; empty is unknown).
    folder : the register.
    fields : own names of columns, as a source's ``codebook``.
    size : bytes of text to read at a time.
    progress : called with the number of reports checked so far.

    Raises
    ------
    InputError : every fault of every file (at most a thousand are looked for); nothing is changed.
    FileExistsError : `folder` holds something that is not a register.
    """
    if folder.exists() and not (folder / MANIFEST).is_file() and any(folder.iterdir()):
        raise FileExistsError(str(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        known = read_fields(fields)
        _set_aside(sources, known, work / "aside", size, progress)
        rows = _by_year(work / "aside", work / "register")
        _manifest(work / "register", sources, rows)
        _swap(work / "register", folder, work / "former")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Register(folder, rows)


def _set_aside(sources: Sequence[Path], fields: Fields, aside: Path, size: int, progress: Progress) -> None:
    """Check every piece and write its rows by municipality; what is written is of no use once a fault is found."""
    faults: list[Fault] = []
    names = [*incidents.header_names(fields), *fields.all_names("incidents", MUNICIPALITY)]
    done = number = 0
    for source in sources:
        seen = _Seen()
        for table in pieces.tables(source, names, size=size):
            try:
                if isinstance(table, InputError):
                    raise table
                checked = _checked(without_dashes(table), fields, seen)
            except InputError as error:
                faults += error.faults
                if len(faults) >= MOST_FAULTS:
                    raise InputError(faults) from None
                continue
            if not faults:
                _write(checked, aside, number)
            number, done = number + 1, done + len(table)
            progress(done)
    if faults:
        raise InputError(faults)


def _checked(table: Table, fields: Fields, seen: _Seen) -> pa.Table:
    """The piece's cells under our names, with each report's municipality and year."""
    required, optional = (*incidents.REQUIRED, MUNICIPALITY), incidents.OPTIONAL
    columns = fields.columns(table, "incidents", required, optional)
    seen.columns = seen.columns or columns
    codes, faults = _codes(table, columns[MUNICIPALITY])
    for name in NUMBERS:
        faults += _mixed(table, columns[name], seen) if name in columns else []
    try:
        rows = incidents.checked(table, columns)
    except InputError as error:
        raise InputError([*error.faults, *faults]) from error
    if faults:
        raise InputError(faults)
    cells = {name: table.data[columns[name]] for name in FIELDS if name in seen.columns}
    years = pa.array(rows.times["start"].dt.year.to_numpy("int32"))
    return pa.table({**cells, MUNICIPALITY: codes, YEAR: years})


def _codes(table: Table, column: str) -> tuple[pa.Array, list[Fault]]:
    levels = table.levels(column)
    wrong = [text != "" and not (len(text) == 4 and text.isascii() and text.isdigit()) for text in levels.values]
    values = pa.array([text or UNKNOWN for text in levels.values], pa.string())
    return values.take(pa.array(levels.codes)), table.faults(column, levels.where(wrong), "S18-MUNICIPALITY-CODE")


def _mixed(table: Table, column: str, seen: _Seen) -> list[Fault]:
    """T13 where a later piece writes its decimals otherwise than an earlier one; within one, the reader sees it."""
    former = dict(seen.signs.get(column, {}))
    here = {sign: table.row(at) for sign, at in decimal_signs(table, column).items()}
    seen.signs[column] = {**here, **former}
    if not former or len(here) != 1 or set(here) <= set(former):
        return []
    rows = seen.signs[column]
    told = {"comma": rows[","], "point": rows["."]}
    return [Fault(table.file, next(iter(here.values())), column, "T13-MIXED-DECIMALS", told)]


def _write(table: pa.Table, aside: Path, number: int) -> None:
    ds.write_dataset(
        table,
        aside,
        format="parquet",
        partitioning=ds.partitioning(pa.schema([(MUNICIPALITY, pa.string())]), flavor="hive"),
        basename_template=f"{number:06d}-{{i}}.parquet",
        existing_data_behavior="overwrite_or_ignore",
        use_threads=False,  # keeps the rows in order
        max_partitions=2_000,
        max_open_files=600,
    )


def _by_year(aside: Path, target: Path) -> dict[tuple[str, int], int]:
    """One file a municipality and year; the same for the same rows, however they came in pieces."""
    rows = {}
    target.mkdir()
    for folder in sorted(aside.glob(f"{MUNICIPALITY}=*")):
        code = folder.name.partition("=")[2]
        whole = pa.concat_tables([pq.read_table(p, partitioning=None) for p in sorted(folder.glob("*.parquet"))])
        for year in sorted(pc.unique(whole[YEAR]).to_pylist()):
            part = whole.filter(pc.equal(whole[YEAR], year)).drop_columns([YEAR]).combine_chunks()
            place = target / folder.name / f"{YEAR}={year}"
            place.mkdir(parents=True)
            pq.write_table(part, place / PART, compression="zstd", row_group_size=1 << 17)
            rows[code, year] = part.num_rows
        shutil.rmtree(folder)
    return rows


def _manifest(target: Path, sources: Sequence[Path], rows: dict[tuple[str, int], int]) -> None:
    """What the register holds and of what it was made, by hash: without times, so that equal input is equal output."""
    files = {
        path.relative_to(target).as_posix(): {
            "rows": rows[municipality_of(path), year_of(path)],
            "sha256": sha256(path),
        }
        for path in parts(target)
    }
    told: dict[str, Any] = {
        "partitioning": [f"{item.name}: {item.type}" for item in LAYOUT.schema],
        "columns": list(FIELDS),
        "rows": sum(rows.values()),
        "sources": [{"name": source.name, "sha256": sha256(source)} for source in sources],
        "files": files,
    }
    text = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (target / MANIFEST).write_text(text, encoding="utf-8")


def _swap(made: Path, folder: Path, former: Path) -> None:
    """Put the register in place; the one that was there goes away only after."""
    if folder.exists():
        os.replace(folder, former)
    try:
        os.replace(made, folder)
    except OSError:
        if former.exists():
            os.replace(former, folder)
        raise
