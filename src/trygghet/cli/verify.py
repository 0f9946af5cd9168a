"""`trygghet verify`: recompute every hash of what is published."""

# No postponed annotations here: typer reads them, and the help texts in them are local to each function.
from pathlib import Path
from typing import Annotated

import typer

from trygghet.cli.shared import FAILED, stderr, stop
from trygghet.errors import TrygghetError
from trygghet.messages import Words


def add(app: typer.Typer, words: Words) -> None:
    """Add the command to the app, in one language."""
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
            raise stop(TrygghetError(words("verify.nothing", place=str(error))), words) from None
        for line in found.lines(words):
            stderr().print(line, markup=False)
        if found.state == verifying.WRONG:
            raise typer.Exit(FAILED)
