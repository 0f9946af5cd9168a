"""Whether a reports folder is whole: every checksum of every manifest, and what a run that was cut off left."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from trygghet.checksum import sha256
from trygghet.errors import TrygghetError
from trygghet.messages import Words
from trygghet.report.catalogue import LATEST, MANIFEST, VERSION, Entry
from trygghet.report.store import LEFT, LOCK, DiskError, as_json, finish, holder, pending

COMPLETE, INTACT, WRONG = "complete", "intact", "wrong"


class Finding(NamedTuple):
    """Something wrong: the file, and a key under ``verify.findings``."""

    place: str
    key: str


@dataclass(frozen=True)
class Verified:
    """How a reports folder stands.

    Attributes
    ----------
    state : `COMPLETE`; `INTACT` when every report is whole and a run was cut off before it published what it
        made; `WRONG` when there are faults.
    files : how many checksums hold.
    faults : what is wrong.
    notes : what is left over, and harmless.
    finished : a publication that was committed and cut off has now been put in place.
    """

    state: str
    files: int
    faults: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    finished: bool = False

    def lines(self, words: Words) -> list[str]:
        """The state and then a line a fault or note."""
        said = [words("verify.finished")] if self.finished else []
        values = {"n": self.files, "faults": len(self.faults)}
        shown = [f"{one.place}: {words(f'verify.findings.{one.key}')}" for one in (*self.faults, *self.notes)]
        return [*said, words(f"verify.states.{self.state}", **values), *shown]


class NotPublishedError(TrygghetError):
    """The folder holds no manifest: nothing was published there."""


def verify(out: Path) -> Verified:
    """Check a reports folder against its manifests.

    A publication that was committed and then cut off is put in place first, unless a run holds the folder.

    Raises
    ------
    NotPublishedError : there is nothing to check.
    """
    finished, faults = _finished(out)
    years = sorted(out.glob(f"*/*/{MANIFEST}"))
    kept = sorted(out.glob(f"*/*/{VERSION}"))
    if not years and not (out / MANIFEST).is_file() and not list(out.glob(f"{LEFT}*")):
        raise NotPublishedError(str(out))
    expected: dict[str, str] = {}
    for path in years:
        faults += _read(out, path, expected, _of_year)
    for path in kept:
        faults += _read(out, path, expected, _of_version)
    notes = []
    if (out / MANIFEST).is_file():
        own: dict[str, str] = {}
        faults += _read(out, out / MANIFEST, own, _of_site)
        notes = _older(out, own, expected)
        expected |= {} if notes else own
    faults += _compared(out, expected)
    notes += _left(out)
    state = WRONG if faults else INTACT if notes else COMPLETE
    bad = {one.place for one in faults}
    return Verified(state, len(set(expected) - bad), tuple(faults), tuple(notes), finished)


def site_manifest(
    found: Sequence[Entry], out: Path, files: Mapping[str, bytes], about: Mapping[str, Any]
) -> dict[str, bytes]:
    """The manifest of the pages over all reports: their checksums, of which pages they were made, and what `about`
    them is to be noted."""
    made = {place: hashlib.sha256(content).hexdigest() for place, content in files.items()}
    of = {entry.place: sha256(out / entry.place) for entry in found}
    return {MANIFEST: as_json({"site": {**about, "outputs": made, "of": of}})}


def _finished(out: Path) -> tuple[bool, list[Finding]]:
    if not pending(out):
        return False, []
    if holder(out):
        return False, [Finding(str(out), "held")]
    try:
        return finish(out), []
    except OSError as error:
        return False, [Finding(DiskError(error, out).path, "unfinished")]
    except (TrygghetError, ValueError, KeyError):
        return False, [Finding(str(out), "unfinished")]


def _read(out: Path, path: Path, into: dict[str, str], part: Any) -> list[Finding]:
    """Add what a manifest promises; a finding when it cannot be read."""
    place = path.relative_to(out).as_posix()
    try:
        into.update(part(out, path, json.loads(path.read_bytes())))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return [Finding(place, "manifest")]
    return []


def _of_year(out: Path, path: Path, made: Any) -> dict[str, str]:
    folder = path.parent.relative_to(out).as_posix()
    promised: dict[str, str] = {}
    for report in made["reports"].values():
        promised |= {f"{folder}/{Path(place).name}": digest for place, digest in report["outputs"].items()}
    return promised


def _of_version(out: Path, path: Path, made: Any) -> dict[str, str]:
    folder = path.parent.relative_to(out).as_posix()
    return {f"{folder}/{Path(place).name}": digest for place, digest in made["manifest"]["outputs"].items()}


def _of_site(_out: Path, _path: Path, made: Any) -> dict[str, str]:
    return {**made["site"]["outputs"], **{f"of:{place}": digest for place, digest in made["site"]["of"].items()}}


def _older(out: Path, own: dict[str, str], expected: Mapping[str, str]) -> list[Finding]:
    """Whether the index is older than the reports; takes what it was made of out of its promises."""
    of = {key.removeprefix("of:"): own.pop(key) for key in [key for key in own if key.startswith("of:")]}
    pages = {place: digest for place, digest in expected.items() if _is_page(place)}
    return [Finding("index.html", "older")] if of != pages else []


def _is_page(place: str) -> bool:
    folder, _, name = place.rpartition("/")
    return name.endswith(".html") and "." not in folder.rpartition("/")[2]


def _compared(out: Path, expected: Mapping[str, str]) -> Iterator[Finding]:
    for place, digest in sorted(expected.items()):
        path = out / place
        if not path.is_file():
            yield Finding(place, "missing")
        elif sha256(path) != digest:
            yield Finding(place, "changed")
    for path in sorted(out.glob("[!.]*/*/*")):
        place = path.relative_to(out).as_posix()
        ours = path.parent.name == LATEST or path.name in (MANIFEST, VERSION) or place in expected
        if path.is_file() and not ours:
            yield Finding(place, "unknown")


def _left(out: Path) -> list[Finding]:
    """What a run that was cut off, or one that goes on, has left in the folder."""
    busy = holder(out)
    found = [Finding(path.name, "busy" if busy else "left") for path in sorted(out.glob(f"{LEFT}*"))]
    if (out / LOCK).exists() and not busy:
        found.append(Finding(LOCK, "left"))
    return found
