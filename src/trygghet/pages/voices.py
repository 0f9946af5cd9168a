"""What people write in their own words, as counts of themes; no answer is ever shown."""

from __future__ import annotations

import pandas as pd

from trygghet.blocks import Section, Table
from trygghet.pages.parts import Blocks, columns
from trygghet.picture import Picture
from trygghet.texts import ThemeCoding, code_themes

VOICES = "egna-ord"


def voices(picture: Picture) -> Blocks:
    """The section; none when too few wrote anything, or the survey has no such question."""
    texts = written_answers(picture)
    if texts is None:
        return Blocks()
    coding = code_themes(texts)
    table = themes(picture, coding)
    if table is None:
        return Blocks()
    words = picture.words
    head = Section(
        id=VOICES,
        title=words("texts.page.title"),
        lead=words("texts.page.lead", written=coding.n_written, answered=len(texts)),
        language=words.language,
    )
    return Blocks([head, table])


def written_answers(picture: Picture) -> pd.Series | None:
    """Everything each respondent wrote, as one text; None when the survey asks for no text."""
    if picture.survey is None:
        return None
    survey = picture.survey
    names = [name for name, item in survey.codebook.variables.items() if item.kind == "text" and name in survey.answers]
    if not names:
        return None
    filled = survey.answers[names].astype(object).where(survey.answers[names].notna(), "")
    return pd.Series([". ".join(filter(None, row)) for row in filled.itertuples(index=False)], index=filled.index)


def themes(picture: Picture, coding: ThemeCoding) -> Table | None:
    """Answers by theme, the most first; None when fewer wrote than any share may rest on, or nothing is left."""
    words, least = picture.words, picture.rules.count
    counts = coding.counts[coding.counts >= least]
    if coding.n_written < picture.rules.survey_base or counts.empty:
        return None
    names = {theme: coding.names_en[theme] if words.language == "en" else theme for theme in counts.index}
    rows = [(names[theme], words.number(n)) for theme, n in counts.items()]
    return Table(
        id="teman",
        caption=words("texts.page.caption", theme=rows[0][0]),
        columns=columns(words, "texts.page.columns", right=("n",)),
        rows=tuple(rows),
        note=words("texts.page.note", uncoded=words.percent(coding.uncoded_share), least=least),
        language=words.language,
    )
