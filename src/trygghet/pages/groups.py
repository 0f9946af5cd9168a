"""For whom: groups that clearly feel more unsafe than all others, as it is and made comparable; who is not known."""

from __future__ import annotations

import pandas as pd

from trygghet import backgrounds
from trygghet import groups as found
from trygghet.blocks import Block, Caption, Figure, Note, Paragraphs, Section, Table
from trygghet.charts.twins import twin_dots
from trygghet.messages import EN_DASH, NBSP
from trygghet.pages.parts import Blocks, capital, columns, group_label, lowered, predicate
from trygghet.pages.safety import definition
from trygghet.picture import CITIZENS, Picture

MOST_ROWS, MOST_NAMED = 14, 3
TONES = {"worse": "amber", "better": "green", "": "blue"}
REASONS = ("few", "effective", "small_count", "complement", "secondary", "nobody", "not_asked")


def groups(picture: Picture) -> Blocks:
    """The section; none without a survey that asks the headline question."""
    words = picture.words
    wave = picture.wave(CITIZENS)
    if picture.design is None or wave is None or picture.headline.id not in picture.available:
        return Blocks()
    if wave.source.evidence_class != "probability":
        title, text = words("groups.open_title"), words("groups.open_text")
        return Blocks([_head(picture, ""), Note(title=title, text=text, language=words.language)])
    table = found.screen_of(picture)
    if table.empty:
        return Blocks()
    blocks: list[Block | None] = [_head(picture, _lead(picture, table)), chart(picture)]
    blocks += [_said(picture, table), others(picture), not_known(picture)]
    return Blocks([block for block in blocks if block is not None])


def _head(picture: Picture, lead: str) -> Section:
    words = picture.words
    return Section(id="sarskilt_otrygga", title=words("groups.title"), lead=lead, language=words.language)


def _lead(picture: Picture, table: pd.DataFrame) -> str:
    words, shown = picture.words, table[~table["suppressed"].astype(bool)]
    worse = _clear(shown, "worse")
    if shown.empty:
        return words("groups.lead_hidden")
    if worse.empty:
        return words("groups.lead_none")
    each = " ".join(_sentence(picture, row) for _, row in worse.head(MOST_NAMED).iterrows())
    return words("groups.lead_many" if len(worse) > MOST_NAMED else "groups.lead_worse", n=len(worse), each=each)


def _clear(rows: pd.DataFrame, verdict: str) -> pd.DataFrame:
    """Groups that clearly differ one way, the largest difference first."""
    chosen = rows[rows["clear"] == verdict]
    return chosen.loc[chosen["difference"].abs().sort_values(ascending=False, kind="stable").index]


def _values(picture: Picture, row: pd.Series) -> dict[str, str]:
    words = picture.words
    gap = words.number(abs(round(100 * row["difference"])))
    share = words("groups.of_hundred", n=round(100 * row["estimate"]))
    return {"group": label(picture, row), "share": share, "gap": gap}


def _sentence(picture: Picture, row: pd.Series) -> str:
    key = "more" if row["difference"] > 0 else "fewer"
    return picture.words(f"groups.{key}", predicate=predicate(picture), **_values(picture, row))


def label(picture: Picture, row: pd.Series) -> str:
    """A group's name, with the years where waves were put together, and its variable where it says little alone."""
    words = picture.words
    group_by, group = str(row["group_by"]), str(row["group"])
    name = _name(picture, group_by, group)
    if str(row.get("waves", picture.ws.year)) != picture.ws.year:
        return words("groups.pooled_label", group=name, waves=row["waves"])
    return name


def _name(picture: Picture, group_by: str, group: str) -> str:
    words, survey = picture.words, picture.survey
    assert survey is not None
    if group_by == backgrounds.SETTLEMENT and group_by not in survey.answers:
        return words(f"groups.settlement.{group}")
    name = group_label(picture, group_by, group)
    if group == "other" and " " not in name:
        return words("groups.label_of", variable=survey.codebook.label(group_by, words), group=name.lower())
    return name


def chart(picture: Picture) -> Figure | None:
    """Groups from the average upwards and those that clearly differ, the highest first; all of them in the table."""
    words, everyone = picture.words, found.overall(picture, picture.headline.id)
    table = found.screen_of(picture)
    shown = table[~table["suppressed"].astype(bool)]
    if everyone is None or len(shown) < 2:
        return None
    shown = shown.sort_values("estimate", ascending=False, kind="stable")
    chosen = shown[_in_chart(shown, float(everyone["estimate"]))]
    rows = chosen.assign(
        label=[label(picture, row) for _, row in chosen.iterrows()],
        tone=[TONES[verdict] for verdict in chosen["clear"]],
        bold=chosen["clear"] != "",
    )
    caption = Caption(
        id="gruppskillnader",
        title=_title(picture, shown),
        reading=_reading(picture, shown, chosen),
        definition=_definition(picture, shown),
    )
    return twin_dots(rows, words, caption, everyone=float(everyone["estimate"]), table=all_groups(picture))


