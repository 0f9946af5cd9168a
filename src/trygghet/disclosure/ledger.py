"""What has been released of each survey wave, remembered so that a later release cannot be subtracted from it."""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from trygghet.errors import Fault, InputError

FOLDER, FILE, VERSION = ".trygghet", "released.json", 1


@dataclass(frozen=True)
class Released:
    """One indicator as it was released once.

    Attributes
    ----------
    people : (n,) who answered, as hashes of their ids.
    answer : (n,) 1 yes, 0 no, -1 outside the base.
    groups : group's key (``sex=woman``; empty for all) to (n,) whether each person belongs to it.
    shown : group's key to what a reader can conclude of the number of yes: (lowest, highest).
    hidden : key of a group whose share was hidden to whether the number of its answers was shown.
    """

    people: np.ndarray
    answer: np.ndarray
    groups: dict[str, np.ndarray]
    shown: dict[str, tuple[float, float]]
    hidden: dict[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Ledger:
    """All releases of one workspace.

    Attributes
    ----------
    waves : wave (``citizens/2017``) to its releases by key, the oldest first.

    Notes
    -----
    It stands in the workspace beside the answers themselves, and is as secret as they are: it tells who belonged
    to which group. Nothing of it is published.
    """

    waves: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def masks(self, wave: str, key: str) -> dict[str, dict[str, str]] | None:
        """What was hidden, and why, when just these numbers were released before: indicator, row, reason."""
        entry = self.waves.get(wave, {}).get(key)
        return entry["hidden"] if entry else None

    def earlier(self, wave: str, key: str, indicator: str) -> list[Released]:
        """Other releases of an indicator of the wave."""
        return [
            _unpacked(entry, indicator)
            for other, entry in self.waves.get(wave, {}).items()
            if other != key and indicator in entry["indicators"]
        ]

    def with_release(self, wave: str, key: str, entry: Mapping[str, Any]) -> Ledger:
        """The ledger with one more release; one that is there already stands as it is."""
        known = dict(self.waves.get(wave, {}))
        known.setdefault(key, dict(entry))
        return Ledger({**self.waves, wave: known})


def path_of(workspace: Path) -> Path:
    """Where a workspace keeps its ledger."""
    return workspace / FOLDER / FILE


def read_ledger(workspace: Path) -> Ledger:
    """A workspace's ledger; an empty one when nothing was released yet.

    Raises
    ------
    InputError : the file is there and cannot be read; without it nothing can be shown to be safe.
    """
    path = path_of(workspace)
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        return Ledger()
    except ValueError:
        raise InputError(Fault(f"{FOLDER}/{FILE}", 0, "", "V01-LEDGER")) from None
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise InputError(Fault(f"{FOLDER}/{FILE}", 0, "", "V01-LEDGER"))
    return Ledger(content["waves"])


def write_ledger(workspace: Path, ledger: Ledger) -> None:
    """Write the whole ledger beside its place, flush it, and swap it in; only the owner may read it."""
    path = path_of(workspace)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    for left in path.parent.glob(f"{path.stem}.*[0-9]"):  # of a run that was cut off
        left.unlink(missing_ok=True)
    staged = path.with_suffix(f".{os.getpid()}")
    text = json.dumps({"version": VERSION, "waves": ledger.waves}, sort_keys=True, ensure_ascii=False)
    handle = os.open(staged, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(staged, path)


def hashed(ids: Iterable[object]) -> np.ndarray:
    """Short hashes of respondents' ids, so that the same person is known in a later delivery."""
    return np.array([hashlib.sha256(str(i).encode()).hexdigest()[:16] for i in ids])


def key_of(table: pd.DataFrame, persons: pd.DataFrame, answers: pd.DataFrame, *settings: object) -> str:
    """Hash of what would be released: the rows asked for, everything they are made of, and the rules."""
    digest = hashlib.sha256(repr(settings).encode())
    for frame in (table, persons.sort_index(), answers.sort_index()):
        digest.update(",".join(map(str, frame.columns)).encode())
        digest.update(pd.util.hash_pandas_object(frame.astype(str), index=False).to_numpy().tobytes())
    return digest.hexdigest()[:24]


def packed(flags: np.ndarray) -> str:
    """Bits as text."""
    return b64encode(np.packbits(np.asarray(flags, dtype=bool)).tobytes()).decode()


def unpacked(text: str, n: int) -> np.ndarray:
    """The first n bits of a text made by `packed`."""
    return np.unpackbits(np.frombuffer(b64decode(text), dtype=np.uint8), count=n).astype(bool)


def _unpacked(entry: Mapping[str, Any], indicator: str) -> Released:
    people = np.array(entry["people"])
    n, item = len(people), entry["indicators"][indicator]
    yes, base = unpacked(item["yes"], n), unpacked(item["base"], n)
    hidden = {name: bool(told) for name, told in item.get("hidden", {}).items()}
    return Released(
        people=people,
        answer=np.where(base, yes.astype(int), -1),
        groups={name: unpacked(entry["groups"][name], n) for name in (*item["shown"], *hidden)},
        shown={name: (float(low), float(high)) for name, (low, high) in item["shown"].items()},
        hidden=hidden,
    )
