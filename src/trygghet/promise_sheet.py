"""The registry of promises as a workbook: one sheet each for promises, goals and activities.

The same content as ``loften.yml``, for those who prefer a spreadsheet: a row an entry, a column a key. Headings are
the words of either language or the keys themselves (``baseline.year``); lists are written with semicolons, a
population as ``area=centrum; sex=woman``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from trygghet.errors import Fault, InputError
from trygghet.lock import SECTIONS
from trygghet.messages import LANGUAGES, Words
from trygghet.promise_model import Activity, Goal, Promise
from trygghet.sources.spreadsheets import cell_text, read_sheet, sheet_names

LISTS = frozenset({"signatories", "comparison"})
PAIRS = frozenset({"where"})
AS_TEXT = frozenset(
    {"id", "promise", "goal", "problem", "indicator", "source", "follow_up", "baseline.year", "when", "where"}
)
TEXTS = frozenset({
    "title", "text", "communication", "who", "what", "where", "when", "unit", "resources", "cause", "evidence", "emmie",
})  # fmt: skip
CHOICES = frozenset({"target.kind", "direction", "status", "term", "baseline.picked"})


class _Marks(NamedTuple):
    """Rows of a section's entries, counted from 0, in the shape that YAML's own marks have."""

    rows: tuple[int, ...]

    def item(self, position: int) -> tuple[int, int]:
        return self.rows[position], 0

    def key(self, _name: str) -> tuple[int, int]:
        return self.rows[0], 0


class _Entry(dict[str, Any]):
    lc: _Marks


class _Section(list[_Entry]):
    lc: _Marks


def read_registry_workbook(path: Path) -> dict[str, Any]:
    """The workbook's content in the shape of ``loften.yml``, with its rows kept for messages.

    Raises
    ------
    InputError : L43 no sheet for promises or goals; L44 a heading that means nothing; L45 a heading twice; or
        what is wrong with the workbook itself.
    """
    names = {_plain(name): name for name in sheet_names(path, path.name)}
    content = _Entry()
    content.lc = _Marks((0,))
    faults: list[Fault] = []
    for section in SECTIONS:
        sheet = next((names[word] for word in _sheet_words(section) if word in names), None)
        if sheet is not None:
            content[section], wrong = _section(path, sheet, section)
            faults += wrong
        elif section != "activities":
            expected = Words("sv")(f"promises.sheets.{section}")
            faults.append(Fault(path.name, 0, section, "L43-NO-SHEET", {"sheet": expected}))
    if faults:
        raise InputError(faults)
    return content


class Content(Protocol):
    """Anything that holds the three sections, a `Registry` or a `RegistryFile`."""

    @property
    def promises(self) -> Sequence[Promise]: ...
    @property
    def goals(self) -> Sequence[Goal]: ...
    @property
    def activities(self) -> Sequence[Activity]: ...


def write_registry_workbook(content: Content, path: Path, words: Words) -> None:
    """A registry as a workbook, headings in the language of `words`; text never becomes a formula."""
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for section in SECTIONS:
        items = [item.model_dump(by_alias=True, exclude_defaults=True) for item in getattr(content, section)]
        rows = [_flat(item, section) for item in items]
        keys = list(dict.fromkeys(key for row in rows for key in row))
        sheet = book.create_sheet(words(f"promises.sheets.{section}"))
        for column, key in enumerate(keys, start=1):
            head = sheet.cell(1, column, _heading(key, words))
            head.font, head.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
            for row, values in enumerate(rows, start=2):
                cell = sheet.cell(row, column, values.get(key))
                if isinstance(cell.value, str):
                    cell.data_type = "s"
        sheet.freeze_panes = "A2"
    book.save(path)


def _section(path: Path, sheet: str, section: str) -> tuple[_Section, list[Fault]]:
    found = read_sheet(path, path.name, sheet=sheet)
    faults: list[Fault] = []
    head = next((i for i, row in enumerate(found.rows) if sum(map(bool, map(cell_text, row))) > 1), 0)
    columns: dict[int, str] = {}
    for i, cell in enumerate(found.rows[head] if found.rows else []):
        text = cell_text(cell)
        key = _known_headings().get(_plain(text)) if text else None
        row = found.first_row + head
        if text and key is None:
            faults.append(Fault(path.name, row, text, "L44-UNKNOWN-HEADING", {"sheet": sheet}))
        elif key is not None and key in columns.values():
            faults.append(Fault(path.name, row, text, "L45-HEADING-TWICE", {"sheet": sheet}))
        elif key is not None:
            columns[i] = key
    entries, rows = _Section(), []
    for i, row_cells in enumerate(found.rows[head + 1 :], start=head + 1):
        if any(cell_text(cell) for cell in row_cells):
            entry = _entry(row_cells, columns, section)
            rows.append(found.first_row + i - 1)
            entry.lc = _Marks((rows[-1],))
            entries.append(entry)
    entries.lc = _Marks(tuple(rows))
    return entries, faults


def _entry(cells: list[Any], columns: Mapping[int, str], section: str) -> _Entry:
    entry = _Entry()
    for i, key in columns.items():
        cell = cells[i] if i < len(cells) else None
        if not cell_text(cell):
            continue
        *parents, last = key.split(".")
        node: dict[str, Any] = entry
        for parent in parents:
            node = node.setdefault(parent, {})
        node[last] = _value(cell, key, section)
    return entry


def _value(cell: Any, key: str, section: str) -> Any:
    text = cell_text(cell).strip()
    if key in LISTS:
        return [part.strip() for part in text.split(";") if part.strip()]
    if key in PAIRS and section == "goals":
        return dict(_pair(part) for part in text.split(";") if part.strip())
    if key in CHOICES:
        return _known_choices().get((key, _plain(text)), text)
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    as_text = key in AS_TEXT or key.partition(".")[0] in TEXTS
    return text if as_text or isinstance(cell, str) else cell


def _pair(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    values = [part.strip() for part in value.split("|")]
    return name.strip(), values[0] if len(values) == 1 else values


def _flat(item: Mapping[str, Any], section: str) -> dict[str, Any]:
    """An entry's cells by dotted key."""
    row: dict[str, Any] = {}
    for key, value in item.items():
        if key in PAIRS and section == "goals":
            row[key] = "; ".join(
                f"{name}={'|'.join(v) if isinstance(v, (list, tuple)) else v}" for name, v in value.items()
            )
        elif isinstance(value, Mapping):
            row |= {f"{key}.{name}": inner for name, inner in _flat(value, "").items()}
        elif isinstance(value, (list, tuple)):
            row[key] = "; ".join(str(part) for part in value)
        else:
            row[key] = value
    return row


