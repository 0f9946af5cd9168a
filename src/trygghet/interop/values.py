"""What R's expressions in a design specification are worth: vectors, tables, columns of the data."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from trygghet.interop.syntax import Call, Formula, InteropError, Literal, Name, Node
from trygghet.survey.arrays import label_text

_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": operator.pow,
}
_MADE_OF = ("c", "list", "data.frame")
_R_WORDS = {"True": "TRUE", "False": "FALSE", "None": "NULL"}
FREQUENCY = "Freq"


@dataclass(frozen=True)
class Vector:
    """A vector or a list: values, each with its name or None."""

    values: tuple[Any, ...]
    names: tuple[str | None, ...]

    def numbers(self) -> dict[str, float]:
        """Named numbers.

        Raises
        ------
        InteropError : a value without a name, or that is no number.
        """
        if not all(self.names):
            raise InteropError.said("r.totals_named")
        if not all(isinstance(value, float | int) for value in self.values):
            raise InteropError.said("r.totals_numbers")
        return {str(name): float(value) for name, value in zip(self.names, self.values, strict=True)}


@dataclass(frozen=True)
class Opaque:
    """The result of something that says nothing of the design; an error only where a design needs it."""

    what: str


@dataclass
class Data:
    """The data a script speaks of.

    Attributes
    ----------
    frames : given by the caller, by the name that the script uses; one without a name is under None.
    """

    frames: dict[str | None, pd.DataFrame]
    bound: str | None = field(default=None)

    def frame(self, name: str, line: int) -> pd.DataFrame:
        """The data of a name: the one frame that was given stands for the first name that a script uses."""
        if name in self.frames:
            return self.frames[name]
        if None in self.frames and self.bound in (None, name):
            self.bound = name
            return self.frames[None]
        known = ", ".join(str(one) for one in (self.bound, *self.frames) if one is not None)
        raise InteropError.said("r.no_data", line=line, name=name, known=known)

    def holds(self, name: str) -> bool:
        """Whether the name is that of data already known."""
        return name in self.frames or name == self.bound

    def replace(self, name: str, frame: pd.DataFrame) -> None:
        """Other data under a name that is known."""
        self.frames[name if name in self.frames else None] = frame


def said(node: Node) -> str:
    """An expression as R would write it, for messages and for the names of columns made of it."""
    if isinstance(node, Literal):
        return _R_WORDS.get(repr(node.value)) or (
            repr(node.value) if isinstance(node.value, str) else label_text(node.value)
        )
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Formula):
        return f"~{said(node.terms)}"
    if isinstance(node, Call):
        parts = [said(part) for _, part in node.arguments]
        if node.name[0].isalpha():
            return f"{node.name}({', '.join(parts)})"
        return f"{node.name}{parts[0]}" if len(parts) == 1 else node.name.join(parts)
    return "<-"


def terms_of(node: Node) -> tuple[list[Node], bool]:
    """The terms of a formula and whether it has an intercept.

    Raises
    ------
    InteropError : interactions and the like.
    """
    if isinstance(node, Call) and node.name == "+" and len(node.arguments) == 2:
        (left, has), (right, also) = terms_of(node.arguments[0][1]), terms_of(node.arguments[1][1])
        return left + right, has and also
    if isinstance(node, Call) and node.name == "-" and len(node.arguments) == 2 and _is(node.arguments[1][1], 1):
        return terms_of(node.arguments[0][1])[0], False
    if isinstance(node, Call) and node.name == "-" and len(node.arguments) == 1 and _is(node.arguments[0][1], 1):
        return [], False
    if _is(node, 1) or _is(node, 0):
        return [], not _is(node, 0)
    if isinstance(node, Name) or (isinstance(node, Call) and node.name in ("I", "interaction", "factor", "as.factor")):
        return [node], True
    raise InteropError.said("r.column_first", line=node.line, text=said(node))


def _is(node: Node, number: float) -> bool:
    return isinstance(node, Literal) and node.value == number and not isinstance(node.value, bool)


def column(frame: pd.DataFrame, node: Node) -> tuple[pd.DataFrame, str]:
    """The frame and the name of the column that a term is; one made of others is added under what R calls it.

    Raises
    ------
    InteropError : a column that the data do not have, an expression that is not understood.
    """
    if isinstance(node, Name):
        if node.name not in frame.columns:
            raise InteropError.said("r.no_column", line=node.line, name=node.name)
        return frame, node.name
    name = said(node)
    return frame.assign(**{name: expression(frame, node)}), name


def expression(frame: pd.DataFrame, node: Node) -> pd.Series | float:
    """A number or a column worked out of the data: arithmetic, ``I()``, ``interaction()``, ``factor()``."""
    if isinstance(node, Literal) and isinstance(node.value, float):
        return node.value
    if isinstance(node, Name):
        return frame[column(frame, node)[1]]
    if isinstance(node, Call):
        if node.name in _ARITHMETIC:
            values = [expression(frame, part) for _, part in node.arguments]
            return _ARITHMETIC[node.name](values[0], values[1]) if len(values) == 2 else -values[0]
        if node.name in _COLUMN_FUNCTIONS:
            return _COLUMN_FUNCTIONS[node.name](frame, node)
    raise InteropError.said("r.column_first", line=node.line, text=said(node))


def _itself(frame: pd.DataFrame, node: Call) -> pd.Series | float:
    if len(node.arguments) != 1:
        raise InteropError.said("r.one_argument", line=node.line, name=node.name)
    return expression(frame, node.arguments[0][1])


def _owned(frame: pd.DataFrame, node: Call) -> pd.Series | float:
    return expression(frame, node.arguments[1][1])


def _interaction(frame: pd.DataFrame, node: Call) -> pd.Series:
    """R's labels: the categories with a dot between."""
    texts = [texts_of(frame[column(frame, part)[1]]) for _, part in node.arguments]
    return pd.Series([".".join(row) for row in zip(*texts, strict=True)], index=frame.index)


