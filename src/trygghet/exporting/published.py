"""What a report has published, its long csv, for other programs: masked as the page is."""

from __future__ import annotations

import csv
import io
from dataclasses import fields
from pathlib import Path

import pandas as pd

from trygghet.errors import Fault, InputError
from trygghet.exporting.files import Sheet, write
from trygghet.longtable import BOM, FORMULA, Row
from trygghet.messages import LANGUAGES, Words

_NAMES = [field.name for field in fields(Row)]
_NUMBERS = ("value", "low", "high", "base")
_TABLES = "tabeller*.csv"


def export_published(place: Path, path: Path, *, words: Words) -> list[Path]:
    """Write published figures for SPSS, Stata, R or Power BI.

    Parameters
    ----------
    place : a published folder (all of it, or a year's), or one of its csv files.
    path : see `trygghet.exporting.export`.
    words : language of the labels; texts are in the pages' own.

    Returns
    -------
    The files written.

    Raises
    ------
    InputError : no table of ours there, another ending, or a file that exists.
    """
    if path.exists():
        raise InputError(Fault(str(path), 0, "", "X03-EXISTS"))
    tables = sorted(place.glob(_TABLES)) if place.is_dir() else [place]
    if not tables or not all(table.is_file() for table in tables):
        raise InputError(Fault(str(place), 0, "", "X04-NOT-PUBLISHED"))
    frame = pd.concat([read_long(table) for table in tables], ignore_index=True)
    labels = {name: words(f"export.long.{name}") for name in _NAMES}
    return write(Sheet(frame, labels, words("export.published"), ("", "")), path)


def read_long(path: Path) -> pd.DataFrame:
    """A report's long csv with the columns' names as in `trygghet.longtable.Row`, numbers as numbers.

    Raises
    ------
    InputError : a file that is not such a csv.
    """
    wrong = InputError(Fault(str(path), 1, "", "X04-NOT-PUBLISHED"))
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise wrong from None
    head = text.removeprefix(BOM).split("\n", 1)[0].strip()
    for language in LANGUAGES:
        words, separator = Words(language), ";" if language == "sv" else ","
        if head == separator.join(words(f"site.csv.columns.{name}") for name in _NAMES):
            rows = list(csv.reader(io.StringIO(text.removeprefix(BOM), newline=""), delimiter=separator))[1:]
            break
    else:
        raise wrong
    if any(len(row) != len(_NAMES) for row in rows):
        raise wrong
    frame = pd.DataFrame([[_unguarded(cell) for cell in row] for row in rows], columns=_NAMES, dtype=object)
    decimal = "," if language == "sv" else "."
    numbers = {name: frame[name].map(lambda cell: _number(cell, decimal)).astype(float) for name in _NUMBERS}
    return frame.assign(**numbers)


def _unguarded(cell: str) -> str:
    """A text without the apostrophe that keeps spreadsheets from taking it for a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def _number(cell: str, decimal: str) -> float:
    return float(cell.replace(decimal, ".")) if cell else float("nan")
