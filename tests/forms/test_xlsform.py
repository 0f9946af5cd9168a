"""The XLSForm: what pyxform, which KoBo and ODK build on, makes of it, and what an export of it reads as."""

import csv
from xml.etree import ElementTree

import pytest
from pyxform.xls2xform import convert

from trygghet import forms
from trygghet.sources import read_staff, read_survey
from trygghet.workspace import Workspace

XF = "{http://www.w3.org/2002/xforms}"


@pytest.fixture(params=["citizens", "staff", "police"])
def form(request, ws):
    return forms.write_forms(ws, request.param, ws.folder / "forms")[0]


def converted(path) -> ElementTree.Element:
    result = convert(str(path))
    assert result.warnings == []
    return ElementTree.fromstring(result.xform)


def test_pyxform_converts_it_without_a_warning_in_both_languages_swedish_first(form):
    root = converted(form)
    translations = root.findall(f".//{XF}translation")
    assert {t.get("lang") for t in translations} == {"Svenska (sv)", "English (en)"}
    assert [t.get("lang") for t in translations if t.get("default") is not None] == ["Svenska (sv)"]
    for translation in translations:
        values = [v.text for v in translation.iter(f"{XF}value")]
        assert values
        assert all(v and v != "-" for v in values)


def test_no_group_puts_its_name_before_a_column(form):
    assert not converted(form).findall(f".//{XF}group")


def test_survey123_heads_its_columns_by_their_names_too(form, rows_of):
    """Without an alias Survey123's exports carry the questions' wording where the reader looks for columns."""
    aliases = {
        bind.get("nodeset").rsplit("/", 1)[1]: bind.get("{http://esri.com/xforms}fieldAlias")
        for bind in converted(form).iter(f"{XF}bind")
    }
    names = [row["name"] for row in rows_of(form, "survey") if row["type"] != "note"]
    assert len(names) > 10
    assert all(aliases[name] == name for name in names)


def test_citizens_limits_and_lists(new):
    path, *_ = forms.write_forms(new, "citizens", new.folder / "forms")
    root = converted(path)
    binds = {bind.get("nodeset").rsplit("/", 1)[1]: bind for bind in root.iter(f"{XF}bind")}
    # 16 to 85 years at the end of a wave in 2027
    assert binds["fodelsear"].get("constraint") == ". >= 1942 and . <= 2011"
    assert binds["lopnr"].get("required") == "true()"
    items = {select.get("ref").rsplit("/", 1)[1] for select in root.iter(f"{XF}select1")}
    assert {"kon", "delomrade", "f1", "p35"} <= items


def test_the_words_of_an_answer_are_those_of_a_questionnaire(new, rows_of):
    path, *_ = forms.write_forms(new, "citizens", new.folder / "forms")
    choices = {(row["list_name"], row["name"]): row for row in rows_of(path, "choices")}
    assert choices["list_kon", "2"]["label::Svenska (sv)"] == "Kvinna"
    assert choices["list_kon", "2"]["label::English (en)"] == "Woman"
    assert choices["list_delomrade", "ostra_skogen"]["label::Svenska (sv)"] == "Östra skogen"
    assert choices["list_f1", "8"]["label::Svenska (sv)"] == "Vet ej"
    assert ("list_f1", "9") not in choices  # no answer is a blank, never a box to tick


def test_a_conditional_question_is_asked_of_the_right_people_only(new, rows_of):
    codebook = new.folder / "codebook.yml"
    text = codebook.read_text(encoding="utf-8")
    before = "  unsafe_time:\n    column: f3\n"
    assert before in text
    rule = '    asked_if: {column: f1, values: ["3", "4"]}\n'
    codebook.write_text(text.replace(before, before + rule), encoding="utf-8")
    path, page, _ = forms.write_forms(new, "citizens", new.folder / "forms")
    row = next(row for row in rows_of(path, "survey") if row["name"] == "f3")
    assert row["relevant"] == "${f1} = '3' or ${f1} = '4'"
    assert converted(path) is not None
    assert "Besvaras bara av dem som svarat Ganska otrygg och Mycket otrygg" in page.read_text(encoding="utf-8")


