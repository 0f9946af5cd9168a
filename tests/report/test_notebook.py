"""Any notebook as a page: valid, inert, in order, described; by name in nbconvert, whole or in part."""

import os
import re
import subprocess
import sys
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import html5lib
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from trygghet import blocks as b
from trygghet.report.exporter import TrygghetExporter
from trygghet.report.fragments import clean
from trygghet.report.notebook import chosen, page_of
from trygghet.report.publish import html_of

GENERAL = Path(__file__).parent / "notebooks" / "general.ipynb"


@pytest.fixture(scope="module")
def general():
    return nbformat.read(GENERAL, as_version=4)


@pytest.fixture(scope="module")
def html(general):
    return html_of(page_of(general, name="general"))


@pytest.fixture(scope="module")
def tree(html):
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)


def said(node):
    return " ".join("".join(node.itertext()).split())


def markdown(*sources, **metadata):
    return new_notebook(cells=[new_markdown_cell(source) for source in sources], metadata=metadata)


def test_headings_begin_with_the_first_and_skip_no_level(tree):
    levels = [int(n.tag[1]) for n in tree.iter() if isinstance(n.tag, str) and re.fullmatch("h[1-6]", n.tag)]
    assert levels[0] == 1 and levels.count(1) == 1 and len(levels) > 5
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert said(next(tree.iter("h1"))) == said(next(tree.iter("title"))) == "Rainfall in three towns"


def test_the_contents_lead_to_headings_that_are_there(tree):
    (contents,) = (n for n in tree.iter("nav") if n.get("class") == "contents")
    ids = {n.get("id") for n in tree.iter() if isinstance(n.tag, str)}
    targets = [a.get("href")[1:] for a in contents.iter("a")]
    assert len(targets) == 2 and set(targets) <= ids


def test_nothing_runs_and_nothing_is_fetched(tree, html):
    assert "<script" not in html and "javascript:" not in html
    for node in tree.iter():
        if isinstance(node.tag, str):
            assert node.tag not in {"script", "iframe", "object", "embed", "form", "button", "link"}
            assert not any(str(name).startswith("on") or name == "style" for name in node.attrib)
            assert node.get("src", "data:image/").startswith("data:image/")


def test_every_table_names_itself_and_its_heads(tree):
    tables = list(tree.iter("table"))
    assert len(tables) == 4
    for table in tables:
        assert said(next(table.iter("caption")))
        heads = list(table.iter("th"))
        assert heads and all(said(th) and th.get("scope") in {"col", "row", "colgroup", "rowgroup"} for th in heads)
    assert [said(next(t.iter("caption"))) for t in tables][-1] == "Rain with colours"


def test_pictures_have_the_text_given_or_say_that_there_is_none(general, tree):
    texts = [image.get("alt") for image in tree.iter("img")]
    assert texts[0] == "Rain in mm: Arvika 12.5, Filipstad 8." and "Blue square" in texts
    assert page_of(general).undescribed == (2, 3, 5)
    assert len([text for text in texts if "not described" in text]) == 3


def test_texts_and_errors_are_there_without_their_colour_codes(tree):
    page = " ".join(said(n) for n in tree.iter("div") if n.get("class") == "output")
    assert "very long line red" in page and "\x1b" not in page and "[31m" not in page
    assert "ZeroDivisionError" in page and "careful" in page and "{'answer': 42}" in page


def test_what_scrolls_can_be_reached_by_keyboard_and_has_a_name(tree):
    boxes = [n for n in tree.iter("div") if "scroll" in (n.get("class") or "").split()]
    assert len(boxes) > 15
    assert all(n.get("tabindex") == "0" and n.get("role") == "group" and n.get("aria-label") for n in boxes)


def test_a_hash_in_code_is_no_heading():
    page = page_of(markdown("# Title\n\n```\n# a comment\n```\n\n## Part"))
    assert "<h2" in page.pieces[0].html and "<h3" not in page.pieces[0].html


