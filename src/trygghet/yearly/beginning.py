"""The new year of a workspace, made beside the old: nothing is overwritten, and ``workspace.yml`` comes last."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, SequenceNode

from trygghet import promises
from trygghet.errors import Fault, InputError
from trygghet.forms import write_forms
from trygghet.messages import Words
from trygghet.report.plan import missing_files
from trygghet.workspace import FILE, Workspace, read_settings
from trygghet.yearly import moved, splice
from trygghet.yearly.reminders import FILE as REMINDERS
from trygghet.yearly.reminders import Reminder, calendar, reminders

ASKED = ("survey", "staff")
STAGED = FILE + ".new"


@dataclass(frozen=True)
class Begun:
    """What a new year came to.

    Attributes
    ----------
    made, there : files within the workspace that were made now, and those that were there and stay as they are.
    kept : files that are there from earlier years and that the new year reads again under the same name.
    missing : files still to be delivered.
    unasked : why a source has no forms.
    """

    year: str
    made: tuple[str, ...]
    there: tuple[str, ...]
    kept: tuple[str, ...]
    missing: tuple[str, ...]
    unasked: tuple[Fault, ...]
    dates: tuple[Reminder, ...]


def begin(folder: Path, *, language: str | None = None) -> Begun:
    """Begin the year after a workspace's last one; a year that was begun and awaits its files is told of instead.

    Parameters
    ----------
    language : of forms and reminders; the workspace's own when omitted.

    Raises
    ------
    InputError : the workspace or its promises cannot be read, or its last year is no year number; nothing is made.
    """
    ws = Workspace.open(folder)
    last, words = ws.years[-1], Words(language or ws.settings.language)
    if not (last.isdigit() and len(last) == 4):
        raise InputError(Fault(FILE, 0, "reports", "W46-NO-YEAR-NUMBER", {"year": last}))
    begun = (ws.folder / last / REMINDERS).is_file() and bool(missing_files(ws, [last]))
    year = last if begun else str(int(last) + 1)
    work, staged = Path(tempfile.mkdtemp(prefix=".next-", dir=ws.folder)), ws.folder / STAGED
    try:
        if not begun:
            text = (ws.folder / FILE).read_text(encoding="utf-8-sig")
            staged.write_text(extended(text, ws, (last, year), words), encoding="utf-8")
        new = Workspace(ws.folder, read_settings(staged) if not begun else ws.settings, year)
        dates = reminders(new, words, evaluated=_due(ws, year))
        unasked = _write(new, work, words, dates)
        made, there = _placed(work, ws.folder)
        if begun:
            there.append(FILE)
        else:
            os.replace(staged, ws.folder / FILE)
            made.append(FILE)
    finally:
        shutil.rmtree(work, ignore_errors=True)
        with suppress(FileNotFoundError):
            staged.unlink()
    missing = tuple(fault.file for fault in missing_files(new, [year]))
    return Begun(year, tuple(made), tuple(there), tuple(_kept(new)), missing, tuple(unasked), tuple(dates))


def extended(text: str, ws: Workspace, years: tuple[str, str], words: Words) -> str:
    """``workspace.yml`` with the new year: each delivery moved a year and marked as a guess, the reports that can be
    made, and the sections of one's own. Everything else stays as it was, to the letter."""
    root, data = splice.composed(text), YAML(typ="safe").load(text)
    last, year = years
    put: list[splice.Insertion] = []
    for name, source in data["sources"].items():
        waves = {str(key): value for key, value in source["waves"].items()}
        node = splice.child(root, "sources", name, "waves")
        if last in waves and year not in waves and isinstance(node, MappingNode):
            value = moved.wave(source["kind"], waves[last], _before(waves, last), years)
            put += splice.entry(text, node, year, value, words("cli.next.guess", year=last))
    evaluated = _due(ws, year)
    node = splice.child(root, "reports")
    assert isinstance(node, MappingNode)
    put += splice.entry(text, node, year, ["lagesbild", *(["utvardering"] if evaluated else [])])
    node = splice.child(root, "promises", "waves")
    if evaluated and isinstance(node, MappingNode) and node.value and year not in [key.value for key, _ in node.value]:
        put += splice.entry(text, node, year, last)
    for name, named in ws.settings.notebooks.items():
        node = splice.child(root, "notebooks", name)
        if last in named and isinstance(node, SequenceNode):
            put.append(splice.item(text, node, year))
    return splice.spliced(text, put)


def _before(waves: Mapping[str, Any], last: str) -> Any:
    """The delivery before the last; None when that was the first."""
    earlier = sorted(key for key in waves if key < last)
    return waves[earlier[-1]] if earlier else None


def _due(ws: Workspace, year: str) -> bool:
    """Whether goals are to be evaluated that year."""
    return bool(ws.settings.promises) and bool(promises.load(ws).goals_due(year))


def _write(new: Workspace, work: Path, words: Words, dates: list[Reminder]) -> list[Fault]:
    """Forms and calendar, laid as they are to lie in the workspace; why a source has no forms."""
    faults: list[Fault] = []
    (work / new.year).mkdir()
    (work / new.year / REMINDERS).write_bytes(calendar(new, dates))
    for wave in new.source_waves():
        if wave.source.kind in ASKED:
            try:
                write_forms(new, wave.name, work / "forms" / new.year, language=words.language)
            except InputError as error:
                faults += error.faults
    return faults


def _placed(work: Path, folder: Path) -> tuple[list[str], list[str]]:
    """Move what was made into the workspace, each file whole; what is there already stays."""
    made, there = [], []
    for path in sorted(path for path in work.rglob("*") if path.is_file()):
        name = path.relative_to(work).as_posix()
        if (folder / name).exists():
            there.append(name)
            continue
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, folder / name)
        made.append(name)
    return made, there


def _kept(new: Workspace) -> Iterator[str]:
    """Files that the new year names and an earlier year named too."""
    for wave in new.source_waves():
        earlier = [one.file for year, one in wave.source.waves.items() if year < new.year]
        if wave.wave.file in earlier and wave.path.exists():
            yield wave.wave.file
