"""The palette can be read in light and dark, and a chart's SVG can do nothing but be looked at."""

import pytest

from trygghet import style
from trygghet.svg import SvgError, finish, safe


@pytest.mark.parametrize(("first", "second", "expected"), [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48)])
def test_contrast_is_that_of_wcag(first, second, expected):
    assert style.contrast(first, second) == pytest.approx(expected, abs=0.005)
    assert style.contrast(second, first) == style.contrast(first, second)


@pytest.mark.parametrize("palette", [style.LIGHT, style.DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "ground", "least"), style.PAIRS)
def test_every_pair_has_its_contrast(palette, front, ground, least):
    assert style.contrast(palette[front], palette[ground]) >= least


def test_both_palettes_name_the_same_colours_and_no_light_one_twice():
    assert style.LIGHT.keys() == style.DARK.keys()
    assert len(set(style.LIGHT.values())) == len(style.LIGHT)


def test_the_sequence_grows_darker_in_light_and_lighter_in_dark():
    light = [style.luminance(style.LIGHT[name]) for name in style.SEQUENCE]
    dark = [style.luminance(style.DARK[name]) for name in style.SEQUENCE]
    assert light == sorted(light, reverse=True)
    assert dark == sorted(dark)


def _brown(colour: str) -> tuple[float, ...]:
    """A colour as a deuteranope sees it (Viénot, Brettel and Mollon 1999, in linear RGB)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    mixed = 0.29275 * r + 0.70725 * g
    return mixed, mixed, -0.02234 * r + 0.02234 * g + b


@pytest.mark.parametrize("palette", [style.LIGHT, style.DARK], ids=["light", "dark"])
def test_blue_and_amber_stay_apart_without_red_and_green(palette):
    blue, amber = _brown(palette["blue"]), _brown(palette["amber"])
    assert max(abs(x - y) for x, y in zip(blue, amber, strict=True)) > 0.12


RAW = """<?xml version="1.0"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd">
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
 width="9pt" height="9pt" viewBox="0 0 9 9">
 <metadata><x>Matplotlib</x></metadata><defs><style>*{stroke-linecap: butt}</style></defs>
 <g id="figure_1"><defs><path id="m1" d="M 0 3.14159 &#10;z"/></defs>
  <use xlink:href="#m1" x="1" y="2" style="fill: #b4530a; stroke: #ffffff"/>
  <text style="font-size: 13px; font-family: 'DejaVu Sans'; fill: #1c2733" x="1" y="1"
   transform="rotate(-0 1 1)">a &lt;b&gt; c</text>
 </g></svg>"""


def test_a_finished_chart_follows_the_page():
    svg = finish(RAW, prefix="bild-w", title="En <rubrik>", description='Tal & "ord"')
    assert svg.startswith('<svg viewBox="0 0 9 9" width="9" height="9" role="img" aria-labelledby="bild-w-t bild-w-d">')
    assert '<title id="bild-w-t">En &lt;rubrik&gt;</title>' in svg
    assert "fill:var(--tg-amber,#b4530a)" in svg and "stroke:var(--tg-card,#ffffff)" in svg
    assert 'href="#bild-w-0"' in svg and 'id="bild-w-0"' in svg
    assert "a &lt;b&gt; c</text>" in svg and "3.14 z" in svg
    for gone in ("DejaVu", "Matplotlib", "<style", "xmlns", "xlink", "figure_1", "rotate"):
        assert gone not in svg
    assert safe(svg) == svg


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<rect onload="alert(1)"/>',
        '<a href="javascript:alert(1)"><text>x</text></a>',
        '<use href="https://example.org/x.svg#a"/>',
        '<image href="data:image/svg+xml;base64,AAAA"/>',
        "<foreignObject><iframe/></foreignObject>",
        '<rect style="fill: url(https://example.org/x)"/>',
        '<rect style="fill: url( &quot;https://example.org/x&quot; )"/>',
        '<rect style="background: red; behavior: url(#x)"/>',
        '<rect style="fill: expression(alert(1))"/>',
        '<animate attributeName="href" to="javascript:alert(1)"/>',
        "<style>@import 'https://example.org'</style>",
        '<rect class="x" style="fill:red}</style><script>alert(1)</script>"/>',
    ],
)
def test_nothing_active_survives(inside):
    cleaned = safe(f'<svg viewBox="0 0 1 1">{inside.replace("</style><script>alert(1)</script>", "")}</svg>').lower()
    for bad in (
        "script",
        "onload",
        "example.org",
        "<a",
        "<image",
        "foreign",
        "expression",
        "animate",
        "@import",
        "url(",
    ):
        assert bad not in cleaned


@pytest.mark.parametrize(
    "text", ["", "<p>no</p>", "<svg><g></svg>", '<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg>&a;</svg>']
)
def test_what_is_no_drawing_is_refused(text):
    with pytest.raises(SvgError):
        safe(text)
