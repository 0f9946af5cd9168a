"""The commands as a person types them: exit codes, one line a fault, help in both languages."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from trygghet import cli
from trygghet.report import store

from .example_data import TOWN


def run(capsys, *arguments: object) -> tuple[int, str]:
    with pytest.raises(SystemExit) as stopped:
        cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return int(stopped.value.code or 0), captured.out + captured.err


@pytest.fixture
def town(tmp_path):
    return Path(shutil.copytree(TOWN, tmp_path / "kristinehamn"))


def edit(path: Path, before: str, after: str, encoding: str) -> None:
    text = path.read_bytes().decode(encoding)
    assert before in text
    path.write_bytes(text.replace(before, after, 1).encode(encoding))


def test_check_of_a_good_workspace(capsys, town):
    code, said = run(capsys, "check", town)
    assert code == 0
    assert "2016" in said
    assert "Inga fel." in said


def test_check_names_file_row_column_and_rule_and_exits_2(capsys, town):
    path = town / "2016" / "trygghetsenkat.csv"
    lines = path.read_bytes().decode("cp1252").split("\r\n")
    column = lines[0].split(";").index("f1")
    cells = lines[4].split(";")
    cells[column] = "77"
    lines[4] = ";".join(cells)
    path.write_bytes("\r\n".join(lines).encode("cp1252"))
    code, said = run(capsys, "check", town, "--year", "2016")
    assert code == 2
    fault = next(line for line in said.splitlines() if line.startswith("2016/trygghetsenkat.csv"))
    file, row, name, rest = fault.split(":", 3)
    assert (file, row, name) == ("2016/trygghetsenkat.csv", "5", "f1")
    assert rest.strip().startswith("S")


def test_a_folder_whose_name_makes_no_address_is_told_by_check_and_build_alike(capsys, town):
    named = Path(shutil.copytree(town, town.with_name("Min kommun")))
    for command in ("check", "build"):
        code, said = run(capsys, command, named)
        assert code == 2 and "Min kommun:-:-: W26-FOLDER-NAME" in said and "min_kommun" in said


def test_check_speaks_the_language_asked_for_and_else_the_workspaces(capsys, town):
    asked = run(capsys, "check", town, "--year", "2017", "--language", "en")[1]
    assert "Safety survey: 444 answers of 760 invited (58%)" in asked and "No faults." in asked
    assert not {"svar", "Inga", "anmälningar", "rader", "Trygghetsenkäten"} & set(re.findall(r"\w+", asked))
    edit(town / "workspace.yml", "language: sv", "language: en", "utf-8")
    assert run(capsys, "check", town, "--year", "2017")[1] == asked
    assert "Inga fel." in run(capsys, "check", town, "--year", "2017", "--language", "sv")[1]


def test_check_does_not_echo_a_personal_value(capsys, town):
    path = town / "2017" / "trygghetsenkat.csv"
    lines = path.read_bytes().decode("utf-8-sig").split("\r\n")
    cells = lines[3].split(";")
    cells[lines[0].split(";").index("fodelsear")] = "811218-9876"
    lines[3] = ";".join(cells)
    path.write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    code, said = run(capsys, "check", town, "--year", "2017")
    assert code == 2
    assert "2017/trygghetsenkat.csv:4:fodelsear" in said
    assert "811218" not in said


def test_faults_come_in_english_too(capsys, town):
    (town / "workspace.yml").write_text((town / "workspace.yml").read_text("utf-8") + "extra: 1\n", "utf-8")
    assert "okänt namn" in run(capsys, "check", town)[1]
    assert "unknown key" in run(capsys, "check", town, "--language", "en")[1]


@pytest.mark.parametrize("command", ["build", "check", "form", "init", "lab"])
def test_every_command_has_help_in_both_languages(capsys, command):
    swedish = run(capsys, command, "--help")[1]
    english = run(capsys, command, "--language", "en", "--help")[1]
    assert "Språk för meddelanden" in swedish
    assert "Language of messages" in english


def test_the_package_can_be_run_as_a_module(tmp_path):
    said = subprocess.run(
        [sys.executable, "-m", "trygghet", "check", tmp_path], capture_output=True, text=True, check=False
    )
    assert said.returncode == 2 and "workspace.yml" in said.stdout + said.stderr


def test_wrong_usage_exits_2(capsys, tmp_path):
    assert run(capsys, "build", tmp_path / "nowhere")[0] == 2
    assert run(capsys, "build", TOWN, "--year", "1999")[0] == 2
    assert run(capsys, "check")[0] == 2
    assert run(capsys, "init", tmp_path / "x")[0] == 2
    assert not (tmp_path / "x").exists()


def test_a_build_in_a_held_folder_exits_75_and_names_the_holder(capsys, tmp_path):
    import os

    with store.holding(tmp_path):
        code, said = run(capsys, "build", TOWN, "--year", "2016", "--out", tmp_path)
    assert code == 75
    assert str(os.getpid()) in said


def test_lab_prepares_notebooks_set_to_the_workspace(capsys, town):
    import nbformat

    code, said = run(capsys, "lab", town, "--year", "2016", "--dry-run")
    assert code == 0
    folder = town / "lab" / "2016"
    assert str(folder) in said
    notebook = nbformat.read(folder / "lagesbild.ipynb", as_version=4)
    cell = next(c for c in notebook.cells if "parameters" in c.metadata.get("tags", []))
    values: dict[str, object] = {}
    exec(cell.source, values)
    assert (values["workspace"], values["year"], values["language"]) == ("../..", "2016", "sv")
    (folder / "lagesbild.ipynb").write_text("mine")
    run(capsys, "lab", town, "--year", "2016", "--dry-run")
    assert (folder / "lagesbild.ipynb").read_text() == "mine"


USAGE = [
    (["bygg"], "Kommandot bygg finns inte."),
    (["chek", "x"], "menas check?"),
    (["build"], "WS saknas och måste anges."),
    (["build", "x", "--foo"], "Tillägget --foo finns inte"),
    (["build", "x", "--workers", "många"], "Värdet för --workers går inte att använda."),
    (["build", "x", "--year"], "--year måste följas av ett värde."),
    (["build", "x", "--force=ja"], "--force ska stå utan värde."),
    (["check", "a", "b"], "För mycket är skrivet: b"),
    (["check", "x", "--language", "de"], "Språket de finns inte; välj sv eller en."),
]


@pytest.mark.parametrize(
    ("typed", "expected"), USAGE, ids=lambda part: " ".join(part) if isinstance(part, list) else ""
)
def test_a_command_written_wrong_is_told_in_swedish(capsys, typed, expected):
    code, said = run(capsys, *typed)
    assert code == 2 and expected in said and "Error" not in said and "Usage" not in said


@pytest.mark.parametrize("command", [None, *cli.COMMANDS])
def test_no_english_is_left_in_swedish_help(capsys, command):
    said = run(capsys, *([command] if command else []), "--help")[1]
    english = (
        "Usage",
        "Arguments",
        "Options",
        "Commands",
        "required",
        "default",
        "Show this",
        "<str>",
        "<path>",
        "<int",
        "list[",
    )
    assert [word for word in english if word in said] == [] and max(map(len, said.splitlines())) <= 100
