"""A register of reports from many municipalities: Parquet by municipality and year, read one municipality at a time.

``municipality=1781/year=2016/part.parquet``: the cells as they were delivered, checked when the register was made
(`sources.ingest`), so that a workspace reads them by the same steps as a file of its own.
"""

from __future__ import annotations

from pathlib import Path

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


def read(path: Path, code: str | None, *, until: int | None = None, root: Path | None = None) -> Table:
    """One municipality's reports as a table of text, in the order they were delivered in.

    Parameters
    ----------
    path : the register's folder.
    code : the municipality's four digits; None for all of them.
    until : the last year of crimes to read; all when omitted.
    root : folder the register is named from in messages.

    Raises
    ------
    InputError : S19, the register holds no report of the municipality.
    """
    file = shown_name(path, root)
    if not parts(path, code):
        raise InputError(Fault(file, 0, MUNICIPALITY, "S19-NOT-IN-REGISTER", {"code": code or ""}))
    stored = ds.dataset(
        [str(part) for part in parts(path, code)],
        format="parquet",
        partitioning=LAYOUT,
        partition_base_dir=str(path),
    )
    chosen = None if until is None else pc.field(YEAR) <= until
    names = [name for name in FIELDS if name in stored.schema.names]
    data = stored.to_table(columns=names, filter=chosen).combine_chunks()
    log = (Change(file, MUNICIPALITY, "register", data.num_rows, {"code": code or ""}),) if code else ()
    return Table(file, data, 0, np.arange(1, data.num_rows + 1), log)
