"""`trygghet lab`: open JupyterLab on the reports' notebooks."""

# No postponed annotations here: typer reads them, and the help texts in them are local to each function.
from pathlib import Path
from typing import Annotated

import typer

from trygghet.cli.shared import stderr, stop
from trygghet.errors import TrygghetError
from trygghet.messages import Words


def add(app: typer.Typer, words: Words) -> None:
    """Add the command to the app, in one language."""
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
            raise stop(error, words) from None
        spoken = language or ws.settings.language
        folder = working.prepare(ws, language=spoken)
        stderr().print(words("cli.lab.folder", folder=str(folder)), markup=False)
        if not dry_run:
            raise typer.Exit(working.open_lab(folder, spoken))
