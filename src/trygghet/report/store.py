"""Writing what is published: staged beside its place, flushed, swapped in whole; one build at a time."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from trygghet.errors import TrygghetError

LOCK = ".lock"


class BusyError(TrygghetError):
    """Another run holds the place; it is named in the text."""


def sha256(path: Path) -> str:
    """Hex digest of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def as_json(value: Any) -> bytes:
    """Canonical JSON: sorted keys, two spaces, a newline at the end."""
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode("utf-8")


@contextmanager
def holding(out: Path) -> Iterator[Path]:
    """Hold a reports folder for one build; a folder for work beside it is given and removed afterwards.

    Raises
    ------
    BusyError : a living process holds the folder.
    """
    out.mkdir(parents=True, exist_ok=True)
    lock = out / LOCK
    _take(lock)
    staging = Path(tempfile.mkdtemp(prefix=".staging-", dir=out))
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        with suppress(FileNotFoundError):
            lock.unlink()


def _take(lock: Path) -> None:
    for _ in range(2):
        try:
            handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
        except FileExistsError:
            holder = lock.read_text(encoding="utf-8").split()
            if _alive(holder):
                raise BusyError(" ".join(holder)) from None
            with suppress(FileNotFoundError):
                lock.unlink()
            _clear(lock.parent)
            continue
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(f"{os.getpid()} {socket.gethostname()}")
        return
    raise BusyError("?")


def _alive(holder: list[str]) -> bool:
    """Whether the lock's holder still runs; one on another host is taken to."""
    if len(holder) != 2 or not holder[0].isdigit():
        return False
    if holder[1] != socket.gethostname():
        return True
    return psutil.pid_exists(int(holder[0]))


def _clear(out: Path) -> None:
    for left in out.glob(".staging-*"):
        shutil.rmtree(left, ignore_errors=True)


def publish(out: Path, staging: Path, files: Mapping[str, bytes]) -> None:
    """Put a set of files in place, the last one of the mapping as the commit mark.

    All are written and flushed beside their places first, so that a full disk or a crash leaves the
    former files whole.

    Parameters
    ----------
    files : place under `out` (forward slashes) to bytes.
    """
    pairs = []
    for number, (place, content) in enumerate(files.items()):
        target = out / place
        if not target.resolve().is_relative_to(out.resolve()):
            raise TrygghetError(f"{place}: outside the reports folder")
        staged = staging / f"{number}"
        with staged.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        pairs.append((staged, target))
    for staged, target in pairs:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(staged, target)
