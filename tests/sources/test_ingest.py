"""A register of many municipalities: read as the files it was made of, strict, and never half there."""

from __future__ import annotations

import shutil
from datetime import date

import pandas as pd
import pyarrow.parquet as pq
import pytest

from trygghet import promises
from trygghet.cli import main
from trygghet.errors import InputError
from trygghet.followup import Followup
from trygghet.partitions import parts
from trygghet.retrospect import frozen
from trygghet.sources import ingest as making
from trygghet.sources import pieces, read_incidents
from trygghet.sources.tables import read_table
from trygghet.workspace import Workspace

from ..example_data import TOWN

ROWS = 1500


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """The example's folder, and a file of its first reports in which every third is another municipality's."""
    folder = tmp_path_factory.mktemp("nation")
    example = TOWN
    ws = folder / "ws"
    shutil.copytree(example, ws)
    table = pd.read_csv(example / "anmalda_brott_2012_2017.csv", sep=";", dtype=str, keep_default_na=False)[:ROWS]
    table["kommunkod"] = ["1715" if i % 3 == 1 else "" if i % 3 == 2 else "1781" for i in range(ROWS)]
    table.loc[7, "plats"] = 'Torget;\n"norra" sidan'
    write(table, folder / "riket.csv")
    write(table[table["kommunkod"] == "1781"], ws / "anmalda_brott_2012_2017.csv")
    return folder


def write(table, path):
    table.to_csv(path, sep=";", index=False)


def spoilt(town, tmp_path, row, **cells):
    table = pd.read_csv(town / "riket.csv", sep=";", dtype=str, keep_default_na=False)
    for column, text in cells.items():
        table.loc[row, column] = text
    write(table, tmp_path / "fel.csv")
    return tmp_path / "fel.csv"


def bytes_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_municipality_is_read_out_of_the_register_as_out_of_its_own_file(town, tmp_path):
    from_file = read_incidents(Workspace.open(town / "ws", 2017))
    made = making.ingest([town / "riket.csv"], town / "register")
    assert (made.n, made.municipalities) == (ROWS, 2)
    shutil.copytree(town / "ws", tmp_path / "ws")
    settings = tmp_path / "ws" / "workspace.yml"
    text = settings.read_text().replace("anmalda_brott_2012_2017.csv", str(town / "register"))
    settings.write_text(text)
    ws = Workspace.open(tmp_path / "ws", 2017)
    from_register = read_incidents(ws)
    pd.testing.assert_frame_equal(from_register.frame, from_file.frame)
    assert from_register.quality == from_file.quality
    own = [path for path in ws.files() if path.is_relative_to(town / "register")]
    assert own == parts(town / "register", "1781")
    settings.write_text(text.replace('code: "1781"', 'code: "0180"'))
    with pytest.raises(InputError) as caught:
        read_incidents(Workspace.open(tmp_path / "ws", 2017))
    assert caught.value.faults[0].rule == "S19-NOT-IN-REGISTER"


@pytest.mark.parametrize("size", [9_973, 60_013])
def test_the_same_bytes_whatever_the_pieces(town, tmp_path, size):
    making.ingest([town / "riket.csv"], tmp_path / "whole")
    making.ingest([town / "riket.csv"], tmp_path / "pieces", size=size)
    assert bytes_of(tmp_path / "whole") == bytes_of(tmp_path / "pieces")


def test_pieces_number_their_rows_as_the_file(town):
    whole = read_table(town / "riket.csv")
    read = list(pieces.tables(town / "riket.csv", ["diarienr"], size=3000))
    assert len(read) > 20
    assert [row for table in read for row in table.rows] == whole.rows.tolist()
    assert [name for table in read for name in table.texts("diarienr")] == whole.texts("diarienr")


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"kommunkod": "181"}, "S18-MUNICIPALITY-CODE"),
        ({"brottskod": "365"}, "S15-OFFENCE-CODE"),
        ({"till": "2011-01-01 10:00"}, "S12-ENDS-BEFORE-START"),
        ({"nord": "6574911.5", "ost": "449215.5"}, None),
    ],
)
def test_the_readers_faults_at_the_files_rows_and_the_former_register_stands(town, tmp_path, cells, rule):
    target = tmp_path / "register"
    making.ingest([town / "riket.csv"], target)
    before = bytes_of(target)
    path = spoilt(town, tmp_path, 900, **cells)
    if rule is None:  # decimals: a comma far from the point, in another piece
        table = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False)
        table.loc[100, "nord"] = "6574911,5"
        write(table, path)
        rule = "T13-MIXED-DECIMALS"
    with pytest.raises(InputError) as caught:
        making.ingest([path], target, size=5000)
    faults = caught.value.faults
    assert [(fault.rule, fault.row) for fault in faults] == [(rule, 903)]  # the header, and a cell of two lines
    assert bytes_of(target) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["fel.csv", "register"]


