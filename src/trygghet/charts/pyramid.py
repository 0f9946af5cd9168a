"""A population pyramid: age groups as rows, men to the left and women to the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from trygghet.blocks import Caption, Figure, Table
from trygghet.charts.sheet import Sheet, Size, figure, needed, text_width
from trygghet.messages import Words

ROW, BAR, TOP = 27, 17, 30


@dataclass(frozen=True)
class _Side:
    """One sex: its key in the frame, its name and its colour."""

    key: str
    name: str
    tone: str


def population_pyramid(frame: pd.DataFrame, words: Words, caption: Caption, *, table: Table | None = None) -> Figure:
    """Inhabitants by age and sex, the oldest on top, the number at the end of each bar.

    Parameters
    ----------
    frame : columns label (the age group), man, woman (persons); the youngest first.
    table : the numbers behind.

    Raises
    ------
    BlockError : no rows or a missing column.
    """
    records = needed(frame, ("label", "man", "woman"))
    sides = (
        _Side("man", words("in_figures.men"), "blue"),
        _Side("woman", words("in_figures.women"), "amber"),
    )
    told = [words("in_figures.alt_row", label=r["label"], men=int(r["man"]), women=int(r["woman"])) for r in records]
    alt = words("in_figures.alt", rows="; ".join(told))
    rows = frame.iloc[::-1].reset_index(drop=True)
    return figure(lambda size: _draw(size, rows, sides, words), caption, alt=alt, table=table, language=words.language)


def _draw(size: Size, rows: pd.DataFrame, sides: Sequence[_Side], words: Words) -> Sheet:
    men, women = sides
    labels = [str(label) for label in rows["label"]]
    middle = max(text_width(label, size.text) for label in [*labels, words("in_figures.age")]) + 24
    number = max(text_width(words.number(n), size.small) for side in sides for n in rows[side.key]) + 8
    reach = (size.width - middle) / 2 - number
    left, right = (size.width - middle) / 2, (size.width + middle) / 2
    scale = reach / max(float(rows[["man", "woman"]].to_numpy().max()), 1.0)
    sheet = Sheet(size, TOP + ROW * len(rows) + 6)
    sheet.text(left, 12, men.name, men.tone, align="right", bold=True)
    sheet.text(size.width / 2, 12, words("in_figures.age"), "muted", align="center", size=size.small)
    sheet.text(right, 12, women.name, women.tone, bold=True)
    for i, (label, man, woman) in enumerate(rows[["label", "man", "woman"]].itertuples(index=False)):
        y = TOP + ROW * (i + 0.5)
        sheet.text(size.width / 2, y, str(label), align="center")
        sheet.bar((left - man * scale, left), y, BAR, men.tone)
        sheet.bar((right, right + woman * scale), y, BAR, women.tone)
        sheet.text(left - man * scale - 6, y, words.number(man), "muted", align="right", size=size.small)
        sheet.text(right + woman * scale + 6, y, words.number(woman), "muted", size=size.small)
    return sheet
