"""What the published tables of one municipality say, for pages over many: read back out of its long csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from scipy import stats

from trygghet.longtable import BOM, Row
from trygghet.messages import Words

PER = 1_000
GROUPS, WORRY, PEOPLE, CRIMES = "grupper", "oro", "alderspyramid-tabell", "brottstyper"
"""Tables of the lägesbild: groups under the headline, worry, residents by age and sex, crimes by type."""
_AT = {item.name: place for place, item in enumerate(fields(Row))}


@dataclass(frozen=True)
class Value:
    """A figure with its 95 % limits and its standard error, in per cent or per 1,000 residents.

    ``se`` is that of `score`, the value ranks are made of: the share itself, or the logarithm of the rate.
    """

    value: float
    low: float
    high: float
    base: float
    score: float
    se: float
    is_share: bool = True


@dataclass(frozen=True)
class Municipality:
    """One municipality's newest lägesbild.

    Attributes
    ----------
    folder : where it lies below the reports, ``slug/year``.
    files : names of what lies beside the page.
    people : residents; 0 where nothing tells.
    shares : label of an indicator to its share, per cent; the headline first.
    rates : label of a type of crime to reports per 1,000 residents in a year.
    periods : of the survey and of the crimes, as the tables have them.
    """

    name: str
    code: str
    folder: str
    simulated: bool
    files: tuple[str, ...] = ()
    people: float = 0.0
    shares: Mapping[str, Value] = field(default_factory=dict)
    rates: Mapping[str, Value] = field(default_factory=dict)
    periods: tuple[str, str] = ("", "")

    @property
    def county(self) -> str:
        """The first two digits of the code."""
        return self.code[:2]


def municipality(made: Mapping[str, Any], table: bytes, folder: str) -> Municipality:
    """A municipality out of what was published of it.

    Parameters
    ----------
    made : the lägesbild's entry in the manifest of its folder.
    table : bytes of its ``tabeller.csv``.
    folder : where it lies below the reports.
    """
    rows = list(_rows(table))
    about, figures = made["workspace"], made.get("says", {}).get("figures", [])
    everyone = Words(made["parameters"]["language"])("report.common.everyone")
    people = _people([row for row in rows if row["table"] == PEOPLE])
    told = [(figures[0]["label"], row) for row in rows if figures and (row["table"], row["row"]) == (GROUPS, everyone)]
    told += [(row["row"], row) for row in rows if row["table"] == WORRY]
    shares = {label: share for label, row in told if (share := _share(row))}
    crimes = [row for row in rows if row["table"] == CRIMES]
    names = sorted(place.rpartition("/")[2] for place in made.get("outputs", {}))
    asked = next((row["period"] for row in rows if row["table"] == GROUPS), "")
    return Municipality(
        name=about["name"],
        code=about["code"],
        folder=folder,
        simulated=bool(about["simulated"]),
        files=tuple(name for name in names if not name.endswith(".html")),
        people=people,
        shares=shares,
        rates=_rates(crimes, people),
        periods=(asked, _now(crimes)),
    )


def _rows(table: bytes) -> Iterator[dict[str, str]]:
    """The rows of the tables that are read, in the order of the page."""
    text = table.decode("utf-8").removeprefix(BOM)
    reader = csv.reader(io.StringIO(text), delimiter=";" if ";" in text[:40] else ",")
    for cells in reader:
        if cells[_AT["table"]] in (GROUPS, WORRY, PEOPLE, CRIMES):
            yield {name: cells[place] for name, place in _AT.items()}


def _number(text: str) -> float:
    return float(text.replace(",", ".")) if text else float("nan")


def _share(row: Mapping[str, str]) -> Value | None:
    value, low, high, base = (_number(row[name]) for name in ("value", "low", "high", "base"))
    if not np.isfinite([value, low, high]).all():
        return None
    # the limits are rounded to whole per cent: half a unit at either end is part of what is not known
    return Value(value, low, high, base, value, (high - low + 1) / (2 * stats.norm.ppf(0.975)))


def _people(rows: list[dict[str, str]]) -> float:
    """Residents of all ages together: the last column is that of both sexes."""
    columns = list(dict.fromkeys(row["column"] for row in rows))
    return float(np.nansum([_number(row["value"]) for row in rows if row["column"] == columns[-1]])) if rows else 0.0


def _now(rows: list[dict[str, str]]) -> str:
    """The column of the newest period: that before the change."""
    columns = list(dict.fromkeys(row["column"] for row in rows))
    return columns[1] if len(columns) > 1 else ""


def _rates(rows: list[dict[str, str]], people: float) -> dict[str, Value]:
    if not people:
        return {}
    now = _now(rows)
    counts = {row["row"].rstrip(" *"): _number(row["value"]) for row in rows if row["column"] == now}
    return {label: rate(n, people) for label, n in counts.items() if np.isfinite(n)}


def rate(n: float, people: float) -> Value:
    """Reports per 1,000 residents with the exact Poisson limits (Garwood 1936)."""
    low = stats.chi2.ppf(0.025, 2 * n) / 2 if n else 0.0
    high = stats.chi2.ppf(0.975, 2 * n + 2) / 2
    score = float(np.log((n + 0.5) / people))
    scale = PER / people
    return Value(n * scale, float(low) * scale, float(high) * scale, n, score, float(1 / np.sqrt(n + 0.5)), False)
