"""What any program writes is read back equal; what is spoiled is refused by name or read as it stands."""

from __future__ import annotations

import csv
import io
import random
import unicodedata

import openpyxl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from trygghet.clean import key
from trygghet.errors import InputError
from trygghet.sources.parsing import parse_number
from trygghet.sources.tables import read_table

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")
DELIMITERS = (";", ",", "\t", "|")
LETTERS = "abcåäöÅÄÖéü 0123456789,.;|\t\"'=-–%()\u00a0"
words = st.text(st.sampled_from("abcdefåäöÅÄÖ_1234"), min_size=1, max_size=6).filter(key)
cells = st.one_of(
    st.sampled_from(["", "0180", "1", "8", "NA", "None", "null", "Mycket trygg", "1 234,5", "−5", "..", "25,5 %"]),
    st.text(st.sampled_from(LETTERS + "\n"), max_size=8),
)


@st.composite
def tables(draw):
    """Header and rows; the first column is an id, so that no row is empty."""
    names = draw(st.lists(words, min_size=1, max_size=4, unique_by=key))
    n = draw(st.integers(1, 8))
    rows = [[f"{i:03d}", *(draw(cells) for _ in names)] for i in range(n)]
    return ["lopnr", *names], rows


def as_csv(header, rows, *, delimiter, encoding, line_end, quoting):
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows([header, *rows])
    try:
        return stream.getvalue().encode(encoding)
    except UnicodeEncodeError:
        assume(False)


COMMON = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@COMMON
@given(
    tables(),
    st.sampled_from(ENCODINGS),
    st.sampled_from(DELIMITERS),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_delimited_text_comes_back_equal(tmp_path, table, encoding, delimiter, line_end, quoting):
    header, rows = table
    assume("lopnr" not in map(key, header[1:]))
    path = tmp_path / "a.csv"
    path.write_bytes(as_csv(header, rows, delimiter=delimiter, encoding=encoding, line_end=line_end, quoting=quoting))
    read = read_table(path)
    assert read.columns == header
    assert read.frame.to_numpy().tolist() == rows


@COMMON
@given(tables())
def test_workbooks_come_back_equal(tmp_path, table):
    header, rows = table
    assume("lopnr" not in map(key, header[1:]))
    rows = [[cell.strip() for cell in row] for row in rows]
    assume(not any(cell.startswith("=") for row in rows for cell in row))
    book = openpyxl.Workbook()
    for row in [header, *rows]:
        book.active.append(row)
    # text such as 25,5 % must stay text also where a writer would guess
    for line in book.active.iter_rows():
        for cell in line:
            cell.data_type = "s" if cell.value is not None else cell.data_type
    book.save(tmp_path / "a.xlsx")
    read = read_table(tmp_path / "a.xlsx", required=["lopnr"])
    assert read.columns == header
    assert read.frame.to_numpy().tolist() == rows


@COMMON
@given(tables())
def test_ods_comes_back_equal(tmp_path, ods, table):
    header, rows = table
    assume("lopnr" not in map(key, header[1:]))
    # a paragraph of ods knows neither leading nor repeated spaces, tabs nor line breaks
    rows = [[" ".join(cell.replace("\t", " ").split()) for cell in row] for row in rows]
    path = ods(tmp_path / "a.ods", [header, *rows])
    assert read_table(path, required=["lopnr"]).frame.to_numpy().tolist() == rows


@given(
    st.decimals(-(10**9), 10**9, places=3), st.sampled_from(["\u00a0", "\u202f", " ", ""]), st.sampled_from("-−\u2011")
)
def test_numbers_come_back_equal(number, space, minus):
    text = f"{abs(number):,.3f}".replace(",", space).replace(".", ",")
    assert parse_number(minus + text if number < 0 else text).value == float(number)


@given(tables(), st.sampled_from(["NFC", "NFD"]))
@COMMON
def test_letters_composed_or_not_are_found_by_the_same_name(tmp_path, table, form):
    header, rows = table
    path = tmp_path / "a.csv"
    spelled = [unicodedata.normalize(form, name) for name in header]
    path.write_bytes(as_csv(spelled, rows, delimiter=";", encoding="utf-8", line_end="\n", quoting=csv.QUOTE_MINIMAL))
    assert read_table(path, required=header).columns == [unicodedata.normalize("NFC", name) for name in header]


GOOD = "lopnr;kön;f1;vikt;fritext\n" + "".join(
    f'{i:04d};{1 + i % 2};{1 + i % 4};{1 + i / 10:.1f};"svar {i}; med ""citat"""\n'.replace(".", ",", 1)
    for i in range(20)
)


def changed_rows(before: list[list[str]], after: list[list[str]]) -> list[int]:
    """Rows that differ, when both have the same shape."""
    return [i for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_a_changed_byte_spoils_at_most_the_row_it_stands_in(tmp_path, encoding):
    """One byte exchanged, put in or taken out: an error of ours, or every other row as it was."""
    rng = random.Random(20_160_512)
    data = GOOD.encode(encoding)
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    before = read_table(path, required=["lopnr", "fritext"]).frame.to_numpy().tolist()
    for _ in range(60):
        at, byte = rng.randrange(len(data)), bytes([rng.randrange(256)])
        cut = rng.choice([0, 1, 1])
        path.write_bytes(data[:at] + (byte if rng.random() < 0.8 else b"") + data[at + cut :])
        try:
            after = read_table(path, required=["lopnr", "fritext"]).frame.to_numpy().tolist()
        except InputError as error:
            assert all(fault.rule for fault in error.faults)
            continue
        assert len(after) == len(before)
        assert len(changed_rows(before, after)) <= 1
