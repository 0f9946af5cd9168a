"""Domains (what `by` names) and items (what is estimated), coded once."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trygghet.design import SurveyDesign
from trygghet.errors import DesignError
from trygghet.survey.arrays import Codes, Floats, as_list, combine, encode

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Level:
    """One `by` column: its categories, and whether they come from an (ordered) Categorical."""

    name: object
    labels: pd.Index
    ordered: bool | None

    def column(self, codes: Codes) -> pd.Categorical | pd.Index:
        """The categories that codes stand for, in the kind of column they came from."""
        if self.ordered is None:
            return self.labels.take(codes)
        return pd.Categorical.from_codes(codes, categories=self.labels, ordered=self.ordered)


@dataclass(frozen=True, eq=False)
class Domains:
    """Disjoint groups of rows.

    Attributes
    ----------
    codes : (n,) group of each row, −1 outside all; None when everyone is in the one group.
    levels : the `by` columns, whose every combination is a group, the first varying slowest.
    extra : labels of the groups where they are not every combination.
    """

    codes: Codes | None
    levels: tuple[Level, ...] = ()
    extra: pd.DataFrame | None = None

    @property
    def count(self) -> int:
        """Number of groups, empty ones too."""
        return len(self.extra) if self.extra is not None else prod(len(level.labels) for level in self.levels)

    def columns(self, repeats: int = 1) -> dict[Any, Any]:
        """Label columns of the groups, the whole repeated."""
        if self.extra is not None:
            at = np.tile(np.arange(self.count), repeats)
            return {name: values.take(at).reset_index(drop=True) for name, values in self.extra.items()}
        codes = np.tile(np.arange(self.count), repeats)
        out = {}
        for level in reversed(self.levels):
            codes, here = np.divmod(codes, len(level.labels))
            out[level.name] = level.column(here)
        return dict(reversed(out.items()))

    @property
    def labels(self) -> pd.DataFrame:
        """One row per group, one column per `by` column."""
        return pd.DataFrame(self.columns(), index=range(self.count))

    def rows(self, n: int) -> Codes:
        """(n,) group codes, also when there is one group."""
        return np.zeros(n, dtype=np.intp) if self.codes is None else self.codes


@dataclass(frozen=True, eq=False)
class Item:
    """One thing estimated.

    Attributes
    ----------
    name : the variable.
    values : (n,) numbers, 0 where missing.
    valid : (n,) rows that have an answer; None when all have.
    category : the category counted, for a categorical variable.
    binary : the values are 0 and 1 only.
    """

    name: str
    values: NDArray[Any]
    valid: Mask | None
    category: object = None
    binary: bool = False


def read_domains(design: SurveyDesign, by: object) -> Domains:
    """The groups of `by`: None, one column or several.

    Raises
    ------
    DesignError : a column that is not in the data, or one that is empty.
    """
    names = as_list(by)
    if not names:
        return Domains(None)
    parts, levels = [], []
    for name in names:
        require_column(design.frame, name)
        column = design.frame[name]
        codes, labels = encode(column)
        if len(labels) == 0:
            raise DesignError.said("estimate.no_category", name=name)
        ordered = column.cat.ordered if isinstance(column.dtype, pd.CategoricalDtype) else None
        parts.append((codes, len(labels)))
        levels.append(Level(name, labels, ordered))
    return Domains(combine(parts)[0], tuple(levels))


def require_column(frame: pd.DataFrame, name: object) -> None:
    """Raise when the data have no such column."""
    if name not in frame.columns:
        raise DesignError.said("column_missing", name=name)


def read_items(design: SurveyDesign, variables: object, *, shares: bool = False) -> list[Item]:
    """The items that variables stand for; a categorical variable gives one item per category.

    Parameters
    ----------
    variables : one column name or several.
    shares : numeric variables must hold only 0, 1 and missing.

    Raises
    ------
    DesignError : a column that is missing, or (with `shares`) numeric and not 0/1.
    """
    items: list[Item] = []
    for name in as_list(variables):
        require_column(design.frame, name)
        column = design.frame[name]
        if _numeric(column):
            item = _numeric_item(str(name), column)
            if shares and not item.binary:
                raise DesignError.said("estimate.share", name=name)
            items.append(item)
        else:
            items += _category_items(str(name), column)
    if not items:
        raise DesignError.said("estimate.no_variable")
    return items


def _numeric(column: pd.Series) -> bool:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return False
    if pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_numeric_dtype(column.dtype):
        return True
    plain = column.dropna().map(lambda v: isinstance(v, bool | int | float))
    return bool(column.dtype == object and plain.all())


def _numeric_item(name: str, column: pd.Series) -> Item:
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "biu":
        raw = column.to_numpy()
        if dtype.kind == "b":
            return Item(name, raw, None, None, True)
        return Item(name, raw, None, None, bool(raw.min() >= 0 and raw.max() <= 1))
    values = column.to_numpy(dtype=float, na_value=np.nan)
    valid = ~np.isnan(values)
    if np.isinf(values).any():
        raise DesignError.said("estimate.infinite", name=name)
    if valid.all():
        return Item(name, values, None, None, _is_binary(values))
    values = np.where(valid, values, 0.0)
    return Item(name, values, valid, None, _is_binary(values))


def _is_binary(values: Floats) -> bool:
    return bool(((values == 0) | (values == 1)).all())


def _category_items(name: str, column: pd.Series) -> list[Item]:
    codes, labels = encode(column)
    valid = None if codes.min() >= 0 else codes >= 0
    return [Item(name, codes == i, valid, label, True) for i, label in enumerate(labels)]