def _in_chart(shown: pd.DataFrame, average: float) -> pd.Series:
    """All that clearly differ, and of the others those from the average upwards while there is room."""
    clear = shown["clear"] != ""
    high = ~clear & (shown["estimate"] >= average)
    return clear | (high & (high.cumsum() <= MOST_ROWS - clear.sum()))


def _title(picture: Picture, shown: pd.DataFrame) -> str:
    words, worse = picture.words, _clear(shown, "worse")
    values = {"predicate": predicate(picture)}
    if worse.empty:
        return words("groups.chart_none")
    key = "more" if (worse["difference"] > 0).all() else "fewer"
    if len(worse) > MOST_NAMED:
        return words(f"groups.chart_many_{key}", n=len(worse), **values)
    return words(f"groups.chart_{key}", groups=_list(picture, worse), **values)


def _reading(picture: Picture, shown: pd.DataFrame, chosen: pd.DataFrame) -> str:
    """How to read the chart: its marks, the colours that occur, and which groups are in it."""
    words, over = picture.words, [name for name in chosen["over"].unique() if name]
    texts = [words("groups.reading_plain")]
    if over:
        widest = next(name for name in words.raw("groups.over") if name in over)
        texts = [words("groups.reading", over=words(f"groups.over.{widest}"))]
    texts += [words(f"groups.tones.{verdict or 'none'}") for verdict in TONES if (chosen["clear"] == verdict).any()]
    texts += [words("groups.rows")] if len(chosen) < len(shown) else []
    return " ".join(texts)


def _definition(picture: Picture, shown: pd.DataFrame) -> tuple[str, ...]:
    words = picture.words
    lines = list(definition(picture, picture.headline))
    if (shown["over"] != "").any():
        registered = picture.population is not None
        lines.insert(1, words("groups.standard_register" if registered else "groups.standard_sample"))
    return tuple(lines)


def all_groups(picture: Picture) -> Table:
    """Every group of the screen in the order of the codebook; hidden ones with their reason.

    A group whose very number is hidden has no row: it would be what the others leave of all who answered. It is
    named among those nothing can be said of.
    """
    words, table = picture.words, found.screen_of(picture)
    table = table[~(table["suppressed"].astype(bool) & table["n"].isna())]
    hidden = set(_keys(table[table["suppressed"].astype(bool)])) - set(_keys(found.unknown(picture)))
    rows = [_row(picture, row) for _, row in table.iterrows() if (row["group_by"], row["group"]) not in hidden]
    return Table(
        id="gruppskillnader-tabell",
        caption=words("groups.table_caption", label=picture.headline.name(words)),
        columns=columns(words, "groups.table_columns", right=("share", "n", "gap", "alike")),
        rows=tuple(rows),
        note=words("groups.table_note"),
        collapsed=True,
        language=words.language,
    )


def _keys(rows: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(rows["group_by"], rows["group"], strict=True))


def _row(picture: Picture, row: pd.Series) -> dict[str, str]:
    words = picture.words
    if row["suppressed"]:
        reason = words("groups.not_shown", reason=words(f"groups.reasons.{row['reason']}"))
        return {"group": label(picture, row), "share": reason, "n": EN_DASH, "gap": EN_DASH, "alike": EN_DASH}
    alike = EN_DASH
    if pd.notna(row["standardised_difference"]):
        alike = _gap(picture, row, "standardised_difference")
    return {
        "group": label(picture, row),
        "share": f"{words.percent(row['estimate'])} ({words.interval(row['ci_low'], row['ci_high'])})",
        "n": words.number(int(row["n"])),
        "gap": _gap(picture, row, "difference"),
        "alike": alike,
        "said": words(f"groups.said.{row['clear'] or 'none'}"),
    }


def _gap(picture: Picture, row: pd.Series, kind: str) -> str:
    words = picture.words
    limits = words("charts.from_to", low=words.points(row[f"{kind}_low"]), high=words.points(row[f"{kind}_high"]))
    return f"{words.points(row[kind])} ({limits.replace(' ', NBSP)})"


def _said(picture: Picture, table: pd.DataFrame) -> Paragraphs | None:
    """Who fares better, where composition turns a difference, waves put together, and how much was tested."""
    words, shown = picture.words, table[~table["suppressed"].astype(bool)]
    if shown.empty:
        return None
    texts = [_better(picture, shown), *(_composition(picture, row) for _, row in shown.iterrows())]
    for waves, rows in shown[shown["waves"] != picture.ws.year].groupby("waves"):
        named = [_inside_group(picture, row.drop("waves")) for _, row in rows.iterrows()]
        texts.append(capital(words("groups.pooled", groups=words.sequence(named), waves=waves, year=picture.ws.year)))
    texts.append(words("groups.comparisons", n=table.attrs["comparisons"]))
    return Paragraphs(tuple(text for text in texts if text), language=words.language)


