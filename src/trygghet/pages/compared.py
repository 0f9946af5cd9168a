"""The place beside similar municipalities, the county and the country: reported crime over ten years."""

from __future__ import annotations

from typing import Any

import pandas as pd

from trygghet import reference
from trygghet.blocks import Block, Caption, Figure, Paragraphs, Section, Table
from trygghet.charts.bands import Panel, rate_panels, span
from trygghet.messages import EN_DASH, Words
from trygghet.pages.compared_safety import compared_safety
from trygghet.pages.crime import offence_labels
from trygghet.pages.parts import Blocks, columns
from trygghet.picture import Picture

ORDER = ("over_sure", "over", "within", "under", "under_sure", "unknown")
MOST_NAMED = 3


def compared(picture: Picture) -> Blocks:
    """The section; nothing without figures to compare with."""
    words, table = picture.words, reference.figures(picture)
    if table.empty:
        return Blocks()
    blocks = [*crime_beside(picture), *compared_safety(picture)]
    if not blocks:
        return Blocks()
    similar = table["area_kind"].eq("similar").any()
    group = words.pick(picture.ws.settings.comparison.group)
    text = words("compared.lead_similar", group=group or words("compared.some_group")) if similar else ""
    lead = f"{text} {words('compared.lead')}".strip()
    head = Section(id="jamfort", title=words("compared.title"), lead=lead, language=words.language)
    return Blocks([head, *blocks])


def standing(row: pd.Series | None) -> str:
    """A key of ``compared.standing``: over or under the middle half, sure or not, within it, or unknown."""
    if row is None:
        return "unknown"
    if row["position"] == "within":
        return "within"
    return f"{row['position']}_sure" if row["certain"] else str(row["position"])


def crime_beside(picture: Picture) -> list[Block]:
    """Panels of ten years, what they say in sentences, and every figure in a table."""
    known = reference.rates(picture)
    known = {group: of for group, of in known.items() if of.own.notna().any()}
    if not known:
        return []
    table = _standings(picture, list(known))
    bands = {group: reference.band(known[group]).reset_index() for group in table.index}
    blocks: list[Block] = [panels(picture, table, bands)]
    texts = sentences(picture, table)
    if texts:
        blocks.append(Paragraphs(texts=tuple(texts), language=picture.words.language))
    return [*blocks, yearly(picture, bands)]


def _standings(picture: Picture, groups: list[str]) -> pd.DataFrame:
    """Deviations of the groups with a column ``standing``, those furthest over first."""
    table = reference.group_deviations(picture).reindex(groups)
    table["standing"] = [standing(None if pd.isna(row["ratio"]) else row) for _, row in table.iterrows()]
    rank = table["standing"].map({key: i for i, key in enumerate(ORDER)})
    return table.assign(rank=rank).sort_values(["rank", "ratio"], ascending=[True, False], kind="stable")


def panels(picture: Picture, table: pd.DataFrame, bands: dict[str, pd.DataFrame]) -> Figure:
    """The chart, with a summary table of the last years' level behind it."""
    words, labels = picture.words, offence_labels(picture)
    drawn = [
        Panel(
            label=labels[str(group)],
            status=words(f"compared.standing.{key}"),
            rows=bands[str(group)],
            strong=str(key).endswith("_sure"),
        )
        for group, key in table["standing"].items()
    ]
    caption = Caption(
        id="brott-jamfort",
        title=_title(picture, table),
        reading=words("compared.reading"),
        definition=tuple(_definition(picture, table)),
    )
    return rate_panels(drawn, words, caption, table=_summary(picture, table, bands))


def _title(picture: Picture, table: pd.DataFrame) -> str:
    """The types that clearly are more common here, those first that people report and police do not look for."""
    words, name = picture.words, picture.ws.settings.name
    if (table["standing"] == "unknown").all():
        return words("compared.crime_title", name=name)
    sure = table[table["standing"] == "over_sure"].sort_values("detection_driven", kind="stable")
    if len(sure):
        return words("compared.crime_title_over", labels=_named(picture, sure), name=name)
    under = table[table["standing"] == "under_sure"]
    if len(under):
        return words("compared.crime_title_under", labels=_named(picture, under), name=name)
    return words("compared.crime_title_none", name=name)


def _named(picture: Picture, rows: pd.DataFrame) -> str:
    """The first types by name, the first one with a capital; the rest as a number."""
    words = picture.words
    labels = [_inside(picture, str(group)) for group in rows.index]
    more = len(labels) - MOST_NAMED
    shown = labels[:MOST_NAMED] + ([words("compared.more", n=more)] if more > 0 else [])
    text = words.sequence(shown)
    return text[0].upper() + text[1:]


def _inside(picture: Picture, group: str) -> str:
    label = picture.offences.labels(picture.words)[group]
    return label[0].lower() + label[1:]


