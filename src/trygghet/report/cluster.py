"""Reports made by the machines of a Dask cluster: each gets a copy of the workspace and gives back bytes."""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trygghet import releasing
from trygghet.errors import TrygghetError
from trygghet.messages import Words
from trygghet.partitions import PART
from trygghet.report import failed
from trygghet.report.making import Made, Progress, make
from trygghet.report.plan import Job
from trygghet.report.warm import WarmKernels, environment
from trygghet.workspace import Workspace

if TYPE_CHECKING:
    from distributed import Client

LOCAL = "local"
"""In place of an address: a cluster of this machine's own processes, for as long as the build takes."""
RETRIES = 2
PATIENCE = 20
"""Seconds that a scheduler gets to answer."""
PRIVATE = {".trygghet": ("released.json", PART)}
"""Hidden folders that are sent, and what of them: the memory of releases, and what was fetched of a register."""
_KERNELS = "trygghet-kernels"


class ClusterError(TrygghetError):
    """No cluster: the package is not installed, or nobody answers at the address."""


def make_all(
    lots: Sequence[Sequence[Job]],
    *,
    address: str,
    workers: int,
    pdf: bool = False,
    progress: Progress = lambda *_: None,
) -> Iterator[Made]:
    """Make every report on a cluster, as they come about.

    A workspace travels as a copy of its folder, so that no disk needs to be shared; only what it names outside its
    folder (a national register) must lie at the same path everywhere. A machine that is lost costs its work, which is
    done again elsewhere.

    Parameters
    ----------
    lots : what one machine makes in order; see `run.groups`.
    address : of the scheduler, or `LOCAL`.
    workers : processes of a local cluster.
    pdf : print versions too, with each machine's own browser.

    Raises
    ------
    ClusterError : there is no cluster to be had.
    """
    with _client(address, workers, Words(lots[0][0].language)) as client:
        from distributed import as_completed

        client.register_plugin(_kernels(), name=_KERNELS)
        futures = {client.submit(_lot, _packed(lot), [*lot], pdf, retries=RETRIES, pure=False): lot for lot in lots}
        for future in as_completed([*futures]):
            lot = futures.pop(future)
            try:
                results = future.result()
            except Exception as error:  # noqa: BLE001 whatever a machine dies of is told as the reports' fault
                results = [Made(job, error=f"{job.place}: {type(error).__name__}") for job in lot]
            future.release()
            for made in results:
                releasing.remember(made.job.workspace, made.released)
                progress(made.job, 1, 1)
                yield made


@contextmanager
def _client(address: str, workers: int, words: Words) -> Iterator[Client]:
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        raise ClusterError(words("cli.build.no_dask")) from None
    if address != LOCAL:
        try:
            client = Client(address, timeout=PATIENCE)
        except (OSError, TimeoutError, ValueError):
            raise ClusterError(words("cli.build.no_scheduler", address=address)) from None
        with client:
            yield client
        return
    with (  # the workers' own profiler costs a tenth of the time, for a page that nobody sees here
        dask.config.set({"distributed.worker.profile.enabled": False}),
        LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None) as local,
        Client(local) as client,
    ):
        yield client


def _kernels() -> Any:
    """What keeps a process with the imports done on every worker, as long as the worker lives."""
    from distributed import WorkerPlugin

    class Kernels(WorkerPlugin):
        def setup(self, worker: Any) -> None:
            worker.trygghet_kernels = WarmKernels(environment(os.environ))

        def teardown(self, worker: Any) -> None:
            worker.trygghet_kernels.close()

    return Kernels()


def _packed(lot: Sequence[Job]) -> bytes:
    """A workspace's folder as a zip file; of hidden folders only the memory of releases."""
    base, content = lot[0].workspace, io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(base.rglob("*")):
            parts = path.relative_to(base).parts
            hidden = next((part for part in parts if part.startswith(".")), None)
            if path.is_file() and (hidden is None or path.name in PRIVATE.get(hidden, ())):
                archive.write(path, "/".join(parts))
    return content.getvalue()


def _lot(packed: bytes, jobs: Sequence[Job], pdf: bool) -> list[Made]:
    """On a worker: make a workspace's reports in a folder of this machine's own."""
    from distributed import get_worker

    from trygghet.report import pdf as printing

    warm = getattr(get_worker(), "trygghet_kernels", None)
    browser = printing.find_browser() if pdf else None
    with tempfile.TemporaryDirectory(prefix="trygghet-") as folder:
        home = Path(folder) / "workspaces" / jobs[0].slug
        home.mkdir(parents=True, mode=0o700)
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            archive.extractall(home)
        _link_outside(jobs[0].workspace, home, sorted({job.year for job in jobs}))
        here = [replace(job, workspace=home.resolve()) for job in jobs]
        return [
            _sent(job, make(one, Path(folder), browser=browser, warm=warm))
            for job, one in zip(jobs, here, strict=False)
        ]


def _link_outside(original: Path, home: Path, years: Sequence[str]) -> None:
    """Let what the workspace names outside its folder be found beside the copy, if it lies here at the same path."""
    ws = Workspace.open(home)
    for path in {path for year in years for path in ws.files(year)}:
        place = Path(os.path.normpath(path))
        if place.is_relative_to(home) or place.exists():
            continue
        there = Path(os.path.normpath(original / os.path.relpath(place, home)))
        place.parent.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):
            place.symlink_to(there)


def _sent(job: Job, made: Made) -> Made:
    """What was made of the copy, as made of the original; with the notebook of one that failed."""
    kept = failed.place(made.job)
    notebook = kept.read_bytes() if made.error and kept.is_file() else b""
    error = made.error.replace(str(made.job.workspace), str(job.workspace))
    return replace(made, job=job, error=error, notebook=notebook)
