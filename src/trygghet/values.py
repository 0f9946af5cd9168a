"""How the numbers of an estimates table are written on charts, in tables and in alternative texts."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, isnan
from typing import Any, TypeGuard

import pandas as pd

from trygghet.messages import EN_DASH, Words

UNCERTAIN = "uncertain"


def present(value: Any) -> TypeGuard[float]:
    """Whether a cell holds a finite number."""
    return value is not None and not pd.isna(value) and isfinite(float(value))


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as mappings by column name."""
    return [{str(k): v for k, v in record.items()} for record in frame.to_dict("records")]


def hidden(record: Mapping[str, Any]) -> bool:
    """Whether a row is suppressed."""
    suppressed = record.get("suppressed", False)
    return not pd.isna(suppressed) and bool(suppressed)


def flagged(flags: Any, flag: str) -> bool:
    """Whether a cell of the column ``flags`` (a list, or texts parted by , ; or space) holds a flag."""
    if flags is None or (isinstance(flags, float) and isnan(flags)):
        return False
    parts = flags.replace(";", " ").replace(",", " ").split() if isinstance(flags, str) else list(flags)
    return flag in parts


def number(value: float, unit: str, words: Words) -> str:
    """An estimate in its unit: a share as percent, a difference of shares as signed points, else a number."""
    if not present(value):
        return EN_DASH
    if unit == "share":
        return words.percent(value)
    if unit == "points":
        return words("charts.points", value=words.points(value))
    return words.number(value, 0 if abs(value) >= 10 or float(value).is_integer() else 1)


def span(low: float, high: float, unit: str, words: Words) -> str:
    """An interval in its unit, without the unit: ``25–33``, ``−4 till +8``; empty when there is none."""
    if not (present(low) and present(high)):
        return ""
    if unit == "share":
        return words.interval(low, high)
    if unit == "points":
        return words("charts.from_to", low=words.points(low), high=words.points(high))
    digits = 0 if max(abs(low), abs(high)) >= 10 else 1
    return f"{words.number(low, digits)}{EN_DASH}{words.number(high, digits)}"


def spoken(value: float, low: float, high: float, unit: str, words: Words) -> str:
    """Estimate and interval in one: ``29 % (25–33)``."""
    interval = span(low, high, unit, words)
    return f"{number(value, unit, words)} ({interval})" if interval else number(value, unit, words)


def tick(unit: str, words: Words, last: float) -> Any:
    """How an axis writes its ticks: the unit stands at the last one only."""

    def write(value: float) -> str:
        if unit == "share":
            return words.percent(value, 0) if abs(value - last) < 1e-9 else words.number(100 * value)
        if unit == "points":
            return words.points(value, 0)
        return words.number(value, 0 if float(value).is_integer() else 1)

    return write


def base_text(n: Any, base: str, words: Words) -> str:
    """The base with its unit, e.g. ``446 svar``; `base` names a message under ``charts.base``."""
    return words(f"charts.base.{base}", n=int(n)) if present(n) else ""


def reason(row: Mapping[str, Any], base: str, limit: int | None, words: Words) -> str:
    """Why a suppressed row shows nothing.

    The sentence in the column ``reason`` when the table has one, else by base and limit or by the flags that
    `trygghet.disclosure` sets.
    """
    given = row.get("reason")
    if isinstance(given, str) and given:
        return given
    n = row.get("n")
    if limit is not None and present(n) and n < limit:
        return words("charts.hidden_few", n=int(n), what=base_text(n, base, words), limit=limit)
    for flag in ("unanimous", "dominated", "small_count", "secondary", "earlier", "refused"):
        if flagged(row.get("flags"), flag) or flagged(row.get("flags"), f"{flag}_base"):
            return words(f"charts.hidden_{flag}")
    return words("charts.hidden")


def change_of(record: Mapping[str, Any], words: Words) -> tuple[str, str, bool]:
    """Change between two counts in percent, its interval, and whether the interval leaves out no change.

    Parameters
    ----------
    record : before, now (counts), low, high (limits of the ratio now / before, or missing).

    Returns
    -------
    ``("+22 %", "−7 till +59 %", False)``; empty texts where nothing can be said.
    """
    if not (present(record["before"]) and present(record["now"])) or record["before"] <= 0:
        return words("charts.no_change"), "", False
    change = words("charts.percent_change", value=words.points(record["now"] / record["before"] - 1))
    low, high = record.get("low"), record.get("high")
    if not (present(low) and present(high)):
        return change, "", False
    limits = words("charts.from_to", low=words.points(float(low) - 1), high=words.points(float(high) - 1))
    return change, words("charts.percent_change", value=limits), bool(low > 1 or high < 1)
