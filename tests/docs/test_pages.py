"""Every code block of the docs that can be run is run, and prints what the page says."""

import pytest

from .trial import DOCS, Reader, blocks, runnable

PAGES = sorted(page for page in DOCS.rglob("*.md") if runnable(page))
SLOW = [page for page in PAGES if any(block.kind == "sh" for block in blocks(page))]
NAMES = {page: str(page.relative_to(DOCS)) for page in PAGES}


@pytest.mark.parametrize("page", [page for page in PAGES if page not in SLOW], ids=NAMES.get)
def test_what_a_page_says_is_true(page, tmp_path):
    Reader(tmp_path).follow(page)


@pytest.mark.slow
@pytest.mark.parametrize("page", SLOW, ids=NAMES.get)
def test_what_a_page_with_commands_says_is_true(page, tmp_path):
    Reader(tmp_path).follow(page)


def test_most_pages_are_tried():
    assert len(PAGES) >= 15
