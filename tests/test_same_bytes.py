"""The same inputs give the same bytes wherever and however they are built; the order of the answers does not matter."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import trygghet as tg
from trygghet import estimates

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow


def workspace(folder: Path) -> Path:
    return Path(shutil.copytree(ROOT / "data/kristinehamn", folder / "kristinehamn"))


def start(town: Path, out: Path, cwd: Path, **changed: str) -> subprocess.Popen:
    """A build of one page by the real command; the workspace named from the working folder."""
    environment = {name: value for name, value in os.environ.items() if name not in ("LANG", "LC_ALL", "TZ")}
    command = [sys.executable, "-m", "trygghet.cli", "build", os.path.relpath(town, cwd), "--year", "2017"]
    return subprocess.Popen(
        [*command, "--report", "lagesbild", "--out", str(out)],
        cwd=cwd,
        env=environment | {"OMP_NUM_THREADS": "1"} | changed,
        stderr=subprocess.PIPE,
        text=True,
    )


def files(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def test_another_folder_zone_language_and_hash_seed(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    towns = [workspace(folder) for folder in (here, there)]
    first = start(towns[0], here / "out", tmp_path, PYTHONHASHSEED="1", TZ="Europe/Stockholm", LANG="sv_SE.UTF-8")
    second = start(towns[1], there / "out", Path("/"), PYTHONHASHSEED="4242", TZ="Pacific/Auckland", LC_ALL="C")
    for run in (first, second):
        assert run.wait() == 0, run.stderr.read()
    one, two = files(here / "out"), files(there / "out")
    assert len(one) >= 10
    assert {name for name in one | two if one.get(name) != two.get(name)} == set()


def test_the_order_of_the_answers_does_not_change_an_estimate(tmp_path):
    """Before protection: sums of the same weights in another order may differ in the last bits, no more."""
    towns = [workspace(tmp_path / name) for name in ("one", "two")]
    path = towns[1] / "2017/trygghetsenkat.csv"
    head, *rows = path.read_bytes().decode("utf-8-sig").split("\r\n")
    answers = [row for row in rows if row]
    mixed = random.Random(4).sample(answers, len(answers))
    assert mixed != answers
    path.write_bytes("\r\n".join([head, *mixed, ""]).encode("utf-8-sig"))
    one, two = (raw_estimates(town) for town in towns)
    pd.testing.assert_frame_equal(one, two, check_exact=False, rtol=1e-9, atol=1e-12)
    assert len(one) > 100


def raw_estimates(town: Path) -> pd.DataFrame:
    picture = tg.Picture(tg.Workspace.open(town, "2017"))
    wave = picture.ws.delivered("citizens")
    table = estimates.survey_estimates(
        picture.design, picture.survey, picture.available, wave, groups=picture.groupings
    )
    return table.sort_values(["indicator", "group_by", "group"], ignore_index=True)
