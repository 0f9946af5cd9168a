"""Perceived safety: the headline by group and sub-area, over the years, when and where, and the other indicators."""

from __future__ import annotations

import pandas as pd

from trygghet import estimates as est
from trygghet import group_keys, indicators
from trygghet.blocks import Caption, Figure, Section
from trygghet.charts import Look, area_map, group_dots, ranked_dots
from trygghet.pages.opening import change_key, headline_change, people
from trygghet.pages.parts import (
    Blocks,
    capital,
    category_label,
    group_label,
    group_labels,
    hundred,
    lowered,
    pair,
    predicate,
    separate,
    shown,
    with_reasons,
)
from trygghet.pages.scales import scales
from trygghet.picture import CITIZENS, INCIDENTS, Picture
from trygghet.question_release import categories
from trygghet.sources import read_boundaries

WOMEN_AMBER = {"woman": "amber", "man": "blue"}


def safety(picture: Picture) -> Blocks:
    """Every figure of the section, in order; those the survey cannot give are left out."""
    words = picture.words
    head = Section(
        id="trygghet",
        title=words("report.safety.title"),
        lead=words("report.safety.lead"),
        language=words.language,
    )
    if picture.design is None:
        return Blocks()
    figures = [
        by_group(picture),
        by_area(picture),
        on_the_map(picture),
        over_waves(picture),
        *when_and_where(picture),
        others(picture),
        *scales(picture),
    ]
    found = [figure for figure in figures if figure is not None]
    return Blocks([head, *found]) if found else Blocks()


def _look(picture: Picture, rows: pd.DataFrame) -> Look:
    tones = {}
    for group_by, group in rows[["group_by", "group"]].itertuples(index=False):
        tone = WOMEN_AMBER.get(next(iter(group_keys.parts(group_by, group).values()), ""))
        if tone:
            tones[(group_by, group)] = tone
    return Look(tones=tones, limit=picture.rules.survey_base)


def definition(picture: Picture, indicator: indicators.Indicator, *, brief: bool = False) -> tuple[str, ...]:
    """The definition with base, item non-response and reference period, as it stands under a figure.

    `brief` leaves out the question and who is outside the base, for the figures that follow one that says it all.
    """
    wave, words = picture.wave(CITIZENS), picture.words
    assert wave is not None and picture.survey is not None
    sentences = indicators.describe(indicator, words, picture.survey, brief=brief)
    period = words.month_span(wave.wave.start, wave.wave.end)
    source = words("report.common.data_period", source=wave.label(words), period=period)
    return (" ".join(sentences), source)


def by_group(picture: Picture) -> Figure | None:
    """All, and every grouping but sub-areas."""
    words, headline = picture.words, picture.headline
    rows = est.pick(picture.survey_estimates, headline.id)
    rows = rows[~rows["group_by"].str.contains("area")]
    rows = rows[(rows["n"] > 0) | (rows["group_by"] == est.TOTAL)]
    if shown(rows).empty:
        return None
    caption = Caption(
        id="grupper",
        title=_groups_title(picture),
        reading=words("report.safety.reading"),
        definition=definition(picture, headline),
    )
    rows = with_reasons(picture, rows)
    return group_dots(rows, words, caption, labels=group_labels(picture, rows), look=_look(picture, rows))


def _groups_title(picture: Picture) -> str:
    words = picture.words
    groups = pair(picture, picture.headline.id)
    if groups is None or not separate(*groups):
        row = est.one(picture.survey_estimates, picture.headline.id)
        share = words.number(100 * row["estimate"]) if row is not None else ""
        return words("report.safety.groups_title_plain", share=share, predicate=predicate(picture))
    high, low = groups
    return words(
        "report.safety.groups_title",
        share=words.number(100 * high["estimate"]), people=people(picture, high), predicate=predicate(picture),
        other=words.number(100 * low["estimate"]), others=people(picture, low),
    )  # fmt: skip


def by_area(picture: Picture) -> Figure | None:
    """Sub-areas, highest first, with the whole place on top."""
    words, headline = picture.words, picture.headline
    rows = est.pick(picture.survey_estimates, headline.id, "area")
    rows = rows[rows["group"].isin(picture.ws.area_labels)]
    visible = shown(rows).sort_values("estimate", ascending=False)
    if len(visible) < 2:
        return None
    hidden = rows[rows["suppressed"].astype(bool)]
    total = est.pick(picture.survey_estimates, headline.id, est.TOTAL)
    table = with_reasons(picture, pd.concat([total, visible, hidden], ignore_index=True))
    sure = separate(visible.iloc[0], visible.iloc[1])
    name = group_label(picture, "area", visible.iloc[0]["group"])
    title = words("report.safety.areas_title_sure", area=name) if sure else words("report.safety.areas_title")
    reading = words("report.safety.reading") + (
        " " + words("report.safety.areas_reading", limit=picture.rules.survey_base) if len(hidden) else ""
    )
    lines = definition(picture, headline, brief=True)
    caption = Caption(id="omraden", title=title, reading=reading, definition=lines)
    look = Look(limit=picture.rules.survey_base)
    return group_dots(table, words, caption, labels=group_labels(picture, table), look=look)


