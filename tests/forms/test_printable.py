"""The page to print: whole HTML, everything labelled, every code on it known to the readers."""

import html5lib
import pytest

from trygghet import forms
from trygghet.messages import Words


def tree(text: str):
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


@pytest.fixture(params=["sv", "en"])
def page(request, ws):
    return tree(forms.page(forms.questionnaire(ws, "citizens"), Words(request.param))), request.param


def test_it_is_whole_html_without_scripts_or_anything_from_elsewhere(page):
    root, language = page
    assert root.get("lang") == language
    assert not root.findall(".//script")
    for element in root.iter():
        assert "src" not in element.attrib
        assert "href" not in element.attrib


def test_every_field_has_a_name_for_those_who_listen(page):
    root, _ = page
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    labelled = {label.get("for") for label in root.iter("label")}
    within = {field for label in root.iter("label") for field in label.iter("input")}
    for field in [*root.iter("input"), *root.iter("textarea")]:
        named = field.get("aria-labelledby", "").split()
        assert set(named) <= set(ids)
        assert named or field in within or field.get("id") in labelled


def test_every_question_of_the_questionnaire_is_on_it_with_its_answers(ws):
    form = forms.questionnaire(ws, "citizens")
    root = tree(forms.page(form, Words("sv")))
    offered: dict[str, list] = {}
    for field in [*root.iter("input"), *root.iter("textarea")]:
        offered.setdefault(field.get("name"), []).append(field.get("value"))
    assert {q.name: [c.code for c in q.choices] or [None] for q in form.questions} == offered


def test_questions_of_one_wording_share_a_table(new):
    root = tree(forms.page(forms.questionnaire(new, "citizens"), Words("sv")))
    tables = {"".join(t.find("caption").itertext()).strip(): t for t in root.iter("table")}
    problems = next(
        t for caption, t in tables.items() if caption.startswith("Är detta ett problem i området där du bor?")
    )
    rows = problems.findall("./tbody/tr/th")
    assert len(rows) == 35
    assert "".join(rows[0].itertext()).split() == ["18.", "Nedskräpning", "p01"]
    heads = ["".join(th.itertext()).rsplit(maxsplit=1) for th in problems.findall("./thead/tr/th")]
    assert heads[-2:] == [["I stor utsträckning", "4"], ["Vet ej", "8"]]


def test_staff_write_a_code_from_the_list_and_leave_the_day_of_receipt_to_others(new):
    root = tree(forms.page(forms.questionnaire(new, "staff"), Words("sv")))
    names = [field.get("name") for field in root.iter("input")]
    assert names == ["unit", "workplace", "date", "n_present", "problem_1", "problem_2", "problem_3", "place", "time"]
    listed = ["".join(item.itertext()).split(maxsplit=1) for item in root.iter("li") if item.find("span") is not None]
    assert ["p07", "Buskörning med moped och motorcykel"] in listed


def test_what_a_codebook_says_is_text_and_never_markup(new):
    codebook = new.folder / "codebook.yml"
    text = codebook.read_text(encoding="utf-8")
    assert "Hur bor du?" in text
    codebook.write_text(text.replace("Hur bor du?", "<b>Hur & var?</b>"), encoding="utf-8")
    written = forms.page(forms.questionnaire(new, "citizens"), Words("sv"))
    assert "&lt;b&gt;Hur &amp; var?&lt;/b&gt;" in written
    assert tree(written) is not None
