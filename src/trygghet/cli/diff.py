"""`trygghet diff`: say what an analyst's notebooks change against the shipped ones."""

# No postponed annotations here: typer reads them, and the help texts in them are local to each function.
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from trygghet.cli.shared import FAILED, stop
from trygghet.errors import TrygghetError
from trygghet.messages import Words

if TYPE_CHECKING:
    from trygghet.notebook_diff import Difference

STYLES = {"+": "green", "-": "red", "@": "cyan"}


def add(app: typer.Typer, words: Words) -> None:
    """Add the command to the app, in one language."""
    language_help = words("cli.language")

    @app.command("diff", help=words("cli.diff.help"))
    def diff(
        workspace: Annotated[Path, typer.Argument(help=words("cli.workspace"), metavar="WS")],
        files: Annotated[list[Path] | None, typer.Argument(help=words("cli.diff.files"), metavar="[FILE...]")] = None,
        year: Annotated[str | None, typer.Option(help=words("cli.diff.year"))] = None,
        against: Annotated[str | None, typer.Option(help=words("cli.diff.against"), metavar="NAME")] = None,
        language: Annotated[str | None, typer.Option(help=language_help)] = None,
    ) -> None:
        from trygghet import notebook_diff
        from trygghet.lab import working_folder
        from trygghet.workspace import Workspace

        try:
            folder = working_folder(Workspace.open(workspace, year))
            chosen = files or sorted(folder.glob("*.ipynb"))
            if not chosen:
                raise TrygghetError(words("cli.diff.none", folder=str(folder)))
            bases = [notebook_diff.base_of(file, against) for file in chosen]
            found = [notebook_diff.compare(file, base) for file, base in zip(chosen, bases, strict=True)]
        except TrygghetError as error:
            raise stop(error, words) from None
        console = Console(highlight=False, soft_wrap=True)
        for file, base, differing in zip(chosen, bases, found, strict=True):
            _show(differing, f"{file.parent.name}/{file.name}", base.stem, words, console)
        if any(differing.cells for differing in found):
            raise typer.Exit(FAILED)


def _show(found: "Difference", file: str, base: str, words: Words, console: Console) -> None:
    """A notebook's changes: its parameters in a line each, then cell by cell."""
    state = "changed" if found.cells else "parameters_only" if found.parameters else "same"
    console.print(words(f"cli.diff.{state}", file=file, base=base), markup=False, style="bold")
    for name, before, after in found.parameters:
        console.print("  " + words("cli.diff.parameter", name=name, before=before, after=after), markup=False)
    for change in found.cells:
        values = {"before": change.before, "after": change.after, "cell": words(f"cli.diff.cells.{change.cell}")}
        console.print("  " + words(f"cli.diff.kinds.{change.kind}", **values), markup=False)
        for line in change.lines:
            console.print(f"    {line}", markup=False, style=STYLES.get(line[:1]))
