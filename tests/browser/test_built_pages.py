"""The examples' pages as a browser shows them: whole without a network, no rule of axe broken, no sideways scroll."""

from pathlib import Path

import pytest

from trygghet import cli

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = {
    "kristinehamn/2016/atgardsplan.html": 0,
    "kristinehamn/2016/lofte.html": 6,
    "kristinehamn/2017/lagesbild.html": 11,
    "kristinehamn/2017/utvardering.html": 6,
    "gss/2018/lagesbild.html": 3,
    "index.html": 0,
}


@pytest.fixture(scope="module")
def reports(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("reports")
    built = (
        ("kristinehamn", "--report", "lofte", "--report", "atgardsplan"),
        ("kristinehamn", "--year", "2017"),
        ("gss", "--year", "2018"),
    )
    for workspace, *which in built:
        with pytest.raises(SystemExit) as stopped:
            cli.main(["build", str(ROOT / "data" / workspace), *which, "--out", str(out)])
        assert not stopped.value.code
    return out


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("place", PAGES)
def test_a_page_stands_on_its_own(browser, reports, axe, place, width):
    context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True, offline=True)
    page = context.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto((reports / place).as_uri())
    assert page.locator("figure").count() >= PAGES[place]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    _, violations = axe(page)
    context.close()
    assert requests == [(reports / place).as_uri()]
    assert violations == []


def test_every_link_of_the_index_leads_somewhere(browser, reports):
    page = browser.new_page()
    page.goto((reports / "index.html").as_uri())
    links = [a.get_attribute("href") for a in page.locator("main a").all()]
    page.close()
    assert len(links) >= 6
    assert [href for href in links if not href.startswith("#") and not (reports / href).is_file()] == []
