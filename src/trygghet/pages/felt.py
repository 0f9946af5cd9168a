"""Felt time beside crime time: when people feel least safe, and when crimes happen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from trygghet import estimates as est
from trygghet.blocks import Caption, Figure
from trygghet.charts.pairs import Measure, compared_shares
from trygghet.errors import SpokenError
from trygghet.intervals import wilson
from trygghet.pages.parts import capital, category_label, hundred, lowered, shown
from trygghet.pages.reported import known_times, source_line, span
from trygghet.picture import CITIZENS, Picture
from trygghet.question_release import categories
from trygghet.resources import shipped
from trygghet.timing import aoristic
from trygghet.yamlfile import read_yaml

VARIABLE = "unsafe_time"
LEAST_REPORTS = 30
Hours = tuple[int, int]


@dataclass(frozen=True)
class DayParts:
    """The hours that a question's times of day stand for (``data/reference/day_parts.yml``).

    Attributes
    ----------
    schemes : answers to first and last hour; the last may be past midnight. Each covers the day once.
    no_time : answers that name no time.
    outdoors : offence groups shown together beside all crimes.
    outdoors_label : what they are called, by language.
    """

    schemes: tuple[dict[str, Hours], ...]
    no_time: tuple[str, ...]
    outdoors: tuple[str, ...]
    outdoors_label: dict[str, str]

    def __post_init__(self) -> None:
        for scheme in self.schemes:
            if sorted(h % 24 for part in scheme.values() for h in hours_of(part)) != list(range(24)):
                raise SpokenError.said("times.day_parts", names=tuple(scheme))

    def of(self, answers: list[str]) -> dict[str, Hours] | None:
        """The scheme whose parts are the answers that name a time, in the order of the day."""
        named = set(answers) - set(self.no_time)
        return next((scheme for scheme in self.schemes if set(scheme) == named), None)


def hours_of(part: Hours) -> range:
    """The hours between two, past midnight when the second is not the larger."""
    start, end = part
    return range(start, end if end > start else end + 24)


@lru_cache(maxsize=1)
def day_parts() -> DayParts:
    """The shipped schemes."""
    data = read_yaml(shipped("data", "reference", "day_parts.yml"))
    schemes = tuple({name: (hours[0], hours[1]) for name, hours in scheme.items()} for scheme in data["schemes"])
    return DayParts(schemes, tuple(data["no_time"]), tuple(data["outdoors"]["groups"]), data["outdoors"]["label"])


def felt(picture: Picture) -> Figure | None:
    """Each part of the day: share of those who name a time that feel least safe then, and share of crimes then."""
    if picture.survey is None or picture.design is None or VARIABLE not in picture.survey.answers:
        return None
    answers = picture.survey.answers[VARIABLE]
    scheme = day_parts().of([str(name) for name in answers.astype("category").cat.categories])
    if scheme is None or not answers.isin(list(scheme)).any():
        return None
    rows = _felt_rows(picture, list(scheme))
    if len(shown(rows)) < len(scheme):
        return None
    known = known_times(picture)
    outdoors = known[known["offence_group"].isin(day_parts().outdoors)]
    table = _table(picture, rows, scheme, {"crime": known, "outdoors": outdoors})
    if table["crime"].isna().any():
        return None
    labels = picture.offences.labels(picture.words)
    names = [labels[group] for group in day_parts().outdoors if group in labels]
    out = picture.words.sequence([lowered(names[0]), *map(lowered, names[1:])]) if names else ""
    measures = [
        Measure(
            id, picture.words(f"when.felt_measures.{id}", label=picture.words.pick(day_parts().outdoors_label)), tone
        )
        for id, tone in (("felt", "amber"), ("crime", "blue"), ("outdoors", "green"))
        if table[id].notna().any()
    ]
    lines = _definition(picture, rows, scheme, (len(known), len(outdoors) if len(measures) == 3 else 0, out))
    reading = picture.words("when.felt_reading") + " " + _most(picture, table)
    caption = Caption(id="kand_tid", title=_title(picture, table), reading=reading, definition=lines)
    return compared_shares(table, picture.words, caption, measures=measures)


def _felt_rows(picture: Picture, parts: list[str]) -> pd.DataFrame:
    """Protected shares of each part among those who name one, in the order of the day."""
    wave = picture.wave(CITIZENS)
    assert wave is not None and picture.design is not None and picture.survey is not None
    answers = picture.survey.answers[VARIABLE].astype(object)
    named = pd.Categorical(answers.where(answers.isin(parts)), categories=parts)
    design = picture.design.with_columns(named_time=named)
    shares = est.category_shares(design, "named_time", wave)
    rows = categories(picture, picture.survey.answers[VARIABLE], shares, among=parts)
    return rows.set_index("group").reindex(parts).reset_index()


def _table(
    picture: Picture, rows: pd.DataFrame, scheme: dict[str, Hours], reports: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "label": [
                picture.words("when.felt_part", label=category_label(picture, VARIABLE, name), span=span(*hours))
                for name, hours in scheme.items()
            ],
            "name": [lowered(category_label(picture, VARIABLE, name)) for name in scheme],
            "span": [span(*hours) for hours in scheme.values()],
            "hours": [len(hours_of(hours)) for hours in scheme.values()],
            "felt": rows["estimate"],
            "felt_low": rows["ci_low"],
            "felt_high": rows["ci_high"],
        }
    )
    for id, found in reports.items():
        shares = pd.DataFrame([_share(found, hours, picture.rules.incidents) for hours in scheme.values()])
        if shares[0].isna().sum() == 1:  # the others would give it away
            shares[:] = float("nan")
        table[[id, f"{id}_low", f"{id}_high"]] = shares
    return table


def _share(reports: pd.DataFrame, part: Hours, least: int) -> tuple[float, float, float]:
    """Share in a part of the day; missing for few reports, or so few in the part that they are not shown."""
    nothing = (float("nan"),) * 3
    if len(reports) < LEAST_REPORTS:
        return nothing
    hours = aoristic(reports["start"], reports["end"], bins="hour").set_index("hour")["weight"]
    share, low, high = hour_share(hours, part)
    return (share, low, high) if round(share * len(reports)) >= least else nothing


def _highest(table: pd.DataFrame, values: pd.Series) -> pd.Series:
    """The first row where the values are highest."""
    return table.iloc[int(values.argmax())]


def _title(picture: Picture, table: pd.DataFrame) -> str:
    words, top = picture.words, _highest(table, table["felt"])
    return words(
        "when.felt_title", felt=hundred(top["felt"], words), part=top["name"], crime=hundred(top["crime"], words)
    )


def _most(picture: Picture, table: pd.DataFrame) -> str:
    """How long the part is that most people fear, and in which part crimes lie closest."""
    words, top = picture.words, _highest(table, table["felt"])
    dense = _highest(table, table["crime"] / table["hours"])
    long = words("when.felt_long", part=top["label"], n=int(top["hours"]))
    if dense["name"] == top["name"]:
        return f"{long} {words('when.felt_same')}"
    return (
        f"{long} {words('when.felt_most', part=dense['name'], span=dense['span'], felt=hundred(dense['felt'], words))}"
    )


def _definition(
    picture: Picture, rows: pd.DataFrame, scheme: dict[str, Hours], crimes: tuple[int, int, str]
) -> tuple[str, ...]:
    words, wave = picture.words, picture.wave(CITIZENS)
    assert wave is not None and picture.survey is not None and picture.design is not None
    shares = est.category_shares(picture.design, VARIABLE, wave)
    whole = categories(picture, picture.survey.answers[VARIABLE], shares)
    never = whole[whole["group"].isin(day_parts().no_time)]["estimate"].sum()
    parts = words.sequence(
        [f"{lowered(category_label(picture, VARIABLE, name))} {span(*hours)}" for name, hours in scheme.items()]
    )
    known, outdoors, label = crimes
    name = words.pick(day_parts().outdoors_label)
    period = words.month_span(wave.wave.start, wave.wave.end)
    return (
        picture.survey.codebook.question(VARIABLE, words) + " "
        + words("when.felt_base", n=int(rows["n"].max()), never=hundred(never, words), crimes=words.number(known)),
        *([words("when.felt_outdoors", name=capital(name), label=label, n=outdoors)] if outdoors else []),
        words("when.felt_hours", parts=parts),
        words("when.felt_caution"),
        words("report.common.data_period", source=wave.label(words), period=period),
        source_line(picture),
    )  # fmt: skip


def hour_share(hours: pd.Series, part: Hours) -> tuple[float, float, float]:
    """Share of crimes between two hours of the day (the second may be past midnight), with a 95 % interval.

    Parameters
    ----------
    hours : weight by hour, 0–23.

    Notes
    -----
    Wilson's interval with all crimes as base. A crime that may have happened in or outside the part with a chance of
    w adds w(1 − w), so that the variance is p(1 − p)/n whether times are exact or not.
    """
    inside = [h % 24 for h in hours_of(part)]
    k, n = float(hours.reindex(inside).sum()), float(hours.sum())
    low, high = wilson(k, n)
    return k / n, low, high
