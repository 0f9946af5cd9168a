"""Attack counts by area and kind: sums of rows, of columns and of linked tables are equations."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from trygghet.audit import values as v
from trygghet.audit.findings import COUNTS, Finding, concluded
from trygghet.audit.labels import is_total
from trygghet.audit.published import Table
from trygghet.audit.system import System, UnsolvedError

ALL = ""
Cell = tuple[str, str]


@dataclass(frozen=True)
class Grid:
    """The counts of a table.

    Attributes
    ----------
    table : where they stand.
    cells : (row, column) to the value; totals are named ``""``.
    by_area : whether the rows or the columns are areas or groups of people, so that a small count tells of someone.
    """

    table: Table
    cells: Mapping[Cell, v.Value]
    by_area: bool

    @property
    def axes(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return tuple(tuple(dict.fromkeys(cell[axis] for cell in self.cells)) for axis in (0, 1))  # type: ignore[return-value]


def grid_of(table: Table, areas: set[str]) -> Grid | None:
    """The counts of a table; None where it holds none."""
    wanted = [i for i in range(1, len(table.columns)) if _counts(table, i)]
    if not wanted or len({row[0] for row in table.rows}) < len(table.rows):
        return None
    totals = any(is_total(table.columns[i]) for i in wanted)
    crossed = [i for i in wanted if totals or v.named(table.columns[i], "counts") or _all_counts(table, wanted)]
    names = {row[0] for row in table.rows} | {table.columns[i] for i in crossed}
    by_area = v.named(table.columns[0], "areas") or bool(names & areas)
    cells = {
        (ALL if is_total(row[0]) else row[0], ALL if is_total(table.columns[i]) else table.columns[i]): v.read_value(
            row[i]
        )
        for row in table.rows
        for i in crossed
    }
    return Grid(table, cells, by_area) if cells else None


def _all_counts(table: Table, wanted: Sequence[int]) -> bool:
    return len(wanted) == len(table.columns) - 1 and len(wanted) > 1


def _counts(table: Table, column: int) -> bool:
    """Whether a column holds counts, hidden ones and dashes among them, and is not one of answers, years or places."""
    heading = table.columns[column]
    if any(v.named(heading, kind) for kind in ("bases", "not_counts")):
        return False
    kinds = {v.read_value(row[column]).kind for row in table.rows}
    return bool(kinds & {v.COUNT, v.HIDDEN}) and kinds <= {v.COUNT, v.HIDDEN, v.DASH}


def attack(tables: Sequence[Table], areas: set[str]) -> list[Finding]:
    """What can be concluded from the tables of counts in one folder."""
    grids = [grid for table in tables if (grid := grid_of(table, areas)) is not None]
    found = [finding for grid in grids for finding in _printed(grid)]
    for linked in _linked(grids):
        if any(_hidden(value) for grid in linked for value in grid.cells.values()):
            found += _concluded(linked)
    return found


def _hidden(value: v.Value) -> bool:
    return value.kind == v.HIDDEN


def _finding(grid: Grid, cell: Cell, rule: str, **values: object) -> Finding:
    place = " / ".join(name or "*" for name in cell)
    return Finding(grid.table.file, grid.table.caption, place, rule, dict(values))


def _printed(grid: Grid) -> Iterator[Finding]:
    if not grid.by_area:
        return
    for cell, value in grid.cells.items():
        of_area = len(grid.axes[1]) > 1 or v.named(cell[1], "counts") or not cell[1]
        if value.kind == v.COUNT and 0 < value.low < COUNTS and cell != (ALL, ALL) and of_area and cell[0]:
            yield _finding(grid, cell, "printed", n=int(value.low), limit=COUNTS)


def _linked(grids: Sequence[Grid]) -> list[list[Grid]]:
    """Tables of the same counts: alike wherever both print one, in at least two cells."""
    apart: list[list[Grid]] = []
    for grid in grids:
        same = [others for others in apart if any(_alike(grid, other) for other in others)]
        apart = [others for others in apart if not any(others is one for one in same)]
        apart.append([other for others in same for other in others] + [grid])
    return apart


def _alike(one: Grid, other: Grid) -> bool:
    both = [
        (value.low, other.cells[cell].low)
        for cell, value in one.cells.items()
        if value.kind == v.COUNT and cell in other.cells and other.cells[cell].kind == v.COUNT
    ]
    return len(both) >= 2 and all(a == b for a, b in both)


def system_of(grids: Sequence[Grid]) -> System:
    """What linked tables print, as equations over their counts."""
    system = System()
    for grid in grids:
        for cell, value in grid.cells.items():
            printed = value.kind == v.COUNT
            system.add({cell: 1.0}, value.low if printed else 0.0, value.high if printed else inf)
        for sums in _sums(grid):
            system.add(sums, 0.0, 0.0)
    return system


def _concluded(grids: Sequence[Grid]) -> list[Finding]:
    system = system_of(grids)
    try:
        if not system.possible():
            return []
        return [finding for grid in grids for finding in _solved(grid, grids, system)]
    except UnsolvedError:
        return []


def _sums(grid: Grid) -> Iterator[dict[Hashable, float]]:
    """Rows and columns with their totals, where no line that is printed whole contradicts that they add up."""
    for axis in (0, 1):
        lines, names = grid.axes[axis], [name for name in grid.axes[1 - axis] if name]
        cells = [([_at(axis, line, name) for name in names], _at(axis, line, ALL)) for line in lines]
        cells = [(parts, whole) for parts, whole in cells if whole in grid.cells and len(parts) > 1]
        whole_lines = [
            (parts, whole)
            for parts, whole in cells
            if all(grid.cells[cell].kind == v.COUNT for cell in [*parts, whole])
        ]
        if all(sum(grid.cells[cell].low for cell in parts) == grid.cells[whole].low for parts, whole in whole_lines):
            for parts, whole in cells:
                sums: dict[Hashable, float] = {**dict.fromkeys(parts, 1.0), whole: -1.0}
                yield sums


def _at(axis: int, line: str, name: str) -> Cell:
    return (line, name) if axis == 0 else (name, line)


def _solved(grid: Grid, grids: Sequence[Grid], system: System) -> Iterator[Finding]:
    for cell, value in grid.cells.items():
        if not _hidden(value):
            continue
        elsewhere = [g for g in grids if cell in g.cells and g.cells[cell].kind == v.COUNT]
        if elsewhere:
            n = int(elsewhere[0].cells[cell].low)
            yield _finding(grid, cell, "elsewhere", n=n, file=elsewhere[0].table.file, other=elsewhere[0].table.caption)
            continue
        reach = _reach(cell, grids)
        if system.seen({cell: 1.0}, 0, reach):
            continue
        low, high = system.interval({cell: 1.0})
        rule = concluded(low, high, reach=reach)
        if rule:
            yield _finding(grid, cell, f"{rule}_count", low=int(low), high="∞" if high == inf else int(high))


def _reach(cell: Cell, grids: Sequence[Grid]) -> float:
    """How far a reader could think anyway: to the smallest printed total that the count is part of."""
    wholes = [(cell[0], ALL), (ALL, cell[1]), (ALL, ALL)]
    printed = [
        g.cells[w].low for g in grids for w in wholes if w != cell and w in g.cells and g.cells[w].kind == v.COUNT
    ]
    return min([float(COUNTS), *printed])
