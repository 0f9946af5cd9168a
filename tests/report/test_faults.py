"""The last good report is never lost: an error and a dead stop at every single thing a build does to the disk."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from trygghet import blocks as b
from trygghet import cli, releasing
from trygghet.disclosure import read_ledger
from trygghet.errors import SpokenError
from trygghet.messages import Words
from trygghet.releasing import LEFT, remember, taken
from trygghet.report import making, manifest, publish, run, site, store, verify
from trygghet.report.plan import Job
from trygghet.report.publish import render_page

from ..example_data import TOWN
from ..saying import said


def _disk():
    path = Path(__file__).with_name("disk.py")
    spec = importlib.util.spec_from_file_location("disk", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["disk"] = module
    spec.loader.exec_module(module)
    return module


disk = _disk()
SV = Words("sv")
WORKSPACE = """\
name: Granstad
code: "9999"
areas: [{id: a, name: A}]
headline: unsafe_night
sources: {}
reports: {"2017": [lagesbild]}
"""
DEAD = subprocess.Popen([sys.executable, "-c", ""])
DEAD.wait()
OLD, NEW = "Det var så.", "Det är så nu."


ALL = run.Means(force=True, warm=False)


def notebook(lead: str):
    blocks = [b.Header(kicker="G", title="Lägesbild", lead=lead), b.Section(id="s", title="S")]
    blocks.append(b.Table("t", "Tabellen", (b.Column("group", "Grupp"),), (("Alla",),)))
    outputs = [new_output("display_data", data={b.MIME: block.to_json()}) for block in blocks]
    return new_notebook(cells=[new_code_cell("", id="a", outputs=outputs)])


def beside(job, ws, shown):
    """Small tables that differ as the page does."""
    head = "Plats;Kod;År;Rapport;Tabell\r\n"
    return {"granstad/2017/tabeller.csv": f"{head}Granstad;9999;2017;{shown[0].lead};t\r\n".encode("utf-8-sig")}


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A workspace, and a reports folder with its report as it was before; what is drawn is drawn only once."""
    monkeypatch.setattr(manifest, "commit", lambda _folder: "")
    monkeypatch.setattr(making, "_beside", beside)
    monkeypatch.setattr(os, "fsync", lambda _handle: None)  # counted all the same; a process that stops needs none
    drawn = {}

    def once(node, **options):
        key = json.dumps(node, sort_keys=True)
        drawn[key] = drawn[key] if key in drawn else render_page(node, **options)
        return drawn[key]

    for module in (publish, site):
        monkeypatch.setattr(module, "render_page", once)
    ws = tmp_path / "granstad"
    ws.mkdir()
    (ws / "workspace.yml").write_text(WORKSPACE, encoding="utf-8")
    assert build(tmp_path, monkeypatch, OLD) == [""]
    return tmp_path


def build(folder: Path, monkeypatch, lead: str) -> list[str]:
    """What `trygghet build` does, but for the kernel: run, remember the release, publish, the pages over all."""
    monkeypatch.setattr(making, "execute", lambda job, staging, **_: execute(making.work_folder(job, staging), lead))
    out = folder / "reports"
    with store.holding(out) as staging:
        job = Job(folder / "granstad", "granstad", "2017", "lagesbild", "sv")
        outcomes = run.build([job], out, staging, means=ALL)
        site.write(out, staging, SV)
    return [outcome.error for outcome in outcomes]


def execute(work: Path, lead: str):
    """Leave what is about to be released, as a notebook does."""
    (work / LEFT).mkdir(parents=True)
    entry = {"hidden": {}, "indicators": {}, "people": []}
    (work / LEFT / "x.json").write_text(json.dumps({"wave": "w", "key": lead, "entry": entry}), encoding="utf-8")
    return notebook(lead)


class Replay:
    """A build again without its arithmetic: the same things in the same order are done to the disk."""

    def __init__(self, folder: Path, monkeypatch) -> None:
        self.folder, self.calls = folder, []

        def noted(out, staging, files, *, gone=()):
            self.calls.append((dict(files), list(gone)))
            return store.publish(out, staging, files, gone=gone)

        with monkeypatch.context() as patched:
            for module in (run, site):
                patched.setattr(module, "publish", noted)
            self.done = self.watch(lambda: build(folder, monkeypatch, NEW))

    def watch(self, act, **options) -> list[str]:
        watching = disk.Disk([self.folder / "reports", self.folder / "granstad"], **options)
        with disk.watched(watching):
            act()
        return watching.done

    def __call__(self) -> None:
        out = self.folder / "reports"
        with store.holding(out) as staging:
            work = staging / "run"
            execute(work, NEW)
            remember(self.folder / "granstad", taken(work))
            shutil.rmtree(work)
            for files, gone in self.calls:
                store.publish(out, staging, files, gone=gone)


def reset(folder: Path, saved: Path) -> None:
    for name in ("reports", "granstad"):
        shutil.rmtree(folder / name)
        shutil.copytree(saved / name, folder / name)


