"""`trygghet build`: make the reports."""

# No postponed annotations here: typer reads them, and the help texts in them are local to each function.
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trygghet.cli.shared import BUSY, FAILED, stderr, stop
from trygghet.errors import TrygghetError
from trygghet.messages import Words

if TYPE_CHECKING:
    from trygghet.report.far import Reports
    from trygghet.report.run import Means


def add(app: typer.Typer, words: Words) -> None:
    """Add the command to the app, in one language."""
    language_help = words("cli.language")

    @app.command("build", help=words("cli.build.help"))
    def build(
        workspaces: Annotated[list[str], typer.Argument(help=words("cli.workspaces"), metavar="WS...")],
        year: Annotated[list[str] | None, typer.Option(help=words("cli.build.year"))] = None,
        report: Annotated[list[str] | None, typer.Option(help=words("cli.build.report"))] = None,
        out: Annotated[str, typer.Option(help=words("cli.build.out"))] = "reports",
        pdf: Annotated[bool, typer.Option("--pdf", help=words("cli.build.pdf"))] = False,
        no_versions: Annotated[bool, typer.Option("--no-versions", help=words("cli.build.no_versions"))] = False,
        workers: Annotated[int, typer.Option(help=words("cli.build.workers"), min=0)] = 0,
        scheduler: Annotated[str | None, typer.Option(help=words("cli.build.scheduler"), metavar="ADDRESS")] = None,
        force: Annotated[bool, typer.Option("--force", help=words("cli.build.force"))] = False,
        language: Annotated[str | None, typer.Option(help=language_help)] = None,
    ) -> None:
        from trygghet.addresses import HeldError
        from trygghet.report import far, plan
        from trygghet.report import pdf as printing
        from trygghet.report.run import Means

        try:
            target = far.target(out)
            with far.workspaces(workspaces) as found:
                todo = plan.jobs(found.folders, years=year or (), reports=report or (), language=language)
                browser = printing.find_browser() if pdf else None
                cores = workers or os.cpu_count() or 1
                means = Means(cores, scheduler, force, browser, not no_versions, remembered=found.remember)
                code = _made(todo, target, means, words, found.shown)
        except printing.BrowserError as error:
            raise stop(TrygghetError(words(f"site.pdf.{error.key}", **error.values)), words) from None
        except HeldError as error:
            stderr().print(error.text(words), markup=False)
            raise typer.Exit(BUSY) from None
        except TrygghetError as error:
            raise stop(error, words) from None
        if code:
            raise typer.Exit(code)


def _made(todo: list[Any], target: Any, means: "Means", words: Words, shown: Callable[[str], str]) -> int:
    """Build into a reports folder wherever it is, say how it went, and give the exit code."""
    from trygghet.addresses import HeldError
    from trygghet.report import far, store
    from trygghet.report.making import told

    console = stderr()
    try:
        with far.reports(target) as site:
            with store.holding(site.local) as staging:
                outcomes, checked = _build_all(todo, site.local, staging, words, means)
            site.publish()
    except HeldError:
        raise
    except store.BusyError as error:
        console.print(words("cli.build.busy", holder=str(error), place=str(target)), markup=False)
        return BUSY
    except (TrygghetError, OSError) as error:
        console.print(shown(told(error, words)), markup=False)
        return FAILED
    _summary(outcomes, site, words, shown)
    for check, pages in checked.failed.items():
        what = words(f"site.statement.checks.{check}")
        console.print(words("site.faults", check=what, pages=", ".join(pages)), markup=False)
    return 0 if all(outcome.good for outcome in outcomes) else FAILED


def _build_all(todo: list[Any], out: Path, staging: Path, words: Words, means: "Means") -> tuple[list[Any], Any]:
    """Build with a progress bar, and write the pages over all reports: how each report went, and their checks."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from trygghet.report import run
    from trygghet.report.site import write as write_site

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), console=stderr()) as bar:
        task = bar.add_task("", total=len(todo))

        shares: dict[str, float] = {}

        def show(job: Any, done: int, cells: int) -> None:
            shares[job.place] = done / cells
            bar.update(task, completed=sum(shares.values()), description=f"{job.slug} {job.year} {job.report}")

        outcomes = run.build(todo, out, staging, means=means, progress=show)
        bar.update(task, completed=len(todo), description=words("cli.build.site"))
        checked = write_site(out, staging, Words(todo[0].language))
    return outcomes, checked


def _summary(outcomes: list[Any], site: "Reports", words: Words, shown: Callable[[str], str]) -> None:
    console = stderr()
    for outcome in outcomes:
        state = "unchanged" if outcome.unchanged else "done" if outcome.good else "failed"
        mark = words(f"cli.build.{state}")
        where = (
            site.path(outcome.job.place)
            if outcome.good
            else f"{outcome.job.slug} {outcome.job.year} {outcome.job.report}"
        )
        console.print(f"{mark}  {where}", markup=False)
    for outcome in outcomes:
        for line in outcome.dropped:
            console.print(words("cli.build.dropped", place=outcome.job.place, what=line), markup=False)
    for error in dict.fromkeys(outcome.error for outcome in outcomes if not outcome.good):
        console.print(shown(error), markup=False)
    good = sum(outcome.good for outcome in outcomes)
    console.print(words("cli.build.result", n=good, of=len(outcomes)))
    if n := sum(outcome.unchanged for outcome in outcomes):
        console.print(words("cli.build.skipped", n=n), markup=False)
    console.print(words("cli.build.open", path=site.path("index.html", full=True)), markup=False)
