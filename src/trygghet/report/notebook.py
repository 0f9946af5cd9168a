"""Any notebook as an accessible page: markdown, code, texts, images and tables, and our own blocks among them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

from nbconvert.filters import strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

from trygghet.blocks import MIME, Block, Header, Section, from_json
from trygghet.messages import LANGUAGES, Words
from trygghet.render import render
from trygghet.report.fragments import Heading, Outline, accessible, described_or_numbered, shift_of
from trygghet.report.publish import Page, Piece, compose, html_of, page_css, published_blocks

KEY = "trygghet_page"
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+\S|<h([1-6])", re.MULTILINE)
_FENCED = re.compile(r"^ {0,3}(```|~~~).*?^ {0,3}\1", re.MULTILINE | re.DOTALL)
PICTURES = ("image/svg+xml", "image/png", "image/jpeg", "image/webp", "image/gif")


def is_report(notebook: NotebookNode) -> bool:
    """Whether a notebook's own head makes it a report, of which nothing but blocks is published."""
    return any(isinstance(block, Header) for block in published_blocks(notebook))


def page_of(notebook: NotebookNode, *, name: str = "", folder: Path | None = None, language: str = "en") -> Page:
    """The page of a notebook.

    Parameters
    ----------
    notebook : one with a head among its blocks becomes the report of its blocks and of nothing else; any other
        is shown whole, made harmless and accessible.
    name : the title of one that gives none, neither in its metadata nor as a heading.
    folder : where the images lie that its markdown names; only files in it are taken in.
    language : of the content, unless the notebook's metadata say ``lang``.
    """
    if is_report(notebook):
        blocks = published_blocks(notebook)
        spoken = next(block.language for block in blocks if isinstance(block, Header))
        return compose(blocks, Words(spoken))
    given = str(notebook.metadata.get("lang", language))
    language = given if _LANGUAGE.fullmatch(given) else "en"
    words = Words(language[:2] if language[:2] in LANGUAGES else "en")
    title = str(notebook.metadata.get("title", ""))
    outline = Outline(words, folder=folder, title=title)
    outline.shift = shift_of(list(_levels(notebook)), titled=bool(title))
    pieces = tuple(_pieces(notebook, outline))
    heading = outline.title or name or words("site.notebook.untitled")
    return Page(
        language=language,
        title=heading,
        description="",
        css=page_css(),
        skip=words("page.skip"),
        contents_label=words("page.contents"),
        contents=tuple(Section(id=h.id, title=h.title) for h in outline.contents),
        links_label=words("page.footer_links"),
        links=(),
        header=f'<div class="hero"><h1>{escape(heading)}</h1></div>',
        body="",
        pieces=pieces,
        undescribed=tuple(outline.undescribed),
    )


class PagePreprocessor(Preprocessor):
    """Puts a notebook's page among nbconvert's resources, for the template to fill in."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """The notebook as it is; under `KEY` what makes the page's HTML, given nbconvert's choice of what to show."""
        about = resources.get("metadata", {})
        folder = Path(about["path"]) if about.get("path") else None
        language = resources.get("language_code", "en")
        page = page_of(nb, name=str(about.get("name", "")), folder=folder, language=language)
        if page.undescribed:
            self.log.warning("Images without a description: %s", ", ".join(map(str, page.undescribed)))
        return nb, {**resources, KEY: lambda wanted: html_of(chosen(page, wanted))}


def chosen(page: Page, wanted: Mapping[str, bool]) -> Page:
    """A notebook's page without what nbconvert was told to leave out (``--no-input`` and the like)."""
    kinds = {kind for kind in ("markdown", "input", "output") if wanted.get(f"include_{kind}", True)}
    if not wanted.get("include_code", True):
        kinds &= {"markdown"}
    contents = page.contents if not page.pieces or "markdown" in kinds else ()
    return replace(page, pieces=tuple(piece for piece in page.pieces if piece.kind in kinds), contents=contents)


def _levels(notebook: NotebookNode) -> Iterator[int]:
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for found in _HEADING.finditer(_FENCED.sub("", cell.source)):
                yield len(found[1]) if found[1] else int(found[2])


