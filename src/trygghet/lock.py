"""Canonical form and hash of a registry of promises."""

from __future__ import annotations

import json
import unicodedata
from hashlib import sha256
from typing import Any

from trygghet.promise_model import PROGRESS, RegistryFile


def canonical(content: RegistryFile) -> str:
    """What was promised, as canonical JSON.

    Keys are sorted, lists of promises, goals and activities are sorted by id, runs of white space are one
    space, text is Unicode NFC and values equal to the default are left out: two files that say the same give
    the same text. What changes as the year goes (how much of an activity is done, its status and evidence)
    is not part of it.
    """
    data = content.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for item in data.get("activities", []):
        for key in PROGRESS:
            item.pop(key, None)
    ordered = {section: sorted(items, key=lambda item: item["id"]) for section, items in data.items()}
    return json.dumps(
        _tidy(ordered), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def digest(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal."""
    return sha256(text.encode("utf-8")).hexdigest()


def _tidy(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _tidy(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_tidy(value) for value in node]
    if isinstance(node, str):
        return " ".join(unicodedata.normalize("NFC", node).split())
    return node
