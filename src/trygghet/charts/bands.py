"""Small panels of yearly rates: the own line over the band that the middle half of similar places makes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor, log10

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon

from trygghet.blocks import BlockError, Caption, Figure, Table
from trygghet.charts.sheet import Sheet, Size, figure, needed, text_width, wrapped
from trygghet.messages import EN_DASH, Words
from trygghet.reference.rates import first_years
from trygghet.style import LIGHT

PLOT, GAP, LINE, ABOVE = 92, 24, 18, 28
DOTTED: tuple[float, ...] = (1.2, 2.4)
DASHED: tuple[float, ...] = (5, 3)
STYLES: dict[str, tuple[str, float, tuple[float, ...]]] = {
    "median": ("muted", 1.3, ()),
    "country": ("green", 1.8, DOTTED),
    "county": ("amber", 1.6, DASHED),
    "own": ("blue", 2.6, ()),
}
"""Colour, width and dashes of each line, drawn in this order: the own one last, on top."""


@dataclass(frozen=True)
class Panel:
    """One type of crime.

    Attributes
    ----------
    label : its name.
    status : how it stands, in a few words under the name.
    rows : a row a year in order; columns year, series, own, q1, median, q3, county, country (missing where unknown).
        Years of different series are not joined.
    strong : whether the status is set in bold.
    """

    label: str
    status: str
    rows: pd.DataFrame
    strong: bool = False


def rate_panels(panels: Sequence[Panel], words: Words, caption: Caption, *, table: Table | None = None) -> Figure:
    """A panel a type of crime, three beside each other, two on a telephone; each has its own scale from zero.

    Parameters
    ----------
    panels : in the order they are to stand.
    table : the numbers behind.

    Raises
    ------
    BlockError : no panels, or one without a column or without any own figure.
    """
    if not panels:
        raise BlockError.said("charts.no_rows")
    for panel in panels:
        needed(panel.rows, ("year", "series", *STYLES, "q1", "q3"))
        if not panel.rows["own"].notna().any():
            raise BlockError.said("charts.no_own", name=panel.label)
    alt = words("compared.chart.alt", rows="; ".join(_spoken(panel, words) for panel in panels))
    return figure(lambda size: _draw(size, panels, words), caption, alt=alt, table=table, language=words.language)


def _spoken(panel: Panel, words: Words) -> str:
    known = panel.rows[panel.rows["own"].notna()]
    first, last = known.iloc[0], known.iloc[-1]
    values = {"label": panel.label, "status": panel.status.lower(), "first": str(int(first["year"]))}
    text = words(
        "compared.chart.alt_row", last=str(int(last["year"])), before=words.number(first["own"]),
        now=words.number(last["own"]), **values,
    )  # fmt: skip
    if pd.notna(last["q1"]):
        text += words("compared.chart.alt_band", low=words.number(last["q1"]), high=words.number(last["q3"]))
    return text


def _keys(panels: Sequence[Panel], words: Words) -> list[tuple[str, str]]:
    """Kind and name of everything that is drawn in any panel."""
    rows = pd.concat([panel.rows for panel in panels])
    kinds = ["own"] + (["band"] if rows["q1"].notna().any() else [])
    kinds += [kind for kind in ("county", "country") if rows[kind].notna().any()]
    kinds += ["break"] if any(first_years(panel.rows) for panel in panels) else []
    return [(kind, words(f"compared.chart.key_{kind}")) for kind in kinds]


def _draw(size: Size, panels: Sequence[Panel], words: Words) -> Sheet:
    across = 2 if size.narrow else 3
    gap = 16 if size.narrow else 30
    width = (size.width - gap * (across - 1)) / across
    titles = [wrapped(panel.label, width, size.small, True) for panel in panels]
    status = [wrapped(panel.status, width, size.small) for panel in panels]
    groups = [range(i, min(i + across, len(panels))) for i in range(0, len(panels), across)]
    heads = [max(LINE * (len(titles[i]) + len(status[i])) for i in group) for group in groups]
    keys = _keys(panels, words)
    axis = wrapped(words("compared.chart.axis"), size.width, size.small)
    per_line = 1 if size.narrow else 2
    top = 22.0 * -(-len(keys) // per_line) + LINE * len(axis) + 16
    sheet = Sheet(size, top + sum(heads) + len(groups) * (PLOT + LINE + GAP + ABOVE) - GAP)
    _legend(sheet, keys, axis, per_line)
    y = top
    for group, head in zip(groups, heads, strict=True):
        for i in group:
            left = (i - group.start) * (width + gap)
            for line, text in enumerate(titles[i]):
                sheet.text(left, y + 9 + LINE * line, text, bold=True, size=size.small)
            for line, text in enumerate(status[i]):
                at = y + 9 + LINE * (len(titles[i]) + line)
                sheet.text(left, at, text, "ink" if panels[i].strong else "muted", size=size.small)
            _plot(sheet, panels[i].rows, (left, y + head + ABOVE, width), words)
        y += head + PLOT + LINE + GAP + ABOVE
    return sheet


def _legend(sheet: Sheet, keys: Sequence[tuple[str, str]], axis: Sequence[str], per_line: int) -> None:
    for i, (kind, name) in enumerate(keys):
        x, y = (i % per_line) * sheet.size.width / 2, 11 + 22 * (i // per_line)
        if kind == "band":
            sheet.bar((x, x + 26), y, 14, "muted-pale")
            _line(sheet, [(x, y), (x + 26, y)], "median")
        elif kind == "break":
            sheet.add(Line2D((x + 13, x + 13), (y - 8, y + 8), color=LIGHT["axis"], linewidth=1.4, dashes=(2, 2)))
        else:
            _line(sheet, [(x, y), (x + 26, y)], kind)
        sheet.text(x + 34, y, name, "ink" if kind == "own" else "muted", size=sheet.size.small, bold=kind == "own")
    below = 22.0 * -(-len(keys) // per_line)
    for i, text in enumerate(axis):
        sheet.text(0, below + 13 + LINE * i, text, "muted", size=sheet.size.small)


def _line(sheet: Sheet, points: Sequence[tuple[float, float]], kind: str) -> None:
    colour, width, dashes = STYLES[kind]
    xs, ys = zip(*points, strict=True)
    line = Line2D(xs, ys, color=LIGHT[colour], linewidth=width)
    if dashes:
        line.set_dashes(dashes)
    sheet.add(line)


def _plot(sheet: Sheet, rows: pd.DataFrame, box: tuple[float, float, float], words: Words) -> None:
    left, top, width = box
    small = sheet.size.small
    years = rows["year"].to_numpy(float)
    highest = np.nanmax(rows[["own", "q3", "county", "country"]].to_numpy(float))
    most = _round_up(float(highest))
    known = np.flatnonzero(rows["own"].notna().to_numpy())
    value = float(rows["own"].iloc[known[-1]])
    room = width - text_width(words.number(value), small, True) - 16  # for the last figure, beside its dot
    xs = left + 4 + room * (years - years[0]) / max(years[-1] - years[0], 1)
    scale = PLOT / most
    bottom = top + PLOT
    for tick in (0.0, most / 2, most):
        y = bottom - tick * scale
        sheet.line((left, y), (left + room + 8, y), "axis" if tick == 0 else "line")
    sheet.text(left, top - 8, words.number(most), "muted", size=small - 1)
    sheet.text(left, bottom + 13, str(int(years[0])), "muted", size=small - 1)
    sheet.text(left + room + 8, bottom + 13, str(int(years[-1])), "muted", size=small - 1, align="right")
    for run in _runs(rows, ["q1", "q3"]):
        _band(sheet, xs[run], rows.iloc[run], (bottom, scale))
    for at in first_years(rows):
        x = float(np.interp(at - 0.5, years, xs))
        sheet.add(Line2D((x, x), (top, bottom), color=LIGHT["axis"], linewidth=1.4, dashes=(2, 2)))
    for kind in STYLES:
        for run in _runs(rows, [kind]):
            points = [(x, bottom - v * scale) for x, v in zip(xs[run], rows[kind].iloc[run], strict=True)]
            _line(sheet, points if len(points) > 1 else [(points[0][0] - 2, points[0][1]), points[0]], kind)
    at = xs[known[-1]]
    sheet.dots([(at, bottom - value * scale, "blue", False)], radius=4)
    sheet.text(at + 8, bottom - value * scale, words.number(value), "blue", size=small, bold=True)


def _round_up(value: float) -> float:
    """The least round number that is not below the value."""
    size = 10.0 ** floor(log10(value)) if value > 0 else 1.0
    return next(size * m for m in (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10) if size * m >= value * (1 - 1e-9))


def _band(sheet: Sheet, xs: np.ndarray, rows: pd.DataFrame, place: tuple[float, float]) -> None:
    bottom, scale = place
    upper = bottom - rows["q3"].to_numpy(float) * scale
    lower = bottom - rows["q1"].to_numpy(float) * scale
    if len(xs) == 1:
        xs, upper, lower = np.array([xs[0] - 2, xs[0] + 2]), upper.repeat(2), lower.repeat(2)
    corners = np.vstack([np.column_stack([xs, upper]), np.column_stack([xs[::-1], lower[::-1]])])
    sheet.add(Polygon(corners, closed=True, facecolor=LIGHT["muted-pale"], linewidth=0))


def _runs(rows: pd.DataFrame, columns: Sequence[str]) -> Iterator[np.ndarray]:
    """Positions of neighbouring years of one series where all columns are known."""
    known = rows[list(columns)].notna().all(axis=1).to_numpy()
    series, years = rows["series"].tolist(), rows["year"].to_numpy(int)
    run: list[int] = []
    for i in range(len(rows)):
        joined = run and series[i] == series[run[-1]] and years[i] == years[run[-1]] + 1
        if run and not (known[i] and joined):
            yield np.array(run)
            run = []
        if known[i]:
            run.append(i)
    if run:
        yield np.array(run)


def span(low: float, high: float, words: Words) -> str:
    """Limits of a rate: ``490–603``."""
    return f"{words.number(low)}{EN_DASH}{words.number(high)}"
