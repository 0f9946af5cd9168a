"""The pieces a page is made of. Only these are ever published; everything else a cell shows is dropped.

A block is plain data (texts already in the reader's language, no HTML but the charts' own SVG), so that
it can travel through a notebook as JSON and be drawn by one renderer for JupyterLab and the published page.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal

from trygghet.errors import SpokenError

MIME = "application/vnd.trygghet.block+json"
DATA_ONLY = "TRYGGHET_DATA_ONLY"
"""Environment variable of a build's kernels: nobody looks at a block there, it is drawn where the page is made."""
Tone = Literal["ink", "blue", "amber", "green", "muted"]
TONES: tuple[Tone, ...] = ("ink", "blue", "amber", "green", "muted")
NOTE_TONES = ("muted", "warning")
ALIGNMENTS = ("left", "right", "center")
_HREF = re.compile(r"[A-Za-z0-9_./-]+(?:#[A-Za-z0-9_-]+)?|#[A-Za-z0-9_-]+")
_OUTSIDE = re.compile(r"https?://[A-Za-z0-9.-]+(?:/[A-Za-z0-9_./-]*)?|mailto:[A-Za-z0-9_.+-]+@[A-Za-z0-9.-]+")
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,79}")
Align = Literal["left", "right", "center"]


class BlockError(SpokenError):
    """A block that cannot stand on a page: a bad id, tone or shape. A fault of the caller."""


def _checked_id(value: str) -> None:
    if not _ID.fullmatch(value):
        raise BlockError.said("blocks.id", name=value)


def _one_of(value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise BlockError.said("blocks.none_of", name=value, known=tuple(known))


@dataclass(frozen=True)
class Part:
    """What every block and every piece of a block can do: travel as JSON and come back."""

    kind: ClassVar[str] = ""
    kinds: ClassVar[dict[str, type[Part]]] = {}

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.kind = cls.__name__.lower()
        Part.kinds[cls.kind] = cls

    def to_json(self) -> dict[str, Any]:
        """The block as JSON-ready data: ``{"kind": …, field: value, …}``."""
        return {"kind": self.kind} | {f.name: _plain(getattr(self, f.name)) for f in fields(self)}


@dataclass(frozen=True, kw_only=True)
class Block(Part):
    """A piece that a cell may show.

    Parameters
    ----------
    language : of the renderer's own words (``"sv"`` or ``"en"``) when the block is shown in JupyterLab;
        the published page uses the page's language.
    """

    language: str = "sv"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        if os.environ.get(DATA_ONLY):
            return {MIME: self.to_json()}
        # Imported here because the renderer knows the blocks, not the other way round.
        from trygghet.render import preview

        return {MIME: self.to_json(), "text/html": preview(self)}


def _plain(value: Any) -> Any:
    if isinstance(value, Part):
        return value.to_json()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def from_json(data: Mapping[str, Any]) -> Any:
    """The block that `Part.to_json` wrote.

    Raises
    ------
    BlockError : an unknown kind, or fields that the kind does not have.
    """
    cls = Part.kinds.get(str(data.get("kind")))
    if cls is None:
        raise BlockError.said("blocks.unknown_kind", kind=str(data.get("kind")))
    known = {f.name for f in fields(cls)}
    values = {name: _rebuilt(value) for name, value in data.items() if name != "kind"}
    if unknown := set(values) - known:
        raise BlockError.said("blocks.unknown_fields", kind=cls.kind, names=tuple(sorted(unknown)))
    try:
        return cls(**values)
    except TypeError as error:
        raise BlockError.said("blocks.incomplete", kind=cls.kind) from error


def _rebuilt(value: Any) -> Any:
    if isinstance(value, Mapping):
        return from_json(value)
    if isinstance(value, list | tuple):
        return tuple(_rebuilt(item) for item in value)
    return value


@dataclass(frozen=True)
class Caption:
    """The texts around a chart.

    Parameters
    ----------
    id : anchor of the figure and prefix of every id in its SVG.
    title : the finding, as a sentence.
    reading : one line on how to read the chart.
    definition : lines with the definition, the base and the reference period.
    """

    id: str
    title: str
    reading: str = ""
    definition: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _checked_id(self.id)
        if isinstance(self.definition, str):
            object.__setattr__(self, "definition", (self.definition,))
        object.__setattr__(self, "definition", tuple(self.definition))


@dataclass(frozen=True)
class Header(Block):
    """The head of a page: kicker, h1, one sentence that can be repeated, and what the page builds on."""

    kicker: str
    title: str
    lead: str
    meta: str = ""
    workspace: str = ""
    year: str = ""
    report: str = ""


@dataclass(frozen=True)
class Section(Block):
    """An h2 and an entry of the contents list; what follows belongs to it."""

    id: str
    title: str
    lead: str = ""

    def __post_init__(self) -> None:
        _checked_id(self.id)


@dataclass(frozen=True)
class Finding(Part):
    """One of the main findings, with tags that say how strong the evidence is."""

    title: str
    text: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Findings(Block):
    """Numbered cards, the most important first."""

    items: tuple[Finding, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(self.items))


@dataclass(frozen=True)
class KeyFigure(Part):
    """A number (or words) set large, with its interval and base in `note`."""

    label: str
    value: str
    note: str = ""
    tone: Tone = "ink"

    def __post_init__(self) -> None:
        _one_of(self.tone, TONES)


@dataclass(frozen=True)
class KeyFigures(Block):
    """A few key figures side by side."""

    items: tuple[KeyFigure, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(self.items))


@dataclass(frozen=True)
class Note(Block):
    """Something the reader must not miss: what is not known, simulated data, a missing source.

    `items` stand under the text as a list, a point each.
    """

    title: str
    text: str
    tone: Literal["muted", "warning"] = "muted"
    items: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", (self.items,) if isinstance(self.items, str) else tuple(self.items))
        _one_of(self.tone, NOTE_TONES)


@dataclass(frozen=True)
class Paragraphs(Block):
    """Running text, a string a paragraph."""

    texts: tuple[str, ...]

    def __post_init__(self) -> None:
        texts = (self.texts,) if isinstance(self.texts, str) else self.texts
        object.__setattr__(self, "texts", tuple(texts))


@dataclass(frozen=True)
class Column(Part):
    """A column of a table: the key of its cells, its heading and how it is aligned."""

    key: str
    label: str
    align: Align = "left"

    def __post_init__(self) -> None:
        _one_of(self.align, ALIGNMENTS)


@dataclass(frozen=True)
class Table(Block):
    """A table of texts.

    Parameters
    ----------
    id : anchor.  caption : what the table shows.
    columns : the columns in order.
    rows : each a mapping from column key to text, or a sequence of texts in column order; kept as tuples.
    note : a line under the table (units, signs).
    collapsed : shown closed, to be opened by the reader.
    row_header : the first column names its row.
    source, period : id of the source and ISO period of the figures where they are one, for the long table only.
    """

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Any, ...]
    note: str = ""
    collapsed: bool = False
    row_header: bool = True
    source: str = ""
    period: str = ""

    def __post_init__(self) -> None:
        _checked_id(self.id)
        object.__setattr__(self, "columns", tuple(self.columns))
        object.__setattr__(self, "rows", tuple(self._row(row) for row in self.rows))

    def _row(self, row: Mapping[str, Any] | Sequence[Any]) -> tuple[str, ...]:
        cells = [row.get(c.key, "") for c in self.columns] if isinstance(row, Mapping) else list(row)
        if len(cells) != len(self.columns):
            raise BlockError.said("blocks.cells", table=self.id, cells=len(cells), columns=len(self.columns))
        return tuple("" if cell is None else str(cell) for cell in cells)