def texts_of(values: pd.Series) -> list[str]:
    """Every value as the text of a category."""
    return [label_text(value) for value in values]


def _factor(frame: pd.DataFrame, node: Call) -> pd.Series:
    named = {name: part for name, part in node.arguments if name}
    if set(named) - {"x", "levels"}:
        raise InteropError.said("r.factor_levels", line=node.line)
    first = named.get("x") or node.arguments[0][1]
    values = expression(frame, first)
    if not isinstance(values, pd.Series):
        raise InteropError.said("r.factor_column", line=node.line)
    levels = named.get("levels")
    text = pd.Series(texts_of(values), index=values.index, dtype=object).where(values.notna())
    if levels is None:
        return text.astype("category")
    given = plain(levels, {})
    if not isinstance(given, Vector):
        raise InteropError.said("r.factor_c", line=node.line)
    return pd.Series(pd.Categorical(text, categories=[label_text(one) for one in given.values]), index=values.index)


_COLUMN_FUNCTIONS = {
    "I": _itself,
    "as.numeric": _itself,
    "as.character": _itself,
    "interaction": _interaction,
    "factor": _factor,
    "as.factor": _factor,
    "$": _owned,
}


def plain(node: Node, known: Mapping[str, Any]) -> Any:
    """A value that needs no data: numbers, texts, ``c()``, ``list()``, ``data.frame()``, names given before.

    Raises
    ------
    InteropError : anything else.
    """
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Formula):
        return node
    if isinstance(node, Name) and node.name in known:
        return known[node.name]
    if isinstance(node, Call) and node.name in (*_MADE_OF, "-"):
        parts = [(name, plain(part, known)) for name, part in node.arguments]
        if node.name == "data.frame":
            return _table({str(name): value for name, value in parts}, node.line)
        if node.name in _MADE_OF:
            return _combined(parts) if node.name == "c" else Vector(*_unzipped(parts))
        if len(parts) == 1 and isinstance(parts[0][1], float):
            return -parts[0][1]
    raise InteropError.said("r.objects", line=node.line, text=said(node))


def _unzipped(parts: list[tuple[str | None, Any]]) -> tuple[tuple[Any, ...], tuple[str | None, ...]]:
    return tuple(value for _, value in parts), tuple(name for name, _ in parts)


def _combined(parts: list[tuple[str | None, Any]]) -> Vector:
    """R's ``c()``: vectors within it are laid out one after another."""
    values: list[Any] = []
    names: list[str | None] = []
    for name, value in parts:
        inner = value if isinstance(value, Vector) else Vector((value,), (name,))
        values += inner.values
        names += inner.names
    return Vector(tuple(values), tuple(names))


def _table(columns: dict[str, Any], line: int) -> pd.DataFrame:
    plain_options = {"stringsAsFactors", "check.names"}
    given = {name: value for name, value in columns.items() if name not in plain_options}
    if not all(isinstance(value, Vector) for value in given.values()):
        raise InteropError.said("r.frame_c", line=line)
    lengths = {len(value.values) for value in given.values()}
    if len(lengths) != 1:
        raise InteropError.said("r.frame_lengths", line=line)
    return pd.DataFrame({name: list(value.values) for name, value in given.items()})
