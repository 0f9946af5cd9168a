"""Questionnaires out: one list of questions as XLSForm, as a page to print and as an answer sheet."""

from __future__ import annotations

from pathlib import Path

from trygghet.forms.answer_sheet import answer_sheet_bytes
from trygghet.forms.printable import page
from trygghet.forms.questions import Choice, Condition, Question, Questionnaire, questionnaire
from trygghet.forms.xlsform import xlsform_bytes
from trygghet.messages import Words
from trygghet.workspace import Workspace

__all__ = [
    "Choice",
    "Condition",
    "Question",
    "Questionnaire",
    "answer_sheet_bytes",
    "page",
    "questionnaire",
    "write_forms",
    "xlsform_bytes",
]


def write_forms(ws: Workspace, name: str, folder: Path, *, language: str | None = None) -> list[Path]:
    """Write a source's questionnaire in three forms.

    Parameters
    ----------
    ws : the workspace, seen from the year that is to be asked.
    name : a survey (``citizens``) or a source of staff (``staff``, ``police``).
    folder : made when it is not there.
    language : of the page, of the answer sheet's lists, and the one the XLSForm opens in; the
        workspace's when omitted.

    Returns
    -------
    The XLSForm, the printable page and the answer sheet. Answers collected by any of them are read by the
    workspace as they are.

    Raises
    ------
    InputError : as `questionnaire`; nothing is written then.
    """
    words = Words(language or ws.settings.language)
    form = questionnaire(ws, name)
    contents = {
        f"{name}_xlsform.xlsx": xlsform_bytes(form, language=words.language),
        f"{name}_form_{words.language}.html": page(form, words).encode(),
        f"{name}_answers.xlsx": answer_sheet_bytes(form, words),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in contents.items():
        (folder / file).write_bytes(content)
    return [folder / file for file in contents]
