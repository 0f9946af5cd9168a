"""The printable questionnaire in a browser: axe-core is silent, no width scrolls sideways, few sheets."""

import re

import pytest

from trygghet import forms
from trygghet.workspace import Workspace

from ..example_data import TOWN

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=["citizens", "staff"])
def form(request, tmp_path_factory):
    """Which questionnaire, and its page on disk."""
    folder = tmp_path_factory.mktemp("forms")
    return request.param, forms.write_forms(Workspace.open(TOWN), request.param, folder)[1]


@pytest.fixture
def opened(browser, form):
    contexts = []

    def open_page(width):
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True))
        page = contexts[-1].new_page()
        page.goto(form[1].as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_axe_finds_nothing_and_nothing_is_cut(opened, axe, width):
    page = opened(width)
    passes, violations = axe(page)
    assert passes > 15
    assert violations == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [320, 1280])
def test_every_circle_has_its_answer_in_sight(opened, form, width):
    """Above its column where there is room for a table, beside the circle where there is not."""
    page = opened(width)
    if form[0] == "staff":
        assert page.locator("input[type=radio]").count() == 0
        return
    heads = page.locator("thead th").first.is_visible()
    beside = page.locator(".answer").first.is_visible()
    assert (heads, beside) == ((False, True) if width == 320 else (True, False))


def test_a_table_parted_by_a_sheet_says_on_each_what_is_asked(opened, form):
    page = opened(800)
    page.emulate_media(media="print")
    shown = page.locator(".again:visible").all_inner_texts()
    assert shown == (["Är detta ett problem i området där du bor?"] if form[0] == "citizens" else [])


def test_it_is_printed_on_few_sheets(opened, form):
    """Two leaves, both sides used, for residents; one for a workplace."""
    printed = opened(1280).pdf(prefer_css_page_size=True)
    pages = max(int(count) for count in re.findall(rb"/Count (\d+)", printed))
    assert 1 <= pages <= {"citizens": 4, "staff": 2}[form[0]]
