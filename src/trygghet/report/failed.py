"""The notebook of a report that failed: kept for the analyst in a private folder of the workspace, never published."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

from trygghet import aside
from trygghet.blocks import MIME, from_json
from trygghet.messages import Words
from trygghet.render import preview
from trygghet.report.plan import Job

PRIVATE, FOLDER = ".trygghet", "failed"
KEY = "cli.build.failure"
MARK = "papermill-error-cell-tag"
"""Tag of the two cells that papermill puts into a notebook that fails: first in it, and above the cell."""
_NO_DRAWING = '<svg viewBox="0 0 1 1"/>'


def place(job: Job) -> Path:
    """Where a report's notebook is kept when it fails."""
    return job.workspace / PRIVATE / FOLDER / f"{job.year}-{job.report}.ipynb"


def kept_as(job: Job, work: Path) -> str:
    """Keep what was run so far and say where and how it is opened; empty when it cannot be kept."""
    try:
        keep(job, drawn((work / "executed.ipynb").read_bytes(), work / aside.FOLDER, Words(job.language)))
    except (OSError, ValueError, KeyError):
        return ""
    return " " + Words(job.language)(f"{KEY}.kept", path=str(place(job)))


def in_cell(job: Job, cell: int, kind: str) -> str:
    """What is said of an error that the program did not foresee: where, of what kind and what to do.

    What the error itself says is left out: it may hold an answer.

    Parameters
    ----------
    cell : its number in the notebook as it was written.
    kind : the name of the error's class.
    """
    words = Words(job.language)
    known = words.has(f"{KEY}.kinds.{kind}")
    return words(
        f"{KEY}.cell",
        notebook=_name(job),
        cell=str(cell),
        kind=kind,
        what=words(f"{KEY}.kinds.{kind if known else 'unknown'}"),
        todo=words(f"{KEY}.own" if job.own else f"{KEY}.shipped"),
    )


def in_kernel(job: Job, kind: str) -> str:
    """What is said when the process that ran the notebook ended, or never came up."""
    return Words(job.language)(f"{KEY}.kernel", notebook=_name(job), kind=kind)


def _name(job: Job) -> str:
    """A notebook's file, from the workspace where it is the municipality's own."""
    inside = job.notebook.is_relative_to(job.workspace)
    return job.notebook.relative_to(job.workspace).as_posix() if inside else job.notebook.name


def drawn(notebook: bytes, folder: Path, words: Words) -> bytes:
    """A build's notebook with its blocks drawn for whoever opens it; its charts where they are, in `folder`."""
    content = json.loads(notebook)
    marks = [cell for cell in content["cells"] if MARK in cell["metadata"].get("tags", ())]
    for cell, key in zip(marks, ("at_the_top", "above_the_cell"), strict=False):
        cell["source"] = words(f"{KEY}.{key}")
    aside.fill(content["cells"], folder, otherwise=_NO_DRAWING)
    for cell in content["cells"]:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if MIME in data and "text/html" not in data:
                data["text/html"] = preview(from_json(data[MIME]))
    return json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8")


def keep(job: Job, notebook: bytes) -> None:
    """Keep the notebook of a report that failed, readable by its owner alone.

    It holds what the cells showed, and so perhaps answers: it stays beside the answers themselves.
    """
    target = place(job)
    for folder in (target.parent.parent, target.parent):
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
    staged = target.with_suffix(".new")
    handle = os.open(staged, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(notebook)
    os.replace(staged, target)


def forget(job: Job) -> None:
    """Take the notebook of an earlier failure away once the report has come about."""
    with suppress(OSError):
        place(job).unlink()