def _heading(key: str, words: Words) -> str:
    head, _, last = key.rpartition(".")
    if last in LANGUAGES:
        return f"{words('promises.columns.' + head)} ({last})"
    return words("promises.columns." + key)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _sheet_words(section: str) -> list[str]:
    return [section, *(_plain(Words(language)(f"promises.sheets.{section}")) for language in LANGUAGES)]


@cache
def _known_headings() -> dict[str, str]:
    """Heading, in either language or as the key itself, to key."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        for key, heading in _leaves(Words(language).raw("promises.columns")):
            found[_plain(heading)] = found[key] = key
            for inner in LANGUAGES:
                found[_plain(f"{heading} ({inner})")] = found[f"{key}.{inner}"] = f"{key}.{inner}"
    return found


@cache
def _known_choices() -> dict[tuple[str, str], str]:
    """Column and a word of either language to the value it stands for."""
    found: dict[tuple[str, str], str] = {}
    for language in LANGUAGES:
        for key, word in _leaves(Words(language).raw("promises.choices")):
            column, _, value = key.rpartition(".")
            found[column, _plain(word)] = value
    return found


def _leaves(node: Mapping[str, Any], head: str = "") -> Iterator[tuple[str, str]]:
    for name, value in node.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{head}{name}.")
        else:
            yield f"{head}{name}", str(value)
