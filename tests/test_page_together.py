"""The evidence matrix, where the sources differ, what people decided, supposed causes, and the summary."""

import re

import pytest

import trygghet as tg
from trygghet import criteria, decisions
from trygghet.blocks import BlockError, Findings, Note, Table, from_json
from trygghet.matrix_block import Matrix, MatrixCell, MatrixColumn, MatrixRow
from trygghet.messages import Words
from trygghet.pages.evidence import cell
from trygghet.pages.focus import proposed
from trygghet.priorities import problem_ranks, ranked_problems, source_scores
from trygghet.render import render

from .example_data import GSS, opened
from .saying import said


@pytest.fixture(scope="module")
def picture():
    return opened("kristinehamn", "2017")


@pytest.fixture(scope="module")
def matrix(picture):
    return next(block for block in tg.pages.together(picture) if isinstance(block, Matrix))


def undecided(picture, decision=None):
    """The same picture as if the year had another decision, or none."""
    fresh = tg.Picture(picture.ws, picture.language)
    fresh._cache.update(picture._cache | {("decision",): decision})
    fresh.__dict__.update({name: value for name, value in picture.__dict__.items() if name not in fresh.__dict__})
    return fresh


def test_rows_stand_in_the_order_of_the_sources_and_say_tier_place_and_agreement(picture, matrix):
    order = [picture.codebook[item.problem].name(picture.words, short=True) for item in ranked_problems(picture)]
    assert [row.label for row in matrix.rows] == order[: len(matrix.rows)]
    for row in matrix.rows:
        assert re.match(r"Nivå [ABC] · plats \d+(–\d+)? · (\d|ingen) av [34] källor pekar ut det", row.note)


def test_no_cell_speaks_with_a_sign_alone(matrix):
    cells = [item for row in matrix.rows for item in row.cells]
    assert all(bool(item.sign) == bool(item.word) for item in cells)
    assert any(item.certainty for item in cells)
    explained = " ".join(matrix.signs)
    assert all(item.sign in explained for item in cells if item.sign)


def test_every_link_of_the_matrix_leads_to_something_on_the_page(picture, matrix):
    sections = ("problems", "crime", "compared", "staff", "together", "focus")
    there = {block.id for name in sections for block in getattr(tg.pages, name)(picture) if hasattr(block, "id")}
    assert {column.href for column in matrix.columns} - {"#" + name for name in there} == set()


def test_the_matrix_is_a_table_with_headings_and_a_word_in_every_cell(matrix):
    html = render(matrix, Words("sv"))
    assert html.count('<th scope="row">') == len(matrix.rows)
    assert html.count('<th scope="col">') == len(matrix.columns) + 1
    bare = re.findall(r"<td[^>]*>(.*?)</td>", html)
    assert all(
        re.search(r"[a-zåäö]{2,}", re.sub(r"<[^>]+>", "", re.sub(r'<span class="of".*?</span>', "", td))) for td in bare
    )


def test_it_travels_as_json_and_text_in_it_is_escaped():
    block = Matrix(
        id="m", title="<b>", reading="", first="", rows=(MatrixRow("<i>", "", (MatrixCell("●●●", "hög", "säkert"),)),),
        columns=(MatrixColumn("A & B", "", "", "#x"),),
    )  # fmt: skip
    assert from_json(block.to_json()) == block
    html = render(block, Words("sv"))
    assert "<i>" not in html and "A &amp; B" in html and 'href="#x"' in html


def test_a_link_out_of_the_page_and_a_row_of_the_wrong_length_are_refused():
    with said(BlockError, "same page"):
        MatrixColumn("A", href="https://example.org")
    with said(BlockError, "every row"):
        Matrix(id="m", title="", reading="", first="", columns=(), rows=(MatrixRow("a", "", (MatrixCell(),)),))


def test_what_cannot_be_told_is_an_empty_cell():
    assert cell(None, Words("sv")) == MatrixCell()


def test_the_figures_behind_hide_small_counts(picture):
    table = next(block for block in tg.pages.together(picture) if getattr(block, "id", "") == "matris_tal")
    at = {column.key: i for i, column in enumerate(table.columns)}
    police = [row[at["police"]] for row in table.rows]
    assert not any(re.match(r"[12] av", text) for text in police)
    assert not any(re.fullmatch(r"[1-4]", row[at[key]]) for row in table.rows for key in ("crime", "contacts"))
    assert table.collapsed and len(table.rows) == 12


