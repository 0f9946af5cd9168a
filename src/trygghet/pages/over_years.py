"""Crimes month by month over all the years of the file: trend, unusual months, types, and the year wheel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from trygghet import estimates as est
from trygghet.blocks import Block, Caption, Figure, Paragraphs, Table
from trygghet.charts.months import month_line, month_name, signed, trend_dots
from trygghet.charts.year import year_strip
from trygghet.counts import CountError
from trygghet.errors import ConvergenceError
from trygghet.evaluation import adjust
from trygghet.glm import ModelError
from trygghet.monthly import LEAST_MONTHS, Level, busy_months, level_of, month_counts, unusual_months
from trygghet.pages.crime import offence_labels
from trygghet.pages.parts import columns, lowered
from trygghet.picture import INCIDENTS, Picture
from trygghet.sources import read_events
from trygghet.trends import count_trend, seasonal, unusual

NO_MODEL = (CountError, ModelError, ConvergenceError)
FIRST_DAYS = 3
"""A file that begins within the first so many days of a month holds the whole of it."""
LAST, BEFORE = 12, 36


@dataclass(frozen=True)
class Span:
    """The months that the file holds whole, up to the period's end."""

    first: pd.Period
    last: pd.Period


def over_years(picture: Picture) -> list[Block]:
    """The figures in order; none for a file of less than a year."""
    months = span_of(picture)
    if (months.last - months.first).n < 11:
        return []
    blocks: list[Block | None] = [by_month(picture, months), screened(picture, months), by_type(picture, months)]
    blocks += [by_area(picture, months), year_wheel(picture, months)]
    return [block for block in blocks if block is not None]


def span_of(picture: Picture) -> Span:
    """From the first whole month of the file to the last whole month of the year's period."""
    wave = picture.wave(INCIDENTS)
    assert wave is not None and picture.incidents is not None
    frame = picture.incidents.frame
    begins = frame["reported"].min() if frame["reported"].notna().any() else frame["start"].min()
    first = pd.Period(begins, "M") + (0 if begins.day <= FIRST_DAYS else 1)
    ends = pd.Timestamp(wave.wave.end)
    last = pd.Period(ends, "M") - (0 if ends.is_month_end else 1)
    return Span(first, last)


def breaks(picture: Picture, group: str = "") -> dict[int, str]:
    """First years of new series, and why; those that hold for all, or for one type of crime too."""
    found = picture.ws.settings.comparison.breaks
    own = [item for item in found if not item.indicators or (group and est.CRIME + group in item.indicators)]
    return {item.at: picture.words.pick(item.why) for item in own}


def series_of(picture: Picture, months: Span) -> dict[str, pd.Series]:
    """Monthly counts of each type from its last break on, where its codes were in use; ``""`` is all crimes."""
    return picture.once(("monthly", str(months.first), str(months.last)), lambda: _series(picture, months))


def _series(picture: Picture, months: Span) -> dict[str, pd.Series]:
    assert picture.incidents is not None
    frame = picture.incidents.frame
    found = {"": _counts(frame, Span(_after_breaks(picture, "", months.first), months.last))}
    for item in picture.offences:
        rows = frame[frame["offence_group"] == item.group]
        first = _after_breaks(picture, item.group, max(months.first, pd.Period(f"{item.valid_from or 1900}-01", "M")))
        last = min(months.last, pd.Period(f"{item.valid_to or 2999}-12", "M"))
        if len(rows) and first < last:
            found[item.group] = _counts(rows, Span(first, last))
    return found


def _after_breaks(picture: Picture, group: str, first: pd.Period) -> pd.Period:
    return max([first, *(pd.Period(f"{year}-01", "M") for year in breaks(picture, group))])


def _counts(rows: pd.DataFrame, months: Span) -> pd.Series:
    when = rows["start"].fillna(rows["reported"])
    return month_counts(when, first=months.first, last=months.last, crimes=rows["n_crimes"])


def by_month(picture: Picture, months: Span) -> Figure:
    """All crimes month by month; each series between breaks has a level of its own and nothing joins them."""
    words = picture.words
    whole = _counts(picture.incidents.frame, months) if picture.incidents is not None else pd.Series(dtype=int)
    found = breaks(picture)
    segment = pd.Series([sum(month.year >= year for year in found) for month in whole.index], index=whole.index)
    parts, level = [], None
    for _, part in whole.groupby(segment.to_numpy()):
        level = _level(part)
        line = level.line.assign(smooth=_smooth(part)) if level else pd.DataFrame({"month": part.index})
        parts.append(line)
    frame = pd.concat(parts, ignore_index=True).reindex(columns=["month", "level", "low", "high", "smooth"])
    odd = _unusual(picture, months)
    flagged = set(odd[(odd["series"] == "") & odd["flagged"]]["month"])
    frame = frame.assign(
        count=whole.to_numpy(), segment=segment.to_numpy(), unusual=[month in flagged for month in whole.index]
    )
    reading = words("when.months_reading" if level else "when.months_reading_plain")
    reading += " " + words("when.months_unusual") if flagged else ""
    first = max([months.first.year, *found])
    caption = Caption(
        id="manader",
        title=_month_title(picture, level, first),
        reading=reading,
        definition=tuple(_month_notes(picture, level, months)),
    )
    return month_line(frame, words, caption, least=picture.rules.incidents)


