"""Crime by sub-area: the map, the funnel, the table, and fear against crime."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from trygghet import estimates as est
from trygghet.blocks import Caption, Figure, Table
from trygghet.charts import Look, area_map, funnel, paired_dots
from trygghet.charts.paired import Measure, Pair
from trygghet.disclosure import hide_counts
from trygghet.messages import EN_DASH
from trygghet.pages.parts import columns
from trygghet.pages.place_data import boundaries, left_out, period, placed, provenance, source_line
from trygghet.pages.safety import definition
from trygghet.picture import Picture
from trygghet.place import area_rates, fear_vs_crime
from trygghet.place.fear import MIN_AREAS

PER = 1_000
NOWHERE = ""


def crime_counts(picture: Picture) -> pd.Series:
    """Crimes that may be placed, by sub-area in the workspace's order; empty when no report lies in any."""
    data = placed(picture)
    if data is None or data.now["area"].isna().all():
        return pd.Series(dtype=float)
    counts = data.now.groupby("area", observed=True)["n_crimes"].sum()
    counts.index = counts.index.astype(str)
    return counts.reindex(list(picture.ws.area_labels)).fillna(0)


def residents(picture: Picture) -> pd.Series:
    """Residents by sub-area, those that have any; none where the population is of the whole municipality."""
    if picture.population is None or "area" not in picture.population:
        return pd.Series(dtype=float)
    people = picture.population.groupby("area", observed=True)["n"].sum()
    return people[(people > 0) & people.index.isin(list(picture.ws.area_labels))].astype(float)


def lived_in(picture: Picture, counts: pd.Series, people: pd.Series) -> pd.DataFrame:
    """Rates of the sub-areas where people live; empty with fewer than two."""
    lived = [area for area in counts.index if area in people.index]
    return area_rates(counts[lived], people[lived]) if len(lived) > 1 else pd.DataFrame()


def few(picture: Picture, counts: pd.Series) -> pd.Index:
    """Sub-areas with too few reports or residents, and those that go with them: the sum of all is known."""
    data = placed(picture)
    assert data is not None
    nowhere = int(data.now["n_crimes"].sum() - counts.sum())
    table = pd.DataFrame({"all": [*counts.astype(int), nowhere]}, index=[*counts.index, NOWHERE])
    hidden = picture.once(
        ("place", "few", *map(str, table["all"])),
        lambda: (
            hide_counts(table, threshold=picture.rules.incidents, apart=(NOWHERE,), thin=picture.thinly_lived).areas
        ),
    )
    return hidden[hidden].index.drop(NOWHERE)


def crime_map(picture: Picture, counts: pd.Series, people: pd.Series) -> Figure | None:
    """Crime per 1,000 residents as a map; None without borders or with fewer than two rates to show."""
    words, areas, table = picture.words, boundaries(picture), lived_in(picture, counts, people)
    data = placed(picture)
    if areas is None or table.empty or data is None:
        return None
    hidden = table.index.isin(few(picture, counts))
    if (~hidden).sum() < 2:
        return None
    rows = pd.DataFrame(
        {
            "group_by": "area", "group": table.index, "n": table["n"].where(~hidden), "unit": "count",
            "estimate": (PER * table["rate"]).where(~hidden), "ci_low": PER * table["lo"],
            "ci_high": PER * table["hi"], "suppressed": hidden, "flags": ["small_count" if h else "" for h in hidden],
        }
    )  # fmt: skip
    note = words.pick(picture.ws.settings.boundaries_note)
    hatched = words("place.map.hidden") if hidden.any() else ""
    reading = " ".join(part for part in (words("place.map.reading"), hatched, note) if part)
    caption = Caption(
        id="brottskarta",
        title=_map_title(picture, table[~hidden]),
        reading=reading,
        definition=_lines(
            # Only what is shown is summed, or the sum would tell what a hidden area holds.
            words("place.map.definition", located=int(table["n"][~hidden].sum()), n=int(data.now["n_crimes"].sum())),
            left_out(picture, data),
            source_line(picture),
        ),
    )
    labels = {("area", area): name for area, name in picture.ws.area_labels.items()}
    return _per_resident(area_map(rows, areas, words, caption, labels=labels, look=Look(base="crimes")), picture)


def _per_resident(figure: Figure, picture: Picture) -> Figure:
    """The map with a table whose headings and note speak of crimes per resident, not of a sample."""
    words, table = picture.words, figure.table
    if table is None:
        return figure
    heads = words.raw("place.rates_columns")
    named = {"group": heads["area"], "estimate": heads["rate"], "interval": heads["interval"]}
    columns = tuple(replace(column, label=named.get(column.key, column.label)) for column in table.columns)
    note, (source, iso) = words("place.map.table_note"), provenance(picture)
    return replace(figure, table=replace(table, columns=columns, note=note, source=source, period=iso))


