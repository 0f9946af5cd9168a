"""Pages over many municipalities: each one's main figures side by side, and an index that is still of use at 290.

Pure functions from what was published (`nation_data.municipality`) to blocks. Nothing here reads answers or crimes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from trygghet.blocks import Block, Column, Header, Link, Links, Note, Paragraphs, Section, Table
from trygghet.fold_block import Fold
from trygghet.matrix_block import Matrix, MatrixCell, MatrixColumn, MatrixRow
from trygghet.messages import EN_DASH, Words
from trygghet.pages.nation_data import PER, Municipality, Value, municipality, rate
from trygghet.ranking import rank_confidence
from trygghet.resources import shipped
from trygghet.yamlfile import read_yaml

FEWEST = 5
"""Municipalities that a comparison needs."""
PLACE = "jamforelse.html"
SHARES, TYPES = 3, 2
"""How many indicators and types of crime are set side by side, besides crimes of all types."""
SIZES = (10_000, 20_000, 40_000, 100_000)
"""Residents where one group of similar municipalities ends and the next begins."""
DRAWS = 2_000
ENOUGH = 50
"""From here a rate needs no decimal."""


def over(published: Iterable[tuple[Mapping[str, Any], bytes, str]], words: Words) -> tuple[list[Block], list[Block]]:
    """The page `PLACE` (no blocks when there are too few) and the part of the start page that lists the reports.

    Parameters
    ----------
    published : of the newest lägesbild of each municipality, in the language of the page: its entry in the manifest,
        the bytes of its ``tabeller.csv``, and its folder below the reports.
    """
    found = [municipality(made, table, folder) for made, table, folder in published]
    return comparison(found, words), index(found, words)


def comparison(found: Sequence[Municipality], words: Words) -> list[Block]:
    """The page over all municipalities; empty when they are fewer than `FEWEST`.

    Parameters
    ----------
    found : the newest lägesbild of each, in the language of the page.
    words : of the page.
    """
    if len(found) < FEWEST:
        return []
    measures, language = _measures(found, words), words.language
    ranks = {name: _ranks(values) for name, values in measures.items() if len(values) >= FEWEST}
    counted = words("nation.lead", n=len(found), measures=words.sequence([_lower(name) for name in measures]))
    page: list[Block] = [
        Header(kicker=words("site.kicker"), title=words("nation.title"), lead=counted, language=language),
        *_simulated(found, words),
        _section("spridning", words("nation.spread.title"), words, lead=words("nation.spread.lead")),
        _spread(measures, ranks, words),
        Paragraphs((words("nation.ranks"), words("nation.chance")), language=language),
    ]
    for number, own in _by_size(found).items():
        title = _size_name(number, words)
        lead = words("nation.group.lead", n=len(own))
        page.append(_section(f"storlek_{number}", title, words, lead=lead))
        page.append(_group(number, own, measures, ranks, words))
    page.append(_section("om", words("nation.method.title"), words))
    page.append(Paragraphs(tuple(_method(found, measures, words)), language=language))
    return page


def _section(anchor: str, title: str, words: Words, *, lead: str = "") -> Section:
    return Section(id=anchor, title=title, lead=lead, language=words.language)


def index(found: Sequence[Municipality], words: Words) -> list[Block]:
    """Every municipality's reports by county, closed until the reader opens a county; for the start page."""
    language = words.language
    names = {str(code): str(name) for code, name in read_yaml(shipped("data", "reference", "counties.yml")).items()}
    page: list[Block] = [_section("kommuner", words("nation.index.title"), words), *_simulated(found, words)]
    if len(found) >= FEWEST:
        link = Link(words("nation.title"), PLACE, words("nation.index.compared", n=len(found)))
        page.append(Links(items=(link,), language=language))
    for county in sorted({place.county for place in found}):
        own = sorted((place for place in found if place.county == county), key=lambda place: place.name)
        items = tuple(_listed(place, words) for place in own)
        note = words("nation.index.note", n=len(own))
        title = names.get(county, words("nation.index.elsewhere"))
        inside = Links(items=items, language=language)
        page.append(Fold(id=f"lan_{county}", title=title, note=note, items=(inside,), language=language))
    return page


