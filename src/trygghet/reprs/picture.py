"""A picture: every step of the report in its order, each with the line that runs it alone."""

from __future__ import annotations

from collections.abc import Iterator

from trygghet.blocks import Block, Column, Section, Table
from trygghet.messages import Words
from trygghet.picture import Picture

READ = ("survey", "population", "design", "estimates")
SHOWN = (
    "header", "summary", "easy.situation", "sources_and_quality", "in_figures", "safety", "problems", "voices", "crime",
    "compared", "where", "when", "groups", "staff", "together", "causes", "focus", "method", "downloads",
)  # fmt: skip
"""Steps that show something, in the order of the notebook ``lagesbild.ipynb``."""


def lines() -> dict[str, str]:
    """Step to the line that runs it, in the order of the report, where the picture is called ``picture``."""
    read = {name: f"picture.{name}" for name in READ}
    return read | {name: f"tg.pages.{name}(picture)" for name in SHOWN}


def tell(picture: Picture, words: Words) -> Iterator[Block]:
    """What it is a picture of, and the steps."""
    title = words("shown.picture.title", name=picture.ws.settings.name, year=picture.ws.year)
    yield Section(id="lagesbilden", title=title, lead=words("shown.picture.lead"), language=words.language)
    named = words.raw("shown.picture.steps")
    rows = tuple((named[name.replace(".", "_")], line) for name, line in lines().items())
    columns = (Column("step", words("shown.picture.step")), Column("line", words("shown.picture.line")))
    yield Table("stegen", words("shown.picture.caption"), columns, rows, language=words.language)