def _definition(picture: Picture, table: pd.DataFrame) -> list[str]:
    words, settings = picture.words, picture.ws.settings.comparison
    lines = [words("compared.counted")]
    levels = table.dropna(subset=["ratio"])
    if len(levels):
        row = levels.iloc[0]
        years = _years(int(levels["first"].min()), int(levels["last"].max()))
        group = words.pick(settings.group) or words("compared.some_group")
        lines.append(words("compared.level", years=years, n=int(row["n_similar"]), group=group))
    for item in settings.breaks:
        groups = [name.removeprefix("crime:") for name in item.indicators if name.startswith("crime:")]
        names = [_inside(picture, group) for group in groups if group in table.index]
        if names or not item.indicators:
            what = words.sequence(names) or words("compared.all_types")
            lines.append(words("compared.break", what=what, year=str(item.at), why=words.pick(item.why)))
    if table["detection_driven"].eq(True).any():
        lines.append(words("report.crime.detection_note"))
    sources = reference.figures(picture).query("unit == 'rate'")["source"].unique()
    return [*lines, words("compared.source", sources=words.sequence(list(sources)))]


def _years(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}{EN_DASH}{last}"


def _summary(picture: Picture, table: pd.DataFrame, bands: dict[str, pd.DataFrame]) -> Table:
    """The mean level of the last years of every type."""
    words, labels = picture.words, offence_labels(picture)
    right = ("own", "band", "median", "ratio", "county", "country")
    heads = columns(words, "compared.summary_columns", right=right, name=picture.ws.settings.name)
    rows = []
    for group, row in table.iterrows():
        cells = {"type": labels[str(group)], "standing": words(f"compared.standing.{row['standing']}")}
        rows.append(cells | _levels(row, bands[str(group)], words))
    keys = [column.key for column in heads]
    return Table(
        id="brott-jamfort-tabell",
        caption=words("compared.summary_caption"),
        columns=heads,
        rows=tuple({key: row.get(key, EN_DASH) for key in keys} for row in rows),
        note=words("compared.summary_note"),
        collapsed=True,
        language=words.language,
    )


def _levels(row: pd.Series, band: pd.DataFrame, words: Words) -> dict[str, str]:
    if pd.isna(row["ratio"]):
        last = band.dropna(subset=["own"]).iloc[-1]
        return {"own": words.number(last["own"])}
    years = band[band["year"].between(row["first"], row["last"])]
    return {
        "own": words.number(row["own"]),
        "band": span(row["q1"], row["q3"], words),
        "median": words.number(row["median"]),
        "ratio": words(
            "compared.ratio", ratio=words.number(row["ratio"], 1), low=words.number(row["low"], 1),
            high=words.number(row["high"], 1),
        ),
        **{kind: words.number(years[kind].mean()) for kind in ("county", "country")},
    }  # fmt: skip


def sentences(picture: Picture, table: pd.DataFrame) -> list[str]:
    """Which types are over, within and under the middle half, and which have moved relative to the others."""
    words = picture.words
    texts = []
    for key in ORDER[:-1]:
        rows = table[table["standing"] == key]
        if rows.empty:
            continue
        items = [
            words("compared.named", label=_inside(picture, str(group)), ratio=words.number(row["ratio"], 1))
            if key != "within" else _inside(picture, str(group))
            for group, row in rows.iterrows()
        ]  # fmt: skip
        texts.append(words(f"compared.said.{key}", items=words.sequence(items)))
    return [*texts, *_moved(picture, table)] if texts else []


def _moved(picture: Picture, table: pd.DataFrame) -> list[str]:
    words, said = picture.words, []
    for way in ("up", "down"):
        rows = table[table["direction"] == way]
        if len(rows):
            items = words.sequence([_inside(picture, str(group)) for group in rows.index])
            said.append(words(f"compared.moved_{way}", items=items))
    if said:
        return [f"{' '.join(said)} {words('compared.moved_how')}"]
    return [words("compared.moved_none")] if table["direction"].eq("none").any() else []


def yearly(picture: Picture, bands: dict[str, pd.DataFrame]) -> Table:
    """Every figure that is drawn."""
    words, labels = picture.words, offence_labels(picture)
    right = ("own", "interval", "band", "median", "county", "country")
    heads = columns(words, "compared.yearly_columns", right=right, name=picture.ws.settings.name)
    rows: list[dict[str, Any]] = []
    for group, band in bands.items():
        new = reference.first_years(band)
        for row in band.to_dict("records"):
            if pd.isna(row["own"]) and pd.isna(row["median"]):
                continue
            mark = words("compared.new_series", year=str(row["year"])) if row["year"] in new else str(row["year"])
            rows.append(
                {
                    "type": labels[group],
                    "year": mark,
                    "own": words.number(row["own"]),
                    "interval": _interval(row["own_low"], row["own_high"], words),
                    "band": _interval(row["q1"], row["q3"], words),
                    **{kind: words.number(row[kind]) for kind in ("median", "county", "country")},
                }
            )
    return Table(
        id="brott-ar-for-ar",
        caption=words("compared.yearly_caption"),
        columns=heads,
        rows=tuple(rows),
        note=words("compared.yearly_note"),
        collapsed=True,
        language=words.language,
    )


def _interval(low: float, high: float, words: Words) -> str:
    return span(low, high, words) if pd.notna(low) and pd.notna(high) else EN_DASH
