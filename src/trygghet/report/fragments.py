"""HTML that a notebook holds, made harmless and made accessible: tables, images, links and headings."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nh3
from bs4 import BeautifulSoup, Tag

from trygghet.messages import Words

IMAGES = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".gif": "gif", ".webp": "webp", ".svg": "svg+xml"}
LARGEST_IMAGE = 10_000_000
_DATA_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml)[;,]")
_NUMBER = re.compile(r"[−+-]?[\d.,\s]*\d\s?%?")
_NAMES = """
    a abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure h1
    h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td
    tfoot th thead tr u ul var
"""
_TAGS = frozenset(_NAMES.split())
_ATTRIBUTES = {
    "*": {"lang", "dir", "title"},
    "a": {"href"},
    "img": {"src", "alt"},
    "ol": {"start", "reversed", "type"},
    "li": {"value"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope", "abbr"},
}
_WITH_DATA = {"http", "https", "mailto", "data"}


@dataclass(frozen=True)
class Heading:
    """A heading of the page's contents list."""

    id: str
    title: str


@dataclass
class Outline:
    """What a page being put together has got so far; the one thing here that changes.

    Attributes
    ----------
    title : the page's own heading; the first heading of level one gives it when it is empty.
    shift : how many levels all other headings go down, so that there is one h1.
    contents : the headings of level two.
    undescribed : the numbers of images without a text.
    """

    words: Words
    folder: Path | None = None
    title: str = ""
    shift: int = 0
    last: int = 1
    section: int = 1
    images: int = 0
    tables: int = 0
    ids: set[str] = field(default_factory=set)
    contents: list[Heading] = field(default_factory=list)
    undescribed: list[int] = field(default_factory=list)

    def identity(self, text: str) -> str:
        """An id made of a text, that no other element of the page has."""
        stem = re.sub(r"[^\w-]+", "-", text.lower()).strip("-")[:60] or "del"
        stem = stem if stem[0].isalpha() else f"s-{stem}"
        name, number = stem, 2
        while name in self.ids:
            name, number = f"{stem}-{number}", number + 1
        self.ids.add(name)
        return name


def clean(html: str) -> str:
    """HTML with nothing in it that runs, fetches, looks like a form or brings a style of its own."""

    def allowed(tag: str, name: str, value: str) -> str | None:
        if tag == "img" and name == "src":
            return value if not value.startswith("data:") or _DATA_IMAGE.match(value) else None
        return None if value.strip().lower().startswith("data:") else value

    return nh3.clean(
        html, tags=set(_TAGS), attributes={k: set(v) for k, v in _ATTRIBUTES.items()}, url_schemes=_WITH_DATA,
        attribute_filter=allowed, link_rel="noreferrer", strip_comments=True,
    )  # fmt: skip


def accessible(html: str, outline: Outline) -> str:
    """A cleaned piece of HTML with headings in order, described images, and tables that tell what is a heading."""
    soup = BeautifulSoup(clean(html), "html.parser")
    for heading in soup.find_all(re.compile("^h[1-6]$")):
        _heading(heading, outline)
    for image in soup.find_all("img"):
        _image(image, soup, outline)
    for link in soup.find_all("a"):
        if not link.get("href"):
            link.unwrap()
        elif not link.get_text(strip=True) and not link.find("img"):
            link.string = str(link["href"])
    for table in soup.find_all("table"):
        _table(table, soup, outline)
    for block in soup.find_all("pre"):
        block.wrap(_scroll(soup, outline.words("site.notebook.text")))
    return str(soup)


def _heading(heading: Tag, outline: Outline) -> None:
    text = " ".join(heading.get_text().split())
    if not text:
        heading.decompose()
        return
    level = int(heading.name[1])
    if level == 1 and not outline.title:
        outline.title = text
        heading.decompose()
        return
    level = max(2, min(level + outline.shift, outline.last + 1, 6))
    outline.last = outline.section = level
    heading.name, heading["id"] = f"h{level}", outline.identity(text)
    if level == 2:
        outline.contents.append(Heading(str(heading["id"]), text))


def _image(image: Tag, soup: BeautifulSoup, outline: Outline) -> None:
    source = _embedded(str(image.get("src", "")), outline.folder)
    described = str(image.get("alt", "")).strip()
    if not source:
        text = outline.words("site.notebook.left_out", address=str(image.get("src", "")))
        note = soup.new_tag("em")
        note.string = f"{described}. {text}" if described else text
        image.replace_with(note)
        return
    image["src"], image["alt"] = source, described_or_numbered(described, outline)


def described_or_numbered(described: str, outline: Outline) -> str:
    """An image's text, or one that says honestly that it has none; such images are counted."""
    outline.images += 1
    if described:
        return described
    outline.undescribed.append(outline.images)
    return outline.words("site.notebook.no_alt", n=outline.images)


def _embedded(source: str, folder: Path | None) -> str:
    """An image as data: given so, or a file in the notebook's own folder; empty for all else."""
    if _DATA_IMAGE.match(source):
        return source
    kind = IMAGES.get(Path(source).suffix.lower())
    if folder is None or kind is None or ":" in source:
        return ""
    path = (folder / source).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file() or path.stat().st_size > LARGEST_IMAGE:
        return ""
    return f"data:image/{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def _table(table: Tag, soup: BeautifulSoup, outline: Outline) -> None:
    outline.tables += 1
    name = outline.words("site.notebook.table", n=outline.tables)
    caption = table.find("caption")
    if isinstance(caption, Tag) and caption.get_text(strip=True):
        name = " ".join(caption.get_text().split())
    else:
        caption = soup.new_tag("caption", attrs={"class": "vh"})
        caption.string = name
        table.insert(0, caption)
    for cell in table.find_all(["th", "td"]):
        if cell.name == "th":
            _head_cell(cell)
        if cell.name == "td" and _NUMBER.fullmatch(cell.get_text(strip=True)):
            cell["class"] = "right"
    if table.find_parent("table") is None:
        table.wrap(_scroll(soup, outline.words("page.scroll_table", caption=name)))


def _head_cell(cell: Tag) -> None:
    """An empty heading is no heading; any other says what it is the heading of."""
    if not cell.get_text(strip=True):
        cell.name = "td"
        del cell["scope"]
        return
    above = cell.find_parent("thead") is not None
    wide = str(cell.get("colspan", "1")) != "1" if above else str(cell.get("rowspan", "1")) != "1"
    cell["scope"] = ("col" if above else "row") + ("group" if wide else "")


def _scroll(soup: BeautifulSoup, label: str) -> Tag:
    attributes: dict[str, str] = {"class": "scroll", "tabindex": "0", "role": "group", "aria-label": label}
    return soup.new_tag("div", attrs=attributes)


def shift_of(levels: Sequence[int], *, titled: bool) -> int:
    """How far headings go down: one step when level one is used for more than the page's title."""
    ones = list(levels).count(1)
    return 1 if ones > (0 if titled else 1) else 0
