"""The evidence matrix: problems by criteria in words and signs, and the figures behind every cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from trygghet import estimates as est
from trygghet.blocks import Table
from trygghet.criteria import (
    DIALOGUE,
    LEAST_NAMED,
    Judgement,
    crime_changes,
    decided,
    deviations,
    felt_changes,
    pointing,
    row_of,
    severities,
    source_levels,
    trends,
)
from trygghet.matrix_block import Matrix, MatrixCell, MatrixColumn, MatrixRow
from trygghet.messages import EN_DASH, Words
from trygghet.pages.parts import columns
from trygghet.picture import POLICE, STAFF, Picture
from trygghet.priorities import Ranked, problem_ranks, ranked_problems

SHOWN = 12
CRITERIA = ("extent", "trend", "deviation", "severity", "felt", "staff", "police", DIALOGUE)
ANCHORS = {
    "extent": "#brottstyper", "trend": "#matris_tal", "deviation": "#jamfort", "severity": "#fokus",
    "felt": "#problemlista", "staff": "#arbetsplatser", "police": "#polisen", DIALOGUE: "#contacts",
}  # fmt: skip
DOTS = {3: "●●●", 2: "●●○", 1: "●○○"}
ARROWS = {"up": "↗", "down": "↘", "none": "→", "apart": "⇄", "over": "▲", "inside": "◆", "under": "▼"}


def judgements(picture: Picture) -> dict[str, dict[str, Judgement]]:
    """What every criterion that the year's material knows says of each problem, in the matrix's order."""
    known = {
        **source_levels(picture),
        "trend": trends(picture),
        "deviation": deviations(picture),
        "severity": severities(picture),
    }
    return {name: known[name] for name in CRITERIA if known.get(name)}


def matrix(picture: Picture) -> Matrix:
    """The first problems by every criterion."""
    words, said = picture.words, judgements(picture)
    shown = ranked_problems(picture)[:SHOWN]
    tiers = problem_ranks(picture)["tier"]
    sure = [picture.codebook[str(name)].name(words) for name in tiers.index[tiers == "A"]]
    names = words.sequence([name[0].lower() + name[1:] for name in sure])
    key = "together.matrix_title" if sure else "together.matrix_title.none"
    return Matrix(
        id="matris",
        title=words(key, n=len(sure), names=names),
        reading=words("together.reading"),
        first=words("together.first"),
        columns=tuple(_column(picture, name) for name in said),
        rows=tuple(_row(picture, ranked, said) for ranked in shown),
        signs=tuple(words(f"together.signs.{name}") for name in _signs(said)),
        meanings_title=words("together.meanings_title"),
        language=words.language,
    )


def _signs(said: Iterable[str]) -> list[str]:
    """The signs that stand in the matrix and need to be explained."""
    there = set(said)
    own = [name for name in ("trend", "deviation") if name in there]
    return ["high", "middle", "low", "unsure", *own, "tiers"]


def _column(picture: Picture, name: str) -> MatrixColumn:
    words, decision = picture.words, decided(picture)
    meaning = f"together.meanings.{name}"
    if name == "severity":
        source = words.pick(decision.severity_source) if decision else ""
        text = words(meaning, source=source) if source else words(f"{meaning}_plain")
    else:
        text = words(meaning)
    unseen = f"together.unseen.{name}"
    none = words(unseen if words.has(unseen) else "together.unseen.other")
    return MatrixColumn(words(f"together.columns.{name}"), text, none, ANCHORS[name])


def _row(picture: Picture, ranked: Ranked, said: dict[str, dict[str, Judgement]]) -> MatrixRow:
    words = picture.words
    cells = tuple(cell(said[name].get(ranked.problem), words) for name in said)
    return MatrixRow(picture.codebook[ranked.problem].name(words, short=True), standing(picture, ranked.problem), cells)


def cell(judgement: Judgement | None, words: Words) -> MatrixCell:
    """A level as dots or an arrow, a word, and how sure it is where that is a question."""
    if judgement is None:
        return MatrixCell()
    sign = DOTS.get(judgement.level) or ARROWS[judgement.word]
    sure = "" if judgement.sure is None else words(f"together.{'sure' if judgement.sure else 'unsure'}")
    return MatrixCell(sign, words(f"together.words.{judgement.word}"), sure)


def pointed(picture: Picture, problem: str) -> str:
    """How many of the sources that can see a problem point it out, in words."""
    n, of = pointing(picture, problem)
    return picture.words("together.pointed", n=n, of=of) if n else picture.words("together.pointed.none", of=of)


def standing(picture: Picture, problem: str) -> str:
    """Tier, interval of the rank and how many sources agree."""
    words, ranks = picture.words, problem_ranks(picture)
    row = row_of(ranks, problem)
    if row is None:
        return words("together.row_unranked", pointed=pointed(picture, problem))
    tier = words(f"together.tiers.{row['tier']}")
    return words("together.row", tier=tier, place=places(row), pointed=pointed(picture, problem))


def places(row: Mapping[str, Any]) -> str:
    """The interval of a rank: ``1–4``, or one number."""
    low, high = int(row["lo"]), int(row["hi"])
    return str(low) if low == high else f"{low}{EN_DASH}{high}"


def figures(picture: Picture) -> Table:
    """The figures behind the matrix, a row a problem; nothing that may not be shown."""
    words = picture.words
    names = list(words.raw("together.figures_columns"))
    rows = [_figures(picture, ranked.problem) for ranked in ranked_problems(picture)[:SHOWN]]
    return Table(
        id="matris_tal",
        caption=words("together.figures_caption"),
        columns=columns(words, "together.figures_columns", right=names[1:]),
        rows=tuple(rows),
        note=words("together.figures_note", limit=picture.rules.count),
        collapsed=True,
        language=words.language,
    )


def _figures(picture: Picture, problem: str) -> dict[str, str]:
    words, ranks = picture.words, problem_ranks(picture)
    cells = {"problem": picture.codebook[problem].name(words, short=True), **_felt(picture, problem)}
    for source in (STAFF, POLICE):
        row = est.one(picture.staff_estimates(source), est.STAFF + problem)
        if row is not None and row["n"] > 0 and not row["suppressed"]:
            k = round(row["estimate"] * row["n"])
            hidden = source == POLICE and 0 < k < LEAST_NAMED
            cells[source] = EN_DASH if hidden else words("together.of", k=k, n=int(row["n"]))
    cells |= _crime(picture, problem)
    if picture.contacts is not None:
        n = int((picture.contacts.frame["problem"] == problem).sum())
        cells["contacts"] = words.number(n) if n == 0 or n >= picture.rules.count else EN_DASH
    ranked = row_of(ranks, problem)
    if ranked is not None:
        cells["place"] = places(ranked)
    return {key: cells.get(key, EN_DASH) for key in words.raw("together.figures_columns")}


def _felt(picture: Picture, problem: str) -> dict[str, str]:
    words, cells = picture.words, {}
    row = est.one(picture.survey_estimates, est.STAFF + problem)
    if row is None or row["suppressed"]:
        return {}
    interval = words.interval(row["ci_low"], row["ci_high"])
    cells["felt"] = words("together.share", share=words.percent(row["estimate"]), interval=interval)
    change = row_of(felt_changes(picture), problem)
    if change is not None:
        points = {name: words.points(change[key]) for name, key in _LIMITS.items()}
        cells["felt_change"] = words("together.points", **points)
    return cells


_LIMITS = {"points": "change", "low": "ci_low", "high": "ci_high"}


def _crime(picture: Picture, problem: str) -> dict[str, str]:
    words, row = picture.words, row_of(crime_changes(picture), problem)
    if row is None:
        return {}
    now, before = int(row["now"]), int(row["before"])
    if 0 < min(now, before) < picture.rules.incidents:
        return {}
    cells = {"crime": words.number(now)}
    if before:
        change, low, high = (_percent(float(row[key]), words) for key in ("ratio", "lo", "hi"))
        cells["crime_change"] = words("together.ratio", change=change, low=low, high=high)
    return cells


def _percent(ratio: float, words: Words) -> str:
    """A ratio as a signed change in percent."""
    text = words.percent(ratio - 1, 0)
    return f"+{text}" if ratio > 1 and not text.startswith("0") else text
