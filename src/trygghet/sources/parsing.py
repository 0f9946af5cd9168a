"""Swedish numbers, dates and clock times: one strict parser each, used by every reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

LOCAL = ZoneInfo("Europe/Stockholm")
SPACES = "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}\N{FIGURE SPACE}"
MINUSES = "\N{MINUS SIGN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{HYPHEN}"
MarkReason = Literal["none", "not_available", "suppressed"]
MARKS: dict[str, MarkReason] = {
    "-": "none",
    "\N{EN DASH}": "none",
    "\N{MINUS SIGN}": "none",
    "\N{NON-BREAKING HYPHEN}": "none",
    ".": "not_available",
    "..": "not_available",
    "\N{HORIZONTAL ELLIPSIS}": "not_available",
    "x": "suppressed",
    "X": "suppressed",
}

_TRANSLATE = str.maketrans({**dict.fromkeys(SPACES, " "), **dict.fromkeys(MINUSES, "-")})
_NUMBER = re.compile(r"(?P<sign>[+-]?) ?(?P<whole>\d{1,3}(?: \d{3})+|\d+)(?P<part>[.,]\d+)?(?P<percent> ?%)?", re.ASCII)
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})|(\d{4})(\d{2})(\d{2})|(\d{1,2})/(\d{1,2})[ -](\d{4})", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]0+)?)?", re.ASCII)
# the forms that files of a million rows are written in, read many at a time; a day alone is 00:00
_PLAIN_MOMENT = r"^\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?$"
_PLAIN_NUMBER = r"^\d{1,15}([.,]\d{1,6})?$"
_DIGITS = [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15]


@dataclass(frozen=True)
class Number:
    """A number as a Swedish table writes it.

    Attributes
    ----------
    value : the number; 0 for the mark that means none, NaN for the other marks.
    decimal : ``","``, ``"."`` or empty when it has no decimals.
    mark : why there is no number: ``none``, ``not_available``, ``suppressed``; None for a number.
    """

    value: float
    decimal: str = ""
    mark: MarkReason | None = None


def parse_number(text: str) -> Number:
    """Read one number: ``1 234,5``, ``−928``, ``25,5 %`` (0.255), or a mark such as ``..``.

    Parameters
    ----------
    text : a cell's text. Ordinary, no-break, narrow no-break and thin spaces may separate thousands;
        U+2212, U+2011 and the dashes may stand for minus.

    Raises
    ------
    ValueError : anything else, also ``1.234,5``, whose separators belong to two conventions.
    """
    bare = text.strip()
    if bare in MARKS:
        mark = MARKS[bare]
        return Number(0.0 if mark == "none" else float("nan"), "", mark)
    match = _NUMBER.fullmatch(bare.translate(_TRANSLATE))
    if match is None:
        raise ValueError("not a number")
    part = match["part"] or ""
    value = float(match["whole"].replace(" ", "") + part.replace(",", "."))
    value = value / 100 if match["percent"] else value
    return Number(-value if match["sign"] == "-" else value, part[:1])


def whole_number(text: str) -> int:
    """A count: a whole number, zero or more.

    Raises
    ------
    ValueError : anything else.
    """
    value = parse_number(text).value
    if not (value >= 0 and value.is_integer()):
        raise ValueError("not a count")
    return int(value)


def parse_day(text: str) -> date:
    """Read one day: ``2024-01-31``, ``20240131`` or ``31/1 2024`` (day first, as Swedes write it).

    Raises
    ------
    ValueError : another form, or a day the calendar does not have.
    """
    match = _DAY.fullmatch(text.strip().translate(_TRANSLATE))
    if match is None:
        raise ValueError("not a day")
    groups = [int(part) for part in match.groups() if part is not None]
    year, month, day = groups if match[7] is None else reversed(groups)
    return date(year, month, day)


def parse_moment(text: str) -> datetime:
    """Read a day with an optional clock time; ``24:00`` is midnight at the end of that day.

    Parameters
    ----------
    text : ``2024-02-29 24:00``, ``2024-02-29T23:15:00``, ``29/2 2024 23.15`` or a day alone (00:00).

    Raises
    ------
    ValueError : another form, or a day or time that does not exist on any clock.
    """
    bare = text.strip().translate(_TRANSLATE).replace("T", " ")
    head, _, tail = bare.rpartition(" ")
    clock = _CLOCK.fullmatch(tail) if head else None
    if clock is None:
        return datetime.combine(parse_day(bare), time())
    hour, minute, second = (int(part or 0) for part in clock.groups())
    day = parse_day(head.strip())
    if (hour, minute, second) == (24, 0, 0):
        return datetime.combine(day, time()) + timedelta(days=1)
    return datetime.combine(day, time(hour, minute, second))


def parse_moments(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """`parse_moment` of many texts, and which of them it cannot read.

    Parameters
    ----------
    texts : (n,) cells; an empty one has no time.

    Returns
    -------
    (n,) datetime64[s], missing where empty or unreadable, and (n,) bool, True where unreadable.
    """
    moments = np.full(len(texts), np.datetime64("NaT", "s"))
    cells = pa.array(texts, pa.string())
    at = np.flatnonzero(pc.match_substring_regex(cells, _PLAIN_MOMENT).to_numpy(zero_copy_only=False))
    if len(at):
        whole = pc.utf8_rpad(cells.take(pa.array(at)), 16, "0").to_numpy(zero_copy_only=False).astype("S16")
        digit = whole.view(np.uint8).reshape(-1, 16)[:, _DIGITS].astype(np.int64) - ord("0")
        moments[at] = _from_digits(digit)
    return moments, _one_by_one(parse_moment, texts, moments, np.isnat(moments))


def _from_digits(digit: np.ndarray) -> np.ndarray:
    """(n, 12) digits of year, month, day, hour and minute as datetime64[s]; missing where no clock shows it."""
    year = digit[:, :4] @ (1000, 100, 10, 1)
    month, day, hour, minute = (digit[:, i : i + 2] @ (10, 1) for i in (4, 6, 8, 10))
    first = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days = first.astype("datetime64[D]") + (day - 1)
    real = (year > 0) & (month >= 1) & (month <= 12) & (days.astype("datetime64[M]") == first)
    real &= (hour < 24) & (minute < 60)
    return np.where(real, days.astype("datetime64[s]") + (3600 * hour + 60 * minute), np.datetime64("NaT", "s"))


def parse_numbers(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The values `parse_number` gives for many texts, and which of them it cannot read.

    Parameters
    ----------
    texts : (n,) cells; an empty one has no number.

    Returns
    -------
    (n,) floats, NaN where empty, unreadable or a mark without a number, and (n,) bool, True where unreadable.
    """
    numbers = np.full(len(texts), np.nan)
    cells = pa.array(texts, pa.string())
    at = np.flatnonzero(pc.match_substring_regex(cells, _PLAIN_NUMBER).to_numpy(zero_copy_only=False))
    plain = pc.replace_substring(cells.take(pa.array(at)), ",", ".")
    numbers[at] = plain.cast(pa.float64()).to_numpy()
    return numbers, _one_by_one(lambda text: parse_number(text).value, texts, numbers, np.isnan(numbers))


def _one_by_one(parse: Callable[[str], Any], texts: Sequence[str], into: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Fill in what `parse` makes of the texts that are left, and tell which it refuses."""
    wrong = np.zeros(len(texts), dtype=bool)
    for at in np.flatnonzero(rest).tolist():
        try:
            into[at] = parse(texts[at]) if texts[at] else into[at]
        except ValueError:
            wrong[at] = True
    return wrong


def local_time_kind(moment: datetime) -> Literal["ordinary", "nonexistent", "repeated"]:
    """Whether a Swedish clock showed this time once, never (spring) or twice (autumn).

    Parameters
    ----------
    moment : local time without a zone.
    """
    first = moment.replace(tzinfo=LOCAL, fold=0)
    second = moment.replace(tzinfo=LOCAL, fold=1)
    if first.utcoffset() == second.utcoffset():
        return "ordinary"
    back = first.astimezone(ZoneInfo("UTC")).astimezone(LOCAL).replace(tzinfo=None)
    return "repeated" if back == moment else "nonexistent"
