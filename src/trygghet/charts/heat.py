"""The week as a heat map: weekday by hour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.colors import BoundaryNorm, ListedColormap

from trygghet import tables, values
from trygghet.blocks import BlockError, Caption, Figure
from trygghet.charts.sheet import Sheet, Size, figure
from trygghet.messages import EN_DASH, Words
from trygghet.style import LIGHT, SEQUENCE, on

CELL_HEIGHT = 32
MOST_SPOKEN = 3


def week_heatmap(
    frame: pd.DataFrame, words: Words, caption: Caption, *, block: int = 2, base: str = "crimes"
) -> Figure:
    """Weight by weekday and block of hours, each cell with its rounded number.

    The narrow chart stands on end and shows the same numbers.

    Parameters
    ----------
    frame : columns weekday (0 is Monday), hour (0–23, the first hour when already in blocks), weight (≥ 0,
        e.g. aoristic weights).
    block : hours a cell, a divisor of 24.
    base : what is counted, a key of the messages under ``charts.base``.

    Raises
    ------
    BlockError : a missing column, a block that does not divide 24, or a day, hour or weight out of range.
    """
    grid = week_grid(frame, block)
    limits = class_limits(grid.to_numpy())
    alt = _alt(grid, words, block, base)
    table = tables.week_table(grid, words, id=f"{caption.id}-table", caption=caption.title, block=block)
    return figure(
        lambda size: _draw(size, grid, limits, words, block),
        caption,
        alt=alt,
        table=table,
        language=words.language,
    )


def week_grid(frame: pd.DataFrame, block: int) -> pd.DataFrame:
    """Sums by weekday (rows 0–6) and first hour of the block (columns)."""
    if missing := [name for name in ("weekday", "hour", "weight") if name not in frame.columns]:
        raise BlockError(f"the table for the chart lacks {', '.join(missing)}")
    if block < 1 or 24 % block:
        raise BlockError(f"a block of {block} hours does not divide a day")
    if not (
        frame["weekday"].between(0, 6).all() and frame["hour"].between(0, 23).all() and (frame["weight"] >= 0).all()
    ):
        raise BlockError("weekdays are 0–6, hours 0–23 and weights not negative")
    blocks = frame["hour"].astype(int) // block * block
    sums = frame.groupby([frame["weekday"].astype(int), blocks])["weight"].sum()
    return sums.unstack(fill_value=0).reindex(index=range(7), columns=range(0, 24, block), fill_value=0.0)


def class_limits(cells: np.ndarray) -> list[float]:
    """Upper limits of at most seven classes of equal width in whole numbers; the last holds the maximum."""
    top = max(float(np.ceil(cells.max())), 1.0)
    width = max(1.0, float(np.ceil(top / len(SEQUENCE))))
    return [width * (i + 1) for i in range(int(np.ceil(top / width)))]


def _classes(grid: pd.DataFrame, limits: Sequence[float]) -> np.ndarray:
    shown = np.round(grid.to_numpy())
    steps = np.searchsorted(np.asarray(limits), shown, side="left")
    if len(limits) == 1:
        return steps
    return np.round(steps * (len(SEQUENCE) - 1) / (len(limits) - 1)).astype(int)


def _draw(size: Size, grid: pd.DataFrame, limits: Sequence[float], words: Words, block: int) -> Sheet:
    days = words.raw("dates.weekdays_short" if size.narrow else "dates.weekdays")
    hours = [f"{hour:02d}" for hour in grid.columns]
    cells = grid.T if size.narrow else grid
    steps = _classes(cells, limits)
    side, top = (56, 24) if size.narrow else (84, 4)
    height = (30 if size.narrow else CELL_HEIGHT) * len(cells)
    sheet = Sheet(size, top + height + (4 if size.narrow else 28))
    axes = sheet.axes(side, top, size.width - side, height)
    sns.heatmap(
        steps, ax=axes, cmap=ListedColormap([LIGHT[name] for name in SEQUENCE]),
        norm=BoundaryNorm(np.arange(-0.5, len(SEQUENCE)), len(SEQUENCE)), cbar=False,
        linewidths=2, linecolor=LIGHT["card"], xticklabels=False, yticklabels=False, rasterized=False,
    )  # fmt: skip
    _numbers(sheet, cells, steps, (side, top, (size.width - side) / cells.shape[1], height / len(cells)))
    across, down = (days, [f"{h}{EN_DASH}{(int(h) + block) % 24:02d}" for h in hours]) if size.narrow else (hours, days)
    for i, text in enumerate(down):
        sheet.text(side - 10, top + (i + 0.5) * height / len(cells), text, align="right", size=size.small)
    step = (size.width - side) / len(across)
    for i, text in enumerate(across):
        x = side + (i + 0.5) * step if size.narrow else side + i * step
        sheet.text(
            x,
            10 if size.narrow else top + height + 15,
            text,
            "muted",
            align="center" if size.narrow else "left",
            size=size.small,
        )
    return sheet


def _numbers(sheet: Sheet, cells: pd.DataFrame, steps: np.ndarray, box: tuple[float, float, float, float]) -> None:
    left, top, width, height = box
    counts = np.round(cells.to_numpy()).astype(int)
    for (i, j), step in np.ndenumerate(steps):
        shown = int(counts[i, j])
        if shown:
            x, y = left + (j + 0.5) * width, top + (i + 0.5) * height
            sheet.text(x, y, str(shown), on(int(step)), align="center", size=sheet.size.small, bold=step >= 4)


def _alt(grid: pd.DataFrame, words: Words, block: int, base: str) -> str:
    cells = sorted(
        ((float(grid.loc[day, hour]), int(day), int(hour)) for day in grid.index for hour in grid.columns),
        key=lambda cell: (-cell[0], cell[1], cell[2]),
    )
    days = words.raw("dates.weekdays")
    told = [
        words(
            "charts.alt_cell",
            day=days[day],
            start=f"{hour:02d}",
            end=f"{(hour + block) % 24:02d}",
            n=round(weight),
        )
        for weight, day, hour in cells[:MOST_SPOKEN]
    ]
    total = values.base_text(round(float(grid.to_numpy().sum())), base, words)
    return words("charts.alt_heat", total=total, cells=words.sequence(told))
