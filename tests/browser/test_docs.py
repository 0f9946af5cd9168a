"""The docs site opened as files: no rule of axe broken, nothing fetched, the search finds, no page scrolls sideways."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).parents[2]
PAGES = [
    "index",
    "english",
    "kom-igang/kristinehamn",
    "sa-gor-du/polisens-excel",
    "metod/utvardering",
    "error_rates",
    "jamfor/index",
    "referens/filer",
    "referens/ordlista",
    "referens/kommandon",
    "referens/funktioner/index",
    "referens/funktioner/formular",
]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    if importlib.util.find_spec("material") is None:
        pytest.skip("mkdocs-material is not installed; the docs site is not tested in a browser")
    folder = tmp_path_factory.mktemp("docs")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def outside(page) -> list[str]:
    """Every address that the page asks for and that is no file: filled as it is used."""
    asked: list[str] = []
    page.on("request", lambda r: None if r.url.startswith(("file:", "data:", "blob:")) else asked.append(r.url))
    return asked


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_and_nothing_is_fetched(browser, site, axe, width, scheme):
    size = {"width": width, "height": 900}
    context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    asked, found = outside(page), {}
    for name in PAGES:
        page.goto((site / f"{name}.html").as_uri())
        page.wait_for_timeout(200)
        assert page.locator("h1").count() == 1, name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        passes, violations = axe(page)
        assert passes > 20, name
        found |= {name: violations} if violations else {}
    context.close()
    assert found == {}
    assert asked == []


def test_the_search_works_from_a_file(browser, site):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    asked = outside(page)
    page.goto((site / "index.html").as_uri())
    page.locator("input.md-search__input").click()
    page.keyboard.type("designeffekt", delay=30)
    page.wait_for_selector("a.md-search-result__link", timeout=20_000)
    targets = page.eval_on_selector_all("a.md-search-result__link", "links => links.map(a => a.getAttribute('href'))")
    page.close()
    assert any("metod/vikter.html" in target or "ordlista.html" in target for target in targets)
    assert asked == []
