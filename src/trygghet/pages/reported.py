"""Reports of a year with and without a known time of day: what the figures about time have in common."""

from __future__ import annotations

import pandas as pd

from trygghet import estimates as est
from trygghet.messages import EN_DASH
from trygghet.picture import INCIDENTS, Picture


def reports(picture: Picture) -> pd.DataFrame:
    """Reports of the year's period."""
    wave = picture.wave(INCIDENTS)
    assert wave is not None and picture.incidents is not None
    return est.in_period(picture.incidents, wave.wave.start, wave.wave.end)


def known_times(picture: Picture) -> pd.DataFrame:
    """Those of them whose time of day is known, if only between two times."""
    rows = reports(picture)
    return rows[rows["time_known"]]


def source_line(picture: Picture) -> str:
    """Source and period, as they stand under a figure."""
    wave, words = picture.wave(INCIDENTS), picture.words
    assert wave is not None
    period = words.month_span(wave.wave.start, wave.wave.end)
    return words("report.common.data_period", source=wave.label(words), period=period)


def base_line(picture: Picture) -> str:
    """How many reports have a known time, and how many have not."""
    rows, n = reports(picture), len(known_times(picture))
    return picture.words("when.base", n=n, unknown=len(rows) - n, all=len(rows))


def span(start: int, end: int) -> str:
    """Two hours of the day as ``21–05``; 24 is 00."""
    return f"{start % 24:02d}{EN_DASH}{end % 24:02d}"
