"""A papermill engine that tells how far a notebook has come."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from papermill.engines import NBClientEngine, papermill_engines

NAME = "trygghet"


class LocalKernelManager(AsyncKernelManager):
    """A kernel reached by sockets of the file system where there are such: no port that two kernels could both want
    (papermill's issue 511), and nothing that another user of the machine could listen to."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if os.name == "posix":
            self.transport = "ipc"

    async def start_kernel(self, **kwargs: Any) -> None:  # type: ignore[override]
        """Start it with its own remarks kept off the terminal; what a cell does wrong still comes back as an error."""
        await super().start_kernel(**kwargs | {"stderr": subprocess.DEVNULL})


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
