"""Attack the shares of a wave: every percentage, base and interval of an indicator is an equation.

Weighted percentages are taken as if the share times the base were the count, within the rounding: where weights
differ little within a group that is what a reader has, and where they differ more it makes the attack stronger than
any reader's.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import inf
from typing import Any

from trygghet.audit import values as v
from trygghet.audit.findings import COUNTS, STAFF, Finding, concluded
from trygghet.audit.labels import AGE, AREA, REST, Partition, divide, is_total
from trygghet.audit.published import Table
from trygghet.audit.spans import possible_bases
from trygghet.audit.system import System, UnsolvedError

YES, NO = "yes", "no"
_TOTAL = "total"
_NEAR = 40
"""Characters between a group's name and its number in a footnote, at most."""


@dataclass(frozen=True)
class Row:
    """One group of one indicator as printed.

    Attributes
    ----------
    table, name, column : where it stands.
    share : its percentage, or that it is hidden.
    base : number of answers; None when not printed.
    """

    table: Table
    name: str
    column: str
    share: v.Value
    base: float | None

    @property
    def hidden(self) -> bool:
        return self.share.kind in (v.HIDDEN, v.DASH)

    def finding(self, rule: str, **values: object) -> Finding:
        return Finding(self.table.file, self.table.caption, f"{self.name} / {self.column}", rule, dict(values))


def rows_of(table: Table) -> list[Row]:
    """The groups of a table of shares; none for other tables, or with several shares a row."""
    numbers = range(1, len(table.columns))
    read = [[v.read_value(row[i]) for row in table.rows] for i in range(len(table.columns))]
    bases = [i for i in numbers if v.named(table.columns[i], "bases")]
    spans = [i for i in numbers if i not in bases and v.holds(table.columns[i], "intervals")]
    shares = [i for i in numbers if i not in spans and any(x.kind == v.SHARE for x in read[i])]
    if len(shares) != 1:
        return []
    return [_row(table, number, shares[0], bases[:1], spans[:1]) for number in range(len(table.rows))]


def _row(table: Table, number: int, column: int, bases: Sequence[int], spans: Sequence[int]) -> Row:
    texts = table.rows[number]
    share = v.read_value(texts[column])
    if spans and not share.span:
        share = replace(share, span=v.read_span(texts[spans[0]]))
    base: float | None = v.told_base(texts[column])
    for text in (texts[i] for i in bases):
        found = v.read_value(text)
        base = found.low if found.kind == v.COUNT else base
    if base is None:
        base = _base_elsewhere(table, texts[0], table.columns[column])
    return Row(table, texts[0], table.columns[column], share, base)


def _base_elsewhere(table: Table, name: str, column: str) -> float | None:
    """A base that only a footnote, an alternative text or the text file's own column gives away."""
    for (row, heading), numbers in table.extra:
        if row == name and heading == column and numbers[3]:
            return v.decimal(numbers[3])[0]
    for found in re.finditer(rf"(?<!\w){re.escape(name)}\W{{1,4}}([^.;]{{0,{_NEAR}}})", table.notes):
        if v.holds(found[1], "answers"):
            counts = re.findall(r"(?<![\d,.–(])(\d+)(?=\s+\w)", found[1])
            if counts:
                return float(counts[-1])
    return None


def attack(tables: Sequence[Table], areas: set[str], parts: Mapping[str, Sequence[str]] | None = None) -> list[Finding]:
    """What can be concluded from the tables of shares in one folder, and of areas that are made up of others."""
    found: list[Finding] = []
    for rows in _indicators([rows for table in tables if (rows := rows_of(table))]):
        found += _printed(rows)
        found += _concluded(rows, areas, parts or {})
    return found


def _indicators(tables: Sequence[list[Row]]) -> Iterator[list[Row]]:
    """Tables that show the same indicator of the same answers: alike in all groups they share, and one is printed."""
    apart: list[list[Row]] = []
    for rows in tables:
        same = [other for other in apart if _alike(rows, other)]
        apart = [other for other in apart if not any(other is one for one in same)]
        apart.append([row for one in [*same, rows] for row in one])
    yield from apart


def _alike(rows: Sequence[Row], others: Sequence[Row]) -> bool:
    known = {row.name: row for row in others if not row.hidden}
    pairs = [(row, known[row.name]) for row in rows if row.name in known and not row.hidden]
    agree = all(a.base == b.base and a.share.low < b.share.high and b.share.low < a.share.high for a, b in pairs)
    return bool(pairs) and agree


