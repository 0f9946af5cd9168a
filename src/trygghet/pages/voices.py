"""What people write in their own words, as counts of themes and places; no answer is ever shown."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from trygghet.blocks import Block, Section, Table
from trygghet.messages import EN_DASH
from trygghet.pages.parts import Blocks, columns
from trygghet.picture import Picture
from trygghet.sources.voices import read_gazetteer, read_hand_coded
from trygghet.texts import ENOUGH, ThemeCoding, code_themes, find_places, theme_agreement

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
    more: list[Block | None] = [against_people(picture, coding), *places(picture, texts)]
    return Blocks([head, table, *(block for block in more if block is not None)])


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
    rows = [(_theme(picture, coding, str(theme)), words.number(n)) for theme, n in counts.items()]
    return Table(
        id="teman",
        caption=words("texts.page.caption", theme=rows[0][0]),
        columns=columns(words, "texts.page.columns", right=("n",)),
        rows=tuple(rows),
        note=words("texts.page.note", uncoded=words.percent(coding.uncoded_share), least=least),
        language=words.language,
    )


def _theme(picture: Picture, coding: ThemeCoding, theme: str) -> str:
    return coding.names_en[theme] if picture.words.language == "en" else theme


def against_people(picture: Picture, coding: ThemeCoding) -> Table | None:
    """The dictionary against a sample that people marked (``handkodat.csv``), theme by theme; None without one."""
    survey, words, least = picture.survey, picture.words, picture.rules.count
    if survey is None or "respondent_id" not in survey.answers:
        return None
    hand = read_hand_coded(picture.ws, survey.answers["respondent_id"].astype(str), list(coding.coded.columns))
    if hand is None or len(hand) < picture.rules.survey_base:
        return None
    table = theme_agreement(coding.coded, hand)
    shown = table[table["both"] + table["only_hand"] >= least]
    if shown.empty:
        return None
    rows = []
    for row in shown.sort_values("recall", ascending=False, kind="stable").to_dict("records"):
        shares = [_share(picture, row, name) for name in ("precision", "recall")]
        kappa = words.number(row["kappa"], 2) if pd.notna(row["kappa"]) else EN_DASH
        rows.append((_theme(picture, coding, str(row["theme"])), *shares, kappa))
    few = "" if len(hand) >= ENOUGH else " " + words("voices.hand.few", enough=ENOUGH)
    return Table(
        id="handkodat",
        caption=words("voices.hand.caption"),
        columns=columns(words, "voices.hand.columns", right=("found", "missed", "kappa")),
        rows=tuple(rows),
        note=words("voices.hand.note", n=len(hand), least=least) + few,
        collapsed=True,
        language=words.language,
    )


def _share(picture: Picture, row: Mapping[Hashable, Any], name: str) -> str:
    """A share with its interval; a dash on too small a base."""
    words = picture.words
    other = "only_coded" if name == "precision" else "only_hand"
    if row["both"] + row[other] < picture.rules.count:
        return EN_DASH
    interval = words.interval(row[f"{name}_lo"], row[f"{name}_hi"])
    return words("voices.hand.share", share=words.percent(row[name]), interval=interval)


def places(picture: Picture, texts: pd.Series) -> list[Table]:
    """Places of ``platser.csv`` that several answers mention, and names that may mean more than one, never guessed."""
    gazetteer = read_gazetteer(picture.ws)
    if gazetteer is None or gazetteer.empty:
        return []
    words, least, names = picture.words, picture.rules.count, picture.ws.area_labels
    found = find_places(texts, gazetteer)
    rows = [
        (str(row["name"]), names[str(row["area"])], words.number(row["n"]))
        for row in _several(found.found, ["name", "area"], least)
    ]
    tables = [_table(picture, "platsnamn", "", rows)] if rows else []
    rows = []
    for row in _several(found.ambiguous, ["form", "why"], least):
        meant = gazetteer[gazetteer["name"].str.casefold() == str(row["form"])].to_dict("records")
        listed = [words("voices.places.place_in", name=place["name"], area=names[place["area"]]) for place in meant]
        reason = words(f"voices.places.why.{row['why']}", places=words.sequence(listed))
        rows.append((str(row["form"]).capitalize(), reason, words.number(row["n"])))
    return [*tables, *([_table(picture, "oklara_platser", "unclear_", rows)] if rows else [])]


def _several(rows: pd.DataFrame, by: list[str], least: int) -> list[dict[Hashable, Any]]:
    """Groups that at least so many answers belong to, the most first, with their number ``n``."""
    counts = rows.groupby(by)["answer"].nunique().rename("n").reset_index()
    return counts[counts["n"] >= least].sort_values("n", ascending=False, kind="stable").to_dict("records")


def _table(picture: Picture, anchor: str, kind: str, rows: list[tuple[str, str, str]]) -> Table:
    words = picture.words
    return Table(
        id=anchor,
        caption=words(f"voices.places.{kind}caption"),
        columns=columns(words, f"voices.places.{kind}columns", right=("n",)),
        rows=tuple(rows),
        note=words(f"voices.places.{kind}note", least=picture.rules.count),
        language=words.language,
    )
