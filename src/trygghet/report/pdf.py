"""The print version of a page, by a Chromium that stands on the machine: tagged, with bookmarks, A4."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from trygghet.errors import TrygghetError

VARIABLE = "TRYGGHET_PDF_BROWSER"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "chrome", "msedge")
WINDOWS = (
    "Google/Chrome/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
    "Chromium/Application/chrome.exe",
)
WINDOWS_ROOTS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
SECONDS = 120
FLAGS = (
    "--headless", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-extensions", "--no-first-run", "--no-default-browser-check", "--no-pdf-header-footer",
    "--export-tagged-pdf", "--generate-pdf-document-outline", "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
_DAY = re.compile(rb"/(CreationDate|ModDate) \(D:[^)]*\)")


class BrowserError(TrygghetError):
    """No browser to print with, or one that gives no PDF; ``key`` names the message under ``site.pdf``."""

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(key)
        self.key, self.values = key, values


def find_browser(environment: Mapping[str, str] | None = None) -> Path:
    """A Chromium, Chrome or Edge: the one that TRYGGHET_PDF_BROWSER names, else one on the path or in its usual place.

    Raises
    ------
    BrowserError : there is none, or what the variable names is not there.
    """
    env = os.environ if environment is None else environment
    named = env.get(VARIABLE, "")
    if named:
        found = shutil.which(named, path=env.get("PATH"))
        if found is None:
            raise BrowserError("named_missing", variable=VARIABLE, path=named)
        return Path(found)
    for name in NAMES:
        if found := shutil.which(name, path=env.get("PATH", "")):
            return Path(found)
    usual = [Path(env[root]) / place for root in WINDOWS_ROOTS if env.get(root) for place in WINDOWS]
    for path in [*usual, *map(Path, MAC)]:
        if path.is_file():
            return path
    raise BrowserError("missing", variable=VARIABLE)


def print_pdf(html: str, browser: Path, *, day: str) -> bytes:
    """A page as PDF/UA-like tagged PDF on A4, with its headings as bookmarks and every table open.

    Parameters
    ----------
    html : the whole page; it is printed from a folder of its own, without a network.
    browser : from `find_browser`.
    day : ISO date that stands in the file as the day it was made, so that the same page gives the same bytes.

    Raises
    ------
    BrowserError : the browser fails, takes longer than two minutes, or writes no PDF.
    """
    with tempfile.TemporaryDirectory(prefix="trygghet-pdf-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        page, made = folder / "page.html", folder / "page.pdf"
        page.write_text(html.replace("<details", "<details open"), encoding="utf-8")
        command = [str(browser), *FLAGS, f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={made}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:  # chromium's sandbox does not work for root
            command.append("--no-sandbox")
        try:
            subprocess.run([*command, page.as_uri()], capture_output=True, timeout=SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired):
            raise BrowserError("failed", path=str(browser)) from None
        content = made.read_bytes() if made.is_file() else b""
    if not content.startswith(b"%PDF"):
        raise BrowserError("failed", path=str(browser))
    return undated(content, day)


def undated(content: bytes, day: str) -> bytes:
    """A PDF with its days of creation and change set to one day, in place: no offset in the file moves."""
    stamp = f"D:{day.replace('-', '')}000000+00'00'".encode()

    def same_length(found: re.Match[bytes]) -> bytes:
        room = len(found[0]) - len(found[1]) - len(b"/ ()")
        return b"/" + found[1] + b" (" + stamp[:room].ljust(room, b"'") + b")"

    return _DAY.sub(same_length, content)
