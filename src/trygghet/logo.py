"""A logo made harmless: of an SVG only its shapes and texts, of a PNG only its picture, inside the page."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from trygghet.errors import TrygghetError

LARGEST = 200_000
SVG = "http://www.w3.org/2000/svg"
XLINK = "{http://www.w3.org/1999/xlink}href"
_PNG = b"\x89PNG\r\n\x1a\n"
_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"sRGB", b"gAMA", b"cHRM", b"iCCP")
_SHAPE_NAMES = """
    svg g path rect circle ellipse line polyline polygon defs linearGradient radialGradient stop clipPath mask
    pattern symbol use text tspan title desc style
"""
_SHAPES = frozenset(_SHAPE_NAMES.split())
_ATTRIBUTE_NAMES = """
    id class d x y x1 y1 x2 y2 cx cy r rx ry fx fy width height viewBox points transform fill stroke offset opacity
    version preserveAspectRatio gradientUnits gradientTransform patternUnits patternTransform clipPathUnits maskUnits
    spreadMethod style fill-opacity fill-rule stroke-width stroke-opacity stroke-linecap stroke-linejoin
    stroke-miterlimit stroke-dasharray clip-path clip-rule mask stop-color stop-opacity font-family font-size
    font-weight font-style text-anchor letter-spacing dx dy
"""
_ATTRIBUTES = frozenset(_ATTRIBUTE_NAMES.split())
_OUTSIDE = re.compile(r"@|\\|javascript:|data:|expression|url\((?!\s*['\"]?#)", re.IGNORECASE)


class LogoError(TrygghetError):
    """A logo that cannot stand on a page: `rule` of the messages under ``faults``, with its `values`."""

    def __init__(self, rule: str, **values: Any) -> None:
        super().__init__(rule)
        self.rule, self.values = rule, values


def data_uri(path: Path) -> str:
    """The logo as an address that holds the picture itself.

    Raises
    ------
    LogoError : W65 no such file, W66 neither PNG nor SVG, or broken, W67 too large.
    """
    try:
        content = path.read_bytes()
    except OSError:
        raise LogoError("W65-NO-LOGO", file=path.name) from None
    if len(content) > LARGEST:
        raise LogoError("W67-LOGO-LARGE", size=len(content) // 1000, most=LARGEST // 1000)
    if content.startswith(_PNG):
        return _uri("png", clean_png(content))
    return _uri("svg+xml", clean_svg(content))


def _uri(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def clean_png(content: bytes) -> bytes:
    """A PNG without what its maker wrote beside the picture (names, times, places).

    Raises
    ------
    LogoError : W66 a broken file.
    """
    kept = [chunk for kind, chunk in _chunks(content) if kind in _CHUNKS]
    if not kept or kept[0][4:8] != b"IHDR" or kept[-1][4:8] != b"IEND":
        raise LogoError("W66-NOT-A-LOGO")
    return _PNG + b"".join(kept)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG)
    while at + 12 <= len(content):
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        chunk = content[at:end]
        if len(chunk) != end - at or zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:], "big"):
            raise LogoError("W66-NOT-A-LOGO")
        yield chunk[4:8], chunk
        at = end


def clean_svg(content: bytes) -> bytes:
    """An SVG of nothing but shapes, texts and colours: no script, no event, no link, nothing from elsewhere.

    Raises
    ------
    LogoError : W66 no SVG, or one with entities or a document type of its own.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(content, forbid_dtd=False)
    except (ET.ParseError, DefusedXmlException, ValueError, LookupError):
        raise LogoError("W66-NOT-A-LOGO") from None
    if root.tag != f"{{{SVG}}}svg":
        raise LogoError("W66-NOT-A-LOGO")
    ET.register_namespace("", SVG)
    text: bytes = ET.tostring(_shape(root), encoding="utf-8")
    return text


def _shape(node: Any) -> ET.Element:
    """A copy of an element with what is known to be harmless."""
    copy = ET.Element(node.tag, {k: v for k, v in node.attrib.items() if k in _ATTRIBUTES and not _OUTSIDE.search(v)})
    if str(node.attrib.get("href") or node.attrib.get(XLINK) or "").startswith("#"):
        copy.set("href", node.attrib.get("href") or node.attrib[XLINK])
    copy.text, copy.tail = node.text, node.tail
    for child in node:
        name = child.tag.removeprefix(f"{{{SVG}}}") if isinstance(child.tag, str) else ""
        if name in _SHAPES and f"{{{SVG}}}{name}" == child.tag and not (name == "style" and _unsafe(child)):
            copy.append(_shape(child))
    return copy


def _unsafe(style: Any) -> bool:
    return bool(_OUTSIDE.search(style.text or ""))