def on_the_map(picture: Picture) -> Figure | None:
    """The headline by sub-area as a map, where the workspace has boundaries."""
    words, headline = picture.words, picture.headline
    boundaries = read_boundaries(picture.ws)
    rows = est.pick(picture.survey_estimates, headline.id, "area")
    if boundaries is None or len(shown(rows)) < 2:
        return None
    note = words.pick(picture.ws.settings.boundaries_note)
    hatched = words("report.safety.map_hidden") if len(shown(rows)) < len(rows) else ""
    reading = " ".join(part for part in (words("report.safety.map_reading"), hatched, note) if part)
    caption = Caption(
        id="karta",
        title=words("report.safety.map_title", label=headline.name(words)),
        reading=reading,
        definition=definition(picture, headline, brief=True),
    )
    look = Look(limit=picture.rules.survey_base)
    areas = boundaries.rename_axis("id").reset_index()
    return area_map(with_reasons(picture, rows), areas, words, caption, labels=group_labels(picture, rows), look=look)


def over_waves(picture: Picture) -> Figure | None:
    """The headline in every wave up to this one."""
    words, headline = picture.words, picture.headline
    pictures = [p for p in (*picture.earlier, picture) if p.design is not None and headline.id in p.available]
    if len(pictures) < 2:
        return None
    indicators.together([item.headline for item in pictures])  # one definition through the years, or no chart
    parts = []
    for item in pictures:
        row = est.pick(item.survey_estimates, headline.id, est.TOTAL)
        parts.append(row.assign(group_by="wave", group=item.ws.year))
    rows = pd.concat(parts, ignore_index=True)
    change = headline_change(picture)
    label = words.pick(headline.label)
    title = (
        words(f"report.safety.waves_title_{change_key(change)}", label=label, year=change["year"])
        if change is not None
        else words("report.safety.waves_title", label=label, year=pictures[0].ws.year)
    )
    caption = Caption(
        id="matningar",
        title=title,
        reading=words("report.safety.waves_reading"),
        definition=definition(picture, headline, brief=True),
    )
    labels = {("wave", item.ws.year): item.ws.year for item in pictures}
    return group_dots(rows, words, caption, labels=labels)


def when_and_where(picture: Picture) -> list[Figure]:
    """When and where people feel least safe, as far as the survey asks.

    With a crime source the time stands beside the crimes instead, in the section about time.
    """
    figures = []
    asked = [("unsafe_place", "place", "var")]
    if picture.wave(INCIDENTS) is None:
        asked.insert(0, ("unsafe_time", "time", "nar"))
    for variable, key, anchor in asked:
        figure = _categories(picture, variable, key, anchor)
        if figure is not None:
            figures.append(figure)
    return figures


def _categories(picture: Picture, variable: str, key: str, anchor: str) -> Figure | None:
    wave, words = picture.wave(CITIZENS), picture.words
    if picture.survey is None or picture.design is None or wave is None:
        return None
    answers = picture.survey.answers
    if variable not in answers or not answers[variable].notna().any():
        return None
    rows = categories(picture, answers[variable], est.category_shares(picture.design, variable, wave))
    rows = rows.assign(indicator=rows["group"])
    named = rows[~rows["group"].isin(["never", "nowhere", "other"])]
    first = named.sort_values("estimate", ascending=False).iloc[0]
    labels = {name: category_label(picture, variable, name) for name in rows["group"]}
    title = words(f"report.safety.{key}_title", **{key: lowered(labels[first["group"]])})
    codes = picture.survey.codebook
    lines = (codes.question(variable, words), words("report.common.base_all", n=int(rows["n"].max())))
    source = words(
        "report.common.data_period",
        source=wave.label(words),
        period=words.month_span(wave.wave.start, wave.wave.end),
    )
    caption = Caption(
        id=anchor, title=title, reading=words(f"report.safety.{key}_reading"), definition=(*lines, source)
    )
    return ranked_dots(rows, words, caption, labels=labels)


def others(picture: Picture) -> Figure | None:
    """The other indicators of the survey for all, the most common first; problems have a section of their own."""
    words = picture.words
    names = [
        name
        for name, item in picture.available.items()
        if name != picture.headline.id and not name.startswith(est.STAFF) and item.higher_is == "worse"
    ]
    rows = est.pick(picture.survey_estimates, group_by=est.TOTAL)
    rows = rows[rows["indicator"].isin(names)]
    if len(shown(rows)) < 2:
        return None
    labels = {name: words.pick(picture.available[name].label) for name in names}
    first = shown(rows).sort_values("estimate", ascending=False).iloc[0]
    said = words.pick(picture.available[first["indicator"]].finding) or lowered(labels[first["indicator"]])
    caption = Caption(
        id="oro",
        title=words("report.safety.all_title", share=hundred(first["estimate"], words), label=said),
        reading=words("report.safety.all_reading"),
        definition=_each(picture, list(rows["indicator"])),
    )
    return ranked_dots(rows, words, caption, labels=labels)


def _each(picture: Picture, names: list[str]) -> tuple[str, ...]:
    """What counts for the indicators of one chart, said once for those alike; each base stands at its row."""
    words, survey = picture.words, picture.survey
    assert survey is not None
    alike: dict[str, list[str]] = {}
    for name in names:
        item = picture.available[name]
        alike.setdefault(indicators.counted(item, words, survey), []).append(lowered(item.name(words)))
    lines = [f"{capital(words.sequence(labels))}. {counted}" for counted, labels in alike.items()]
    note = words("report.safety.several_definitions", n=len(survey.answers))
    return (note, *lines, definition(picture, picture.available[names[0]])[-1])
