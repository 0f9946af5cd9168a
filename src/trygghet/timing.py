"""When crime happens: exact aoristic allocation of events known only to lie between two times.

Every event spreads a weight of one evenly over its interval. Computed in O(n) time and memory: a uniform
mass is the difference of two ramps, and each ramp is two weighted counts, one for the bin it starts in and
one for all later bins.

References
----------
Ratcliffe (2002), Journal of Quantitative Criminology 18, 23-43; Ashby & Bowers (2013), Crime Science 2:1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from trygghet.errors import TrygghetError

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
MINUTE_US = 60_000_000
# 1970-01-01 was a Thursday: three days after a Monday.
THURSDAY_US = 3 * DAY_US
BINS = {"hour_of_week": (1, 168), "hour": (1, 24), "weekday": (24, 7), "block4h": (4, 42)}
Bins = Literal["hour_of_week", "hour", "weekday", "block4h"]


class TimingError(TrygghetError):
    """Times that cannot be used; carries the row numbers in ``.rows``."""

    def __init__(self, message: str, rows: tuple[int, ...] = ()) -> None:
        self.rows = rows
        super().__init__(message)


@dataclass(frozen=True)
class Rules:
    """What is done with times that are not a plain interval.

    Attributes
    ----------
    end_missing : ``"start"`` puts the event at its start, ``"drop"`` leaves it out.
    reversed : an end before its start: ``"drop"``, ``"swap"``, ``"start"`` or ``"raise"``.
    unknown : from 00:00 to 23:59 means that the day is known but not the hour: ``"spread"`` over the whole
        day (24 hours), or ``"drop"``.
    max_length : intervals longer than this (Timedelta or hours) are left out; None keeps all.
    tz : times with an offset are converted to this zone and then read as wall-clock time, so that an interval
        across a change of clocks is off by at most one hour.
    """

    end_missing: Literal["start", "drop"] = "start"
    reversed: Literal["drop", "swap", "start", "raise"] = "drop"
    unknown: Literal["spread", "drop"] = "spread"
    max_length: pd.Timedelta | float | None = None
    tz: str = "Europe/Stockholm"

    def __post_init__(self) -> None:
        allowed = {
            "end_missing": ("start", "drop"),
            "reversed": ("drop", "swap", "start", "raise"),
            "unknown": ("spread", "drop"),
        }
        for name, values in allowed.items():
            if getattr(self, name) not in values:
                raise TimingError(f"{name} must be one of {', '.join(values)}")


class _Intervals(NamedTuple):
    """Usable events: start and length in microseconds since a Monday 00:00, and which rows they are."""

    start: np.ndarray
    length: np.ndarray
    rows: np.ndarray
    counts: dict[str, int]


class _Clock(NamedTuple):
    """Groups, microseconds in a bin, and bins in a round of the week or day."""

    n_groups: int
    width: int
    period: int


def aoristic(
    start: ArrayLike | pd.Series,
    end: ArrayLike | pd.Series,
    *,
    by: ArrayLike | pd.Series | None = None,
    bins: Bins = "hour_of_week",
    **rules: Any,
) -> pd.DataFrame:
    """Expected number of events in each bin of the week or day.

    Parameters
    ----------
    start, end : (n,) datetimes, naive wall-clock time or with an offset; `end` may be missing.
    by : (n,) labels; the allocation is made for each. Rows without a label are left out and counted.
    bins : ``"hour_of_week"`` (168, Monday 00 first), ``"hour"`` (24), ``"weekday"`` (7) or ``"block4h"``
        (42 blocks of four hours).
    **rules : fields of `Rules`: end_missing, reversed, unknown, max_length, tz.

    Returns
    -------
    DataFrame, a row for each group and bin: [group,] weekday (0 is Monday), hour, weight, weight_exact,
        effective_n. ``weight`` is Σ |interval ∩ bin| / |interval| and sums to the events kept;
        ``weight_exact`` is the part from events that lie in that one bin for certain; ``effective_n`` is
        (Σw)²/Σw². weekday or hour is absent where the bins do not tell it. ``attrs`` holds n, n_kept,
        n_missing_start, n_missing_end, n_reversed, n_over_max, n_unknown_time, n_unlabelled, median_hours
        and share_within_2h.

    Raises
    ------
    TimingError : unequal lengths, an unknown option, or a reversed interval with ``reversed="raise"``.
    """
    if bins not in BINS:
        raise TimingError(f"bins must be one of {', '.join(BINS)}")
    kept = _intervals(start, end, Rules(**rules))
    group, labels, rows = _groups(by, kept.rows, len(np.asarray(start)))
    kept = kept._replace(start=kept.start[rows], length=kept.length[rows])
    width, period = BINS[bins]
    weight, squares, exact = _allocate(kept, group, _Clock(len(labels), width * HOUR_US, period))
    table = _bin_table(bins, labels, by is not None)
    table["weight"], table["weight_exact"] = weight.ravel(), exact.ravel()
    with np.errstate(divide="ignore", invalid="ignore"):
        table["effective_n"] = np.where(squares > 0, weight**2 / squares, 0.0).ravel()
    hours = kept.length / HOUR_US
    table.attrs = kept.counts | {
        "n_kept": len(hours),
        "n_unlabelled": len(kept.rows) - len(hours),
        "median_hours": float(np.median(hours)) if len(hours) else float("nan"),
        "share_within_2h": float(np.mean(hours <= 2)) if len(hours) else float("nan"),
        "reference": "Ratcliffe 2002; Ashby & Bowers 2013",
    }
    return table


def _intervals(start: ArrayLike, end: ArrayLike, rules: Rules) -> _Intervals:
    """Read, count and apply the rules, in the order: missing, reversed, unknown time, too long."""
    first, first_known = _microseconds(start, rules.tz)
    last, last_known = _microseconds(end, rules.tz)
    if len(first) != len(last):
        raise TimingError("start and end must be of equal length")
    backwards = first_known & last_known & (last < first)
    if rules.reversed == "raise" and backwards.any():
        bad = tuple(int(i) for i in np.flatnonzero(backwards))
        raise TimingError(f"{len(bad)} intervals end before they start", bad)
    missing = first_known & ~last_known
    keep = first_known.copy()
    if rules.end_missing == "drop":
        keep &= ~missing
    if rules.reversed == "drop":
        keep &= ~backwards
    if rules.reversed == "swap":
        first, last = np.where(backwards, last, first), np.where(backwards, first, last)
    last = np.where(missing | (backwards if rules.reversed == "start" else False), first, last)
    unknown = keep & (first % DAY_US == 0) & (last % DAY_US == DAY_US - MINUTE_US) & (last > first)
    last = np.where(unknown, last + MINUTE_US, last)
    if rules.unknown == "drop":
        keep &= ~unknown
    too_long = np.zeros(len(first), bool)
    if rules.max_length is not None:
        too_long = keep & (last - first > _limit(rules.max_length))
        keep &= ~too_long
    counts = {
        "n": len(first),
        "n_missing_start": int((~first_known).sum()),
        "n_missing_end": int(missing.sum()),
        "n_reversed": int(backwards.sum()),
        "n_unknown_time": int(unknown.sum()),
        "n_over_max": int(too_long.sum()),
    }
    rows = np.flatnonzero(keep)
    return _Intervals(first[rows], (last - first)[rows], rows, counts)


def _microseconds(values: ArrayLike, tz: str) -> tuple[np.ndarray, np.ndarray]:
    """Wall-clock microseconds since a Monday 00:00, and which are known."""
    times = pd.Series(pd.to_datetime(pd.Series(values))).reset_index(drop=True)
    if times.dt.tz is not None:
        times = times.dt.tz_convert(tz).dt.tz_localize(None)
    stamps = times.to_numpy().astype("datetime64[us]")
    known = ~np.isnat(stamps)
    return np.where(known, stamps.astype("int64") + THURSDAY_US, 0), known


def _limit(length: pd.Timedelta | float) -> int:
    limit = length if isinstance(length, pd.Timedelta) else pd.Timedelta(hours=length)
    return int(limit / pd.Timedelta(microseconds=1))


def _groups(by: ArrayLike | None, rows: np.ndarray, n: int) -> tuple[np.ndarray, list[Any], np.ndarray]:
    """Group number of each kept row, the labels, and which of the kept rows have one."""
    if by is None:
        return np.zeros(len(rows), np.int64), [None], np.arange(len(rows))
    if len(by) != n:  # type: ignore[arg-type]
        raise TimingError("by must be as long as start")
    codes, labels = pd.factorize(pd.Series(by).reset_index(drop=True), sort=True)
    labelled = np.flatnonzero(codes[rows] >= 0)
    return codes[rows][labelled].astype(np.int64), list(labels), labelled


def _allocate(
    events: _Intervals, group: np.ndarray, clock: _Clock
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Σw, Σw² and the certain part of Σw, each (groups, period)."""
    n_groups, width, period = clock
    position = events.start % (width * period)
    first = position // width
    # An event at one point of time, or wholly inside one bin, lies there for certain.
    certain = position % width + events.length <= width
    exact = np.bincount(group[certain] * period + first[certain], minlength=n_groups * period)
    exact = exact.reshape(n_groups, period).astype(float)
    spread, squares = _spread(position[~certain], events.length[~certain], group[~certain], clock)
    return exact + spread, exact + squares, exact


