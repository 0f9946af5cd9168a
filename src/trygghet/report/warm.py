"""Kernels that start with their imports done: the build's end of `forking`."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from trygghet.errors import TrygghetError

PATIENCE = 120
"""Seconds that the process gets for its imports before ordinary kernels are started instead."""

_FOUND_BY = (  # programs, folders and libraries
    "PATH PATHEXT SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC TEMP TMP TMPDIR HOME USERPROFILE APPDATA LOCALAPPDATA "
    "PROGRAMDATA XDG_DATA_HOME XDG_CACHE_HOME XDG_CONFIG_HOME XDG_RUNTIME_DIR LD_LIBRARY_PATH DYLD_LIBRARY_PATH "
    "VIRTUAL_ENV CONDA_PREFIX PYTHONPATH PYTHONHOME PYTHONHASHSEED PYTHONDONTWRITEBYTECODE PYTHONUTF8 "
    "JUPYTER_PATH JUPYTER_DATA_DIR JUPYTER_RUNTIME_DIR JUPYTER_CONFIG_DIR IPYTHONDIR"
)
_WORKS_BY = (  # language, time, drawing, maps, threads
    "LANG LANGUAGE LC_ALL LC_CTYPE LC_NUMERIC LC_TIME LC_COLLATE LC_MESSAGES TZ SOURCE_DATE_EPOCH MPLBACKEND "
    "MPLCONFIGDIR PROJ_DATA PROJ_LIB GDAL_DATA OMP_NUM_THREADS OPENBLAS_NUM_THREADS MKL_NUM_THREADS"
)
PASSED_ON = frozenset((*_FOUND_BY.split(), *_WORKS_BY.split()))
"""What of the environment a notebook gets to see; passwords and tokens that happen to be there it does not."""

AGG = {"MPLBACKEND": "agg"}
"""Pictures are drawn into files; the choice is made when matplotlib is imported."""


ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""The matrices of a report are small: threads of their own cost more than they give, most where reports are made side
by side, and make the last bits of a sum hang on how many cores a machine has. What the environment says is followed."""


class ColdError(TrygghetError):
    """No warm kernel is to be had; an ordinary one is."""


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """The part of an environment that a kernel is started with; matrices on one thread where it does not say."""
    return ONE_THREAD | {name: value for name, value in given.items() if name.upper() in PASSED_ON}


class WarmKernels:
    """A process with the imports of the reports' notebooks done, which makes each kernel by forking itself.

    It begins to import as soon as it is made, beside whatever else the build does. Only on Linux: elsewhere, and when
    it fails, `start` raises `ColdError`.

    Parameters
    ----------
    env : what the process and so every kernel sees of the environment.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._one_at_a_time = threading.Lock()
        if sys.platform != "linux":
            return
        self._channel, theirs = socket.socketpair()
        self._channel.settimeout(PATIENCE)
        self._lines = self._channel.makefile("rb")
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "trygghet.report.forking", str(theirs.fileno())],
                env=AGG | dict(env),
                cwd=Path(sys.executable).parent,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # an interrupt from the keyboard is the build's to handle
            )

    def __enter__(self) -> WarmKernels:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process and every kernel of it that still runs."""
        if self._process is None:
            return
        self._lines.close()
        self._channel.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def start(self, arguments: Sequence[str], *, cwd: str | Path, env: Mapping[str, str]) -> Forked:
        """A fresh kernel.

        Parameters
        ----------
        arguments : of ipykernel's launcher.
        cwd, env : its working folder and environment.

        Raises
        ------
        ColdError : not on this system, or the process is gone.
        """
        answer = self.ask({"do": "start", "arguments": [*arguments], "cwd": str(cwd), "env": AGG | dict(env)})
        return Forked(self, answer["pid"])

    def ask(self, what: Mapping[str, Any]) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        if self._process is None:
            raise ColdError("no process")
        try:
            with self._one_at_a_time:
                self._channel.sendall(json.dumps(what).encode("utf-8") + b"\n")
                line = self._lines.readline()
        except OSError as error:
            raise ColdError(type(error).__name__) from None
        if not line:
            raise ColdError("the process is gone")
        answer: dict[str, Any] = json.loads(line)
        return answer


class Forked:
    """A kernel's process, with as much of `subprocess.Popen` as jupyter_client uses."""

    stdin = stdout = stderr = None

    def __init__(self, kernels: WarmKernels, pid: int) -> None:
        self.pid = pid
        self._kernels = kernels
        self._code: int | None = None

    def poll(self) -> int | None:
        """Its exit code, None while it runs."""
        if self._code is None:
            try:
                self._code = self._kernels.ask({"do": "poll", "pid": self.pid})["code"]
            except ColdError:
                self._code = -signal.SIGKILL  # it ends with the process it was forked from
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, when it has ended."""
        until = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if until is not None and time.monotonic() > until:
                raise subprocess.TimeoutExpired("kernel", timeout or 0)
            time.sleep(0.02)
        return code

    def send_signal(self, number: int) -> None:
        """Signal it, unless it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)
