"""Method and definitions: how every number was made, in words."""

from __future__ import annotations

from importlib.metadata import version

from trygghet import indicators
from trygghet.blocks import Paragraphs, Section, Table
from trygghet.pages.parts import Blocks, columns
from trygghet.picture import Picture


def method(picture: Picture) -> Blocks:
    """Paragraphs on intervals, bases and order; the definitions in full; what made the page."""
    words = picture.words
    head = Section(
        id="metod",
        title=words("report.method.title"),
        lead=words("report.method.lead"),
        language=words.language,
    )
    texts = []
    if picture.survey is not None:
        texts.append(words("report.method.intervals"))
        rules = picture.rules
        texts.append(words("report.method.rule", limit=rules.survey_base, staff=rules.staff_base))
    if len(picture.incident_changes):
        texts.append(words("report.method.crime"))
    if len(picture.absent) < 4:
        texts.append(words("report.method.order"))
    texts.append(words("report.method.parameters", version=version("trygghet"), year=picture.ws.year))
    blocks = [head, Paragraphs(texts=tuple(texts), language=words.language)]
    if picture.survey is not None:
        blocks.append(definitions(picture))
    return Blocks(blocks)


def definitions(picture: Picture) -> Table:
    """Every indicator of the page with its whole definition."""
    words, survey = picture.words, picture.survey
    assert survey is not None
    rows = [
        (words.pick(item.label), " ".join(indicators.describe(item, words, survey)))
        for item in picture.available.values()
    ]
    return Table(
        id="definitioner",
        caption=words("report.method.definitions_caption"),
        columns=columns(words, "report.method.definitions_columns"),
        rows=tuple(rows),
        collapsed=True,
        language=words.language,
    )
