"""The lock of what was promised: what it holds, refuses and shows."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from trygghet import promises
from trygghet.errors import InputError
from trygghet.lock import Lock, changes, locked, read_lock, write_lock
from trygghet.messages import Words
from trygghet.workspace import Workspace

from .example_data import GSS

HERE = Path(__file__).parent
GOOD = promises.read(HERE / "registries" / "good.yml")
AIM = '"target":{"kind":"absolute","value":0.33}'
EASIER = GOOD.content.replace(AIM, '"target":{"kind":"absolute","value":0.40}')
SIGNED, LATER = date(2016, 5, 12), date(2016, 10, 1)
FOLLOW_UP = [date(2017, 2, 6)]


def first() -> Lock:
    return locked(Lock("x.lock.json"), GOOD.content, day=SIGNED, baseline={"b.csv": "ab", "a.csv": "cd"})


def rules(caught) -> set[str]:
    for language in ("sv", "en"):
        assert "{" not in caught.value.text(Words(language))
    return {fault.rule for fault in caught.value.faults}


def test_the_content_holds_the_target_and_nothing_of_what_was_done() -> None:
    assert AIM in GOOD.content and GOOD.content != EASIER
    assert "done" not in GOOD.content and '"status"' not in GOOD.content
    assert first().current.sha256 == GOOD.sha256


def test_a_lock_is_read_as_it_was_written(tmp_path) -> None:
    path = tmp_path / "x.lock.json"
    whole = locked(first(), EASIER, day=LATER, baseline={}, reason="Ny enkät")
    write_lock(whole, path)
    assert read_lock(path) == whole
    assert read_lock(tmp_path / "none.json").current is None
    assert not list(tmp_path.glob("*.new"))


def test_locking_the_same_again_adds_nothing() -> None:
    lock = first()
    assert locked(lock, GOOD.content, day=LATER, baseline={}) is lock


def test_a_change_needs_a_reason_and_is_shown() -> None:
    with pytest.raises(InputError) as caught:
        locked(first(), EASIER, day=LATER, baseline={})
    assert rules(caught) == {"L52-AMEND-WITHOUT-REASON"}
    lock = locked(first(), EASIER, day=LATER, baseline={}, reason="  Ny   enkät ")
    ((entry, changed),) = lock.amendments
    assert (entry.day, entry.reason) == ("2016-10-01", "Ny enkät")
    assert [(c.section, c.id, c.key, c.before["value"], c.after["value"]) for c in changed] == [
        ("goals", "M1", "target", 0.33, 0.40)
    ]


def test_new_and_removed_entries_are_shown() -> None:
    data = json.loads(GOOD.content)
    data["activities"] = [item for item in data["activities"] if item["id"] != "A2"] + [{"id": "A9", "goal": "M1"}]
    found = {(c.id, c.before is None, c.after is None) for c in changes(GOOD.content, json.dumps(data))}
    assert found == {("A2", False, True), ("A9", True, False)}


def test_a_registry_changed_after_the_lock_stops_with_both_hashes() -> None:
    first().check(GOOD.content)
    with pytest.raises(InputError) as caught:
        first().check(EASIER)
    assert rules(caught) == {"L54-CHANGED-AFTER-LOCK"}
    text = str(caught.value)
    assert GOOD.sha256[:16] in text and promises.digest(EASIER)[:16] in text
    Lock("x").check(EASIER)


def test_a_lock_after_collection_began_is_refused() -> None:
    for day in (date(2017, 2, 6), date(2017, 3, 1)):
        with pytest.raises(InputError) as caught:
            locked(Lock("x"), GOOD.content, day=day, baseline={}, collection_starts=FOLLOW_UP)
        assert rules(caught) == {"L53-LOCKED-TOO-LATE"}
    before = locked(Lock("x"), GOOD.content, day=date(2017, 2, 5), baseline={}, collection_starts=FOLLOW_UP)
    assert before.current is not None


def test_a_lock_cannot_be_dated_back() -> None:
    with pytest.raises(InputError) as caught:
        locked(first(), EASIER, day=date(2016, 5, 1), baseline={}, reason="x")
    assert rules(caught) == {"L55-LOCKED-BACKWARDS"}


def alter_target(data: dict) -> None:
    data["entries"][0]["entry"]["content"] = EASIER


def alter_target_and_hash(data: dict) -> None:
    alter_target(data)
    data["entries"][0]["entry"]["sha256"] = promises.digest(EASIER)


def alter_day(data: dict) -> None:
    data["entries"][0]["entry"]["day"] = "2016-01-01"


def alter_baseline(data: dict) -> None:
    data["entries"][0]["entry"]["baseline"]["a.csv"] = "ff"


def drop_first(data: dict) -> None:
    del data["entries"][0]


def swap(data: dict) -> None:
    data["entries"].reverse()


@pytest.mark.parametrize("alter", [alter_target, alter_target_and_hash, alter_day, alter_baseline, drop_first, swap])
def test_an_altered_lock_is_refused(tmp_path, alter) -> None:
    path = tmp_path / "x.lock.json"
    write_lock(locked(first(), EASIER, day=LATER, baseline={}, reason="x"), path)
    data = json.loads(path.read_text(encoding="utf-8"))
    alter(data)
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_lock(path)
    assert rules(caught) == {"L51-LOCK-BROKEN"}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"entries": [1]}', '{"entries": [{"entry": {}, "hash": ""}]}'])
def test_a_file_that_is_no_lock_is_refused(tmp_path, text) -> None:
    path = tmp_path / "x.lock.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_lock(path)
    assert rules(caught) == {"L50-NOT-A-LOCK"}


def test_a_workspace_is_locked_amended_and_checked(tmp_path) -> None:
    folder = tmp_path / "town"
    shutil.copytree(GSS, folder)
    ws = Workspace.open(folder)
    assert promises.load_lock(ws).current is None
    lock = promises.lock_promises(ws, day=date(2017, 1, 1))
    registry = promises.load(ws)
    assert promises.load_lock(ws) == lock and lock.current.sha256 == registry.sha256
    assert list(lock.current.baseline) == ["gss-fear-2006-2018.csv"]
    assert promises.lock_path(ws).name == "loften.lock.json"
    path = folder / "loften.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("value: 0.28", "value: 0.25"), encoding="utf-8")
    with pytest.raises(InputError):
        promises.load_lock(ws).check(promises.load(ws).content)
    with pytest.raises(InputError) as caught:
        promises.lock_promises(ws, day=date(2018, 5, 1), reason="x")
    assert rules(caught) == {"L53-LOCKED-TOO-LATE"}
    amended = promises.lock_promises(ws, day=date(2017, 6, 1), reason="Skarpare mål")
    amended.check(promises.load(ws).content)
    assert len(amended.entries) == 2 and amended.entries[1].previous == amended.entries[0].hash
