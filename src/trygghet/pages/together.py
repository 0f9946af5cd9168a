"""The sources side by side: a matrix problem × source, as material for a talk and not as a verdict."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from trygghet import estimates as est
from trygghet.blocks import Note, Section, Table
from trygghet.messages import EN_DASH, Words
from trygghet.pages.opening import crime_change, direction
from trygghet.pages.parts import Blocks, columns
from trygghet.picture import POLICE, STAFF, Picture
from trygghet.priorities import DRAWS, Ranked, problem_ranks, ranked_problems, source_scores

SHOWN = 15
ARROWS = {"up": "↗", "down": "↘", "none": "→"}


def together(picture: Picture) -> Blocks:
    """The section: the matrix, or a note where there is but one source."""
    words = picture.words
    head = Section(
        id="sammanvagning",
        title=words("report.together.title"),
        lead=words("report.together.lead"),
        language=words.language,
    )
    scores = source_scores(picture)
    if scores.shape[1] < 2:
        title, text = words("report.together.single_title"), words("report.together.single_text")
        return Blocks([head, Note(title=title, text=text, language=words.language)])
    return Blocks([head, matrix(picture)])


def matrix(picture: Picture) -> Table:
    """A row a problem, in the order of its mean rank over the sources that can see it."""
    words = picture.words
    right = ("survey", "staff", "police", "crime", "contacts", "agree", "place")
    ranks = problem_ranks(picture).to_dict("index")
    heads = columns(words, "report.together.columns", right=right)
    rows = [_row(picture, ranked, ranks) for ranked in ranked_problems(picture)[:SHOWN]]
    return Table(
        id="matris",
        caption=words("report.together.caption"),
        columns=heads,
        rows=tuple(rows),
        note=f"{words('report.together.note')} {words('priorities.note', draws=DRAWS)}",
        language=words.language,
    )


def _row(picture: Picture, ranked: Ranked, ranks: Mapping[Hashable, Mapping[Hashable, Any]]) -> dict[str, str]:
    words, name = picture.words, est.STAFF + ranked.problem
    cells = {"problem": picture.codebook[ranked.problem].name(words, short=True)}
    row = est.one(picture.survey_estimates, name)
    if row is not None and not row["suppressed"]:
        interval = words.interval(row["ci_low"], row["ci_high"])
        cells["survey"] = f"{words.percent(row['estimate'])} ({interval})"
    for source in (STAFF, POLICE):
        row = est.one(picture.staff_estimates(source), name)
        if row is not None and row["n"] > 0:
            k = round(row["estimate"] * row["n"])
            hidden = source == POLICE and 0 < k < 3
            cells[source] = EN_DASH if hidden else words("report.together.agree", k=k, n=int(row["n"]))
    change = crime_change(picture, ranked.problem)
    if change is not None:
        mark = " *" if picture.codebook[ranked.problem].detection_driven else ""
        cells["crime"] = f"{words.number(change['now'])} {ARROWS[direction(change)]}{mark}"
    cells["contacts"] = _contacts(picture, ranked.problem)
    cells["agree"] = words("report.together.agree", k=ranked.agree, n=ranked.coverage)
    if ranked.problem in ranks:
        cells["place"] = place(ranks[ranked.problem], words)
    return {key: cells.get(key, EN_DASH) for key in words.raw("report.together.columns")}


def place(row: Mapping[Hashable, Any], words: Words) -> str:
    """Tier and interval of the rank: ``A, 1–4``."""
    key = "priorities.place_one" if row["lo"] == row["hi"] else "priorities.place"
    return words(key, tier=row["tier"], lo=int(row["lo"]), hi=int(row["hi"]))


def _contacts(picture: Picture, problem: str) -> str:
    if picture.contacts is None:
        return EN_DASH
    n = int((picture.contacts.frame["problem"] == problem).sum())
    return picture.words.number(n) if n == 0 or n >= picture.rules.count else EN_DASH
