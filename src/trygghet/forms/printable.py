"""A questionnaire as a page: to hand out on paper, or to fill in on a screen and print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files

from trygghet.forms.questions import Choice, Question, Questionnaire
from trygghet.messages import Words
from trygghet.style import LIGHT, css_variables

MATRIX_ANSWERS = 6
"""At most so many answers share a table; with more the columns would be too narrow on paper."""
LISTED = 15
"""With more answers than this the answer is written with its code, and the list stands once."""
SHORT = 8
"""A table of at most so many rows is never parted by the end of a sheet."""
SHORT_CODE = 4
Numbered = tuple[int, Question]


def page(form: Questionnaire, words: Words) -> str:
    """The whole page: no script, no file beside it, A4 when printed.

    Parameters
    ----------
    words : the page's language.

    Returns
    -------
    HTML. Beside every answer stands its code, as typed into the answer sheet; consecutive questions with
    the same answers share a table. The day of handing in is left out: whoever receives the form knows it.
    """
    style = files("trygghet.forms").joinpath("printable.css").read_text(encoding="utf-8")
    title = escape(form.title(words))
    first = [question for question in form.questions if question.kind == "id"]
    rest = [question for question in form.questions if question.kind not in ("id", "today")]
    numbered = list(enumerate(rest, start=1))
    body = "\n".join(_block(block, words) for block in _blocks(numbered))
    return (
        f'<!DOCTYPE html>\n<html lang="{words.language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>:root{{{css_variables(LIGHT)}}}\n{style}</style>\n</head>\n<body>\n<main>\n"
        f"{_header(form, title, first, words)}\n"
        f'<form class="{form.kind}" autocomplete="off">\n{body}\n</form>\n'
        f'<p class="thanks">{escape(words("forms.page.thanks"))}</p>\n</main>\n</body>\n</html>\n'
    )


def _header(form: Questionnaire, title: str, first: Sequence[Question], words: Words) -> str:
    number = "".join(
        f'<p class="number"><label for="{escape(q.name)}">{escape(q.label[words.language])}</label> {_line(q)}</p>'
        for q in first
    )
    facts = "".join(
        f"<li>{text}</li>"
        for text in (
            escape(words(f"forms.page.how.{form.kind}")),
            escape(words("forms.page.last_day", day=words.day(form.last_day))),
            f'{escape(words("forms.page.hand_in"))} <span class="blank"></span>',
        )
    )
    return (
        f'<header>\n<p class="kicker">{escape(form.municipality)} {escape(form.year)}</p>\n<h1>{title}</h1>\n'
        f'<p class="lead">{escape(words(f"forms.intro.{form.kind}"))}</p>\n<ul class="facts">{facts}</ul>\n'
        f"{number}\n</header>"
    )


def _blocks(questions: Sequence[Numbered]) -> Iterator[list[Numbered]]:
    """Consecutive questions that share their answers and have few or very many of them stand together."""
    block: list[Numbered] = []
    for number, question in questions:
        alike = block and question.choices and question.choices == block[-1][1].choices
        together = len(question.choices) <= MATRIX_ANSWERS or len(question.choices) > LISTED
        if block and not (alike and together and question.asked_if == block[-1][1].asked_if):
            yield block
            block = []
        block.append((number, question))
    if block:
        yield block


def _block(block: list[Numbered], words: Words) -> str:
    choices = block[0][1].choices
    if len(choices) > LISTED:
        return _listed(block, words)
    if len(block) > 1:
        return _matrix(block, words)
    number, question = block[0]
    return _choice(number, question, words) if choices else _open(number, question, words)


def _condition(question: Question, words: Words) -> str:
    rule = question.asked_if
    if rule is None or not rule.question:
        return ""
    told = {"question": rule.question[words.language], "answers": rule.answers[words.language]}
    return f'<p class="only">{escape(words("forms.page.only_if", **told))}</p>\n'


def _number(number: int) -> str:
    return f'<span class="no">{number}.</span>'


def _code(text: str) -> str:
    """What the person who types the answers needs; nothing to read aloud to the one who answers."""
    return f'<span class="code" aria-hidden="true">{escape(text)}</span>'


def _short(choice: Choice) -> str:
    """An answer's code where it is quicker to type than the answer."""
    return f" {_code(choice.code)}" if len(choice.code) <= SHORT_CODE else ""


