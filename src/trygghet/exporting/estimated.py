"""The estimates table for other programs, masked once more on its way out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trygghet.disclosure import MASKED, Rules, protect
from trygghet.errors import Fault, InputError
from trygghet.estimates import COLUMNS, CRIME
from trygghet.exporting.files import Sheet, write
from trygghet.messages import Words

if TYPE_CHECKING:
    from trygghet.picture import Picture

_NUMBERS = ("n", "n_eff", "estimate", "se", "ci_low", "ci_high", "deff")


def export(
    estimates: pd.DataFrame, path: Path | str, *, picture: Picture | None = None, rules: Rules | None = None
) -> list[Path]:
    """Write an estimates table for SPSS, Stata, R or Power BI; what is hidden has no number in it.

    Parameters
    ----------
    estimates : as `Picture.estimates` gives it, or part of it. The primary rules of disclosure are laid on once
        more; what must be hidden so that others cannot be worked out must have been hidden before, as it is there.
    path : ``.sav`` (SPSS), ``.dta`` (Stata), ``.feather`` (R), ``.parquet`` (R, Power BI) or ``.csv`` (Power BI).
    picture : where indicators and groups get their names from, and the rules and the language.
    rules : in place of the picture's.

    Returns
    -------
    The files written: one; beside a csv also ``.schema.json`` and ``.pq``, a query for Power BI with typed columns.

    Raises
    ------
    InputError : another ending, or a table that is no estimates table and so cannot be protected.
    """
    words = picture.words if picture is not None else Words("sv")
    frame = masked(estimates, rules or (picture.rules if picture is not None else None), place=str(path))
    if picture is not None:
        frame = _named(frame, picture)
    labels = {name: words(f"export.columns.{name}") for name in frame.columns}
    answers = (words("export.no"), words("export.yes"))
    return write(Sheet(frame, labels, words("export.estimates"), answers), Path(path))


def masked(estimates: pd.DataFrame, rules: Rules | None = None, *, place: str = "") -> pd.DataFrame:
    """An estimates table with its own columns alone, protected, and without any number in a hidden row.

    Raises
    ------
    InputError : a table that lacks columns which protection needs.
    """
    missing = [name for name in COLUMNS if name not in estimates.columns]
    if missing:
        raise InputError(Fault(place, 0, "", "X02-NOT-ESTIMATES", {"missing": ", ".join(missing)}))
    table = estimates.loc[:, list(COLUMNS)].reset_index(drop=True)
    table.attrs = {}  # the covariance of all rows, hidden ones too
    numbers = {name: pd.to_numeric(table[name], errors="coerce").astype(float) for name in _NUMBERS}
    given = table.assign(**numbers, suppressed=table["suppressed"].astype(bool))
    shown = protect(given.assign(n=given["n"].fillna(0.0)), rules)
    newly = shown["suppressed"] & ~given["suppressed"]
    flags = given["flags"].where(~newly, shown["flags"])
    hidden = shown["suppressed"].to_numpy(dtype=bool)
    for name in {"n", *MASKED, *_NUMBERS}:
        numbers[name] = numbers[name].where(~hidden, np.nan)
    texts = {name: _text(table[name]) for name in COLUMNS if name not in (*_NUMBERS, "suppressed", "flags")}
    return table.assign(**texts, **numbers, flags=_text(flags), suppressed=hidden)


def _text(column: pd.Series) -> pd.Series:
    return column.astype(object).where(column.notna(), "").astype(str).astype(object)


def _named(frame: pd.DataFrame, picture: Picture) -> pd.DataFrame:
    """With the names of indicators and groups for readers, beside their ids."""
    from trygghet.pages.parts import group_labels

    words = picture.words
    crimes = {f"{CRIME}{group}": label for group, label in picture.offences.labels(words).items()}
    indicators = {name: item.name(words) for name, item in picture.definitions.items()} | crimes
    groups = group_labels(picture, frame)
    pairs = zip(frame["group_by"], frame["group"], strict=True)
    indicator = pd.Series([indicators.get(one, one) for one in frame["indicator"]], index=frame.index, dtype=object)
    group = pd.Series([groups[pair] for pair in pairs], index=frame.index, dtype=object)
    return frame.assign(indicator_label=indicator, group_label=group)