def test_the_language_and_title_of_the_metadata_hold():
    page = page_of(markdown("## Del", lang="sv", title="Rapport"))
    assert (page.language, page.title, page.skip) == ("sv", "Rapport", "Hoppa till innehållet")
    assert page_of(markdown("x", lang='sv"><script>')).language == "en"
    assert page_of(markdown("x"), name="namnet").title == "namnet"


def test_only_pictures_in_the_notebooks_own_folder_are_taken_in(tmp_path):
    inside, outside = tmp_path / "nb", tmp_path / "secret.png"
    inside.mkdir()
    for path in (inside / "a.png", outside):
        path.write_bytes(b"\x89PNG")
    (inside / "a.txt").write_text("secret")
    (inside / "link.png").symlink_to(outside)
    names = ("a.png", "../secret.png", str(outside), "a.txt", "link.png", "file:///etc/passwd")
    page = page_of(markdown(*(f"![x]({name})" for name in names)), folder=inside)
    assert [piece.html.count("data:image/") for piece in page.pieces] == [1, 0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '<a href="javascript:alert(1)">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>', "<svg onload=alert(1)></svg>",
        '<iframe src="https://example.org"></iframe>', '<p style="background:url(https://example.org)">x</p>',
        '<form action="https://example.org"><input></form>', '<base href="https://example.org">',
        '<meta http-equiv="refresh" content="0">', "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
        '<img src="data:text/html,x">', "<style>*{display:none}</style>", '<link rel="stylesheet" href="x">',
    ],
)  # fmt: skip
def test_what_a_cell_brings_is_made_harmless(evil):
    shown = new_output("display_data", data={"text/html": evil, "text/plain": "x"})
    page = html_of(page_of(new_notebook(cells=[new_markdown_cell(evil), new_code_cell("x", outputs=[shown])])))
    tree = html5lib.HTMLParser(namespaceHTMLElements=False).parse(page)
    inside = next(tree.iter("main"))
    for node in (n for n in inside.iter() if isinstance(n.tag, str)):
        assert node.tag not in {"script", "iframe", "form", "input", "base", "meta", "style", "link", "svg", "math"}
        assert not {"style", "onerror", "onload", "action"} & set(node.attrib)
        assert not node.get("href", "").startswith(("javascript:", "data:"))
    assert "alert" not in clean(evil) or "<" not in clean(evil).replace("<a", "").replace("</a", "")


def test_our_own_blocks_stand_among_the_cells(figures):
    shown = new_output("display_data", data={b.MIME: figures[0].to_json()})
    page = page_of(new_notebook(cells=[new_markdown_cell("# T\n\n## Del"), new_code_cell("", outputs=[shown])]))
    assert f"<h3>{figures[0].title}</h3>" in page.pieces[-1].html


def test_parts_are_left_out_as_nbconvert_is_told(general):
    page = page_of(general)
    assert {piece.kind for piece in page.pieces} == {"markdown", "input", "output"}
    no_input = chosen(page, {"include_input": False, "include_code": True})
    assert {piece.kind for piece in no_input.pieces} == {"markdown", "output"}
    assert {piece.kind for piece in chosen(page, {"include_code": False}).pieces} == {"markdown"}
    assert chosen(page, {"include_markdown": False}).contents == ()


def test_the_format_and_the_template_give_the_same_page(tmp_path):
    """As typed, with the template where an installation puts it."""
    template = files("trygghet.report").joinpath("template", "trygghet")
    place = tmp_path / "nbconvert" / "templates"
    place.mkdir(parents=True)
    (place / "trygghet").symlink_to(str(template), target_is_directory=True)
    command = [
        sys.executable,
        "-m",
        "nbconvert",
        "--to",
        "html",
        "--template",
        "trygghet",
        "--output-dir",
        str(tmp_path),
    ]
    done = subprocess.run(
        [*command, str(GENERAL)],
        env=os.environ | {"JUPYTER_PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "2, 3, 5" in done.stderr  # images that nobody described
    by_template = (tmp_path / "general.html").read_text(encoding="utf-8")
    by_format, _ = TrygghetExporter().from_filename(str(GENERAL))
    assert by_template.rstrip("\n") == by_format.rstrip("\n")
    html5lib.HTMLParser(strict=True).parse(by_template)
