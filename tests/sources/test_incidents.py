"""Incidents: unknown times, several crimes, and points that are swapped, missing, piled or elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from trygghet.errors import InputError
from trygghet.sources import coordinates, read_contacts, read_incidents, read_population
from trygghet.workspace import Workspace


def spoil(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return Workspace.open(folder)


def faults(call):
    with pytest.raises(InputError) as caught:
        call()
    return [(fault.row, fault.column, fault.rule) for fault in caught.value.faults]


def test_times_counts_and_codes(ws):
    frame = read_incidents(ws).frame.sort_values("incident_id", ignore_index=True)
    assert frame["offence_code"].tolist() == ["0365", "0365", "9999", "0365", "0365"]
    assert frame["offence_group"].tolist()[:3] == ["violence_public", "violence_public", "other"]
    assert frame["time_known"].tolist() == [True, False, False, True, True]
    assert frame["n_crimes"].tolist() == [1, 2, 1, 1, 1]
    # 24:00 is midnight at the day's end, and a missing start takes the end
    assert str(frame["start"].iat[2]) == str(frame["end"].iat[2]) == "2016-03-01 00:00:00"


def test_places(ws):
    incidents = read_incidents(ws)
    frame = incidents.frame.sort_values("incident_id", ignore_index=True)
    assert frame["area"].tolist()[:2] == ["centrum", "centrum"]
    assert frame["area"].isna().tolist()[2:] == [True, True, True]
    assert frame.loc[1, ["x", "y"]].tolist() == [460500, 6578000]
    quality = incidents.quality
    assert (quality["place_swapped"], quality["place_unknown"], quality["place_outside"]) == (1, 2, 1)
    assert (quality["time_nonexistent"], quality["time_repeated"], quality["time_all_day"]) == (1, 1, 1)


def test_without_a_map_the_points_stay_and_no_area_is_claimed(folder):
    ws = spoil(folder, "workspace.yml", "boundaries: omraden.geojson\n", "")
    incidents = read_incidents(ws)
    assert incidents.frame["x"].notna().sum() == 3
    assert incidents.frame["area"].isna().all()
    assert incidents.quality["place_outside"] == 0


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("20:00;2016-01-02 20:30", "20:00;2016-01-02 19:30", (2, "till", "S12-ENDS-BEFORE-START")),
        ("D1;0365", "D1;365", (2, "brottskod", "S15-OFFENCE-CODE")),
        ("D1;0365", ";0365", (2, "diarienr", "S02-NO-ID")),
        ("2016-01-03;1;", "2016-01-03;0;", (2, "antal", "S14-COUNT")),
        ("2016-01-03;1;", "2015-02-29;1;", (2, "anmald", "T15-NOT-A-DATE")),
        ("6578000;460500;torg\nD2", "59,33;18,06;torg\nD2", (2, "nord", "S31-DEGREES")),
        ("6578000;460500;torg\nD2", "6578000;1460500;torg\nD2", (2, "nord", "S32-RT90")),
        ("6578000;460500;torg\nD2", "5000000;460500;torg\nD2", (2, "nord", "S33-OUTSIDE-SWEDEN")),
        ("6578000;460500;torg\nD2", "norr;460500;torg\nD2", (2, "nord", "T14-NOT-A-NUMBER")),
    ],
)
def test_each_fault_at_its_row_and_column(folder, old, new, expected):
    ws = spoil(folder, "handelser.csv", old, new)
    assert faults(lambda: read_incidents(ws)) == [expected]


def test_a_report_without_any_day_is_a_fault(folder):
    ws = spoil(folder, "handelser.csv", "D3;9999;Annat;;2016-02-29 24:00;2016-03-01", "D3;9999;Annat;;;")
    assert faults(lambda: read_incidents(ws)) == [(4, "fran", "S13-NO-DATE")]


def test_axes_are_exchanged_only_where_it_is_certain():
    placed = coordinates.check(np.array([6578000.0, 460500, 0, np.nan]), np.array([460500.0, 6578000, 0, 460500]))
    assert placed.swapped.tolist() == [False, True, False, False]
    assert placed.unknown.tolist() == [False, False, True, True]
    assert placed.north[:2].tolist() == [6578000, 6578000]
    assert not placed.wrong


def test_a_sub_area_without_border_is_named(folder):
    ws = spoil(
        folder,
        "workspace.yml",
        "- {id: oster, name: Österängen}",
        "- {id: oster, name: Österängen}\n  - {id: norr, name: Norr}",
    )
    with pytest.raises(InputError) as caught:
        read_incidents(ws)
    assert (caught.value.faults[0].rule, caught.value.faults[0].values["area"]) == ("S35-NO-BORDER", "Norr")


def test_contacts_are_rows_of_open_answers(ws):
    frame = read_contacts(ws).frame
    assert frame["n_people"].tolist() == [12, 1]
    assert frame["problem"].tolist() == ["p07", "other"]


def test_population(ws):
    frame = read_population(ws)
    assert frame["n"].tolist() == [1200, 3, 10, 11]
    assert frame["age"].tolist() == [16, 100, 40, 40]
    assert frame["sex"].tolist() == ["man", "woman", "man", "woman"]
    assert frame["area"].tolist() == ["centrum", "centrum", "oster", "oster"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("centrum;män;16;1 200", "centrum;män;16;..", (2, "antal", "S16-PERSONS")),
        ("centrum;män;16;1 200", "centrum;män;16;", (2, "antal", "S17-EMPTY-CELL")),
        ("centrum;män;16", "centrum;mann;16", (2, "kon", "S05-UNKNOWN-CODE")),
        ("centrum;män;16", "norr;män;16", (2, "delomrade", "S07-UNKNOWN-AREA")),
        ("centrum;män;16", "centrum;män;tot", (2, "alder", "S06-AGE")),
    ],
)
def test_population_faults(folder, old, new, expected):
    ws = spoil(folder, "befolkning.csv", old, new)
    assert faults(lambda: read_population(ws)) == [expected]


def test_other_names_of_the_columns_come_from_a_file_of_the_workspaces_own(folder):
    (folder / "falt.yml").write_text("incidents: {start: [brottstid 1], north: [y-koordinat]}\n", encoding="utf-8")
    spoil(folder, "workspace.yml", "kind: incidents\n", "kind: incidents\n    codebook: falt.yml\n")
    ws = spoil(folder, "handelser.csv", "fran;till;anmald;antal;nord", "Brottstid_1;till;anmald;antal;Y-koordinat")
    assert len(read_incidents(ws).frame) == 5


def test_decimal_comma_and_point_in_one_column_of_coordinates(folder):
    ws = spoil(folder, "handelser.csv", "6578000;460500;torg\nD2", "6578000,5;460500;torg\nD2")
    ws = spoil(folder, "handelser.csv", "6578000;469000", "6578000.5;469000")
    assert faults(lambda: read_incidents(ws)) == [(6, "nord", "T13-MIXED-DECIMALS")]
