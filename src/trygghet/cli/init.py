"""`trygghet init`: make a new workspace."""

# No postponed annotations here: typer reads them, and the help texts in them are local to each function.
import sys
from pathlib import Path
from typing import Annotated

import typer

from trygghet.cli.shared import stderr, stop
from trygghet.errors import TrygghetError
from trygghet.messages import Words


def add(app: typer.Typer, words: Words) -> None:
    """Add the command to the app, in one language."""
    language_help = words("cli.language")

    @app.command("init", help=words("cli.init.help"))
    def init(
        folder: Annotated[Path, typer.Argument(help=words("cli.init.folder"), metavar="DIR")],
        name: Annotated[str | None, typer.Option(help=words("cli.init.name"))] = None,
        code: Annotated[str | None, typer.Option(help=words("cli.init.code"))] = None,
        area: Annotated[list[str] | None, typer.Option(help=words("cli.init.area"))] = None,
        year: Annotated[str | None, typer.Option(help=words("cli.init.year"))] = None,
        example: Annotated[str | None, typer.Option(help=words("cli.init.example"), metavar="NAME")] = None,
        language: Annotated[str | None, typer.Option(help=language_help)] = None,
    ) -> None:
        from trygghet import starting

        if example is not None:
            _copy_example(example, folder, words, given=language is not None)
            return
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
            raise stop(error, words) from None
        console = stderr()
        console.print(words("cli.init.made", folder=str(folder)), markup=False)
        for path in made:
            console.print(f"  {path}", markup=False)
        console.print(words("cli.init.next", folder=str(folder)), markup=False)


def _copy_example(name: str, folder: Path, words: Words, *, given: bool) -> None:
    from trygghet import examples

    try:
        examples.copy(name, folder, words.language if given else None)
    except TrygghetError as error:
        raise stop(error, words) from None
    stderr().print(words("cli.init.copied", name=name, folder=str(folder)), markup=False)
