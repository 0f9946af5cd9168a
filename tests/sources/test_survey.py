"""Answers after their codebook: categories, kinds of missing, and every fault at its row."""

from __future__ import annotations

import pytest

from trygghet.errors import InputError
from trygghet.messages import Words
from trygghet.sources import check, read_survey
from trygghet.workspace import Workspace

SECOND = "0002;centrum;2;1990;3;4;;10,5"
COPY = "0001;centrum;1;1970;1;1;Mörkt vid ån;10,5"


def spoil(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def faults(folder):
    with pytest.raises(InputError) as caught:
        read_survey(Workspace.open(folder))
    return [(fault.file, fault.row, fault.column, fault.rule) for fault in caught.value.faults]


def test_codes_become_categories_and_missing_kinds_stay_apart(ws):
    survey = read_survey(ws)
    assert survey.answers["night_alone"].tolist()[:3] == ["very_safe", "rather_unsafe", "avoids_unsafe"]
    assert survey.missing["night_alone"].tolist() == ["", "", "", "no_answer", "", "dont_know"]
    assert survey.missing["sex"].tolist() == ["", "", "", "", "", "no_answer"]
    assert survey.item_nonresponse("night_alone").to_dict() == {"no_answer": 1, "dont_know": 1}
    assert survey.answers["age"].tolist() == [46, 26, 76, 17, 56, 31]
    assert survey.answers["age_group"].tolist() == ["45-64", "25-44", "65-85", "16-24", "45-64", "25-44"]
    assert survey.answers["area"].tolist() == ["centrum"] * 2 + ["oster"] * 4
    assert survey.answers["weight"].tolist() == [10.5, 10.5, 1010.25, 9, 9, 9]


def test_ids_and_raw_cells_are_kept_as_delivered(ws):
    survey = read_survey(ws)
    assert survey.answers["respondent_id"].tolist()[0] == "0001"
    assert survey.raw["f1"].tolist() == ["1", "3", "5", "", "6", "8"]


def test_categories_keep_the_codebooks_order_even_when_nobody_gave_them(ws):
    column = read_survey(ws).answers["p07"]
    assert list(column.cat.categories) == ["not_at_all", "small", "some", "large"]


def test_invited_are_counted_by_group(ws):
    invited = read_survey(ws).invited
    assert invited.groupby("area", observed=True)["n_invited"].sum().to_dict() == {"centrum": 3, "oster": 4}
    assert invited["n_invited"].dtype.kind == "i"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("0002;centrum;2;1990;3", "0002;centrum;2;1990;7", (3, "f1", "S05-UNKNOWN-CODE")),
        ("0002;centrum;2;1990", "0002;centrum;2;2017", (3, "fodelsear", "S06-AGE")),
        ("0002;centrum;2;1990", "0002;centrum;2;1866", (3, "fodelsear", "S06-AGE")),
        ("0002;centrum;2;1990", "0002;centrum;2;abc", (3, "fodelsear", "S06-AGE")),
        ("0002;centrum", "0002;Centrun", (3, "delomrade", "S07-UNKNOWN-AREA")),
        ("0002;", ";", (3, "lopnr", "S02-NO-ID")),
        ("0002;", "0001;", (3, "lopnr", "S04-ID-TWICE")),
        (SECOND, COPY, (3, "lopnr", "S03-REPEATED-ROW")),
        (SECOND, SECOND.replace("10,5", "0"), (3, "urvalsvikt", "S09-WEIGHT")),
        (SECOND, SECOND.replace("10,5", ""), (3, "urvalsvikt", "S09-WEIGHT")),
        (SECOND, SECOND.replace("10,5", "10.5"), (3, "urvalsvikt", "T13-MIXED-DECIMALS")),
    ],
)
def test_each_fault_at_its_row_and_column(folder, old, new, expected):
    spoil(folder, "enkat.csv", old, new)
    assert faults(folder) == [("enkat.csv", *expected)]


def test_all_faults_of_a_file_at_once(folder):
    spoil(folder, "enkat.csv", "0001;centrum;1;1970;1", "0001;norr;7;1970;0")
    assert [rule for *_, rule in faults(folder)] == [
        "S07-UNKNOWN-AREA",
        "S05-UNKNOWN-CODE",
        "S05-UNKNOWN-CODE",
    ]


def test_a_message_shows_a_code_but_never_a_persons_words(folder):
    spoil(folder, "enkat.csv", "0002;centrum;2;1990;3;4;", "0002;centrum;2;1990;Anna Svensson;44;")
    with pytest.raises(InputError) as caught:
        read_survey(Workspace.open(folder))
    text = str(caught.value)
    assert "44" in text
    assert "Anna" not in text


@pytest.mark.parametrize(("choice", "n"), [("drop", 5), ("keep", 6)])
def test_rows_that_are_copies_can_be_dropped_or_kept_by_declaration(folder, choice, n):
    spoil(folder, "enkat.csv", SECOND, COPY)
    spoil(folder, "codebook.yml", "id: lopnr", f"repeated: {choice}\nid: lopnr")
    survey = read_survey(Workspace.open(folder))
    assert len(survey) == n
    assert survey.log.set_index("rule").loc[f"copies_{choice}", "n"] == 1


