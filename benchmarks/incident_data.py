"""A year of reported crime in all of Sweden, invented, in the form the police deliver: what `incident_chain.py` reads.

The mix of offences, the length of intervals and the faults (exchanged axes, missing places, unknown times) are those
of the simulated Kristinehamn; the municipalities' borders and populations are real (Statistics Sweden).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from trygghet.resources import shipped
from trygghet.simulate.population import boundary_file
from trygghet.simulate.specification import specification

YEAR = 2016
DAY, MINUTE = np.timedelta64(1, "D"), np.timedelta64(1, "m")
ON_SPOT = 0.2
SPOTS = 12
TOWN_METRES = 2_500.0
SETTINGS = """\
name: Sverige
code: "0000"
kind: country
simulated: true
areas:
{areas}
boundaries: kommuner.geojson
headline: unsafe_night
sources:
  incidents:
    kind: incidents
    evidence_class: register
    waves:
      "{year}": {{file: brott.csv, from: {year}-01-01, to: {year}-12-31}}
  population:
    kind: population
    evidence_class: register
    waves:
      "{year}": {{file: befolkning.csv, from: 2019-12-31, to: 2019-12-31}}
reports: {{"{year}": [lagesbild]}}
"""


def write(folder: Path, n: int, *, seed: int = 1) -> Path:
    """A workspace of `n` reports: workspace.yml, brott.csv, befolkning.csv, kommuner.geojson."""
    import geopandas

    borders = geopandas.read_parquet(boundary_file()).to_crs(3006).rename(columns={"kommun_kod": "id"})
    borders[["id", "geometry"]].to_file(folder / "kommuner.geojson", driver="GeoJSON")
    pairs = zip(borders["id"], borders["kommun"], strict=True)
    areas = "\n".join(f'  - {{id: "{code}", name: "{name}"}}' for code, name in pairs)
    (folder / "workspace.yml").write_text(SETTINGS.format(areas=areas, year=YEAR), encoding="utf-8")
    people = population(dict(zip(borders["kommun"], borders["id"], strict=True)))
    people.to_csv(folder / "befolkning.csv", sep=";", index=False)
    weight = people.groupby("delomrade")["antal"].sum().reindex(borders["id"]).to_numpy(float)
    options = arrow_csv.WriteOptions(delimiter=";", quoting_style="none", include_header=True)
    arrow_csv.write_csv(reports(borders, weight, n, seed=seed), folder / "brott.csv", options)
    return folder


def population(codes: dict[str, str]) -> pd.DataFrame:
    """Residents by municipality, sex and age, 31 December 2019 (SCB)."""
    table = pd.read_csv(shipped("data", "reference", "population", "folkmangd-kommun-alder-kon-2019.csv"))
    table.columns = pd.Index(["delomrade", "alder", "kon", "antal"])
    table["delomrade"] = table["delomrade"].map(codes)
    table["alder"] = table["alder"].astype(str).replace("100", "100+")
    return table.dropna()[["delomrade", "kon", "alder", "antal"]]


def reports(borders: Any, weight: np.ndarray, n: int, *, seed: int) -> pa.Table:
    """(n,) reports in the police's columns."""
    random = np.random.default_rng(seed)
    groups = list(specification("incidents")["groups"].values())
    yearly = np.array([terms["yearly"] for terms in groups], float)
    group = random.choice(len(groups), n, p=yearly / yearly.sum())
    codes, texts = _offences(groups, group, random)
    start, end, known = _times(groups, group, random)
    north, east, spot = _places(borders, weight, n, random)
    faults = specification("incidents")["faults"]
    several = np.where(random.random(n) < faults["several"], random.integers(2, 7, n), 1)
    reported = end.astype("datetime64[D]") + random.geometric(0.5, n) - 1
    columns = {
        "diarienr": pa.array(np.char.mod("SIM-K%07d-16", np.arange(1, n + 1))),
        "brottskod": codes,
        "brott": texts,
        "fran": _stamp(start, known),
        "till": _stamp(end, np.ones(n, bool)),
        "anmald": pc.strftime(pa.array(reported.astype("datetime64[s]")), "%Y-%m-%d"),
        "antal": pa.array(several).cast(pa.string()),
        "nord": _metres(north),
        "ost": _metres(east),
        "plats": pa.array(spot),
    }
    return pa.table(columns)


def _offences(groups: list[Any], group: np.ndarray, random: np.random.Generator) -> tuple[pa.Array, pa.Array]:
    rows = [(code, text, i, share) for i, g in enumerate(groups) for code, text, share, *_ in g["offences"]]
    table = pd.DataFrame(rows, columns=["code", "text", "group", "share"])
    chosen = np.empty(len(group), int)
    for i in range(len(groups)):
        at, own = np.flatnonzero(group == i), table[table["group"] == i]
        chosen[at] = random.choice(own.index, len(at), p=own["share"] / own["share"].sum())
    return tuple(pa.array(table[name]).take(pa.array(chosen)) for name in ("code", "text"))  # type: ignore[return-value]


def _times(
    groups: list[Any], group: np.ndarray, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """From and to, in minutes, and which reports know when it began."""
    n = len(group)
    lasting = np.array([g["lasting"] for g in groups])[group] * 60.0
    unknown = random.random(n) < np.array([g["unknown"] for g in groups])[group]
    length = np.where(lasting > 0, lasting * np.exp(random.normal(0, 0.7, n)), random.choice([0, 0, 0, 5, 10, 15], n))
    start = np.datetime64(f"{YEAR}-01-01", "m") + random.integers(0, 366 * 1_440, n)
    start = np.where(lasting > 0, start.astype("int64") // 5 * 5, start.astype("int64")).astype("datetime64[m]")
    end = start + (length // 5 * 5).astype("int64") * MINUTE
    first, last = start.astype("datetime64[D]"), end.astype("datetime64[D]")
    start = np.where(unknown, first.astype("datetime64[m]"), start)
    end = np.where(unknown, (last + DAY).astype("datetime64[m]") - MINUTE, end)
    return start, end, random.random(n) >= specification("incidents")["faults"]["no_start"]


def _places(
    borders: Any, weight: np.ndarray, n: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Northing, easting (NaN: not told) and the place's name: crowds about a town, some on a few points."""
    where = random.choice(len(weight), n, p=weight / weight.sum())
    middle = np.array([(p.x, p.y) for p in borders.geometry.representative_point()])
    towns = middle[:, None, :] + random.normal(0, TOWN_METRES, (len(middle), SPOTS, 2))
    spot = random.integers(SPOTS, size=n)
    at = towns[where, spot] + random.normal(0, TOWN_METRES, (n, 2)) * (random.random(n) >= ON_SPOT)[:, None]
    faults, draw = specification("incidents")["faults"], random.random(n)
    kinds = np.searchsorted(np.cumsum([faults[k] for k in ("swapped", "missing", "zero")]), draw)
    east, north = np.where((kinds == 0)[:, None], at[:, ::-1], at).T
    gone = np.choose(kinds, [1.0, np.nan, 0.0, 1.0])
    return north * gone, east * gone, np.array([f"Plats {i + 1}" for i in range(SPOTS)])[spot]


def _stamp(times: np.ndarray, known: np.ndarray) -> pa.Array:
    texts = pc.strftime(pa.array(times.astype("datetime64[s]")), "%Y-%m-%d %H:%M")
    return pc.if_else(pa.array(known), texts, "")


def _metres(values: np.ndarray) -> pa.Array:
    whole = pa.array(np.where(np.isnan(values), 0, np.round(values)).astype("int64")).cast(pa.string())
    return pc.if_else(pa.array(np.isnan(values)), "", whole)
