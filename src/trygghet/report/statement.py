"""The accessibility statement, written from the checks that every page went through and from the known limits."""

from __future__ import annotations

from collections.abc import Sequence

from trygghet.blocks import Block, Column, Header, Link, Links, Note, OutsideLink, Paragraphs, Section, Table
from trygghet.errors import TrygghetError
from trygghet.messages import Words
from trygghet.report.catalogue import Entry
from trygghet.report.checks import CHECKS, Result

STATEMENT = "tillganglighet.html"


def blocks(found: Sequence[Entry], result: Result, words: Words) -> list[Block]:
    """The statement's blocks, in the order of the supervisory authority's list of contents.

    Parameters
    ----------
    found : the reports of the site.
    result : of `checks.check_pages` over all pages of the site but this.
    """
    names = words.sequence(sorted({entry.name for entry in found})) or words("site.kicker")
    language = words.language
    head = Header(
        kicker=names,
        title=words("site.statement.heading"),
        lead=words("site.statement.lead", places=names),
        language=language,
    )
    compliance = words("site.statement.broken" if result.failed else "site.statement.partly")
    return [
        head,
        Section(id="foljsamhet", title=words("site.statement.compliance"), language=language),
        Paragraphs(texts=(compliance, words("site.statement.standard")), language=language),
        Section(id="brister", title=words("site.statement.limits_title"), language=language),
        Paragraphs(texts=tuple(words.raw("site.statement.limits")), language=language),
        Section(id="kontroller", title=words("site.statement.checks_title"), language=language),
        Paragraphs(texts=(_scope(result, words),), language=language),
        _table(result, words),
        Paragraphs(texts=tuple(words.raw("site.statement.method")), language=language),
        Section(id="kontakt", title=words("site.statement.contact_title"), language=language),
        *_contacts(found, words),
        Section(id="tillsyn", title=words("site.statement.authority_title"), language=language),
        Paragraphs(texts=(words("site.statement.authority"),), language=language),
        Links(items=(_authority(words),), language=language),
        Section(id="datum", title=words("site.statement.days_title"), language=language),
        Paragraphs(texts=_days(found, words), language=language),
        Links(items=(Link(words("site.all"), "index.html"),), language=language),
    ]


def _scope(result: Result, words: Words) -> str:
    return words("site.statement.scope", pages=result.pages, charts=result.charts, tables=result.tables)


def _table(result: Result, words: Words) -> Table:
    columns = tuple(Column(key, words(f"site.statement.columns.{key}")) for key in ("check", "criterion", "outcome"))
    rows = []
    for check in CHECKS:
        pages = result.failed.get(check, ())
        outcome = words("site.statement.fails", n=len(pages), pages=", ".join(pages))
        holds = outcome if pages else words("site.statement.holds")
        rows.append((words(f"site.statement.checks.{check}"), words(f"site.statement.criteria.{check}"), holds))
    caption = words("site.statement.caption")
    return Table(id="kontrollerna", caption=caption, columns=columns, rows=tuple(rows), language=words.language)


def _contacts(found: Sequence[Entry], words: Words) -> list[Block]:
    given = {entry.name: entry.contact for entry in found if entry.contact}
    missing = sorted({entry.name for entry in found} - set(given))
    shown: list[Block] = [Paragraphs(texts=(words("site.statement.contact"),), language=words.language)]
    addresses, texts = [], []
    for name, contact in sorted(given.items()):
        try:
            addresses.append(
                OutsideLink(words("site.statement.mail", place=name, contact=contact), f"mailto:{contact}")
            )
        except TrygghetError:  # not an e-mail address: a telephone number or where to turn
            texts.append(words("site.statement.mail", place=name, contact=contact))
    if addresses:
        shown.append(Links(items=tuple(addresses), language=words.language))
    if texts:
        shown.append(Paragraphs(texts=tuple(texts), language=words.language))
    if missing:
        title = words("site.statement.no_contact", places=words.sequence(missing))
        text = words("site.statement.no_contact_text", n=len(missing))
        shown.append(Note(title=title, text=text, tone="warning", language=words.language))
    return shown


def _authority(words: Words) -> OutsideLink:
    return OutsideLink(words("site.statement.authority_link"), words("site.statement.authority_address"))


def _days(found: Sequence[Entry], words: Words) -> tuple[str, ...]:
    latest = max((entry.day for entry in found), default="")
    assessed = max((entry.assessed for entry in found), default="")
    first = words("site.statement.assessed", day=words.day(assessed)) if assessed else words("site.statement.built")
    return (first, words("site.statement.covers", day=words.day(latest))) if latest else (first,)
