"""Indicator definitions as data: which answers count, over which base, with which rule for missing ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from trygghet import problems as problem_list
from trygghet.errors import Fault, InputError, RuleError
from trygghet.messages import Words
from trygghet.resources import shipped
from trygghet.workspace import Model, Workspace
from trygghet.yamlfile import read_model

if TYPE_CHECKING:
    from trygghet.sources.codebook import Codebook
    from trygghet.sources.survey import Survey

Place = Literal["out", "numerator", "denominator"]
KINDS = ("dont_know", "no_answer", "refused", "not_applicable", "not_asked")
PROBLEM_PREFIX = "problem_"


class Break(Model):
    """Where a series cannot be followed across: the method or the wording changed."""

    at: date = Field(alias="from")
    why: dict[str, str]


class Indicator(Model):
    """One definition.

    Attributes
    ----------
    id, version : an indicator is never redefined under the same version.
    variable : the survey variable it is made of.
    numerator : categories that count; every other category of ``denominator`` is in the base without.
    denominator : categories in the base besides the numerator; when empty, every category is.
    missing : where a category or a kind of missing goes: ``out`` of the base, into the ``numerator`` or
        only the ``denominator``. Kinds that are not listed are out, which is also said.
    source : the preset the definition stands in.
    """

    id: str
    version: str = "1"
    label: dict[str, str]
    finding: dict[str, str] = Field(default_factory=dict)
    question: dict[str, str] = Field(default_factory=dict)
    variable: str
    numerator: list[str]
    denominator: list[str] = Field(default_factory=list)
    missing: dict[str, Place] = Field(default_factory=dict)
    base_note: dict[str, str] = Field(default_factory=dict)
    valid_from: date | None = None
    valid_to: date | None = None
    breaks: list[Break] = Field(default_factory=list)
    higher_is: Literal["worse", "better"] = "worse"
    problem: str | None = None
    source: str = ""
    reference: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> Indicator:
        if not self.numerator:
            raise RuleError("I05-NO-NUMERATOR")
        both = set(self.numerator) & set(self.denominator)
        if both:
            raise RuleError("I06-COUNTED-TWICE", category=sorted(both)[0])
        ruled = {name for name, place in self.missing.items() if place == "out"} & set(self.numerator)
        if ruled:
            raise RuleError("I07-COUNTED-AND-OUT", category=sorted(ruled)[0])
        return self

    @property
    def definition(self) -> tuple[object, ...]:
        """What must be equal before two figures share a chart."""
        rules = tuple(sorted((k, v) for k, v in self.missing.items() if v != "out"))
        return self.variable, tuple(sorted(self.numerator)), tuple(sorted(self.denominator)), rules

    def in_force(self, day: date) -> bool:
        """Whether the definition is valid on a day; one without dates always is."""
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)

    def name(self, words: Words) -> str:
        """The indicator's name for readers."""
        return words.pick(self.label, self.id)


class _IndicatorFile(Model):
    """A preset: its own name, single indicators, and the rule that makes one of each problem item."""

    preset: str
    label: dict[str, str] = Field(default_factory=dict)
    indicators: list[Indicator] = Field(default_factory=list)
    problem_items: _ProblemRule | None = None


class _ProblemRule(Model):
    """What counts in every problem item."""

    version: str = "1"
    numerator: list[str]
    denominator: list[str] = Field(default_factory=list)
    missing: dict[str, Place] = Field(default_factory=dict)
    label: dict[str, str]
    base_note: dict[str, str] = Field(default_factory=dict)


_IndicatorFile.model_rebuild()


def load(ws: Workspace) -> dict[str, Indicator]:
    """All indicators of a workspace: presets by name and files of its own, later ones winning by id.

    Returns
    -------
    id to definition; problem items are called ``problem_p07`` and so on.

    Raises
    ------
    InputError : every fault of a file at once; I01 for a preset that does not exist.
    """
    found: dict[str, Indicator] = {}
    for name in ws.settings.indicators:
        if not ws.settings.problems and name in presets():
            found |= preset(name)
            continue
        found |= read_indicators(_path(ws, name), problems=problem_list.load(ws), root=ws.folder)
    return found


def preset(name: str) -> dict[str, Indicator]:
    """The indicators of one shipped preset, e.g. ``ntu``."""
    return dict(_preset(name))


