"""Names that become a part of the pages' addresses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from trygghet.errors import Fault

_REPLACED = {"å": "a", "ä": "a", "ö": "o", "é": "e", "ü": "u"}
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(1, 10))]
)
"""Names that no folder can have on Windows, where the reports may be copied."""


def slug(name: str) -> str:
    """A name as an id: ``Östra skogen`` becomes ``ostra_skogen``."""
    text = unicodedata.normalize("NFC", name).casefold().strip()
    text = "".join(_REPLACED.get(letter, letter) for letter in text)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", text).strip("_")[:60]


def folder_faults(folder: Path) -> list[Fault]:
    """What is wrong with the name of a workspace's folder, which is its place among the pages."""
    name = folder.resolve().name
    if not re.fullmatch(r"[a-z0-9_]{1,60}", name):
        return [Fault(str(folder), 0, "", "W26-FOLDER-NAME", {"near": slug(name) or "kommun"})]
    return reserved([name], str(folder))


def reserved(names: Iterable[str], file: str) -> list[Fault]:
    """A fault for each name that Windows keeps for itself."""
    return [Fault(file, 0, "", "W09-RESERVED-NAME", {"name": name}) for name in names if name.lower() in _DEVICES]
