"""Supposed causes: hypotheses that people wrote down to be tested, never findings."""

from __future__ import annotations

from trygghet.blocks import Paragraphs, Section, Table
from trygghet.criteria import decided
from trygghet.pages.focus import signed
from trygghet.pages.parts import Blocks, columns
from trygghet.picture import Picture
from trygghet.priorities import problem_ranks


def causes(picture: Picture) -> Blocks:
    """The section; none where nothing is written and there are no ranked problems to write of."""
    words, decision = picture.words, decided(picture)
    head = Section(id="orsaker", title=words("causes.title"), lead=words("causes.lead"), language=words.language)
    if decision is None or not decision.causes:
        if problem_ranks(picture).empty:
            return Blocks()
        return Blocks([head, Paragraphs(texts=(words("causes.none"),), language=words.language)])
    rows = [
        (picture.codebook[item.problem].name(words), words.pick(item.hypothesis), words.pick(item.how_to_test))
        for item in decision.causes
    ]
    note = words("causes.note", **signed(decision.decided, words)) if decision.decided else words("causes.note_plain")
    table = Table(
        id="hypoteser",
        caption=words("causes.caption"),
        columns=columns(words, "causes.columns"),
        rows=tuple(rows),
        note=note,
        language=words.language,
    )
    return Blocks([head, table])
