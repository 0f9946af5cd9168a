"""`trygghet ingest`: make one register of reports from many municipalities."""

# No postponed annotations here: typer reads them, and the help texts in them are local to each function.
from pathlib import Path
from typing import Annotated

import typer

from trygghet.cli.shared import BUSY, stderr, stop
from trygghet.errors import TrygghetError
from trygghet.messages import Words


def add(app: typer.Typer, words: Words) -> None:
    """Add the command to the app, in one language."""
    language_help = words("cli.language")

    @app.command("ingest", help=words("cli.ingest.help"))
    def ingest(
        files: Annotated[list[str], typer.Argument(help=words("cli.ingest.files"), metavar="FILE...")],
        out: Annotated[str, typer.Option(help=words("cli.ingest.out"))],
        fields: Annotated[Path | None, typer.Option(help=words("cli.ingest.fields"))] = None,
        language: Annotated[str | None, typer.Option(help=language_help)] = None,
    ) -> None:
        from trygghet.addresses import HeldError
        from trygghet.sources.far_ingest import ingest as make

        console = stderr()
        with console.status(words("cli.ingest.checked", n="0")) as shown:
            try:
                made, place = make(
                    files,
                    out,
                    fields=fields,
                    progress=lambda n: shown.update(words("cli.ingest.checked", n=words.number(n))),
                )
            except HeldError as error:
                console.print(error.text(words), markup=False)
                raise typer.Exit(BUSY) from None
            except TrygghetError as error:
                raise stop(error, words) from None
            except FileExistsError as error:
                raise stop(TrygghetError(words("cli.ingest.not_a_register", folder=str(error))), words) from None
        values = {"n": words.number(made.n), "places": words.number(made.municipalities), "folder": place}
        console.print(words("cli.ingest.made", **values), markup=False)
