"""The examples copied out by `trygghet init --example`."""

import pytest

from trygghet import cli, examples
from trygghet.errors import InputError
from trygghet.resources import shipped
from trygghet.workspace import Workspace


def test_both_examples_are_offered():
    assert examples.names() == ("gss", "kristinehamn")


def test_a_copy_is_whole_and_holds_nothing_that_work_left(tmp_path):
    folder = examples.copy("kristinehamn", tmp_path / "ovning")
    assert Workspace.open(folder).years == Workspace.open(shipped("data", "kristinehamn")).years
    made = {path.relative_to(folder).parts[0] for path in folder.rglob("*")}
    assert not made & {".trygghet", "lab", "forms"}
    assert (folder / "2017" / "trygghetsenkat.csv").read_bytes() == shipped(
        "data", "kristinehamn", "2017", "trygghetsenkat.csv"
    ).read_bytes()


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
    assert (
        Workspace.open(target).settings.model_copy(update={"language": "sv"})
        == Workspace.open(shipped("data", "kristinehamn")).settings
    )
