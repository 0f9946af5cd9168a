"""Sections of an analyst's own: notebooks in the workspace that its owner has named, to be built beside the shipped."""

from __future__ import annotations

import ast
from pathlib import Path

from trygghet.errors import Fault
from trygghet.workspace import FILE, REPORTS, Workspace

FOLDER = "notebooks"
RESERVED = frozenset([*REPORTS, "planera"])
"""Names of the notebooks that come with the package: a section of one's own cannot take their place."""
PARAMETERS = ("workspace", "year", "language")
"""What a build sets; the cell tagged `parameters` declares each as a text, as the shipped notebooks do."""


def path(folder: Path, name: str) -> Path:
    """Where the workspace's own notebook of a name lies."""
    return folder / FOLDER / f"{name}.ipynb"


def of_year(ws: Workspace, year: str) -> list[str]:
    """Names of the own notebooks that are built for a year, in the order of ``workspace.yml``."""
    return [name for name, years in ws.settings.notebooks.items() if year in years]


def faults(ws: Workspace, year: str) -> list[Fault]:
    """What is wrong with the own notebooks of a year, and with names and years that can never be built."""
    return [*naming_faults(ws), *(fault for name in of_year(ws, year) for fault in file_faults(ws, name))]


def naming_faults(ws: Workspace) -> list[Fault]:
    """What is wrong under ``notebooks`` in ``workspace.yml``: a shipped report's name, a year without reports."""
    found = []
    for name, years in ws.settings.notebooks.items():
        if name in RESERVED:
            found.append(Fault(FILE, 0, f"notebooks.{name}", "W40-NOTEBOOK-NAME", {"name": name}))
        unknown = [year for year in years if year not in ws.settings.reports]
        found += [Fault(FILE, 0, f"notebooks.{name}", "W41-NOTEBOOK-YEAR", {"year": year}) for year in unknown]
    return found


def file_faults(ws: Workspace, name: str) -> list[Fault]:
    """What is wrong with the file of an own notebook; nothing of it is run to find out."""
    file, shown = path(ws.folder, name), f"{FOLDER}/{name}.ipynb"
    if not file.is_file():
        return [Fault(shown, 0, "", "T01-NO-FILE")]
    if file.resolve().parent != ws.folder.resolve() / FOLDER:
        return [Fault(shown, 0, "", "W42-NOTEBOOK-ELSEWHERE")]
    source = _parameters(file)
    if source is None:
        return [Fault(shown, 0, "", "W43-NOT-A-NOTEBOOK")]
    missing = [one for one in PARAMETERS if one not in declared(source)]
    return [Fault(shown, 0, "parameters", "W44-NOTEBOOK-PARAMETERS", {"names": ", ".join(missing)})] if missing else []


def _parameters(file: Path) -> str | None:
    """Source of the cell tagged ``parameters``, empty without one; None for a file that is no Python notebook."""
    import nbformat

    try:
        notebook = nbformat.read(file, as_version=4)
        nbformat.validate(notebook)
        kernel = notebook.metadata["kernelspec"]
        language = kernel.get("language") or notebook.metadata["language_info"]["name"]
    except (OSError, ValueError, TypeError, KeyError, AttributeError, nbformat.ValidationError):
        return None
    if not kernel.get("name") or language != "python":
        return None
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    return str(tagged[0].source) if tagged and tagged[0].cell_type == "code" else ""


def declared(source: str) -> set[str]:
    """Names that a cell declares as texts: ``year: str = "2017"``; none when it is not Python."""
    try:
        lines = ast.parse(source).body
    except SyntaxError:
        return set()
    return {
        line.target.id
        for line in lines
        if isinstance(line, ast.AnnAssign)
        and isinstance(line.target, ast.Name)
        and isinstance(line.annotation, ast.Name)
        and line.annotation.id == "str"
        and line.value is not None
    }
