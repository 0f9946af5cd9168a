"""The next year of a workspace: carried forward to the letter, moved by a year, never written over."""

import difflib
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from trygghet.errors import InputError
from trygghet.report import plan, run, store
from trygghet.sources.checking import check
from trygghet.workspace import Workspace
from trygghet.yearly import begin, moved, splice

from .example_data import TOWN

CRIME = "anmalda_brott_2012_{}.csv"


def copied(folder: Path) -> Path:
    return Path(shutil.copytree(TOWN, folder / "kristinehamn"))


def state(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """The example with a year more, what was there before, and what was told."""
    path = copied(tmp_path_factory.mktemp("next"))
    before = state(path)
    return path, before, begin(path)


def test_only_lines_are_added_to_the_settings_and_nothing_else_changes(begun):
    path, before, told = begun
    after = state(path)
    assert told.year == "2018" and not told.there
    assert {name for name, content in before.items() if after.get(name) != content} == {"workspace.yml"}
    assert set(after) - set(before) == set(told.made) - {"workspace.yml"}
    old, new = (content["workspace.yml"].decode().splitlines() for content in (before, after))
    signs = {line[0] for line in difflib.ndiff(old, new)}
    assert signs == {" ", "+"}
    assert sum("gissat efter 2017" in line for line in new) == 9  # a source each


def test_the_new_year_is_the_old_one_moved(begun):
    path, _, _ = begun
    ws = Workspace.open(path)
    waves = {wave.name: wave.wave for wave in ws.source_waves()}
    assert (ws.year, ws.settings.reports["2018"]) == ("2018", ["lagesbild"])
    assert waves["citizens"].file == "2018/trygghetsenkat.csv" and waves["citizens"].invited == "2018/urval.csv"
    assert (waves["citizens"].start, waves["citizens"].end) == (date(2018, 2, 5), date(2018, 3, 23))
    assert waves["staff"].deadline == date(2018, 2, 28)
    assert (waves["incidents"].start, waves["incidents"].end) == (date(2017, 4, 1), date(2018, 3, 31))
    assert (waves["official"].start, waves["official"].end) == (date(2012, 1, 1), date(2017, 12, 31))
    assert waves["population"].as_of == date(2019, 12, 31)  # the same in both earlier years


def test_only_files_are_missing_and_each_is_named(begun):
    path, _, told = begun
    faults, _ = check(Workspace.open(path, "2018"))
    assert {fault.rule for fault in faults} == {"T01-NO-FILE"}
    assert {fault.file for fault in faults} <= set(told.missing)
    assert set(told.missing) == {
        "2018/trygghetsenkat.csv", "2018/urval.csv", "2018/arbetsplatstraffar.xlsx", "2018/polisens_medarbetare.csv",
        "2018/dialoger.csv", CRIME.format(2018),
    }  # fmt: skip


def test_a_second_run_changes_nothing_and_says_what_is_there(begun):
    path, _, told = begun
    before = state(path)
    again = begin(path)
    assert state(path) == before
    assert (again.year, again.made, set(again.there)) == ("2018", (), set(told.made))


def test_what_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    path = copied(tmp_path)
    before = state(path)
    monkeypatch.setattr("trygghet.yearly.beginning.calendar", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        begin(path)
    assert state(path) == before


def test_the_calendar_holds_whole_days_in_lines_that_are_not_too_long(begun):
    path, _, told = begun
    content = (path / "2018" / "paminnelser.ics").read_bytes()
    assert max(map(len, content.split(b"\r\n"))) <= 75 and content.endswith(b"END:VCALENDAR\r\n")
    days = re.findall(rb"DTSTART;VALUE=DATE:(\d{8})\r\n", content)
    assert [day.decode() for day in days] == [f"{one.day:%Y%m%d}" for one in told.dates]
    assert len(set(re.findall(rb"UID:(\S+)", content))) == len(days) == 8
    assert {b"20180228", b"20180531", b"20181130", b"20190430"} <= set(days)


def test_goals_due_next_year_are_evaluated_and_own_sections_follow(tmp_path):
    path = copied(tmp_path)
    for name, old, new in [
        ("loften.yml", "follow_up: '2017'", "follow_up: '2018'"),
        ("loften.yml", 'follow_up: "2017"', 'follow_up: "2018"'),
        ("workspace.yml", "\nreports:", '\nnotebooks:\n  natten: ["2017"]\n  dagen:\n    - "2017"\nreports:'),
    ]:
        file = path / name
        file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    (path / "loften.lock.json").unlink()
    told = begin(path)
    settings = Workspace.open(path).settings
    assert settings.reports["2018"] == ["lagesbild", "utvardering"]
    assert settings.promises and settings.promises.waves == {"2017": "2016", "2018": "2017"}
    assert settings.notebooks == {"natten": ["2017", "2018"], "dagen": ["2017", "2018"]}
    assert "evaluation" in {one.key for one in told.dates}


def test_a_year_that_is_no_number_is_refused(tmp_path):
    path = copied(tmp_path)
    file = path / "workspace.yml"
    file.write_text(file.read_text(encoding="utf-8").replace('  "2017": [lagesbild', '  "varen": [lagesbild'), "utf-8")
    with pytest.raises(InputError, match="W46"):
        begin(path)


@pytest.mark.parametrize(
    "kind, given, expected",
    [
        ("survey", {"from": date(2020, 12, 28), "to": date(2021, 1, 10)}, (date(2021, 12, 27), date(2022, 1, 9))),
        ("survey", {"from": date(2024, 2, 1), "to": date(2024, 2, 29)}, (date(2025, 2, 1), date(2025, 2, 28))),
        ("incidents", {"from": date(2023, 3, 1), "to": date(2024, 2, 29)}, (date(2024, 3, 1), date(2025, 2, 28))),
        ("official", {"from": date(2012, 1, 1), "to": date(2016, 12, 31)}, (date(2012, 1, 1), date(2017, 12, 31))),
    ],
)
def test_days_are_moved_by_week_or_by_month(kind, given, expected):
    made = moved.wave(kind, {"file": "a.csv", **given}, None, ("2020", "2021"))
    assert (made["from"], made["to"]) == expected


def test_a_name_changes_only_where_the_year_stands_alone():
    assert moved.renamed("2017/svar_2012-2017.csv", ("2017", "2018")) == "2018/svar_2012-2018.csv"
    assert moved.renamed("svar20171.csv", ("2017", "2018")) == "svar20171.csv"


@pytest.mark.parametrize(
    "text, expected",
    [
        ('a: {"1": x}  # c\nb: 1\n', '# n\na: {"1": x, "2": y}  # c\nb: 1\n'),
        ('a:\n  "1": x  # c\n\n# d\nb: 1\n', 'a:\n  "1": x  # c\n  # n\n  "2": y\n\n# d\nb: 1\n'),
        ('a:\n  "1":\n    - x\n  # d', 'a:\n  "1":\n    - x\n  # n\n  "2": y\n  # d'),
    ],
)
def test_an_entry_is_put_in_without_moving_a_comment(text, expected):
    node = splice.child(splice.composed(text), "a")
    assert splice.spliced(text, splice.entry(text, node, "2", "y", "n")) == expected


@pytest.mark.slow
def test_with_its_files_delivered_the_new_year_is_good_and_is_built(tmp_path):
    path = copied(tmp_path)
    begin(path)
    for file in (path / "2017").iterdir():
        shutil.copy(file, path / "2018" / file.name)
    shutil.copy(path / CRIME.format(2017), path / CRIME.format(2018))
    answers = path / "2018" / "trygghetsenkat.csv"
    head, *rows = [line.split(";") for line in answers.read_text(encoding="utf-8-sig").split("\n")]
    column = head.index("fodelsear")
    for row in rows:
        if len(row) > column and row[column].isdigit():
            row[column] = str(int(row[column]) + 1)  # as old as they were
    answers.write_text("\n".join(map(";".join, [head, *rows])), encoding="utf-8")
    assert check(Workspace.open(path, "2018"))[0] == []
    out = tmp_path / "out"
    with store.holding(out) as staging:
        outcomes = run.build(plan.jobs([path], years=["2018"]), out, staging)
    assert [(one.error, one.job.report) for one in outcomes] == [("", "lagesbild")]
    page = (out / "kristinehamn" / "2018" / "lagesbild.html").read_text(encoding="utf-8")
    assert "2018" in re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)[1]
