"""Reported crime: by type against the period before."""

from __future__ import annotations

from trygghet.blocks import Block, Caption, Figure, Note, Section, Table
from trygghet.charts import counts_bars
from trygghet.pages.parts import Blocks, columns
from trygghet.pages.priority_findings import types_title
from trygghet.picture import INCIDENTS, Picture
from trygghet.sources.reconciliation import warnings


def crime(picture: Picture) -> Blocks:
    """The section; none without a crime source."""
    words, wave = picture.words, picture.wave(INCIDENTS)
    if wave is None or picture.incidents is None:
        return Blocks()
    span = wave.wave
    period = words.month_span(span.start, span.end)
    if span.compare_from and span.compare_to:
        before = words.month_span(span.compare_from, span.compare_to)
        lead = words("report.crime.lead", period=period, before=before)
    else:
        lead = words("report.crime.lead_alone", period=period)
    head = Section(id="brott", title=words("report.crime.title"), lead=lead, language=words.language)
    blocks = [head, types(picture), *against_official(picture)]
    return Blocks([block for block in blocks if block is not None])


def types(picture: Picture) -> Figure | None:
    """Offence groups with any crimes, the most first."""
    words, wave = picture.words, picture.wave(INCIDENTS)
    changes = picture.incident_changes
    changes = changes[(changes["now"] > 0) | (changes["before"] > 0)].sort_values("now", ascending=False)
    if wave is None or changes.empty or wave.wave.compare_from is None or wave.wave.compare_to is None:
        return None
    names = offence_labels(picture)
    frame = changes.assign(label=changes["group"].map(names)).reset_index(drop=True)
    span = wave.wave
    periods = (
        words.month_span(wave.wave.compare_from, wave.wave.compare_to),
        words.month_span(span.start, span.end),
    )
    note = words("report.crime.detection_note") if any(item.detection_driven for item in picture.offences) else ""
    tested = words("report.crime.types_tested", n=int(frame["p"].notna().sum()))
    caption = Caption(
        id="brottstyper",
        title=types_title(picture, frame),
        reading=words("report.crime.types_reading"),
        definition=tuple(t for t in (note, tested, words("report.crime.counted"), _place_quality(picture)) if t),
    )
    return counts_bars(frame, words, caption, periods=periods, base="crimes")


def against_official(picture: Picture) -> list[Block]:
    """The extract held against Brå's counts: a warning where they differ, and the table of all types."""
    words, table = picture.words, picture.reconciliation
    if table.empty:
        return []
    labels, year = picture.offences.labels(words), str(table["period"].iloc[0])
    rows = [
        (
            labels[r["offence_group"]],
            words.number(r["n_extract"]),
            words.number(r["n_official"]),
            words.percent(r["share"]),
            words("report.crime.differs") if r["differs"] else "",
        )
        for r in table.sort_values("n_official", ascending=False, kind="stable").to_dict("records")
    ]
    heads = columns(words, "report.crime.official_columns", right=("extract", "official", "share"), year=year)
    caption = words("report.crime.official_caption", year=year)
    blocks: list[Block] = [
        Table(
            id="avstamning",
            caption=caption,
            columns=heads,
            rows=tuple(rows),
            note=words("report.crime.official_note"),
            collapsed=True,
            language=words.language,
        )
    ]
    said = warnings(table, picture.offences, words)
    if said:
        title = words("report.crime.official_warning")
        blocks.insert(0, Note(title=title, text=" ".join(said), tone="warning", language=words.language))
    return blocks


def offence_labels(picture: Picture) -> dict[str, str]:
    """Offence group to its name, detection-driven ones marked."""
    words = picture.words
    labels = picture.offences.labels(words)
    marked = {item.group for item in picture.offences if item.detection_driven}
    return {
        group: words("report.crime.detection_mark", label=label) if group in marked else label
        for group, label in labels.items()
    }


def _place_quality(picture: Picture) -> str:
    words, quality = picture.words, picture.incidents.quality if picture.incidents is not None else {}
    if not quality:
        return ""
    return words(
        "report.crime.place_quality",
        located=int(quality["reports"] - quality["place_unknown"] - quality["place_outside"]),
        n=int(quality["reports"]), swapped=int(quality["place_swapped"]),
        missing=int(quality["place_unknown"] + quality["place_outside"]),
    )  # fmt: skip
