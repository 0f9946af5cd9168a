"""Whether an SPSS file is whole: readers of the format take a shifted or cut file without a word."""

from __future__ import annotations

import struct

HEADER = 176
DICTIONARY_END = b"\xe7\x03\x00\x00"
VARIABLE, CONTINUED = 2, -1
FILE_END, RAW_VALUE, NOTHING = 252, 253, 0
WALKED_UP_TO = 20_000_000


def is_whole(data: bytes) -> bool:
    """Whether the data part has room for exactly the cases the header states.

    Parameters
    ----------
    data : an SPSS system file (``$FL2``). Zipped ones (``$FL3``) carry their own checks and pass.

    References
    ----------
    PSPP, "System File Format": data come in units of eight bytes; compressed ones are led by eight
    command codes, of which 253 means that eight bytes follow and 252 that the file ends.
    """
    if len(data) < HEADER or data[:4] != b"$FL2":
        return data[:4] == b"$FL3"
    order = "<" if struct.unpack("<i", data[64:68])[0] in (2, 3) else ">"
    compression, _, cases = struct.unpack(order + "iii", data[72:84])
    width = _case_width(data, order)
    if width is None:
        return False
    end = DICTIONARY_END if order == "<" else DICTIONARY_END[::-1]
    starts = []
    at = data.find(end, HEADER)
    while at >= 0:
        starts.append(at + 8)
        at = data.find(end, at + 1)
    return any(_fits(data, start, compression, cases * width if cases > 0 else -1) for start in starts)


def _case_width(data: bytes, order: str) -> int | None:
    """Units of eight bytes in a case, from the variable records; None when they contradict themselves.

    A text variable longer than eight bytes is followed by one unnamed record for every further eight.
    """
    at, width, owed = HEADER, 0, 0
    while at + 32 <= len(data):
        record, kind, label, missing = struct.unpack(order + "4i", data[at : at + 16])
        if record != VARIABLE:
            break
        if (kind == CONTINUED) != (owed > 0) or kind > 255 or kind < CONTINUED or label not in (0, 1):
            return None
        owed = owed - 1 if owed else -(-kind // 8) - 1 if kind > 0 else 0
        width += 1
        at += 32
        if label:
            at += 4 + -(-struct.unpack(order + "i", data[at : at + 4])[0] // 4) * 4
        at += 8 * abs(missing)
    return width if width and not owed else None


def _fits(data: bytes, start: int, compression: int, values: int) -> bool:
    room = len(data) - start
    if room < 0 or room % 8:
        return False
    if compression == 0:
        return values < 0 or room // 8 == values
    if room > WALKED_UP_TO:
        return True
    return _walk(data, start, values)


def _walk(data: bytes, start: int, expected: int) -> bool:
    """Follow the command codes to the end of the file."""
    values, at = 0, start
    while at + 8 <= len(data):
        codes = data[at : at + 8]
        ended = codes.find(FILE_END)
        used = codes if ended < 0 else codes[:ended]
        values += len(used) - used.count(NOTHING)
        at += 8 + 8 * used.count(RAW_VALUE)
        if ended >= 0:
            break
    return at == len(data) and expected in (-1, values)
