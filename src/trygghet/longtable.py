"""The published tables as one long csv: a row for each figure, with the texts and the mask of the page."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields

from trygghet.blocks import Block, Figure, Verdict
from trygghet.messages import EN_DASH, MINUS, NBSP, Words
from trygghet.workbook import read_number, tables_of

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Excel takes a csv without it for cp1252."""
_NUMBER = rf"[{MINUS}+]?\d(?:[\d{NBSP},.]*\d)?"
_SPAN = re.compile(rf"\(?(?P<low>{_NUMBER})(?:{EN_DASH}| (?:till|to) )(?P<high>{_NUMBER})\)?")
_SPOKEN = re.compile(
    rf"(?P<value>{_NUMBER})(?:[{NBSP} ]?(?P<unit>%|p\.e\.|pts))?(?: (?P<span>\([^)]*\)))?"
    rf"(?:, (?P<base>{_NUMBER}) [^\d,]+)?"
)
_K_OF_N = re.compile(r"(?P<k>\d+) (?:av|of) (?P<n>\d+)")
_WHOLE = ("estimate", "change")  # columns whose interval and base stand in columns of their own
# What a spreadsheet would take for the beginning of a formula (OWASP, CSV injection), full-width forms too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Place:
    """Where the figures of one report belong."""

    name: str
    code: str
    year: str
    report: str
    simulated: bool = False


@dataclass(frozen=True)
class Row:
    """One published figure; numbers are None where the table says something else than a number."""

    place: str
    code: str
    year: str
    report: str
    table: str
    caption: str
    row: str
    column: str
    shown: str
    value: float | None
    unit: str
    low: float | None
    high: float | None
    base: float | None
    period: str
    source: str
    definition: str
    simulated: str


def long_csv(blocks: Iterable[Block], place: Place, words: Words) -> bytes:
    """Every cell of every published table as a row of a csv.

    Parameters
    ----------
    blocks : a page's blocks; tables, and the tables of figures and of verdicts' figures, are taken.
    place : what stands in the first columns.
    words : the language of the headings and, for reading and writing numbers, of the tables.

    Returns
    -------
    UTF-8 with a byte order mark and CRLF, the same for the same tables. In Swedish semicolons and decimal commas,
    as Excel and Power BI with Swedish settings read it; in English commas and points. Percentages as they are
    written: 29, with ``%`` as the unit. A text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    rows = [row for block in blocks for row in long_rows(block, place, words)]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if words.language == "sv" else ",", lineterminator="\r\n")
    writer.writerow([words(f"site.csv.columns.{field.name}") for field in fields(Row)])
    for row in rows:
        writer.writerow([_written(getattr(row, field.name), words) for field in fields(Row)])
    return (BOM + out.getvalue()).encode("utf-8")


def long_rows(block: Block, place: Place, words: Words) -> Iterator[Row]:
    """The rows of one block's tables."""
    definition, whole = _definition(block), set(_WHOLE)
    for table in tables_of(block):
        keys = [column.key for column in table.columns]
        for number, texts in enumerate(table.rows, start=1):
            first = texts[0] if table.row_header else str(number)
            for key, text in list(zip(keys, texts, strict=True))[1 if table.row_header else 0 :]:
                if (key == "interval" and whole & set(keys)) or (key.startswith("base_") and "estimate" in keys):
                    continue  # stands in the estimate's own row
                found = _figure(key, dict(zip(keys, texts, strict=True)), words.language)
                yield Row(
                    place.name, place.code, place.year, place.report, table.id.removesuffix("-table"), table.caption,
                    first, table.columns[keys.index(key)].label, text, *found, table.period, table.source,
                    " ".join(part for part in (definition, table.note) if part),
                    words("site.csv.simulated") if place.simulated else "",
                )  # fmt: skip


def _definition(block: Block) -> str:
    figure = block.figure if isinstance(block, Verdict) else block
    return " ".join(figure.definition) if isinstance(figure, Figure) else ""


Found = tuple[float | None, str, float | None, float | None, float | None]


def _figure(key: str, cells: dict[str, str], language: str) -> Found:
    """Value, unit, lower limit, upper limit and base of a cell, as far as its row tells them."""
    if found := _K_OF_N.fullmatch(cells[key]):
        return float(found["k"]), "", None, None, float(found["n"])
    found = _SPOKEN.fullmatch(cells[key])
    value = _read(found["value"], language) if found else None
    if found is None or value is None:
        return None, "", None, None, None
    unit, whole = found["unit"] or "", key in _WHOLE
    low, high = _limits(found["span"] or (cells.get("interval", "") if whole else ""), language)
    bases = [cell for name, cell in cells.items() if name.startswith("base_") and whole]
    base = _read(found["base"] or (bases[0] if bases else ""), language)
    return value, unit, low, high, base


def _limits(text: str, language: str) -> tuple[float | None, float | None]:
    found = _SPAN.match(text)
    return (_read(found["low"], language), _read(found["high"], language)) if found else (None, None)


def _read(text: str, language: str) -> float | None:
    number = read_number(text.removeprefix("+"), language)
    return number.value if number else None


def _written(value: str | float | None, words: Words) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    text = repr(int(value)) if value == int(value) else repr(value)
    return text.replace(".", ",") if words.language == "sv" else text


def joined(parts: Sequence[bytes]) -> bytes:
    """Several long tables of one language as one: the heading once."""
    kept = [part if number == 0 else part.split(b"\r\n", 1)[1] for number, part in enumerate(parts) if part]
    return b"".join(kept)
