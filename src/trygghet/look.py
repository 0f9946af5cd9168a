"""A municipality's own logo, colour and words: as ``workspace.yml`` gives them, checked before anything is built."""

from __future__ import annotations

import colorsys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from html import escape
from pathlib import Path
from string import Formatter
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from trygghet.errors import Fault
from trygghet.logo import LogoError, data_uri
from trygghet.messages import LANGUAGES, Words, texts
from trygghet.style import DARK, LIGHT, contrast

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[A-Za-z0-9.-]+(/[A-Za-z0-9_./-]*)?$")]
Own = dict[str, dict[str, str] | str]
"""Message key to the municipality's own text: one text in the workspace's language, or one a language."""
GROUNDS = ("paper", "card", "wash")
LEAST = 4.5
"""Contrast of text against its ground (WCAG 2.1, 1.4.3)."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Logo(_Part):
    """A PNG or SVG in the workspace, and what it says to those who do not see it."""

    file: str
    alt: dict[str, str] | str


class Accent(_Part):
    """The colour of links, focus and the line over the page; charts keep theirs, which tell groups apart."""

    light: Colour
    dark: Colour | None = None


class Look(_Part):
    """The municipality's own look, and the address of its own accessibility statement."""

    logo: Logo | None = None
    accent: Accent | None = None
    accessibility: Address | None = None


@dataclass(frozen=True)
class Dress:
    """What a page wears: an addition to its style sheet, and the logo's HTML."""

    css: str = ""
    logo: str = ""


def own_words(own: Own, language: str, spoken: str) -> dict[str, str]:
    """The texts for a language; one without a language is in the workspace's own, `spoken`."""
    given = {key: {spoken: text} if isinstance(text, str) else text for key, text in own.items()}
    return {key: text[language] for key, text in given.items() if language in text}


def dress(look: Look, folder: Path, words: Words) -> Dress:
    """The page's own style and logo.

    Parameters
    ----------
    look : checked, see `look_faults`.
    folder : the workspace's, where the logo lies.

    Raises
    ------
    LogoError : the logo has become unusable since it was checked.
    """
    css, logo = "", ""
    if look.accent is not None:
        light, dark = look.accent.light, look.accent.dark or passing(look.accent.light, DARK)
        css = (
            f".tg{{--tg-accent:{light}}}@media screen and (prefers-color-scheme:dark){{.tg{{--tg-accent:{dark}}}}}"
            ".tg a,.tg summary,.contents a:hover{color:var(--tg-accent)}"
            ".tg .contents a:not(:hover){color:var(--tg-ink)}"
            ".tg :focus-visible{outline-color:var(--tg-accent)}.top{border-top:6px solid var(--tg-accent)}"
        )
    if look.logo is not None:
        alt = escape(words.pick(look.logo.alt), quote=True)
        logo = f'<img class="logo" src="{data_uri(folder / look.logo.file)}" alt="{alt}">'
    return Dress(css, logo)


def look_faults(look: Look, own: Own, folder: Path, spoken: str) -> Iterator[tuple[list[str], Fault]]:
    """Everything wrong with the look and the words, each with its place in the file and a fault without a row.

    Parameters
    ----------
    own : the workspace's own words.
    spoken : the workspace's language, that of a text without one.
    """
    if look.accent is not None:
        yield from _colour_faults(look.accent)
    if look.logo is not None:
        try:
            data_uri(folder / look.logo.file)
        except LogoError as error:
            yield ["look", "logo", "file"], Fault("", 0, "look.logo.file", error.rule, error.values)
    for key, text in own.items():
        given = {spoken: text} if isinstance(text, str) else text
        for language, wording in given.items():
            fault = _word_fault(key, language, wording)
            if fault is not None:
                yield ["words", key], fault


def _colour_faults(accent: Accent) -> Iterator[tuple[list[str], Fault]]:
    for scheme, colour, palette in (("light", accent.light, LIGHT), ("dark", accent.dark, DARK)):
        if colour is None or lowest(colour, palette) >= LEAST:
            continue
        values = {
            "ratio": f"{lowest(colour, palette):.2f}", "least": f"{LEAST:.1f}", "near": passing(colour, palette),
        }  # fmt: skip
        yield ["look", "accent", scheme], Fault("", 0, f"look.accent.{scheme}", "W63-CONTRAST", values)


def lowest(colour: str, palette: Mapping[str, str]) -> float:
    """The lowest contrast of a colour against the grounds that text stands on."""
    return min(contrast(colour, palette[ground]) for ground in GROUNDS)


def passing(colour: str, palette: Mapping[str, str]) -> str:
    """The shade of a colour nearest in lightness that can be read on a palette's grounds."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    steps = sorted((step / 200 for step in range(201)), key=lambda step: abs(step - lightness))
    shades = [colour.lower(), *(_hex(hue, step, saturation) for step in steps)]
    return next(shade for shade in shades if lowest(shade, palette) >= LEAST)


def _hex(hue: float, lightness: float, saturation: float) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in colorsys.hls_to_rgb(hue, lightness, saturation))


def _word_fault(key: str, language: str, wording: str) -> Fault | None:
    place = f"words.{key}"
    if language not in LANGUAGES:
        return Fault("", 0, f"{place}.{language}", "W13-WRONG-VALUE", {"expected": ", ".join(LANGUAGES)})
    known = texts(language)
    if key not in known:
        near = get_close_matches(key, known, n=1, cutoff=0.7)
        inside = sorted(name for name in known if name.startswith(f"{key}."))
        meant = (inside or near or [""])[0]
        return Fault("", 0, place, "W60-NO-SUCH-TEXT-NEAR" if meant else "W61-NO-SUCH-TEXT", {"near": meant})
    expected, found = fields(known[key]), fields(wording)
    if found == expected:
        return None
    named = ", ".join(f"{{{name}}}" for name in sorted(expected or ()))
    return Fault("", 0, place, "W62-TEXT-FIELDS" if expected else "W64-TEXT-NO-FIELDS", {"expected": named})


def fields(text: str) -> set[str] | None:
    """The plain ``{names}`` of a message; None where the braces do not hold just names."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return None
    named = [(name, spec, way) for _, name, spec, way in parts if name is not None]
    if any(not name.isidentifier() or spec or way for name, spec, way in named):
        return None
    return {name for name, _, _ in named}