def _level(series: pd.Series) -> Level | None:
    try:
        return level_of(series)
    except NO_MODEL:
        return None


def _smooth(series: pd.Series) -> np.ndarray:
    """The level without seasons by loess; missing where a month has no crime."""
    if (series <= 0).any():
        return np.full(len(series), np.nan)
    level: np.ndarray = np.exp(seasonal(series.to_numpy())["trend"].to_numpy())
    return level


def _month_title(picture: Picture, level: Level | None, year: int) -> str:
    words = picture.words
    if level is None:
        return words("when.months_short_title")
    kind = "up" if level.lo > 0 else "down" if level.hi < 0 else "flat"
    return words(f"when.months_{kind}", change=words.number(abs(level.percent), 1), year=str(year))


def _month_notes(picture: Picture, level: Level | None, months: Span) -> list[str]:
    words, wave = picture.words, picture.wave(INCIDENTS)
    assert wave is not None
    notes = []
    if level is not None:
        change, low, high = (words.points(v / 100, 1) for v in (level.percent, level.lo, level.hi))
        notes.append(words("when.months_definition", change=change, low=low, high=high))
        kind = "months_method" if level.phi >= 1.05 else "months_method_even"
        notes.append(words(f"when.{kind}", phi=words.number(level.phi, 1)))
    notes += [words("when.months_break", year=str(year), why=why.rstrip(".")) for year, why in breaks(picture).items()]
    ends = {"from": month_name(months.first, words), "to": month_name(months.last, words)}
    return [*notes, words("when.months_period", source=wave.label(words), **ends)]


def _unusual(picture: Picture, months: Span) -> pd.DataFrame:
    return picture.once(("unusual_months",), lambda: unusual_months(series_of(picture, months), last=LAST))


def screened(picture: Picture, months: Span) -> Paragraphs | None:
    """The months that stand out, or that none does, with the number looked at."""
    words, table = picture.words, _unusual(picture, months)
    if table.empty:
        return None
    labels, n_series = picture.offences.labels(words), table["series"].nunique()
    flagged = table[table["flagged"]]
    if flagged.empty:
        text = words("when.screened_none", n=len(table), series=n_series)
        return Paragraphs((text,), language=words.language)
    items = [
        words(
            "when.screened_item",
            label=lowered(labels[row["series"]]) if row["series"] else words("when.screened_all"),
            month=month_name(row["month"], words),
            count=_shown(picture, int(row["count"])),
            expected=words.number(row["expected"]),
        )
        for row in flagged.to_dict("records")
    ]
    text = words("when.screened_some", n=len(flagged), tested=len(table), series=n_series, items=words.sequence(items))
    return Paragraphs((text,), language=words.language)


def _shown(picture: Picture, n: int) -> str:
    least = picture.rules.incidents
    return picture.words("tables.below", n=least) if 0 < n < least else picture.words.number(n)


def by_type(picture: Picture, months: Span) -> Figure | None:
    """Trend of each type of crime, those that surely change first."""
    words = picture.words
    rows = [_trend(picture, group, series) for group, series in series_of(picture, months).items() if group]
    frame = pd.DataFrame(rows, columns=["label", "percent", "low", "high", "p", "a_year", "reason", "hidden"])
    if frame["p"].notna().sum() < 2:
        return None
    frame["sure"] = adjust(frame["p"].to_numpy(float), "bh") <= 0.05
    frame = frame.sort_values(["sure", "percent"], ascending=[False, False], na_position="last", kind="stable")
    sure = frame[frame["sure"]]
    year = str(months.first.year)
    items = [
        words(f"when.trends_item_{'up' if row['percent'] > 0 else 'down'}", label=lowered(row["label"]))
        for row in sure.to_dict("records")
    ]
    title = words("when.trends_title_none", year=year)
    if items:
        title = words("when.trends_title_some", n=len(items), year=year, items=words.sequence(items).replace(" *", ""))
    ends = {"from": month_name(months.first, words), "to": month_name(months.last, words)}
    notes = [words("when.trends_definition", n=int(frame["p"].notna().sum()), **ends)]
    if any(item.detection_driven for item in picture.offences):
        notes.append(words("report.crime.detection_note"))
    caption = Caption(id="utveckling", title=title, reading=words("when.trends_reading"), definition=tuple(notes))
    return trend_dots(frame, words, caption)