@dataclass(frozen=True)
class Figure(Block):
    """A chart with everything around it. Only `trygghet.charts` makes these.

    Parameters
    ----------
    id, title, reading, definition : as in `Caption`.
    svg_wide, svg_narrow : the chart drawn for 720 px and for 340 px.
    alt : the chart in words, written from its numbers.
    table : the numbers, shown on demand.
    """

    id: str
    title: str
    reading: str
    svg_wide: str
    svg_narrow: str
    alt: str
    definition: tuple[str, ...] = ()
    table: Table | None = None

    def __post_init__(self) -> None:
        _checked_id(self.id)
        object.__setattr__(self, "definition", tuple(self.definition))


@dataclass(frozen=True)
class Verdict(Block):
    """A goal and how it went.

    Parameters
    ----------
    id : anchor.  goal_title : the goal.
    verdict : the verdict in words, set as large as a percentage.
    tone : its colour; the words carry the meaning.
    sentence : the verdict with its numbers.
    facts : pairs of label and text.
    figure : baseline, target and outcome drawn.
    details : further paragraphs.
    """

    id: str
    goal_title: str
    verdict: str
    tone: Tone
    sentence: str
    facts: tuple[tuple[str, str], ...] = ()
    figure: Figure | None = None
    details: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _checked_id(self.id)
        _one_of(self.tone, TONES)
        details = (self.details,) if isinstance(self.details, str) else self.details
        object.__setattr__(self, "details", tuple(details))
        object.__setattr__(self, "facts", tuple((str(k), str(v)) for k, v in self.facts))


@dataclass(frozen=True)
class Link(Part):
    """A link to another file of the same site: a relative address without a scheme; `more` stand on its line."""

    title: str
    href: str
    note: str = ""
    more: tuple[Link, ...] = ()

    def __post_init__(self) -> None:
        if not _HREF.fullmatch(self.href) or self.href.startswith("//"):
            raise BlockError.said("blocks.link", href=self.href)
        object.__setattr__(self, "more", tuple(self.more))


@dataclass(frozen=True)
class OutsideLink(Link):
    """A link that leaves the site, to a web page or a mailbox; never out of data."""

    def __post_init__(self) -> None:
        if not _OUTSIDE.fullmatch(self.href):
            raise BlockError.said("blocks.outside", href=self.href)
        object.__setattr__(self, "more", tuple(self.more))


@dataclass(frozen=True)
class Links(Block):
    """A list of links."""

    items: tuple[Link, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(self.items))
