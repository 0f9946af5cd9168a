"""What residents answer beside the same question in the county and the country, and beside last year."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from trygghet import estimates as est
from trygghet import reference
from trygghet.blocks import Block, Caption, Column, Figure, Table
from trygghet.charts import Look, group_dots
from trygghet.clean import key
from trygghet.indicators import Indicator
from trygghet.messages import EN_DASH, Words
from trygghet.pages.parts import Blocks, columns, predicate, separate
from trygghet.pages.safety import definition
from trygghet.picture import CITIZENS, Picture
from trygghet.sources.figures import last_year

Z = 1.959964
BY = "compared"


def compared_safety(picture: Picture) -> Blocks:
    """The headline as a chart and every other indicator that others have asked too as a table."""
    rows = others(picture)
    if rows.empty or picture.design is None:
        return Blocks()
    blocks: list[Block | None] = [headline_beside(picture, rows), indicator_table(picture, rows)]
    return Blocks([block for block in blocks if block is not None])


def others(picture: Picture) -> pd.DataFrame:
    """The newest figure of every other area for each indicator that our survey asked too.

    Returns
    -------
    columns of the reference figures, and ``same`` (counted by the definition of our indicator), ``se`` (from the
    interval; missing without one).
    """
    table = reference.figures(picture)
    shares = table[(table["unit"] == "share") & table["indicator"].isin(list(picture.available))]
    if shares.empty:
        return shares
    own = shares["area_kind"] == "own"  # the place itself, in somebody else's survey
    named = shares["area"].where(~own, shares["area"] + ", " + shares["source"])
    newest = shares.assign(area=named, last=shares["period"].map(last_year)).sort_values("last", kind="stable")
    newest = newest.drop_duplicates(["indicator", "area"], keep="last")
    same = [
        same_definition(picture.available[name], text)
        for name, text in zip(newest["indicator"], newest["definition"], strict=True)
    ]
    order = newest["area_kind"].map({"own": 0, "similar": 1, "county": 2, "country": 3})
    se = (newest["ci_high"] - newest["ci_low"]) / (2 * Z)
    return newest.assign(same=same, se=se, order=order).sort_values(["indicator", "order"], kind="stable")


def same_definition(indicator: Indicator, text: str) -> bool:
    """Whether a figure's stated definition names the one of our indicator: its preset and version, ``NTU 2017``."""
    return key(text) == key(f"{indicator.source} {indicator.version}")


def headline_beside(picture: Picture, rows: pd.DataFrame) -> Figure | None:
    """Our share, the one before, and those of the others counted in the same way."""
    words, headline = picture.words, picture.headline
    own = est.pick(picture.survey_estimates, headline.id, est.TOTAL)
    beside = rows[(rows["indicator"] == headline.id) & rows["same"]]
    if own.empty or bool(own.iloc[0]["suppressed"]) or beside.empty:
        return None
    parts, labels = [own.assign(group_by=BY, group="own")], {(BY, "own"): _year_label(picture, picture.ws.year)}
    before = picture.previous
    if before is not None and headline.id in before.available:
        row = est.pick(before.survey_estimates, headline.id, est.TOTAL)
        parts.append(row.assign(group_by=BY, group="before"))
        labels[(BY, "before")] = _year_label(picture, before.ws.year)
    for i, other in enumerate(beside.to_dict("records")):
        parts.append(_as_estimate(own.iloc[0], other, f"other{i}"))
        labels[(BY, f"other{i}")] = words("compared.area_year", name=other["area"], year=other["period"])
    table = pd.concat(parts, ignore_index=True)
    caption = Caption(
        id="trygghet-jamford",
        title=_headline_title(picture, own.iloc[0], beside),
        reading=words("compared.safety_reading"),
        definition=(*definition(picture, headline), *_sources(beside, words), words("compared.safety_caution")),
    )
    look = Look(tones={(BY, "own"): "blue", (BY, "before"): "blue", **_muted(labels)})
    return group_dots(table, words, caption, labels=labels, look=look)


