"""A builder of releases that keeps what it is told of each number."""

from __future__ import annotations

from types import ModuleType

import pytest

from trygghet.disclosure import ReleaseBuilder


class Told(ReleaseBuilder):
    """What was added stands in ``numbers``: the group, and how."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.numbers: list[tuple[dict, dict]] = []

    def add(self, where, **how):
        self.numbers.append((dict(where), how))
        super().add(where, **how)


def told_in(monkeypatch: pytest.MonkeyPatch, module: ModuleType) -> list[Told]:
    """Every builder that a module makes from now on."""
    made: list[Told] = []

    def builder(*given, **how):
        made.append(Told(*given, **how))
        return made[-1]

    monkeypatch.setattr(module, "ReleaseBuilder", builder)
    return made
