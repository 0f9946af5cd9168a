"""A whole country of simulated municipalities: a workspace each, and one register of reported crime that all share.

``python -m trygghet.simulate.nation FOLDER --seed N [--municipalities 29]``. The population of each by sex and age is
real (Statistics Sweden); answers, staff and crimes are invented, and every workspace says so.
"""

from __future__ import annotations

import argparse
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from trygghet.simulate import delivery
from trygghet.simulate.answers import survey
from trygghet.simulate.free_text import Texts
from trygghet.simulate.geography import municipal_border
from trygghet.simulate.model import Town, town
from trygghet.simulate.national_crime import levels, reports
from trygghet.simulate.population import inhabitants, municipalities
from trygghet.simulate.specification import filled, specification, template
from trygghet.simulate.staff import municipal, police
from trygghet.sources.ingest import ingest

YEAR = "2017"
PERIODS = (date(2015, 4, 1), date(2016, 4, 1))
"""First days of the two years of crime: the one before, and the one that is described."""
YEARLY = 1_500_000
REGISTER = "register"
PROBLEMS = 10
"""How many problems of the list are asked about: a short questionnaire, since 290 reports are to be made of it."""
STREAM, SPREAD = 92, 0.25
"""Of the municipalities' levels of unsafety: standard deviation of the log odds between them."""
LARGER = ((15_000, 1.0), (50_000, 1.3), (10_000_000, 1.7))
"""How many more are invited, by inhabitants."""


@dataclass(frozen=True)
class Place:
    """A municipality of the nation."""

    code: str
    name: str
    people: int
    seed: int
    shift: float

    @property
    def slug(self) -> str:
        """Its folder: the code, since two names may look alike in plain letters, and the name.

        Not the code last: before the year in an address it would read as a telephone number.
        """
        plain = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore").decode().lower()
        return f"k{self.code}_" + "".join(letter if letter.isalnum() else "_" for letter in plain)


def write_nation(
    folder: str | Path,
    *,
    seed: int,
    n: int = 290,
    yearly: int = YEARLY,
    workers: int = 1,
) -> list[Path]:
    """Write the workspaces and the register; the same for the same seed, also with more workers.

    Parameters
    ----------
    folder : made where it is missing; must not hold a nation already in use.
    n : how many municipalities, spread evenly over all sizes; 290 are all.
    yearly : reports a year in the whole country; fewer municipalities get their share by population.
    workers : processes that write workspaces.

    Returns
    -------
    The workspaces, by code.
    """
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    chosen = places(n, seed=seed)
    write = partial(_workspace, place)
    if workers > 1:
        with ProcessPoolExecutor(workers) as pool:
            folders = list(pool.map(write, chosen, chunksize=4))
    else:
        folders = [write(item) for item in chosen]
    _register(place, chosen, yearly, seed)
    return folders


def places(n: int = 290, *, seed: int) -> list[Place]:
    """Municipalities by code: all, or `n` of them spread evenly over the order of size."""
    names = municipalities()
    people = inhabitants().groupby("region")["n"].sum()
    by_size = sorted((code for code, name in names.items() if name in people.index), key=lambda c: people[names[c]])
    at = np.unique(np.linspace(0, len(by_size) - 1, n).round().astype(int)) if n > 1 else np.array([len(by_size) // 2])
    chosen = sorted(by_size[i] for i in at)
    return [
        Place(code, names[code], int(people[names[code]]), seed * 10_000 + int(code), _shift(code, seed))
        for code in chosen
    ]


def _shift(code: str, seed: int) -> float:
    return float(np.random.default_rng([seed, STREAM, int(code)]).normal(0, SPREAD))


def _workspace(root: Path, place: Place) -> Path:
    """One municipality's folder."""
    folder = root / place.slug
    folder.mkdir(exist_ok=True)
    factor = next(more for most, more in LARGER if place.people < most)
    of = town(place.seed, code=place.code, shift=place.shift)
    of = replace(of, places=tuple(replace(p, invited=round(p.invited * factor)) for p in of.places))
    wave = survey(of, YEAR)
    nothing = Texts(
        pd.Series("", index=wave.answers.index), pd.DataFrame(), pd.Series([()] * len(wave.answers), dtype=object)
    )
    answers, _ = delivery.answer_table(of, wave, nothing, year=YEAR)
    contents: dict[str, bytes | str] = {
        "enkat.csv": delivery.csv_bytes(answers.drop(columns=[name for name in answers if _left_out(str(name))])),
        "urval.csv": delivery.csv_bytes(delivery.invited_table(of, wave.invited)),
        "arbetsplatstraffar.xlsx": delivery.staff_workbook(of, municipal(of, YEAR), year=YEAR),
        "polisens_medarbetare.csv": delivery.csv_bytes(police(of, YEAR).rows),
        "befolkning.csv": delivery.csv_bytes(delivery.population_table(of)),
        "codebook.yml": _codebook(),
        "workspace.yml": _settings(of),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def _codebook() -> str:
    """The short questionnaire: the first problems only, and no background that groups are compared by."""
    lines = delivery.codebook_text().split("\n")
    kept = [line for line in lines if not _left_out(line.strip().partition(":")[0]) and "role: background" not in line]
    return "\n".join(kept)


def _left_out(name: str) -> bool:
    return name[:1] == "p" and name[1:].isdigit() and int(name[1:]) > PROBLEMS


def _settings(of: Town) -> str:
    return filled(
        template("nation.yml"),
        name=of.name,
        code=of.code,
        seed=of.seed // 10_000,
        areas="\n".join(f'  - {{id: {place.id}, name: "{place.name}"}}' for place in of.places),
        invited=sum(place.invited for place in of.places),
        police=sum(specification("staff")["police"]["posts"].values()),
        register=f"../{REGISTER}",
    )


def _register(root: Path, chosen: Sequence[Place], yearly: int, seed: int) -> None:
    """The crimes of both years, delivered as a file a year and taken in as any national register."""
    everybody = int(inhabitants()["n"].sum())
    people = np.array([place.people for place in chosen], float)
    middles = np.array([_middle(place.code) for place in chosen])
    level, n = levels(people, seed=seed), round(yearly * people.sum() / everybody)
    delivered = []
    for start in PERIODS:
        table = reports([place.code for place in chosen], middles, level, n, start=start, seed=seed)
        delivered.append(root / f"brott_{start.year}.csv")
        _write(table, delivered[-1])
        del table
    ingest(delivered, root / REGISTER)
    for path in delivered:
        path.unlink()


def _write(table: pa.Table, path: Path) -> None:
    options = arrow_csv.WriteOptions(delimiter=";", quoting_style="none", include_header=True)
    arrow_csv.write_csv(table, path, options)


def _middle(code: str) -> tuple[float, float]:
    point = municipal_border(code).representative_point()
    return point.x, point.y


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the nation that the arguments ask for."""
    parser = argparse.ArgumentParser(prog="python -m trygghet.simulate.nation", description=__doc__)
    parser.add_argument("folder", help="where the workspaces and the register go")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same bytes")
    parser.add_argument("--municipalities", type=int, default=290, help="how many, spread over all sizes")
    parser.add_argument("--yearly", type=int, default=YEARLY, help="reports a year in the whole country")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    given = parser.parse_args(arguments)
    write_nation(given.folder, seed=given.seed, n=given.municipalities, yearly=given.yearly, workers=given.workers)


if __name__ == "__main__":
    main()
