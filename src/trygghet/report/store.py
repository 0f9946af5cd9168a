"""Writing what is published: staged, flushed, committed by one rename, then put in place; one build at a time."""

from __future__ import annotations

import json
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from trygghet.addresses.locks import alive
from trygghet.errors import SpokenError, TrygghetError

LOCK, COMMITTED, LEFT = ".lock", ".committed", ".staging-"
JOURNAL = "journal.json"


class BusyError(TrygghetError):
    """Another run holds the place; it is named in the text."""


class DiskError(TrygghetError):
    """The disk refused to write; what was published before is whole.

    Attributes
    ----------
    path : what could not be written, as a path.
    needed : bytes that were to be written; 0 where that is not what was wrong.
    why : the system's own words.
    """

    def __init__(self, error: OSError, path: Path, needed: int = 0) -> None:
        self.path, self.needed = str(error.filename or path), needed
        self.why = error.strerror or type(error).__name__
        super().__init__(f"{self.path}: {self.why}")


def as_json(value: Any) -> bytes:
    """Canonical JSON: sorted keys, two spaces, a newline at the end."""
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode("utf-8")


@contextmanager
def holding(out: Path) -> Iterator[Path]:
    """Hold a reports folder for one build; a folder for work beside it is given and removed afterwards.

    What an earlier run had committed and not yet put in place is put in place first; what it had only staged goes.

    Raises
    ------
    BusyError : a living process holds the folder.
    DiskError : the folder cannot be written.
    """
    with _telling(out):
        out.mkdir(parents=True, exist_ok=True)
        _take(out / LOCK)
    staging = None
    try:
        with _telling(out):
            _clear(out)
            finish(out)
            staging = Path(tempfile.mkdtemp(prefix=LEFT, dir=out))
        yield staging
    finally:
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)
        with suppress(OSError):  # a lock that stays names a process that is gone: the next run takes it over
            (out / LOCK).unlink()


@contextmanager
def _telling(path: Path, needed: int = 0) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DiskError(error, path, needed) from error


def holder(out: Path) -> str:
    """Process and machine that hold a folder now; empty when nobody does."""
    found = _holder(out / LOCK)
    return " ".join(found) if alive(found) else ""


def _holder(lock: Path) -> list[str]:
    with suppress(FileNotFoundError, UnicodeDecodeError):
        return lock.read_text(encoding="utf-8").split()
    return []


def _take(lock: Path) -> None:
    for _ in range(3):
        try:
            handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
        except FileExistsError:
            found = _holder(lock)
            if not found:  # made this moment and not yet written, or left by a crash just there
                time.sleep(0.2)
                found = _holder(lock)
            if alive(found):
                raise BusyError(" ".join(found)) from None
            _drop(lock, found)
            continue
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(f"{os.getpid()} {socket.gethostname()}")
        return
    raise BusyError("?")


def _drop(lock: Path, found: list[str]) -> None:
    """Take a dead run's lock away, unless another run has taken it over meanwhile."""
    aside = lock.with_name(f"{LOCK}-{os.getpid()}")
    with suppress(FileNotFoundError):
        os.replace(lock, aside)
        if _holder(aside) != found:
            os.replace(aside, lock)
        else:
            aside.unlink()


def _clear(out: Path) -> None:
    """Remove what a run that was cut off had only staged, and its locks."""
    for left in out.glob(f"{LEFT}*"):
        shutil.rmtree(left, ignore_errors=True)
    for left in out.glob(f"{LOCK}-*"):
        left.unlink(missing_ok=True)


def publish(out: Path, staging: Path, files: Mapping[str, bytes], *, gone: Iterable[str] = ()) -> None:
    """Put a set of files in place as one: after a crash, a full disk or kill −9 either all of it is there or none.

    Everything is written and flushed beside its place with a journal, and committed by one rename. From then on it
    is published: what is cut off while the files are moved into place is finished by the next run, or by `finish`.

    Parameters
    ----------
    files : place under `out` (forward slashes) to bytes; moved in this order.
    gone : places to empty.

    Raises
    ------
    SpokenError : a place outside the folder.
    DiskError : the disk is full, or refuses otherwise.
    """
    places, gone = list(files), [place for place in gone if place not in files]
    for place in [*places, *gone]:
        _inside(out, place)
    with _telling(out, sum(map(len, files.values()))):
        finish(out)
        ready = Path(tempfile.mkdtemp(prefix="ready-", dir=staging))
        for number, content in enumerate(files.values()):
            _write(ready / str(number), content)
        _write(ready / JOURNAL, as_json({"files": places, "gone": gone}))
        _sync(ready)
        os.replace(ready, out / COMMITTED)
        _sync(out)
        finish(out)


def pending(out: Path) -> bool:
    """Whether a committed publication waits to be put in place."""
    return (out / COMMITTED / JOURNAL).is_file()


def finish(out: Path) -> bool:
    """Put in place what was committed and cut off; True when there was something. Twice is the same as once."""
    ready = out / COMMITTED
    waiting = pending(out)
    if waiting:
        journal = json.loads((ready / JOURNAL).read_bytes())
        folders = set()
        for number, place in enumerate(journal["files"]):
            target = _inside(out, place)
            folders.add(target.parent)
            if (ready / str(number)).is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(ready / str(number), target)
        for place in journal["gone"]:
            _inside(out, place).unlink(missing_ok=True)
        for folder in sorted(folders):
            _sync(folder)
        (ready / JOURNAL).unlink()
    if ready.is_dir():
        shutil.rmtree(ready, ignore_errors=True)
    return waiting


def _inside(out: Path, place: str) -> Path:
    """A place as a path; refused when it leads out of the folder, by dots or by a link."""
    target = out / place
    root = out.resolve()
    if not target.resolve().is_relative_to(root) or target.resolve() == root:
        raise SpokenError.said("page.outside", place=place)
    return target


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(folder: Path) -> None:
    """Flush a folder's names to the disk, where the system lets a folder be opened (not on Windows)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
