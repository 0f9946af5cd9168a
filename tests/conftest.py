"""What many tests share: the sample page, a town that remembers its releases, and what must not be touched."""

import fcntl
import hashlib
import os
import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from trygghet import Picture, Workspace, disclosure, protection, releasing
from trygghet import blocks as b
from trygghet.messages import Words

from .example_data import DATA, LEFT, SHIPPED, TOWN, state
from .sample_page import all_blocks, all_figures


@pytest.fixture(scope="session")
def figures() -> list[b.Figure]:
    return all_figures(Words("sv"))


@pytest.fixture(scope="session")
def sample() -> list[b.Block]:
    return all_blocks(Words("sv"))


def pytest_unconfigure() -> None:
    shutil.rmtree(DATA.parent, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def untouched() -> Iterator[None]:
    """No test writes into the examples, neither those that are shipped nor the copy that the tests read."""
    shipped, copied = state(SHIPPED), state(DATA)
    yield
    assert state(DATA) == copied, "a test wrote into the copy of the examples that others read"
    new = {name: when for name, when in state(SHIPPED).items() if shipped.get(name) != when}
    # a file that is shipped may be edited while the tests run
    assert not [name for name in new if name not in shipped or set(LEFT) & set(Path(name).parts)]


@pytest.fixture(scope="session")
def remembered_town(tmp_path_factory) -> Path:
    """A copy of the example whose memory of releases holds both years, as after a build; not to change."""
    town = tmp_path_factory.mktemp("remembered") / "kristinehamn"
    shutil.copytree(TOWN, town)
    for year in (2016, 2017):
        disclosure.write_ledger(town, protection.ledger_with_survey(Picture(Workspace.open(town, year))))
    return town


@pytest.fixture(scope="session", autouse=True)
def protected_once(tmp_path_factory) -> Iterator[None]:
    """The same release is protected once a run, whichever test of whichever worker asks for it first.

    Scores of tests open the example town, and what hides its figures takes most of their time. Nothing is taken from
    an earlier run. A release is the same when all that it is made of is: figures, answers, weights, rules, and what
    was released before. In a build (and where the tests act as one) nothing is kept back.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "protected"
    folder.mkdir(exist_ok=True)
    original = protection.protect_release

    def remembering(picture, asking, ledger):
        wave = protection.wave_name(picture.wave("citizens"))
        told = sorted(asking.told.items())
        asked = disclosure.key_of(asking.table, asking.persons, asking.answers, picture.rules, asking.digits, told)
        before = sorted(ledger.waves.get(wave, {}).items())
        path = (
            folder / hashlib.sha256(repr([asked, wave, before]).encode() + picture.design.weights.tobytes()).hexdigest()
        )
        if Path(releasing.LEFT).is_dir():
            return original(picture, asking, ledger)
        with path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # the other worker may be at it
            if not path.exists():
                shown, after = original(picture, asking, ledger)
                path.write_bytes(pickle.dumps((shown, after.waves.get(wave, {}))))
        shown, releases = pickle.loads(path.read_bytes())
        for key, entry in releases.items():
            ledger = ledger.with_release(wave, key, entry)
        return shown, ledger

    protection.protect_release = remembering
    yield
    protection.protect_release = original