def _trend(picture: Picture, group: str, series: pd.Series) -> tuple[object, ...]:
    label, least = offence_labels(picture)[group], picture.rules.incidents
    a_year = int(series.iloc[-LAST:].sum())
    nothing = (float("nan"),) * 4
    hidden, few = 0 < a_year < least, picture.words("when.trends_few")
    if hidden or len(series) < LEAST_MONTHS or series.sum() < len(series):
        return (label, *nothing, a_year, few, hidden)
    days = pd.PeriodIndex(series.index).days_in_month.to_numpy()
    try:
        found = count_trend(series.to_numpy(), first_month=series.index[0].month, offset=days)
    except NO_MODEL:
        return (label, *nothing, a_year, few, hidden)
    return (label, found.percent, found.lo, found.hi, found.p, a_year, "", hidden)


def by_area(picture: Picture, months: Span) -> Block | None:
    """Types of crime that surely changed in a sub-area; those of the most private kind are not looked at by place."""
    words, least = picture.words, picture.rules.incidents
    counts = _by_area_and_month(picture, months)
    if counts.empty or (months.last - months.first).n + 1 < LAST + BEFORE or breaks(picture):
        return None
    phi = _dispersion(picture, months)
    try:
        table = unusual(counts, by=["group", "area"], months=LAST, before=BEFORE, phi=phi)
    except CountError:  # no crime with a place so long back
        return None
    years = BEFORE / 12
    shown = table[table["flagged"] & (table["k1"] >= least) & (table["k0"] / years >= least)]
    if shown.empty:
        return Paragraphs((words("when.areas_none", n=len(table)),), language=words.language)
    labels, areas = picture.offences.labels(words), picture.ws.area_labels
    rows = [
        (
            labels[r["group"]],
            areas.get(r["area"], r["area"]),
            words.number(r["k1"]),
            words.number(r["k0"] / years),
            words("charts.percent_change", value=signed(100 * (r["ratio"] - 1), words)),
        )
        for r in shown.sort_values("p").to_dict("records")
    ]
    return Table(
        id="typer_omraden",
        caption=words("when.areas_caption"),
        columns=columns(words, "when.areas_columns", right=("now", "before", "change")),
        rows=tuple(rows),
        note=words("when.areas_note", n=len(table), least=least, phi=words.number(phi, 1)),
        language=words.language,
    )


def _dispersion(picture: Picture, months: Span) -> float:
    """How much more than chance the types' monthly counts vary, on average: a report may hold several crimes."""
    levels = [_level(series) for group, series in series_of(picture, months).items() if group]
    found = [level.phi for level in levels if level is not None]
    return sum(found) / len(found) if found else 1.0


def _by_area_and_month(picture: Picture, months: Span) -> pd.DataFrame:
    assert picture.incidents is not None
    frame = picture.incidents.frame
    allowed = [item.group for item in picture.offences if not item.sensitive and not breaks(picture, item.group)]
    month = frame["start"].fillna(frame["reported"]).dt.to_period("M")
    kept = frame["offence_group"].isin(allowed) & frame["area"].notna() & month.between(months.first, months.last)
    kept &= ~frame["area"].astype(str).isin(picture.thinly_lived)
    parts = frame[kept].assign(
        month=month[kept], group=frame["offence_group"].astype(str), area=frame["area"].astype(str)
    )
    sums = parts.groupby(["group", "area", "month"], observed=True)["n_crimes"].sum()
    table: pd.DataFrame = sums.rename("count").reset_index()
    return table


def year_wheel(picture: Picture, months: Span) -> Figure | None:
    """The year's twelve months with what comes back in them."""
    words, series = picture.words, series_of(picture, months)
    level = _level(series[""])
    if level is None:
        return None
    busy = busy_months({group: counts for group, counts in series.items() if group})
    labels = picture.offences.labels(words)
    flagged = busy[busy["flagged"]]
    more = {
        month: words.sequence(
            [
                words("when.year_ratio", label=labels[r["series"]], change=signed(100 * (r["ratio"] - 1), words))
                for r in part.sort_values("ratio", ascending=False).to_dict("records")
            ]
        )
        for month, part in flagged.groupby("month")
    }
    frame = level.profile.assign(more=level.profile["month"].map(more).fillna(""))
    events = read_events(picture.ws)
    ends = {"from": month_name(series[""].index[0], words), "to": month_name(series[""].index[-1], words)}
    caption = Caption(
        id="arshjul",
        title=_year_title(picture, level),
        reading=" ".join([words("when.year_reading"), *([words("when.year_events")] if events else [])]),
        definition=(words("when.year_definition", **ends), words("when.year_more", n=busy.attrs["n_tested"])),
    )
    return year_strip(frame, events, words, caption)


def _year_title(picture: Picture, level: Level) -> str:
    words, names = picture.words, picture.words.raw("dates.months")
    ordered = level.profile.sort_values("mean", kind="stable")
    least, most = ordered.iloc[0], ordered.iloc[-1]
    if most["low"] <= least["high"]:
        return words("when.year_title_even")
    return words("when.year_title", most=names[int(most["month"]) - 1], least=names[int(least["month"]) - 1])
