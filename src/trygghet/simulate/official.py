"""Published counts of reported crime in the manner of Brå, of which the police extract holds only a part."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trygghet.problems import load_offences
from trygghet.simulate.model import Town
from trygghet.simulate.specification import specification

STREAM = 77


def official_table(of: Town, reports: pd.DataFrame) -> pd.DataFrame:
    """A row a type of crime, a column a year of report.

    Parameters
    ----------
    reports : the extract as delivered: brottskod, anmald, antal. What the specification says that an extract
        lacks (reports made on the internet) is added, and small later corrections.

    Returns
    -------
    Columns Brottstyp and one for each year, as text with spaces between thousands; a last row with the note
    that it is simulated.
    """
    terms = specification("incidents")["official"]
    rng = np.random.default_rng([of.seed, STREAM])
    offences = load_offences()
    year = reports["anmald"].str[:4]
    groups = [offences.group_of(code, int(when)) for code, when in zip(reports["brottskod"], year, strict=True)]
    counts = (
        reports["antal"].astype(int).groupby([pd.Series(groups, index=reports.index), year]).sum().unstack(fill_value=0)
    )
    years = [name for name in counts.columns if name in terms["years"]]
    rows = []
    for item in offences:
        row = {"Brottstyp": item.label["sv"]}
        for name in years:
            n = int(counts[name].get(item.group, 0))
            lacking = terms["lacking"].get(item.group)
            whole = n / lacking["share"] if lacking and int(name) >= lacking["from"] else n
            row[name] = f"{max(0, round(whole) + int(rng.integers(-1, 2))):,}".replace(",", " ")
        rows.append(row)
    rows.append({"Brottstyp": terms["note"]} | dict.fromkeys(years, ""))
    return pd.DataFrame(rows)
