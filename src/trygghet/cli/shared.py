"""What the commands share: exit codes, where they speak, how they stop."""

from __future__ import annotations

import os

import typer
from rich.console import Console

from trygghet.addresses.named import redacted
from trygghet.errors import LANGUAGE, InputError, SpokenError, TrygghetError
from trygghet.messages import Words

FAILED, WRONG, BUSY = 1, 2, 75


def stderr() -> Console:
    """Where messages go; what a command was asked for goes to standard output."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def asked_or_own(words: Words, asked: str | None, own: str) -> Words:
    """A command's `words` where a language was `asked` for, there or in the environment; else those of a workspace."""
    return words if asked or os.environ.get(LANGUAGE) else Words(own)


def stop(error: TrygghetError, words: Words) -> typer.Exit:
    """Say what is wrong with the input, every fault in a line, and give what ends the command."""
    text = error.text(words) if isinstance(error, InputError | SpokenError) else str(error)
    stderr().print(redacted(text), markup=False)
    return typer.Exit(WRONG)
