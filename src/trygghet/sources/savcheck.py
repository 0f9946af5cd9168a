"""Whether an SPSS file is whole: readers of the format take a shifted or cut file without a word."""

from __future__ import annotations

import struct

HEADER = 176
DICTIONARY_END = b"\xe7\x03\x00\x00"
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
    end = DICTIONARY_END if order == "<" else DICTIONARY_END[::-1]
    starts = []
    at = data.find(end, HEADER)
    while at >= 0:
        starts.append(at + 8)
        at = data.find(end, at + 1)
    return any(_fits(data, start, compression, cases) for start in starts)


def _fits(data: bytes, start: int, compression: int, cases: int) -> bool:
    room = len(data) - start
    if room < 0 or room % 8:
        return False
    if compression == 0:
        return cases <= 0 or (room // 8) % cases == 0
    if room > WALKED_UP_TO:
        return True
    return _walk(data, start, cases)


def _walk(data: bytes, start: int, cases: int) -> bool:
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
    return at == len(data) and (cases <= 0 or values % cases == 0)