def _choice(number: int, question: Question, words: Words) -> str:
    items = "\n".join(
        f'<li><label><input type="radio" name="{escape(question.name)}" value="{escape(choice.code)}">'
        f"<span>{escape(choice.label[words.language])}{_short(choice)}</span></label></li>"
        for choice in question.choices
    )
    return (
        f'<fieldset class="question">\n<legend>{_number(number)} {escape(question.label[words.language])} '
        f"{_code(question.heading)}</legend>\n{_condition(question, words)}<ul>\n{items}\n</ul>\n</fieldset>"
    )


def _open(number: int, question: Question, words: Words) -> str:
    field = _area(question) if question.kind == "text" else _line(question)
    hint = f' <span class="hint">{escape(words("forms.page.date"))}</span>' if question.kind == "date" else ""
    return (
        f'<div class="question {question.kind}">\n<label class="q" for="{escape(question.name)}">{_number(number)} '
        f"{escape(question.label[words.language])}{hint}</label> {_code(question.heading)}\n"
        f"{_condition(question, words)}{field}\n</div>"
    )


def _line(question: Question) -> str:
    numeric = ' inputmode="numeric"' if question.kind in ("integer", "decimal") else ""
    return f'<input type="text" id="{escape(question.name)}" name="{escape(question.name)}"{numeric}>'


def _area(question: Question) -> str:
    return f'<textarea id="{escape(question.name)}" name="{escape(question.name)}" rows="5"></textarea>'


def _matrix(block: list[Numbered], words: Words) -> str:
    """A table with a question a row and an answer a column."""
    stem, texts = _shared_stem([question.label[words.language] for _, question in block])
    first = block[0][1]
    heads = "".join(
        f'<th scope="col" id="{_column_id(first, choice)}">{escape(choice.label[words.language])} '
        f"{_code(choice.code)}</th>"
        for choice in first.choices
    )
    rows = "\n".join(
        f'<tr><th scope="row" id="{escape(question.name)}_row">{_number(number)} {escape(text)} '
        f"{_code(question.heading)}</th>{_cells(question, first, words)}</tr>"
        for (number, question), text in zip(block, texts, strict=True)
    )
    hint = f'<span class="hint">{escape(words("forms.page.each_row"))}</span>'
    again = f'<td><span class="again" aria-hidden="true">{escape(stem)}</span></td>'
    kept = " short" if len(block) <= SHORT else ""
    return (
        f'<div class="question matrix{kept}">\n{_condition(first, words)}<table>\n'
        f"<caption>{escape(stem)} {hint}</caption>\n"
        f"<thead><tr>{again}{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n</div>"
    )


def _column_id(first: Question, choice: Choice) -> str:
    return escape(f"{first.name}_column_{first.choices.index(choice)}")


def _cells(question: Question, first: Question, words: Words) -> str:
    """Circles; on a narrow screen, where the column heads do not fit, each has its answer beside it."""
    return "".join(
        f'<td><label><input type="radio" name="{escape(question.name)}" value="{escape(choice.code)}" '
        f'aria-labelledby="{escape(question.name)}_row {_column_id(first, choice)}">'
        f'<span class="answer" aria-hidden="true">{escape(choice.label[words.language])}</span></label></td>'
        for choice in question.choices
    )


def _shared_stem(texts: Sequence[str]) -> tuple[str, list[str]]:
    """What all texts begin with up to a colon, and each one's own end; an empty stem where they differ."""
    parts = [text.partition(": ") for text in texts]
    if len({stem for stem, _, _ in parts}) > 1 or not all(colon for _, colon, _ in parts):
        return "", list(texts)
    ending = "?" if all(end.endswith("?") for _, _, end in parts) else ":"
    own = [end.removesuffix("?").strip() for _, _, end in parts]
    return parts[0][0] + ending, [end[:1].upper() + end[1:] for end in own]


def _listed(block: list[Numbered], words: Words) -> str:
    """A long list of answers once, and a line for each question to write one of their codes on."""
    language = words.language
    items = "\n".join(
        f'<li><span class="code">{escape(choice.code)}</span> {escape(choice.label[language])}</li>'
        for choice in block[0][1].choices
    )
    fields = "\n".join(
        f'<div><label class="q" for="{escape(question.name)}">{_number(number)} {escape(question.label[language])}'
        f"</label> {_code(question.heading)}{_condition(question, words)}{_line(question)}</div>"
        for number, question in block
    )
    example = block[0][1].choices[0]
    told = {"code": example.code, "label": example.label[language]}
    return (
        f'<div class="question listed">\n<p class="hint">{escape(words("forms.page.write_code", **told))}</p>\n'
        f'<div class="fields">\n{fields}\n</div>\n<ul>\n{items}\n</ul>\n</div>'
    )
