"""What an analyst has changed in a notebook against the shipped one: sources of cells, never outputs or metadata."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from trygghet.errors import Fault, InputError
from trygghet.resources import shipped

if TYPE_CHECKING:
    from nbformat import NotebookNode

ALIKE = 0.4
"""From so much in common, 0 to 1, two cells in the same place are one that was changed."""
AROUND = 2
"""Lines shown on either side of a change."""
TAG, INJECTED = "parameters", "injected-parameters"
_NAME = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Change:
    """A cell that was added, removed or changed.

    Attributes
    ----------
    before, after : its number in the shipped and in the own notebook, from 1; 0 where it is not.
    cell : kind of cell, ``code``, ``markdown`` or ``raw``.
    lines : what changed, each line with ``+``, ``-``, a space or ``@`` first.
    """

    kind: Literal["added", "removed", "changed"]
    before: int
    after: int
    cell: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """All that differs between two notebooks.

    Attributes
    ----------
    parameters : name, shipped value and own value of each parameter set to something else, as Python writes them.
    """

    cells: tuple[Change, ...] = ()
    parameters: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class _Cell:
    number: int
    kind: str
    source: str

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.source


def base_of(file: Path, against: str | None = None) -> Path:
    """The shipped notebook that a file began as, by its name: ``lagesbild-Copy1.ipynb`` was ``lagesbild``.

    Raises
    ------
    InputError : there is no such shipped notebook.
    """
    name = against or "".join(_NAME.findall(file.stem)[:1])
    folder = shipped("notebooks")
    known = sorted(path.stem for path in folder.glob("*.ipynb"))
    if name not in known:
        raise InputError(Fault(file.name, 0, "", "W45-NOTHING-TO-COMPARE", {"known": ", ".join(known)}))
    return folder / f"{name}.ipynb"


def compare(file: Path, against: Path) -> Difference:
    """What differs between a notebook and the one it began as.

    Raises
    ------
    InputError : T01 no file, W43 no notebook.
    """
    return difference(_read(against), _read(file))


def _read(file: Path) -> NotebookNode:
    import nbformat

    if not file.is_file():
        raise InputError(Fault(str(file), 0, "", "T01-NO-FILE"))
    try:
        notebook: NotebookNode = nbformat.read(file, as_version=4)
        nbformat.validate(notebook)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, nbformat.ValidationError):
        raise InputError(Fault(file.name, 0, "", "W43-NOT-A-NOTEBOOK")) from None
    return notebook


def difference(before: NotebookNode, after: NotebookNode) -> Difference:
    """What differs between two notebooks, in the order of the second; cells that are empty or injected do not count."""
    old, new = _cells(before), _cells(after)
    first, second = _tagged(before), _tagged(after)
    parameters: tuple[tuple[str, str, str], ...] = ()
    if first and second and (changed := _parameters(first, second)) is not None:
        parameters = changed
        old, new = [_without(cells, source) for cells, source in ((old, first), (new, second))]
    return Difference(tuple(_changes(old, new)), parameters)


def _without(cells: Sequence[_Cell], source: str) -> list[_Cell]:
    """The cells with the text of the one of parameters left out, so that it is the same on both sides."""
    return [_Cell(cell.number, cell.kind, TAG) if cell.source == source else cell for cell in cells]


def _cells(notebook: NotebookNode) -> list[_Cell]:
    numbered = enumerate(notebook.cells, start=1)
    return [
        _Cell(number, cell.cell_type, cell.source.rstrip())
        for number, cell in numbered
        if cell.source.strip() and INJECTED not in cell.metadata.get("tags", [])
    ]


def _tagged(notebook: NotebookNode) -> str:
    tagged = [cell.source for cell in notebook.cells if TAG in cell.metadata.get("tags", [])]
    return str(tagged[0]).rstrip() if tagged else ""


def _parameters(before: str, after: str) -> tuple[tuple[str, str, str], ...] | None:
    """Values that differ; None when the cells declare different things, or more than values."""
    old, new = _declared(before), _declared(after)
    if old is None or new is None or old.keys() != new.keys():
        return None
    return tuple((name.split(":")[0], old[name], new[name]) for name in old if old[name] != new[name])


def _declared(source: str) -> dict[str, str] | None:
    """Each declared ``name: type`` with its value as written; None for a cell with anything else in it."""
    try:
        lines = ast.parse(source).body
    except SyntaxError:
        return None
    found = {}
    for line in lines:
        if not (isinstance(line, ast.AnnAssign) and isinstance(line.value, ast.Constant)):
            return None
        found[f"{ast.unparse(line.target)}: {ast.unparse(line.annotation)}"] = ast.unparse(line.value)
    return found


def _changes(old: Sequence[_Cell], new: Sequence[_Cell]) -> Iterator[Change]:
    matcher = difflib.SequenceMatcher(None, [cell.key for cell in old], [cell.key for cell in new], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            yield from _replaced(old[a:b], new[c:d])


def _replaced(old: Sequence[_Cell], new: Sequence[_Cell]) -> Iterator[Change]:
    """Cells that took the place of others: those alike are the same cell, changed."""
    left = list(old)
    for cell in new:
        twin = next((one for one in left if one.kind == cell.kind and _alike(one, cell)), None)
        if twin is None:
            yield Change("added", 0, cell.number, cell.kind, _marked("+", cell))
            continue
        place = left.index(twin)
        yield from (Change("removed", one.number, 0, one.kind, _marked("-", one)) for one in left[:place])
        left = left[place + 1 :]
        yield Change("changed", twin.number, cell.number, cell.kind, _unified(twin, cell))
    yield from (Change("removed", one.number, 0, one.kind, _marked("-", one)) for one in left)


def _alike(one: _Cell, other: _Cell) -> bool:
    return difflib.SequenceMatcher(None, one.source, other.source, autojunk=False).ratio() >= ALIKE


def _marked(sign: str, cell: _Cell) -> tuple[str, ...]:
    return tuple(f"{sign}{line}" for line in cell.source.splitlines())


def _unified(one: _Cell, other: _Cell) -> tuple[str, ...]:
    lines = difflib.unified_diff(one.source.splitlines(), other.source.splitlines(), lineterm="", n=AROUND)
    return tuple(lines)[2:]
