"""The corpus of bad inputs: each file with its exact rule, row and column, in time and memory, echoing nobody."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from ruamel.yaml import YAML

from trygghet.errors import InputError
from trygghet.messages import Words
from trygghet.sources import check, read_incidents, read_survey
from trygghet.workspace import Workspace

CORPUS = Path(__file__).parents[1] / "bad_inputs"
CASES = YAML(typ="safe").load((CORPUS / "expected.yml").read_text(encoding="utf-8"))
RAKE = "    weighting: {method: rake, margins: [[area]], population: population}\n    design:"
PERSONAL = re.compile(r"19121212|Mörkt|Buller|HYPERLINK|script|Ring")


def place(folder: Path, name: str) -> None:
    """Put the spoiled file where the good one was, and name it in the workspace."""
    role = Path(CASES[name]["as"])
    (folder / role).unlink()
    target = folder / f"{role.stem}{Path(name).suffix}"
    shutil.copy(CORPUS / name, target)
    settings = folder / "workspace.yml"
    text = settings.read_text(encoding="utf-8")
    if role.name != "workspace.yml":
        text = text.replace(f"file: {role.name}", f"file: {target.name}").replace("    design:", RAKE, 1)
        settings.write_text(text, encoding="utf-8")


def found(folder: Path):
    try:
        return check(Workspace.open(folder))[0]
    except InputError as error:
        return list(error.faults)


def test_every_file_has_an_expectation_and_every_expectation_a_file():
    files = {path.name for path in CORPUS.iterdir() if path.suffix not in (".py",) and path.is_file()}
    assert files - {"expected.yml"} == set(CASES)
    assert sum("faults" in case for case in CASES.values()) >= 40


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "faults" in case])
def test_each_fault(folder, name):
    place(folder, name)
    started = time.perf_counter()
    faults = found(folder)
    assert time.perf_counter() - started < 10
    assert [[fault.row, fault.column, fault.rule] for fault in faults] == CASES[name]["faults"]
    for language in ("sv", "en"):
        text = InputError(faults).text(Words(language))
        assert not PERSONAL.search(text)
        assert "{" not in text


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "reads" in case])
def test_each_file_that_is_read_all_the_same(folder, name):
    place(folder, name)
    expected = CASES[name]["reads"]
    ws = Workspace.open(folder)
    assert found(folder) == []
    read = read_incidents(ws) if CASES[name]["as"] == "handelser.csv" else read_survey(ws)
    assert set(expected.get("log", [])) <= set(read.log["rule"])
    for column, values in expected.get("cells", {}).items():
        assert [None if pd.isna(cell) else cell for cell in read.answers[column]] == values
    for rule, n in expected.get("quality", {}).items():
        assert read.quality[rule] == n


MEMORY = """
import resource, sys
from pathlib import Path
from trygghet.errors import InputError
from trygghet.sources.tables import read_table
for name in sys.argv[1:]:
    try:
        read_table(Path(name))
    except InputError as error:
        print(error.faults[0].rule)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def test_hostile_files_stay_under_500_megabytes():
    names = sorted(str(CORPUS / name) for name in CASES if name.startswith(("t17", "t18")))
    command = [sys.executable, "-c", MEMORY, *names]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    *rules, peak = done.stdout.split()
    assert len(rules) == len(names)
    assert int(peak) < 500
