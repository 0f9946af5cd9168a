"""No rule of axe-core is broken: WCAG 2.0 to 2.2, A and AA, and best practice, at every width, light and dark.

axe-core is one file, ``axe.min.js`` of the npm package; it is looked for in ``node_modules`` or where the
environment variable TRYGGHET_AXE says.
"""

import os
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
PLACES = (os.environ.get("TRYGGHET_AXE", ""), str(Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def axe() -> str:
    path = next((Path(place) for place in PLACES if place and Path(place).is_file()), None)
    if path is None:
        pytest.skip("there is no axe-core (npm install axe-core); its rules are not run")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_axe_finds_nothing(browser, page_file, figures, axe, width, scheme):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(page_file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.locator("figure").count() == len(figures)  # an empty page would pass too
    page.evaluate(axe)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    context.close()
    assert len(found["passes"]) > 20
    assert [(v["id"], [node["target"] for node in v["nodes"]]) for v in found["violations"]] == []
