"""A folder for work on what was fetched: its owner's alone, and gone afterwards, as far as that can be promised."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import psutil

TERMINATED = 128 + signal.SIGTERM


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder for work that only its owner can see; it goes at the end, after a failure and when the run is asked to
    end (SIGTERM).

    What a run of this computer left that was killed outright goes, too.
    """
    _sweep()
    with _ending_in_order():
        folder = Path(tempfile.mkdtemp(prefix=f"{_start()}{os.getpid()}-")).resolve()  # mkdtemp makes it 0700
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _start() -> str:
    return f"trygghet-far-{re.sub(r'[^A-Za-z0-9]', '_', socket.gethostname())}-"


def _sweep() -> None:
    """Remove the folders of this user's runs on this computer that are no more."""
    for left in Path(tempfile.gettempdir()).glob(f"{_start()}*"):
        pid = left.name.removeprefix(_start()).partition("-")[0]
        ours = not hasattr(os, "getuid") or left.lstat().st_uid == os.getuid()
        if pid.isdigit() and ours and not left.is_symlink() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """Let a request to end unwind the program, which by itself stops where it is; only where nobody hears it yet."""
    alone = threading.current_thread() is threading.main_thread()
    if not alone or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return

    def end(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(TERMINATED)

    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
