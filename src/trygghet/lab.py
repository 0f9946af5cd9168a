"""JupyterLab on a workspace: the shipped notebooks copied to a working folder, set to the workspace and year."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat

from trygghet.errors import LANGUAGE
from trygghet.report.plan import NOTEBOOKS
from trygghet.resources import shipped
from trygghet.workspace import Workspace

FOLDER = "lab"
PLANNING = "planera"
"""The notebook that makes no report: a form to try goals in."""


def working_folder(ws: Workspace) -> Path:
    """Where the year's notebooks are worked on, ``<workspace>/lab/<year>``."""
    return ws.folder.resolve() / FOLDER / ws.year


def prepare(ws: Workspace, *, language: str) -> Path:
    """Copy the notebooks of the workspace's reports, and the one for planning goals.

    One that is there already is the analyst's and stays.

    Returns
    -------
    Path of the working folder, ``<workspace>/lab/<year>``.
    """
    folder = working_folder(ws)
    folder.mkdir(parents=True, exist_ok=True)
    reports = [NOTEBOOKS.get(report, report) for report in ws.settings.reports[ws.year]]
    for name in dict.fromkeys([*reports, PLANNING]):
        target = folder / f"{name}.ipynb"
        if not target.exists():
            notebook = nbformat.read(shipped("notebooks", f"{name}.ipynb"), as_version=4)
            _set_parameters(notebook, workspace="../..", year=ws.year, language=language)
            nbformat.write(notebook, target)
    return folder


def _set_parameters(notebook: nbformat.NotebookNode, **values: str) -> None:
    """Write values into the cell tagged `parameters`, keeping its types and comments."""
    cell = next(c for c in notebook.cells if "parameters" in c.metadata.get("tags", []))
    lines = []
    for line in cell.source.splitlines():
        head, _, rest = line.partition("=")
        name = head.split(":")[0].strip()
        comment = "  #" + rest.partition("#")[2] if "#" in rest else ""
        lines.append(f'{head.rstrip()} = "{values[name]}"{comment}' if name in values else line)
    cell.source = "\n".join(lines)


def open_lab(folder: Path, language: str) -> int:
    """Start JupyterLab in the folder, with errors in the language, and wait for it; its exit code.

    The inputs lie above the folder, so JupyterLab's file browser does not show them.
    """
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return subprocess.run(command, check=False, env=os.environ | {LANGUAGE: language}).returncode
