"""Yearly rates of the place and of those it is compared with; figures of different series are never joined."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import nan, sqrt

import numpy as np
import pandas as pd

from trygghet import estimates as est
from trygghet import glm
from trygghet.errors import ConvergenceError
from trygghet.intervals import poisson_interval
from trygghet.picture import OFFICIAL, Picture
from trygghet.sources import read_official
from trygghet.sources.figures import COLUMNS, PER, last_year, read_reference, series_of

KIND = "reference"
YEARS, LEAST_SIMILAR, LEAST_YEARS = 10, 5, 5


@dataclass(frozen=True)
class Rates:
    """Yearly rates per 100,000 of one type of crime, indexed by year.

    Attributes
    ----------
    own, county, country : (years,) missing where nobody gives them.
    people : (years,) inhabitants of the own place.
    similar : (years, municipalities).
    series : (years,) years of different series are not to be compared.
    """

    own: pd.Series
    people: pd.Series
    similar: pd.DataFrame
    county: pd.Series
    country: pd.Series
    series: pd.Series

    def counts(self) -> pd.Series:
        """Own reported crimes, whole numbers back from rates that were published rounded."""
        return (self.own * self.people / PER).round()

    def years(self) -> list[int]:
        """Years of the newest series with an own figure and enough similar municipalities, in order."""
        usable = self.own.notna() & (self.similar.notna().sum(axis=1) >= LEAST_SIMILAR)
        found = [int(year) for year in self.own.index[usable]]
        return [year for year in found if self.series[year] == self.series[found[-1]]]


def figures(picture: Picture) -> pd.DataFrame:
    """Every reference figure of the year, as `trygghet.sources.figures.ReferenceFigures` has them; read once."""
    return picture.once(("reference",), lambda: _figures(picture))


def _figures(picture: Picture) -> pd.DataFrame:
    names = [wave.name for wave in picture.ws.source_waves() if wave.source.kind == KIND]
    parts = [read_reference(picture.ws, name).frame for name in names]
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=list(COLUMNS))
    table = pd.concat(filled, ignore_index=True)
    own = _published(picture, table)
    return pd.concat([table, own], ignore_index=True) if len(own) else table


def _published(picture: Picture, table: pd.DataFrame) -> pd.DataFrame:
    """Own rates out of Brå's counts, for the types that the reference figures hold of others but not of the place."""
    wave, people = picture.wave(OFFICIAL), _people(picture, table)
    of_others = table.loc[table["unit"].eq("rate") & table["area_kind"].ne("own"), "indicator"]
    lacking = set(of_others) - set(table.loc[table["area_kind"] == "own", "indicator"])
    if wave is None or not people or not lacking:
        return pd.DataFrame(columns=list(COLUMNS))
    frame = read_official(picture.ws, OFFICIAL).frame.dropna(subset=["n"])
    groups = frame["offence"].map(picture.offences.named)
    frame = frame.assign(indicator=est.CRIME + groups.fillna(""), people=frame["period"].map(lambda p: _at(people, p)))
    frame = frame[frame["indicator"].isin(lacking) & frame["period"].str.fullmatch(r"\d{4}")]
    frame = frame[frame["period"].map(last_year, na_action="ignore") <= wave.wave.end.year]
    counts = frame.groupby(["indicator", "period", "people"])["n"].sum().reset_index()
    breaks = picture.ws.settings.comparison
    keys = zip(counts["indicator"].astype(str), counts["period"].astype(str), strict=True)
    series = [series_of((str(name), str(period), ""), breaks) for name, period in keys]
    return pd.DataFrame(
        {
            "indicator": counts["indicator"], "area": picture.ws.settings.name, "area_kind": "own",
            "period": counts["period"], "estimate": counts["n"] / counts["people"] * PER, "ci_low": nan,
            "ci_high": nan, "n": counts["people"], "unit": "rate", "source": wave.label(picture.words),
            "definition": "", "series": series,
        }
    )  # fmt: skip


def _at(people: Mapping[int, float], period: str) -> float:
    return _nearest(people, last_year(period))


def rates(picture: Picture) -> dict[str, Rates]:
    """Rates of every offence group that the reference figures hold for the place, the last ten years."""
    return picture.once(("reference_rates",), lambda: _rates(picture))


def _rates(picture: Picture) -> dict[str, Rates]:
    table = figures(picture)
    crime = table[(table["unit"] == "rate") & (table["period"].str.len() == 4)]
    people = _people(picture, table)
    found: dict[str, Rates] = {}
    for item in picture.offences:
        rows = crime[crime["indicator"] == est.CRIME + item.group]
        if (rows["area_kind"] == "own").any():
            found[item.group] = _one(rows.assign(year=rows["period"].astype(int)), people)
    return found


