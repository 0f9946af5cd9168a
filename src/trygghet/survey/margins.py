"""Population margins: read, checked against the sample and each other, and turned to codes."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from trygghet.design import SurveyDesign, WeightEvent
from trygghet.errors import WeightError, phrase
from trygghet.survey.arrays import Codes, Floats, as_list, encode, label_text, label_texts

AGREEMENT = 0.005
UNKNOWN_RULES = ("error", "share", "zero")
MISSING = "missing"
"""What a row without a category is called among the categories."""
log = logging.getLogger("trygghet.weights")


@dataclass(frozen=True, eq=False)
class Margin:
    """One margin, crossed or plain: the population total of each cell that has one, and the rows' codes.

    Attributes
    ----------
    columns : the columns crossed.
    labels : a label for each cell.
    targets : (k,) population totals.
    codes : (n,) cell of each row.
    """

    columns: tuple[Any, ...]
    labels: tuple[str, ...]
    targets: Floats
    codes: Codes

    @property
    def name(self) -> str:
        """The margin as a reader would call it."""
        return " × ".join(str(c) for c in self.columns)

    @property
    def size(self) -> int:
        """Number of cells."""
        return len(self.labels)


def read_margins(
    design: SurveyDesign, totals: Mapping[Any, Any], unknown: str = "error"
) -> tuple[tuple[Margin, ...], tuple[WeightEvent, ...]]:
    """Margins with one common total, and what had to be done for it."""
    if unknown not in UNKNOWN_RULES:
        raise WeightError.said("one_of", name="unknown", known=tuple(UNKNOWN_RULES), given=unknown)
    if not totals:
        raise WeightError.said("margins.none")
    margins: list[Margin] = []
    events: list[WeightEvent] = []
    for columns, series in totals.items():
        margin, told = _read_margin(design, columns, series, unknown)
        margins.append(margin)
        events += told
    scaled, more = _agree(margins)
    for event in [*events, *more]:
        log.info("%s %s %s", event.kind, event.margin, event.detail)
    return tuple(scaled), (*events, *more)


def _read_margin(
    design: SurveyDesign, columns: Hashable, totals: object, unknown: str
) -> tuple[Margin, list[WeightEvent]]:
    names = tuple(as_list(columns))
    for name in names:
        if name not in design.frame.columns:
            raise WeightError.said("margins.no_column", name=name)
    series = _checked_totals(names, totals)
    levels = [_level(series, i, len(names)) for i in range(len(names))]
    codes, strangers = _cell_codes(design, names, levels, series)
    margin = Margin(names, tuple(_labels(series.index)), series.to_numpy(dtype=float), codes)
    events: list[WeightEvent] = []
    if strangers:
        margin, events = _settle_unknown(design, margin, strangers, unknown)
    return margin, events


def _checked_totals(names: tuple[Any, ...], totals: object) -> pd.Series:
    where = " × ".join(map(str, names))
    if isinstance(totals, Mapping):
        totals = pd.Series(dict(totals))
    if not isinstance(totals, pd.Series) or totals.empty:
        raise WeightError.said("margins.series", margin=where)
    if totals.index.nlevels != len(names):
        raise WeightError.said("margins.levels", margin=where, levels=totals.index.nlevels, columns=len(names))
    if totals.index.has_duplicates:
        raise WeightError.said("margins.twice", margin=where)
    if totals.dtype.kind not in "fiu":
        totals = pd.to_numeric(totals, errors="coerce")
    values = totals.to_numpy(dtype=float, na_value=np.nan)
    if not np.isfinite(values).all() or (values < 0).any():
        raise WeightError.said("margins.numbers", margin=where)
    if values.sum() <= 0:
        raise WeightError.said("margins.zero", margin=where)
    return pd.Series(values, index=totals.index)


def _level(series: pd.Series, level: int, depth: int) -> list[str]:
    labels = series.index if depth == 1 else series.index.levels[level]  # type: ignore[attr-defined]
    return label_texts(labels)


def _labels(index: pd.Index) -> list[str]:
    if index.nlevels == 1:
        return label_texts(index)
    return [" × ".join(label_text(k) for k in key) for key in index]


def _cell_codes(
    design: SurveyDesign, names: tuple[Any, ...], levels: list[list[str]], series: pd.Series
) -> tuple[Codes, dict[str, int]]:
    """Row codes into the totals' order, −1 where the category has no total, and those by label with counts.

    Rows outside a domain carry no weight: whatever their category is, they get the first code.
    """
    frame = design.frame
    per_column = [_column_codes(frame[name], level) for name, level in zip(names, levels, strict=True)]
    if len(names) == 1:
        codes = per_column[0]
    else:
        lookup = np.full([len(level) + 1 for level in levels], -1, dtype=np.int32)
        lookup[tuple(series.index.codes)] = np.arange(len(series))  # type: ignore[attr-defined]
        codes = lookup[tuple(per_column)]
    if codes.min() >= 0:
        return codes, {}
    codes = np.where(design.active, codes, 0)
    if codes.min() >= 0:
        return codes, {}
    lost = frame.loc[codes < 0, list(names)].astype(object)
    text = lost.map(lambda v: MISSING if pd.isna(v) else label_text(v)).agg(" × ".join, axis=1)
    return codes, {str(label): int(k) for label, k in text.value_counts().items()}


def _column_codes(column: pd.Series, level: list[str]) -> Codes:
    codes, labels = encode(column)
    text = label_texts(labels)
    place = {label: i for i, label in enumerate(level)}
    if text == level:
        return codes
    small = np.int8 if len(level) < 127 and len(text) < 127 else np.int32
    lookup = np.array([*(place.get(label, -1) for label in text), -1], dtype=small)
    return lookup[codes]


def _settle_unknown(
    design: SurveyDesign, margin: Margin, strangers: dict[str, int], rule: str
) -> tuple[Margin, list[WeightEvent]]:
    """Rows whose category has no population total: error, their own sample share, or weight zero."""
    said = tuple(
        phrase("margins.with_rows", label=phrase("margins.missing") if label == MISSING else label, n=count)
        for label, count in strangers.items()
    )
    if rule == "error":
        raise WeightError.said("margins.no_total", margin=margin.name, categories=said)
    lost = margin.codes < 0
    share = design.weights[lost].sum() / design.weights.sum() if rule == "share" else 0.0
    total = margin.targets.sum()
    new = replace(
        margin,
        labels=(*margin.labels, "*"),
        targets=np.append(margin.targets * (1 - share), share * total),
        codes=np.where(lost, margin.size, margin.codes),
    )
    detail = {"rule": rule, "categories": strangers, "share": float(share)}
    return new, [WeightEvent("unknown_category", margin.name, detail)]


def check_support(margin: Margin, have: Floats) -> None:
    """Raise when a category with population has no weight in the sample, or one without population has.

    Parameters
    ----------
    have : (k,) weight of the sample in each cell of the margin.
    """
    empty = [i for i in range(margin.size) if have[i] == 0 and margin.targets[i] > 0]
    if empty:
        said = tuple(
            phrase("margins.with_population", label=margin.labels[i], n=float(margin.targets[i])) for i in empty
        )
        raise WeightError.said("margins.no_respondents", margin=margin.name, categories=said)
    zero = [i for i in range(margin.size) if have[i] > 0 and margin.targets[i] == 0]
    if any(margin.labels[i] != "*" for i in zero):
        labels = tuple(margin.labels[i] for i in zero)
        raise WeightError.said("margins.no_population", margin=margin.name, categories=labels)


def _agree(margins: list[Margin]) -> tuple[list[Margin], list[WeightEvent]]:
    """Totals scaled to the first margin's when they differ by at most 0.5 %; more is an error."""
    first = margins[0]
    total = first.targets.sum()
    out, events = [first], []
    for margin in margins[1:]:
        own = margin.targets.sum()
        if abs(own - total) > AGREEMENT * total:
            raise WeightError.said(
                "margins.disagree",
                first=first.name,
                total=float(total),
                other=margin.name,
                own=float(own),
                percent=round(100 * abs(own / total - 1), 2),
                most=100 * AGREEMENT,
            )
        if abs(own - total) > 1e-12 * total:
            events.append(WeightEvent("margin_scaled", margin.name, {"from": float(own), "to": float(total)}))
        out.append(margin if own == total else replace(margin, targets=margin.targets * (total / own)))
    return out, events
