"""What the names of rows say: all, an age band, a sex, an area, or two of them crossed; and how they add up."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from trygghet.audit.values import holds, named, vocabulary

AGE, SEX, AREA = "age", "sex", "area"
REST = "?"
_WAVES = re.compile(r"\(\d{4}\D+\d{4}\)$")
_BAND = re.compile(r"(\d{1,3}) ?[^\w\s] ?(\d{1,3})(?:\s+\w+)?")
_OPEN = re.compile(r"(\d{1,3})(?: ?\+| \D+)")
_BETWEEN = re.compile(r"^[\s,·:×/]+(?:\w{1,3}\s+)?")
OLDEST = 130

Category = tuple[str, object]
"""A variable and one of its values; an age is a pair of years, both included."""


def is_total(label: str) -> bool:
    """Whether a row or a column stands for all."""
    return named(label, "total")


def age_band(label: str) -> tuple[int, int] | None:
    """The first and the last year of an age band."""
    found = _BAND.fullmatch(label)
    if found and int(found[1]) < int(found[2]) <= OLDEST:
        return int(found[1]), int(found[2])
    found = _OPEN.fullmatch(label)
    return (int(found[1]), OLDEST) if found and holds(label, "older") else None


@dataclass(frozen=True)
class Partition:
    """How the names of an indicator's rows divide the answers.

    Attributes
    ----------
    groups : name to the categories it is the crossing of.
    values : variable to its values that together are everyone it is known for; ages cut at every border.
    families : variables that are crossed with each other, directly or through others.
    parts : areas that are made up of others, as a map tells, and those others.
    """

    groups: Mapping[str, tuple[Category, ...]]
    values: Mapping[str, tuple[object, ...]]
    families: tuple[tuple[str, ...], ...]
    parts: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def within(self, label: str, variable: str) -> set[object] | None:
        """The values of a variable that belong to a group; None when the group is not of that variable."""
        for name, value in self.groups[label]:
            if name == variable:
                if name == AGE and isinstance(value, tuple):
                    return {v for v in self.values[AGE] if value[0] <= v[0] and v[1] <= value[1]}  # type: ignore[index]
                return set(self.parts[value]) if value in self.parts else {value}  # type: ignore[index]
        return None


def divide(
    names: Sequence[str],
    bases: Mapping[str, float],
    total: float,
    areas: Iterable[str],
    starts: Collection[str] = (),
    parts: Mapping[str, Sequence[str]] | None = None,
) -> Partition:
    """Find out what the names of an indicator's rows stand for.

    Parameters
    ----------
    names : in the order printed, the totals left out.
    bases : name to its answers, where known.
    total : all answers; infinite when not known.
    areas : names known as areas from other tables.
    starts : names that begin a table.
    parts : areas that are made up of others, and those others, none of them made up itself.
    """
    made = {name: pieces for name, pieces in (parts or {}).items() if name in set(names) or _in_any(name, names)}
    known = {*areas, *made, *(piece for pieces in made.values() for piece in pieces)}
    simple: dict[str, Category] = {}
    others: list[str] = []
    for name in (n for n in names if not _WAVES.search(n)):
        band = age_band(name)
        if band:
            simple[name] = (AGE, band)
        elif name.lower() in vocabulary("sexes"):
            simple[name] = (SEX, name)
        elif name in known:
            simple[name] = (AREA, name)
        else:
            others.append(name)
    groups: dict[str, tuple[Category, ...]] = {name: (category,) for name, category in simple.items()}
    crossed = {name: pair for name in others if (pair := _crossed(name, simple))}
    plain = _runs([n for n in others if n not in crossed], bases, total, starts)
    groups |= {name: (category,) for name, category in plain.items()} | crossed
    crossed_plain = {n: p for n in plain if (p := _crossed(n, simple | {k: v for k, v in plain.items() if k != n}))}
    groups |= crossed_plain
    return Partition(groups, _values(groups, made), _families(groups), made)


def _in_any(name: str, names: Sequence[str]) -> bool:
    return any(name in other for other in names)


def _crossed(name: str, simple: Mapping[str, Category]) -> tuple[Category, ...] | None:
    """The categories whose names, one after the other, make up a name."""
    for first in sorted(simple, key=len, reverse=True):
        if not name.startswith(first) or name == first:
            continue
        rest = _BETWEEN.sub("", name[len(first) :])
        for text in (rest, rest[:1].upper() + rest[1:]):
            band = age_band(text)
            tail = ((AGE, band),) if band else (simple[text],) if text in simple else _crossed(text, simple)
            if tail and all(variable != simple[first][0] for variable, _ in tail):
                return (simple[first], *tail)
    return None


def _runs(
    names: Sequence[str], bases: Mapping[str, float], total: float, starts: Collection[str]
) -> dict[str, Category]:
    """Names that are neither ages, sexes nor areas: those before a colon together, the others until all are counted
    or another table begins."""
    result: dict[str, Category] = {}
    number, counted = 0, 0.0
    for name in names:
        before, colon, _ = name.partition(":")
        if colon:
            variable = SEX if before.lower() in vocabulary("sex") else f"of:{before}"
            result[name] = (variable, name)
            continue
        base = bases.get(name, 0.0)
        if result and (counted + base > total or name in starts):
            number, counted = number + 1, 0.0
        result[name] = (f"run{number}", name)
        counted += base
        if counted == total:
            number, counted = number + 1, 0.0
    return result


def _values(
    groups: Mapping[str, tuple[Category, ...]], made: Mapping[str, Sequence[str]]
) -> dict[str, tuple[object, ...]]:
    found: dict[str, dict[object, None]] = {}
    for categories in groups.values():
        for variable, value in categories:
            found.setdefault(variable, {})[value] = None
    if AREA in found:
        found[AREA] |= {piece: None for name, pieces in made.items() if name in found[AREA] for piece in pieces}
    result = {variable: tuple(v for v in values if v not in made) for variable, values in found.items()}
    if AGE in result:
        bands = [band for band in result[AGE] if isinstance(band, tuple)]
        cuts = sorted({band[0] for band in bands} | {band[1] + 1 for band in bands})
        pieces = [(low, high - 1) for low, high in pairwise(cuts)]
        result[AGE] = tuple(p for p in pieces if any(b[0] <= p[0] and p[1] <= b[1] for b in bands))
    return result


def _families(groups: Mapping[str, tuple[Category, ...]]) -> tuple[tuple[str, ...], ...]:
    result: list[tuple[str, ...]] = []
    for categories in groups.values():
        names = tuple(variable for variable, _ in categories)
        apart = [family for family in result if not set(family) & set(names)]
        joined = [v for family in result if set(family) & set(names) for v in family]
        result = [*apart, tuple(dict.fromkeys([*joined, *names]))]
    return tuple(result)
