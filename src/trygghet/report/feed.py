"""The Atom feed of published reports (RFC 4287): the same bytes for the same reports."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from trygghet.messages import Words
from trygghet.report.catalogue import Entry

FEED = "feed.xml"


def feed(found: Sequence[Entry], words: Words, *, base_url: str = "") -> bytes:
    """The feed, the latest first.

    Parameters
    ----------
    found : the reports.
    base_url : where the reports folder lies on the web. Without one the links are relative to the feed, as
        RFC 3987 references that a reader resolves against the address it got the feed from.

    Returns
    -------
    UTF-8. An entry's id is a UUID of the workspace, year, report and number of its version, so that a changed report
    is news and a moved site is not. ``updated`` is the day of publication in ``workspace.yml``, else the last day the
    report's sources tell of: never the clock.
    """
    base = base_url.rstrip("/") + "/" if base_url else ""
    latest = sorted(found, key=lambda entry: (entry.day, entry.year, entry.name, entry.report), reverse=True)
    updated = latest[0].day if latest else "2000-01-01"
    head = [
        f"<title>{escape(words('site.title'))}</title>",
        f"<subtitle>{escape(words('site.lead'))}</subtitle>",
        f"<id>{_urn(base or min((entry.slug for entry in found), default=''))}</id>",
        f"<updated>{_instant(updated)}</updated>",
        f"<author><name>{escape(_author(found, words))}</name></author>",
        f'<link rel="self" type="application/atom+xml" href={quoteattr(base + FEED)}/>',
        f'<link rel="alternate" type="text/html" href={quoteattr(base + "index.html")}/>',
        "<generator>trygghet</generator>",
    ]
    body = [*head, *(_entry(entry, words, base) for entry in latest)]
    attributes = f'xmlns="http://www.w3.org/2005/Atom" xml:lang="{words.language}"'
    text = f'<?xml version="1.0" encoding="utf-8"?>\n<feed {attributes}>\n' + "\n".join(body) + "\n</feed>\n"
    return text.encode("utf-8")


def _entry(entry: Entry, words: Words, base: str) -> str:
    report = words("site.link", report=entry.called(words), year=entry.year)
    number = str(1 + max((version.number for version in entry.versions), default=0))
    parts = [
        f"<title>{escape(words('site.feed_title', place=entry.name, report=report))}</title>",
        f"<id>{_urn(entry.slug, entry.year, entry.report, number)}</id>",
        f"<updated>{_instant(entry.day)}</updated>",
        f'<link rel="alternate" type="text/html" href={quoteattr(base + entry.place)}/>',
        f"<summary>{escape(entry.lead)}</summary>",
    ]
    return "<entry>\n" + "\n".join(parts) + "\n</entry>"


def _author(found: Sequence[Entry], words: Words) -> str:
    return words.sequence(sorted({entry.name for entry in found})) or words("site.kicker")


def _urn(*parts: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, "\n".join(("trygghet", *parts))).urn


def _instant(day: str) -> str:
    return f"{day or '2000-01-01'}T00:00:00Z"
