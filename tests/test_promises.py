"""The registry of promises: what it reads, what it refuses with which rule and row, and its hash."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random

import pytest
from ruamel.yaml import YAML

from trygghet import promises
from trygghet.errors import InputError
from trygghet.messages import Words
from trygghet.promise_rules import Known
from trygghet.workspace import Source, Workspace

from .example_data import GSS

HERE = Path(__file__).parent
GOOD = HERE / "registries" / "good.yml"
BAD = sorted((HERE / "bad_registries").glob("*.yml"))
WARNED = sorted((HERE / "bad_registries" / "warned").glob("*.yml"))


def source(kind: str, evidence: str, *waves: tuple[str, str, str]) -> Source:
    periods = {year: {"file": "x.csv", "from": start, "to": end} for year, start, end in waves}
    return Source.model_validate({"kind": kind, "evidence_class": evidence, "waves": periods})


def moved(mode: str, known: Source) -> Source:
    """The source with its survey on paper until 2016 and in another mode from then on."""
    modes = {year: "post" if year < "2017" else mode for year in known.waves}
    waves = {year: wave.model_copy(update={"mode": modes[year]}) for year, wave in known.waves.items()}
    return known.model_copy(update={"waves": waves})


SURVEYS = tuple((str(year), f"{year}-02-01", f"{year}-03-18") for year in range(2015, 2019))
PERIODS = tuple((str(year), f"{year - 1}-06-01", f"{year}-05-31") for year in range(2016, 2019))
KNOWN = Known(
    sources={
        "citizens": source("survey", "probability", *SURVEYS),
        "panel": moved("web", source("survey", "probability", *SURVEYS)),
        "webform": source("survey", "open", *SURVEYS),
        "contacts": source("contacts", "open", *SURVEYS),
        "incidents": source("incidents", "register", *PERIODS),
    },
    areas=frozenset({"centrum", "olme"}),
    problems=frozenset({"p11", "p12"}),
    indicators=frozenset({"unsafe_night", "worry_burglary"}),
    offences={"bicycle_theft": False, "drugs": True},
    breaks={"worry_burglary": (date(2016, 9, 1),), "unsafe_night": (date(2014, 1, 1),)},
)


def marked_row(path: Path) -> int:
    """The row that the file itself marks as the faulty one."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(i for i, line in enumerate(lines, start=1) if "# here" in line)


def test_a_good_registry_is_read_whole() -> None:
    registry = promises.read(GOOD, known=KNOWN)
    assert [goal.id for goal in registry.goals_due(2017)] == ["M1", "M2"]
    assert registry.goals_due("2018") == ()
    goal = registry.goal("M2")
    assert goal.is_count and goal.offence_group == "bicycle_theft"
    assert goal.target_value == pytest.approx(94.4)
    assert registry.promise_of(goal).decided == date(2016, 5, 12)
    assert [item.id for item in registry.activities_of("M1")] == ["A1", "A2"]
    assert [item.id for item in registry.goals_of("L1")] == ["M1", "M2"]
    assert registry.warnings == ()
    with pytest.raises(KeyError):
        registry.goal("M9")


def test_twenty_and_more_wrong_registries_are_kept() -> None:
    assert len(BAD) >= 20


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_wrong_registry_is_refused_by_its_rule_at_its_row(path: Path) -> None:
    with pytest.raises(InputError) as caught:
        promises.read(path, known=KNOWN)
    assert {fault.rule for fault in caught.value.faults} == {path.stem}
    assert caught.value.faults[0].row == marked_row(path)
    for language in ("sv", "en"):
        text = caught.value.text(Words(language))
        assert f"{path.name}:{marked_row(path)}:" in text and "{" not in text


@pytest.mark.parametrize("path", WARNED, ids=lambda path: path.stem)
def test_a_doubtful_registry_is_read_with_a_warning(path: Path) -> None:
    registry = promises.read(path, known=KNOWN)
    found = [fault for fault in registry.warnings if fault.rule == path.stem]
    assert [fault.row for fault in found] == [marked_row(path)]
    for language in ("sv", "en"):
        assert "{" not in found[0].text(Words(language))


def test_warnings_are_found_by_goal() -> None:
    registry = promises.read(HERE / "bad_registries" / "warned" / "L26-WORST-PICKED.yml", known=KNOWN)
    assert [fault.rule for fault in registry.warnings_of(registry.goal("M1"))] == ["L26-WORST-PICKED"]
    assert registry.warnings_of(registry.goal("M2")) == ()


def test_every_rule_has_a_registry_that_breaks_it() -> None:
    rules = {rule for rule in Words("sv").raw("faults") if rule.startswith("L") and rule[1:3].isdigit()}
    kept = {path.stem for path in [*BAD, *WARNED]}
    assert {rule for rule in rules - kept if rule[:3] not in OTHER_TESTS} == {"L01-NO-PROMISES"}


# workbooks and the lock have tests of their own
OTHER_TESTS = {f"L{n}" for n in (43, 44, 45, *range(50, 56))}


