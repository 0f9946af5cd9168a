"""From a notebook and its parameters to everything a report publishes, as bytes: papermill, then the template."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trygghet import aside, releasing
from trygghet.errors import Fault, InputError, SpokenError, TrygghetError
from trygghet.messages import Words
from trygghet.report import failed, libraries
from trygghet.report.kernel import LISTED, read_by
from trygghet.report.plan import Job
from trygghet.report.store import DiskError, as_json

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from trygghet.blocks import Block
    from trygghet.report.warm import WarmKernels
    from trygghet.workspace import Workspace

Progress = Callable[[Job, int, int], None]


class ReportError(TrygghetError):
    """A report that did not come about; the text is fit to print, without values from any input."""


@dataclass(frozen=True)
class Made:
    """What a report consists of, before any of it is put in place.

    Attributes
    ----------
    content : place under the reports folder to bytes; the page last.
    entry : of the year's manifest, but for the checksums of what is published.
    released : what the notebook is about to release, as `releasing.taken` gives it.
    dropped : what a cell showed that may not be published, one line each.
    error : what to print when it failed, else empty.
    notebook : of one that failed elsewhere, to be kept in the workspace here.
    """

    job: Job
    content: Mapping[str, bytes] = field(default_factory=dict)
    entry: Mapping[str, Any] = field(default_factory=dict)
    released: tuple[Mapping[str, Any], ...] = ()
    dropped: tuple[str, ...] = ()
    error: str = ""
    notebook: bytes = b""


def make(
    job: Job,
    folder: Path,
    *,
    progress: Progress = lambda *_: None,
    browser: Path | None = None,
    warm: WarmKernels | None = None,
) -> Made:
    """Make a report; one that fails says why in `Made.error` and raises nothing.

    What it releases is entered into the workspace's memory before it is given back.

    Parameters
    ----------
    folder : for work; what is made there goes again.
    progress : called with the job, the number of cells done and how many there are.
    browser : makes a print version of the page; see `pdf.find_browser`.
    warm : kernels that start with their imports done; ordinary ones without.
    """
    return finish(begin(job, folder, progress=progress, warm=warm), browser=browser)


@dataclass(frozen=True)
class Run:
    """A report's notebook that has run, before its page is made.

    Attributes
    ----------
    notebook : with its outputs.
    read : every file it opened.
    released : as `Made.released`.
    error : as `Made.error`.
    """

    job: Job
    notebook: NotebookNode | None = None
    read: tuple[Path, ...] = ()
    released: tuple[Mapping[str, Any], ...] = ()
    error: str = ""


def begin(
    job: Job,
    folder: Path,
    *,
    progress: Progress = lambda *_: None,
    warm: WarmKernels | None = None,
    spare: bool = False,
) -> Run:
    """The first half of `make`: run the notebook, and enter what it releases into the workspace's memory.

    With a core to `spare`, charts are drawn beside the notebook; see `aside`.
    """
    work = work_folder(job, folder)
    try:
        notebook = _executed(job, folder, progress=progress, warm=warm, spare=spare)
        released = releasing.taken(work)
        releasing.remember(job.workspace, released)
        return Run(job, notebook, tuple(read_by(work)), tuple(released))
    except (TrygghetError, OSError) as error:
        return Run(job, error=told(error, Words(job.language)))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def ready() -> None:
    """Import what `finish` uses, so that it need not: done beside a notebook that runs."""
    for name in ("look", "report.catalogue", "report.checks", "report.publish", "report.site", "scan", "workbook"):
        import_module(f"trygghet.{name}")


def finish(run: Run, *, browser: Path | None = None) -> Made:
    """The second half of `make`: the page and its tables. It needs no working folder, so it can go on beside the
    next notebook."""
    if run.notebook is None:
        return Made(run.job, error=run.error)
    try:
        return _made(run, run.notebook, browser)
    except (TrygghetError, OSError) as error:
        return Made(run.job, error=told(error, Words(run.job.language)))


def told(error: TrygghetError | OSError, words: Words) -> str:
    """An error in a line, without values from any input."""
    if isinstance(error, OSError):
        error = DiskError(error, Path(str(error.filename or "")))
    if isinstance(error, DiskError):
        key = "verify.disk.needed" if error.needed else "verify.disk.refused"
        return words(key, path=error.path, why=error.why, n=words.number(error.needed))
    return error.text(words) if isinstance(error, InputError | SpokenError) else str(error)


def _executed(job: Job, folder: Path, *, spare: bool, **how: Any) -> NotebookNode:
    """The notebook with its outputs and every drawing; run again where a process that drew was lost."""
    if not (spare and sys.platform == "linux"):
        return execute(job, folder, **how)
    notebook = execute(job, folder, drawing=aside.FOLDER, **how)
    try:
        aside.fill(notebook.cells, work_folder(job, folder) / aside.FOLDER)
    except aside.MissingError:
        return execute(job, folder, **how)
    return notebook


def execute(
    job: Job,
    folder: Path,
    *,
    progress: Progress = lambda *_: None,
    warm: WarmKernels | None = None,
    drawing: str = "",
) -> NotebookNode:
    """Run a report's notebook in a fresh kernel and give it back with its outputs.

    With `drawing`, a folder's name, the charts come about there.

    Raises
    ------
    ReportError : a cell failed; names the cell and, for this package's own errors, says why.
    """
    libraries.import_nbformat()
    import papermill
    from papermill.exceptions import PapermillException, PapermillExecutionError

    from trygghet.report import engine

    parameters = job.parameters
    _check_names(job.notebook, parameters, Words(job.language))
    work = work_folder(job, folder)
    shutil.rmtree(work, ignore_errors=True)  # of a process that died over it
    work.mkdir(mode=0o700, parents=True)  # 0700: a failed run holds rows
    work.chmod(0o700)
    for name in filter(None, (releasing.LEFT, LISTED, drawing)):
        (work / name).mkdir(mode=0o700)
    engine.register()
    try:
        notebook: NotebookNode = papermill.execute_notebook(
            str(job.notebook),
            str(work / "executed.ipynb"),
            parameters=parameters,
            engine_name=engine.NAME,
            kernel_name="python3",
            progress_bar=False,
            cwd=str(work),
            on_cell=lambda done, total: progress(job, done, total),
            warm=warm,
            spoken=job.language,
        )
    except PapermillExecutionError as error:
        raise ReportError(f"{_place(job)}: {_reason(job, error)}" + failed.kept_as(job, work)) from None
    except (PapermillException, RuntimeError, TimeoutError) as error:  # the kernel died, or never came up
        said = failed.in_kernel(job, type(error).__name__)
        raise ReportError(f"{_place(job)}: {said}" + failed.kept_as(job, work)) from None
    failed.forget(job)
    return notebook


def work_folder(job: Job, folder: Path) -> Path:
    """Where a report's notebook runs."""
    return folder / f"run-{job.slug}-{job.year}-{job.report}"


