"""Method and definitions: how every number was made, in words."""

from __future__ import annotations

from importlib.metadata import version

from trygghet import indicators
from trygghet.blocks import Paragraphs, Section, Table
from trygghet.pages.parts import Blocks, columns
from trygghet.pages.place_data import residents_by_square
from trygghet.picture import CITIZENS, POLICE, STAFF, Picture
from trygghet.place.squares import LEAST_POINTS

RULES = "report.method.rules"


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
    if len(picture.incident_changes):
        texts.append(words("report.method.crime"))
    texts += [" ".join(said) for said in (_survey_rules(picture), _crime_rules(picture)) if said]
    if len(picture.absent) < 4:
        texts.append(words("report.method.order"))
    texts.append(words("report.method.parameters", version=version("trygghet"), year=picture.ws.year))
    blocks = [head, Paragraphs(texts=tuple(texts), language=words.language)]
    if picture.survey is not None:
        blocks.append(definitions(picture))
    return Blocks(blocks)


def _survey_rules(picture: Picture) -> list[str]:
    """When a share of the survey or of staff is shown, by the workspace's rules."""
    words, rules, said = picture.words, picture.rules, []
    wave = picture.wave(CITIZENS)
    if picture.survey is not None and wave is not None:
        numbers = {"effective": words.number(rules.survey_effective), "count": rules.count}
        parts = {"largest": words.percent(rules.largest_weight), "two": words.percent(rules.two_largest_weights)}
        said.append(words(f"{RULES}.survey", base=rules.survey_base, **numbers, **parts))
        if wave.source.evidence_class == "open":
            said.append(words(f"{RULES}.open", base=rules.open_base))
    if picture.wave(STAFF) is not None or picture.wave(POLICE) is not None:
        said.append(words(f"{RULES}.staff", base=rules.staff_base))
        if rules.staff_margin:
            said.append(words(f"{RULES}.staff_margin", margin=words.percent(rules.staff_margin)))
    return said


def _crime_rules(picture: Picture) -> list[str]:
    """When a number of reports is shown, by the workspace's rules."""
    if picture.incidents is None:
        return []
    words, rules = picture.words, picture.rules
    areas = "residents_areas" if picture.population is not None else "residents_unknown"
    where = areas if residents_by_square(picture) is None else "residents"
    lived_in = words(f"{RULES}.{where}", residents=rules.residents, points=LEAST_POINTS)
    return [words(f"{RULES}.incidents", count=rules.incidents), lived_in]


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
