"""Six years of reported crime with known rates, rhythms and faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trygghet.simulate.geography import inside
from trygghet.simulate.model import Town
from trygghet.simulate.places import nearest, points
from trygghet.simulate.specification import for_town, reference, specification

MINUTES = 24 * 60


@dataclass(frozen=True, eq=False)
class CrimeFile:
    """Reported crime.

    Attributes
    ----------
    rows : as delivered: diarienr, brottskod, brott, fran, till, anmald, antal, nord, ost, plats.
    events : what truly happened, in the rows' order: group, moment, area, n_crimes, reported; and dated,
        the time the file gives (from, else to).
    faults : kind of fault to number of rows that carry it.
    """

    rows: pd.DataFrame
    events: pd.DataFrame
    faults: dict[str, int]


def crimes(of: Town) -> CrimeFile:
    """Draw the whole file."""
    rng = np.random.default_rng([of.seed, 7])
    parts = [_group(of, name, terms, rng) for name, terms in specification("incidents")["groups"].items()]
    table = pd.concat(parts, ignore_index=True)
    end = pd.Timestamp(specification("incidents")["period"][1]) + pd.Timedelta(days=1)
    table = table[table["reported"] < end].sort_values(["reported", "moment"], kind="stable")
    table = table.reset_index(drop=True)
    table, faults = _with_faults(table, rng)
    events = table[["group", "moment", "area", "n_crimes", "reported"]]
    return CrimeFile(_delivered(table), events.assign(dated=table["start"].fillna(table["end"])), faults)


def daily_rate(of: Town, group: str) -> pd.Series:
    """The true expected number of events for each day of the file's period."""
    terms = specification("incidents")["groups"][group]
    days = pd.date_range(*specification("incidents")["period"])
    years = (days - days[0]).days.to_numpy() / 365.25
    season = 1 + terms["summer"] * np.cos(2 * np.pi * (days.month - terms["peak_month"]) / 12)
    weekday = np.array([1, 1, 1, 1, (1 + terms["weekend"]) / 2, terms["weekend"], (1 + terms["weekend"]) / 2])
    rate = terms["yearly"] * of.scale / 365.25 * terms["trend"] ** years * season
    rate = rate * (weekday / weekday.mean())[days.day_of_week]
    if change := terms.get("break"):
        rate = rate * np.where(days >= pd.Timestamp(change["from"]), change["factor"], 1.0)
    return pd.Series(rate, index=days)


def hour_shares(group: str) -> np.ndarray:
    """The true share of a group's events in each hour of the day, (24,); all days together."""
    shares: np.ndarray = minute_density(specification("incidents")["groups"][group]).reshape(24, 60).sum(axis=1)
    return shares


def minute_density(terms: Mapping[str, Any]) -> np.ndarray:
    """The share of a type's events in each minute of the day, (1440,)."""
    angle = 2 * np.pi * (np.arange(MINUTES) + 0.5) / MINUTES
    density = np.zeros(MINUTES)
    for peak, concentration, weight in terms["hours"]:
        part = np.exp(concentration * np.cos(angle - 2 * np.pi * peak / 24))
        density += weight * part / part.sum()
    shares: np.ndarray = density / density.sum()
    return shares


def _group(of: Town, name: str, terms: Mapping[str, Any], rng: np.random.Generator) -> pd.DataFrame:
    rate = daily_rate(of, name)
    counts = rng.poisson(rate)
    days = np.repeat(rate.index.to_numpy(), counts)
    n = len(days)
    minute = np.searchsorted(minute_density(terms).cumsum(), rng.random(n) * (1 - 1e-12))
    moment = pd.Series(days) + pd.to_timedelta(np.minimum(minute, MINUTES - 1), unit="min")
    table = pd.DataFrame({"group": name, "moment": moment})
    table = pd.concat([table, _interval(moment, terms, rng)], axis=1)
    several = rng.random(n) < specification("incidents")["faults"]["several"]
    table["n_crimes"] = np.where(several, rng.integers(2, 7, n), 1)
    table = table.assign(**_offences(table["moment"], terms["offences"], rng))
    return pd.concat([table, _places(of, name, terms, n, rng)], axis=1)


def _offences(moment: pd.Series, codes: list[list[Any]], rng: np.random.Generator) -> dict[str, list[str]]:
    """A code of the group for each event, among those in use that day."""
    weight = np.empty((len(moment), len(codes)))
    for column, (_, _, share, *used) in enumerate(codes):
        first, last = used or (None, None)
        begins = moment >= pd.Timestamp(first or "1900-01-01")
        ends = moment < pd.Timestamp(last or "2100-01-01") + pd.Timedelta(days=1)
        weight[:, column] = share * (begins & ends)
    cumulative = weight.cumsum(axis=1) / weight.sum(axis=1, keepdims=True)
    chosen = (rng.random(len(moment))[:, None] > cumulative).sum(axis=1)
    return {"brottskod": [codes[i][0] for i in chosen], "brott": [codes[i][1] for i in chosen]}


