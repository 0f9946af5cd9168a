"""What the section about places builds on: the reports that may be placed, and the names of public places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trygghet import estimates as est
from trygghet.messages import Words
from trygghet.picture import INCIDENTS, Picture
from trygghet.place import mappable
from trygghet.scrub import scrub_text
from trygghet.sources import read_boundaries, read_residents

MOST_YEARS = 6


@dataclass(frozen=True)
class Placed:
    """Reports that may stand on a map, this period's and the whole file's.

    Attributes
    ----------
    now : the period's reports.
    every : those of the whole file.
    public : names of public places in the file: given by enough reports, no sub-area's name, no address.
    unsorted : the period's reports whose code belongs to no group; they are left out.
    """

    now: pd.DataFrame
    every: pd.DataFrame
    public: frozenset[str]
    unsorted: int

    @property
    def located(self) -> pd.DataFrame:
        """The period's reports with a point."""
        return self.now[self.now["x"].notna()]


def placed(picture: Picture) -> Placed | None:
    """The reports; None without a crime source."""
    return picture.once(("place", "placed"), lambda: _placed(picture))


def _placed(picture: Picture) -> Placed | None:
    wave = picture.wave(INCIDENTS)
    if wave is None or picture.incidents is None:
        return None
    every = mappable(picture.incidents.frame, picture.offences)
    period = est.in_period(picture.incidents, wave.wave.start, wave.wave.end)
    known = [item.group for item in picture.offences]
    unsorted = int((~period["offence_group"].isin(known)).sum())
    now = est.between(every, wave.wave.start, wave.wave.end)
    return Placed(now, every, public_places(every, picture), unsorted)


def public_places(reports: pd.DataFrame, picture: Picture) -> frozenset[str]:
    """Names that enough reports bear and that point at no address."""
    notes = reports["place_note"][reports["x"].notna()]
    counts = notes[notes.astype(str) != ""].value_counts()
    areas = set(picture.ws.area_labels.values()) | set(picture.ws.area_labels)
    often = counts.index[counts >= picture.rules.incidents].astype(str)
    return frozenset(name for name in often if name not in areas and _harmless(name, picture.words))


def _harmless(name: str, words: Words) -> bool:
    return not any(sign.isdigit() for sign in name) and not scrub_text(name, words)[1]


def boundaries(picture: Picture) -> Any:
    """The sub-areas' borders with their ids as a column; None when the workspace has none."""

    def read() -> Any:
        borders = read_boundaries(picture.ws)
        return None if borders is None else borders.rename_axis("id").reset_index()

    return picture.once(("place", "boundaries"), read)


def residents_by_square(picture: Picture) -> pd.DataFrame | None:
    """Residents by square of the workspace's ``rutor.csv``; None without it."""
    return picture.once(("place", "residents"), lambda: read_residents(picture.ws))


def earlier_periods(picture: Picture) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """The period and the same part of earlier years that the file covers whole, oldest first."""
    data, wave = placed(picture), picture.wave(INCIDENTS)
    if data is None or wave is None or data.every.empty:
        return []
    first = data.every["reported"].fillna(data.every["start"]).min()
    found = []
    for back in range(MOST_YEARS):
        shift = pd.DateOffset(years=back)
        start, end = pd.Timestamp(wave.wave.start) - shift, pd.Timestamp(wave.wave.end) - shift
        if back and start < first.normalize():
            break
        found.append((start, end))
    return found[::-1]


def points(reports: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """(n,) easting and northing of the reports that have a point."""
    known = reports[reports["x"].notna()]
    return known["x"].to_numpy(float), known["y"].to_numpy(float)


def period(picture: Picture) -> str:
    """The period in words."""
    wave = picture.wave(INCIDENTS)
    return picture.words.month_span(wave.wave.start, wave.wave.end) if wave is not None else ""


def left_out(picture: Picture, data: Placed) -> str:
    """Which crimes are never on a map, in words."""
    words, labels = picture.words, picture.offences.labels(picture.words)
    hidden = [labels[item.group] for item in picture.offences if item.sensitive]
    lowered = [label if i == 0 else label[0].lower() + label[1:] for i, label in enumerate(hidden)]
    said = [words("place.never", groups=words.sequence(lowered))] if hidden else []
    said += [words("place.unsorted", n=data.unsorted)] if data.unsorted else []
    return " ".join(said)


def source_line(picture: Picture) -> str:
    """Source and reference period, as it stands under a figure."""
    wave = picture.wave(INCIDENTS)
    label = wave.label(picture.words) if wave is not None else ""
    return picture.words("report.common.data_period", source=label, period=period(picture))


def provenance(picture: Picture) -> tuple[str, str]:
    """Source and ISO period of a table of crimes, for the long table of all figures."""
    wave = picture.wave(INCIDENTS)
    return (wave.name, est.period_of(wave)) if wave is not None else ("", "")
