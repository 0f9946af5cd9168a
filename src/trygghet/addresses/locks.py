"""One run at a time at an address, as far as its file system can tell who came first."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from trygghet.addresses.named import AddressError
from trygghet.addresses.places import Place

LOCK = ".lock"
_TRIES = 3


class HeldError(AddressError):
    """Another run holds the place."""


def alive(found: list[str]) -> bool:
    """Whether a lock's holder, as process and machine, still runs; one on another machine is taken to."""
    if len(found) != 2 or not found[0].isdigit():
        return False
    if found[1] != socket.gethostname():
        return True
    return bool(psutil.pid_exists(int(found[0])))


@contextmanager
def holding(place: Place, name: str = LOCK) -> Iterator[None]:
    """Hold a folder at an address for one run.

    Where the store writes a file only if it is not there, two runs cannot both hold it; elsewhere two that begin in
    the same moment can, though the one that wrote first mostly sees that the lock is not its own. A run of this
    machine that is gone loses its lock; that of another machine has to be taken away by hand.

    Raises
    ------
    HeldError : a run that lives, or may live, holds the folder.
    AddressError : the folder cannot be read or written.
    """
    mine = f"{os.getpid()} {socket.gethostname()}"
    _take(place, name, mine)
    try:
        yield
    finally:
        with suppress(AddressError):  # the next run of this machine takes over a lock that stays
            if _read(place, name) == mine:
                place.remove([name])


def _take(place: Place, name: str, mine: str) -> None:
    found = ""
    for _ in range(_TRIES):
        if found := _read(place, name):
            if alive(found.split()):
                break
            place.remove([name])
        if place.create(name, mine.encode()) and _read(place, name) == mine:
            return
    lock = f"{place.shown.rstrip('/')}/{name}"
    raise HeldError.said("address.held", address=place.shown, holder=_plain(found), lock=lock)


def _plain(found: str) -> str:
    """Who holds it, as it may be shown: a file that is no lock says nothing."""
    return found if found.isprintable() and 0 < len(found) < 100 else "?"


def _read(place: Place, name: str) -> str:
    try:
        return place.read(name).decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