def test_where_the_sources_differ_is_said_with_figures(picture):
    table = next(block for block in tg.pages.together(picture) if getattr(block, "id", "") == "skiljer")
    said = dict(table.rows)
    assert "18 till 11 av 100" in said["Skadegörelse"] and "229 till 284" in said["Skadegörelse"]
    assert "ändrats mer än slumpen" in said["Brott och otrygghet"]
    low, high = (int(problem_ranks(picture)[name].iloc[0]) for name in ("loo_lo", "loo_hi"))
    assert f"Grupper i centrum, kväll ({low}–{high})" in said["De tre främsta"]


def test_what_the_police_hardly_name_gets_no_place_in_the_text(picture):
    table = next(block for block in tg.pages.together(picture) if getattr(block, "id", "") == "skiljer")
    scores = source_scores(picture)
    rare = (scores["police"] * len(picture.staff_answers("police").meetings)).round() < 3
    names = {picture.codebook[str(p)].name(picture.words, short=True) for p in scores.index[rare]}
    assert not any("polisen plats" in text for about, text in table.rows if about in names)


def test_the_page_prints_the_reason_with_who_and_when(picture):
    head, chosen, left = tg.pages.focus(picture)
    decision = decisions.load(picture.ws)
    assert "brottsförebyggande rådet" in head.lead and "2017-05-03" in head.lead
    for item, made in zip(chosen.items, decision.priorities, strict=True):
        assert made.motivering["sv"] in item.text and item.title == made.title["sv"]
    assert [row[0] for row in left.rows] == ["Narkotikapåverkade personer utomhus"]


def test_a_choice_against_the_material_is_said_to_rest_on_its_reason(picture):
    low = str(problem_ranks(picture).index[-1])
    decision = decisions.Decision(
        decided={"by": "Rådet", "date": "2017-05-03"}, priorities=[{"problem": low, "motivering": "Vi vill."}]
    )
    head, chosen, left, note = tg.pages.focus(undecided(picture, decision))
    assert "valet vilar på motiveringen" in chosen.items[0].text and "rådet, 2017-05-03" in head.lead
    sure = problem_ranks(picture).query("tier == 'A'").index
    assert [row[2] for row in left.rows] == ["Skäl saknas. De som beslutar bör skriva ner varför."] * len(sure)
    assert isinstance(note, Note) and all(
        picture.codebook[p].name(picture.words, short=True) in note.text for p in sure
    )


def test_without_a_decision_the_page_says_so_and_what_the_material_points_at(picture):
    fresh = undecided(picture)
    head, table = tg.pages.focus(fresh)
    assert "Ingen har ännu beslutat" in head.lead
    assert [row[0] for row in table.rows] == [picture.codebook[p].name(picture.words) for p in proposed(picture)]
    assert 3 <= len(table.rows) <= 5
    assert "Ingen har ännu" in " ".join(tg.pages.causes(fresh)[1].texts)
    assert "Ingen har ännu beslutat" in tg.pages.summary(fresh)[0].lead


def test_causes_are_suppositions_with_a_test_each(picture):
    head, table = tg.pages.causes(picture)
    assert "inga resultat" in head.lead and "Inget av det är visat" in table.note
    assert isinstance(table, Table) and all(all(row) for row in table.rows)


def test_the_summary_begins_with_what_was_decided_and_ends_with_what_is_not_known(picture):
    blocks = tg.pages.summary(picture)
    findings = next(block for block in blocks if isinstance(block, Findings))
    assert [item.title for item in findings.items] == [p.title["sv"] for p in criteria.decided(picture).priorities]
    assert all("beslutat" in item.tags and any("källor pekar" in tag for tag in item.tags) for item in findings.items)
    points = blocks[-1].items
    assert 3 <= len(points) <= 6 and points[-1].endswith("Varför problemen finns säger underlaget inte.")
    hidden = next(point for point in points if "röja enskilda" in point)
    assert hidden.startswith("Män 25–44 år") and "röja" not in points[0]


@pytest.mark.parametrize("workspace", [GSS])
def test_one_source_ranks_nothing_and_decides_nothing(workspace):
    gss = tg.Picture(tg.Workspace.open(workspace))
    assert problem_ranks(gss).empty
    assert len(tg.pages.focus(gss)) == len(tg.pages.causes(gss)) == 0
    assert any(isinstance(block, Findings) for block in tg.pages.summary(gss))


@pytest.mark.parametrize(
    ("year", "said"), [("2016", "går inte att säga säkert"), ("2017", "Säkert bland de 5 vanligaste")]
)
def test_the_order_of_what_residents_see_says_how_sure_it_is(year, said):
    blocks = tg.pages.problems(opened("kristinehamn", year))
    text = " ".join(text for block in blocks for text in getattr(block, "texts", ()))
    assert said in text and re.search(r"plats \d+–\d+", text)
    assert ("Öppen narkotikahandel" in text) == (year == "2017")
