"""The files of the simulated towns' truth, read once: ``data/reference/simulation/*.yml``."""

from __future__ import annotations

from functools import cache
from typing import Any

from ruamel.yaml import YAML

from trygghet.resources import shipped

YEARS = ("2016", "2017")


@cache
def specification(name: str) -> Any:
    """One file of the model; to be read, never changed."""
    return YAML(typ="safe").load(template(f"{name}.yml"))


@cache
def reference(name: str) -> Any:
    """A shared code list of ``data/reference``; to be read, never changed."""
    return YAML(typ="safe").load(shipped("data", "reference", name).read_text(encoding="utf-8"))


def template(file: str) -> str:
    """The text of a file of the model, with its ``@NAMES@`` still to be filled."""
    return shipped("data", "reference", "simulation", file).read_text(encoding="utf-8")


def filled(text: str, **values: object) -> str:
    """A template with every ``@NAME@`` replaced."""
    for name, value in values.items():
        text = text.replace(f"@{name.upper()}@", str(value))
    return text


def for_town(table: Any, town_id: str) -> Any:
    """The town's own entry of a table, or that of any other town."""
    return table.get(town_id, table["other"])


def in_year(value: Any, year: str) -> Any:
    """A number that may be given by year."""
    return value[year] if isinstance(value, dict) and year in value else value
