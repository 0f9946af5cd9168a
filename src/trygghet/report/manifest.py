"""What made a report, as its manifest says it: parameters, what was read, code and packages; and whether it still is
what would be made."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import trygghet
from trygghet.checksum import sha256
from trygghet.report import catalogue
from trygghet.resources import shipped

if TYPE_CHECKING:
    from trygghet.report.plan import Job
    from trygghet.workspace import Workspace

NAMED_VERSIONS = ("matplotlib", "nbconvert", "numpy", "pandas", "papermill", "scipy", "seaborn")
OURS = "trygghet:"
"""Before the name of a file that came with the package."""
PRIVATE = ".trygghet"
NOT_CODE = ("__pycache__", "_shipped")


def about(ws: Workspace, job: Job, read: Iterable[Path], released: Sequence[str]) -> dict[str, Any]:
    """What made a page: parameters, inputs by hash, versions, commit. No paths outside the workspace, no time.

    Parameters
    ----------
    read : every file the notebook's kernel opened.
    released : keys of what the page releases in the workspace's memory.
    """
    return {
        "workspace": {
            "name": ws.settings.name,
            "code": ws.settings.code,
            "slug": job.slug,
            "simulated": ws.settings.simulated,
        },
        "report": job.report,
        "parameters": {"year": job.year, "language": job.language},
        "disclosure": ws.settings.disclosure.model_dump(),
        "inputs": inputs(ws, [*read, job.notebook]),
        "released": list(released),
        "notebook": sha256(job.notebook),
        "code": code(),
        "packages": packages(),
        "versions": {"python": platform.python_version(), "trygghet": trygghet.__version__}
        | {name: version(name) for name in NAMED_VERSIONS},
        "commit": commit(Path(__file__).parent),
    }


def inputs(ws: Workspace, read: Iterable[Path]) -> dict[str, str | None]:
    """Checksum of every file a report was made from; None for one that was looked for and is not there.

    Parameters
    ----------
    read : every file the notebook's kernel opened; those of the workspace, those it names, and reference data that
        came with the package count.
    """
    named, base = [path.resolve() for path in ws.files()], ws.folder.resolve()
    ours = shipped("data", "reference").resolve()
    always = [base / "workspace.yml", *([base / ws.settings.look.logo.file] if ws.settings.look.logo else [])]
    found: dict[str, str | None] = {}
    for path in [*always, *dict.fromkeys(path.resolve() for path in read)]:
        if (path.is_relative_to(base / PRIVATE) and path not in named) or not path.is_file():
            continue
        if path in named or path in always or path.is_relative_to(base):
            found[_inside(base, path)] = sha256(path)
        elif path.is_relative_to(ours):
            found[f"{OURS}{path.relative_to(ours).as_posix()}"] = sha256(path)
    return found | {_inside(base, path): None for path in named if not path.exists()}


def _inside(base: Path, path: Path) -> str:
    return os.path.relpath(path, base).replace(os.sep, "/")


def unchanged(job: Job, out: Path, *, pdf: bool = False) -> bool:
    """Whether a report that is in place is what would be made now: same inputs, code, packages and parameters.

    Parameters
    ----------
    out : the reports folder.
    pdf : a print version is wanted too.
    """
    try:
        made = json.loads((out / job.slug / job.year / catalogue.MANIFEST).read_bytes())["reports"][job.report]
        return _same_making(made, job) and _stands(made, job, out, pdf)
    except (OSError, KeyError, TypeError, ValueError):  # not made, or by a version that noted less
        return False


def _same_making(made: Mapping[str, Any], job: Job) -> bool:
    same = (
        made["parameters"] == {"year": job.year, "language": job.language}
        and made["workspace"]["slug"] == job.slug
        and made["code"] == code()
        and made["packages"] == packages()
        and made["notebook"] == sha256(job.notebook)
    )
    return same and all(_digest(job.workspace, name) == digest for name, digest in made["inputs"].items())


def _digest(workspace: Path, name: str) -> str | None:
    path = shipped("data", "reference") / name.removeprefix(OURS) if name.startswith(OURS) else workspace / name
    return sha256(path) if path.is_file() else None


def _stands(made: Mapping[str, Any], job: Job, out: Path, pdf: bool) -> bool:
    """Whether every file is there, unharmed, and what it released is still remembered."""
    places = {job.place: None} | made["outputs"]
    if pdf and f"{job.slug}/{job.year}/{job.report}.pdf" not in places:
        return False
    if not all((out / place).is_file() and sha256(out / place) == made["outputs"][place] for place in places):
        return False
    return set(made["released"]) <= remembered(job.workspace)


def remembered(workspace: Path) -> set[str]:
    """Keys of everything the workspace's memory of releases holds."""
    path = workspace / PRIVATE / "released.json"
    if not path.is_file():
        return set()
    return {key for wave in json.loads(path.read_bytes())["waves"].values() for key in wave}


def with_report(path: Path, report: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """The year's manifest with one report's entry renewed; the other reports' entries stand."""
    try:
        entries = dict(json.loads(path.read_bytes())["reports"])
    except (FileNotFoundError, KeyError, ValueError):
        entries = {}
    return {"reports": entries | {report: dict(entry)}}


def outputs(path: Path, report: str) -> list[str]:
    """What a report has in its folder now, by the year's manifest."""
    try:
        return list(json.loads(path.read_bytes())["reports"][report]["outputs"])
    except (FileNotFoundError, KeyError, ValueError):
        return []


@functools.cache
def code() -> str:
    """Checksum of the package's own files: code, texts, template, styles."""
    package = Path(trygghet.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        if path.is_file() and not set(path.relative_to(package).parts) & set(NOT_CODE):
            digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@functools.cache
def packages() -> str:
    """Checksum of the interpreter's version and of the names and versions of everything installed beside us."""
    found = {
        entry.name
        for folder in sys.path
        if folder.endswith("-packages") and os.path.isdir(folder)
        for entry in os.scandir(folder)
        if entry.name.endswith(".dist-info") and not entry.name.startswith("trygghet-")
    }
    return hashlib.sha256("\n".join([platform.python_version(), *sorted(found)]).encode()).hexdigest()


@functools.cache
def commit(folder: Path) -> str:
    """The git commit of the code, with ``+changes`` when files differ; empty outside a checkout."""
    command = ["git", "-C", str(folder), "describe", "--always", "--dirty=+changes", "--abbrev=12", "--exclude=*"]
    try:
        head = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return head.stdout.strip() if head.returncode == 0 else ""
