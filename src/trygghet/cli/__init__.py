"""The commands. Exit 0 good, 1 some report failed, 2 wrong input or usage, 75 another run holds the place."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import typer

from trygghet.messages import LANGUAGES, Words

COMMANDS = (
    "audit",
    "build",
    "check",
    "diff",
    "export",
    "form",
    "ingest",
    "init",
    "lab",
    "lock",
    "next",
    "plan",
    "verify",
)
"""A module of this package for each; its `add(app, words)` adds the command."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the `trygghet` command."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    words = Words(_language(given))
    os.environ.setdefault("MPLBACKEND", "agg")
    make_app(words)(args=given, prog_name="trygghet")


def _language(arguments: Sequence[str]) -> str:
    """The language of help and messages: looked up before the commands are made, since help needs it too."""
    chosen = os.environ.get("TRYGGHET_LANGUAGE", "sv")
    for number, word in enumerate(arguments):
        if word == "--language" and number + 1 < len(arguments):
            chosen = arguments[number + 1]
        elif word.startswith("--language="):
            chosen = word.partition("=")[2]
    return chosen if chosen in LANGUAGES else "sv"


def make_app(words: Words) -> typer.Typer:
    """The command line in one language."""
    app = typer.Typer(
        name="trygghet",
        help=words("cli.help"),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for name in COMMANDS:
        import_module(f"trygghet.cli.{name}").add(app, words)
    return app