def test_every_fault_of_every_piece_is_told_with_a_row_too_short(town, tmp_path):
    lines = (town / "riket.csv").read_text().split("\n")
    lines[400] = lines[400].rpartition(";")[0]
    lines[1200] = lines[1200].replace(";", "", 1)
    (tmp_path / "fel.csv").write_text("\n".join(lines))
    with pytest.raises(InputError) as caught:
        making.ingest([tmp_path / "fel.csv"], tmp_path / "register", size=4000)
    assert [(fault.rule, fault.row) for fault in caught.value.faults] == [
        ("T07-FEW-FIELDS", 401),
        ("T07-FEW-FIELDS", 1201),
    ]


def test_two_encodings_in_one_file(town, tmp_path):
    raw = (town / "riket.csv").read_bytes()
    at = raw.index(b"\n", len(raw) // 2) + 1
    mixed = raw[:at] + raw[at:].decode().encode("cp1252")
    (tmp_path / "fel.csv").write_bytes(mixed)
    with pytest.raises(InputError) as caught:
        making.ingest([tmp_path / "fel.csv"], tmp_path / "register", size=8000)
    assert {fault.rule for fault in caught.value.faults} == {"T03-MIXED-ENCODINGS"}


def test_the_command(town, tmp_path, capsys):
    main_exit(["ingest", (town / "riket.csv").as_uri(), "--out", str(tmp_path / "register")], 0)
    assert "2 kommuner" in capsys.readouterr().err
    main_exit(["ingest", str(town / "riket.csv"), "--out", str(town / "ws")], 2)
    assert (town / "ws" / "workspace.yml").is_file()
    main_exit(["ingest", str(town / "saknas.csv"), "--out", str(tmp_path / "register")], 2)
    assert "T01-NO-FILE" in capsys.readouterr().err
    assert parts(tmp_path / "register", "1715")


def main_exit(arguments, code):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == code


def test_promises_are_locked_with_their_baseline_in_a_register(town, tmp_path):
    register = tmp_path / "register"
    making.ingest([town / "riket.csv"], register)
    folder = shutil.copytree(town / "ws", tmp_path / "ws")
    (folder / "loften.lock.json").unlink()
    settings = folder / "workspace.yml"
    settings.write_text(settings.read_text().replace("anmalda_brott_2012_2017.csv", str(register)))
    ws = Workspace.open(folder, 2016)
    locked = promises.lock_promises(ws, day=date(2016, 5, 12)).current
    assert str(register) in locked.baseline

    registry, later = promises.load(ws), ws.at("2017")
    assert promises.changed_files(later, registry, locked.baseline) == []
    before = min(parts(register, "1781"))
    rows = pq.ParquetFile(before).read()
    (register / "municipality=1781" / "year=2017").mkdir()
    pq.write_table(rows.slice(0, 0), register / "municipality=1781" / "year=2017" / "part.parquet")
    assert promises.changed_files(later, registry, locked.baseline) == []
    assert causes(later) == {"M4": "fewer_counted", "M7": "fewer_counted"}  # the file holds the first reports only
    pq.write_table(rows, before, compression="none")
    assert promises.changed_files(later, registry, locked.baseline) == [str(register)]
    assert causes(later) == {"M4": "fewer_rows", "M7": "fewer_rows"}


def causes(ws):
    return {one.goal.id: one.cause for one in frozen(Followup(ws, "sv")) if one.goal.is_count}
