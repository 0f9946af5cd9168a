"""What a notebook is about to release, handed from its kernel to the build, which remembers it.

Apart from `protection` because the build needs no estimates and none of the libraries they are made with.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trygghet.disclosure import Ledger

LEFT = ".releasing"
"""Folder that a build makes where a notebook runs; in it stands what the notebook is about to release."""


def leave(wave: str, key: str, entry: Mapping[str, Any] | None = None) -> None:
    """Leave what is about to be released where a build looks for it; outside a build nothing is released.

    Without an entry for what the workspace remembers already.
    """
    folder = Path(LEFT)
    if folder.is_dir():
        content = json.dumps({"wave": wave, "key": key, "entry": entry}, sort_keys=True)
        (folder / f"{key}.json").write_text(content, encoding="utf-8")


def taken(folder: Path) -> list[dict[str, Any]]:
    """What a notebook that ran in `folder` is about to release: wave, key, and an entry where it is new."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted((folder / LEFT).glob("*.json"))]


def remember(workspace: Path, released: Iterable[Mapping[str, Any]]) -> None:
    """Enter what a notebook is about to release into the workspace's ledger, before any of it is published.

    Entered first and published after: when the computer stops in between, the ledger holds too much, never too
    little.

    Parameters
    ----------
    released : as `taken` gives it.
    """
    new = [item for item in released if item["entry"] is not None]
    if not new:
        return
    from trygghet import disclosure

    ledger: Ledger = disclosure.read_ledger(workspace)
    for item in new:
        ledger = ledger.with_release(item["wave"], item["key"], item["entry"])
    disclosure.write_ledger(workspace, ledger)