def ended(folder: Path) -> None:
    """The process that a lock names is no more: here it is the test's own."""
    lock = folder / "reports" / store.LOCK
    if lock.is_file():
        lock.write_text(f"{DEAD.pid} {socket.gethostname()}")


def assert_whole(folder: Path, what: str) -> str:
    """The folder is as before or as afterwards, and the memory of releases never knows less than what is published."""
    out = folder / "reports"
    found = verify.verify(out)
    assert found.state in (verify.COMPLETE, verify.INTACT), (what, found.lines(SV))
    page = (out / "granstad/2017/lagesbild.html").read_text("utf-8")
    assert (OLD in page) != (NEW in page), what
    known = read_ledger(folder / "granstad").waves["w"]
    assert OLD in known and (NEW in known or NEW not in page), what
    return "new" if NEW in page else "old"


@pytest.fixture
def replay(place, monkeypatch, tmp_path_factory):
    """A build that can be done again and again from the same beginning, and is shown to be the build."""
    saved = Path(shutil.copytree(place, tmp_path_factory.mktemp("saved") / "s"))
    again = Replay(place, monkeypatch)
    reset(place, saved)
    assert again.watch(again) == again.done
    assert {"mkdir", "open", "write", "fsync", "replace", "unlink", "rmdir"} <= set(again.done)
    again.reset = lambda: reset(place, saved)
    return again


def tell(capsys, what: str, stood: list[str], n: int) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{what}: {len(stood)} of {n}; old {stood.count('old')}, new {stood.count('new')}\n")
    assert len(stood) == n
    assert {"old", "new"} == set(stood)


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["FULL", "BROKEN"])
def test_an_error_of_the_disk_at_every_operation(place, replay, fault, capsys):
    stood = []
    for k, what in enumerate(replay.done, start=1):
        replay.reset()
        with suppress(store.DiskError, OSError):
            replay.watch(replay, at=k, then=getattr(disk, fault))
        ended(place)
        stood.append(assert_whole(place, f"{what} {k}"))
        replay()
        assert verify.verify(place / "reports").state == verify.COMPLETE
    tell(capsys, fault, stood, len(replay.done))


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork is of unix")
def test_a_dead_stop_at_every_operation(place, replay, capsys):
    stood = []
    for k, what in enumerate(replay.done, start=1):
        replay.reset()
        child = os.fork()
        if child == 0:
            replay.watch(replay, at=k, then=disk.stop)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        stood.append(assert_whole(place, f"{what} {k}"))
        replay()
        assert verify.verify(place / "reports").state == verify.COMPLETE
        assert not list((place / "reports").glob(".*"))
    tell(capsys, "stop", stood, len(replay.done))


