"""`trygghet plan`: say what the goals could show."""

# No postponed annotations here: typer reads them, and the help texts in them are local to each function.
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trygghet.cli.shared import stderr, stop
from trygghet.errors import Fault, TrygghetError
from trygghet.messages import Words

if TYPE_CHECKING:
    from pandas import DataFrame


def add(app: typer.Typer, words: Words) -> None:
    """Add the command to the app, in one language."""
    language_help = words("cli.language")

    @app.command("plan", help=words("cli.plan.help"))
    def plan(
        workspace: Annotated[Path, typer.Argument(help=words("cli.workspace"), metavar="WS")],
        year: Annotated[str | None, typer.Option(help=words("cli.plan.year"))] = None,
        xlsx: Annotated[Path | None, typer.Option(help=words("cli.plan.xlsx"), metavar="FILE")] = None,
        language: Annotated[str | None, typer.Option(help=language_help)] = None,
    ) -> None:
        from trygghet.followup import Followup
        from trygghet.plan_words import plan_table
        from trygghet.promise_sheet import write_registry_workbook
        from trygghet.workspace import Workspace

        try:
            followup = Followup(Workspace.open(workspace, year), language)
            registry = followup.registry_as_written
            phi = {goal.id: followup.dispersion(goal) for goal in registry.goals if goal.is_count}
            table = plan_table(registry, words, phi=phi)
            if xlsx is not None and xlsx.exists():
                raise TrygghetError(words("cli.plan.exists", path=str(xlsx)))
        except TrygghetError as error:
            raise stop(error, words) from None
        _print_plan(table, registry.warnings, words)
        if xlsx is not None:
            write_registry_workbook(registry, xlsx, words)
            stderr().print(words("cli.plan.wrote", path=str(xlsx)), markup=False)


def _print_plan(table: "DataFrame", warnings: Sequence[Fault], words: Words) -> None:
    """Every goal with its sentences, the ways out of what cannot be measured, and what a reader should know."""
    console, ways = stderr(), list(words.raw("evaluation.plan.ways").values())
    for row in table.to_dict("records"):
        console.print(f"{row['goal']}  {row['title']}", markup=False)
        for sentence in (text for text in row["sentences"] if text not in ways):
            console.print(f"  {sentence}", markup=False)
        for line in row["chart"]:
            console.print(f"    {line}", markup=False)
    if not table["measurable"].all():
        console.print(words("cli.plan.ways"), markup=False)
        for way in ways:
            console.print(f"  {way}", markup=False)
    if warnings:
        console.print(words("cli.plan.warnings"), markup=False)
    for fault in warnings:
        console.print(f"  {fault.text(words)}", markup=False)
    n = int(table["measurable"].sum())
    console.print(words("cli.plan.result", n=n, of=len(table)), markup=False)