def _people(picture: Picture, table: pd.DataFrame) -> Mapping[int, float]:
    """Own inhabitants by year: the reference figures' own, else the population source's for every year."""
    own = table[(table["indicator"] == "population") & (table["area_kind"] == "own")]
    known = {last_year(period): float(n) for period, n in zip(own["period"], own["estimate"], strict=True)}
    if not known and picture.population is not None:
        known = {0: float(picture.population["n"].sum())}
    return known


def _one(rows: pd.DataFrame, people: Mapping[int, float]) -> Rates:
    # a year that stands in two series belongs to the newer
    rows = rows.sort_values("series", kind="stable").drop_duplicates(["area", "year"], keep="last")
    last = int(rows.loc[rows["area_kind"] == "own", "year"].max())
    index = pd.Index(range(last - YEARS + 1, last + 1), name="year")
    kinds = {
        kind: rows[rows["area_kind"] == kind].pivot(index="year", columns="area", values="estimate").reindex(index)
        for kind in ("own", "county", "country", "similar")
    }
    own = rows[rows["area_kind"] == "own"].set_index("year")
    nearest = [_nearest(people, year) for year in index]
    stated = own["n"].reindex(index)
    series = own["series"].reindex(index).ffill().bfill()
    return Rates(
        own=_first(kinds["own"]),
        people=stated.fillna(pd.Series(nearest, index)),
        similar=kinds["similar"],
        county=_first(kinds["county"]),
        country=_first(kinds["country"]),
        series=series,
    )


def first_years(rows: pd.DataFrame) -> list[int]:
    """The first years of new series in a table with columns year and series, a row a year in order."""
    series, years = rows["series"].tolist(), rows["year"].tolist()
    return [int(year) for i, year in enumerate(years) if i and series[i] != series[i - 1]]


def _nearest(people: Mapping[int, float], year: int) -> float:
    """The inhabitants of the known year nearest to this one."""
    return people[min(people, key=lambda known: abs(known - year))] if people else nan


def _first(table: pd.DataFrame) -> pd.Series:
    return table.iloc[:, 0] if len(table.columns) else pd.Series(nan, table.index)


def summed(parts: Sequence[Rates]) -> Rates:
    """Several types of crime as one; a year that one of them lacks is missing, and any break is a break."""
    series = [part.series.astype(str) for part in parts]
    own, county, country, similar = (
        reduce(operator.add, [getattr(part, name) for part in parts])
        for name in ("own", "county", "country", "similar")
    )
    return Rates(
        own=own,
        people=parts[0].people,
        similar=similar,
        county=county,
        country=country,
        series=pd.concat(series, axis=1).agg("/".join, axis=1),
    )


def band(of: Rates) -> pd.DataFrame:
    """The middle of the similar municipalities, year by year.

    Returns
    -------
    DataFrame by year: own, own_low, own_high (95 %, chance in the own count), q1, median, q3 (missing with fewer than
    `LEAST_SIMILAR` municipalities), county, country, series.
    """
    enough = of.similar.notna().sum(axis=1) >= LEAST_SIMILAR
    quarters = of.similar.quantile([0.25, 0.5, 0.75], axis=1).T.where(enough, nan)
    table = pd.DataFrame({"own": of.own, "county": of.county, "country": of.country, "series": of.series})
    table[["q1", "median", "q3"]] = quarters.reindex(columns=[0.25, 0.5, 0.75]).to_numpy()
    phi = dispersion(of)
    ends = [limits(k, n, phi) for k, n in zip(of.counts(), of.people, strict=True)]
    table["own_low"], table["own_high"] = zip(*ends, strict=True)
    return table


def limits(count: float, people: float, phi: float) -> tuple[float, float]:
    """Limits of a rate: the count's exact Poisson limits, their distance times √phi."""
    if not (np.isfinite(count) and people > 0):
        return nan, nan
    low, high = poisson_interval(int(count))
    wide = sqrt(phi)
    return max(0.0, count - wide * (count - low)) / people * PER, (count + wide * (high - count)) / people * PER


def dispersion(of: Rates) -> float:
    """Variance over mean of the own yearly counts about a smooth trend relative to the similar ones; at least 1."""
    years = of.years() if of.own.notna().any() else []
    counts = of.counts().reindex(years)
    expected = of.similar.median(axis=1).reindex(years) * of.people.reindex(years) / PER
    if len(years) < LEAST_YEARS or counts.sum() == 0 or not (expected > 0).all():
        return 1.0
    design = np.column_stack([np.ones(len(years)), np.arange(len(years)) - len(years) / 2])
    try:
        return max(1.0, glm.poisson(design, counts.to_numpy(float), np.log(expected.to_numpy(float))).dispersion)
    except ConvergenceError:
        return 1.0
