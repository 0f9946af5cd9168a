"""Canonical form and hash of a registry of promises, and the lock that keeps it.

A lock file stands beside the registry and grows by an entry each time: what was promised (canonical JSON), its
SHA-256, the hashes of the baseline's data files, the day, why it was changed, and the hash of the entry before.
Entries cannot be altered or left out without breaking the chain; that the whole file was not written anew can
only be seen by comparing with a hash that was published, which is why reports print it.
"""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from trygghet import checksum
from trygghet.errors import Fault, InputError
from trygghet.promise_model import PROGRESS, RegistryFile

SECTIONS = ("promises", "goals", "activities")


def canonical(content: RegistryFile) -> str:
    """What was promised, as canonical JSON.

    Keys are sorted, lists of promises, goals and activities are sorted by id, runs of white space are one
    space, text is Unicode NFC and values equal to the default are left out: two files that say the same give
    the same text. What is filled in as the year goes (how much of an activity is done, its status and evidence,
    what was learned) is not part of it.
    """
    data = content.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for section, keys in PROGRESS.items():
        for item in data.get(section, []):
            for key in keys:
                item.pop(key, None)
    ordered = {section: sorted(items, key=lambda item: item["id"]) for section, items in data.items()}
    return _json(_tidy(ordered))


def digest(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal."""
    return sha256(text.encode("utf-8")).hexdigest()


def files_digest(paths: Sequence[Path]) -> str:
    """SHA-256 of one file's bytes; of several, of their digests in order."""
    digests = [checksum.sha256(path) for path in paths]
    return digests[0] if len(digests) == 1 else digest("\n".join(digests))


@dataclass(frozen=True)
class Entry:
    """One state of a registry.

    Attributes
    ----------
    day : ISO date of the lock.  sha256 : of `content`.
    content : canonical JSON.  baseline : name of each baseline data file to its SHA-256.
    reason : why it was changed; empty for the first.
    previous : `hash` of the entry before; empty for the first.
    """

    day: str
    sha256: str
    content: str
    baseline: Mapping[str, str]
    reason: str
    previous: str

    @property
    def hash(self) -> str:
        """Hash of the entry, which the next one carries."""
        return digest(_json(asdict(self)))


class Change(NamedTuple):
    """One thing that differs between two states: ``before`` or ``after`` is None where it is new or gone."""

    section: str
    id: str
    key: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Lock:
    """The entries of a lock file, oldest first; empty when nothing is locked."""

    file: str
    entries: tuple[Entry, ...] = ()

    @property
    def current(self) -> Entry | None:
        """The state that holds."""
        return self.entries[-1] if self.entries else None

    @property
    def amendments(self) -> tuple[tuple[Entry, tuple[Change, ...]], ...]:
        """Every later entry with what it changed."""
        pairs = zip(self.entries, self.entries[1:], strict=False)
        return tuple((later, changes(earlier.content, later.content)) for earlier, later in pairs)

    def check(self, content: str) -> None:
        """Refuse a registry that differs from what is locked.

        Raises
        ------
        InputError : L54, with both hashes; nothing is raised when nothing is locked.
        """
        if self.current is not None and digest(content) != self.current.sha256:
            values = {"locked": self.current.sha256[:16], "found": digest(content)[:16], "day": self.current.day}
            raise InputError(Fault(self.file, 0, "", "L54-CHANGED-AFTER-LOCK", values))


def read_lock(path: Path) -> Lock:
    """A lock file, its chain verified; an empty lock when there is no file.

    Raises
    ------
    InputError : L50 not a lock file; L51 an entry that was altered, left out or put in.
    """
    if not path.is_file():
        return Lock(path.name)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        entries = [(Entry(**item["entry"]), item["hash"]) for item in data["entries"]]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(Fault(path.name, 0, "", "L50-NOT-A-LOCK")) from error
    previous = ""
    for i, (entry, stated) in enumerate(entries, start=1):
        whole = entry.previous == previous and entry.hash == stated and digest(entry.content) == entry.sha256
        if not whole:
            raise InputError(Fault(path.name, 0, "", "L51-LOCK-BROKEN", {"entry": i}))
        previous = stated
    return Lock(path.name, tuple(entry for entry, _ in entries))


def locked(
    lock: Lock,
    content: str,
    *,
    day: date,
    baseline: Mapping[str, str],
    collection_starts: Sequence[date] = (),
    reason: str = "",
) -> Lock:
    """A lock with the registry's present state added.

    Parameters
    ----------
    content : canonical JSON of the registry.
    day : the day it is locked.
    baseline : name of each baseline data file to its SHA-256.
    collection_starts : first days of the follow-up waves that are known.
    reason : why what was locked is changed; needed for every entry but the first.

    Returns
    -------
    The same lock when nothing differs.

    Raises
    ------
    InputError : L52 a change without a reason; L53 a day on or after the first day of a follow-up's collection,
        or before the lock's last entry.
    """
    last = lock.current
    if last is not None and last.sha256 == digest(content):
        return lock
    if last is not None and not reason.strip():
        values = {"locked": last.sha256[:16], "found": digest(content)[:16]}
        raise InputError(Fault(lock.file, 0, "", "L52-AMEND-WITHOUT-REASON", values))
    late = [start for start in collection_starts if day >= start]
    if late:
        values = {"day": day.isoformat(), "start": min(late).isoformat()}
        raise InputError(Fault(lock.file, 0, "", "L53-LOCKED-TOO-LATE", values))
    if last is not None and day.isoformat() < last.day:
        values = {"day": day.isoformat(), "start": last.day}
        raise InputError(Fault(lock.file, 0, "", "L55-LOCKED-BACKWARDS", values))
    entry = Entry(
        day=day.isoformat(), sha256=digest(content), content=content, baseline=dict(sorted(baseline.items())),
        reason=" ".join(reason.split()), previous=last.hash if last is not None else "",
    )  # fmt: skip
    return Lock(lock.file, (*lock.entries, entry))


def write_lock(lock: Lock, path: Path) -> None:
    """Write a lock file so that a reader sees the old one or the new one, never half of it."""
    data = {"entries": [{"entry": asdict(entry), "hash": entry.hash} for entry in lock.entries]}
    new = path.with_name(path.name + ".new")
    with new.open("w", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def changes(before: str, after: str) -> tuple[Change, ...]:
    """What differs between two canonical texts, entry by entry and key by key."""
    found = []
    old, new = json.loads(before), json.loads(after)
    for section in SECTIONS:
        one = {item["id"]: item for item in old.get(section, [])}
        two = {item["id"]: item for item in new.get(section, [])}
        for name in sorted(one.keys() | two.keys()):
            if name not in one or name not in two:
                found.append(Change(section, name, "", one.get(name), two.get(name)))
                continue
            keys = sorted(one[name].keys() | two[name].keys())
            pairs = ((key, one[name].get(key), two[name].get(key)) for key in keys)
            found += [Change(section, name, *pair) for pair in pairs if pair[1] != pair[2]]
    return tuple(found)


def _json(data: Any) -> str:
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _tidy(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _tidy(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_tidy(value) for value in node]
    if isinstance(node, str):
        return " ".join(unicodedata.normalize("NFC", node).split())
    return node
