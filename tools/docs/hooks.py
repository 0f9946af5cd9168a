"""What mkdocs calls while it builds the docs: pages made from the code, formulas as MathML, the language of a page."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from generated import pages
from latex2mathml.converter import convert
from mkdocs.structure.files import File

FORMULA = re.compile(r'<(span|div) class="arithmatex">(.*?)</\1>', re.DOTALL)
TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)


def on_files(files: Any, config: Any) -> Any:
    """Add the pages of reference that are made from the code and its messages."""
    for name, text in pages().items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_content(html: str, page: Any, config: Any, files: Any) -> str:
    """Formulas as MathML, tables that the keyboard can scroll, and the language of pages in English."""
    html = FORMULA.sub(_as_mathml, html)
    html = TABLE.sub(lambda found: f'<div class="wide" tabindex="0" role="group">{found[0]}</div>', html)
    return f'<div lang="{page.meta["lang"]}">{html}</div>' if "lang" in page.meta else html


def on_post_page(output: str, page: Any, config: Any) -> str:
    """What axe finds wrong in the theme: scrolling code that the keyboard cannot reach, unnamed landmarks."""
    output = output.replace("<pre><span></span><code>", '<pre tabindex="0"><span></span><code>')
    output = re.sub(r"<pre><code", '<pre tabindex="0"><code', output)
    return output


def _as_mathml(found: re.Match[str]) -> str:
    text = unescape(found[2]).strip()
    block = text.startswith("\\[")
    source = text[2:-2].strip()
    math = convert(source, display="block" if block else "inline")
    alternative = source.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    math = math.replace("<math ", f'<math alttext="{alternative}" ', 1)
    return f'<div class="formula" tabindex="0" role="group">{math}</div>' if block else math
