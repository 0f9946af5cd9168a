"""The commands. Exit 0 good, 1 some report failed, 2 wrong input or usage, 75 another run holds the place."""

# No postponed annotations here: typer reads them, and the help texts in them are local to each function.
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from trygghet.errors import Fault, InputError, TrygghetError
from trygghet.messages import LANGUAGES, Words

if TYPE_CHECKING:
    from pandas import DataFrame

FAILED, WRONG, BUSY = 1, 2, 75


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the `trygghet` command."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    words = Words(_language(given))
    os.environ.setdefault("MPLBACKEND", "agg")
    make_app(words)(args=given, prog_name="trygghet")


def _language(arguments: Sequence[str]) -> str:
    """The language of help and messages: looked up before the commands are made, since help needs it too."""
    chosen = os.environ.get("TRYGGHET_LANGUAGE", "sv")
    for number, word in enumerate(arguments):
        if word == "--language" and number + 1 < len(arguments):
            chosen = arguments[number + 1]
        elif word.startswith("--language="):
            chosen = word.partition("=")[2]
    return chosen if chosen in LANGUAGES else "sv"


def make_app(words: Words) -> typer.Typer:
    """The command line in one language."""
    app = typer.Typer(
        name="trygghet",
        help=words("cli.help"),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    _add_audit(app, words)
    _add_build(app, words)
    _add_check(app, words)
    _add_form(app, words)
    _add_init(app, words)
    _add_lab(app, words)
    _add_lock(app, words)
    _add_plan(app, words)
    _add_verify(app, words)
    return app


def _console() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True)


def _stop(error: TrygghetError, words: Words) -> typer.Exit:
    text = error.text(words) if isinstance(error, InputError) else str(error)
    _console().print(text, markup=False)
    return typer.Exit(WRONG)


def _add_audit(app: typer.Typer, words: Words) -> None:
    language_help = words("cli.language")

    @app.command("audit", help=words("audit.help"))
    def audit(
        out: Annotated[Path, typer.Argument(help=words("audit.out"), metavar="OUT")],
        language: Annotated[str | None, typer.Option(help=language_help)] = None,
    ) -> None:
        from trygghet import audit as attacking

        try:
            found = attacking.audit(out)
        except attacking.NotPublishedError as error:
            raise _stop(TrygghetError(words("audit.nothing", place=str(error))), words) from None
        for finding in found:
            typer.echo(finding.text(words))
        _console().print(words("audit.found", n=len(found)) if found else words("audit.safe"), markup=False)
        if found:
            raise typer.Exit(FAILED)


def _add_build(app: typer.Typer, words: Words) -> None:
    language_help = words("cli.language")

    @app.command("build", help=words("cli.build.help"))
    def build(
        workspaces: Annotated[list[Path], typer.Argument(help=words("cli.workspaces"), metavar="WS...")],
        year: Annotated[list[str] | None, typer.Option(help=words("cli.build.year"))] = None,
        report: Annotated[list[str] | None, typer.Option(help=words("cli.build.report"))] = None,
        out: Annotated[Path, typer.Option(help=words("cli.build.out"))] = Path("reports"),
        pdf: Annotated[bool, typer.Option("--pdf", help=words("cli.build.pdf"))] = False,
        no_versions: Annotated[bool, typer.Option("--no-versions", help=words("cli.build.no_versions"))] = False,
        language: Annotated[str | None, typer.Option(help=language_help)] = None,
    ) -> None:
        from trygghet.report import pdf as printing
        from trygghet.report import plan, store

        try:
            todo = plan.jobs(workspaces, years=year or (), reports=report or (), language=language)
            browser = printing.find_browser() if pdf else None
        except printing.BrowserError as error:
            raise _stop(TrygghetError(words(f"site.pdf.{error.key}", **error.values)), words) from None
        except TrygghetError as error:
            raise _stop(error, words) from None
        try:
            with store.holding(out) as staging:
                good = _build_all(todo, out, staging, words, browser=browser, keep=not no_versions)
        except store.BusyError as error:
            _console().print(words("cli.build.busy", holder=str(error), place=str(out)), markup=False)
            raise typer.Exit(BUSY) from None
        except (TrygghetError, OSError) as error:
            from trygghet.report.run import told

            _console().print(told(error, words), markup=False)
            raise typer.Exit(FAILED) from None
        if not good:
            raise typer.Exit(FAILED)


