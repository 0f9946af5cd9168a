"""Names that columns carry in files from municipalities and police, kept as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from trygghet.clean import key
from trygghet.errors import Fault, InputError
from trygghet.resources import shipped
from trygghet.sources.tables import Table
from trygghet.yamlfile import read_yaml


@dataclass(frozen=True)
class Fields:
    """For each kind of file: our name of a field to the names files use."""

    names: dict[str, dict[str, list[str]]]

    def all_names(self, kind: str, field: str) -> list[str]:
        """Every name of a field, our own last."""
        return [*self.names[kind].get(field, []), field]

    def find(self, table: Table, kind: str, field: str) -> str | None:
        """The table's column for a field, or None."""
        return next((c for name in self.all_names(kind, field) if (c := table.find(name))), None)

    def columns(self, table: Table, kind: str, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, str]:
        """Our field names to the table's columns.

        Raises
        ------
        InputError : T12 for every required field the table lacks, with the names it may have.
        """
        found = {field: self.find(table, kind, field) for field in (*required, *optional)}
        absent = [field for field in required if found[field] is None]
        if absent:
            raise InputError([self._missing(table, kind, field) for field in absent])
        return {field: column for field, column in found.items() if column is not None}

    def _missing(self, table: Table, kind: str, field: str) -> Fault:
        names = self.all_names(kind, field)
        fault = table.missing_column(names[0])
        rule = "T12-MISSING-FIELD-NEAR" if fault.values["near"] else "T12-MISSING-FIELD"
        return replace(fault, rule=rule, values={**fault.values, "known": ", ".join(dict.fromkeys(names))})

    def value(self, kind: str, text: str) -> str | None:
        """Our id for a text, where a kind lists texts by id (``sex``)."""
        wanted = key(text)
        options = self.names[kind].items()
        return next((ours for ours, texts in options if wanted in map(key, [*texts, ours])), None)


@lru_cache(maxsize=1)
def _shipped_fields() -> dict[str, dict[str, list[str]]]:
    names: dict[str, dict[str, list[str]]] = read_yaml(shipped("data", "reference", "fields.yml"))
    return names


def read_fields(path: Path | None) -> Fields:
    """The shipped names, with a workspace's own file laid over them.

    Raises
    ------
    InputError : the file is missing or is not YAML.
    """
    names = {kind: dict(fields) for kind, fields in _shipped_fields().items()}
    if path is not None:
        for kind, fields in (read_yaml(path) or {}).items():
            names[kind] = {**names.get(kind, {}), **fields}
    return Fields(names)
