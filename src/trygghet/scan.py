"""What is about to be published, searched for what points to a person by number or address: a find stops the report.

The same expressions as for free text (`scrub`), over everything a reader could get at: texts and attributes of pages,
cells and properties of workbooks, rows of csv files, manifests and feeds. A find means that a row of somebody's answers
has come where only figures belong. What was found is never told, only where and of what kind.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from typing import NamedTuple

from trygghet.errors import MAX_SHOWN, TrygghetError
from trygghet.messages import Words
from trygghet.scrub import URL, scrub_text

_WORTH = re.compile(r"\d|@|[(\[]at[)\]]", re.IGNORECASE)
"""Without any of these nothing of what is looked for can be there."""
_OURS = re.compile(
    r"(?<![\d+\u00a0\u202f])[1-9]\d{0,2}(?:[\u00a0\u202f]\d{3})+(?!\d)"  # numbers grouped as we print them
    r"|(?<!\w)(?=[0-9a-f]*[a-f])[0-9a-f]{12,64}(?!\w)"  # checksums
    r"|(?<=\.)[0-9a-f]{8}(?=[/\"'\s]|$)"  # folders of earlier versions
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # ids of the feed
    r"|(?<!\d)\d{4}-\d\d-\d\d[/–]\d{4}-\d\d-\d\d(?!\d)"  # periods
    r"|(?<!\w)plats\s\d{1,3}(?!\d)"  # ranks, which otherwise read as a house in a street
)
_FOLDER = re.compile(
    r"((?<![^\s\"'(=>])(?:[A-Za-z]:)?[/\\][^\s\"'<>]*[/\\][^\s\"'<>/\\]*[^\W\d]_)0\d{3}(?=[/\\\s\"'<]|$)"
    r"|((?<![\d+])[^\W\d]_)0\d{3}(?=/(?:19|20)\d\d[/.])"  # /tmp/run_0421 above, kommun_0180/2017/ here
)
"""Folders whose name ends with four digits, which with a year after them would read as a telephone. Only those go."""
_INLINE = "a abbr b bdi code em i mark q s small span strong sub sup time tspan u wbr"
_DRAWING = (
    "class cx cy d dx dy fill fill-opacity font-family font-size font-weight height offset opacity patterntransform "
    "points r rx ry sizes stroke stroke-dasharray stroke-linecap stroke-linejoin stroke-width style tabindex "
    "text-anchor transform viewbox width x x1 x2 xmlns y y1 y2"
)
_DRAWN_PARTS = ("xl/worksheets/", "xl/sharedStrings", "xl/styles", "xl/theme/")


class Hit(NamedTuple):
    """One find: the file, the row or cell, the kind (see `scrub`), and whether the check digit is wrong."""

    place: str
    where: str
    kind: str
    suspected: bool


class PersonalDataError(TrygghetError):
    """Something that points to a person stands in what is about to be published; the text says where, never what."""


@dataclass(frozen=True)
class _Text:
    where: str
    text: str


def scan(files: Mapping[str, bytes], *, allowed: Iterable[str] = ()) -> list[Hit]:
    """Search files that are about to be published.

    Parameters
    ----------
    files : place to bytes; read by its ending: html, csv, xlsx, anything else in UTF-8 row by row. A pdf is printed
        from a page that is searched itself.
    allowed : texts that may stand there although they look like a person's: the municipality's own addresses.
    """
    passing = _passing(allowed)
    words = Words("en")
    hits: list[Hit] = []
    seen: set[bytes] = set()
    known: dict[str, list[tuple[str, bool]]] = {}  # tables say the same again and again
    for place, content in files.items():
        if content in seen or place.endswith(".pdf"):
            continue
        seen.add(content)
        for piece in _texts(place, content):
            if piece.text not in known:
                known[piece.text] = _finds(piece.text, passing, words)
            hits += [Hit(place, piece.where, *find) for find in known[piece.text]]
    return hits


def refuse(files: Mapping[str, bytes], words: Words, *, allowed: Iterable[str] = ()) -> None:
    """Raise `PersonalDataError` when `scan` finds anything; a line a find, at most 50."""
    hits = scan(files, allowed=allowed)
    if hits:
        lines = [_line(hit, words) for hit in hits[:MAX_SHOWN]]
        more = len(hits) - MAX_SHOWN
        raise PersonalDataError("\n".join([*lines, *([words("faults.more", n=more)] if more > 0 else [])]))


def _line(hit: Hit, words: Words) -> str:
    key = "suspected" if hit.suspected else "found"
    said = words(f"scan.{key}", kind=words(f"texts.scrub.{hit.kind}"))
    return f"{hit.place}:{hit.where}: {said}"


def _passing(allowed: Iterable[str]) -> re.Pattern[str]:
    texts = sorted({text.strip() for text in allowed if text.strip()}, key=len, reverse=True)
    own = [rf"(?<!\w){re.escape(text)}(?!\w)" for text in texts]
    return re.compile("|".join([*own, _OURS.pattern]))


def _finds(text: str, passing: re.Pattern[str], words: Words) -> list[tuple[str, bool]]:
    if not _WORTH.search(text):
        return []
    return [find for find in scrub_text(passing.sub(" · ", _FOLDER.sub(r"\1\2·", text)), words)[1] if find[0] != URL]


def _texts(place: str, content: bytes) -> Iterator[_Text]:
    if place.endswith(".html"):
        yield from _of_page(content.decode("utf-8"))
    elif place.endswith(".csv"):
        yield from _of_csv(content.decode("utf-8-sig"))
    elif place.endswith(".xlsx"):
        yield from _of_workbook(content)
    else:
        lines = content.decode("utf-8", errors="replace").splitlines()
        yield from (_Text(str(number), unescape(line)) for number, line in enumerate(lines, start=1))


class _Reader(HTMLParser):
    """The texts of a page, each with the row it begins in; words that only inline elements part stay together."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[_Text] = []
        self.parts: list[str] = []
        self.row = 0
        self.styled = False
        self.inline = frozenset(_INLINE.split())
        self.drawing = frozenset(_DRAWING.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.inline:
            self.end()
        self.styled = tag == "style"
        for name, value in attrs:
            if value and name not in self.drawing and not value.startswith("data:"):
                self.found.append(_Text(str(self.getpos()[0]), value))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.inline:
            self.end()
        self.styled = False

    def handle_data(self, data: str) -> None:
        if not self.styled:
            self.row = self.row if self.parts else self.getpos()[0]
            self.parts.append(data)

    def handle_comment(self, data: str) -> None:
        self.found.append(_Text(str(self.getpos()[0]), data))

    def end(self) -> None:
        """Close the text that is being read."""
        if self.parts:
            self.found.append(_Text(str(self.row), "".join(self.parts)))
            self.parts = []


def _of_page(html: str) -> list[_Text]:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end()
    return reader.found


def _of_csv(text: str) -> Iterator[_Text]:
    head = text.partition("\n")[0]
    delimiter = max(";,\t", key=head.count)
    for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
        yield from (_Text(f"{_letters(column)}{number}", cell) for column, cell in enumerate(row))


def _of_workbook(content: bytes) -> Iterator[_Text]:
    """Every cell by sheet number and address; sheet names, properties and comments by the part they stand in."""
    from defusedxml.ElementTree import fromstring
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for sheet in range(len(book.sheet_names)):
        rows = book.get_sheet_by_index(sheet).to_python(skip_empty_area=False)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                yield _Text(f"{sheet + 1}!{_letters(column)}{number}", _written(cell))
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for name in parts.namelist():
            if name.endswith((".xml", ".rels")) and not name.startswith(_DRAWN_PARTS):
                for node in fromstring(parts.read(name)).iter():
                    yield from (_Text(name, text) for text in (node.text or "", *node.attrib.values()) if text)


def _written(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _letters(column: int) -> str:
    """A column's letters in a spreadsheet; 0 is A."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
