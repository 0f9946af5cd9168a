"""Grids of coloured cells: the painting that the week, the types of crime and others share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import seaborn as sns
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.patches import Rectangle

from trygghet.charts.sheet import Sheet, Size, text_width
from trygghet.messages import EN_DASH
from trygghet.style import LIGHT, SEQUENCE, on

SMALLEST, SMALLEST_NARROW = 12.0, 13.0
"""Smallest text in px; the narrow drawing is shown smaller than it is on the narrowest screens."""


@dataclass(frozen=True)
class Cells:
    """What stands in a grid.

    Attributes
    ----------
    steps : (rows, columns) steps of the sequence, 0–6.
    texts : (rows, columns) what is written in each cell; empty for nothing.
    marks : (rows, columns) ``more`` (framed), ``fewer`` (framed with dashes) or empty.
    """

    steps: np.ndarray
    texts: np.ndarray
    marks: np.ndarray

    def turned(self) -> Cells:
        """Rows as columns."""
        return Cells(self.steps.T, self.texts.T, self.marks.T)


Box = tuple[float, float, float, float]
"""Left, top, width and height in px."""


def class_limits(cells: np.ndarray) -> list[float]:
    """Upper limits of at most seven classes of equal width in whole numbers; the last holds the maximum."""
    top = max(float(np.ceil(cells.max())), 1.0)
    width = max(1.0, float(np.ceil(top / len(SEQUENCE))))
    return [width * (i + 1) for i in range(int(np.ceil(top / width)))]


def classes(shown: np.ndarray, limits: list[float]) -> np.ndarray:
    """The step of the sequence for each cell."""
    steps = np.searchsorted(np.asarray(limits), np.round(shown), side="left")
    if len(limits) == 1:
        return steps
    return np.round(steps * (len(SEQUENCE) - 1) / (len(limits) - 1)).astype(int)


def text_size(cells: Cells, size: Size, width: float) -> float:
    """The largest size in which every text fits a cell of the width; 0 when none does."""
    longest = max(cells.texts.ravel(), key=len, default="")
    for points in (size.small, SMALLEST_NARROW if size.narrow else SMALLEST):
        if text_width(longest, points, True) <= width - 3:
            return points
    return 0.0


def paint(sheet: Sheet, cells: Cells, box: Box) -> None:
    """Draw the cells in a box, without numbers where they do not fit (see `text_size`)."""
    left, top, width, height = box
    axes = sheet.axes(left, top, width, height)
    sns.heatmap(
        cells.steps, ax=axes, cmap=ListedColormap([LIGHT[name] for name in SEQUENCE]),
        norm=BoundaryNorm(np.arange(-0.5, len(SEQUENCE)), len(SEQUENCE)), cbar=False,
        linewidths=2, linecolor=LIGHT["card"], xticklabels=False, yticklabels=False, rasterized=False,
    )  # fmt: skip
    step_x, step_y = width / cells.steps.shape[1], height / cells.steps.shape[0]
    size = text_size(cells, sheet.size, step_x)
    for (i, j), step in np.ndenumerate(cells.steps):
        x, y, colour = left + j * step_x, top + i * step_y, on(int(step))
        if size and cells.texts[i, j]:
            middle = (x + step_x / 2, y + step_y / 2)
            sheet.text(*middle, str(cells.texts[i, j]), colour, align="center", size=size, bold=bool(step >= 4))
        if cells.marks[i, j]:
            frame(sheet, (x + 2.5, y + 2.5, step_x - 5, step_y - 5), str(cells.marks[i, j]), colour)


def frame(sheet: Sheet, box: Box, mark: str, colour: str) -> None:
    """A frame of lines for more than expected, of dashes for fewer."""
    style = "solid" if mark == "more" else (0, (2, 2))
    sheet.add(Rectangle(box[:2], *box[2:], fill=False, edgecolor=LIGHT[colour], linewidth=1.8, linestyle=style))


def key(sheet: Sheet, x: float, y: float, entries: list[tuple[str, str]]) -> None:
    """What the frames mean, a line each on a narrow sheet."""
    at = x + 2.5
    for mark, text in entries:
        step = 4 if mark == "more" else 1
        sheet.bar((at - 2.5, at + 18.5), y, 21, SEQUENCE[step])
        frame(sheet, (at, y - 8, 16, 16), mark, on(step))
        sheet.text(at + 26, y, text, "muted", size=sheet.size.small)
        if sheet.size.narrow:
            y += 24
        else:
            at += 24 + text_width(text, sheet.size.small) + 22


def scale(sheet: Sheet, box: Box, limits: list[float]) -> None:
    """The classes' colours and limits, for cells too narrow for their numbers; over three lines on a narrow sheet."""
    left, top, width, _ = box
    per_line = 3 if sheet.size.narrow else len(limits)
    steps = classes(np.asarray(limits), limits)
    low = 0.0
    for i, (step, high) in enumerate(zip(steps, limits, strict=True)):
        x, y = left + (i % per_line) * width / per_line, top + 22 * (i // per_line)
        sheet.add(Rectangle((x, y - 7), 14, 14, facecolor=LIGHT[SEQUENCE[step]], edgecolor=LIGHT["axis"], linewidth=1))
        sheet.text(
            x + 20, y, f"{low:.0f}{EN_DASH}{high:.0f}", "muted", size=SMALLEST_NARROW if sheet.size.narrow else SMALLEST
        )
        low = high + 1
