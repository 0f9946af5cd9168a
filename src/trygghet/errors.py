"""Errors that a user is meant to read: what is wrong, where, and what to do."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from math import isfinite, isinf
from types import MappingProxyType
from typing import Any, Self

from trygghet.messages import LANGUAGES, Words

MAX_SHOWN = 50
LANGUAGE = "TRYGGHET_LANGUAGE"
"""The variable of the environment that says which language errors speak, `own_words`."""
LARGEST_IN_FULL = 1e12
"""Whole numbers below it are written with all their digits."""


class TrygghetError(ValueError):
    """Base of every error this package raises on purpose."""


@dataclass(frozen=True)
class Phrase:
    """A sentence or a piece of one that stands in the messages, under ``errors``.

    Attributes
    ----------
    key : of it.
    values : what fills its ``{names}``: texts and numbers, or other phrases and errors; a tuple is listed.
        Never a personal value.
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, words: Words) -> str:
        """The phrase in a language."""
        return words(f"errors.{self.key}", **_all_in_words(self.values, words))


def phrase(key: str, **values: Any) -> Phrase:
    """The phrase of a key, its values by name."""
    return Phrase(key, values)


def _all_in_words(values: Mapping[str, Any], words: Words) -> dict[str, Any]:
    return {name: _in_words(value, words) for name, value in values.items()}


def _in_words(value: Any, words: Words) -> Any:
    """A value as a language writes it: a whole number is left to the words, which count by it."""
    if isinstance(value, Phrase | SpokenError):
        return value.text(words)
    if isinstance(value, tuple | list):
        return ", ".join(str(_in_words(one, words)) for one in value)
    if isinstance(value, float) and isinf(value):
        return words("errors.infinite")
    if isinstance(value, float) and isfinite(value):
        whole = value.is_integer() and abs(value) < LARGEST_IN_FULL
        return words.number(value) if whole else words.number_as_short(value)
    return value


class SpokenError(TrygghetError):
    """An error whose sentence stands in the messages, under ``errors``; raised by `said`.

    Attributes
    ----------
    key : of its sentence; empty for one with a text of its own.
    values : what fills the sentence's ``{names}``, as in a `Phrase`.
    """

    key: str = ""
    values: Mapping[str, Any] = MappingProxyType({})

    @classmethod
    def said(cls, key: str, **values: Any) -> Self:
        """The error with the sentence of a key, in the language of `own_words` until `text` is asked for another."""
        error = cls(Phrase(key, values).text(own_words()))
        error.key, error.values = key, values
        return error

    def text(self, words: Words) -> str:
        """What is wrong and what to do."""
        return Phrase(self.key, self.values).text(words) if self.key else str(self)


def own_words() -> Words:
    """The words of errors that nobody asked another language of: ``TRYGGHET_LANGUAGE`` if it is set, else Swedish."""
    chosen = os.environ.get(LANGUAGE, "sv")
    return Words(chosen if chosen in LANGUAGES else "sv")


class WeightError(SpokenError):
    """Weights or population totals that cannot be used."""


class DesignError(SpokenError):
    """A survey design that cannot carry a variance."""


class ConvergenceError(WeightError):
    """Weights that do not meet their margins; no weights are left behind."""


class RuleError(ValueError):
    """A rule that something in a file of definitions breaks: its id, and what fills its sentence."""

    def __init__(self, rule: str, **values: object) -> None:
        self.rule, self.values = rule, values
        super().__init__(rule)


@dataclass(frozen=True, order=True)
class Fault:
    """One fault in one place of one input.

    Attributes
    ----------
    file : path as the user wrote it, relative to the workspace where possible.
    row : row as a spreadsheet or editor numbers it, from 1; 0 when the whole file is meant.
    column : column name; empty when the whole row is meant.
    rule : stable rule id, e.g. ``T07-FEW-FIELDS``; its sentence stands in the messages under ``faults``.
    values : what fills the sentence's ``{names}``; never a personal value.
    """

    file: str
    row: int
    column: str
    rule: str
    values: dict[str, Any] = field(default_factory=dict, compare=False)

    def text(self, words: Words) -> str:
        """One line: ``file:row:column: RULE what is wrong; what to do``."""
        place = ":".join([self.file, str(self.row) if self.row else "-", self.column or "-"])
        return f"{place}: {self.rule} {words(f'faults.{self.rule}', **_all_in_words(self.values, words))}"

    def __str__(self) -> str:
        return self.text(own_words())


class InputError(TrygghetError):
    """All the faults of an input at once, at most 50 of them shown.

    A notebook shows the lines alone. The program's own lines are still there: ``%debug`` stops where the error was
    raised, and after ``%xmode Verbose`` the whole traceback is shown.

    Parameters
    ----------
    faults : one or more `Fault`; kept whole in ``.faults``.
    language : the input's own, where it is known; ``None`` else.
    """

    def __init__(self, faults: Fault | Iterable[Fault], language: str | None = None) -> None:
        self.faults = (faults,) if isinstance(faults, Fault) else tuple(faults)
        self.language = language
        super().__init__(self.text(own_words()))

    def _render_traceback_(self) -> list[str]:
        lines: list[str] = import_module("trygghet.reprs.errors").rendered(self)
        return lines

    def text(self, words: Words) -> str:
        """The faults, a line each."""
        shown = _shown(self.faults)
        lines = [fault.text(words) for fault in shown]
        if len(self.faults) > len(shown):
            lines.append(words("faults.more", n=len(self.faults) - len(shown)))
        return "\n".join(lines)


def _shown(faults: tuple[Fault, ...]) -> list[Fault]:
    """At most `MAX_SHOWN` of the faults: each kind of fault of each file as many, so that none hides another."""
    if len(faults) <= MAX_SHOWN:
        return list(faults)
    kinds = Counter((fault.file, fault.rule) for fault in faults)
    share = max(k for k in range(MAX_SHOWN + 1) if sum(min(n, k) for n in kinds.values()) <= MAX_SHOWN)
    seen: Counter[tuple[str, str]] = Counter()
    chosen = []
    for fault in faults:
        kind = (fault.file, fault.rule)
        seen[kind] += 1
        chosen += [fault] if seen[kind] <= share else []
    return chosen or list(faults[:MAX_SHOWN])
