"""Questionnaires out: one list of questions as XLSForm, as a printable page and as an answer sheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path
from typing import Literal

import openpyxl
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from trygghet import problems as problem_list
from trygghet.errors import Fault, InputError
from trygghet.messages import LANGUAGES, Words
from trygghet.sources.codebook import Codebook, Variable, read_codebook
from trygghet.sources.fields import read_fields
from trygghet.workspace import SourceWave, Workspace

Kind = Literal["choice", "integer", "decimal", "text", "date", "today"]
Texts = Mapping[str, str]
XLSFORM_TYPES: dict[Kind, str] = {
    "integer": "integer",
    "decimal": "decimal",
    "text": "text",
    "date": "date",
    "today": "today",
}
ANSWER_ROWS = 2000
LANGUAGE_NAMES = {"sv": "Svenska (sv)", "en": "English (en)"}
ASKED_MISSING = ("dont_know", "refused", "not_applicable")
STAFF_KINDS: dict[str, Kind] = {
    "unit": "text",
    "workplace": "text",
    "date": "date",
    "n_present": "integer",
    "received": "today",
    "problem_1": "choice",
    "problem_2": "choice",
    "problem_3": "choice",
    "place": "text",
    "time": "text",
    "comment": "text",
}


@dataclass(frozen=True)
class Choice:
    """One answer to choose: the code that is stored, and its words by language."""

    code: str
    label: Texts


@dataclass(frozen=True)
class Question:
    """One question, whatever it is printed on.

    Attributes
    ----------
    name : the column of the answer file.
    low, high : limits of a number.
    """

    name: str
    kind: Kind
    label: Texts
    choices: tuple[Choice, ...] = ()
    low: float | None = None
    high: float | None = None
    required: bool = False


def write_forms(ws: Workspace, name: str, folder: Path, *, year: str | None = None) -> list[Path]:
    """Write a source's questionnaire in three forms.

    Parameters
    ----------
    name : a survey (``citizens``) or a source of staff (``staff``, ``police``).
    folder : made when it is not there.
    year : the wave; it tells which years of birth may answer.

    Returns
    -------
    the XLSForm (for Survey123, KoBo and ODK), the printable page in each language, the answer sheet.
    Answers collected by any of them are read by the workspace as they are.

    Raises
    ------
    InputError : S00 no such wave; S22 the source is neither a survey nor staff.
    """
    asked = questions(ws, name, year=year)
    folder.mkdir(parents=True, exist_ok=True)
    titles = {language: f"{ws.settings.name}: {_source_name(ws, name, Words(language))}" for language in LANGUAGES}
    form, sheet = folder / f"{name}_xlsform.xlsx", folder / f"{name}_svar.xlsx"
    write_xlsform(asked, titles, form, form_id=f"{ws.slug}_{name}")
    write_answer_sheet(asked, titles[ws.settings.language], sheet, ws.words)
    pages = []
    for language in LANGUAGES:
        page = folder / f"{name}_{language}.html"
        page.write_text(as_html(asked, titles[language], Words(language)), encoding="utf-8")
        pages.append(page)
    return [form, *pages, sheet]


def _source_name(ws: Workspace, name: str, words: Words) -> str:
    return words.pick(ws.settings.sources[name].label) or words(f"sources.names.{name}")


def questions(ws: Workspace, name: str, *, year: str | None = None) -> list[Question]:
    """A source's questions, in order: from its codebook, or those put to workplaces.

    Raises
    ------
    InputError : as `write_forms`.
    """
    wave = ws.wave(name, year)
    if wave is None:
        told = {"source": name, "year": year or ws.year}
        raise InputError(Fault("workspace.yml", 0, name, "S00-NO-SUCH-WAVE", told))
    if wave.source.kind == "survey" and wave.source.codebook:
        codebook = read_codebook(wave.beside(wave.source.codebook), root=ws.folder)
        return _survey_questions(codebook, ws, wave)
    if wave.source.kind == "staff":
        return _staff_questions(ws)
    raise InputError(Fault("workspace.yml", 0, name, "S22-NO-QUESTIONNAIRE", {"source": name}))


def _by_language(make: Callable[[Words], str]) -> dict[str, str]:
    return {language: make(Words(language)) for language in LANGUAGES}


def _wording(codebook: Codebook, name: str, words: Words) -> str:
    return codebook.question(name, words) or codebook.label(name, words)


def _category_words(variable: Variable, category: str, words: Words) -> str:
    return words.pick(variable.answers.get(category) or variable.labels.get(category), category)


def _kind_words(kind: str, words: Words) -> str:
    return words(f"indicators.kinds.{kind}").capitalize()


def _staff_wording(name: str, words: Words) -> str:
    return words(f"forms.staff.{name}")


def _survey_questions(codebook: Codebook, ws: Workspace, wave: SourceWave) -> list[Question]:
    asked = [Question(codebook.id, "text", _by_language(lambda w: w("forms.id")), required=True)]
    for name, variable in codebook.variables.items():
        if variable.column is None or variable.column in {question.name for question in asked}:
            continue
        label = _by_language(partial(_wording, codebook, name))
        asked.append(_question(variable, label, ws, wave))
    return asked


def _question(variable: Variable, label: Texts, ws: Workspace, wave: SourceWave) -> Question:
    column = variable.column or ""
    if variable.kind == "text":
        return Question(column, "text", label)
    if variable.kind in ("age", "number"):
        low, high = variable.range or (None, None)
        if variable.origin == "birth_year" and variable.kind == "age" and low is not None and high is not None:
            low, high = wave.wave.end.year - high, wave.wave.end.year - low
            label = _by_language(lambda w: w("forms.birth_year"))
        return Question(column, "integer" if variable.kind == "age" else "decimal", label, (), low, high)
    return Question(column, "choice", label, tuple(_choices(variable, ws)))


def _choices(variable: Variable, ws: Workspace) -> list[Choice]:
    if variable.kind == "area" and not variable.values:
        return [Choice(area, dict.fromkeys(LANGUAGES, name)) for area, name in ws.area_labels.items()]
    found = [
        Choice(raw, _by_language(partial(_category_words, variable, category)))
        for raw, category in variable.values.items()
    ]
    return found + [
        Choice(raw, _by_language(partial(_kind_words, kind)))
        for raw, kind in variable.missing.items()
        if kind in ASKED_MISSING and raw
    ]


def _staff_questions(ws: Workspace) -> list[Question]:
    problems = problem_list.load(ws)
    listed = tuple(Choice(item.id, _by_language(item.name)) for item in problems)
    return [
        Question(
            name,
            kind,
            _by_language(partial(_staff_wording, name)),
            choices=listed if kind == "choice" else (),
            low=0 if kind == "integer" else None,
            required=name in ("unit", "problem_1"),
        )
        for name, kind in STAFF_KINDS.items()
    ]


def write_xlsform(asked: list[Question], titles: Texts, path: Path, *, form_id: str) -> None:
    """Write an XLSForm: sheets survey, choices and settings, every text in Swedish and English."""
    book = openpyxl.Workbook()
    survey, choices = book.active, book.create_sheet("choices")
    survey.title = "survey"
    labels = [f"label::{LANGUAGE_NAMES[language]}" for language in LANGUAGES]
    survey.append(["type", "name", *labels, "required", "constraint"])
    choices.append(["list_name", "name", *labels])
    lists: dict[tuple[tuple[str, ...], ...], str] = {}
    for question in asked:
        kind = XLSFORM_TYPES.get(question.kind, "")
        if question.kind == "choice":
            key = tuple((choice.code, *choice.label.values()) for choice in question.choices)
            name = lists.get(key, "")
            if not name:
                name = lists[key] = f"list_{question.name}"
                for choice in question.choices:
                    choices.append([name, choice.code, *(choice.label[language] for language in LANGUAGES)])
            kind = f"select_one {name}"
        texts = [question.label[language] for language in LANGUAGES]
        survey.append([kind, question.name, *texts, "yes" if question.required else None, _limits(question)])
    settings = book.create_sheet("settings")
    settings.append(["form_title", "form_id", "default_language"])
    settings.append([titles["sv"], form_id, LANGUAGE_NAMES["sv"]])
    book.save(path)


def _limits(question: Question) -> str | None:
    parts = [f". >= {question.low:g}"] if question.low is not None else []
    parts += [f". <= {question.high:g}"] if question.high is not None else []
    return " and ".join(parts) or None


def write_answer_sheet(asked: list[Question], title: str, path: Path, words: Words) -> None:
    """Write a workbook to fill in: a row an answer, drop-down lists of the answers' own words."""
    book = openpyxl.Workbook()
    sheet, lists = book.active, book.create_sheet("Val")
    sheet.title, lists.sheet_state = words("forms.sheet"), "hidden"
    sheet.append([title])
    sheet.append([words("forms.how")])
    sheet.append([question.label[words.language] for question in asked])
    sheet.append([_heading(question) for question in asked])
    sheet["A1"].font = Font(bold=True, size=14)
    for at, question in enumerate(asked, start=1):
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].width = 24
        sheet[f"{letter}3"].alignment = Alignment(wrap_text=True, vertical="top")
        sheet[f"{letter}4"].font = Font(bold=True)
        cells = f"{letter}5:{letter}{ANSWER_ROWS}"
        for rule in _rules(question, lists, at, words):
            sheet.add_data_validation(rule)
            rule.add(cells)
        # codes such as 0001 stay text
        if question.kind == "text":
            for row in range(5, 205):
                sheet[f"{letter}{row}"].number_format = "@"
    sheet.freeze_panes = "B5"
    book.save(path)


