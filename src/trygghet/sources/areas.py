"""Sub-areas out of what files hold instead: ids, names, DeSO or RegSO codes, postcodes."""

from __future__ import annotations

import re

from trygghet.clean import Levels, key
from trygghet.errors import Fault, InputError
from trygghet.sources.codebook import Variable
from trygghet.sources.tables import read_table
from trygghet.workspace import SourceWave, Workspace

# fifth position of a DeSO code: A mainly outside towns, B in towns other than the main one, C in the main town
SETTLEMENTS = {"A": "countryside", "B": "other_town", "C": "main_town"}
_DESO = re.compile(r"\d{4}([ABC])\d{4}")


def area_values(ws: Workspace, wave: SourceWave, variable: Variable) -> dict[str, str]:
    """Raw area to sub-area id: the codebook's list, its crosswalk file, or the workspace's ids and names.

    Raises
    ------
    InputError : every fault of the crosswalk file at once.
    """
    if variable.crosswalk:
        return read_crosswalk(ws, wave, variable.crosswalk)
    if variable.values:
        return variable.values
    return {raw: area for area, label in ws.area_labels.items() for raw in (area, label)}


def read_crosswalk(ws: Workspace, wave: SourceWave, file: str) -> dict[str, str]:
    """Read a crosswalk: the first column holds codes, the second the sub-area's id or name.

    Codes are text; a postcode may be written with or without its space. A third column may name the
    version of the division (``2018``, ``2025``); one file holds one version only.

    Raises
    ------
    InputError : S07 a sub-area the workspace does not have, S23 a code carried to two of them, S24 two versions.
    """
    table = read_table(wave.beside(file), root=ws.folder)
    if len(table.columns) < 2:
        raise InputError(Fault(table.file, table.header_row, "", "T05-ONE-COLUMN"))
    code_column, area_column = table.columns[:2]
    known = {key(raw): area for area, label in ws.area_labels.items() for raw in (area, label)}
    found: dict[str, str] = {}
    faults: list[Fault] = []
    for at, (code, name) in enumerate(zip(table.texts(code_column), table.texts(area_column), strict=True)):
        area = known.get(key(name))
        if area is None:
            faults += table.faults(area_column, [at], "S07-UNKNOWN-AREA", value="…", variable="area")
        elif found.setdefault(code, area) != area:
            faults += table.faults(code_column, [at], "S23-CODE-IN-TWO-AREAS", code=code)
    if len(table.columns) > 2 and len(set(table.texts(table.columns[2]))) > 1:
        versions = ", ".join(sorted(set(table.texts(table.columns[2]))))
        faults.append(Fault(table.file, 0, table.columns[2], "S24-TWO-VERSIONS", {"versions": versions}))
    if faults:
        raise InputError(faults)
    spaced = {f"{code[:3]} {code[3:]}": area for code, area in found.items() if code.isdigit() and len(code) == 5}
    return {**spaced, **found}


def settlement_letters(levels: Levels) -> Levels:
    """DeSO codes as their fifth position; other texts stay as they are and are reported as unknown."""
    matches = [(_DESO.fullmatch(text), text) for text in levels.values]
    return Levels(levels.codes, tuple(match[1] if match else text for match, text in matches))
