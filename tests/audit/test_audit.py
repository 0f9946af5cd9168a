"""Planted leaks are found, each kind in its own folder; folders that are safe give nothing."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from trygghet.audit import NotPublishedError, audit
from trygghet.cli import make_app
from trygghet.messages import Words

from .folders import GROUPS, HIDDEN, at, csv_file, publish, rules, table, workbook

AREAS = ("Delområde", "Stöld", "Våld", "Alla")


def test_the_only_hidden_count_is_the_total_less_the_others(tmp_path):
    rows = [("Norr", 40, 12, 52), ("Söder", 30, HIDDEN, 33), ("Alla", 70, 15, 85)]
    found = at(publish(tmp_path, table("Brott", AREAS, rows)), "Söder / Våld")
    assert [(one.rule, one.values["low"], one.values["high"]) for one in found] == [("exact_count", 3, 3)]


def test_a_ring_of_hidden_counts_is_safe_and_its_bounds_are_too_wide_to_tell(tmp_path):
    rows = [
        ("Norr", HIDDEN, HIDDEN, 52),
        ("Söder", HIDDEN, HIDDEN, 33),
        ("Väster", 20, 10, 30),
        ("Alla", 80, 35, 115),
    ]
    assert rules(publish(tmp_path, table("Brott", AREAS, rows))) == {}


def test_a_margin_that_another_report_forgot_is_put_with_the_table(tmp_path):
    head = ("Delområde", "Stöld", "Våld", "Alla")
    hidden = [("Norr", HIDDEN, HIDDEN, HIDDEN), ("Söder", HIDDEN, HIDDEN, HIDDEN), ("Väst", 20, 10, 30)]
    publish(tmp_path, table("Brott", head, [*hidden, ("Alla", 80, 35, 115)]))
    assert rules(tmp_path) == {}
    other = [("Norr", HIDDEN, 22, HIDDEN), ("Söder", HIDDEN, HIDDEN, HIDDEN), ("Väst", 20, 10, 30)]
    publish(tmp_path, table("Brott igen", head, [*other, ("Alla", 80, 35, 115)]), name="halvar")
    found = rules(tmp_path)
    assert "exact_count" in found["Söder / Våld"] and found["Norr / Våld"] == {"elsewhere"}


def test_small_counts_of_an_area_are_found_where_they_are_simply_printed(tmp_path):
    head, rows = ("Delområde", "Anmälda brott", "Invånare"), [("Norr", 52, 4), ("Söder", 4, 900), ("Öst", 0, 3)]
    assert rules(publish(tmp_path, table("Brott", head, rows))) == {"Söder / Anmälda brott": {"printed"}}


def test_ranks_and_small_counts_of_a_whole_municipality_are_no_findings(tmp_path):
    rows = [("Rån", 4), ("Stöld", 300)]
    ranks = [("Norr", 1), ("Söder", 2)]
    publish(tmp_path, table("Brott", ("Brottstyp", "Uttaget"), rows), table("O", ("Delområde", "Ordning"), ranks))
    assert audit(tmp_path) == []


def test_the_hidden_group_of_a_survey_is_the_total_less_the_others(tmp_path):
    rows = [
        ("Alla", "20,0 %", "–", 200),
        ("Män", "25,0 %", "–", 120),
        ("Kvinnor", "visas inte: bara 80 svar", "–", "–"),
    ]
    found = at(publish(tmp_path, table("Otrygga", GROUPS, rows)), "Kvinnor / Andel")
    assert {(one.values["side"], one.values["low"], one.rule) for one in found} == {
        ("yes", 10, "exact"),
        ("no", 70, "exact"),
    }


def test_whole_percentages_leave_room_and_two_hidden_groups_are_safe(tmp_path):
    rows = [("Alla", "20 %", "–", 2000), ("Norr", "21 %", "–", 1800)]
    rows += [("Söder", HIDDEN, "–", 100), ("Öst", HIDDEN, "–", 100)]
    assert rules(publish(tmp_path, table("Otrygga", GROUPS, rows))) == {}


@pytest.mark.parametrize("note", ["Söder (av 34 svar) är osäker.", "Norr: 66 svar. Söder: 34 svar."])
def test_a_base_in_a_footnote_makes_a_count_of_a_share(tmp_path, note):
    rows = [("Alla", "20,0 %", "–", 100), ("Norr", "26 %", "–", 66), ("Söder", "9 %", "–", "–")]
    assert "small_share" not in rules(publish(tmp_path / "a", table("Otrygga", GROUPS, rows))).get("Söder / Andel", ())
    found = at(publish(tmp_path / "b", table("Otrygga", GROUPS, rows, note)), "Söder / Andel")
    assert ("small_share", 3, 3) in {(one.rule, one.values["low"], one.values["high"]) for one in found}


def test_an_interval_gives_the_base_and_the_base_the_hidden_group(tmp_path):
    # 8 of 40 with Clopper and Pearson's interval, 9.1 to 35.6; nothing else rounds to both
    rows = [("Alla", "20,0 %", "–", 60), ("Norr", "20,0 %", "9,1–35,6", "–"), ("Söder", HIDDEN, "–", "–")]
    found = at(publish(tmp_path, table("Otrygga", GROUPS, rows)), "Söder / Andel")
    assert ("exact", "yes", 4, 4) in {(f.rule, f.values.get("side"), f.values["low"], f.values["high"]) for f in found}


def test_two_age_borders_differ_by_a_few_people(tmp_path):
    first = [("Alla", "30,0 %", "–", 200), ("16–24 år", "25,0 %", "–", 80), ("25–84 år", "33,3 %", "–", 120)]
    second = [("Alla", "30,0 %", "–", 200), ("16–25 år", "26,8 %", "–", 82), ("26–84 år", "32,2 %", "–", 118)]
    publish(tmp_path, table("Otrygga", GROUPS, first))
    assert rules(tmp_path) == {}
    publish(tmp_path, table("Otrygga igen", GROUPS, second), name="halvar")
    found = at(tmp_path, "25–25 / Andel")
    assert ("exact", "yes", 2) in {(f.rule, f.values["side"], f.values["low"]) for f in found}


def test_crossed_groups_are_put_with_their_margins(tmp_path):
    rows = [("Alla", "50,0 %", "–", 200), ("Män", "40,0 %", "–", 100), ("Kvinnor", "60,0 %", "–", 100)]
    rows += [("16–44 år", "50,0 %", "–", 120), ("45–84 år", "50,0 %", "–", 80)]
    rows += [("Män 16–44 år", "50,0 %", "–", 76), ("Män 45–84 år", HIDDEN, "–", 24)]
    rows += [("Kvinnor 16–44 år", HIDDEN, "–", 44), ("Kvinnor 45–84 år", HIDDEN, "–", 56)]
    found = at(publish(tmp_path, table("Otrygga", GROUPS, rows)), "Män 45–84 år / Andel")
    assert ("exact", "yes", 2) in {(f.rule, f.values["side"], f.values["low"]) for f in found}


def test_the_text_file_shows_what_the_page_hides(tmp_path):
    rows = [("Alla", "20 %", "–", 2000), ("Norr", "21 %", "–", 1800), ("Söder", HIDDEN, "–", 200)]
    publish(tmp_path, table("Otrygga", GROUPS, rows))
    lines = [
        {"row": str(row[0]), "column": column, "shown": str(text)}
        for row in rows
        for column, text in zip(GROUPS[1:], row[1:], strict=True)
    ]
    csv_file(tmp_path, "Otrygga", lines)
    assert not {"mask", "own"} & {rule for found in rules(tmp_path).values() for rule in found}
    lines[6]["value"] = "0,12"
    csv_file(tmp_path, "Otrygga", lines)
    assert "own" in rules(tmp_path)["Söder / Andel"]
    lines[6] |= {"value": "", "shown": "12 %"}
    csv_file(tmp_path, "Otrygga", lines)
    assert "mask" in rules(tmp_path)["Söder / Andel"]


def test_the_workbook_shows_what_the_page_hides(tmp_path):
    head, rows = ("Delområde", "Antal brott"), [("Norr", 52), ("Söder", HIDDEN)]
    publish(tmp_path, table("Brott", head, rows))
    workbook(tmp_path, "Brott", head, rows)
    assert audit(tmp_path) == []
    workbook(tmp_path, "Brott", head, [("Norr", 52), ("Söder", 3)])
    assert rules(tmp_path) == {"Söder / Antal brott": {"mask"}}


def test_an_alternative_text_tells_the_hidden_share(tmp_path):
    rows = [("Norr", "21 %", "–", 1800), ("Söder", HIDDEN, "–", 200)]
    safe, bad = "Norr: 21 %; Söder: visas inte; Öst: 12 %.", "Norr: 21 %; Söder: 12 %."
    assert rules(publish(tmp_path / "a", table("Otrygga", GROUPS, rows, safe))) == {}
    assert rules(publish(tmp_path / "b", table("Otrygga", GROUPS, rows, bad))) == {"Söder / Andel": {"told"}}


def test_english_numbers_and_words_are_read(tmp_path):
    head = ("Area", "Theft", "Violence", "All")
    rows = [("North", "1,040", "12", "1,052"), ("South", "30", "not shown", "33"), ("All", "1,070", "15", "1,085")]
    found = at(publish(tmp_path, table("Crimes", head, rows)), "South / Violence")
    assert [one.values["low"] for one in found] == [3]


def test_a_share_of_very_few_answers_is_found(tmp_path):
    rows = [("Norr", "50 %", "–", 8), ("Söder", "50 %", "–", 800)]
    assert rules(publish(tmp_path, table("Otrygga", GROUPS, rows))) == {"Norr / Andel": {"thin"}}


def test_tables_that_contradict_themselves_give_no_conclusion(tmp_path):
    rows = [("Alla", "20,0 %", "–", 200), ("Män", "90,0 %", "–", 120), ("Kvinnor", HIDDEN, "–", 80)]
    assert audit(publish(tmp_path, table("Otrygga", GROUPS, rows))) == []


def test_other_years_and_unserved_folders_are_not_mixed_in(tmp_path):
    rows = [("Norr", 40, HIDDEN, HIDDEN), ("Söder", 30, HIDDEN, HIDDEN), ("Alla", 70, 15, 85)]
    publish(tmp_path, table("Brott", AREAS, rows))
    leak = [("Norr", 40, 12, 52), ("Söder", 30, 3, 33), ("Alla", 70, 15, 85)]
    publish(tmp_path / ".staging", table("Brott", AREAS, leak))
    assert rules(tmp_path) == {}


def test_the_command_says_a_line_a_finding_and_its_exit_code(tmp_path):
    runner, app = CliRunner(), make_app(Words("sv"))
    assert runner.invoke(app, ["audit", str(tmp_path)]).exit_code == 2
    with pytest.raises(NotPublishedError):
        audit(tmp_path)
    publish(tmp_path, table("Brott", AREAS, [("Norr", 40, 12, 52), ("Alla", 40, 12, 52)]))
    assert runner.invoke(app, ["audit", str(tmp_path)]).exit_code == 0
    rows = [("Norr", 40, 12, 52), ("Söder", 30, HIDDEN, 33), ("Alla", 70, 15, 85)]
    publish(tmp_path, table("Brott", AREAS, rows))
    told = runner.invoke(app, ["audit", str(tmp_path)])
    assert told.exit_code == 1
    assert "kommun/2017/lagesbild.html: Brott: Söder / Våld: dolt, men det är exakt 3" in told.output
    english = runner.invoke(make_app(Words("en")), ["audit", str(tmp_path)])
    assert "hidden, but it is exactly 3" in english.output


def test_a_map_puts_areas_within_parts_of_the_town(tmp_path):
    head = ("Delområde", "Andel", "95 %-intervall", "Antal svar")
    rows = [("Alla", "40,0 %", "–", 200), ("Norr", "50,0 %", "–", 60), ("Söder", HIDDEN, "–", 40)]
    rows += [("Öster", HIDDEN, "–", 100), ("Stadsdel A", "33,0 %", "–", 100)]
    publish(tmp_path, table("Otrygga", head, rows))
    assert not [f for f in audit(tmp_path) if f.cell == "Söder / Andel"]
    found = audit(tmp_path, parts={"Stadsdel A": ["Norr", "Söder"]})
    told = {(f.rule, f.values["side"], f.values["low"], f.values["high"]) for f in found if f.cell == "Söder / Andel"}
    assert ("exact", "yes", 3, 3) in told


def test_a_block_that_two_borders_differ_by_is_told(tmp_path):
    head = ("Delområde", "Andel", "95 %-intervall", "Antal svar")
    first = [("Alla", "40,0 %", "–", 200), ("Norr", "50,0 %", "–", 60), ("Söder", "35,7 %", "–", 140)]
    second = [("Alla", "40,0 %", "–", 200), ("Norr ny", "48,2 %", "–", 56), ("Söder ny", "36,8 %", "–", 144)]
    publish(tmp_path, table("Otrygga", head, first), table("Otrygga igen", head, second))
    parts = {"Norr": ["K1", "K2"], "Söder": ["K3"], "Norr ny": ["K1"], "Söder ny": ["K2", "K3"]}
    found = {(f.cell, f.rule, f.values["side"], f.values["low"]) for f in audit(tmp_path, parts=parts)}
    assert ("K2 / Andel", "exact", "yes", 3) in found
