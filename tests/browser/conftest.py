"""Debian's chromium by playwright; without one the tests are skipped and say so, unless TRYGGHET_BROWSER=required."""

import importlib.util
import os
import shutil
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from trygghet import blocks as b
from trygghet.report.publish import render_page

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
NAMES = ("chromium", "chromium-browser", "google-chrome")


def _missing(reason):
    if os.environ.get("TRYGGHET_BROWSER") == "required":
        pytest.fail(f"TRYGGHET_BROWSER=required, but {reason}")
    pytest.skip(f"{reason}; the page is not tested in a browser")


@pytest.fixture(scope="session")
def browser():
    """A headless chromium."""
    if importlib.util.find_spec("playwright") is None:
        _missing("playwright is not installed")
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        _missing("there is no chromium on this machine")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE_COLOURS = ["color-contrast", "link-in-text-block"]


@pytest.fixture(scope="session")
def axe():
    """Runs axe-core on a page: ``axe(page)`` gives how many rules passed, and the violations with their targets.

    ``axe(page, colours=True)`` tries only the rules of colour, ``colours=False`` all the others.
    """
    if importlib.util.find_spec("axe_playwright_python") is None:
        _missing("axe-playwright-python is not installed")
    from importlib.resources import files

    script = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")

    def run(page, *, colours=None):
        if page.evaluate("typeof axe") == "undefined":
            page.evaluate(script)
        only = {"type": "rule", "values": AXE_COLOURS} if colours else {"type": "tag", "values": AXE_RULES}
        left_out = {name: {"enabled": False} for name in AXE_COLOURS if colours is False}
        # every node is tried all the same; those that pass are just not written out, which takes most of the time
        options = {"runOnly": only, "rules": left_out, "resultTypes": ["violations"]}
        found = page.evaluate("options => axe.run(document, options)", options)
        violations = [(v["id"], [node["target"] for node in v["nodes"]]) for v in found["violations"]]
        return len(found["passes"]), violations

    return run


@pytest.fixture(scope="session")
def page_file(sample, tmp_path_factory) -> Path:
    """The sample page on disk."""
    outputs = [new_output("display_data", data={b.MIME: block.to_json()}) for block in sample]
    notebook = new_notebook(cells=[new_code_cell("", outputs=outputs)])
    path = tmp_path_factory.mktemp("page") / "lagesbild.html"
    path.write_text(render_page(notebook, language="sv", links=(b.Link("Alla", "../index.html"),)), encoding="utf-8")
    return path


@pytest.fixture
def opened(browser, page_file):
    """Opens the sample page: ``opened(width, scheme="light", media=None)``."""
    contexts = []

    def open_page(width, scheme="light", media=None):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=False)
        contexts.append(context)
        page = context.new_page()
        if media:
            page.emulate_media(media=media)
        page.goto(page_file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
