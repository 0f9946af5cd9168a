"""The shipped notebook in a real JupyterLab page: open it, run all cells, see the blocks."""

import json
import logging
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import TimeoutError as LateError

import trygghet as tg
from trygghet.lab import prepare

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
TOKEN = "for-this-test-only"
ERRORS = '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]'
"""Errors and warnings, as JupyterLab draws both."""
WORKING = "data/kristinehamn/lab/2017"
"""The working folder that `trygghet lab` makes."""


def free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return chosen.getsockname()[1]


PANEL = """import trygghet as tg

ws = tg.Workspace.open("../..", year=2016)
tg.panel(ws)"""
WRONG = """import trygghet as tg

tg.Workspace.open("../..", year=1999)"""


@pytest.fixture(scope="module")
def lab(remembered_town, tmp_path_factory):
    """JupyterLab on a copy of the shipped notebooks and of the town with its working folder; two notebooks more.

    One server for all tests: each has its own notebook, so its own kernel.
    """
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    town = shutil.copytree(remembered_town, folder / "data" / "kristinehamn")
    working = prepare(tg.Workspace.open(town, 2017), language="sv")
    assert working == folder / WORKING
    for name, source in (("panel", PANEL), ("fel", WRONG)):
        made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
        made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(made, working / f"{name}.ipynb")
    with served(tmp_path_factory.mktemp("lab_home"), folder) as address:
        yield address


@contextmanager
def served(home, folder):
    """A JupyterLab of its own whose files are those of a folder; its address."""
    port = free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={port}", "--ServerApp.port_retries=0"]
    command += [f"--ServerApp.root_dir={folder}", f"--IdentityProvider.token={TOKEN}"]
    command += ["--LabApp.news_url=", "--ServerApp.open_browser=False"]
    if os.geteuid() == 0:
        command.append("--allow-root")
    settings = home / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    # every cell stays on the page, also out of view, so that all of it can be looked at
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    own = {name: str(home / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")}
    own["JUPYTERLAB_SETTINGS_DIR"] = str(home / "settings")
    log = (home / "lab.log").open("wb")
    server = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | own)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/api?token={TOKEN}", server)
        yield address
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def _wait_for(address: str, server: subprocess.Popen) -> None:
    for _ in range(120):
        assert server.poll() is None, "JupyterLab stopped"
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise AssertionError("JupyterLab did not answer in a minute")


@pytest.fixture
def opened(lab, browser):
    """Opens a notebook when its kernel is ready: ``opened("notebooks/planera", height=1000)``."""
    pages = []

    def open_notebook(path, height=1000):
        page = browser.new_page(viewport={"width": 1280, "height": height})
        pages.append(page)
        page.goto(f"{lab}/lab/tree/{path}.ipynb?token={TOKEN}&reset")
        page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=90_000)
        _wait_for_kernel(lab, f"{path}.ipynb")
        return page

    yield open_notebook
    for page in pages:  # what a failed test is understood by; pytest keeps it back where the test passed
        prompts = "".join(page.locator(".jp-InputPrompt").all_inner_texts())
        logging.warning("cells run: %s; errors: %s", prompts, page.locator(ERRORS).all_inner_texts())
        page.close()


def _wait_for_kernel(lab: str, path: str) -> None:
    """Until the server says that a page is connected to the notebook's kernel and that the kernel is idle.

    The page's own sign says idle before there is a kernel as well, and cells run by then are passed over.
    """
    for _ in range(180):
        with urllib.request.urlopen(f"{lab}/api/sessions?token={TOKEN}", timeout=20) as answer:
            kernels = {session["path"]: session["kernel"] for session in json.load(answer)}
        if path in kernels and kernels[path]["connections"] and kernels[path]["execution_state"] == "idle":
            return
        time.sleep(0.5)
    raise AssertionError(f"no kernel is ready for {path}: {kernels}")


def _run_all(page) -> None:
    """Choose Run All Cells in the menu, again where JupyterLab was not ready for it yet and took no notice."""
    first = page.locator(".jp-CodeCell .jp-InputPrompt").first
    for _ in range(10):
        try:
            page.get_by_role("menuitem", name="Run", exact=True).click(timeout=5_000)
            page.get_by_role("menuitem", name="Run All Cells", exact=True).click(timeout=5_000)
        except LateError:  # the menu closed again: the page was still being put together
            page.keyboard.press("Escape")
        page.wait_for_timeout(1_000)
        if re.match(r"\[(\*|1)\]", first.inner_text()):
            return
        page.wait_for_timeout(2_000)
    raise AssertionError("the first cell did not begin to run")


