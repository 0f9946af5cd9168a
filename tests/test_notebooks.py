"""The shipped notebooks: no outputs, no logic, and a run from a fresh kernel as JupyterLab makes it."""

import ast
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from trygghet.blocks import MIME

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
FORMS = ("planera",)
LOGIC = (ast.For, ast.While, ast.If, ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.Try, ast.ListComp, ast.DictComp)


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request) -> nbformat.NotebookNode:
    return nbformat.read(request.param, as_version=4)


def code(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_are_notebooks():
    assert [path.stem for path in NOTEBOOKS] == ["atgardsplan", "lagesbild", "lofte", "planera", "utvardering"]


def test_committed_without_outputs(notebook):
    assert [cell.id for cell in code(notebook) if cell.outputs or cell.execution_count] == []


def test_one_parameters_cell_with_types(notebook):
    tagged = [cell for cell in code(notebook) if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    statements = ast.parse(tagged[0].source).body
    assert all(isinstance(statement, ast.AnnAssign) for statement in statements)
    names = [statement.target.id for statement in statements]
    assert names[:3] == ["workspace", "year", "language"] and names[3:] in ([], ["interim"])


def test_cells_hold_calls_and_no_logic(notebook):
    for cell in code(notebook):
        found = [type(node).__name__ for node in ast.walk(ast.parse(cell.source)) if isinstance(node, LOGIC)]
        assert found == [], cell.source


def test_every_step_is_explained(notebook):
    explained = [cell.cell_type == "markdown" for cell in notebook.cells]
    assert explained[0]
    assert sum(explained) >= len(code(notebook)) / 2


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_top_to_bottom_from_a_fresh_kernel_where_it_lies(path):
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}).execute()
    shown = [output for cell in code(notebook) for output in cell.outputs]
    assert [output for output in shown if output.output_type in ("stream", "error")] == []
    if path.stem in FORMS:
        form, keys = shown  # and what leaves the lists their keys
        assert "application/vnd.jupyter.widget-view+json" in form.data and "application/javascript" in keys.data
        return
    assert len([output for output in shown if MIME in output.get("data", {})]) > 10
    assert all("text/html" in output.data for output in shown)
