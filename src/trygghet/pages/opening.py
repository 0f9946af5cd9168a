"""The head of the lägesbild and its first section: the findings, the key figures, and what is not known."""

from __future__ import annotations

import pandas as pd

from trygghet import estimates as est
from trygghet.blocks import Block, Finding, Findings, Header, KeyFigure, KeyFigures, Note, Paragraphs, Section, Tone
from trygghet.messages import Words
from trygghet.pages.parts import (
    Blocks,
    group_label,
    hundred,
    invited_number,
    limits,
    note_texts,
    pair,
    place_name,
    predicate,
    separate,
    shown,
)
from trygghet.pages.priority_findings import crime_finding, direction, problem_findings, who_chose
from trygghet.pages.unknown import unknown_note
from trygghet.picture import CITIZENS, INCIDENTS, POLICE, STAFF, Picture

__all__ = ["direction", "header", "summary"]


def header(picture: Picture, report: str = "lagesbild") -> Header:
    """Kicker, title, one sentence a politician can repeat, and what the page builds on."""
    words, settings = picture.words, picture.ws.settings
    kicker = [place_name(picture), *([settings.police_area] if settings.police_area else [])]
    return Header(
        kicker=" · ".join(kicker),
        title=words(f"report.header.{report}", year=picture.ws.year),
        lead=lead(picture),
        meta=" · ".join(source_lines(picture)),
        workspace=settings.name,
        year=picture.ws.year,
        report=report,
        language=words.language,
    )


def lead(picture: Picture) -> str:
    """The headline indicator in one sentence, with its two-way group."""
    words = picture.words
    if picture.design is None:
        return words("report.header.lead_none")
    row = est.one(picture.estimates, picture.headline.id)
    if row is None or row["suppressed"]:
        return words("report.header.lead_none")
    values = {"all": hundred(row["estimate"], words), "predicate": predicate(picture)}
    groups = pair(picture, picture.headline.id)
    if groups is None:
        return words("report.header.lead_one", **values)
    for letter, group in zip("ab", groups, strict=True):
        values[letter] = hundred(group["estimate"], words)
        values[f"{letter}_label"] = people(picture, group)
    return words("report.header.lead_two", **values)


def people(picture: Picture, row: pd.Series) -> str:
    """A group in running text: ``kvinnor``."""
    key = f"report.header.people.{row['group']}"
    if picture.words.has(key):
        return picture.words(key)
    return group_label(picture, row["group_by"], row["group"]).lower()


def source_lines(picture: Picture) -> list[str]:
    """Each source of the year with its period and base, a short line each."""
    words, lines = picture.words, []
    wave = picture.wave(CITIZENS)
    if wave is not None and picture.survey is not None:
        n, invited = len(picture.survey.answers), invited_number(picture)
        period = words.month_span(wave.wave.start, wave.wave.end)
        if invited:
            lines.append(
                words(
                    "report.header.survey",
                    period=period,
                    n=n,
                    invited=invited,
                    rate=words.percent(n / invited),
                )
            )
        else:
            lines.append(words("report.header.survey_no_invited", period=period, n=n))
    wave = picture.wave(INCIDENTS)
    if wave is not None:
        lines.append(words("report.header.incidents", period=words.month_span(wave.wave.start, wave.wave.end)))
    staff = picture.staff_answers(STAFF)
    if staff is not None:
        asked = staff.n_asked or 0
        key = "report.header.staff" if asked else "report.header.staff_no_asked"
        lines.append(words(key, n=len(staff.meetings), asked=asked))
    police = picture.staff_answers(POLICE)
    if police is not None:
        lines.append(words("report.header.police", n=len(police.meetings)))
    return lines


def summary(picture: Picture) -> Blocks:
    """Three to five problems with how strong the evidence is, key figures, safety in words, and what is not known.

    The problems are those that people chose; where nobody has decided, those the material points at first. Without
    any, what is found about safety stands there instead; without a survey too, what reported crime says.
    """
    words = picture.words
    chosen, safety = problem_findings(picture), [*_safety(picture), *_areas(picture), *_change(picture)]
    blocks: list[Block] = [
        Section(id="viktigast", title=words("report.summary.title"), lead=who_chose(picture), language=words.language)
    ]
    if picture.ws.settings.simulated:
        blocks.append(_simulated(picture))
    findings = chosen or safety or crime_finding(picture)
    if findings:
        blocks.append(Findings(items=tuple(findings), language=words.language))
    figures = key_figures(picture)
    if figures:
        blocks.append(KeyFigures(items=tuple(figures), language=words.language))
    if chosen and safety:
        texts = tuple(f"{item.title}. {item.text}" for item in safety)
        blocks.append(Paragraphs(texts=texts, language=words.language))
    unknown = unknown_note(picture)
    if unknown is not None:
        blocks.append(unknown)
    return Blocks(blocks)


def _simulated(picture: Picture) -> Note:
    words = picture.words
    return Note(
        title=words("report.common.simulated_title"),
        text=" ".join(note_texts(picture)),
        tone="warning",
        language=words.language,
    )


def _safety(picture: Picture) -> list[Finding]:
    row = est.one(picture.estimates, picture.headline.id)
    if row is None or row["suppressed"]:
        return []
    words = picture.words
    title = words(
        "report.summary.safety_title",
        share=hundred(row["estimate"], words),
        predicate=predicate(picture),
    )
    text = words("report.summary.safety_text", groups=_groups_sentence(picture), **limits(row, words))
    return [Finding(title, text.strip(), (_evidence(row, words),))]


