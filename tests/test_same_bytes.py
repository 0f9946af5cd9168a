"""The same inputs give the same bytes wherever and however they are built; the order of the rows does not matter."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
import pytest

import trygghet as tg
from trygghet import estimates

from .example_data import TOWN

pytestmark = pytest.mark.slow


def workspace(folder: Path) -> Path:
    return Path(shutil.copytree(TOWN, folder / "kristinehamn"))


@dataclass(frozen=True)
class Build:
    """A build under way, so that two to be compared can run at the same time."""

    run: subprocess.Popen
    out: Path

    @cached_property
    def files(self) -> dict[str, bytes]:
        """All that it made, when it has."""
        _, said = self.run.communicate()
        assert self.run.returncode == 0, said
        return {
            path.relative_to(self.out).as_posix(): path.read_bytes() for path in self.out.rglob("*") if path.is_file()
        }


def start(town: Path, out: Path, cwd: Path, **changed: str) -> Build:
    """A build of one page by the real command; the workspace named from the working folder."""
    environment = {name: value for name, value in os.environ.items() if name not in ("LANG", "LC_ALL", "TZ")}
    command = [sys.executable, "-m", "trygghet.cli", "build", os.path.relpath(town, cwd), "--year", "2017"]
    run = subprocess.Popen(
        [*command, "--report", "lagesbild", "--out", str(out)],
        cwd=cwd,
        env=environment | {"OMP_NUM_THREADS": "1"} | changed,
        stderr=subprocess.PIPE,
        text=True,
    )
    return Build(run, out)


def differing(one: dict[str, bytes], two: dict[str, bytes]) -> set[str]:
    return {name for name in one | two if one.get(name) != two.get(name)}


def shuffled(town: Path, seed: int = 4) -> int:
    """Put the rows of every csv of a workspace in another order; tells how many files it was."""
    changed = 0
    for path in sorted(town.rglob("*.csv")):
        head, *rows = path.read_bytes().splitlines()
        if path.name == "arshjul.csv":  # a note stands above its headings
            continue
        mixed = random.Random(seed).sample(rows, len(rows))
        path.write_bytes(b"\r\n".join([head, *mixed, b""]))
        changed += mixed != rows
    return changed


@pytest.fixture(scope="module")
def here(tmp_path_factory) -> Build:
    """A build to be held against others of the same workspace."""
    folder = tmp_path_factory.mktemp("here")
    changed = {"PYTHONHASHSEED": "1", "TZ": "Europe/Stockholm", "LANG": "sv_SE.UTF-8"}
    return start(workspace(folder), folder / "out", folder, **changed)


def test_another_folder_zone_language_and_hash_seed(here, tmp_path):
    changed = {"PYTHONHASHSEED": "4242", "TZ": "Pacific/Auckland", "LC_ALL": "C"}
    there = start(workspace(tmp_path), tmp_path / "out", Path("/"), **changed)
    assert len(here.files) >= 10
    assert differing(here.files, there.files) == set()


def test_another_order_of_the_rows_of_every_csv(here, tmp_path):
    """Every page, table and workbook; of the manifests all but the checksums of the files that were mixed."""
    town = workspace(tmp_path)
    assert shuffled(town) >= 10
    changed = {"PYTHONHASHSEED": "77", "TZ": "America/Lima", "LC_ALL": "C.UTF-8"}
    mixed, manifest = start(town, tmp_path / "out", tmp_path, **changed), "kristinehamn/2017/manifest.json"
    assert differing(here.files, mixed.files) == {manifest, "manifest.json"}
    told = [json.loads(found.files[manifest]) for found in (here, mixed)]
    for one in told:
        one["reports"]["lagesbild"].pop("inputs")
    assert told[0] == told[1]


def test_the_order_of_the_answers_does_not_change_an_estimate(tmp_path):
    """To the last bit, before anything is rounded: the ledger knows a release by its numbers."""
    towns = [workspace(tmp_path / name) for name in ("one", "two")]
    assert shuffled(towns[1]) >= 10
    one, two = (raw_estimates(town) for town in towns)
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    assert len(one) > 100


def raw_estimates(town: Path) -> pd.DataFrame:
    picture = tg.Picture(tg.Workspace.open(town, "2017"))
    wave = picture.ws.delivered("citizens")
    table = estimates.survey_estimates(
        picture.design, picture.survey, picture.available, wave, groups=picture.groupings
    )
    return pd.DataFrame(table).reset_index(drop=True)