def test_a_full_disk_is_told_with_path_and_bytes(place, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    monkeypatch.setattr(releasing, "remember", lambda *_: None)
    with store.holding(place / "reports") as staging:
        monkeypatch.setattr(making, "execute", lambda *_, **__: notebook(NEW))
        job = Job(place / "granstad", "granstad", "2017", "lagesbild", "sv")
        (outcome,) = run.build([job], place / "reports", staging, means=ALL)
    assert "No space left" in outcome.error
    assert int("".join(re.findall(r"(\d[\d\u00a0]*) byte", outcome.error)).replace("\u00a0", "")) > 10_000
    assert assert_whole_page(place) == OLD


def assert_whole_page(folder: Path) -> str:
    page = (folder / "reports/granstad/2017/lagesbild.html").read_text("utf-8")
    return OLD if OLD in page else NEW


def test_a_read_only_folder_is_one_line_and_what_is_there_stays(place, monkeypatch):
    def refused(path, *_, **__):
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patched:
        for name in ("mkdir", "replace", "unlink"):
            patched.setattr(os, name, refused)
        with pytest.raises(store.DiskError, match="Permission denied"), store.holding(place / "reports"):
            pass
    assert assert_whole_page(place) == OLD


def test_a_place_that_cannot_be_written_is_one_line_and_exit_1(tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    ws = tmp_path / "granstad"
    ws.mkdir()
    (ws / "workspace.yml").write_text(WORKSPACE, encoding="utf-8")
    with pytest.raises(SystemExit) as stopped:
        cli.main(["build", str(ws), "--out", str(tmp_path / "file" / "reports")])
    said = capsys.readouterr().err.strip().splitlines()
    assert (stopped.value.code, len(said)) == (1, 1)
    assert str(tmp_path / "file") in said[0]


def test_a_clock_that_is_set_back_changes_nothing(place, monkeypatch):
    assert build(place, monkeypatch, NEW) == [""]
    before = {path: path.read_bytes() for path in (place / "reports").rglob("*") if path.is_file()}
    for path in before:
        os.utime(path, (4_000_000_000, 4_000_000_000))  # the year 2096: all of it is younger than now
    monkeypatch.setattr(time, "time", lambda: 1_000_000_000.0)
    assert build(place, monkeypatch, NEW) == [""]
    assert {path: path.read_bytes() for path in (place / "reports").rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("bad", [0, 1, 2])
def test_one_that_fails_leaves_the_others_and_its_own_last_page(place, monkeypatch, bad):
    years = ["2015", "2016", "2017"]
    settings = WORKSPACE.replace('"2017": [lagesbild]', ", ".join(f'"{year}": [lagesbild]' for year in years))
    (place / "granstad/workspace.yml").write_text(settings, encoding="utf-8")

    def run_all(lead, failing=None):
        def executed(job, *_, **__):
            if job.year == failing:
                raise making.ReportError("granstad: cell 3: ValueError")
            return notebook(f"{lead} {job.year}")

        monkeypatch.setattr(making, "execute", executed)
        monkeypatch.setattr(making, "_beside", lambda *_: {})
        jobs = [Job(place / "granstad", "granstad", year, "lagesbild", "sv") for year in years]
        with store.holding(place / "reports") as staging:
            outcomes = run.build(jobs, place / "reports", staging, means=ALL)
            site.write(place / "reports", staging, SV)
        return [outcome.good for outcome in outcomes]

    assert run_all("Först") == [True] * 3
    assert run_all("Sedan", failing=years[bad]) == [number != bad for number in range(3)]
    for number, year in enumerate(years):
        page = (place / f"reports/granstad/{year}/lagesbild.html").read_text("utf-8")
        assert f"{'Först' if number == bad else 'Sedan'} {year}" in page
    assert verify.verify(place / "reports").state == verify.COMPLETE


CUTS = {
    "changed": lambda page: page.write_text("x", encoding="utf-8"),
    "missing": lambda page: page.unlink(),
    "unknown": lambda page: page.with_name("extra.html").write_text("x", encoding="utf-8"),
    "manifest": lambda page: page.with_name("manifest.json").write_text("{", encoding="utf-8"),
}


@pytest.mark.parametrize("key", CUTS)
def test_verify_names_what_is_wrong_and_exits_1(place, key, capsys):
    CUTS[key](place / "reports/granstad/2017/lagesbild.html")
    assert verify.verify(place / "reports").faults[0].key == key
    with pytest.raises(SystemExit) as stopped:
        cli.main(["verify", str(place / "reports"), "--language", "en"])
    assert stopped.value.code == 1
    assert "granstad/2017/" in capsys.readouterr().err


def test_verify_of_a_whole_folder_and_of_none(place, tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["verify", str(place / "reports")])
    assert not stopped.value.code
    assert "Allt är helt" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    with pytest.raises(SystemExit) as stopped:
        cli.main(["verify", str(tmp_path / "empty")])
    assert stopped.value.code == 2


def test_an_index_that_is_older_than_the_reports_is_told(place, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(site, "publish", lambda *_, **__: None)
        build(place, monkeypatch, NEW)
    found = verify.verify(place / "reports")
    assert (found.state, [one.key for one in found.notes]) == (verify.INTACT, ["older"])


def test_a_journal_cannot_lead_out_of_the_folder(place):
    ready = place / "reports" / store.COMMITTED
    ready.mkdir()
    (ready / "0").write_bytes(b"evil")
    (ready / store.JOURNAL).write_bytes(store.as_json({"files": ["../granstad/workspace.yml"], "gone": []}))
    assert verify.verify(place / "reports").state == verify.WRONG
    assert (place / "granstad/workspace.yml").read_text("utf-8") == WORKSPACE


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_a_link_that_leads_out_of_the_folder_is_refused(place):
    elsewhere = place / "elsewhere"
    elsewhere.mkdir()
    (place / "reports/other").symlink_to(elsewhere)
    with store.holding(place / "reports") as staging, said(SpokenError, "outside the reports folder"):
        store.publish(place / "reports", staging, {"other/page.html": b"x"})
    assert not list(elsewhere.iterdir())


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of unix")
def test_a_real_build_killed_while_its_kernel_runs(place, monkeypatch):
    """The command itself: what is published stays whole, the kernel does not live on, the next run cleans up."""
    out, town = place / "reports", place / "kristinehamn"
    shutil.copytree(TOWN, town)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    command = [sys.executable, "-m", "trygghet.cli", "build", str(town), "--year", "2017", "--report", "lagesbild"]
    build_run = subprocess.Popen([*command, "--out", str(out)], stderr=subprocess.DEVNULL)
    kernels = []
    until = time.monotonic() + 60
    while not kernels and time.monotonic() < until:
        time.sleep(0.2)
        kernels = psutil.Process(build_run.pid).children(recursive=True)
        kernels = kernels if len(kernels) > 1 else []  # the process with the imports, and a kernel forked from it
    assert kernels
    build_run.kill()
    build_run.wait()
    found = verify.verify(out)
    assert (found.state, {one.key for one in found.notes}) == (verify.INTACT, {"left"})
    assert {path: path.read_bytes() for path in before} == before
    assert psutil.wait_procs(kernels, timeout=30)[1] == []
    assert build(place, monkeypatch, NEW) == [""]
    assert verify.verify(out).state == verify.COMPLETE
    assert not list(out.glob(".*"))
