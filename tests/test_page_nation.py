"""The page over many municipalities and the start page by county: read from what was published, ranks as ranges."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from trygghet.blocks import Column, Link, Note, Section, Table, from_json
from trygghet.fold_block import Fold
from trygghet.longtable import Place, long_csv
from trygghet.matrix_block import Matrix
from trygghet.messages import Words
from trygghet.pages import nation
from trygghet.pages.nation_data import municipality, rate
from trygghet.render import render
from trygghet.report import site
from trygghet.report.publish import render_page

SV = Words("sv")
CODES = ["0114", "0180", "1281", "1480", "1715", "1781", "2403"]


def table(name, heads, rows):
    columns = tuple(Column(key, label) for key, label in heads.items())
    return Table(name, "Rubrik", columns, tuple(rows), period="2017-02-06/2017-03-24", source="citizens")


def published(code, *, unsafe="30 %", interval="25–35", crimes=("1\N{NO-BREAK SPACE}100", "1\N{NO-BREAK SPACE}200")):
    heads = {"group": "Grupp", "estimate": "Skattning", "interval": "Intervall", "base_n": "Svar"}
    blocks = [
        table("grupper", heads, [("Alla", unsafe, interval, "400"), ("Kvinnor", "40 %", "32–48", "196")]),
        table("oro", heads, [("Oroar sig ofta för rån", "12 %", "9–16", "438")]),
        table("alderspyramid-tabell", {"age": "Ålder", "man": "Män", "woman": "Kvinnor", "all": "Alla"},
              [("0–4", "600", "550", "1\N{NO-BREAK SPACE}150"), ("5–9", "700", "650", "1\N{NO-BREAK SPACE}350")]),
        table("brottstyper", {"type": "Typ", "before": "2015", "now": "2016", "change": "Förändring"},
              [("Skadegörelse", "229", crimes[0], "+24 % (+5 till +48)"), ("Narkotikabrott *", "80", crimes[1], "")]),
    ]  # fmt: skip
    data = long_csv(blocks, Place("Kommun " + code, code, "2017", "Lägesbild", True), SV)
    made = {
        "workspace": {"name": "Kommun " + code, "code": code, "slug": "k" + code, "simulated": True},
        "parameters": {"language": "sv", "year": "2017"},
        "says": {"figures": [{"label": "Otrygga ute sent på kvällen"}]},
        "outputs": {f"k{code}/2017/{name}": "" for name in ("lagesbild.html", "tabeller.csv", "tabeller.xlsx")},
    }
    return municipality(made, data, f"k{code}/2017")


def matrices(page):
    return [inner for block in page if isinstance(block, Fold) for inner in block.items if isinstance(inner, Matrix)]


def test_a_municipality_is_what_its_tables_say():
    found = published("1781")
    assert found.people == 2_500
    assert {label: (v.value, v.low, v.high, v.base) for label, v in found.shares.items()} == {
        "Otrygga ute sent på kvällen": (30, 25, 35, 400),
        "Oroar sig ofta för rån": (12, 9, 16, 438),
    }
    assert {label: v.base for label, v in found.rates.items()} == {"Skadegörelse": 1100, "Narkotikabrott": 1200}
    assert found.rates["Skadegörelse"].value == pytest.approx(1000 * 1100 / 2500)
    assert found.periods == ("2017-02-06/2017-03-24", "2016")
    assert (found.county, found.files) == ("17", ("tabeller.csv", "tabeller.xlsx"))


@pytest.mark.parametrize(
    ("n", "low", "high"), [(0, 0.0, 3.68887945), (10, 4.7953887, 18.3903560), (100, 81.3639913, 121.6267938)]
)
def test_poisson_limits(n, low, high):
    """Garwood's limits as R's poisson.test(n)$conf.int gives them."""
    found = rate(n, 1000.0)
    assert (found.value, found.low, found.high) == pytest.approx((n, low, high), rel=1e-6)


def test_ranks_are_ranges_and_alike_municipalities_share_them():
    alike = [published(code) for code in CODES[:-1]]
    apart = published(CODES[-1], unsafe="80 %", interval="76–84")
    page = nation.comparison([*alike, apart], SV)
    assert page == [from_json(block.to_json()) for block in page]
    cells = {row.label: row.cells[0] for matrix in matrices(page) for row in matrix.rows}
    assert cells["Kommun 2403"].word.replace("\N{NO-BREAK SPACE}", " ") == "80 % (76–84)"
    assert cells["Kommun 2403"].certainty == "plats 1 av 7"
    assert {cells["Kommun " + code].certainty for code in CODES[:-1]} == {"plats 2–7 av 7"}
    spread = next(block for block in page if isinstance(block, Table))
    assert spread.rows[0][-1] == "1 och 0"


def test_a_municipality_without_crimes_keeps_its_row():
    places = [published(code) for code in CODES]
    places[0] = replace(places[0], rates={}, people=0.0)
    rows = {row.label: row for matrix in matrices(nation.comparison(places, SV)) for row in matrix.rows}
    assert len(rows) == len(CODES)
    assert [bool(cell.word) for cell in rows["Kommun 0114"].cells] == [True, True, False, False, False]


def test_few_are_not_compared():
    places = [published(code) for code in CODES[:4]]
    assert nation.comparison(places, SV) == []
    head, note, *folds = nation.index(places, SV)
    assert isinstance(head, Section) and isinstance(note, Note) and all(isinstance(block, Fold) for block in folds)
    real = [replace(place, simulated=False) for place in places]
    assert all(isinstance(block, Fold) for block in nation.index(real, SV)[1:])


def test_the_start_page_by_county():
    page = nation.index([published(code) for code in CODES], SV)
    folds = [block for block in page if isinstance(block, Fold)]
    assert [fold.title for fold in folds][:2] == ["Stockholms län", "Skåne län"]
    links = [link for fold in folds for block in fold.items for link in block.items]
    assert all(isinstance(link, Link) for link in links)
    assert {link.href for link in links} == {f"k{code}/2017/lagesbild.html" for code in CODES}
    index = render_page(site.as_notebook(site.blocks([], SV, page)), language="sv")
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]|<details", index) if level]
    before_folds = re.findall(r"<h([1-6])[ >]", index[: index.index("<details")])
    assert before_folds[:2] == ["1", "2"] and all(b - a <= 1 for a, b in pairwise(levels))
    html = render(folds[0], SV)
    assert html.startswith('<details class="card"') and "2 kommuner" in html and "<summary>Stockholms län" in html


def test_a_nation_is_soon_compared():
    """290 municipalities: the ranks of every measure at once in seconds, not minutes."""
    random = np.random.default_rng(1)
    one = published("1781")
    headline = next(iter(one.shares))
    places = []
    for number in range(290):
        move = random.normal(0, 6)
        share = replace(one.shares[headline], value=30 + move, low=25 + move, high=35 + move, score=30 + move)
        places.append(replace(one, code=f"{number:04d}", name=f"K{number}", shares={headline: share}))
    page = nation.comparison(places, SV)
    assert sum(len(matrix.rows) for matrix in matrices(page)) == 290
    wide = [row.cells[0].certainty for matrix in matrices(page) for row in matrix.rows]
    assert all("–" in text for text in wide[50:60])
