"""A disk that refuses, or a machine that stops, at the k-th thing that is done to it."""

from __future__ import annotations

import builtins
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EIO, ENOSPC
from pathlib import Path
from typing import Any

OPERATIONS = ("mkdir", "replace", "rename", "unlink", "remove", "rmdir", "fsync", "link", "open")
WRITES = frozenset("wax+")


class Disk:
    """Counts what is done below some folders and, at the k-th, does `then` instead.

    Reading is not counted: what can be lost is what is written, renamed, removed and flushed.
    """

    def __init__(self, folders: list[Path], *, at: int = 0, then: Callable[[], None] = lambda: None) -> None:
        self.folders, self.at, self.then = [str(folder) for folder in folders], at, then
        self.done: list[str] = []
        self.handles: set[int] = set()

    def here(self, path: Any) -> bool:
        """Whether a path lies below the folders; a name relative to an open folder (rmtree) is taken to."""
        if isinstance(path, int):
            return path in self.handles
        name = os.fspath(path)
        return not os.path.isabs(name) or any(name.startswith(folder) for folder in self.folders)

    def step(self, what: str) -> None:
        """Count one operation, and stop or refuse at the chosen one."""
        self.done.append(what)
        if len(self.done) == self.at:
            self.then()


class _File:
    """An open file whose writes are operations too."""

    def __init__(self, file: Any, disk: Disk) -> None:
        self._file, self._disk = file, disk
        disk.handles.add(file.fileno())

    def write(self, content: Any) -> int:
        self._disk.step("write")
        return self._file.write(content)

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._file)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def refuse(number: int) -> Callable[[], None]:
    """An error of the disk: `ENOSPC` or `EIO`."""

    def raising() -> None:
        raise OSError(number, os.strerror(number))

    return raising


def stop() -> None:
    """The machine is switched off: nothing is tidied, nothing is flushed."""
    os._exit(9)


FULL, BROKEN = refuse(ENOSPC), refuse(EIO)


@contextmanager
def watched(disk: Disk) -> Iterator[Disk]:
    """Let a disk see what Python does to files while the block runs."""
    kept = {name: getattr(os, name) for name in OPERATIONS}
    opened = io.open

    def counted(name: str) -> Callable[..., Any]:
        def operation(path: Any, *args: Any, **kwargs: Any) -> Any:
            writes = name != "open" or bool(args and args[0] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
            if writes and (name == "fsync" or disk.here(path)):
                disk.step(name)
            result = kept[name](path, *args, **kwargs)
            if name == "open" and writes:
                disk.handles.add(result)
            return result

        return operation

    def opening(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        counts = bool(WRITES & set(mode)) and disk.here(file)
        if counts and not isinstance(file, int):
            disk.step("open")
        result = opened(file, mode, *args, **kwargs)
        return _File(result, disk) if counts else result

    for name in OPERATIONS:
        setattr(os, name, counted(name))
    io.open = builtins.open = opening  # type: ignore[assignment]
    try:
        yield disk
    finally:
        for name in OPERATIONS:
            setattr(os, name, kept[name])
        io.open = builtins.open = opened
