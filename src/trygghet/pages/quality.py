"""Sources and quality: what the picture builds on, who answered, what weighting did, and what was mended in files."""

from __future__ import annotations

import pandas as pd

from trygghet import group_keys, weights
from trygghet.blocks import Block, Caption, Figure, Note, Paragraphs, Section, Table
from trygghet.charts import change_dots
from trygghet.messages import EN_DASH, Words
from trygghet.pages.parts import Blocks, category_label, columns, group_label, invited_number, note_texts
from trygghet.picture import CITIZENS, CONTACTS, EXPECTED, INCIDENTS, POPULATION, Picture
from trygghet.survey.diagnostics import Diagnostics
from trygghet.weighting import adults

PUBLISHED = ("official", "reference")  # figures others have counted: nobody was asked here


def sources_and_quality(picture: Picture) -> Blocks:
    """Table of sources, response, representation and corrections."""
    words = picture.words
    blocks = [
        Section(
            id="underlag",
            title=words("report.quality.title"),
            lead=words("report.quality.lead"),
            language=words.language,
        ),
        sources_table(picture),
        Paragraphs(texts=(words("report.quality.evidence_note"),), language=words.language),
    ]
    if not picture.ws.settings.simulated and picture.ws.settings.notes:
        texts = " ".join(note_texts(picture))
        blocks.append(Note(title=words("report.quality.notes_title"), text=texts, language=words.language))
    blocks += [*_response(picture), *_representation(picture), _log(picture)]
    return Blocks(blocks)


def sources_table(picture: Picture) -> Table:
    """A row a source: kind, reference period, asked, answered, rate; a missing one keeps its row."""
    words = picture.words
    published = [wave.name for wave in picture.ws.source_waves() if wave.source.kind in PUBLISHED]
    rows = [_source_row(picture, name) for name in (*EXPECTED, POPULATION, *published)]
    right = ("asked", "answered", "rate")
    return Table(
        id="kallor",
        caption=words("report.quality.sources_caption"),
        columns=columns(words, "report.quality.columns", right=right),
        rows=tuple(rows),
        language=words.language,
    )


def _source_row(picture: Picture, name: str) -> dict[str, str]:
    words, wave = picture.words, picture.wave(name)
    if wave is None:
        return {"source": words(f"sources.names.{name}"), "period": words("report.quality.missing")}
    period = words.month_span(wave.wave.start, wave.wave.end)
    if wave.wave.start == wave.wave.end:
        period = words.day(wave.wave.start)
    said = {
        "source": wave.label(words),
        "evidence": words(f"evidence.{wave.source.evidence_class}.name"),
        "period": period,
    }
    if wave.source.kind in PUBLISHED:
        return said | dict.fromkeys(("asked", "answered", "rate"), EN_DASH)
    asked, answered, late = _counted(picture, name)
    return said | {
        "asked": words.number(asked) if asked else EN_DASH,
        "answered": _answered(words, name, answered, late),
        "rate": words.percent(answered / asked) if asked else EN_DASH,
    }


def _answered(words: Words, name: str, answered: int, late: int) -> str:
    if words.has(f"report.quality.counted_units.{name}"):
        return words(f"report.quality.counted_units.{name}", n=answered)
    return words.number(answered) + (f" ({words('report.quality.late', n=late)})" if late else "")


def _counted(picture: Picture, name: str) -> tuple[int, int, int]:
    """Asked (0 when unknown), answered, and how many of those too late."""
    if name == CITIZENS and picture.survey is not None:
        return invited_number(picture), len(picture.survey.answers), 0
    answers = picture.staff_answers(name) if name in ("staff", "police") else None
    if answers is not None:
        return answers.n_asked or 0, len(answers.meetings), int(answers.meetings["late"].sum())
    if name == INCIDENTS and picture.incidents is not None:
        from trygghet.estimates import in_period

        wave = picture.wave(INCIDENTS)
        assert wave is not None
        return 0, len(in_period(picture.incidents, wave.wave.start, wave.wave.end)), 0
    if name == CONTACTS and picture.contacts is not None:
        return 0, len(picture.contacts.frame), 0
    if name == POPULATION and picture.population is not None:
        return 0, int(picture.population["n"].sum()), 0
    return 0, 0, 0


def _response(picture: Picture) -> list[Table]:
    survey, words = picture.survey, picture.words
    if survey is None or survey.invited is None or "area" not in survey.invited:
        return []
    invited = survey.invited.groupby("area", observed=True)["n_invited"].sum()
    answered = survey.answers["area"].value_counts()
    rows, rates = [], []
    for area, name in picture.ws.area_labels.items():
        asked, n = int(invited.get(area, 0)), int(answered.get(area, 0))
        rate = n / asked if asked else float("nan")
        rates.append(rate)
        rows.append((name, words.number(asked), words.number(n), words.percent(rate)))
    right = ("invited", "answered", "rate")
    caption = words(
        "report.quality.response_title",
        rate=words.percent(len(survey.answers) / invited.sum()),
        low=words.percent(min(rates)),
        high=words.percent(max(rates)),
    )
    heads = columns(words, "report.quality.response_columns", right=right)
    return [Table(id="svar", caption=caption, columns=heads, rows=tuple(rows), language=words.language)]


