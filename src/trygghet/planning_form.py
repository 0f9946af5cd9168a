"""`trygghet plan` as a form in JupyterLab: choose what, whom and how much, and see whether that can be measured."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import ipywidgets as widgets

from trygghet import values
from trygghet.followup import Followup
from trygghet.keyed_box import KeyedBox
from trygghet.pages.parts import group_label, place_name
from trygghet.plan_chart import plan_figure
from trygghet.plan_draft import Draft, Drafting, Start, as_yaml
from trygghet.plan_words import describe_plan
from trygghet.promise_model import COUNT_PREFIX
from trygghet.render import preview
from trygghet.workspace import Workspace

KEY = "plan.form"
AIMED = 0.8
MOST_ANSWERS, MOST_SPREAD, MOST_TAU = 1_000_000, 20.0, 20.0
WIDE = {"width": "100%", "max_width": "46rem"}
"""Each field makes a layout of its own of this: a shared one would be hidden for all at once."""
STYLE = {"description_width": "9rem"}


class PlanForm(KeyedBox):
    """The form; its fields stand in ``.fields`` by name and what it shows in ``.shown``.

    Attributes
    ----------
    fields : measure, group, target, answers, spread, comparison, tau.
    shown : start, words, chart, ways, yaml.
    """

    def __init__(self, drafting: Drafting) -> None:
        self.drafting = drafting
        self.fields, self.shown = _fields(drafting), _shown()
        # While one choice fills in others, nothing is reckoned: the form would answer for half a question.
        self._filling = False
        intro = widgets.HTML(_intro(drafting))
        *told, yaml = self.shown.values()
        how = widgets.HTML(_paragraphs([drafting.words(f"{KEY}.yaml")]), layout=WIDE)
        super().__init__(intro, *self.fields.values(), *told, how, yaml, layout=WIDE)
        self.fields["measure"].observe(self._measure_chosen, "value")
        self.fields["group"].observe(self._group_chosen, "value")
        for name in ("target", "answers", "spread", "comparison", "tau"):
            self.fields[name].observe(self._reckon, "value")
        self._measure_chosen()

    @property
    def draft(self) -> Draft:
        """The goal as the fields have it now."""
        value = {name: self.fields[name].value for name in self.fields}
        count = value["measure"].startswith(COUNT_PREFIX)
        return Draft(
            indicator=value["measure"],
            start=value["group"],
            target=float(value["target"]) / (1 if count else 100),
            answers=None if count else int(value["answers"]),
            spread=float(value["spread"]),
            comparison=tuple(value["comparison"]),
            tau=0.0 if count else float(value["tau"]) / 100,
        )

    def _measure_chosen(self, _change: Any = None) -> None:
        """Offer the groups of what is measured, keeping the one that was chosen where it is there."""
        group = self.fields["group"]
        kept = (group.value.group_by, group.value.group) if group.value else None
        starts = self.drafting.starts(self.fields["measure"].value)
        self._filling = True
        group.options = [(_label(self.drafting, start), start) for start in starts]
        group.value = next((start for start in starts if (start.group_by, start.group) == kept), starts[0])
        self._filling = False
        self._group_chosen()

    def _group_chosen(self, _change: Any = None) -> None:
        """Fill in what follows from the figure: a target to begin with, answers, spread, whom to compare with."""
        if self._filling:
            return
        measure, start = self.fields["measure"].value, self.fields["group"].value
        count, words = measure.startswith(COUNT_PREFIX), self.drafting.words
        self._filling = True
        kind = "count" if count else "share"
        target, spread = self.fields["target"], self.fields["spread"]
        target.description = words(f"{KEY}.target_{kind}")
        target.max = max(target.max, 10 * start.value) if count else 100
        target.value = round(AIMED * start.value * (1 if count else 100))
        spread.description, spread.tooltip = (
            words(f"{KEY}.{'phi' if count else 'deff'}{end}") for end in ("", "_help")
        )
        spread.value = self.drafting.spread(measure, start)
        self.fields["answers"].value = 1 if count else start.n
        for name in ("answers", "tau"):
            self.fields[name].layout.display = "none" if count else ""
        self._offer_comparison(measure, start)
        self._filling = False
        self._reckon()

    def _offer_comparison(self, measure: str, start: Start) -> None:
        others = [s for s in self.drafting.starts(measure) if s.group_by == "area" and s != start]
        options = others if start.group_by == "area" else []
        comparison = self.fields["comparison"]
        comparison.value = ()
        comparison.options = [(_label(self.drafting, other), other) for other in options]
        comparison.layout.display = "" if options else "none"

    def _reckon(self, _change: Any = None) -> None:
        """Show what the draft would need, in the same words and chart as `trygghet plan`."""
        if self._filling:
            return
        words, draft = self.drafting.words, self.draft
        self.shown["start"].value = _paragraphs([_started(self.drafting, draft), _compared(self.drafting, draft)])
        if round(draft.target, 4) == round(draft.start.value, 4 if draft.is_count else 3):
            for name in ("chart", "ways", "yaml"):
                self.shown[name].value = ""
            self.shown["words"].value = _paragraphs([words(f"{KEY}.wrong")])
            return
        people = "" if not draft.start.where else _label(self.drafting, draft.start)
        goal = self.drafting.goal(draft, people=people)
        plan = draft.feasibility(goal)
        answers = None if draft.is_count else draft.answers
        sentences = describe_plan(goal, plan, words, n=answers)
        told = len(sentences) - len(plan.ways_out)
        self.shown["words"].value = _paragraphs(sentences[:told], last="strong")
        self.shown["ways"].value = _list(sentences[told:])
        self.shown["chart"].value = preview(plan_figure(goal, plan, words))
        self.shown["yaml"].value = as_yaml(goal)


def plan_form(ws: Workspace, language: str | None = None) -> PlanForm | widgets.HTML:
    """A form to try goals in, for JupyterLab.

    Parameters
    ----------
    ws : the workspace, seen from the year the promise is written; its lägesbild gives the starts.
    language : of the form; the workspace's own when omitted.

    Returns
    -------
    A widget; a line that says so where the year has no figures to start from.
    """
    drafting = Drafting(Followup(ws, language))
    if not drafting.measures:
        return widgets.HTML(_paragraphs([drafting.words(f"{KEY}.nothing")]))
    return PlanForm(drafting)


def _fields(drafting: Drafting) -> dict[str, Any]:
    words = drafting.words
    named = {"style": STYLE, "layout": WIDE}
    measures = [(label, name) for name, label in drafting.measures.items()]
    return {
        "measure": widgets.Dropdown(options=measures, description=words(f"{KEY}.measure"), **named),
        "group": widgets.Dropdown(options=[], description=words(f"{KEY}.group"), **named),
        "target": widgets.BoundedFloatText(min=0, max=100, step=1, **named),
        "answers": widgets.BoundedIntText(
            min=1, max=MOST_ANSWERS, value=1, description=words(f"{KEY}.answers"), **named
        ),
        "spread": widgets.BoundedFloatText(min=0.2, max=MOST_SPREAD, value=1, step=0.1, **named),
        "comparison": widgets.SelectMultiple(
            options=[], description=words(f"{KEY}.comparison"), tooltip=words(f"{KEY}.comparison_help"), rows=5, **named
        ),
        "tau": widgets.BoundedFloatText(
            min=0, max=MOST_TAU, step=0.5, description=words(f"{KEY}.tau"), tooltip=words(f"{KEY}.tau_help"), **named
        ),
    }  # fmt: skip


def _shown() -> dict[str, Any]:
    return {
        "start": widgets.HTML(layout=WIDE),
        "words": widgets.HTML(layout=WIDE),
        "chart": widgets.HTML(layout=WIDE),
        "ways": widgets.HTML(layout=WIDE),
        "yaml": widgets.Textarea(rows=16, layout=WIDE),
    }


def _intro(drafting: Drafting) -> str:
    words = drafting.words
    title = escape(words(f"{KEY}.title", place=place_name(drafting.followup.picture)))
    return f"<h3>{title}</h3>{_paragraphs([words(f'{KEY}.lead')])}"


def _label(drafting: Drafting, start: Start) -> str:
    return group_label(drafting.followup.picture, start.group_by, start.group)


def _started(drafting: Drafting, draft: Draft) -> str:
    words, ws = drafting.words, drafting.followup.ws
    wave = ws.delivered("incidents" if draft.is_count else "citizens")
    told: dict[str, Any] = {
        "n": draft.start.n,
        "source": wave.label(words),
        "period": words.month_span(wave.wave.start, wave.wave.end),
    }
    if draft.is_count:
        return words(f"{KEY}.start_count", phi=words.number(draft.spread, 1), **told)
    value = {k: values.number(getattr(draft.start, k), "share", words) for k in ("value", "low", "high")}
    return words(f"{KEY}.start_share", **value, **told)


def _compared(drafting: Drafting, draft: Draft) -> str:
    n = sum(start.n for start in draft.comparison)
    kind = "count" if draft.is_count else "share"
    return drafting.words(f"{KEY}.compared_{kind}", n=n) if n else drafting.words(f"{KEY}.not_compared")


def _paragraphs(texts: Sequence[str], *, last: str = "span") -> str:
    """Paragraphs, the last one's text in an element of its own."""
    parts = [f"<span>{escape(text)}</span>" for text in texts[:-1]]
    parts += [f"<{last}>{escape(text)}</{last}>" for text in texts[-1:]]
    return "".join(f'<p style="margin:0 0 .4em;line-height:1.5">{part}</p>' for part in parts)


def _list(texts: Sequence[str]) -> str:
    items = "".join(f'<li style="line-height:1.5">{escape(text)}</li>' for text in texts)
    return f'<ul style="margin:.4em 0 .8em;padding-left:1.4em">{items}</ul>' if items else ""
