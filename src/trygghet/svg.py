"""A chart's SVG made fit for a page: colours that follow dark mode, unique ids, a title and a description.

The same allow-list guards the way back: SVG that has travelled through a notebook is read again and only
drawing elements without scripts, links or foreign content are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from xml.etree.ElementTree import Element

from defusedxml import ElementTree as SafeXml
from defusedxml.common import DefusedXmlException

from trygghet.errors import TrygghetError
from trygghet.style import LIGHT

ELEMENTS = frozenset(
    ["svg", "g", "defs", "path", "rect", "circle", "line", "polyline", "polygon", "text", "tspan", "use",
     "clipPath", "pattern", "title", "desc"]
)  # fmt: skip
ATTRIBUTES = frozenset(
    ["id", "d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "viewBox", "transform",
     "points", "style", "clip-path", "role", "aria-labelledby", "class", "patternUnits", "href"]
)  # fmt: skip
PROPERTIES = frozenset(
    ["fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-linecap",
     "stroke-linejoin", "stroke-dasharray", "stroke-dashoffset", "opacity", "font-size", "font-weight",
     "font-style", "font", "text-anchor"]
)  # fmt: skip
_NAMES = {value: name for name, value in LIGHT.items()}
_VALUE = re.compile(r"[-\w.,%# +()]*")
_LOCAL_URL = re.compile(r"url\(#([\w-]+)\)")
_FLOAT = re.compile(r"-?\d+\.\d{3,}")
_FONT = re.compile(r"(?:(?P<style>italic|oblique)\s+)?(?:(?P<weight>bold|[1-9]00)\s+)?(?P<size>[\d.]+px)")
_NO_TURN = re.compile(r"rotate\(-?0[ )]")
_DEFAULTS = {
    ("stroke-linejoin", "miter"), ("opacity", "1"), ("stroke-width", "1"), ("text-anchor", "start"),
    ("font-weight", "400"), ("font-style", "normal"), ("stroke-dashoffset", "0"), ("stroke-linecap", "butt"),
}  # fmt: skip


class SvgError(TrygghetError):
    """Text that should be a chart's SVG and is not."""


def finish(raw: str, *, prefix: str, title: str, description: str) -> str:
    """The SVG that matplotlib wrote, ready to stand inside a page.

    Parameters
    ----------
    raw : the file's text.
    prefix : start of every id in it; unique on the page.
    title, description : what a screen reader says instead of the drawing.

    Returns
    -------
    One ``<svg>`` element without namespace, font names, scripts or links; house colours as
    ``var(--tg-…)`` with the light colour as fallback.
    """
    root = _parsed(raw)
    ids = {node.get("id", ""): f"{prefix}-{i}" for i, node in enumerate(_referred(root))}
    body = "".join(_markup(child, ids) for child in root)
    box = escape(root.get("viewBox", "0 0 1 1"), quote=True)
    width, height = box.split()[2:]
    head = f'<title id="{prefix}-t">{escape(title)}</title><desc id="{prefix}-d">{escape(description)}</desc>'
    return (
        f'<svg viewBox="{box}" width="{width}" height="{height}" role="img" '
        f'aria-labelledby="{prefix}-t {prefix}-d">{head}{body}</svg>'
    )


def safe(svg: str) -> str:
    """The same drawing with nothing in it but what the allow-lists hold; a finished SVG comes back unchanged.

    Raises
    ------
    SvgError : the text is not one well-formed ``<svg>`` element, or declares entities.
    """
    root = _parsed(svg)
    ids = {node.get("id", ""): node.get("id", "") for node in root.iter() if node.get("id")}
    return _markup(root, ids)


def _parsed(text: str) -> Element:
    try:
        root: Element = SafeXml.fromstring(text, forbid_dtd=False)
    except (SafeXml.ParseError, DefusedXmlException) as error:
        raise SvgError(f"not an SVG drawing: {error}") from error
    if _local(root.tag) != "svg":
        raise SvgError(f"not an SVG drawing but <{_local(root.tag)}>")
    return root


def _local(name: object) -> str:
    return name.rsplit("}", 1)[-1] if isinstance(name, str) else ""


def _referred(root: Element) -> Iterator[Element]:
    """Elements that something points at; all other ids are dropped."""
    targets: set[str] = set()
    for node in root.iter():
        for name, value in node.attrib.items():
            if _local(name) == "href" and value.startswith("#"):
                targets.add(value[1:])
            targets.update(_LOCAL_URL.findall(value))
    return (node for node in root.iter() if node.get("id") in targets)


def _markup(node: Element, ids: dict[str, str]) -> str:
    tag = _local(node.tag)
    if tag not in ELEMENTS:
        return ""
    attributes = "".join(f' {name}="{escape(value, quote=True)}"' for name, value in _attributes(node, ids))
    inner = escape(node.text or "") if tag in ("text", "tspan", "title", "desc") else ""
    for child in node:
        inner += _markup(child, ids)
        if tag in ("text", "tspan"):
            inner += escape(child.tail or "")
    if (tag in ("g", "defs") and not inner) or (tag == "path" and 'style="fill:none"' in attributes):
        return ""
    if tag == "g" and not attributes:
        return inner
    return f"<{tag}{attributes}>{inner}</{tag}>" if inner else f"<{tag}{attributes}/>"


def _attributes(node: Element, ids: dict[str, str]) -> Iterator[tuple[str, str]]:
    attributes = dict(node.attrib)
    painted = [f"{name}:{attributes.pop(name)}" for name in ("fill", "stroke") if name in attributes]
    if painted:
        attributes["style"] = ";".join([*painted, attributes.get("style", "")])
    for full, value in attributes.items():
        name = _local(full)
        if name not in ATTRIBUTES:
            continue
        if name == "id":
            if value in ids:
                yield "id", ids[value]
        elif name == "href":
            if value[:1] == "#" and value[1:] in ids:
                yield "href", "#" + ids[value[1:]]
        elif name == "style":
            if style := _style(value, ids):
                yield "style", style
        elif name == "clip-path":
            if url := _local_url(value, ids):
                yield "clip-path", url
        elif not _NO_TURN.match(value):
            yield name, _short(value)


def _style(text: str, ids: dict[str, str]) -> str:
    kept = []
    for declaration in text.split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip(), value.strip()
        if name not in PROPERTIES:
            continue
        if name == "font":
            kept += _font(value)
        elif value.startswith("url("):
            if url := _local_url(value, ids):
                kept.append((name, url))
        elif value in _NAMES:
            kept.append((name, f"var(--tg-{_NAMES[value]},{value})"))
        elif _VALUE.fullmatch(value) and "url" not in value.lower() and "expression" not in value.lower():
            kept.append((name, _short(value)))
    return ";".join(f"{name}:{value}" for name, value in kept if (name, value) not in _DEFAULTS)


def _font(value: str) -> list[tuple[str, str]]:
    found = _FONT.match(value)
    if not found:
        return []
    parts = [("font-size", found["size"]), ("font-weight", found["weight"]), ("font-style", found["style"])]
    return [(name, text) for name, text in parts if text]


def _local_url(value: str, ids: dict[str, str]) -> str:
    found = _LOCAL_URL.fullmatch(value)
    return f"url(#{ids[found[1]]})" if found and found[1] in ids else ""


def _short(value: str) -> str:
    """Numbers with two decimals at most: a hundredth of a pixel is nothing, and the page gets smaller."""
    text = _FLOAT.sub(lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), value)
    return re.sub(r"\s+", " ", text).replace("-0 ", "0 ").strip()