def _spread(
    position: np.ndarray, length: np.ndarray, group: np.ndarray, clock: _Clock
) -> tuple[np.ndarray, np.ndarray]:
    """Σw and Σw² of intervals over several bins.

    A round is a whole week (or day): full rounds give every bin the same, what is left over is laid out on
    two rounds in a row and folded. w = flat + part, so Σw² = Σflat² + 2Σflat·part + Σpart², and only the
    first and last bin of an interval have a part that differs from the density.
    """
    n_groups, width, period = clock
    density = width / length
    rounds = length // (width * period)
    flat = rounds * density
    stop = position + length - rounds * width * period
    first, last = position // width, stop // width
    head = density * (1 - position % width / width)
    tail = density * (stop % width / width)
    inside = first == last
    head = np.where(inside, density * (stop - position) / width, head)
    tail = np.where(inside, 0.0, tail)
    layout = _Layout(group, first, last, n_groups, period)
    weight = layout.lay(head, density, tail) + layout.everywhere(flat)
    double = 2 * flat
    square = layout.lay(head * (head + double), density * (density + double), tail * (tail + double))
    overlap = np.where(last - first == period, 2 * head * tail, 0.0)
    square += layout.everywhere(flat**2) + layout.at_first(overlap)
    return np.maximum(weight, 0.0), np.maximum(square, 0.0)