def _muted(labels: dict[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    return {place: "muted" for place in labels if place[1].startswith("other")}


def _year_label(picture: Picture, year: str) -> str:
    return picture.words("compared.area_year", name=picture.ws.settings.name, year=year)


def _as_estimate(own: pd.Series, row: Mapping[Hashable, Any], group: str) -> pd.DataFrame:
    """A reference figure as a row of the estimates table."""
    values = {name: row[name] for name in ("estimate", "ci_low", "ci_high", "se", "n")}
    empty = {"n_eff": np.nan, "deff": np.nan, "flags": "", "suppressed": False, "area": ""}
    return pd.DataFrame([own.to_dict() | values | empty | {"group_by": BY, "group": group}])


def _headline_title(picture: Picture, own: pd.Series, beside: pd.DataFrame) -> str:
    """The widest comparison in a sentence: the country when it is there."""
    words, row = picture.words, beside.iloc[-1]
    return words(
        f"compared.safety_title_{verdict(own, row)}",
        share=words.number(100 * own["estimate"]), predicate=predicate(picture), area=_in_area(row.to_dict(), words),
        other=words.number(100 * row["estimate"]),
    )  # fmt: skip


def _in_area(row: Mapping[Hashable, Any], words: Words) -> str:
    return words(f"compared.in_area.{row['area_kind']}", name=row["area"])


def verdict(own: pd.Series, row: pd.Series) -> str:
    """``more``, ``less`` or ``unsure``: whether our share differs from the other beyond chance."""
    if not row["se"] > 0 or not separate(own, row):
        return "unsure"
    return "more" if own["estimate"] > row["estimate"] else "less"


def _sources(rows: pd.DataFrame, words: Words) -> list[str]:
    return [words("compared.source", sources=words.sequence(list(rows["source"].unique())))]


def indicator_table(picture: Picture, rows: pd.DataFrame) -> Table | None:
    """Every shared indicator: ours, theirs, and whether they differ; other definitions are said and not compared."""
    words, totals = picture.words, est.pick(picture.survey_estimates, group_by=est.TOTAL)
    own = {str(row["indicator"]): row for _, row in totals.iterrows() if not row["suppressed"]}
    shown = [name for name in own if name in set(rows["indicator"])]
    if not shown:
        return None
    areas = rows.sort_values("order", kind="stable")["area"].drop_duplicates().tolist()
    heads = columns(words, "compared.safety_columns")
    between = [Column(area, _heading(rows[rows["area"] == area], words), "right") for area in areas]
    mine = Column("own", _year_label(picture, picture.ws.year), "right")
    different = sorted({str(text) for text in rows.loc[~rows["same"], "definition"]})
    note = words("compared.safety_note")
    if different:
        texts = [text or words("compared.no_definition") for text in different]
        note += " " + words("compared.other_definition", n=len(texts), texts="; ".join(texts))
    return Table(
        id="indikatorer-jamforda",
        caption=words("compared.safety_table", period=_period(picture)),
        columns=(heads[0], mine, *between, heads[1]),
        rows=tuple(_table_row(picture, name, own[name], rows[rows["indicator"] == name]) for name in shown),
        note=note,
        language=words.language,
    )


def _heading(rows: pd.DataFrame, words: Words) -> str:
    """The area, with its period when all its figures have the same."""
    periods = rows["period"].unique()
    return words("compared.area_year", name=rows["area"].iloc[0], year=periods[0] if len(periods) == 1 else "").strip()


def _period(picture: Picture) -> str:
    wave = picture.wave(CITIZENS)
    return picture.words.month_span(wave.wave.start, wave.wave.end) if wave else EN_DASH


def _table_row(picture: Picture, name: str, own: pd.Series, rows: pd.DataFrame) -> dict[str, str]:
    words = picture.words
    cells = {"indicator": picture.available[name].name(words), "own": _with_interval(own, words)}
    said: dict[str, list[str]] = {}
    for row in rows.to_dict("records"):
        cells[row["area"]] = _with_interval(pd.Series(row), words)
        said.setdefault(_difference(own, pd.Series(row)), []).append(_in_area(row, words))
    texts = {key: words(f"compared.verdict.{key}") for key in said}
    if len(said) == 1:
        return {**cells, "verdict": next(iter(texts.values()))}
    parts = [words("compared.verdict_in", verdict=texts[k], area=words.sequence(where)) for k, where in said.items()]
    return {**cells, "verdict": "; ".join(parts)}


def _difference(own: pd.Series, row: pd.Series) -> str:
    """A key of ``compared.verdict``."""
    if not row["same"]:
        return "definition"
    return verdict(own, row) if row["se"] > 0 else "no_interval"


def _with_interval(row: pd.Series, words: Words) -> str:
    share = words.percent(row["estimate"])
    if pd.isna(row["ci_low"]) or pd.isna(row["ci_high"]):
        return share
    return f"{share} ({words.interval(row['ci_low'], row['ci_high'])})"
