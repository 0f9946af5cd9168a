"""`trygghet form`: three files, the same bytes every time, and a plain answer where there is no questionnaire."""

import pytest

from trygghet import cli, forms
from trygghet.errors import InputError


def run(capsys, *arguments: object) -> tuple[int, str]:
    with pytest.raises(SystemExit) as stopped:
        cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return int(stopped.value.code or 0), captured.out + captured.err


@pytest.mark.parametrize("source", ["citizens", "staff"])
def test_it_writes_three_files_and_says_where_the_answers_go(capsys, new, source):
    code, said = run(capsys, "form", new.folder, source)
    assert code == 0
    names = {f"{source}_xlsform.xlsx", f"{source}_form_sv.html", f"{source}_answers.xlsx"}
    assert {path.name for path in (new.folder / "forms" / "2027").iterdir()} == names
    assert all(name in said for name in names)
    assert new.wave(source).wave.file in said


def test_language_year_and_folder_are_chosen(capsys, town, tmp_path):
    code, _ = run(
        capsys, "form", town.folder, "citizens", "--year", "2016", "--language", "en", "--out", tmp_path / "x"
    )
    assert code == 0
    page = (tmp_path / "x" / "citizens_form_en.html").read_text(encoding="utf-8")
    assert "How safe do you feel in Kristinehamn?" in page
    assert "18 March 2016" in page


def test_the_same_workspace_gives_the_same_bytes(ws, tmp_path):
    first = [path.read_bytes() for path in forms.write_forms(ws, "citizens", tmp_path / "a")]
    assert first == [path.read_bytes() for path in forms.write_forms(ws, "citizens", tmp_path / "b")]


def test_a_source_without_a_questionnaire_exits_2_and_writes_nothing(capsys, new, tmp_path):
    code, said = run(capsys, "form", new.folder, "incidents", "--out", tmp_path / "x")
    assert code == 2
    assert "S22-NO-QUESTIONNAIRE" in said
    assert run(capsys, "form", new.folder, "nobody", "--out", tmp_path / "x")[0] == 2
    assert run(capsys, "form", new.folder, "citizens", "--year", "1999")[0] == 2
    assert not (tmp_path / "x").exists()


def test_a_column_that_no_form_can_carry_is_named(new):
    codebook = new.folder / "codebook.yml"
    text = codebook.read_text(encoding="utf-8")
    codebook.write_text(text.replace("column: f1\n", "column: 'f1/a'\n"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        forms.questionnaire(new, "citizens")
    assert [(f.file, f.column, f.rule) for f in caught.value.faults] == [
        ("codebook.yml", "f1/a", "S29-NOT-A-FORM-COLUMN")
    ]


def test_a_column_with_spaces_or_a_leading_digit_gets_a_name_the_reader_takes_for_it(new):
    codebook = new.folder / "codebook.yml"
    text = codebook.read_text(encoding="utf-8").replace("column: f1\n", "column: 'Fråga 1'\n")
    codebook.write_text(text.replace("column: f2\n", "column: '2a'\n"), encoding="utf-8")
    names = {q.heading: q.name for q in forms.questionnaire(new, "citizens").questions}
    assert (names["Fråga 1"], names["2a"]) == ("Fråga_1", "_2a")
