"""The funnel: rates against population, with the limits chance alone keeps most areas within."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.patches import Polygon
from scipy import stats

from trygghet import values
from trygghet.blocks import Caption, Column, Figure, Table
from trygghet.charts.labels import beside
from trygghet.charts.rows import Axis, axis_for
from trygghet.charts.sheet import Sheet, Size, figure, needed, text_width
from trygghet.messages import EN_DASH, Words
from trygghet.style import LIGHT

PER = 1_000
HEIGHT, NARROW_HEIGHT = 400, 380
STEPS = 80
NEED = ("n", "pop", "rate", "lo95", "hi95", "lo998", "hi998", "flag")


@dataclass(frozen=True)
class _Plot:
    """The box of the axes in px, the two axes, and the common rate with its overdispersion."""

    box: tuple[float, float, float, float]
    across: Axis
    up: Axis
    common: float
    phi: float

    def at(self, pop: float, rate: float) -> tuple[float, float]:
        left, top, right, bottom = self.box
        x = left + (pop - self.across.low) / (self.across.high - self.across.low) * (right - left)
        y = bottom - (min(rate, self.up.high) - self.up.low) / (self.up.high - self.up.low) * (bottom - top)
        return x, y


def funnel(rates: pd.DataFrame, words: Words, caption: Caption, *, labels: Mapping[Any, str]) -> Figure:
    """Areas as dots: residents across, rate per 1,000 up, between the limits of chance.

    Parameters
    ----------
    rates : from `place.area_rates`, a row each area that may be shown, with its ``attrs``.
    labels : index of `rates` to the area's name.

    Raises
    ------
    BlockError : no rows or a missing column.
    """
    needed(rates, NEED)
    rates = rates.sort_values("pop", ascending=False)
    said = [
        _spoken(str(labels[area]), row, words) for area, row in zip(rates.index, values.records(rates), strict=True)
    ]
    common = words.number(PER * rates.attrs["common"])
    alt = words("place.funnel.alt", common=common, rows="; ".join(said))
    table = _table(rates, words, caption, labels)
    return figure(
        lambda size: _draw(size, rates, words, labels), caption, alt=alt, table=table, language=words.language
    )


def _spoken(name: str, row: Mapping[str, Any], words: Words) -> str:
    stands = words(f"place.stands.{row['flag'] or 'inside'}")
    people = words.number(row["pop"])
    return words("place.funnel.alt_row", name=name, rate=_rate(row["rate"], words), people=people, stands=stands)


def _rate(rate: float, words: Words) -> str:
    return words.number(PER * rate, 0 if PER * rate >= 10 else 1)


def _table(rates: pd.DataFrame, words: Words, caption: Caption, labels: Mapping[Any, str]) -> Table:
    heads = words.raw("place.funnel.columns")
    columns = tuple(Column(key, text, "left" if key in ("area", "stands") else "right") for key, text in heads.items())
    rows = []
    for area, row in zip(rates.index, values.records(rates), strict=True):
        spans = [
            f"{_rate(row[f'lo{level}'] / row['pop'], words)}{EN_DASH}{_rate(row[f'hi{level}'] / row['pop'], words)}"
            for level in ("95", "998")
        ]
        stands = words(f"place.stands.{row['flag'] or 'inside'}")
        rows.append((labels[area], words.number(row["pop"]), _rate(row["rate"], words), *spans, stands))
    return Table(f"{caption.id}-table", caption.title, columns, tuple(rows), language=words.language)


def _draw(size: Size, rates: pd.DataFrame, words: Words, labels: Mapping[Any, str]) -> Sheet:
    sheet = Sheet(size, NARROW_HEIGHT if size.narrow else HEIGHT)
    plot = _plot(sheet, rates, words)
    _axes(sheet, plot, words)
    outside = rates["flag"] != ""
    ordered = rates.assign(out=outside, far=(rates["rate"] - plot.common).abs()).sort_values(
        ["out", "far"], ascending=False
    )
    points = [(*plot.at(row["pop"], row["rate"]), str(labels[area])) for area, row in ordered.iterrows()]
    _limits(sheet, plot, words)
    left, top, _, bottom = plot.box
    placed = beside(points, frame=(left, top, size.width, bottom), size=size.small)
    tones = ["amber" if out else "blue" for out in ordered["out"]]
    for name, tone in zip(placed, tones, strict=True):
        if name.line is not None:
            sheet.line(name.line[:2], name.line[2:], "muted")
        if name.at is not None:
            sheet.text(*name.at, name.text, tone if tone == "amber" else "ink", bold=tone == "amber", size=size.small)
    sheet.dots([(x, y, tone, False) for (x, y, _), tone in zip(points, tones, strict=True)])
    return sheet


def _plot(sheet: Sheet, rates: pd.DataFrame, words: Words) -> _Plot:
    """Room for the axes: the rate's ticks at the left, the limits' names at the right."""
    size, common, phi = sheet.size, float(rates.attrs["common"]), float(rates.attrs["phi"])
    across = axis_for([0.0, float(rates["pop"].max()) * 1.05], words.number, most=3 if size.narrow else 6)
    top = max(float(rates["rate"].max()), float((rates["hi998"] / rates["pop"]).min()))
    up = axis_for([0.0, PER * top * 1.04], words.number, most=5)
    up = Axis(
        up.low / PER, up.high / PER, tuple(tick / PER for tick in up.ticks), lambda rate: words.number(PER * rate)
    )
    left = text_width(words.number(PER * up.high), size.small) + 12
    right = size.width - (0 if size.narrow else text_width(words("place.funnel.limit998"), size.small) + 12)
    return _Plot((left, 34.0, right - 8, sheet.height - 52), across, up, common, phi)


def _axes(sheet: Sheet, plot: _Plot, words: Words) -> None:
    left, _, right, bottom = plot.box
    small = sheet.size.small
    for tick in plot.up.ticks:
        _, y = plot.at(0, tick)
        sheet.line((left, y), (right, y), "axis" if tick == 0 else "line")
        sheet.text(left - 8, y, plot.up.write(tick), "muted", align="right", size=small)
    for tick in plot.across.ticks:
        x, _ = plot.at(tick, 0)
        sheet.line((x, bottom), (x, bottom + 5), "axis")
        text = plot.across.write(tick)
        centre = min(x, sheet.size.width - text_width(text, small) / 2)
        sheet.text(centre, bottom + 16, text, "muted", align="center", size=small)
    sheet.text(0, 12, words("place.funnel.up"), "muted", size=small)
    sheet.text(right, bottom + 38, words("place.funnel.across"), "muted", align="right", size=small)


def _limits(sheet: Sheet, plot: _Plot, words: Words) -> None:
    """The two funnels and the common rate, each with its name at the right."""
    people = np.linspace(plot.across.high / STEPS, plot.across.high, STEPS)
    for level, key, fill, tone in ((0.998, "998", "muted-pale", "muted"), (0.95, "95", "blue-pale", "blue")):
        low, high = (limit / people for limit in _smooth(plot.common * people, level, plot.phi))
        over = [plot.at(n, rate) for n, rate in zip(people, high, strict=True)]
        under = [plot.at(n, rate) for n, rate in zip(people, low, strict=True)]
        sheet.add(Polygon([*over, *reversed(under)], facecolor=LIGHT[fill], alpha=0.45, linewidth=0))
        for edge in (over, under):
            sheet.polyline([point for point in edge if point[1] > plot.box[1] + 0.5], tone)
        _name(sheet, plot, words(f"place.funnel.limit{key}"), float(high[-1]))
    sheet.dashes(plot.at(0, plot.common), plot.at(plot.across.high, plot.common), "ink")
    _name(sheet, plot, words("place.funnel.common"), plot.common)


def _smooth(mean: np.ndarray, level: float, phi: float) -> tuple[np.ndarray, np.ndarray]:
    """`place.funnel_limits` without steps (Spiegelhalter 2005, A.1.1): a count that it calls outside lies outside."""
    tail, limits = (1 - level) / 2, []
    for p, up in ((tail, 0.0), (1 - tail, 1.0)):
        whole = stats.poisson.ppf(p, mean)
        at, below = stats.poisson.cdf(whole, mean), stats.poisson.cdf(whole - 1, mean)
        limits.append(mean + sqrt(phi) * (whole - (at - p) / (at - below) + up - mean))
    return np.maximum(limits[0], 0.0), limits[1]


def _name(sheet: Sheet, plot: _Plot, text: str, rate: float) -> None:
    """A line's name at its right end; the narrow chart has no room and leaves it to the lines below."""
    if not sheet.size.narrow:
        sheet.text(plot.box[2] + 8, plot.at(0, rate)[1], text, "muted", size=sheet.size.small)
