"""What ``trygghet check`` says: all faults of all files at once, response, and who is missing."""

from __future__ import annotations

from trygghet.sources import check, read_survey, response
from trygghet.workspace import Workspace


def test_a_good_folder_has_no_faults_and_says_who_answered(ws):
    faults, notes = check(ws)
    assert faults == []
    text = "\n".join(notes)
    assert "6 svar av 7 tillfrågade (86\u00a0%)" in text
    assert "Centrum: 2 svar av 3 tillfrågade (67\u00a0%)" in text
    assert "2 av 7 tillfrågade har svarat" in text
    assert "inget svar ännu från Vård" in text
    assert "2 anmälningar har okänd plats" in text


def test_faults_of_several_files_come_together(folder):
    (folder / "kontakter.csv").unlink()
    path = folder / "enkat.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("0002;centrum;2;1990;3", "0002;centrum;2;1990;7"),
        encoding="utf-8",
    )
    faults, _ = check(Workspace.open(folder))
    assert [(f.file, f.rule) for f in faults] == [
        ("enkat.csv", "S05-UNKNOWN-CODE"),
        ("kontakter.csv", "T01-NO-FILE"),
    ]


def test_more_answers_than_invitations_is_a_fault(folder):
    path = folder / "urval.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if not line.startswith(("4;", "5;"))) + "\n", encoding="utf-8")
    faults, _ = check(Workspace.open(folder))
    assert [(f.column, f.rule, f.values["answered"], f.values["invited"]) for f in faults] == [
        ("delomrade", "S10-MORE-THAN-INVITED", 4, 2)
    ]


def test_the_number_invited_is_told_without_a_file_of_them_and_fewer_than_the_answers_is_a_fault(folder):
    path = folder / "workspace.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("invited: urval.csv", "invited_n: 12"), encoding="utf-8")
    faults, lines = check(Workspace.open(folder))
    assert not faults and any("6 svar av 12 tillfrågade (50" in line for line in lines)
    path.write_text(text.replace("invited: urval.csv", "invited_n: 5"), encoding="utf-8")
    faults, _ = check(Workspace.open(folder))
    assert [(f.rule, f.values) for f in faults] == [("S48-MORE-THAN-INVITED-N", {"answered": 6, "invited": 5})]


def test_answers_where_nobody_lives_are_a_fault(folder):
    spec = "    weighting: {method: rake, margins: [[area]], population: population}\n    design:"
    (folder / "workspace.yml").write_text(
        (folder / "workspace.yml").read_text(encoding="utf-8").replace("    design:", spec, 1),
        encoding="utf-8",
    )
    path = folder / "befolkning.csv"
    path.write_text("delomrade;kon;alder;antal\ncentrum;män;16;1200\noster;män;40;0\n", encoding="utf-8")
    faults, _ = check(Workspace.open(folder))
    assert [(f.column, f.rule, f.values["category"]) for f in faults] == [("area", "S11-NO-POPULATION", "oster")]


def test_missing_and_old_sources_are_told(folder):
    text = (folder / "workspace.yml").read_text(encoding="utf-8")
    text = text.replace(
        '      "2016": {file: kontakter.csv, from: 2016-01-01, to: 2016-03-31}',
        '      "2015": {file: kontakter.csv, from: 2015-01-01, to: 2015-03-31}',
    )
    text = text.replace("from: 2015-12-31, to: 2015-12-31", "from: 2013-12-31, to: 2013-12-31")
    (folder / "workspace.yml").write_text(text, encoding="utf-8")
    _, notes = check(Workspace.open(folder))
    assert "Dialoger och kontakter: ingen leverans för 2016" in notes
    assert any("2013-12-31" in note and "Befolkning" in note for note in notes)


def test_groups_nobody_has_reached(ws):
    _, notes = check(ws)
    groups = next(note for note in notes if "25–44" in note)
    assert "16–24" in groups


def test_response_by_sex(ws):
    table = response(read_survey(ws), "sex").set_index("sex")
    assert table.loc["man", ["n_invited", "n_answered"]].tolist() == [4, 2]
    assert table.loc["man", "share"] == 0.5
