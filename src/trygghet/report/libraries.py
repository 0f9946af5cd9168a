"""nbformat imported without what it looks for and never uses here: most of a second, at every build."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

UNUSED = ("rfc3987_syntax",)
"""Builds a parser of international addresses when it is imported (jsonschema's check of the format ``iri``); it comes
with JupyterLab, and the schema of notebooks asks for no such check."""


def import_nbformat() -> None:
    """Import nbformat, so that whoever imports it next (papermill, nbconvert) finds it there."""
    with _absent(UNUSED):
        import nbformat  # noqa: F401


@contextmanager
def _absent(names: tuple[str, ...]) -> Iterator[None]:
    """Let optional modules be looked for in vain, those that are not imported yet."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type] # None is Python's own mark for "not to be had"
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
