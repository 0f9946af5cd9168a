"""What an address may be, and how it is shown: names only, nothing is reached."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from trygghet.errors import RuleError, SpokenError

DRIVERS = {
    "abfs": "adlfs",
    "abfss": "adlfs",
    "az": "adlfs",
    "gcs": "gcsfs",
    "gs": "gcsfs",
    "http": "aiohttp",
    "https": "aiohttp",
    "memory": "fsspec",
    "s3": "s3fs",
    "s3a": "s3fs",
    "sftp": "paramiko",
    "ssh": "paramiko",
}
"""The protocols that are taken, each with the package that speaks it."""
READ_ONLY = ("http", "https")
FILE = "file"
HIDDEN = "***"
_START = re.compile(r"^([A-Za-z][A-Za-z0-9+.\-]*)://")
_WHOLE_NAME = re.compile(r"^[A-Za-z0-9\u00c0-\u024f_][\w\u00c0-\u024f .\-]{0,120}$")


class AddressError(SpokenError):
    """An address that is not taken, or cannot be reached; shows no password, token or text of the other side's."""


def is_address(text: str) -> bool:
    """Whether a place is written as an address rather than a path; ``file://`` and chains are addresses too."""
    return bool(_START.match(text)) or "::" in text


def shown(text: str) -> str:
    """An address without what may be secret: user and password, query and fragment.

    A password may itself hold the signs that end one, so that a doubtful address loses all but its protocol.
    """
    start = _START.match(text)
    if start is None or not text.isprintable():
        return HIDDEN
    protocol, rest = start[1], text[start.end() :]
    cut = re.split(r"[?#]", rest, maxsplit=1)
    kept = cut[0]
    if len(cut) > 1 and "@" in cut[1]:
        return f"{protocol}://{HIDDEN}"
    before, sign, after = kept.rpartition("@")
    if sign and ":" in before:
        kept = f"{HIDDEN}@{after}"
    return f"{protocol}://{kept}"


def redacted(text: str) -> str:
    """A message without what may be secret in addresses within it, also in one that was read as a path."""
    text = re.sub(r"([A-Za-z][A-Za-z0-9+.\-]+:/{1,2})[^\s/@]*:\S*@", rf"\1{HIDDEN}@", text)
    return re.sub(r"([A-Za-z][A-Za-z0-9+.\-]+:/{1,2}[^\s?]*)\?\S+", r"\1", text)


@dataclass(frozen=True)
class Address:
    """An address that is taken; its text shows no secret.

    Attributes
    ----------
    protocol : in small letters, one of `DRIVERS`.
    shown : fit for messages.
    full : as it was given, with all it holds; never to be shown.
    """

    protocol: str
    shown: str
    full: str = field(repr=False)

    def __str__(self) -> str:
        return self.shown

    @property
    def name(self) -> str:
        """The last part of it, as a file's or a folder's name.

        Raises
        ------
        AddressError : it has none that can be a name here.
        """
        last = self.shown.partition("://")[2].rstrip("/").rpartition("/")[2]
        if not _WHOLE_NAME.match(last):
            raise AddressError.said("address.no_name", address=self.shown)
        return last

    @classmethod
    def read(cls, text: str, *, writable: bool = True) -> Address:
        """An address out of what a user wrote.

        Raises
        ------
        AddressError : a chain, a protocol that is not taken, an address of the web where something is to be written,
            or one that leads upwards.
        """
        told = shown(text)
        if "::" in text:
            raise AddressError.said("address.chained", address=told.partition("::")[0] if "@" not in text else HIDDEN)
        start = _START.match(text)
        protocol = start[1].lower() if start else ""
        if protocol not in DRIVERS:
            known = ", ".join(sorted([FILE, *DRIVERS]))
            raise AddressError.said("address.protocol", protocol=protocol, known=known)
        rest = text.partition("://")[2]
        if not text.isprintable() or ".." in re.split(r"[/\\]", rest) or not rest.strip("/"):
            raise AddressError.said("address.malformed", address=told)
        if writable and protocol in READ_ONLY:
            raise AddressError.said("address.read_only", address=told)
        return cls(protocol, told, text)


def local_path(text: str) -> Path:
    """A path, also written as a ``file://`` address of this computer's.

    Raises
    ------
    AddressError : a ``file://`` address of another computer.
    """
    if not text.lower().startswith(f"{FILE}://"):
        return Path(text)
    parts = urlsplit(text)
    if parts.netloc not in ("", "localhost"):
        raise AddressError.said("address.other_computer", address=shown(text))
    path = unquote(parts.path)
    return Path(path[1:] if re.match(r"^/[A-Za-z]:", path) else path)


def place_of(text: str, *, writable: bool = True) -> Address | Path:
    """What a user wrote as a place: an address, or a path of this computer.

    Raises
    ------
    AddressError : as `Address.read`.
    """
    if is_address(text) and ("::" in text or not text.lower().startswith(f"{FILE}://")):
        return Address.read(text, writable=writable)
    return local_path(text)


def key(text: str) -> str:
    """A short checksum that tells addresses apart without showing them."""
    return hashlib.sha256(shown(text).encode()).hexdigest()[:12]


def source_file(text: str) -> str:
    """A source's ``file`` of ``workspace.yml``: a path within it, or a register's address without any secret.

    Raises
    ------
    RuleError : W33 an address that is not taken; W34 one with a password or a token.
    """
    if not is_address(text):
        return text
    try:
        place_of(text)
    except AddressError:
        known = ", ".join(sorted(set(DRIVERS) - set(READ_ONLY) | {FILE}))
        raise RuleError("W33-ADDRESS", known=known) from None
    if shown(text) != text:
        raise RuleError("W34-SECRET")
    return text
