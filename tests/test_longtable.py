"""The long csv says what the page says: the same figures, the same mask, read back by pandas as Excel would."""

import csv
import io

import pandas as pd
import pytest

from trygghet import blocks as b
from trygghet import longtable
from trygghet.messages import MINUS, NBSP, Words
from trygghet.workbook import read_number, tables_of

SV, EN = Words("sv"), Words("en")
PLACE = longtable.Place("Granstad", "0180", "2017", "Lägesbild", simulated=True)


def read(content, words=SV):
    separator, decimal = (";", ",") if words is SV else (",", ".")
    return pd.read_csv(
        io.BytesIO(content), sep=separator, decimal=decimal, encoding="utf-8-sig", dtype={"kommunkod": str}
    )


@pytest.fixture(scope="module")
def frame(sample):
    return read(longtable.long_csv(sample, PLACE, SV))


def one(frame, table, row, column):
    found = frame[(frame["tabell"] == table) & (frame["rad"] == row) & (frame["kolumn"] == column)]
    assert len(found) == 1
    return found.iloc[0]


def test_an_estimate_carries_its_interval_base_source_and_definition(frame):
    row = one(frame, "grupper", "Alla", "Skattning")
    assert (row["värde"], row["enhet"], row["undre"], row["övre"], row["bas"]) == (29, "%", 25, 33, 446)
    assert (row["plats"], row["kommunkod"], row["år"], row["källa"]) == ("Granstad", "0180", 2017, "citizens")
    assert "Ganska eller mycket otrygg." in row["definition"] and row["simulerad"] == "ja"


def test_what_the_page_hides_is_hidden_here(frame, sample):
    row = one(frame, "grupper", "Män 16–24", "Skattning")
    assert row["visas"].startswith("visas inte") and pd.isna(row[["värde", "undre", "övre", "bas"]]).all()
    content = longtable.long_csv(sample, PLACE, SV).decode()
    assert not any(secret in content for secret in (f"81{NBSP}%", ";81;%", "0,8125", "0.8125", "4321", "9876"))


def test_every_number_of_the_tables_is_there_once(frame, sample):
    numbers = 0
    for table in (table for block in sample for table in tables_of(block)):
        for row in table.rows:
            cells = dict(zip((c.key for c in table.columns), row, strict=True))
            numbers += "estimate" in cells and read_number(cells["estimate"], "sv") is not None
    estimates = frame[(frame["kolumn"] == "Skattning") & frame["värde"].notna()]
    assert len(estimates) == numbers > 8
    assert not frame.duplicated(["tabell", "rad", "kolumn"]).any()


@pytest.mark.parametrize(
    ("text", "value", "unit", "low", "high", "base"),
    [
        (f"29{NBSP}% (25–33)", 29, "%", 25, 33, None),
        (f"47{NBSP}% (36–59), 97 svar", 47, "%", 36, 59, 97),
        (f"{MINUS}2 ({MINUS}9 till +5)", -2, "", -9, 5, None),
        (f"+22{NBSP}%", 22, "%", None, None, None),
        (f"1{NBSP}608", 1608, "", None, None, None),
        ("9 av 14", 9, "", None, None, 14),
        ("33,9", 33.9, "", None, None, None),
        ("går inte att avgöra", None, "", None, None, None),
        ("2017-03-31", None, "", None, None, None),
        ("april 2016–mars 2017", None, "", None, None, None),
    ],
)
def test_a_cell_is_read_as_it_is_written(text, value, unit, low, high, base):
    table = b.Table("t", "T", (b.Column("a", "A"), b.Column("b", "B")), (("x", text),))
    (row,) = longtable.long_rows(table, PLACE, SV)
    assert (row.value, row.unit, row.low, row.high, row.base, row.shown) == (value, unit, low, high, base, text)


@pytest.mark.parametrize("text", ["=1+1", "+46 70", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1", '=HYPERLINK("x";"y")'])
def test_no_text_is_a_formula(text):
    table = b.Table("t", text, (b.Column("a", "A"), b.Column("b", text)), ((text, text),), note=text)
    content = longtable.long_csv([table], longtable.Place(text, text, text, text), SV).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content, newline=""), delimiter=";"))
    assert len(rows) == 2
    numbers = {rows[0].index(name) for name in ("värde", "undre", "övre", "bas")}
    cells = [cell for place, cell in enumerate(rows[1]) if place not in numbers]
    assert sum(cell == f"'{text}" for cell in cells) >= 8
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝")) for cell in cells)


def test_excel_and_power_bi_can_read_it_in_either_language(sample):
    swedish, english = (longtable.long_csv(sample, PLACE, words) for words in (SV, EN))
    assert swedish.startswith(b"\xef\xbb\xbfplats;") and english.startswith(b"\xef\xbb\xbfplace,")
    assert b"\r\n" in swedish and b"\n" not in swedish.replace(b"\r\n", b"")
    assert len(read(swedish)) == len(read(english, EN)) > 40


def test_several_are_joined_under_one_heading(sample):
    part = longtable.long_csv(sample, PLACE, SV)
    both = read(longtable.joined([part, part]))
    assert len(both) == 2 * len(read(part)) and longtable.joined([]) == b""
