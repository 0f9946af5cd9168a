"""`trygghet verify`: recompute every hash of what is published."""

# No postponed annotations here: typer reads them, and the help texts in them are local to each function.
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
        out: Annotated[str, typer.Argument(help=words("verify.out"), metavar="OUT")],
        language: Annotated[str | None, typer.Option(help=language_help)] = None,
    ) -> None:
        from trygghet.report import far
        from trygghet.report import verify as verifying

        try:
            with far.copied(out, finished=True) as (folder, shown):
                found = verifying.verify(folder)
        except verifying.NotPublishedError:
            raise stop(TrygghetError(words("verify.nothing", place=shown)), words) from None
        except TrygghetError as error:
            raise stop(error, words) from None
        for line in found.lines(words):
            stderr().print(line.replace(str(folder), shown), markup=False)
        if found.state == verifying.WRONG:
            raise typer.Exit(FAILED)
