"""Two files an analyst may lay beside the survey: answers whose themes people marked, and names of places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches

import pandas as pd

from trygghet.clean import key
from trygghet.errors import Fault, InputError
from trygghet.sources.fields import read_fields
from trygghet.sources.table import Table
from trygghet.sources.tables import read_table
from trygghet.workspace import Workspace

HAND_CODED, GAZETTEER = "handkodat.csv", "platser.csv"
SEPARATOR = "|"


def read_hand_coded(ws: Workspace, ids: pd.Series, themes: Sequence[str]) -> pd.DataFrame | None:
    """Answers that people marked, from ``handkodat.csv``: columns year, id and themes (several separated by ``|``).

    Parameters
    ----------
    ids : respondent numbers of the year's answers, by the answers' index.
    themes : the dictionary's themes.

    Returns
    -------
    answers × themes, True where people found the theme; rows of other years are left out. None without the file, or
    without any row of the year.

    Raises
    ------
    InputError : every fault at once: H01 an answer that is not there, H02 a theme the dictionary has not, H03 an
        answer marked twice.
    """
    read = _table(ws, HAND_CODED, "hand_coded", ("year", "id", "themes"), ())
    if read is None:
        return None
    table, columns = read
    years, numbers, marked = (table.texts(columns[name]) for name in ("year", "id", "themes"))
    rows = [at for at, year in enumerate(years) if year == ws.year]
    index = {str(number): at for at, number in ids.items()}
    faults = table.faults(columns["id"], [at for at in rows if numbers[at] not in index], "H01-UNKNOWN-ANSWER")
    coded = pd.DataFrame(False, index=pd.Index([]), columns=list(themes))
    known = {key(theme): theme for theme in themes}
    first: dict[str, int] = {}
    for at in rows:
        if numbers[at] in first:
            again = table.faults(columns["id"], [at], "H03-CODED-TWICE")
            faults += [replace(fault, values={"first": table.rows[first[numbers[at]]]}) for fault in again]
        first.setdefault(numbers[at], at)
        names = [part.strip() for part in marked[at].split(SEPARATOR) if part.strip()]
        for name in (name for name in names if key(name) not in known):
            faults += _with_near(table.faults(columns["themes"], [at], "H02-UNKNOWN-THEME"), name, themes)
        if numbers[at] in index:
            coded.loc[index[numbers[at]]] = [theme in {known.get(key(name)) for name in names} for theme in themes]
    if faults:
        raise InputError(faults)
    return coded.astype(bool) if len(coded) else None


def read_gazetteer(ws: Workspace) -> pd.DataFrame | None:
    """Names of places from ``platser.csv``: columns name, area (id or name of a sub-area) and alias; None without it.

    Raises
    ------
    InputError : every fault at once: H04 a row without a name, H05 a sub-area the workspace has not.
    """
    read = _table(ws, GAZETTEER, "gazetteer", ("name", "area"), ("alias",))
    if read is None:
        return None
    table, columns = read
    texts = {name: table.texts(column) for name, column in columns.items()}
    faults = table.faults(columns["name"], [at for at, text in enumerate(texts["name"]) if not text], "H04-NO-PLACE")
    known = {key(text): area for area, name in ws.area_labels.items() for text in (area, name)}
    for at, text in enumerate(texts["area"]):
        if key(text) not in known:
            found = table.faults(columns["area"], [at], "H05-UNKNOWN-AREA")
            faults += _with_near(found, text, list(ws.area_labels.values()))
    if faults:
        raise InputError(faults)
    frame = pd.DataFrame({"alias": [""] * len(table)} | texts)
    return frame.assign(area=[known[key(text)] for text in texts["area"]])[["name", "area", "alias"]]


def _table(
    ws: Workspace, file: str, kind: str, required: tuple[str, ...], optional: tuple[str, ...]
) -> tuple[Table, dict[str, str]] | None:
    path = ws.folder / file
    if not path.is_file():
        return None
    fields = read_fields(None)
    names = [name for field in required for name in fields.all_names(kind, field)]
    table = read_table(path, root=ws.folder, header_like=names)
    return table, fields.columns(table, kind, required, optional)


def _with_near(faults: list[Fault], value: str, known: Sequence[str]) -> list[Fault]:
    near = get_close_matches(value, list(known), n=1, cutoff=0.4)
    return [replace(fault, values={"value": value, "near": near[0] if near else "–"}) for fault in faults]
