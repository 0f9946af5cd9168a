"""What stands over the reports: versions, the newest, the index, the feed, and the statement; all without a kernel."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import html5lib
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from trygghet import blocks as b
from trygghet.messages import Words
from trygghet.report import catalogue, making, manifest, run, site, store
from trygghet.report.checks import CHECKS, check_pages, poor_pairs
from trygghet.report.feed import feed
from trygghet.report.plan import Job
from trygghet.report.publish import render_page

WORKSPACE = """\
name: Kristinehamn
code: "1781"
areas: [{id: a, name: A}]
headline: unsafe_night
sources:
  incidents:
    kind: incidents
    evidence_class: register
    waves:
      "2016": {file: brott.csv, from: 2015-04-01, to: 2016-03-31}
      "2017": {file: brott.csv, from: 2016-04-01, to: 2017-03-31}
  population:
    kind: population
    evidence_class: register
    waves: {"2017": {file: befolkning.csv, from: 2019-12-31, to: 2019-12-31}}
reports: {"2016": [lagesbild], "2017": [lagesbild]}
"""
SV = Words("sv")
ATOM = "{http://www.w3.org/2005/Atom}"


def shown(lead, *, value="30 %", since="", extra=()):
    """A short executed notebook."""
    figures = [b.KeyFigure("Otrygga", value, "25–35")]
    figures += [b.KeyFigure(f"Sedan {since}", "går inte att avgöra")] if since else []
    column = (b.Column("group", "Grupp"), b.Column("estimate", "Skattning", "right"))
    blocks = [
        b.Header(kicker="K", title="Lägesbild", lead=lead),
        b.Section(id="s", title="S"),
        b.KeyFigures(items=tuple(figures)),
        b.Table("t", "Tabellen", column, (("Alla", value),)),
        *extra,
    ]
    outputs = [new_output("display_data", data={b.MIME: block.to_json()}) for block in blocks]
    return new_notebook(cells=[new_code_cell("", id="a", outputs=outputs)])


@pytest.fixture(autouse=True)
def _no_git(monkeypatch):
    monkeypatch.setattr(manifest, "commit", lambda _folder: "")


def town(out: Path) -> Path:
    """A small workspace beside the reports folder."""
    folder = out.with_name(f"{out.name}_ws") / "kristinehamn"
    if not folder.is_dir():
        folder.mkdir(parents=True)
        (folder / "workspace.yml").write_text(WORKSPACE, encoding="utf-8")
    return folder


def put(out, year, notebook, *, keep=True, report="lagesbild"):
    """Publish a notebook as a report of the town, and everything over it."""
    job = Job(town(out), "kristinehamn", year, report, "sv")
    with store.holding(out) as staging:
        outcome = run._put(making.finish(making.Run(job, notebook)), out, staging, run.Means(keep=keep))
        return outcome, site.write(out, staging, SV)


@pytest.fixture
def out(tmp_path):
    put(tmp_path, "2016", shown("Förra året.", value="32 %"))
    put(tmp_path, "2017", shown("I år.", since="2016"))
    return tmp_path


def parsed(path):
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(path.read_text("utf-8"))


def text(node):
    return " ".join("".join(node.itertext()).split())


def links(tree):
    return [a.get("href") for a in tree.iter("a") if not a.get("href").startswith(("#", "https:", "mailto:"))]


def test_the_newest_has_an_address_that_never_changes(out):
    latest = out / "kristinehamn" / "senaste"
    assert (latest / "lagesbild.html").read_bytes() == (out / "kristinehamn/2017/lagesbild.html").read_bytes()
    assert sorted(path.name for path in latest.iterdir()) == ["lagesbild.html", "tabeller.csv", "tabeller.xlsx"]
    assert not any(path.is_symlink() for path in out.rglob("*"))
    put(out, "2017", shown("Nytt."))
    assert "Nytt." in (latest / "lagesbild.html").read_text("utf-8")


def test_what_the_newest_no_longer_has_is_taken_away(out):
    stale = out / "kristinehamn" / "senaste" / "lagesbild.pdf"
    stale.write_bytes(b"%PDF of another page")
    put(out, "2017", shown("I år.", since="2016"))
    assert not stale.exists()


PLACES = ["index.html", "tillganglighet.html"]
PLACES += [f"kristinehamn/{folder}/lagesbild.html" for folder in ("2017", "senaste")]


@pytest.mark.parametrize("place", PLACES)
def test_every_link_leads_to_a_file(out, place):
    found = links(parsed(out / place))
    assert len(found) >= 2
    assert [href for href in found if not ((out / place).parent / href).is_file()] == []


def test_the_same_page_again_is_no_new_version(out):
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    put(out, "2017", shown("I år.", since="2016"))
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_a_changed_page_keeps_the_earlier_one_with_its_tables(out):
    former = (out / "kristinehamn/2017/lagesbild.html").read_bytes()
    put(out, "2017", shown("Rättad."))
    (version,) = catalogue.versions(out / "kristinehamn/2017", "lagesbild")
    kept = out / "kristinehamn" / version.folder
    assert version.number == 1 and (kept / "lagesbild.html").read_bytes() == former
    assert sorted(path.name for path in kept.iterdir()) == [
        "lagesbild.html",
        "tabeller.csv",
        "tabeller.xlsx",
        "version.json",
    ]
    assert "I år." in json.loads((kept / "version.json").read_bytes())["manifest"]["says"]["lead"]
    index = parsed(out / "index.html")
    assert f"kristinehamn/{version.folder}/lagesbild.html" in links(index)
    assert "Tidigare version 1" in text(index)
    assert all((kept / href).is_file() for href in links(parsed(kept / "lagesbild.html")))


def test_versions_are_numbered_and_one_that_comes_back_is_not_its_own_past(out):
    put(out, "2017", shown("B."))
    put(out, "2017", shown("C."))
    folder = out / "kristinehamn/2017"
    assert [v.number for v in catalogue.versions(folder, "lagesbild")] == [2, 1]
    put(out, "2017", shown("B."))
    assert [v.number for v in catalogue.versions(folder, "lagesbild")] == [3, 1]  # C and A; B is in place
    pages = {
        (out / "kristinehamn" / v.folder / "lagesbild.html").read_bytes()
        for v in catalogue.versions(folder, "lagesbild")
    }
    assert len(pages) == 2 and (folder / "lagesbild.html").read_bytes() not in pages


def test_no_version_is_kept_when_none_is_wanted(out):
    put(out, "2017", shown("Utkast."), keep=False)
    assert catalogue.versions(out / "kristinehamn/2017", "lagesbild") == ()


def test_a_print_of_another_page_goes_and_one_of_the_same_stays(out):
    printed = out / "kristinehamn/2017/lagesbild.pdf"
    printed.write_bytes(b"%PDF")
    put(out, "2017", shown("I år.", since="2016"))
    assert printed.read_bytes() == b"%PDF" and "kristinehamn/2017/lagesbild.pdf" in links(parsed(out / "index.html"))
    put(out, "2017", shown("Ändrad."))
    assert not printed.exists() and "kristinehamn/2017/lagesbild.pdf" not in links(parsed(out / "index.html"))


def test_the_index_says_what_is_new_and_what_has_changed(out):
    page = text(parsed(out / "index.html"))
    assert page.index("Lägesbild 2017") < page.index("Lägesbild 2016")
    assert "I år." in page and "Förra året." not in page
    assert "Otrygga: 32 % år 2016 och 30 % år 2017. Förändring: går inte att avgöra." in page.replace("\xa0", " ")


def test_figures_under_another_name_are_not_set_side_by_side(out):
    found = catalogue.entries(out)
    now = next(entry for entry in found if entry.year == "2017")
    assert site.since_before(now, found, SV)
    other = [replace(e, figures=(b.KeyFigure("Annat", "9 %"),)) if e is not now else e for e in found]
    assert site.since_before(now, other, SV) == ""


def test_the_feed_has_what_atom_asks_for(out):
    tree = ET.fromstring((out / "feed.xml").read_bytes())
    entries = tree.findall(f"{ATOM}entry")
    assert [e.find(f"{ATOM}title").text for e in entries] == [
        "Kristinehamn: Lägesbild 2017",
        "Kristinehamn: Lägesbild 2016",
    ]
    ids = [node.text for node in tree.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids)) == 3 and all(one.startswith("urn:uuid:") for one in ids)
    for node in (tree, *entries):
        assert [len(node.findall(ATOM + name)) for name in ("title", "id", "updated")] == [1, 1, 1]
        assert node.find(f"{ATOM}updated").text.endswith("T00:00:00Z")
    assert tree.find(f"{ATOM}author/{ATOM}name").text == "Kristinehamn"
    assert (
        tree.find(f"{ATOM}updated").text
        == max(e.find(f"{ATOM}updated").text for e in entries)
        == "2017-03-31T00:00:00Z"
    )
    assert {node.get("rel") for node in tree.findall(f"{ATOM}link")} == {"self", "alternate"}
    assert all((out / e.find(f"{ATOM}link").get("href")).is_file() for e in entries)


def test_a_changed_report_is_news_in_the_feed_and_a_moved_site_is_not(out):
    def identities(content):
        return [entry.find(f"{ATOM}id").text for entry in ET.fromstring(content).findall(f"{ATOM}entry")]

    found = catalogue.entries(out)
    here = feed(found, SV)
    moved = feed(found, SV, base_url="https://granstad.example/trygghet")
    assert identities(here) == identities(moved)
    assert b'href="https://granstad.example/trygghet/kristinehamn/2017/lagesbild.html"' in moved
    put(out, "2017", shown("Rättad <b> & klar."))
    after = (out / "feed.xml").read_bytes()
    assert identities(after)[0] != identities(here)[0] and identities(after)[1] == identities(here)[1]
    assert "Rättad <b> & klar." in [n.text for n in ET.fromstring(after).iter(f"{ATOM}summary")]


def test_the_day_of_publication_is_the_workspaces_own_when_it_says_one(out):
    path = town(out) / "workspace.yml"
    path.write_text(path.read_text("utf-8") + "site: {published: {2017: 2017-05-12}}\n", "utf-8")
    put(out, "2017", shown("I år."))
    assert ET.fromstring((out / "feed.xml").read_bytes()).find(f"{ATOM}updated").text == "2017-05-12T00:00:00Z"


def test_an_empty_folder_has_an_index_a_feed_and_a_statement(tmp_path):
    with store.holding(tmp_path) as staging:
        site.write(tmp_path, staging, Words("en"))
    assert "There are no reports here yet" in text(parsed(tmp_path / "index.html"))
    assert len(ET.fromstring((tmp_path / "feed.xml").read_bytes()).findall(f"{ATOM}entry")) == 0
    assert parsed(tmp_path / "tillganglighet.html").get("lang") == "en"


def test_the_statement_tells_what_was_checked_on_how_much_and_whom_to_turn_to(out, figures):
    _, result = put(out, "2017", shown("I år.", extra=figures[:2]))
    page = text(parsed(out / "tillganglighet.html"))
    assert (result.failed, result.pages, result.charts) == ({}, 3, 4)
    assert "3 sidor med 4 bilder" in page and page.count("uppfyllt") >= len(CHECKS)
    assert "Kontakt saknas för Kristinehamn" in page and "Digg" in page and "delvis förenliga" in page
    assert "https://www.digg.se/tdosanmalan" in [a.get("href") for a in parsed(out / "tillganglighet.html").iter("a")]


def test_the_statement_names_a_contact_and_a_failed_check(out):
    manifest = out / "kristinehamn/2017/manifest.json"
    made = json.loads(manifest.read_bytes())
    made["reports"]["lagesbild"]["site"] |= {"contact": "trygghet@granstad.example", "assessed": "2017-05-02"}
    manifest.write_bytes(store.as_json(made))
    page = out / "kristinehamn/2016/lagesbild.html"
    page.write_text(page.read_text("utf-8").replace('lang="sv"', ""), "utf-8")
    with store.holding(out) as staging:
        result = site.write(out, staging, SV)
    assert result.failed == {"language": ("kristinehamn/2016/lagesbild.html",)}
    said = text(parsed(out / "tillganglighet.html"))
    assert "trygghet@granstad.example" in said and "Kontakt saknas" not in said and "2017-05-02" in said
    assert "inte uppfyllt på 1: kristinehamn/2016/lagesbild.html" in said and "Minst en automatisk kontroll" in said


BROKEN = [
    ("language", 'lang="sv"', ""),
    ("title", "<title>", "<title></title><x>"),
    ("headings", "<h2", "<h4"),
    ("landmarks", "<main", "<div"),
    ("skip", 'href="#innehall"', 'href="#nowhere"'),
    ("tables", ' scope="col"', ""),
    ("tables", "<caption", "<p"),
    ("ids", 'id="matris"', 'id="bilder"'),
    ("charts", "<desc", "<x"),
    ("links", ">Lägesbild 2016</a>", "></a>"),
    ("inert", "<main", "<script>1</script><main"),
    ("inert", "<h1", '<h1 onclick="x()"'),
    ("inert", "<main", '<img src="https://example.org/x.png" alt="x"><main'),
]


@pytest.mark.parametrize(("check", "before", "after"), BROKEN)
def test_each_check_sees_what_it_is_there_for(sample, check, before, after):
    outputs = [new_output("display_data", data={b.MIME: block.to_json()}) for block in sample]
    page = render_page(new_notebook(cells=[new_code_cell("", outputs=outputs)]), language="sv")
    assert check_pages([("p", page)]).failed == {}
    assert before in page
    broken = page.replace(before, after)
    if check == "charts":  # a title alone would still be a text
        broken = broken.replace("<title", "<x").replace("<x>", "<title>", 1)
    assert check in check_pages([("p", broken)]).failed


def test_the_palettes_keep_their_contrast():
    assert poor_pairs() == []


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "https://a b", "data:x", "mailto:x", 'https://x.se/"onclick="', "../x"]
)
def test_a_link_out_of_the_site_is_an_address_of_the_web_or_of_mail(address):
    assert b.OutsideLink("x", "https://www.digg.se/tdosanmalan").href
    with pytest.raises(b.BlockError):
        b.OutsideLink("x", address)
