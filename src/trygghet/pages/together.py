"""The sources side by side: the evidence matrix, and in words where the sources do not say the same."""

from __future__ import annotations

import pandas as pd

from trygghet import estimates as est
from trygghet.blocks import Block, Note, Section, Table
from trygghet.conflicts import AreaConflict, area_conflicts, crime_change, fear_change, problem_conflicts
from trygghet.criteria import LEAST_NAMED, crime_changes, felt_changes, row_of
from trygghet.messages import EN_DASH
from trygghet.pages.evidence import SHOWN, figures, matrix
from trygghet.pages.parts import Blocks, columns
from trygghet.picture import POLICE, STAFF, Picture
from trygghet.priorities import DRAWS, problem_ranks, source_scores

FIRST, MOST_NAMED = 3, 3
WIDE = 0.5  # of all places between the source that ranks it highest and the one that ranks it lowest


def together(picture: Picture) -> Blocks:
    """The section: the matrix and where the sources differ; nothing where there is but one source.

    That sources are missing is said first on the page.
    """
    words, scores = picture.words, source_scores(picture)
    if scores.shape[1] < 2:
        return Blocks()
    head = Section(
        id="sammanvagning", title=words("together.title"), lead=words("together.lead"), language=words.language
    )
    blocks: list[Block] = [head, matrix(picture), figures(picture)]
    rows = said_apart(picture, scores)
    if rows:
        heads = columns(words, "together.texts_columns")
        caption = words("together.texts_caption")
        blocks.append(Table(id="skiljer", caption=caption, columns=heads, rows=tuple(rows), language=words.language))
    title, text = words("priorities.note_title"), words("priorities.note", draws=DRAWS)
    return Blocks([*blocks, Note(title=title, text=text, language=words.language)])


def said_apart(picture: Picture, scores: pd.DataFrame) -> list[tuple[str, str]]:
    """What it is about, and what the sources say: crime and fear, problems, sub-areas, sources, one left out."""
    words = picture.words
    rows = [(words("together.texts_rows.whole"), crime_and_fear(picture))]
    rows += [_problem(picture, problem) for problem in problem_conflicts(picture)]
    areas = area_conflicts(picture)
    rows += [_area(picture, item) for item in areas]
    if not areas and len(est.pick(picture.survey_estimates, picture.headline.id, "area")) > 1:
        rows.append((words("together.texts_rows.areas"), words("together.area_conflict.none")))
    rows += apart(picture, scores)
    rows.append((words("together.texts_rows.one_out"), without_one(picture)))
    return [row for row in rows if row[1]]


def crime_and_fear(picture: Picture) -> str:
    """Whether crime and fear go the same way since last time; empty where one of them is not compared."""
    words, fear, crime = picture.words, fear_change(picture), crime_change(picture)
    if fear is None or crime is None:
        return ""
    values: dict[str, object] = {"crime_before": int(crime.before), "crime_now": int(crime.now)}
    values |= {"fear_before": round(100 * fear.before), "fear_now": round(100 * fear.now)}
    for name, change in (("crime", crime), ("fear", fear)):
        if change.sign:
            values[name] = words(f"together.crime_fear.words.{'up' if change.sign > 0 else 'down'}")
    if crime.sign and fear.sign:
        key = "same" if crime.sign == fear.sign else "opposite"
    else:
        key = "one_crime" if crime.sign else "one_fear" if fear.sign else "neither"
    return f"{words(f'together.crime_fear.{key}', **values)} {words('together.crime_fear.note')}"


def _problem(picture: Picture, problem: str) -> tuple[str, str]:
    words, felt, crime = picture.words, row_of(felt_changes(picture), problem), row_of(crime_changes(picture), problem)
    assert felt is not None and crime is not None
    item, labels = picture.codebook[problem], picture.offences.labels(picture.words)
    text = words(
        f"together.problem_conflict.felt_{'up' if felt['change'] > 0 else 'down'}",
        kinds=words.sequence([labels[group].lower() for group in item.offence_groups]),
        felt_before=round(100 * felt["before"]), felt_now=round(100 * felt["after"]),
        crime_before=int(crime["before"]), crime_now=int(crime["now"]),
    )  # fmt: skip
    return item.name(words, short=True), text


def _area(picture: Picture, item: AreaConflict) -> tuple[str, str]:
    words = picture.words
    names = [f"”{picture.codebook[name].name(words, short=True)}”" for name in item.problems[:MOST_NAMED]]
    key = f"together.area_conflict.{'fear_high' if item.fear_high else 'fear_low'}"
    return picture.ws.area_labels[item.area], words(key, problems=words.sequence(names))


def without_one(picture: Picture) -> str:
    """Where the first problems stand when the sources are left out one at a time; empty with fewer than three."""
    words, table = picture.words, problem_ranks(picture)
    if "loo_lo" not in table or source_scores(picture).shape[1] < 3:
        return ""
    items = []
    for problem, row in table.head(FIRST).iterrows():
        low, high = int(row["loo_lo"]), int(row["loo_hi"])
        places = str(low) if low == high else f"{low}{EN_DASH}{high}"
        items.append(f"{picture.codebook[str(problem)].name(words, short=True)} ({places})")
    return words("priorities.without_one", items=words.sequence(items))


def apart(picture: Picture, scores: pd.DataFrame) -> list[tuple[str, str]]:
    """A sentence for each of the problems in the matrix that the sources disagree most about."""
    table = problem_ranks(picture)
    if table.empty:
        return []
    wide = table.head(SHOWN).query("spread >= @WIDE")
    chosen = table.index.intersection(wide.nlargest(FIRST, "spread").index, sort=False)
    ranks = scores.rank(ascending=False, method="min")
    return [_apart(picture, str(problem), scores.loc[problem], ranks.loc[problem]) for problem in chosen]


def _apart(picture: Picture, problem: str, scores: pd.Series, ranks: pd.Series) -> tuple[str, str]:
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
    return name, words("priorities.apart", said=words.sequence(said))
