"""The examples copied out by `trygghet init --example`."""

import re
from pathlib import Path

import pytest

from trygghet import cli, examples
from trygghet.errors import InputError
from trygghet.workspace import Workspace

from .example_data import TOWN


def test_both_examples_are_offered():
    assert examples.names() == ("gss", "kristinehamn")


def test_a_copy_is_whole_and_holds_nothing_that_work_left(tmp_path):
    folder = examples.copy("kristinehamn", tmp_path / "ovning")
    assert Workspace.open(folder).years == Workspace.open(TOWN).years
    made = {path.relative_to(folder).parts[0] for path in folder.rglob("*")}
    assert not made & {".trygghet", "lab", "forms"}
    assert (folder / "2017" / "trygghetsenkat.csv").read_bytes() == (TOWN / "2017" / "trygghetsenkat.csv").read_bytes()


@pytest.mark.parametrize(
    ("name", "folder", "rule"),
    [("stockholm", "ovning", "W27-NO-EXAMPLE"), ("gss", "Min övning", "W26-FOLDER-NAME"), ("gss", "used", "W20-")],
)
def test_what_cannot_be_copied_is_told_and_nothing_made(tmp_path, name, folder, rule):
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "mine.txt").write_text("kept")
    with pytest.raises(InputError, match=rule):
        examples.copy(name, tmp_path / folder)
    assert [path.name for path in tmp_path.rglob("*")] == ["used", "mine.txt"]


def test_the_command_copies_and_says_what_to_do(tmp_path, capsys):
    target = tmp_path / "ovning"
    with pytest.raises(SystemExit) as stopped:
        cli.main(["init", str(target), "--example", "kristinehamn", "--language", "en"])
    assert not stopped.value.code
    assert f"trygghet check {target}" in capsys.readouterr().err
    assert Workspace.open(target).settings.language == "en"
    assert Workspace.open(target).settings.model_copy(update={"language": "sv"}) == Workspace.open(TOWN).settings


def test_no_other_test_names_the_folder_that_a_build_leaves_its_memory_in():
    outside = r'(?:ROOT|HERE\.parent|parents\[\d\]) / "data\b|shipped\("data", "(?!reference)'
    named = re.compile(outside + r"""|["']data/(?:gss|kristinehamn)["']""")
    tests = {path: path.read_text(encoding="utf-8") for path in Path(__file__).parent.rglob("*.py")}
    assert [path.name for path, text in tests.items() if named.search(text)] == ["example_data.py"]
