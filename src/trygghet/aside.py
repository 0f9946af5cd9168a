"""Charts drawn by a process of their own beside a build's notebook, where the machine has a core to spare.

Drawing takes two fifths of a report's time, and nothing in the notebook waits for it. The kernel forks itself, the
child draws, and a mark stands in for the drawing until the build puts it in. Whatever befalls the child, the build
notices that its drawing is not there and runs the notebook again without this.
"""

from __future__ import annotations

import gc
import json
import os
import re
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = ".drawing"
"""Folder that a build makes where a notebook runs, when it wants charts drawn so."""
VARIABLE = "TRYGGHET_DRAW_ASIDE"
"""In the environment of such a kernel: the path of that folder."""
MOST = 6
"""Processes at once: what is drawn late is drawn while the page's other parts are made."""
PATIENCE = 60
"""Seconds that drawings get after the notebook has run."""
_MARK = re.compile(r"drawing:(\d+)\.json:(\w+)")


class MissingError(Exception):
    """A drawing that its process did not make; the notebook can be run again without such processes."""


class Aside:
    """Processes that draw into `folder`; with `MOST` of them at work the kernel draws itself."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._count = folder, 0
        self._busy: list[int] = []

    def draw(self, make: Callable[[], Mapping[str, str]], names: tuple[str, ...]) -> Mapping[str, str]:
        """What `make` gives, or a mark for each of `names` that `fill` puts the drawing in place of."""
        self._busy = [pid for pid in self._busy if os.waitpid(pid, os.WNOHANG)[0] == 0]
        self._count += 1
        # The first is drawn here, so that every child finds the fonts read.
        if self._count == 1 or len(self._busy) >= MOST:
            return make()
        place = self._folder / f"{self._count}.json"
        import fcntl  # not everywhere; nor is a kernel asked for this everywhere

        handle = os.open(place, os.O_CREAT | os.O_WRONLY, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)  # goes over to the child, and ends with it however it ends
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the kernel's threads: see this module's text
            child = os.fork()
        if child == 0:
            _be_child(make, handle)
        self._busy.append(child)
        os.close(handle)
        return {name: f"drawing:{place.name}:{name}" for name in names}


def _be_child(make: Callable[[], Mapping[str, str]], handle: int) -> None:
    try:
        gc.disable()  # going through what is shared would make a copy of it
        os.nice(10)  # the notebook goes first
        os.setsid()  # not ended with the kernel, which may have run its last cell
        os.write(handle, json.dumps(dict(make())).encode("utf-8"))
    finally:
        os._exit(0)  # nothing of the kernel's own is closed or said by its copy


@lru_cache(maxsize=1)
def aside() -> Aside | None:
    """Where this process has its charts drawn; None where it draws them itself."""
    folder = os.environ.get(VARIABLE)
    return Aside(Path(folder)) if folder else None


def fill(outputs: Any, folder: Path, *, otherwise: str = "") -> None:
    """Put drawings in place of their marks, in a notebook's content.

    Parameters
    ----------
    outputs : JSON of any depth, changed in place.
    folder : where they were drawn.
    otherwise : stands for a drawing that was not made; without it that is an error.

    Raises
    ------
    MissingError : one of them was not made.
    """
    until = time.monotonic() + PATIENCE
    for holder, key, mark in _marks(outputs):
        number, part = mark.groups()
        try:
            holder[key] = _drawing(folder / f"{number}.json", until)[part]
        except MissingError:
            if not otherwise:
                raise
            holder[key] = otherwise


def _marks(content: Any) -> Iterator[tuple[Any, str, re.Match[str]]]:
    """Where drawings go: the fields of figures, and no other text that may look so."""
    if isinstance(content, list):
        for item in content:
            yield from _marks(item)
    elif isinstance(content, dict):
        for key, value in [*content.items()]:
            if key in ("svg_wide", "svg_narrow") and (mark := _MARK.fullmatch(value)):
                yield content, key, mark
            else:
                yield from _marks(value)


def _drawing(place: Path, until: float) -> Mapping[str, str]:
    try:
        with place.open("rb") as stream:
            while not _ended(stream.fileno()):
                if time.monotonic() > until:
                    raise MissingError(place.name)
                time.sleep(0.005)
            drawn: Mapping[str, str] = json.loads(stream.read())
            return drawn
    except (OSError, ValueError):
        raise MissingError(place.name) from None


def _ended(handle: int) -> bool:
    """Whether the process that draws into an open file has ended."""
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
