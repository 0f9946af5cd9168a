"""Blocks of one object as one piece of HTML, or as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import singledispatch

from trygghet import blocks as b
from trygghet.messages import Words
from trygghet.render import preview_css, render

APART = "display:grid;grid-template-columns:minmax(0,1fr);gap:.8rem"
WIDEST = 44
"""Letters of a cell in plain text; longer ones are cut."""


def as_html(items: Iterable[b.Block], words: Words) -> str:
    """The blocks with their style sheet, as JupyterLab shows them under a cell."""
    html = "".join(render(item, words) for item in items)
    return f'<div class="tg tg-preview" style="{APART}"><style>{preview_css()}</style>{html}</div>'


def as_text(items: Iterable[b.Block]) -> str:
    """The blocks as lines, tables with their columns under each other."""
    return "\n".join(text for text in map(_text, items) if text)


@singledispatch
def _text(block: b.Block) -> str:
    return ""


@_text.register
def _section(block: b.Section) -> str:
    return "\n".join(part for part in (block.title, block.lead) if part)


@_text.register
def _paragraphs(block: b.Paragraphs) -> str:
    return "\n".join(block.texts)


@_text.register
def _note(block: b.Note) -> str:
    return "\n".join([f"{block.title}: {block.text}".rstrip(": "), *(f"  - {item}" for item in block.items)])


@_text.register
def _figure(block: b.Figure) -> str:
    return "\n".join([block.title, block.alt])


@_text.register
def _table(block: b.Table) -> str:
    rows = [[column.label for column in block.columns], *block.rows]
    cells = [[_short(str(cell)) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(block.columns))]
    lines = [_line(row, widths, block.columns) for row in cells]
    return "\n".join([block.caption, *lines, *([block.note] if block.note else [])])


def _short(text: str) -> str:
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _line(row: Sequence[str], widths: Sequence[int], columns: Sequence[b.Column]) -> str:
    cells = [
        cell.rjust(width) if column.align == "right" else cell.ljust(width)
        for cell, width, column in zip(row, widths, columns, strict=True)
    ]
    return "  ".join(cells).rstrip()
