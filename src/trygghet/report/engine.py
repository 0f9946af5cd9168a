"""A papermill engine that starts kernels safely and fast, and tells how far a notebook has come."""

from __future__ import annotations

import os
import subprocess
import tempfile
import uuid
from collections.abc import Callable
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from papermill.engines import NBClientEngine, papermill_engines

from trygghet.errors import LANGUAGE
from trygghet.report.warm import ColdError, WarmKernels, environment

NAME = "trygghet"
LAUNCHER, OURS = ["-m", "ipykernel_launcher"], ["-m", "trygghet.report.kernel"]
"""What Python's usual kernel is started with, and what ours is."""


class ReportProvisioner(LocalProvisioner):
    """Starts our own kernel where the notebook asks for Python's usual one: warm when there are warm ones."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start the kernel; see jupyter_client's `KernelProvisionerBase.launch_kernel`."""
        if cmd[1:3] != LAUNCHER:
            return await super().launch_kernel(cmd, **kwargs)
        warm: WarmKernels | None = getattr(self.parent, "warm", None)
        if warm is not None:
            try:
                forked = warm.start(cmd[3:], cwd=kwargs.get("cwd") or os.getcwd(), env=kwargs["env"])
            except ColdError:
                pass
            else:
                self.process: Any = forked
                self.pid = self.pgid = forked.pid  # it leads a session of its own
                self.cwd = kwargs.get("cwd")
                return self.connection_info
        return await super().launch_kernel([cmd[0], *OURS, *cmd[3:]], **kwargs)


class LocalKernelManager(AsyncKernelManager):
    """A kernel reached by sockets of the file system where there are such: no port that two kernels could both want
    (papermill's issue 511), and nothing that another user of the machine could listen to."""

    warm: WarmKernels | None = None
    spoken: str = "sv"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if os.name == "posix":
            self.transport = "ipc"
            self._sockets = tempfile.TemporaryDirectory(prefix="tg-")  # its own: no two kernels can want one name
            self.ip = f"{self._sockets.name}/k"

    async def start_kernel(self, **kwargs: Any) -> None:  # type: ignore[override]
        """Start it with its own remarks kept off the terminal; what a cell does wrong still comes back as an error."""
        given = environment(kwargs.get("env") or os.environ) | {LANGUAGE: self.spoken}
        if self.provisioner is None:
            self.kernel_id = self.kernel_id or str(uuid.uuid4())
            self.provisioner = ReportProvisioner(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)
        await super().start_kernel(**kwargs | {"stderr": subprocess.DEVNULL, "env": given})


def manager_of(warm: WarmKernels | None, spoken: str = "sv") -> type[LocalKernelManager]:
    """The class of kernel manager that takes its kernels from `warm`, with errors in the language `spoken`."""
    return type("ReportKernelManager", (LocalKernelManager,), {"warm": warm, "spoken": spoken})


class ReportingEngine(NBClientEngine):
    """papermill's own engine: calls ``on_cell(done, total)`` after each cell, and writes the notebook out once, when
    it ends well or badly, instead of twice a cell."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        on_cell: Callable[[int, int], None] | None = None,
        warm: WarmKernels | None = None,
        spoken: str = "sv",
        **kwargs: Any,
    ) -> None:
        """Run the notebook's cells; see papermill's `Engine.execute_managed_notebook`."""
        if on_cell is not None:
            nb_man.cell_complete = _counting(nb_man.cell_complete, on_cell, len(nb_man.nb.cells))
        kwargs["kernel_manager_class"] = manager_of(warm, spoken)
        save = nb_man.save
        nb_man.save = lambda **_: None
        try:
            super().execute_managed_notebook(nb_man, kernel_name, **kwargs)
        except BaseException:
            save()  # as far as it came: kept for the analyst
            raise
        finally:
            nb_man.save = save


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
