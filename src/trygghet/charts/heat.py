"""The week as a heat map: weekday by hour."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trygghet import tables, values
from trygghet.blocks import BlockError, Caption, Figure
from trygghet.charts.grids import Box, Cells, class_limits, classes, key, paint, scale, text_size
from trygghet.charts.sheet import Sheet, Size, figure
from trygghet.messages import EN_DASH, Words

CELL_HEIGHT = 32
MOST_SPOKEN = 3
LINE = 24


def week_heatmap(
    frame: pd.DataFrame, words: Words, caption: Caption, *, block: int = 2, base: str = "crimes", least: int = 1
) -> Figure:
    """Weight by weekday and block of hours, each cell with its rounded number.

    The narrow chart stands on end and shows the same numbers.

    Parameters
    ----------
    frame : columns weekday (0 is Monday), hour (0–23, the first hour when already in blocks), weight (≥ 0,
        e.g. aoristic weights), and stands where cells that hold ``more`` or ``fewer`` than expected are to be framed
        (then a row a cell).
    block : hours a cell, a divisor of 24.
    base : what is counted, a key of the messages under ``charts.base``.
    least : smallest number that is written; a cell with less is left empty, and the table says less than that.

    Raises
    ------
    BlockError : a missing column, a block that does not divide 24, or a day, hour or weight out of range.
    """
    grid = week_grid(frame, block)
    cells, limits = _cells(frame, grid, least)
    alt = _alt(grid, words, block, base)
    table = tables.week_table(grid, words, id=f"{caption.id}-table", caption=caption.title, block=block, least=least)
    return figure(
        lambda size: _draw(size, grid, cells, limits, words),
        caption,
        alt=alt,
        table=table,
        language=words.language,
    )


def week_grid(frame: pd.DataFrame, block: int) -> pd.DataFrame:
    """Sums by weekday (rows 0–6) and first hour of the block (columns)."""
    if missing := [name for name in ("weekday", "hour", "weight") if name not in frame.columns]:
        raise BlockError.said("charts.lacks", names=tuple(missing))
    if block < 1 or 24 % block:
        raise BlockError.said("charts.block", hours=block)
    if not (
        frame["weekday"].between(0, 6).all() and frame["hour"].between(0, 23).all() and (frame["weight"] >= 0).all()
    ):
        raise BlockError.said("charts.week")
    blocks = frame["hour"].astype(int) // block * block
    sums = frame.groupby([frame["weekday"].astype(int), blocks])["weight"].sum()
    return sums.unstack(fill_value=0).reindex(index=range(7), columns=range(0, 24, block), fill_value=0.0)


def _cells(frame: pd.DataFrame, grid: pd.DataFrame, least: int) -> tuple[Cells, list[float]]:
    rounded = np.round(grid.to_numpy())
    limits = class_limits(rounded)
    seen = np.where(rounded >= max(least, 1), rounded, 0).astype(int)
    texts = np.where(seen > 0, seen.astype(str), "").astype(object)
    marks = np.full(grid.shape, "", dtype=object)
    if "stands" in frame:
        found = frame.pivot(index="weekday", columns="hour", values="stands")
        marks = found.reindex(index=grid.index, columns=grid.columns, fill_value="").to_numpy(dtype=object)
        marks = np.where((seen == 0) & (marks == "more"), "", marks)  # too few to be relied on
    return Cells(classes(seen, limits), texts, marks), limits


def _draw(size: Size, grid: pd.DataFrame, cells: Cells, limits: list[float], words: Words) -> Sheet:
    cells = cells.turned() if size.narrow else cells
    n_rows, n_columns = cells.steps.shape
    side, top = (56, 24) if size.narrow else (84, 4)
    width = size.width - side
    height = n_rows * (CELL_HEIGHT if not size.narrow else 25 if n_rows > 12 else 30)
    foot = top + height + (8 if size.narrow else 32)
    kinds = [(kind, words(f"charts.stands.{kind}")) for kind in ("more", "fewer") if (cells.marks == kind).any()]
    keys = LINE * (len(kinds) if size.narrow else bool(kinds))
    scaled = 0 if text_size(cells, size, width / n_columns) else LINE * (3 if size.narrow else 1)
    sheet = Sheet(size, foot - 4 + (keys + scaled + 8 if keys + scaled else 0))
    paint(sheet, cells, (side, top, width, height))
    _labels(sheet, grid, words, (side, top, width, height))
    key(sheet, 0 if size.narrow else side, foot + 8, kinds)
    if scaled:
        left = 0 if size.narrow else side
        scale(sheet, (left, foot + keys + 8, size.width - left, LINE), limits)
    return sheet


def _labels(sheet: Sheet, grid: pd.DataFrame, words: Words, box: Box) -> None:
    """Days and hours at the edges; on the narrow sheet the hours run down."""
    left, top, width, height = box
    small, block = sheet.size.small, 24 // grid.shape[1]
    hours = [int(hour) for hour in grid.columns]
    if sheet.size.narrow:
        days = words.raw("dates.weekdays_short")
        for i, hour in enumerate(hours):
            text = f"{hour:02d}{EN_DASH}{(hour + block) % 24:02d}"
            sheet.text(left - 10, top + (i + 0.5) * height / len(hours), text, align="right", size=small)
        for i, day in enumerate(days):
            sheet.text(left + (i + 0.5) * width / 7, 10, day, "muted", align="center", size=small)
        return
    for i, day in enumerate(words.raw("dates.weekdays")):
        sheet.text(left - 10, top + (i + 0.5) * height / 7, day, align="right", size=small)
    for i, hour in enumerate(hours):
        sheet.text(left + i * width / len(hours), top + height + 15, f"{hour:02d}", "muted", size=small)


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
