"""No rule of axe-core is broken: WCAG 2.0 to 2.2, A and AA, and best practice, at every width, light and dark.

axe-core comes with the Python package axe-playwright-python.
"""

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_axe_finds_nothing(browser, page_file, figures, axe, width, scheme):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(page_file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.locator("figure").count() == len(figures) + 1  # and the matrix: an empty page would pass too
    passes, violations = axe(page)
    context.close()
    assert passes > 20
    assert violations == []