def _listed(place: Municipality, words: Words) -> Link:
    """A municipality in a line: its newest report, the headline, and its files."""
    headline = next(iter(place.shares.items()), None)
    note = ""
    if headline:
        note = words("nation.index.headline", label=_lower(headline[0]), share=_shown(headline[1], words))
    year = place.folder.rpartition("/")[2]
    more = [Link(words(f"site.files.{name.rpartition('.')[2]}"), f"{place.folder}/{name}") for name in place.files
            if name in ("tabeller.csv", "tabeller.xlsx")]  # fmt: skip
    return Link(f"{place.name} {year}", f"{place.folder}/lagesbild.html", note, tuple(more))


def _measures(found: Sequence[Municipality], words: Words) -> dict[str, dict[str, Value]]:
    """Measure to municipality (by code) to figure: the first indicators, all crimes, and the commonest types."""
    shares = list(dict.fromkeys(label for place in found for label in place.shares))[:SHARES]
    table = {label: {p.code: p.shares[label] for p in found if label in p.shares} for label in shares}
    table[words("nation.all_crimes")] = {p.code: _total(p) for p in found if p.rates}
    times: dict[str, int] = {}
    for place in found:
        for label, value in place.rates.items():
            times[label] = times.get(label, 0) + int(value.base)
    for label in sorted(times, key=lambda label: (-times[label], label))[:TYPES]:
        table[label] = {p.code: p.rates[label] for p in found if label in p.rates}
    return {label: values for label, values in table.items() if values}


def _total(place: Municipality) -> Value:
    return rate(sum(value.base for value in place.rates.values()), place.people)


def _ranks(values: Mapping[str, Value]) -> pd.DataFrame:
    """Rank and its confidence set by code, the largest first."""
    score = [value.score for value in values.values()]
    se = [value.se for value in values.values()]
    return rank_confidence(score, se, draws=DRAWS).set_index(pd.Index(list(values)))


def _simulated(found: Sequence[Municipality], words: Words) -> list[Block]:
    n = sum(place.simulated for place in found)
    if not n:
        return []
    text = words("nation.simulated.all" if n == len(found) else "nation.simulated.some", n=n)
    title = words("nation.simulated.title")
    return [Note(title=title, text=text, tone="warning", language=words.language)]


def _spread(measures: Mapping[str, Mapping[str, Value]], ranks: Mapping[str, pd.DataFrame], words: Words) -> Table:
    """How far apart the municipalities lie, and how many are surely in the upper or the lower half."""
    rows = []
    for label, values in measures.items():
        tenth, middle, last = np.quantile([value.value for value in values.values()], [0.1, 0.5, 0.9])
        span = f"{_plain(tenth, values, words)}{EN_DASH}{_plain(last, values, words)}"
        row = {"measure": label, "middle": _figure(middle, values, words), "span": span, "sure": EN_DASH}
        if label in ranks:
            half = (len(values) + 1) / 2
            above, below = (ranks[label]["hi"] < half).sum(), (ranks[label]["lo"] > half).sum()
            row["sure"] = words("nation.spread.sure", above=int(above), below=int(below))
        rows.append(row)
    columns = tuple(
        Column(key, text, "left" if key == "measure" else "right")
        for key, text in words.raw("nation.spread.columns").items()
    )
    caption, note = words("nation.spread.caption"), words("nation.spread.note")
    return Table("spridningen", caption, columns, tuple(rows), note=note, language=words.language)


def _figure(value: float, values: Mapping[str, Value], words: Words) -> str:
    """A number of a measure: per cent, or per 1,000."""
    return words.percent(value / 100, 0) if _are_shares(values) else words.number(value, 1)


def _plain(value: float, values: Mapping[str, Value], words: Words) -> str:
    """The same without a unit."""
    return words.number(value, 0 if _are_shares(values) else 1)


def _are_shares(values: Mapping[str, Value]) -> bool:
    return next(iter(values.values())).is_share


