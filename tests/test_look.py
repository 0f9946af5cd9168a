"""A municipality's own words, logo and colour: refused with what is wrong, and seen on the page when right."""

import base64
import re
import struct
import zlib
from pathlib import Path

import pytest

from trygghet import Workspace
from trygghet.errors import InputError
from trygghet.logo import clean_png, clean_svg, data_uri
from trygghet.look import dress, lowest, passing
from trygghet.messages import Words
from trygghet.picture import Picture
from trygghet.style import DARK, LIGHT, contrast

GOOD = """\
name: Granstad
code: "0180"
areas: [{id: centrum, name: Centrum}]
headline: unsafe_night
sources: {}
reports: {"2017": [lagesbild]}
"""
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z" fill="#123456"/>%s</svg>'


def png(*more: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(b"\x00\x01\x02\x03"))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunk(b"tEXt", m) for m in more) + body + chunk(b"IEND", b"")


def workspace(folder: Path, more: str, logo: bytes | None = None) -> Workspace:
    (folder / "workspace.yml").write_text(GOOD + more, encoding="utf-8")
    if logo is not None:
        (folder / "logo.svg").write_bytes(logo)
    return Workspace.open(folder)


def refused(folder: Path, more: str, logo: bytes | None = None) -> list[tuple[int, str, dict]]:
    with pytest.raises(InputError) as caught:
        workspace(folder, more, logo)
    return [(fault.row, fault.rule, fault.values) for fault in caught.value.faults]


def test_own_words_stand_in_the_language_they_are_written_in(tmp_path):
    ws = workspace(tmp_path, "words:\n  report.safety.title: Tryggt hos oss\n  lists.and: {sv: samt, en: plus}\n")
    assert Picture(ws).words("report.safety.title") == "Tryggt hos oss"
    assert Picture(ws, "en").words("report.safety.title") == Words("en")("report.safety.title")
    assert [Picture(ws, language).words("lists.and") for language in ("sv", "en")] == ["samt", "plus"]


def test_one_form_of_a_plural_and_one_line_of_a_list_can_be_reworded(tmp_path):
    key = "report.evaluation.lead_undecided"
    ws = workspace(tmp_path, f"words:\n  {key}.one: ett är ovisst\n  dates.months.0: januarius\n")
    assert ws.words(key, n=1) == "ett är ovisst"
    assert ws.words(key, n=2) == Words("sv")(key, n=2)
    assert ws.words.raw("dates.months")[:2] == ["januarius", "februari"]


def test_a_name_that_is_no_text_is_refused_with_the_nearest(tmp_path):
    (row, rule, values), second = refused(tmp_path, "words:\n  report.safety.titel: X\n  nothing.like.it.at.all: Y\n")
    assert (row, rule, values["near"]) == (8, "W60-NO-SUCH-TEXT-NEAR", "report.safety.title")
    assert second[:2] == (9, "W61-NO-SUCH-TEXT")


@pytest.mark.parametrize(
    "wording", ["{k} svar", "{n}", "{of}{n}{n.__class__}", "{n!r} av {of}", "{n} av {of", "{}{n}{of}"]
)
def test_a_wording_that_loses_or_adds_a_figure_is_refused(tmp_path, wording):
    key = "report.evaluation.key_of"
    assert refused(tmp_path, f'words: {{{key}: "{wording}"}}\n')[0][1] == "W62-TEXT-FIELDS"
    assert workspace(tmp_path, f'words: {{{key}: "{{n}} utav {{of}}"}}\n').words(key, n=1, of=3) == "1 utav 3"


def test_braces_where_nothing_is_filled_in_are_refused(tmp_path):
    assert refused(tmp_path, 'words: {report.safety.title: "Trygg {n}"}\n')[0][1] == "W64-TEXT-NO-FIELDS"


@pytest.mark.parametrize(("scheme", "palette", "colour"), [("light", LIGHT, "#ffcc00"), ("dark", DARK, "#003366")])
def test_a_colour_that_cannot_be_read_is_refused_with_one_that_can(tmp_path, scheme, palette, colour):
    accent = f'{{light: "#005b8a", dark: "{colour}"}}' if scheme == "dark" else f'{{light: "{colour}"}}'
    [(row, rule, values)] = refused(tmp_path, f"look:\n  accent: {accent}\n")
    assert (row, rule) == (8, "W63-CONTRAST")
    worst = min(contrast(colour, palette[ground]) for ground in ("paper", "card", "wash"))
    assert values["ratio"] == f"{worst:.2f}" and worst < 4.5
    assert all(contrast(values["near"], palette[ground]) >= 4.5 for ground in ("paper", "card", "wash"))