@lru_cache(maxsize=16)
def _preset(name: str) -> dict[str, Indicator]:
    return read_indicators(shipped("data", "reference", "indicators", f"{name}.yml"), problems=problem_list.load())


def presets() -> list[str]:
    """The names of the shipped presets."""
    return sorted(path.stem for path in shipped("data", "reference", "indicators").glob("*.yml"))


def _path(ws: Workspace, name: str) -> Path:
    if name.endswith((".yml", ".yaml")):
        return ws.folder / name
    if name not in presets():
        values = {"preset": name, "known": ", ".join(presets())}
        raise InputError(Fault("workspace.yml", 0, "indicators", "I01-NO-PRESET", values))
    return shipped("data", "reference", "indicators", f"{name}.yml")


def read_indicators(path: Path, *, problems: problem_list.Problems, root: Path | None = None) -> dict[str, Indicator]:
    """Read one file of definitions.

    Raises
    ------
    InputError : every fault of the file at once.
    """
    file = read_model(_IndicatorFile, path, root=root)
    found = {item.id: item.model_copy(update={"source": file.preset}) for item in file.indicators}
    rule = file.problem_items
    for problem in problems if rule else ():
        made = _problem_indicator(problem, rule, file.preset)  # type: ignore[arg-type]
        found[made.id] = made
    return found


def _problem_indicator(problem: problem_list.Problem, rule: _ProblemRule, source: str) -> Indicator:
    label = {
        language: text.format(problem=problem.label.get(language) or problem.label["sv"])
        for language, text in rule.label.items()
    }
    return Indicator(
        id=PROBLEM_PREFIX + problem.id,
        version=rule.version,
        label=label,
        variable=problem.id,
        numerator=rule.numerator,
        denominator=rule.denominator,
        missing=rule.missing,
        base_note=rule.base_note,
        problem=problem.id,
        source=source,
    )


def places(indicator: Indicator, categories: list[str]) -> dict[str, Place]:
    """Where each category goes."""
    found: dict[str, Place] = {}
    for category in categories:
        if category in indicator.numerator:
            found[category] = "numerator"
        elif category in indicator.missing:
            found[category] = indicator.missing[category]
        elif not indicator.denominator or category in indicator.denominator:
            found[category] = "denominator"
        else:
            found[category] = "out"
    return found


def apply(indicator: Indicator, survey: Survey) -> pd.Series:
    """The indicator for every respondent.

    Returns
    -------
    1.0 in the numerator, 0.0 in the rest of the base, NaN out of the base; named as the indicator.

    Raises
    ------
    InputError : I02, the survey has no such variable; I03, a category the codebook does not know.
    """
    column = _column(indicator, survey)
    as_number = {"numerator": 1.0, "denominator": 0.0, "out": np.nan}
    where = places(indicator, list(column.cat.categories))
    table = np.array([*(as_number[where[c]] for c in column.cat.categories), np.nan])
    values = table[column.cat.codes.to_numpy()]
    kinds = survey.missing[indicator.variable].to_numpy()
    for kind, place in indicator.missing.items():
        if kind in KINDS and place != "out":
            values[np.asarray(kinds == kind)] = as_number[place]
    return pd.Series(values, index=survey.answers.index, name=indicator.id)


def _column(indicator: Indicator, survey: Survey) -> pd.Series:
    if indicator.variable not in survey.answers:
        values = {"indicator": indicator.id, "variable": indicator.variable}
        raise InputError(Fault(survey.file, 0, indicator.variable, "I02-NO-VARIABLE", values))
    column = survey.answers[indicator.variable]
    known = list(column.cat.categories)
    named = {*indicator.numerator, *indicator.denominator, *(set(indicator.missing) - set(KINDS))}
    unknown = sorted(named - set(known))
    # a preset may name categories that one questionnaire left out; only the numerator must exist
    if not set(indicator.numerator) & set(known):
        values = {"indicator": indicator.id, "category": ", ".join(unknown)}
        raise InputError(Fault(survey.file, 0, indicator.variable, "I03-NO-CATEGORY", values))
    return column


def measurable(indicator: Indicator, survey: Survey) -> bool:
    """Whether the question is asked and has any of the answers that count; of the others some may be left out."""
    variable = survey.codebook.variables.get(indicator.variable)
    return variable is not None and bool(set(indicator.numerator) & set(variable.categories))


