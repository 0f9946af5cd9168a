"""`trygghet audit`: search what is published for persons, as an attacker would."""

# No postponed annotations here: typer reads them, and the help texts in them are local to each function.
from typing import Annotated

import typer

from trygghet.cli.shared import FAILED, stderr, stop
from trygghet.errors import TrygghetError
from trygghet.messages import Words


def add(app: typer.Typer, words: Words) -> None:
    """Add the command to the app, in one language."""
    language_help = words("cli.language")

    @app.command("audit", help=words("audit.help"))
    def audit(
        out: Annotated[str, typer.Argument(help=words("audit.out"), metavar="OUT")],
        language: Annotated[str | None, typer.Option(help=language_help)] = None,
    ) -> None:
        from trygghet import audit as attacking
        from trygghet.report import far

        try:
            with far.copied(out) as (folder, shown):
                found = attacking.audit(folder)
        except attacking.NotPublishedError:
            raise stop(TrygghetError(words("audit.nothing", place=shown)), words) from None
        except TrygghetError as error:
            raise stop(error, words) from None
        for finding in found:
            typer.echo(finding.text(words))
        stderr().print(words("audit.found", n=len(found)) if found else words("audit.safe"), markup=False)
        if found:
            raise typer.Exit(FAILED)
