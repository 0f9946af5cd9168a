"""`trygghet form`: make the questionnaires."""

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
            raise stop(error, words) from None
        console, wave = stderr(), ws.wave(source)
        console.print(words("cli.form.made"), markup=False)
        for path in made:
            console.print(f"  {path}", markup=False)
        if wave is not None:
            console.print(words("cli.form.next", file=wave.wave.file, folder=str(ws.folder)), markup=False)
