"""Blocks travel through a notebook as JSON and come back the same; what cannot stand on a page is refused."""

import json

import pytest

from trygghet import blocks as b

from .saying import said


def test_every_kind_of_block_is_on_the_sample_page(sample):
    kinds = {cls for cls in b.Part.kinds.values() if issubclass(cls, b.Block) and cls is not b.Block}
    assert {type(block) for block in sample} == kinds


def test_blocks_come_back_from_json_as_they_were(sample):
    for block in sample:
        assert b.from_json(json.loads(json.dumps(block.to_json()))) == block


def test_a_cell_shows_the_block_both_as_data_and_as_html(sample):
    for block in sample:
        bundle = block._repr_mimebundle_()
        assert b.from_json(bundle[b.MIME]) == block
        assert bundle["text/html"].startswith('<div class="tg')


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "script"},
        {"title": "no kind"},
        {"kind": "section", "id": "a", "title": "A", "html": "<b>"},
        {"kind": "section", "id": "a"},
        {"kind": "section", "id": '"><script>', "title": "A"},
        {"kind": "note", "title": "A", "text": "", "tone": "loud"},
        {"kind": "keyfigure", "label": "A", "value": "1", "tone": "red"},
        {"kind": "column", "key": "a", "label": "A", "align": "justify"},
    ],
)
def test_what_is_no_block_is_refused(data):
    with pytest.raises(b.BlockError):
        b.from_json(data)


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "https://example.org/", "//example.org/x", "data:text/html,x", "a b", ""]
)
def test_a_link_leads_within_the_site_only(href):
    with pytest.raises(b.BlockError):
        b.Link("x", href)


def test_rows_are_taken_by_key_or_in_order():
    columns = (b.Column("a", "A"), b.Column("b", "B", "right"))
    table = b.Table("t", "T", columns, ({"b": 2, "a": "x"}, ["y", None]))
    assert table.rows == (("x", "2"), ("y", ""))
    with said(b.BlockError, "3 cells"):
        b.Table("t", "T", columns, (["x", "y", "z"],))


def test_blocks_cannot_be_changed(sample):
    with pytest.raises(AttributeError):
        sample[0].title = "annat"
