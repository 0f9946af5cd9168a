"""The page: valid, whole in itself, inert, in order for those who hear it, and nothing on it but blocks."""

import re
from dataclasses import replace
from importlib.metadata import entry_points
from itertools import pairwise

import html5lib
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from trygghet import blocks as b
from trygghet.messages import Words
from trygghet.render import render
from trygghet.report.publish import PublishError, dropped_outputs, published_blocks, render_page

from ..saying import said

SV = Words("sv")


def notebook(page, *extra):
    shown = [new_output("display_data", data={b.MIME: block.to_json(), "text/html": "x"}) for block in page]
    return new_notebook(
        cells=[new_markdown_cell("hemlig rubrik"), new_code_cell("hemlig_kod()", outputs=[*shown, *extra])]
    )


@pytest.fixture(scope="module")
def html(sample):
    return render_page(notebook(sample), language="sv", links=(b.Link("Alla rapporter", "../../index.html"),))


@pytest.fixture(scope="module")
def tree(html):
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(html)


def every(tree, name):
    """Elements by name, HTML's and SVG's alike."""
    return [node for node in tree.iter() if isinstance(node.tag, str) and node.tag.rsplit("}", 1)[-1] == name]


def words_of(node):
    return " ".join("".join(node.itertext()).split())


def test_the_page_is_valid_html(tree):
    assert tree.tag == "html" and tree.get("lang") == "sv"


