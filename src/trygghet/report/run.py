"""From a notebook and its parameters to a published page: papermill, then the template, then one swap."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

import trygghet
from trygghet.blocks import Block
from trygghet.errors import TrygghetError
from trygghet.look import dress
from trygghet.messages import Words
from trygghet.protection import LEFT, remember
from trygghet.report import catalogue, failed
from trygghet.report.plan import Job
from trygghet.report.store import DiskError, as_json, publish, sha256
from trygghet.scan import refuse
from trygghet.workspace import Workspace

Progress = Callable[[Job, int, int], None]
NAMED_VERSIONS = ("matplotlib", "nbconvert", "numpy", "pandas", "papermill", "scipy", "seaborn")


class ReportError(TrygghetError):
    """A report that did not come about; the text is fit to print, without values from any input."""


@dataclass(frozen=True)
class Outcome:
    """How one report went.

    Attributes
    ----------
    error : what to print when it failed, else empty.
    dropped : what a cell showed that may not be published, one line each.
    """

    job: Job
    error: str = ""
    dropped: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether the page is in place."""
        return not self.error


def build(
    todo: Iterable[Job],
    out: Path,
    staging: Path,
    *,
    progress: Progress = lambda *_: None,
    browser: Path | None = None,
    keep: bool = True,
) -> list[Outcome]:
    """Make every report, one after the other; one that fails keeps its former page and stops no other.

    Parameters
    ----------
    todo : what `plan.jobs` gave.
    out, staging : the reports folder and the work folder from `store.holding`.
    progress : called with the job, the number of cells done and how many there are.
    browser : makes a print version of every page; see `pdf.find_browser`.
    keep : whether a page that changes is kept as an earlier version.
    """
    outcomes = []
    for job in todo:
        try:
            notebook = execute(job, staging, progress=progress)
            remember(job.workspace, work_folder(job, staging))
            outcomes.append(_published(job, notebook, out, staging, browser=browser, keep=keep))
        except (TrygghetError, OSError) as error:
            outcomes.append(Outcome(job, told(error, Words(job.language))))
    return outcomes


def told(error: TrygghetError | OSError, words: Words) -> str:
    """An error in a line, without values from any input."""
    if isinstance(error, OSError):
        error = DiskError(error, Path(str(error.filename or "")))
    if isinstance(error, DiskError):
        key = "verify.disk.needed" if error.needed else "verify.disk.refused"
        return words(key, path=error.path, why=error.why, n=words.number(error.needed))
    return str(error)


def execute(job: Job, staging: Path, *, progress: Progress = lambda *_: None) -> NotebookNode:
    """Run a report's notebook in a fresh kernel and give it back with its outputs.

    Raises
    ------
    ReportError : a cell failed; names the cell and, for this package's own errors, says why.
    """
    import papermill
    from papermill.exceptions import PapermillException, PapermillExecutionError

    from trygghet.report import engine

    parameters = job.parameters
    _check_names(job.notebook, parameters)
    work = work_folder(job, staging)
    (work / LEFT).mkdir(mode=0o700, parents=True)  # 0700: a failed run holds rows
    work.chmod(0o700)
    engine.register()
    try:
        papermill.execute_notebook(
            str(job.notebook),
            str(work / "executed.ipynb"),
            parameters=parameters,
            engine_name=engine.NAME,
            kernel_name="python3",
            progress_bar=False,
            cwd=str(work),
            on_cell=lambda done, total: progress(job, done, total),
        )
    except PapermillExecutionError as error:
        raise ReportError(_reason(job, error) + failed.kept_as(job, work)) from None
    except (PapermillException, RuntimeError, TimeoutError) as error:  # the kernel died, or never came up
        raise ReportError(f"{_place(job)}: {type(error).__name__}" + failed.kept_as(job, work)) from None
    failed.forget(job)
    return nbformat.read(work / "executed.ipynb", as_version=4)


def work_folder(job: Job, staging: Path) -> Path:
    """Where a report's notebook runs."""
    return staging / f"run-{job.slug}-{job.year}-{job.report}"


def _check_names(notebook: Path, parameters: Mapping[str, str | bool]) -> None:
    """Refuse a parameter that the notebook does not declare: papermill would only warn."""
    import papermill

    declared = set(papermill.inspect_notebook(str(notebook)))
    unknown = sorted(set(parameters) - declared)
    if unknown or not all(name.isidentifier() for name in declared):
        raise ReportError(f"{notebook.name}: {', '.join(unknown)}")


def _reason(job: Job, error: Any) -> str:
    """What to print of a failed cell: our own errors whole, of others only the kind."""
    own = {cls.__name__ for cls in _subclasses(TrygghetError)}
    if error.ename in own:
        return f"{_place(job)}: {error.evalue}"
    return f"{_place(job)}: cell {error.cell_index + 1}: {error.ename}"


def _place(job: Job) -> str:
    return f"{job.slug}/{job.year}/{job.report}"


