"""Index, accessibility statement and the page of any notebook in a browser: no rule of axe broken, nothing fetched."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from trygghet import blocks as b
from trygghet.messages import Words
from trygghet.report import catalogue, site, statement
from trygghet.report.checks import Result
from trygghet.report.notebook import page_of
from trygghet.report.publish import html_of, render_page

pytestmark = pytest.mark.browser
GENERAL = Path(__file__).parents[1] / "report" / "notebooks" / "general.ipynb"
SV = Words("sv")


def entry(year, report="lagesbild", **more):
    figures = (
        b.KeyFigure("Otrygga", "30 %", "troligen mellan 25 och 35"),
        b.KeyFigure("Sedan 2016", "går inte att avgöra"),
    )
    files = ("tabeller.xlsx", "tabeller.csv", "lagesbild.pdf")
    about = {"language": "sv", "simulated": True, "day": "2017-03-31", "base_url": "", "assessed": ""}
    about |= {"contact": "a@b.example", "versions": (catalogue.Version(1, f"{year}.{report}.abcd1234"),)}
    fixed = {"files": files, "lead": "30 av 100 är otrygga.", "figures": figures}
    return catalogue.Entry("Granstad", "granstad", year, report, **(fixed | about | more))


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    found = [entry("2017"), entry("2017", "utvardering"), entry("2016", contact="")]
    result = Result(3, 4, 5, {"tables": ("granstad/2016/lagesbild.html",)})
    outputs = {"index": site.blocks(found, SV), "statement": statement.blocks(found, result, SV)}
    for name, blocks in outputs.items():
        shown = [new_output("display_data", data={b.MIME: block.to_json()}) for block in blocks]
        notebook = new_notebook(cells=[new_code_cell("", outputs=shown)])
        page = render_page(notebook, language="sv", links=site.footer(SV), feed="feed.xml")
        (folder / f"{name}.html").write_text(page, "utf-8")
    (folder / "general.html").write_text(html_of(page_of(nbformat.read(GENERAL, as_version=4))), "utf-8")
    return folder


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (390, "light"), (768, "dark"), (1280, "light")])
@pytest.mark.parametrize("name", ["index", "statement", "general"])
def test_a_page_breaks_no_rule_fetches_nothing_and_fits(browser, places, axe, name, width, scheme):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce"
    )
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((places / f"{name}.html").as_uri())
    wide = page.evaluate("document.documentElement.scrollWidth")
    passes, violations = axe(page)
    context.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert wide == width
    assert passes > 20 and violations == []
