"""Errors speak the user's language: no sentence of one stands in code, and every key of one is in the messages."""

from __future__ import annotations

import ast
import pickle
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from trygghet.errors import DesignError, SpokenError, WeightError, phrase
from trygghet.messages import Words, texts
from trygghet.model_faults import BOUNDS, EXPECTED, FORMS

SOURCE = Path(__file__).parents[1] / "src" / "trygghet"
SV, EN = Words("sv"), Words("en")


def spoken_kinds() -> set[str]:
    for path in SOURCE.rglob("*.py"):
        if "(SpokenError)" in path.read_text(encoding="utf-8"):
            import_module(".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__"))

    def below(kind: type) -> Iterator[type]:
        yield kind
        for derived in kind.__subclasses__():
            yield from below(derived)

    return {kind.__name__ for kind in below(SpokenError)}


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node


def name_of(call: ast.Call) -> str:
    return ast.unparse(call.func).rsplit(".", 1)[-1]


def test_no_sentence_of_an_error_stands_in_code():
    kinds = spoken_kinds()
    assert len(kinds) > 15
    written = [
        (path.relative_to(SOURCE).as_posix(), call.lineno)
        for path in SOURCE.rglob("*.py")
        for call in calls(path)
        if name_of(call) in kinds
    ]
    assert written == []


def keys_in(path: Path) -> Iterator[str]:
    """Keys that a module gives to what takes one."""
    for call in calls(path):
        if not call.args or not isinstance(key := call.args[0], ast.Constant):
            continue
        if ast.unparse(call.func).endswith(".said") or name_of(call) in ("phrase", "_unexpected"):
            yield key.value
        elif name_of(call) == "error" and "interop" in path.parts:
            yield f"r.{key.value}"


def test_every_key_of_an_error_stands_in_the_messages_and_every_sentence_has_its_key():
    named = {f"errors.{key}" for path in SOURCE.rglob("*.py") for key in keys_in(path)} | {"errors.infinite"}
    expected = {*EXPECTED.values(), *FORMS.values(), *(name for name, _ in BOUNDS.values())}
    named |= {f"errors.expected.{name}" for name in expected}
    known = {key.removesuffix(".one").removesuffix(".other") for key in texts("sv") if key.startswith("errors.")}
    assert {key for key in named if not SV.has(key)} == set()
    assert known - named == set()


@pytest.mark.parametrize(
    ("value", "swedish", "english"),
    [
        (0.125, "0,125", "0.125"),
        (1234567.0, "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567", "1,234,567"),
        (12, "12", "12"),
        (float("inf"), "oändligt", "infinity"),
        (("a", 0.5, phrase("margins.missing")), "a, 0,5, (saknas)", "a, 0.5, (missing)"),
        (WeightError.said("weights.unusable"), SV("errors.weights.unusable"), EN("errors.weights.unusable")),
    ],
)
def test_the_values_of_an_error_are_written_as_its_language_writes_them(value, swedish, english):
    error = DesignError.said("replicates.numbered", number=1, error=value)
    assert error.text(SV) == f"replikat 1: {swedish}" and error.text(EN) == f"replicate 1: {english}"


def test_an_error_comes_back_whole_from_another_process():
    error = pickle.loads(
        pickle.dumps(WeightError.said("margins.no_total", margin="sex", categories=(phrase("infinite"),)))
    )
    assert error.text(EN).startswith("margin sex: categories in the sample have no population total: infinity;")


def test_a_program_that_asked_for_english_gets_english(monkeypatch):
    monkeypatch.setenv("TRYGGHET_LANGUAGE", "en")
    assert str(WeightError.said("weights_zero", name="w")) == "weights 'w' sum to zero"
