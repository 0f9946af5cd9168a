"""A papermill engine that tells how far a notebook has come."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from papermill.engines import NBClientEngine, papermill_engines

NAME = "trygghet"
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


class LocalKernelManager(AsyncKernelManager):
    """A kernel reached by sockets of the file system where there are such: no port that two kernels could both want
    (papermill's issue 511), and nothing that another user of the machine could listen to."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if os.name == "posix":
            self.transport = "ipc"

    async def start_kernel(self, **kwargs: Any) -> None:  # type: ignore[override]
        """Start it with its own remarks kept off the terminal; what a cell does wrong still comes back as an error."""
        given = environment(kwargs.get("env") or os.environ)
        await super().start_kernel(**kwargs | {"stderr": subprocess.DEVNULL, "env": given})


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """The part of an environment that a kernel is started with."""
    return {name: value for name, value in given.items() if name.upper() in PASSED_ON}


class ReportingEngine(NBClientEngine):
    """papermill's own engine, calling ``on_cell(done, total)`` after each cell."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        on_cell: Callable[[int, int], None] | None = None,
        **kwargs: Any,
    ) -> None:
        """Run the notebook's cells; see papermill's `Engine.execute_managed_notebook`."""
        if on_cell is not None:
            nb_man.cell_complete = _counting(nb_man.cell_complete, on_cell, len(nb_man.nb.cells))
        kwargs["kernel_manager_class"] = LocalKernelManager
        super().execute_managed_notebook(nb_man, kernel_name, **kwargs)


def _counting(complete: Callable[..., None], on_cell: Callable[[int, int], None], total: int) -> Callable[..., None]:
    done = 0

    def counted(*args: Any, **kwargs: Any) -> None:
        nonlocal done
        complete(*args, **kwargs)
        done += 1
        on_cell(done, total)

    return counted


def register() -> None:
    """Make the engine known to papermill under `NAME`."""
    papermill_engines.register(NAME, ReportingEngine)
