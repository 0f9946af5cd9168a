"""What an address may be, that none of its secrets is shown, and that nothing found there leads out of its folder."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from trygghet.addresses import AddressError, HeldError, Place, holding, is_address, private_folder, reach
from trygghet.addresses.named import Address, local_path, place_of, redacted, shown
from trygghet.cli import main
from trygghet.messages import LANGUAGES, Words

SECRETS = [
    "sftp://anna:hemligt@host/mapp",
    "sftp://anna:he/m@ligt@host/mapp",
    "sftp://anna:hem?ligt@host/mapp",
    "sftp://anna:hem#ligt@host/mapp",
    "https://konto.example/c/riket.csv?sv=1&sig=hemligt",
    "https://konto.example/c/riket.csv?sig=a:b@hemligt",
    "https://konto.example/c/riket.csv#hemligt",
    "s3://AKIAhem:ligt@bucket/mapp",
    "simplecache::sftp://anna:hemligt@host/mapp",
    "ftp://anna:hemligt@host/mapp",
    "sftp://anna:hemligt@host/../mapp",
    "https://anna:hemligt@host/mapp",
]


@pytest.mark.parametrize("text", SECRETS)
def test_no_secret_is_shown_of_an_address_taken_or_refused(text):
    said = [shown(text)]
    try:
        address = Address.read(text, writable=True)
        said += [str(address), repr(address), address.name]
    except AddressError as error:
        said += [str(error), repr(error), *(error.text(Words(language)) for language in LANGUAGES)]
    for line in said:
        assert not any(part in line for part in ("hem", "ligt", "anna", "sig")), line


@pytest.mark.parametrize(
    "words", ["check WS", "plan WS", "lock WS --year 2017", "export WS --to csv", "form WS citizens"]
)
def test_commands_for_folders_here_say_so_and_show_no_secret(words, capsys):
    for place in ("sftp://anna:hemligt@host/ws", "s3://bucket/ws?sig=hemligt"):
        with pytest.raises(SystemExit) as caught:
            main(words.replace("WS", place).split())
        said = capsys.readouterr().err
        assert (caught.value.code, len(said.splitlines())) == (2, 1)
        assert "verify" in said
        assert not [word for word in ("hemligt", "anna", "sig=") if word in said]
    assert (
        redacted("fel i sftp:/anna:hem@ligt@host/ws: x, https://a/b?sig=1 y")
        == "fel i sftp:/***@host/ws: x, https://a/b y"
    )
    assert redacted("C:/data/a.csv:3:b: fel?") == "C:/data/a.csv:3:b: fel?"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("simplecache::s3://bucket/mapp", "chained"),
        ("filecache::memory://mapp", "chained"),
        ("zip://a.csv::memory://a.zip", "chained"),
        ("python://os/system", "protocol"),
        ("reference://mapp", "protocol"),
        ("ftp://host/mapp", "protocol"),
        ("github://org:repo@main/mapp", "protocol"),
        ("memory://a/../../b", "malformed"),
        ("memory://", "malformed"),
        ("memory://a\nb", "malformed"),
        ("https://host/mapp", "read_only"),
    ],
)
def test_what_is_no_plain_place_for_data_is_refused_before_anything_is_reached(text, key, monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(AddressError) as caught:
        place_of(text)
    assert caught.value.key == f"address.{key}"


def test_paths_are_no_addresses_and_file_is_a_path_of_this_computer(tmp_path):
    for text in ("reports", "C:\\data\\reports", "../a b", "/x/å:1"):
        assert place_of(text) == Path(text)
    assert is_address("abfs://c@konto.example/mapp")
    assert shown("abfs://c@konto.example/mapp") == "abfs://c@konto.example/mapp"
    assert place_of((tmp_path / "å b").as_uri()) == tmp_path / "å b"
    assert local_path("file:///C:/x").as_posix() == "C:/x"
    with pytest.raises(AddressError, match="file:///"):
        place_of("file://server/share")


def test_a_missing_package_is_one_line_that_names_it(monkeypatch):
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, "s3fs", None)
        with pytest.raises(AddressError, match="s3fs"):
            reach(Address.read("s3://bucket/mapp"))
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(AddressError, match=r"trygghet\[cluster\]"):
        reach(Address.read("memory://mapp"))


@pytest.fixture
def place():
    pytest.importorskip("fsspec", reason="the extra cluster is not installed")
    found = reach(Address.read("memory://place"))
    yield found
    found.driver.store.clear()


@pytest.fixture(params=["memory", "asynchronous", "disk"])
def either(request, tmp_path):
    """Stores that write whole files, one of them many at once as object stores do, and a disk, which does not."""
    pytest.importorskip("fsspec", reason="the extra cluster is not installed")
    from fsspec.implementations.asyn_wrapper import AsyncFileSystemWrapper
    from fsspec.implementations.local import LocalFileSystem
    from fsspec.implementations.memory import MemoryFileSystem

    if request.param == "disk":
        yield Place(LocalFileSystem(), str(tmp_path / "far"), "disk://far", whole=False)
    elif request.param == "asynchronous":
        yield Place(AsyncFileSystemWrapper(MemoryFileSystem(), asynchronous=False), "/place", "memory://place")
    else:
        yield reach(Address.read("memory://place"))
    MemoryFileSystem.store.clear()


def test_files_go_there_and_back_and_nothing_is_left_over(either, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"one")
    assert either.names() == []
    either.put({"x/y/a.txt": tmp_path / "a.txt", "b.txt": tmp_path / "a.txt"})
    either.write("b.txt", b"two")
    assert not either.create("b.txt", b"three")
    assert either.create("c.txt", b"three")
    assert either.names() == ["b.txt", "c.txt", "x/y/a.txt"]
    assert [either.read(name) for name in either.names()] == [b"two", b"three", b"one"]
    either.get({"x/y/a.txt": tmp_path / "back" / "z.txt"})
    assert (tmp_path / "back" / "z.txt").read_bytes() == b"one"
    either.remove(["b.txt", "never.txt"])
    assert either.below("x").names() == ["y/a.txt"]
    with pytest.raises(FileNotFoundError):
        either.read("b.txt")


@pytest.mark.skipif(os.name == "nt", reason="a colon leads elsewhere on Windows")
def test_a_colon_in_a_name_is_no_drive_where_there_are_none(place):
    name = "loggar/2027-01-01T00:00:00.txt"
    place.write(name, b"")
    assert place.names() == [name]


@pytest.mark.parametrize("name", ["../ute.csv", "a/../../ute.csv", "..\\ute.csv", "C:ute.csv", "a//b"])
def test_a_name_that_leads_out_is_refused_wherever_it_comes_from(place, name):
    with pytest.raises(AddressError):
        place.path(name)
    place.driver.store[f"{place.root}/{name}"] = None
    with pytest.raises(AddressError):
        place.names()


def test_a_drivers_own_words_are_not_passed_on(place, monkeypatch):
    def refuse(*_args, **_options):
        raise RuntimeError("token=hemligt")

    monkeypatch.setattr(type(place.driver), "cat_file", refuse)
    with pytest.raises(AddressError) as caught:
        place.read("a")
    assert "hemligt" not in str(caught.value)
    assert "RuntimeError" in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_place_that_does_not_exist_is_a_line(place, tmp_path, monkeypatch):
    def gone(*_args, **_options):
        raise FileNotFoundError("The specified bucket does not exist")

    for name in ("pipe_file", "put"):
        monkeypatch.setattr(type(place.driver), name, gone)
    (tmp_path / "a").write_bytes(b"a")
    for write in (
        lambda: place.put({"a": tmp_path / "a"}),
        lambda: place.write("a", b""),
        lambda: place.create("a", b""),
    ):
        with pytest.raises(AddressError, match="finns inte"):
            write()


def test_one_run_at_a_time(either):
    with holding(either), pytest.raises(HeldError) as caught, holding(either):
        pass
    assert f"{os.getpid()} {socket.gethostname()}" in str(caught.value)
    assert either.names() == []


def test_the_lock_of_a_run_that_is_gone_is_taken_over_but_not_another_machines(either):
    either.write(".lock", f"999999999 {socket.gethostname()}".encode())
    with holding(either):
        assert either.read(".lock").decode().startswith(f"{os.getpid()} ")
    either.write(".lock", b"1 en-annan-dator")
    with pytest.raises(HeldError, match="en-annan-dator"), holding(either):
        pass
    assert either.read(".lock") == b"1 en-annan-dator"


def test_a_folder_for_work_is_its_owners_alone_and_goes_also_after_a_failure():
    with pytest.raises(KeyboardInterrupt), private_folder() as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700 or os.name != "posix"
        (folder / "rows.csv").write_bytes(b"1")
        raise KeyboardInterrupt
    assert not folder.exists()


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_what_a_run_left_that_was_killed_goes_with_the_next_and_one_asked_to_end_leaves_nothing(tmp_path):
    program = """
import os, signal, sys, time
from trygghet.addresses import private_folder
with private_folder() as folder:
    (folder / "rows.csv").write_bytes(b"1")
    os.kill(os.getpid(), int(sys.argv[1]))
    time.sleep(20)
"""
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    for number, left, code in ((signal.SIGKILL, 1, -signal.SIGKILL), (signal.SIGTERM, 0, 128 + signal.SIGTERM)):
        ended = subprocess.run([sys.executable, "-c", program, str(int(number))], env=environment, check=False)
        assert ended.returncode == code
        assert len(list(tmp_path.iterdir())) == left
