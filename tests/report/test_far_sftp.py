"""A real server of files, over a socket: workspaces, registers and reports there, and only a machine that is known."""

from __future__ import annotations

import pytest

pytest.importorskip("fsspec", reason="the extra cluster is not installed")
pytest.importorskip("paramiko", reason="paramiko, which speaks SFTP, is not installed")

from trygghet.addresses import Address, AddressError, HeldError, holding, reach, ssh
from trygghet.report import far, verify

from .sftp import serving
from .test_far import FORMER, NEW, command, pages_of, published, small_town


@pytest.fixture
def server(tmp_path, monkeypatch):
    known = tmp_path / "known_hosts"
    (tmp_path / "served").mkdir()
    with serving(tmp_path / "served", known) as address:
        monkeypatch.setattr(ssh, "KNOWN", (str(known),))
        yield address


def test_files_are_listed_written_whole_and_taken_away(server, tmp_path):
    place = reach(Address.read(f"{server}/a/b"))
    assert place.names() == []
    (tmp_path / "one").write_bytes(b"one")
    place.put({"x/y.txt": tmp_path / "one", "z.txt": tmp_path / "one"})
    place.write("z.txt", b"two")
    assert {name: place.read(name) for name in place.names()} == {"x/y.txt": b"one", "z.txt": b"two"}
    with holding(place), pytest.raises(HeldError), holding(reach(Address.read(f"{server}/a/b"))):
        pass
    assert place.create("free.txt", b"mine")
    with pytest.raises(FileExistsError):  # also for one that looked a moment too early
        place._create(place.path("free.txt"), b"theirs")
    assert place.read("free.txt") == b"mine"
    place.remove(["z.txt", "never", "free.txt"])
    place.get({"x/y.txt": tmp_path / "back"})
    assert (tmp_path / "back").read_bytes() == b"one"
    assert place.names() == ["x/y.txt"]


def test_a_site_is_published_as_one(server):
    place = reach(Address.read(f"{server}/reports"))
    for pages in (FORMER, NEW):
        published(place, pages)
        with far.copied(f"{server}/reports") as (folder, _):
            assert verify.verify(folder).state == verify.COMPLETE
            assert pages_of(folder) == pages
    assert not [name for name in place.names() if name.startswith(".")]


def test_an_unknown_machine_and_a_wrong_password_are_refused_in_a_line_without_it(
    server, tmp_path, monkeypatch, capsys
):
    wrong = server.replace("hemligt", "ocks\u00e5hemligt")
    command(["verify", f"{wrong}/reports"], 2)
    monkeypatch.setattr(ssh, "KNOWN", (str(tmp_path / "empty"),))
    with pytest.raises(AddressError, match="known_hosts"):
        reach(Address.read(f"{server}/reports"))
    command(["verify", f"{server}/reports"], 2)
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 2
    assert not [word for word in ("hemligt", "anna", "Traceback") if word in said]


@pytest.mark.slow
def test_a_build_between_folders_of_the_server(server, tmp_path, capsys):
    town = small_town(tmp_path / "served")
    report = ["--report", "utvardering", "--year", "2018", "--workers", "1"]
    command(["build", f"{server}/granstad", "--out", f"{server}/reports", *report], 0)
    assert (tmp_path / "served" / "reports" / "granstad" / "2018" / "utvardering.html").is_file()
    assert list((town / ".trygghet").iterdir())
    command(["build", f"{server}/granstad", "--out", f"{server}/reports", *report], 0)
    said = capsys.readouterr().err
    assert "hemligt" not in said
    assert "of\u00f6r\u00e4ndrad" in said
    command(["verify", f"{server}/reports"], 0)