def _heading(question: Question) -> str:
    """The column's name in the answer file: staff's fields by the name people know them by."""
    names = read_fields(None).names["staff"]
    return names[question.name][0] if question.name in names else question.name


def _rules(question: Question, lists: openpyxl.worksheet.worksheet.Worksheet, at: int, words: Words) -> list:
    if question.kind == "choice":
        letter = get_column_letter(at)
        for row, choice in enumerate(question.choices, start=1):
            lists[f"{letter}{row}"] = choice.label[words.language]
        source = f"='Val'!${letter}$1:${letter}${len(question.choices)}"
        return [DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=True)]
    if question.kind in ("integer", "decimal") and question.low is not None:
        kind = "whole" if question.kind == "integer" else "decimal"
        if question.high is None:
            return [DataValidation(type=kind, operator="greaterThanOrEqual", formula1=f"{question.low:g}")]
        return [
            DataValidation(type=kind, operator="between", formula1=f"{question.low:g}", formula2=f"{question.high:g}")
        ]
    return []


_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1c2733; background: #fff }
body { max-width: 42em; margin: 2em auto; padding: 0 1em }
fieldset { border: 0; border-top: 1px solid #c9c5bb; padding: .8em 0; margin: 0; break-inside: avoid }
legend, label.q { font-weight: 600; padding: 0 }
legend { float: left; width: 100% }
legend + ul { clear: both }
.code { color: #5b6875; font-size: .85em }
ul { list-style: none; padding: 0; margin: .3em 0 }
input[type=text] { width: 100%; box-sizing: border-box; font: inherit; padding: .3em; border: 1px solid #5b6875 }
@media print { body { margin: 0; font-size: 11pt } }
"""


def as_html(asked: list[Question], title: str, words: Words) -> str:
    """A page to print: every answer with its code, so that it can be typed into the answer sheet."""
    parts = "\n".join(_html_question(number, question, words) for number, question in enumerate(asked, start=1))
    return (
        f'<!DOCTYPE html>\n<html lang="{words.language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(title)}</h1>\n<p>{escape(words('forms.intro'))}</p>\n"
        f"<form>\n{parts}\n</form>\n</main>\n</body>\n</html>\n"
    )


def _html_question(number: int, question: Question, words: Words) -> str:
    text = f"{number}. {escape(question.label[words.language])}"
    code = f'<span class="code">{escape(_heading(question))}</span>'
    if question.kind == "choice":
        items = "\n".join(
            f'<li><label><input type="radio" name="{escape(question.name)}" value="{escape(choice.code)}"> '
            f'{escape(choice.label[words.language])} <span class="code">{escape(choice.code)}</span></label></li>'
            for choice in question.choices
        )
        return f"<fieldset>\n<legend>{text} {code}</legend>\n<ul>\n{items}\n</ul>\n</fieldset>"
    field = f'<input type="text" id="{escape(question.name)}" name="{escape(question.name)}">'
    return f'<fieldset>\n<label class="q" for="{escape(question.name)}">{text}</label> {code}\n{field}\n</fieldset>'