def test_nothing_can_run_and_nothing_is_fetched(html, tree):
    assert "<script" not in html.lower() and "javascript:" not in html.lower()
    assert "http://" not in html and "https://" not in html and "url(" not in re.sub(r"url\(#[\w-]+\)", "", html)
    for node in tree.iter():
        if isinstance(node.tag, str):
            assert node.tag not in {"link", "iframe", "object", "embed", "img", "form", "base", "audio", "video"}
            assert not any(str(name).lower().startswith("on") for name in node.attrib)
            href = node.get("href")
            assert href is None or href.startswith(("#", "../"))
    policy = next(m.get("content") for m in every(tree, "meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'") and "script" not in policy


def test_headings_begin_with_one_h1_and_skip_no_level(tree):
    levels = [
        int(node.tag[1]) for node in tree.iter() if isinstance(node.tag, str) and re.fullmatch("h[1-6]", node.tag)
    ]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_a_figure_before_any_section_is_a_level_up(sample, figures):
    page = render_page(notebook([sample[0], figures[0], b.Section("s", "S"), figures[1]]), language="sv")
    assert f"<h2>{figures[0].title}</h2>" in page and f"<h3>{figures[1].title}</h3>" in page


def test_landmarks_skip_link_and_contents(tree, sample):
    for name, number in (("main", 1), ("header", 1), ("footer", 1)):
        assert len(every(tree, name)) == number
    first = next(node for node in every(tree, "a"))
    assert first.get("href") == "#innehall" and every(tree, "main")[0].get("id") == "innehall"
    contents = next(nav for nav in every(tree, "nav") if nav.get("class") == "contents")
    links = {a.get("href"): words_of(a) for a in contents.iter("a")}
    assert links == {f"#{s.id}": s.title for s in sample if isinstance(s, b.Section)}


def test_every_id_stands_once_and_every_reference_has_its_target(tree):
    ids = [node.get("id") for node in tree.iter() if isinstance(node.tag, str) and node.get("id")]
    assert len(ids) == len(set(ids))
    for node in tree.iter():
        if isinstance(node.tag, str):
            pointed = (node.get("aria-labelledby") or "").split()
            pointed += [v[1:] for k, v in node.attrib.items() if str(k).endswith("href") and v.startswith("#")]
            assert set(pointed) <= set(ids)


def test_every_chart_is_there_with_its_words_and_its_table(tree, sample):
    made = [x for x in sample if isinstance(x, b.Figure)] + [x.figure for x in sample if isinstance(x, b.Verdict)]
    figures = [node for node in every(tree, "figure") if "matrix" not in node.get("class", "")]
    assert len(figures) == len(made) > 5
    for node, figure in zip(figures, made, strict=True):
        drawings = every(node, "svg")
        assert len(drawings) == 2 and all(svg.get("role") == "img" for svg in drawings)
        assert {words_of(d) for d in every(node, "desc")} == {" ".join(figure.alt.split())}
        assert figure.title in words_of(every(node, "figcaption")[0])
        assert len(every(node, "details")) == 1 and len(every(node, "tbody")[0]) == len(figure.table.rows)


def test_tables_have_captions_and_headings_with_scope(tree):
    tables = every(tree, "table")
    assert len(tables) == 10
    for table in tables:
        assert words_of(every(table, "caption")[0])
        heads = every(table, "th")
        assert {th.get("scope") for th in heads} <= {"col", "row"} and all(words_of(th) for th in heads)


def test_every_table_can_be_scrolled_by_keyboard(tree):
    boxes = [div for div in every(tree, "div") if div.get("class") == "scroll"]
    # the matrix does not scroll: it becomes a list where it is narrow
    (matrix,) = [node for node in every(tree, "figure") if "matrix" in node.get("class", "")]
    assert len(boxes) == len(every(tree, "table")) - len(every(matrix, "table")) > 5
    assert all(box.get("tabindex") == "0" and box.get("aria-label").startswith("Tabell: ") for box in boxes)


def test_ranges_and_days_stay_on_one_line():
    html = render(b.Paragraphs(("Mellan 25–33 (−9–+6) den 2016-05-12, år 2016.",)), SV)
    kept = re.findall(r'<span class="nb">([^<]*)</span>', html)
    assert kept == ["25–33", "(−9–+6)", "2016-05-12"]


def test_dots_are_told_in_words(tree):
    table = b.Table("t", "Problem", (b.Column("p", "Problem"), b.Column("m", "Hur mycket")), (("Stök", "●●○"),))
    assert "(2 av 3 punkter)" in render(table, SV)
    (sign,) = [span for span in every(tree, "span") if span.get("class") == "sign"]
    beside = next(a for a in every(tree, "a") if sign in list(a))
    assert sign.get("aria-hidden") == "true" and words_of(beside) == "●●● hög"


def test_title_and_description_come_from_the_head(tree):
    assert words_of(every(tree, "title")[0]) == "Lägesbild 2017 – Kristinehamns kommun"
    described = next(m.get("content") for m in every(tree, "meta") if m.get("name") == "description")
    assert described == "Tre av tio är otrygga."


def test_only_blocks_reach_the_page_and_the_rest_is_reported(sample):
    stray = [
        new_output("stream", name="stderr", text="varning från /home/anna"),
        new_output("execute_result", data={"text/plain": "Anna 0701", "text/html": "<table>Anna 0701</table>"}),
        new_output("error", ename="ValueError", evalue="Anna 0701", traceback=["Anna 0701"]),
    ]
    page = notebook(sample, *stray)
    page.metadata["papermill"] = {"input_path": "/home/anna/x.ipynb", "parameters": {"secret": "Anna 0701"}}
    html = render_page(page, language="sv")
    for leak in ("Anna", "/home/", "hemlig", "papermill", "ValueError", "varning"):
        assert leak not in html
    assert dropped_outputs(page) == ["cell 2: stderr", "cell 2: text/html, text/plain", "cell 2: error"]
    assert dropped_outputs(notebook(sample)) == []
    assert html == render_page(notebook(sample), language="sv")


def test_a_cell_is_named_by_its_number_in_the_notebook_the_analyst_edits(sample):
    stray = new_output("stream", name="stdout", text="x")
    page = notebook(sample, stray)
    given = new_code_cell("year = '2017'", metadata={"tags": ["injected-parameters"]})
    page.cells.insert(0, given)
    assert dropped_outputs(page) == ["cell 2: stdout"]
    assert published_blocks(page) == published_blocks(notebook(sample))


INJECTIONS = [
    "<script>alert(1)</script>", "</style><script>alert(1)</script>", '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>", "</title><script>alert(1)</script>", "<!-- x", "]]>", "&lt;script&gt;",
    "{{ 7*7 }}", "{% raw %}", "${7*7}", "javascript:alert(1)", "\N{RIGHT-TO-LEFT OVERRIDE}txt",
    "<a href='https://example.org'>x</a>", "$x$", "\\u003cscript\\u003e",
]  # fmt: skip


def planted(block, text):
    """The block with a text in every place for text."""
    if isinstance(block, str):
        return text
    if isinstance(block, tuple):
        return tuple(planted(item, text) for item in block)
    if not isinstance(block, b.Part):
        return block
    kept = {"id", "language", "tone", "align", "key", "href", "svg_wide", "svg_narrow"}
    names = [name for name in block.to_json() if name not in kept | {"kind"}]
    return replace(block, **{name: planted(getattr(block, name), text) for name in names})


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_text_stays_a_text_in_every_place(sample, html, text):
    page = render_page(notebook([planted(block, text) for block in sample]), language="sv", links=(b.Link(text, "a"),))
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    tags = {node.tag for node in tree.iter() if isinstance(node.tag, str)}
    clean = html5lib.HTMLParser(namespaceHTMLElements=False).parse(html)
    assert tags <= {node.tag for node in clean.iter() if isinstance(node.tag, str)}
    assert words_of(every(tree, "h1")[0]) == " ".join(text.split())
    assert not any(
        str(name).startswith("on") for node in tree.iter() if isinstance(node.tag, str) for name in node.attrib
    )


@pytest.mark.parametrize("heads", [0, 2])
def test_a_page_has_one_head(sample, heads):
    with said(PublishError, "one head"):
        render_page(notebook([sample[0]] * heads + list(sample[1:])), language="sv")


def test_an_id_stands_once(sample):
    with said(PublishError, "'matris'"):
        render_page(notebook([*sample, next(x for x in sample if getattr(x, "id", "") == "matris")]), language="sv")


def test_a_forged_block_is_refused(sample):
    forged = new_output("display_data", data={b.MIME: {"kind": "finding", "title": "x", "text": "y"}})
    with pytest.raises(b.BlockError):
        published_blocks(notebook(sample, forged))


def test_a_forged_drawing_is_made_harmless(figures):
    evil = replace(figures[0], svg_wide='<svg viewBox="0 0 1 1"><script>alert(1)</script><rect onload="x()"/></svg>')
    html = render(evil, SV)
    assert "script" not in html and "onload" not in html


def test_the_page_in_english(sample):
    html = render_page(notebook(sample), language="en")
    assert '<html lang="en">' in html and "Skip to the content" in html and "Visa tabell" not in html


def test_twenty_five_charts_weigh_under_a_megabyte_and_a_half(sample, figures):
    many = [replace(f, id=f"{f.id}{i}", table=replace(f.table, id=f"t{f.id}{i}")) for i in range(4) for f in figures]
    assert len(many) >= 25
    assert len(render_page(notebook([sample[0], *many]), language="sv").encode()) < 1_500_000


def test_nbconvert_knows_the_format(sample, tmp_path):
    (found,) = [e for e in entry_points(group="nbconvert.exporters") if e.name == "trygghet"]
    path = tmp_path / "x.ipynb"
    nbformat.write(notebook(sample), path)
    html, resources = found.load()().from_filename(str(path))
    assert html == render_page(notebook(sample), language="sv") and resources["output_extension"] == ".html"
