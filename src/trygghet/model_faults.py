"""What is wrong with a file of settings, as its models find it: each fault with its row, in our own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import reduce
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from trygghet.errors import Fault, InputError, Phrase, RuleError, phrase
from trygghet.model_keys import known_keys, moved_to
from trygghet.release_rules import too_loose

M = TypeVar("M", bound=BaseModel)
Place = tuple[Any, ...]
"""Keys and positions from the top of a file."""

EXPECTED = {
    "bool_parsing": "true_false", "bool_type": "true_false",
    "date_from_datetime_inexact": "day", "date_from_datetime_parsing": "day", "date_parsing": "day", "date_type": "day",
    "dict_type": "mapping", "model_attributes_type": "mapping", "model_type": "mapping",
    "float_parsing": "number", "float_type": "number", "finite_number": "number",
    "int_from_float": "whole", "int_parsing": "whole", "int_parsing_size": "whole", "int_type": "whole",
    "list_type": "list", "tuple_type": "list",
    "string_type": "text", "string_unicode": "text",
}  # fmt: skip
"""What is expected where pydantic finds an error of a type; the words stand under ``errors.expected``."""
BOUNDS = {
    "greater_than": ("above", "gt"),
    "greater_than_equal": ("least", "ge"),
    "less_than": ("below", "lt"),
    "less_than_equal": ("most", "le"),
    "too_long": ("at_most", "max_length"),
    "too_short": ("at_least", "min_length"),
}
"""The same of errors that tell a limit, with the limit's name among what pydantic says."""
FORMS = {
    r"^[a-z0-9_]{1,60}$": "id",
    r"^[0-9A-Za-z_-]{1,20}$": "year",
    r"^[0-9]{4}$": "four_digits",
    r"^#[0-9a-fA-F]{6}$": "colour",
    r"^https?://[^\s\"<>]+$": "address",
    r"^https?://[A-Za-z0-9.-]+(/[A-Za-z0-9_./-]*)?$": "address",
}
"""The forms that texts must have, by pattern."""


class _Found(NamedTuple):
    """One of pydantic's errors, where it stands in the file, and at which places it tried one type of several."""

    item: Mapping[str, Any]
    place: Place
    tried: frozenset[Place]


def validated(model: type[M], data: Any, file: str) -> M:
    """A model made of YAML data, or an `InputError` with the row of every fault."""
    try:
        return model.model_validate(_plain(data))
    except ValidationError as error:
        found = [_located(data, item) for item in error.errors()]
        raise InputError([_fault(model, data, file, those) for those in _by_place(found)]) from error


def row_of(data: Any, place: Sequence[Any]) -> int:
    """Row of a key in round-trip YAML, from 1; the nearest parent's where it is missing."""
    row, node = 0, data
    for part in place:
        marks: Any = getattr(node, "lc", None)
        try:
            key = part if isinstance(node, list) else next(k for k in node if str(k) == str(part))
            row = (marks.item(key) if isinstance(node, list) else marks.key(key))[0] + 1
            node = node[key]
        except (KeyError, IndexError, StopIteration, TypeError, AttributeError):
            break
    return row


def _plain(node: Any) -> Any:
    """Round-trip YAML nodes as ordinary dicts and lists; keys of mappings as text."""
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    return node


def _located(data: Any, item: Mapping[str, Any]) -> _Found:
    """An error's place among the data: pydantic puts the types it tried between the keys of the file."""
    place: list[Any] = []
    tried, node = set(), data
    for number, part in enumerate(item["loc"]):
        if isinstance(node, Mapping) and (keys := [key for key in node if str(key) == str(part)]):
            place.append(part)
            node = node[keys[0]]
        elif isinstance(node, list) and isinstance(part, int):
            place.append(part)
            node = node[part] if part < len(node) else None
        elif item["type"] == "missing" and number == len(item["loc"]) - 1:
            place.append(part)
        elif part != "[key]":
            tried.add(tuple(place))
    return _Found(item, tuple(place), frozenset(tried))


def _by_place(found: Iterable[_Found]) -> list[list[_Found]]:
    """The errors of each place; a type that was tried in vain is left out where another came further in."""
    found = list(found)
    further = {place for one in found for place in one.tried if place != one.place}
    places: dict[Place, list[_Found]] = {}
    for one in found:
        if one.place in one.tried and one.place in further:
            continue
        places.setdefault(one.place, []).append(one)
    return list(places.values())


def _fault(model: type[BaseModel], data: Any, file: str, found: Sequence[_Found]) -> Fault:
    place = found[0].place
    rule, values = next((named for one in found if (named := _named(model, one))), (None, {}))
    if rule is None:
        rule, values = "W13-WRONG-VALUE", {"expected": _either([_expected(one.item) for one in found])}
    return Fault(file, row_of(data, place), ".".join(map(str, place)), rule, values)


def _named(model: type[BaseModel], found: _Found) -> tuple[str, dict[str, Any]] | None:
    """The rule of an error that has one of its own, and what fills its sentence."""
    item, place = found.item, found.place
    if item["type"] == "extra_forbidden":
        if moved := moved_to(place):
            return "W14-MOVED-KEY", {"place": moved}
        near = get_close_matches(str(place[-1]), sorted(known_keys(model)), n=1, cutoff=0.4)
        return "W10-UNKNOWN-KEY-NEAR" if near else "W11-UNKNOWN-KEY", {"near": near[0] if near else ""}
    if item["type"] == "missing":
        return "W12-MISSING-KEY", {}
    context = item.get("ctx") or {}
    if isinstance(broken := context.get("error"), RuleError):
        return broken.rule, dict(broken.values)
    return too_loose(place, item["type"], context)


def _expected(item: Mapping[str, Any]) -> Phrase:
    """What should have stood where an error is."""
    said = _form(item["type"], item.get("ctx") or {})
    return phrase("expected.as_name", form=said) if item["loc"][-1:] == ("[key]",) else said


def _form(kind: str, context: Mapping[str, Any]) -> Phrase:
    if kind in EXPECTED:
        return phrase(f"expected.{EXPECTED[kind]}")
    if kind in BOUNDS:
        name, limit = BOUNDS[kind]
        return phrase(f"expected.{name}", limit=float(context[limit]))
    if kind == "literal_error":
        return phrase("expected.one_of", known=tuple(re.findall(r"'([^']*)'", context["expected"])))
    if kind == "string_pattern_mismatch" and context["pattern"] in FORMS:
        return phrase(f"expected.{FORMS[context['pattern']]}")
    return phrase("expected.unforeseen")


def _either(expected: Sequence[Phrase]) -> Phrase:
    """One or another of what is expected, each once; a whole number is a number."""
    keys = {one.key for one in expected}
    once = {one.key: one for one in expected if not (one.key == "expected.whole" and "expected.number" in keys)}
    return reduce(lambda one, other: phrase("expected.either", one=one, other=other), once.values())