def available(indicators: Mapping[str, Indicator], survey: Survey) -> dict[str, Indicator]:
    """Those indicators that the survey can measure and that are in force when its fieldwork ends."""
    day = survey.wave.wave.end
    return {name: i for name, i in indicators.items() if measurable(i, survey) and i.in_force(day)}


def together(chosen: Sequence[Indicator], *, allow: bool = False) -> bool:
    """Whether figures of these indicators may stand in one chart.

    Parameters
    ----------
    chosen : the indicators whose figures would share an axis as if they were one.
    allow : the caller says that different definitions may stand side by side; the page then must say so
        with `differences`.

    Returns
    -------
    True when all have one definition; False when they differ and that is allowed.

    Raises
    ------
    InputError : I04, they differ and nobody allowed it.
    """
    same = len({item.definition for item in chosen}) <= 1
    if same or allow:
        return same
    names = ", ".join(f"{item.id} {item.version}" for item in chosen)
    raise InputError(Fault("", 0, chosen[0].variable, "I04-TWO-DEFINITIONS", {"indicators": names}))


def differences(chosen: Sequence[Indicator], words: Words) -> str:
    """What the page says when different definitions stand in one chart; empty when they are one."""
    if together(chosen, allow=True):
        return ""
    return words("indicators.differ", names=words.sequence([item.name(words) for item in chosen]))


def base(indicator: Indicator, survey: Survey) -> dict[str, Any]:
    """How many answers are in the base, and how many are out of it and why.

    Returns
    -------
    ``n`` respondents, ``base``, ``out`` (category or kind of missing to number, those that occur).
    """
    values = apply(indicator, survey)
    column, kinds = survey.answers[indicator.variable], survey.missing[indicator.variable]
    left = values.isna()
    out = {**column[left].value_counts().to_dict(), **kinds[left].value_counts().to_dict()}
    out = {str(name): int(n) for name, n in out.items() if n and name != ""}
    return {"n": len(values), "base": int((~left).sum()), "out": out}


def describe(indicator: Indicator, words: Words, survey: Survey, *, brief: bool = False) -> tuple[str, ...]:
    """The definition in sentences, as it stands under every figure that uses it.

    Parameters
    ----------
    brief : only what counts, the base, breaks and where the definition comes from.

    Returns
    -------
    the question; what counts; the base; who is outside it and how many; breaks; where it comes from.
    """
    codebook = survey.codebook
    lines = []
    question = words.pick(indicator.question) or codebook.question(indicator.variable, words)
    if question and not brief:
        lines.append(words("indicators.question", question=question))
    lines.append(counted(indicator, words, survey))
    counts = base(indicator, survey)
    lines.append(words("indicators.base", base=counts["base"], answered=counts["n"]))
    if counts["out"] and not brief:
        parts = [f"{_name(codebook, indicator, words, name)} ({words.number(n)})" for name, n in counts["out"].items()]
        lines.append(words("indicators.out", parts=", ".join(parts)))
    if indicator.base_note and not brief:
        lines.append(words.pick(indicator.base_note))
    lines += [words("indicators.break", day=words.day(b.at), why=words.pick(b.why)) for b in indicator.breaks]
    lines.append(words("indicators.version", id=indicator.id, version=indicator.version, preset=indicator.source))
    return tuple(lines)


def counted(indicator: Indicator, words: Words, survey: Survey) -> str:
    """Which answers count, and which others are in the base, as a sentence."""
    known = list(survey.answers[indicator.variable].cat.categories)
    where = places(indicator, known)
    also = [kind for kind, place in indicator.missing.items() if kind in KINDS and place == "numerator"]
    within = [kind for kind, place in indicator.missing.items() if kind in KINDS and place == "denominator"]
    top = [name for name in known if where[name] == "numerator"] + also
    rest = [name for name in known if where[name] == "denominator"] + within

    def names(items: list[str]) -> str:
        return words.sequence([_name(survey.codebook, indicator, words, item) for item in items])

    return words("indicators.counted", numerator=names(top), denominator=names(rest))


def _name(codebook: Codebook, indicator: Indicator, words: Words, name: str) -> str:
    if name in KINDS:
        return words(f"indicators.kinds.{name}")
    return codebook.label(indicator.variable, words, name).lower()
