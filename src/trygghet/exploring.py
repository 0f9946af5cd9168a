"""One figure at a time: a measure by group, sub-area and year, as chart, table and definition, masked as on the pages.

Everything comes out of the release that the pages share, so that nothing can be seen here that may not be shown, and
looking releases nothing. Groups that no page crosses are not crossed here either: they are not protected together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from trygghet import estimates as est
from trygghet import values
from trygghet.blocks import Caption, Figure
from trygghet.charts import Look, group_dots
from trygghet.errors import TrygghetError
from trygghet.pages.parts import category_label, group_label, group_labels, with_reasons
from trygghet.pages.reported import source_line
from trygghet.pages.safety import definition
from trygghet.picture import Picture

KEY = "panel"
AREA = "area"
CHOSEN = "amber"
Grouping = tuple[str, ...]


class ExploreError(TrygghetError):
    """A measure, grouping, group or sub-area that the picture's year does not hold."""


@dataclass(frozen=True)
class Choice:
    """What is to be seen.

    Attributes
    ----------
    measure : an indicator's id, or ``crime:<group>``.
    by : variables to divide by, in the release's order; empty for everyone together.
    area : a sub-area to set beside the others; empty for none.
    group : a group of the grouping to point out, as in the estimates table; empty for none.
    """

    measure: str
    by: Grouping = ()
    area: str = ""
    group: str = ""

    @property
    def group_by(self) -> str:
        """The grouping as the estimates table writes it."""
        return ":".join(self.by) or est.TOTAL

    @property
    def is_count(self) -> bool:
        """Whether it counts crimes."""
        return self.measure.startswith(est.CRIME)


def measures(picture: Picture) -> dict[str, str]:
    """Every measure of the year that has a figure, to its name: indicators first, then types of crime."""
    words = picture.words
    names = {name: item.name(words) for name, item in picture.available.items()}
    names |= {f"{est.CRIME}{group}": label for group, label in picture.offences.labels(words).items()}
    held = set(picture.survey_release["indicator"]) | set(picture.incident_estimates["indicator"])
    return {name: label for name, label in names.items() if name in held}


def groupings(picture: Picture, measure: str) -> list[Grouping]:
    """What a measure can be divided by: the groupings in which it is released, everyone first."""
    held = _table(picture, measure)["group_by"].unique()
    return [(), *(tuple(str(by).split(":")) for by in held if by != est.TOTAL)]


def groups(picture: Picture, choice: Choice) -> dict[str, str]:
    """The groups of a grouping, hidden ones too, to their names."""
    rows = est.pick(_table(picture, choice.measure), group_by=choice.group_by)
    return {str(group): group_label(picture, choice.group_by, str(group)) for group in rows["group"]}


def rows_of(picture: Picture, choice: Choice) -> pd.DataFrame:
    """The rows of a choice: everyone, the sub-area, then the groups; hidden ones emptied, with the reason.

    Raises
    ------
    ExploreError : nothing of the kind is released; the message names what is.
    """
    table, words = _table(picture, choice.measure), picture.words
    if table.empty:
        known = ", ".join(measures(picture))
        raise ExploreError(words(f"{KEY}.no_measure", measure=choice.measure, known=known))
    _known(picture, choice)
    parts = [est.pick(table, group_by=est.TOTAL)]
    if choice.area and choice.by != (AREA,):
        parts.append(est.pick(table, group_by=AREA, group=choice.area))
    if choice.by:
        parts.append(est.pick(table, group_by=choice.group_by))
    rows = with_reasons(picture, pd.concat(parts, ignore_index=True))
    return rows.assign(n=float("nan")) if choice.is_count else rows  # the number is its own base


