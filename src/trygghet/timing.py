"""When crime happens: exact aoristic allocation of events known only to lie between two times.

Every event spreads a weight of one evenly over its interval. Computed in O(n) time and memory: a uniform
mass is the difference of two ramps, and each ramp is two weighted counts, one for the bin it starts in and
one for all later bins.

References
----------
Ratcliffe (2002), Journal of Quantitative Criminology 18, 23-43; Ashby & Bowers (2013), Crime Science 2:1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from trygghet.errors import SpokenError

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
MINUTE_US = 60_000_000
# 1970-01-01 was a Thursday: three days after a Monday.
THURSDAY_US = 3 * DAY_US
BINS = {"hour_of_week": (1, 168), "hour": (1, 24), "weekday": (24, 7), "block4h": (4, 42)}
BLOCK = 1 << 15
COUNTED = (
    "n", "n_missing_start", "n_missing_end", "n_reversed", "n_unknown_time", "n_over_max", "n_unlabelled",
)  # fmt: skip
Bins = Literal["hour_of_week", "hour", "weekday", "block4h"]


class TimingError(SpokenError):
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
                raise TimingError.said("one_of", name=name, known=values, given=getattr(self, name))


class _Intervals(NamedTuple):
    """Usable events: start and length in microseconds, the start counted from a Monday 00:00."""

    start: np.ndarray
    length: np.ndarray


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
        raise TimingError.said("one_of", name="bins", known=tuple(BINS), given=bins)
    setting = Rules(**rules)
    times = _read(start, end, setting)
    group, labels = _groups(by, len(times.start))
    width, period = BINS[bins]
    clock = _Clock(len(labels), width * HOUR_US, period)
    sums, counts, lengths = _in_blocks(times, group, clock, setting)
    weight, squares, exact = sums
    table = _bin_table(bins, labels, by is not None)
    table["weight"], table["weight_exact"] = weight.ravel(), exact.ravel()
    with np.errstate(divide="ignore", invalid="ignore"):
        table["effective_n"] = np.where(squares > 0, weight**2 / squares, 0.0).ravel()
    hours = lengths / HOUR_US
    table.attrs = counts | {
        "n_kept": len(hours),
        "median_hours": float(np.median(hours)) if len(hours) else float("nan"),
        "share_within_2h": float(np.mean(hours <= 2)) if len(hours) else float("nan"),
        "reference": "Ratcliffe 2002; Ashby & Bowers 2013",
    }
    return table


def drawn_weights(
    start: ArrayLike | pd.Series,
    end: ArrayLike | pd.Series,
    draws: Iterable[np.ndarray],
    *,
    bins: Bins = "hour_of_week",
    **rules: Any,
) -> Iterator[np.ndarray]:
    """The weights of `aoristic` for one sample of the events after the other, the times read only once.

    Parameters
    ----------
    start, end, bins, **rules : as in `aoristic`.
    draws : (m,) row numbers of each sample, repeated as they were drawn.

    Yields
    ------
    (bins,) weights.
    """
    setting = Rules(**rules)
    times = _read(start, end, setting)
    width, period = BINS[bins]
    clock = _Clock(1, width * HOUR_US, period)
    for rows in draws:
        sums, _, _ = _in_blocks(times.part(rows), np.zeros(len(rows), np.int64), clock, setting)
        yield sums[0].ravel()


class _Times(NamedTuple):
    """Microseconds since a Monday 00:00 of start and end, and which are known."""

    start: np.ndarray
    end: np.ndarray
    start_known: np.ndarray
    end_known: np.ndarray

    def part(self, rows: slice | np.ndarray) -> _Times:
        """Some of the rows."""
        return _Times(*(column[rows] for column in self))

    @property
    def backwards(self) -> np.ndarray:
        """Where the end lies before the start."""
        return np.asarray(self.start_known & self.end_known & (self.end < self.start))


def _read(start: ArrayLike, end: ArrayLike, rules: Rules) -> _Times:
    first, first_known = _microseconds(start, rules.tz)
    last, last_known = _microseconds(end, rules.tz)
    if len(first) != len(last):
        raise TimingError.said("times.lengths")
    times = _Times(first, last, first_known, last_known)
    if rules.reversed == "raise" and times.backwards.any():
        bad = tuple(int(i) for i in np.flatnonzero(times.backwards))
        error = TimingError.said("times.backwards", n=len(bad))
        error.rows = bad
        raise error
    return times


def _in_blocks(
    times: _Times, group: np.ndarray, clock: _Clock, rules: Rules
) -> tuple[list[np.ndarray], dict[str, int], np.ndarray]:
    """Σw, Σw² and certain Σw; counts of the odd rows; lengths kept. In blocks that fit a processor's cache."""
    shape = (clock.n_groups, clock.period)
    sums = [np.zeros(shape) for _ in range(3)]
    counts: dict[str, int] = dict.fromkeys(COUNTED, 0)
    lengths = [np.zeros(0, np.int64)]
    block = max(BLOCK, 2 * clock.n_groups * clock.period)
    for begin in range(0, len(group), block):
        rows = slice(begin, begin + block)
        events, labels, found = _usable(times.part(rows), group[rows], rules)
        sums = [total + part for total, part in zip(sums, _allocate(events, labels, clock), strict=True)]
        counts = {name: n + found[name] for name, n in counts.items()}
        lengths.append(events.length)
    return sums, counts, np.concatenate(lengths)


