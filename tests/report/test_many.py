"""What has not changed is not made again; several workspaces at once give the same bytes, whatever dies on the way."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

import psutil
import pytest

from trygghet.messages import Words
from trygghet.report import manifest, plan, run, store, verify
from trygghet.report.site import write

from ..example_data import GSS

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _a_main_module_with_a_specification(monkeypatch):
    """Tests that run in parallel are started by a module without one, which multiprocessing cannot do with."""
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None, raising=False)


def copied(folder: Path, name: str) -> Path:
    """The example with every eighth answer."""
    town = Path(shutil.copytree(GSS, folder / name))
    answers = town / "gss-fear-2006-2018.csv"
    head, *rows = answers.read_text("utf-8").splitlines(keepends=True)
    answers.write_text(head + "".join(rows[::8]), "utf-8")
    return town


def jobs_of(*towns: Path) -> list[plan.Job]:
    return [job for job in plan.jobs(towns) if job.report == "utvardering"]


def build(jobs, out: Path, **means) -> list[run.Outcome]:
    progress = means.pop("progress", lambda *_: None)
    with store.holding(out) as staging:
        outcomes = run.build(jobs, out, staging, means=run.Means(**means), progress=progress)
        write(out, staging, Words("sv"))
    return outcomes


def everything(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def towns(tmp_path_factory):
    folder = tmp_path_factory.mktemp("towns")
    return [copied(folder, f"granstad{n}") for n in range(3)]


@pytest.fixture(scope="module")
def one_by_one(towns, tmp_path_factory):
    out = tmp_path_factory.mktemp("one")
    outcomes = build(jobs_of(*towns), out)
    assert [(o.error, o.unchanged) for o in outcomes] == [("", False)] * len(outcomes)
    assert len(outcomes) >= 3
    return out


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A town with two kinds of reports, built; the tests below leave it as it is."""
    folder = tmp_path_factory.mktemp("one_town")
    town = copied(folder, "granstad")
    jobs = [job for job in plan.jobs([town]) if job.year == "2018"]
    assert {job.report for job in jobs} == {"utvardering", "lagesbild"}
    build(jobs, folder / "out")
    return town, jobs, folder / "out"


def stale(jobs, out) -> set[str]:
    return {job.report for job in jobs if not manifest.unchanged(job, out)}


def test_nothing_is_made_again_when_nothing_has_changed(built):
    _, jobs, out = built
    before = everything(out)
    assert [outcome.unchanged for outcome in build(jobs, out)] == [True, True]
    assert everything(out) == before


@pytest.mark.parametrize(
    ("change", "makes"),
    [
        (lambda town, out: town / "loften.yml", {"utvardering"}),
        (lambda town, out: town / "codebook.yml", {"utvardering", "lagesbild"}),
        (lambda town, out: next(out.rglob("utvardering.html")), {"utvardering"}),
        (lambda town, out: next(out.rglob("20*/tabeller.xlsx")), {"lagesbild"}),
    ],
    ids=["promises", "codebook", "page", "tables"],
)
def test_a_change_makes_again_exactly_what_depends_on_it(built, change, makes):
    town, jobs, out = built
    path = change(town, out)
    before = path.read_bytes()
    path.write_bytes(before + b"\n")
    assert stale(jobs, out) == makes
    path.write_bytes(before)
    assert stale(jobs, out) == set()


def test_other_code_packages_or_a_lost_memory_of_releases_make_all_of_it_again(built, monkeypatch):
    town, jobs, out = built
    for name in ("code", "packages"):
        with monkeypatch.context() as patched:
            patched.setattr(manifest, name, lambda: "another")
            assert stale(jobs, out) == {"utvardering", "lagesbild"}
    memory = town / ".trygghet" / "released.json"
    memory.rename(town / "aside")
    assert "lagesbild" in stale(jobs, out)
    (town / "aside").rename(memory)
    assert stale(jobs, out) == set()
    assert [manifest.unchanged(job, out, pdf=True) for job in jobs] == [False, False]


def test_several_at_once_give_the_same_bytes(towns, one_by_one, tmp_path):
    for town in towns:
        shutil.rmtree(town / ".trygghet")
    seen = []
    outcomes = build(jobs_of(*towns), tmp_path, workers=2, progress=lambda job, done, of: seen.append((job.slug, done)))
    assert [o.error for o in outcomes] == [""] * len(outcomes)
    assert everything(tmp_path) == everything(one_by_one)
    assert {slug for slug, _ in seen} == {town.name for town in towns}


def test_killing_a_worker_in_the_middle_loses_nothing(towns, one_by_one, tmp_path):
    killed = []

    def kill_once(job, done, _of):
        if not killed and done > 2:
            workers = [c for c in psutil.Process().children() if "spawn_main" in " ".join(c.cmdline())]
            killed.append(workers[0].pid)
            os.kill(workers[0].pid, signal.SIGKILL)

    outcomes = build(jobs_of(*towns), tmp_path, workers=2, progress=kill_once)
    assert killed
    assert [o.error for o in outcomes] == [""] * len(outcomes)
    assert everything(tmp_path) == everything(one_by_one)
    assert verify.verify(tmp_path).state == verify.COMPLETE


def test_what_kills_every_worker_is_given_up_and_stops_no_other(towns, tmp_path):
    def kill(job, done, _of):
        if job.slug == "granstad1" and done == 1:
            for worker in psutil.Process().children():
                if _is_at(worker, "run-granstad1"):
                    worker.kill()

    outcomes = build(jobs_of(*towns[:2]), tmp_path, workers=2, progress=kill)
    bad = {o.job.slug for o in outcomes if not o.good}
    assert bad == {"granstad1"}
    assert all("minne" in o.error for o in outcomes if not o.good)


def _is_at(process: psutil.Process, folder: str) -> bool:
    try:
        return folder in process.cwd()
    except psutil.Error:
        return False


def test_a_local_cluster_gives_the_same_bytes(towns, one_by_one, tmp_path):
    pytest.importorskip("distributed", reason="the extra cluster is not installed")
    outcomes = build(jobs_of(*towns), tmp_path, workers=2, scheduler="local")
    assert [o.error for o in outcomes] == [""] * len(outcomes)
    assert everything(tmp_path) == everything(one_by_one)


def test_no_scheduler_is_one_line(towns, tmp_path, capsys, monkeypatch):
    pytest.importorskip("distributed", reason="the extra cluster is not installed")
    from trygghet import cli
    from trygghet.report import cluster

    monkeypatch.setattr(cluster, "PATIENCE", 1)
    command = ["build", str(towns[0]), "--report", "utvardering", "--out", str(tmp_path), "--force"]
    with pytest.raises(SystemExit) as stopped:
        cli.main([*command, "--scheduler", "tcp://127.0.0.1:9"])
    assert stopped.value.code == 1
    assert "tcp://127.0.0.1:9" in capsys.readouterr().err.splitlines()[-1]