def _representation(picture: Picture) -> list[Block]:
    """Sample, weighted sample and population by each margin, and what the weights cost in precision."""
    wave, words = picture.wave(CITIZENS), picture.words
    if wave is None or picture.design is None or picture.survey is None:
        return []
    found = weights.diagnostics(picture.design)
    n, n_eff = len(picture.survey.answers), round(found.n_eff)
    weighting = wave.source.weighting
    if weighting is None or weighting.method == "delivered" or picture.population is None:
        text = words("report.quality.delivered_text", n=n, n_eff=n_eff)
        return [Paragraphs(texts=(text,), language=words.language)]
    labels = [_margin_name(picture, margin) for margin in weighting.margins]
    w = picture.design.weights
    text = words(
        "report.quality.representation_text",
        margins=words.sequence(labels),
        ages=f"{weighting.ages[0]}{EN_DASH}{weighting.ages[1]} " if weighting.ages else "",
        n=n, n_eff=n_eff, ratio=words.number(w.max() / w[w > 0].min(), 1),
    )  # fmt: skip
    texts = (text, *_events(found, picture))
    return [Paragraphs(texts=texts, language=words.language), _balance(picture, found), _composition(picture)]


def _margin_name(picture: Picture, names: list[str]) -> str:
    """A margin as readers call it: ``kön i kombination med åldersgrupp``."""
    assert picture.survey is not None
    labels = [picture.survey.codebook.label(name, picture.words) for name in names]
    between = picture.words("report.quality.margin_and")
    return between.join(label[0].lower() + label[1:] for label in labels)


def _events(found: Diagnostics, picture: Picture) -> list[str]:
    """What the weighting did by its own rules: answers without a place on a margin, margins that disagreed."""
    words, texts = picture.words, []
    for event in found.events:
        name = _margin_name(picture, event.margin.split(" × "))
        if event.kind == "unknown_category":
            n = sum(event.detail["categories"].values())
            texts.append(words("report.quality.unknown_category", n=n, margin=name))
        elif event.kind == "margin_scaled":
            texts.append(words("report.quality.scaled", margin=name))
    return texts


def _balance(picture: Picture, found: Diagnostics) -> Figure:
    """How far each group's share lay from the population's before weighting, and after (a love plot)."""
    words = picture.words
    rows = found.table[found.table["category"] != "*"]  # answers without a place on the margin
    limits = ("before_low", "before_high", "now_low", "now_high")
    frame = pd.DataFrame(
        {
            "label": [
                group_label(picture, margin.replace(" × ", ":"), group_keys.joined(category.split(" × ")))
                for margin, category in rows[["margin", "category"]].itertuples(index=False)
            ],
            "before": (rows["before"] - rows["target"]).to_numpy(),
            "now": rows["difference"].to_numpy().round(12),
            **dict.fromkeys(limits, float("nan")),
        }
    )
    worst = frame.iloc[int(frame["before"].abs().to_numpy().argmax())]
    caption = Caption(
        id="vikter",
        title=words(f"report.quality.balance_{'few' if worst['before'] < 0 else 'many'}", label=worst["label"]),
        reading=words("report.quality.balance_reading"),
        definition=(words(f"report.quality.balance_definition_{_base_weights(picture)}"),),
    )
    waves = (words("report.quality.balance_before"), words("report.quality.balance_after"))
    return change_dots(frame, words, caption, waves=waves, unit="points")


def _base_weights(picture: Picture) -> str:
    """What the answers weighed before: as sent out by stratum, as the file says, or all the same."""
    wave = picture.wave(CITIZENS)
    if wave is not None and wave.source.design.weight is not None:
        return "own"
    return "strata" if wave is not None and wave.source.design.strata is not None else "equal"


def _composition(picture: Picture) -> Table:
    wave, words, design = picture.wave(CITIZENS), picture.words, picture.design
    assert wave is not None and wave.source.weighting is not None and design is not None
    assert picture.population is not None
    assert picture.survey is not None
    people = adults(picture.population, picture.survey, wave.source.weighting)
    rows = []
    for variable in dict.fromkeys(name for margin in wave.source.weighting.margins for name in margin):
        population = people.groupby(variable, observed=True)["n"].sum()
        column = design.frame[variable].astype(str)
        weighted = pd.Series(design.weights, index=column.index).groupby(column).sum()
        sample = column.value_counts()
        for category in population[population > 0].index:
            shares = [s.get(str(category), 0) / s.sum() for s in (sample, weighted)]
            shares.append(population[category] / population.sum())
            rows.append((category_label(picture, variable, str(category)), *(words.percent(s, 1) for s in shares)))
    right = ("sample", "weighted", "population")
    return Table(
        id="representation",
        caption=words("report.quality.representation_caption"),
        columns=columns(words, "report.quality.representation_columns", right=right),
        rows=tuple(rows),
        collapsed=True,
        language=words.language,
    )


def _log(picture: Picture) -> Table | Paragraphs:
    """Every change made while reading, counted."""
    words = picture.words
    read = [
        picture.survey,
        picture.staff_answers("staff"),
        picture.staff_answers("police"),
        picture.incidents,
    ]
    logs = [part.log for part in (*read, picture.contacts) if part is not None and len(part.log)]
    if not logs:
        return Paragraphs(texts=(words("report.quality.log_none"),), language=words.language)
    frame = pd.concat(logs, ignore_index=True).drop_duplicates()
    rows = [
        (r["file"], r["column"], r["what"], words.number(r["n"]) if r["n"] else "") for r in frame.to_dict("records")
    ]
    return Table(
        id="rattningar",
        caption=words("report.quality.log_caption"),
        columns=columns(words, "report.quality.log_columns", right=("n",)),
        rows=tuple(rows),
        collapsed=True,
        language=words.language,
    )
