"""What a browser shows: at every width, in light, dark and print, to the eye, the keyboard and the screen reader."""

import re

import pytest

from trygghet import blocks as b
from trygghet.style import contrast

pytestmark = pytest.mark.browser
WIDTHS = [320, 390, 768, 1280]
SHOWN = "[...document.querySelectorAll('figure svg')].filter(s => s.getBoundingClientRect().width > 0)"
OPEN = "document.querySelectorAll('details').forEach(d => d.open = true)"


def hexed(rgb: str) -> str:
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", rgb)[:3])


def test_nothing_is_fetched_and_nothing_is_refused(browser, page_file):
    context = browser.new_context()
    page = context.new_page()
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(page_file.as_uri())
    page.wait_for_timeout(200)
    context.close()
    assert asked == [page_file.as_uri()]
    assert said == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_never_scrolls_sideways(opened, width):
    page = opened(width)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.evaluate(OPEN)
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("width", WIDTHS)
def test_one_drawing_of_each_chart_is_shown_with_text_of_twelve_pixels(opened, width, sample):
    page = opened(width)
    figures = sum(isinstance(x, b.Figure) for x in sample) + sum(isinstance(x, b.Verdict) for x in sample)
    assert page.evaluate(f"{SHOWN}.length") == figures
    least = page.evaluate(
        f"Math.min(...{SHOWN}.flatMap(s => [...s.querySelectorAll('text')].map("
        "t => parseFloat(getComputedStyle(t).fontSize) * s.getScreenCTM().a)))"
    )
    assert least >= 12


@pytest.mark.parametrize("width", WIDTHS)
def test_no_text_of_a_chart_is_cut_or_covers_another(opened, width):
    page = opened(width)
    clashes = page.evaluate(
        SHOWN
        + """.flatMap(s => {
          const box = s.closest('.card').getBoundingClientRect();
          const all = [...s.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
          const out = all.filter(([, r]) => r.left < box.left || r.right > box.right).map(([t]) => 'cut: ' + t);
          for (const [i, [t, r]] of all.entries()) for (const [u, q] of all.slice(i + 1)) {
            const x = Math.min(r.right, q.right) - Math.max(r.left, q.left);
            const y = Math.min(r.bottom, q.bottom) - Math.max(r.top, q.top);
            if (x > 1 && y > 0.35 * Math.min(r.height, q.height)) out.push(t + ' on ' + u);
          }
          return out;
        })"""
    )
    assert clashes == []


def test_the_contents_stay_beside_the_text_when_there_is_room(opened):
    where = """(() => {
      const [n, m] = ['.contents', 'main'].map(s => document.querySelector(s).getBoundingClientRect());
      return [n.right <= m.left, n.top, n.bottom <= m.top];
    })()"""
    wide = opened(1280)
    beside, _, _ = wide.evaluate(where)
    assert beside
    wide.evaluate("window.scrollTo({top: 2500, behavior: 'instant'})")
    assert 0 <= wide.evaluate(where)[1] < 60
    assert opened(390).evaluate(where)[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_of_page_and_charts_can_be_read(opened, scheme):
    page = opened(1280, scheme)
    page.evaluate(OPEN)
    pairs = page.evaluate(
        """[...document.querySelectorAll('p, li, th, td, dt, dd, h1, h2, h3, h4, summary, a, caption, figure text')]
          .filter(e => e.getBoundingClientRect().width > 2 && e.textContent.trim() && !e.matches('.skip'))
          .filter(e => !(e.getAttribute('style') || '').includes('--tg-on-'))
          .map(e => {
            let at = e; while (at && getComputedStyle(at).backgroundColor === 'rgba(0, 0, 0, 0)') at = at.parentElement;
            const style = getComputedStyle(e);
            const front = e.tagName === 'text' ? style.fill : style.color;
            return [front, getComputedStyle(at).backgroundColor, e.textContent.slice(0, 40)];
          })"""
    )
    assert len(pairs) > 150
    poor = [(text, front, back) for front, back, text in pairs if contrast(hexed(front), hexed(back)) < 4.5]
    assert poor == []


def test_charts_follow_dark_mode(opened):
    ink = "getComputedStyle(document.querySelector('#grupper .wide text')).fill"
    assert opened(1280, "light").evaluate(ink) != opened(1280, "dark").evaluate(ink)


def test_the_keyboard_skips_to_the_content_and_sees_where_it_is(opened):
    page = opened(1280)
    page.keyboard.press("Tab")
    skip = page.evaluate("[document.activeElement.className, document.activeElement.getBoundingClientRect().top]")
    assert skip[0] == "skip" and skip[1] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "innehall"
    page.reload()
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")  # a wide table takes focus too
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        at = page.evaluate(
            """(() => {
              const e = document.activeElement, s = getComputedStyle(e);
              const top = Math.round(e.getBoundingClientRect().top + scrollY);
              return [e.tagName, s.outlineStyle, parseFloat(s.outlineWidth), top];
            })()"""
        )
        if at[0] == "BODY":
            break
        seen.append(at)
    assert {tag for tag, *_ in seen} == {"A", "SUMMARY", "DIV"}
    assert all(style == "solid" and width >= 2 for _, style, width, _ in seen)
    in_main = [top for tag, _, _, top in seen if tag != "A"]
    assert len(in_main) > 5 and in_main == sorted(in_main)


def test_a_screen_reader_is_told_what_a_chart_shows(opened, figures):
    page = opened(390)
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    images = [
        " ".join(n["name"]["value"].split())
        for n in nodes
        if n.get("role", {}).get("value") in ("image", "img") and not n["ignored"]
    ]
    assert len(images) == len(figures)
    for figure in figures:
        assert any(figure.title in name and " ".join(figure.alt.split()) in name for name in images)


def test_paper_has_no_navigation_and_the_wide_charts_and_is_light(opened):
    page = opened(680, "dark", media="print")
    visible = "s => getComputedStyle(document.querySelector(s)).display !== 'none'"
    assert [page.evaluate(visible, s) for s in (".contents", ".skip", ".bottom", ".narrow")] == [False] * 4
    assert page.evaluate(visible, ".wide")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(28, 39, 51)"
    assert page.evaluate("document.documentElement.scrollWidth") <= 680
    assert page.pdf(prefer_css_page_size=True, tagged=True).startswith(b"%PDF")


def test_text_can_be_spaced_and_enlarged(opened):
    """WCAG 1.4.12: own spacing; 1.4.4 and 1.4.10: text of twice the size on a narrow screen."""
    page = opened(390)
    page.evaluate(
        "document.documentElement.style.fontSize = '200%'; document.body.style.cssText +="
        " 'line-height:1.5;letter-spacing:.12em;word-spacing:.16em'"
    )
    assert page.evaluate("document.documentElement.scrollWidth") == 390
