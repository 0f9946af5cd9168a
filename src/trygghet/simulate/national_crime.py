"""Reported crime of many municipalities over a year, invented: as many rows as wanted, quickly, as the police deliver.

The mix of offences, the hours, the length of intervals and the faults (exchanged axes, missing places, unknown times)
are those of the simulated town (`incidents.yml`); each municipality has levels of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from trygghet.simulate.incidents import minute_density
from trygghet.simulate.specification import specification

STREAM = 91
MINUTE = np.timedelta64(1, "m")
ON_SPOT, SPOTS, TOWN_METRES = 0.2, 12, 2_500.0
LEVEL, TYPE = 0.18, 0.25
"""Standard deviation of the logarithm of a municipality's rates: of all types together, and of each."""
CROWD = 0.12
"""How rates rise with the logarithm of the population."""


def levels(people: np.ndarray, *, seed: int) -> np.ndarray:
    """Relative number of reports by municipality and type of crime, (municipalities, types); sums to 1.

    Parameters
    ----------
    people : (municipalities,) inhabitants.
    """
    rng = np.random.default_rng([seed, STREAM])
    yearly = np.array([terms["yearly"] for terms in _groups()], float)
    crowd = CROWD * (np.log(people) - np.log(people).mean())
    noise = rng.normal(0, LEVEL, (len(people), 1)) + rng.normal(0, TYPE, (len(people), len(yearly)))
    table = people[:, None] * yearly * np.exp(crowd[:, None] + noise)
    shares: np.ndarray = table / table.sum()
    return shares


def reports(
    codes: Sequence[str], middles: np.ndarray, level: np.ndarray, n: int, *, start: date, seed: int
) -> pa.Table:
    """A year of reports in the police's columns, with the municipality's code, in the order of report.

    Parameters
    ----------
    codes : (municipalities,) four digits.
    middles : (municipalities, 2) east and north around which crimes happen, SWEREF 99 TM.
    level : as `levels`.
    n : number of reports.
    start : the first day.
    seed : the same seed gives the same rows.
    """
    rng = np.random.default_rng([seed, STREAM, start.toordinal()])
    counts = rng.multinomial(n, level.ravel()).reshape(level.shape)
    where = np.repeat(np.arange(len(codes)), counts.sum(axis=1))
    group = np.concatenate([np.repeat(np.arange(level.shape[1]), row) for row in counts])
    begun, ended, known = _times(group, start, rng)
    offence = _offences(group, begun, rng)
    east, north, spot = _places(middles, where, rng)
    several = np.where(rng.random(n) < specification("incidents")["faults"]["several"], rng.integers(2, 7, n), 1)
    reported = ended.astype("datetime64[D]") + rng.geometric(0.5, n) - 1
    order = pa.array(np.argsort(reported, kind="stable"))
    columns = {
        "kommunkod": pa.array(np.asarray(codes, object)[where], pa.string()),
        **offence,
        "fran": _stamp(begun, known),
        "till": _stamp(ended, np.ones(n, bool)),
        "anmald": pc.strftime(pa.array(reported.astype("datetime64[s]")), format="%Y-%m-%d"),
        "antal": pa.array(several).cast(pa.string()),
        "nord": _metres(north),
        "ost": _metres(east),
        "plats": pa.array([f"Plats {i + 1}" for i in range(SPOTS)]).take(pa.array(spot)),
    }
    table = pa.table(columns).take(order)
    ids = pa.array(np.char.mod(f"SIM-K%07d-{start.year % 100}", np.arange(1, n + 1)))
    return table.add_column(0, "diarienr", ids)


def _groups() -> list[dict[str, Any]]:
    return list(specification("incidents")["groups"].values())


