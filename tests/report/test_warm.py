"""Kernels that start with their imports done: fresh in all but imports, the same pages, and ordinary ones without."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from trygghet.report import kernel, making, plan, run, store
from trygghet.report.warm import ColdError, WarmKernels, environment

from ..example_data import GSS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only"),
]
PARAMETERS = 'workspace: str = ""\nyear: str = ""\nlanguage: str = "sv"\n'


@dataclass(frozen=True)
class Own(plan.Job):
    """A job with a notebook of the test's own."""

    own: Path = field(default=Path())

    @property
    def notebook(self) -> Path:
        return self.own


@pytest.fixture(autouse=True)
def _drawing_into_files(monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")  # as the command does


@pytest.fixture(scope="module")
def warm():
    with WarmKernels(environment(os.environ)) as kernels:
        yield kernels


def said(tmp_path: Path, warm: WarmKernels | None, source: str) -> list:
    cells = [new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}), new_code_cell(source)]
    about = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=cells, metadata=about), tmp_path / "own.ipynb")
    job = Own(tmp_path, "granstad", "2017", "lagesbild", "sv", tmp_path / "own.ipynb")
    shutil.rmtree(tmp_path / "work", ignore_errors=True)
    made = making.execute(job, tmp_path / "work", warm=warm)
    return json.loads("".join(o.get("text", "") for cell in made.cells for o in cell.get("outputs", ())))


LOOK = """
import json, os, sys
had = "pandas" in sys.modules
import builtins, matplotlib, pandas, random
print(json.dumps([had, os.getpid(), os.getppid(), sorted(os.environ), os.getcwd(), getattr(builtins, "left", 0),
  pandas.get_option("display.max_rows"), matplotlib.rcParams["lines.linewidth"], matplotlib.get_backend().lower(),
  "x" in globals(), pandas.DataFrame.__name__]))
builtins.left = 1; x = 1; pandas.set_option("display.max_rows", 7); matplotlib.rcParams["lines.linewidth"] = 9
pandas.DataFrame.__name__ = "Other"; os.environ["LEFT"] = "1"; os.chdir("/")
"""


def test_a_warm_kernel_has_the_imports_and_nothing_that_another_left(tmp_path, warm):
    first, second = (said(tmp_path, warm, LOOK) for _ in range(2))
    cold = said(tmp_path, None, LOOK)
    assert (first[0], second[0], cold[0]) == (True, True, False)
    assert len({first[1], second[1], os.getpid()}) == 3
    assert first[2] == second[2] != os.getpid()
    assert first[3:] == second[3:]
    assert first[4:] == cold[4:]
    assert set(first[3]) ^ set(cold[3]) <= {"JPY_PARENT_PID"}


def test_what_a_notebook_reads_is_noted_once_and_what_it_writes_is_not(tmp_path, warm):
    (tmp_path / "in.csv").write_text("a\n1\n", encoding="utf-8")
    source = f"open({str(tmp_path / 'in.csv')!r}).read(); open({str(tmp_path / 'in.csv')!r}).read()\n"
    source += f"open({str(tmp_path / 'out.csv')!r}, 'w').write('x')\ntry: open({str(tmp_path / 'no.csv')!r})\n"
    source += "except OSError: pass\nprint([])"
    for kernels in (warm, None):
        said(tmp_path, kernels, source)
        read = kernel.read_by(tmp_path / "work/run-granstad-2017-lagesbild")
        assert [path.name for path in read if path.parent == tmp_path] == ["in.csv", "no.csv"]


def test_when_the_process_is_gone_an_ordinary_kernel_starts(tmp_path):
    with WarmKernels(environment(os.environ)) as kernels:
        psutil.Process(kernels._process.pid).send_signal(signal.SIGKILL)
        with pytest.raises(ColdError):
            for _ in range(2):
                kernels.ask({"do": "poll", "pid": 1})
        assert said(tmp_path, kernels, LOOK)[0] is False


def test_kernels_end_with_the_process_they_are_forked_from(tmp_path):
    with WarmKernels(environment(os.environ)) as kernels:
        connection = tmp_path / "c.json"
        about = {"transport": "ipc", "ip": str(tmp_path / "k"), "key": "x", "signature_scheme": "hmac-sha256"}
        ports = {f"{name}_port": n for n, name in enumerate(("shell", "iopub", "stdin", "control", "hb"), 1)}
        connection.write_text(json.dumps(about | ports), encoding="utf-8")
        forked = kernels.start(["-f", str(connection)], cwd=tmp_path, env=environment(os.environ))
        process = psutil.Process(forked.pid)
        assert forked.poll() is None
        psutil.Process(kernels._process.pid).kill()
        assert psutil.wait_procs([process], timeout=10)[1] == []
        assert forked.poll() == -signal.SIGKILL


def test_a_page_is_the_same_from_a_warm_and_from_an_ordinary_kernel(tmp_path):
    town = Path(shutil.copytree(GSS, tmp_path / "gss"))
    jobs = plan.jobs([town], reports=["utvardering"])
    for name, warm in (("warm", True), ("cold", False)):
        with store.holding(tmp_path / name) as staging:
            outcomes = run.build(jobs[:1], tmp_path / name, staging, means=run.Means(warm=warm))
        assert [outcome.error for outcome in outcomes] == [""]
    files = [path.relative_to(tmp_path / "warm") for path in (tmp_path / "warm").rglob("*") if path.is_file()]
    assert len(files) == 4
    assert all((tmp_path / "warm" / f).read_bytes() == (tmp_path / "cold" / f).read_bytes() for f in files)
