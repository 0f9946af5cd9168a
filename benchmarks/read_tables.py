"""Reading and validating a large survey against pandas on the same file in the same run.

Half a million answers by 60 columns of csv in cp1252, read and validated by `read_survey`, against
``pandas.read_csv(engine="pyarrow")``, which validates nothing; and an xlsx against
``pandas.read_excel(engine="calamine")``. The best of several runs counts for each.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd

from trygghet.sources import read_survey
from trygghet.sources.tables import read_table
from trygghet.workspace import Workspace

ITEMS = 55
MOST_CSV, MOST_XLSX = 3.0, 1.0
WORKSPACE = """\
name: Mätköping
code: "0180"
areas: [{id: a, name: A}, {id: b, name: B}]
headline: x
sources:
  citizens:
    kind: survey
    evidence_class: probability
    codebook: codebook.yml
    waves: {"2016": {file: answers.csv, from: 2016-01-01, to: 2016-02-01}}
reports: {"2016": [lagesbild]}
"""
CODEBOOK = """\
id: lopnr
weight: vikt
variables:
  sex: {column: kon, values: {"1": man, "2": woman}}
  age: {column: fodelsear, from: birth_year, range: [16, 85]}
  age_group: {bands: [[16, 24], [25, 44], [45, 64], [65, 85]]}
  area: {column: ort, values: {Åmål: a, Växjö: b}}
"""


def answers(n: int, *, seed: int) -> pd.DataFrame:
    """Invented answers as text."""
    rng = np.random.default_rng(seed)
    columns = {
        "lopnr": [f"{i:07d}" for i in range(n)],
        "kon": rng.integers(1, 3, n).astype(str),
        "fodelsear": rng.integers(1931, 2000, n).astype(str),
        "ort": rng.choice(["Åmål", "Växjö"], n),
        "vikt": [f"{weight:.3f}".replace(".", ",") for weight in rng.uniform(0.5, 3, n)],
    }
    items = {f"q{i:02d}": rng.choice(["1", "2", "3", "4", "8", ""], n) for i in range(ITEMS)}
    return pd.DataFrame({**columns, **items})


def best(call: Callable[[], object], *, runs: int) -> float:
    """Shortest time of several runs, in seconds."""
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return min(times)


def csv_ratio(folder: Path, n: int, *, runs: int) -> tuple[float, float]:
    """Seconds of ours and of pandas for the csv."""
    codes = '{"1": a, "2": b, "3": c, "4": d}'
    items = "".join(
        f'  q{i:02d}: {{column: q{i:02d}, values: {codes}, missing: {{"8": dont_know}}}}\n' for i in range(ITEMS)
    )
    (folder / "codebook.yml").write_text(CODEBOOK + items, encoding="utf-8")
    (folder / "workspace.yml").write_text(WORKSPACE, encoding="utf-8")
    path = folder / "answers.csv"
    answers(n, seed=1).to_csv(path, sep=";", index=False, encoding="cp1252")
    ws = Workspace.open(folder)
    ours, theirs = [], []
    # turn and turn about, so that a busy moment of the machine meets both
    for _ in range(runs):
        theirs.append(
            best(lambda: pd.read_csv(path, sep=";", engine="pyarrow", encoding="cp1252", decimal=","), runs=1)
        )
        ours.append(best(lambda: read_survey(ws), runs=1))
    return min(ours), min(theirs)


def xlsx_ratio(folder: Path, n: int, *, runs: int) -> tuple[float, float]:
    """Seconds of ours and of pandas for the workbook."""
    path = folder / "answers.xlsx"
    frame = answers(n, seed=2)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Svar")
    sheet.append(list(frame.columns))
    for row in frame.itertuples(index=False):
        sheet.append([int(cell) if cell.isdigit() and len(cell) < 5 else cell or None for cell in row])
    book.save(path)
    ours, theirs = [], []
    for _ in range(runs):
        theirs.append(best(lambda: pd.read_excel(path, engine="calamine"), runs=1))
        ours.append(best(lambda: read_table(path), runs=1))
    return min(ours), min(theirs)


def main() -> None:
    """Measure and print; fail when we are slower than promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--xlsx-rows", type=int, default=30_000)
    parser.add_argument("--runs", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        ours, theirs = csv_ratio(Path(name), options.rows, runs=options.runs)
        print(f"csv  {options.rows} x 60: ours {ours:.2f} s, pandas {theirs:.2f} s, ratio {ours / theirs:.2f}")
        csv_good = ours <= MOST_CSV * theirs
        ours, theirs = xlsx_ratio(Path(name), options.xlsx_rows, runs=options.runs)
        print(f"xlsx {options.xlsx_rows} x 60: ours {ours:.2f} s, pandas {theirs:.2f} s, ratio {ours / theirs:.2f}")
    if not csv_good or ours > MOST_XLSX * theirs:
        raise SystemExit(f"slower than promised: csv at most {MOST_CSV} times, xlsx at most {MOST_XLSX} times")


if __name__ == "__main__":
    main()