def _by_size(found: Sequence[Municipality]) -> dict[int, list[Municipality]]:
    """Group of size to its municipalities by name; those without residents told come last."""
    groups: dict[int, list[Municipality]] = {}
    for place in sorted(found, key=lambda place: place.name):
        number = len(SIZES) + 1 if not place.people else int(np.searchsorted(SIZES, place.people, side="right"))
        groups.setdefault(number, []).append(place)
    return dict(sorted(groups.items()))


def _size_name(number: int, words: Words) -> str:
    if number > len(SIZES):
        return words("nation.group.unknown")
    low, high = (0, *SIZES)[number], (*SIZES, 0)[number]
    if not low:
        return words("nation.group.smallest", high=high)
    return words("nation.group.between", low=low, high=high) if high else words("nation.group.largest", low=low)


def _group(
    number: int,
    own: Sequence[Municipality],
    measures: Mapping[str, Mapping[str, Value]],
    ranks: Mapping[str, pd.DataFrame],
    words: Words,
) -> Fold:
    """The municipalities of one size: a row each, a column a measure, stacked on a telephone."""
    none, totals = words("nation.group.none"), {label: len(values) for label, values in measures.items()}
    columns = tuple(MatrixColumn(label=label, none=none) for label in measures)
    rows = []
    for place in own:
        cells = tuple(
            _cell(place.code, values, ranks.get(label), totals[label], words) for label, values in measures.items()
        )
        note = words("nation.group.people", n=round(place.people)) if place.people else ""
        rows.append(MatrixRow(place.name, note, cells))
    matrix = Matrix(
        id=f"tabell_{number}",
        title=words("nation.group.table", size=_lower(_size_name(number, words))),
        reading=words("nation.group.reading"),
        first=words("nation.group.first"),
        columns=columns,
        rows=tuple(rows),
        signs=(_middles(own, measures, words),),
        language=words.language,
    )
    title = words("nation.group.open", n=len(own))
    return Fold(id=f"kommuner_{number}", title=title, items=(matrix,), language=words.language)


def _cell(code: str, values: Mapping[str, Value], ranks: pd.DataFrame | None, n: int, words: Words) -> MatrixCell:
    if code not in values:
        return MatrixCell()
    certainty = ""
    if ranks is not None:
        low, high = int(ranks["lo"].to_dict()[code]), int(ranks["hi"].to_dict()[code])
        certainty = words("nation.group.rank" if low < high else "nation.group.rank_one", low=low, high=high, n=n)
    return MatrixCell(word=_shown(values[code], words), certainty=certainty)


def _shown(value: Value, words: Words) -> str:
    """A figure with its interval: ``30 % (25–35)``, ``74,2 (73,1–75,4)``."""
    digits = 0 if value.is_share or value.value >= ENOUGH else 1
    limits = f"({words.number(value.low, digits)}{EN_DASH}{words.number(value.high, digits)})"
    return f"{words.percent(value.value / 100, 0) if value.is_share else words.number(value.value, digits)} {limits}"


def _middles(own: Sequence[Municipality], measures: Mapping[str, Mapping[str, Value]], words: Words) -> str:
    """The middle of the group in each measure, as a sentence."""
    codes = {place.code for place in own}
    told = []
    for label, values in measures.items():
        numbers = [value.value for code, value in values.items() if code in codes]
        if numbers:
            middle = _figure(float(np.median(numbers)), values, words)
            told.append(words("nation.group.middle", label=_lower(label), value=middle))
    return words("nation.group.middles", rows=words.sequence(told))


def _method(found: Sequence[Municipality], measures: Mapping[str, Mapping[str, Value]], words: Words) -> list[str]:
    asked = sorted({place.periods[0] for place in found if place.periods[0]})
    crimes = sorted({place.periods[1] for place in found if place.periods[1]})
    texts = [words("nation.method.shares"), words("nation.method.rates", per=PER)]
    if len(asked) > 1 or len(crimes) > 1:
        texts.append(words("nation.method.periods"))
    elif crimes:
        texts.append(words("nation.method.period", period=crimes[0]))
    return [*texts, words("nation.method.groups"), words("nation.method.rounded")]


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]
