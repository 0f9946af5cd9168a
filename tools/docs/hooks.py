"""What mkdocs calls while it builds the docs: pages made from the code, formulas as MathML, the language of a page."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from generated import pages
from latex2mathml.converter import convert
from mkdocs.structure.files import File
from vocabulary import WORDS

FORMULA = re.compile(r'<(span|div) class="arithmatex">(.*?)</\1>', re.DOTALL)
SECTION = re.compile(
    r'(<nav class="md-nav" data-md-level="\d+") aria-labelledby="(__nav_[\d_]+)_label"'
    r'([^>]*>\s*<label class="md-nav__title" for="\2">.*?</span>)\s*([^<]+?)\s*(?=</label>)',
    re.DOTALL,
)
SEARCH = '<div class="md-search" data-md-component="search" role="dialog">'


def on_files(files: Any, config: Any) -> Any:
    """Add the pages of reference that are made from the code and its messages."""
    for name, text in pages().items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Pages that are made by other programs, in English, have no head of their own to say so."""
    if page.file.src_uri == "error_rates.md":
        page.meta["lang"] = "en"
    return markdown


def on_page_content(html: str, page: Any, config: Any, files: Any) -> str:
    """Formulas as MathML, no headings of tables that say nothing, and the language of pages in English."""
    html = re.sub(r"<th([^>]*)></th>", r"<td\1></td>", FORMULA.sub(_as_mathml, html))
    return f'<div lang="{page.meta["lang"]}">{html}</div>' if "lang" in page.meta else html


def on_post_page(output: str, page: Any, config: Any) -> str:
    """What axe finds wrong in the theme: a search without a name, and landmarks without or with the same."""
    output = SECTION.sub(r'\1 aria-label="\4"\3\n\4', output)
    return output.replace(SEARCH, f'{SEARCH[:-1]} aria-label="{WORDS["search"]}">')


def _as_mathml(found: re.Match[str]) -> str:
    text = unescape(found[2]).strip()
    block = text.startswith("\\[")
    source = text[2:-2].strip()
    math = convert(source, display="block" if block else "inline")
    alternative = source.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    math = math.replace("<math ", f'<math alttext="{alternative}" ', 1)
    return f'<div class="formula">{math}</div>' if block else math