def _pieces(notebook: NotebookNode, outline: Outline) -> Iterator[Piece]:
    lexer = _lexer(notebook)
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "markdown":
            yield Piece(
                "markdown", f'<div class="prose">{_markdown(cell.source, outline, cell.get("attachments"))}</div>'
            )
        elif cell.cell_type == "code":
            if cell.source.strip():
                yield Piece("input", _code(cell.source, lexer, outline.words("site.notebook.code", n=number)))
            for output in cell.get("outputs", ()):
                html = _output(output, cell, number, outline)
                if html:
                    yield Piece("output", f'<div class="output">{html}</div>')


def _markdown(source: str, outline: Outline, attachments: Mapping[str, Any] | None = None) -> str:
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True, attachments=dict(attachments or {}))
    return accessible(str(MarkdownWithMath(renderer=renderer).render(source)), outline)


def _lexer(notebook: NotebookNode) -> Any:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    about = notebook.metadata.get("language_info", {})
    for name in (about.get("pygments_lexer"), about.get("name"), "python"):
        try:
            return get_lexer_by_name(str(name), stripnl=False)
        except ClassNotFound:
            continue
    raise AssertionError("pygments knows Python")


def _code(source: str, lexer: Any, label: str) -> str:
    from pygments import highlight
    from pygments.formatters import HtmlFormatter

    html = highlight(source.rstrip("\n"), lexer, HtmlFormatter(nowrap=True))
    return f"{_scrolled('code', label)}<pre><code>{html.rstrip()}</code></pre></div>"


def _text(text: str, kind: str, label: str) -> str:
    return f"{_scrolled(kind, label)}<pre>{escape(strip_ansi(text).rstrip())}</pre></div>"


def _scrolled(kind: str, label: str) -> str:
    return f'<div class="scroll {kind}" tabindex="0" role="group" aria-label="{escape(label, quote=True)}">'


def _output(output: NotebookNode, cell: NotebookNode, number: int, outline: Outline) -> str:
    words, kind = outline.words, output.get("output_type")
    if kind == "stream":
        key = "warning" if output.get("name") == "stderr" else "output"
        return _text(output.text, key, words(f"site.notebook.{key}", n=number)) if output.text.strip() else ""
    if kind == "error":
        trace = "\n".join(output.get("traceback", ())) or f"{output.get('ename')}: {output.get('evalue')}"
        return _text(trace, "error", words("site.notebook.error", n=number))
    return _shown(output, cell, number, outline)


def _shown(output: NotebookNode, cell: NotebookNode, number: int, outline: Outline) -> str:
    """The richest form of what a cell shows that needs no script."""
    data = output.get("data", {})
    if MIME in data:
        return _block(from_json(data[MIME]), outline)
    picture = next((kind for kind in PICTURES if kind in data), "")
    if picture and "text/html" not in data:
        return _picture(data[picture], picture, output, cell, outline)
    if "text/html" in data:
        html = accessible(data["text/html"], outline)
        if re.sub(r"<[^>]*>|\s", "", html) or "<img" in html:
            return html
    if "text/markdown" in data:
        return _markdown(data["text/markdown"], outline)
    text = data.get("text/latex") or data.get("text/plain") or ""
    return _text(text, "output", outline.words("site.notebook.output", n=number)) if text.strip() else ""


def _picture(content: str, kind: str, output: NotebookNode, cell: NotebookNode, outline: Outline) -> str:
    import base64

    if kind == "image/svg+xml":  # as an image nothing in it can run
        content = base64.b64encode(content.encode("utf-8")).decode()
    described = _described(kind, output, cell)
    alt = escape(described_or_numbered(described, outline), quote=True)
    source = re.sub(r"\s", "", content)
    return f'<img class="picture" src="data:{kind};base64,{source}" alt="{alt}">'


def _described(kind: str, output: NotebookNode, cell: NotebookNode) -> str:
    """An image's text: from the output's metadata, by kind or for all, else from the cell's."""
    about = output.get("metadata", {})
    inner = about.get(kind, {})
    for given in (inner.get("alt") if isinstance(inner, Mapping) else "", about.get("alt"), cell.metadata.get("alt")):
        if isinstance(given, str) and given.strip():
            return given.strip()
    return ""


def _block(block: Any, outline: Outline) -> str:
    """One of our own blocks, in its place among the headings."""
    if not isinstance(block, Block):
        return ""
    identity = getattr(block, "id", "")
    outline.ids.add(identity)
    if isinstance(block, Section):
        outline.contents.append(Heading(block.id, block.title))
        outline.last = outline.section = 2
    level = min(outline.section + 1, 6)
    html = render(block, outline.words, level=level)
    if f"<h{level}" in html:
        outline.last = level
    return html
