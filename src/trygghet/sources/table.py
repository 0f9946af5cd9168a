"""A table of text with the row of every cell's origin, and columns looked up the way people write names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from trygghet.clean import Change, Levels, key
from trygghet.errors import Fault, InputError

_DECIMAL = re.compile(r"^[^.,]*\d[.,]\d+[^.,]*$")


@dataclass(frozen=True)
class Table:
    """A table of text as a file delivered it.

    Attributes
    ----------
    file : name in messages.
    data : the cells, one text column for each column of the file, no missing values.
    header_row : the header's row in the file, from 1.
    rows : (n,) the row in the file of every data row.
    log : what the reader found out and chose.
    labels : column to {code: label}, where the file carries them (SPSS).
    missing : column to the codes the file declares as missing (SPSS).
    """

    file: str
    data: pa.Table
    header_row: int
    rows: np.ndarray
    log: tuple[Change, ...] = ()
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    missing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _levels: dict[str, Levels] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return int(self.data.num_rows)

    @property
    def columns(self) -> list[str]:
        """Column names, in order."""
        return list(self.data.column_names)

    @property
    def first_data_row(self) -> int:
        """The first data row's row in the file."""
        return int(self.rows[0]) if len(self.rows) else self.header_row + 1

    @cached_property
    def frame(self) -> pd.DataFrame:
        """All cells as text."""
        frame: pd.DataFrame = self.data.to_pandas()
        return frame

    def find(self, name: str) -> str | None:
        """The column of that name, without regard to case, spacing and how letters are composed."""
        wanted = key(name)
        return next((column for column in self.columns if key(column) == wanted), None)

    def levels(self, name: str) -> Levels:
        """A column as codes into its distinct texts.

        Raises
        ------
        InputError : T12, there is no such column.
        """
        column = self.find(name)
        if column is None:
            raise InputError(self.missing_column(name))
        if column not in self._levels:
            self._levels[column] = _encoded(self.data[column])
        return self._levels[column]

    def encode(self, names: Iterable[str]) -> None:
        """Work out the levels of several columns side by side; `levels` then has them at hand."""
        columns = [c for name in names if (c := self.find(name)) and c not in self._levels]
        with ThreadPoolExecutor() as pool:
            found = list(pool.map(lambda column: _encoded(self.data[column]), columns))
        self._levels.update(zip(columns, found, strict=True))

    def series(self, name: str) -> pd.Series:
        """A column's texts, trimmed and composed (NFC), as a Series."""
        texts: pd.Series = _tidied(self.data[self.find(name) or name].combine_chunks()).to_pandas()
        return texts

    def texts(self, name: str) -> list[str]:
        """A column's texts, trimmed and composed (NFC)."""
        levels = self.levels(name)
        return [levels.values[code] for code in levels.codes]

    def missing_column(self, name: str) -> Fault:
        """The fault of a required column that is not there, with the nearest name that is."""
        keys = {key(column): column for column in self.columns}
        near = get_close_matches(key(name), list(keys), n=1, cutoff=0.6)
        rule = "T12-MISSING-COLUMN-NEAR" if near else "T12-MISSING-COLUMN"
        return Fault(self.file, self.header_row, name, rule, {"near": keys[near[0]] if near else ""})

    def row(self, position: int) -> int:
        """The row in the file of a data row."""
        return int(self.rows[position])

    def faults(self, column: str, positions: Iterable[int], rule: str, **values: object) -> list[Fault]:
        """The same fault at several data rows."""
        return [Fault(self.file, self.row(at), column, rule, dict(values)) for at in positions]

    def rows_twice(self, but: str) -> list[Fault]:
        """T30 for every row that has the same in all columns but one as an earlier row."""
        same = pd.DataFrame({name: self.levels(name).codes for name in self.columns if name != but})
        if same.columns.empty or not same.duplicated().any():
            return []
        kinds = same.groupby([*same.columns], sort=False).ngroup().tolist()
        first: dict[int, int] = {}
        return [
            Fault(self.file, self.row(at), but, "T30-ROW-TWICE", {"first": self.row(first[kind])})
            for at, kind in enumerate(kinds)
            if first.setdefault(kind, at) != at
        ]

    def only(self, keep: np.ndarray) -> Table:
        """The data rows chosen by a boolean mask."""
        return replace(self, data=self.data.filter(pa.array(keep)), rows=self.rows[keep], _levels={})

    def order(self, name: str) -> np.ndarray | None:
        """Positions of the data rows in the order of a column of ids, shorter ones first; None when they lie so.

        Rows that come in another order are the same answers: nothing that is made of them may tell how a file lay,
        not even by the last bit of a sum.
        """
        text = _tidied(self.data[self.find(name) or name].combine_chunks())
        length = pc.utf8_length(text)
        if len(text) < 2 or _ascending(length, text):
            return None
        keys = pa.table({"length": length, "text": text})
        positions: np.ndarray = pc.sort_indices(keys, [("length", "ascending"), ("text", "ascending")]).to_numpy()
        return positions

    def taken(self, order: np.ndarray) -> Table:
        """The data rows in another order."""
        return replace(self, data=self.data.take(pa.array(order)), rows=self.rows[order], _levels={})


