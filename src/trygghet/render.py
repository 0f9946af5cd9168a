"""Blocks as HTML: the one renderer for JupyterLab and for the published page. Every text is escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache, singledispatch
from html import escape
from importlib.resources import files

from trygghet import blocks as b
from trygghet import matrix_block as m
from trygghet import svg
from trygghet.fold_block import Fold
from trygghet.messages import EN_DASH, MINUS, Words
from trygghet.style import DARK, LIGHT, css_variables

_DOTS = re.compile("[●○]{3}")
_RANGE = re.compile(rf"\(?[{MINUS}+]?\d[\d,.]*{EN_DASH}[{MINUS}+]?\d[\d,.]*\)?|\d\d\d\d-\d\d-\d\d")


def render(block: b.Block, words: Words, *, level: int = 3) -> str:
    """The block's HTML.

    Parameters
    ----------
    words : of the page's language.
    level : of the block's own heading, one more than that of the section it stands in.
    """
    return _html(block, words, level)


def preview(block: b.Block) -> str:
    """The block with its style sheet, as JupyterLab shows it under a cell."""
    html = render(block, Words(block.language))
    return f'<div class="tg tg-preview"><style>{preview_css()}</style>{html}</div>'


@lru_cache(maxsize=1)
def preview_css() -> str:
    """Both palettes, following JupyterLab's theme, and the style of the blocks."""
    theme = f'.tg{{{css_variables(LIGHT)}}}[data-jp-theme-light="false"] .tg{{{css_variables(DARK)}}}'
    return theme + css("blocks.css")


def css(name: str) -> str:
    """A style sheet of the template."""
    return files("trygghet.report").joinpath("template", "trygghet", name).read_text(encoding="utf-8")


@singledispatch
def _html(block: b.Part, words: Words, level: int) -> str:
    raise b.BlockError.said("blocks.not_drawn", kind=type(block).__name__)


@_html.register
def _header(block: b.Header, words: Words, level: int) -> str:
    parts = [
        _p("kicker", block.kicker),
        f"<h1>{_text(block.title)}</h1>",
        _p("lead", block.lead),
        _p("meta", block.meta),
    ]
    return f'<div class="hero">{"".join(parts)}</div>'


@_html.register
def _section(block: b.Section, words: Words, level: int) -> str:
    return f'<h2 id="{block.id}">{_text(block.title)}</h2>{_p("section-lead", block.lead)}'


@_html.register
def _findings(block: b.Findings, words: Words, level: int) -> str:
    return f'<ol class="findings">{"".join(_finding(item) for item in block.items)}</ol>'


def _finding(item: b.Finding) -> str:
    tags = "".join(f"<li>{_text(tag)}</li>" for tag in item.tags)
    tag_list = f'<ul class="tags">{tags}</ul>' if tags else ""
    return f"<li><div><p><strong>{_stop(item.title)}</strong> {_text(item.text)}</p>{tag_list}</div></li>"


def _stop(title: str) -> str:
    return _text(title if title.endswith((".", "!", "?", ":")) else title + ".")


@_html.register
def _key_figures(block: b.KeyFigures, words: Words, level: int) -> str:
    return f'<dl class="key-figures">{"".join(_key_figure(item) for item in block.items)}</dl>'


def _key_figure(item: b.KeyFigure) -> str:
    kind = "value" if any(letter.isdigit() for letter in item.value) else "value in-words"
    note = f'<dd class="note-line">{_text(item.note)}</dd>' if item.note else ""
    value = f'<dd class="{kind} tone-{item.tone}">{_text(item.value)}</dd>'
    return f"<div><dt>{_text(item.label)}</dt>{value}{note}</div>"


@_html.register
def _note(block: b.Note, words: Words, level: int) -> str:
    text = f" {_text(block.text)}" if block.text else ""
    items = "".join(f"<li>{_text(item)}</li>" for item in block.items)
    items = f"<ul>{items}</ul>" if items else ""
    return f'<div class="note note-{block.tone}"><p><strong>{_stop(block.title)}</strong>{text}</p>{items}</div>'


@_html.register
def _paragraphs(block: b.Paragraphs, words: Words, level: int) -> str:
    return f'<div class="text">{"".join(_p("", text) for text in block.texts)}</div>'


