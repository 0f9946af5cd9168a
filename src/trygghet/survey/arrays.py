"""Small array helpers: codes, mixed radix, sums by code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# numpy's stubs cannot follow bincount and friends; the names say what an array holds.
Floats = NDArray[Any]
Codes = NDArray[Any]


def sum_by(codes: Codes, values: Floats, size: int) -> Floats:
    """Sums of the rows of `values`, (n,) or (n, m), that share a code in 0..size-1."""
    if values.ndim == 1:
        return np.bincount(codes, weights=values, minlength=size)
    out = np.empty((size, values.shape[1]))
    for j in range(values.shape[1]):
        out[:, j] = np.bincount(codes, weights=values[:, j], minlength=size)
    return out


def encode(column: pd.Series) -> tuple[Codes, pd.Index]:
    """Codes (−1 where missing) and labels of a column.

    A Categorical keeps its categories, also unused ones, in its order; anything else is sorted, so
    that neither row order nor dtype changes the result.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), column.cat.categories
    codes, labels = pd.factorize(column)
    labels = pd.Index(labels)
    try:
        order = np.argsort(labels.to_numpy(), kind="stable")
    except TypeError:
        order = np.argsort(labels.astype(str).to_numpy(), kind="stable")
    rank = np.empty(len(order) + 1, dtype=np.intp)
    rank[order] = np.arange(len(order))
    rank[-1] = -1
    return rank[codes], labels[order]


def combine(parts: Sequence[tuple[Codes, int]]) -> tuple[Codes, int]:
    """One mixed-radix code per row from several; −1 where any part is −1. The first part varies slowest."""
    codes, size = parts[0]
    if len(parts) == 1:
        return codes, size
    total = int(np.prod([k for _, k in parts]))
    kind = np.int32 if total < 2**31 else np.int64
    out: Codes = codes.astype(kind)
    missing = codes < 0 if codes.size and codes.min() < 0 else None
    for more, k in parts[1:]:
        np.multiply(out, k, out=out)
        np.add(out, more, out=out)
        if more.size and more.min() < 0:
            missing = more < 0 if missing is None else missing | (more < 0)
    if missing is not None:
        out[missing] = -1
    return out, total


def compress(codes: Codes, size: int) -> tuple[Codes, NDArray[np.intp]]:
    """Codes renumbered to those that occur, in order, and which they were."""
    if size > 4 * len(codes) + 65536:
        used, dense = np.unique(codes, return_inverse=True)
        return dense.reshape(-1), used.astype(np.intp)
    used = np.flatnonzero(np.bincount(codes, minlength=size))
    if len(used) == size:
        return codes, used
    lookup = np.zeros(size, dtype=np.min_scalar_type(max(len(used), 1)))
    lookup[used] = np.arange(len(used))
    return lookup[codes], used


def first_rows(codes: Codes, size: int) -> NDArray[np.intp]:
    """A row of each code (the last one met); every code must occur."""
    rows = np.zeros(size, dtype=np.intp)
    rows[codes] = np.arange(len(codes))
    return rows


def as_list(names: object) -> list[Any]:
    """None, one name or several, as a list; a tuple is several."""
    if names is None:
        return []
    if isinstance(names, list | tuple | pd.Index | np.ndarray):
        return list(names)
    return [names]


def label_text(label: object) -> str:
    """A category's label as text, the same for 1, 1.0 and "1"."""
    if isinstance(label, float | np.floating) and float(label).is_integer():
        return str(int(label))
    return str(label)


def label_texts(labels: pd.Index) -> list[str]:
    """`label_text` of every label; a plain array of them, for pandas iterates slowly over its own."""
    return [label_text(label) for label in np.asarray(labels, dtype=object)]
