"""The love plot: how far each category was from the population before weighting and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trygghet.messages import Words
from trygghet.survey.diagnostics import Diagnostics

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, MUTED, LINE, BLUE, AMBER = "#1c2733", "#5b6875", "#e4e1da", "#1d5b8f", "#b4530a"


def love_plot(diagnostics: Diagnostics, words: Words, *, width: float = 7.0) -> Figure:
    """Standardised differences from the population by category, before (hollow) and after (filled).

    Parameters
    ----------
    diagnostics : with at least one margin in its table.
    words : language of the labels.
    width : inches; the height follows from the number of categories.

    Returns
    -------
    A matplotlib figure that no global state holds.

    Raises
    ------
    ValueError : a table without margins.

    References
    ----------
    Love (2004); Austin (2009), Statistics in Medicine 28, on 0.1 as a line of notice.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    table = diagnostics.table
    if table.empty:
        raise ValueError("there are no margins to draw")
    at = np.arange(len(table))[::-1]
    figure = Figure(figsize=(width, 1.2 + 0.26 * len(table)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    before, after = table["standardised_before"].abs(), table["standardised_after"].abs()
    axes.hlines(at, before, after, color=LINE, linewidth=2, zorder=1)
    axes.scatter(before, at, s=42, facecolors="white", edgecolors=AMBER, label=words("survey.before"), zorder=2)
    axes.scatter(after, at, s=42, color=BLUE, marker="D", label=words("survey.after"), zorder=3)
    axes.axvline(0.1, color=MUTED, linewidth=1, linestyle=":")
    axes.set_yticks(at, [_label(row, words) for row in table.itertuples()])
    axes.set_xlabel(words("survey.difference"), color=INK)
    axes.set_xlim(left=-0.01)
    axes.tick_params(colors=INK, length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.legend(loc="lower right", frameon=False, labelcolor=INK)
    return figure


def _label(row: tuple, words: Words) -> str:
    text = f"{row.margin}: {row.category}"  # type: ignore[attr-defined]
    return text if row.used else f"{text} ({words('survey.not_used')})"  # type: ignore[attr-defined]
