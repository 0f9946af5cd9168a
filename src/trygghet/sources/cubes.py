"""Statistical cubes as agencies publish them: json-stat2 and PX, unfolded to one row a cell."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from trygghet.clean import Change, tidy
from trygghet.errors import Fault, InputError
from trygghet.sources.encodings import decode
from trygghet.sources.table import Table

VALUE = "value"
MAX_CELLS = 20_000_000
_STATEMENT = re.compile(r'([A-Z0-9-]+)(?:\[(\w+)\])?(?:\("((?:[^"])*)"(?:,"[^"]*")*\))?\s*=\s*(.*)', re.DOTALL)
_QUOTED = re.compile(r'"([^"]*)"')
_CODEPAGE = re.compile(rb'CODEPAGE\s*=\s*"([^"]+)"')
_PX_CELL = re.compile(r'"[^"]*"|[^\s,;]+')


@dataclass(frozen=True)
class Dimension:
    """One dimension of a cube: its id, its categories' codes and labels, in order."""

    name: str
    label: str
    codes: list[str]
    labels: dict[str, str]


def read_jsonstat(path: Path, file: str) -> Table:
    """Read a json-stat2 dataset.

    Returns
    -------
    Table with a column of codes for each dimension, named by its id, and ``value``; labels are kept.
    A cell without a value carries its status mark (``..``) or ``.``.

    Raises
    ------
    InputError : T26 not a json-stat2 dataset, or one whose parts do not fit together; T17 too large.
    """
    try:
        data = json.loads(path.read_bytes().decode("utf-8-sig"))
        dimensions = [_json_dimension(name, data["dimension"][name]) for name in data["id"]]
        sizes = [len(dimension.codes) for dimension in dimensions]
        if sizes != list(data["size"]):
            raise ValueError("size")
        _check_size(sizes, path, file)
        values = _json_values(data, prod(sizes))
    except InputError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(Fault(file, 0, "", "T26-NOT-A-CUBE", {"kind": "json-stat2"})) from error
    log = Change(file, "", "cube", prod(sizes), {"kind": "json-stat2"})
    return _unfolded(file, dimensions, values, log)


def _json_dimension(name: str, spec: dict[str, Any]) -> Dimension:
    category = spec["category"]
    labels = category.get("label", {})
    index = category.get("index", list(labels))
    codes = sorted(index, key=index.__getitem__) if isinstance(index, dict) else list(index)
    texts = {str(code): tidy(str(labels.get(code, code))) for code in codes}
    return Dimension(str(name), str(spec.get("label", name)), [str(code) for code in codes], texts)


def _json_values(data: dict[str, Any], n: int) -> list[str]:
    values, status = data["value"], data.get("status") or {}
    if isinstance(values, list) and len(values) != n:
        raise ValueError("value")

    def at(container: Any, i: int) -> Any:
        if isinstance(container, dict):
            return container.get(str(i))
        return container if isinstance(container, str) else container[i]

    found = [at(values, i) for i in range(n)]
    return [_number_text(v) if v is not None else str(at(status, i) or ".") for i, v in enumerate(found)]


def _number_text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("value")
    return str(int(value)) if float(value).is_integer() else repr(value)


def read_px(path: Path, file: str) -> Table:
    """Read a PX file (PC-Axis).

    Returns
    -------
    Table with a column of codes (labels where the file gives no codes) for each variable and ``value``.

    Raises
    ------
    InputError : T26 not a PX file, or one whose data do not fill its table; T17 too large.
    """
    text = _px_text(path.read_bytes(), file)
    try:
        keywords = _px_keywords(text)
        names = _QUOTED.findall(keywords.get(("STUB", ""), "")) + _QUOTED.findall(keywords.get(("HEADING", ""), ""))
        dimensions = [_px_dimension(name, keywords) for name in names]
        sizes = [len(dimension.codes) for dimension in dimensions]
        if not dimensions:
            raise ValueError("no variables")
        _check_size(sizes, path, file)
        cells = [cell.strip('"') for cell in _PX_CELL.findall(keywords[("DATA", "")])]
        if len(cells) != prod(sizes):
            raise ValueError("data")
    except InputError:
        raise
    except (ValueError, KeyError) as error:
        raise InputError(Fault(file, 0, "", "T26-NOT-A-CUBE", {"kind": "PX"})) from error
    return _unfolded(file, dimensions, cells, Change(file, "", "cube", prod(sizes), {"kind": "PX"}))


def _px_text(raw: bytes, file: str) -> str:
    page = _CODEPAGE.search(raw[:4000])
    name = page[1].decode("ascii", "replace").lower() if page else ""
    if name in ("iso-8859-15", "iso-8859-1", "windows-1252", "cp1252", "ansi"):
        try:
            return raw.decode("iso-8859-15" if name == "iso-8859-15" else "cp1252")
        except UnicodeDecodeError as error:
            raise InputError(Fault(file, 0, "", "T03-ENCODING")) from error
    return decode(raw, file).data.decode("utf-8")


def _px_keywords(text: str) -> dict[tuple[str, str], str]:
    """Keyword and variable to value; the main language only (no language mark)."""
    found: dict[tuple[str, str], str] = {}
    for part in _px_statements(text):
        match = _STATEMENT.fullmatch(part.strip())
        if match and match[2] is None:
            found.setdefault((match[1], match[3] or ""), match[4])
    return found


def _px_statements(text: str) -> list[str]:
    """Split at semicolons that stand outside quotes."""
    pieces, start, quoted = [], 0, False
    for at in (match.start() for match in re.finditer('[";]', text)):
        if text[at] == '"':
            quoted = not quoted
        elif not quoted:
            pieces.append(text[start:at])
            start = at + 1
    return pieces


def _px_dimension(name: str, keywords: dict[tuple[str, str], str]) -> Dimension:
    labels = [tidy(text) for text in _QUOTED.findall(keywords[("VALUES", name)])]
    codes = _QUOTED.findall(keywords.get(("CODES", name), "")) or labels
    if len(codes) != len(labels):
        raise ValueError("codes")
    return Dimension(name, name, codes, dict(zip(codes, labels, strict=True)))


def _check_size(sizes: list[int], path: Path, file: str) -> None:
    if prod(sizes) > MAX_CELLS:
        values = {"packed": path.stat().st_size, "unpacked": prod(sizes)}
        raise InputError(Fault(file, 0, "", "T17-UNFOLDS", values))


def _unfolded(file: str, dimensions: list[Dimension], values: list[str], log: Change) -> Table:
    if not values:
        raise InputError(Fault(file, 0, "", "T02-EMPTY"))
    rows = list(zip(*product(*(dimension.codes for dimension in dimensions)), strict=True))
    columns = {d.name: pa.array(list(texts), pa.string()) for d, texts in zip(dimensions, rows, strict=True)}
    data = pa.table({**columns, VALUE: pa.array(values, pa.string())})
    labels = {dimension.name: dimension.labels for dimension in dimensions}
    return Table(file, data, 0, np.arange(1, len(values) + 1), (log,), labels)
