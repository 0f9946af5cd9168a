"""What a reader gets of one notebook: our template beside nbconvert's own, in the same run.

Bytes, requests to other hosts, violations of axe-core (WCAG 2.0 to 2.2, A and AA, and best practice) by node, scripts,
images without a text of their own, and processor time of the conversion. Our own page must have no violation.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import nbformat
from nbconvert.exporters import HTMLExporter
from playwright.sync_api import Browser, sync_playwright

from trygghet.report.exporter import TrygghetExporter

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "tests" / "report" / "notebooks" / "general.ipynb"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PEERS = ("lab", "classic", "basic")
ROUNDS = 5
STOCK = "No description has been provided for this image"


def pages() -> dict[str, Callable[[nbformat.NotebookNode], str]]:
    """A conversion by name; each makes its exporter anew, as a command does."""
    ours = {"trygghet": lambda nb: TrygghetExporter().from_notebook_node(nb)[0]}
    return ours | {
        name: lambda nb, name=name: HTMLExporter(template_name=name).from_notebook_node(nb)[0] for name in PEERS
    }


def seconds(convert: Callable[[nbformat.NotebookNode], str], notebook: nbformat.NotebookNode) -> float:
    """The shortest processor time of a few rounds."""
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        convert(notebook)
        taken.append(time.process_time() - start)
    return min(taken)


def seen(browser: Browser, path: Path, script: str) -> tuple[int, int, str]:
    """Requests to other hosts, violating nodes, and the broken rules; remote files are refused, as offline."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.route(re.compile("^https?://"), lambda route: route.abort())
    page.goto(path.as_uri(), wait_until="load")
    page.wait_for_timeout(500)
    asked = [url for url in asked if url.startswith("http")]
    page.evaluate(script)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
    context.close()
    rules = ", ".join(f"{v['id']} {len(v['nodes'])}" for v in found)
    return len(asked), sum(len(v["nodes"]) for v in found), rules


def main() -> int:
    """Print the table; 1 when our page breaks a rule or asks for anything."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        print("no chromium on this machine; nothing is measured")
        return 0
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    script = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    print("| template | bytes | requests | scripts | images with a stock text | violating nodes | rules | CPU s |")
    print("|---|---|---|---|---|---|---|---|")
    bad = 0
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, convert in pages().items():
            html = convert(notebook)
            path = Path(folder) / f"{name}.html"
            path.write_text(html, encoding="utf-8")
            asked, nodes, rules = seen(browser, path, script)
            cells = (len(html.encode()), asked, html.lower().count("<script"), html.count(STOCK), nodes, rules or "–")
            print(f"| {name} | " + " | ".join(map(str, cells)) + f" | {seconds(convert, notebook):.2f} |")
            bad += name == "trygghet" and bool(asked or nodes)
        browser.close()
    return bad


if __name__ == "__main__":
    sys.exit(main())
