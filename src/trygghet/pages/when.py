"""When crimes happen, on the day and in the week, and beside it when people feel least safe."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from trygghet.blocks import Block, Caption, Column, Figure, Note, Section, Table
from trygghet.charts import week_heatmap
from trygghet.charts.profiles import day_profiles
from trygghet.messages import EN_DASH, Words
from trygghet.pages.crime import offence_labels
from trygghet.pages.felt import felt
from trygghet.pages.over_years import over_years
from trygghet.pages.parts import Blocks, hundred
from trygghet.pages.reported import base_line, known_times, source_line, span
from trygghet.picture import INCIDENTS, Picture
from trygghet.timing import BINS, aoristic
from trygghet.week import peak, stands_out, time_heatmap

LEAST_REPORTS = 30
"""Reports with a known time below which nothing is said about when they happened."""
PART = 4
SEED = 1
SURE = 0.95


def when(picture: Picture) -> Blocks:
    """The section; none without a crime source."""
    words = picture.words
    if picture.wave(INCIDENTS) is None or picture.incidents is None:
        return Blocks()
    head = Section(id="tid", title=words("when.title"), lead=words("when.lead"), language=words.language)
    parts: list[Block | None] = [head]
    known = known_times(picture)
    if len(known) < LEAST_REPORTS:
        parts.append(Note(title=words("when.few_week", n=len(known)), text="", language=words.language))
    else:
        parts += [week(picture), peaks(picture), profiles(picture), felt(picture)]
    return Blocks([block for block in (*parts, *over_years(picture)) if block is not None])


def week(picture: Picture) -> Figure:
    """Weekday by hour, or by four hours where the crimes are few; cells that hold more than expected framed."""
    words, least = picture.words, picture.rules.incidents
    rows = known_times(picture)
    table = time_heatmap(rows["start"], rows["end"], reference="independent")
    block = BINS[table.attrs["bins"]][0]
    part, share = _busiest(table)
    framed = int((table["stands"] != "").sum())
    empty = int((np.round(table["weight"]) < least).sum())
    reading = [
        words("when.week_reading", cells=words("when.week_cells", n=block)),
        words("when.week_some", n=framed) if framed else words("when.week_none"),
        words("when.week_stable", n=empty, least=least) if empty else "",
    ]
    caption = Caption(
        id="veckan",
        title=words("when.week_title", share=hundred(share, words), part=words.raw("when.parts")[part]),
        reading=" ".join(text for text in reading if text),
        definition=(
            base_line(picture),
            words("when.expected", n=table.attrs["n_tested"]),
            words("when.rule"),
            source_line(picture),
        ),
    )
    return week_heatmap(table, words, caption, block=block, least=least)


def _busiest(table: pd.DataFrame) -> tuple[int, float]:
    """The quarter of the day with the largest share of crimes, 0 the night, and that share."""
    hours = table.groupby("hour")["weight"].sum()
    quarters = np.zeros(4)
    # blocks of four hours do not fit the quarters: each is laid out evenly over its hours
    width = 24 // len(hours)
    for hour, weight in zip(hours.index.astype(int).tolist(), hours.tolist(), strict=True):
        for h in range(hour, hour + width):
            quarters[h // 6] += weight / width
    return int(quarters.argmax()), float(quarters.max() / quarters.sum())


def peaks(picture: Picture) -> Table:
    """The fewest four-hour blocks that hold half the crimes, those that surely belong there apart."""
    words, rows = picture.words, known_times(picture)
    table = peak(rows["start"], rows["end"], seed=SEED)
    chosen = table[table["in_peak"]]
    sure = chosen["membership"] >= SURE
    columns = tuple(Column(key, text) for key, text in words.raw("when.peak_columns").items())
    lines = []
    for hour in sorted(set(chosen["hour"].astype(int).tolist())):
        here = chosen["hour"] == hour
        days = [chosen.loc[here & (sure == kind), "weekday"].astype(int).tolist() for kind in (True, False)]
        lines.append((span(hour, hour + PART), *(day_list(part, words) or EN_DASH for part in days)))
    held = chosen["weight"].sum() / table["weight"].sum()
    return Table(
        id="toppar",
        caption=words("when.peak_caption", hours=round(100 * len(chosen) / len(table))),
        columns=columns,
        rows=tuple(lines),
        note=words("when.peak_note", n=int(sure.sum()), k=len(chosen), share=round(100 * float(held))),
        language=words.language,
    )


def day_list(days: Sequence[int], words: Words) -> str:
    """Weekdays in words, runs of three or more as ``tisdag–fredag``; empty for none."""
    names = words.raw("dates.weekdays")
    if len(days) == 7:
        return words("when.every_day")
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    told: list[str] = []
    for run in runs:
        told += [f"{names[run[0]]}{EN_DASH}{names[run[-1]]}"] if len(run) > 2 else [names[day] for day in run]
    return words.sequence(told)


def profiles(picture: Picture) -> Figure | None:
    """When on the day each type of crime happens, for types with enough reports of a known time."""
    words, least = picture.words, picture.rules.incidents
    rows = known_times(picture)
    labels = offence_labels(picture)
    sensitive = {item.group for item in picture.offences if item.sensitive}
    rows = rows[rows["offence_group"].isin(set(labels) - sensitive)]
    table = _by_part(rows)
    base = table.groupby("group")["weight"].sum().round().astype(int)
    enough = [group for group in labels if base.get(group, 0) >= LEAST_REPORTS]
    few = [labels[group] for group in labels if 0 < base.get(group, 0) < LEAST_REPORTS]
    if not enough:
        return None
    table = pd.concat([seen_parts(table[table["group"] == group], least) for group in enough], ignore_index=True)
    table["stands"] = stands_out(table["weight"], table["n"] * PART / 24)
    table["label"] = table["group"].map(labels)
    detected = any(item.detection_driven for item in picture.offences if item.group in enough)
    notes = [
        words("report.crime.detection_note") if detected else "",
        words("when.profile_few", n=len(few), labels=words.sequence(few), limit=LEAST_REPORTS) if few else "",
        words("when.profile_sensitive") if sensitive else "",
        base_line(picture),
        source_line(picture),
    ]
    caption = Caption(
        id="dygnet",
        title=_profile_title(picture, table),
        reading=words("when.profile_reading", least=least),
        definition=tuple(note for note in notes if note),
    )
    return day_profiles(table, words, caption, least=least)


def _by_part(rows: pd.DataFrame) -> pd.DataFrame:
    """Weight by group and part of the day of four hours."""
    hours = aoristic(rows["start"], rows["end"], by=rows["offence_group"].astype(str), bins="hour")
    hours["start"] = hours["hour"] // PART * PART
    return hours.groupby(["group", "start"])["weight"].sum().reset_index()


def seen_parts(part: pd.DataFrame, least: int) -> pd.DataFrame:
    """One type's rows with base and what may not be shown: small numbers, and what would give one away."""
    rounded = part["weight"].round()
    hidden = rounded < least
    if hidden.sum() == 1 and rounded[hidden].iloc[0] > 0:
        hidden = hidden | (part.index == rounded[~hidden].idxmin())
    n = round(float(part["weight"].sum()))
    return part.assign(end=part["start"] + PART, hidden=hidden, n=n)


def _profile_title(picture: Picture, table: pd.DataFrame) -> str:
    """The type with the clearest peak, and the clearest one with another peak."""
    words, plain = picture.words, picture.offences.labels(picture.words)
    sure = table[(table["stands"] == "more") & ~table["hidden"]]
    sure = sure.assign(share=sure["weight"] / sure["n"]).sort_values("share", ascending=False)
    tops = sure.drop_duplicates("group").drop_duplicates("start").head(2)
    if tops.empty:
        return words("when.profile_title_none")
    said = [(plain[r["group"]], span(r["start"], r["end"])) for r in tops.to_dict("records")]
    if len(said) == 1:
        return words("when.profile_title", label=said[0][0], part=said[0][1])
    (label, part), (other, other_part) = said
    other = other[0].lower() + other[1:]
    return words("when.profile_title_two", label=label, part=part, other=other, other_part=other_part)
