"""The municipality in figures: how many live there, how old they are and where."""

from __future__ import annotations

import pandas as pd

from trygghet import reference
from trygghet.blocks import Block, Caption, Figure, KeyFigure, KeyFigures, Section, Table
from trygghet.charts.pyramid import population_pyramid
from trygghet.messages import EN_DASH, Words
from trygghet.pages.parts import Blocks, columns, place_name
from trygghet.picture import POPULATION, Picture
from trygghet.sources.figures import last_year

WIDTH, OLDEST, GROWN, OLD = 10, 90, 20, 65
YOUTH = (15, 25)


def in_figures(picture: Picture) -> Blocks:
    """The section; nothing without a population source."""
    people, wave, words = picture.population, picture.wave(POPULATION), picture.words
    if people is None or wave is None or people["n"].sum() <= 0:
        return Blocks()
    day = words.day(wave.wave.as_of or wave.wave.end)
    compared = any(one.source.kind == "reference" for one in picture.ws.source_waves())
    group = words.pick(picture.ws.settings.comparison.group) if compared else ""
    lead = words("in_figures.lead", source=wave.label(words), day=day)
    head = Section(
        id="kommunen",
        title=words("in_figures.title" if picture.ws.settings.kind == "municipality" else "in_figures.title_place"),
        lead=f"{lead} {words('in_figures.group', group=group)}" if group else lead,
        language=words.language,
    )
    blocks: list[Block | None] = [head, key_figures(picture, people), pyramid(picture, people, day)]
    blocks.append(by_area(picture, people, day))
    return Blocks([block for block in blocks if block is not None])


def key_figures(picture: Picture, people: pd.DataFrame) -> KeyFigures:
    """Inhabitants, with the change since earlier years where that is known; the young and the old."""
    words, total = picture.words, float(people["n"].sum())
    items = [KeyFigure(words("in_figures.people"), words.number(total), _since(picture))]
    for key, low, high in (("young", *YOUTH), ("old", OLD, 200)):
        share = people.loc[people["age"].ge(low) & people["age"].lt(high), "n"].sum() / total
        note = words(f"in_figures.{key}_note", n=round(share * total))
        items.append(KeyFigure(words(f"in_figures.{key}"), words.percent(share), note))
    return KeyFigures(items=tuple(items), language=words.language)


def _since(picture: Picture) -> str:
    """The change of population over the years that a reference source holds; empty when it holds no more than one."""
    table, words = reference.figures(picture), picture.words
    own = table[(table["indicator"] == "population") & (table["area_kind"] == "own")]
    own = own.sort_values("period")
    if len(own) < 2 or own["series"].nunique() > 1:
        return ""
    first, last = own.iloc[0], own.iloc[-1]
    change = last["estimate"] / first["estimate"] - 1
    if own["estimate"].nunique() == 1:
        return ""  # one figure used as the base of every year is no history
    key = "in_figures.more" if change > 0 else "in_figures.fewer"
    return words(key, share=words.percent(abs(change), 1), year=str(last_year(first["period"])))


def pyramid(picture: Picture, people: pd.DataFrame, day: str) -> Figure | None:
    """Ten-year age groups by sex; none without sex."""
    words = picture.words
    if "sex" not in people:
        return None
    groups = (people["age"].clip(upper=OLDEST) // WIDTH * WIDTH).rename("from")
    table = people.groupby([groups, "sex"], observed=False)["n"].sum().unstack(fill_value=0).reset_index()
    table["label"] = [f"{age}{EN_DASH}{age + WIDTH - 1}" if age < OLDEST else f"{age}+" for age in table["from"]]
    total, old = people["n"].sum(), people.loc[people["age"] >= OLD, "n"].sum()
    caption = Caption(
        id="alderspyramid",
        title=words("in_figures.pyramid_title", share=round(100 * old / total), name=place_name(picture)),
        reading=words("in_figures.pyramid_reading"),
        definition=(words("in_figures.base", n=int(total), day=day),),
    )
    return population_pyramid(table, words, caption, table=_age_table(table, words))


def _age_table(table: pd.DataFrame, words: Words) -> Table:
    rows = [
        {
            "age": row["label"],
            **{key: words.number(row[key]) for key in ("man", "woman")},
            "all": words.number(row["man"] + row["woman"]),
        }
        for row in table.to_dict("records")
    ]
    return Table(
        id="alderspyramid-tabell",
        caption=words("in_figures.age_caption"),
        columns=columns(words, "in_figures.age_columns", right=("man", "woman", "all")),
        rows=tuple(rows),
        collapsed=True,
        language=words.language,
    )


def by_area(picture: Picture, people: pd.DataFrame, day: str) -> Table | None:
    """Inhabitants of every sub-area and the share of the young and the old."""
    words = picture.words
    if "area" not in people:
        return None
    bands = pd.cut(people["age"], [-1, GROWN - 1, OLD - 1, 200], labels=["child", "between", "old"])
    table = people.groupby(["area", bands], observed=False)["n"].sum().unstack(fill_value=0)
    table = table.reindex(list(picture.ws.area_labels)).fillna(0)
    rows = [
        _area_row(name, counts, float(people["n"].sum()), picture)
        for name, counts in [*table.iterrows(), ("", table.sum())]
        if counts.sum() > 0
    ]
    right = ("n", "part", "child", "old")
    return Table(
        id="befolkning-delomraden",
        caption=words("in_figures.area_caption", day=day),
        columns=columns(words, "in_figures.area_columns", right=right),
        rows=tuple(rows),
        note=words("in_figures.area_note"),
        language=words.language,
    )


def _area_row(name: object, counts: pd.Series, total: float, picture: Picture) -> dict[str, str]:
    words, n = picture.words, float(counts.sum())
    label = picture.ws.area_labels.get(str(name), words("in_figures.whole"))
    shares = {key: words.percent(counts[key] / n) for key in ("child", "old")}
    return {"area": label, "n": words.number(n), "part": words.percent(n / total), **shares}
