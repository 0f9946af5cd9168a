"""Invented figures to compare a simulated town with, in the manner of Brå and of the national survey."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, sqrt
from typing import Any

import numpy as np
import pandas as pd

from trygghet.problems import load_offences
from trygghet.simulate.model import Town
from trygghet.simulate.specification import specification

CRIME_STREAM, SAFETY_STREAM = 78, 79
PER = 100_000
Z = 1.959964


def crime_table(of: Town, official: pd.DataFrame) -> pd.DataFrame:
    """Reported crimes per 100,000 inhabitants of the town, similar municipalities, the county and the country.

    Parameters
    ----------
    official : `simulate.official.official_table` of the town, whose counts its own rates follow from the year the
        specification names; the years before are drawn from the town's model.

    Returns
    -------
    A row an area and type, columns of text: area, type, one for each year, source; then the population of each.
    """
    terms = specification("reference")
    rng = np.random.default_rng([of.seed, CRIME_STREAM])
    offences = [(item.group, item.label["sv"]) for item in load_offences()]
    weather = {g: np.exp(rng.normal(0, terms["year"], len(terms["years"]))) for g, _ in offences}
    rows = []
    for area in _areas(of):
        for group, label in offences:
            rates = _rates(area, group, weather[group], rng)
            if area["kind"] == "own":
                rates = _as_published(rates, official[official["Brottstyp"] == label], area["people"])
            rows.append(_row(area, label, [_text(rate) for rate in rates]))
        people = [f"{area['people']}"] * len(terms["years"])
        rows.append(_row(area, terms["people_label"], people))
    return pd.DataFrame(rows)


def _areas(of: Town) -> Iterator[dict[str, Any]]:
    """Every area of the table with its people and its place in the lists of levels."""
    terms = specification("reference")
    yield {"kind": "own", "name": of.name, "people": round(of.population["n"].sum()), "at": None}
    for letter, people in zip(terms["similar"]["names"], terms["similar"]["people"], strict=True):
        yield {"kind": "similar", "name": terms["similar"]["name"].format(letter=letter), "people": people, "at": 2}
    for at, kind in ((1, "county"), (0, "country")):
        yield {"kind": kind, **terms[kind], "at": at}


def _rates(area: dict[str, Any], group: str, weather: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Drawn rates of one area and type: its level, the common trend and weather of the years, and chance."""
    terms, model = specification("reference"), specification("incidents")["groups"][group]
    years = np.array(terms["years"])
    expected = model["yearly"] / 24255 * model["trend"] ** (years - 2012) * weather
    if area["at"] is not None:
        expected = expected * terms["level"][group][area["at"]]
    if area["kind"] == "similar":
        expected = expected * exp(rng.normal(0, terms["spread"]))
    broken = terms["before"].get(group)
    if broken:
        expected = np.where(years <= broken["until"], expected * broken["factor"], expected)
    rates: np.ndarray = rng.poisson(expected * area["people"]) / area["people"] * PER
    return rates


def _as_published(rates: np.ndarray, published: pd.DataFrame, people: int) -> np.ndarray:
    """The same with the published counts of the years that have them."""
    terms = specification("reference")
    return np.array(
        [
            int(published[str(year)].iloc[0].replace(" ", "")) / people * PER if year >= terms["own_from"] else rate
            for year, rate in zip(terms["years"], rates, strict=True)
        ]
    )


def _row(area: dict[str, Any], label: str, texts: list[str]) -> dict[str, str]:
    terms = specification("reference")
    years = dict(zip((str(year) for year in terms["years"]), texts, strict=True))
    return {"Område": area["name"], "Brottstyp": label, **years, "Källa": terms["source"]}


def _text(value: float, digits: int = 1) -> str:
    return f"{value:.{digits}f}".replace(".", ",")


def safety_table(of: Town) -> pd.DataFrame:
    """Shares with intervals for the county and the country, a row a figure, columns of text."""
    terms = specification("reference")
    asked = terms["safety"]
    rng = np.random.default_rng([of.seed, SAFETY_STREAM])
    rows = []
    for item in asked["shares"].values():
        for kind, last, n in zip(("county", "country"), item["last"], asked["n"], strict=True):
            for year in asked["years"]:
                true = (last + item["slope"] * (year - asked["years"][-1])) / 100
                se = sqrt(asked["deff"] * true * (1 - true) / n)
                share = true + rng.normal(0, se)
                limits = [_text(100 * (share + side * Z * se)) for side in (-1, 1)]
                rows.append((terms[kind]["name"], item["label"], str(year), _text(100 * share), *limits, str(n),
                             item.get("definition", asked["definition"]), asked["source"]))  # fmt: skip
    heads = ["Område", "Indikator", "År", "Andel", "Nedre", "Övre", "Antal svar", "Definition", "Källa"]
    return pd.DataFrame(rows, columns=heads)
