"""Which encoding a text file has; refused when its letters are already broken."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from trygghet.errors import Fault, InputError

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 (BOM)"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16 LE"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16 BE"),
)
# UTF-8 letters read as cp1252 and saved again: Ã followed by what the second byte looks like.
_MOJIBAKE = re.compile(
    "[\u00c2\u00c3][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192"
    "\u02c6\u02dc\u2013\u2014\u2018-\u201a\u201c-\u201e\u2020-\u2022\u2026\u2030"
    "\u2039\u203a\u20ac\u2122]|\ufffd"
)
# å, ä and ö of the DOS (cp850) and old Macintosh code pages, read as cp1252 inside a word.
_OTHER_PAGE = re.compile("[a-zA-Z][\u2020\u201e\u0152\u0160]|[a-zA-Z]\u201d[a-z]")
_SHIFTED = re.compile("[\u0a00\u0d00\ue000-\uf8ff]|[\u3000-\u3900\u6100-\u7a00]{2}")
_MOJIBAKE_BYTES = tuple(mark.encode() for mark in "\u00c2\u00c3\ufffd")
_OTHER_PAGE_BYTES = tuple(mark.encode() for mark in "\u2020\u201e\u201d\u0152\u0160")
_ASCII = bytes(range(128))
_CONTROL_BYTES = bytes([*range(9), 11, 12, *range(14, 32)])


@dataclass(frozen=True)
class Decoded:
    """A file as UTF-8 bytes with ``\\n`` line ends, and the encoding it was found to have."""

    data: bytes
    encoding: str


def decode(data: bytes, file: str) -> Decoded:
    """Find the encoding and give the file as UTF-8 with ``\\n`` between lines.

    Parameters
    ----------
    data : the file's bytes. UTF-8 with and without BOM, UTF-16 and cp1252 are understood.
    file : its name in messages.

    Raises
    ------
    InputError : T03 another encoding or two mixed, T04 letters already broken, T11 control characters.
    """
    name, text_bytes = _as_utf8(data, file)
    _refuse_broken(text_bytes, name, file)
    return Decoded(_line_ends(text_bytes, file), name)


def _as_utf8(data: bytes, file: str) -> tuple[str, bytes]:
    for bom, codec, name in BOMS:
        if data.startswith(bom):
            return name, _strict(data, codec, file).encode("utf-8")
    if _looks_like_utf16(data):
        return "UTF-16 LE", _strict(data, "utf-16-le", file).encode("utf-8")
    if data.isascii():
        return "ASCII", data
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252", _strict(data, "cp1252", file).encode("utf-8")
    return "UTF-8", data


def _looks_like_utf16(data: bytes) -> bool:
    head = data[:2000]
    return len(head) > 3 and head[1::2].count(0) > 0.6 * len(head[1::2]) and head[0::2].count(0) == 0


def _strict(data: bytes, codec: str, file: str) -> str:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise InputError(Fault(file, row, "", "T03-ENCODING")) from error
    # a byte lost in UTF-16 turns line ends and Latin letters into these
    shifted = _SHIFTED.search(text) if codec.startswith("utf-16") else None
    if shifted:
        raise InputError(Fault(file, _row(shifted), "", "T04-BROKEN-LETTERS"))
    return text


def _refuse_broken(data: bytes, name: str, file: str) -> None:
    # the bytes are looked through first: a search of the whole text costs as much as reading it
    rare = data.translate(None, _ASCII)
    if any(mark in rare for mark in _MOJIBAKE_BYTES):
        found = _MOJIBAKE.search(data.decode("utf-8"))
        if found:
            # in a cp1252 file these are UTF-8 rows pasted in; elsewhere they were broken before
            rule = "T03-MIXED-ENCODINGS" if name == "cp1252" else "T04-BROKEN-LETTERS"
            raise InputError(Fault(file, _row(found), "", rule))
    if name == "cp1252" and any(mark in rare for mark in _OTHER_PAGE_BYTES):
        found = _OTHER_PAGE.search(data.decode("utf-8"))
        if found:
            raise InputError(Fault(file, _row(found), "", "T03-ENCODING"))
    if len(data.translate(None, _CONTROL_BYTES)) != len(data):
        at = next(i for i, byte in enumerate(data) if byte in _CONTROL_BYTES)
        raise InputError(Fault(file, data.count(b"\n", 0, at) + 1, "", "T11-CONTROL-CHARACTER"))


def _row(found: re.Match[str]) -> int:
    return found.string.count("\n", 0, found.start()) + 1


def _line_ends(data: bytes, file: str) -> bytes:
    if b"\r" not in data:
        return data
    data = data.replace(b"\r\n", b"\n")
    if b"\r" in data and b"\n" not in data:
        return data.replace(b"\r", b"\n")
    return data
