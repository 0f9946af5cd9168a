"""`trygghet lock`: lock a year's promises."""

# No postponed annotations here: typer reads them, and the help texts in them are local to each function.
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from trygghet.cli.shared import stderr, stop
from trygghet.errors import TrygghetError
from trygghet.messages import Words


def add(app: typer.Typer, words: Words) -> None:
    """Add the command to the app, in one language."""
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
        from trygghet.report.far.registers import bring
        from trygghet.workspace import Workspace

        console = stderr()
        try:
            ws = Workspace.open(workspace, year)
            bring(ws, {})  # a baseline may be measured in a register at an address
            before = promises.load_lock(ws)
            after = promises.lock_promises(ws, day=_today(), reason=reason if amend else "")
        except TrygghetError as error:
            raise stop(error, words) from None
        if after.current is None:
            raise stop(TrygghetError(words("cli.lock.nothing")), words)
        key = "same" if len(after.entries) == len(before.entries) else "amended" if before.entries else "done"
        day = words.day(after.current.day)
        console.print(words(f"cli.lock.{key}", sha256=after.current.sha256, day=day), markup=False)
        for name, sha256 in after.current.baseline.items():
            console.print(f"  {name}  {sha256}", markup=False)
        console.print(words("cli.lock.where", path=str(promises.lock_path(ws))), markup=False)


def _today() -> date:
    return date.today()
