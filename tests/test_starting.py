"""A new municipality's folder."""

import pytest

from trygghet.errors import InputError
from trygghet.page_names import slug
from trygghet.promises import load
from trygghet.starting import start
from trygghet.workspace import Workspace

ANSWERS = {"name": "Granstad", "code": "0180", "year": "2020", "areas": ["Centrum", "Östra skogen"]}


def test_the_folder_is_ready_and_valid(tmp_path):
    made = start(tmp_path / "granstad", **ANSWERS)
    ws = Workspace.open(tmp_path / "granstad")
    assert (ws.settings.name, ws.settings.code, ws.year) == ("Granstad", "0180", "2020")
    assert ws.area_labels == {"centrum": "Centrum", "ostra_skogen": "Östra skogen"}
    assert ws.wave("staff").wave.deadline.isoformat() == "2020-02-29"  # the last of February of a leap year
    assert all(path.is_file() for path in made)
    assert (tmp_path / "granstad" / ws.settings.sources["citizens"].codebook).is_file()


def test_what_is_commented_out_of_the_promises_can_be_used_as_it_stands(tmp_path):
    folder = tmp_path / "granstad"
    start(folder, **ANSWERS)
    lines = (folder / "loften.yml").read_text(encoding="utf-8").splitlines()[3:]
    filled = [line.removeprefix("# ") for line in lines if not line.endswith("[]")]
    (folder / "loften.yml").write_text("\n".join(filled), encoding="utf-8")
    settings = folder / "workspace.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("# promises:", "promises:"), encoding="utf-8")
    promised = load(Workspace.open(folder))
    assert [(g.id, g.promise, g.target.value) for g in promised.goals] == [("M1", "L1", 0.3)]
    assert [a.due.isoformat() for a in promised.activities] == ["2020-10-31"]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"code": "180"}, "W22-BAD-CODE"),
        ({"year": "20"}, "W23-BAD-YEAR"),
        ({"name": " "}, "W21-NO-NAME"),
        ({"areas": []}, "W24-NO-AREAS"),
        ({"areas": ["Östra", "östra"]}, "W25-SAME-AREA"),
    ],
)
def test_answers_that_cannot_be_used_make_nothing(tmp_path, change, rule):
    with pytest.raises(InputError) as caught:
        start(tmp_path / "granstad", **(ANSWERS | change))
    assert [fault.rule for fault in caught.value.faults] == [rule]
    assert not (tmp_path / "granstad").exists()


def test_a_folder_in_use_is_left_alone(tmp_path):
    folder = tmp_path / "granstad"
    folder.mkdir()
    (folder / "mine.txt").write_text("kept")
    with pytest.raises(InputError, match="W20"):
        start(folder, **ANSWERS)
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]


def test_a_name_that_yaml_would_read_otherwise_stays_text(tmp_path):
    start(tmp_path / "granstad", **(ANSWERS | {"name": "No: 1 # x", "areas": ["yes", "1.0"]}))
    ws = Workspace.open(tmp_path / "granstad")
    assert ws.settings.name == "No: 1 # x"
    assert list(ws.area_labels.values()) == ["yes", "1.0"]


@pytest.mark.parametrize(("name", "expected"), [("Östra skogen", "ostra_skogen"), ("Årjäng-Nord", "arjang_nord")])
def test_slug(name, expected):
    assert slug(name) == expected
