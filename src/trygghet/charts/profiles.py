"""When on the day each type of crime happens: a row a type, a column a part of the day, shares as colours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from trygghet.blocks import BlockError, Caption, Column, Figure, Table
from trygghet.charts.grids import Cells, key, paint
from trygghet.charts.sheet import LEADING, Sheet, Size, figure, text_width, wrapped
from trygghet.messages import EN_DASH, Words

ROW, LABEL_WIDTH = 32, 220
STEPS = (0.05, 0.10, 0.15, 0.20, 0.30, 0.40)
"""Lower limits of the shares of the second to the seventh colour."""


def day_profiles(frame: pd.DataFrame, words: Words, caption: Caption, *, least: int = 5) -> Figure:
    """Share of each type's crimes in each part of the day, and the base at the right.

    Parameters
    ----------
    frame : a row for each type and part of the day in the order they are to stand; columns label, start, end (hours,
        0–24), weight (crimes), n (base of the type), hidden (not to be shown) and stands (``more``, ``fewer``, empty).
    least : named in the table's hidden cells.

    Raises
    ------
    BlockError : no rows, a missing column, or types with different parts of the day.
    """
    need = ["label", "start", "end", "weight", "n", "hidden", "stands"]
    if frame.empty or not set(need) <= set(frame.columns):
        raise BlockError.said("charts.rows_with", names=tuple(need))
    labels, parts = list(dict.fromkeys(frame["label"])), frame[["start", "end"]].drop_duplicates()
    if len(frame) != len(labels) * len(parts):
        raise BlockError.said("charts.same_parts")
    spans = [f"{int(a) % 24:02d}{EN_DASH}{int(b) % 24:02d}" for a, b in parts.itertuples(index=False)]
    shape = (len(labels), len(spans))
    share = (frame["weight"] / frame["n"]).to_numpy().reshape(shape)
    seen = ~frame["hidden"].to_numpy(dtype=bool).reshape(shape)
    texts = np.where(seen, np.round(100 * share).astype(int).astype(str), "").astype(object)
    steps = np.where(seen, np.searchsorted(np.asarray(STEPS), share + 1e-9), 0)
    marks = np.where(seen, frame["stands"].to_numpy(dtype=object).reshape(shape), "")
    cells = Cells(steps, texts, marks)
    base = [int(n) for n in frame["n"].to_numpy().reshape(shape)[:, 0]]
    rows = [
        (label, *(words.percent(v) if ok else words("tables.below", n=least) for v, ok in zip(*cell, strict=True)), n)
        for label, cell, n in zip(labels, zip(share, seen, strict=True), map(words.number, base), strict=True)
    ]
    return figure(
        lambda size: _draw(size, labels, spans, cells, (base, words)),
        caption,
        alt=_alt(labels, spans, share, seen, words),
        table=_table(spans, rows, caption, words),
        language=words.language,
    )


def _table(spans: Sequence[str], rows: list[tuple[str, ...]], caption: Caption, words: Words) -> Table:
    columns = (
        Column("label", words("tables.columns.kind")),
        *(Column(f"p{i}", span, "right") for i, span in enumerate(spans)),
        Column("n", words("when.known_time"), "right"),
    )
    return Table(
        id=f"{caption.id}-table", caption=caption.title, columns=columns, rows=tuple(rows), language=words.language
    )


def _alt(labels: Sequence[str], spans: Sequence[str], share: np.ndarray, seen: np.ndarray, words: Words) -> str:
    told = []
    for label, shares, shown in zip(labels, share, seen, strict=True):
        if shown.any():
            at = int(np.where(shown, shares, -1).argmax())
            told.append(words("when.alt_profile", label=label, part=spans[at], share=words.percent(float(shares[at]))))
    return words("when.alt_profiles", rows="; ".join(told))


def _draw(
    size: Size, labels: Sequence[str], spans: Sequence[str], cells: Cells, base: tuple[list[int], Words]
) -> Sheet:
    kinds = [(kind, base[1](f"charts.stands.{kind}")) for kind in ("more", "fewer") if (cells.marks == kind).any()]
    return (_narrow if size.narrow else _wide)(size, labels, spans, cells, (*base, kinds))


Rest = tuple[list[int], Words, list[tuple[str, str]]]


def _wide(size: Size, labels: Sequence[str], spans: Sequence[str], cells: Cells, rest: Rest) -> Sheet:
    base, words, kinds = rest
    header = words("when.known_time")
    right = max(text_width(header, size.small), 40) + 14
    left = min(max(text_width(label, size.text) for label in labels) + 12, LABEL_WIDTH)
    top, height = 30, ROW * len(labels)
    sheet = Sheet(size, top + height + (38 if kinds else 4))
    width = size.width - left - right
    paint(sheet, cells, (left, top, width, height))
    for i, span in enumerate(spans):
        sheet.text(left + (i + 0.5) * width / len(spans), 14, span, "muted", align="center", size=size.small)
    sheet.text(size.width, 14, header, "muted", align="right", size=size.small)
    for i, (label, n) in enumerate(zip(labels, base, strict=True)):
        middle = top + (i + 0.5) * ROW
        lines = wrapped(label, left - 10, size.text)
        points = size.text if len(lines) == 1 else 12.0
        for j, line in enumerate(lines):
            sheet.text(0, middle + 15 * (j - (len(lines) - 1) / 2), line, size=points)
        sheet.text(size.width, middle, words.number(n), "muted", align="right")
    key(sheet, left, top + height + 22, kinds)
    return sheet


def _narrow(size: Size, labels: Sequence[str], spans: Sequence[str], cells: Cells, rest: Rest) -> Sheet:
    base, words, kinds = rest
    texts = [words("when.profile_base", n=n) for n in base]
    lines = [
        wrapped(label, size.width - text_width(text, size.small) - 12, size.text)
        for label, text in zip(labels, texts, strict=True)
    ]
    heights = [LEADING * len(line) + 44 for line in lines]
    top = 24
    sheet = Sheet(size, top + sum(heights) + 24 * len(kinds) + (8 if kinds else 0))
    for i, span in enumerate(spans):
        sheet.text((i + 0.5) * size.width / len(spans), 10, span, "muted", align="center", size=size.small)
    y = float(top)
    for i, (line, height) in enumerate(zip(lines, heights, strict=True)):
        for j, text in enumerate(line):
            sheet.text(0, y + 12 + LEADING * j, text)
        sheet.text(size.width, y + 12, texts[i], "muted", align="right", size=size.small)
        row = Cells(cells.steps[i : i + 1], cells.texts[i : i + 1], cells.marks[i : i + 1])
        paint(sheet, row, (0, y + LEADING * len(line) + 4, size.width, 30))
        y += height
    key(sheet, 0, y + 12, kinds)
    return sheet
