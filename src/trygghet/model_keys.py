"""What a settings file may be written with."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel


def known_keys(model: type[BaseModel]) -> set[str]:
    """Every key any model of the file knows: near enough to suggest the right one."""
    found: set[str] = set()
    pending, seen = [model], set()
    while pending:
        current = pending.pop()
        if current in seen:
            continue
        seen.add(current)
        for name, field in current.model_fields.items():
            found.add(field.alias or name)
            pending += _models_in(field.annotation)
    return found


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for inner in getattr(annotation, "__args__", ()) for m in _models_in(inner)]
