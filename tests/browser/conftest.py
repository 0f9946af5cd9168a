"""One headless Chromium for the tests of what a browser shows; without it they are skipped, and say so."""

import os
import shutil
from collections.abc import Iterator

import pytest

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def _missing(reason: str) -> None:
    if os.environ.get("TRYGGHET_BROWSER") == "required":
        pytest.fail(f"a browser is required here: {reason}")
    pytest.skip(f"needs a browser: {reason}")


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Chromium, driven by playwright."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        _missing("chromium is not installed (on Debian and Ubuntu: apt install chromium)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("the Python package playwright is not installed")
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield chromium
        chromium.close()