def _times(group: np.ndarray, start: date, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """From and to, in minutes, and which reports know when it began."""
    groups, n = _groups(), len(group)
    days = (start.replace(year=start.year + 1) - start).days
    moment = np.empty(n, "int64")
    for i, terms in enumerate(groups):
        at = np.flatnonzero(group == i)
        minute = np.searchsorted(minute_density(terms).cumsum(), rng.random(len(at)) * (1 - 1e-12))
        moment[at] = rng.integers(0, days, len(at)) * 1_440 + np.minimum(minute, 1_439)
    lasting = np.array([terms["lasting"] for terms in groups])[group] * 60.0
    length = np.where(lasting > 0, lasting * np.exp(rng.normal(0, 0.7, n)), rng.choice([0, 0, 0, 5, 10, 15], n))
    before = np.where(lasting > 0, rng.random(n) * length, 0).astype("int64") // 5 * 5
    begun = np.datetime64(start, "m") + (moment - before) * MINUTE
    ended = begun + (length // 5 * 5).astype("int64") * MINUTE
    unknown = rng.random(n) < np.array([terms["unknown"] for terms in groups])[group]
    first, last = (times.astype("datetime64[D]").astype("datetime64[m]") for times in (begun, ended))
    begun = np.where(unknown, first, begun)
    ended = np.where(unknown, last + 1_439 * MINUTE, ended)
    return begun, ended, rng.random(n) >= specification("incidents")["faults"]["no_start"]


def _offences(group: np.ndarray, begun: np.ndarray, rng: np.random.Generator) -> dict[str, pa.Array]:
    """A code of the type for each report, among those in use that day, and its text."""
    codes, texts = [], []
    chosen = np.empty(len(group), int)
    for i, terms in enumerate(_groups()):
        at = np.flatnonzero(group == i)
        weight = np.zeros((len(at), len(terms["offences"])))
        for column, (code, text, share, *used) in enumerate(terms["offences"]):
            first, last = (pd.Timestamp(day or other) for day, other in zip(used or (None, None), _EVER, strict=True))
            after = last + timedelta(days=1)
            weight[:, column] = share * ((begun[at] >= np.datetime64(first)) & (begun[at] < np.datetime64(after)))
            codes.append(code)
            texts.append(text)
        cumulative = weight.cumsum(axis=1) / weight.sum(axis=1, keepdims=True)
        chosen[at] = len(codes) - weight.shape[1] + (rng.random(len(at))[:, None] > cumulative).sum(axis=1)
    return {"brottskod": pa.array(codes).take(pa.array(chosen)), "brott": pa.array(texts).take(pa.array(chosen))}


_EVER = ("1900-01-01", "2100-01-01")


def _places(
    middles: np.ndarray, where: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Easting, northing (NaN: not told) and which named place: crowds about a town, some on a few points."""
    n = len(where)
    towns = middles[:, None, :] + rng.normal(0, TOWN_METRES, (len(middles), SPOTS, 2))
    spot = rng.integers(SPOTS, size=n)
    at = towns[where, spot] + rng.normal(0, TOWN_METRES, (n, 2)) * (rng.random(n) >= ON_SPOT)[:, None]
    faults, draw = specification("incidents")["faults"], rng.random(n)
    kinds = np.searchsorted(np.cumsum([faults[kind] for kind in ("swapped", "missing", "zero")]), draw)
    east, north = np.where((kinds == 0)[:, None], at[:, ::-1], at).T
    gone = np.choose(kinds, [1.0, np.nan, 0.0, 1.0])
    return east * gone, north * gone, spot


def _stamp(times: np.ndarray, known: np.ndarray) -> pa.Array:
    texts = pc.strftime(pa.array(times.astype("datetime64[s]")), format="%Y-%m-%d %H:%M")
    return pc.if_else(pa.array(known), texts, "")


def _metres(values: np.ndarray) -> pa.Array:
    whole = pa.array(np.where(np.isnan(values), 0, np.round(values)).astype("int64")).cast(pa.string())
    return pc.if_else(pa.array(np.isnan(values)), "", whole)