def _interval(moment: pd.Series, terms: Mapping[str, Any], rng: np.random.Generator) -> pd.DataFrame:
    """From and to around what happened, and the day it was reported."""
    n = len(moment)
    if terms["lasting"]:
        length = np.exp(rng.normal(np.log(terms["lasting"] * 60), 0.7, n))
        before = rng.random(n) * length
        start = moment - pd.to_timedelta(_rounded(before), unit="min")
        end = start + pd.to_timedelta(np.maximum(_rounded(length), 5), unit="min")
    else:
        start = moment
        end = moment + pd.to_timedelta(rng.choice([0, 0, 0, 5, 10, 15], n), unit="min")
    unknown = rng.random(n) < terms["unknown"]
    first, last = start.dt.normalize(), end.dt.normalize()
    start = start.mask(unknown, first)
    end = end.mask(unknown, last + pd.Timedelta(minutes=MINUTES - 1))
    delay = np.floor(rng.exponential(0.4 if not terms["lasting"] else 1.3, n))
    reported = last + pd.to_timedelta(delay, unit="D")
    return pd.DataFrame({"start": start, "end": end, "unknown": unknown, "reported": reported})


def _rounded(minutes: np.ndarray) -> np.ndarray:
    """People remember times to five minutes."""
    return np.round(minutes / 5) * 5


def _places(of: Town, name: str, terms: Mapping[str, Any], n: int, rng: np.random.Generator) -> pd.DataFrame:
    spots = for_town(specification("incidents")["spots"], of.id)
    spot_points = np.array([points(spot, of.middle)[0] for spot in spots])
    spot_weight = np.array([spot["weight"] for spot in spots])
    people = of.population.groupby("area", sort=False)["n"].sum().to_numpy(float)
    weight = people * np.exp(terms["urban"] * np.array([place.urban for place in of.places]))
    area = rng.choice(len(of.places), n, p=weight / weight.sum())
    at = np.array([of.places[a].sites[int(rng.integers(len(of.places[a].sites)))] for a in area])
    at = at.reshape(n, 2)
    spread = np.array([of.places[a].spread for a in area])[:, None]
    scattered = np.round(at + spread * rng.standard_normal((n, 2)))
    where = np.where(inside(of.code, *scattered.T)[:, None], scattered, np.round(at))
    on_spot = rng.random(n) < terms["spot"]
    spot = rng.choice(len(spots), n, p=spot_weight / spot_weight.sum())
    where = np.where(on_spot[:, None], np.round(spot_points[spot]), where)
    area = nearest(of.places, where[:, 0], where[:, 1])
    names = [spots[s]["name"] if hit else of.places[a].name for s, hit, a in zip(spot, on_spot, area, strict=True)]
    sensitive = {row["group"] for row in reference("offences.yml") if row["sensitive"]}
    note = "" if name in sensitive else names
    ids = np.array(of.areas, dtype=object)[area]
    return pd.DataFrame({"east": where[:, 0], "north": where[:, 1], "area": ids, "plats": note})


def _with_faults(table: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, int]]:
    """Swapped axes, missing and zero coordinates, and missing start times."""
    shares = specification("incidents")["faults"]
    draw = rng.random(len(table))
    swapped = draw < shares["swapped"]
    missing = ~swapped & (draw < shares["swapped"] + shares["missing"])
    zero = ~swapped & ~missing & (draw > 1 - shares["zero"])
    no_start = rng.random(len(table)) < shares["no_start"]
    east, north = table["east"].to_numpy(), table["north"].to_numpy()
    gone = np.where(missing, np.nan, np.where(zero, 0.0, 1.0))
    table = table.assign(
        ost=np.where(swapped, north, east) * gone,
        nord=np.where(swapped, east, north) * gone,
        start=table["start"].mask(no_start),
    )
    faults = {
        "swapped": int(swapped.sum()),
        "missing": int(missing.sum()),
        "zero": int(zero.sum()),
        "no_start": int(no_start.sum()),
        "all_day": int((table["unknown"] & ~no_start).sum()),
        "several": int((table["n_crimes"] > 1).sum()),
        "reports": len(table),
    }
    return table, faults


def _delivered(table: pd.DataFrame) -> pd.DataFrame:
    number = table.groupby(table["reported"].dt.year).cumcount() + 1
    ids = [f"SIM-K{n:04d}-{year % 100}" for n, year in zip(number, table["reported"].dt.year, strict=True)]
    stamp = "%Y-%m-%d %H:%M"
    return pd.DataFrame(
        {
            "diarienr": ids,
            "brottskod": table["brottskod"],
            "brott": table["brott"],
            "fran": table["start"].dt.strftime(stamp).fillna(""),
            "till": table["end"].dt.strftime(stamp),
            "anmald": table["reported"].dt.strftime("%Y-%m-%d"),
            "antal": table["n_crimes"].astype(str),
            "nord": _whole(table["nord"]),
            "ost": _whole(table["ost"]),
            "plats": table["plats"],
        }
    )


def _whole(values: pd.Series) -> list[str]:
    """Coordinates as whole metres, empty where they are missing."""
    return ["" if np.isnan(value) else f"{value:.0f}" for value in values]
