"""What an analyst changed in a notebook: cells by their source, parameters apart."""

from copy import deepcopy

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from trygghet import cli, lab
from trygghet.errors import InputError
from trygghet.notebook_diff import base_of, compare, difference
from trygghet.resources import shipped
from trygghet.workspace import Workspace

from .example_data import TOWN


@pytest.fixture
def book():
    return nbformat.read(shipped("notebooks", "lagesbild.ipynb"), as_version=4)


def test_outputs_numbers_and_empty_cells_are_no_difference(book):
    run = deepcopy(book)
    for number, cell in enumerate(cell for cell in run.cells if cell.cell_type == "code"):
        cell.execution_count, cell.outputs = number, [new_output("stream", text="x")]
    run.cells.append(new_code_cell("  \n"))
    assert difference(book, run) == difference(book, book) == difference(run, book)
    assert not difference(book, run).cells and not difference(book, run).parameters


def test_an_added_a_removed_and_a_changed_cell_are_told_by_number(book):
    own = deepcopy(book)
    assert own.cells[3].source.startswith("import trygghet")
    own.cells[3].source += "\npicture.headline"
    gone = own.cells.pop(5)
    own.cells.insert(2, new_markdown_cell("Mina egna ord."))
    found = {change.kind: change for change in difference(book, own).cells}
    assert (found["added"].before, found["added"].after, found["added"].lines) == (0, 3, ("+Mina egna ord.",))
    assert (found["changed"].before, found["changed"].after) == (4, 5)
    assert [line for line in found["changed"].lines if line[0] in "+-"] == ["+picture.headline"]
    assert (found["removed"].before, found["removed"].after) == (6, 0)
    assert found["removed"].lines == tuple(f"-{line}" for line in gone.source.rstrip().splitlines())
    assert len(difference(book, own).cells) == 3
    assert {change.kind for change in difference(own, book).cells} == {"added", "removed", "changed"}


def test_values_of_parameters_stand_apart_and_a_new_parameter_is_a_changed_cell(book):
    own = deepcopy(book)
    cell = next(cell for cell in own.cells if "parameters" in cell.metadata.get("tags", []))
    cell.source = cell.source.replace('"2017"', '"2016"')
    found = difference(book, own)
    assert (found.cells, found.parameters) == ((), (("year", "'2017'", "'2016'"),))
    cell.source += '\nextra: str = "a"'
    assert [change.kind for change in difference(book, own).cells] == ["changed"]


def test_what_lab_makes_differs_in_parameters_only_and_a_copy_knows_its_origin(tmp_path):
    ws = Workspace(tmp_path, Workspace.open(TOWN).settings, "2016")
    folder = lab.prepare(ws, language="sv")
    files = sorted(folder.glob("*.ipynb"))
    assert files
    assert not any(compare(file, base_of(file)).cells for file in files)
    assert base_of(folder / "lagesbild-Copy1.ipynb").stem == "lagesbild"
    with pytest.raises(InputError, match="W45"):
        base_of(folder / "natten.ipynb")
    assert base_of(folder / "natten.ipynb", "lofte").stem == "lofte"


def test_the_command_ends_with_one_when_a_cell_differs(tmp_path, capsys):
    town = tmp_path / "granstad"
    town.mkdir()
    town.joinpath("workspace.yml").write_text(
        'name: G\ncode: "0180"\nareas: [{id: a, name: A}]\nheadline: unsafe_night\nsources: {}\n'
        'reports: {"2017": [lagesbild]}\n',
        encoding="utf-8",
    )

    def run() -> tuple[int, str]:
        with pytest.raises(SystemExit) as stopped:
            cli.main(["diff", str(town)])
        return stopped.value.code or 0, capsys.readouterr().out

    assert run()[0] == 2
    file = lab.prepare(Workspace.open(town), language="sv") / "lagesbild.ipynb"
    code, said = run()
    assert (code, "bara parametrar" in said) == (0, True)
    own = nbformat.read(file, as_version=4)
    own.cells.append(new_code_cell("1 + 1"))
    nbformat.write(own, file)
    code, said = run()
    assert (code, "+1 + 1" in said, "\x1b" in said) == (1, True, False)