def _better(picture: Picture, shown: pd.DataFrame) -> str:
    """Groups that clearly fare better, but for the other half of a pair already named."""
    words = picture.words
    worse = _clear(shown, "worse")
    sizes = shown.groupby("group_by")["group"].size()
    rows = _clear(shown, "better")
    rows = rows[~(rows["group_by"].isin(worse["group_by"]) & (rows["group_by"].map(sizes) == 2))]
    if rows.empty:
        return ""
    return words(
        "groups.better", n=len(rows), groups=words.sequence([_other(picture, row) for _, row in rows.iterrows()])
    )


def _other(picture: Picture, row: pd.Series) -> str:
    key = "others_more" if row["difference"] > 0 else "others_fewer"
    return picture.words(f"groups.{key}", **_values(picture, row) | {"group": _inside_group(picture, row)})


def _list(picture: Picture, rows: pd.DataFrame) -> str:
    """Groups in a row, beginning with a capital."""
    return capital(picture.words.sequence([_inside_group(picture, row) for _, row in rows.iterrows()]))


def _composition(picture: Picture, row: pd.Series) -> str:
    if not row["composition"]:
        return ""
    words = picture.words
    return words(
        f"groups.{row['composition']}",
        group=label(picture, row),
        raw=words.points(row["difference"]),
        alike=words.points(row["standardised_difference"]),
        over=words(f"groups.over.{row['over']}"),
    )


def others(picture: Picture) -> Block | None:
    """Groups that clearly differ in worry and exposure; a sentence where none does."""
    words, table = picture.words, found.others_of(picture)
    n = table.attrs["comparisons"]
    if n == 0:
        return None
    names = [name for name in found.screened(picture) if name != picture.headline.id]
    clear = table[table["clear"] != ""]
    if clear.empty:
        labels = [lowered(picture.available[name].name(words)) for name in names]
        text = words("groups.others_none", n=n, labels=words.sequence(labels))
        return Paragraphs((text,), language=words.language)
    rows = []
    for name in (name for name in names if name in set(clear["indicator"])):
        own = clear[clear["indicator"] == name]
        told = {
            verdict: capital(words.sequence([_other(picture, row) for _, row in _clear(own, verdict).iterrows()]))
            or EN_DASH
            for verdict in ("worse", "better")
        }
        rows.append({"indicator": picture.available[name].name(words), **told})
    return Table(
        id="grupper_oro",
        caption=words("groups.others_caption"),
        columns=columns(words, "groups.others_columns"),
        rows=tuple(rows),
        note=words("groups.others_note", n=n),
        language=words.language,
    )


def not_known(picture: Picture) -> Note | None:
    """Groups nothing can be said of, by reason, with the advice; None when there are none."""
    words, rows = picture.words, found.unknown(picture)
    limit = picture.rules.survey_base
    texts = []
    for reason in REASONS:
        names = [_unknown(picture, row) for _, row in rows[rows["reason"] == reason].iterrows()]
        if names:
            texts.append(words(f"groups.unknown_{reason}", groups=words.sequence(names), limit=limit))
    missing = [words(f"groups.backgrounds.{name}") for name in found.missing_backgrounds(picture)]
    if texts:
        texts.append(words("groups.unknown_advice"))
    if missing:
        texts.append(words("groups.unknown_missing", names=words.sequence(missing)))
    if not texts:
        return None
    return Note(title=words("groups.unknown_title"), text=capital(" ".join(texts)), language=words.language)


def _unknown(picture: Picture, row: pd.Series) -> str:
    words, name = picture.words, _inside_group(picture, row)
    if row["reason"] not in ("few", "effective"):
        return name
    if pd.isna(row["n"]):
        return words("groups.unknown_group_secret", group=name, n=picture.rules.count)
    return words("groups.unknown_group", group=name, n=int(row["n"]))


def _inside_group(picture: Picture, row: pd.Series) -> str:
    """A group's name in running text; places keep their capital."""
    name = label(picture, row)
    return name if row["group_by"] == "area" else lowered(name)


def unknown_sentences(picture: Picture) -> list[str]:
    """One sentence on groups with too few answers, for a list of what is not known; empty when there are none."""
    rows = found.unknown(picture)
    rows = rows[rows["reason"].isin(["few", "effective", "nobody"])]
    if rows.empty:
        return []
    names = [_inside_group(picture, row) for _, row in rows.iterrows()]
    return [picture.words("groups.unknown_sentence", groups=picture.words.sequence(names))]
