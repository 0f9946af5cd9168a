"""A register at an address: read as one on the disk, and never half there whatever write of it fails."""

from __future__ import annotations

import json
import os
import shutil
import sys
from contextlib import suppress

import pandas as pd
import pytest

from trygghet.addresses import Address, AddressError, Place
from trygghet.cli import main
from trygghet.errors import InputError
from trygghet.partitions import FROM_COPY, parts
from trygghet.report import manifest, plan
from trygghet.report.far.registers import bring
from trygghet.sources import far_register, read_incidents, register
from trygghet.sources.far_ingest import ingest
from trygghet.sources.far_register import FarRegister
from trygghet.workspace import Workspace

from ..example_data import TOWN

pytest.importorskip("fsspec", reason="the extra cluster is not installed")
from fsspec.implementations.memory import MemoryFileSystem

FAR = "memory://lan/register"
ROWS = 600
FILE = "anmalda_brott_2012_2017.csv"


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A workspace whose register is at an address, and a file in which every third report is another municipality's."""
    folder = tmp_path_factory.mktemp("far")
    ws = shutil.copytree(TOWN, folder / "ws")
    table = pd.read_csv(TOWN / FILE, sep=";", dtype=str, keep_default_na=False)
    table = table[:: len(table) // ROWS][:ROWS].copy()
    table["kommunkod"] = ["1715" if i % 3 == 1 else "1781" for i in range(ROWS)]
    table.to_csv(folder / "riket.csv", sep=";", index=False)
    table[table["kommunkod"] == "1781"].to_csv(folder / "egna.csv", sep=";", index=False)
    settings = ws / "workspace.yml"
    settings.write_text(settings.read_text("utf-8").replace(FILE, FAR), "utf-8")
    return folder


@pytest.fixture(autouse=True)
def _empty_memory():
    MemoryFileSystem.store.clear()
    yield
    MemoryFileSystem.store.clear()


def far() -> FarRegister:
    return FarRegister.at(Address.read(FAR))


def filled(town) -> FarRegister:
    ingest([str(town / "riket.csv")], FAR)
    return far()


def test_a_municipality_is_read_there_as_out_of_a_register_on_the_disk(town, tmp_path):
    made, place = ingest([(town / "riket.csv").as_uri()], FAR)
    assert (made.n, made.municipalities, place) == (ROWS, 2, FAR)
    ingest([str(town / "riket.csv")], str(tmp_path / "near"))
    near = register.read(tmp_path / "near", "1781", until=2014, name="register")
    there = far().read("1781", until=2014)
    assert there.data.equals(near.data)
    assert (there.file, there.log) == (near.file, near.log)
    read = read_incidents(Workspace.open(town / "ws", 2017))
    assert len(read.frame) == (ROWS * 2) // 3
    with pytest.raises(InputError) as caught:
        far().read("0180")
    assert caught.value.faults[0].rule == "S19-NOT-IN-REGISTER"


def test_only_the_municipalitys_parts_and_years_are_fetched(town, monkeypatch):
    stored, opened = filled(town), []
    plain = MemoryFileSystem._open
    monkeypatch.setattr(
        MemoryFileSystem, "_open", lambda self, path, **how: opened.append(path) or plain(self, path, **how)
    )
    stored.read("1781", until=2013)
    parquet = [path for path in opened if path.endswith(".parquet")]
    assert parquet
    assert all("municipality=1781" in path for path in parquet)
    assert {path.split("year=")[1][:4] for path in parquet if path} <= {"2012", "2013"} | _first(stored)


def _first(stored):
    """The part whose columns are looked at before any is read."""
    return {min(stored.parts("1781")).split("year=")[1][:4]}


def test_the_copy_that_a_build_reads_gives_the_same_and_names_no_address(town, tmp_path, monkeypatch):
    stored = filled(town)
    home = shutil.copytree(town / "ws", tmp_path / "ws")
    ws = Workspace.open(home, 2017)
    directly = read_incidents(ws)
    stored.bring(ws.delivered("incidents").path, "1781", until=2017)
    MemoryFileSystem.store.clear()
    monkeypatch.setenv(FROM_COPY, "1")
    heard = []
    monkeypatch.setattr(sys, "audit", lambda event, *what: heard.append(what[0]) if event == "open" else None)
    copied = read_incidents(ws)
    pd.testing.assert_frame_equal(copied.frame, directly.frame)
    pd.testing.assert_frame_equal(copied.log, directly.log)
    own = parts(ws.delivered("incidents").path, "1781")
    assert set(map(str, own)) <= set(map(str, heard))
    noted = manifest.inputs(ws, own)
    assert len([name for name in noted if name.startswith(".trygghet/register/")]) == len(own)
    assert "memory" not in json.dumps(noted)


def test_a_copy_holds_what_the_register_holds_now(town, tmp_path):
    stored = filled(town)
    stored.bring(tmp_path, "1781")
    before = {path: path.stat().st_mtime_ns for path in parts(tmp_path)}
    (tmp_path / "municipality=1781" / "year=1999").mkdir()
    (tmp_path / "municipality=1781" / "year=1999" / "part.parquet").write_bytes(b"old")
    spoilt = parts(tmp_path)[-1]
    spoilt.write_bytes(b"half")
    stored.bring(tmp_path, "1781")
    assert set(parts(tmp_path)) == set(before)
    assert [path for path in before if path.stat().st_mtime_ns != before[path]] == [spoilt]
    name = next(iter(stored.parts("1781")))
    stored.place.write(name, b"torn")
    with pytest.raises(AddressError, match="skadat"):
        stored.bring(tmp_path / "anew", "1781")


def test_what_a_build_fetches_is_the_owners_alone_and_a_municipality_not_in_the_register_is_told(town, tmp_path):
    filled(town)
    home = shutil.copytree(town / "ws", tmp_path / "ws")
    ws = Workspace.open(home, 2017)
    bring(ws, {})
    assert parts(ws.delivered("incidents").path)
    assert os.name != "posix" or (home / ".trygghet").stat().st_mode & 0o777 == 0o700
    settings = home / "workspace.yml"
    settings.write_text(settings.read_text("utf-8").replace('code: "1781"', 'code: "0180"'), "utf-8")
    ws = Workspace.open(home, 2017)
    bring(ws, {})
    assert parts(ws.delivered("incidents").path) == []
    assert [(fault.file, fault.rule) for fault in plan.missing_files(ws, ["2017"])] == [
        ("workspace.yml", "S19-NOT-IN-REGISTER")
    ]
    settings.write_text(settings.read_text("utf-8").replace("2017/dialoger.csv", FAR), "utf-8")
    with pytest.raises(InputError) as caught:
        bring(Workspace.open(home, 2017), {})
    assert [fault.rule for fault in caught.value.faults] == ["W35-ONLY-REGISTER"]


def test_a_workspace_shown_does_not_say_that_the_register_is_missing(town):
    text = Workspace.open(town / "ws", 2017)._repr_html_()
    assert ".trygghet/register" not in text
    assert FILE not in text


class Failing(MemoryFileSystem):
    """Fails at the write of a number, and leaves half of the file there when it is not a whole store."""

    protocol = "failing"
    cachable = False
    left = 10**9

    def _count(self):
        Failing.left -= 1
        if Failing.left < 0:
            raise OSError(28, "full")

    def pipe_file(self, path, value, mode="overwrite", **kwargs):
        self._count()
        super().pipe_file(path, value, mode=mode, **kwargs)

    def put_file(self, lpath, rpath, **kwargs):
        self._count()
        super().put_file(lpath, rpath, **kwargs)

    def rm_file(self, path):
        self._count()
        super().rm_file(path)


def test_whichever_write_fails_the_register_is_the_former_or_the_new_one_whole(town, tmp_path, monkeypatch):
    place = Place(Failing(), "/lan/register", FAR)
    monkeypatch.setattr(far_register, "reach", lambda _: place)
    ingest([str(town / "egna.csv")], str(tmp_path / "former"))
    ingest([str(town / "riket.csv")], str(tmp_path / "new"))
    counts = {}
    for failing in range(200):
        MemoryFileSystem.store.clear()
        Failing.left = 10**9
        far_register.store(tmp_path / "former", Address.read(FAR))
        Failing.left = failing
        with suppress(AddressError):
            far_register.store(tmp_path / "new", Address.read(FAR))
        done, Failing.left = Failing.left >= 0, 10**9
        rows = far().read(None).data.num_rows
        counts[rows] = counts.get(rows, 0) + 1
        if done:
            break
    assert done
    assert set(counts) == {ROWS * 2 // 3, ROWS}
    assert counts[ROWS * 2 // 3] > 5
    assert far().place.names() == sorted(["_manifest.json", *far().parts(None)])


def test_an_address_in_workspace_yml_is_a_registers_and_without_secrets(town, tmp_path):
    text = (town / "ws" / "workspace.yml").read_text("utf-8")
    for address, rule in {
        "simplecache::memory://lan/register": "W33-ADDRESS",
        "ftp://host/register": "W33-ADDRESS",
        "sftp://anna:hemligt@host/register": "W34-SECRET",
        "s3://lan/register?token=hemligt": "W34-SECRET",
    }.items():
        (tmp_path / "workspace.yml").write_text(text.replace(FAR, address), "utf-8")
        with pytest.raises(InputError) as caught:
            Workspace.open(tmp_path)
        assert {fault.rule for fault in caught.value.faults} == {rule}
        assert "hemligt" not in str(caught.value)


def test_a_manifest_cannot_name_a_file_outside_the_register(town):
    stored = filled(town)
    content = stored.manifest
    content["files"] = {"municipality=1781/year=2016/../../../part.parquet": {"rows": 1, "sha256": "0" * 64}}
    stored.place.write("_manifest.json", json.dumps(content).encode())
    with pytest.raises(AddressError, match="skadat"):
        far().parts("1781")


def test_check_says_in_a_line_that_the_register_is_not_to_be_had(town, capsys):
    command(["check", str(town / "ws"), "--year", "2017"], 2)
    said = capsys.readouterr().err
    assert said.splitlines() == [f"{FAR}: här finns inget register; gör ett med trygghet ingest"]
    filled(town)
    command(["check", str(town / "ws"), "--year", "2017"], 0)


def command(arguments: list[str], code: int) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == code


def test_the_command_takes_sources_and_a_register_at_addresses_and_refuses_what_is_in_the_way(town, capsys):
    source = Place(MemoryFileSystem(), "/leverans", "memory://leverans")
    source.write("riket.csv", (town / "riket.csv").read_bytes())
    command(["ingest", "memory://leverans/riket.csv", "--out", FAR], 0)
    assert FAR in capsys.readouterr().err
    assert [one["name"] for one in far().manifest["sources"]] == ["riket.csv"]
    command(["ingest", "memory://leverans/riket.csv", "--out", "memory://leverans"], 2)
    command(["ingest", "memory://leverans/saknas.csv", "--out", FAR], 2)
    command(["ingest", "memory://leverans/riket.csv", "--out", "https://host/register"], 2)
    assert "Traceback" not in capsys.readouterr().err
    far().place.write(".lock", b"1 en-annan-dator")
    command(["ingest", "memory://leverans/riket.csv", "--out", FAR], 75)
    assert "en-annan-dator" in capsys.readouterr().err
