"""Where: crime per resident by sub-area with its uncertainty, fear against crime, and how crime gathers in places."""

from __future__ import annotations

from trygghet.blocks import Block, Section
from trygghet.pages.parts import Blocks
from trygghet.pages.place_areas import (
    crime_counts,
    crime_funnel,
    crime_map,
    fear,
    fear_chart,
    finding,
    rates,
    residents,
)
from trygghet.pages.place_data import placed
from trygghet.pages.place_squares import gathered, square_map
from trygghet.picture import Picture


def where(picture: Picture) -> Blocks:
    """The section; none without a crime source, or without any crime that can be placed."""
    words, data = picture.words, placed(picture)
    if data is None or data.located.empty:
        return Blocks()
    counts, people = crime_counts(picture), residents(picture)
    blocks: list[Block | None] = []
    lead = ""
    if len(counts):
        compared = fear(picture, counts, people)
        lead = words("place.lead") if compared is None else f"{finding(picture, compared)} {words('place.lead')}"
        blocks += [crime_map(picture, counts, people), crime_funnel(picture, counts, people)]
        blocks += [rates(picture, counts, people)]
        blocks += [fear_chart(picture, compared) if compared is not None else None]
    blocks += [square_map(picture), gathered(picture)]
    shown = [block for block in blocks if block is not None]
    head = Section(
        id="platser",
        title=words("place.title" if picture.survey is not None else "place.title_crime"),
        lead=lead,
        language=words.language,
    )
    return Blocks([head, *shown]) if shown else Blocks()