def parsed(
    table: Table, name: str, parse: Callable[[str], object], rule: str, *, blank: Any = None
) -> tuple[list[Any], list[Fault]]:
    """Every distinct text of a column parsed once.

    Parameters
    ----------
    parse : raises ValueError for a text it cannot read.
    rule : the fault's rule for such a text.
    blank : what an empty cell becomes.

    Returns
    -------
    one value for every data row (None where there is a fault), and the faults.
    """
    levels = table.levels(name)
    values: list[Any] = []
    wrong = []
    for text in levels.values:
        try:
            values.append(parse(text) if text else blank)
            wrong.append(False)
        except ValueError:
            values.append(None)
            wrong.append(True)
    faults = table.faults(name, levels.where(wrong), rule)
    return [values[code] for code in levels.codes], faults


def without_dashes(table: Table) -> Table:
    """The table with empty cells where a cell holds a dash alone, which is how some write that there is nothing."""
    dashes = pa.array(["-", "\N{EN DASH}", "\N{EM DASH}"])
    columns, n = [], 0
    for column in table.data.columns:
        alone = pc.is_in(pc.utf8_trim_whitespace(column), value_set=dashes)
        found = pc.sum(alone).as_py() or 0
        columns.append(pc.if_else(alone, "", column) if found else column)
        n += found
    if not n:
        return table
    data = pa.table(columns, names=table.columns)
    return replace(table, data=data, log=(*table.log, Change(table.file, "", "dashes", n)), _levels={})


def decimal_signs(table: Table, name: str) -> dict[str, int]:
    """The decimal signs of a column, each with the position of the first row that uses it."""
    levels = table.levels(name)
    first: dict[str, int] = {}
    for sign in (",", "."):
        rows = levels.where([text.count(sign) == 1 and _DECIMAL.search(text) is not None for text in levels.values])
        if len(rows):
            first[sign] = int(rows[0])
    return first


def mixed_decimals(table: Table, name: str) -> list[Fault]:
    """T13 where a column writes some numbers with a decimal comma and others with a point."""
    first = decimal_signs(table, name)
    if len(first) < 2:
        return []
    told = {"comma": table.row(first[","]), "point": table.row(first["."])}
    return table.faults(name, [max(first.values())], "T13-MIXED-DECIMALS", **told)


def decimal_change(table: Table, name: str) -> list[Change]:
    """What the log says of a column's decimal sign; nothing where it has whole numbers only."""
    return [Change(table.file, name, "decimal", 0, {"sign": sign}) for sign in decimal_signs(table, name)]


def _encoded(column: pa.ChunkedArray) -> Levels:
    encoded = column.dictionary_encode().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0) if encoded.num_chunks else pa.array([], pa.string()).dictionary_encode()
    values = tuple(_tidied(encoded.dictionary).to_pylist())
    return Levels(encoded.indices.to_numpy(zero_copy_only=False), values)


def _ascending(length: pa.Array, text: pa.Array) -> bool:
    longer = pc.less(length[:-1], length[1:])
    alike = pc.and_(pc.equal(length[:-1], length[1:]), pc.less_equal(text[:-1], text[1:]))
    return bool(pc.all(pc.or_(longer, alike)).as_py())


def _tidied(texts: pa.Array) -> pa.Array:
    """Trimmed and in Unicode NFC, as `clean.tidy` does it one by one."""
    trimmed = pc.utf8_trim_whitespace(texts)
    plain = pc.all(pc.string_is_ascii(trimmed)).as_py()
    return trimmed if plain or plain is None else pc.utf8_normalize(trimmed, form="NFC")
