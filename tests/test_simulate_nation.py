"""A simulated nation: real municipalities, one register that all share, the same bytes whoever writes them."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from trygghet.partitions import parts
from trygghet.simulate import town, truth
from trygghet.simulate.nation import REGISTER, YEAR, places, write_nation
from trygghet.simulate.population import inhabitants, register
from trygghet.sources import read_incidents, read_population
from trygghet.sources.checking import check
from trygghet.workspace import Workspace


@pytest.fixture(scope="module")
def nation(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("nation")
    write_nation(folder, seed=3, n=2, yearly=200_000)
    return folder


def test_all_of_them_have_their_people():
    found = places(seed=1)
    assert len(found) == len({place.slug for place in found}) == 290
    assert sum(place.people for place in found) == int(inhabitants()["n"].sum()) == 10_327_589  # SCB, 31 December 2019
    some = places(29, seed=1)
    assert len(some) == 29 and {place.code for place in some} < {place.code for place in found}
    assert (some[0].shift, some[0].seed) == next((p.shift, p.seed) for p in found if p.code == some[0].code)


def test_a_shift_moves_what_is_true():
    usual, worse = (truth(town(1, code="1715", shift=shift), YEAR)["truth"].iloc[0] for shift in (0.0, 0.5))
    odds = [share / (1 - share) for share in (usual, worse)]
    assert odds[1] / odds[0] == pytest.approx(2.718281828**0.5, rel=1e-6)


@pytest.mark.slow
def test_a_nation_is_read_without_fault_and_says_it_is_simulated(nation):
    folders = sorted(path for path in nation.iterdir() if path.name != REGISTER)
    assert len(folders) == 2 and not list(nation.glob("*.csv"))
    for folder in folders:
        ws = Workspace.open(folder)
        assert ws.settings.simulated and check(ws)[0] == []
        people = read_population(ws).groupby("sex", observed=True)["n"].sum()
        assert people.to_dict() == register(ws.settings.code).groupby("sex")["n"].sum().to_dict()
        crimes = read_incidents(ws)
        own = parts(nation / REGISTER, ws.settings.code)
        assert len(crimes.frame) == sum(pq.read_metadata(part).num_rows for part in own)
        assert crimes.quality["ungrouped"] == 0
        assert len(crimes.frame) < 1000 or 0.02 < crimes.quality["place_swapped"] / len(crimes.frame) < 0.04


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_with_two_writers(nation, tmp_path):
    write_nation(tmp_path / "again", seed=3, n=2, yearly=200_000, workers=2)
    assert contents(tmp_path / "again") == contents(nation)


def contents(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