@pytest.mark.parametrize("value", ["-1.5", "0", "1.5", "11"])
def test_a_relative_share_must_stay_a_share(tmp_path: Path, value: str) -> None:
    path = tmp_path / "loften.yml"
    aim = f"{{kind: relative, value: {value}}}"
    path.write_text(GOOD.read_text(encoding="utf-8").replace("{kind: absolute, value: 0.33}", aim), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        promises.read(path)
    assert [fault.rule for fault in caught.value.faults] == ["L28-IMPOSSIBLE-TARGET"]


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    text = GOOD.read_text(encoding="utf-8")
    text = text.replace("value: 0.33", "value: 0.55").replace("problem: p12", "problem: p1")
    path = tmp_path / "loften.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        promises.read(path, known=KNOWN)
    assert sorted(fault.rule for fault in caught.value.faults) == ["L11-UNKNOWN-PROBLEM", "L29-WRONG-WAY"]


def rewritten(tmp_path: Path, change) -> str:  # type: ignore[no-untyped-def]
    """Hash of the good registry after a change to its data, written by another YAML writer."""
    data = YAML(typ="safe").load(GOOD.read_text(encoding="utf-8"))
    data = change(data) or data
    path = tmp_path / "changed.yml"
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(data, file)
    return promises.read(path).sha256


def test_the_order_of_keys_and_entries_and_white_space_do_not_change_the_hash(tmp_path: Path) -> None:
    first = promises.read(GOOD).sha256
    assert rewritten(tmp_path, lambda data: None) == first

    def turned(data: dict) -> dict:
        data["goals"].reverse()
        data["promises"][0]["title"]["sv"] = "Tryggare   centrum\n på kvällen"
        return {section: [dict(reversed(item.items())) for item in items] for section, items in reversed(data.items())}

    assert rewritten(tmp_path, turned) == first


def test_a_value_equal_to_its_default_does_not_change_the_hash(tmp_path: Path) -> None:
    def explicit(data: dict) -> None:
        data["goals"][0]["term"] = "short"
        data["goals"][1]["target"]["value"] = -0.2

    assert rewritten(tmp_path, explicit) == promises.read(GOOD).sha256


def test_filling_in_what_was_done_and_learned_does_not_change_the_hash(tmp_path: Path) -> None:
    def done(data: dict) -> None:
        data["activities"][2] |= {"status": "done", "evidence": "Protokoll"}
        data["activities"][1]["interim"] = {"day": date(2016, 11, 30), "done": 4, "obstacle": "Vakanser"}
        data["goals"][0]["emmie"] = {"effect": "Ljuset hjälpte", "economy": "100 000 kronor"}

    assert rewritten(tmp_path, done) == promises.read(GOOD).sha256


@pytest.mark.parametrize(
    ("section", "place", "key", "value"),
    [
        ("goals", 0, "target", {"kind": "absolute", "value": 0.34}),
        ("goals", 0, "indicator", "worry_burglary"),
        ("goals", 1, "baseline", {"year": "2016", "count": 119}),
        ("promises", 0, "to", date(2017, 6, 30)),
        ("activities", 0, "planned", 1),
        ("activities", 0, "due", date(2016, 12, 1)),
    ],
)
def test_what_was_promised_changes_the_hash(tmp_path: Path, section: str, place: int, key: str, value: object) -> None:
    def change(data: dict) -> None:
        data[section][place][key] = value

    assert rewritten(tmp_path, change) != promises.read(GOOD).sha256


def test_a_workspace_without_promises_says_so() -> None:
    ws = Workspace.open(GSS)
    alone = Workspace(ws.folder, ws.settings.model_copy(update={"promises": None}), ws.year)
    with pytest.raises(InputError) as caught:
        promises.load(alone)
    assert caught.value.faults[0].rule == "L01-NO-PROMISES"


def test_the_gss_example_is_valid_in_its_own_workspace() -> None:
    registry = promises.load(Workspace.open(GSS))
    assert registry.goals_due("2018") and len(registry.sha256) == 64


def test_a_file_that_is_not_yaml_names_the_row(tmp_path: Path) -> None:
    path = tmp_path / "loften.yml"
    path.write_text("promises:\n  - id: L1\n   title: x\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        promises.read(path)
    assert caught.value.faults[0].rule == "W02-NOT-YAML" and caught.value.faults[0].row >= 2


JUNK = [
    "null",
    "[]",
    "{}",
    "-1",
    "1e400",
    ".nan",
    "2016-13-45",
    "true",
    "[1, 2]",
    "{a: b}",
    "!!x y",
    "*a",
    "9" * 40,
    "\x07",
]
ODD = ["", "- a\n", "promises: null\ngoals: []\n", "promises: [1]\ngoals: [a]\n", "promises: &a [*a]\ngoals: []\n"]


def mutated(random: Random) -> str:
    """The good registry with up to three rows dropped, moved, given a foreign value or a foreign character."""
    lines = GOOD.read_text(encoding="utf-8").splitlines(keepends=True)
    for _ in range(random.randint(1, 3)):
        at, what = random.randrange(len(lines)), random.random()
        if what < 0.3:
            del lines[at]
        elif what < 0.5:
            lines.insert(at, random.choice(lines))
        elif what < 0.8 and ":" in lines[at]:
            lines[at] = f"{lines[at].partition(':')[0]}: {random.choice(JUNK)}\n"
        else:
            place = random.randrange(len(lines[at]))
            lines[at] = lines[at][:place] + chr(random.randrange(32, 300)) + lines[at][place + 1 :]
    return "".join(lines)


def test_a_mutated_registry_is_read_or_refused_in_words(tmp_path: Path) -> None:
    random, path, refused = Random(1), tmp_path / "loften.yml", 0
    for text in [*ODD, *(mutated(random) for _ in range(300))]:
        path.write_text(text, encoding="utf-8")
        try:
            promises.read(path)
        except InputError as error:
            refused += 1
            assert all(error.text(Words(language)).startswith("loften.yml:") for language in ("sv", "en"))
    assert refused > 200
