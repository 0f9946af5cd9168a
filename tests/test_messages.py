"""Every word in both languages, and numbers as each language writes them."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from trygghet.messages import MissingMessageError, Words, _messages

SOURCE = Path(__file__).parents[1] / "src" / "trygghet"
SV, EN = Words("sv"), Words("en")


def leaves(node: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from leaves(value, f"{path}.{key}" if path else str(key))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from leaves(value, f"{path}[{number}]")
    else:
        yield path, str(node)


def fields(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


def test_both_languages_have_the_same_keys():
    assert dict(leaves(_messages("sv"))).keys() == dict(leaves(_messages("en"))).keys()


def test_both_languages_fill_in_the_same_values():
    english = dict(leaves(_messages("en")))
    differing = {k: (v, english[k]) for k, v in leaves(_messages("sv")) if fields(v) != fields(english[k])}
    singular = {key for key in differing if key.endswith(".one")}  # "ett svar" needs no number
    assert set(differing) - singular == set()


def test_every_key_that_stands_in_code_exists():
    pattern = re.compile(r"""words(?:\.raw|\.has)?\(\s*"([a-z_]+(?:\.[\w-]+)+)\"""")
    named = {key for path in SOURCE.rglob("*.py") for key in pattern.findall(path.read_text(encoding="utf-8"))}
    assert len(named) > 100
    missing = {key for key in named if not SV.has(key)}
    assert missing == set()


def test_no_swedish_letter_stands_in_code():
    swedish = re.compile(r'"[^"\n]*[åäöÅÄÖ][^"\n]*"')
    exempt = {"messages", "simulate"}
    found = [
        (path.name, line.strip())
        for path in SOURCE.rglob("*.py")
        if not exempt & {part.removesuffix(".py") for part in path.relative_to(SOURCE).parts}
        for line in path.read_text(encoding="utf-8").splitlines()
        if swedish.search(line) and "_REPLACED" not in line and not line.lstrip().startswith(("#", '"""'))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("value", "digits", "swedish", "english"),
    [
        (1234.5, 1, "1\N{NO-BREAK SPACE}234,5", "1,234.5"),
        (-0.04, 1, "0,0", "0.0"),
        (-928, 0, "\N{MINUS SIGN}928", "\N{MINUS SIGN}928"),
        (float("nan"), 0, "–", "–"),
    ],
)
def test_numbers(value, digits, swedish, english):
    assert SV.number(value, digits) == swedish
    assert EN.number(value, digits) == english


def test_percent_and_points():
    assert SV.percent(0.294) == "29\N{NO-BREAK SPACE}%"
    assert EN.percent(0.294) == "29%"
    assert (SV.points(0.02), SV.points(-0.04), SV.points(0.001)) == ("+2", "\N{MINUS SIGN}4", "0")
    assert SV.interval(0.25, 0.33) == "25–33"


def test_days_and_periods():
    assert SV.day(date(2016, 5, 12)) == "2016-05-12"
    assert EN.day("2016-05-12") == "12 May 2016"
    assert SV.month_span(date(2016, 2, 1), date(2016, 3, 18)) == "februari–mars 2016"
    assert SV.month_span(date(2015, 4, 1), date(2016, 3, 31)) == "april 2015–mars 2016"
    assert SV.month_span(date(2016, 2, 1), date(2016, 2, 29)) == "februari 2016"


def test_plural_forms():
    assert SV("report.evaluation.lead_undecided", n=1) == "ett går inte att avgöra"
    assert SV("report.evaluation.lead_undecided", n=3) == "3 går inte att avgöra"


def test_a_missing_key_is_a_fault_of_the_program():
    with pytest.raises(MissingMessageError):
        SV("no.such.key")


def test_a_municipality_may_word_a_message_itself():
    own = Words("sv", {"lists.and": "samt"})
    assert own.sequence(["a", "b"]) == "a samt b"
