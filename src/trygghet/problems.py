"""The shared problem codebook: one list to compare residents, staff, police and crime statistics by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, lru_cache
from pathlib import Path

from pydantic import Field

from trygghet.clean import key
from trygghet.messages import Words
from trygghet.resources import shipped
from trygghet.workspace import Model, Workspace
from trygghet.yamlfile import read_model


class Problem(Model):
    """One problem: its names, and what measures it in each source."""

    id: str
    label: dict[str, str]
    short: dict[str, str] = Field(default_factory=dict)
    staff_labels: list[str] = Field(default_factory=list)
    offence_groups: list[str] = Field(default_factory=list)
    detection_driven: bool = False
    est: list[str] = Field(default_factory=list)

    def name(self, words: Words, *, short: bool = False) -> str:
        """The problem's name for readers."""
        return words.pick(self.short if short and self.short else self.label, self.id)


class OffenceGroup(Model):
    """A group of reported crime: the crime codes it holds, and how it may be shown.

    ``codes`` holds four-digit codes and ranges such as ``0351-0357``; ``valid_from`` and ``valid_to``
    (year of report) limit the group where the code list changed. ``official_labels`` are Brå's names of
    the types that make up the group in its own tables.
    """

    group: str
    label: dict[str, str]
    codes: list[str]
    detection_driven: bool = False
    sensitive: bool = False
    official_labels: list[str] = Field(default_factory=list)
    valid_from: int | None = None
    valid_to: int | None = None

    def holds(self, code: str, year: int | None = None) -> bool:
        """Whether a crime code, reported in a year, belongs to the group."""
        if year is not None and not (self.valid_from or 0) <= year <= (self.valid_to or 9999):
            return False
        return any(low <= code <= high for low, high in self._ranges)

    @cached_property
    def _ranges(self) -> list[tuple[str, str]]:
        parts = [code.split("-") for code in self.codes]
        return [(part[0].strip(), part[-1].strip()) for part in parts]


class _ProblemFile(Model):
    problems: list[Problem]


class _OffenceFile(Model):
    offences: list[OffenceGroup]


@dataclass(frozen=True)
class Problems:
    """The problem list, looked up by id or by what people write."""

    items: tuple[Problem, ...]

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, problem: str) -> Problem:
        return self._by_id[problem]

    def __contains__(self, problem: object) -> bool:
        return problem in self._by_id

    def labels(self, words: Words, *, short: bool = False) -> dict[str, str]:
        """Problem id to its name for readers, in the list's order."""
        return {item.id: item.name(words, short=short) for item in self.items}

    def find(self, text: str) -> str | None:
        """The problem somebody meant: its id, code, name or another wording in the list; else None."""
        return self._by_text.get(_plain(text))

    def near(self, text: str) -> str | None:
        """The problem whose wording differs by a slip of the pen only; else None."""
        close = get_close_matches(_plain(text), list(self._by_text), n=1, cutoff=0.88)
        return self._by_text[close[0]] if close else None

    @cached_property
    def _by_id(self) -> dict[str, Problem]:
        return {item.id: item for item in self.items}

    @cached_property
    def _by_text(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for item in self.items:
            texts = [item.id, *item.label.values(), *item.short.values(), *item.staff_labels]
            for text in texts:
                found.setdefault(_plain(text), item.id)
        return found


@dataclass(frozen=True)
class Offences:
    """The groups of reported crime."""

    items: tuple[OffenceGroup, ...]

    def __iter__(self) -> Iterator[OffenceGroup]:
        return iter(self.items)

    def __getitem__(self, group: str) -> OffenceGroup:
        return next(item for item in self.items if item.group == group)

    @property
    def on_maps(self) -> tuple[str, ...]:
        """Groups that may be placed on a map: all but the ones flagged as sensitive."""
        return tuple(item.group for item in self.items if not item.sensitive)

    def labels(self, words: Words) -> dict[str, str]:
        """Group id to its name for readers, in the list's order."""
        return {item.group: words.pick(item.label, item.group) for item in self.items}

    def named(self, text: str) -> str | None:
        """The group that published tables call by a name; None when no group is called that."""
        wanted = key(text)
        return next(
            (g.group for g in self.items if wanted in map(key, [g.group, *g.label.values(), *g.official_labels])), None
        )

    def group_of(self, code: str, year: int | None = None) -> str | None:
        """The first group that holds a crime code; None for a code in no group."""
        return next((item.group for item in self.items if item.holds(code, year)), None)


def load(ws: Workspace | None = None) -> Problems:
    """The workspace's own problem list, or the shared one.

    Raises
    ------
    InputError : every fault of the file at once.
    """
    if ws is not None and ws.settings.problems:
        return read_problems(ws.folder / ws.settings.problems, root=ws.folder)
    return _shipped_problems()


def read_problems(path: Path, *, root: Path | None = None) -> Problems:
    """Read a problem list; see `load`."""
    return Problems(tuple(read_model(_ProblemFile, path, root=root, as_list="problems").problems))


def load_offences(path: Path | None = None) -> Offences:
    """The groups of reported crime, shipped or from a file of one's own.

    Raises
    ------
    InputError : every fault of the file at once.
    """
    if path is None:
        return _shipped_offences()
    return Offences(tuple(read_model(_OffenceFile, path, as_list="offences").offences))


@lru_cache(maxsize=1)
def _shipped_problems() -> Problems:
    return read_problems(shipped("data", "reference", "problems.yml"))


@lru_cache(maxsize=1)
def _shipped_offences() -> Offences:
    return load_offences(shipped("data", "reference", "offences.yml"))


def _plain(text: str) -> str:
    """Compared without case, spacing, punctuation at the ends, and the 0 in P07."""
    words = key(text).strip(".,;:!?\"'()–- ")
    if len(words) > 1 and words[0] == "p" and words[1:].isdigit():
        return f"p{int(words[1:]):02d}"
    return words
