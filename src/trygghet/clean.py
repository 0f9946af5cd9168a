"""From raw codes to categories, with missing kinds kept apart and every change logged."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from trygghet.messages import Words

MISSING_KINDS = ("", "dont_know", "no_answer", "refused", "not_applicable", "not_asked")
LOG_COLUMNS = ["file", "column", "rule", "what", "n"]


@dataclass(frozen=True)
class Change:
    """One kind of change or choice a reader made; its sentence stands in the messages under ``clean``."""

    file: str
    column: str
    rule: str
    n: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, words: Words) -> str:
        """What was done, as a reader sees it."""
        return words(f"clean.{self.rule}", n=self.n, **self.values)


def log_frame(changes: Iterable[Change], words: Words) -> pd.DataFrame:
    """The cleaning log: columns file, column, rule, what, n, in the order of the work."""
    rows = [(c.file, c.column, c.rule, c.text(words), c.n) for c in changes]
    return pd.DataFrame(rows, columns=LOG_COLUMNS)


@dataclass(frozen=True)
class Levels:
    """A text column as codes into its distinct values.

    Attributes
    ----------
    codes : (n,) integers, never negative.
    values : the distinct texts, trimmed and in Unicode NFC.
    """

    codes: np.ndarray
    values: tuple[str, ...]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Levels:
        """Levels of plain texts."""
        codes, values = pd.factorize(np.asarray(list(texts), dtype=object))
        return cls(codes.astype(np.int32), tuple(tidy(v) for v in values))

    @property
    def used(self) -> np.ndarray:
        """Which values occur at all."""
        return np.bincount(self.codes, minlength=len(self.values)) > 0

    def where(self, chosen: Sequence[bool] | np.ndarray) -> np.ndarray:
        """Positions of the rows whose value is among the chosen ones."""
        mask = np.asarray(chosen, dtype=bool)
        return np.flatnonzero(mask[self.codes]) if mask.any() else np.empty(0, dtype=int)

    def take(self, values: Sequence[Any] | np.ndarray) -> np.ndarray:
        """One entry of `values` for every row."""
        return np.asarray(values)[self.codes] if len(self.values) else np.asarray(values)[:0]


def tidy(text: str) -> str:
    """Trim, and compose letters (NFC), so that ``kön`` is one word however it was typed."""
    stripped = text.strip()
    return stripped if stripped.isascii() else unicodedata.normalize("NFC", stripped)


def key(text: str) -> str:
    """A name reduced to what matters when names are compared: case, spacing and composition do not."""
    return " ".join(tidy(text).casefold().replace("_", " ").split())


@dataclass(frozen=True)
class Recoded:
    """A variable after its codebook.

    Attributes
    ----------
    values : categories; missing where there is no answer.
    missing : the kind of missing, empty where there is an answer.
    unknown : positions of rows whose raw value the codebook does not know.
    """

    values: pd.Categorical
    missing: pd.Categorical
    unknown: np.ndarray


def recode(
    levels: Levels,
    *,
    values: Mapping[str, str],
    missing: Mapping[str, str],
    labels: Mapping[str, str] | None = None,
) -> Recoded:
    """Map raw codes to categories and to kinds of missing.

    Parameters
    ----------
    levels : the raw column.
    values : raw code to category id, in the categories' order.
    missing : raw code to one of `MISSING_KINDS`; blank counts as ``no_answer`` unless it is listed.
    labels : an answer's own words (as `key` gives them) to its raw code, for files that hold words.

    Returns
    -------
    Recoded; a raw value found in neither list is reported in ``unknown``, never guessed.
    """
    categories = list(dict.fromkeys(values.values()))
    kinds = {"": "no_answer", **missing}
    by_code, by_kind, unknown = [], [], []
    for text in levels.values:
        raw = (labels or {}).get(key(text), text)
        found = _lookup(raw, values)
        kind = "" if found is not None else _lookup(raw, kinds)
        by_code.append(categories.index(found) if found is not None else -1)
        by_kind.append(MISSING_KINDS.index(kind or ""))
        unknown.append(found is None and kind is None)
    codes = levels.take(np.asarray(by_code, dtype=np.int16))
    kind_codes = levels.take(np.asarray(by_kind, dtype=np.int8))
    return Recoded(
        categorical(codes, categories),
        categorical(kind_codes, MISSING_KINDS),
        levels.where(unknown),
    )


def _lookup(raw: str, table: Mapping[str, str]) -> str | None:
    """The entry for a raw code; a whole number written ``1.0`` or ``1,0`` is the code ``1``."""
    if raw in table:
        return table[raw]
    head, dot, tail = raw.replace(",", ".").partition(".")
    return table.get(head) if dot and tail.strip("0") == "" and head.isdigit() else None


def categorical(codes: ArrayLike, categories: Iterable[str], *, ordered: bool = False) -> pd.Categorical:
    """A Categorical from codes; -1 is missing."""
    chosen: Any = np.asarray(codes)
    dtype = pd.CategoricalDtype(list(categories), ordered=ordered)
    return pd.Categorical.from_codes(chosen, dtype=dtype)


def band_labels(bands: Sequence[tuple[int, int]]) -> list[str]:
    """Ids of age bands: ``16-24`` and, for a band that reaches 100 or more, ``85+``."""
    return [f"{low}-{high}" if high < 100 else f"{low}+" for low, high in bands]


def into_bands(ages: pd.Series, bands: Sequence[tuple[int, int]]) -> pd.Categorical:
    """Ages (years) grouped into inclusive bands; missing outside them all.

    Parameters
    ----------
    ages : whole years, with missing values allowed.
    bands : inclusive limits in ascending order, without overlap.
    """
    numbers = ages.astype("float64").to_numpy()
    codes = np.full(len(numbers), -1, dtype=np.int8)
    for index, (low, high) in enumerate(bands):
        codes[(numbers >= low) & (numbers <= high)] = index
    return categorical(codes, band_labels(bands), ordered=True)


def crosswalk(levels: Levels, table: Mapping[str, str]) -> tuple[pd.Categorical, np.ndarray]:
    """Carry raw area names or codes over to sub-area ids.

    Parameters
    ----------
    levels : raw areas.
    table : raw name or code to sub-area id; compared without regard to case and spacing.

    Returns
    -------
    the sub-areas, and positions of the rows whose area the table does not know (blank ones excepted).
    """
    known = {key(raw): area for raw, area in table.items()}
    areas = list(dict.fromkeys(table.values()))
    found = [known.get(key(raw)) for raw in levels.values]
    codes = np.asarray([areas.index(a) if a is not None else -1 for a in found], dtype=np.int16)
    lost = [a is None and raw != "" for a, raw in zip(found, levels.values, strict=True)]
    return categorical(levels.take(codes), areas), levels.where(lost)