@_html.register
def _links(block: b.Links, words: Words, level: int) -> str:
    return f'<ul class="links">{"".join(_link(item) for item in block.items)}</ul>'


@_html.register
def _fold(block: Fold, words: Words, level: int) -> str:
    note = f' <span class="muted">{_text(block.note)}</span>' if block.note else ""
    inside = "".join(render(item, words, level=level) for item in block.items)
    # no box in a box: what has one of its own gets no other around it
    boxed = "" if any(isinstance(item, m.Matrix | b.Figure) for item in block.items) else ' class="card"'
    return f'<details{boxed} id="{block.id}"><summary>{_text(block.title)}{note}</summary>{inside}</details>'


def _link(item: b.Link) -> str:
    note = f' <span class="muted">{_text(item.note)}</span>' if item.note else ""
    more = "".join(f' <span class="more">{_anchor(other)}</span>' for other in item.more)
    return f"<li>{_anchor(item)}{note}{more}</li>"


def _anchor(item: b.Link) -> str:
    away = ' rel="external noreferrer"' if isinstance(item, b.OutsideLink) else ""
    return f'<a href="{escape(item.href, quote=True)}"{away}>{_text(item.title)}</a>'


@_html.register
def _table_block(block: b.Table, words: Words, level: int) -> str:
    if not block.collapsed:
        return f'<div class="table-block" id="{block.id}">{_table(block, words)}</div>'
    table = _table(block, words, hidden_caption=True)
    summary = f"<summary>{_text(block.caption)}</summary>"
    return f'<details class="table-block card" id="{block.id}">{summary}{table}</details>'