def test_the_nearest_shade_is_hardly_darker_than_needed():
    shade = passing("#ffcc00", LIGHT)
    assert 4.5 <= lowest(shade, LIGHT) < 4.8
    assert passing("#005b8a", LIGHT) == "#005b8a"


def test_an_accent_gets_its_own_shade_in_the_dark_and_leaves_the_charts_alone(tmp_path):
    ws = workspace(tmp_path, 'look: {accent: {light: "#005b8a"}}\n')
    css = dress(ws.settings.look, ws.folder, ws.words).css
    light, dark = re.findall(r"--tg-accent:(#[0-9a-f]{6})", css)
    assert light == "#005b8a" and lowest(dark, DARK) >= 4.5
    assert "--tg-blue" not in css


def test_a_logo_stands_with_its_text_and_nothing_that_can_act(tmp_path):
    bad = (
        b'<script>alert(1)</script><foreignObject/><a href="javascript:x"><path/></a><image href="https://a.example/x"/>'
        b'<g onload="x()" style="fill:url(https://a.example)"><circle r="3" cx="1"/></g><use href="https://a.example#x"/>'
        b"<style>@import 'https://a.example'</style><animate/><set/>"
    )
    more = "look: {logo: {file: logo.svg, alt: 'Gran\"<b>stad'}}\n"
    ws = workspace(tmp_path, more, SVG % bad)
    html = dress(ws.settings.look, ws.folder, ws.words).logo
    assert 'alt="Gran&quot;&lt;b&gt;stad"' in html
    drawn = base64.b64decode(re.search(r"base64,([^\"]+)", html)[1]).decode()
    assert "circle" in drawn and "#123456" in drawn
    assert not re.search(r"script|foreign|javascript|a\.example|onload|import|<image|<a\b|animate|<set", drawn)
    assert ws.folder / "logo.svg" in ws.files()


def test_a_logo_keeps_what_it_is_drawn_with():
    drawn = clean_svg(SVG % b'<style>.a{fill:red}</style><g id="x" class="a"/><use href="#x"/>').decode()
    assert ".a{fill:red}" in drawn and 'href="#x"' in drawn and 'class="a"' in drawn


def test_a_png_loses_what_is_written_beside_the_picture():
    assert b"Anna" not in clean_png(png(b"Author\0Anna")) and clean_png(png(b"Author\0Anna")) == png()


@pytest.mark.parametrize(
    ("logo", "rule"),
    [
        (None, "W65-NO-LOGO"),
        (b"GIF89a", "W66-NOT-A-LOGO"),
        (b"<html/>", "W66-NOT-A-LOGO"),
        (png()[:-9], "W66-NOT-A-LOGO"),
        (b'<!DOCTYPE s [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>', "W66-NOT-A-LOGO"),
        (SVG % (b" " * 200_000), "W67-LOGO-LARGE"),
    ],
)
def test_what_is_no_logo_is_refused(tmp_path, logo, rule):
    assert refused(tmp_path, "look:\n  logo: {file: logo.svg, alt: Granstad}\n", logo)[0][:2] == (8, rule)


def test_an_address_that_is_no_web_page_is_refused(tmp_path):
    assert refused(tmp_path, "look: {accessibility: 'javascript:alert(1)'}\n")[0][1] == "W13-WRONG-VALUE"


def test_every_page_shows_logo_colour_words_and_the_own_statement(tmp_path):
    from trygghet.blocks import MIME, Header
    from trygghet.report.publish import render_page
    from trygghet.report.site import as_notebook, footer

    ws = workspace(
        tmp_path,
        "look: {logo: {file: logo.svg, alt: Granstads kommun}, accent: {light: '#7a1f4d'},"
        " accessibility: https://granstad.example/tillganglighet}\nwords: {page.contents: På den här sidan}\n",
        SVG % b"",
    )
    head = Header(kicker="Granstad", title="Lägesbild", lead="En mening.")
    worn = dress(ws.settings.look, ws.folder, ws.words)
    links = footer(ws.words, own=ws.settings.look.accessibility)
    page = render_page(as_notebook([head]), language="sv", words=ws.words, links=links, dress=worn)
    assert MIME not in page and 'alt="Granstads kommun"' in page and "--tg-accent:#7a1f4d" in page
    assert 'href="https://granstad.example/tillganglighet"' in page
    assert data_uri(ws.folder / "logo.svg") in page
    assert page.index('class="logo"') < page.index("<h1>") < page.index("</header>")