def _subclasses(cls: type[TrygghetError]) -> Iterator[type[TrygghetError]]:
    yield cls
    for derived in cls.__subclasses__():
        yield from _subclasses(derived)


def _published(
    job: Job, notebook: NotebookNode, out: Path, staging: Path, *, browser: Path | None, keep: bool
) -> Outcome:
    from trygghet.report.publish import dropped_outputs, published_blocks, render_page
    from trygghet.report.site import footer

    ws, shown = Workspace.open(job.workspace, job.year), published_blocks(notebook)
    words, own = ws.spoken(job.language), ws.settings.look
    worn = dress(own, ws.folder, words)
    links = footer(words, up="../../", own=own.accessibility)
    page = render_page(notebook, language=job.language, links=links, words=words, dress=worn)
    folder = f"{job.slug}/{job.year}"
    content = _beside(job, ws, shown) | {job.place: page.encode("utf-8")}
    printed = f"{folder}/{job.report}.pdf"
    if browser is not None:
        content = {printed: _print(page, browser, job, ws)} | content
    elif (out / printed).is_file() and _same(out / job.place, content[job.place]):
        content = {printed: (out / printed).read_bytes()} | content
    former = catalogue.kept(out, folder, job.report, content[job.place]) if keep else {}
    mark = f"{folder}/{catalogue.MANIFEST}"
    entry = manifest(ws, job, content) | {"says": catalogue.says(shown), "site": catalogue.about_site(ws)}
    files = content | {mark: as_json(with_report(out / mark, job.report, entry))}
    refuse(files, Words(job.language), allowed=catalogue.own_texts(ws))
    gone = [printed, *_outputs(out / mark, job.report)]  # those that are not made again
    publish(out, staging, former | files, gone=gone)
    return Outcome(job, dropped=tuple(dropped_outputs(notebook)))


def _beside(job: Job, ws: Workspace, shown: Sequence[Block]) -> dict[str, bytes]:
    """The page's tables, as a workbook and as one long table."""
    from trygghet.longtable import Place, long_csv
    from trygghet.tables import workbook_bytes

    words, settings = ws.spoken(job.language), ws.settings
    place = Place(settings.name, settings.code, job.year, words(f"site.reports.{job.report}"), settings.simulated)
    stem = f"{job.slug}/{job.year}/{catalogue.stem(job.report)}"
    return {f"{stem}.xlsx": workbook_bytes(shown), f"{stem}.csv": long_csv(shown, place, words)}


def _print(page: str, browser: Path, job: Job, ws: Workspace) -> bytes:
    from trygghet.report import pdf

    try:
        return pdf.print_pdf(page, browser, day=catalogue.about_site(ws)["day"])
    except pdf.BrowserError as error:
        raise ReportError(Words(job.language)(f"site.pdf.{error.key}", **error.values)) from None


def _same(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def manifest(ws: Workspace, job: Job, content: Mapping[str, bytes]) -> dict[str, Any]:
    """What made a page: parameters, inputs by hash, versions, commit. No paths outside the workspace, no time."""
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
        "inputs": {_inside(ws, path): sha256(path) for path in inputs(ws) if path.is_file()},
        "notebook": sha256(job.notebook),
        "outputs": {place: hashlib.sha256(data).hexdigest() for place, data in content.items()},
        "versions": {"python": platform.python_version(), "trygghet": trygghet.__version__}
        | {name: version(name) for name in NAMED_VERSIONS},
        "commit": commit(Path(__file__).parent),
    }


def with_report(path: Path, report: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """The year's manifest with one report's entry renewed; the other reports' entries stand."""
    try:
        entries = dict(json.loads(path.read_bytes())["reports"])
    except (FileNotFoundError, KeyError, ValueError):
        entries = {}
    return {"reports": entries | {report: dict(entry)}}


def _outputs(path: Path, report: str) -> list[str]:
    """What a report has in its folder now, by the year's manifest."""
    try:
        return list(json.loads(path.read_bytes())["reports"][report]["outputs"])
    except (FileNotFoundError, KeyError, ValueError):
        return []


def inputs(ws: Workspace) -> list[Path]:
    """Every file a year's reports are made from, the crosswalks that codebooks name among them."""
    from trygghet.sources import read_codebook

    paths = ws.files()
    for item in ws.source_waves():
        if item.source.kind == "survey" and item.source.codebook:
            variables = read_codebook(item.beside(item.source.codebook), root=ws.folder).variables.values()
            paths += [item.beside(variable.crosswalk) for variable in variables if variable.crosswalk]
    return list(dict.fromkeys(paths))


def _inside(ws: Workspace, path: Path) -> str:
    return os.path.relpath(path, ws.folder).replace(os.sep, "/")


def commit(folder: Path) -> str:
    """The git commit of the code, with ``+changes`` when files differ; empty outside a checkout."""
    try:
        head = subprocess.run(
            [
                "git",
                "-C",
                str(folder),
                "describe",
                "--always",
                "--dirty=+changes",
                "--abbrev=12",
                "--exclude=*",
            ],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return head.stdout.strip() if head.returncode == 0 else ""