def _printed(rows: Sequence[Row]) -> Iterator[Finding]:
    """Shares that are printed though they stand for a small count, or for too few answers."""
    for row in rows:
        if row.hidden or row.base is None or row.share.kind != v.SHARE:
            continue
        if row.base < STAFF:
            yield row.finding("thin", n=int(row.base), limit=STAFF)
            continue
        yes = row.share.low * row.base, row.share.high * row.base
        for side, (low, high) in ((YES, yes), (NO, (row.base - yes[1], row.base - yes[0]))):
            if _surely_small(low, high):
                yield row.finding("small_share", side=side, low=_up(low), high=_down(high))


def _surely_small(low: float, high: float) -> bool:
    """Whether a count can be nothing but 1 to 4."""
    return 1 <= _up(low) <= _down(high) < COUNTS


def _up(number: float) -> int:
    return int(-(-(number - 1e-9) // 1))


def _down(number: float) -> int:
    return int((number + 1e-9) // 1)


def _concluded(rows: Sequence[Row], areas: set[str], made: Mapping[str, Sequence[str]]) -> list[Finding]:
    """Solve for every hidden group, with the strongest reading of the tables that does not contradict itself."""
    totals = [row for row in rows if is_total(row.name)]
    total = next((row.base for row in totals if row.base is not None), None)
    groups = list({row.name: None for row in rows if not is_total(row.name)})
    bases = {row.name: row.base for row in rows if row.base is not None}
    parts = divide(groups, bases, inf if total is None else total, areas, _starts(rows), made)
    if not any(row.hidden for row in rows) and not _pieces(rows, parts):
        return []
    for whole, rest in ((True, False), (True, True), (False, False), (False, True)):
        system = _system(rows, parts, whole=whole, rest=rest)
        try:
            if system.possible():
                return [*_solved(rows, parts, system), *_between(rows, parts, system)]
        except UnsolvedError:
            continue
    return []


def _starts(rows: Sequence[Row]) -> set[str]:
    """Names of the groups that begin a table; one that stands in an earlier table too begins nothing."""
    starts, told, table = set(), set(), None
    for row in (r for r in rows if not is_total(r.name)):
        if row.table is not table and row.name not in told:
            starts.add(row.name)
        table = row.table
        told.add(row.name)
    return starts


def _system(rows: Sequence[Row], parts: Partition, *, whole: bool, rest: bool) -> System:
    system = System(whole=whole)
    system.add({(_TOTAL, YES): 1.0, (_TOTAL, NO): 1.0}, 0.0)
    for row in rows:
        if is_total(row.name):
            _publish(system, row, {YES: {(_TOTAL, YES): 1.0}, NO: {(_TOTAL, NO): 1.0}})
        elif row.name in parts.groups:
            _publish(system, row, _members(parts, row.name, rows, rest=rest))
    for family in parts.families:
        for side in (YES, NO):
            everyone: dict[Hashable, float] = {
                (family, atom, side): 1.0 for atom in _atoms(parts, family, rows, rest=rest)
            }
            system.add({**everyone, (_TOTAL, side): -1.0}, 0.0, 0.0)
    return system


def _atoms(parts: Partition, family: tuple[str, ...], rows: Sequence[Row], *, rest: bool) -> Iterator[tuple[Any, ...]]:
    axes = [
        (*parts.values[variable], REST) if rest or _lacking(parts, variable, rows) else parts.values[variable]
        for variable in family
    ]
    return product(*axes)


def _lacking(parts: Partition, variable: str, rows: Sequence[Row]) -> bool:
    """Whether a variable's groups, all of known bases, are fewer than all answers; or it is but one group."""
    total = next((row.base for row in rows if is_total(row.name) and row.base is not None), None)
    own = {name for name, categories in parts.groups.items() if len(categories) == 1 and categories[0][0] == variable}
    bases = {row.name: row.base for row in rows if row.name in own and row.base is not None}
    if len(own) < 2:
        return True
    return total is not None and set(bases) == own and sum(bases.values()) < total


def _members(parts: Partition, name: str, rows: Sequence[Row], *, rest: bool) -> dict[str, dict[Any, Any]]:
    family = _family(parts, name)
    wanted = [parts.within(name, variable) for variable in family]
    chosen = [atom for atom in _atoms(parts, family, rows, rest=rest) if _belongs(atom, wanted)]
    return {side: {(family, atom, side): 1.0 for atom in chosen} for side in (YES, NO)}


def _publish(system: System, row: Row, members: dict[str, dict[Any, Any]]) -> None:
    """Add what is printed of a group."""
    everyone = members[YES] | members[NO]
    low, high = (row.base, row.base) if row.base is not None else (0.0, inf)
    if row.base is None and not row.hidden and row.share.span:
        low, high = possible_bases(row.share)
    system.add(everyone, low, high)
    if not row.hidden and row.share.kind == v.SHARE:
        for end, sign in ((row.share.low, 1.0), (row.share.high, -1.0)):
            parts = dict.fromkeys(members[YES], sign * (1.0 - end))
            parts |= dict.fromkeys(members[NO], -sign * end)
            system.add(parts, -1e-9)


def _solved(rows: Sequence[Row], parts: Partition, system: System) -> Iterator[Finding]:
    seen = {row.name for row in rows if not row.hidden}
    for row in rows:
        if row.name not in seen and row.name in parts.groups:
            seen.add(row.name)
            yield from _of_group(row, _unknowns(system, parts, row.name), system)


def _pieces(rows: Sequence[Row], parts: Partition) -> list[tuple[str, str, object]]:
    """Ages and areas that no row shows by themselves, but that rows with other borders differ by: kind, name, value."""
    shown = {value for categories in parts.groups.values() for _, value in categories}
    ages = [p for p in parts.values.get(AGE, ()) if p not in shown and isinstance(p, tuple)]
    areas = [p for p in parts.values.get(AREA, ()) if p not in shown]
    named = [(AGE, f"{first}\N{EN DASH}{last}", (first, last)) for first, last in ages]
    return [*named, *((AREA, str(piece), piece) for piece in areas)]


def _between(rows: Sequence[Row], parts: Partition, system: System) -> Iterator[Finding]:
    """What can be concluded of people in ages and areas that two tables with other borders differ by."""
    for variable, name, piece in _pieces(rows, parts):
        row = next(row for row in rows if any(kind == variable for kind, _ in parts.groups.get(row.name, ())))
        extended = replace(parts, groups={**parts.groups, name: ((variable, piece),)})
        members = _unknowns(system, extended, name)
        low, high = system.interval(members[YES] | members[NO])
        if high > 0:
            base = low if low == high else None
            yield from _of_group(replace(row, name=name, base=base, share=v.Value(v.HIDDEN)), members, system)


def _of_group(row: Row, members: dict[str, dict[Any, Any]], system: System) -> Iterator[Finding]:
    ends = system.interval(members[YES] | members[NO]) if row.base is None else (row.base, row.base)
    reach = ends[1] if ends[0] == ends[1] else inf  # nobody can think of more than all in a group
    for side in (YES, NO):
        if system.seen(members[side], 0, min(reach, COUNTS)):
            continue
        low, high = system.interval(members[side])
        rule = concluded(low, high, reach=reach)
        if rule:
            yield row.finding(rule, side=side, low=_up(low), high=_told(high))
    if row.base is None and ends[0] > 0 and ends[1] < STAFF:
        yield row.finding("base", low=_up(ends[0]), high=_told(ends[1]))


def _told(high: float) -> object:
    return "∞" if high == inf else _down(high)


def _unknowns(system: System, parts: Partition, name: str) -> dict[str, dict[Any, Any]]:
    """The unknowns of a group in a system that has been set up."""
    family = _family(parts, name)
    wanted = [parts.within(name, variable) for variable in family]
    found: dict[str, dict[Any, Any]] = {YES: {}, NO: {}}
    for key in system.names:
        if isinstance(key, tuple) and len(key) == 3 and key[0] == family and _belongs(key[1], wanted):
            found[key[2]][key] = 1.0
    return found


def _family(parts: Partition, name: str) -> tuple[str, ...]:
    return next(family for family in parts.families if any(variable in family for variable, _ in parts.groups[name]))


def _belongs(atom: Sequence[object], wanted: Sequence[set[object] | None]) -> bool:
    return all(options is None or value in options for value, options in zip(atom, wanted, strict=True))
