"""The last section of the lägesbild: every table of the page to take away."""

from __future__ import annotations

from trygghet.blocks import Link, Links, Section
from trygghet.pages.parts import Blocks
from trygghet.picture import Picture
from trygghet.report.catalogue import stem

KINDS = ("xlsx", "csv")


def downloads(picture: Picture, report: str = "lagesbild") -> Blocks:
    """Links to the workbook and the long table that a build lays beside the page.

    Parameters
    ----------
    report : the page's name, which the files are called after.
    """
    words, language = picture.words, picture.words.language
    head = Section(id="tabeller", title=words("downloads.title"), lead=words("downloads.lead"), language=language)
    links = tuple(
        Link(words(f"site.files.{kind}"), f"{stem(report)}.{kind}", words(f"downloads.{kind}")) for kind in KINDS
    )
    return Blocks([head, Links(items=links, language=language)])