def test_an_open_survey_numbers_its_answers_itself(new, rows_of):
    settings = new.folder / "workspace.yml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("evidence_class: probability", "evidence_class: open"), encoding="utf-8")
    path, *_ = forms.write_forms(Workspace.open(new.folder), "citizens", new.folder / "forms")
    row = next(row for row in rows_of(path, "survey") if row["name"] == "lopnr")
    assert (row["type"], row["calculation"]) == ("calculate", "once(uuid())")
    assert converted(path) is not None


def export(path, columns, rows, delimiter=","):
    """As KoBo and ODK write it: their own columns on both sides, empty cells where nothing was answered."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, ["start", *columns, "_uuid"], restval="", delimiter=delimiter)
        writer.writeheader()
        writer.writerows(
            [{"start": "2027-02-03T10:00:00.000+01:00", "_uuid": f"u{i}", **r} for i, r in enumerate(rows)]
        )


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_an_export_of_the_citizens_form_is_read_as_it_is(new, rows_of, delimiter):
    path, *_ = forms.write_forms(new, "citizens", new.folder / "forms")
    names = [row["name"] for row in rows_of(path, "survey")]
    answers = [
        {
            "lopnr": "0001",
            "kon": "2",
            "fodelsear": "1987",
            "delomrade": "ostra_skogen",
            "f1": "3",
            "fritext": "a, b; c",
        },
        {"lopnr": "0002", "kon": "1", "fodelsear": "2011", "delomrade": "centrum", "f1": "8", "p35": "4"},
    ]
    export(new.wave("citizens").path, names, answers, delimiter)
    survey = read_survey(new)
    assert survey.answers["respondent_id"].tolist() == ["0001", "0002"]
    assert survey.answers["area"].tolist() == ["ostra_skogen", "centrum"]
    assert survey.answers["sex"].tolist() == ["woman", "man"]
    assert survey.answers["age"].tolist() == [40, 16]
    assert survey.answers["night_alone"].iat[0] == "rather_unsafe"
    assert survey.missing["night_alone"].tolist() == ["", "dont_know"]
    assert survey.missing["p35"].tolist() == ["no_answer", ""]
    assert survey.answers["free_text"].iat[0] == "a, b; c"


@pytest.mark.parametrize("language", ["Svenska (sv)", "English (en)"])
def test_an_export_with_labels_instead_of_codes_reads_the_same(new, rows_of, language):
    """Every answer of every question, as its words: none is lost and none becomes another."""
    path, *_ = forms.write_forms(new, "citizens", new.folder / "forms")
    survey_rows, choices = rows_of(path, "survey"), rows_of(path, "choices")
    lists: dict[str, list] = {}
    for row in choices:
        lists.setdefault(row["list_name"], []).append(row)
    asked = {row["name"]: lists[row["type"].split()[1]] for row in survey_rows if " " in row["type"]}
    longest = max(map(len, asked.values()))

    def rows(column):
        return [
            {"lopnr": str(i), "fodelsear": "1980", **{q: c[i % len(c)][column] for q, c in asked.items()}}
            for i in range(longest)
        ]

    read = []
    for column in ("name", f"label::{language}"):
        export(new.wave("citizens").path, [row["name"] for row in survey_rows], rows(column))
        read.append(read_survey(new))
    assert read[0].answers.equals(read[1].answers)
    assert read[0].missing.equals(read[1].missing)
    assert set(read[0].answers["night_alone"].dropna()) == set(read[0].codebook.variables["night_alone"].categories)


def test_an_export_of_the_staff_form_is_read_as_it_is(new, rows_of):
    path, *_ = forms.write_forms(new, "police", new.folder / "forms")
    names = [row["name"] for row in rows_of(path, "survey")]
    answer = {"unit": "Utryckning", "n_present": "3", "received": "2027-02-03", "problem_1": "p21", "problem_2": "p02"}
    export(new.wave("police").path, names, [answer])
    police = read_staff(new, "police")
    assert police.mentions["problem"].tolist() == ["p21", "p02"]
    assert police.meetings["n_present"].tolist() == [3]
    assert str(police.meetings["received"].iat[0].date()) == "2027-02-03"
