"""The commands. Exit 0 good, 1 some report failed, 2 wrong input or usage, 75 another run holds the place."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import typer
from typer.exceptions import TyperException

from trygghet.addresses.named import is_address, shown
from trygghet.cli import usage
from trygghet.cli.shared import FAILED, WRONG, stderr
from trygghet.errors import LANGUAGE
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
FAR = ("audit", "build", "ingest", "verify")
"""Those that take addresses for folders."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the `trygghet` command."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    asked = _language(given)
    words = Words(asked if asked in LANGUAGES else "sv")
    if asked not in LANGUAGES:
        stderr().print(words("cli.usage.language", asked=asked), markup=False)
        sys.exit(WRONG)
    os.environ.setdefault("MPLBACKEND", "agg")
    if given and given[0] not in FAR and (found := _address(given[1:])):
        known = words.sequence([*FAR])
        stderr().print(words("cli.only_here", address=found, command=given[0], commands=known), markup=False)
        sys.exit(WRONG)
    try:
        code = make_app(words)(args=given, prog_name="trygghet", standalone_mode=False)
    except TyperException as error:
        stderr().print(usage.fault(error, words), markup=False)
        sys.exit(error.exit_code)
    except typer.Abort:
        sys.exit(FAILED)
    sys.exit(code or 0)


def _language(arguments: Sequence[str]) -> str:
    """The language of help and messages: looked up before the commands are made, since help needs it too."""
    chosen = os.environ.get(LANGUAGE, "sv")
    for number, word in enumerate(arguments):
        if word == "--language" and number + 1 < len(arguments):
            chosen = arguments[number + 1]
        elif word.startswith("--language="):
            chosen = word.partition("=")[2]
    return chosen


def _address(arguments: Sequence[str]) -> str:
    """An address, as it may be shown, that is given in place of a folder; empty when there is none."""
    before = ("", *arguments)
    places = [word for word, former in zip(arguments, before, strict=False) if not former.startswith("--")]
    far = [word for word in places if not word.startswith("-") and is_address(word) and " " not in word]
    return shown(far[0]) if far else ""


def make_app(words: Words) -> typer.Typer:
    """The command line in one language."""
    app = usage.App(
        words,
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