def test_a_question_not_put_to_everybody(folder):
    spoil(
        folder,
        "codebook.yml",
        "    column: f1\n",
        "    column: f1\n    asked_if: {column: kon, values: ['1', '2']}\n",
    )
    spoil(folder, "enkat.csv", "0005;Österängen;3;1960;6", "0005;Österängen;3;1960;")
    survey = read_survey(Workspace.open(folder))
    assert survey.missing["night_alone"].tolist() == ["", "", "", "no_answer", "not_asked", "dont_know"]


def test_a_wave_that_is_not_there(ws):
    with pytest.raises(InputError) as caught:
        read_survey(ws, year="2015")
    assert caught.value.faults[0].rule == "S00-NO-SUCH-WAVE"


def test_a_misspelled_codebook_key_is_named_with_its_row(folder):
    spoil(folder, "codebook.yml", '    values: {"1": not_at_all', '    valus: {"1": not_at_all')
    with pytest.raises(InputError) as caught:
        read_survey(Workspace.open(folder))
    assert ("codebook.yml", 17, "W10-UNKNOWN-KEY-NEAR") in [(f.file, f.row, f.rule) for f in caught.value.faults]


def test_codes_written_as_decimals_by_a_spreadsheet_are_the_same_codes(folder):
    spoil(folder, "enkat.csv", "0002;centrum;2;1990;3;4", "0002;centrum;2.0;1990;3,0;4")
    survey = read_survey(Workspace.open(folder))
    assert survey.answers["night_alone"].iat[1] == "rather_unsafe"
    assert survey.answers["sex"].iat[1] == "woman"


CROSSWALK = "kod;omrade;version\n0180A0010;Centrum;2018\n0180B0020;Österängen;2018\n0180C0030;oster;2018\n"


def deso(folder, crosswalk=CROSSWALK):
    """The same answers with DeSO codes, and letters of the settlement made of them."""
    (folder / "deso.csv").write_text(crosswalk, encoding="utf-8")
    text = (folder / "enkat.csv").read_text(encoding="utf-8")
    for old, new in ((";centrum;", ";0180A0010;"), (";oster;", ";0180C0030;"), (";Österängen;", ";0180B0020;")):
        text = text.replace(old, new)
    (folder / "enkat.csv").write_text(text, encoding="utf-8")
    old = "area: {column: delomrade, label: {sv: Delområde}}"
    new = "area: {column: delomrade, crosswalk: deso.csv}\n  settlement: {column: delomrade, kind: settlement}"
    spoil(folder, "codebook.yml", old, new)
    spoil(folder, "workspace.yml", ", invited: urval.csv", "")
    return Workspace.open(folder)


def test_areas_through_a_crosswalk_and_settlement_from_the_letter(folder):
    survey = read_survey(deso(folder))
    assert survey.answers["area"].tolist() == ["centrum"] * 2 + ["oster"] * 4
    assert survey.answers["settlement"].tolist() == ["countryside"] * 2 + ["main_town"] * 2 + [
        "other_town",
        "main_town",
    ]


def test_nobody_in_the_countryside_is_told(folder):
    ws = deso(folder)
    path = folder / "enkat.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("0180A0010", "0180C0030"), encoding="utf-8")
    told = Words("sv")("checking.unreached_countryside")
    assert any(told in note for note in check(ws)[1])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("0180B0020;Österängen", "0180B0020;Norr", ("deso.csv", 3, "omrade", "S07-UNKNOWN-AREA")),
        ("0180B0020;Österängen", "0180A0010;Österängen", ("deso.csv", 3, "kod", "S23-CODE-IN-TWO-AREAS")),
        ("oster;2018", "oster;2025", ("deso.csv", 0, "version", "S24-TWO-VERSIONS")),
        ("0180B0020", "0180B0099", ("enkat.csv", 6, "delomrade", "S07-UNKNOWN-AREA")),
    ],
)
def test_faults_of_a_crosswalk(folder, old, new, expected):
    deso(folder, CROSSWALK.replace(old, new))
    assert faults(folder)[0] == expected


def test_a_postcode_is_the_same_with_and_without_its_space(folder):
    ws = deso(folder, "postnr;omrade\n68130;Centrum\n68131;oster\n")
    text = (folder / "enkat.csv").read_text(encoding="utf-8")
    for code, post in (("0180A0010", "681 30"), ("0180C0030", "68131"), ("0180B0020", "681 31")):
        text = text.replace(code, post)
    (folder / "enkat.csv").write_text(text, encoding="utf-8")
    spoil(folder, "codebook.yml", "\n  settlement: {column: delomrade, kind: settlement}", "")
    assert read_survey(ws).answers["area"].tolist() == ["centrum"] * 2 + ["oster"] * 4


def test_more_answers_than_invitations_stop_the_reading(folder):
    path = folder / "urval.csv"
    rows = [row for row in path.read_text(encoding="utf-8").splitlines() if not row.startswith(("4;", "5;"))]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert faults(folder) == [("enkat.csv", 0, "delomrade", "S10-MORE-THAN-INVITED")]


def test_encoding_delimiter_and_decimal_sign_are_stated(ws):
    log = read_survey(ws).log
    told = dict(zip(zip(log["column"], log["rule"], strict=True), log["what"], strict=True))
    assert told[("urvalsvikt", "decimal")] == "decimaltecken: ,"
    assert told[("", "encoding")] and told[("", "delimiter")] == "skiljetecken: ;"
