"""Residents by square, as Statistics Sweden names its squares."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from trygghet.errors import InputError
from trygghet.sources import read_residents


def read(folder, *lines: str):
    (folder / "rutor.csv").write_text("\n".join(["Ruta;Storlek;Antal", *lines]) + "\n", encoding="utf-8")
    return read_residents(SimpleNamespace(folder=folder))


def test_a_square_is_its_centre_and_a_large_one_its_parts(tmp_path):
    found = read(tmp_path, "4480006575000;250;31", "4490006575000;1000;32")
    assert found.iloc[0].tolist() == [448_125.0, 6_575_125.0, 31.0]
    large = found.iloc[1:]
    assert len(large) == 16 and large["n"].eq(2).all()
    assert (large["x"].min(), large["x"].max(), large["y"].max()) == (449_125.0, 449_875.0, 6_575_875.0)


def test_without_the_file_nobody_knows(tmp_path):
    assert read_residents(SimpleNamespace(folder=tmp_path)) is None


def test_every_fault_is_named_at_once(tmp_path):
    with pytest.raises(InputError) as caught:
        read(tmp_path, "448000;250;3", "4480006575000;200;3", "4480006575000;250;-1", "4480006575000;250;")
    assert {(fault.row, fault.rule) for fault in caught.value.faults} == {
        (2, "S25-SQUARE"), (3, "S26-SQUARE-SIZE"), (4, "S16-PERSONS"), (5, "S17-EMPTY-CELL"),
    }  # fmt: skip
