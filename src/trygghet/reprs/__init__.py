"""How the package's objects show themselves in JupyterLab and in plain text.

An object's class names its teller, a module of this package that is read when the object is first shown: so the
classes know nothing of what shows them, and `import trygghet` pays nothing for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar

from trygghet.blocks import Block
from trygghet.messages import Words

__all__ = ["Shown", "told", "words_of"]


class Shown:
    """Shows itself by what its teller says: blocks as HTML in JupyterLab, as lines of text elsewhere."""

    _teller: ClassVar[str]
    """Name of a module in `trygghet.reprs` with ``tell(item, words)``."""

    def _repr_html_(self) -> str:
        html: str = _drawn().as_html(told(self), words_of(self))
        return html

    def __repr__(self) -> str:
        text: str = _drawn().as_text(told(self))
        return text

    def __str__(self) -> str:
        return repr(self)

    def __dir__(self) -> list[str]:
        """Without what is private, so that Tab lists what a reader may use."""
        return [name for name in super().__dir__() if not name.startswith("_") or name.startswith("__")]


def told(item: Any) -> tuple[Block, ...]:
    """What an object says of itself, as blocks."""
    teller = import_module(f"{__name__}.{item._teller}")
    return tuple(teller.tell(item, words_of(item)))


def words_of(item: Any) -> Words:
    """The words of an object: its workspace's where it knows it, else those of its ``language``, else Swedish."""
    words = getattr(item, "words", None)
    return words if isinstance(words, Words) else Words(getattr(item, "language", None) or "sv")


def _drawn() -> Any:
    return import_module(f"{__name__}.drawn")
