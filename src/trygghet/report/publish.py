"""An executed notebook as one page: only blocks are published, by a template without a single script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader

from trygghet.blocks import MIME, Block, BlockError, Figure, Header, Link, Section, Table, Verdict, from_json
from trygghet.errors import SpokenError
from trygghet.look import Dress
from trygghet.matrix_block import Matrix
from trygghet.messages import Words
from trygghet.render import css, render
from trygghet.style import DARK, LIGHT, css_variables

if TYPE_CHECKING:
    from nbformat import NotebookNode

TEMPLATES = Path(__file__).parent / "template"
INJECTED = "injected-parameters"
"""The tag papermill gives the cell it puts in."""


class PublishError(SpokenError):
    """A notebook whose blocks do not make a page: no head or two, or an id used twice."""


@dataclass(frozen=True)
class Piece:
    """A piece of a notebook's page: ``markdown``, ``input`` or ``output``, and its HTML."""

    kind: str
    html: str


@dataclass(frozen=True)
class Page:
    """What the template fills in. ``header`` and ``body`` are HTML from the renderer, the rest plain text.

    A page of a whole notebook has ``pieces`` instead of a body, and tells which images are ``undescribed``.
    """

    language: str
    title: str
    description: str
    css: str
    skip: str
    contents_label: str
    contents: tuple[Section, ...]
    links_label: str
    links: tuple[Link, ...]
    header: str
    body: str
    feed: str = ""
    logo: str = ""
    pieces: tuple[Piece, ...] = ()
    undescribed: tuple[int, ...] = ()


def render_page(
    notebook: NotebookNode,
    *,
    language: str,
    title: str = "",
    links: Sequence[Link] = (),
    words: Words | None = None,
    feed: str = "",
    dress: Dress | None = None,
) -> str:
    """The whole page as text, the same for the same blocks.

    Parameters
    ----------
    notebook : executed; everything but its blocks is left out, see `dropped_outputs`.
    language : ``"sv"`` or ``"en"``.
    title : for the browser's tab; else from the head.
    links : to other pages of the site, in the foot.
    words : another wording than the language's own.
    feed : address of the site's Atom feed beside the page.
    dress : a municipality's own colour and logo.

    Raises
    ------
    PublishError : not exactly one head, or an id that stands twice.
    """
    page = compose(published_blocks(notebook), words or Words(language), title=title, links=links)
    worn = dress or Dress()
    return html_of(replace(page, feed=feed, css=page.css + worn.css, logo=worn.logo))


def html_of(page: Page) -> str:
    """A page's HTML, from the template."""
    return _environment().get_template("page.html.j2").render(page=page)


def compose(blocks: Sequence[Block], words: Words, *, title: str = "", links: Sequence[Link] = ()) -> Page:
    """The page of some blocks: the head apart, then sections in order with what follows each."""
    heads = [block for block in blocks if isinstance(block, Header)]
    if len(heads) != 1:
        raise PublishError.said("page.heads", n=len(heads))
    _check_ids(blocks)
    head = heads[0]
    rest = [block for block in blocks if not isinstance(block, Header)]
    return Page(
        language=words.language,
        title=title or " – ".join(part for part in (head.title, head.workspace or head.kicker) if part),
        description=head.lead,
        css=page_css(),
        skip=words("page.skip"),
        contents_label=words("page.contents"),
        contents=tuple(block for block in rest if isinstance(block, Section)),
        links_label=words("page.footer_links"),
        links=tuple(links),
        header=render(head, words),
        body="\n".join(_parts(rest, words)),
    )


def page_css() -> str:
    """Both palettes, the blocks' style and the page's; paper is always light."""
    dark = f"@media screen and (prefers-color-scheme:dark){{.tg{{{css_variables(DARK)}}}}}"
    palettes = f":root{{color-scheme:light dark}}.tg{{{css_variables(LIGHT)}}}{dark}\n"
    return palettes + css("blocks.css") + css("page.css")


def _parts(blocks: Sequence[Block], words: Words) -> Iterator[str]:
    """The page's parts: each section with the blocks up to the next; before the first, one without a name."""
    groups: list[list[Block]] = [[]]
    for block in blocks:
        if isinstance(block, Section):
            groups.append([])
        groups[-1].append(block)
    for group in filter(None, groups):
        named = isinstance(group[0], Section)
        inner = "\n".join(render(block, words, level=3 if named else 2) for block in group)
        label = f' aria-labelledby="{escape(group[0].id)}"' if isinstance(group[0], Section) else ""
        tag = "section" if named else "div"
        yield f'<{tag} class="part"{label}>\n{inner}\n</{tag}>'


def published_blocks(notebook: NotebookNode) -> tuple[Block, ...]:
    """The blocks that a notebook's cells show, in order.

    Raises
    ------
    BlockError : an output that says it is a block and is not.
    """
    found = []
    for _, output in _outputs(notebook):
        if MIME in output.get("data", {}):
            block = from_json(output["data"][MIME])
            if not isinstance(block, Block):
                raise BlockError.said("page.piece", kind=block.kind)
            found.append(block)
    return tuple(found)


def dropped_outputs(notebook: NotebookNode) -> list[str]:
    """What cells show that is not published: the cell's number and the kind, never the content.

    The number is that of the notebook as it was written: the cell that papermill puts in with a run's parameters has
    none of its own.
    """
    dropped = []
    for number, output in _outputs(notebook):
        kind = output.get("output_type")
        if kind == "stream":
            dropped.append(f"cell {number}: {output.get('name', 'stream')}")
        elif kind == "error":
            dropped.append(f"cell {number}: error")
        elif MIME not in output.get("data", {}):
            dropped.append(f"cell {number}: {', '.join(sorted(output.get('data', {})))}")
    return dropped


def _outputs(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    number = 0
    for cell in notebook.cells:
        number += INJECTED not in cell.metadata.get("tags", ())
        for output in cell.get("outputs", ()) if cell.cell_type == "code" else ():
            yield number, output


def _check_ids(blocks: Sequence[Block]) -> None:
    seen: set[str] = set()
    for identity in (identity for block in blocks for identity in _ids(block)):
        if identity in seen:
            raise PublishError.said("page.id_twice", name=identity)
        seen.add(identity)


def _ids(block: Block) -> Iterator[str]:
    if isinstance(block, Section | Figure | Matrix | Table | Verdict):
        yield block.id
    if isinstance(block, Verdict) and block.figure:
        yield block.figure.id


def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES / "trygghet"), autoescape=True, keep_trailing_newline=True)
