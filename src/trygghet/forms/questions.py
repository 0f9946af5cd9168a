"""One list of questions, from the codebook or the problem list, whatever it is printed on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from trygghet import problems as problem_list
from trygghet.clean import key
from trygghet.errors import Fault, InputError
from trygghet.messages import LANGUAGES, Words
from trygghet.sources.codebook import Codebook, Variable, read_codebook
from trygghet.sources.fields import read_fields
from trygghet.workspace import SourceWave, Workspace

Kind = Literal["id", "choice", "integer", "decimal", "line", "text", "date", "today"]
Texts = Mapping[str, str]
ASKED_MISSING = ("dont_know", "refused", "not_applicable")
"""Kinds of missing that are offered as an answer; the others are what a blank means."""
STAFF_KINDS: Mapping[str, Kind] = {
    "unit": "line",
    "workplace": "line",
    "date": "date",
    "n_present": "integer",
    "received": "today",
    "problem_1": "choice",
    "problem_2": "choice",
    "problem_3": "choice",
    "place": "line",
    "time": "line",
    "comment": "text",
}
_NOT_IN_NAMES = re.compile(r"[^\w.-]")


@dataclass(frozen=True)
class Choice:
    """One answer to choose: the code that is stored, and its words by language."""

    code: str
    label: Texts


@dataclass(frozen=True)
class Condition:
    """A question is put to those only whose answer in `column` is one of `codes`.

    ``question`` and ``answers`` say so in words; empty where nobody is asked for the column.
    """

    column: str
    codes: tuple[str, ...]
    question: Texts = field(default_factory=dict)
    answers: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes
    ----------
    name : its name in an XLSForm, which is its column in the files collected by one.
    heading : its column in the answer sheet; the readers know both.
    kind : ``id`` tells answers apart, ``line`` and ``text`` are short and long words of one's own,
        ``today`` is the day the answer is handed in.
    low, high : limits of a number.
    """

    name: str
    heading: str
    kind: Kind
    label: Texts
    choices: tuple[Choice, ...] = ()
    low: float | None = None
    high: float | None = None
    required: bool = False
    asked_if: Condition | None = None


@dataclass(frozen=True)
class Questionnaire:
    """A source's questions and what is printed above them.

    Attributes
    ----------
    kind : ``survey`` for residents, ``staff`` for workplaces and police.
    drawn : the persons asked were drawn and have a number already.
    last_day : the last day to answer.
    """

    id: str
    kind: Literal["survey", "staff"]
    municipality: str
    year: str
    last_day: date
    drawn: bool
    questions: tuple[Question, ...]

    def title(self, words: Words) -> str:
        """The heading in one language."""
        return words(f"forms.title.{self.kind}", name=self.municipality)


def questionnaire(ws: Workspace, name: str) -> Questionnaire:
    """A source's questionnaire for the workspace's year.

    Parameters
    ----------
    name : a survey (``citizens``) or a source of staff (``staff``, ``police``).

    Raises
    ------
    InputError : S00 no such wave; S22 the source is neither a survey nor staff; S29 a column whose name
        no form can carry; every fault of the codebook.
    """
    wave = ws.wave(name)
    if wave is None:
        raise InputError(Fault("workspace.yml", 0, name, "S00-NO-SUCH-WAVE", {"source": name, "year": ws.year}))
    drawn = wave.source.evidence_class != "open"
    kind: Literal["survey", "staff"] = "staff" if wave.source.kind == "staff" else "survey"
    if wave.source.kind == "survey" and wave.source.codebook:
        codebook = read_codebook(wave.beside(wave.source.codebook), root=ws.folder)
        asked = _survey_questions(codebook, ws, wave, drawn=drawn)
    elif wave.source.kind == "staff":
        asked = _staff_questions(ws, wave)
    else:
        raise InputError(Fault("workspace.yml", 0, name, "S22-NO-QUESTIONNAIRE", {"source": name}))
    last_day = wave.wave.deadline or wave.wave.end
    return Questionnaire(f"{ws.slug}_{name}", kind, ws.settings.name, ws.year, last_day, drawn, tuple(asked))


def _by_language(make: Callable[[Words], str]) -> dict[str, str]:
    return {language: make(Words(language)) for language in LANGUAGES}


def _message(message: str) -> dict[str, str]:
    return _by_language(lambda words: words(message))


