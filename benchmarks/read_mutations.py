"""Ten thousand spoiled files: each is read as it was, loses or gains nothing but one row, or is refused by name.

One to three bytes of a good file are exchanged, put in or taken out, in csv of three encodings, a workbook, SPSS,
json-stat2 and PX. Counted: the same data; one row changed (a digit exchanged for a digit is a valid file); refused
with a rule of ours; and what must not be: any other error, rows lost or shifted, several rows changed.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import tempfile
from collections import Counter
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat

from trygghet.errors import InputError
from trygghet.sources.tables import read_table

ROWS = 25
# neither SPSS nor PX marks its rows: one byte put in and another taken out can cancel out, in any reader
MOST = {"a.sav": 1, "a.px": 1}
HEADER = ["lopnr", "kön", "f1", "vikt", "fritext"]


def rows() -> list[list[str]]:
    """Answers with everything that makes a file hard to read."""
    return [
        [f"{i:04d}", str(1 + i % 2), str(1 + i % 4), f"{1 + i},{i % 10}", f'svar {i}; med "citat" åäö']
        for i in range(ROWS)
    ]


def as_csv() -> str:
    """The answers as delimited text."""
    lines = [";".join(HEADER)]
    for *cells, text in rows():
        quoted = text.replace('"', '""')
        lines.append(";".join(cells) + f';"{quoted}"')
    return "\n".join(lines) + "\n"


def good_files(folder: Path) -> dict[str, bytes]:
    """One good file of each format, by name."""
    book = openpyxl.Workbook()
    for row in [HEADER, *rows()]:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    pyreadstat.write_sav(pd.DataFrame(rows(), columns=["lopnr", "kon", "f1", "vikt", "fritext"]), str(folder / "a.sav"))
    codes = [f"{i:04d}" for i in range(ROWS)]
    names = ",".join(f'"{code}"' for code in codes)
    cube = {
        "id": ["Kod"],
        "size": [ROWS],
        "dimension": {"Kod": {"category": {"index": codes}}},
        "value": [*range(ROWS)],
    }
    px = f'CODEPAGE="iso-8859-15";STUB="kod";VALUES("kod")={names};DATA={" ".join(map(str, range(ROWS)))};'
    return {
        "utf8.csv": as_csv().encode(),
        "cp1252.csv": as_csv().encode("cp1252"),
        "utf16.csv": as_csv().encode("utf-16"),
        "a.xlsx": stream.getvalue(),
        "a.sav": (folder / "a.sav").read_bytes(),
        "a.json": json.dumps(cube).encode(),
        "a.px": px.encode("iso-8859-15"),
    }


def spoil(data: bytes, rng: random.Random, *, most: int) -> bytes:
    """One to `most` bytes exchanged, put in or taken out."""
    for _ in range(rng.randint(1, most)):
        at = rng.randrange(len(data))
        put = bytes([rng.randrange(256)]) if rng.random() < 0.8 else b""
        data = data[:at] + put + data[at + rng.choice([0, 1, 1]) :]
    return data


def outcome(path: Path, before: list[list[str]]) -> str:
    """What became of one spoiled file."""
    try:
        after = read_table(path).frame.to_numpy().tolist()
    except InputError:
        return "refused"
    except BaseException as error:  # noqa: BLE001 — any other error is exactly what is looked for
        return f"ERROR {type(error).__name__}"
    if after == before:
        return "same"
    if len(after) != len(before):
        return "ROWS LOST"
    changed = sum(a != b for a, b in zip(before, after, strict=True))
    return "few rows changed" if changed <= 3 else "MANY ROWS CHANGED"


def main() -> None:
    """Spoil, read, count; fail on anything that must not be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutations", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1781)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    bad = total = 0
    with tempfile.TemporaryDirectory() as name:
        files = good_files(Path(name))
        for file, data in files.items():
            path = Path(name) / file
            path.write_bytes(data)
            before = read_table(path).frame.to_numpy().tolist()
            counts: Counter[str] = Counter()
            for _ in range(options.mutations // len(files)):
                path.write_bytes(spoil(data, rng, most=MOST.get(file, 3)))
                counts[outcome(path, before)] += 1
            total += counts.total()
            bad += sum(n for result, n in counts.items() if result.isupper() or result.startswith("ERROR"))
            print(f"{file:11} " + ", ".join(f"{result} {n}" for result, n in counts.most_common()))
    print(f"{total} spoiled files, {bad} neither read as they stand nor refused by name")
    if bad:
        raise SystemExit(f"{bad} spoiled files were neither read as they stand nor refused by name")


if __name__ == "__main__":
    main()
