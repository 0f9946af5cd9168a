"""Faults of settings files: whatever is written where something else is wanted, the sentence is ours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from trygghet import decisions, indicators, model_faults, problems, promise_model, workspace
from trygghet.errors import Fault, InputError
from trygghet.messages import Words
from trygghet.model_faults import EXPECTED, FORMS, validated
from trygghet.model_keys import _models_in
from trygghet.report.plan import Parameters
from trygghet.sources.codebook import Codebook

SV, EN = Words("sv"), Words("en")
FILES = (
    workspace.Settings, promise_model.RegistryFile, decisions.DecisionFile, Codebook, Parameters,
    indicators._IndicatorFile, problems._ProblemFile, problems._OffenceFile,
)  # fmt: skip
WRITTEN = (
    None, True, 0, -1, 7, 10**30, 0.5, float("nan"), "", "x y!", "å" * 10_000, "1e400", "2017-13-45",
    datetime(2017, 5, 12, 8, tzinfo=UTC), [], [1], [1, 2, 3], ["a", "b", "c"], [[]], [{}], {}, {"x y!": 1}, {"sv": 1},
    {"a": []}, {"a": {"b": {"c": "d"}}}, {"sv": "ja"},
)  # fmt: skip
"""What a person may have written in any place; nothing of it is right everywhere."""


def models(top: type[BaseModel]) -> Iterator[type[BaseModel]]:
    pending, seen = [top], set()
    while pending:
        model = pending.pop()
        if model not in seen:
            seen.add(model)
            yield model
            pending += [inner for field in model.model_fields.values() for inner in _models_in(field.annotation)]


EVERY = sorted({model for top in FILES for model in models(top)}, key=lambda model: model.__qualname__)


def faults_of(model: type[BaseModel], data: dict[str, Any]) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        validated(model, data | {"no_such_key": 1}, "f.yml")
    return caught.value.faults


THEIRS = ("Input", "should", "valid", "string", "integer", "_type", "_parsing", "^", "{", "\n")
"""What would betray pydantic's own text, or one of ours with a hole in it."""


@pytest.mark.parametrize("model", EVERY, ids=lambda model: model.__name__)
def test_no_fault_of_a_field_speaks_with_pydantics_words(model):
    said = set()
    for name, field in model.model_fields.items():
        key = field.alias or name
        for written in WRITTEN:
            for fault in faults_of(model, {key: written}):
                expected = fault.values.get("expected")
                assert expected is None or expected.key != "expected.unforeseen", errors(model, key, written)
                said.add(fault.text(SV).partition(fault.rule)[2])
                assert fault.text(EN) != fault.text(SV)
    assert {text for text in said if any(mark in text for mark in THEIRS)} == set()


def test_every_pattern_and_every_named_type_has_its_words():
    patterns = {
        error["ctx"]["pattern"]
        for model in EVERY
        for name, field in model.model_fields.items()
        for written in WRITTEN
        for error in errors(model, field.alias or name, written)
        if error["type"] == "string_pattern_mismatch"
    }
    assert patterns <= set(FORMS) and len(patterns) >= 4
    for name in {*EXPECTED.values(), *FORMS.values(), *(name for name, _ in model_faults.BOUNDS.values())}:
        assert SV.has(f"errors.expected.{name}") and EN.has(f"errors.expected.{name}")


def errors(model: type[BaseModel], key: str, written: object) -> list[Any]:
    try:
        model.model_validate({key: written})
    except ValidationError as error:
        return list(error.errors())
    return []


@pytest.mark.parametrize(
    ("model", "data", "column", "swedish"),
    [
        (promise_model.Goal, {"title": {"sv": 1}}, "title.sv", "väntat: en text (inom citattecken om den är siffror)"),
        (promise_model.Goal, {"title": 1}, "title", "väntat: indragna rader med namn och värde eller en text ("),
        (promise_model.Baseline, {"estimate": 30}, "estimate", "väntat: högst 1"),
        (promise_model.Target, {"kind": "less"}, "kind", "väntat: något av absolute, relative, no_worse"),
        (workspace.Weighting, {"ages": [16, 84, 90]}, "ages", "väntat: högst 2 värden"),
        (workspace.Settings, {"code": "18"}, "code", "väntat: fyra siffror inom citattecken, till exempel '0180'"),
        (workspace.Settings, {"reports": {"x y": []}}, "reports.x y", "väntat: att radens namn är ett år"),
        (workspace.Wave, {"where": {"a": []}}, "where.a", "siffror) eller ett tal (med punkt före decimalerna)"),
        (promise_model.Promise, {"from": "2018-01-01", "to": "2017-01-01"}, "", "perioden slutar innan den börjar"),
    ],
)  # fmt: skip
def test_one_fault_says_what_was_wanted_where_it_was_wanted(model, data, column, swedish):
    filled = {"id": "a", "title": "t", "problem": "p", "text": "x", "signatories": []} if column == "" else {}
    try:
        validated(model, filled | data, "f.yml")
    except InputError as error:
        found = [fault for fault in error.faults if fault.column == column]
    assert len(found) == 1
    assert swedish in found[0].text(SV)


def test_a_type_that_nobody_foresaw_is_still_told_in_a_sentence():
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(bytes).validate_python(1)
    assert model_faults._expected(caught.value.errors()[0]).text(SV) == "ett annat slags värde"
