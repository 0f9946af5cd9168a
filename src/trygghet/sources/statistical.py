"""SPSS files: codes, value labels and the codes declared as missing, all three kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyreadstat

from trygghet.clean import Change, tidy
from trygghet.errors import Fault, InputError
from trygghet.sources.savcheck import is_whole
from trygghet.sources.spreadsheets import cell_text
from trygghet.sources.table import Table

# SPSS counts cases, not rows; a case's number is its row in the data view
FIRST_CASE = 1


def read_sav(path: Path, file: str) -> Table:
    """Read an SPSS file as text codes.

    Returns
    -------
    Table with ``labels`` (code to label) and ``missing`` (codes the file declares as missing: single
    values, ranges and labelled codes within them). System-missing cells are empty.

    Raises
    ------
    InputError : T19, the file cannot be read.
    """
    if not is_whole(path.read_bytes()):
        raise InputError(Fault(file, 0, "", "T19-BROKEN-WORKBOOK"))
    try:
        frame, meta = pyreadstat.read_sav(str(path), user_missing=True, apply_value_formats=False)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError, ValueError) as error:
        raise InputError(Fault(file, 0, "", "T19-BROKEN-WORKBOOK")) from error
    if not all(isinstance(name, str) and name for name in frame.columns) or frame.columns.has_duplicates:
        raise InputError(Fault(file, 0, "", "T19-BROKEN-WORKBOOK"))
    if not len(frame):
        raise InputError(Fault(file, 0, "", "T02-EMPTY"))
    columns = {name: [cell_text(cell) for cell in frame[name].tolist()] for name in frame.columns}
    labels = {
        name: {cell_text(code): tidy(str(label)) for code, label in pairs.items()}
        for name, pairs in (meta.variable_value_labels or {}).items()
    }
    missing = {name: _missing_codes(columns[name], labels.get(name, {}), ranges)
               for name, ranges in (meta.missing_ranges or {}).items()}  # fmt: skip
    log = [Change(file, "", "encoding", 0, {"encoding": f"SPSS, {meta.file_encoding or 'UTF-8'}"})]
    log += [
        Change(file, name, "declared_missing", _count(columns[name], codes), {"codes": ", ".join(codes)})
        for name, codes in missing.items()
        if codes
    ]
    data = pa.table({tidy(name): pa.array(texts, pa.string()) for name, texts in columns.items()})
    rows = np.arange(FIRST_CASE, FIRST_CASE + len(frame))
    return Table(file, data, 0, rows, tuple(log), labels, missing)


def _missing_codes(texts: list[str], labels: dict[str, str], ranges: Sequence[Any]) -> tuple[str, ...]:
    known = sorted({*texts, *labels} - {""}, key=lambda text: (len(text), text))
    return tuple(text for text in known if any(_inside(text, limits) for limits in ranges))


def _inside(text: str, limits: dict[str, Any]) -> bool:
    low, high = limits["lo"], limits["hi"]
    if isinstance(low, str):
        return text == low.strip()
    try:
        return bool(low <= float(text) <= high)
    except ValueError:
        return False


def _count(texts: list[str], codes: tuple[str, ...]) -> int:
    chosen = set(codes)
    return sum(text in chosen for text in texts)