def _build_all(todo: list, out: Path, staging: Path, words: Words, **options: Any) -> bool:
    """Build with a progress bar, write the pages over all reports, and print how each report went."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from trygghet.report import run
    from trygghet.report.site import write as write_site

    console = _console()
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), console=console) as bar:
        task = bar.add_task("", total=len(todo))

        def show(job, done: int, cells: int) -> None:
            place = todo.index(job)
            bar.update(task, completed=place + done / cells, description=f"{job.slug} {job.year} {job.report}")

        outcomes = run.build(todo, out, staging, progress=show, **options)
        bar.update(task, completed=len(todo), description=words("cli.build.site"))
        checked = write_site(out, staging, Words(todo[0].language))
    _summary(outcomes, out, words, console)
    for check, pages in checked.failed.items():
        what = words(f"site.statement.checks.{check}")
        console.print(words("site.faults", check=what, pages=", ".join(pages)), markup=False)
    return all(outcome.good for outcome in outcomes)


def _summary(outcomes: list, out: Path, words: Words, console: Console) -> None:
    for outcome in outcomes:
        mark = words("cli.build.done" if outcome.good else "cli.build.failed")
        where = (
            str(out / outcome.job.place)
            if outcome.good
            else f"{outcome.job.slug} {outcome.job.year} {outcome.job.report}"
        )
        console.print(f"{mark}  {where}", markup=False)
    for outcome in outcomes:
        for line in outcome.dropped:
            console.print(words("cli.build.dropped", place=outcome.job.place, what=line), markup=False)
        if not outcome.good:
            console.print(outcome.error, markup=False)
    good = sum(outcome.good for outcome in outcomes)
    console.print(words("cli.build.result", n=good, of=len(outcomes)))
    print_path = (out / "index.html").resolve()
    console.print(words("cli.build.open", path=str(print_path)), markup=False)


def _add_check(app: typer.Typer, words: Words) -> None:
    language_help = words("cli.language")

    @app.command("check", help=words("cli.check.help"))
    def check(
        workspace: Annotated[Path, typer.Argument(help=words("cli.workspace"), metavar="WS")],
        year: Annotated[list[str] | None, typer.Option(help=words("cli.check.year"))] = None,
        language: Annotated[str | None, typer.Option(help=language_help)] = None,
    ) -> None:
        from trygghet.sources.checking import check as check_sources
        from trygghet.workspace import Workspace

        console, bad = _console(), False
        try:
            ws = Workspace.open(workspace)
            views = [ws.at(one) for one in (year or ws.years)]
        except TrygghetError as error:
            raise _stop(error, words) from None
        for view in views:
            faults, notes = check_sources(view)
            console.print(words("cli.check.year_heading", year=view.year), markup=False)
            for note in notes:
                console.print(f"  {note}", markup=False)
            if faults:
                bad = True
                console.print(InputError(faults).text(words), markup=False)
        console.print(words("cli.check.bad" if bad else "cli.check.good"), markup=False)
        if bad:
            raise typer.Exit(WRONG)


def _add_form(app: typer.Typer, words: Words) -> None:
    language_help = words("cli.language")

    @app.command("form", help=words("cli.form.help"))
    def form(
        workspace: Annotated[Path, typer.Argument(help=words("cli.workspace"), metavar="WS")],
        source: Annotated[str, typer.Argument(help=words("cli.form.source"), metavar="citizens|staff")],
        out: Annotated[Path | None, typer.Option(help=words("cli.form.out"))] = None,
        year: Annotated[str | None, typer.Option(help=words("cli.form.year"))] = None,
        language: Annotated[str | None, typer.Option(help=language_help)] = None,
    ) -> None:
        from trygghet import forms
        from trygghet.workspace import Workspace

        try:
            ws = Workspace.open(workspace, year)
            folder = out or ws.folder / "forms" / ws.year
            made = forms.write_forms(ws, source, folder, language=language)
        except TrygghetError as error:
            raise _stop(error, words) from None
        console, wave = _console(), ws.wave(source)
        console.print(words("cli.form.made"), markup=False)
        for path in made:
            console.print(f"  {path}", markup=False)
        if wave is not None:
            console.print(words("cli.form.next", file=wave.wave.file, folder=str(ws.folder)), markup=False)


def _add_init(app: typer.Typer, words: Words) -> None:
    language_help = words("cli.language")

    @app.command("init", help=words("cli.init.help"))
    def init(
        folder: Annotated[Path, typer.Argument(help=words("cli.init.folder"), metavar="DIR")],
        name: Annotated[str | None, typer.Option(help=words("cli.init.name"))] = None,
        code: Annotated[str | None, typer.Option(help=words("cli.init.code"))] = None,
        area: Annotated[list[str] | None, typer.Option(help=words("cli.init.area"))] = None,
        year: Annotated[str | None, typer.Option(help=words("cli.init.year"))] = None,
        language: Annotated[str | None, typer.Option(help=language_help)] = None,
    ) -> None:
        from trygghet import starting

        asking = sys.stdin.isatty()
        answers = {
            "name": name or (typer.prompt(words("cli.init.ask_name")) if asking else ""),
            "code": code or (typer.prompt(words("cli.init.ask_code")) if asking else ""),
            "year": year or (typer.prompt(words("cli.init.ask_year")) if asking else ""),
        }
        areas = area or (typer.prompt(words("cli.init.ask_areas")).split(",") if asking else [])
        try:
            made = starting.start(folder, areas=areas, language=language or "sv", **answers)
        except TrygghetError as error:
            raise _stop(error, words) from None
        console = _console()
        console.print(words("cli.init.made", folder=str(folder)), markup=False)
        for path in made:
            console.print(f"  {path}", markup=False)
        console.print(words("cli.init.next", folder=str(folder)), markup=False)


def _add_lab(app: typer.Typer, words: Words) -> None:
    language_help = words("cli.language")

    @app.command("lab", help=words("cli.lab.help"))
    def lab(
        workspace: Annotated[Path, typer.Argument(help=words("cli.workspace"), metavar="WS")],
        year: Annotated[str | None, typer.Option(help=words("cli.lab.year"))] = None,
        language: Annotated[str | None, typer.Option(help=language_help)] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help=words("cli.lab.dry_run"))] = False,
    ) -> None:
        from trygghet import lab as working
        from trygghet.workspace import Workspace

        try:
            ws = Workspace.open(workspace, year)
        except TrygghetError as error:
            raise _stop(error, words) from None
        folder = working.prepare(ws, language=language or ws.settings.language)
        _console().print(words("cli.lab.folder", folder=str(folder)), markup=False)
        if not dry_run:
            raise typer.Exit(working.open_lab(folder))


def _add_lock(app: typer.Typer, words: Words) -> None:
    language_help = words("cli.language")

    @app.command("lock", help=words("cli.lock.help"))
    def lock(
        workspace: Annotated[Path, typer.Argument(help=words("cli.workspace"), metavar="WS")],
        year: Annotated[str, typer.Option(help=words("cli.lock.year"))],
        amend: Annotated[bool, typer.Option("--amend", help=words("cli.lock.amend"))] = False,
        reason: Annotated[str, typer.Option(help=words("cli.lock.reason"), metavar="TEXT")] = "",
        language: Annotated[str | None, typer.Option(help=language_help)] = None,
    ) -> None:
        from trygghet import promises
        from trygghet.workspace import Workspace

        console = _console()
        try:
            ws = Workspace.open(workspace, year)
            before = promises.load_lock(ws)
            after = promises.lock_promises(ws, day=_today(), reason=reason if amend else "")
        except TrygghetError as error:
            raise _stop(error, words) from None
        if after.current is None:
            raise _stop(TrygghetError(words("cli.lock.nothing")), words)
        key = "same" if len(after.entries) == len(before.entries) else "amended" if before.entries else "done"
        day = words.day(after.current.day)
        console.print(words(f"cli.lock.{key}", sha256=after.current.sha256, day=day), markup=False)
        for name, sha256 in after.current.baseline.items():
            console.print(f"  {name}  {sha256}", markup=False)
        console.print(words("cli.lock.where", path=str(promises.lock_path(ws))), markup=False)


def _today() -> date:
    return date.today()


def _add_plan(app: typer.Typer, words: Words) -> None:
    language_help = words("cli.language")

    @app.command("plan", help=words("cli.plan.help"))
    def plan(
        workspace: Annotated[Path, typer.Argument(help=words("cli.workspace"), metavar="WS")],
        year: Annotated[str | None, typer.Option(help=words("cli.plan.year"))] = None,
        xlsx: Annotated[Path | None, typer.Option(help=words("cli.plan.xlsx"), metavar="FILE")] = None,
        language: Annotated[str | None, typer.Option(help=language_help)] = None,
    ) -> None:
        from trygghet.followup import Followup
        from trygghet.plan_words import plan_table
        from trygghet.promise_sheet import write_registry_workbook
        from trygghet.workspace import Workspace

        try:
            followup = Followup(Workspace.open(workspace, year), language)
            registry = followup.registry_as_written
            phi = {goal.id: followup.dispersion(goal) for goal in registry.goals if goal.is_count}
            table = plan_table(registry, words, phi=phi)
            if xlsx is not None and xlsx.exists():
                raise TrygghetError(words("cli.plan.exists", path=str(xlsx)))
        except TrygghetError as error:
            raise _stop(error, words) from None
        _print_plan(table, registry.warnings, words)
        if xlsx is not None:
            write_registry_workbook(registry, xlsx, words)
            _console().print(words("cli.plan.wrote", path=str(xlsx)), markup=False)


def _print_plan(table: "DataFrame", warnings: Sequence[Fault], words: Words) -> None:
    """Every goal with its sentences, the ways out of what cannot be measured, and what a reader should know."""
    console, ways = _console(), list(words.raw("evaluation.plan.ways").values())
    for row in table.to_dict("records"):
        console.print(f"{row['goal']}  {row['title']}", markup=False)
        for sentence in (text for text in row["sentences"] if text not in ways):
            console.print(f"  {sentence}", markup=False)
        for line in row["chart"]:
            console.print(f"    {line}", markup=False)
    if not table["measurable"].all():
        console.print(words("cli.plan.ways"), markup=False)
        for way in ways:
            console.print(f"  {way}", markup=False)
    if warnings:
        console.print(words("cli.plan.warnings"), markup=False)
    for fault in warnings:
        console.print(f"  {fault.text(words)}", markup=False)
    n = int(table["measurable"].sum())
    console.print(words("cli.plan.result", n=n, of=len(table)), markup=False)


def _add_verify(app: typer.Typer, words: Words) -> None:
    language_help = words("cli.language")

    @app.command("verify", help=words("verify.help"))
    def verify(
        out: Annotated[Path, typer.Argument(help=words("verify.out"), metavar="OUT")],
        language: Annotated[str | None, typer.Option(help=language_help)] = None,
    ) -> None:
        from trygghet.report import verify as verifying

        try:
            found = verifying.verify(out)
        except verifying.NotPublishedError as error:
            raise _stop(TrygghetError(words("verify.nothing", place=str(error))), words) from None
        for line in found.lines(words):
            _console().print(line, markup=False)
        if found.state == verifying.WRONG:
            raise typer.Exit(FAILED)


if __name__ == "__main__":
    main()