class _Layout(NamedTuple):
    """Where intervals begin and end on two rounds of bins, by group."""

    group: np.ndarray
    first: np.ndarray
    last: np.ndarray
    n_groups: int
    period: int

    def lay(self, head: np.ndarray, middle: np.ndarray, tail: np.ndarray) -> np.ndarray:
        """Sum of `head` in the first bin, `tail` in the last and `middle` in each between, folded."""
        size = 2 * self.period + 2
        base, total = self.group * size, self.n_groups * size
        several = np.where(self.last > self.first, middle, 0.0)
        after = base + np.maximum(self.last, self.first + 1)
        steps = np.bincount(base + self.first + 1, several, total) - np.bincount(after, several, total)
        ends = np.bincount(base + self.first, head, total) + np.bincount(base + self.last, tail, total)
        laid = np.cumsum(steps.reshape(self.n_groups, size), axis=1) + ends.reshape(self.n_groups, size)
        folded = laid[:, : self.period] + laid[:, self.period : 2 * self.period]
        folded[:, :2] += laid[:, 2 * self.period :]
        return folded

    def everywhere(self, value: np.ndarray) -> np.ndarray:
        """Sum of a value in every bin of its group, as a column."""
        return np.bincount(self.group, value, self.n_groups)[:, None]

    def at_first(self, value: np.ndarray) -> np.ndarray:
        """Sum of a value in each interval's first bin."""
        at = self.group * self.period + self.first
        return np.bincount(at, value, self.n_groups * self.period).reshape(self.n_groups, self.period)


def _bin_table(bins: Bins, labels: list[Any], grouped: bool) -> pd.DataFrame:
    width, period = BINS[bins]
    hours = np.arange(period) * width
    table = pd.DataFrame({"weekday": hours // 24, "hour": hours % 24})
    table = table.drop(columns={"hour": ["weekday"], "weekday": ["hour"]}.get(bins, []))
    if not grouped:
        return table
    repeated = pd.concat([table] * len(labels), ignore_index=True) if labels else table.iloc[:0]
    repeated.insert(0, "group", np.repeat(np.array(labels, dtype=object), period))
    return repeated
