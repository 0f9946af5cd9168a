"""Where reports gather: the map of squares with its hot places, and how few squares hold half."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from trygghet import estimates as est
from trygghet.blocks import Caption, Column, Figure, Paragraphs, Table
from trygghet.charts import grid_map
from trygghet.charts.grid_map import LEAST, Ground, Place
from trygghet.pages.parts import hundred
from trygghet.pages.place_data import (
    Placed,
    boundaries,
    earlier_periods,
    left_out,
    placed,
    points,
    provenance,
    residents_by_square,
    source_line,
)
from trygghet.picture import Picture
from trygghet.place import (
    Window,
    busiest_window,
    clusters,
    concentration,
    finest_size,
    hot_by_period,
    in_window,
    merged_squares,
    piles,
    square_counts,
)
from trygghet.place.grid import locate

MIN_REPORTS = 100
SEED = 1
MOST_NAMES = 3
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Squares:
    """The map's squares.

    Attributes
    ----------
    window : the part of the municipality that is drawn.
    size : side of a square, metres.
    pieces : what the map shows, as `merged_squares` gives it: the squares, and larger ones of what is left.
    table : every square with a report in any year: col, row, x, y, n (this period), shown, years (periods in which
        it was hot), group (hot place it belongs to, −1 for none).
    periods : number of periods looked at.
    group_years : periods in which each hot place had a hot square.
    """

    window: Window
    size: int
    pieces: pd.DataFrame
    table: pd.DataFrame
    periods: int
    group_years: tuple[int, ...]

    @property
    def shown(self) -> pd.DataFrame:
        """The squares that may be shown."""
        return self.table[self.table["shown"]]


def squares(picture: Picture) -> Squares | None:
    """The squares; None with too few located reports, or when no size hides few enough of them."""
    return picture.once(("place", "squares"), lambda: _squares(picture))


def _squares(picture: Picture) -> Squares | None:
    data = placed(picture)
    if data is None or len(data.located) < MIN_REPORTS:
        return None
    window = busiest_window(*points(data.located))
    now = _inside(data.located, window)
    x, y = points(now)
    named = now["place_note"].isin(data.public).to_numpy()
    least = max(picture.rules.incidents, LEAST)
    size = finest_size(x, y, window.bounds, least=least, named=named)
    if size is None:
        return None
    counted = square_counts(x, y, size=size)
    people, fewest = residents_by_square(picture), picture.rules.residents
    pieces = merged_squares(x, y, window.bounds, size=size, least=least, named=named, residents=people, fewest=fewest)
    table = square_counts(*points(_inside(data.every, window)), size=size)[["col", "row", "x", "y"]]
    table = table.merge(counted[["col", "row", "n"]], on=["col", "row"], how="left")
    alone = pd.MultiIndex.from_frame(pieces.loc[pieces["size"] == size, ["col", "row"]])
    shown = pd.MultiIndex.from_frame(table[["col", "row"]]).isin(alone)
    table = table.assign(n=table["n"].fillna(0).astype(int), shown=shown)
    spans = earlier_periods(picture)
    years = [points(_inside(est.between(data.every, *span), window)) for span in spans]
    hot = hot_by_period(table, years, size=size, seed=SEED)
    group = clusters(table, hot.iloc[:, -1].to_numpy() & table["shown"].to_numpy())
    group_years = tuple(int(hot[group == g].any(axis=0).sum()) for g in range(group.max() + 1))
    return Squares(window, size, pieces, table.assign(years=hot.sum(axis=1), group=group), len(spans), group_years)


def _inside(reports: pd.DataFrame, window: Window) -> pd.DataFrame:
    return reports[in_window(reports["x"], reports["y"], window.bounds)]


def square_map(picture: Picture) -> Figure | None:
    """The map; None where there are no squares or none may be shown."""
    found, data, words = squares(picture), placed(picture), picture.words
    if found is None or data is None or found.pieces.empty:
        return None
    hot, table = _hot(picture, found, data)
    areas = boundaries(picture)
    caption = Caption(
        id="rutkarta",
        title=words("place.grid.title", n=len(hot)) if hot else words("place.grid.title_none"),
        reading=_reading(picture, found, hot),
        definition=_definition(picture, found, data),
    )
    ground = Ground(found.window.bounds, found.size, areas, picture.ws.area_labels)
    return grid_map(found.pieces.assign(lasting=_always_hot(found)), ground, words, caption, hot=hot, table=table)


def _always_hot(found: Squares) -> np.ndarray:
    """(pieces,) whether each is a square that was hot in every period looked at, of several."""
    always = (found.shown["group"] >= 0) & (found.shown["years"] == found.periods) & (found.periods > 1)
    hot = pd.MultiIndex.from_frame(found.shown.loc[always, ["col", "row"]])
    at = pd.MultiIndex.from_frame(found.pieces[["col", "row"]])
    return at.isin(hot) & (found.pieces["size"] == found.size).to_numpy()


def _reading(picture: Picture, found: Squares, hot: list[Place]) -> str:
    words = picture.words
    parts = [words("place.grid.reading", size=found.size, largest=int(found.pieces["size"].max()))]
    parts += [words("place.grid.reading_hot", n=len(hot))] if hot else []
    note = words.pick(picture.ws.settings.boundaries_note) if boundaries(picture) is not None else ""
    return " ".join([*parts, note] if note else parts)


def _definition(picture: Picture, found: Squares, data: Placed) -> tuple[str, ...]:
    words, inside = picture.words, int(found.table["n"].sum())
    base = words(
        "place.grid.base",
        located=words.percent(len(data.located) / len(data.now)),
        n=len(data.now),
        share=words.percent(found.window.share),
        seen=words.percent(np.floor(100 * found.pieces["n"].sum() / inside) / 100),  # never all where some are hidden
    )
    hidden = words("place.grid.hidden", limit=max(picture.rules.incidents, LEAST))
    hot = words("place.grid.hot_definition", n=found.periods)
    lines = (hidden, base, hot, left_out(picture, data), source_line(picture))
    return tuple(line for line in lines if line)


def _hot(picture: Picture, found: Squares, data: Placed) -> tuple[list[Place], Table | None]:
    """The hot places as the map says them, and the table of them."""
    words, places, rows = picture.words, [], []
    for g, years in enumerate(found.group_years[: len(LETTERS)]):
        part = found.table[found.table["group"] == g]
        name, area = _named(picture, found, data, part)
        lasting = words("place.grid.years", n=found.periods, years=years) if found.periods > 1 else ""
        text = ", ".join(piece for piece in (name or area, lasting) if piece)
        centres = tuple((float(x), float(y)) for x, y in zip(part["x"], part["y"], strict=True))
        places.append(Place(LETTERS[g], centres, text))
        rows.append((LETTERS[g], name or area, area, words.number(len(part)), words.number(part["n"].sum()), lasting))
    if not rows:
        return places, None
    heads = words.raw("place.grid.columns")
    columns = tuple(Column(key, text, "right" if key in ("squares", "n") else "left") for key, text in heads.items())
    caption = words("place.grid.table", size=found.size)
    source, iso = provenance(picture)
    table = Table("heta_platser", caption, columns, tuple(rows), source=source, period=iso, language=words.language)
    return places, table


def _named(picture: Picture, found: Squares, data: Placed, part: pd.DataFrame) -> tuple[str, str]:
    """What a hot place is called by enough reports, and the sub-area most of its reports lie in."""
    x, y = points(data.located)
    at = pd.MultiIndex.from_arrays(locate(x, y, float(found.size), "square"))
    here = data.located[at.isin(pd.MultiIndex.from_frame(part[["col", "row"]]))]
    names = here["place_note"][here["place_note"].isin(data.public)].value_counts()
    often = [str(name) for name in names.index[names >= picture.rules.incidents][:MOST_NAMES]]
    areas = here["area"].dropna().astype(str).value_counts()
    area = picture.ws.area_labels.get(areas.index[0], "") if len(areas) else ""
    return picture.words.sequence(often), area


def gathered(picture: Picture) -> Paragraphs | None:
    """How few squares hold half of the reports, how evenly they lie, and points that hold suspiciously many."""
    found, data, words = squares(picture), placed(picture), picture.words
    if found is None or data is None:
        return None
    counts = found.table["n"].to_numpy()
    table = concentration(counts, seed=SEED).set_index("measure")
    half = float(table["value"]["places_50"])
    numbers = {key: words.number(float(table[key]["gini_generalised_unbiased"]), 2) for key in ("value", "lo", "hi")}
    texts = [
        words(
            "place.half", n=round(half * len(counts)), size=found.size, reports=int(counts.sum()),
            squares=len(counts), share=hundred(half, words),
        ),
        words("place.even", **numbers),
    ]  # fmt: skip
    return Paragraphs((" ".join(texts), *_lasting(picture, found), *_piled(picture, data)), language=words.language)


def _lasting(picture: Picture, found: Squares) -> list[str]:
    """How many of the year's hot squares were hot in the earlier years too."""
    hot = found.table[found.table["group"] >= 0]
    if hot.empty or found.periods < 2:
        return []
    words, always = picture.words, int((hot["years"] == found.periods).sum())
    return [words("place.lasting", n=len(hot), always=always, years=found.periods)]


def _piled(picture: Picture, data: Placed) -> list[str]:
    """The points that hold more than one report in twenty, by name where enough reports give one."""
    words, reports = picture.words, data.located
    names = np.where(reports["place_note"].isin(data.public), reports["place_note"].astype(str), "")
    found = piles(*points(reports), names=names, least_named=picture.rules.incidents)
    if not found:
        return []
    share = hundred(sum(pile.n for pile in found) / len(reports), words)
    named = [words("place.pile", name=pile.name or words("place.nameless"), n=pile.n) for pile in found]
    return [words("place.piled", n=len(found), share=share, places=words.sequence(named))]