def _groups_sentence(picture: Picture) -> str:
    groups = pair(picture, picture.headline.id)
    if groups is None:
        return ""
    words, (high, low) = picture.words, groups
    if not separate(high, low):
        return words(
            "report.summary.groups_alike",
            a=words.number(100 * high["estimate"]), a_label=people(picture, high),
            b=words.number(100 * low["estimate"]), b_label=people(picture, low),
        )  # fmt: skip
    return words(
        "report.summary.groups_differ",
        high_label=_among(picture, high, first=True),
        low_label=_among(picture, low, first=False),
        high=words.number(100 * high["estimate"]),
        low=words.number(100 * low["estimate"]),
    )


def _among(picture: Picture, row: pd.Series, *, first: bool) -> str:
    among = picture.words("report.summary.among", people=people(picture, row))
    return among[0].upper() + among[1:] if first else among


def _evidence(row: pd.Series, words: Words) -> str:
    return words(f"evidence.{row['evidence_class']}.name").lower()


def _areas(picture: Picture) -> list[Finding]:
    rows = shown(est.pick(picture.survey_estimates, picture.headline.id, "area"))
    if len(rows) < 3:
        return []
    words = picture.words
    rows = rows.sort_values("estimate", ascending=False)
    first, second = rows.iloc[0], rows.iloc[1]
    share, area = words.number(100 * first["estimate"]), group_label(picture, "area", first["group"])
    if not separate(first, second):
        text = words(
            "report.summary.area_none_text",
            area=area, share=share, **limits(first, words),
            next=group_label(picture, "area", second["group"]), rest=words.number(100 * second["estimate"]),
        )  # fmt: skip
        return [Finding(words("report.summary.area_none_title"), text, (_evidence(first, words),))]
    text = words(
        "report.summary.area_text",
        area=area, share=share, **limits(first, words),
        next=group_label(picture, "area", second["group"]), rest=words.number(100 * second["estimate"]),
    )  # fmt: skip
    return [Finding(words("report.summary.area_title", area=area), text, (_evidence(first, words),))]


def _change(picture: Picture) -> list[Finding]:
    row = headline_change(picture)
    if row is None:
        return []
    words = picture.words
    sure = row["p"] < 0.05
    key = "change_text_sure" if sure else "change_text_unsure"
    text = words(
        f"report.summary.{key}",
        before=words.number(100 * row["before"]), after=words.number(100 * row["after"]),
        points=words.points(row["change"]), low=words.points(row["ci_low"]), high=words.points(row["ci_high"]),
    )  # fmt: skip
    title = words("report.summary.change_title", year=row["year"], verdict=change_verdict(row, words))
    return [Finding(title, text, (words("evidence.probability.name").lower(),))]


def change_verdict(row: pd.Series, words: Words) -> str:
    """The change of a share in words."""
    return words(f"report.summary.change_{change_key(row)}")


def change_key(row: pd.Series) -> str:
    """``more``, ``less`` or ``unknown``: whether a share has changed beyond chance (5 %)."""
    if not row["p"] < 0.05:
        return "unknown"
    return "more" if row["change"] > 0 else "less"


def headline_change(picture: Picture) -> pd.Series | None:
    """The headline indicator's change since the wave before, with its ``year``; None without such a wave."""
    changes = picture.changes
    if len(changes) == 0 or picture.previous is None:
        return None
    rows = changes[changes["indicator"] == picture.headline.id]
    return rows.iloc[0].copy().pipe(_with_year, picture.previous.ws.year) if len(rows) == 1 else None


def _with_year(row: pd.Series, year: str) -> pd.Series:
    row["year"] = year
    return row


def key_figures(picture: Picture) -> list[KeyFigure]:
    """The headline for all, for the group where it is highest, and since last time."""
    words, figures = picture.words, []
    label = words.pick(picture.headline.label)
    total = est.one(picture.survey_estimates, picture.headline.id)
    groups = pair(picture, picture.headline.id)
    change = headline_change(picture)
    rows: list[tuple[str, pd.Series | None, Tone]] = [
        (label, total, "ink"),
        ("", groups[0] if groups else None, "amber"),
    ]
    if change is None:
        rows.append(("", groups[1] if groups else None, "blue"))
    for name, row, tone in rows:
        if row is None or row["suppressed"]:
            continue
        shown_name = name or group_label(picture, row["group_by"], row["group"])
        note = words("report.summary.key_note", n=int(row["n"]), **limits(row, words))
        figures.append(KeyFigure(shown_name, words.percent(row["estimate"]), note, tone))
    if change is not None:
        figures.append(_change_figure(change, words))
    return figures


def _change_figure(row: pd.Series, words: Words) -> KeyFigure:
    label = words("report.summary.key_since", year=row["year"])
    low, high = words.points(row["ci_low"]), words.points(row["ci_high"])
    if row["p"] < 0.05:
        n, points = round(100 * abs(row["change"])), words.points(row["change"])
        points = words("report.summary.key_points", n=n, points=points)
        return KeyFigure(label, points, words("report.summary.key_points_note", low=low, high=high), "blue")
    before, after = words.percent(row["before"]), words.percent(row["after"])
    note = words("report.summary.key_unsure_note", before=before, after=after, low=low, high=high)
    return KeyFigure(label, words("report.summary.key_unknown"), note, "muted")
