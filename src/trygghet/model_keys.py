"""What a settings file may be written with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

MOVED: dict[tuple[str, ...], str] = {("minimum_base",): "disclosure: survey_base"}
"""Keys of earlier versions, and where what they said stands now."""


def moved_to(location: Sequence[object]) -> str:
    """Where a key of an earlier version stands now; empty for a key that never was."""
    return MOVED.get(tuple(map(str, location)), "")


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
