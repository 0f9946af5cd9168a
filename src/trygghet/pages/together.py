"""The sources side by side: a matrix problem × source, as material for a talk and not as a verdict."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from trygghet import estimates as est
from trygghet.blocks import Note, Paragraphs, Section, Table
from trygghet.messages import EN_DASH, Words
from trygghet.pages.opening import crime_change, direction
from trygghet.pages.parts import Blocks, columns
from trygghet.picture import POLICE, STAFF, Picture
from trygghet.priorities import DRAWS, Ranked, problem_ranks, ranked_problems, source_scores

SHOWN, FIRST, LEAST_NAMED = 15, 3, 3
APART = 0.5  # of all places between the source that ranks it highest and the one that ranks it lowest
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
    texts = [text for text in (without_one(picture), *apart(picture, scores)) if text]
    said = [Paragraphs(texts=tuple(texts), language=words.language)] if texts else []
    return Blocks([head, matrix(picture), *said])


def without_one(picture: Picture) -> str:
    """Where the first problems stand when the sources are left out one at a time; empty with fewer than three."""
    words, table = picture.words, problem_ranks(picture)
    if "loo_lo" not in table or len(picture_sources(picture)) < 3:
        return ""
    items = []
    for problem, row in table.head(FIRST).iterrows():
        low, high = int(row["loo_lo"]), int(row["loo_hi"])
        places = str(low) if low == high else f"{low}{EN_DASH}{high}"
        items.append(f"{picture.codebook[str(problem)].name(words, short=True)} ({places})")
    return words("priorities.without_one", items=words.sequence(items))


def picture_sources(picture: Picture) -> list[str]:
    """The sources that are weighed together."""
    return [str(name) for name in source_scores(picture).columns]


def apart(picture: Picture, scores: pd.DataFrame) -> list[str]:
    """A sentence for each of the problems in the matrix that the sources disagree most about."""
    table = problem_ranks(picture)
    if table.empty:
        return []
    wide = table.head(SHOWN).query("spread >= @APART")
    chosen = table.index.intersection(wide.nlargest(FIRST, "spread").index, sort=False)
    ranks = scores.rank(ascending=False, method="min")
    return [_apart(picture, str(problem), scores.loc[problem], ranks.loc[problem]) for problem in chosen]


def _apart(picture: Picture, problem: str, scores: pd.Series, ranks: pd.Series) -> str:
    """What each source says of one problem; few or no mentions are said as such, never as a place."""
    words = picture.words
    said = []
    for source, score, rank in zip(ranks.index, scores, ranks, strict=True):
        if pd.isna(rank):
            continue
        answers = picture.staff_answers(str(source)) if source in (STAFF, POLICE) else None
        few = answers is not None and round(score * len(answers.meetings)) < LEAST_NAMED
        key = "priorities.source_few" if few else "priorities.source_place"
        said.append(words(key, source=words(f"priorities.sources.{source}"), place=int(rank)))
    name = picture.codebook[problem].name(words, short=True)
    return words("priorities.apart", problem=name, said=words.sequence(said))


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
