"""What a notebook may see and do: its environment, parameters, failure and death; real kernels, tiny notebooks."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from trygghet.errors import InputError
from trygghet.report import failed, making, plan, run, store, warm
from trygghet.workspace import Workspace

PARAMETERS = 'workspace: str = ""\nyear: str = ""\nlanguage: str = "sv"\n'
CANARY = "kanariefågel-8f3a"


@dataclass(frozen=True)
class Own(plan.Job):
    """A job with a notebook of the test's own, in place of the shipped one."""

    own: Path = field(default=Path())

    @property
    def notebook(self) -> Path:
        return self.own


@pytest.fixture
def make(tmp_path):
    def making(*cells: str, folder: str = "granstad") -> Own:
        ws = tmp_path / folder
        ws.mkdir(parents=True, exist_ok=True)
        cell = new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
        path = tmp_path / "own.ipynb"
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        nbformat.write(new_notebook(cells=[cell, *map(new_code_cell, cells)], metadata=kernel), path)
        return Own(ws, "granstad", "2017", "lagesbild", "sv", path)

    return making


def said(notebook) -> str:
    return "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", ()))


@pytest.mark.slow
def test_a_kernel_sees_its_parameters_as_text_and_no_secret_of_the_environment(make, tmp_path, monkeypatch):
    monkeypatch.setenv("GRANSTAD_PASSWORD", CANARY)
    monkeypatch.setenv("JUPYTER_TOKEN", CANARY)
    evil = 'a"""; import os; os.environ["X"]="1" #{year}'
    job = make(
        "import os, json, sys\nprint(json.dumps([workspace, year, dict(os.environ), os.environ.get('X')]))", folder=evil
    )
    result = said(making.execute(job, tmp_path / "staging"))
    workspace, year, seen, hit = json.loads(result)
    assert (workspace, year, hit) == (str(tmp_path / evil), "2017", None)
    assert CANARY not in result
    assert "PATH" in seen
    assert {name for name in seen if name.upper() not in warm.PASSED_ON} <= ADDED
    assert not failed.place(job).exists()


# set by Jupyter for its own kernel, or by the kernel itself
ADDED = {
    "TRYGGHET_DATA_ONLY", "TRYGGHET_LANGUAGE", "TRYGGHET_REGISTER_COPY",
    "JPY_PARENT_PID", "JPY_SESSION_NAME", "PYDEVD_USE_FRAME_EVAL", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR",
    "GIT_PAGER", "PAGER", "TERM", "KERNEL_ID", "PYTHONFROZENMODULES", "LINES", "COLUMNS", "__CF_USER_TEXT_ENCODING",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        (f"rows = '{CANARY}'\nprint(rows)\nassert rows == '', rows", ", cell 3: AssertionError, en kontroll i "),
        (f"print('{CANARY}')\nraise MemoryError('{CANARY}')", ", cell 3: MemoryError, datorns minne räckte inte. "),
        (
            f"print('{CANARY}', flush=True)\nimport os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            ": DeadKernelError, ",
        ),
    ],
    ids=["fails", "memory", "dies"],
)
def test_a_notebook_that_fails_is_kept_in_private_and_named_without_its_values(make, tmp_path, cell, kind):
    out = tmp_path / "reports"
    job = make("print('fine')", cell)
    (job.workspace / "workspace.yml").write_text("name: x\n", encoding="utf-8")
    with store.holding(out) as staging:
        (outcome,) = run.build([job], out, staging)
    kept = failed.place(job)
    assert outcome.error.startswith(f"granstad/2017/lagesbild: own.ipynb{kind}")
    assert f'jupyter lab "{kept}"' in outcome.error
    assert str(kept) in outcome.error
    assert CANARY not in outcome.error
    assert "\n" not in outcome.error
    assert kept.is_file()
    assert "fine" in kept.read_text("utf-8")
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert list(out.rglob("*")) == []


