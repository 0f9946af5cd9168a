"""Reports made by several processes of this machine at once; one that dies is replaced and its work done again."""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path

from trygghet.messages import Words
from trygghet.report.making import Made, Progress, make
from trygghet.report.plan import Job
from trygghet.report.warm import WarmKernels, environment

ATTEMPTS = 2
"""How often a report is begun in a process that dies before it is given up: it may be what kills it."""


def make_all(
    groups: Sequence[Sequence[Job]],
    folder: Path,
    *,
    workers: int,
    progress: Progress = lambda *_: None,
    browser: Path | None = None,
) -> Iterator[Made]:
    """Make every report, as they come about.

    Parameters
    ----------
    groups : what one process makes in order; groups run beside each other.
    folder : for work.
    workers : how many processes.
    progress, browser : as in `making.make`.
    """
    todo, tried = deque([*group] for group in groups), Counter[str]()
    staff: dict[Connection, _Worker] = {}
    try:
        while todo or staff:
            while todo and len(staff) < workers:
                worker = _Worker(folder, browser)
                staff[worker.channel] = worker
                worker.give(todo.popleft())
            for channel in wait([*staff]):
                assert isinstance(channel, Connection)
                worker = staff[channel]
                try:
                    said = channel.recv()
                except (EOFError, OSError):
                    yield from _after_death(staff.pop(channel), todo, tried)
                    continue
                if not isinstance(said, Made):
                    progress(*said)
                    continue
                worker.jobs.remove(said.job)
                yield said
                if not worker.jobs and not (todo and worker.give(todo.popleft())):
                    staff.pop(channel).end()
    finally:
        for worker in staff.values():
            worker.end(kill=True)


def _after_death(worker: _Worker, todo: deque[list[Job]], tried: Counter[str]) -> Iterator[Made]:
    """Put what a process that died had not finished back, first in line; give up what died too often."""
    worker.end()
    job = worker.jobs[0]
    tried[job.place] += 1
    if tried[job.place] >= ATTEMPTS:
        yield Made(job, error=Words(job.language)("cli.build.died", place=job.place))
        worker.jobs.remove(job)
    if worker.jobs:
        todo.appendleft(worker.jobs)


class _Worker:
    """A process that makes reports, the pipe to it, and what it has yet to make."""

    def __init__(self, folder: Path, browser: Path | None) -> None:
        context = multiprocessing.get_context("spawn")
        self.channel, theirs = context.Pipe()
        self.jobs: list[Job] = []
        self._process = context.Process(target=_work, args=(theirs, folder, browser))
        self._process.start()
        theirs.close()  # so that the pipe ends when the process does

    def give(self, jobs: list[Job]) -> bool:
        """Let it make some reports; True."""
        self.jobs = jobs
        self.channel.send([*jobs])
        return True

    def end(self, kill: bool = False) -> None:
        """Let it go, at once when it is to be killed."""
        self.channel.close()
        if kill:
            self._process.terminate()
        self._process.join()


def _work(channel: Connection, folder: Path, browser: Path | None) -> None:
    """Make what is asked for until the other end is closed."""

    def told(job: Job, done: int, cells: int) -> None:
        channel.send((job, done, cells))

    with WarmKernels(environment(os.environ)) as warm:
        try:
            while True:
                for job in channel.recv():
                    channel.send(make(job, folder, progress=told, browser=browser, warm=warm))
        except (EOFError, OSError):  # the build is over, or gone
            return
