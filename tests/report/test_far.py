"""Workspaces and reports at addresses: the same pages, and prior intact or new complete whichever write fails."""

from __future__ import annotations

import hashlib
import shutil
import socket
import sys
import tempfile
from pathlib import Path

import pytest

from trygghet.addresses import Address, AddressError, Place, reach
from trygghet.cli import main
from trygghet.report import far, store, verify
from trygghet.report.far import borrowed
from trygghet.report.far import published as at_address
from trygghet.report.store import as_json

from ..example_data import GSS

pytest.importorskip("fsspec", reason="the extra cluster is not installed")
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.memory import MemoryFileSystem

OUT = "memory://lan/reports"
DEAD = f"999999999 {socket.gethostname()}".encode()


@pytest.fixture(autouse=True)
def _empty_memory():
    MemoryFileSystem.store.clear()
    yield
    MemoryFileSystem.store.clear()


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """Where copies are made: empty after each test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.glob("trygghet-*")) == []


class _Failing:
    """Counts what is written and, from a number on, refuses as a machine that has gone: a torn file at first."""

    left, torn = 10**9, b""

    def _may(self, path: str) -> None:
        _Failing.left -= 1
        if _Failing.left < 0:
            if _Failing.left == -1 and self.tears and path:
                Path(path).write_bytes(b"{")
            raise OSError(28, "full")


class FailingStore(_Failing, MemoryFileSystem):
    """Writes whole files, as object stores do."""

    protocol, cachable, tears = "failing-store", False, False

    def pipe_file(self, path, value, mode="overwrite", **kwargs):
        self._may("")
        super().pipe_file(path, value, mode=mode, **kwargs)

    def put_file(self, lpath, rpath, **kwargs):
        self._may("")
        super().put_file(lpath, rpath, **kwargs)

    def rm_file(self, path):
        self._may("")
        super().rm_file(path)


class FailingDisk(_Failing, LocalFileSystem):
    """May leave half a file, as servers of files do."""

    protocol, cachable, tears = "failing-disk", False, True

    def pipe_file(self, path, value, mode="overwrite", **kwargs):
        self._may(path)
        super().pipe_file(path, value, mode=mode, **kwargs)

    def put_file(self, lpath, rpath, **kwargs):
        self._may(rpath)
        super().put_file(lpath, rpath, **kwargs)

    def rm_file(self, path):
        self._may("")
        super().rm_file(path)

    def mv(self, path1, path2, **kwargs):
        self._may("")
        super().mv(path1, path2, **kwargs)


def small_site(folder: Path, pages: dict[str, str]) -> None:
    """A reports folder of a workspace: pages by name, with manifests as a build writes them."""
    year = folder / "granstad" / "2017"
    year.mkdir(parents=True, exist_ok=True)
    entries, of = {}, {}
    for name, text in pages.items():
        (year / f"{name}.html").write_text(text, "utf-8")
        of[f"granstad/2017/{name}.html"] = hashlib.sha256(text.encode()).hexdigest()
        entries[name] = {"outputs": {f"granstad/2017/{name}.html": of[f"granstad/2017/{name}.html"]}}
    index = " ".join(pages.values())
    (folder / "index.html").write_text(index, "utf-8")
    (year / "manifest.json").write_bytes(as_json({"reports": entries}))
    outputs = {"index.html": hashlib.sha256(index.encode()).hexdigest()}
    (folder / "manifest.json").write_bytes(as_json({"site": {"outputs": outputs, "of": of}}))


def published(place: Place | Path, pages: dict[str, str]) -> None:
    with far.reports(place) as site:
        shutil.rmtree(site.local)
        small_site(site.local, pages)
        site.publish()


FORMER = {"lagesbild": "one", "lofte": "two"}
NEW = {"lagesbild": "three", "utvardering": "four"}


def pages_of(folder: Path) -> dict[str, str]:
    return {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("granstad/2017/*.html"))}


def looked_at(finished: bool) -> dict[str, str]:
    """The pages at the address by one who may write there, or only reads: whole by `verify`."""
    with far.copied(OUT, finished=finished) as (folder, _):
        assert verify.verify(folder).faults == ()
        return pages_of(folder)


@pytest.mark.parametrize("kind", ["store", pytest.param("disk", marks=pytest.mark.slow)])
def test_whichever_write_fails_a_reader_sees_the_prior_intact_or_the_new_complete(kind, tmp_path, monkeypatch):
    seen, broke = [], 0
    for failing in range(400):
        MemoryFileSystem.store.clear()
        root = tmp_path / f"far{failing}"
        place = Place(FailingStore(), "/far", OUT) if kind == "store" else Place(FailingDisk(), str(root), OUT, False)
        monkeypatch.setattr(at_address, "reach", lambda _, place=place: place)
        _Failing.left = 10**9
        published(place, FORMER)
        _Failing.left = failing
        try:
            published(place, NEW)
        except AddressError:
            broke += 1
        done, _Failing.left = _Failing.left >= 0, 10**9
        if ".lock" in place.names():
            place.write(".lock", DEAD)
        seen.append([looked_at(finished) for finished in (False, True)])
        published(place, NEW)  # the next build goes on from whatever was left
        assert [name for name in place.names() if name.startswith(".") or ".trygghet-new" in name] == [], failing
        if done:
            break
    assert done
    assert broke > 10
    assert [one for at, one in enumerate(seen) if at == 0 or one != seen[at - 1]] == [[FORMER] * 2, [NEW] * 2]


def test_a_journal_that_cannot_be_read_is_not_taken_for_none(monkeypatch):
    place = reach(Address.read(OUT))
    published(place, FORMER)

    plain = MemoryFileSystem.cat_file

    def refused(self, path, **how):
        if path.endswith(store.JOURNAL):
            raise PermissionError(13, "token=hemligt")
        return plain(self, path, **how)

    monkeypatch.setattr(MemoryFileSystem, "cat_file", refused)
    with pytest.raises(AddressError, match="Permission denied"), far.reports(place):
        pass


def test_nothing_is_written_when_nothing_has_changed_and_versions_pages_stay(tmp_path):
    place = reach(Address.read(OUT))
    published(place, FORMER)
    place.write("granstad/2017.lofte.0a1b2c3d/lofte.html", b"zero")
    place.write("granstad/2017.lofte.0a1b2c3d/version.json", b"{}")
    place.write("granstad/2017/deeper/rows.parquet", b"not a page")
    before = dict(MemoryFileSystem.store)
    with far.reports(place) as site:
        assert not (site.local / "granstad/2017/deeper").exists()
        assert not (site.local / "granstad/2017.lofte.0a1b2c3d/lofte.html").exists()
        assert (site.local / "granstad/2017.lofte.0a1b2c3d/version.json").exists()
        site.publish()
    assert MemoryFileSystem.store == before
    with far.reports(place) as site:
        (site.local / "index.html").write_text("new")
        site.publish()
    assert place.read("granstad/2017.lofte.0a1b2c3d/lofte.html") == b"zero"


def test_the_lock_keeps_a_second_build_out_and_verify_reads_meanwhile(capsys):
    place = reach(Address.read(OUT))
    published(place, FORMER)
    with far.reports(place), pytest.raises(AddressError), far.reports(place):
        pass
    with far.reports(place):
        command(["verify", OUT], 0)
    command(["verify", OUT], 0)
    place.write("index.html", b"changed")
    command(["verify", OUT], 1)
    assert "index.html" in capsys.readouterr().err
    command(["verify", "memory://lan/ingenting"], 2)
    assert "memory://lan/ingenting" in capsys.readouterr().err
    command(["audit", "memory://lan/ingenting"], 2)
    command(["verify", "simplecache::memory://lan/reports"], 2)


def command(arguments: list[str], code: int) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == code, arguments


def sent(town: Path, address: str) -> Place:
    place = reach(Address.read(address))
    place.put({path.relative_to(town).as_posix(): path for path in sorted(town.rglob("*")) if path.is_file()})
    return place


WS = "memory://lan/granstad"


def test_only_what_changed_in_the_memory_goes_back_also_after_a_failure(tmp_path):
    (tmp_path / "ws" / ".trygghet" / "failed").mkdir(parents=True)
    (tmp_path / "ws" / ".hidden").mkdir()
    for name in (".trygghet/released.json", ".trygghet/failed/a.ipynb", ".hidden/x", "workspace.yml", "a.csv"):
        (tmp_path / "ws" / name).write_text(name)
    place = sent(tmp_path / "ws", WS)
    before = {name: place.read(name) for name in place.names()}
    with pytest.raises(RuntimeError), far.workspaces([WS]) as found:
        home = found.folders[0]
        assert home.name == "granstad"
        assert home.parent.parent.stat().st_mode & 0o077 == 0
        assert not (home / ".hidden").exists()
        with pytest.raises(AddressError), far.workspaces([WS]):
            pass
        (home / "a.csv").write_text("spoilt")
        (home / ".trygghet" / "released.json").write_text("more")
        found.remember(home)
        assert place.read(".trygghet/released.json") == b"more"
        (home / ".trygghet" / "failed" / "a.ipynb").unlink()
        (home / ".trygghet" / "failed" / "b.ipynb").write_text("b")
        (home / ".trygghet" / "register").mkdir()
        (home / ".trygghet" / "register" / "part.parquet").write_text("rows")
        raise RuntimeError
    assert {name: place.read(name) for name in place.names()} == {
        name: text for name, text in before.items() if not name.endswith("a.ipynb")
    } | {".trygghet/released.json": b"more", ".trygghet/failed/b.ipynb": b"b"}


def test_a_workspace_there_cannot_read_this_computers_files(tmp_path, capsys):
    town = small_town(tmp_path)
    secret = tmp_path / "secret.csv"
    secret.write_text("a;b\n")
    settings = town / "workspace.yml"
    settings.write_text(settings.read_text("utf-8").replace("gss-fear-2006-2018.csv", str(secret)), "utf-8")
    sent(town, WS)
    command(["build", WS, "--out", OUT], 2)
    assert "secret.csv" in capsys.readouterr().err
    reach(Address.read(WS)).write(".trygghet/.lock", b"1 en-annan-dator")
    command(["build", WS, "--out", OUT], 75)
    assert "en-annan-dator" in capsys.readouterr().err
    command(["build", "memory://lan/saknas", "--out", OUT], 2)
    assert "workspace.yml" in capsys.readouterr().err
    assert not any(name.startswith("/lan/reports") for name in MemoryFileSystem.store)


def small_town(folder: Path) -> Path:
    """The example with every eighth answer."""
    town = Path(shutil.copytree(GSS, folder / "granstad", ignore=shutil.ignore_patterns(".trygghet")))
    answers = town / "gss-fear-2006-2018.csv"
    head, *rows = answers.read_text("utf-8").splitlines(keepends=True)
    answers.write_text(head + "".join(rows[::8]), "utf-8")
    return town


@pytest.mark.slow
def test_a_build_between_addresses_gives_the_bytes_of_one_on_the_disk(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None, raising=False)
    town = small_town(tmp_path)
    place, out = sent(town, WS), reach(Address.read(OUT))
    given = {name: place.read(name) for name in place.names()}
    what = ["--report", "utvardering", "--workers", "1"]
    command(["build", str(town), "--out", str(tmp_path / "near"), *what], 0)
    command(["build", WS, "--out", OUT, *what], 0)
    near = {p.relative_to(tmp_path / "near").as_posix(): p.read_bytes() for p in (tmp_path / "near").rglob("*.*")}
    assert {name: out.read(name) for name in out.names()} == near
    memory = {p.relative_to(town).as_posix(): p.read_bytes() for p in (town / ".trygghet").rglob("*") if p.is_file()}
    assert memory
    assert {name: place.read(name) for name in place.names()} == given | memory
    capsys.readouterr()
    command(["build", WS, "--out", OUT, *what], 0)
    said = capsys.readouterr().err
    assert "oförändrad" in said
    assert f"{OUT}/index.html" in said
    assert "trygghet-" not in said
    command(["verify", OUT], 0)
    command(["audit", OUT], 0)
    command(["build", WS, "--out", OUT, *what[:2], "--workers", "1", "--force", "--scheduler", "local"], 0)
    assert {name: out.read(name) for name in out.names()} == near
    assert store.LOCK not in out.names()


@pytest.mark.slow
def test_no_page_is_published_whose_memory_cannot_be_written_back(tmp_path, capsys, monkeypatch):
    town = small_town(tmp_path)
    sent(town, WS)

    def refused(self):
        raise AddressError.said("address.refused", address=WS, why="Permission denied")

    monkeypatch.setattr(borrowed._Fetched, "give_back", refused)
    year = ["--report", "utvardering", "--year", "2018", "--workers", "1"]
    with pytest.raises(SystemExit) as caught:
        main(["build", WS, "--out", str(tmp_path / "near"), *year])
    assert caught.value.code
    assert WS in capsys.readouterr().err
    assert not list((tmp_path / "near").rglob("utvardering.html"))
