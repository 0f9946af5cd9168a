"""The built package in a clean environment outside the repository: everything works there, the examples inside.

Nothing is fetched: the wheel is installed alone, and the libraries it needs are those of the environment the tests
run in.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def run(*command: object, cwd: Path, code: int = 0, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, f"{done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Path:
    """A copy of the repository in which somebody has worked with the examples."""
    copy = tmp_path_factory.mktemp("checkout")
    names = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT).split("\0")
    for name in filter(None, names):
        if not name.startswith("tests/") and (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, copy / name)
    for name in (".trygghet/released.json", "lab/2017/lagesbild.ipynb", "forms/2017/x.xlsx"):
        left = copy / "data" / "kristinehamn" / name
        left.parent.mkdir(parents=True)
        left.write_text("secret")
    return copy


@pytest.fixture(scope="module")
def built(checkout, tmp_path_factory) -> Path:
    """A folder with the sdist, and the wheel made from that sdist."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, checkout, cwd=out)
    return out


class Installed:
    """A clean environment with nothing of ours but the wheel, and a folder to work in."""

    def __init__(self, place: Path, wheel: Path) -> None:
        self.home, self.work = place / "venv", place / "work"
        self.work.mkdir()
        run(sys.executable, "-m", "venv", "--without-pip", self.home, cwd=place)
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "--python", self.python)
        run(*pip, "install", "--no-deps", "--no-index", wheel, cwd=place)
        # Only now: pip should not see what it would take for an older version. A path added like this is searched last,
        # and the .pth files in it, which lead to the checkout, are not read.
        site = next((self.home / "lib").glob("python*/site-packages"))
        (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")

    @property
    def python(self) -> Path:
        return self.home / "bin" / "python"

    @property
    def env(self) -> dict[str, str]:
        ours = ("PYTHON", "TRYGGHET", "VIRTUAL_ENV", "JUPYTER", "COVERAGE")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        paths = os.pathsep.join([str(self.home / "bin"), clean.get("PATH", "")])
        # nbconvert's own templates lie beside the libraries.
        return clean | {"PATH": paths, "JUPYTER_PATH": str(Path(sys.prefix, "share", "jupyter"))}

    def __call__(self, *arguments: object, code: int = 0) -> str:
        return run(self.home / "bin" / "trygghet", *arguments, cwd=self.work, code=code, env=self.env)


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory) -> Installed:
    (wheel,) = built.glob("*.whl")
    return Installed(tmp_path_factory.mktemp("elsewhere"), wheel)


def files_of(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_sdist_makes_the_same_wheel_as_the_checkout(built, checkout, tmp_path):
    run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", tmp_path, checkout, cwd=tmp_path)
    (direct,), (by_sdist,) = tmp_path.glob("*.whl"), built.glob("*.whl")
    assert files_of(direct) == files_of(by_sdist)


def test_nothing_that_work_left_in_a_workspace_comes_along(built, checkout):
    """`.trygghet/released.json` is as secret as the answers; the folders of analysts are theirs."""
    (wheel,), (sdist,) = built.glob("*.whl"), built.glob("*.tar.gz")
    shipped = {n.split("_shipped/")[1] for n in zipfile.ZipFile(wheel).namelist() if "_shipped/" in n}
    with tarfile.open(sdist) as archive:
        named = {member.name.split("/", 1)[1] for member in archive if member.isfile()}
    kept = {str(p.relative_to(checkout)) for part in ("data", "notebooks") for p in checkout.glob(f"{part}/**/*.*")}
    kept = {name for name in kept if (checkout / name).is_file() and (checkout / name).read_bytes() != b"secret"}
    assert shipped == kept == {name for name in named if name.startswith(("data/", "notebooks/"))}


def test_the_wheel_is_what_runs(installed):
    where = run(
        installed.python, "-c", "import trygghet; print(trygghet.__file__)", cwd=installed.work, env=installed.env
    )
    assert where.startswith(str(installed.home)) and str(ROOT) not in where


def test_a_new_municipality_begins(installed):
    installed("init", "granstad", "--name", "Granstad", "--code", "9999", "--year", "2027", "--area", "Centrum")
    said = installed("check", "granstad", code=2)
    assert "2027/" in said and "Traceback" not in said


def test_the_example_is_checked_opened_and_built(installed):
    installed("init", "ovning", "--example", "kristinehamn")
    assert "Inga fel." in installed("check", "ovning")
    installed("lab", "ovning", "--year", "2017", "--dry-run")
    assert (installed.work / "ovning" / "lab" / "2017" / "lagesbild.ipynb").is_file()
    installed("build", "ovning", "--year", "2017", "--report", "lagesbild", "--out", "reports")
    page = installed.work / "reports" / "ovning" / "2017" / "lagesbild.html"
    assert "<h1" in page.read_text(encoding="utf-8")
    installed("verify", "reports")


def test_papermill_and_nbconvert_know_engine_and_template(installed):
    cells = [new_markdown_cell("# Egen analys"), new_code_cell("1 + 1")]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=cells, metadata=kernel | {"lang": "sv"}), installed.work / "a.ipynb")
    tool = {"cwd": installed.work, "env": installed.env}
    run(installed.python, "-m", "papermill", "--engine", "trygghet", "a.ipynb", "b.ipynb", **tool)
    done = nbformat.read(installed.work / "b.ipynb", as_version=4)
    assert done.cells[-1].outputs[0].data["text/plain"] == "2"
    run(installed.python, "-m", "nbconvert", "--to", "trygghet", "b.ipynb", **tool)
    page = (installed.work / "b.html").read_text(encoding="utf-8")
    assert "Egen analys</h1>" in page and "<script" not in page