@pytest.mark.slow
def test_a_failure_is_told_in_the_language_of_the_report(make, tmp_path):
    """Our own errors in their sentence, others by their kind; the kept notebook says where it stopped."""
    for cell, told in (
        ("import trygghet.errors as e\nraise e.WeightError.said('weights_zero', name='w')", "weights 'w' sum to zero"),
        ("{}['a']", "own.ipynb, cell 2: KeyError, something that was looked up by its name is not there"),
        ("class OddError(Exception): ...\nraise OddError(1)", "own.ipynb, cell 2: OddError, an error that the program"),
    ):
        job = replace(make(cell), language="en")
        with pytest.raises(making.ReportError) as caught:
            making.execute(job, tmp_path / "staging")
        assert str(caught.value).startswith(f"granstad/2017/lagesbild: {told}")
        assert "Open it with jupyter lab" in str(caught.value)
        cells = nbformat.read(failed.place(job), as_version=4).cells
        marks = [cell.source for cell in cells if failed.MARK in cell.metadata.get("tags", ())]
        assert "(#papermill-error-cell)" in marks[0] and 'id="papermill-error-cell"' in marks[1]
        assert all("notebook stopped" in mark for mark in marks)


@pytest.mark.parametrize("name", ["x=1;import os", "unknown", "year "])
def test_a_parameter_that_is_not_declared_is_refused(make, monkeypatch, name):
    job = make()
    monkeypatch.setattr(Own, "parameters", {"workspace": "w", "year": "2017", name: "1"})
    with pytest.raises(making.ReportError):
        making.execute(job, job.workspace)


def test_a_kernel_runs_only_what_is_shipped():
    for report in ("lagesbild", "halvar", "utvardering", "lofte", "atgardsplan"):
        path = plan.Job(Path("/tmp/x"), "x", "2017", report, "sv").notebook
        assert path.parent == Path(run.__file__).parents[3] / "notebooks"


SETTINGS = "name: G\ncode: '9999'\nareas: [{id: a, name: A}]\nheadline: unsafe_night\nsources: {}\n"


@pytest.mark.parametrize(
    "spoiled",
    [
        "reports: {'../../evil': [lagesbild]}",
        "reports: {'2017/..': [lagesbild]}",
        "reports: {'{year}': [lagesbild]}",
        "reports: {'2017': ['../evil']}",
        "reports: {'2017': [lagesbild, '{report}']}",
        "reports: !!python/object/apply:os.system ['touch PWNED']",
        "reports: {'2017': [lagesbild]}\nnotes: !!python/object/apply:subprocess.check_call [[touch, PWNED]]",
        "reports: {'2017': [lagesbild]}\nimport os: 1",
    ],
)
def test_names_in_a_workspace_become_neither_paths_nor_code(tmp_path, monkeypatch, spoiled):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "workspace.yml").write_text(SETTINGS + spoiled + "\n", encoding="utf-8")
    with pytest.raises(InputError):
        Workspace.open(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["workspace.yml"]


@pytest.mark.parametrize("name", ["con", "nul", "aux", "com1", "lpt9", "Å", "a b", "a.b", "senaste{}", "a" * 61])
def test_a_workspace_by_a_name_that_is_no_folder_is_refused(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    (folder / "workspace.yml").write_text(f"{SETTINGS}reports: {{'2017': [lagesbild]}}\n", encoding="utf-8")
    with pytest.raises(InputError):
        plan.jobs([folder])
    with pytest.raises(InputError):
        plan.jobs([folder / ".." / name])


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of unix")
def test_a_build_that_is_killed_leaves_a_lock_that_the_next_takes_over(tmp_path):
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom trygghet.report import store\n"
        "with store.holding(Path(sys.argv[1])) as s:\n"
        "    (s / 'half').write_text('x')\n    print('held', flush=True)\n    time.sleep(60)"
    )
    first = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert first.stdout.readline().strip() == "held"
    with pytest.raises(store.BusyError, match=f"{first.pid} {socket.gethostname()}"), store.holding(tmp_path):
        pass
    assert list(tmp_path.glob(".staging-*/half"))  # the one that was turned away touched nothing
    first.send_signal(signal.SIGKILL)
    first.wait()
    with store.holding(tmp_path) as staging:
        assert [path.name for path in tmp_path.glob(".staging-*")] == [staging.name]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="fork is of unix")
def test_of_many_that_start_at_once_exactly_one_holds_the_folder(tmp_path):
    (tmp_path / store.LOCK).write_text("999999999 " + socket.gethostname())  # left by a dead one: all see it at once
    begin = time.time() + 0.3
    children = []
    for _ in range(6):
        child = os.fork()
        if child == 0:
            time.sleep(max(0, begin - time.time()))
            try:
                with store.holding(tmp_path):
                    time.sleep(3)
            except store.BusyError:
                os._exit(75)
            os._exit(0)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert sorted(codes) == [0, 75, 75, 75, 75, 75]