def _survey_questions(codebook: Codebook, ws: Workspace, wave: SourceWave, *, drawn: bool) -> list[Question]:
    label = _message("forms.id.drawn" if drawn else "forms.id.open")
    asked = [_named(codebook.id, "id", label, required=True)]
    for name, variable in codebook.variables.items():
        if variable.column and variable.column not in {question.heading for question in asked}:
            asked.append(_survey_question(codebook, name, ws, wave))
    # what the reader needs besides, such as which half of the sample was asked
    others = dict.fromkeys([*codebook.required_columns, *wave.wave.where])
    known = {question.heading for question in asked}
    asked += [_named(column, "line", dict.fromkeys(LANGUAGES, column)) for column in others if column not in known]
    faults = [
        Fault(wave.source.codebook or "", 0, question.heading, "S29-NOT-A-FORM-COLUMN")
        for question in asked
        if key(question.name) != key(question.heading)
    ]
    if faults:
        raise InputError(faults)
    return asked


def _named(heading: str, kind: Kind, label: Texts, **more: object) -> Question:
    """A question whose form name is its column, as near as XLSForm allows: the reader sees no difference."""
    name = _NOT_IN_NAMES.sub("_", heading)
    return Question(name if name[:1].isalpha() else f"_{name}", heading, kind, label, **more)  # type: ignore[arg-type]


def _survey_question(codebook: Codebook, name: str, ws: Workspace, wave: SourceWave) -> Question:
    variable = codebook.variables[name]
    label = _wording(codebook, name)
    condition = _condition(codebook, variable)
    heading = variable.column or ""
    if variable.kind == "text":
        return _named(heading, "text", label, asked_if=condition)
    if variable.kind in ("age", "number"):
        low, high = _limits(variable, wave)
        if variable.origin == "birth_year" and variable.kind == "age" and not variable.question:
            label = _message("forms.birth_year")
        kind: Kind = "integer" if variable.kind == "age" else "decimal"
        return _named(heading, kind, label, low=low, high=high, asked_if=condition)
    choices = tuple(_choices(variable, ws))
    return _named(heading, "choice" if choices else "line", label, choices=choices, asked_if=condition)


def _wording(codebook: Codebook, name: str) -> dict[str, str]:
    return _by_language(lambda words: codebook.question(name, words) or codebook.label(name, words))


def _condition(codebook: Codebook, variable: Variable) -> Condition | None:
    rule = variable.asked_if
    if rule is None:
        return None
    codes = tuple(rule.values)
    name = next((name for name, other in codebook.variables.items() if other.column == rule.column), None)
    if name is None:
        return Condition(rule.column, codes)
    before = codebook.variables[name]
    texts = [_category_words(before, before.values[code]) for code in codes if code in before.values]
    answers = {language: Words(language).sequence([text[language] for text in texts]) for language in LANGUAGES}
    return Condition(rule.column, codes, _wording(codebook, name), answers)


def _limits(variable: Variable, wave: SourceWave) -> tuple[float | None, float | None]:
    """Smallest and largest number that can be an answer; years of birth where they are asked for."""
    if variable.kind == "number":
        return variable.range or (None, None)
    low, high = variable.range or (0, 120)
    last = wave.wave.end.year
    return (last - high, last - low) if variable.origin == "birth_year" else (low, high)


def _choices(variable: Variable, ws: Workspace) -> list[Choice]:
    """The answers to choose among; none where the file holds codes nobody chooses from, as postcodes."""
    if variable.crosswalk or variable.kind == "settlement":
        return []
    if variable.kind == "area":
        areas = variable.values or {area: area for area in ws.area_labels}
        return [
            Choice(raw, dict.fromkeys(LANGUAGES, ws.area_labels.get(area, area)))
            for raw, area in _first_codes(areas).items()
        ]
    first = _first_codes(variable.values)
    found = [Choice(raw, _category_words(variable, category)) for raw, category in first.items()]
    return found + [
        Choice(raw, _kind_words(kind)) for raw, kind in variable.missing.items() if kind in ASKED_MISSING and raw
    ]


def _kind_words(kind: str) -> dict[str, str]:
    return _by_language(lambda words: words(f"indicators.kinds.{kind}").capitalize())


def _first_codes(values: Mapping[str, str]) -> dict[str, str]:
    """One code for each category: the first, where several stand for it."""
    first = {category: raw for raw, category in reversed(list(values.items()))}
    return {raw: category for raw, category in values.items() if first[category] == raw}


def _category_words(variable: Variable, category: str) -> dict[str, str]:
    texts = variable.answers.get(category) or variable.labels.get(category)
    return _by_language(lambda words: words.pick(texts, category))


def _staff_questions(ws: Workspace, wave: SourceWave) -> list[Question]:
    own = wave.beside(wave.source.codebook) if wave.source.codebook else None
    fields = read_fields(own)
    listed = tuple(Choice(item.id, _by_language(item.name)) for item in problem_list.load(ws))
    return [
        Question(
            name,
            fields.all_names("staff", name)[0],
            kind,
            _message(f"forms.staff.{name}"),
            choices=listed if kind == "choice" else (),
            low=0 if kind == "integer" else None,
            required=name in ("unit", "problem_1"),
        )
        for name, kind in STAFF_KINDS.items()
    ]
