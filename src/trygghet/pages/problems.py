"""Problems where people live: ranked, and what has changed since the wave before."""

from __future__ import annotations

from zlib import crc32

import pandas as pd

from trygghet import estimates as est
from trygghet import indicators
from trygghet.blocks import Caption, Figure, Paragraphs, Section, Table
from trygghet.charts import Look, ranked_dots
from trygghet.charts.slope import Slope, slopes
from trygghet.evaluation import adjust
from trygghet.indicators import Indicator
from trygghet.messages import EN_DASH
from trygghet.pages.parts import Blocks, columns, shown
from trygghet.pages.safety import definition
from trygghet.picture import Picture
from trygghet.ranking import rank_confidence

SHOWN, FIRST, DRAWS = 20, 5, 5000
FALSE_DISCOVERY = 0.05


def problems(picture: Picture) -> Blocks:
    """The section; a workspace whose survey asks of no problems gets none."""
    words = picture.words
    rows = problem_rows(picture)
    if shown(rows).empty:
        return Blocks()
    head = Section(
        id="problem",
        title=words("report.problems.title"),
        lead=words("report.problems.lead"),
        language=words.language,
    )
    return Blocks([head, ranked(picture, rows), *order(picture, rows), *changed(picture)])


def problem_rows(picture: Picture) -> pd.DataFrame:
    """The estimates of every problem item, for all."""
    rows = est.pick(picture.survey_estimates, group_by=est.TOTAL)
    return rows[rows["indicator"].str.startswith(est.STAFF)].reset_index(drop=True)


def labels(picture: Picture) -> dict[str, str]:
    """Indicator of each problem to its short name."""
    return {est.STAFF + name: text for name, text in picture.codebook.labels(picture.words, short=True).items()}


def ranked(picture: Picture, rows: pd.DataFrame) -> Figure:
    """The problems by how many see them, the chart with the first, the table with all."""
    words, names = picture.words, labels(picture)
    most = shown(rows).sort_values("estimate", ascending=False)["indicator"][:2]
    first, second = (picture.codebook[name.removeprefix(est.STAFF)].name(words) for name in most)
    item = picture.available[rows["indicator"].iloc[0]]
    caption = Caption(
        id="problemlista",
        title=words("report.problems.ranked_title", first=first, second=second[0].lower() + second[1:]),
        reading=words("report.problems.ranked_reading"),
        definition=_definition(picture, item),
    )
    return ranked_dots(rows, words, caption, labels=names, look=Look(top=SHOWN))


def order(picture: Picture, rows: pd.DataFrame) -> list[Paragraphs]:
    """How sure the order is: simultaneous 95 % confidence sets for the ranks (Mogstad et al. 2024).

    The items are taken as independent. They come from the same people and go together, so the sets are rather too
    wide than too narrow.
    """
    known = shown(rows)
    known = known[known["se"] > 0].reset_index(drop=True)
    if len(known) <= FIRST:
        return []
    seed = crc32(f"order:{picture.ws.settings.code}:{picture.ws.year}".encode())
    sets = rank_confidence(known["estimate"], known["se"], simultaneous=True, draws=DRAWS, seed=seed)
    sets.index = pd.Index(known["indicator"].str.removeprefix(est.STAFF))
    sets = sets.sort_values("rank", kind="stable")
    words = picture.words
    names = {problem: picture.codebook[str(problem)].name(words, short=True) for problem in sets.index}
    sure = [f"”{names[problem]}”" for problem in sets.index[sets["hi"] <= FIRST]]
    texts = [words("priorities.felt_sure", names=words.sequence(sure), first=FIRST)] if sure else []
    unsure = sets[sets["hi"] > FIRST]
    if len(unsure):
        row, key = unsure.iloc[0], "priorities.felt_rest" if sure else "priorities.felt_none"
        span = f"{int(row['lo'])}{EN_DASH}{int(row['hi'])}"
        texts.append(words(key, name=names[unsure.index[0]], places=span, first=FIRST))
    return [Paragraphs(texts=(" ".join(texts),), language=words.language)]


def _definition(picture: Picture, item: Indicator) -> tuple[str, ...]:
    """What is common to all the items: what counts, and when; each item's own base stands at its row."""
    words, survey = picture.words, picture.survey
    assert survey is not None
    bases = problem_rows(picture)["n"].astype(int)
    base = words("report.problems.base", low=int(bases.min()), high=int(bases.max()), n=len(survey.answers))
    return (f"{indicators.counted(item, words, survey)} {base}", definition(picture, item)[-1])


def changed(picture: Picture) -> list[Paragraphs | Figure]:
    """Problems whose share has changed for certain, out of all that were compared (Benjamini–Hochberg)."""
    changes, words = picture.changes, picture.words
    if len(changes) == 0 or picture.previous is None:
        return []
    own = changes[changes["indicator"].str.startswith(est.STAFF) & changes["p"].notna()]
    if own.empty:
        return []
    year = picture.previous.ws.year
    sure = own[adjust(own["p"].to_numpy(), "bh") <= FALSE_DISCOVERY].sort_values("change")
    reading = words("report.problems.change_reading", year=year, n=len(own))
    if sure.empty:
        text = words("report.problems.change_title_none", year=year)
        return [Paragraphs(texts=(f"{text}. {reading}",), language=words.language)]
    names = labels(picture)
    rows = [
        (
            names[r["indicator"]],
            words.percent(r["before"]),
            words.percent(r["after"]),
            words.points(r["change"]),
            words("report.common.from_to", low=words.points(r["ci_low"]), high=words.points(r["ci_high"])),
        )
        for r in sure.to_dict("records")
    ]
    right = ("before", "after", "change", "interval")
    heads = columns(words, "report.problems.change_columns", right=right, year=year)
    title = words("report.problems.change_caption", year=year)
    table = Table(
        id="andrade-table",
        caption=title,
        columns=heads,
        rows=tuple(rows),
        note=f"{reading} {words('report.problems.change_note')}",
        collapsed=True,
        language=words.language,
    )
    return [_slope_chart(picture, own, set(sure["indicator"]), title, table)]


def _slope_chart(picture: Picture, changes: pd.DataFrame, sure: set[str], title: str, table: Table) -> Figure:
    """Every problem that may be shown in both waves as a line, those that have changed for certain named."""
    assert picture.previous is not None
    words, names = picture.words, labels(picture)
    both = set(shown(problem_rows(picture))["indicator"]) & set(shown(problem_rows(picture.previous))["indicator"])
    items = [
        Slope(names[row["indicator"]], row["before"], row["after"], row["indicator"] in sure)
        for row in changes.to_dict("records")
        if row["indicator"] in both | sure
    ]
    lines = (
        words("slope.sure", n=len(changes)),
        definition(picture, picture.available[next(iter(changes["indicator"]))])[-1],
    )
    caption = Caption(id="andrade", title=title, reading=words("slope.reading"), definition=lines)
    return slopes(items, words, caption, waves=(picture.previous.ws.year, picture.ws.year), table=table)
