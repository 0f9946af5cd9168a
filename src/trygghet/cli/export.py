"""`trygghet export`: published figures for SPSS, Stata, R and Power BI."""

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

    @app.command("export", help=words("cli.export.help"))
    def export(
        out: Annotated[Path, typer.Argument(help=words("cli.export.out"), metavar="OUT")],
        to: Annotated[str, typer.Option(help=words("cli.export.to"), metavar="sav|dta|feather|parquet|csv")],
        file: Annotated[Path | None, typer.Option(help=words("cli.export.file"))] = None,
        language: Annotated[str | None, typer.Option(help=language_help)] = None,
    ) -> None:
        from trygghet.exporting import export_published

        path = file or Path(f"{words('cli.export.name')}.{to.lower()}")
        try:
            made = export_published(out, path if path.suffix else path.with_suffix(f".{to.lower()}"), words=words)
        except TrygghetError as error:
            raise stop(error, words) from None
        for one in made:
            stderr().print(words("cli.export.wrote", path=str(one)), markup=False)
