"""The promise page as a citizen reads it, and the lock as the pages print it."""

import shutil
from datetime import date
from math import ceil
from pathlib import Path

import pytest

import trygghet as tg
from trygghet import promises
from trygghet.blocks import Note, Section, Table, Verdict
from trygghet.pages import goals, outcome, promise
from trygghet.pages.locked import lock_blocks
from trygghet.reprs import told

from .example_data import TOWN

STEPS = ("promised", "reasons", "actions", "measures", "signed")


@pytest.fixture(scope="module")
def followup() -> tg.Followup:
    return tg.Followup(tg.Workspace.open(TOWN, "2016"))


@pytest.fixture(scope="module")
def page(followup) -> list:
    return [block for step in STEPS for block in getattr(promise, step)(followup)]


def text(blocks: list) -> str:
    return " ".join(str(block.to_json()) for block in blocks).replace("\N{NO-BREAK SPACE}", " ")


def cards(page: list) -> dict[str, Verdict]:
    return {block.id: block for block in page if isinstance(block, Verdict)}


def test_what_is_promised_why_how_and_by_whom_stands_in_that_order(followup, page):
    assert [block.id for block in page if isinstance(block, Section)] == [
        "loften", "varfor", "insatser", "matning", "undertecknat", "las",
    ]  # fmt: skip
    head = promise.header(followup)
    assert head.title == "Vårt löfte 2016"
    assert head.lead == "4 löften för tryggheten i Kristinehamns kommun. Hur det gick berättar vi 2017."


def test_that_answers_are_simulated_is_said_before_anything_else(page):
    assert isinstance(page[1], Note) and page[1].tone == "warning" and "simulerade" in page[1].text


def test_the_starting_point_is_so_many_of_a_hundred_and_no_percent(page):
    rows = next(block for block in page if isinstance(block, Table) and block.id == "utgangslage").rows
    said = [row[1] for row in rows]
    assert said[0] == "58 av 100 är otrygga ute sent på kvällen (kvinnor, Centrum)"
    assert "47 av 100 tycker att detta är ett stort problem: bristande belysning utomhus (Centrum)" in said
    assert "188 anmälda brott på ett år: cykelstöld" in said
    assert rows[0][2].endswith("50 svar")


def test_goals_say_from_where_to_where_and_how_sure_the_answer_can_be(page):
    found = cards(page)
    assert found["mal_M2"].verdict == "Från 58 till högst 51 av 100"
    assert found["mal_M4"].verdict == "Från 188 till högst 150 brott"
    assert found["mal_M6"].verdict.endswith("till minst 34 av 100")
    # 50 answers a wave and a design effect of 1.5: 33 points by the plan's own reckoning.
    assert "omkring 33 av 100" in found["mal_M2"].sentence
    assert "procent" in found["mal_M4"].sentence
    assert any("hur trygg eller otrygg känner du dig då?" in fact for _, fact in found["mal_M2"].facts)
    assert any("februari–mars 2017" in fact for _, fact in found["mal_M2"].facts)


def test_every_activity_and_every_signatory_is_named(followup, page):
    words, said = followup.picture.words, text(page)
    for item in followup.registry.activities:
        assert words.pick(item.what) in said and words.pick(item.who) in said
    for item in followup.registry.promises:
        assert all(name in said for name in item.signatories)


def test_nothing_is_said_of_what_was_done_afterwards(page):
    assert "310 märkta cyklar" not in text(page)


def test_the_lock_is_printed_whole_with_its_day_on_both_pages(followup, page):
    sha256 = followup.registry.sha256
    assert sha256 in text(page) and "Löftena låstes 2016-05-12" in text(page)
    evaluation = outcome.promises(tg.Followup(tg.Workspace.open(TOWN, "2017")))
    assert sha256 in text(list(evaluation)) and "Inget har ändrats sedan dess." in text(list(evaluation))


def test_an_amendment_is_shown_with_day_before_after_and_reason(tmp_path):
    folder = Path(shutil.copytree(TOWN, tmp_path / "kristinehamn"))
    registry = folder / "loften.yml"
    registry.write_text(registry.read_text("utf-8").replace("value: 0.28", "value: 0.35"), "utf-8")
    ws = tg.Workspace.open(folder, "2017")
    promises.lock_promises(ws, day=date(2016, 9, 1), reason="Belysningen blev försenad")
    table = lock_blocks(tg.Followup(ws))[-1]
    assert isinstance(table, Table)
    assert table.rows == (("2016-09-01", "Mål M1: target.value", "0,28", "0,35", "Belysningen blev försenad"),)


def test_a_changed_baseline_file_is_pointed_out(tmp_path):
    folder = Path(shutil.copytree(TOWN, tmp_path / "kristinehamn"))
    followup = tg.Followup(tg.Workspace.open(folder, "2016"))
    assert "desamma som då" in text(lock_blocks(followup))
    path = folder / "2016" / "trygghetsenkat.csv"
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n"))
    note = next(block for block in lock_blocks(followup) if isinstance(block, Note))
    assert "2016/trygghetsenkat.csv" in note.text and "anmalda_brott" not in note.text


def test_without_a_lock_the_page_says_so(tmp_path):
    folder = Path(shutil.copytree(TOWN, tmp_path / "kristinehamn"))
    (folder / "loften.lock.json").unlink()
    followup = tg.Followup(tg.Workspace.open(folder, "2016"))
    said = text(lock_blocks(followup))
    assert "Löftena är inte låsta" in said and followup.registry.sha256 in said


def test_a_year_without_promises_says_so():
    followup = tg.Followup(tg.Workspace.open(TOWN, "2017"))
    # The promises of 2016 run into 2017 but were not made then.
    assert promise.header(followup).lead == "Inga löften gavs det här året."
    assert len(promise.reasons(followup)) + len(promise.measures(followup)) + len(promise.signed(followup)) == 0


def test_an_undecided_goal_says_what_could_have_been_detected():
    followup = tg.Followup(tg.Workspace.open(TOWN, "2017"))
    undecided = [r for r in followup.results if r.label == "undecided" and not r.goal.is_count]
    assert undecided
    for result in undecided:
        before, after, found = result.before, result.after, goals.detectable(followup, result)
        level = before.estimate + (found if result.goal.direction == "increase" else -found)
        variance = before.estimate * (1 - before.estimate) / before.n + level * (1 - level) / after.n
        # 80 percent power at 5 percent two-sided: 1.96 + 0.84 standard errors.
        assert found == pytest.approx(2.8016 * (result.goal.baseline.deff * variance) ** 0.5, abs=1e-4)
        details = " ".join(goals.card(followup, result).details)
        assert f"en förändring på ungefär {ceil(100 * found)} procentenheter eller mer" in details
    decided = next(r for r in followup.results if r.label == "reached")
    assert "går det bara att upptäcka" not in " ".join(goals.card(followup, decided).details)


def test_the_object_itself_lists_its_goals_with_their_verdicts():
    followup = tg.Followup(tg.Workspace.open(TOWN, "2017"), "en")
    table = next(block for block in told(followup) if isinstance(block, Table))
    labels = followup.words.raw("evaluation.labels")
    assert [row[:2] for row in table.rows] == [
        (f"{item.goal.id} {item.goal.title['en']}", labels[item.label]) for item in followup.results
    ]
    assert len(table.rows) == len(followup.goals) > 5
