"""The house style: one palette for light and dark, and what matplotlib and the style sheet make of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Every light colour is written once only: the SVG post-processing finds a colour's name by its value.
LIGHT: Mapping[str, str] = {
    "paper": "#fbfaf7",
    "card": "#ffffff",
    "wash": "#f6f4ee",
    "ink": "#1c2733",
    "muted": "#5b6875",
    "line": "#e4e1da",
    "axis": "#848d97",
    "blue": "#1d5b8f",
    "amber": "#b4530a",
    "green": "#2d6a4f",
    "ink-pale": "#ccd1d6",
    "muted-pale": "#dde0e3",
    "blue-pale": "#bdd3e6",
    "amber-pale": "#f3cfae",
    "green-pale": "#bcd8ca",
    "warning": "#fdf0dc",
    "seq-0": "#f7f3ea",
    "seq-1": "#f4e4ca",
    "seq-2": "#efcb9a",
    "seq-3": "#e3a866",
    "seq-4": "#b4540b",
    "seq-5": "#8a3d07",
    "seq-6": "#5c2703",
    "on-low": "#1d2732",
    "on-high": "#fffefc",
    "hatch": "#7d868f",
}
DARK: Mapping[str, str] = {
    "paper": "#11161b",
    "card": "#1a2128",
    "wash": "#222a32",
    "ink": "#e9edf0",
    "muted": "#a9b4bf",
    "line": "#343e48",
    "axis": "#7b8792",
    "blue": "#86bbe9",
    "amber": "#f0a866",
    "green": "#7fc8a5",
    "ink-pale": "#4d5863",
    "muted-pale": "#3d4751",
    "blue-pale": "#2f506e",
    "amber-pale": "#67451f",
    "green-pale": "#2c5442",
    "warning": "#35290f",
    "seq-0": "#242b32",
    "seq-1": "#3a3126",
    "seq-2": "#553d22",
    "seq-3": "#754c1b",
    "seq-4": "#d98d3a",
    "seq-5": "#f0b26c",
    "seq-6": "#fbd9a9",
    "on-low": "#f2f4f6",
    "on-high": "#17120b",
    "hatch": "#8b96a1",
}
SEQUENCE = tuple(f"seq-{step}" for step in range(7))
FIRST_HIGH = 4
"""From this step of the sequence text on it is written in ``on-high``."""

# (foreground, background, least contrast): text 4.5, marks and focus 3 (WCAG 2.1, 1.4.3 and 1.4.11).
PAIRS: tuple[tuple[str, str, float], ...] = (
    *((text, ground, 4.5) for text in ("ink", "muted", "blue", "amber", "green") for ground in ("paper", "card")),
    *((text, "wash", 4.5) for text in ("ink", "muted", "blue", "amber", "green")),
    ("ink", "warning", 4.5),
    ("muted", "warning", 4.5),
    *(("on-low", f"seq-{step}", 4.5) for step in range(FIRST_HIGH)),
    *(("on-high", f"seq-{step}", 4.5) for step in range(FIRST_HIGH, 7)),
    *((mark, "card", 3.0) for mark in ("axis", "hatch", "seq-4", "seq-5", "seq-6")),
    *((mark, f"{mark}-pale", 3.0) for mark in ("ink", "blue", "amber", "green")),
    ("paper", "ink", 4.5),
)


def on(step: int) -> str:
    """Name of the text colour that can be read on a step of the sequence."""
    return "on-high" if step >= FIRST_HIGH else "on-low"


def luminance(colour: str) -> float:
    """Relative luminance 0–1 of ``#rrggbb`` (WCAG 2.1, definitions)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """Contrast ratio 1–21 of two colours ``#rrggbb`` (WCAG 2.1, definitions)."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def css_variables(palette: Mapping[str, str]) -> str:
    """The palette as declarations: ``--tg-ink:#1c2733;…``."""
    return "".join(f"--tg-{name}:{value};" for name, value in palette.items())


def rc() -> dict[str, Any]:
    """matplotlib settings of the house style; lengths are CSS pixels because a figure has 72 dots an inch."""
    return {
        "axes.edgecolor": LIGHT["axis"],
        "axes.facecolor": "none",
        "axes.labelcolor": LIGHT["muted"],
        "axes.linewidth": 1.0,
        "axes.spines.left": False,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.spines.bottom": False,
        "axes.grid": False,
        "figure.dpi": 72,
        "figure.facecolor": "none",
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "hatch.linewidth": 1.2,
        "lines.solid_capstyle": "butt",
        "path.simplify": True,
        "savefig.dpi": 72,
        "savefig.facecolor": "none",
        "svg.fonttype": "none",
        "svg.hashsalt": "trygghet",
        "text.color": LIGHT["ink"],
        "xtick.bottom": False,
        "xtick.color": LIGHT["muted"],
        "xtick.major.size": 0,
        "ytick.left": False,
        "ytick.color": LIGHT["ink"],
        "ytick.major.size": 0,
    }