def _lines(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _map_title(picture: Picture, table: pd.DataFrame) -> str:
    """The area with the highest rate when it lies above all others beyond chance."""
    ordered = table.sort_values("rate", ascending=False)
    first, second = ordered.iloc[0], ordered.iloc[1]
    if first["lo"] > second["hi"]:
        return picture.words("place.map.title_sure", area=picture.ws.area_labels[str(ordered.index[0])])
    return picture.words("place.map.title")


def crime_funnel(picture: Picture, counts: pd.Series, people: pd.Series) -> Figure | None:
    """Rates against population between the limits of chance; None with fewer than three areas to show."""
    words, table = picture.words, lived_in(picture, counts, people)
    if table.empty:
        return None
    shown = table[~table.index.isin(few(picture, counts))]
    if len(shown) < 3:
        return None
    shown.attrs = table.attrs
    outside = shown[shown["flag"] != ""]
    names = [picture.ws.area_labels[str(area)] for area in outside.sort_values("rate", ascending=False).index]
    title = words("place.funnel.title", n=len(names), areas=words.sequence(names)) if names else ""
    wide = table.attrs["phi"] > 1
    caption = Caption(
        id="tratt",
        title=title or words("place.funnel.title_none"),
        reading=words("place.funnel.reading"),
        definition=_lines(
            words("place.funnel.definition"),
            words("place.funnel.spread", phi=words.number(table.attrs["phi"], 1)) if wide else "",
            words("place.funnel.visitors"),
            source_line(picture),
        ),
    )
    return funnel(shown, words, caption, labels=picture.ws.area_labels)


def rates(picture: Picture, counts: pd.Series, people: pd.Series) -> Table:
    """Crimes by sub-area; the rate with its exact interval and drawn towards the common one where people live."""
    words, hidden = picture.words, few(picture, counts)
    found: dict[str, dict[str, Any]] = {str(r["area"]): r for r in _records(lived_in(picture, counts, people))}
    rows = []
    for area, name in picture.ws.area_labels.items():
        n = int(counts[area])
        if area in hidden:
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
        caption=words("place.rates_caption", period=period(picture)),
        columns=columns(words, "place.rates_columns", right=("n", "rate", "interval", "even")),
        rows=tuple(rows),
        note=words("place.rates_note", limit=picture.rules.incidents),
        collapsed=True,
        language=words.language,
        source=provenance(picture)[0],
        period=provenance(picture)[1],
    )


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
    hidden = shares["suppressed"].astype(bool) | shares.index.isin(few(picture, counts))
    survey = shares[["estimate", "n_eff"]].where(~hidden)
    if survey.notna().all(axis=1).sum() < 3:
        return None
    table = fear_vs_crime(survey, counts, people)
    exact = area_rates(counts[table.index], people[table.index])
    return table.assign(
        ci_low=shares["ci_low"], ci_high=shares["ci_high"], rate_low=exact["lo"], rate_high=exact["hi"]
    )  # fmt: skip


def finding(picture: Picture, table: pd.DataFrame) -> str:
    """Which sub-areas come first in each source."""
    words, names = picture.words, picture.ws.area_labels
    crime, feared = str(table["rate"].idxmax()), str(table["share"].idxmax())
    if crime == feared:
        return words("place.same_first", area=names[crime])
    return words("place.other_first", crime=names[crime], fear=names[feared])


def fear_chart(picture: Picture, table: pd.DataFrame) -> Figure:
    """Both measures of each area with their intervals, the most afraid first, and the table behind."""
    words, names, headline = picture.words, picture.ws.area_labels, picture.headline
    pairs = [
        Pair(
            names[str(row["area"])],
            (row["share"], row["ci_low"], row["ci_high"]),
            (PER * row["rate"], PER * row["rate_low"], PER * row["rate_high"]),
        )
        for row in _records(table.sort_values("share", ascending=False))
    ]
    said = _said(picture, table)
    data = placed(picture)
    caption = Caption(
        id="otrygghet_mot_brott",
        title=said or finding(picture, table).rstrip("."),
        reading=words("place.paired.reading"),
        definition=_lines(
            *_fear_notes(picture, table),
            *definition(picture, headline),
            left_out(picture, data) if data is not None else "",
            source_line(picture),
        ),
    )
    measures = (
        Measure(headline.name(words), "share", "blue"),
        Measure(words("place.paired.crime"), "count", "amber"),
    )
    return paired_dots(pairs, measures, words, caption, table=_fear_table(picture, table))


def _said(picture: Picture, table: pd.DataFrame) -> str:
    """The areas where fear and crime certainly part, in words; empty when there are none."""
    words, names = picture.words, picture.ws.area_labels
    parts = []
    for label in ("fear_higher", "crime_higher"):
        areas = [names[str(area)] for area in table.index[table["label"] == label]]
        if areas:
            parts.append(words(f"place.paired.{label}", areas=words.sequence(areas)))
    return "; ".join(parts)


def _fear_notes(picture: Picture, table: pd.DataFrame) -> list[str]:
    words, names = picture.words, picture.ws.area_labels
    reason, away = table.attrs["reason"], table.attrs["left_out"]
    notes = [words(f"place.{reason}", n=MIN_AREAS) if reason else words("place.fear_certain")]
    if away:
        notes.append(words("place.left_out", areas=words.sequence([names[area] for area in away])))
    return notes


def _fear_table(picture: Picture, table: pd.DataFrame) -> Table:
    words, names = picture.words, picture.ws.area_labels
    ranks_only = bool(table.attrs["reason"])
    rows = []
    for row in _records(table.sort_values("share", ascending=False)):
        share = f"{words.percent(row['share'])} ({words.interval(row['ci_low'], row['ci_high'])})"
        rate = f"{_rate(picture, row['rate'])} ({_rate(picture, row['rate_low'])}{EN_DASH}" + (
            f"{_rate(picture, row['rate_high'])})"
        )
        cells = (names[str(row["area"])], share, words.number(row["fear_rank"]), rate, words.number(row["crime_rank"]))
        rows.append(cells if ranks_only else (*cells, words(f"place.labels.{row['label']}")))
    heads = columns(
        words, "place.fear_columns", right=("share", "fear_rank", "rate", "crime_rank"),
        label=picture.headline.name(words),
    )  # fmt: skip
    return Table(
        id="otrygghet_brott",
        caption=words("place.fear_caption"),
        columns=heads[:-1] if ranks_only else heads,
        rows=tuple(rows),
        note=words("place.fear_note"),
        language=words.language,
    )
