"""What people decided: read strictly, every choice with its reason, each year its own."""

from pathlib import Path

import pytest

import trygghet as tg
from trygghet import decisions
from trygghet.errors import InputError
from trygghet.messages import Words
from trygghet.starting import start

from .example_data import TOWN

PROBLEMS = ("p11", "p12", "p20")
GOOD = """years:
  "2017":
    decided: {by: Rådet, role: kommun och polis, date: 2017-05-03}
    severity: {p11: 5, p12: 2}
    priorities:
      - problem: p12
        motivering: Alla källor pekar dit.
    not_chosen:
      - problem: p11
        motivering: Görs redan.
    causes:
      - problem: p12
        hypothesis: Torget är tomt.
        how_to_test: Räkna besökare.
"""


def read(tmp_path: Path, text: str) -> decisions.DecisionFile:
    file = tmp_path / "prioriteringar.yml"
    file.write_text(text, encoding="utf-8")
    return decisions.read(file, problems=PROBLEMS, years=("2016", "2017"), areas=("centrum",))


def test_each_year_has_its_own_decision(tmp_path):
    content = read(tmp_path, GOOD)
    assert content.years["2017"].chosen == ("p12",)
    assert content.years["2017"].decided.date.isoformat() == "2017-05-03"
    assert "2016" not in content.years


@pytest.mark.parametrize(
    ("old", "new", "rule", "row"),
    [
        ("motivering: Alla källor pekar dit.", 'motivering: "  "', "D01-NO-REASON", 7),
        ("        motivering: Alla källor pekar dit.\n", "", "D01-NO-REASON", 6),
        ("      - problem: p12\n        mot", "      - problem: p112\n        mot", "D02-UNKNOWN-PROBLEM", 6),
        ("{p11: 5,", "{p99: 5,", "D02-UNKNOWN-PROBLEM", 4),
        ("    not_chosen:\n", "      - {problem: p12, motivering: Igen.}\n    not_chosen:\n", "D03-TWICE", 8),
        ("{by: Rådet, role: kommun och polis, date", "{date", "D04-NOBODY-DECIDED", 3),
        ('"2017"', '"2031"', "D05-UNKNOWN-YEAR", 2),
        ("      - problem: p11\n", "      - problem: p12\n", "D06-CHOSEN-AND-NOT", 9),
        ("        how_to_test: Räkna besökare.\n", "", "D07-NO-TEST", 12),
        ("hypothesis: Torget är tomt.", "hypothesis: ''", "D08-NO-HYPOTHESIS", 13),
        ("motivering: Alla", "areas: [centrumm]\n        motivering: Alla", "D09-UNKNOWN-AREA", 7),
        ("motivering: Alla", "motivation: Alla", "W10-UNKNOWN-KEY-NEAR", 7),
        ("{p11: 5,", "{p11: -5,", "W13-WRONG-VALUE", 4),
        ("2017-05-03", "i maj", "W13-WRONG-VALUE", 3),
    ],
)
def test_a_fault_has_its_rule_and_row(tmp_path, old, new, rule, row):
    assert GOOD.count(old) == 1
    with pytest.raises(InputError) as caught:
        read(tmp_path, GOOD.replace(old, new))
    assert (rule, row) in [(fault.rule, fault.row) for fault in caught.value.faults]


def test_all_faults_come_at_once_and_the_nearest_problem_is_named(tmp_path):
    text = GOOD.replace("- problem: p12\n        mot", "- problem: p112\n        mot").replace("Görs redan.", "''")
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    said = caught.value.text(Words("sv"))
    assert {fault.rule for fault in caught.value.faults} == {"D01-NO-REASON", "D02-UNKNOWN-PROBLEM"}
    assert "närmast är p1" in said and "prioriteringar.yml:6:" in said


def test_severity_is_a_scale_from_zero_to_the_largest_weight():
    weights = {"a": 6.0, "b": 4.1, "c": 4.0, "d": 2.0, "e": 0.1}
    assert [decisions.severity_level(weight, weights) for weight in weights.values()] == [3, 3, 2, 1, 1]
    scaled = {name: 10 * weight for name, weight in weights.items()}
    assert [decisions.severity_level(weight, scaled) for weight in scaled.values()] == [3, 3, 2, 1, 1]


def test_the_template_of_a_new_workspace_is_valid_as_it_is_and_when_its_signs_are_taken_off(tmp_path):
    folder = tmp_path / "granstad"
    made = start(folder, name="Granstad", code="0180", year="2020", areas=["Centrum"])
    assert folder / decisions.FILE in made
    ws = tg.Workspace.open(folder)
    assert decisions.load(ws) is None
    lines = (folder / decisions.FILE).read_text(encoding="utf-8").splitlines()
    first = lines.index("years: {}") + 1
    (folder / decisions.FILE).write_text("\n".join(line[2:] for line in lines[first:]), encoding="utf-8")
    decision = decisions.load(ws)
    assert decision.chosen == ("p12",) and len(decision.causes) == 1
    assert folder / decisions.FILE in ws.files()


def test_the_example_has_two_decisions_and_says_that_they_are_simulated():
    ws = tg.Workspace.open(TOWN, year="2016")
    first, second = decisions.load(ws), decisions.load(ws.at("2017"))
    assert first.chosen != second.chosen
    assert all("simulera" in decision.decided.role["sv"] for decision in (first, second))
