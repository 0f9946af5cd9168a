"""What every page's parts share: several blocks from one call, names of groups, and small pieces of sentences."""

from __future__ import annotations

from collections.abc import Container

import numpy as np
import pandas as pd

from trygghet import estimates as est
from trygghet.blocks import Block, Column
from trygghet.group_keys import parts
from trygghet.messages import EN_DASH, Words
from trygghet.picture import CITIZENS, Picture


class Blocks(tuple[Block, ...]):
    """Blocks that one step of a notebook shows, each as an output of its own."""

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for block in self:
            display(block)


def place_name(picture: Picture) -> str:
    """The place as readers call it: ``Kristinehamns kommun``."""
    name, words = picture.ws.settings.name, picture.words
    if picture.ws.settings.kind != "municipality":
        return name
    if words.language == "sv" and not name.endswith(("s", "x", "z")):
        name += "s"
    return words("report.common.municipality", name=name)


def category_label(picture: Picture, variable: str, category: str) -> str:
    """An answer or group as readers call it."""
    if variable == "area":
        return picture.ws.area_labels.get(category, category)
    if picture.survey is None:
        return category
    if variable == "age_group":
        return picture.words("report.common.ages", ages=category.replace("-", EN_DASH))
    return picture.survey.codebook.label(variable, picture.words, category)


def group_labels(picture: Picture, rows: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Names of all groups in some rows of the estimates table, by (group_by, group)."""
    labels: dict[tuple[str, str], str] = {}
    for group_by, group in rows[["group_by", "group"]].drop_duplicates().itertuples(index=False):
        labels[(group_by, group)] = group_label(picture, group_by, group)
    return labels


def group_label(picture: Picture, group_by: str, group: str) -> str:
    """The name of one group; crossed groups read ``Kvinnor 16–24``."""
    if group_by == est.TOTAL:
        return picture.words("report.common.everyone")
    return " ".join(category_label(picture, name, value) for name, value in parts(group_by, group).items())


def hundred(share: float, words: Words) -> str:
    """A share as natural frequency: ``29 av 100``."""
    return words("report.numbers.of_hundred", n=round(100 * share))


def predicate(picture: Picture) -> str:
    """What the headline says of people, to stand after a number of them: ``är otrygga ute sent på kvällen``."""
    headline, words = picture.headline, picture.words
    return words.pick(headline.finding) or words("report.common.answers_so", label=headline.name(words))


def columns(words: Words, key: str, *, right: Container[str] = (), **values: object) -> tuple[Column, ...]:
    """A table's columns from the headings under a message key, those in `right` set to the right."""
    return tuple(
        Column(name, str(text).format(**values), "right" if name in right else "left")
        for name, text in words.raw(key).items()
    )


def limits(row: pd.Series, words: Words) -> dict[str, str]:
    """The interval of a row in whole percent, as values for a message."""
    return {"low": words.number(100 * row["ci_low"]), "high": words.number(100 * row["ci_high"])}


def separate(a: pd.Series, b: pd.Series) -> bool:
    """Whether two shares of different people differ beyond chance (5 %, two-sided, normal)."""
    se = float(np.hypot(a["se"], b["se"]))
    return bool(se > 0 and abs(a["estimate"] - b["estimate"]) > 1.959964 * se)


def shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows that may be shown and have a figure."""
    return rows[~rows["suppressed"].astype(bool) & rows["estimate"].notna()]


def pair(picture: Picture, indicator: str) -> tuple[pd.Series, pd.Series] | None:
    """The two groups of the first two-way grouping, higher first, when both may be shown."""
    for group_by in picture.ws.settings.groups:
        rows = shown(est.pick(picture.estimates, indicator, group_by))
        if len(rows) == 2:
            first, second = sorted((rows.iloc[0], rows.iloc[1]), key=lambda row: -row["estimate"])
            return first, second
    return None


def note_texts(picture: Picture) -> list[str]:
    """The workspace's own remarks, in the page's language."""
    return [picture.words.pick(note) for note in picture.ws.settings.notes]


def lowered(text: str) -> str:
    """A label inside a sentence."""
    return text[:1].lower() + text[1:]


def capital(text: str) -> str:
    """A text at the head of a sentence."""
    return text[:1].upper() + text[1:]


def in_text(picture: Picture, group_by: str, group: str) -> str:
    """The name of a group inside a sentence; names of places keep their capital."""
    label = group_label(picture, group_by, group)
    return label if group_by == "area" else lowered(label)


def with_reasons(picture: Picture, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with a column ``reason`` where the base is large enough as it is, but not once it is weighted."""
    limit, words = picture.rules.survey_base, picture.words
    flags = rows["flags"].astype(str)
    weighted = rows["suppressed"].astype(bool) & flags.str.contains("small_base") & (rows["n"].fillna(0) >= limit)
    reasons = [
        words("report.common.hidden_effective", n=int(n), limit=limit) if hidden else ""
        for n, hidden in zip(rows["n"].fillna(0), weighted, strict=True)
    ]
    return rows.assign(reason=reasons)


def invited_number(picture: Picture) -> int:
    """How many were invited to the survey; 0 when that is not known."""
    wave = picture.wave(CITIZENS)
    if wave is None or picture.survey is None:
        return 0
    if picture.survey.invited is not None:
        return int(picture.survey.invited["n_invited"].sum())
    return wave.wave.invited_n or 0
