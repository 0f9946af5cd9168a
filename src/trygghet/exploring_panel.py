"""A panel for JupyterLab: choose measure, groups, sub-area and year, see chart, table and definition, copy the code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from html import escape
from typing import Any

import ipywidgets as widgets

from trygghet import exploring as look
from trygghet.exploring import Choice
from trygghet.keyed_box import KeyedBox
from trygghet.messages import Words
from trygghet.pages.parts import place_name
from trygghet.picture import Picture
from trygghet.render import preview
from trygghet.workspace import Workspace

KEY = "panel"
NAMES = ("year", "measure", "by", "crossed", "group", "area")
STYLE = {"description_width": "9rem"}
WIDE = {"width": "100%", "max_width": "46rem"}


class Panel(KeyedBox):
    """The panel; its fields stand in ``.fields`` by name and what it shows in ``.shown``.

    Attributes
    ----------
    fields : year, measure, by, crossed, group, area.
    shown : said, chart, table, code.
    """

    def __init__(self, ws: Workspace, language: str | None = None) -> None:
        self._ws, self._language = ws, language
        self._pictures: dict[str, Picture] = {}
        words = ws.spoken(language or ws.settings.language)
        self.fields = {
            name: widgets.Dropdown(options=[], description=words(f"{KEY}.{name}"), style=STYLE, layout=WIDE)
            for name in NAMES
        }
        self.shown: dict[str, Any] = {name: widgets.HTML(layout=WIDE) for name in ("said", "chart", "table")}
        self.shown["code"] = widgets.Textarea(
            description=words(f"{KEY}.code"), rows=8, style=STYLE, layout=WIDE, tooltip=words(f"{KEY}.code_help")
        )
        # While one choice fills in others nothing is shown: it would be half a question.
        self._filling = True
        self.fields["year"].options, self.fields["year"].value = list(ws.years), ws.year
        intro = widgets.HTML(_intro(self.picture, words))
        super().__init__(intro, *self.fields.values(), *self.shown.values(), layout=WIDE)
        for name, fill in (
            ("year", self._fill_measures), ("measure", self._fill_groupings), ("by", self._fill_crossed),
            ("crossed", self._fill_groups), ("group", self._show), ("area", self._show),
        ):  # fmt: skip
            self.fields[name].observe(self._chosen(fill), "value")
        self._filling = False
        self._fill_measures()
        self._show()

    @property
    def picture(self) -> Picture:
        """The picture of the chosen year, made once."""
        year = self.fields["year"].value
        if year not in self._pictures:
            self._pictures[year] = Picture(Workspace(self._ws.folder, self._ws.settings, year), self._language)
        return self._pictures[year]

    @property
    def choice(self) -> Choice:
        """What the fields ask for."""
        value = {name: field.value for name, field in self.fields.items()}
        return Choice(value["measure"], value["crossed"] or (), value["area"] or "", value["group"] or "")

    def _chosen(self, fill: Any) -> Any:
        """A field's answer to being changed by a person: fill in what follows, then show."""

        def changed(_change: Any) -> None:
            if not self._filling:
                fill()
                self._show()

        return changed

    def _offer(self, name: str, options: Iterable[tuple[str, Any]]) -> None:
        """Put options in a field, keeping what was chosen where it is still there, without showing anything yet."""
        field, options = self.fields[name], list(options)
        kept, before = field.value, self._filling
        self._filling = True
        field.options = options
        values = [value for _, value in options]
        field.value = kept if kept in values else values[0] if values else None
        field.disabled = len(values) < 2
        self._filling = before

    def _fill_measures(self) -> None:
        self._offer("measure", ((label, name) for name, label in look.measures(self.picture).items()))
        self._fill_groupings()

    def _fill_groupings(self) -> None:
        picture, measure = self.picture, self.fields["measure"].value
        if measure is None:
            return
        single = [by for by in look.groupings(picture, measure) if len(by) < 2]
        self._offer("by", ((_named(picture, by), by) for by in single))
        areas = look.areas(picture, measure).items()
        self._offer("area", [(picture.words(f"{KEY}.no_area"), ""), *((label, area) for area, label in areas)])
        self._fill_crossed()

    def _fill_crossed(self) -> None:
        """What the first grouping can be crossed with: the crossings that are released."""
        picture, first = self.picture, self.fields["by"].value or ()
        offered = look.groupings(picture, self.fields["measure"].value)
        crossed = [by for by in offered if len(by) > 1 and {*first} < {*by}]
        with_whom = [(_named(picture, tuple(v for v in by if v not in first)), by) for by in crossed if first]
        self._offer("crossed", [(picture.words(f"{KEY}.not_crossed"), first), *with_whom])
        self._fill_groups()

    def _fill_groups(self) -> None:
        picture, by = self.picture, self.fields["crossed"].value or ()
        known = look.groups(picture, Choice(self.fields["measure"].value, by)).items() if by else []
        self._offer("group", [(picture.words(f"{KEY}.no_group"), ""), *((label, group) for group, label in known)])

    def _show(self) -> None:
        """Chart, definition, table, a sentence for those who hear the page, and the code of it all."""
        if self._filling:
            return
        if self.fields["measure"].value is None:
            nothing = self.picture.words(f"{KEY}.nothing")
            self.shown["said"].value, self.shown["chart"].value = _status(nothing), f"<p>{escape(nothing)}</p>"
            self.shown["table"].value = self.shown["code"].value = ""
            return
        choice = self.choice
        figure = look.explore(self.picture, choice.measure, by=choice.by, area=choice.area, group=choice.group)
        assert figure.table is not None
        self.shown["said"].value = _status(figure.title)
        self.shown["chart"].value = preview(replace(figure, table=None))
        self.shown["table"].value = preview(figure.table)
        self.shown["code"].value = code_of(self.picture, choice)


def panel(ws: Workspace, language: str | None = None) -> Panel:
    """A panel to look at one figure at a time, for JupyterLab.

    Parameters
    ----------
    ws : the workspace; its years can be chosen in the panel.
    language : of the panel; the workspace's own when omitted.

    Returns
    -------
    A widget. It shows only what the pages may show, and looking releases nothing.
    """
    return Panel(ws, language)


def code_of(picture: Picture, choice: Choice) -> str:
    """The lines that make the chart and table of a choice again, in a cell of one's own."""
    ws = picture.ws
    given = [repr(choice.measure)]
    given += [f"by={choice.by!r}"] if choice.by else []
    given += [f"{name}={value!r}" for name, value in (("area", choice.area), ("group", choice.group)) if value]
    lines = [
        "import trygghet as tg",
        "from IPython.display import display",
        "",
        f"ws = tg.Workspace.open({ws.folder.as_posix()!r}, year={ws.year!r})",
        f"picture = tg.Picture(ws, {picture.words.language!r})",
        f"chart = tg.explore(picture, {', '.join(given)})",
        "display(chart, chart.table)",
    ]
    return "\n".join(lines) + "\n"


def _named(picture: Picture, by: tuple[str, ...]) -> str:
    words = picture.words
    names = [look.variable_name(picture, name) for name in by]
    return words.sequence(names) if names else words(f"{KEY}.everyone")


def _intro(picture: Picture, words: Words) -> str:
    title = escape(words(f"{KEY}.heading", place=place_name(picture)))
    return f'<h3>{title}</h3><p style="line-height:1.5">{escape(words(f"{KEY}.lead"))}</p>'


def _status(text: str) -> str:
    """The chart's heading for those who hear the page, said when it changes; others see it over the chart."""
    unseen = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)"
    return f'<p role="status" style="{unseen}">{escape(text)}</p>'