def _check_names(notebook: Path, parameters: Mapping[str, str | bool], words: Words) -> None:
    """Refuse a parameter that the notebook does not declare: papermill would only warn."""
    import papermill

    declared = set(papermill.inspect_notebook(str(notebook)))
    unknown = sorted(set(parameters) - declared)
    wrong = unknown + sorted(name for name in declared if not name.isidentifier())
    if wrong:
        fault = Fault(notebook.name, 0, "", "W44-NOTEBOOK-PARAMETERS", {"names": ", ".join(wrong)})
        raise ReportError(fault.text(words))


def _reason(job: Job, error: Any) -> str:
    """What to print of a failed cell: our own errors whole, of others only the kind."""
    own = {cls.__name__ for cls in _subclasses(TrygghetError)}
    if error.ename in own:
        return f"{error.evalue.rstrip('.')}."
    return failed.in_cell(job, _number(job, error.cell_index), error.ename)


def _number(job: Job, at: int) -> int:
    """The number, in the notebook as it was written, of the cell at a position of the one that was run.

    Papermill puts a cell of its own in after the parameters.
    """
    cells = json.loads(job.notebook.read_bytes())["cells"]
    tagged = (i for i, cell in enumerate(cells) if "parameters" in cell["metadata"].get("tags", ()))
    return at + 1 - (at > next(tagged, -1))


def _place(job: Job) -> str:
    return f"{job.slug}/{job.year}/{job.report}"


def _subclasses(cls: type[TrygghetError]) -> Iterator[type[TrygghetError]]:
    yield cls
    for derived in cls.__subclasses__():
        yield from _subclasses(derived)


def _made(run: Run, notebook: NotebookNode, browser: Path | None) -> Made:
    from trygghet.look import dress
    from trygghet.report import catalogue
    from trygghet.report.checks import check_page
    from trygghet.report.manifest import about
    from trygghet.report.publish import dropped_outputs, published_blocks, render_page
    from trygghet.report.site import footer
    from trygghet.scan import refuse
    from trygghet.workspace import Workspace

    job = run.job
    ws, shown = Workspace.open(job.workspace, job.year), published_blocks(notebook)
    words, own = ws.spoken(job.language), ws.settings.look
    worn = dress(own, ws.folder, words)
    links = footer(words, up="../../", own=own.accessibility)
    page = render_page(notebook, language=job.language, links=links, words=words, dress=worn)
    content = {}
    if browser is not None:
        content[printed(job)] = _print(page, browser, job, catalogue.about_site(ws)["day"])
    content |= _beside(job, ws, shown) | {job.place: page.encode("utf-8")}
    used = sorted({item["key"] for item in run.released})
    entry = about(ws, job, run.read, used) | {
        "says": catalogue.says(shown),
        "site": catalogue.about_site(ws),
        "checks": check_page(page),
    }
    if job.own:
        entry["own"] = catalogue.title(shown)
    refuse(content | {f"{job.place}.json": as_json(entry)}, Words(job.language), allowed=catalogue.own_texts(ws))
    return Made(job, content, entry, run.released, tuple(dropped_outputs(notebook)))


def printed(job: Job) -> str:
    """Where a report's print version lies."""
    return f"{job.slug}/{job.year}/{job.report}.pdf"


def _beside(job: Job, ws: Workspace, shown: Sequence[Block]) -> dict[str, bytes]:
    """The page's tables, as a workbook and as one long table."""
    from trygghet.longtable import Place, long_csv
    from trygghet.report import catalogue
    from trygghet.workbook import workbook_bytes

    words, settings = ws.spoken(job.language), ws.settings
    title = catalogue.title(shown) if job.own else words(f"site.reports.{job.report}")
    place = Place(settings.name, settings.code, job.year, title, settings.simulated)
    stem = f"{job.slug}/{job.year}/{catalogue.stem(job.report)}"
    return {f"{stem}.xlsx": workbook_bytes(shown), f"{stem}.csv": long_csv(shown, place, words)}


def _print(page: str, browser: Path, job: Job, day: str) -> bytes:
    from trygghet.report import pdf

    try:
        return pdf.print_pdf(page, browser, day=day)
    except pdf.BrowserError as error:
        raise ReportError(Words(job.language)(f"site.pdf.{error.key}", **error.values)) from None
