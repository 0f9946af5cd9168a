"""`trygghet check`: read every source and say what is wrong."""

# No postponed annotations here: typer reads them, and the help texts in them are local to each function.
from pathlib import Path
from typing import Annotated

import typer

from trygghet.cli.shared import WRONG, asked_or_own, stderr, stop
from trygghet.errors import InputError, SpokenError, TrygghetError
from trygghet.messages import Words


def add(app: typer.Typer, words: Words) -> None:
    """Add the command to the app, in one language."""
    language_help = words("cli.language")

    @app.command("check", help=words("cli.check.help"))
    def check(
        workspace: Annotated[Path, typer.Argument(help=words("cli.workspace"), metavar="WS")],
        year: Annotated[list[str] | None, typer.Option(help=words("cli.check.year"))] = None,
        language: Annotated[str | None, typer.Option(help=language_help)] = None,
    ) -> None:
        from trygghet import own_notebooks
        from trygghet.page_names import folder_faults
        from trygghet.sources.checking import check as check_sources
        from trygghet.workspace import Workspace

        console, bad = stderr(), False
        try:
            ws = Workspace.open(workspace)
            told = asked_or_own(words, language, ws.settings.language)
            ws = ws.speaking(told.language)
            views = [ws.at(one) for one in (year or ws.years)]
        except TrygghetError as error:
            raise stop(error, words) from None
        for view in views:
            try:
                faults, notes = check_sources(view)
            except SpokenError as error:  # a register's address that cannot be reached
                raise stop(error, told) from None
            faults += own_notebooks.faults(view, view.year) + (folder_faults(ws.folder) if view is views[0] else [])
            console.print(told("cli.check.year_heading", year=view.year), markup=False)
            for note in notes:
                console.print(f"  {note}", markup=False)
            if faults:
                bad = True
                console.print(InputError(faults).text(told), markup=False)
        console.print(told("cli.check.bad" if bad else "cli.check.good"), markup=False)
        if bad:
            raise typer.Exit(WRONG)
