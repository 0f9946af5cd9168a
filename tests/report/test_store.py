"""The last good report is never lost, and one build at a time holds a folder."""

import os
import subprocess
import sys

import pytest

from trygghet.errors import TrygghetError
from trygghet.report import store


def test_files_are_put_in_place_and_the_work_folder_goes(tmp_path):
    out = tmp_path / "reports"
    with store.holding(out) as staging:
        store.publish(out, staging, {"a/2017/page.html": b"new", "a/manifest.json": b"{}"})
    assert (out / "a/2017/page.html").read_bytes() == b"new"
    assert sorted(p.name for p in out.iterdir()) == ["a"]


def test_a_failure_while_staging_leaves_every_former_file(tmp_path, monkeypatch):
    out = tmp_path / "reports"
    with store.holding(out) as staging:
        store.publish(out, staging, {"one.html": b"old one", "two.html": b"old two"})

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with store.holding(out) as staging, pytest.raises(store.DiskError, match="No space") as caught:
        store.publish(out, staging, {"one.html": b"new one", "two.html": b"new two"})
    assert caught.value.needed == 14
    assert (out / "one.html").read_bytes() == b"old one"
    assert (out / "two.html").read_bytes() == b"old two"


@pytest.mark.parametrize("place", ["../evil.html", "a/../../evil.html", "/tmp/evil.html"])
def test_nothing_is_written_outside(tmp_path, place):
    out = tmp_path / "reports"
    with store.holding(out) as staging, pytest.raises(TrygghetError):
        store.publish(out, staging, {place: b"x"})
    assert not (tmp_path / "evil.html").exists()


def test_a_second_build_is_turned_away_while_the_first_lives(tmp_path):
    with store.holding(tmp_path), pytest.raises(store.BusyError, match=str(os.getpid())), store.holding(tmp_path):
        pass


def test_a_dead_builds_lock_and_leftovers_are_cleared(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    import socket

    (tmp_path / store.LOCK).write_text(f"{dead.pid} {socket.gethostname()}")
    (tmp_path / ".staging-left").mkdir()
    with store.holding(tmp_path):
        assert not (tmp_path / ".staging-left").exists()
    assert not (tmp_path / store.LOCK).exists()


def test_json_does_not_depend_on_key_order():
    assert (
        store.as_json({"b": 1, "a": "å"})
        == store.as_json({"a": "å", "b": 1})
        == '{\n  "a": "å",\n  "b": 1\n}\n'.encode()
    )
