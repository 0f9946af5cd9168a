"""`trygghet next`: begin the year after the last."""

# No postponed annotations here: typer reads them, and the help texts in them are local to each function.
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trygghet.cli.shared import stderr, stop
from trygghet.errors import TrygghetError
from trygghet.messages import Words

if TYPE_CHECKING:
    from trygghet.yearly import Begun


def add(app: typer.Typer, words: Words) -> None:
    """Add the command to the app, in one language."""
    language_help = words("cli.language")

    @app.command("next", help=words("cli.next.help"))
    def next_year(
        workspace: Annotated[Path, typer.Argument(help=words("cli.workspace"), metavar="WS")],
        language: Annotated[str | None, typer.Option(help=language_help)] = None,
    ) -> None:
        from trygghet.yearly import begin

        try:
            begun = begin(workspace, language=language)
        except TrygghetError as error:
            raise stop(error, words) from None
        _tell(begun, workspace, words)


def _tell(begun: "Begun", workspace: Path, words: Words) -> None:
    """What was made and what was there, the year's dates, what to deliver, and what to do then."""
    console = stderr()
    for key in ("made", "there", "kept", "missing"):
        if names := dict.fromkeys(getattr(begun, key)):
            console.print(words(f"cli.next.{key}", year=begun.year), markup=False)
            for name in names:
                console.print(f"  {name}", markup=False)
    for fault in begun.unasked:
        console.print(words("cli.next.unasked", fault=fault.text(words)), markup=False)
    console.print(words("cli.next.dates_heading", year=begun.year), markup=False)
    for one in begun.dates:
        console.print(f"  {one.day.isoformat()}  {one.text}", markup=False)
    console.print(words("cli.next.next", folder=str(workspace), year=begun.year), markup=False)
