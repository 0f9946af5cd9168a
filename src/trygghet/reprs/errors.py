"""An input error in a notebook: its lines and what to do, instead of a wall of program code."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any

from trygghet.errors import InputError
from trygghet.messages import LANGUAGES, Words

SHORT = ("context", "minimal", "docs")
"""Modes of IPython's ``%xmode`` in which an input error is told in its own lines; "plain" and "verbose" show all."""


def rendered(error: InputError) -> list[str]:
    """The lines IPython shows: a heading, a line for each fault, and how to see the program's own lines.

    With ``%xmode Verbose`` (or Plain) the whole traceback, as of any other error.
    """
    shell: Any = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    traceback: Any = getattr(shell, "InteractiveTB", None)
    if traceback is not None and str(traceback.mode).lower() not in SHORT:
        return list(traceback.structured_traceback(type(error), error, error.__traceback__))
    words = _words(error)
    heading = words("shown.errors.heading", n=len(error.faults))
    return [heading, error.text(words), words("shown.errors.more")]


def _words(error: InputError) -> Words:
    """Of the language the error knows, else of what was being worked on when it was raised."""
    if error.language in LANGUAGES:
        return Words(error.language)
    at: TracebackType | None = error.__traceback__
    while at is not None:
        for value in list(at.tb_frame.f_locals.values()):
            words = getattr(value, "words", None) if type(value).__module__.startswith("trygghet.") else None
            if isinstance(words, Words):
                return words
        at = at.tb_next
    return Words()
