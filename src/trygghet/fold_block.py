"""Blocks behind a heading that opens them: for pages over many places, which nobody reads from end to end."""

from __future__ import annotations

from dataclasses import dataclass

from trygghet.blocks import Block, _checked_id


@dataclass(frozen=True)
class Fold(Block):
    """What is shown when the reader opens it.

    Parameters
    ----------
    id : anchor.  title : what is inside, seen when closed.  note : how much it is, beside the title.
    items : the blocks inside; no sections.
    """

    id: str
    title: str
    items: tuple[Block, ...]
    note: str = ""

    def __post_init__(self) -> None:
        _checked_id(self.id)
        object.__setattr__(self, "items", tuple(self.items))
