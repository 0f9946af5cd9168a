"""The examples' pages as a browser shows them: whole without a network, no rule of axe broken, no sideways scroll."""

import os
import shutil
from pathlib import Path

import html5lib
import pytest

from trygghet import cli

from ..example_data import GSS, TOWN

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = {
    "kristinehamn/2016/lagesbild.html": 11,
    "kristinehamn/2016/atgardsplan.html": 0,
    "kristinehamn/2016/lofte.html": 6,
    "kristinehamn/2016/halvar.html": 0,
    "kristinehamn/2017/lagesbild.html": 11,
    "kristinehamn/2017/utvardering.html": 6,
    "gss/2016/lagesbild.html": 3,
    "gss/2018/lagesbild.html": 3,
    "gss/2018/utvardering.html": 0,
    "index.html": 0,
    "tillganglighet.html": 0,
}
LONGEST = "kristinehamn/2017/lagesbild.html"
SEEN = [
    (390, "light", None),
    (390, "dark", True),
    (1280, "light", None),
    (1280, "dark", True),
    (320, "light", False),
    (768, "light", False),
]
"""Widths, schemes and whether axe tries colours only (True), all but colours (False) or everything.

Contrast is nine tenths of axe's time on a long page. A width chooses the narrow or the wide drawings and light or dark
the colours, so 390 and 1280 px in both show every colour there is; between light and dark nothing but colours differs.
"""
OPEN = "document.querySelectorAll('details').forEach(d => d.open = true)"


@pytest.fixture(scope="module")
def reports(tmp_path_factory) -> Path:
    """Both examples whole, in the folder TRYGGHET_REPORTS when they have just been built there, else built here."""
    if built := os.environ.get("TRYGGHET_REPORTS"):
        return Path(built)
    out, copies = tmp_path_factory.mktemp("reports"), tmp_path_factory.mktemp("workspaces")
    examples = [shutil.copytree(folder, copies / folder.name) for folder in (TOWN, GSS)]
    with pytest.raises(SystemExit) as stopped:
        cli.main(["build", *map(str, examples), "--out", str(out)])
    assert not stopped.value.code
    return out


@pytest.mark.parametrize("place", PAGES)
def test_a_page_stands_on_its_own(browser, reports, axe, place):
    """At every width, in light or dark: everything there without a request, no rule broken, nothing to scroll to."""
    context = browser.new_context(bypass_csp=True, reduced_motion="reduce", offline=True)
    page = context.new_page()
    requests: list[str] = []
    page.route("**/*", lambda route: (requests.append(route.request.url), route.continue_()))
    found = {}
    page.goto((reports / place).as_uri())
    assert page.locator("figure").count() >= PAGES[place]
    page.evaluate(OPEN)
    for width, scheme, colours in SEEN:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, scheme)
        passes, violations = axe(page, colours=colours)
        assert passes > (0 if colours else 20)
        found |= {(width, scheme): violations} if violations else {}
    context.close()
    assert [url for url in requests if not url.startswith("data:")] == [(reports / place).as_uri()]
    assert found == {}


def test_every_page_is_strict_html(reports):
    pages = sorted(reports.rglob("*.html"))
    assert len(pages) > len(PAGES)
    for path in pages:
        parser = html5lib.HTMLParser()
        parser.parse(path.read_text(encoding="utf-8"))
        assert parser.errors == [], path


def test_the_keyboard_goes_through_the_whole_page_in_order_and_is_always_seen(browser, reports):
    """Skip link first; then everything that can take focus, each once, in the order of the text, with a ring."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page.goto((reports / LONGEST).as_uri())
    wanted = page.evaluate(
        """(() => {
          const can = e => e.checkVisibility() && !(e.closest('details:not([open])') && e.tagName !== 'SUMMARY');
          const all = [...document.querySelectorAll('a[href], summary, [tabindex="0"]')].filter(can);
          all.forEach((e, i) => e.dataset.order = i);
          return all.length;
        })()"""
    )
    seen, unseen = [], []
    for _ in range(wanted):
        page.keyboard.press("Tab")
        order, name, style, width, shown = page.evaluate(
            """(() => {
              const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
              const shown = r.width > 0 && r.bottom > 0 && r.top < innerHeight;
              return [+e.dataset.order, e.className, s.outlineStyle, parseFloat(s.outlineWidth), shown];
            })()"""
        )
        seen.append(order)
        if not (style == "solid" and width >= 2 and shown):
            unseen.append((order, name))
    skip = page.evaluate("document.querySelector('[data-order=\"0\"]').className")
    page.close()
    assert wanted > 40 and skip == "skip"
    assert seen == list(range(wanted))
    assert unseen == []


def test_a_screen_reader_hears_the_finding_of_every_chart(browser, reports):
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.goto((reports / LONGEST).as_uri())
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    titles = page.evaluate(
        """[...document.querySelectorAll('figure')]
          .map(f => f.querySelector('figcaption')?.firstElementChild?.textContent)"""
    )
    page.close()
    images = [
        " ".join(node["name"]["value"].split())
        for node in nodes
        if node.get("role", {}).get("value") in ("image", "img") and not node["ignored"]
    ]
    said = [title for title in titles if title and any(" ".join(title.split()) in image for image in images)]
    assert len(images) >= PAGES[LONGEST] and len(said) >= PAGES[LONGEST]
    assert all(len(image) > 40 and any(letter.isdigit() for letter in image) for image in images)


def test_four_hundred_percent_is_read_without_sideways_scroll(browser, reports):
    """WCAG 1.4.10: a window of 1280 px at 400 % is 320 by 256 css px."""
    context = browser.new_context(viewport={"width": 320, "height": 256}, device_scale_factor=4)
    page = context.new_page()
    wide = {}
    for place in PAGES:
        page.goto((reports / place).as_uri())
        page.evaluate(OPEN)
        wide[place] = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert set(wide.values()) == {320}


def test_paper_is_light_whole_and_without_navigation(browser, reports):
    page = browser.new_page(viewport={"width": 680, "height": 900}, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    page.goto((reports / LONGEST).as_uri())
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("document.documentElement.scrollWidth") <= 680
    hidden = page.evaluate(
        """['.contents', '.skip', '.bottom'].map(s => document.querySelector(s))
          .filter(e => e && e.checkVisibility()).length"""
    )
    page.close()
    assert hidden == 0


def test_every_link_of_the_index_leads_somewhere(browser, reports):
    page = browser.new_page()
    page.goto((reports / "index.html").as_uri())
    links = [a.get_attribute("href") for a in page.locator("main a").all()]
    page.close()
    assert len(links) >= 6
    assert [href for href in links if not href.startswith("#") and not (reports / href).is_file()] == []
