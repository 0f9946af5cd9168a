"""Workspaces wherever they are: one at an address is fetched, and of what a build changes only its memory goes back."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from trygghet.addresses import Address, AddressError, Place, holding, place_of, private_folder, reach
from trygghet.checksum import sha256
from trygghet.errors import InputError
from trygghet.partitions import COPIES
from trygghet.report.far.registers import bring
from trygghet.report.store import LOCK
from trygghet.workspace import FILE, Workspace

if TYPE_CHECKING:
    from trygghet.sources.far_register import FarRegister

PRIVATE = COPIES[0]


@dataclass
class _Fetched:
    """A workspace at an address, and its copy here."""

    place: Place
    folder: Path
    before: dict[str, str] = field(default_factory=dict)

    def give_back(self) -> None:
        """Write what has changed of the workspace's memory to the address."""
        now = _memory(self.folder)
        changed = [name for name in sorted(now) if now[name] != self.before.get(name)]
        self.place.put({name: self.folder / name for name in changed})
        self.place.remove(sorted(set(self.before) - set(now)))
        self.before = now


@dataclass
class Workspaces:
    """What a build works on.

    Attributes
    ----------
    folders : of the workspaces in the order they were named; of one at an address the copy.
    """

    folders: list[Path]
    _fetched: dict[Path, _Fetched] = field(default_factory=dict)

    def remember(self, folder: Path) -> None:
        """Write a workspace's memory back, where it came from an address.

        Raises
        ------
        AddressError : it cannot be written.
        """
        if folder in self._fetched:
            self._fetched[folder].give_back()

    def shown(self, text: str) -> str:
        """A text for people, with the addresses in place of the copies."""
        for folder, fetched in self._fetched.items():
            text = text.replace(str(folder), fetched.place.shown)
        return text


@contextmanager
def workspaces(given: Sequence[str]) -> Iterator[Workspaces]:
    """The workspaces at some paths and addresses, with what they read of registers at addresses, for one build.

    The copies are seen by their owner alone and are gone afterwards, also after a failure; what the build
    remembers is written back first.

    Raises
    ------
    HeldError : another build works on a workspace at an address.
    InputError, AddressError : a workspace that is not there, names files outside it, or cannot be reached.
    """
    places = [place_of(text) for text in given]
    opened: dict[str, FarRegister] = {}
    with ExitStack() as stack:
        work = stack.enter_context(private_folder()) if any(isinstance(place, Address) for place in places) else Path()
        found = Workspaces([])
        for number, place in enumerate(places):
            if isinstance(place, Address):
                fetched = _held(reach(place), work / str(number) / place.name, stack)
                found._fetched[fetched.folder] = fetched
                found.folders.append(fetched.folder)
            else:
                found.folders.append(place)
            _bring(found.folders[-1], opened)
        yield found


def _held(place: Place, folder: Path, stack: ExitStack) -> _Fetched:
    """A workspace, held and fetched; at the end its memory is written back, and then it is let go."""
    stack.enter_context(holding(place, f"{PRIVATE}/{LOCK}"))
    fetched = _fetch(place, folder)
    stack.callback(fetched.give_back)
    return fetched


def _fetch(place: Place, folder: Path) -> _Fetched:
    names = [name for name in place.names() if _is_read(name)]
    if FILE not in names:
        raise AddressError.said("address.no_workspace", address=place.shown)
    folder.mkdir(parents=True)
    place.get({name: folder / name for name in names})
    _hold_inside(folder, place.shown)
    return _Fetched(place, folder, _memory(folder))


def _is_read(name: str) -> bool:
    """Whether a build needs a file of a workspace: nothing hidden but its memory."""
    first, *rest = name.split("/")
    if first == PRIVATE:
        return bool(rest) and rest[-1] != LOCK and rest[0] != COPIES[1]
    return not any(part.startswith(".") for part in (first, *rest))


def _memory(folder: Path) -> dict[str, str]:
    """The files of a workspace's memory by name, with their checksums; what was fetched of registers is no part."""
    paths = [path for path in (folder / PRIVATE).rglob("*") if path.is_file()]
    names = {path.relative_to(folder).as_posix(): path for path in paths}
    return {name: sha256(path) for name, path in names.items() if _is_read(name)}


def _hold_inside(folder: Path, shown: str) -> None:
    """Refuse a fetched workspace that names files of this computer's."""
    try:
        ws = Workspace.open(folder)
    except InputError:
        return  # the build tells what is wrong with it
    years = {*ws.years, *(year for source in ws.settings.sources.values() for year in source.waves)}
    for path in (path for year in sorted(years) for path in ws.files(year)):
        if not Path(os.path.normpath(path)).is_relative_to(folder):
            name = os.path.relpath(path, folder).replace(os.sep, "/")
            raise AddressError.said("address.outside", address=shown, file=name)


def _bring(folder: Path, opened: dict[str, FarRegister]) -> None:
    try:
        ws = Workspace.open(folder)
    except InputError:
        return  # the build tells what is wrong with it
    bring(ws, opened)
