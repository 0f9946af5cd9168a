"""Workspaces to write questionnaires for: the example town, and one that `trygghet init` just made."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest

from trygghet.starting import start
from trygghet.workspace import Workspace

from ..example_data import TOWN

INVITED = "delomrade;kon;aldersgrupp;antal\n" + "".join(
    f"{area};{sex};{band};40\n"
    for area in ("centrum", "ostra_skogen")
    for sex in ("1", "2")
    for band in ("16-24", "25-44", "45-64", "65-85")
)


@pytest.fixture
def new(tmp_path) -> Workspace:
    """A new municipality; the list of those invited lies in place, since it is no answer."""
    start(tmp_path / "granstad", name="Granstad", code="0180", year="2027", areas=["Centrum", "Östra skogen"])
    (tmp_path / "granstad" / "2027" / "urval.csv").write_text(INVITED, encoding="utf-8")
    return Workspace.open(tmp_path / "granstad")


@pytest.fixture
def town(tmp_path) -> Workspace:
    return Workspace.open(shutil.copytree(TOWN, tmp_path / "kristinehamn"))


@pytest.fixture(params=["new", "town"])
def ws(request) -> Workspace:
    """Either of the two."""
    return request.getfixturevalue(request.param)


def rows_of(path: Path, sheet: str) -> list[dict[str, str]]:
    """A sheet of an XLSForm as rows by column name."""
    rows = list(openpyxl.load_workbook(path)[sheet].values)
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.fixture(name="rows_of")
def _rows_of():
    return rows_of


@pytest.fixture
def fill():
    """Type answers into an answer sheet under its columns' names, and save it elsewhere."""

    def typed(path: Path, rows: list[dict], target: Path) -> None:
        book = openpyxl.load_workbook(path)
        sheet = book.worksheets[0]
        headings = [cell.value for cell in sheet[4]]
        for at, row in enumerate(rows, start=5):
            for name, value in row.items():
                sheet.cell(at, headings.index(name) + 1, value)
        book.save(target)

    return typed
