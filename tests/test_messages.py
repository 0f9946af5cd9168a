"""Every word in both languages, and numbers as each language writes them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from trygghet.messages import MissingMessageError, Words, _messages, texts
from trygghet.own_yaml import load_own

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


VOCABULARY = "audit.vocabulary."
"""Words that are searched for on a page, not said to a reader: each language has its own number of them."""


def said(language: str) -> dict[str, str]:
    return {key: text for key, text in leaves(_messages(language)) if not key.startswith(VOCABULARY)}


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_quick_reader_reads_every_word_as_yaml_1_2_says(language):
    """And no key stands twice, which only the other reader tells."""
    text = (SOURCE / "messages" / f"{language}.yml").read_text(encoding="utf-8")
    assert repr(load_own(text)) == repr(YAML(typ="safe", pure=True).load(text))


@pytest.mark.parametrize("text", ["yes", "No", "1:30", "01", "true", "~", "null", "-3", "2.5", ".5", "1e3", "'1'"])
def test_the_quick_reader_knows_the_scalars_of_yaml_1_2(text):
    assert repr(load_own(text)) == repr(YAML(typ="safe", pure=True).load(text))


def test_both_languages_have_the_same_keys():
    assert said("sv").keys() == said("en").keys()


def test_both_languages_fill_in_the_same_values():
    english = said("en")
    differing = {k: (v, english[k]) for k, v in said("sv").items() if fields(v) != fields(english[k])}
    singular = {key for key in differing if key.endswith(".one")}  # "ett svar" needs no number
    assert set(differing) - singular == set()


def test_every_key_that_stands_in_code_exists():
    pattern = re.compile(r"""words(?:\.raw|\.has)?\(\s*"([a-z_]+(?:\.[\w-]+)+)\"""")
    named = {key for path in SOURCE.rglob("*.py") for key in pattern.findall(path.read_text(encoding="utf-8"))}
    assert len(named) > 100
    missing = {key for key in named if not SV.has(key)}
    assert missing == set()


DYNAMIC = ("voices.places.", "audit.findings.", "verify.findings.")
"""Beginnings of keys that code puts together in a way the test below does not follow."""


def named_in_code() -> tuple[set[str], list[re.Pattern[str]]]:
    """Keys that stand whole in code, and patterns of those with filled-in parts; a module's own constants put in."""
    whole, patterns = set(), set()
    for path in SOURCE.rglob("*.py"):
        code = path.read_text(encoding="utf-8")
        constants = dict(re.findall(r'^([A-Z_]+) = "([\w.]+)"$', code, re.MULTILINE))
        whole |= set(re.findall(r"""["']([a-z_]+(?:\.[\w-]+)+)["']""", code))
        whole |= {f"faults.{rule}" for rule in re.findall(r'"([A-Z][0-9]{2}-[A-Z0-9-]+)"', code)}
        for _, found in re.findall(r"""f(["'])((?:(?!\1)[^\n])+)\1""", code):
            first = re.match(r"{([A-Z_]+)}", found)
            text = constants.get(first[1], "") + found[first.end() :] if first else found
            if text.startswith("faults."):
                continue
            pieces = re.split(r"{[^{}]*}", text)
            if re.match(r"[a-z_]+\.", text) and not any(" " in piece for piece in pieces):
                patterns.add("[^.]+".join(map(re.escape, pieces)))
    return whole, [re.compile(pattern) for pattern in sorted(patterns)]


def unused(keys: Iterable[str]) -> list[str]:
    """Keys that no code names: neither they nor what they stand under, and no pattern fits; forms and lines as one."""
    whole, patterns = named_in_code()
    bases = {re.sub(r"(?:\.(?:one|other|\d+))+$", "", key) for key in keys}
    missing = []
    for base in sorted(bases):
        parts = base.split(".")
        above = [".".join(parts[:n]) for n in range(2, len(parts) + 1)]
        if not any(key in whole or any(p.fullmatch(key) for p in patterns) for key in above):
            missing.append(base)
    return [key for key in missing if not key.startswith(DYNAMIC)]


def test_no_text_lies_unused():
    assert unused(texts("sv")) == []


def test_a_text_that_nobody_names_is_found():
    assert unused(["site.all", "no.such.key", "report.safety.never_said.one"]) == [
        "no.such.key",
        "report.safety.never_said",
    ]


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
