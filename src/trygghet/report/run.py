"""A build: what has changed is made, by one process or several, and put in place one report at a time."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from trygghet.errors import TrygghetError
from trygghet.messages import Words
from trygghet.report import catalogue, failed
from trygghet.report.making import Made, Progress, begin, finish, printed, ready, told
from trygghet.report.manifest import outputs, unchanged, with_report
from trygghet.report.plan import Job
from trygghet.report.store import as_json, publish
from trygghet.report.warm import WarmKernels, environment


@dataclass(frozen=True)
class Outcome:
    """How one report went.

    Attributes
    ----------
    error : what to print when it failed, else empty.
    dropped : what a cell showed that may not be published, one line each.
    unchanged : nothing it is made from has changed: what is in place stands.
    """

    job: Job
    error: str = ""
    dropped: tuple[str, ...] = ()
    unchanged: bool = False

    @property
    def good(self) -> bool:
        """Whether the page is in place."""
        return not self.error


@dataclass(frozen=True)
class Means:
    """With what a build is made.

    Attributes
    ----------
    workers : how many cores of this machine at most: a process for each workspace, and where there is but one
        workspace a second core draws and makes pages beside the notebook.
    scheduler : address of a Dask scheduler whose machines make the reports instead.
    force : make what has not changed, too.
    browser : makes a print version of every page; see `pdf.find_browser`.
    keep : whether a page that changes is kept as an earlier version.
    warm : kernels start with their imports done, where the system can do that; without it slower, and the same pages.
    remembered : called with a report's workspace when its memory holds what the report releases, before that is
        published; what it raises keeps the report from being published.
    """

    workers: int = 1
    scheduler: str | None = None
    force: bool = False
    browser: Path | None = None
    keep: bool = True
    warm: bool = True
    remembered: Callable[[Path], None] = lambda _: None


def build(
    todo: Iterable[Job],
    out: Path,
    staging: Path,
    *,
    means: Means | None = None,
    progress: Progress = lambda *_: None,
) -> list[Outcome]:
    """Make every report that has changed; one that fails keeps its former page and stops no other.

    Parameters
    ----------
    todo : what `plan.jobs` gave.
    out, staging : the reports folder and the work folder from `store.holding`.
    progress : called with the job, the number of cells done and how many there are.

    Returns
    -------
    An outcome for each, in the order of `todo`; the same pages whatever the means.
    """
    means, jobs = means or Means(), list(todo)
    pdf = means.browser is not None
    outcomes = {job: Outcome(job, _lacking(job)) for job in jobs if job.missing}
    whole = [job for job in jobs if job not in outcomes]
    outcomes |= {job: Outcome(job, unchanged=True) for job in whole if not means.force and unchanged(job, out, pdf=pdf)}
    for job in outcomes:
        progress(job, 1, 1)
    changed = [job for job in jobs if job not in outcomes]
    for made in _made(changed, staging, means, progress) if changed else ():
        outcomes[made.job] = _put(made, out, staging, means)
    return [outcomes[job] for job in jobs]


def _lacking(job: Job) -> str:
    """Which files the job's workspace misses, a line each, named by the workspace they belong to."""
    words = Words(job.language)
    return "\n".join(replace(fault, file=f"{job.slug}/{fault.file}").text(words) for fault in job.missing)


def groups(jobs: Sequence[Job]) -> list[list[Job]]:
    """Jobs that are made one after the other: a workspace's, in order.

    What a report may show depends on what the workspace has released before it, so that two at once could give other
    pages than one after the other. The workspace with the most reports is first, so that it is not begun last, when
    the other workers have nothing left to do.
    """
    return sorted(([*group] for _, group in groupby(jobs, key=lambda job: job.workspace)), key=len, reverse=True)


def _made(jobs: Sequence[Job], staging: Path, means: Means, progress: Progress) -> Iterator[Made]:
    lots = groups(jobs)
    if means.scheduler is not None:
        from trygghet.report import cluster

        pdf = means.browser is not None
        yield from cluster.make_all(lots, address=means.scheduler, workers=means.workers, pdf=pdf, progress=progress)
    elif means.workers > 1 and len(lots) > 1:
        from trygghet.report import pool

        workers = min(means.workers, len(lots))
        yield from pool.make_all(lots, staging, workers=workers, progress=progress, browser=means.browser)
    else:
        yield from _one_by_one(jobs, staging, means, progress)


def _one_by_one(jobs: Sequence[Job], staging: Path, means: Means, progress: Progress) -> Iterator[Made]:
    """Each report after the other; with a core to spare, its charts are drawn while its notebook runs, and its page
    is made while the next one's does."""
    waiting: deque[Future[Made]] = deque()
    spare = means.workers > 1
    warming = WarmKernels(environment(os.environ)) if means.warm else nullcontext()
    with warming as warm, ThreadPoolExecutor(1) as beside:
        if spare:
            beside.submit(ready)
        for job in jobs:
            run = begin(job, staging, progress=progress, warm=warm, spare=spare)
            waiting.append(beside.submit(finish, run, browser=means.browser))
            while waiting and (not spare or waiting[0].done()):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _put(made: Made, out: Path, staging: Path, means: Means) -> Outcome:
    """Put a report in place as one, with its entry in the year's manifest last."""
    job = made.job
    if made.error:
        if made.notebook:
            failed.keep(job, made.notebook)
        return Outcome(job, made.error)
    try:
        folder, content = f"{job.slug}/{job.year}", dict(made.content)
        former = out / printed(job)
        if printed(job) not in content and former.is_file() and _same(out / job.place, content[job.place]):
            content = {printed(job): former.read_bytes()} | content
        versions = catalogue.kept(out, folder, job.report, content[job.place]) if means.keep else {}
        mark = f"{folder}/{catalogue.MANIFEST}"
        digests = {place: hashlib.sha256(data).hexdigest() for place, data in content.items()}
        entry = as_json(with_report(out / mark, job.report, {**made.entry, "outputs": digests}))
        gone = [printed(job), *outputs(out / mark, job.report)]  # those that are not made again
        means.remembered(job.workspace)
        publish(out, staging, versions | content | {mark: entry}, gone=gone)
    except (TrygghetError, OSError) as error:
        return Outcome(job, told(error, Words(job.language)))
    return Outcome(job, dropped=made.dropped)


def _same(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content
