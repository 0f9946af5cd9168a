"""One table as a file of SPSS, Stata, R (feather), anything that reads Parquet, or as csv with a schema."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from trygghet.errors import Fault, InputError
from trygghet.longtable import BOM

EPOCH = datetime(2000, 1, 1)
_DATED = slice(92, 109)  # of a sav's header: day and time it was made
_UNDATED = b"01 Jan 0000:00:00"
_LONG_TEXT = 2045  # longest text of Stata's ordinary kind, in bytes
_LABEL = 80  # longest label of a column in Stata
_POWER_TYPES = {"string": "type text", "number": "type number", "boolean": "type logical"}


@dataclass(frozen=True)
class Sheet:
    """A table on its way out.

    Attributes
    ----------
    frame : columns of text (missing is empty), of float (missing is NaN) and of bool.
    labels : column to what it holds, for readers.
    title : of the whole.
    answers : what false and true are called, for programs that know only numbers.
    """

    frame: pd.DataFrame
    labels: Mapping[str, str]
    title: str
    answers: tuple[str, str]

    def columns(self, kind: str) -> list[str]:
        """The columns of one kind: "string", "number" or "boolean"."""
        return [name for name in self.frame.columns if self.kind(name) == kind]

    def kind(self, name: str) -> str:
        """What a column holds, as Table Schema calls it."""
        dtype = self.frame[name].dtype
        return "boolean" if dtype.kind == "b" else "number" if dtype.kind == "f" else "string"

    def as_numbers(self) -> pd.DataFrame:
        """The frame with 0 and 1 for false and true."""
        return self.frame.astype(dict.fromkeys(self.columns("boolean"), float))


def write(sheet: Sheet, path: Path) -> list[Path]:
    """Write a table in the form that the file's ending tells.

    Returns
    -------
    The files written: one, and beside a csv its schema and its query. The same table gives the same bytes.

    Raises
    ------
    InputError : an ending that is not among `FORMATS`.
    """
    form = path.suffix.lower().removeprefix(".")
    if form not in FORMATS:
        raise InputError(Fault(str(path), 0, "", "X01-FORMAT", {"known": ", ".join(FORMATS)}))
    made = {path: _made_by(FORMATS[form], sheet)}
    if form == "csv":
        made[path.with_suffix(".schema.json")] = _schema(sheet).encode("utf-8")
        made[path.with_suffix(".pq")] = _query(sheet, path).encode("utf-8")
    for target, content in made.items():
        part = target.with_name(f".{target.name}.part")
        part.write_bytes(content)
        os.replace(part, target)
    return list(made)


def _made_by(writer: Callable[[Sheet, Path], None], sheet: Sheet) -> bytes:
    """What a writer writes, whole or not at all."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "table"
        writer(sheet, place)
        return place.read_bytes()


def _sav(sheet: Sheet, path: Path) -> None:
    import pyreadstat

    answers: dict[float | int, str] = {float(number): text for number, text in enumerate(sheet.answers)}
    measures = {"string": "nominal", "boolean": "nominal", "number": "scale"}
    pyreadstat.write_sav(
        sheet.as_numbers(),
        path,
        file_label=sheet.title[:_LABEL],
        column_labels=dict(sheet.labels),
        variable_value_labels=dict.fromkeys(sheet.columns("boolean"), answers),
        variable_measure={name: measures[sheet.kind(name)] for name in sheet.frame.columns},
    )
    content = bytearray(path.read_bytes())
    content[_DATED] = _UNDATED
    path.write_bytes(bytes(content))


def _dta(sheet: Sheet, path: Path) -> None:
    frame = sheet.as_numbers()
    longest = {name: max((len(text.encode()) for text in frame[name]), default=0) for name in sheet.columns("string")}
    answers: dict[float | int, str] = {float(number): text for number, text in enumerate(sheet.answers)}
    frame.to_stata(
        path,
        write_index=False,
        version=118,
        time_stamp=EPOCH,
        data_label=sheet.title[:_LABEL],
        variable_labels={name: label[:_LABEL] for name, label in sheet.labels.items() if name in frame},
        value_labels=dict.fromkeys(sheet.columns("boolean"), answers),
        convert_strl=[name for name, length in longest.items() if length > _LONG_TEXT],
    )


def _arrow(sheet: Sheet):  # type: ignore[no-untyped-def]  # pyarrow comes without types
    """An arrow table whose fields carry their labels; nothing else travels along, as pandas' attributes would."""
    import pyarrow as pa

    types = {"string": pa.string(), "number": pa.float64(), "boolean": pa.bool_()}
    fields, arrays = [], []
    for name in sheet.frame.columns:
        label = {"label": sheet.labels.get(name, name)}
        fields.append(pa.field(name, types[sheet.kind(name)], metadata=label))
        values = sheet.frame[name]
        arrays.append(pa.array([None if pd.isna(v) else v for v in values.tolist()], type=types[sheet.kind(name)]))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata={"title": sheet.title}))


def _feather(sheet: Sheet, path: Path) -> None:
    from pyarrow import feather

    feather.write_feather(_arrow(sheet), str(path), compression="lz4")


def _parquet(sheet: Sheet, path: Path) -> None:
    from pyarrow import parquet

    parquet.write_table(_arrow(sheet), path, compression="snappy")


def _csv(sheet: Sheet, path: Path) -> None:
    frame = sheet.frame.astype(dict.fromkeys(sheet.columns("boolean"), str))
    for name in sheet.columns("boolean"):
        frame[name] = frame[name].str.lower()
    text = frame.to_csv(index=False, lineterminator="\r\n")
    path.write_bytes((BOM + text).encode("utf-8"))


def _schema(sheet: Sheet) -> str:
    """The csv's columns in Table Schema (Frictionless Data), which many programs read."""
    fields = [
        {"name": name, "type": sheet.kind(name), "title": sheet.labels.get(name, name)} for name in sheet.frame.columns
    ]
    return json.dumps({"title": sheet.title, "fields": fields, "missingValues": [""]}, ensure_ascii=False, indent=1)


def _query(sheet: Sheet, path: Path) -> str:
    """Power Query that reads the csv with the right types, whatever the computer's language is."""
    types = ", ".join(f"{{{_quoted(name)}, {_POWER_TYPES[sheet.kind(name)]}}}" for name in sheet.frame.columns)
    steps = [
        f"    Source = Csv.Document(File.Contents({_quoted(str(path.resolve()))}), "
        f'[Delimiter = ",", Columns = {len(sheet.frame.columns)}, Encoding = 65001, QuoteStyle = QuoteStyle.Csv])',
        "    Headed = Table.PromoteHeaders(Source, [PromoteAllScalars = true])",
        f'    Typed = Table.TransformColumnTypes(Headed, {{{types}}}, "en-US")',
    ]
    return "let\n" + ",\n".join(steps) + "\nin\n    Typed\n"


def _quoted(text: str) -> str:
    return '"' + re.sub('"', '""', text) + '"'


FORMATS: Mapping[str, Callable[[Sheet, Path], None]] = {
    "sav": _sav,
    "dta": _dta,
    "feather": _feather,
    "parquet": _parquet,
    "csv": _csv,
}
"""SPSS, Stata, R, R and Power BI, Power BI."""
