"""`trygghet build`: make the reports."""

# No postponed annotations here: typer reads them, and the help texts in them are local to each function.
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from trygghet.cli.shared import BUSY, FAILED, stderr, stop
from trygghet.errors import TrygghetError
from trygghet.messages import Words

if TYPE_CHECKING:
    from trygghet.report.run import Means


def add(app: typer.Typer, words: Words) -> None:
    """Add the command to the app, in one language."""
    language_help = words("cli.language")

    @app.command("build", help=words("cli.build.help"))
    def build(
        workspaces: Annotated[list[Path], typer.Argument(help=words("cli.workspaces"), metavar="WS...")],
        year: Annotated[list[str] | None, typer.Option(help=words("cli.build.year"))] = None,
        report: Annotated[list[str] | None, typer.Option(help=words("cli.build.report"))] = None,
        out: Annotated[Path, typer.Option(help=words("cli.build.out"))] = Path("reports"),
        pdf: Annotated[bool, typer.Option("--pdf", help=words("cli.build.pdf"))] = False,
        no_versions: Annotated[bool, typer.Option("--no-versions", help=words("cli.build.no_versions"))] = False,
        workers: Annotated[int, typer.Option(help=words("cli.build.workers"), min=0)] = 0,
        scheduler: Annotated[str | None, typer.Option(help=words("cli.build.scheduler"), metavar="ADDRESS")] = None,
        force: Annotated[bool, typer.Option("--force", help=words("cli.build.force"))] = False,
        language: Annotated[str | None, typer.Option(help=language_help)] = None,
    ) -> None:
        from trygghet.report import pdf as printing
        from trygghet.report import plan, store
        from trygghet.report.run import Means

        try:
            todo = plan.jobs(workspaces, years=year or (), reports=report or (), language=language)
            browser = printing.find_browser() if pdf else None
        except printing.BrowserError as error:
            raise stop(TrygghetError(words(f"site.pdf.{error.key}", **error.values)), words) from None
        except TrygghetError as error:
            raise stop(error, words) from None
        try:
            with store.holding(out) as staging:
                means = Means(workers or os.cpu_count() or 1, scheduler, force, browser, not no_versions)
                good = _build_all(todo, out, staging, words, means)
        except store.BusyError as error:
            stderr().print(words("cli.build.busy", holder=str(error), place=str(out)), markup=False)
            raise typer.Exit(BUSY) from None
        except (TrygghetError, OSError) as error:
            from trygghet.report.making import told

            stderr().print(told(error, words), markup=False)
            raise typer.Exit(FAILED) from None
        if not good:
            raise typer.Exit(FAILED)


def _build_all(todo: list[Any], out: Path, staging: Path, words: Words, means: "Means") -> bool:
    """Build with a progress bar, write the pages over all reports, and print how each report went."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from trygghet.report import run
    from trygghet.report.site import write as write_site

    console = stderr()
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), console=console) as bar:
        task = bar.add_task("", total=len(todo))

        shares: dict[str, float] = {}

        def show(job: Any, done: int, cells: int) -> None:
            shares[job.place] = done / cells
            bar.update(task, completed=sum(shares.values()), description=f"{job.slug} {job.year} {job.report}")

        outcomes = run.build(todo, out, staging, means=means, progress=show)
        bar.update(task, completed=len(todo), description=words("cli.build.site"))
        checked = write_site(out, staging, Words(todo[0].language))
    _summary(outcomes, out, words, console)
    for check, pages in checked.failed.items():
        what = words(f"site.statement.checks.{check}")
        console.print(words("site.faults", check=what, pages=", ".join(pages)), markup=False)
    return all(outcome.good for outcome in outcomes)


def _summary(outcomes: list[Any], out: Path, words: Words, console: Console) -> None:
    for outcome in outcomes:
        state = "unchanged" if outcome.unchanged else "done" if outcome.good else "failed"
        mark = words(f"cli.build.{state}")
        where = (
            str(out / outcome.job.place)
            if outcome.good
            else f"{outcome.job.slug} {outcome.job.year} {outcome.job.report}"
        )
        console.print(f"{mark}  {where}", markup=False)
    for outcome in outcomes:
        for line in outcome.dropped:
            console.print(words("cli.build.dropped", place=outcome.job.place, what=line), markup=False)
    for error in dict.fromkeys(outcome.error for outcome in outcomes if not outcome.good):
        console.print(error, markup=False)
    good = sum(outcome.good for outcome in outcomes)
    console.print(words("cli.build.result", n=good, of=len(outcomes)))
    if n := sum(outcome.unchanged for outcome in outcomes):
        console.print(words("cli.build.skipped", n=n), markup=False)
    print_path = (out / "index.html").resolve()
    console.print(words("cli.build.open", path=str(print_path)), markup=False)
