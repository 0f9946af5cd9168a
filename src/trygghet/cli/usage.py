"""Help and faults of usage in the user's own language: the command line's library speaks only English."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import partial
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from trygghet.messages import Words

HEADINGS = {"Usage:": "usage", "Arguments:": "arguments", "Options:": "options", "Commands:": "commands"}
PHRASES = {
    "[required]": "required",
    "[default:": "default",
    "[OPTIONS]": "options_mark",
    "COMMAND [ARGS]...": "command_mark",
    "Show this message and exit.": "help",
}
TYPES = {
    "<list[Path]>": "type_paths",
    "<path>": "type_path",
    "<list[str]>": "type_texts",
    "<str>": "type_text",
    "<int range>": "type_number",
    "<int>": "type_number",
    "<float>": "type_number",
    "<float range>": "type_number",
}
"""What the library writes, and the message that says it."""


class App(typer.Typer):
    """A command line whose help is in one language."""

    def __init__(self, words: Words, **options: Any) -> None:
        class Group(TyperGroup):
            def get_help(self, ctx: Any) -> str:
                return translated(super().get_help(ctx), words)

        class Command(TyperCommand):
            def get_help(self, ctx: Any) -> str:
                return translated(super().get_help(ctx), words)

        super().__init__(cls=Group, **options)
        self._command_class = Command

    def command(self, name: str | None = None, **options: Any) -> Any:
        """As in `typer.Typer.command`; in the list of commands each has the first clause of its help."""
        short = re.split(r"[:;.] |\.$", options["help"])[0]
        return super().command(name, cls=self._command_class, short_help=f"{short}.", **options)


def translated(text: str, words: Words) -> str:
    """Help as the library writes it, in the language of the words; columns stay where they are."""
    for heading, key in HEADINGS.items():
        text = re.sub(rf"^{heading}", words(f"cli.usage.{key}"), text, flags=re.MULTILINE)
    for phrase, key in PHRASES.items():
        text = text.replace(phrase, words(f"cli.usage.{key}"))
    for kind, key in TYPES.items():
        said = f"<{words(f'cli.usage.{key}')}>"
        text = re.sub(rf"{re.escape(kind)}( *)", partial(_in_column, said), text)
    return text


def _in_column(said: str, found: re.Match[str]) -> str:
    """A word in another's place, with what followed where it stood if there is room for that."""
    return said.ljust(max(len(found[0]), len(said) + 2)) if found[1] else said


def fault(error: TyperException, words: Words) -> str:
    """What is wrong with how a command was written, what is meant perhaps, and where its help is.

    The library's exceptions are told apart by their names: only their base is public.
    """
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "trygghet"
    if type(error).__name__ == "NoArgsIsHelpError":
        return error.format_message()
    said = _said(error, context, words)
    return f"{said}\n{words('cli.usage.try', command=command)}"


def _said(error: TyperException, context: Any, words: Words) -> str:
    kind, message = type(error).__name__, error.message
    if kind == "NoSuchOption":
        near = ", ".join(sorted(getattr(error, "possibilities", None) or ()))
        return words(f"cli.usage.no_option{'_near' if near else ''}", name=_option(error), near=near)
    if kind in {"MissingParameter", "BadParameter"}:
        name = _parameter(error)
        return words("cli.usage.missing" if kind == "MissingParameter" else "cli.usage.bad_value", name=name)
    if kind == "BadOptionUsage":
        key = "no_value" if "does not take" in message else "needs_value"
        return words(f"cli.usage.{key}", name=_option(error))
    asked = re.search(r"No such command '(.*?)'", message)
    if asked and context is not None:
        near = ", ".join(get_close_matches(asked[1], context.command.commands))
        return words(f"cli.usage.no_command{'_near' if near else ''}", name=asked[1], near=near)
    extra = re.search(r"unexpected extra argument\(s\) \((.*)\)", message)
    return words("cli.usage.extra", name=extra[1]) if extra else words("cli.usage.unclear", what=message)


def _option(error: TyperException) -> str:
    return str(getattr(error, "option_name", ""))


def _parameter(error: TyperException) -> str:
    """How the parameter that a value was wrong or missing for is written."""
    parameter = getattr(error, "param", None)
    if parameter is None:
        return ""
    return str(max(parameter.opts, key=len) if parameter.param_type_name == "option" else parameter.metavar).rstrip(".")
