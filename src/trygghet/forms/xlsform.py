"""A questionnaire as XLSForm, the workbook that Survey123, KoBo and ODK make a form of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openpyxl import Workbook

from trygghet.forms.questions import Choice, Condition, Kind, Question, Questionnaire
from trygghet.messages import LANGUAGES, Words
from trygghet.workbook import book_bytes

LANGUAGE_NAMES: Mapping[str, str] = {"sv": "Svenska (sv)", "en": "English (en)"}
MANY = 12
"""More answers than this are folded into a drop-down list."""
ALIAS = "bind::esri:fieldAlias"
"""Survey123 heads a column of its exports with the question unless this says otherwise."""
_TYPES: Mapping[Kind, str] = {
    "integer": "integer",
    "decimal": "decimal",
    "line": "text",
    "text": "text",
    "id": "text",
    "date": "date",
    "today": "today",
}


def xlsform_bytes(form: Questionnaire, *, language: str = "sv") -> bytes:
    """The XLSForm: sheets survey, choices and settings, every text in Swedish and English.

    Parameters
    ----------
    language : the one the form opens in.

    Returns
    -------
    The workbook's bytes, the same for the same questionnaire. There are no groups, since exports would
    put a group's name before every column's.

    References
    ----------
    xlsform.org, the standard; Esri, "Esri custom columns" (Survey123), for the alias.
    """
    lists = _lists(form.questions)
    rows = [_intro(form), *(_row(question, form, lists) for question in form.questions)]
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    _fill(book, "survey", rows)
    _fill(book, "choices", [_choice_row(name, choice) for name, choices in lists for choice in choices])
    settings = {
        "form_title": form.title(Words(language)),
        "form_id": form.id,
        "version": form.year,
        "default_language": LANGUAGE_NAMES[language],
        "namespaces": 'esri="http://esri.com/xforms"',
    }
    _fill(book, "settings", [settings])
    return book_bytes(book)


def _fill(book: Workbook, name: str, rows: Sequence[Mapping[str, str]]) -> None:
    sheet = book.create_sheet(name)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    sheet.append(columns)
    for row in rows:
        sheet.append([row.get(column) for column in columns])
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            if cell.value is not None:
                cell.data_type = "s"  # codes such as 01 stay text, and no text is a formula
    for column in sheet.iter_cols(max_row=1):
        sheet.column_dimensions[column[0].column_letter].width = 28


def _texts(column: str, texts: Mapping[str, str]) -> dict[str, str]:
    return {f"{column}::{LANGUAGE_NAMES[language]}": texts[language] for language in LANGUAGES}


def _lists(questions: Sequence[Question]) -> list[tuple[str, tuple[Choice, ...]]]:
    """Every different set of answers once, with a list name after the first question that has it."""
    found: list[tuple[str, tuple[Choice, ...]]] = []
    for question in questions:
        if question.choices and not any(choices == question.choices for _, choices in found):
            found.append((f"list_{question.name}", question.choices))
    return found


def _intro(form: Questionnaire) -> dict[str, str]:
    names = {question.name for question in form.questions}
    name = next(n for n in ("intro", "introduction", "form_introduction") if n not in names)
    texts = {language: Words(language)(f"forms.intro.{form.kind}") for language in LANGUAGES}
    return {"type": "note", "name": name, **_texts("label", texts)}


def _row(question: Question, form: Questionnaire, lists: Sequence[tuple[str, tuple[Choice, ...]]]) -> dict[str, str]:
    if question.kind == "id" and not form.drawn:
        # nobody has a number in an open form: it makes one
        return {"type": "calculate", "name": question.name, "calculation": "once(uuid())", ALIAS: question.name}
    if question.kind == "today":
        return {"type": "today", "name": question.name, ALIAS: question.name}
    row = {"name": question.name, **_texts("label", question.label), ALIAS: question.name}
    if question.choices:
        row["type"] = "select_one " + next(name for name, choices in lists if choices == question.choices)
        row["appearance"] = "minimal" if len(question.choices) > MANY else ""
    else:
        row["type"] = _TYPES[question.kind]
        row["appearance"] = "multiline" if question.kind == "text" else ""
    row["required"] = "yes" if question.required else ""
    row |= _constraint(question)
    if question.asked_if and question.asked_if.column in {other.heading for other in form.questions}:
        row["relevant"] = _relevant(question.asked_if, form)
    return {column: row[column] for column in ("type", *row) if row[column]}


def _constraint(question: Question) -> dict[str, str]:
    low, high = question.low, question.high
    parts = [f". >= {low:g}"] if low is not None else []
    parts += [f". <= {high:g}"] if high is not None else []
    if not parts:
        return {}
    message = "between" if high is not None and low is not None else "least"
    told = {"low": f"{low:g}" if low is not None else "", "high": f"{high:g}" if high is not None else ""}
    texts = {language: Words(language)(f"forms.limits.{message}", **told) for language in LANGUAGES}
    return {"constraint": " and ".join(parts), **_texts("constraint_message", texts)}


def _relevant(condition: Condition, form: Questionnaire) -> str:
    name = next(question.name for question in form.questions if question.heading == condition.column)
    return " or ".join(f"${{{name}}} = '{code}'" for code in condition.codes)


def _choice_row(name: str, choice: Choice) -> dict[str, str]:
    return {"list_name": name, "name": choice.code, **_texts("label", choice.label)}
