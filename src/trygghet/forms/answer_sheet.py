"""A questionnaire as a workbook to fill in: a row an answer, with drop-down lists."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from trygghet.clean import key
from trygghet.forms.questions import Question, Questionnaire
from trygghet.messages import Words
from trygghet.sources.fields import read_fields
from trygghet.style import LIGHT
from trygghet.workbook import book_bytes

ANSWER_ROWS = 5000
"""Rows with drop-down lists."""
TITLE, HOW, QUESTION, HEADING = 1, 2, 3, 4
_FORMATS = {"id": "@", "line": "@", "text": "@", "date": "yyyy-mm-dd", "today": "yyyy-mm-dd"}


def answer_sheet_bytes(form: Questionnaire, words: Words) -> bytes:
    """The answer sheet: title, how to fill it in, the questions, the columns' names, then an answer a row.

    Parameters
    ----------
    words : the language of the questions and of the lists; the columns' names are the codebook's.

    Returns
    -------
    The workbook's bytes, the same for the same questionnaire. Each list holds the answers' words and then
    their codes, so that both can be typed and nothing else.
    """
    book = Workbook()
    sheet, lists = book.active, book.create_sheet(words("forms.sheet.lists"))
    assert isinstance(sheet, Worksheet)
    sheet.title, lists.sheet_state = words("forms.sheet.answers"), "hidden"
    sheet.cell(TITLE, 1, form.title(words)).font = Font(bold=True, size=14)
    sheet.cell(HOW, 1, words("forms.sheet.how"))
    for at, question in enumerate(form.questions, start=1):
        _column(sheet, at, question, words)
        rule = _rule(question, lists, at, words)
        if rule is not None:
            letter = get_column_letter(at)
            rule.add(f"{letter}{HEADING + 1}:{letter}{ANSWER_ROWS}")
            sheet.add_data_validation(rule)
    sheet.row_dimensions[QUESTION].height = 75
    sheet.freeze_panes = sheet.cell(HEADING + 1, 2)
    if form.kind == "staff":
        _asked_sheet(book, words)
    return book_bytes(book)


def _column(sheet: Worksheet, at: int, question: Question, words: Words) -> None:
    text = sheet.cell(QUESTION, at, question.label[words.language])
    text.alignment = Alignment(wrap_text=True, vertical="bottom")
    _heading(sheet, HEADING, at, question.heading)
    dimension = sheet.column_dimensions[get_column_letter(at)]
    dimension.width = 34 if question.kind == "text" else 22
    # a number printed on a letter may begin with zeros, and a date is written one way
    dimension.number_format = _FORMATS.get(question.kind, "General")


def _heading(sheet: Worksheet, row: int, at: int, text: str) -> None:
    cell = sheet.cell(row, at, text)
    cell.data_type = "s"
    cell.font = Font(bold=True, color=LIGHT["ink"][1:])
    cell.fill = PatternFill("solid", fgColor=LIGHT["line"][1:])


def _rule(question: Question, lists: Worksheet, at: int, words: Words) -> DataValidation | None:
    """What Excel lets a person type in a column."""
    if question.choices:
        entries = _entries(question, words)
        for row, entry in enumerate(entries, start=1):
            lists.cell(row, at, entry)
        letter = get_column_letter(at)
        source = f"'{lists.title}'!${letter}$1:${letter}${len(entries)}"
        return _strict(DataValidation(type="list", formula1=source), words("forms.sheet.not_listed"), words)
    if question.kind in ("date", "today"):
        first = DataValidation(type="date", operator="greaterThan", formula1="36526")
        return _strict(first, words("forms.sheet.not_a_date"), words)
    if question.low is None and question.high is None:
        return None
    kind = "whole" if question.kind == "integer" else "decimal"
    if question.low is not None and question.high is not None:
        limits = {"low": f"{question.low:g}", "high": f"{question.high:g}"}
        rule = DataValidation(type=kind, operator="between", formula1=limits["low"], formula2=limits["high"])
        return _strict(rule, words("forms.limits.between", **limits), words)
    rule = DataValidation(type=kind, operator="greaterThanOrEqual", formula1=f"{question.low:g}")
    return _strict(rule, words("forms.limits.least", low=f"{question.low:g}"), words)


def _strict(rule: DataValidation, message: str, words: Words) -> DataValidation:
    rule.allow_blank, rule.showErrorMessage = True, True
    rule.errorTitle, rule.error = words("forms.sheet.error_title"), message
    return rule


def _entries(question: Question, words: Words) -> Sequence[str | int]:
    """The answers' words, then those codes that are not such a word; a code of digits as Excel keeps it."""
    labels = [choice.label[words.language] for choice in question.choices]
    known = {key(label) for label in labels}
    codes = [choice.code for choice in question.choices if key(choice.code) not in known]
    return [*labels, *(int(code) if code.isdigit() and str(int(code)) == code else code for code in codes)]


def _asked_sheet(book: Workbook, words: Words) -> None:
    """A second sheet for how many workplaces were asked, by department."""
    names = read_fields(None).names["staff"]
    sheet = book.create_sheet(names["asked_sheet"][0], 1)
    for at, field in enumerate(("unit", "asked"), start=1):
        _heading(sheet, 1, at, names[field][0])
        sheet.column_dimensions[get_column_letter(at)].width = 34
    rule = DataValidation(type="whole", operator="greaterThanOrEqual", formula1="0")
    _strict(rule, words("forms.limits.least", low="0"), words).add(f"B2:B{ANSWER_ROWS}")
    sheet.add_data_validation(rule)
