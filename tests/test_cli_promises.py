"""`trygghet plan` and `trygghet lock` as a person types them, and a build that meets a changed promise."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

import trygghet as tg
from trygghet import cli, promises
from trygghet.cli import lock as lock_command
from trygghet.errors import InputError
from trygghet.followup import Followup

from .example_data import TOWN


def run(capsys, *arguments: object) -> tuple[int, str]:
    with pytest.raises(SystemExit) as stopped:
        cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return int(stopped.value.code or 0), (captured.out + captured.err).replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def town(tmp_path) -> Path:
    copy = Path(shutil.copytree(TOWN, tmp_path / "kristinehamn"))
    (copy / "loften.lock.json").unlink(missing_ok=True)
    return copy


def edit(folder: Path, before: str, after: str) -> None:
    path = folder / "loften.yml"
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")


def test_plan_says_of_every_goal_what_could_be_detected(capsys, town):
    code, said = run(capsys, "plan", town, "--year", "2016")
    assert code == 0
    goals = [line.split()[0] for line in said.splitlines() if line.startswith("M")]
    assert goals == ["M1", "M2", "M3", "M4", "M5", "M6", "M7"]
    assert "Med 444 svar i varje mätning går det att upptäcka en förändring på 9 procentenheter eller mer." in said
    assert said.count("En fjärde är att lova insatser i stället för en effekt") == 1
    # each is drawn on a scale with its start, its target and the changes too small to show
    scales = [line for line in said.splitlines() if "◆" in line and "·" in line]
    assert len(scales) == len(goals) and all("●" in line and "░" in line for line in scales)


def test_plan_names_the_warnings_with_rule_and_row(capsys, town):
    said = run(capsys, "plan", town)[1]
    rows = (town / "loften.yml").read_text("utf-8").splitlines()
    warning = next(line.strip() for line in said.splitlines() if "L36-LONG-TERM" in line)
    file, row, key, _ = warning.split(":", 3)
    assert (file, key) == ("loften.yml", "goals.M6.follow_up")
    assert rows[int(row) - 1].strip() == "follow_up: '2017'"


def test_a_bolder_target_with_more_answers_can_be_measured(capsys, town):
    edit(town, "value: 0.28", "value: 0.15")
    said = run(capsys, "plan", town, "--language", "en")[1]
    assert "1 of 7 goals can be measured." in said.replace("One of", "1 of")


def test_plan_refuses_a_registry_with_faults(capsys, town):
    edit(town, "  direction: decrease\n", "  direction: sideways\n")
    code, said = run(capsys, "plan", town)
    assert code == 2
    assert said.startswith("loften.yml:")
    assert "goals.0.direction" in said


def test_plan_writes_the_registry_as_a_workbook_that_promises_the_same(capsys, town, tmp_path):
    book = tmp_path / "loften.xlsx"
    assert run(capsys, "plan", town, "--xlsx", book)[0] == 0
    assert promises.read(book).sha256 == promises.read(town / "loften.yml").sha256
    code, said = run(capsys, "plan", town, "--xlsx", book)
    assert (code, "finns redan" in said) == (2, True)


def test_a_promise_is_not_locked_after_its_follow_up_was_collected(capsys, town):
    code, said = run(capsys, "lock", town, "--year", "2016")
    assert code == 2
    assert "L53-LOCKED-TOO-LATE" in said and "2017-02-06" in said
    assert not (town / "loften.lock.json").exists()


def test_lock_then_change_then_amend(capsys, town, monkeypatch):
    monkeypatch.setattr(lock_command, "_today", lambda: date(2016, 5, 12))
    sha256 = promises.read(town / "loften.yml").sha256
    code, said = run(capsys, "lock", town, "--year", "2016")
    assert code == 0
    assert sha256 in said and "2016-05-12" in said
    assert "2016/trygghetsenkat.csv" in said
    assert "redan låsta" in run(capsys, "lock", town, "--year", "2016")[1]

    edit(town, "value: 0.28", "value: 0.35")
    monkeypatch.setattr(lock_command, "_today", lambda: date(2016, 9, 1))
    for without in ((), ("--amend",), ("--reason", "Ny belysning försenad")):
        code, said = run(capsys, "lock", town, "--year", "2016", *without)
        assert code == 2
        assert "L52-AMEND-WITHOUT-REASON" in said and sha256[:16] in said
    code, said = run(capsys, "lock", town, "--year", "2016", "--amend", "--reason", "Ny belysning försenad")
    assert code == 0
    lock = promises.load_lock(tg.Workspace.open(town, "2016"))
    assert [entry.day for entry in lock.entries] == ["2016-05-12", "2016-09-01"]
    assert lock.current.reason == "Ny belysning försenad"


def test_a_lock_is_neither_backdated_nor_altered(capsys, town, monkeypatch):
    monkeypatch.setattr(lock_command, "_today", lambda: date(2016, 9, 1))
    assert run(capsys, "lock", town, "--year", "2016")[0] == 0
    edit(town, "value: 0.28", "value: 0.35")
    monkeypatch.setattr(lock_command, "_today", lambda: date(2016, 5, 12))
    code, said = run(capsys, "lock", town, "--year", "2016", "--amend", "--reason", "x")
    assert (code, "L55-LOCKED-BACKWARDS" in said) == (2, True)
    path = town / "loften.lock.json"
    data = json.loads(path.read_text("utf-8"))
    data["entries"][0]["entry"]["day"] = "2016-05-12"
    path.write_text(json.dumps(data), "utf-8")
    code, said = run(capsys, "lock", town, "--year", "2016")
    assert (code, "L51-LOCK-BROKEN" in said) == (2, True)


def test_a_changed_target_stops_the_reports_with_both_hashes_and_a_reordered_one_does_not(town):
    ws = tg.Workspace.open(town, "2017")
    locked = promises.lock_promises(ws, day=date(2016, 5, 12)).current.sha256
    edit(town, "    kind: absolute\n    value: 0.28\n", "    value: 0.28\n    kind: absolute\n")
    assert Followup(ws).registry.sha256 == locked
    edit(town, "value: 0.28", "value: 0.35")
    found = promises.read(town / "loften.yml").sha256
    with pytest.raises(InputError, match="L54-CHANGED-AFTER-LOCK") as refused:
        _ = Followup(ws).registry
    assert locked[:16] in str(refused.value) and found[:16] in str(refused.value)
    assert Followup(ws).registry_as_written.sha256 == found


@pytest.mark.parametrize("command", ["lock", "plan"])
def test_help_in_both_languages(capsys, command):
    assert "Språk för meddelanden" in run(capsys, command, "--help")[1]
    assert "Language of messages" in run(capsys, command, "--language", "en", "--help")[1]


@pytest.mark.slow
def test_build_fails_at_a_changed_target_with_both_hashes_and_keeps_the_former_page(capsys, tmp_path):
    folder, out = Path(shutil.copytree(TOWN, tmp_path / "kristinehamn")), tmp_path / "reports"
    arguments = ("build", folder, "--report", "lofte", "--out", out)
    assert run(capsys, *arguments)[0] == 0
    page = out / "kristinehamn" / "2016" / "lofte.html"
    locked, before = promises.read(folder / "loften.yml").sha256, page.read_bytes()
    assert locked in before.decode()
    edit(folder, "value: 0.28", "value: 0.35")
    code, said = run(capsys, *arguments)
    assert code == 1
    assert "L54-CHANGED-AFTER-LOCK" in said
    assert locked[:16] in said and promises.read(folder / "loften.yml").sha256[:16] in said
    assert page.read_bytes() == before
