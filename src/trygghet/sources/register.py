"""A register of reports from many municipalities: Parquet by municipality and year, read one municipality at a time.

``municipality=1781/year=2016/part.parquet``: the cells as they were delivered, checked when the register was made
(`sources.ingest`), so that a workspace reads them by the same steps as a file of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from trygghet.clean import Change
from trygghet.errors import Fault, InputError
from trygghet.partitions import MUNICIPALITY, YEAR, parts
from trygghet.sources.table import Table
from trygghet.yamlfile import shown_name

MANIFEST = "_manifest.json"
FIELDS = (
    "incident_id", "offence_code", "offence", "start", "end", "reported", "n_crimes", "north", "east", "place",
)  # fmt: skip
LAYOUT = ds.partitioning(pa.schema([(MUNICIPALITY, pa.string()), (YEAR, pa.int32())]), flavor="hive")


def is_register(path: Path) -> bool:
    """Whether a source's ``file`` is a register's folder."""
    return path.is_dir()


def read(path: Path, code: str | None, *, until: int | None = None, root: Path | None = None, name: str = "") -> Table:
    """One municipality's reports as a table of text, in the order they were delivered in.

    Parameters
    ----------
    path : the register's folder.
    code : the municipality's four digits; None for all of them.
    until : the last year of crimes to read; all when omitted.
    root : folder the register is named from in messages.
    name : what it is called there instead.

    Raises
    ------
    InputError : S19, the register holds no report of the municipality.
    """
    file = name or shown_name(path, root)
    for part in parts(path, code, until=until):
        sys.audit("open", str(part), "r", 0)  # it is read past Python, which would tell of it
    return stored(file, [str(part) for part in parts(path, code)], str(path), code, until=until)


def stored(
    file: str, places: Sequence[str], base: str, code: str | None, *, until: int | None, filesystem: Any = None
) -> Table:
    """The rows of a register's parts: only our columns of them, and only the years up to one.

    Parameters
    ----------
    file : the register's name in messages.
    places : of the parts, below `base`, on this computer's disk or in a file system of pyarrow's.
    code, until : as in `read`.

    Raises
    ------
    InputError : S19, there are no parts.
    """
    if not places:
        raise InputError(Fault(file, 0, MUNICIPALITY, "S19-NOT-IN-REGISTER", {"code": code or ""}))
    found = ds.dataset(
        list(places), format="parquet", partitioning=LAYOUT, partition_base_dir=base, filesystem=filesystem
    )
    chosen = None if until is None else pc.field(YEAR) <= until
    names = [name for name in FIELDS if name in found.schema.names]
    data = found.to_table(columns=names, filter=chosen).combine_chunks()
    log = (Change(file, MUNICIPALITY, "register", data.num_rows, {"code": code or ""}),) if code else ()
    return Table(file, data, 0, np.arange(1, data.num_rows + 1), log)