def _usable(times: _Times, group: np.ndarray, rules: Rules) -> tuple[_Intervals, np.ndarray, dict[str, int]]:
    """Apply the rules, in the order: missing, reversed, unknown time, too long, without a label."""
    missing = times.start_known & ~times.end_known
    backwards = times.backwards
    keep, first, last = _mended(times, missing, backwards, rules)
    unknown = keep & _whole_days(first, last)
    last = last + unknown * MINUTE_US
    if rules.unknown == "drop":
        keep = keep & ~unknown
    too_long = np.zeros(len(first), bool)
    if rules.max_length is not None:
        too_long = keep & (last - first > _limit(rules.max_length))
        keep = keep & ~too_long
    unlabelled = keep & (group < 0)
    odd = (~times.start_known, missing, backwards, unknown, too_long, unlabelled)
    counts = {"n": len(first)} | {name: int(n.sum()) for name, n in zip(COUNTED[1:], odd, strict=True)}
    rows = np.flatnonzero(keep & (group >= 0))
    return _Intervals(first[rows], (last - first)[rows]), group[rows], counts


def _mended(
    times: _Times, missing: np.ndarray, backwards: np.ndarray, rules: Rules
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which rows are kept, and their times, after the rules for missing and reversed ends."""
    first, last, keep = times.start, times.end, times.start_known
    if rules.end_missing == "drop":
        keep = keep & ~missing
    if rules.reversed == "drop":
        keep = keep & ~backwards
    if rules.reversed == "swap" and backwards.any():
        first, last = np.where(backwards, last, first), np.where(backwards, first, last)
    at_start = missing | backwards if rules.reversed == "start" else missing
    if at_start.any():
        last = np.where(at_start, first, last)
    return keep, first, last


def _whole_days(first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Intervals from 00:00 to 23:59, of one day or several: the hour is not known."""
    found = np.zeros(len(first), bool)
    near = np.flatnonzero(last - first >= DAY_US - MINUTE_US)
    found[near] = (first[near] % DAY_US == 0) & (last[near] % DAY_US == DAY_US - MINUTE_US)
    return found


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


def _groups(by: ArrayLike | None, n: int) -> tuple[np.ndarray, list[Any]]:
    """Group number of each row (−1 without a label) and the labels."""
    if by is None:
        return np.zeros(n, np.int64), [None]
    codes, labels = pd.factorize(pd.Series(by).reset_index(drop=True), sort=True)
    if len(codes) != n:
        raise TimingError.said("times.by")
    return codes.astype(np.int64), list(labels)


def _allocate(events: _Intervals, group: np.ndarray, clock: _Clock) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Σw, Σw² and the certain part of Σw, each (groups, period)."""
    n_groups, width, period = clock
    # In bins; exact enough, since microseconds of a week are whole numbers far below 2⁵³.
    position = (events.start % (width * period)) / width
    first = np.floor(position)
    # An event at one point of time, or wholly inside one bin, lies there for certain.
    certain = (position - first) * width + events.length <= width
    exact = np.bincount(group[certain] * period + first[certain].astype(np.int64), minlength=n_groups * period).reshape(
        n_groups, period
    )
    rest = np.flatnonzero(~certain)
    spread, squares = _spread(position[rest], events.length[rest] / width, group[rest], clock)
    return exact + spread, exact + squares, exact.astype(float)


def _spread(
    position: np.ndarray, length: np.ndarray, group: np.ndarray, clock: _Clock
) -> tuple[np.ndarray, np.ndarray]:
    """Σw and Σw² of intervals over several bins, position and length counted in bins.

    A round is a whole week (or day): full rounds give every bin the same, what is left over is laid out on
    two rounds in a row and folded. w = flat + part, so Σw² = Σflat² + 2Σflat·part + Σpart², and only the
    first and last bin of an interval have a part that differs from the density.
    """
    density = 1 / length
    rounds = np.floor(length / clock.period)
    stop = position + length - rounds * clock.period
    first, last = np.floor(position), np.floor(stop)
    head, tail = density * (first + 1 - position), density * (stop - last)
    inside = first == last
    if inside.any():
        head = np.where(inside, density * (stop - position), head)
        tail = np.where(inside, 0.0, tail)
    layout = _Layout(group, first.astype(np.int64), last.astype(np.int64), clock)
    weight = layout.lay(head, density, tail)
    square = layout.lay(head**2, density**2, tail**2)
    long = np.flatnonzero(rounds)
    if len(long):
        several = layout.only(long)
        flat, dense, at_first, at_last = (x[long] for x in (rounds * density, density, head, tail))
        weight += several.everywhere(flat)
        square += several.everywhere(flat**2)
        square += 2 * several.lay(flat * at_first, flat * dense, flat * at_last)
    same = np.flatnonzero(last - first == clock.period)
    if len(same):
        square += layout.only(same).at_first(2 * head[same] * tail[same])
    return np.maximum(weight, 0.0), np.maximum(square, 0.0)


class _Layout(NamedTuple):
    """Where intervals begin and end on two rounds of bins, by group."""

    group: np.ndarray
    first: np.ndarray
    last: np.ndarray
    clock: _Clock

    def only(self, rows: np.ndarray) -> _Layout:
        """The layout of some of the intervals."""
        return _Layout(self.group[rows], self.first[rows], self.last[rows], self.clock)

    def lay(self, head: np.ndarray, middle: np.ndarray, tail: np.ndarray) -> np.ndarray:
        """Sum of `head` in the first bin, `tail` in the last and `middle` in each between, folded."""
        n_groups, period = self.clock.n_groups, self.clock.period
        size = 2 * period + 2
        base, total = self.group * size, n_groups * size
        between = np.flatnonzero(self.last - self.first > 1)
        value, row = middle[between], base[between]
        steps = np.bincount(row + self.first[between] + 1, value, total)
        steps -= np.bincount(row + self.last[between], value, total)
        ends = np.bincount(base + self.first, head, total) + np.bincount(base + self.last, tail, total)
        laid = np.cumsum(steps.reshape(n_groups, size), axis=1) + ends.reshape(n_groups, size)
        folded = laid[:, :period] + laid[:, period : 2 * period]
        folded[:, :2] += laid[:, 2 * period :]
        return folded

    def everywhere(self, value: np.ndarray) -> np.ndarray:
        """Sum of a value in every bin of its group, as a column."""
        return np.bincount(self.group, value, self.clock.n_groups)[:, None]

    def at_first(self, value: np.ndarray) -> np.ndarray:
        """Sum of a value in each interval's first bin."""
        n_groups, _, period = self.clock
        at = self.group * period + self.first
        return np.bincount(at, value, n_groups * period).reshape(n_groups, period)


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
