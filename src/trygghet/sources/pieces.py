"""A large delimited file in pieces, each read as strictly as a whole file: memory is bounded by the piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from trygghet.errors import Fault, InputError
from trygghet.sources.table import Table
from trygghet.sources.tables import TEXT_FILES, read_table, read_text
from trygghet.yamlfile import shown_name

PIECE = 32 * 1024**2
"""Bytes of text at a time; reading takes about ten times as much memory."""


@dataclass(frozen=True)
class Piece:
    """Some rows of a file with its header before them; `read` makes the table.

    Attributes
    ----------
    head : the header's lines, empty in the first piece, which holds it with what stands above.
    before : lines of the file before the rows.
    """

    file: str
    head: bytes
    body: bytes
    before: int

    def read(self, names: Sequence[str]) -> Table:
        """The rows as a table, numbered as in the file.

        Raises
        ------
        InputError : as `tables.read_table`, with the file's own rows.
        """
        if not self.head:
            return read_text(self.body, self.file, names)
        shift = self.before - self.head.count(b"\n")
        try:
            table = read_text(self.head + self.body, self.file, names)
        except InputError as error:
            moved = [replace(fault, row=fault.row + shift) if fault.row else fault for fault in error.faults]
            raise InputError(moved) from error
        return replace(table, rows=table.rows + shift)


def tables(path: Path, names: Sequence[str], *, size: int = PIECE) -> Iterator[Table | InputError]:
    """A file's rows in tables, or what is wrong with a piece of it; what comes after a fault is still read.

    Parameters
    ----------
    path : a delimited text in pieces; other formats, which have a size of their own, whole.
    names : that may stand in the header.
    size : bytes in a piece; a row is never divided.
    """
    file, encodings = shown_name(path, None), set[str]()
    if path.suffix.lower() not in TEXT_FILES or not path.is_file():
        yield _tried(lambda: read_table(path, header_like=names))
        return
    with path.open("rb") as stream:
        head = b""
        for piece in _pieces(stream, file, size):
            piece = replace(piece, head=head)  # noqa: PLW2901 (the header is known after the first piece)
            found = _tried(lambda piece=piece: piece.read(names))  # type: ignore[misc]
            if isinstance(found, Table):
                head = head or _header(piece.body, found.header_row)
                encodings |= _encodings(found)
                if len(encodings) > 1:
                    found = InputError(Fault(file, found.first_data_row, "", "T03-MIXED-ENCODINGS"))
            yield found
            if not head:  # without a header nothing that follows can be read
                return


def _tried(read: object) -> Table | InputError:
    try:
        return read()  # type: ignore[operator,no-any-return]
    except InputError as error:
        return error


def _pieces(stream: BinaryIO, file: str, size: int) -> Iterator[Piece]:
    rest, before = b"", 0
    while True:
        more = stream.read(size)
        data = rest + more
        whole = not more or _wide(data) or b"\n" not in data
        if whole and more:
            data += stream.read()
        cut = len(data) if whole else _last_row_end(data)
        if cut:
            yield Piece(file, b"", data[:cut], before)
            before += data.count(b"\n", 0, cut)
        rest = data[cut:]
        if whole:
            return


def _wide(data: bytes) -> bool:
    """Whether the text is UTF-16, in which a byte is no character: it is read whole."""
    return data[:2] in (b"\xff\xfe", b"\xfe\xff") or data[:200].count(0) > 50


def _last_row_end(data: bytes) -> int:
    """Just after the last line end that is not inside a quoted cell; 0 when there is none yet."""
    at = data.rfind(b"\n")
    quotes = data.count(b'"', 0, at + 1)
    while at >= 0 and quotes % 2:
        earlier = data.rfind(b"\n", 0, at)
        quotes -= data.count(b'"', earlier + 1, at + 1)
        at = earlier
    return at + 1


def _header(body: bytes, row: int) -> bytes:
    """The header's lines; more than one where a name holds a line break."""
    lines = body.split(b"\n", row + 20)
    head = lines[row - 1] + b"\n"
    at = row
    while head.count(b'"') % 2 and at < len(lines):
        head += lines[at] + b"\n"
        at += 1
    return head.removeprefix(b"\xef\xbb\xbf")


def _encodings(table: Table) -> set[str]:
    names = {str(c.values["encoding"]).removesuffix(" (BOM)") for c in table.log if c.rule == "encoding"}
    return names - {"ASCII"}
