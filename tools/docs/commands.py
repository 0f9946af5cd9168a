"""A page of every command with its arguments and options, in the words of its own help."""

from __future__ import annotations

from typing import Any

import typer
from vocabulary import WORDS

from trygghet.cli import make_app
from trygghet.messages import Words


def page() -> str:
    """The page as Markdown."""
    words = WORDS["commands"]
    head = ["| " + " | ".join(words["columns"]) + " |", "|---|---|"]
    lines = [f"# {words['title']}", "", words["lead"]]
    group: Any = typer.main.get_command(make_app(Words("sv")))
    for name in sorted(group.commands):
        command = group.commands[name]
        lines += [f"## trygghet {name} {{#{name}}}", "", _plain(command.help or ""), "", *head]
        lines += [f"| `{_written(p)}` | {_plain(getattr(p, 'help', '') or '')} |" for p in command.params]
        lines.append("")
    return "\n".join(lines)


def _written(parameter: Any) -> str:
    """An argument or option as it is typed."""
    if parameter.param_type_name == "argument":
        return parameter.metavar or parameter.name.upper()
    first = parameter.opts[0]
    return first if parameter.is_flag else f"{first} {parameter.metavar or parameter.name.upper()}"


def _plain(text: str) -> str:
    return text.replace("|", "&#124;").replace("<", "&lt;").replace("\n", " ")
