"""The process that has the imports done: asked over a socket, it makes fresh kernels by forking itself (Linux).

A kernel so made has the modules, and nothing else, in common with the next: no cell was ever run in the process it
is forked from. It runs nothing but what it is started with, hears nobody but the build that started it, and ends with
it: its kernels are killed by the system when it dies.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import pkgutil
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from typing import Any

import trygghet
from trygghet.report import kernel

OTHERS = (
    "IPython.core.interactiveshell",
    "geopandas",
    "highspy",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "jupyter_client.session",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "openpyxl",
    "pyarrow.csv",
    "pyarrow.parquet",
    "python_calamine",
    "scipy.optimize",
    "scipy.stats",
    "seaborn",
)
NOT_IN_A_REPORT = {
    "audit", "cli", "examples", "exploring", "exploring_panel", "exporting", "forms", "interop", "keyed_box", "lab",
    "notebook_diff", "own_notebooks", "planning_form", "replicate", "report", "scan", "simulate", "starting", "yearly",
}  # fmt: skip
"""Modules of ours that no shipped report uses; a notebook of one's own that does imports them itself."""
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


def modules() -> Iterator[str]:
    """Names of what is imported ahead: what the reports' notebooks use, and what a kernel is made of."""
    yield from OTHERS
    for module in pkgutil.walk_packages(trygghet.__path__, "trygghet."):
        if module.name.split(".")[1] not in NOT_IN_A_REPORT:
            yield module.name


def serve(channel: socket.socket) -> None:
    """Import, then answer requests, one JSON object a line, until the other end is closed."""
    for name in modules():
        with suppress(ImportError):
            import_module(name)
    gc.collect()
    gc.freeze()  # what is there already is never collected: the pages stay shared with the kernels
    children: dict[int, int | None] = {}
    try:
        for line in channel.makefile("r", encoding="utf-8"):
            answer = _answer(json.loads(line), children, channel)
            channel.sendall(json.dumps(answer).encode("utf-8") + b"\n")
    finally:
        for pid in [pid for pid, code in children.items() if code is None]:
            with suppress(OSError):
                os.killpg(pid, signal.SIGKILL)


def _answer(asked: dict[str, Any], children: dict[int, int | None], channel: socket.socket) -> dict[str, Any]:
    if asked["do"] == "start":
        pid = _start(asked["arguments"], asked["cwd"], asked["env"], channel)
        children[pid] = None
        return {"pid": pid}
    pid = asked["pid"]
    if pid in children and children[pid] is None:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            children[pid] = os.waitstatus_to_exitcode(status)
    return {"code": children.get(pid, -signal.SIGKILL)}


def _start(arguments: list[str], cwd: str, env: dict[str, str], channel: socket.socket) -> int:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setsid()
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() == parent:  # else it died before the system was told to kill this one with it
            channel.close()
            os.chdir(cwd)
            os.environ.clear()
            os.environ.update(env)
            kernel.launch(arguments)
    finally:
        os._exit(0)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
