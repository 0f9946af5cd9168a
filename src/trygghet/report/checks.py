"""What can be checked of a finished page without a browser: the rules of WCAG that a template can keep or break."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

from trygghet.style import DARK, LIGHT, PAIRS, contrast

CHECKS = (
    "language", "title", "headings", "landmarks", "skip", "charts", "tables", "ids", "links", "inert", "contrast",
)  # fmt: skip
VOID = frozenset({"meta", "br", "img", "hr", "link", "input", "col", "wbr"})
FETCHING = ("src", "srcset", "poster", "data", "action", "formaction", "background")


@dataclass
class _Reader(HTMLParser):
    """What one page holds, gathered while it is read."""

    language: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    headings: list[int] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    first_link: str = ""
    links: list[str] = field(default_factory=list)
    charts: list[dict[str, bool]] = field(default_factory=list)
    tables: list[dict[str, bool]] = field(default_factory=list)
    running: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        self._outline(tag, given)
        self._pictures(tag, given)
        if tag in ("script", "iframe", "object", "embed") or any(name.startswith("on") for name in given):
            self.running.append(tag)
        fetched = [given[name] for name in FETCHING if name in given]
        if (
            any(not address.startswith("data:") for address in fetched)
            or "javascript:" in given.get("href", "").lower()
        ):
            self.running.append(tag)

    def _outline(self, tag: str, given: dict[str, str]) -> None:
        if tag == "html":
            self.language = given.get("lang", "")
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.headings.append(int(tag[1]))
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.first_link = self.first_link or given.get("href", "")
            self.links.append(given.get("aria-label", ""))

    def _pictures(self, tag: str, given: dict[str, str]) -> None:
        if tag == "svg":
            self.charts.append({"role": given.get("role") == "img", "text": False})
        elif tag == "img":
            self.charts.append({"role": True, "text": bool(given.get("alt", "").strip())})
        elif tag == "table":
            self.tables.append({"caption": False, "heads": True})
        elif tag == "th" and self.tables:
            self.tables[-1]["heads"] &= given.get("scope") in ("col", "row", "colgroup", "rowgroup")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not data.strip() or not self.open:
            return
        tag = self.open[-1]
        if tag in ("title", "desc") and "svg" in self.open and self.charts:
            self.charts[-1]["text"] = True
        elif tag in ("title", "h1"):
            self.texts[tag] = self.texts.get(tag, "") + data
        if "caption" in self.open and self.tables:
            self.tables[-1]["caption"] = True
        if "a" in self.open and self.links:
            self.links[-1] += data


@dataclass(frozen=True)
class Result:
    """What the checks of several pages came to.

    Attributes
    ----------
    pages, charts, tables : how many there were.
    failed : check to the names of the pages that break it; empty when all hold.
    """

    pages: int
    charts: int
    tables: int
    failed: dict[str, tuple[str, ...]]


def check_page(html: str) -> dict[str, Any]:
    """Check one finished page: how many charts and tables it has, and which checks it breaks."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return {"charts": len(reader.charts), "tables": len(reader.tables), "failed": _broken(reader)}


def together(checked: Iterable[tuple[str, Mapping[str, Any]]]) -> Result:
    """What the checks of several pages came to.

    Parameters
    ----------
    checked : name of each, and what `check_page` found.
    """
    n = charts = tables = 0
    failed: dict[str, list[str]] = {}
    for name, found in checked:
        n, charts, tables = n + 1, charts + found["charts"], tables + found["tables"]
        for check in found["failed"]:
            failed.setdefault(check, []).append(name)
    if poor_pairs():
        failed["contrast"] = ["*"]
    return Result(n, charts, tables, {check: tuple(names) for check, names in failed.items()})


def check_pages(pages: Iterable[tuple[str, str]]) -> Result:
    """Check finished pages.

    Parameters
    ----------
    pages : name and HTML of each.
    """
    return together((name, check_page(html)) for name, html in pages)


def _broken(page: _Reader) -> list[str]:
    levels = page.headings
    holds = {
        "language": bool(page.language),
        "title": bool(page.texts.get("title", "").strip()) and bool(page.texts.get("h1", "").strip()),
        "headings": levels[:1] == [1]
        and levels.count(1) == 1
        and all(after - before <= 1 for before, after in pairwise(levels)),
        "landmarks": page.tags.count("main") == 1 and "header" in page.tags,
        "skip": page.first_link.startswith("#") and page.first_link[1:] in page.ids,
        "charts": all(all(chart.values()) for chart in page.charts),
        "tables": all(all(table.values()) for table in page.tables),
        "ids": len(page.ids) == len(set(page.ids)),
        "links": all(text.strip() for text in page.links),
        "inert": not page.running,
    }
    return [check for check, good in holds.items() if not good]


def poor_pairs() -> list[tuple[str, str]]:
    """Pairs of colours of the palettes, light and dark, with less contrast than WCAG asks for."""
    palettes = (LIGHT, DARK)
    return [(a, b) for palette in palettes for a, b, least in PAIRS if contrast(palette[a], palette[b]) < least]