def explore(picture: Picture, measure: str, *, by: str | Sequence[str] = (), area: str = "", group: str = "") -> Figure:
    """A measure by group, as a chart with its definition and (in ``.table``) the same figures.

    Parameters
    ----------
    picture : a place in a year.
    measure : an indicator's id (``unsafe_night``), or ``crime:<group>``.
    by : variable or variables to divide by, as ``"sex"`` or ``("sex", "age_group")``.
    area : id of a sub-area to set beside the whole.
    group : a group to point out, as ``"woman"`` or ``"woman:16-24"``.

    Raises
    ------
    ExploreError : the year holds nothing of the kind, or it is not released; the message names what is.

    Examples
    --------
    >>> chart = explore(picture, "unsafe_night", by=("sex", "age_group"), group="woman:16-24")  # doctest: +SKIP
    >>> chart.table  # doctest: +SKIP
    """
    names = tuple(by.split(":")) if isinstance(by, str) and by else tuple(by)
    choice = Choice(measure, names, area, group)
    rows, words = rows_of(picture, choice), picture.words
    lines = (source_line(picture),) if choice.is_count else definition(picture, picture.available[measure])
    caption = Caption(
        id="utforska",
        title=title(picture, choice, rows),
        reading=words(f"{KEY}.reading_count" if choice.is_count else "report.safety.reading"),
        definition=lines,
    )
    look = Look(
        tones=_tones(choice), limit=None if choice.is_count else picture.rules.survey_base,
        base="crimes" if choice.is_count else "answers",
    )  # fmt: skip
    return group_dots(rows, words, caption, labels=group_labels(picture, rows), look=look)


def title(picture: Picture, choice: Choice, rows: pd.DataFrame) -> str:
    """What is seen, with the figure of the group or sub-area that is pointed out."""
    words = picture.words
    name = measures(picture)[choice.measure]
    text = words(f"{KEY}.title", measure=name, year=picture.ws.year)
    chosen = (choice.group_by, choice.group) if choice.group else (AREA, choice.area) if choice.area else None
    if chosen is None:
        return text
    row = values.records(est.pick(rows, group_by=chosen[0], group=chosen[1]))[0]
    label = group_label(picture, *chosen)
    if values.hidden(row) or not values.present(row["estimate"]):
        base, limit = ("crimes", None) if choice.is_count else ("answers", picture.rules.survey_base)
        return words(f"{KEY}.title_of", title=text, label=label, value=values.reason(row, base, limit, words))
    value = values.spoken(row["estimate"], row["ci_low"], row["ci_high"], str(row["unit"]), words)
    return words(f"{KEY}.title_of", title=text, label=label, value=value)


def variable_name(picture: Picture, variable: str) -> str:
    """A grouping variable as readers call it."""
    known = picture.survey.codebook.label(variable, picture.words) if picture.survey is not None else variable
    return picture.words(f"{KEY}.{AREA}") if known == variable == AREA else known


def areas(picture: Picture, measure: str) -> dict[str, str]:
    """The sub-areas a measure is released for, to their names."""
    rows = est.pick(_table(picture, measure), group_by=AREA)
    return {str(area): category_label(picture, AREA, str(area)) for area in rows["group"]}


def _table(picture: Picture, measure: str) -> pd.DataFrame:
    """Every released row of a measure; where sensitive crimes happen is told of the whole place only."""
    if not measure.startswith(est.CRIME):
        rows = est.pick(picture.survey_release, measure)
        return rows[rows["group"] != est.UNKNOWN].reset_index(drop=True)
    rows = est.pick(picture.incident_estimates, measure)
    offence = measure.removeprefix(est.CRIME)
    known = offence in {item.group for item in picture.offences}
    if known and picture.offences[offence].sensitive:
        rows = est.pick(rows, group_by=est.TOTAL)
    return rows


def _known(picture: Picture, choice: Choice) -> None:
    words = picture.words
    offered = groupings(picture, choice.measure)
    if choice.by not in offered:
        told = ", ".join(":".join(by) for by in offered if by)
        raise ExploreError(words(f"{KEY}.no_grouping", by=":".join(choice.by), known=told))
    for kind, value, known in (
        ("group", choice.group, groups(picture, choice)),
        ("area", choice.area, areas(picture, choice.measure)),
    ):
        if value and value not in known:
            raise ExploreError(words(f"{KEY}.no_{kind}_named", value=value, known=", ".join(known)))


def _tones(choice: Choice) -> dict[tuple[str, str], str]:
    tones = {(choice.group_by, choice.group): CHOSEN} if choice.group else {}
    return tones | ({(AREA, choice.area): CHOSEN} if choice.area else {})