def _table(table: b.Table, words: Words, *, hidden_caption: bool = False) -> str:
    head = "".join(f'<th scope="col"{_aligned(c)}>{_text(c.label)}</th>' for c in table.columns)
    body = "".join(f"<tr>{_cells(table, row, words)}</tr>" for row in table.rows)
    hidden = ' class="vh"' if hidden_caption else ""
    note = _p("table-note", table.note)
    html = (
        f"<table><caption{hidden}><span>{_text(table.caption)}</span></caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
    # Any table may have to be scrolled on a telephone or when enlarged, so the keyboard must reach it.
    label = escape(words("page.scroll_table", caption=table.caption), quote=True)
    html = f'<div class="scroll" tabindex="0" role="group" aria-label="{label}">{html}</div>'
    return html + note


def _cells(table: b.Table, row: Sequence[str], words: Words) -> str:
    cells = []
    for i, (column, text) in enumerate(zip(table.columns, row, strict=True)):
        tag, scope = ("th", ' scope="row"') if i == 0 and table.row_header else ("td", "")
        cells.append(f"<{tag}{scope}{_aligned(column)}>{_cell(text, words)}</{tag}>")
    return "".join(cells)


def _cell(text: str, words: Words) -> str:
    """A cell's text; a run of dots gets its number for those who hear the page."""

    def told(found: re.Match[str]) -> str:
        spoken = words("page.dots", n=found[0].count("●"), of=3)
        return f'<span class="dots" aria-hidden="true">{found[0]}</span><span class="vh">{escape(spoken)}</span>'

    return _DOTS.sub(told, _text(text))


def _aligned(column: b.Column) -> str:
    return "" if column.align == "left" else f' class="{column.align}"'


@_html.register
def _matrix(block: m.Matrix, words: Words, level: int) -> str:
    heads = "".join(f'<th scope="col">{_linked(_text(c.label), c.href)}</th>' for c in block.columns)
    body = "".join(_matrix_row(block, row) for row in block.rows)
    signs = "".join(f"<li>{_text(sign)}</li>" for sign in block.signs)
    told = "".join(f"<dt>{_text(c.label)}</dt><dd>{_text(c.meaning)}</dd>" for c in block.columns if c.meaning)
    meanings = f"<details><summary>{_text(block.meanings_title)}</summary><dl>{told}</dl></details>" if told else ""
    return (
        f'<figure class="card matrix" id="{block.id}"><figcaption><h{level}>{_text(block.title)}</h{level}>'
        f'{_p("reading", block.reading)}</figcaption><ul class="signs">{signs}</ul>'
        f'<table><caption class="vh"><span>{_text(block.title)}</span></caption>'
        f'<thead><tr><th scope="col">{_text(block.first)}</th>{heads}</tr></thead><tbody>{body}</tbody></table>'
        f"{meanings}</figure>"
    )


def _matrix_row(block: m.Matrix, row: m.MatrixRow) -> str:
    cells = "".join(_matrix_cell(cell, column) for cell, column in zip(row.cells, block.columns, strict=True))
    name = f'<th scope="row">{_text(row.label)}<span class="place">{_text(row.note)}</span></th>'
    return f"<tr>{name}{cells}</tr>"


def _matrix_cell(cell: m.MatrixCell, column: m.MatrixColumn) -> str:
    """A cell; the heading stands in it too, for the telephone, where the table is stacked."""
    label = f'<span class="of">{_text(column.label)}</span>'
    if not cell.word:
        return f'<td class="cannot">{label}<span class="what">{_text(column.none)}</span></td>'
    sign = f'<span class="sign" aria-hidden="true">{escape(cell.sign)}</span> ' if cell.sign else ""
    sure = f' <span class="sure">{_text(cell.certainty)}</span>' if cell.certainty else ""
    return f'<td>{label}<span class="what">{_linked(f"{sign}<b>{_text(cell.word)}</b>", column.href)}{sure}</span></td>'


def _linked(html: str, href: str) -> str:
    return f'<a href="{escape(href, quote=True)}">{html}</a>' if href else html


@_html.register
def _figure(block: b.Figure, words: Words, level: int) -> str:
    return f'<figure class="card" id="{block.id}">{_figure_body(block, words, level)}</figure>'


def _figure_body(block: b.Figure, words: Words, level: int) -> str:
    heading = f"<h{level}>{_text(block.title)}</h{level}>"
    drawings = (
        f'<div class="chart wide">{svg.safe(block.svg_wide)}</div>'
        f'<div class="chart narrow">{svg.safe(block.svg_narrow)}</div>'
    )
    definition = "".join(_p("", line) for line in block.definition)
    definition = f'<div class="definition">{definition}</div>' if definition else ""
    table = ""
    if block.table is not None:
        title = f'<span class="vh">: {_text(block.title)}</span>'
        summary = f"<summary>{escape(words('page.show_table'))}{title}</summary>"
        table = f"<details>{summary}{_table(block.table, words, hidden_caption=True)}</details>"
    return f"<figcaption>{heading}{_p('reading', block.reading)}</figcaption>{drawings}{definition}{table}"


@_html.register
def _verdict(block: b.Verdict, words: Words, level: int) -> str:
    facts = "".join(f"<div><dt>{_text(label)}</dt><dd>{_text(text)}</dd></div>" for label, text in block.facts)
    parts = [
        f'<h{level} id="{block.id}-h">{_text(block.goal_title)}</h{level}>',
        f'<p class="big tone-{block.tone}">{_text(block.verdict)}</p>',
        _p("sentence", block.sentence),
        f'<dl class="facts">{facts}</dl>' if facts else "",
        _inner_figure(block.figure, words, level + 1),
        f'<div class="text">{"".join(_p("", text) for text in block.details)}</div>' if block.details else "",
    ]
    # An article and not a section, which would be a landmark: a goal may stand twice, and landmarks must differ.
    return (
        f'<article class="card verdict edge-{block.tone}" id="{block.id}" aria-labelledby="{block.id}-h">'
        f"{''.join(parts)}</article>"
    )


def _inner_figure(figure: b.Figure | None, words: Words, level: int) -> str:
    return f'<figure id="{figure.id}">{_figure_body(figure, words, level)}</figure>' if figure else ""


def _text(text: str) -> str:
    """A text that is seen: escaped, and a range of numbers kept on one line."""
    return _RANGE.sub(r'<span class="nb">\g<0></span>', escape(text))


def _p(name: str, text: str) -> str:
    if not text:
        return ""
    return f'<p class="{name}">{_text(text)}</p>' if name else f"<p>{_text(text)}</p>"