def test_run_all_cells_of_the_evaluation(opened):
    page = opened("notebooks/utvardering")
    _run_all(page)
    heading = page.locator(".jp-OutputArea-output .tg h1")
    heading.wait_for(timeout=120_000)
    assert heading.inner_text() == "Utvärdering 2017"
    words = page.locator(".jp-OutputArea-output .tg", has_text="Nått: minst 95 av 100").last
    words.wait_for(timeout=120_000, state="attached")
    assert page.locator(ERRORS).count() == 0


def test_a_goal_is_tried_in_the_form(opened):
    page = opened("notebooks/planera", height=1800)
    _run_all(page)
    target = page.get_by_label("Mål, procent")
    target.wait_for(timeout=60_000)
    assert page.get_by_text("Målet går inte att mäta med 418 svar.").count() == 1
    target.fill("10")
    target.press("Tab")
    page.get_by_text("Målet går att mäta: om det nås kommer det att synas").wait_for(timeout=20_000)
    page.get_by_label("Vad", exact=True).select_option(label="Cykelstöld")
    page.get_by_text("Med 188 brott om året går det att upptäcka").wait_for(timeout=20_000)
    page.locator(".widget-html svg", has_text="188").first.wait_for(timeout=20_000, state="attached")
    page.wait_for_function("document.querySelector('.widget-textarea textarea').value.includes('count: 188')")
    written = page.locator(".widget-textarea textarea").input_value()
    drawn = page.locator(".widget-html svg").first.bounding_box()
    assert "indicator: crime:bicycle_theft" in written and "count: 188" in written
    assert drawn is not None and drawn["width"] > 300


def test_the_year_is_changed_and_the_whole_picture_run_again(opened, tmp_path):
    page = opened(f"{WORKING}/lagesbild")
    cell = page.locator(".jp-CodeCell", has_text="arbetsmappen").first.locator(".cm-content")
    cell.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text('workspace: str = "../.."\nyear: str = "2016"\nlanguage: str = "sv"')
    _run_all(page)
    heading = page.locator(".jp-OutputArea-output .tg h1")
    heading.wait_for(timeout=240_000)
    assert heading.inner_text() == "Lägesbild 2016"
    page.locator(".jp-OutputArea-output .tg h2", has_text="Alla tabeller").wait_for(timeout=240_000, state="attached")
    charts = page.locator(".jp-OutputArea-output .tg .chart.wide svg")
    assert charts.count() > 15 and page.locator(ERRORS).count() == 0
    charts.first.scroll_into_view_if_needed()
    drawn = charts.first.bounding_box()
    picture = page.screenshot(path=tmp_path / "lagesbild.png")
    assert drawn["width"] > 300 and drawn["height"] > 100 and len(picture) > 20_000


def test_women_of_an_age_are_picked_in_the_panel(opened):
    page = opened(f"{WORKING}/panel", height=2400)
    _run_all(page)
    divided = page.get_by_label("Dela upp efter")
    divided.wait_for(timeout=240_000)
    chart = page.locator(".widget-html .tg figure")
    assert chart.locator("h3").inner_text() == "Otrygga ute sent på kvällen, 2016"
    divided.focus()
    page.keyboard.type("K")  # by keyboard: JupyterLab has shortcuts of one letter, which must not be taken for them
    page.wait_for_function("document.activeElement.selectedOptions[0].label === 'Kön'")
    page.get_by_label("Korsa med").select_option(label="Åldersgrupp")
    chart.locator(".wide svg", has_text="Kvinnor 16–24 år").wait_for(timeout=60_000)
    before = chart.locator(".wide svg").inner_html()
    group = page.get_by_label("Peka ut grupp")
    group.select_option(label="Kvinnor 16–24 år")
    page.locator(".widget-html .tg figure h3", has_text="Kvinnor 16–24 år: visas inte: bara").wait_for(timeout=60_000)
    group.select_option(label="Kvinnor 45–64 år")
    page.locator(".widget-html .tg figure h3", has_text="2016. Kvinnor 45–64 år: ").wait_for(timeout=60_000)
    assert chart.locator(".wide svg").inner_html() != before
    code = page.get_by_label("Som kod").input_value()
    unlabelled = page.locator(".jp-OutputArea-output select:not([id])").count()
    assert "by=('sex', 'age_group'), group='woman:45-64'" in code and unlabelled == 0


def test_a_wrong_year_is_told_in_lines(opened):
    page = opened(f"{WORKING}/fel")
    _run_all(page)
    error = page.locator(ERRORS)
    error.wait_for(timeout=120_000)
    text = error.inner_text()
    assert "W05-UNKNOWN-YEAR" in text and "%debug" in text and "Traceback" not in text
    assert len(text.strip().splitlines()) <= 4
