"""A survey's codebook: which column carries which variable, and what its codes mean."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from trygghet.clean import key
from trygghet.errors import Fault, RuleError
from trygghet.messages import LANGUAGES, Words
from trygghet.workspace import Model
from trygghet.yamlfile import read_model

Kind = Literal["category", "text", "age", "age_group", "number", "area", "settlement"]
MissingKind = Literal["dont_know", "no_answer", "refused", "not_applicable", "not_asked"]
Texts = dict[str, str]


class AskedIf(Model):
    """A question put only to those whose raw `column` holds one of `values`."""

    column: str
    values: list[str]


class Variable(Model):
    """One variable: its column, and its codes as categories and as kinds of missing.

    ``labels`` name the categories on the page ("Women"), ``answers`` word them as an answer ("Woman") where
    that differs. ``crosswalk`` is a file that carries DeSO or RegSO codes or postcodes over to sub-areas;
    the kind ``settlement`` takes a DeSO code's fifth position: countryside, other town, main town.
    ``role: background`` marks who the respondent is: the groups that are compared with each other.
    """

    column: str | None = None
    kind: Kind = "category"
    role: Literal["background"] | None = None
    label: Texts = Field(default_factory=dict)
    question: Texts = Field(default_factory=dict)
    values: dict[str, str] = Field(default_factory=dict)
    missing: dict[str, MissingKind] = Field(default_factory=dict)
    labels: dict[str, Texts] = Field(default_factory=dict)
    answers: dict[str, Texts] = Field(default_factory=dict)
    crosswalk: str | None = None
    origin: Literal["birth_year", "age"] = Field(default="age", alias="from")
    range: tuple[float, float] | None = None
    bands: list[tuple[int, int]] = Field(default_factory=list)
    asked_if: AskedIf | None = None

    @model_validator(mode="after")
    def _complete(self) -> Variable:
        if self.kind != "age_group" and self.column is None:
            raise RuleError("C01-NO-COLUMN")
        if self.kind == "category" and not self.values:
            raise RuleError("C02-NO-VALUES")
        if self.kind == "age_group" and not self.bands:
            raise RuleError("C03-NO-BANDS")
        if overlap := set(self.values) & set(self.missing):
            raise RuleError("C04-BOTH-WAYS", code=sorted(overlap)[0])
        unnamed = set(self.labels) - set(self.values.values())
        if self.kind == "category" and unnamed:
            raise RuleError("C05-LABEL-ALONE", label=sorted(unnamed)[0])
        return self

    @model_validator(mode="before")
    @classmethod
    def _kind_from_keys(cls, data: object) -> object:
        """``from``, ``bands`` and nothing else say the kind as well as the word would."""
        if isinstance(data, Mapping) and "kind" not in data:
            if "from" in data or "origin" in data:
                return {**data, "kind": "age"}
            if "bands" in data:
                return {**data, "kind": "age_group"}
        return data

    @property
    def categories(self) -> list[str]:
        """Category ids, in order."""
        return list(dict.fromkeys(self.values.values()))


class Codebook(Model):
    """The whole codebook of a survey.

    ``repeated`` says what becomes of rows that are wholly alike under one id: refused, dropped, or kept
    (an extract drawn with replacement, whose design then names ``respondent_id`` as cluster).
    """

    id: str
    weight: str | None = None
    repeated: Literal["error", "drop", "keep"] = "error"
    variables: dict[str, Variable]

    @model_validator(mode="before")
    @classmethod
    def _kind_from_name(cls, data: object) -> object:
        """A variable called area or age without values takes the workspace's areas, or whole years."""
        variables = data.get("variables") if isinstance(data, Mapping) else None
        if not isinstance(data, Mapping) or not isinstance(variables, Mapping):
            return data
        named = {
            name: {**item, "kind": name}
            for name in ("area", "age")
            if isinstance(item := variables.get(name), Mapping) and not item.get("values") and "kind" not in item
        }
        return {**data, "variables": {**variables, **named}} if named else data

    @property
    def required_columns(self) -> list[str]:
        """Raw columns the answer file must have, without repeats; the weight may be lacking."""
        columns = [self.id]
        for variable in self.variables.values():
            columns += [variable.column] if variable.column else []
            columns += [variable.asked_if.column] if variable.asked_if else []
        return list(dict.fromkeys(columns))

    def label(self, name: str, words: Words, category: str | None = None) -> str:
        """A variable's name for readers, or one of its categories'; the id where nothing is written."""
        variable = self.variables.get(name)
        if variable is None:
            return category or name
        if category is None:
            return words.pick(variable.label, name)
        return words.pick(variable.labels.get(category), category)

    def question(self, name: str, words: Words) -> str:
        """The question as it was put; empty where it is not written down."""
        variable = self.variables.get(name)
        return words.pick(variable.question) if variable else ""

    def labels(self, name: str, words: Words) -> dict[str, str]:
        """Category id to its name for readers, in order."""
        variable = self.variables[name]
        return {category: self.label(name, words, category) for category in variable.categories}


def read_codebook(path: Path, *, root: Path | None = None) -> Codebook:
    """Read a codebook.

    Raises
    ------
    InputError : every fault of the file at once, with its row.
    """
    return _kept(path, root, path.read_bytes() if path.is_file() else b"")


@lru_cache(maxsize=4)
def _kept(path: Path, root: Path | None, content: bytes) -> Codebook:
    """The codebook of a file for as long as its `content` stays: waves mostly share one."""
    return read_model(Codebook, path, root=root)


def answer_words(variable: Variable) -> dict[str, str]:
    """An answer's words in any language (as `clean.key` gives them) to its raw code.

    Words that belong to two codes, or that are themselves a raw code, are left out.
    """
    raw_of = {category: raw for raw, category in reversed(variable.values.items())}
    found: dict[str, set[str]] = {}
    for category, texts in [*variable.labels.items(), *variable.answers.items()]:
        for text in texts.values() if category in raw_of else ():
            found.setdefault(key(text), set()).add(raw_of[category])
    for raw, kind in variable.missing.items():
        for language in LANGUAGES if raw else ():
            found.setdefault(key(Words(language)(f"indicators.kinds.{kind}")), set()).add(raw)
    codes = {*variable.values, *variable.missing}
    return {text: next(iter(raws)) for text, raws in found.items() if len(raws) == 1 and text not in codes}


def label_conflicts(codebook: Codebook, labels: Mapping[str, Mapping[str, str]], file: str) -> list[Fault]:
    """S21 where a file's own label of a code is the codebook's label of another category.

    Parameters
    ----------
    labels : column to {code: label}, as the file carries them; a reversed scale shows here and nowhere else.
    """
    faults = []
    for variable in codebook.variables.values():
        names = {key(text): c for c in variable.categories for text in variable.labels.get(c, {}).values()}
        for code, label in labels.get(variable.column or "", {}).items():
            meant, ours = names.get(key(label)), variable.values.get(code)
            if meant is not None and ours is not None and meant != ours:
                told = {"code": code, "label": label, "ours": variable.labels.get(ours, {}).get("sv", ours)}
                faults.append(Fault(file, 0, variable.column or "", "S21-LABEL-DIFFERS", told))
    return faults
