"""A whole workspace of a simulated town on disk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from trygghet.simulate.answers import survey
from trygghet.simulate.delivery import (
    ENCODINGS,
    answer_table,
    codebook_text,
    csv_bytes,
    invited_table,
    population_table,
    staff_workbook,
)
from trygghet.simulate.free_text import write_texts
from trygghet.simulate.geography import geojson
from trygghet.simulate.hand_coded import gazetteer, hand_coded
from trygghet.simulate.incidents import crimes
from trygghet.simulate.known_truth import known_truth
from trygghet.simulate.model import Town, town
from trygghet.simulate.official import official_table
from trygghet.simulate.promise_file import lock_as_signed, promise_text
from trygghet.simulate.reference import crime_table, safety_table
from trygghet.simulate.specification import YEARS, filled, specification, template
from trygghet.simulate.staff import contacts, municipal, police


def write_town(
    folder: str | Path,
    *,
    code: str = "1781",
    seed: int,
    name: str | None = None,
    areas: Sequence[str] | None = None,
) -> Town:
    """Write every file of a simulated town's workspace; files that are there are written over.

    Parameters
    ----------
    folder : made where it is missing.
    code : a municipality's four-digit code, whose real population is used.
    seed : the same seed gives the same bytes.
    name : what to call the town; the municipality's own name when omitted.
    areas : names of its four sub-areas, for towns without places of their own.

    Returns
    -------
    The town.
    """
    of = town(seed, code=code, name=name, areas=areas)
    place = Path(folder)
    for file, content in files(of, place.name).items():
        target = place / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    (place / "loften.yml").write_bytes(promise_text(place).encode())
    lock_as_signed(place)
    return of


def files(of: Town, folder: str = "") -> dict[str, bytes | str]:
    """The files of a town by their place in the workspace, all but the promise.

    Parameters
    ----------
    folder : the workspace's name, as its own comments mention it.
    """
    crime = crimes(of)
    waves = {year: survey(of, year) for year in YEARS}
    staff = {year: municipal(of, year) for year in YEARS}
    officers = {year: police(of, year) for year in YEARS}
    found: dict[str, bytes | str] = {}
    planted: dict[str, Any] = {}
    marked = []
    for year in YEARS:
        texts = write_texts(of, waves[year].answers, seed=of.seed, year=int(year))
        table, put_in = answer_table(of, waves[year], texts, year=year)
        planted[year] = {**put_in, "answers": len(table) - put_in["double_rows"]}
        planted[year]["texts"] = texts.planted.to_dict("records")
        marked.append(hand_coded(of, waves[year].answers, texts, year))
        found[f"{year}/trygghetsenkat.csv"] = csv_bytes(table, encoding=ENCODINGS[year])
        found[f"{year}/urval.csv"] = csv_bytes(invited_table(of, waves[year].invited))
        found[f"{year}/arbetsplatstraffar.xlsx"] = staff_workbook(of, staff[year], year=year)
        found[f"{year}/polisens_medarbetare.csv"] = csv_bytes(officers[year].rows)
        found[f"{year}/dialoger.csv"] = csv_bytes(contacts(of, year))
    found["anmalda_brott_2012_2017.csv"] = csv_bytes(crime.rows)
    published = official_table(of, crime.rows)
    found["bra_anmalda_brott.csv"] = csv_bytes(published)
    found["jamforelse_brott.csv"] = csv_bytes(crime_table(of, published))
    found["jamforelse_trygghet.csv"] = csv_bytes(safety_table(of))
    found["handkodat.csv"] = csv_bytes(pd.concat(marked, ignore_index=True))
    places = gazetteer(of)
    if len(places):
        found["platser.csv"] = csv_bytes(places)
    found["befolkning.csv"] = csv_bytes(population_table(of))
    truth = known_truth(of, crime=crime, staff=staff, police=officers, planted=planted)
    found["truth.json"] = json.dumps(truth, ensure_ascii=False, indent=1) + "\n"
    return {**found, **_settings(of, folder)}


def _settings(of: Town, folder: str) -> dict[str, bytes | str]:
    """The files that say what the others are."""
    areas = "\n".join(f'  - {{id: {place.id}, name: "{place.name}"}}' for place in of.places)
    values = {"name": of.name, "code": of.code, "seed": of.seed, "folder": f"data/{folder}", "areas": areas}
    counts = {
        "invited": sum(place.invited for place in of.places),
        "police": sum(specification("staff")["police"]["posts"].values()),
        "people": f"{int(of.population['n'].sum()):,}".replace(",", " "),
    }
    borders = geojson(of.code, of.places, note=filled(template("borders_note.txt"), name=of.name).strip())
    return {
        "workspace.yml": filled(template("workspace.yml"), **values, **counts),
        "prioriteringar.yml": template("priorities.yml"),
        "codebook.yml": codebook_text(),
        "README.md": filled(template("readme.md"), **values, **counts),
        "arshjul.csv": template("year_wheel.csv"),
        "omraden.geojson": json.dumps(borders, ensure_ascii=False) + "\n",
    }
