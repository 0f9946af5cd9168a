"""Where: crime per resident by sub-area with its uncertainty, fear against crime, and how crime gathers in places."""

from __future__ import annotations

from typing import Any

import pandas as pd

from trygghet import estimates as est
from trygghet.blocks import Block, Paragraphs, Section, Table
from trygghet.messages import EN_DASH
from trygghet.pages.parts import Blocks, columns, hundred
from trygghet.picture import INCIDENTS, Picture
from trygghet.place import area_rates, concentration, fear_vs_crime, grid_counts
from trygghet.place.fear import MIN_AREAS

CELL = 300
PER = 1_000
MIN_REPORTS = 100
SEED = 1


def where(picture: Picture) -> Blocks:
    """The section; none without a crime source, or without any crime in a sub-area."""
    words, wave = picture.words, picture.wave(INCIDENTS)
    if wave is None or picture.incidents is None:
        return Blocks()
    rows = est.in_period(picture.incidents, wave.wave.start, wave.wave.end)
    counts = rows.groupby("area", observed=True)["n_crimes"].sum()
    if counts.empty:
        return Blocks()
    counts = counts.reindex(list(picture.ws.area_labels)).fillna(0)
    people = residents(picture)
    compared = fear(picture, counts, people)
    lead = words("place.lead") if compared is None else f"{_finding(picture, compared)} {words('place.lead')}"
    head = Section(id="platser", title=words("place.title"), lead=lead, language=words.language)
    blocks: list[Block | None] = [head, rates(picture, counts, people)]
    blocks += [_fear_table(picture, compared) if compared is not None else None, gathered(picture, rows)]
    return Blocks([block for block in blocks if block is not None])


def residents(picture: Picture) -> pd.Series:
    """Residents by sub-area, those that have any."""
    if picture.population is None:
        return pd.Series(dtype=float)
    people = picture.population.groupby("area", observed=True)["n"].sum()
    return people[(people > 0) & people.index.isin(list(picture.ws.area_labels))].astype(float)


def rates(picture: Picture, counts: pd.Series, people: pd.Series) -> Table:
    """All crimes by sub-area; the rate with its exact interval and drawn towards the common one where people live."""
    words, hide = picture.words, picture.rules.count
    lived = [area for area in counts.index if area in people.index]
    table = area_rates(counts[lived], people[lived]) if len(lived) > 1 else pd.DataFrame()
    found: dict[str, dict[str, Any]] = {str(row["area"]): row for row in _records(table)}
    rows = []
    for area, name in picture.ws.area_labels.items():
        n = int(counts[area])
        if 0 < n < hide:
            rows.append((name, words("report.common.not_shown"), *[EN_DASH] * 4))
        elif area not in found:
            rows.append((name, words.number(n), *[EN_DASH] * 4))
        else:
            row = found[area]
            span = f"{_rate(picture, row['lo'])}{EN_DASH}{_rate(picture, row['hi'])}"
            stands = words(f"place.stands.{row['flag'] or 'inside'}")
            rows.append((name, words.number(n), _rate(picture, row["rate"]), span, _rate(picture, row["eb"]), stands))
    return Table(
        id="brottomraden",
        caption=words("place.rates_caption", period=_period(picture)),
        columns=columns(words, "place.rates_columns", right=("n", "rate", "interval", "even")),
        rows=tuple(rows),
        note=words("place.rates_note", limit=hide),
        language=words.language,
    )


def _period(picture: Picture) -> str:
    wave = picture.wave(INCIDENTS)
    return picture.words.month_span(wave.wave.start, wave.wave.end) if wave is not None else ""


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows with the area's id under ``area``."""
    return [{str(k): v for k, v in row.items()} for row in table.reset_index(names="area").to_dict("records")]


def _rate(picture: Picture, rate: float) -> str:
    """Per 1,000; a decimal where the number is small."""
    return picture.words.number(PER * rate, 0 if rate * PER >= 10 else 1)


def fear(picture: Picture, counts: pd.Series, people: pd.Series) -> pd.DataFrame | None:
    """Fear against crime for sub-areas where both may be shown; None with fewer than three."""
    shares = est.pick(picture.survey_estimates, picture.headline.id, "area").set_index("group")
    shares = shares[shares.index.isin(people.index)]
    if shares.empty:
        return None
    few = counts[(counts > 0) & (counts < picture.rules.count)].index
    hidden = shares["suppressed"].astype(bool) | shares.index.isin(few)
    survey = shares[["estimate", "n_eff"]].where(~hidden)
    if survey.notna().all(axis=1).sum() < 3:
        return None
    table = fear_vs_crime(survey, counts, people)
    return table.assign(ci_low=shares["ci_low"], ci_high=shares["ci_high"])


def _finding(picture: Picture, table: pd.DataFrame) -> str:
    """Which sub-areas come first in each source."""
    words, names = picture.words, picture.ws.area_labels
    crime, feared = str(table["rate"].idxmax()), str(table["share"].idxmax())
    if crime == feared:
        return words("place.same_first", area=names[crime])
    return words("place.other_first", crime=names[crime], fear=names[feared])


def _fear_table(picture: Picture, table: pd.DataFrame) -> Table:
    words, names = picture.words, picture.ws.area_labels
    ranks_only, left_out = bool(table.attrs["reason"]), table.attrs["left_out"]
    rows = []
    for row in _records(table.sort_values("share", ascending=False)):
        area = str(row["area"])
        share = f"{words.percent(row['share'])} ({words.interval(row['ci_low'], row['ci_high'])})"
        cells = (names[area], share, words.number(row["fear_rank"]), _rate(picture, row["rate"]))
        said = words(f"place.labels.{row['label']}") if not ranks_only else EN_DASH
        rows.append((*cells, words.number(row["crime_rank"]), said))
    heads = columns(
        words, "place.fear_columns", right=("share", "fear_rank", "rate", "crime_rank"),
        label=picture.headline.name(words),
    )  # fmt: skip
    notes = [words("place.fear_note")]
    notes.append(words(f"place.{table.attrs['reason']}", n=MIN_AREAS) if ranks_only else words("place.fear_certain"))
    if left_out:
        notes.append(words("place.left_out", areas=words.sequence([names[area] for area in left_out])))
    return Table(
        id="otrygghet_brott",
        caption=words("place.fear_caption"),
        columns=heads[:-1] if ranks_only else heads,
        rows=tuple(row[:-1] if ranks_only else row for row in rows),
        note=" ".join(notes),
        language=words.language,
    )


def gathered(picture: Picture, rows: pd.DataFrame) -> Paragraphs | None:
    """How few squares hold half of the reports with a place, and points that hold suspiciously many."""
    words, located = picture.words, rows[rows["x"].notna() & rows["y"].notna()]
    if len(located) < MIN_REPORTS:
        return None
    cells = grid_counts(located["x"], located["y"], cell=CELL, shape="square")
    held = concentration(cells["n"], seed=SEED, n_boot=1).set_index("measure")
    squares = round(float(held["value"]["places_50"]) * len(cells))
    texts = [words("place.half", n=squares, cell=CELL, reports=len(located))]
    found = cells.attrs["piles"]
    if found:
        reports = sum(pile.n for pile in found)
        share = hundred(reports / len(located), words)
        texts.append(words("place.piled", n=len(found), reports=reports, share=share))
    return Paragraphs(tuple(texts), language=words.language)
