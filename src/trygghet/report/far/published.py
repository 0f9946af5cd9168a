"""A reports folder wherever it is: one at an address is worked on in a copy, and what became new is published there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from trygghet.addresses import Address, AddressError, Place, holding, place_of, private_folder, reach
from trygghet.checksum import sha256
from trygghet.report.catalogue import MANIFEST, VERSION
from trygghet.report.far.store import finish, pending, publish


@dataclass
class Reports:
    """A reports folder to build into.

    Attributes
    ----------
    local : the folder, or the copy of one at an address.
    shown : where the reports are, for messages.
    """

    local: Path
    shown: str
    place: Place | None = None
    before: dict[str, str] | None = None

    def path(self, name: str, *, full: bool = False) -> str:
        """Where a page is, for messages; on this computer as the folder was named, or in full."""
        if self.place is not None:
            return f"{self.shown.rstrip('/')}/{name}"
        return str((self.local / name).resolve() if full else self.local / name)

    def publish(self) -> None:
        """Put what has changed in the copy in place at the address as one: manifests last, then what is gone.

        Of a folder on this computer nothing is left to do.

        Raises
        ------
        AddressError : it could not be written: what was published is whole, or is finished by the next run.
        """
        if self.place is None:
            return
        before, now = self.before or {}, _digests(self.local)
        changed = sorted((name for name in now if now[name] != before.get(name)), key=_manifests_last)
        gone = sorted(set(before) - set(now))
        if changed or gone:
            publish(self.place, {name: self.local / name for name in changed}, gone=gone)
        self.before = now


def target(out: str) -> Path | Place:
    """Where reports are to be: a folder of this computer, or a place at an address.

    Raises
    ------
    AddressError : an address that is not taken, or whose packages are not installed.
    """
    found = place_of(out)
    return reach(found) if isinstance(found, Address) else found


@contextmanager
def reports(out: Path | Place) -> Iterator[Reports]:
    """A reports folder for one build. At an address it is held meanwhile, and what an earlier run had committed there
    and not put in place is put in place first.

    Fetched is everything but the pages of earlier versions, which no build reads.

    Raises
    ------
    HeldError : another run holds the address.
    AddressError : it cannot be read or written.
    """
    if isinstance(out, Path):
        yield Reports(out, str(out))
        return
    with holding(out), private_folder() as work:
        finish(out)
        local = work / "reports"
        local.mkdir()
        out.get({name: local / name for name in out.names() if _is_read(name)})
        yield Reports(local, out.shown, out, _digests(local))


@contextmanager
def copied(out: str, *, finished: bool = False) -> Iterator[tuple[Path, str]]:
    """A reports folder to look at, all of it, and where it is, for messages.

    Parameters
    ----------
    finished : finish first what a run had committed at the address, unless a run holds it or it cannot be written.

    Raises
    ------
    AddressError : as `target`, and when it cannot be read.
    """
    found = target(out)
    if isinstance(found, Path):
        yield found, str(found)
        return
    if finished and pending(found):
        with suppress(AddressError), holding(found):
            finish(found)
    with private_folder() as work:
        local = work / "reports"
        local.mkdir()
        found.get({name: local / name for name in found.names()})
        yield local, found.shown


def _is_read(name: str) -> bool:
    """Whether a build reads a file: not what is hidden or lies deeper than it writes, nor pages of earlier versions."""
    first, *rest = name.split("/")
    version = len(rest) > 1 and rest[0].count(".") > 1
    return not first.startswith(".") and len(rest) < 3 and (not version or rest[-1] == VERSION)


def _digests(folder: Path) -> dict[str, str]:
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    named = {path.relative_to(folder).as_posix(): path for path in paths}
    return {name: sha256(path) for name, path in named.items() if not name.startswith(".")}


def _manifests_last(name: str) -> tuple[int, str]:
    """Pages and tables first; then what each year and version promises; then what all of it does."""
    return (2 if name == MANIFEST else 1 if Path(name).name in (MANIFEST, VERSION) else 0, name)
